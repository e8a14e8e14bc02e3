/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The bytes of files: reading, writing, offsets, holes, sizes. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "contract.h"

static char buf[400000];

static uint32_t
sum(const char *p, ssize_t n)
{
	uint32_t h = 0;

	for (ssize_t i = 0; i < n; i++)
		h = h * 31 + (unsigned char)p[i];
	return h;
}

/* Around block and page borders, the end, and beyond. */
static void
data_pread(const struct sys *s, struct log *g, unsigned caps)
{
	static const off_t offs[] = { 0, 1, 4095, 4096, 4097, 65535, 65536, 131071, 299999, 300000,
		300001, 1 << 20, INT64_MAX - 10, -1 };
	static const size_t lens[] = { 0, 1, 10, 4096, 8191, 100000, 400000 };
	static const char *const files[] = { "big", "small", "empty", "hole" };

	for (size_t f = 0; f < 4; f++) {
		const int fd = s->open(files[f], O_RDONLY);

		for (size_t i = 0; i < sizeof(offs) / sizeof(offs[0]); i++)
			for (size_t k = 0; k < sizeof(lens) / sizeof(lens[0]); k++) {
				ssize_t n;

				memset(buf, 'x', lens[k]);
				n = s->pread(fd, buf, lens[k], offs[i]);
				note(g, "%s %lld %zu", files[f], (long long)offs[i], lens[k]);
				note_call(g, "\t", n);
				note(g, "\tsum %u", sum(buf, n));
			}
		s->close(fd);
	}
}

static void
data_read_sequential(const struct sys *s, struct log *g, unsigned caps)
{
	static const size_t steps[] = { 1000, 4096, 65536, 400000 };

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		const int fd = s->open("big", O_RDONLY);
		ssize_t n;

		while ((n = s->read(fd, buf, steps[i])) > 0)
			note(g, "%zd sum %u at %lld", n, sum(buf, n),
			    (long long)s->lseek(fd, 0, SEEK_CUR));
		note_call(g, "end", n);
		s->close(fd);
	}
}

static void
data_seek(const struct sys *s, struct log *g, unsigned caps)
{
	int fd, dup;

	CALL((fd = s->open("big", O_RDONLY)) < 0);
	CALL(s->lseek(fd, 10, SEEK_SET));
	CALL(s->lseek(fd, 10, SEEK_CUR));
	CALL(s->lseek(fd, -10, SEEK_END));
	CALL(s->lseek(fd, 1000000, SEEK_END));
	CALL(s->read(fd, buf, 10));
	CALL(s->lseek(fd, -1, SEEK_SET));
	CALL(s->lseek(fd, INT64_MIN, SEEK_CUR));
	CALL(s->lseek(fd, 0, 99));
	CALL((dup = s->dup(fd)) < 0);
	CALL(s->lseek(dup, 7, SEEK_SET));
	CALL(s->lseek(fd, 0, SEEK_CUR));
	CALL(s->close(fd));
	CALL(s->read(dup, buf, 3));
	CALL(s->close(dup));
	CALL(s->lseek(dup, 0, SEEK_SET));
}

static void
data_open_modes(const struct sys *s, struct log *g, unsigned caps)
{
	int fd;

	CALL((fd = s->open("small", O_RDONLY)) < 0);
	CALL(s->write(fd, "x", 1));
	CALL(s->ftruncate(fd, 1));
	CALL(s->close(fd));
	CALL(s->read(fd, buf, 1));
	CALL(s->fsync(fd));
}

static void
data_write(const struct sys *s, struct log *g, unsigned caps)
{
	struct stat st;
	int fd;

	CALL((fd = s->open("new", O_RDWR | O_CREAT | O_EXCL, 0644)) < 0);
	CALL(s->write(fd, "abcdef", 6));
	CALL(s->pwrite(fd, "XY", 2, 2));
	CALL(s->pwrite(fd, "end", 3, 10000));
	CALL(s->pwrite(fd, "", 0, 20000));
	CALL(s->pwrite(fd, "x", 1, -1));
	CALL(s->lseek(fd, 0, SEEK_CUR));
	note_stat(g, "new", s->fstat(fd, &st), &st, caps);
	CALL(s->pread(fd, buf, 20000, 0));
	note(g, "sum %u", sum(buf, 10003));
	CALL(s->fsync(fd));
	CALL(s->close(fd));
	CALL((fd = s->open("new", O_WRONLY | O_APPEND)) < 0);
	CALL(s->write(fd, "tail", 4));
	CALL(s->lseek(fd, 0, SEEK_CUR));
	CALL(s->read(fd, buf, 1));
	CALL(s->close(fd));
	CALL((fd = s->open("new", O_RDWR | O_TRUNC)) < 0);
	note_stat(g, "truncated", s->fstat(fd, &st), &st, caps);
	CALL(s->close(fd));
}

static void
data_write_borders(const struct sys *s, struct log *g, unsigned caps)
{
	static const off_t offs[] = { 0, 4090, 8192, 65530, 262144, 5 };
	const int fd = s->open("w", O_RDWR | O_CREAT, 0644);

	for (size_t i = 0; i < sizeof(offs) / sizeof(offs[0]); i++) {
		memset(buf, 'a' + (int)i, 70000);
		CALL(s->pwrite(fd, buf, 70000, offs[i]));
		note(g, "sum %u", sum(buf, s->pread(fd, buf, sizeof(buf), 0)));
	}
	s->close(fd);
}

static void
data_truncate(const struct sys *s, struct log *g, unsigned caps)
{
	static const off_t sizes[] = { 300000, 4096, 4097, 100, 0, 5, 100000, 8192, 1 << 20, -1 };
	struct stat st;
	int fd;

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		note(g, "to %lld", (long long)sizes[i]);
		CALL(s->truncate("big", sizes[i]));
		note_stat(g, "big", s->stat("big", &st), &st, caps);
		fd = s->open("big", O_RDWR);
		note(g, "sum %u", sum(buf, s->pread(fd, buf, sizeof(buf), 0)));
		s->close(fd);
	}
	CALL(s->truncate("d", 0));
	CALL(s->truncate("nofile", 0));
	CALL(s->truncate("l", 2));
	note_stat(g, "small", s->stat("small", &st), &st, caps);
	CALL(s->truncate("loop1", 0));
	CALL((fd = s->open("small", O_RDWR)) < 0);
	CALL(s->ftruncate(fd, 5000));
	CALL(s->ftruncate(fd, -1));
	CALL(s->pread(fd, buf, 6000, 0));
	note(g, "sum %u", sum(buf, 5000));
	CALL(s->close(fd));
}

/* A file lives for as long as it is open. */
static void
data_unlinked(const struct sys *s, struct log *g, unsigned caps)
{
	struct stat st;
	int fd;

	CALL((fd = s->open("small", O_RDWR)) < 0);
	CALL(s->unlink("small"));
	CALL(s->unlink("hard"));
	note_stat(g, "gone", s->fstat(fd, &st), &st, caps);
	CALL(s->pread(fd, buf, 10, 0));
	CALL(s->pwrite(fd, "more", 4, 6));
	CALL(s->pread(fd, buf, 10, 0));
	CALL(s->open("small", O_RDONLY));
	CALL(s->close(fd));
	note_tree(s, g, caps);
}

const struct scenario data_scenarios[] = {
	{ "pread", data_pread, 0 },
	{ "sequential read", data_read_sequential, 0 },
	{ "seek", data_seek, 0 },
	{ "open modes", data_open_modes, 0 },
	{ "write", data_write, CAP_WRITE },
	{ "writes over borders", data_write_borders, CAP_WRITE },
	{ "truncate", data_truncate, CAP_WRITE },
	{ "unlinked but open", data_unlinked, CAP_WRITE },
};
const int ndata = sizeof(data_scenarios) / sizeof(data_scenarios[0]);
