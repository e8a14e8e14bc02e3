/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * One suite for two kernels: tests call through a table, both[BOTH_HOST] or both[BOTH_RUMP], and are
 * added by tcase_add_both(), so that _i says which.
 */
#ifndef SYSCALL_BOTH_H
#define SYSCALL_BOTH_H

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "testlib.h"

enum { BOTH_HOST, BOTH_RUMP, BOTH_COUNT };
#define tcase_add_both(tc, test) tcase_add_loop_test(tc, test, 0, BOTH_COUNT)

struct both {
	int (*pipe2)(int *, int);
	ssize_t (*read)(int, void *, size_t);
	ssize_t (*write)(int, const void *, size_t);
	ssize_t (*readv)(int, const struct iovec *, int);
	ssize_t (*writev)(int, const struct iovec *, int);
	ssize_t (*pread)(int, void *, size_t, off_t);
	off_t (*lseek)(int, off_t, int);
	int (*close)(int);
	int (*dup)(int);
	int (*poll)(struct pollfd *, nfds_t, int);
	int (*fstat)(int, struct stat *);
	int (*fcntl)(int, int, long);
	int (*ioctl)(int, unsigned long, void *);
	int (*open)(const char *, int, int);
	int (*mkfifo)(const char *, mode_t);
	int (*unlink)(const char *);
	int (*ftruncate)(int, off_t);
	ssize_t (*sendfile)(int, int, off_t *, size_t);
	ssize_t (*splice)(int, off_t *, int, off_t *, size_t, unsigned int);
	ssize_t (*copy_file_range)(int, off_t *, int, off_t *, size_t, unsigned int);
};

static int
host_fcntl(int fd, int cmd, long arg)
{
	return fcntl(fd, cmd, arg);
}

static int
rump_fcntl(int fd, int cmd, long arg)
{
	return rump_sys_fcntl(fd, cmd, (void *)arg);
}

static int
host_ioctl(int fd, unsigned long com, void *data)
{
	return ioctl(fd, com, data);
}

static int
rump_ioctl(int fd, unsigned long com, void *data)
{
	return rump_sys_ioctl(fd, com, data);
}

static int
host_open(const char *path, int flags, int mode)
{
	return open(path, flags, mode);
}

static int
rump_open(const char *path, int flags, int mode)
{
	return rump_sys_open(path, flags, mode);
}

static int
rump_poll(struct pollfd *fds, nfds_t n, int ms)
{
	return rump_sys_poll(fds, (unsigned)n, ms);
}

static const struct both both[BOTH_COUNT] = {
	[BOTH_HOST] = { pipe2, read, write, readv, writev, pread, lseek, close, dup, poll, fstat,
	    host_fcntl, host_ioctl, host_open, mkfifo, unlink, ftruncate, sendfile, splice,
	    copy_file_range },
	[BOTH_RUMP] = { rump_sys_pipe2, rump_sys_read, rump_sys_write, rump_sys_readv,
	    rump_sys_writev, rump_sys_pread, rump_sys_lseek, rump_sys_close, rump_sys_dup,
	    rump_poll, rump_sys_fstat, rump_fcntl, rump_ioctl, rump_open, rump_sys_mkfifo,
	    rump_sys_unlink, rump_sys_ftruncate, rump_sys_sendfile, rump_sys_splice,
	    rump_sys_copy_file_range },
};

/* A fresh kernel, and an empty directory of the host's to stand in. */
static char both_dir[] = "/tmp/rump_both.XXXXXX";

static inline void
both_setup(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	ck_assert_ptr_nonnull(mkdtemp(both_dir));
	ck_assert_int_eq(chdir(both_dir), 0);
	setup();
}

static inline void
both_teardown(void)
{
	char cmd[64];

	teardown();
	(void)snprintf(cmd, sizeof(cmd), "rm -rf %s", both_dir);
	ck_assert_int_eq(system(cmd), 0);
}

#define ck_gives(expr, value)                                                                      \
	do {                                                                                       \
		errno = 0;                                                                         \
		const long ret_ = (long)(expr);                                                    \
		ck_assert_msg(ret_ == (long)(value), "%s: returned %ld, errno %d, not %ld", #expr, \
		    ret_, errno, (long)(value));                                                   \
	} while (0)

static inline int
both_run(TCase *tc, const char *name)
{
	Suite *s = suite_create(name);
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, both_setup, both_teardown);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif /* SYSCALL_BOTH_H */
