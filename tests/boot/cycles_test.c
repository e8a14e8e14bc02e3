/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Boot and halt a thousand times, in one process and in processes of their own: no byte, descriptor
 * or thread is left.
 */
#include <dirent.h>
#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/wait.h>

#include <check.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "fault.h"

#define CYCLES 1000
#define WARMUP 3 /* what the host's libraries keep for the life of the process */

struct held {
	int descriptors;
	int threads;
	size_t heap;
	unsigned long mapped;
};

static int
entries(const char *path)
{
	DIR *const d = opendir(path);
	int n = 0;

	ck_assert_ptr_nonnull(d);
	while (readdir(d) != NULL)
		n++;
	(void)closedir(d);
	return n;
}

static struct held
held(void)
{
	return (struct held){
		.descriptors = entries("/proc/self/fd"),
		.threads = entries("/proc/self/task"),
		.heap = mallinfo2().uordblks,
		.mapped = rumpuser__live_mapped(),
	};
}

static int
boot_and_halt(void)
{
	const int error = rump_init();

	if (error != 0)
		return error;
	if (rump_sys_getpid() != 1)
		return EIO;
	return rump_sys_reboot(RUMP_RB_HALT, NULL) == 0 ? 0 : errno;
}

START_TEST(boot_cycles_in_one_process)
{
	struct held before = { 0 }, after;

	for (int i = 0; i < CYCLES; i++) {
		if (i == WARMUP)
			before = held();
		ck_assert_int_eq(boot_and_halt(), 0);
		ck_assert_uint_eq(rumpuser__live_allocs(), 0);
		ck_assert_uint_eq(rumpuser__live_threads(), 0);
	}
	after = held();
	/* A joined thread's entry may outlive it for a moment. */
	for (int i = 0; i < 1000 && after.threads > before.threads; i++)
		after = held();
	ck_assert_int_eq(after.descriptors, before.descriptors);
	ck_assert_int_eq(after.threads, before.threads);
	ck_assert_uint_le(after.heap, before.heap);
	ck_assert_uint_eq(after.mapped, before.mapped);
}
END_TEST

START_TEST(boot_cycles_in_processes_of_their_own)
{
	for (int i = 0; i < CYCLES; i++) {
		int status;
		const pid_t pid = fork();

		ck_assert_int_ge(pid, 0);
		if (pid == 0)
			_exit(boot_and_halt() == 0 ? 0 : 1);
		ck_assert_int_eq(waitpid(pid, &status, 0), pid);
		ck_assert_msg(status == 0, "boot %d: status %#x", i, status);
	}
}
END_TEST

static Suite *
suite(void)
{
	Suite *const s = suite_create("boot_cycles");
	TCase *const tc = tcase_create("cycles");

	tcase_add_test(tc, boot_cycles_in_one_process);
	tcase_add_test(tc, boot_cycles_in_processes_of_their_own);
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
