/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* fdesc: an open is a dup, of the caller's own descriptors. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest_fixture.h>

#define OK(e) ck_assert_msg((e) >= 0, "%s: %s", #e, strerror(errno))
#define IS(e, value)                                                                           \
	do {                                                                                   \
		const long long is_ = (long long)(e), want_ = (long long)(value);              \
		ck_assert_msg(                                                                 \
		    is_ == want_, "%s: %lld, not %lld (%s)", #e, is_, want_, strerror(errno)); \
	} while (0)
#define FAILS(e, err)                                                                        \
	do {                                                                                 \
		errno = 0;                                                                   \
		const long ret_ = (long)(e);                                                 \
		ck_assert_msg(                                                               \
		    ret_ == -1 && errno == (err), "%s: %ld, %s", #e, ret_, strerror(errno)); \
	} while (0)

static char path[64];

static const char *
of(int fd)
{
	snprintf(path, sizeof(path), "/fd/%d", fd);
	return path;
}

static void
up(void)
{
	OK(rump_sys_mkdir("/fd", 0755));
	OK(rump_sys_mount(RUMP_MOUNT_FDESC, "/fd", 0, NULL, 0));
}

static void
down(void)
{
	OK(rump_sys_unmount("/fd", 0));
}

START_TEST(fdesc_open_is_dup)
{
	char buf[8];
	struct stat a, b;
	int fd, dup, ro, p[2], end;

	up();
	fd = rump_sys_open("/file", O_CREAT | O_RDWR, 0600);
	OK(fd);
	IS(rump_sys_write(fd, "0123456789", 10), 10);
	dup = rump_sys_open(of(fd), O_RDWR | O_CLOEXEC | O_TRUNC | O_CREAT, 0644);
	OK(dup);
	ck_assert_int_ne(fd, dup);
	IS(rump_sys_fcntl(dup, F_GETFD), FD_CLOEXEC);
	IS(rump_sys_fcntl(fd, F_GETFD), 0);
	IS(rump_sys_lseek(dup, 4, SEEK_SET), 4);
	IS(rump_sys_read(fd, buf, 2), 2);
	IS(memcmp(buf, "45", 2), 0);
	OK(rump_sys_fstat(fd, &a));
	IS(a.st_size, 10);
	OK(rump_sys_stat(of(fd), &b));
	IS(b.st_size, 10);
	IS(b.st_mode, a.st_mode);
	/* The mode must be within; the file's own permission is not asked again. */
	ro = rump_sys_open("/file", O_RDONLY);
	OK(ro);
	FAILS(rump_sys_open(of(ro), O_RDWR), EACCES);
	FAILS(rump_sys_open(of(ro), O_WRONLY), EACCES);
	OK(rump_sys_seteuid(1000));
	end = rump_sys_open(of(ro), O_RDONLY);
	OK(end);
	OK(rump_sys_seteuid(0));
	OK(rump_sys_close(end));
	OK(rump_sys_close(dup));
	OK(rump_sys_close(ro));
	OK(rump_sys_close(fd));
	/* Of what is no vnode, too. */
	OK(rump_sys_pipe2(p, 0));
	end = rump_sys_open(of(p[1]), O_WRONLY);
	OK(end);
	OK(rump_sys_close(p[1]));
	IS(rump_sys_write(end, "x", 1), 1);
	IS(rump_sys_read(p[0], buf, 1), 1);
	OK(rump_sys_close(end));
	IS(rump_sys_read(p[0], buf, 1), 0);
	OK(rump_sys_close(p[0]));
	down();
}
END_TEST

static const struct {
	const char *path;
	int err;
} absent[] = {
	{ "/fd/99", EBADF },
	{ "/fd/99999999999999999999999", EBADF },
	{ "/fd/2147483647", EBADF },
	{ "/fd/00", ENOENT },
	{ "/fd/-1", ENOENT },
	{ "/fd/1x", ENOENT },
	{ "/fd/none", ENOENT },
};

START_TEST(fdesc_names)
{
	struct stat st;
	char buf[8] = "";
	int fd;

	up();
	for (size_t i = 0; i < sizeof(absent) / sizeof(absent[0]); i++) {
		const int ret = rump_sys_open(absent[i].path, O_RDONLY);

		ck_assert_msg(ret == -1 && errno == absent[i].err, "%s: %d, %s", absent[i].path,
		    ret, strerror(errno));
		IS(rump_sys_stat(absent[i].path, &st), -1);
	}
	fd = rump_sys_open("/", O_RDONLY | O_DIRECTORY);
	OK(fd);
	OK(rump_sys_stat(of(fd), &st));
	IS(st.st_mode & S_IFMT, S_IFCHR); /* no second way up */
	snprintf(buf, sizeof(buf), "%d", fd);
	FAILS(rump_sys_unlink(of(fd)), EROFS);
	FAILS(rump_sys_rmdir(of(fd)), EROFS);
	FAILS(rump_sys_rename(of(fd), "/fd/77"), EROFS);
	FAILS(rump_sys_open("/fd/new", O_CREAT | O_RDWR, 0644), EROFS);
	FAILS(rump_sys_mkdir("/fd/new", 0755), EROFS);
	FAILS(rump_sys_chmod(of(fd), 0777), EPERM);
	FAILS(rump_sys_chmod("/fd", 0777), EPERM);
	IS(rump_sys_readlink("/fd/stderr", buf, sizeof(buf)), 1);
	IS(buf[0], '2');
	OK(rump_sys_close(fd));
	down();
}
END_TEST

START_TEST(fdesc_lists)
{
	char buf[512], names[256] = "", want[256];
	int a, b, dir;
	long n;

	up();
	a = rump_sys_open("/", O_RDONLY);
	b = rump_sys_fcntl(a, F_DUPFD, 9);
	dir = rump_sys_open("/fd", O_RDONLY | O_DIRECTORY);
	OK(dir);
	IS(b, 9);
	while ((n = rump_sys_getdents(dir, buf, 32)) > 0)
		for (long o = 0; o < n; o += ((struct dirent64 *)(buf + o))->d_reclen)
			strcat(strcat(names, ((struct dirent64 *)(buf + o))->d_name), ",");
	IS(n, 0);
	/* The first three may be open; then the lowest numbers. */
	snprintf(want, sizeof(want), "%d,%d,9,", a, dir);
	ck_assert_msg(strncmp(names, ".,..,stdin,stdout,stderr,", 25) == 0, "%s", names);
	ck_assert_msg(strlen(names) >= strlen(want) &&
		strcmp(names + strlen(names) - strlen(want), want) == 0,
	    "%s", names);
	OK(rump_sys_close(a));
	OK(rump_sys_close(b));
	OK(rump_sys_close(dir));
	down();
}
END_TEST

START_TEST(fdesc_is_of_the_process)
{
	const int self = rump_sys_getpid();
	struct stat st;
	int fd;

	up();
	fd = rump_sys_open("/", O_RDONLY);
	OK(fd);
	OK(rump_sys_stat(of(fd), &st));
	OK(rump_pub_lwproc_rfork(RUMP_RFCFDG));
	ck_assert_int_ne(rump_sys_getpid(), self);
	FAILS(rump_sys_stat(of(fd), &st), EBADF);
	FAILS(rump_sys_open(of(fd), O_RDONLY), EBADF);
	rump_pub_lwproc_releaselwp();
	OK(rump_sys_stat(of(fd), &st));
	OK(rump_sys_close(fd));
	FAILS(rump_sys_stat(of(fd), &st), EBADF);
	down();
}
END_TEST

#define ROUNDS 300

static void *
opener(void *arg)
{
	char p[32];
	struct stat st;

	for (int i = 0; i < ROUNDS; i++) {
		const int fd = rump_sys_open("/", O_RDONLY);

		snprintf(p, sizeof(p), "/fd/%d", i % 12);
		const int dup = rump_sys_open(p, O_RDONLY);

		(void)rump_sys_stat(p, &st);
		if (dup >= 0)
			(void)rump_sys_close(dup);
		if (fd >= 0)
			(void)rump_sys_close(fd);
	}
	return NULL;
}

/* Numbers are opened, duplicated and closed under one another; by force, the mount goes too. */
START_TEST(fdesc_races)
{
	pthread_t t[8];

	up();
	for (int i = 0; i < 8; i++)
		IS(pthread_create(&t[i], NULL, opener, NULL), 0);
	if (_i != 0)
		OK(rump_sys_unmount("/fd", RUMP_MNT_FORCE));
	for (int i = 0; i < 8; i++)
		IS(pthread_join(t[i], NULL), 0);
	for (int fd = 3; fd < 64; fd++) /* none is left open */
		FAILS(rump_sys_close(fd), EBADF);
	if (_i == 0)
		down();
}
END_TEST

static void
fault_body(void *arg)
{
	struct stat st;
	int fd, dup;

	if (rump_sys_mkdir("/fd", 0755) != 0 ||
	    rump_sys_mount(RUMP_MOUNT_FDESC, "/fd", 0, NULL, 0) != 0)
		return;
	fd = rump_sys_open("/", O_RDONLY);
	if (fd >= 0) {
		dup = rump_sys_open(of(fd), O_RDONLY);
		(void)rump_sys_stat(of(fd), &st);
		if (dup >= 0)
			(void)rump_sys_close(dup);
		(void)rump_sys_close(fd);
	}
	if (rump_sys_unmount("/fd", 0) != 0)
		IS(rump_sys_unmount("/fd", 0), 0);
}

START_TEST(fdesc_fails_whole)
{
	ck_assert_uint_ge(rumptest_fault_each(RUMP_FAULT_ALL, fault_body, NULL), 3);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("fdesc"), *bare = tcase_create("faults");
	Suite *s = suite_create("fdesc");
	SRunner *sr = srunner_create(s);
	int failed;

	rumptest_fixture(tc);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, fdesc_open_is_dup);
	tcase_add_test(tc, fdesc_names);
	tcase_add_test(tc, fdesc_lists);
	tcase_add_test(tc, fdesc_is_of_the_process);
	tcase_add_loop_test(tc, fdesc_races, 0, 2);
	tcase_add_test(bare, fdesc_fails_whole);
	suite_add_tcase(s, tc);
	suite_add_tcase(s, bare);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
