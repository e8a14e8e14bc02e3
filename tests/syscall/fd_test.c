/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Descriptors: which numbers, how many, whose. */
#include <fcntl.h>
#include <sys/resource.h>

#include "testlib.h"

START_TEST(fd_console_is_0_1_2)
{
	char c;

	for (int fd = 0; fd < 3; fd++)
		ck_succeeds(rump_sys_fcntl(fd, F_GETFD));
	ck_fails(rump_sys_fcntl(3, F_GETFD), EBADF);
	ck_assert_int_eq(rump_sys_read(0, &c, 1), 0);
	ck_assert_int_eq(rump_sys_write(1, "", 0), 0);
}
END_TEST

START_TEST(fd_lowest_free_number_is_taken)
{
	ck_assert_int_eq(rump_sys_dup(0), 3);
	ck_assert_int_eq(rump_sys_dup(0), 4);
	ck_assert_int_eq(rump_sys_dup(0), 5);
	ck_succeeds(rump_sys_close(4));
	ck_assert_int_eq(rump_sys_dup(0), 4);
	ck_succeeds(rump_sys_close(0));
	ck_assert_int_eq(rump_sys_dup(1), 0);
	ck_assert_int_eq(rump_sys_dup(1), 6);
}
END_TEST

START_TEST(fd_bad_numbers)
{
	static const int bad[] = { -1, 3, 19, 20, 64, 1 << 20, -2147483647 - 1, 2147483647 };

	ck_fails(rump_sys_close(bad[_i]), EBADF);
	ck_fails(rump_sys_read(bad[_i], NULL, 0), EBADF);
	ck_fails(rump_sys_write(bad[_i], NULL, 0), EBADF);
	ck_fails(rump_sys_dup(bad[_i]), EBADF);
	ck_fails(rump_sys_dup2(bad[_i], 4), EBADF);
	ck_fails(rump_sys_dup2(bad[_i], bad[_i]), EBADF);
	ck_fails(rump_sys_lseek(bad[_i], 0, SEEK_SET), EBADF);
	ck_fails(rump_sys_fcntl(bad[_i], F_GETFD), EBADF);
	ck_fails(rump_sys_ioctl(bad[_i], 0, NULL), EBADF);
	ck_fails(rump_sys_flock(bad[_i], 1), EBADF);
}
END_TEST

START_TEST(fd_dup2_replaces)
{
	ck_assert_int_eq(rump_sys_dup2(1, 7), 7);
	ck_assert_int_eq(rump_sys_dup2(2, 7), 7);
	ck_assert_int_eq(rump_sys_dup2(7, 7), 7);
	ck_fails(rump_sys_fcntl(6, F_GETFD), EBADF);
	ck_succeeds(rump_sys_close(7));
	ck_fails(rump_sys_close(7), EBADF);
	ck_fails(rump_sys_dup2(0, -1), EBADF);
	ck_fails(rump_sys_dup3(0, 0, 0), EINVAL);
	ck_fails(rump_sys_dup3(0, 5, O_APPEND), EINVAL);
	ck_assert_int_eq(rump_sys_dup3(0, 5, O_CLOEXEC), 5);
	ck_assert_int_eq(rump_sys_fcntl(5, F_GETFD), FD_CLOEXEC);
}
END_TEST

START_TEST(fd_table_grows)
{
	const struct rlimit lim = { 300000, 300000 };

	ck_succeeds(rump_sys_setrlimit(RLIMIT_NOFILE, &lim));
	for (int fd = 3; fd < 5000; fd++)
		ck_assert_int_eq(rump_sys_dup(0), fd);
	ck_succeeds(rump_sys_close(4097));
	ck_succeeds(rump_sys_close(100));
	ck_assert_int_eq(rump_sys_dup(0), 100);
	ck_assert_int_eq(rump_sys_dup(0), 4097);
	ck_assert_int_eq(rump_sys_dup(0), 5000);
	/* Far away at once. */
	ck_assert_int_eq(rump_sys_dup2(0, 200000), 200000);
	ck_assert_int_eq(rump_sys_dup(0), 5001);
	ck_assert_int_eq(rump_sys_fcntl(0, F_DUPFD, 150000), 150000);
	ck_assert_int_eq(rump_sys_fcntl(0, F_DUPFD, 150000), 150001);
}
END_TEST

START_TEST(fd_emfile_at_the_limit)
{
	struct rlimit lim;

	ck_succeeds(rump_sys_getrlimit(RLIMIT_NOFILE, &lim));
	lim.rlim_cur = 40;
	ck_succeeds(rump_sys_setrlimit(RLIMIT_NOFILE, &lim));
	for (int fd = 3; fd < 40; fd++)
		ck_assert_int_eq(rump_sys_dup(0), fd);
	ck_fails(rump_sys_dup(0), EMFILE);
	ck_fails(rump_sys_fcntl(0, F_DUPFD, 39), EMFILE);
	ck_fails(rump_sys_fcntl(0, F_DUPFD, 40), EINVAL);
	ck_fails(rump_sys_dup2(0, 40), EBADF);
	ck_assert_int_eq(rump_sys_dup2(0, 39), 39);
	ck_succeeds(rump_sys_close(17));
	ck_assert_int_eq(rump_sys_dup(0), 17);
	ck_fails(rump_sys_dup(0), EMFILE);
}
END_TEST

START_TEST(fd_copied_cleared_or_shared_by_rfork)
{
	struct lwp *parent;

	ck_assert_int_eq(rump_pub_lwproc_rfork(0), 0);
	parent = rump_pub_lwproc_curlwp();
	ck_assert_int_eq(rump_sys_dup(0), 3); /* in process 1's table */

	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFFDG), 0);
	ck_succeeds(rump_sys_fcntl(3, F_GETFD));
	ck_succeeds(rump_sys_close(3));
	ck_assert_int_eq(rump_sys_dup2(0, 100), 100);
	rump_pub_lwproc_releaselwp();
	rump_pub_lwproc_switch(parent);
	ck_succeeds(rump_sys_fcntl(3, F_GETFD));
	ck_fails(rump_sys_fcntl(100, F_GETFD), EBADF);

	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	ck_fails(rump_sys_fcntl(0, F_GETFD), EBADF);
	ck_fails(rump_sys_fcntl(3, F_GETFD), EBADF);
	rump_pub_lwproc_releaselwp();

	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFFDG | RUMP_RFCFDG), EINVAL);
	rump_pub_lwproc_switch(parent);
	rump_pub_lwproc_releaselwp();
	ck_succeeds(rump_sys_close(3)); /* shared with process 1 */
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("fd");

	tcase_add_test(tc, fd_console_is_0_1_2);
	tcase_add_test(tc, fd_lowest_free_number_is_taken);
	tcase_add_loop_test(tc, fd_bad_numbers, 0, 8);
	tcase_add_test(tc, fd_dup2_replaces);
	tcase_add_test(tc, fd_table_grows);
	tcase_add_test(tc, fd_emfile_at_the_limit);
	tcase_add_test(tc, fd_copied_cleared_or_shared_by_rfork);
	return run_suite(tc, "fd");
}
