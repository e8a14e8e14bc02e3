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
