/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The tree that scenarios find, and writing a tree down. */
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

#define MUST(e) ck_assert_msg((e) >= 0, "%s: %s: %s", s->name, #e, strerror(errno))

static void
make_file(const struct sys *s, const char *name, const void *data, size_t len, mode_t mode)
{
	int fd;

	MUST(fd = s->open(name, O_WRONLY | O_CREAT | O_EXCL, mode));
	for (size_t done = 0; done < len;) {
		ssize_t n;

		MUST(n = s->write(fd, (const char *)data + done, len - done));
		done += n;
	}
	MUST(s->fchmod(fd, mode));
	MUST(s->close(fd));
}

static void
make_links(const struct sys *s)
{
	char name[16], to[16];

	MUST(s->symlink("small", "l"));
	MUST(s->symlink("d", "dl"));
	MUST(s->symlink("d/sub/../../small", "far"));
	MUST(s->symlink("nowhere", "dangling"));
	MUST(s->symlink("loop2", "loop1"));
	MUST(s->symlink("loop1", "loop2"));
	MUST(s->symlink("l/", "slashed"));
	MUST(s->symlink("dl/", "dslashed"));
	MUST(s->symlink(".", "here"));
	MUST(s->symlink("small", "c0"));
	for (int i = 1; i <= 40; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		snprintf(to, sizeof(to), "c%d", i - 1);
		MUST(s->symlink(to, name));
	}
	MUST(s->symlink(NAME255, "longtarget"));
}

/* What a file system without directories and links cannot have. */
static void
make_dirs(const struct sys *s)
{
	char name[32];

	make_file(s, NAME255, "long", 4, 0600);
	MUST(s->mkdir("d", 0755));
	MUST(s->mkdir("d/sub", 0755));
	make_file(s, "d/f", "in d", 4, 0644);
	MUST(s->mkdir("e", 0755));
	MUST(s->mkdir("closed", 0700));
	make_file(s, "closed/f", "inside", 6, 0644);
	MUST(s->mkdir("many", 0755));
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "many/file%03d", i);
		make_file(s, name, name, strlen(name), 0644);
	}
	make_links(s);
}

bool
has_names(const char *path, unsigned caps)
{
	for (; (caps & CAP_TREE) == 0 && *path != '\0'; path += *path == '/') {
		const size_t len = strcspn(path, "/");

		if (len > 14)
			return false;
		path += len;
	}
	return true;
}

void
make_tree(const struct sys *s, unsigned caps)
{
	static char big[300000];
	int fd;

	s->umask(022);
	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = "librump"[i % 7] + i / 4096 % 20;
	make_file(s, "small", "hello\n", 6, 0644);
	make_file(s, "empty", "", 0, 0644);
	make_file(s, "big", big, sizeof(big), 0644);
	make_file(s, "none", "secret", 6, 0);
	MUST(fd = s->open("hole", O_RDWR | O_CREAT, 0644));
	MUST(s->pwrite(fd, "end", 3, 1 << 20));
	MUST(s->close(fd));
	if ((caps & CAP_TREE) != 0)
		make_dirs(s);
	if ((caps & CAP_LINK) != 0) {
		MUST(s->link("small", "hard"));
		/* mkfs.ext4 -d makes two links of these. */
		if ((caps & CAP_WRITE) != 0)
			MUST(s->link("l", "hardlink-to-link"));
	}
	if ((caps & CAP_FIFO) != 0)
		MUST(s->mkfifo("fifo", 0644));
}

/* ---- Writing down ---- */

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
