/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* bus_space(9) and bus_dma(9); the cases are kernel code, bus_ktest.c. */
#include "../private/testlib.h"
#include "bus_ktest.h"

static const struct {
	const char *name;
	const char *(*run)(void);
} cases[] = {
	{ "space", rump_test_bus_space },
	{ "dmamem", rump_test_bus_dmamem },
	{ "segments", rump_test_bus_segments },
	{ "limits", rump_test_bus_limits },
	{ "bounce", rump_test_bus_bounce },
	{ "uio", rump_test_bus_uio },
	{ "raw", rump_test_bus_raw },
	{ "tags", rump_test_bus_tags },
};
#define NCASES ((int)(sizeof(cases) / sizeof(cases[0])))

START_TEST(bus_case)
{
	const char *what;

	rump_schedule();
	what = (*cases[_i].run)();
	rump_unschedule();
	ck_assert_msg(what == NULL, "%s: %s", cases[_i].name, what);
}
END_TEST

START_TEST(bus_misuse_panics)
{
	int checked;

	rump_schedule();
	checked = rump_test_bus_misuse(_i);
	rump_unschedule();
	ck_assert_int_eq(checked, 0);
	raise(SIGABRT); /* this kernel does not check */
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("bus");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, bus_case, 0, NCASES);
	tcase_add_loop_test_raise_signal(tc, bus_misuse_panics, SIGABRT, 0, NMISUSES);
	return run_suite(tc, "bus");
}
