/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* rumpfs, beyond what every file system has to do: the root at boot, contents, removed directories. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <rump/rump_check.h>

#include "../private/testlib.h"

START_TEST(rumpfs_root_at_boot)
{
	struct stat st;

	ck_gives(rump_sys_stat("/", &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFDIR | 0755);
	ck_assert_uint_eq(st.st_nlink, 4);
	ck_gives(rump_sys_stat("/tmp", &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFDIR | 01777);
	ck_gives(rump_sys_stat("/dev", &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFDIR | 0755);
}
END_TEST

/* Bytes at places around every size that the storage changes its shape at. */
static const off_t places[] = { 0, 1, 511, 512, 513, 4096, 65535, 65536, 65537, 131072, 4194303,
	4194304, 4194305, 268435456, (off_t)1 << 34, ((off_t)1 << 40) + 3, ((off_t)1 << 47) + 1 };

START_TEST(rumpfs_sparse_write)
{
	const off_t at = places[_i];
	char buf[9];
	struct stat st;
	int fd;

	fd = rump_sys_open("/f", O_RDWR | O_CREAT, 0644);
	ck_gives(rump_sys_pwrite(fd, "abc", 3, at), 3);
	ck_gives(rump_sys_fstat(fd, &st), 0);
	ck_assert_int_eq(st.st_size, at + 3);
	ck_assert_int_le(st.st_blocks * 512, 2 * 65536);
	ck_gives(rump_sys_pread(fd, buf, sizeof(buf), at), 3);
	ck_assert_mem_eq(buf, "abc", 3);
	if (at > 4) {
		ck_gives(rump_sys_pread(fd, buf, 6, at - 3), 6);
		ck_assert_mem_eq(buf, "\0\0\0abc", 6);
		ck_gives(rump_sys_pread(fd, buf, 1, 0), 1);
		ck_assert_int_eq(buf[0], 0);
	}
	ck_gives(rump_sys_close(fd), 0);
	ck_gives(rump_sys_unlink("/f"), 0);
}
END_TEST

/* A file like one in memory of the test's, by steps that look random. */
#define MODEL 400000
START_TEST(rumpfs_contents_as_a_model)
{
	static unsigned char model[MODEL], buf[MODEL];
	off_t size = 0;
	unsigned x = (unsigned)_i + 1;
	int fd;

	fd = rump_sys_open("/f", O_RDWR | O_CREAT, 0644);
	for (int step = 0; step < 400; step++) {
		off_t off;
		size_t len;

		x = x * 1664525 + 1013904223;
		off = (x >> 8) % (MODEL - 70000);
		len = (x >> 3) % (step % 3 == 0 ? 70000 : 900);
		switch (x >> 29) {
		case 0: /* cut or grow */
			ck_gives(rump_sys_ftruncate(fd, off), 0);
			if (off < size)
				memset(model + off, 0, (size_t)(size - off));
			size = off;
			break;
		case 1:
		case 2:
		case 3:
		case 4:
			memset(buf, (int)(step + 1), len);
			memset(model + off, (int)(step + 1), len);
			ck_gives(rump_sys_pwrite(fd, buf, len, off), len);
			if (len != 0 && off + (off_t)len > size)
				size = off + (off_t)len;
			break;
		default:
			if (off > size)
				len = 0;
			else if (off + (off_t)len > size)
				len = (size_t)(size - off);
			ck_gives(rump_sys_pread(fd, buf, len, off), len);
			ck_assert_mem_eq(buf, model + off, len);
			break;
		}
	}
	ck_gives(rump_sys_pread(fd, buf, sizeof(buf), 0), size);
	ck_assert_mem_eq(buf, model, (size_t)size);
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

START_TEST(rumpfs_too_large)
{
	const int fd = rump_sys_open("/f", O_RDWR | O_CREAT, 0644);

	ck_fails(rump_sys_pwrite(fd, "abc", 3, ((off_t)1 << 48) - 1), EFBIG);
	ck_fails(rump_sys_ftruncate(fd, ((off_t)1 << 48) + 1), EFBIG);
	ck_gives(rump_sys_ftruncate(fd, (off_t)1 << 48), 0);
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

#ifdef DIAGNOSTIC
/* A large copy into a hole that stops half way: the rest of what was made for it is zero, not old memory. */
START_TEST(rumpfs_copy_into_hole_fails)
{
	enum { CHUNK = 65536, CHUNKS = 16 };
	char *const buf = malloc(CHUNK);
	struct iovec iov[2] = { { buf, 100 }, { buf + 100, CHUNK - 100 } };
	bool failed = false, stopped = false;
	char who[16];
	ssize_t n;
	int fd;

	memset(buf, 'x', CHUNK);
	fd = rump_sys_open("/old", O_RDWR | O_CREAT, 0644);
	for (int i = 0; i < CHUNKS; i++)
		ck_gives(rump_sys_write(fd, buf, CHUNK), CHUNK);
	ck_gives(rump_sys_close(fd), 0);
	ck_gives(rump_sys_unlink("/old"), 0);
	fd = rump_sys_open("/f", O_RDWR | O_CREAT, 0644);
	ck_gives(rump_sys_ftruncate(fd, CHUNK * CHUNKS), 0);
	for (int i = 0; i < CHUNKS; i++) {
		/* One of the copies fails: a checked kernel's only. */
		rump_check_fault(RUMP_FAULT_COPY, 1 + (unsigned)i % 4);
		n = rump_sys_pwritev(fd, iov, 2, CHUNK * i);
		rump_check_fault(0, 0);
		failed = failed || rump_check_fault_fired(who, sizeof(who));
		stopped = stopped || (n > 0 && n < CHUNK);
		ck_gives(rump_sys_pread(fd, buf, CHUNK, CHUNK * i), CHUNK);
		for (ssize_t k = n > 0 ? n : 0; k < CHUNK; k++)
			ck_assert_int_eq(buf[k], 0);
		memset(buf, 'x', CHUNK);
	}
	ck_gives(rump_sys_close(fd), 0);
	ck_gives(rump_sys_unlink("/f"), 0);
	ck_assert(stopped && failed);
	free(buf);
}
END_TEST
#endif

START_TEST(rumpfs_removed_directory)
{
	struct stat st;
	int fd;

	ck_gives(rump_sys_mkdir("/d", 0755), 0);
	fd = rump_sys_open("/d", O_RDONLY | O_DIRECTORY);
	ck_gives(rump_sys_chdir("/d"), 0);
	ck_gives(rump_sys_rmdir("/d"), 0);
	ck_gives(rump_sys_fstat(fd, &st), 0);
	ck_assert_uint_eq(st.st_nlink, 0);
	ck_fails(rump_sys_open("x", O_CREAT | O_RDWR, 0644), ENOENT);
	ck_fails(rump_sys_mkdir("x", 0755), ENOENT);
	ck_fails(rump_sys_stat("..", &st), ENOENT);
	ck_fails(rump_sys_rename("/tmp", "x"), ENOENT);
	ck_gives(rump_sys_chdir("/"), 0);
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

START_TEST(rumpfs_unlinked_file_lives_while_open)
{
	char buf[3];
	struct stat st;
	const int fd = rump_sys_open("/f", O_RDWR | O_CREAT, 0644);

	ck_gives(rump_sys_unlink("/f"), 0);
	ck_gives(rump_sys_write(fd, "abc", 3), 3);
	ck_gives(rump_sys_fstat(fd, &st), 0);
	ck_assert_uint_eq(st.st_nlink, 0);
	ck_gives(rump_sys_pread(fd, buf, 3, 0), 3);
	ck_assert_mem_eq(buf, "abc", 3);
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

/* Names that readdir gives while entries come and go: every one that stays, once. */
START_TEST(rumpfs_readdir_while_changing)
{
	unsigned seen[200] = { 0 };
	char name[32], buf[256];
	ssize_t n;
	int fd, made = 0;

	ck_gives(rump_sys_mkdir("/d", 0755), 0);
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "/d/%d", i);
		ck_gives(rump_sys_mknod(name, S_IFREG | 0644, 0), 0);
	}
	fd = rump_sys_open("/d", O_RDONLY | O_DIRECTORY);
	while ((n = rump_sys_getdents64(fd, buf, sizeof(buf))) > 0) {
		for (char *p = buf; p < buf + n; p += *(unsigned short *)(void *)(p + 16)) {
			int i;

			if (sscanf(p + 19, "%d", &i) == 1 && i < 200)
				seen[i]++;
		}
		snprintf(name, sizeof(name), "/d/new%d", made++);
		if (made < 50)
			ck_gives(rump_sys_mknod(name, S_IFREG | 0644, 0), 0);
		snprintf(name, sizeof(name), "/d/%d", 199 - made);
		if (made < 50)
			ck_gives(rump_sys_unlink(name), 0);
	}
	ck_gives(n, 0);
	for (int i = 0; i < 150; i++)
		ck_assert_msg(seen[i] == 1, "entry %d: %u times", i, seen[i]);
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

START_TEST(rumpfs_link_counts)
{
	struct stat st;

	ck_gives(rump_sys_mkdir("/a", 0755), 0);
	ck_gives(rump_sys_mkdir("/a/b", 0755), 0);
	ck_gives(rump_sys_mkdir("/c", 0755), 0);
	ck_gives(rump_sys_stat("/a", &st), 0);
	ck_assert_uint_eq(st.st_nlink, 3);
	ck_gives(rump_sys_rename("/a/b", "/c/b"), 0);
	ck_gives(rump_sys_stat("/a", &st), 0);
	ck_assert_uint_eq(st.st_nlink, 2);
	ck_gives(rump_sys_stat("/c", &st), 0);
	ck_assert_uint_eq(st.st_nlink, 3);
	ck_gives(rump_sys_rename("/a", "/c/b"), 0); /* onto an empty directory */
	ck_gives(rump_sys_stat("/c", &st), 0);
	ck_assert_uint_eq(st.st_nlink, 3);
	ck_gives(rump_sys_stat("/c/b/..", &st), 0);
	ck_assert_uint_eq(st.st_nlink, 3);
}
END_TEST

static const struct {
	const char *from, *to;
	int error;
} renames[] = {
	{ "/d", "/d/e/x", EINVAL },
	{ "/d", "/d/e", EINVAL },
	{ "/d/e", "/d", ENOTEMPTY },
	{ "/d/e/g", "/d", ENOTEMPTY },
	{ "/f", "/d", EISDIR },
	{ "/d", "/f", ENOTDIR },
	{ "/none", "/f", ENOENT },
	{ "/f", "/none/x", ENOENT },
	{ "/f", "/f/x", ENOTDIR },
	{ "/d/.", "/x", EINVAL },
	{ "/d/e/..", "/x", EINVAL },
	{ "/f", "/f", 0 },
	{ "/f", "/link", 0 },
	{ "/d/e", "/x", 0 },
	{ "/f", "/d/e/g", 0 },
	{ "/d/e/g", "/f", 0 },
	{ "/d", "/empty", 0 },
	{ "/empty", "/d", ENOTEMPTY },
	{ "/empty", "/d/e/empty", 0 },
};

START_TEST(rumpfs_rename_cases)
{
	struct stat st, st2;

	ck_gives(rump_sys_mkdir("/d", 0755), 0);
	ck_gives(rump_sys_mkdir("/d/e", 0755), 0);
	ck_gives(rump_sys_mkdir("/empty", 0755), 0);
	ck_gives(rump_sys_mknod("/f", S_IFREG | 0644, 0), 0);
	ck_gives(rump_sys_link("/f", "/link"), 0);
	ck_gives(rump_sys_mknod("/d/e/g", S_IFREG | 0644, 0), 0);
	if (renames[_i].error != 0) {
		errno = 0;
		const int rv = rump_sys_rename(renames[_i].from, renames[_i].to);

		/* Linux says EBUSY for "." and "..". */
		ck_assert_msg(rv == -1 &&
			(errno == renames[_i].error ||
			    (renames[_i].error == EINVAL && errno == EBUSY)),
		    "%s to %s: %d, errno %d", renames[_i].from, renames[_i].to, rv, errno);
		return;
	}
	ck_gives(rump_sys_stat(renames[_i].from, &st), 0);
	ck_assert_msg(rump_sys_rename(renames[_i].from, renames[_i].to) == 0, "%s to %s: errno %d",
	    renames[_i].from, renames[_i].to, errno);
	ck_gives(rump_sys_stat(renames[_i].to, &st2), 0);
	ck_assert_uint_eq(st.st_ino, st2.st_ino);
}
END_TEST

START_TEST(rumpfs_mounted_twice)
{
	struct stat st, st2;

	ck_gives(rump_sys_mkdir("/m", 0755), 0);
	ck_gives(rump_sys_mount("rumpfs", "/m", 0, NULL, 0), 0);
	ck_gives(rump_sys_mkdir("/m/x", 0755), 0);
	ck_gives(rump_sys_mknod("/m/x/f", S_IFREG | 0644, 0), 0);
	ck_gives(rump_sys_stat("/m", &st), 0);
	ck_gives(rump_sys_stat("/", &st2), 0);
	ck_assert(st.st_dev != st2.st_dev);
	ck_fails(rump_sys_rename("/m/x", "/y"), EXDEV);
	ck_fails(rump_sys_link("/m/x/f", "/f"), EXDEV);
	ck_fails(rump_sys_rmdir("/m"), EBUSY);
	ck_gives(rump_sys_unmount("/m", 0), 0);
	ck_fails(rump_sys_stat("/m/x", &st), ENOENT);
	ck_gives(rump_sys_rmdir("/m"), 0);
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("rumpfs");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, rumpfs_root_at_boot);
	tcase_add_loop_test(tc, rumpfs_sparse_write, 0, COUNT(places));
	tcase_add_loop_test(tc, rumpfs_contents_as_a_model, 0, 5);
	tcase_add_test(tc, rumpfs_too_large);
#ifdef DIAGNOSTIC
	tcase_add_test(tc, rumpfs_copy_into_hole_fails);
#endif
	tcase_add_test(tc, rumpfs_removed_directory);
	tcase_add_test(tc, rumpfs_unlinked_file_lives_while_open);
	tcase_add_test(tc, rumpfs_readdir_while_changing);
	tcase_add_test(tc, rumpfs_link_counts);
	tcase_add_loop_test(tc, rumpfs_rename_cases, 0, COUNT(renames));
	tcase_add_test(tc, rumpfs_mounted_twice);
	return run_suite(tc, "rumpfs");
}
