/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* null mounts beyond the contract of file systems: views, loops, stacks, and what a forced unmount ends. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_event.h>
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

static int
show(const char *target, const char *at, int flags)
{
	struct rump_null_args args = { .target = (char *)target };

	return rump_sys_mount(RUMP_MOUNT_NULL, at, flags, &args, sizeof(args));
}

/* A tmpfs at /t with a tree in it, and a view of /t/d at /v. */
static void
up(void)
{
	OK(rump_sys_mkdir("/t", 0755));
	OK(rump_sys_mkdir("/v", 0755));
	OK(rump_sys_mount(RUMP_MOUNT_TMPFS, "/t", 0, NULL, 0));
	OK(rump_sys_mkdir("/t/d", 0755));
	OK(rump_sys_mkdir("/t/d/sub", 0755));
	OK(show("/t/d", "/v", 0));
}

static void
down(void)
{
	OK(rump_sys_chdir("/"));
	OK(rump_sys_unmount("/v", 0));
	OK(rump_sys_unmount("/t", 0));
}

static int
make(const char *path)
{
	const int fd = rump_sys_open(path, O_CREAT | O_RDWR, 0644);

	OK(fd);
	return fd;
}

static bool
there(const char *path)
{
	struct stat st;

	return rump_sys_lstat(path, &st) == 0;
}

START_TEST(null_shows_both_ways)
{
	char buf[64] = "";
	struct stat a, b;
	int fd, low;

	up();
	fd = make("/v/f");
	IS(rump_sys_write(fd, "above", 5), 5);
	low = rump_sys_open("/t/d/f", O_RDWR);
	OK(low);
	IS(rump_sys_read(low, buf, sizeof(buf)), 5);
	IS(memcmp(buf, "above", 5), 0);
	IS(rump_sys_pwrite(low, "below", 5, 100), 5);
	OK(rump_sys_fstat(fd, &a));
	OK(rump_sys_fstat(low, &b));
	IS(a.st_size, 105);
	IS(a.st_ino, b.st_ino);
	ck_assert(a.st_dev != b.st_dev);
	IS(rump_sys_pread(fd, buf, 5, 100), 5);
	IS(memcmp(buf, "below", 5), 0);
	/* Removed below, it goes when the last one closes it above. */
	OK(rump_sys_unlink("/t/d/f"));
	ck_assert(!there("/v/f"));
	OK(rump_sys_fstat(fd, &a));
	IS(a.st_nlink, 0);
	OK(rump_sys_close(low));
	OK(rump_sys_close(fd));
	/* Names that change below are seen at once. */
	OK(rump_sys_rename("/t/d/sub", "/t/d/bus"));
	ck_assert(there("/v/bus") && !there("/v/sub"));
	FAILS(rump_sys_link("/v/f", "/t/d/g"), ENOENT);
	rump_sys_close(make("/v/f"));
	FAILS(rump_sys_link("/v/f", "/t/d/g"), EXDEV);
	FAILS(rump_sys_rename("/v/f", "/t/d/g"), EXDEV);
	OK(rump_sys_chdir("/v/bus"));
	IS(rump_sys___getcwd(buf, sizeof(buf)) > 0, 1);
	IS(strcmp(buf, "/v/bus"), 0);
	OK(rump_sys_chdir("../.."));
	ck_assert(there("t"));
	down();
}
END_TEST

START_TEST(null_keeps_nothing)
{
	struct statvfs before, after;
	static char buf[100000];
	int fd;

	up();
	OK(rump_sys_statvfs1("/v", &before, 0));
	fd = make("/v/f");
	IS(rump_sys_write(fd, buf, sizeof(buf)), sizeof(buf));
	OK(rump_sys_close(fd));
	OK(rump_sys_unlink("/t/d/f"));
	OK(rump_sys_statvfs1("/v", &after, 0));
	IS(before.f_bfree, after.f_bfree);
	FAILS(rump_sys_unmount("/t", 0), EBUSY); /* the layer has its root */
	down();
}
END_TEST

static const struct {
	const char *name, *target, *at;
	int err;
} loops[] = {
	{ "itself", "/t/d", "/t/d", EDEADLK },
	{ "below its target", "/t", "/t/d", EDEADLK },
	{ "far below", "/", "/t/d/sub", EDEADLK },
	{ "above its target", "/t/d/sub", "/t/d", EDEADLK },
	{ "by a view of it", "/v", "/t/d/sub", EDEADLK },
	{ "in a view of it", "/t/d/sub", "/v/sub", EDEADLK },
	{ "absent", "/t/none", "/w", ENOENT },
	{ "no directory", "/t/f", "/w", ENOTDIR },
	{ "through a file", "/t/f/x", "/w", ENOTDIR },
	{ "empty", "", "/w", ENOENT },
	{ "distinct", "/t/d/sub", "/w", 0 },
};

START_TEST(null_refuses_loops)
{
	up();
	rump_sys_close(make("/t/f"));
	OK(rump_sys_mkdir("/w", 0755));
	const int ret = show(loops[_i].target, loops[_i].at, 0);

	ck_assert_msg((ret == 0 ? 0 : errno) == loops[_i].err, "%s: %d, %s", loops[_i].name, ret,
	    strerror(errno));
	if (ret == 0)
		OK(rump_sys_unmount(loops[_i].at, 0));
	FAILS(show(NULL, "/w", 0), EFAULT);
	FAILS(rump_sys_mount(RUMP_MOUNT_NULL, "/w", 0, NULL, 0), EINVAL);
	FAILS(rump_sys_mount(RUMP_MOUNT_NULL, "/w", 0, "x", 1), EINVAL);
	down();
}
END_TEST

START_TEST(null_stacks)
{
	static char names[3][4] = { "/a", "/b", "/c" };
	struct rump_statvfs sv[8];
	char buf[16], path[32];
	int fd, n;

	up();
	for (int i = 0; i < 3; i++) {
		OK(rump_sys_mkdir(names[i], 0755));
		OK(show(i == 0 ? "/v" : names[i - 1], names[i], 0));
	}
	fd = make("/c/sub/f");
	IS(rump_sys_write(fd, "deep", 4), 4);
	IS(rump_sys_pread(fd, buf, sizeof(buf), 0), 4);
	ck_assert(there("/t/d/sub/f"));
	OK(rump_sys_rename("/b/sub", "/b/other"));
	snprintf(path, sizeof(path), "/a/other/f");
	ck_assert(there(path));
	OK(rump_sys_flock(fd, LOCK_EX));
	OK(rump_sys_close(fd));
	FAILS(rump_sys_unmount("/b", 0), EBUSY);
	n = (int)rump_sys_getvfsstat(sv, sizeof(sv), RUMP_MNT_WAIT);
	IS(n, 6);
	ck_assert_str_eq(sv[5].f_fstypename, "null");
	ck_assert_str_eq(sv[5].f_mntonname, "/c");
	ck_assert_str_eq(sv[5].f_mntfromname, "/b");
	for (int i = 2; i >= 0; i--)
		OK(rump_sys_unmount(names[i], 0));
	down();
}
END_TEST

/* Read-only above (0), or below (1): the same errors. */
START_TEST(null_read_only)
{
	struct stat st;
	int fd;

	up();
	rump_sys_close(make("/t/d/f"));
	OK(rump_sys_symlink("f", "/t/d/l"));
	if (_i == 0)
		OK(rump_sys_mount(
		    RUMP_MOUNT_NULL, "/v", RUMP_MNT_UPDATE | RUMP_MNT_RDONLY, NULL, 0));
	else
		OK(rump_sys_mount(
		    RUMP_MOUNT_TMPFS, "/t", RUMP_MNT_UPDATE | RUMP_MNT_RDONLY, NULL, 0));
	FAILS(rump_sys_open("/v/f", O_RDWR), EROFS);
	FAILS(rump_sys_open("/v/new", O_RDWR | O_CREAT, 0644), EROFS);
	FAILS(rump_sys_unlink("/v/f"), EROFS);
	FAILS(rump_sys_unlink("/v/none"), ENOENT);
	FAILS(rump_sys_rmdir("/v/sub"), EROFS);
	FAILS(rump_sys_mkdir("/v/new", 0755), EROFS);
	FAILS(rump_sys_mkdir("/v/sub", 0755), EEXIST);
	FAILS(rump_sys_rename("/v/f", "/v/g"), EROFS);
	FAILS(rump_sys_link("/v/f", "/v/g"), EROFS);
	FAILS(rump_sys_symlink("x", "/v/g"), EROFS);
	FAILS(rump_sys_chmod("/v/f", 0600), EROFS);
	FAILS(rump_sys_truncate("/v/f", 5), EROFS);
	FAILS(rump_sys_setxattr("/v/f", "user.x", "y", 1, 0), EROFS);
	FAILS(rump_sys_access("/v/f", W_OK), EROFS);
	OK(rump_sys_stat("/v/l", &st));
	IS(st.st_mode & 07777, 0644);
	if (_i == 0) {
		rump_sys_close(make("/t/d/g"));
		OK(rump_sys_mount(RUMP_MOUNT_NULL, "/v", RUMP_MNT_UPDATE, NULL, 0));
		fd = make("/v/g");
		FAILS(rump_sys_mount(
			  RUMP_MOUNT_NULL, "/v", RUMP_MNT_UPDATE | RUMP_MNT_RDONLY, NULL, 0),
		    EBUSY);
		/* What is open for writing above is so below. */
		FAILS(rump_sys_mount(
			  RUMP_MOUNT_TMPFS, "/t", RUMP_MNT_UPDATE | RUMP_MNT_RDONLY, NULL, 0),
		    EBUSY);
		OK(rump_sys_close(fd));
		OK(rump_sys_mount(
		    RUMP_MOUNT_TMPFS, "/t", RUMP_MNT_UPDATE | RUMP_MNT_RDONLY, NULL, 0));
	}
	down();
}
END_TEST

START_TEST(null_handles)
{
	char fh[64];
	size_t len = sizeof(fh);
	struct stat a, b;
	int fd;

	up();
	rump_sys_close(make("/v/f"));
	OK(rump_sys_getfh("/v/f", fh, &len));
	OK(rump_sys_fhstat(fh, len, &a));
	OK(rump_sys_stat("/v/f", &b));
	IS(a.st_ino, b.st_ino);
	IS(a.st_dev, b.st_dev);
	fd = rump_sys_fhopen(fh, len, O_RDWR);
	OK(fd);
	OK(rump_sys_close(fd));
	OK(rump_sys_unlink("/t/d/f"));
	FAILS(rump_sys_fhstat(fh, len, &a), ESTALE);
	OK(rump_sys_unmount("/v", 0));
	FAILS(rump_sys_fhstat(fh, len, &a), ESTALE);
	OK(rump_sys_unmount("/t", 0));
}
END_TEST

/* By force with a file open, locked and watched; what is below goes on, and is free of all that. */
START_TEST(null_forced)
{
	struct rump_kevent ev, got;
	struct timespec none = { 0, 0 };
	char buf[8];
	struct stat st;
	int fd, low, kq;

	up();
	fd = make("/v/f");
	low = rump_sys_open("/t/d/f", O_RDWR);
	OK(low);
	OK(rump_sys_flock(fd, LOCK_EX));
	FAILS(rump_sys_flock(low, LOCK_EX | LOCK_NB), EAGAIN);
	kq = rump_sys_kqueue();
	OK(kq);
	memset(&ev, 0, sizeof(ev));
	ev.ident = (uintptr_t)fd;
	ev.filter = RUMP_EVFILT_VNODE;
	ev.flags = RUMP_EV_ADD | RUMP_EV_CLEAR;
	ev.fflags = RUMP_NOTE_WRITE;
	OK(rump_sys_kevent(kq, &ev, 1, NULL, 0, &none));
	IS(rump_sys_write(low, "x", 1), 1);
	IS(rump_sys_kevent(kq, NULL, 0, &got, 1, &none), 1);
	ck_assert(got.fflags & RUMP_NOTE_WRITE);
	FAILS(rump_sys_unmount("/v", 0), EBUSY);
	OK(rump_sys_unmount("/v", RUMP_MNT_FORCE));
	ck_assert(rump_sys_read(fd, buf, 1) <= 0);
	IS(rump_sys_write(fd, buf, 1), -1);
	IS(rump_sys_fstat(fd, &st), -1);
	OK(rump_sys_flock(low, LOCK_EX | LOCK_NB));
	IS(rump_sys_write(low, "x", 1), 1);
	/* Nobody has it open for writing above any more. */
	OK(rump_sys_close(low));
	OK(rump_sys_mount(RUMP_MOUNT_TMPFS, "/t", RUMP_MNT_UPDATE | RUMP_MNT_RDONLY, NULL, 0));
	OK(rump_sys_close(fd));
	OK(rump_sys_close(kq));
	OK(rump_sys_unmount("/t", 0));
}
END_TEST

unsigned rump_lf_nwaiters(void); /* requests for locks that sleep; private/rump_vnode.h */

struct waiter {
	int fd, ret, err;
};

static void *
wait_for_lock(void *arg)
{
	struct waiter *const w = arg;

	w->ret = rump_sys_flock(w->fd, LOCK_EX);
	w->err = errno;
	return NULL;
}

/* The layer, or what is below, goes by force while a lock of the file below is waited for. */
START_TEST(null_forced_while_waiting)
{
	const char *const goes = _i == 0 ? "/v" : "/t";
	struct waiter w;
	pthread_t thread;
	unsigned n;
	int low;

	up();
	w.fd = make("/v/f");
	low = rump_sys_open("/t/d/f", O_RDWR);
	OK(low);
	OK(rump_sys_flock(low, LOCK_EX));
	IS(pthread_create(&thread, NULL, wait_for_lock, &w), 0);
	do {
		sched_yield();
		rump_schedule();
		n = rump_lf_nwaiters();
		rump_unschedule();
	} while (n == 0);
	OK(rump_sys_unmount(goes, RUMP_MNT_FORCE));
	IS(pthread_join(thread, NULL), 0);
	IS(w.ret, -1);
	IS(w.err, EBADF);
	OK(rump_sys_close(w.fd));
	OK(rump_sys_close(low));
	OK(rump_sys_unmount(_i == 0 ? "/t" : "/v", 0));
}
END_TEST

/* What is below goes by force; the layer is left with the dead, and can go. */
START_TEST(null_lower_forced)
{
	struct statvfs sv;
	struct stat st;
	int fd;

	up();
	fd = make("/v/f");
	OK(rump_sys_unmount("/t", RUMP_MNT_FORCE));
	IS(rump_sys_fstat(fd, &st), -1);
	IS(rump_sys_write(fd, "x", 1), -1);
	IS(rump_sys_stat("/v/f", &st), -1);
	IS(rump_sys_statvfs1("/v", &sv, RUMP_MNT_WAIT), -1);
	IS(rump_sys_mkdir("/v/x", 0755), -1);
	OK(rump_sys_close(fd));
	OK(rump_sys_unmount("/v", 0));
}
END_TEST

START_TEST(null_revoked)
{
	struct stat st;
	int fd, low;

	up();
	fd = make("/v/f");
	low = rump_sys_open("/t/d/f", O_RDWR);
	OK(low);
	OK(rump_sys_revoke("/v/f"));
	IS(rump_sys_fstat(fd, &st), -1);
	IS(rump_sys_fstat(low, &st), -1);
	OK(rump_sys_close(fd));
	OK(rump_sys_close(low));
	OK(rump_sys_stat("/v/f", &st));
	down();
}
END_TEST

/* A directory that was moved out of what is shown has no way up through the view. */
START_TEST(null_moved_out)
{
	up();
	OK(rump_sys_chdir("/v/sub"));
	OK(rump_sys_rename("/t/d/sub", "/t/sub"));
	OK(rump_sys_chdir(".."));
	FAILS(rump_sys_chdir(".."), ENOENT);
	OK(rump_sys_chdir("/"));
	down();
}
END_TEST

static void
few_vnodes(void)
{
	OK(setenv("RUMP_NVNODES", "64", 1));
}

START_TEST(null_with_64_vnodes)
{
	char path[64];
	struct stat st;

	up();
	for (int i = 0; i < 500; i++) {
		snprintf(path, sizeof(path), "/v/sub/f%d", i);
		rump_sys_close(make(path));
	}
	for (int i = 0; i < 500; i++) {
		snprintf(path, sizeof(path), "/%s/sub/f%d", i % 2 ? "v" : "t/d", i);
		OK(rump_sys_stat(path, &st));
		OK(rump_sys_unlink(path));
	}
	OK(rump_sys_rmdir("/v/sub"));
	down();
}
END_TEST

/* ---- Faults ---- */

static void
fault_body(void *arg)
{
	struct stat st;
	int fd;

	if (rump_sys_mkdir("/t", 0755) != 0 || rump_sys_mkdir("/v", 0755) != 0)
		return;
	if (rump_sys_mount(RUMP_MOUNT_TMPFS, "/t", 0, NULL, 0) != 0)
		return;
	if (show("/t", "/v", 0) == 0) {
		(void)rump_sys_mkdir("/v/d", 0755);
		fd = rump_sys_open("/v/d/f", O_CREAT | O_RDWR, 0644);
		if (fd >= 0) {
			(void)rump_sys_flock(fd, LOCK_SH);
			(void)rump_sys_close(fd);
		}
		(void)rump_sys_stat("/v/d/f", &st);
		(void)rump_sys_rename("/v/d/f", "/v/g");
		(void)rump_sys_unlink("/v/g");
		if (rump_sys_unmount("/v", 0) != 0)
			IS(rump_sys_unmount("/v", 0), 0);
	}
	if (rump_sys_unmount("/t", 0) != 0)
		IS(rump_sys_unmount("/t", 0), 0);
}

START_TEST(null_fails_whole)
{
	ck_assert_uint_ge(rumptest_fault_each(RUMP_FAULT_ALL, fault_body, NULL), 10);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("null"), *few = tcase_create("few"),
	      *bare = tcase_create("faults");
	Suite *s = suite_create("null");
	SRunner *sr = srunner_create(s);
	int failed;

	rumptest_fixture(tc);
	tcase_set_timeout(tc, 60);
	tcase_set_timeout(bare, 120);
	tcase_add_test(tc, null_shows_both_ways);
	tcase_add_test(tc, null_keeps_nothing);
	tcase_add_loop_test(tc, null_refuses_loops, 0, (int)(sizeof(loops) / sizeof(loops[0])));
	tcase_add_test(tc, null_stacks);
	tcase_add_loop_test(tc, null_read_only, 0, 2);
	tcase_add_test(tc, null_handles);
	tcase_add_test(tc, null_forced);
	tcase_add_loop_test(tc, null_forced_while_waiting, 0, 2);
	tcase_add_test(tc, null_lower_forced);
	tcase_add_test(tc, null_revoked);
	tcase_add_test(tc, null_moved_out);
	tcase_add_checked_fixture(few, few_vnodes, NULL);
	rumptest_fixture(few);
	tcase_add_test(few, null_with_64_vnodes);
	tcase_add_test(few, null_stacks);
	tcase_add_test(bare, null_fails_whole);
	suite_add_tcase(s, tc);
	suite_add_tcase(s, few);
	suite_add_tcase(s, bare);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
