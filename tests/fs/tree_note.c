/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Everything below a directory, written down. */
#define _GNU_SOURCE
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contract.h"

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in an open directory, by getdents with a buffer of room bytes. */
static size_t
list(const struct sys *s, int fd, char **names, size_t max, size_t room)
{
	char *buf = malloc(room);
	size_t n = 0;
	ssize_t got;

	while ((got = s->getdents(fd, buf, room)) > 0)
		for (ssize_t off = 0; off < got;) {
			const struct dirent64 *de = (const void *)(buf + off);

			ck_assert_msg(n < max, "%s: too many entries", s->name);
			names[n++] = strdup(de->d_name);
			off += de->d_reclen;
		}
	ck_assert_msg(got == 0, "%s: getdents: %s", s->name, strerror(errno));
	free(buf);
	return n;
}

/* A sum of a file's bytes, so that the log stays short. */
static uint32_t
sum_file(const struct sys *s, const char *path)
{
	static char buf[65536];
	const int fd = s->open(path, O_RDONLY);
	uint32_t sum = 0;
	ssize_t n;

	if (fd < 0)
		return errno;
	while ((n = s->read(fd, buf, sizeof(buf))) > 0)
		for (ssize_t i = 0; i < n; i++)
			sum = sum * 31 + (unsigned char)buf[i];
	s->close(fd);
	return n < 0 ? (uint32_t)errno : sum;
}

static void
note_dir(const struct sys *s, struct log *g, unsigned caps, const char *dir)
{
	char *names[1024], path[4096], target[4096];
	const int fd = s->open(dir, O_RDONLY | O_DIRECTORY);
	struct stat st;
	size_t n;

	note_call(g, dir, fd < 0 ? -1 : 0);
	if (fd < 0)
		return;
	n = list(s, fd, names, 1024, 32768);
	s->close(fd);
	qsort(names, n, sizeof(names[0]), by_name);
	for (size_t i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		/* What mkfs puts into a root. */
		if (strcmp(names[i], "lost+found") == 0)
			goto next;
		note_stat(g, path, s->lstat(path, &st), &st, caps);
		if (strcmp(names[i], ".") == 0 || strcmp(names[i], "..") == 0)
			goto next;
		if (S_ISREG(st.st_mode))
			note(g, "\tsum %u", sum_file(s, path));
		if (S_ISLNK(st.st_mode)) {
			const ssize_t len = s->readlink(path, target, sizeof(target) - 1);

			note(g, "\tto %.*s", (int)len, target);
		}
		if (S_ISDIR(st.st_mode))
			note_dir(s, g, caps, path);
	next:
		free(names[i]);
	}
}

void
note_tree(const struct sys *s, struct log *g, unsigned caps)
{
	note_dir(s, g, caps, ".");
}
