/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Finding files: paths, links, '..', directories as starting points, and walking a tree. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "contract.h"

static const char *const paths[] = { "small", "./small", ".//small", "small/", "small/.",
	"small/..", "small/x", "d", "d/", "d//", "d/.", "d/..", "d/../small", "d/sub/../f",
	"d/sub/../../small", "d/f", "d/f/", "d//f", "e", "e/x", "nodir", "nodir/", "nodir/x",
	"nodir/../small", "d/nofile", ".", "..", "./", "", " ", "l", "l/", "l/x", "dl", "dl/",
	"dl/f", "dl/sub/..", "dl/..", "far", "dangling", "dangling/", "loop1", "loop1/", "loop2/x",
	"slashed", "dslashed", "dslashed/f", "here", "here/small", "here/here/here/d/f", "c0",
	"c38", "c39", "c40", "c40/x", "longtarget", "hard", "fifo", "fifo/", "none", "closed/f",
	"many/file000", "many/file299", "many/file300", NAME255, NAME256, "d/" NAME255,
	"d/" NAME256, NAME255 "/x", "big", "hole", "empty", "empty/", "smal", "small2", "SMALL" };
#define NPATHS (sizeof(paths) / sizeof(paths[0]))

static void
lookup_stat(const struct sys *s, struct log *g, unsigned caps)
{
	struct stat st;

	/* Twice: the second time names are in caches. */
	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < NPATHS; i++)
			if (has_names(paths[i], caps))
				note_stat(g, paths[i], s->stat(paths[i], &st), &st, caps);
}

static void
lookup_lstat(const struct sys *s, struct log *g, unsigned caps)
{
	struct stat st;

	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < NPATHS; i++)
			if (has_names(paths[i], caps))
				note_stat(g, paths[i], s->lstat(paths[i], &st), &st, caps);
}

static void
lookup_open(const struct sys *s, struct log *g, unsigned caps)
{
	static const struct {
		const char *name;
		int flags;
	} how[] = {
		{ "read", O_RDONLY | O_NONBLOCK },
		{ "nofollow", O_RDONLY | O_NONBLOCK | O_NOFOLLOW },
		{ "directory", O_RDONLY | O_DIRECTORY },
		{ "nofollow directory", O_RDONLY | O_DIRECTORY | O_NOFOLLOW },
	};
	struct stat st;

	for (size_t h = 0; h < sizeof(how) / sizeof(how[0]); h++)
		for (size_t i = 0; i < NPATHS; i++) {
			const int fd =
			    has_names(paths[i], caps) ? s->open(paths[i], how[h].flags) : -1;

			if (!has_names(paths[i], caps))
				continue;

			/* To open a fifo is the business of fifofs. */
			if (strncmp(paths[i], "fifo", 4) == 0) {
				s->close(fd);
				continue;
			}
			note(g, "%s", how[h].name);
			note_stat(g, paths[i], fd < 0 ? -1 : s->fstat(fd, &st), &st, caps);
			if (fd >= 0)
				s->close(fd);
		}
}

static void
lookup_readlink(const struct sys *s, struct log *g, unsigned caps)
{
	char buf[300];

	for (size_t i = 0; i < NPATHS; i++) {
		if (!has_names(paths[i], caps))
			continue;
		memset(buf, 'x', sizeof(buf));
		note_call(g, paths[i], s->readlink(paths[i], buf, sizeof(buf)));
		note(g, "\t%.20s", buf[0] == 'x' ? "" : buf);
	}
	memset(buf, 'x', sizeof(buf));
	CALL(s->readlink("far", buf, 3));
	note(g, "\t%.4s", buf);
	CALL(s->readlink("far", buf, 0));
}

static void
lookup_access(const struct sys *s, struct log *g, unsigned caps)
{
	for (int mode = 0; mode < 6; mode++) {
		if (mode == W_OK || mode == (W_OK | X_OK))
			continue;
		note(g, "mode %d", mode);
		for (size_t i = 0; i < NPATHS; i++)
			if (has_names(paths[i], caps))
				note_call(g, paths[i], s->access(paths[i], mode));
	}
	CALL(s->access("small", 8));
}

/* Relative to descriptors. */
static void
lookup_at(const struct sys *s, struct log *g, unsigned caps)
{
	struct stat st;
	char buf[64];
	int d, f, fd;

	CALL((d = s->open("d", O_RDONLY | O_DIRECTORY)) < 0);
	CALL((f = s->open("small", O_RDONLY)) < 0);
	note_stat(g, "f", s->fstatat(d, "f", &st, 0), &st, caps);
	note_stat(g, "../small", s->fstatat(d, "../small", &st, 0), &st, caps);
	note_stat(g, "../l", s->fstatat(d, "../l", &st, AT_SYMLINK_NOFOLLOW), &st, caps);
	note_stat(g, "nofile", s->fstatat(d, "nofile", &st, 0), &st, caps);
	note_stat(g, "in a file", s->fstatat(f, "x", &st, 0), &st, caps);
	note_stat(g, "closed", s->fstatat(99, "f", &st, 0), &st, caps);
	note_stat(g, "-1", s->fstatat(-1, "f", &st, 0), &st, caps);
	note_stat(g, "cwd", s->fstatat(AT_FDCWD, "d/f", &st, 0), &st, caps);
	note_stat(g, "absolute", s->fstatat(99, "/", &st, 0), &st, caps);
	note_stat(g, "empty", s->fstatat(d, "", &st, 0), &st, caps);
	note_stat(g, "empty path", s->fstatat(d, "", &st, AT_EMPTY_PATH), &st, caps);
	note_stat(g, "empty path of file", s->fstatat(f, "", &st, AT_EMPTY_PATH), &st, caps);
	note_stat(g, "empty path of cwd", s->fstatat(AT_FDCWD, "", &st, AT_EMPTY_PATH), &st, caps);
	note_stat(g, "bad flag", s->fstatat(d, "f", &st, 0x40000000), &st, caps);
	CALL(s->readlinkat(d, "../l", buf, sizeof(buf)));
	CALL(s->faccessat(d, "f", R_OK, 0));
	CALL(s->faccessat(d, "nofile", F_OK, 0));
	CALL((fd = s->openat(d, "f", O_RDONLY)) < 0);
	CALL(s->read(fd, buf, sizeof(buf)));
	CALL(s->close(fd));
	CALL(s->openat(f, "f", O_RDONLY));
	CALL(s->openat(99, "f", O_RDONLY));
	CALL(s->close(f));
	CALL(s->close(d));
}

static void
lookup_cwd(const struct sys *s, struct log *g, unsigned caps)
{
	struct stat st;
	char path[4096];
	int d;

	for (size_t i = 0; i < NPATHS; i++) {
		int back = s->open(".", O_RDONLY | O_DIRECTORY);

		if (strcmp(paths[i], "..") == 0 || strcmp(paths[i], "longtarget") == 0 ||
		    !has_names(paths[i], caps)) {
			s->close(back);
			continue;
		}
		note_call(g, paths[i], s->chdir(paths[i]));
		memset(path, 0, sizeof(path));
		note_call(g, "getcwd", s->getcwd(path, sizeof(path)));
		note(g, "\t%s", path);
		note_stat(g, "f", s->stat("f", &st), &st, caps);
		CALL(s->fchdir(back));
		s->close(back);
	}
	CALL((d = s->open("d", O_RDONLY)) < 0);
	CALL(s->fchdir(d));
	CALL(s->stat("f", &st));
	CALL(s->chdir(".."));
	CALL(s->fchdir(99));
	CALL(s->close(d));
	CALL((d = s->open("small", O_RDONLY)) < 0);
	CALL(s->fchdir(d));
	CALL(s->close(d));
}

static void
lookup_long_paths(const struct sys *s, struct log *g, unsigned caps)
{
	static const size_t lengths[] = { 100, 4000, 4090, 4094, 4095, 4096, 5000 };
	static char path[8192];
	struct stat st;

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		const size_t n = lengths[i];

		/* "././ ... /small" of n bytes */
		memset(path, '/', n);
		for (size_t k = 0; k + 5 < n; k += 2)
			path[k] = '.';
		memcpy(path + n - 5, "small", 6);
		note(g, "length %zu", n);
		note_stat(g, "long", s->stat(path, &st), &st, caps);
		/* Slashes at the end. */
		memset(path, '/', n);
		memcpy(path, "d", 1);
		path[n] = '\0';
		note_stat(g, "slashes", s->stat(path, &st), &st, caps);
	}
}

static void
lookup_tree(const struct sys *s, struct log *g, unsigned caps)
{
	note_tree(s, g, caps);
	note_tree(s, g, caps);
}

/* Directories read in every size of buffer give each name once. */
static void
lookup_getdents(const struct sys *s, struct log *g, unsigned caps)
{
	static const size_t rooms[] = { 280, 281, 300, 512, 1000, 4096, 32768, 100000 };
	static char buf[100000];
	char *seen;

	for (size_t r = 0; r < sizeof(rooms) / sizeof(rooms[0]); r++) {
		const int fd = s->open("many", O_RDONLY);
		char got[300] = { 0 };
		int others = 0, twice = 0, missing = 0;
		ssize_t n;

		while ((n = s->getdents(fd, buf, rooms[r])) > 0)
			for (ssize_t off = 0; off < n;) {
				/* d_reclen stands at 16, d_name at 19. */
				unsigned short reclen;
				int no;

				memcpy(&reclen, buf + off + 16, 2);
				if (sscanf(buf + off + 19, "file%d", &no) == 1 && no < 300)
					twice += got[no]++;
				else
					others++;
				off += reclen;
			}
		for (seen = got; seen < got + 300; seen++)
			missing += *seen == 0;
		note(g, "room %zu: end %zd, %d others, %d twice, %d missing", rooms[r], n, others,
		    twice, missing);
		CALL(s->getdents(fd, buf, rooms[r]));
		CALL(s->lseek(fd, 0, SEEK_SET));
		CALL(s->getdents(fd, buf, 100000) > 300 * 24);
		CALL(s->close(fd));
	}
}

static void
lookup_getdents_errors(const struct sys *s, struct log *g, unsigned caps)
{
	char buf[512];
	int fd;

	CALL((fd = s->open("small", O_RDONLY)) < 0);
	CALL(s->getdents(fd, buf, sizeof(buf)));
	CALL(s->close(fd));
	CALL(s->getdents(99, buf, sizeof(buf)));
	CALL((fd = s->open("d", O_RDONLY)) < 0);
	CALL(s->getdents(fd, buf, 8));
	CALL(s->getdents(fd, buf, 0));
	CALL(s->read(fd, buf, 10));
	CALL(s->pread(fd, buf, 10, 0));
	CALL(s->write(fd, buf, 10));
	CALL(s->close(fd));
}

/* Where permissions say no. */
static void
lookup_permission(const struct sys *s, struct log *g, unsigned caps)
{
	struct stat st;

	CALL(s->seteuid(1000));
	note_stat(g, "small", s->stat("small", &st), &st, caps);
	note_stat(g, "none", s->stat("none", &st), &st, caps);
	note_stat(g, "closed", s->stat("closed", &st), &st, caps);
	note_stat(g, "closed/f", s->stat("closed/f", &st), &st, caps);
	note_stat(g, "closed/nofile", s->stat("closed/nofile", &st), &st, caps);
	CALL(s->open("none", O_RDONLY));
	CALL(s->open("closed", O_RDONLY));
	CALL(s->open("closed/f", O_RDONLY));
	CALL(s->chdir("closed"));
	CALL(s->faccessat(AT_FDCWD, "none", R_OK, AT_EACCESS));
	CALL(s->faccessat(AT_FDCWD, "small", R_OK, AT_EACCESS));
	CALL(s->seteuid(0));
	CALL(s->close(s->open("closed/f", O_RDONLY)));
}

const struct scenario lookup_scenarios[] = {
	{ "stat", lookup_stat, 0 },
	{ "lstat", lookup_lstat, 0 },
	{ "open", lookup_open, 0 },
	{ "readlink", lookup_readlink, 0 },
	{ "access", lookup_access, CAP_ROOT },
	{ "calls relative to descriptors", lookup_at, 0 },
	{ "current directory", lookup_cwd, CAP_ROOT },
	{ "long paths", lookup_long_paths, 0 },
	{ "tree", lookup_tree, CAP_ROOT },
	{ "getdents", lookup_getdents, CAP_TREE },
	{ "getdents refuses", lookup_getdents_errors, 0 },
	{ "permission", lookup_permission, CAP_ROOT | CAP_MODES },
};
const int nlookup = sizeof(lookup_scenarios) / sizeof(lookup_scenarios[0]);
