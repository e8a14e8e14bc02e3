/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The storm's last look: a tree in which nothing moves any more. */
#define _GNU_SOURCE
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <rump/rump_syscalls.h>

#include "storm.h"

#define INODES_MAX 4096
#define PATH_LEN   1024

static struct inode {
	uint64_t i_ino;
	unsigned i_nlink, i_found;
	char i_tag[RECORD + 1]; /* of a file that is not empty */
} inodes[INODES_MAX];
static unsigned ninodes;
static struct found found;

bool
record_whole(const char *buf, long n)
{
	if (n % RECORD != 0)
		return false;
	for (long at = 0; at < n; at += RECORD)
		if (memcmp(buf, buf + at, RECORD) != 0)
			return false;
	return n == 0 || (strncmp(buf, "thread ", 7) == 0 && buf[RECORD - 1] == '\n');
}

static struct inode *
inode_of(const struct stat *st)
{
	for (unsigned i = 0; i < ninodes; i++)
		if (inodes[i].i_ino == st->st_ino)
			return &inodes[i];
	ck_assert_uint_lt(ninodes, INODES_MAX);
	inodes[ninodes] = (struct inode){ .i_ino = st->st_ino, .i_nlink = (unsigned)st->st_nlink };
	return &inodes[ninodes++];
}

static void
file_check(const char *path, struct inode *ip, const struct stat *st)
{
	static char buf[1 << 16];
	const int fd = rump_sys_open(path, O_RDONLY);
	long n;

	ck_assert_msg(fd >= 0, "%s: listed, and %s", path, strerror(errno));
	n = rump_sys_read(fd, buf, sizeof(buf));
	ck_assert_int_eq(rump_sys_close(fd), 0);
	ck_assert_msg(n == st->st_size || n == (long)sizeof(buf), "%s: reads %ld of %ld bytes",
	    path, n, (long)st->st_size);
	ck_assert_msg(record_whole(buf, n), "%s: holds what nobody wrote", path);
	if (n > 0)
		memcpy(ip->i_tag, buf, RECORD);
}

static unsigned dir_check(const char *path, uint64_t self, uint64_t parent, const char *skip);

/* One entry; returns 1 for a directory. */
static unsigned
entry_check(
    const char *dir, const struct dirent *d, uint64_t self, uint64_t parent, const char *skip)
{
	char path[PATH_LEN];
	struct inode *ip;
	struct stat st;

	ck_assert_int_lt(snprintf(path, sizeof(path), "%s/%s", dir, d->d_name), PATH_LEN);
	ck_assert_msg(rump_sys_lstat(path, &st) == 0, "%s: listed, and %s", path, strerror(errno));
	ck_assert_msg(d->d_ino == st.st_ino, "%s: listed as %llu, is %llu", path,
	    (unsigned long long)d->d_ino, (unsigned long long)st.st_ino);
	ck_assert_msg(d->d_type == DT_UNKNOWN || d->d_type == IFTODT(st.st_mode),
	    "%s: listed as type %d, mode is %o", path, d->d_type, st.st_mode);
	if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0) {
		ck_assert_msg(st.st_ino == (d->d_name[1] == '\0' ? self : parent),
		    "%s is another directory", path);
		return 0;
	}
	found.f_names += skip == NULL || strncmp(path, skip, strlen(skip)) != 0;
	ip = inode_of(&st);
	ip->i_found++;
	if (S_ISREG(st.st_mode))
		file_check(path, ip, &st);
	if (!S_ISDIR(st.st_mode))
		return 0;
	ck_assert_msg(ip->i_found == 1, "%s: a directory of two names", path);
	const unsigned subdirs = dir_check(path, st.st_ino, self, skip);

	ck_assert_msg(st.st_nlink == 2 + subdirs, "%s: %u links, %u directories in it", path,
	    (unsigned)st.st_nlink, subdirs);
	ip->i_nlink = 1; /* names are counted */
	return 1;
}

/* Returns the number of directories in it. */
static unsigned
dir_check(const char *path, uint64_t self, uint64_t parent, const char *skip)
{
	const int fd = rump_sys_open(path, O_RDONLY | O_DIRECTORY);
	unsigned subdirs = 0;
	char buf[2048];
	long n;

	ck_assert_msg(fd >= 0, "%s: %s", path, strerror(errno));
	while ((n = rump_sys_getdents64(fd, buf, sizeof(buf))) > 0)
		for (long at = 0; at < n;) {
			const struct dirent *const d = (const void *)(buf + at);

			subdirs += entry_check(path, d, self, parent, skip);
			at += d->d_reclen;
		}
	ck_assert_msg(n == 0, "%s: %s", path, strerror(errno));
	ck_assert_int_eq(rump_sys_close(fd), 0);
	return subdirs;
}

struct found
walk_check(const char *path, const char *skip)
{
	char above[PATH_LEN];
	struct stat st, up;

	ninodes = 0;
	found = (struct found){ 0 };
	ck_assert_int_eq(rump_sys_stat(path, &st), 0);
	snprintf(above, sizeof(above), "%s/..", path);
	ck_assert_int_eq(rump_sys_stat(above, &up), 0);
	/* The parent of a file system's root is in another, and ".." is listed as the root itself. */
	dir_check(path, st.st_ino, up.st_ino, skip);
	for (unsigned i = 0; i < ninodes; i++) {
		const struct inode *const ip = &inodes[i];

		ck_assert_msg(ip->i_nlink == ip->i_found, "inode %llu: %u links, %u names",
		    (unsigned long long)ip->i_ino, ip->i_nlink, ip->i_found);
		for (unsigned j = 0; ip->i_tag[0] != '\0' && j < i; j++)
			ck_assert_msg(
			    strcmp(ip->i_tag, inodes[j].i_tag) != 0, "twice: %s", ip->i_tag);
	}
	found.f_files = ninodes;
	return found;
}

void
walk_remove(const char *path, const char *keep)
{
	char buf[2048], sub[PATH_LEN];
	unsigned removed;
	long n;

	do {
		const int fd = rump_sys_open(path, O_RDONLY | O_DIRECTORY);

		ck_assert_msg(fd >= 0, "%s: %s", path, strerror(errno));
		removed = 0;
		while ((n = rump_sys_getdents64(fd, buf, sizeof(buf))) > 0)
			for (long at = 0; at < n;) {
				const struct dirent *const d = (const void *)(buf + at);

				at += d->d_reclen;
				snprintf(sub, sizeof(sub), "%s/%s", path, d->d_name);
				if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
					continue;
				if (rump_sys_unlink(sub) == 0) {
					removed++;
					continue;
				}
				ck_assert_msg(errno == EISDIR || errno == EPERM, "unlink %s: %s",
				    sub, strerror(errno));
				walk_remove(sub, keep);
				if (keep != NULL && strcmp(sub, keep) == 0)
					continue;
				ck_assert_msg(
				    rump_sys_rmdir(sub) == 0, "rmdir %s: %s", sub, strerror(errno));
				removed++;
			}
		ck_assert_int_eq(rump_sys_close(fd), 0);
	} while (removed != 0);
}
