/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Boot when the host runs out: each allocation, mapping, thread creation and descriptor of
 * librumpuser's fails in turn.  Every failure is unwound entirely, and the next boot works.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/wait.h>

#include <check.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "fault.h"

#define POINTS_MAX 5000

/* The kernel says why it does not boot: to a file, so that it can be looked at. */
static int messages = -1;

static off_t
message_bytes(void)
{
	struct stat st;

	return fstat(messages, &st) == 0 ? st.st_size : 0;
}

static void
setup(void)
{
	char path[] = "/tmp/rump_boot_failure.XXXXXX";

	messages = mkstemp(path);
	ck_assert_int_ne(messages, -1);
	(void)unlink(path);
	(void)fcntl(messages, F_SETFL, O_APPEND);
	ck_assert_int_eq(dup2(messages, STDERR_FILENO), STDERR_FILENO);
}

/* What the first boot maps for the life of the process: CPUs and lwps never move or go away. */
static unsigned long kept;

static void
nothing_left(unsigned n)
{
	ck_assert_msg(rumpuser__live_allocs() == 0 && rumpuser__live_mapped() == kept &&
		rumpuser__live_threads() == 0,
	    "point %u: %lu allocations, %lu bytes, %lu threads are left", n,
	    rumpuser__live_allocs(), rumpuser__live_mapped(), rumpuser__live_threads());
}

static void
use_and_halt(unsigned n)
{
	ck_assert_int_eq(rump_sys_getpid(), 1);
	ck_assert_msg(
	    rump_sys_reboot(RUMP_RB_HALT, NULL) == 0, "point %u: halt: errno %d", n, errno);
}

/* In a child: fail the nth point, then boot.  False when there are not so many. */
static bool
first_boot_fails(unsigned n)
{
	int status;
	const pid_t pid = fork();

	ck_assert_int_ge(pid, 0);
	if (pid == 0) {
		rumpuser__fail_after(n);
		const int error = rump_init();
		const bool fired = rumpuser__fail_fired();
		rumpuser__fail_after(0);
		if (error != 0 &&
		    (!fired || rumpuser__live_allocs() != 0 || rumpuser__live_threads() != 0))
			_exit(1);
		if (rump_init() != 0 || rump_sys_getpid() != 1)
			_exit(2);
		_exit(fired ? 0 : 3);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 3),
	    "point %u of a first boot: status %#x", n, status);
	return WEXITSTATUS(status) == 0;
}

START_TEST(boot_unwinds_every_failure)
{
	unsigned n, failures = 0;

	/* The first boot's own failures: each in a process of its own, which boots afterwards. */
	for (n = 1; n < POINTS_MAX && first_boot_fails(n); n++)
		failures++;
	ck_assert_uint_ge(failures, 4);
	ck_assert_int_eq(rump_init(), 0);
	use_and_halt(0);
	kept = rumpuser__live_mapped();
	failures = 0;
	for (n = 1; n < POINTS_MAX; n++) {
		const off_t said = message_bytes();

		rumpuser__fail_after(n);
		const int error = rump_init();
		const bool fired = rumpuser__fail_fired();
		rumpuser__fail_after(0);
		if (error == 0)
			use_and_halt(n);
		else {
			ck_assert_msg(fired, "boot %u failed by itself: errno %d", n, error);
			ck_assert_msg(
			    error == ENOMEM || error == EAGAIN, "point %u: errno %d", n, error);
			ck_assert_msg(message_bytes() > said, "point %u: no message", n);
			failures++;
		}
		nothing_left(n);
		if (!fired)
			break;
		ck_assert_msg(rump_init() == 0, "point %u: the next boot fails", n);
		use_and_halt(n);
		nothing_left(n);
	}
	ck_assert_uint_lt(n, POINTS_MAX);
	ck_assert_uint_ge(failures, 1);
}
END_TEST

static Suite *
suite(void)
{
	Suite *const s = suite_create("boot_failure");
	TCase *const tc = tcase_create("failure");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, boot_unwinds_every_failure);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	SRunner *const sr = srunner_create(suite());

	srunner_run_all(sr, CK_ENV);
	const int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
