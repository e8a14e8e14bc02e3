/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* etfs: keys, types, windows, and what the host does not permit. */
#define _GNU_SOURCE /* memmem() */
#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../private/testlib.h"

#define FILESIZE 10000

static char dir[] = "/tmp/etfs_test.XXXXXX";
static char hostfile[64], hostsub[64];
static char content[FILESIZE];

/* A directory of the host with a file of 10000 bytes and a subdirectory. */
static void
host_setup(void)
{
	char path[128];
	FILE *f;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(hostfile, sizeof(hostfile), "%s/file", dir);
	snprintf(hostsub, sizeof(hostsub), "%s/sub", dir);
	for (int i = 0; i < FILESIZE; i++)
		content[i] = (char)(i * 31 + i / 256);
	f = fopen(hostfile, "w");
	ck_assert_int_eq((int)fwrite(content, 1, FILESIZE, f), FILESIZE);
	fclose(f);
	ck_assert_int_eq(mkdir(hostsub, 0755), 0);
	snprintf(path, sizeof(path), "%s/inner", hostsub);
	f = fopen(path, "w");
	fputs("inner", f);
	fclose(f);
	setup();
}

static void
host_teardown(void)
{
	char cmd[128];

	teardown();
	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	ck_assert_int_eq(system(cmd), 0);
}

#define SAME(got, off, len) ck_assert_mem_eq((got), content + (off), (size_t)(len))

static const struct {
	const char *key;
	int error;
} keys[] = {
	{ "/a", 0 },
	{ "///a", 0 },
	{ "/a/b c", 0 },
	{ "/dev/disk", 0 },
	{ "a", EINVAL },
	{ "", EINVAL },
	{ "/", EINVAL },
	{ "///", EINVAL },
};

START_TEST(etfs_key_forms)
{
	struct stat st;

	ck_gives(rump_pub_etfs_register(keys[_i].key, hostfile, RUMP_ETFS_REG), keys[_i].error);
	if (keys[_i].error == 0) {
		ck_gives(rump_sys_stat(keys[_i].key, &st), 0);
		ck_assert_int_eq(st.st_size, FILESIZE);
		ck_gives(rump_pub_etfs_register(keys[_i].key, hostfile, RUMP_ETFS_REG), EEXIST);
	}
	ck_gives(rump_pub_etfs_remove(keys[_i].key), keys[_i].error == 0 ? 0 : ENOENT);
	ck_gives(rump_pub_etfs_remove(keys[_i].key), ENOENT);
}
END_TEST

START_TEST(etfs_leading_slashes_collapse)
{
	struct stat st;

	ck_gives(rump_pub_etfs_register("//k", hostfile, RUMP_ETFS_REG), 0);
	ck_gives(rump_pub_etfs_register("/k", hostfile, RUMP_ETFS_REG), EEXIST);
	ck_gives(rump_sys_stat("/k", &st), 0);
	ck_gives(rump_sys_stat("////k", &st), 0);
	ck_gives(rump_pub_etfs_remove("/k"), 0);
}
END_TEST

START_TEST(etfs_key_matches_from_root_only)
{
	struct stat st;

	ck_gives(rump_pub_etfs_register("/k", hostfile, RUMP_ETFS_REG), 0);
	ck_fails(rump_sys_stat("/tmp/k", &st), ENOENT);
	ck_fails(rump_sys_stat("/kk", &st), ENOENT);
	ck_gives(rump_sys_chdir("/tmp"), 0);
	ck_fails(rump_sys_stat("k", &st), ENOENT);
	ck_gives(rump_sys_stat("../k", &st), 0);
}
END_TEST

START_TEST(etfs_key_is_not_listed)
{
	char buf[4096];
	const int fd = rump_sys_open("/", O_RDONLY | O_DIRECTORY);
	ssize_t n;

	ck_gives(rump_pub_etfs_register("/secret", hostfile, RUMP_ETFS_REG), 0);
	n = rump_sys_getdents64(fd, buf, sizeof(buf));
	ck_assert_int_gt(n, 0);
	ck_assert_ptr_null(memmem(buf, (size_t)n, "secret", 6));
	ck_assert_ptr_nonnull(memmem(buf, (size_t)n, "dev", 3));
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

static const struct {
	const char *what;
	enum rump_etfs_type type;
	bool isdir;
	uint64_t begin, size;
	int error;
} ranges[] = {
	{ "whole file", RUMP_ETFS_REG, false, 0, RUMP_ETFS_SIZE_ENDOFF, 0 },
	{ "to the end", RUMP_ETFS_BLK, false, 100, RUMP_ETFS_SIZE_ENDOFF, 0 },
	{ "all of it", RUMP_ETFS_BLK, false, 0, FILESIZE, 0 },
	{ "nothing at the end", RUMP_ETFS_BLK, false, FILESIZE, 0, 0 },
	{ "begins after the end", RUMP_ETFS_BLK, false, FILESIZE + 1, 0, EINVAL },
	{ "ends after the end", RUMP_ETFS_BLK, false, 1, FILESIZE, EINVAL },
	{ "wraps around", RUMP_ETFS_BLK, false, 1, UINT64_MAX - 1, EINVAL },
	{ "directory as file", RUMP_ETFS_REG, true, 0, RUMP_ETFS_SIZE_ENDOFF, EISDIR },
	{ "directory as device", RUMP_ETFS_BLK, true, 0, RUMP_ETFS_SIZE_ENDOFF, EISDIR },
	{ "file as directory", RUMP_ETFS_DIR, false, 0, RUMP_ETFS_SIZE_ENDOFF, ENOTDIR },
	{ "file as tree", RUMP_ETFS_DIR_SUBDIRS, false, 0, RUMP_ETFS_SIZE_ENDOFF, ENOTDIR },
	{ "directory", RUMP_ETFS_DIR, true, 0, RUMP_ETFS_SIZE_ENDOFF, 0 },
	{ "directory with offset", RUMP_ETFS_DIR, true, 1, RUMP_ETFS_SIZE_ENDOFF, EISDIR },
	{ "directory with size", RUMP_ETFS_DIR_SUBDIRS, true, 0, 10, EISDIR },
	{ "no such type", (enum rump_etfs_type)5, false, 0, RUMP_ETFS_SIZE_ENDOFF, EINVAL },
};

START_TEST(etfs_type_and_range)
{
	const int error = rump_pub_etfs_register_withsize("/k", ranges[_i].isdir ? dir : hostfile,
	    ranges[_i].type, ranges[_i].begin, ranges[_i].size);

	ck_assert_msg(error == ranges[_i].error, "%s: %d", ranges[_i].what, error);
	ck_gives(rump_pub_etfs_remove("/k"), error == 0 ? 0 : ENOENT);
}
END_TEST

START_TEST(etfs_host_error_is_given)
{
	ck_gives(rump_pub_etfs_register("/k", "/nonexistent/file", RUMP_ETFS_REG), ENOENT);
	ck_gives(rump_pub_etfs_register("/k", "/dev/null/file", RUMP_ETFS_BLK), ENOTDIR);
	ck_gives(rump_pub_etfs_remove("/k"), ENOENT);
}
END_TEST

START_TEST(etfs_reg_reads_and_writes)
{
	char buf[FILESIZE + 100];
	int fd;

	ck_gives(rump_pub_etfs_register("/k", hostfile, RUMP_ETFS_REG), 0);
	fd = rump_sys_open("/k", O_RDWR);
	ck_assert_int_ge(fd, 0);
	ck_gives(rump_sys_read(fd, buf, sizeof(buf)), FILESIZE);
	SAME(buf, 0, FILESIZE);
	ck_gives(rump_sys_read(fd, buf, 1), 0);
	ck_gives(rump_sys_pwrite(fd, "HELLO", 5, 77), 5);
	ck_gives(rump_sys_pread(fd, buf, 7, 76), 7);
	ck_assert_mem_eq(buf + 1, "HELLO", 5);
	ck_gives(rump_sys_pwrite(fd, "end", 3, FILESIZE), 3);
	ck_gives(rump_sys_lseek(fd, 0, SEEK_END), FILESIZE + 3);
	ck_gives(rump_sys_fsync(fd), 0);
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

START_TEST(etfs_reg_window)
{
	char buf[FILESIZE];
	struct stat st;
	int fd;

	ck_gives(rump_pub_etfs_register_withsize("/k", hostfile, RUMP_ETFS_REG, 1001, 500), 0);
	ck_gives(rump_sys_stat("/k", &st), 0);
	ck_assert_int_eq(st.st_size, 500);
	fd = rump_sys_open("/k", O_RDWR);
	ck_gives(rump_sys_pread(fd, buf, sizeof(buf), 100), 400);
	SAME(buf, 1101, 400);
	ck_gives(rump_sys_pread(fd, buf, 1, 500), 0);
	ck_gives(rump_sys_pwrite(fd, "abcdef", 6, 497), 3);
	ck_fails(rump_sys_pwrite(fd, "abcdef", 6, 500), ENOSPC);
	ck_gives(rump_sys_close(fd), 0);
	fd = open(hostfile, O_RDONLY);
	ck_gives(pread(fd, buf, 5, 1497), 5);
	ck_assert_mem_eq(buf + 1, "abc", 3);
	SAME(buf + 4, 1501, 1);
	close(fd);
}
END_TEST

/* Offsets and lengths on and off every border: pages, sectors, the end. */
static const struct {
	off_t off;
	size_t len;
	long ret;
} blkreads[] = {
	{ 0, 1, 1 },
	{ 0, 512, 512 },
	{ 511, 2, 2 },
	{ 4095, 2, 2 },
	{ 1, 4096, 4096 },
	{ 0, FILESIZE, FILESIZE },
	{ 0, 2 * FILESIZE, FILESIZE },
	{ FILESIZE - 1, 10, 1 },
	{ FILESIZE, 1, 0 },
	{ FILESIZE + 1000000, 1, 0 },
	{ 8191, 4000, FILESIZE - 8191 },
	{ (off_t)1 << 50, 5, 0 },
};

START_TEST(etfs_blk_reads)
{
	static char buf[2 * FILESIZE];
	int fd;

	ck_gives(rump_pub_etfs_register("/k", hostfile, RUMP_ETFS_BLK), 0);
	fd = rump_sys_open("/k", O_RDONLY);
	ck_gives(rump_sys_pread(fd, buf, blkreads[_i].len, blkreads[_i].off), blkreads[_i].ret);
	if (blkreads[_i].ret > 0)
		SAME(buf, blkreads[_i].off, blkreads[_i].ret);
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

/* Large reads go past the buffer cache; they see what was written and is only there. */
START_TEST(etfs_blk_large_reads_see_writes)
{
	static char big[300000], buf[300000];
	int fd;

	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (char)(i % 251);
	fd = open(hostfile, O_WRONLY);
	ck_gives(write(fd, big, sizeof(big)), sizeof(big));
	close(fd);
	ck_gives(rump_pub_etfs_register("/k", hostfile, RUMP_ETFS_BLK), 0);
	fd = rump_sys_open("/k", O_RDWR);
	ck_gives(rump_sys_pread(fd, buf, sizeof(buf), 0), sizeof(buf));
	ck_assert_mem_eq(buf, big, sizeof(buf));
	memset(big + 70000, 'x', 10000);
	ck_gives(rump_sys_pwrite(fd, big + 70000, 10000, 70000), 10000);
	ck_gives(rump_sys_pread(fd, buf, sizeof(buf), 0), sizeof(buf));
	ck_assert_mem_eq(buf, big, sizeof(buf));
	ck_gives(rump_sys_close(fd), 0);
	fd = open(hostfile, O_RDONLY);
	ck_gives(pread(fd, buf, sizeof(buf), 0), sizeof(buf));
	ck_assert_mem_eq(buf, big, sizeof(buf));
	close(fd);
}
END_TEST

START_TEST(etfs_blk_window_writes)
{
	char buf[FILESIZE];
	int fd;

	ck_gives(rump_pub_etfs_register_withsize("/k", hostfile, RUMP_ETFS_BLK, 777, 1500), 0);
	fd = rump_sys_open("/k", O_RDWR);
	ck_gives(rump_sys_pwrite(fd, "abcdef", 6, 1498), 2);
	ck_fails(rump_sys_pwrite(fd, "abcdef", 6, 1500), ENOSPC);
	ck_gives(rump_sys_pwrite(fd, "0123", 4, 510), 4);
	ck_gives(rump_sys_fsync(fd), 0);
	ck_gives(rump_sys_close(fd), 0);
	memcpy(content + 777 + 1498, "ab", 2);
	memcpy(content + 777 + 510, "0123", 4);
	fd = open(hostfile, O_RDONLY);
	ck_gives(read(fd, buf, sizeof(buf)), FILESIZE);
	SAME(buf, 0, FILESIZE);
	close(fd);
}
END_TEST

START_TEST(etfs_blk_is_a_block_device)
{
	struct stat st, st2;

	ck_gives(rump_pub_etfs_register("/k", hostfile, RUMP_ETFS_BLK), 0);
	ck_gives(rump_pub_etfs_register("/l", hostfile, RUMP_ETFS_BLK), 0);
	ck_gives(rump_sys_stat("/k", &st), 0);
	ck_gives(rump_sys_stat("/l", &st2), 0);
	ck_assert(S_ISBLK(st.st_mode));
	ck_assert_uint_ne(st.st_rdev, st2.st_rdev);
}
END_TEST

START_TEST(etfs_chr_host_device)
{
	char buf[10] = "xxxxxxxxxx";
	struct stat st;
	int fd;

	ck_gives(rump_pub_etfs_register("/k", "/dev/zero", RUMP_ETFS_CHR), 0);
	ck_gives(rump_sys_stat("/k", &st), 0);
	ck_assert(S_ISCHR(st.st_mode));
	fd = rump_sys_open("/k", O_RDWR);
	ck_gives(rump_sys_read(fd, buf, 5), 5);
	ck_assert_mem_eq(buf, "\0\0\0\0\0x", 6);
	ck_gives(rump_sys_write(fd, buf, 10), 10);
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

START_TEST(etfs_chr_host_file)
{
	char buf[100];
	int fd;

	ck_gives(rump_pub_etfs_register_withsize("/k", hostfile, RUMP_ETFS_CHR, 10, 50), 0);
	fd = rump_sys_open("/k", O_RDONLY);
	ck_gives(rump_sys_pread(fd, buf, sizeof(buf), 20), 30);
	SAME(buf, 30, 30);
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

START_TEST(etfs_dir_without_subdirs)
{
	char buf[FILESIZE];
	struct stat st;
	int fd;

	ck_gives(rump_pub_etfs_register("/k", dir, RUMP_ETFS_DIR), 0);
	ck_gives(rump_sys_stat("/k", &st), 0);
	ck_assert(S_ISDIR(st.st_mode));
	fd = rump_sys_open("/k/file", O_RDONLY);
	ck_assert_int_ge(fd, 0);
	ck_gives(rump_sys_read(fd, buf, sizeof(buf)), FILESIZE);
	SAME(buf, 0, FILESIZE);
	ck_gives(rump_sys_close(fd), 0);
	ck_fails(rump_sys_stat("/k/sub", &st), ENOENT);
	ck_fails(rump_sys_stat("/k/nothing", &st), ENOENT);
	ck_fails(rump_sys_stat("/k/file/x", &st), ENOTDIR);
}
END_TEST

START_TEST(etfs_dir_with_subdirs)
{
	char buf[10];
	struct stat st, top;
	int fd;

	ck_gives(rump_pub_etfs_register("/k", dir, RUMP_ETFS_DIR_SUBDIRS), 0);
	ck_gives(rump_sys_stat("/k/sub", &st), 0);
	ck_assert(S_ISDIR(st.st_mode));
	fd = rump_sys_open("/k/sub/inner", O_RDONLY);
	ck_gives(rump_sys_read(fd, buf, sizeof(buf)), 5);
	ck_assert_mem_eq(buf, "inner", 5);
	ck_gives(rump_sys_close(fd), 0);
	ck_gives(rump_sys_stat("/k/sub/..", &st), 0);
	ck_gives(rump_sys_stat("/k", &top), 0);
	ck_assert_uint_eq(st.st_ino, top.st_ino);
	ck_gives(rump_sys_stat("/k/..", &st), 0);
	ck_gives(rump_sys_stat("/", &top), 0);
	ck_assert_uint_eq(st.st_ino, top.st_ino);
}
END_TEST

START_TEST(etfs_dir_names_are_the_hosts)
{
	char path[128];
	struct stat st;

	ck_gives(rump_pub_etfs_register("/k", dir, RUMP_ETFS_DIR_SUBDIRS), 0);
	ck_fails(rump_sys_open("/k/new", O_CREAT | O_RDWR, 0644), EROFS);
	ck_fails(rump_sys_mkdir("/k/new", 0755), EROFS);
	ck_fails(rump_sys_unlink("/k/file"), EROFS);
	ck_fails(rump_sys_rename("/k/file", "/k/other"), EROFS);
	/* What the host makes and removes is seen. */
	snprintf(path, sizeof(path), "%s/later", dir);
	ck_fails(rump_sys_stat("/k/later", &st), ENOENT);
	close(open(path, O_CREAT | O_WRONLY, 0644));
	ck_gives(rump_sys_stat("/k/later", &st), 0);
	unlink(path);
	ck_fails(rump_sys_stat("/k/later", &st), ENOENT);
}
END_TEST

START_TEST(etfs_remove_in_use)
{
	int fd;

	ck_gives(rump_pub_etfs_register("/r", hostfile, RUMP_ETFS_REG), 0);
	ck_gives(rump_pub_etfs_register("/b", hostfile, RUMP_ETFS_BLK), 0);
	ck_gives(rump_pub_etfs_register("/d", dir, RUMP_ETFS_DIR_SUBDIRS), 0);
	fd = rump_sys_open("/r", O_RDONLY);
	ck_gives(rump_pub_etfs_remove("/r"), EBUSY);
	ck_gives(rump_sys_close(fd), 0);
	ck_gives(rump_pub_etfs_remove("/r"), 0);
	ck_fails(rump_sys_open("/r", O_RDONLY), ENOENT);
	fd = rump_sys_open("/b", O_RDONLY);
	ck_gives(rump_pub_etfs_remove("/b"), EBUSY);
	ck_gives(rump_sys_close(fd), 0);
	ck_gives(rump_pub_etfs_remove("/b"), 0);
	fd = rump_sys_open("/d/sub/inner", O_RDONLY);
	ck_gives(rump_pub_etfs_remove("/d"), EBUSY);
	ck_gives(rump_sys_close(fd), 0);
	ck_gives(rump_sys_chdir("/d/sub"), 0);
	ck_gives(rump_pub_etfs_remove("/d"), EBUSY);
	ck_gives(rump_sys_chdir("/"), 0);
	ck_gives(rump_pub_etfs_remove("/d"), 0);
}
END_TEST

/* A host file that cannot be written: as another user, since root may write all. */
START_TEST(etfs_readonly_host_file)
{
	static const enum rump_etfs_type types[] = { RUMP_ETFS_REG, RUMP_ETFS_BLK, RUMP_ETFS_CHR };
	char buf[10];
	int fd;

	ck_assert_int_eq(chmod(dir, 0755), 0);
	ck_assert_int_eq(chmod(hostfile, 0444), 0);
	if (geteuid() == 0)
		ck_assert_int_eq(seteuid(65534), 0);
	ck_gives(rump_pub_etfs_register("/k", hostfile, types[_i]), 0);
	ck_fails(rump_sys_open("/k", O_RDWR), EROFS);
	ck_fails(rump_sys_open("/k", O_WRONLY), EROFS);
	fd = rump_sys_open("/k", O_RDONLY);
	ck_assert_int_ge(fd, 0);
	ck_gives(rump_sys_pread(fd, buf, sizeof(buf), 5), sizeof(buf));
	SAME(buf, 5, sizeof(buf));
	ck_fails(rump_sys_open("/k", O_RDWR), EROFS);
	ck_gives(rump_sys_close(fd), 0);
	ck_assert_int_eq(seteuid(getuid()), 0);
}
END_TEST

START_TEST(etfs_boot_registration)
{
	static struct rump_boot_etfs good = {
		.eb_key = "/good", .eb_type = RUMP_ETFS_REG, .eb_size = RUMP_ETFS_SIZE_ENDOFF
	};
	static struct rump_boot_etfs bad = { .eb_key = "/bad",
		.eb_hostpath = "/nonexistent",
		.eb_type = RUMP_ETFS_BLK,
		.eb_size = RUMP_ETFS_SIZE_ENDOFF };
	struct stat st;

	teardown();
	good.eb_hostpath = hostfile;
	rump_boot_etfs_register(&good);
	rump_boot_etfs_register(&bad);
	ck_assert_int_eq(good.eb_status, -1);
	setup();
	ck_assert_int_eq(good.eb_status, 0);
	ck_assert_int_eq(bad.eb_status, ENOENT);
	ck_gives(rump_sys_stat("/good", &st), 0);
	ck_assert_int_eq(st.st_size, FILESIZE);
}
END_TEST

/* With a seed the same transfers fail; each failure is EIO and the next try may work. */
static unsigned
failing_reads(void)
{
	unsigned mask = 0;
	char c;
	int fd;

	ck_gives(rump_pub_etfs_register("/k", hostfile, RUMP_ETFS_BLK), 0);
	for (int i = 0; i < 20; i++) { /* closing drops what is cached */
		fd = rump_sys_open("/k", O_RDONLY);
		ck_assert_int_ge(fd, 0);
		errno = 0;
		if (rump_sys_pread(fd, &c, 1, 0) == -1) {
			ck_assert_int_eq(errno, EIO);
			mask |= 1U << i;
		}
		ck_gives(rump_sys_close(fd), 0);
	}
	ck_gives(rump_pub_etfs_remove("/k"), 0);
	return mask;
}

START_TEST(etfs_fault_injection)
{
	unsigned first;

	ck_assert_uint_eq(failing_reads(), 0);
	setenv("RUMP_BLKFAIL", "5000", 1);
	setenv("RUMP_BLKFAIL_SEED", "7", 1);
	teardown();
	setup();
	first = failing_reads();
	ck_assert_uint_ne(first, 0);
	ck_assert_uint_ne(first, (1U << 20) - 1);
	teardown();
	setup();
	ck_assert_uint_eq(failing_reads(), first);
	unsetenv("RUMP_BLKFAIL");
	unsetenv("RUMP_BLKFAIL_SEED");
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("etfs");

	tcase_add_checked_fixture(tc, host_setup, host_teardown);
	tcase_add_loop_test(tc, etfs_key_forms, 0, COUNT(keys));
	tcase_add_test(tc, etfs_leading_slashes_collapse);
	tcase_add_test(tc, etfs_key_matches_from_root_only);
	tcase_add_test(tc, etfs_key_is_not_listed);
	tcase_add_loop_test(tc, etfs_type_and_range, 0, COUNT(ranges));
	tcase_add_test(tc, etfs_host_error_is_given);
	tcase_add_test(tc, etfs_reg_reads_and_writes);
	tcase_add_test(tc, etfs_reg_window);
	tcase_add_loop_test(tc, etfs_blk_reads, 0, COUNT(blkreads));
	tcase_add_test(tc, etfs_blk_large_reads_see_writes);
	tcase_add_test(tc, etfs_blk_window_writes);
	tcase_add_test(tc, etfs_blk_is_a_block_device);
	tcase_add_test(tc, etfs_chr_host_device);
	tcase_add_test(tc, etfs_chr_host_file);
	tcase_add_test(tc, etfs_dir_without_subdirs);
	tcase_add_test(tc, etfs_dir_with_subdirs);
	tcase_add_test(tc, etfs_dir_names_are_the_hosts);
	tcase_add_test(tc, etfs_remove_in_use);
	tcase_add_loop_test(tc, etfs_readonly_host_file, 0, 3);
	tcase_add_test(tc, etfs_boot_registration);
	tcase_add_test(tc, etfs_fault_injection);
	return run_suite(tc, "etfs");
}
