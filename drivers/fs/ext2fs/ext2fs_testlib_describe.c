/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What a mounted tree says about itself, as text: a line for each file, sorted, to be compared. */
#define _GNU_SOURCE
#include <sys/stat.h>
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "ext2fs_testlib.h"

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static uint64_t
sum_of(const char *path, const struct stat *st)
{
	static char buf[65536];
	uint64_t sum = 14695981039346656037u;
	ssize_t n;
	int fd;

	if (S_ISLNK(st->st_mode)) {
		n = rump_sys_readlink(path, buf, sizeof(buf));
		ck_assert_msg(n > 0, "%s: %s", path, strerror(errno));
		for (ssize_t i = 0; i < n; i++)
			sum = (sum ^ (uint8_t)buf[i]) * 1099511628211u;
	}
	if (!S_ISREG(st->st_mode))
		return sum;
	fd = rump_sys_open(path, O_RDONLY);
	ck_assert_msg(fd >= 0, "%s: %s", path, strerror(errno));
	while ((n = rump_sys_read(fd, buf, sizeof(buf))) > 0)
		for (ssize_t i = 0; i < n; i++)
			sum = (sum ^ (uint8_t)buf[i]) * 1099511628211u;
	ck_assert_msg(n == 0, "%s: %s", path, strerror(errno));
	rump_sys_close(fd);
	return sum;
}

static void describe(const char *path, FILE *out);

static void
describe_entries(const char *path, FILE *out)
{
	char buf[1000], *names[1000], sub[4096];
	size_t count = 0;
	ssize_t n;
	int fd;

	fd = rump_sys_open(path, O_RDONLY | O_DIRECTORY);
	ck_assert_msg(fd >= 0, "%s: %s", path, strerror(errno));
	while ((n = rump_sys_getdents64(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t off = 0; off < n;) {
			const struct dirent64 *de = (const void *)(buf + off);

			off += de->d_reclen;
			if (strcmp(de->d_name, ".") == 0 || strcmp(de->d_name, "..") == 0 ||
			    strcmp(de->d_name, "lost+found") == 0)
				continue;
			ck_assert_uint_lt(count, 1000);
			names[count++] = strdup(de->d_name);
		}
	}
	ck_assert_msg(n == 0, "%s: getdents: %s", path, strerror(errno));
	rump_sys_close(fd);
	qsort(names, count, sizeof(names[0]), by_name);
	for (size_t i = 0; i < count; i++) {
		snprintf(sub, sizeof(sub), "%s/%s", path, names[i]);
		describe(sub, out);
		free(names[i]);
	}
}

static void
describe(const char *path, FILE *out)
{
	struct stat st;

	ck_assert_msg(rump_sys_lstat(path, &st) == 0, "%s: %s", path, strerror(errno));
	fprintf(out, "%s %ju %o %ju %jd %jd.%09ld %jx\n", path, (uintmax_t)st.st_ino, st.st_mode,
	    (uintmax_t)st.st_nlink, S_ISDIR(st.st_mode) ? 0 : (intmax_t)st.st_size,
	    (intmax_t)st.st_mtim.tv_sec, st.st_mtim.tv_nsec, (uintmax_t)sum_of(path, &st));
	if (S_ISDIR(st.st_mode))
		describe_entries(path, out);
}

char *
tl_describe(const char *image)
{
	char *text = NULL;
	size_t len = 0;
	FILE *const out = open_memstream(&text, &len);

	ck_assert_int_eq(tl_mount(image, "ext4"), 0);
	describe(TL_MNT, out);
	tl_unmount();
	fclose(out);
	return text;
}
