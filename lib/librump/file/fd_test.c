/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Closing a descriptor that other threads are using: they are made to leave, and are waited for. */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#define NREADERS 3

int rump_test_blockfile(void);
int rump_test_blockfile_wait(int nreaders);
int rump_test_blockfile_closed(void);
void rump_test_blockfile_end(void);

static int fd;

static void
setup(void)
{
	ck_assert_int_eq(rump_init(), 0);
	rump_schedule();
	fd = rump_test_blockfile();
	rump_unschedule();
	ck_assert_int_eq(fd, 3);
}

static int
closed(void)
{
	int n;

	rump_schedule();
	n = rump_test_blockfile_closed();
	rump_unschedule();
	return n;
}

static void
teardown(void)
{
	rump_schedule();
	rump_test_blockfile_end();
	rump_unschedule();
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
}

static void *
reader(void *arg)
{
	char c;

	return (void *)(intptr_t)(rump_sys_read(fd, &c, 1) == -1 ? errno : 0);
}

/* The ways to lose a file. */
static int
lose_by_close(void)
{
	return rump_sys_close(fd);
}

static int
lose_by_dup2(void)
{
	return rump_sys_dup2(0, fd) == fd ? 0 : -1;
}

static int (*const lose[])(void) = { lose_by_close, lose_by_dup2 };

START_TEST(fd_close_waits_for_calls_in_progress)
{
	pthread_t t[NREADERS];
	void *error;

	for (int i = 0; i < NREADERS; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, reader, NULL), 0);
	rump_schedule();
	rump_test_blockfile_wait(NREADERS);
	rump_unschedule();
	ck_assert_int_eq(lose[_i](), 0);
	for (int i = 0; i < NREADERS; i++) {
		pthread_join(t[i], &error);
		ck_assert_int_eq((intptr_t)error, EBADF);
	}
	ck_assert_int_eq(closed(), 0);
}
END_TEST

START_TEST(fd_duplicate_keeps_the_file_open)
{
	ck_assert_int_eq(rump_sys_dup(fd), 4);
	ck_assert_int_eq(rump_sys_close(fd), 0);
	ck_assert_int_eq(closed(), -1);
	ck_assert_int_eq(rump_sys_close(4), 0);
	ck_assert_int_eq(closed(), 0);
}
END_TEST

START_TEST(fd_last_process_closes_the_file)
{
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFFDG), 0);
	rump_pub_lwproc_switch(NULL);
	ck_assert_int_eq(rump_sys_close(fd), 0);
	ck_assert_int_eq(closed(), -1);
	ck_assert_int_eq(rump_pub_lwproc_newlwp(2), 0);
	ck_assert_int_eq(rump_sys_close(fd), 0);
	ck_assert_int_eq(closed(), 0);
	rump_pub_lwproc_releaselwp();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("fd");
	TCase *tc = tcase_create("fd");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, fd_close_waits_for_calls_in_progress, 0, 2);
	tcase_add_test(tc, fd_duplicate_keeps_the_file_open);
	tcase_add_test(tc, fd_last_process_closes_the_file);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
