/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Images made by mkfs.ext2, .ext3 and .ext4 over block sizes and features: each is mounted in a
 * rump kernel of its own and must be wholly equal to the tree that it was made from.
 */
#define _GNU_SOURCE
#include <sys/stat.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>

#include "ext2fs_testlib.h"

/* debugfs and e2fsck -D write the times of what they touch. */
#define HASH(alg) "tune2fs -E hash_alg=" alg " image; e2fsck -fyD image; [ $? -le 1 ]"

static const struct row {
	const char *name;
	const char *mkfs;  /* between the program and "image" */
	const char *after; /* a command on "image" */
	unsigned flags;
} rows[] = {
	{ "ext2", "ext2", NULL, 0 },
	{ "ext3", "ext3", NULL, 0 },
	{ "ext4", "ext4", NULL, 0 },
	{ "ext2, 1 KiB blocks", "ext2 -b 1024", NULL, 0 },
	{ "ext2, 64 KiB blocks", "ext2 -b 65536", NULL, 0 },
	{ "ext4, 1 KiB blocks", "ext4 -b 1024", NULL, 0 },
	{ "ext4, 2 KiB blocks", "ext4 -b 2048", NULL, 0 },
	{ "ext4, 8 KiB blocks", "ext4 -b 8192", NULL, 0 },
	{ "ext4, 16 KiB blocks", "ext4 -b 16384", NULL, 0 },
	{ "ext4, 32 KiB blocks", "ext4 -b 32768", NULL, 0 },
	{ "ext4, 64 KiB blocks", "ext4 -b 65536", NULL, 0 },
	{ "inline_data", "ext4 -O inline_data", NULL, 0 },
	{ "inline_data, 1 KiB inodes", "ext4 -O inline_data -I 1024", NULL, 0 },
	{ "ea_inode", "ext4 -O ea_inode", NULL, 0 },
	{ "bigalloc", "ext4 -O bigalloc -C 65536", NULL, 0 },
	{ "bigalloc, 1 KiB blocks", "ext4 -b 1024 -O bigalloc,^resize_inode -C 16384", NULL, 0 },
	{ "meta_bg", "ext4 -O meta_bg,^resize_inode", NULL, 0 },
	{ "meta_bg, 1 KiB blocks, many groups", "ext4 -b 1024 -O meta_bg,^resize_inode -g 1024",
	    NULL, 0 },
	{ "meta_bg, bigalloc, 1 KiB blocks",
	    "ext4 -b 1024 -O meta_bg,^resize_inode,bigalloc -C 4096 -g 2048", NULL, 0 },
	{ "sparse_super2", "ext4 -O sparse_super2,^resize_inode", NULL, 0 },
	{ "32 bits, uninit_bg", "ext4 -O ^64bit,^metadata_csum,uninit_bg", NULL, 0 },
	{ "64 bits, uninit_bg", "ext4 -O ^metadata_csum,uninit_bg", NULL, 0 },
	{ "no checksums", "ext4 -O ^metadata_csum,^uninit_bg", NULL, 0 },
	{ "metadata_csum_seed", "ext4 -O metadata_csum_seed", NULL, 0 },
	{ "no flex_bg, no extents", "ext4 -O ^64bit,^flex_bg,^extent", NULL, 0 },
	{ "128-byte inodes", "ext4 -I 128 -O ^metadata_csum", NULL, 0 },
	{ "no filetype", "ext4 -O ^filetype", NULL, 0 },
	{ "much ignored for reading",
	    "ext4 -O orphan_file,quota,project,verity,encrypt,casefold,stable_inodes,fast_commit,mmp,"
	    "large_dir",
	    NULL, 0 },
	{ "no dir_index", "ext4 -O ^dir_index", NULL, 0 },
	{ "revision 0", "ext2 -r 0", NULL, TL_NOXATTR },
	{ "Hurd", "ext2 -o hurd -I 128", NULL, TL_NOXATTR },
	{ "hash tree: half MD4, 1 KiB blocks", "ext4 -b 1024", HASH("half_md4"), 0 },
	{ "hash tree: TEA, 1 KiB blocks", "ext4 -b 1024", HASH("tea"), 0 },
	{ "hash tree: legacy, 1 KiB blocks", "ext4 -b 1024", HASH("legacy"), 0 },
	{ "hash tree: half MD4, unsigned", "ext4 -b 1024",
	    "debugfs -w -R 'ssv flags 2' image; " HASH("half_md4"), 0 },
	{ "hash tree: TEA, unsigned", "ext4 -b 1024",
	    "debugfs -w -R 'ssv flags 2' image; " HASH("tea"), 0 },
	{ "hash tree: legacy, unsigned", "ext4 -b 1024",
	    "debugfs -w -R 'ssv flags 2' image; " HASH("legacy"), 0 },
	{ "hash tree: half MD4, no checksums", "ext4 -O ^metadata_csum", HASH("half_md4"), 0 },
};

static void
setup(void)
{
	tl_enter_scratch();
	tl_make_tree();
}

START_TEST(ext2fs_image_equals_its_source)
{
	const struct row *const row = &rows[_i];
	const char *const type = strstr(row->mkfs, "ext2") == row->mkfs ? "ext2fs" : "ext4";

	tl_run("mkfs.%s%s -F -d src image 64M", row->mkfs,
	    strstr(row->mkfs, " -b ") != NULL ? "" : " -b 4096");
	if (row->after != NULL)
		tl_run("%s", row->after);
	ck_assert_msg(tl_mount("image", type) == 0, "%s: not mounted", row->name);
	ck_assert_msg(tl_compare("src", TL_MNT, row->flags) > 420, "%s: files", row->name);
	tl_unmount();
}
END_TEST

/* Nanoseconds and years beyond 2038 are in fields that mkfs leaves zero. */
START_TEST(ext2fs_image_times)
{
	struct stat st;

	tl_run("mkfs.ext4 -F -d src image 64M");
	tl_run("debugfs -w -R 'sif small/s1 mtime @0x80000000' image");
	tl_run("debugfs -w -R 'sif small/s1 mtime_extra 0x075bcd15' image"); /* epoch 1 */
	tl_run("debugfs -w -R 'sif small/s2 mtime @1000' image");
	tl_run("debugfs -w -R 'sif small/s2 mtime_extra 0xee6b27fc' image"); /* 999999999 ns */
	ck_assert_int_eq(tl_mount("image", "ext4"), 0);
	ck_assert_int_eq(rump_sys_stat(TL_MNT "/small/s1", &st), 0);
	ck_assert_int_eq(st.st_mtim.tv_sec, INT64_C(-0x80000000) + (INT64_C(1) << 32));
	ck_assert_int_eq(st.st_mtim.tv_nsec, 0x075bcd15 >> 2);
	ck_assert_int_eq(rump_sys_stat(TL_MNT "/small/s2", &st), 0);
	ck_assert_int_eq(st.st_mtim.tv_sec, 1000);
	ck_assert_int_eq(st.st_mtim.tv_nsec, 999999999);
	tl_unmount();
}
END_TEST

/* What cannot be understood is refused by name, not misread. */
static const struct {
	const char *name;
	const char *mkfs;
	const char *after;
	int error;
} refused[] = {
	{ "unknown feature", "ext4", "debugfs -w -R 'feature FEATURE_I20' image", EOPNOTSUPP },
	{ "compression", "ext2", "debugfs -w -R 'feature compression' image", EOPNOTSUPP },
	{ "journal device", "ext4 -O journal_dev", NULL, EOPNOTSUPP },
	{ "no file system", "ext4", "dd if=/dev/zero of=image bs=64k count=1 conv=notrunc",
	    EINVAL },
	{ "truncated", "ext4", "truncate -s 30M image", EINVAL },
	{ "superblock checksum", "ext4", "printf x | dd of=image bs=1 seek=1144 conv=notrunc",
	    EIO },
};

START_TEST(ext2fs_image_refused)
{
	tl_run("mkfs.%s -F image 64M", refused[_i].mkfs);
	if (refused[_i].after != NULL)
		tl_run("%s", refused[_i].after);
	ck_assert_msg(tl_mount("image", "ext4") == refused[_i].error, "%s", refused[_i].name);
}
END_TEST

START_TEST(ext2fs_image_is_read_only)
{
	struct rump_ufs_args args = { .fspec = (char *)(uintptr_t) "/image" };
	struct stat st;
	int fd;

	tl_run("mkfs.ext4 -F -d src image 64M");
	ck_assert_int_eq(tl_mount_flags("image", "ext4", 0), EROFS);
	ck_assert_int_eq(tl_mount("image", "ext4"), 0);
	ck_assert_int_eq(rump_sys_mount("ext4", TL_MNT, RUMP_MNT_UPDATE, &args, sizeof(args)), -1);
	ck_assert_int_eq(errno, EROFS);
	ck_assert_int_eq(rump_sys_mkdir("/mnt2", 0755), 0);
	ck_assert_int_eq(
	    rump_sys_mount("ext2fs", "/mnt2", RUMP_MNT_RDONLY, &args, sizeof(args)), -1);
	ck_assert_int_eq(errno, EBUSY);
	args.fspec = (char *)(uintptr_t) "/mnt2";
	ck_assert_int_eq(
	    rump_sys_mount("ext2fs", "/mnt2", RUMP_MNT_RDONLY, &args, sizeof(args)), -1);
	ck_assert_int_eq(errno, ENOTBLK);
	ck_assert_int_eq(rump_sys_open(TL_MNT "/small/s1", O_RDWR), -1);
	ck_assert_int_eq(errno, EROFS);
	ck_assert_int_eq(rump_sys_open(TL_MNT "/new", O_RDWR | O_CREAT, 0644), -1);
	ck_assert_int_eq(errno, EROFS);
	ck_assert_int_eq(rump_sys_mkdir(TL_MNT "/new", 0755), -1);
	ck_assert_int_eq(errno, EROFS);
	ck_assert_int_eq(rump_sys_unlink(TL_MNT "/small/s1"), -1);
	ck_assert_int_eq(errno, EROFS);
	ck_assert_int_eq(rump_sys_rmdir(TL_MNT "/empty"), -1);
	ck_assert_int_eq(errno, EROFS);
	ck_assert_int_eq(rump_sys_rename(TL_MNT "/small/s1", TL_MNT "/small/sx"), -1);
	ck_assert_int_eq(errno, EROFS);
	ck_assert_int_eq(rump_sys_rename(TL_MNT "/empty", TL_MNT "/d/empty"), -1);
	ck_assert_int_eq(errno, EROFS);
	ck_assert_int_eq(rump_sys_chmod(TL_MNT "/small/s1", 0600), -1);
	ck_assert_int_eq(errno, EROFS);
	ck_assert_int_eq(rump_sys_open(TL_MNT "/small/none", O_RDONLY), -1);
	ck_assert_int_eq(errno, ENOENT);
	ck_assert_int_eq(rump_sys_stat(TL_MNT "/small/s1/x", &st), -1);
	ck_assert_int_eq(errno, ENOTDIR);
	fd = rump_sys_open(TL_MNT "/small/s1", O_RDONLY);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(rump_sys_unmount(TL_MNT, 0), -1);
	ck_assert_int_eq(errno, EBUSY);
	rump_sys_close(fd);
	tl_unmount();
}
END_TEST

static void *
exercise_thread(void *arg)
{
	*(unsigned *)arg = tl_exercise(TL_MNT, 10000);
	return NULL;
}

/* Threads that walk one mount at once, on 1, 2 and 8 virtual CPUs, with few vnodes to go round. */
static const char *const ncpu[] = { "1", "2", "8" };

START_TEST(ext2fs_image_threads)
{
	unsigned errors[8] = { 0 };
	pthread_t t[8];

	setenv("RUMP_NCPU", ncpu[_i], 1);
	setenv("RUMP_NVNODES", "128", 1);
	tl_run("mkfs.ext4 -b 1024 -F -d src image 64M; e2fsck -fyD image; [ $? -le 1 ]");
	ck_assert_int_eq(tl_mount("image", "ext4"), 0);
	for (int i = 0; i < 8; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, exercise_thread, &errors[i]), 0);
	for (int i = 0; i < 8; i++) {
		pthread_join(t[i], NULL);
		ck_assert_uint_eq(errors[i], 0);
	}
	tl_unmount();
}
END_TEST

/* Casefolded and encrypted directories are refused by name; the rest of the image is readable. */
START_TEST(ext2fs_image_casefold)
{
	struct stat st;

	tl_run("mkfs.ext4 -F -O casefold,encrypt -d src image 64M");
	tl_run("debugfs -w -R 'sif /d flags 0x40080000' image");
	tl_run("debugfs -w -R 'sif /many flags 0x00080800' image");
	ck_assert_int_eq(tl_mount("image", "ext4"), 0);
	ck_assert_int_eq(rump_sys_stat(TL_MNT "/d", &st), 0);
	ck_assert_int_eq(rump_sys_stat(TL_MNT "/d/rnd", &st), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	ck_assert_int_eq(rump_sys_stat(TL_MNT "/many/x", &st), -1);
	ck_assert_int_eq(errno, EOPNOTSUPP);
	ck_assert_int_eq(rump_sys_stat(TL_MNT "/small/s1", &st), 0);
	tl_unmount();
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("ext2fs_image");
	TCase *const tc = tcase_create("images");
	SRunner *sr;
	int failed;

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(
	    tc, ext2fs_image_equals_its_source, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tc, ext2fs_image_times);
	tcase_add_loop_test(
	    tc, ext2fs_image_refused, 0, (int)(sizeof(refused) / sizeof(refused[0])));
	tcase_add_test(tc, ext2fs_image_is_read_only);
	tcase_add_test(tc, ext2fs_image_casefold);
	tcase_add_loop_test(tc, ext2fs_image_threads, 0, (int)(sizeof(ncpu) / sizeof(ncpu[0])));
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
