/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Every allocation and every copy of some work fails in turn: a call does what it should, or says so
 * and has done nothing.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest_fixture.h>

#define BYTES 100000

static bool
there(const char *path)
{
	struct stat st;

	return rump_sys_lstat(path, &st) == 0;
}

/* After the call that may have failed, the name is there or not. */
static void
check(const char *what, long ret, const char *path, bool want)
{
	const int err = errno;
	const bool memory = err == ENOSPC || err == ENOMEM || err == EFAULT;

	rump_check_fault(0, 0);
	ck_assert_msg(ret >= 0 || memory, "%s: %s", what, strerror(err));
	if (path != NULL)
		ck_assert_msg(there(path) == ((ret >= 0) == want), "%s: %ld, and %s is%s there",
		    what, ret, path, there(path) ? "" : " not");
}

static struct {
	unsigned kinds, nth;
} fault;

static void
write_and_check(int fd)
{
	static unsigned char buf[BYTES], back[BYTES + 1];
	struct stat st;
	long ret, got;

	memset(buf, 0x77, sizeof(buf));
	rump_check_fault(fault.kinds, fault.nth);
	ret = rump_sys_pwrite(fd, buf, BYTES, 0);
	check("write", ret, NULL, true);
	ck_assert_int_eq(rump_sys_fstat(fd, &st), 0);
	ck_assert_int_eq(st.st_size, ret < 0 ? 0 : ret);
	got = rump_sys_pread(fd, back, sizeof(back), 0);
	ck_assert_int_eq(got, st.st_size);
	ck_assert_int_eq(memcmp(back, buf, (size_t)got), 0);
	/* Over a hole in the middle: what did not arrive is zero, though the memory was not. */
	ck_assert_int_eq(rump_sys_ftruncate(fd, 0), 0);
	ck_assert_int_eq(rump_sys_pwrite(fd, buf, BYTES, 0), BYTES);
	ck_assert_int_eq(rump_sys_ftruncate(fd, 0), 0);
	ck_assert_int_eq(rump_sys_ftruncate(fd, 2 * BYTES), 0);
	rump_check_fault(fault.kinds, fault.nth);
	ret = rump_sys_pwrite(fd, buf, BYTES, 0);
	check("write over a hole", ret, NULL, true);
	ck_assert_int_eq(rump_sys_pread(fd, back, BYTES, 0), BYTES);
	for (long i = ret < 0 ? 0 : ret; i < BYTES; i++)
		if (back[i] != 0)
			ck_abort_msg("byte %ld is %d", i, back[i]);
}

#define STEP(call, path, want)                            \
	do {                                              \
		rump_check_fault(fault.kinds, fault.nth); \
		const long ret_ = (long)(call);           \
		check(#call, ret_, path, want);           \
	} while (0)

/* The fault is armed anew for each call, so that each has its nth event failing. */
static void
work(void)
{
	struct statvfs before, after;
	int fd;

	ck_assert_int_eq(rump_sys_statvfs1("/t", &before, 0), 0);
	STEP(fd = rump_sys_open("/t/f", O_CREAT | O_RDWR, 0644), "/t/f", true);
	if (fd < 0)
		fd = rump_sys_open("/t/f", O_CREAT | O_RDWR, 0644);
	ck_assert_int_ge(fd, 0);
	write_and_check(fd);
	STEP(rump_sys_fallocate(fd, 0, 0, 40 * BYTES), NULL, true);
	STEP(rump_sys_fallocate(fd, 3, 70000, 30 * BYTES), NULL, true); /* punch */
	STEP(rump_sys_ftruncate(fd, 50001), NULL, true);
	STEP(rump_sys_fsetxattr(fd, "user.x", "value", 5, 0), NULL, true);
	ck_assert_int_eq(rump_sys_close(fd), 0);
	STEP(rump_sys_mkdir("/t/d", 0755), "/t/d", true);
	STEP(rump_sys_symlink("/some/where", "/t/s"), "/t/s", true);
	STEP(rump_sys_link("/t/f", "/t/l"), "/t/l", true);
	STEP(rump_sys_mkfifo("/t/p", 0644), "/t/p", true);
	STEP(rump_sys_rename("/t/f", "/t/g"), "/t/f", false);
	if (there("/t/f")) {
		ck_assert(!there("/t/g"));
		ck_assert_int_eq(rump_sys_rename("/t/f", "/t/g"), 0);
	}
	STEP(rump_sys_renameat2(AT_FDCWD, "/t/g", AT_FDCWD, "/t/g", 2), NULL, true);
	STEP(rump_sys_unlink("/t/g"), "/t/g", false);
	(void)rump_sys_unlink("/t/g");
	(void)rump_sys_unlink("/t/l");
	(void)rump_sys_unlink("/t/s");
	(void)rump_sys_unlink("/t/p");
	(void)rump_sys_rmdir("/t/d");
	STEP(fd = rump_sys_open("/t", O_TMPFILE | O_RDWR, 0600), NULL, true);
	if (fd >= 0)
		ck_assert_int_eq(rump_sys_close(fd), 0);
	ck_assert_int_eq(rump_sys_statvfs1("/t", &after, 0), 0);
	ck_assert_uint_eq(before.f_bfree, after.f_bfree);
	ck_assert_uint_eq(before.f_ffree, after.f_ffree);
}

START_TEST(tmpfs_does_nothing_half)
{
	static const unsigned kinds[] = { RUMP_FAULT_MEMORY, RUMP_FAULT_COPYIN };

	fault.kinds = kinds[_i];
	ck_assert_int_eq(rump_sys_mkdir("/t", 0755), 0);
	ck_assert_int_eq(rump_sys_mount(RUMP_MOUNT_TMPFS, "/t", 0, NULL, 0), 0);
	for (fault.nth = 1; fault.nth <= 40; fault.nth++)
		work();
	ck_assert_int_eq(rump_sys_unmount("/t", 0), 0);
}
END_TEST

static void
mount_body(void *arg)
{
	if (rump_sys_mkdir("/t", 0755) != 0)
		return;
	if (rump_sys_mount(RUMP_MOUNT_TMPFS, "/t", 0, NULL, 0) == 0 &&
	    rump_sys_unmount("/t", 0) != 0)
		ck_assert_int_eq(
		    rump_sys_unmount("/t", 0), 0); /* the first one failed as it was told */
}

START_TEST(tmpfs_mount_fails_whole)
{
	ck_assert_uint_ge(rumptest_fault_each(RUMP_FAULT_ALL, mount_body, NULL), 2);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("tmpfs faults"), *bare = tcase_create("mount");
	Suite *s = suite_create("tmpfs faults");
	SRunner *sr = srunner_create(s);
	int failed;

	rumptest_fixture(tc);
	tcase_set_timeout(tc, 120);
	tcase_set_timeout(bare, 120);
	tcase_add_loop_test(tc, tmpfs_does_nothing_half, 0, 2);
	tcase_add_test(bare, tmpfs_mount_fails_whole);
	suite_add_tcase(s, tc);
	suite_add_tcase(s, bare);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
