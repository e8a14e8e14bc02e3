/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The device switches; the cases are kernel code, dev_ktest.c. */
#include <pthread.h>
#include <stdlib.h>

#include <check.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "dev_ktest.h"

#define ck_kernel(expr)                                               \
	do {                                                          \
		const char *what_;                                    \
                                                                      \
		rump_schedule();                                      \
		what_ = (expr);                                       \
		rump_unschedule();                                    \
		ck_assert_msg(what_ == NULL, "%s: %s", #expr, what_); \
	} while (0)

static void
setup(void)
{
	ck_assert_int_eq(rump_init(), 0);
}

static void
teardown(void)
{
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
}

START_TEST(dev_attach_and_detach)
{
	ck_kernel(rump_test_dev_attach());
	ck_kernel(rump_test_dev_attach());
}
END_TEST

START_TEST(dev_names_and_majors)
{
	ck_kernel(rump_test_dev_names());
}
END_TEST

START_TEST(dev_kernel_lock_unless_mpsafe)
{
	ck_kernel(rump_test_dev_kernel_lock());
}
END_TEST

START_TEST(dev_transfer_without_driver)
{
	ck_kernel(rump_test_dev_strategy());
}
END_TEST

static void *
reader(void *arg)
{
	ck_kernel(rump_test_dev_slow_read());
	return arg;
}

START_TEST(dev_detach_waits_for_calls)
{
	pthread_t thread;

	ck_kernel(rump_test_dev_slow_attach());
	ck_assert_int_eq(pthread_create(&thread, NULL, reader, NULL), 0);
	ck_kernel(rump_test_dev_slow_detach());
	pthread_join(thread, NULL);
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("dev");
	TCase *const tc = tcase_create("dev");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, dev_attach_and_detach);
	tcase_add_test(tc, dev_names_and_majors);
	tcase_add_test(tc, dev_kernel_lock_unless_mpsafe);
	tcase_add_test(tc, dev_transfer_without_driver);
	tcase_add_test(tc, dev_detach_waits_for_calls);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
