/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What a mount must refuse, in words; then every field at its borders: refused or served, never a
 * crash, and what was served is sound afterwards.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest_fixture.h>

#include "sysvbfs_testlib.h"

#define BLOCKS	 100
#define BYTES	 (BLOCKS * 512)
#define INODE(n) (512 + ((n)-2) * 64)
#define FIRST	 (4 * 512) /* behind table (9 inodes, 2 blocks) and directory (1) */
#define SLOT(n)	 (3 * 512 + (n)*16)

static void
put(uint8_t *image, size_t at, uint32_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		image[at + (size_t)i] = (uint8_t)(value >> 8 * i);
}

static void
put_inode(uint8_t *image, unsigned ino, uint32_t start, uint32_t end, uint32_t size)
{
	const size_t at = INODE(ino);

	put(image, at, ino, 2);
	put(image, at + 4, start, 4);
	put(image, at + 8, end, 4);
	put(image, at + 12, start * 512 + size - 1, 4);
	put(image, at + 16, 1, 4);
	put(image, at + 20, 0100644, 4);
	put(image, at + 32, 1, 4);
}

/* Two files, "one" of 700 bytes in blocks 4 and 5, "two" of 10 in block 6. */
static uint8_t *
sound(void)
{
	uint8_t *const image = tl_mkfs(BLOCKS, 9);

	put_inode(image, 3, 4, 5, 700);
	put_inode(image, 4, 6, 6, 10);
	memcpy(image + SLOT(2), "\3\0one", 5);
	memcpy(image + SLOT(3), "\4\0two", 5);
	put(image, INODE(2) + 12, SLOT(4) - 1, 4);
	ck_assert_ptr_null(tl_unsound(image, BYTES, false));
	return image;
}

static int console_fd = -1;
static char console[65536];

static void
console_catch(void)
{
	const int fd = memfd_create("console", 0);

	fflush(stderr);
	console_fd = dup(STDERR_FILENO);
	ck_assert(fd >= 0 && console_fd >= 0 && dup2(fd, STDERR_FILENO) >= 0);
	close(fd);
}

static void
console_release(void)
{
	const ssize_t n = pread(STDERR_FILENO, console, sizeof(console) - 1, 0);

	console[n > 0 ? n : 0] = '\0';
	ck_assert(dup2(console_fd, STDERR_FILENO) >= 0);
	close(console_fd);
}

static const struct {
	const char *line; /* on the console */
	size_t at;
	uint32_t value;
	int bytes;
} refused[] = {
	{ "superblock: magic number 0x1badfacf", 0, 0x1badfacf, 4 },
	{ "superblock: start of data 512", 4, 512, 4 },
	{ "superblock: start of data 1087", 4, 1087, 4 },
	{ "superblock: start of data 33344", 4, 33344, 4 },
	{ "superblock: end of data 51200", 8, BYTES, 4 },
	{ "superblock: end of data 4294967295", 8, 0xffffffff, 4 },
	{ "superblock: end of data 1000", 8, 1000, 4 },
	{ "superblock: from 7", 12, 7, 4 },
	{ "superblock: to 0", 16, 0, 4 },
	{ "superblock: backup from 1", 20, 1, 4 },
	{ "superblock: backup to 2", 24, 2, 4 },
	{ "inode 2: number 3", INODE(2), 3, 2 },
	{ "inode 2: number 0", INODE(2), 0, 2 },
	{ "inode 2: type 1", INODE(2) + 16, 1, 4 },
	{ "inode 2: start block 0", INODE(2) + 4, 0, 4 },
	{ "inode 2: a directory of 63 bytes", INODE(2) + 12, SLOT(4) - 2, 4 },
	{ "inode 3: number 4", INODE(3), 4, 2 },
	{ "inode 3: type 2", INODE(3) + 16, 2, 4 },
	{ "inode 3: start block 2", INODE(3) + 4, 2, 4 },
	{ "inode 3: start block 100", INODE(3) + 4, 100, 4 },
	{ "inode 3: end block 5 without a start", INODE(3) + 4, 0, 4 },
	{ "inode 3: end block 3", INODE(3) + 8, 3, 4 },
	{ "inode 3: end block 100", INODE(3) + 8, 100, 4 },
	{ "inode 3: end block 4294967295", INODE(3) + 8, 0xffffffff, 4 },
	{ "inode 3: end offset 2046", INODE(3) + 12, FIRST - 2, 4 },
	{ "inode 3: end offset 3072", INODE(3) + 12, FIRST + 1024, 4 },
	{ "inode 4: block 6 is inode 3's too", INODE(3) + 8, 6, 4 },
	{ "entry 2: inode 2 of 9", SLOT(2), 2, 2 },
	{ "entry 2: inode 11 of 9", SLOT(2), 11, 2 },
	{ "entry 2: inode 5 is free", SLOT(2), 5, 2 },
	{ "entry 2: a name of 0 bytes", SLOT(2) + 2, 0, 1 },
	{ "entry 2: a name of 3 bytes with a slash", SLOT(2) + 3, '/', 1 },
	{ "entry 0: inode 3 of \".\"", SLOT(0), 3, 2 },
	{ "entry 3: the name of entry 2 again", SLOT(3) + 2, 'o' | 'n' << 8 | 'e' << 16, 3 },
};

START_TEST(sysvbfs_refuses)
{
	uint8_t *const image = sound();
	struct rumptest_disk *d;
	const char *device;
	int ret, error;

	put(image, refused[_i].at, refused[_i].value, refused[_i].bytes);
	d = tl_disk(image, BYTES);
	device = rumptest_disk_attach(d);
	console_catch();
	ret = tl_mount(device, 0);
	error = errno;
	console_release();
	ck_assert_msg(
	    ret == -1 && error == EINVAL, "%s: %d, errno %d", refused[_i].line, ret, error);
	ck_assert_msg(strstr(console, refused[_i].line) != NULL, "no \"%s\" in: %s",
	    refused[_i].line, console);
	ck_assert_msg(strchr(console, '\n') == strrchr(console, '\n'), "lines: %s", console);
	ck_assert_uint_eq(rumptest_disk_log(d), 0);
	rumptest_disk_detach(d);
	rumptest_disk_free(d);
	free(image);
}
END_TEST

/* What a crash leaves is put right. */
START_TEST(sysvbfs_tidies)
{
	uint8_t *const image = sound(), *after;
	struct rumptest_disk *d;

	put(image, INODE(4) + 32, 7, 4); /* links */
	put_inode(image, 5, 50, 60, 5000);
	d = tl_disk(image, BYTES);
	console_catch();
	ck_assert_int_eq(tl_mount(rumptest_disk_attach(d), 0), 0);
	console_release();
	ck_assert_msg(
	    strstr(console, "1 inodes without a name freed, 1 link counts put right") != NULL, "%s",
	    console);
	tl_unmount();
	after = tl_image(d, BYTES);
	ck_assert_ptr_null(tl_unsound(after, BYTES, false));
	ck_assert_uint_eq(after[INODE(5)], 0);
	free(after);
	rumptest_disk_detach(d);
	rumptest_disk_free(d);
	free(image);
}
END_TEST

/* ---- Every field at its borders ---- */

static const size_t fields[] = { 4, 8, 12, 16, 20, 24, INODE(2), INODE(2) + 4, INODE(2) + 8,
	INODE(2) + 12, INODE(2) + 16, INODE(2) + 20, INODE(2) + 32, INODE(3), INODE(3) + 4,
	INODE(3) + 8, INODE(3) + 12, INODE(3) + 16, INODE(3) + 20, INODE(3) + 24, INODE(3) + 32,
	INODE(3) + 36, INODE(5), INODE(5) + 4, SLOT(0), SLOT(2), SLOT(2) + 2, SLOT(3) + 12,
	SLOT(4) };
static const uint32_t values[] = { 0, 1, 2, 3, 4, 5, 6, 7, 11, 99, 100, 511, 512, 576, 1087, 1088,
	1536, 1567, 2047, 2048, 2559, 3071, 3072, BYTES - 1, BYTES, 0x7fff, 0x8000, 0xffff,
	0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff };
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static void
use(void)
{
	static char buf[4096];
	char path[64];
	int fd, dir;
	long n;

	dir = rump_sys_open(TL_MNT, O_RDONLY | O_DIRECTORY);
	while (dir >= 0 && (n = rump_sys_getdents64(dir, buf, 1024)) > 0)
		for (long off = 0; off < n;) {
			const struct dirent64 *de = (const void *)(buf + off);
			static char data[2000];

			off += de->d_reclen;
			snprintf(path, sizeof(path), TL_MNT "/%.20s", de->d_name);
			fd = rump_sys_open(path, O_RDWR);
			if (fd < 0)
				continue;
			(void)rump_sys_read(fd, data, sizeof(data));
			(void)rump_sys_pwrite(fd, "append", 6, 1500);
			(void)rump_sys_close(fd);
		}
	if (dir >= 0)
		(void)rump_sys_close(dir);
	fd = rump_sys_open(TL_MNT "/new", O_CREAT | O_RDWR, 0644);
	if (fd >= 0) {
		(void)rump_sys_write(fd, buf, 3000);
		(void)rump_sys_close(fd);
	}
	(void)rump_sys_rename(TL_MNT "/one", TL_MNT "/two");
	(void)rump_sys_unlink(TL_MNT "/new");
}

START_TEST(sysvbfs_survives_borders)
{
	unsigned mounted = 0;

	console_catch();
	for (size_t v = 0; v < COUNT(values); v++) {
		uint8_t *const image = sound(), *after;
		struct rumptest_disk *d;
		const char *bad;

		put(image, fields[_i], values[v], fields[_i] >= SLOT(0) ? 2 : 4);
		d = tl_disk(image, BYTES);
		if (tl_mount(rumptest_disk_attach(d), 0) == 0) {
			mounted++;
			use();
			tl_unmount();
			after = tl_image(d, BYTES);
			bad = tl_unsound(after, BYTES, false);
			if (bad != NULL)
				console_release();
			ck_assert_msg(bad == NULL, "%u at %zu: %s", values[v], fields[_i], bad);
			free(after);
		}
		rumptest_disk_detach(d);
		rumptest_disk_free(d);
		free(image);
	}
	console_release();
	ck_assert_uint_lt(mounted, COUNT(values) + 1);
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("hostile");

	rumptest_fixture(tc);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, sysvbfs_refuses, 0, (int)COUNT(refused));
	tcase_add_test(tc, sysvbfs_tidies);
	tcase_add_loop_test(tc, sysvbfs_survives_borders, 0, (int)COUNT(fields));
	return rumptest_run("sysvbfs_hostile", tc);
}
