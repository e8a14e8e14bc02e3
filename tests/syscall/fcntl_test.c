/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* fcntl(2), ioctl(2) and lseek(2) on a file that has no more than it must. */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "testlib.h"

START_TEST(fcntl_close_on_exec)
{
	int fd;

	ck_assert_int_eq(rump_sys_fcntl(0, F_GETFD), 0);
	ck_succeeds(rump_sys_fcntl(0, F_SETFD, FD_CLOEXEC));
	ck_assert_int_eq(rump_sys_fcntl(0, F_GETFD), FD_CLOEXEC);
	/* It belongs to the descriptor, not to the file. */
	fd = rump_sys_dup(0);
	ck_assert_int_eq(rump_sys_fcntl(fd, F_GETFD), 0);
	fd = rump_sys_fcntl(0, F_DUPFD_CLOEXEC, 10);
	ck_assert_int_eq(fd, 10);
	ck_assert_int_eq(rump_sys_fcntl(fd, F_GETFD), FD_CLOEXEC);
	/* A number that is used again starts clean. */
	ck_succeeds(rump_sys_close(10));
	ck_assert_int_eq(rump_sys_fcntl(0, F_DUPFD, 10), 10);
	ck_assert_int_eq(rump_sys_fcntl(10, F_GETFD), 0);
	ck_succeeds(rump_sys_ioctl(10, FIOCLEX));
	ck_assert_int_eq(rump_sys_fcntl(10, F_GETFD), FD_CLOEXEC);
	ck_succeeds(rump_sys_ioctl(10, FIONCLEX));
	ck_assert_int_eq(rump_sys_fcntl(10, F_GETFD), 0);
}
END_TEST

START_TEST(fcntl_status_flags_are_the_files)
{
	const int fd = rump_sys_dup(1);

	ck_assert_int_eq(rump_sys_fcntl(1, F_GETFL) & O_ACCMODE, O_RDWR);
	ck_succeeds(rump_sys_fcntl(1, F_SETFL, O_NONBLOCK | O_APPEND));
	ck_assert_int_eq(rump_sys_fcntl(fd, F_GETFL), O_RDWR | O_NONBLOCK | O_APPEND);
	/* The access mode and what only open knows do not change. */
	ck_succeeds(rump_sys_fcntl(1, F_SETFL, O_WRONLY | O_CREAT | O_EXCL));
	ck_assert_int_eq(rump_sys_fcntl(fd, F_GETFL), O_RDWR);
}
END_TEST

START_TEST(fcntl_bad_arguments)
{
	struct flock fl = { .l_type = F_RDLCK, .l_whence = SEEK_SET };

	ck_fails(rump_sys_fcntl(0, F_DUPFD, -1), EINVAL);
	ck_fails(rump_sys_fcntl(0, 12345), EINVAL);
	ck_fails(rump_sys_fcntl(0, F_GETLK, &fl), EINVAL);
	ck_fails(rump_sys_flock(0, 0x40), EINVAL);
	ck_fails(rump_sys_ioctl(0, 0xdeadbeef, &fl), ENOTTY);
	ck_fails(rump_sys_ioctl(0, TIOCGWINSZ, &fl), ENOTTY);
	ck_fails(rump_sys_ioctl(0, _IOC(_IOC_READ, 'x', 1, 8191), &fl), ENOTTY);
	ck_fails(rump_sys_lseek(0, 0, SEEK_SET), ESPIPE);
	ck_fails(rump_sys_pread(0, &fl, 1, 0), ESPIPE);
	ck_fails(rump_sys_pwrite(1, &fl, 1, 0), ESPIPE);
}
END_TEST

START_TEST(fcntl_console_is_a_character_device)
{
	struct stat st;

	ck_succeeds(rump_sys_fstat(1, &st));
	ck_assert(S_ISCHR(st.st_mode));
	ck_assert_uint_eq(st.st_nlink, 1);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("fcntl");

	tcase_add_test(tc, fcntl_close_on_exec);
	tcase_add_test(tc, fcntl_status_flags_are_the_files);
	tcase_add_test(tc, fcntl_bad_arguments);
	tcase_add_test(tc, fcntl_console_is_a_character_device);
	return run_suite(tc, "fcntl");
}
