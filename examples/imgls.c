/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* imgls [-l] IMAGE [PATH]: list a directory, or one file, of an ext2, ext3 or ext4 image. */
#define _GNU_SOURCE
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "image.h"

static int status; /* 1 once something could not be shown */

static void
complain(const char *path)
{
	fprintf(stderr, "imgls: %s: %s\n", path, strerror(errno));
	status = 1;
}

static void
mode_string(mode_t mode, char s[11])
{
	static const char bits[] = "rwxrwxrwx";

	s[0] = S_ISDIR(mode) ? 'd'
	    : S_ISLNK(mode)  ? 'l'
	    : S_ISCHR(mode)  ? 'c'
	    : S_ISBLK(mode)  ? 'b'
	    : S_ISFIFO(mode) ? 'p'
	    : S_ISSOCK(mode) ? 's'
			     : '-';
	for (int i = 0; i < 9; i++)
		s[1 + i] = mode & (0400 >> i) ? bits[i] : '-';
	if (mode & S_ISUID)
		s[3] = mode & S_IXUSR ? 's' : 'S';
	if (mode & S_ISGID)
		s[6] = mode & S_IXGRP ? 's' : 'S';
	if (mode & S_ISVTX)
		s[9] = mode & S_IXOTH ? 't' : 'T';
	s[10] = '\0';
}

/* One line of -l; path leads to the file, name is shown. */
static void
show_long(const char *path, const char *name)
{
	char mode[11], size[32], date[64], target[4096];
	struct stat st;
	struct tm tm;
	ssize_t n;

	if (rump_sys_lstat(path, &st) != 0) {
		complain(path);
		return;
	}
	mode_string(st.st_mode, mode);
	if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
		snprintf(size, sizeof(size), "%u, %u", major(st.st_rdev), minor(st.st_rdev));
	else
		snprintf(size, sizeof(size), "%jd", (intmax_t)st.st_size);
	if (localtime_r(&st.st_mtime, &tm) == NULL ||
	    strftime(date, sizeof(date), "%Y-%m-%d %H:%M:%S", &tm) == 0)
		strcpy(date, "?");
	printf("%s %3ju %5u %5u %10s %s %s", mode, (uintmax_t)st.st_nlink, st.st_uid, st.st_gid,
	    size, date, name);
	if (S_ISLNK(st.st_mode)) {
		n = rump_sys_readlink(path, target, sizeof(target));
		if (n < 0)
			complain(path);
		else
			printf(" -> %.*s", (int)n, target);
	}
	putchar('\n');
}

struct names {
	char **n_name;
	size_t n_count;
};

static void
add_name(struct names *names, const char *name)
{
	if ((names->n_count & (names->n_count - 1)) == 0)
		names->n_name = realloc(
		    names->n_name, (names->n_count == 0 ? 1 : names->n_count * 2) * sizeof(char *));
	if (names->n_name == NULL || (names->n_name[names->n_count++] = strdup(name)) == NULL)
		image_die("imgls", "memory");
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
read_names(const char *path, struct names *names)
{
	static char buf[32768];
	const int fd = rump_sys_open(path, O_RDONLY | O_DIRECTORY);
	ssize_t n;

	if (fd < 0)
		image_die("imgls", path);
	while ((n = rump_sys_getdents64(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t off = 0; off < n;) {
			const struct dirent64 *de = (const void *)(buf + off);

			if (strcmp(de->d_name, ".") != 0 && strcmp(de->d_name, "..") != 0)
				add_name(names, de->d_name);
			off += de->d_reclen;
		}
	}
	if (n < 0)
		complain(path);
	rump_sys_close(fd);
	if (names->n_count > 1)
		qsort(names->n_name, names->n_count, sizeof(char *), by_name);
}

static void
list_directory(const char *path, bool long_form)
{
	struct names names = { 0 };

	read_names(path, &names);
	for (size_t i = 0; i < names.n_count; i++) {
		char *full;

		if (!long_form) {
			puts(names.n_name[i]);
		} else if (asprintf(&full, "%s/%s", path, names.n_name[i]) > 0) {
			show_long(full, names.n_name[i]);
			free(full);
		}
		free(names.n_name[i]);
	}
	free(names.n_name);
}

static void
usage(void)
{
	fprintf(stderr, "usage: imgls [-l] IMAGE [PATH]\n");
	exit(2);
}

int
main(int argc, char **argv)
{
	const char *path = "/";
	bool long_form = false;
	struct stat st;
	int c;

	while ((c = getopt(argc, argv, "l")) != -1) {
		if (c != 'l')
			usage();
		long_form = true;
	}
	argc -= optind;
	argv += optind;
	if (argc < 1 || argc > 2)
		usage();
	if (argc == 2)
		path = argv[1];
	image_open("imgls", argv[0]);
	if (rump_sys_lstat(path, &st) != 0)
		image_die("imgls", path);
	if (S_ISDIR(st.st_mode))
		list_directory(path, long_form);
	else if (long_form)
		show_long(path, path);
	else
		puts(path);
	if (fflush(stdout) != 0)
		image_die("imgls", "standard output");
	return status;
}
