/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* For Check programs beside the faction's sources: a fresh kernel each, kernel code that says what is wrong. */
#ifndef RUMPDEV_TESTLIB_H
#define RUMPDEV_TESTLIB_H

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

static inline void
setup(void)
{
	ck_assert_int_eq(rump_init(), 0);
}

static inline void
teardown(void)
{
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
}

/* expr is kernel code that returns NULL, or what went wrong. */
#define ck_kernel(expr)                                               \
	do {                                                          \
		const char *what_;                                    \
                                                                      \
		rump_schedule();                                      \
		what_ = (expr);                                       \
		rump_unschedule();                                    \
		ck_assert_msg(what_ == NULL, "%s: %s", #expr, what_); \
	} while (0)

static inline int
run_suite(TCase *tc, const char *name)
{
	Suite *s = suite_create(name);
	SRunner *sr;
	int failed;

	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif /* RUMPDEV_TESTLIB_H */
