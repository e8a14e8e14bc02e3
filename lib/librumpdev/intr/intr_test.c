/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Interrupt lines; the cases are kernel code, intr_ktest.c.  An interrupt comes when the kernel is left. */
#include <pthread.h>

#include "../private/testlib.h"
#include "intr_ktest.h"

#define in_kernel(call)            \
	do {                       \
		rump_schedule();   \
		call;              \
		rump_unschedule(); \
	} while (0)

START_TEST(intr_level_comes_on_leaving)
{
	for (int round = 0; round < 3; round++) {
		ck_kernel(rump_test_intr_begin(0));
		in_kernel(rump_test_intr_assert());
		ck_kernel(rump_test_intr_level_done());
		ck_kernel(rump_test_intr_end());
	}
}
END_TEST

START_TEST(intr_edge_is_latched_once)
{
	ck_kernel(rump_test_intr_begin(1));
	in_kernel(rump_test_intr_trigger());
	ck_kernel(rump_test_intr_edge_done());
	ck_kernel(rump_test_intr_end());
}
END_TEST

START_TEST(intr_masks_hold_it_back)
{
	ck_kernel(rump_test_intr_begin(1));
	ck_kernel(rump_test_intr_masks());
	ck_kernel(rump_test_intr_masks_done());
	ck_kernel(rump_test_intr_edge_done());
	ck_kernel(rump_test_intr_end());
}
END_TEST

START_TEST(intr_that_nobody_claims_is_masked)
{
	ck_kernel(rump_test_intr_begin(0));
	ck_kernel(rump_test_intr_stray_begin());
	ck_kernel(rump_test_intr_stray_done());
	ck_kernel(rump_test_intr_stray_again());
	ck_kernel(rump_test_intr_level_again());
	ck_kernel(rump_test_intr_end());
}
END_TEST

START_TEST(intr_storm_ends)
{
	ck_kernel(rump_test_intr_begin(0));
	ck_kernel(rump_test_intr_storm_begin());
	ck_kernel(rump_test_intr_storm_done());
	ck_kernel(rump_test_intr_end());
}
END_TEST

static void *
sleeper(void *arg)
{
	ck_kernel(rump_test_intr_sleeper());
	return arg;
}

START_TEST(intr_wakes_who_waits)
{
	pthread_t thread;

	ck_kernel(rump_test_intr_begin(0));
	ck_assert_int_eq(pthread_create(&thread, NULL, sleeper, NULL), 0);
	in_kernel(rump_test_intr_wait_for_sleeper());
	in_kernel(rump_test_intr_assert());
	pthread_join(thread, NULL);
	ck_kernel(rump_test_intr_end());
}
END_TEST

START_TEST(intr_takes_kernel_lock_for_others)
{
	ck_kernel(rump_test_intr_kernel_lock_begin());
	in_kernel(rump_test_intr_assert());
	ck_kernel(rump_test_intr_kernel_lock_done());
	ck_kernel(rump_test_intr_end());
}
END_TEST

START_TEST(intr_misuse_panics)
{
	int checked;

	in_kernel(checked = rump_test_intr_misuse(_i));
	ck_assert_int_eq(checked, 0);
	raise(SIGABRT); /* this kernel does not check */
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("intr");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, intr_level_comes_on_leaving);
	tcase_add_test(tc, intr_edge_is_latched_once);
	tcase_add_test(tc, intr_masks_hold_it_back);
	tcase_add_test(tc, intr_that_nobody_claims_is_masked);
	tcase_add_test(tc, intr_storm_ends);
	tcase_add_test(tc, intr_wakes_who_waits);
	tcase_add_test(tc, intr_takes_kernel_lock_for_others);
	tcase_add_loop_test_raise_signal(tc, intr_misuse_panics, SIGABRT, 0, NMISUSES);
	return run_suite(tc, "intr");
}
