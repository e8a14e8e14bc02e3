/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What is written is there after a remount, and in the image, for a reader that is not the driver. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest_fixture.h>

#include "sysvbfs_testlib.h"

#define F(name) TL_MNT "/" name
#define OK(e)	ck_assert_msg((e) >= 0, "%s: %s", #e, strerror(errno))
#define FAILS(e, err)                                                                        \
	do {                                                                                 \
		errno = 0;                                                                   \
		const long ret_ = (long)(e);                                                 \
		ck_assert_msg(                                                               \
		    ret_ == -1 && errno == (err), "%s: %ld, %s", #e, ret_, strerror(errno)); \
	} while (0)

static struct rumptest_disk *disk;
static const char *device;
static size_t bytes;

static void
up(unsigned blocks, unsigned inodes)
{
	uint8_t *const image = tl_mkfs(blocks, inodes);

	bytes = (size_t)blocks * 512;
	disk = tl_disk(image, bytes);
	free(image);
	device = rumptest_disk_attach(disk);
	ck_assert_ptr_nonnull(device);
	OK(tl_mount(device, 0));
}

/* Unmounted, sound; the image for a look. */
static uint8_t *
down(void)
{
	const char *bad;
	uint8_t *image;

	tl_unmount();
	image = tl_image(disk, bytes);
	bad = tl_unsound(image, bytes, false);
	ck_assert_msg(bad == NULL, "%s", bad);
	rumptest_disk_detach(disk);
	rumptest_disk_free(disk);
	return image;
}

static void
remount(void)
{
	tl_unmount();
	OK(tl_mount(device, 0));
}

static void
make(const char *path, unsigned seed, size_t len)
{
	int fd;

	OK(fd = rump_sys_open(path, O_CREAT | O_EXCL | O_RDWR, 0644));
	ck_assert_int_eq(tl_write(fd, seed, 0, len), len);
	OK(rump_sys_close(fd));
}

static void
is(const char *path, unsigned seed, size_t len)
{
	uint8_t *const buf = malloc(len + 10);
	int fd;

	OK(fd = rump_sys_open(path, O_RDONLY));
	ck_assert_int_eq(rump_sys_pread(fd, buf, len + 10, 0), len);
	ck_assert_msg(tl_is(buf, seed, len), "%s: other bytes", path);
	OK(rump_sys_close(fd));
	free(buf);
}

static void
image_has(const uint8_t *image, const char *name, unsigned seed, size_t len)
{
	const uint8_t *p;
	size_t size;

	p = tl_find(image, name, &size);
	ck_assert_msg(p != NULL, "%s is not in the image", name);
	ck_assert_msg(size == len && tl_is(p, seed, len), "%s: %zu bytes", name, size);
}

static const struct {
	unsigned blocks, inodes;
} shapes[] = { { 100, 9 }, { 64, 48 }, { 2048, 48 }, { 2048, 100 }, { 16384, 512 } };

START_TEST(sysvbfs_keeps_files)
{
	static const size_t sizes[] = { 0, 1, 511, 512, 513, 4096, 5000 };
	char path[32];
	struct stat st;
	uint8_t *image;

	up(shapes[_i].blocks, shapes[_i].inodes);
	for (unsigned i = 0; i < 7; i++) {
		snprintf(path, sizeof(path), F("file%u"), i);
		make(path, i, sizes[i]);
	}
	for (int round = 0; round < 2; round++, remount())
		for (unsigned i = 0; i < 7; i++) {
			snprintf(path, sizeof(path), F("file%u"), i);
			is(path, i, sizes[i]);
			OK(rump_sys_stat(path, &st));
			ck_assert(S_ISREG(st.st_mode) && st.st_nlink == 1 &&
			    st.st_size == (off_t)sizes[i]);
		}
	image = down();
	ck_assert_uint_eq(tl_count(image), 7);
	for (unsigned i = 0; i < 7; i++) {
		snprintf(path, sizeof(path), "file%u", i);
		image_has(image, path, i, sizes[i]);
	}
	free(image);
}
END_TEST

/* Two files that grow by turns are in each other's way: they move, and keep their bytes. */
START_TEST(sysvbfs_moves_what_grows)
{
	uint8_t *image;
	int a, b;

	up(4000, 48);
	OK(a = rump_sys_open(F("a"), O_CREAT | O_RDWR, 0600));
	OK(b = rump_sys_open(F("b"), O_CREAT | O_RDWR, 0600));
	for (size_t off = 0; off < 200000; off += 3333) {
		ck_assert_int_eq(tl_write(a, 1, off, 3333), 3333);
		ck_assert_int_eq(tl_write(b, 2, off, 3333), 3333);
		if (off % 7 == 0)
			OK(rump_sys_fsync(a));
	}
	OK(rump_sys_close(a));
	OK(rump_sys_close(b));
	is(F("a"), 1, 203313);
	is(F("b"), 2, 203313);
	remount();
	is(F("a"), 1, 203313);
	image = down();
	image_has(image, "a", 1, 203313);
	image_has(image, "b", 2, 203313);
	free(image);
}
END_TEST

START_TEST(sysvbfs_gaps_are_zero)
{
	static uint8_t buf[40000];
	uint8_t *image;
	const uint8_t *p;
	size_t size;
	int fd;

	up(400, 48);
	make(F("junk"), 9, 100000); /* what the blocks hold before */
	remount();
	OK(rump_sys_unlink(F("junk")));
	OK(fd = rump_sys_open(F("gap"), O_CREAT | O_RDWR, 0600));
	ck_assert_int_eq(rump_sys_pwrite(fd, "begin", 5, 0), 5);
	ck_assert_int_eq(rump_sys_pwrite(fd, "end", 3, 30000), 3);
	OK(rump_sys_ftruncate(fd, 35000));
	OK(rump_sys_ftruncate(fd, 30001));
	OK(rump_sys_ftruncate(fd, 33000));
	for (int round = 0; round < 2; round++) {
		ck_assert_int_eq(rump_sys_pread(fd, buf, sizeof(buf), 0), 33000);
		ck_assert_mem_eq(buf, "begin\0\0", 7);
		for (size_t i = 5; i < 33000; i++)
			ck_assert_msg(
			    buf[i] == (i == 30000 ? 'e' : 0), "byte %zu is %d", i, buf[i]);
		OK(rump_sys_close(fd));
		remount();
		OK(fd = rump_sys_open(F("gap"), O_RDWR));
	}
	OK(rump_sys_close(fd));
	image = down();
	p = tl_find(image, "gap", &size);
	ck_assert(p != NULL && size == 33000 && p[30000] == 'e' && p[30001] == 0);
	free(image);
}
END_TEST

START_TEST(sysvbfs_fills_up)
{
	struct statvfs sv, after;
	static char buf[5000]; /* the last write is short */
	char path[32];
	long n, sum = 0;
	int fd;

	up(100, 9);
	ck_assert_int_eq(rump_sys_statvfs1(TL_MNT, &sv, 0), 0);
	ck_assert_uint_eq(sv.f_bfree, 96);
	ck_assert_uint_eq(sv.f_ffree, 8);
	OK(fd = rump_sys_open(F("all"), O_CREAT | O_RDWR, 0600));
	while ((n = rump_sys_write(fd, buf, sizeof(buf))) > 0)
		sum += n;
	ck_assert_int_eq(errno, ENOSPC);
	ck_assert_int_eq(sum, 96 * 512);
	OK(rump_sys_statvfs1(TL_MNT, &after, 0));
	ck_assert_uint_eq(after.f_bfree, 0);
	OK(rump_sys_ftruncate(fd, 512));
	OK(rump_sys_statvfs1(TL_MNT, &after, 0));
	ck_assert_uint_eq(after.f_bfree, 95);
	OK(rump_sys_close(fd));
	OK(rump_sys_unlink(F("all")));
	for (int i = 0; i < 8; i++) {
		snprintf(path, sizeof(path), F("f%d"), i);
		make(path, (unsigned)i, 100);
	}
	FAILS(rump_sys_open(F("more"), O_CREAT | O_RDWR, 0600), ENOSPC);
	for (int i = 0; i < 8; i++) {
		snprintf(path, sizeof(path), F("f%d"), i);
		OK(rump_sys_unlink(path));
	}
	OK(rump_sys_statvfs1(TL_MNT, &after, 0));
	ck_assert(after.f_bfree == sv.f_bfree && after.f_ffree == sv.f_ffree);
	free(down());
}
END_TEST

START_TEST(sysvbfs_names)
{
	uint8_t *image;
	struct stat st;

	up(2048, 48);
	make(F("a"), 1, 1000);
	make(F("b"), 2, 2000);
	make(F("14_bytes_long_"), 3, 3000);
	FAILS(rump_sys_open(F("15_bytes_long__"), O_CREAT | O_RDWR, 0600), ENAMETOOLONG);
	FAILS(rump_sys_stat(F("15_bytes_long__"), &st), ENAMETOOLONG);
	OK(rump_sys_rename(F("a"), F("b")));
	OK(rump_sys_rename(F("b"), F("c")));
	FAILS(rump_sys_stat(F("a"), &st), ENOENT);
	FAILS(rump_sys_rename(F("a"), F("d")), ENOENT);
	FAILS(rump_sys_rename(F("c"), F("15_bytes_long__")), ENAMETOOLONG);
	FAILS(rump_sys_mkdir(F("d"), 0755), EPERM);
	FAILS(rump_sys_link(F("c"), F("d")), EPERM);
	FAILS(rump_sys_symlink("c", F("d")), EPERM);
	FAILS(rump_sys_mkfifo(F("d"), 0600), EPERM);
	FAILS(rump_sys_mknod(F("d"), S_IFCHR | 0600, 0), EPERM);
	FAILS(rump_sys_rmdir(F("c")), ENOTDIR);
	FAILS(rump_sys_unlink(TL_MNT), EISDIR);
	FAILS(rump_sys_readlink(F("c"), (char[4]){ 0 }, 4), EINVAL);
	OK(rump_sys_unlink(F("14_bytes_long_")));
	make(F("14_bytes_long_"), 4, 400);
	image = down();
	ck_assert_uint_eq(tl_count(image), 2);
	image_has(image, "c", 1, 1000);
	image_has(image, "14_bytes_long_", 4, 400);
	free(image);
}
END_TEST

START_TEST(sysvbfs_unlinked_lives_while_open)
{
	struct statvfs sv;
	uint8_t buf[3000];
	unsigned long before;
	int fd, other;

	up(2048, 48);
	OK(rump_sys_statvfs1(TL_MNT, &sv, 0));
	before = sv.f_bfree;
	OK(fd = rump_sys_open(F("x"), O_CREAT | O_RDWR, 0600));
	ck_assert_int_eq(tl_write(fd, 1, 0, 2000), 2000);
	make(F("y"), 2, 100);
	OK(rump_sys_rename(F("y"), F("x")));
	ck_assert_int_eq(tl_write(fd, 1, 2000, 1000), 1000);
	make(F("z"), 3, 100);
	OK(other = rump_sys_open(F("z"), O_RDWR));
	OK(rump_sys_unlink(F("z")));
	rump_sys_sync();
	ck_assert_int_eq(rump_sys_pread(fd, buf, sizeof(buf), 0), 3000);
	ck_assert(tl_is(buf, 1, 3000));
	OK(rump_sys_close(fd));
	OK(rump_sys_close(other));
	is(F("x"), 2, 100);
	OK(rump_sys_unlink(F("x")));
	OK(rump_sys_statvfs1(TL_MNT, &sv, 0));
	ck_assert_uint_eq(sv.f_bfree, before);
	free(down());
}
END_TEST

START_TEST(sysvbfs_keeps_attributes)
{
	static const struct timespec times[2] = { { 1000000000, 5 }, { 3000000000, 0 } };
	struct stat st;

	up(2048, 48);
	make(F("f"), 1, 10);
	OK(rump_sys_chmod(F("f"), 04751));
	OK(rump_sys_chown(F("f"), 70000, 12));
	OK(rump_sys_utimensat(AT_FDCWD, F("f"), times, 0));
	OK(rump_sys_chmod(TL_MNT, 0700));
	remount();
	OK(rump_sys_stat(F("f"), &st));
	ck_assert_uint_eq(st.st_mode, S_IFREG | 0751 | (st.st_mode & S_ISUID));
	ck_assert(st.st_uid == 70000 && st.st_gid == 12);
	ck_assert_int_eq(st.st_atime, 1000000000);
	ck_assert_int_eq(st.st_mtime, 3000000000);
	OK(rump_sys_stat(TL_MNT, &st));
	ck_assert_uint_eq(st.st_mode, S_IFDIR | 0700);
	ck_assert_uint_eq(st.st_ino, 2);
	free(down());
}
END_TEST

START_TEST(sysvbfs_lists_each_name_once)
{
	static const size_t rooms[] = { 48, 100, 1000, 8192 };
	char path[32];
	uint8_t *image;

	up(4096, 300);
	for (int i = 0; i < 299; i++) {
		snprintf(path, sizeof(path), F("n%d"), i);
		make(path, 0, 0);
	}
	for (int i = 0; i < 299; i += 3) {
		snprintf(path, sizeof(path), F("n%d"), i);
		OK(rump_sys_unlink(path));
	}
	for (size_t r = 0; r < 4; r++) {
		unsigned char seen[300] = { 0 };
		char buf[8192];
		int fd, dots = 0;
		long n;

		OK(fd = rump_sys_open(TL_MNT, O_RDONLY | O_DIRECTORY));
		while ((n = rump_sys_getdents64(fd, buf, rooms[r])) > 0)
			for (long off = 0; off < n;) {
				const struct dirent64 *de = (const void *)(buf + off);
				int no;

				if (sscanf(de->d_name, "n%d", &no) == 1)
					seen[no]++;
				else
					dots++;
				off += de->d_reclen;
			}
		ck_assert_int_eq(n, 0);
		ck_assert_int_eq(dots, 2);
		for (int i = 0; i < 299; i++)
			ck_assert_msg(seen[i] == (i % 3 != 0), "room %zu: n%d %d times", rooms[r],
			    i, seen[i]);
		OK(rump_sys_close(fd));
	}
	image = down();
	ck_assert_uint_eq(tl_count(image), 199);
	free(image);
}
END_TEST

START_TEST(sysvbfs_readonly_writes_nothing)
{
	uint8_t *const image = tl_mkfs(100, 9);

	bytes = 51200;
	disk = tl_disk(image, bytes);
	device = rumptest_disk_attach(disk);
	OK(tl_mount(device, RUMP_MNT_RDONLY));
	FAILS(rump_sys_open(F("x"), O_CREAT | O_RDWR, 0600), EROFS);
	FAILS(rump_sys_chmod(TL_MNT, 0700), EROFS);
	FAILS(tl_mount(device, 0), EBUSY);
	tl_unmount();
	ck_assert_uint_eq(rumptest_disk_log(disk), 0);
	rumptest_disk_detach(disk);
	rumptest_disk_free(disk);
	free(image);
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("sysvbfs");

	rumptest_fixture(tc);
	tcase_set_timeout(tc, 60);
	tcase_add_loop_test(tc, sysvbfs_keeps_files, 0, sizeof(shapes) / sizeof(shapes[0]));
	tcase_add_test(tc, sysvbfs_moves_what_grows);
	tcase_add_test(tc, sysvbfs_gaps_are_zero);
	tcase_add_test(tc, sysvbfs_fills_up);
	tcase_add_test(tc, sysvbfs_names);
	tcase_add_test(tc, sysvbfs_unlinked_lives_while_open);
	tcase_add_test(tc, sysvbfs_keeps_attributes);
	tcase_add_test(tc, sysvbfs_lists_each_name_once);
	tcase_add_test(tc, sysvbfs_readonly_writes_nothing);
	return rumptest_run("sysvbfs", tc);
}
