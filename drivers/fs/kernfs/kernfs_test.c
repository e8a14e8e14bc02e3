/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* kernfs: what its files say, against the calls that say the same; what drivers add; who may write. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest_fixture.h>

const char *rump_test_kernfs_add(void);

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

static void
up(void)
{
	OK(rump_sys_mkdir("/kern", 0755));
	OK(rump_sys_mount(RUMP_MOUNT_KERNFS, "/kern", 0, NULL, 0));
}

static void
down(void)
{
	OK(rump_sys_unmount("/kern", 0));
}

/* The whole file, as a string that lasts until the next. */
static const char *
slurp(const char *path)
{
	static char buf[65536];
	const int fd = rump_sys_open(path, O_RDONLY);
	ssize_t n;

	ck_assert_msg(fd >= 0, "%s: %s", path, strerror(errno));
	n = rump_sys_read(fd, buf, sizeof(buf) - 1);
	ck_assert_msg(n >= 0, "%s: %s", path, strerror(errno));
	buf[n] = '\0';
	OK(rump_sys_close(fd));
	return buf;
}

static const struct {
	const char *path, *text;
} texts[] = {
	{ "/kern/hz", "100\n" },
	{ "/kern/pagesize", "4096\n" },
	{ "/kern/loadavg", "0 0 0 2048\n" },
};

START_TEST(kernfs_tells)
{
	char name[256], want[300];
	struct timespec now;
	long long a, b;
	struct stat st;

	up();
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		ck_assert_str_eq(slurp(texts[i].path), texts[i].text);
	OK(rump_sys_gethostname(name, sizeof(name)));
	snprintf(want, sizeof(want), "%s\n", name);
	ck_assert_str_eq(slurp("/kern/hostname"), want);
	ck_assert_ptr_nonnull(strstr(slurp("/kern/copyright"), "Copyright"));
	IS(strlen(slurp("/kern/version")) > 3, 1);
	OK(rump_sys_clock_gettime(CLOCK_REALTIME, &now));
	IS(sscanf(slurp("/kern/time"), "%lld %lld\n", &a, &b), 2);
	ck_assert_int_ge(a, now.tv_sec);
	ck_assert_int_le(a, now.tv_sec + 100);
	ck_assert_int_lt(b, 1000000);
	IS(sscanf(slurp("/kern/boottime"), "%lld\n", &b), 1);
	ck_assert_int_le(b, a);
	IS(sscanf(slurp("/kern/uptime"), "%lld.%lld\n", &a, &b), 2);
	IS(sscanf(slurp("/kern/physmem"), "%lld\n", &a), 1);
	ck_assert_int_ge(a, 1 << 20);
	IS(a % 4096, 0);
	OK(rump_sys_mkdir("/k", 0755));
	FAILS(rump_sys_mount(RUMP_MOUNT_KERNFS, "/k", 0, "twelve bytes", 12), EINVAL);
	ck_assert_ptr_nonnull(strstr(slurp("/kern/msgbuf"), "not of 12 bytes"));
	OK(rump_sys_stat("/kern/hz", &st));
	IS(st.st_size, 4);
	IS(st.st_mode, S_IFREG | 0444);
	down();
}
END_TEST

START_TEST(kernfs_hostname_is_written)
{
	char name[256];
	int fd;

	up();
	fd = rump_sys_open("/kern/hostname", O_RDWR | O_TRUNC);
	OK(fd);
	IS(rump_sys_write(fd, "newname\n", 8), 8);
	OK(rump_sys_gethostname(name, sizeof(name)));
	ck_assert_str_eq(name, "newname");
	ck_assert_str_eq(slurp("/kern/hostname"), "newname\n");
	FAILS(rump_sys_pwrite(fd, "x", 1, 5), EINVAL);
	FAILS(rump_sys_pwrite(fd, "a\0b", 3, 0), EINVAL);
	memset(name, 'n', sizeof(name));
	FAILS(rump_sys_pwrite(fd, name, sizeof(name), 0), EINVAL);
	FAILS(rump_sys_pwrite(fd, NULL, 5, 0), EFAULT);
	OK(rump_sys_close(fd));
	ck_assert_str_eq(slurp("/kern/hostname"), "newname\n");
	OK(rump_sys_seteuid(1000));
	FAILS(rump_sys_open("/kern/hostname", O_WRONLY), EACCES);
	ck_assert_str_eq(slurp("/kern/hostname"), "newname\n");
	OK(rump_sys_seteuid(0));
	down();
}
END_TEST

START_TEST(kernfs_names_are_the_kernels)
{
	struct stat st;

	up();
	FAILS(rump_sys_open("/kern/new", O_CREAT | O_RDWR, 0644), EROFS);
	FAILS(rump_sys_mkdir("/kern/new", 0755), EROFS);
	FAILS(rump_sys_mkdir("/kern/hz", 0755), EEXIST);
	FAILS(rump_sys_symlink("x", "/kern/new"), EROFS);
	FAILS(rump_sys_unlink("/kern/hz"), EROFS);
	FAILS(rump_sys_unlink("/kern/none"), ENOENT);
	FAILS(rump_sys_rename("/kern/hz", "/kern/zh"), EROFS);
	FAILS(rump_sys_link("/kern/hz", "/kern/zh"), EROFS);
	FAILS(rump_sys_chmod("/kern/hz", 0666), EROFS);
	FAILS(rump_sys_stat("/kern/none", &st), ENOENT);
	FAILS(rump_sys_stat("/kern/hz/x", &st), ENOTDIR);
	FAILS(rump_sys_mount(RUMP_MOUNT_KERNFS, "/kern", 0, "x", 1), EINVAL);
	down();
}
END_TEST

START_TEST(kernfs_drivers_add)
{
	char buf[64] = "";
	struct stat st;
	int fd;

	ck_assert_ptr_null(rump_test_kernfs_add());
	up();
	ck_assert_str_eq(slurp("/kern/driver/sub/number"), "42\n");
	ck_assert_str_eq(slurp("/kern/driver/sub/../../driver/sub/number"), "42\n");
	OK(rump_sys_stat("/kern/driver", &st));
	IS(st.st_nlink, 3);
	/* A text that is read in pieces is of one moment. */
	fd = rump_sys_open("/kern/driver/count", O_RDONLY);
	OK(fd);
	IS(rump_sys_read(fd, buf, 3), 3);
	IS(rump_sys_read(fd, buf + 3, 60), 4);
	ck_assert_str_eq(buf, "count 1");
	IS(rump_sys_read(fd, buf, 60), 0);
	IS(rump_sys_pread(fd, buf, 60, 0), 7);
	ck_assert_str_eq(buf, "count 2");
	OK(rump_sys_close(fd));
	IS(strlen(slurp("/kern/driver/large")), 10000);
	fd = rump_sys_open("/kern/driver/endless", O_RDONLY);
	OK(fd);
	FAILS(rump_sys_read(fd, buf, 1), EFBIG);
	OK(rump_sys_close(fd));
	fd = rump_sys_open("/kern/driver/setting", O_RDWR);
	OK(fd);
	IS(rump_sys_write(fd, "set", 3), 3);
	FAILS(rump_sys_pwrite(fd, buf, 40, 0), EINVAL);
	OK(rump_sys_close(fd));
	ck_assert_str_eq(slurp("/kern/driver/setting"), "set");
	down();
}
END_TEST

/* Entries of a directory, in pieces of len bytes; the names with commas. */
static void
list(const char *path, size_t len, char *out)
{
	char buf[4096];
	const int fd = rump_sys_open(path, O_RDONLY | O_DIRECTORY);
	long n;

	OK(fd);
	*out = '\0';
	while ((n = rump_sys_getdents(fd, buf, len)) > 0)
		for (long o = 0; o < n; o += ((struct dirent64 *)(buf + o))->d_reclen)
			strcat(strcat(out, ((struct dirent64 *)(buf + o))->d_name), ",");
	IS(n, 0);
	OK(rump_sys_close(fd));
}

START_TEST(kernfs_lists)
{
	char whole[1024], pieces[1024];

	up();
	list("/kern", 4096, whole);
	list("/kern", 48, pieces);
	ck_assert_str_eq(whole, pieces);
	ck_assert_str_eq(whole,
	    ".,..,boottime,copyright,domainname,hostname,hz,loadavg,msgbuf,ncpu,osrelease,ostype,"
	    "pagesize,physmem,time,uptime,version,");
	down();
}
END_TEST

START_TEST(kernfs_is_forced)
{
	char buf[8];
	int fd;

	up();
	fd = rump_sys_open("/kern/time", O_RDONLY);
	OK(fd);
	FAILS(rump_sys_unmount("/kern", 0), EBUSY);
	OK(rump_sys_unmount("/kern", RUMP_MNT_FORCE));
	ck_assert(rump_sys_read(fd, buf, 1) <= 0);
	OK(rump_sys_close(fd));
}
END_TEST

static void
fault_body(void *arg)
{
	char buf[64];
	int fd;

	if (rump_sys_mkdir("/kern", 0755) != 0 ||
	    rump_sys_mount(RUMP_MOUNT_KERNFS, "/kern", 0, NULL, 0) != 0)
		return;
	fd = rump_sys_open("/kern/hostname", O_RDWR);
	if (fd >= 0) {
		(void)rump_sys_read(fd, buf, sizeof(buf));
		(void)rump_sys_pwrite(fd, "x", 1, 0);
		(void)rump_sys_close(fd);
	}
	if (rump_sys_unmount("/kern", 0) != 0)
		IS(rump_sys_unmount("/kern", 0), 0);
}

START_TEST(kernfs_fails_whole)
{
	ck_assert_uint_ge(rumptest_fault_each(RUMP_FAULT_ALL, fault_body, NULL), 3);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("kernfs"), *bare = tcase_create("faults");
	Suite *s = suite_create("kernfs");
	SRunner *sr = srunner_create(s);
	int failed;

	rumptest_fixture(tc);
	tcase_add_test(tc, kernfs_tells);
	tcase_add_test(tc, kernfs_hostname_is_written);
	tcase_add_test(tc, kernfs_names_are_the_kernels);
	tcase_add_test(tc, kernfs_drivers_add);
	tcase_add_test(tc, kernfs_lists);
	tcase_add_test(tc, kernfs_is_forced);
	tcase_add_test(bare, kernfs_fails_whole);
	suite_add_tcase(s, tc);
	suite_add_tcase(s, bare);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
