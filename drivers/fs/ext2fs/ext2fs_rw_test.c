/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Writable mounts over block sizes and features: attributes that are changed here are there for
 * debugfs and after a remount, e2fsck has nothing to say, and nothing else has changed.
 */
#define _GNU_SOURCE
#include <sys/stat.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>

#include "ext2fs_testlib.h"

#define OK(e) ck_assert_msg((e) == 0, "%s: %s: %s", rows[_i].name, #e, strerror(errno))
#define SB    1024 /* the superblock's place in the image */

static const struct row {
	const char *name;
	const char *mkfs;
	bool wide; /* nanoseconds, and years beyond 2038 */
} rows[] = {
	{ "ext2, 1 KiB blocks", "ext2 -b 1024 -I 128", false },
	{ "ext2, 2 KiB blocks", "ext2 -b 2048 -I 256", true },
	{ "ext2, 4 KiB blocks", "ext2 -b 4096 -I 256", true },
	{ "ext2, 64 KiB blocks", "ext2 -b 65536 -I 256", true },
	{ "ext2, revision 0", "ext2 -r 0 -b 1024", false },
	{ "ext4 without checksums", "ext4 -O ^has_journal,^metadata_csum", true },
	{ "ext4, 1 KiB blocks", "ext4 -O ^has_journal -b 1024", true },
	{ "ext4", "ext4 -O ^has_journal", true },
	{ "ext4, 32 bits", "ext4 -O ^has_journal,^64bit", true },
	{ "ext4, uninit_bg", "ext4 -O ^has_journal,^metadata_csum,uninit_bg", true },
	{ "ext4, metadata_csum_seed", "ext4 -O ^has_journal,metadata_csum_seed", true },
	{ "ext4, 128-byte inodes", "ext4 -O ^has_journal -I 128", false },
	{ "ext4, 1 KiB inodes", "ext4 -O ^has_journal -I 1024", true },
	{ "ext4, large_dir, sparse_super2",
	    "ext4 -O ^has_journal,large_dir,sparse_super2,^resize_inode", true },
};
#define NROWS ((int)(sizeof(rows) / sizeof(rows[0])))

static void
setup(void)
{
	tl_enter_scratch();
	tl_run("mkdir -p src/d; echo text >src/f; echo text >src/g; ln -s f src/l; mkfifo src/p;"
	       " chmod 644 src/f src/g; touch -d @1600000000 src/*");
}

static unsigned
sb16(size_t off)
{
	size_t len;
	uint8_t *const image = tl_slurp("image", &len);
	const unsigned v = image[SB + off] | (unsigned)image[SB + off + 1] << 8;

	free(image);
	return v;
}

static void
check_attrs(int _i)
{
	struct stat st;

	OK(rump_sys_stat(TL_MNT "/f", &st));
	ck_assert_uint_eq(st.st_mode, S_IFREG | 0751);
	ck_assert_uint_eq(st.st_uid, 0x12345678);
	ck_assert_uint_eq(st.st_gid, 0x00fedcba);
	ck_assert_int_eq(
	    st.st_mtim.tv_sec, rows[_i].wide ? INT64_C(0x123456789) : INT64_C(0x7fffffff));
	ck_assert_int_eq(st.st_mtim.tv_nsec, rows[_i].wide ? 987654321 : 0);
	ck_assert_int_eq(st.st_atim.tv_sec, -5);
	ck_assert_int_eq(st.st_atim.tv_nsec, rows[_i].wide ? 999999999 : 0);
	OK(rump_sys_stat(TL_MNT "/d", &st));
	ck_assert_uint_eq(st.st_mode, S_IFDIR | 01700);
	OK(rump_sys_lstat(TL_MNT "/l", &st));
	ck_assert_uint_eq(st.st_uid, 77);
	OK(rump_sys_stat(TL_MNT "/p", &st));
	ck_assert_uint_eq(st.st_mode, S_IFIFO | 0600);
	OK(rump_sys_stat(TL_MNT "/g", &st));
	ck_assert_uint_eq(st.st_mode, S_IFREG | 0644);
	ck_assert_int_eq(st.st_mtim.tv_sec, 1600000000);
}

START_TEST(ext2fs_rw_attributes)
{
	const struct timespec ts[2] = { { -5, 999999999 }, { INT64_C(0x123456789), 987654321 } };
	int fd;

	tl_run("mkfs.%s -F -d src image 16M", rows[_i].mkfs);
	ck_assert_int_eq(tl_mount_flags("image", "ext4", 0), 0);
	OK(rump_sys_chown(TL_MNT "/f", 0x12345678, 0x00fedcba));
	OK(rump_sys_chmod(TL_MNT "/f", 0751));
	OK(rump_sys_utimensat(AT_FDCWD, TL_MNT "/f", ts, 0));
	OK(rump_sys_chmod(TL_MNT "/d", 01700));
	OK(rump_sys_lchown(TL_MNT "/l", 77, 78));
	OK(rump_sys_chmod(TL_MNT "/p", 0600));
	check_attrs(_i);
	tl_unmount();
	tl_run("e2fsck -fn image");
	tl_run("debugfs -R 'stat /f' image | grep -q 'Mode:  0751'");
	ck_assert_int_eq(tl_mount("image", "ext4"), 0);
	check_attrs(_i);
	fd = rump_sys_open(TL_MNT "/f", O_RDONLY);
	ck_assert_int_ge(fd, 0);
	OK(rump_sys_close(fd));
	tl_unmount();
}
END_TEST

/* While it is mounted, the medium says so; an fsync() is all that has to come before a crash. */
START_TEST(ext2fs_rw_state)
{
	const unsigned count = (tl_run("mkfs.%s -F -d src image 16M", rows[_i].mkfs), sb16(0x34));
	int fd;

	ck_assert_uint_eq(sb16(0x3a), 1);
	ck_assert_int_eq(tl_mount_flags("image", "ext4", 0), 0);
	ck_assert_uint_eq(sb16(0x3a), 0);
	ck_assert_uint_eq(sb16(0x34), count + 1);
	fd = rump_sys_open(TL_MNT "/f", O_RDONLY);
	ck_assert_int_ge(fd, 0);
	OK(rump_sys_fchmod(fd, 0600));
	OK(rump_sys_fsync(fd));
	OK(rump_sys_close(fd));
	tl_run("cp image crashed; e2fsck -fn crashed");
	tl_run("debugfs -R 'stat /f' crashed | grep -q 'Mode:  0600'");
	tl_unmount();
	ck_assert_uint_eq(sb16(0x3a), 1);
	/* Of what was not clean before, nobody but e2fsck says that it is. */
	tl_run("mv crashed image");
	ck_assert_int_eq(tl_mount_flags("image", "ext4", 0), 0);
	tl_unmount();
	ck_assert_uint_eq(sb16(0x3a), 0);
	tl_run("e2fsck -fn image");
}
END_TEST

/* The mount is as it was made; contents and names are not written yet. */
START_TEST(ext2fs_rw_refusals)
{
	struct rump_ufs_args args = { .fspec = (char *)(uintptr_t) "/image" };
	const struct timespec ts[2] = { { 1, 0 }, { 1, 0 } };

	tl_run("mkfs.%s -F -d src image 16M", rows[_i].mkfs);
	tl_run("debugfs -w -R 'sif /g flags 0x%x' image",
	    strncmp(rows[_i].mkfs, "ext4", 4) == 0 ? 0x80010 : 0x10);
	ck_assert_int_eq(tl_mount_flags("image", "ext4", 0), 0);
#define FAILS(e, call) ck_assert_msg((call) == -1 && errno == (e), "%s: errno %d", #call, errno)
	FAILS(EOPNOTSUPP,
	    rump_sys_mount("ext4", TL_MNT, RUMP_MNT_UPDATE | RUMP_MNT_RDONLY, &args, sizeof(args)));
	FAILS(EROFS, rump_sys_open(TL_MNT "/f", O_RDWR));
	FAILS(EROFS, rump_sys_truncate(TL_MNT "/f", 0));
	FAILS(EROFS, rump_sys_open(TL_MNT "/new", O_RDWR | O_CREAT, 0644));
	FAILS(EROFS, rump_sys_mkdir(TL_MNT "/new", 0755));
	FAILS(EROFS, rump_sys_unlink(TL_MNT "/f"));
	FAILS(EROFS, rump_sys_rename(TL_MNT "/f", TL_MNT "/h"));
	FAILS(EPERM, rump_sys_chmod(TL_MNT "/g", 0600)); /* immutable */
	FAILS(EPERM, rump_sys_utimensat(AT_FDCWD, TL_MNT "/g", ts, 0));
	ck_assert_int_eq(rump_sys_seteuid(1001), 0);
	FAILS(EPERM, rump_sys_chmod(TL_MNT "/f", 0600));
	FAILS(EPERM, rump_sys_chown(TL_MNT "/f", 1, 1));
	FAILS(EPERM, rump_sys_utimensat(AT_FDCWD, TL_MNT "/f", ts, 0));
	ck_assert_int_eq(rump_sys_seteuid(0), 0);
	tl_unmount();
	tl_run("e2fsck -fn image");
}
END_TEST

static const struct {
	const char *mkfs, *after, *line;
} refused[] = {
	{ "ext4", NULL, "feature has_journal" },
	{ "ext4 -O ^has_journal,inline_data", NULL, "feature inline_data" },
	{ "ext4 -O ^has_journal,ea_inode", NULL, "feature ea_inode" },
	{ "ext4 -O ^has_journal,bigalloc", NULL, "feature bigalloc" },
	{ "ext4 -O ^has_journal,quota", NULL, "feature quota" },
	{ "ext4 -O ^has_journal,quota,project", NULL, "feature quota" },
	{ "ext4 -O ^has_journal", "debugfs -w -R 'feature project' image", "feature project" },
	{ "ext4 -O ^has_journal,verity", NULL, "feature verity" },
	{ "ext4 -O ^has_journal,casefold", NULL, "feature casefold" },
	{ "ext4 -O ^has_journal,encrypt", NULL, "feature encrypt" },
	{ "ext4 -O ^has_journal,mmp", NULL, "feature mmp" },
	{ "ext4 -O ^has_journal,meta_bg,^resize_inode", NULL, "feature meta_bg" },
	{ "ext4 -O ^has_journal", "debugfs -w -R 'feature orphan_file' image",
	    "feature orphan_file" },
	{ "ext4 -O ^has_journal", "debugfs -w -R 'feature FEATURE_R30' image", "FEATURE_R30" },
	{ "ext4 -O ^has_journal", "debugfs -w -R 'ssv last_orphan 12' image", "inode 12" },
	{ "ext2 -o hurd -I 128", NULL, "Hurd" },
};

/* By name, in one line, with the image as it was; read-only it goes. */
START_TEST(ext2fs_rw_refused_by_name)
{
	char *console;

	tl_run("mkfs.%s -F -d src image 16M", refused[_i].mkfs);
	if (refused[_i].after != NULL)
		tl_run("%s", refused[_i].after);
	tl_run("cp image before");
	tl_console_catch();
	ck_assert_int_eq(tl_mount_flags("image", "ext4", 0), EROFS);
	console = tl_console_release();
	ck_assert_msg(strstr(console, refused[_i].line) != NULL, "console: %s", console);
	ck_assert_msg(strchr(console, '\n') == strrchr(console, '\n'), "console: %s", console);
	free(console);
	tl_run("cmp image before");
	ck_assert_int_eq(tl_mount("image", "ext4"), 0);
	tl_unmount();
	tl_run("cmp image before");
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("ext2fs_rw");
	TCase *const tc = tcase_create("rw");
	SRunner *sr;
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, ext2fs_rw_attributes, 0, NROWS);
	tcase_add_loop_test(tc, ext2fs_rw_state, 0, NROWS);
	tcase_add_loop_test(tc, ext2fs_rw_refusals, 0, NROWS);
	tcase_add_loop_test(
	    tc, ext2fs_rw_refused_by_name, 0, (int)(sizeof(refused) / sizeof(refused[0])));
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
