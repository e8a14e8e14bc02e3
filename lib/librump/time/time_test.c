/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Callouts, workqueues, clocks: the kernel side is in time_ktest.c. */
#include <check.h>
#include <stdlib.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

const char *rump_test_callout_order(void);
const char *rump_test_callout_stop(void);
const char *rump_test_callout_halt(void);
const char *rump_test_callout_again(void);
const char *rump_test_workqueue(void);
const char *rump_test_clock(void);

static const struct {
	const char *name;
	const char *(*run)(void);
	const char *threads; /* RUMP_THREADS */
} cases[] = {
	{ "callouts come in order", rump_test_callout_order, "1" },
	{ "a stopped callout does not come", rump_test_callout_stop, "1" },
	{ "halt waits for a running callout", rump_test_callout_halt, "1" },
	{ "a callout schedules itself", rump_test_callout_again, "1" },
	{ "works run in order", rump_test_workqueue, "1" },
	{ "works run without threads", rump_test_workqueue, "0" },
	{ "the wall clock is set and slewed", rump_test_clock, "1" },
};

START_TEST(time_holds)
{
	const char *wrong;

	setenv("RUMP_THREADS", cases[_i].threads, 1);
	ck_assert_int_eq(rump_init(), 0);
	rump_schedule();
	wrong = (*cases[_i].run)();
	rump_unschedule();
	ck_assert_msg(wrong == NULL, "%s: %s", cases[_i].name, wrong);
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("time");
	TCase *const tc = tcase_create("time");
	SRunner *const sr = srunner_create(s);
	int failed;

	tcase_add_loop_test(tc, time_holds, 0, sizeof(cases) / sizeof(cases[0]));
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
