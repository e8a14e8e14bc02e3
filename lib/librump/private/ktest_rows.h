/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * A whole Check program of rows that the kernel side tests: before including this, define SUITE, a string, and
 * TESTS(T), T(name) for each function `const char *rump_test_name(void)`.  Each runs on a fresh kernel, as a thread
 * that holds a virtual CPU, and returns NULL or what does not hold; nothing may be left at the halt.
 */
#ifndef KTEST_ROWS_H
#define KTEST_ROWS_H

#include <check.h>
#include <stdlib.h>

#include <rump/rump.h>

#define LB_HALT 0x8 /* RB_HALT */
int rump_sys_reboot(int, char *);
extern size_t rump_mem_leaks;

#define DECLARE(name) const char *rump_test_##name(void);
TESTS(DECLARE)

#define ROW(name) { #name, rump_test_##name },
static const struct {
	const char *name;
	const char *(*run)(void);
} tests[] = { TESTS(ROW) };

static void
boot(void)
{
	ck_assert_int_eq(rump_init(), 0);
}

static void
halt(void)
{
	ck_assert_int_eq(rump_sys_reboot(LB_HALT, NULL), 0);
	ck_assert_uint_eq(rump_mem_leaks, 0);
}

START_TEST(rows_hold)
{
	const char *wrong;

	rump_schedule();
	wrong = (*tests[_i].run)();
	rump_unschedule();
	ck_assert_msg(wrong == NULL, "%s: %s", tests[_i].name, wrong);
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create(SUITE);
	TCase *const tc = tcase_create(SUITE);
	SRunner *const sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, boot, halt);
	tcase_add_loop_test(tc, rows_hold, 0, sizeof(tests) / sizeof(tests[0]));
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}

#endif /* KTEST_ROWS_H */
