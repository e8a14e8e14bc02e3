/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Modes, owners, times. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "contract.h"

static void
attr_chmod(const struct sys *s, struct log *g, unsigned caps)
{
	static const mode_t modes[] = { 0, 0777, 0644, 01777, 04755, 02755, 07777, 0100644 };
	static const char *const files[] = { "small", "d", "l", "nofile", "small/x", "loop1" };
	struct stat st;
	int fd;

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		for (size_t k = 0; k < sizeof(files) / sizeof(files[0]); k++) {
			note_call(g, files[k], s->chmod(files[k], modes[i]));
			note_stat(g, files[k], s->lstat(files[k], &st), &st, caps);
		}
	CALL((fd = s->open("big", O_RDONLY)) < 0);
	CALL(s->fchmod(fd, 0600));
	note_stat(g, "big", s->fstat(fd, &st), &st, caps);
	CALL(s->close(fd));
	CALL(s->fchmod(fd, 0600));
}

static void
attr_umask(const struct sys *s, struct log *g, unsigned caps)
{
	struct stat st;

	CALL(s->umask(0));
	CALL(s->umask(077));
	CALL(s->umask(0777 | 07000));
	CALL(s->umask(027));
	CALL(s->close(s->open("m", O_CREAT | O_WRONLY, 0666)));
	CALL(s->mkdir("md", 0777));
	CALL(s->mkdir("mt", 01777));
	CALL(s->mkfifo("mf", 0666));
	note_stat(g, "m", s->stat("m", &st), &st, caps);
	note_stat(g, "md", s->stat("md", &st), &st, caps);
	note_stat(g, "mt", s->stat("mt", &st), &st, caps);
	note_stat(g, "mf", s->stat("mf", &st), &st, caps);
	CALL(s->umask(022));
}

static void
attr_chown(const struct sys *s, struct log *g, unsigned caps)
{
	static const struct {
		const char *file;
		uid_t uid;
		gid_t gid;
	} rows[] = { { "small", 1000, 1001 }, { "small", -1, 5 }, { "small", 7, -1 },
		{ "small", -1, -1 }, { "d", 3, 4 }, { "l", 8, 9 }, { "nofile", 1, 1 } };
	struct stat st;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		note_call(g, rows[i].file, s->chown(rows[i].file, rows[i].uid, rows[i].gid));
		if (s->stat(rows[i].file, &st) == 0)
			note(g, "\t%u %u %o", st.st_uid, st.st_gid, st.st_mode);
	}
	CALL(s->seteuid(1000));
	CALL(s->chown("big", 1000, -1));
	CALL(s->chmod("big", 0777));
	CALL(s->open("big", O_WRONLY));
	CALL(s->truncate("big", 0));
	CALL(s->mkdir("mine", 0755));
	CALL(s->unlink("big"));
	CALL(s->rename("big", "big2"));
	CALL(s->symlink("big", "big4"));
	CALL(s->utimensat(AT_FDCWD, "big", NULL, 0));
	CALL(s->seteuid(0));
}

/* A directory with the sticky bit, as /tmp. */
static void
attr_sticky(const struct sys *s, struct log *g, unsigned caps)
{
	CALL(s->mkdir("tmp", 0755));
	CALL(s->chmod("tmp", 01777));
	CALL(s->close(s->open("tmp/root", O_CREAT | O_RDWR, 0666)));
	CALL(s->seteuid(1000));
	CALL(s->close(s->open("tmp/user", O_CREAT | O_RDWR, 0666)));
	CALL(s->unlink("tmp/root"));
	CALL(s->rename("tmp/root", "tmp/x"));
	CALL(s->rename("tmp/user", "tmp/root"));
	CALL(s->rename("tmp/user", "tmp/user2"));
	CALL(s->unlink("tmp/user2"));
	CALL(s->seteuid(0));
	note_tree(s, g, caps);
}

static void
note_times(const struct sys *s, struct log *g, const char *name)
{
	struct stat st;

	if (s->lstat(name, &st) == 0)
		note(g, "\t%s %lld.%09ld %lld.%09ld", name, (long long)st.st_atim.tv_sec,
		    st.st_atim.tv_nsec, (long long)st.st_mtim.tv_sec, st.st_mtim.tv_nsec);
}

static void
attr_utimens(const struct sys *s, struct log *g, unsigned caps)
{
	static const struct timespec rows[][2] = {
		{ { 1000000000, 1 }, { 1100000000, 999999999 } },
		{ { 5, 0 }, { 0, UTIME_OMIT } },
		{ { 0, UTIME_OMIT }, { 7, 8 } },
		{ { 0, UTIME_OMIT }, { 0, UTIME_OMIT } },
		{ { 1, 1000000000 }, { 1, 1 } },
		{ { 1, -1 }, { 1, 1 } },
		{ { 4000000000, 3 }, { 5000000000, 4 } },
	};
	static const char *const files[] = { "small", "d", "nofile", "l", "dangling" };
	int fd;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t k = 0; k < sizeof(files) / sizeof(files[0]); k++) {
			note_call(g, files[k], s->utimensat(AT_FDCWD, files[k], rows[i], 0));
			/* Reading a link on the way sets its own time. */
			if (k < 2)
				note_times(s, g, files[k]);
		}
	CALL(s->utimensat(AT_FDCWD, "l", rows[0], AT_SYMLINK_NOFOLLOW));
	note_times(s, g, "l");
	CALL(s->utimensat(AT_FDCWD, "small", rows[0], 0x40000000));
	CALL((fd = s->open("big", O_RDONLY)) < 0);
	CALL(s->futimens(fd, rows[0]));
	note_times(s, g, "big");
	CALL(s->close(fd));
	CALL(s->futimens(fd, rows[0]));
}

/* Which times a call moves: set back before, looked at after. */
static void
attr_times_move(const struct sys *s, struct log *g, unsigned caps)
{
	static const struct timespec old[2] = { { 1000, 0 }, { 1000, 0 } };
	static const char *const what[] = { "write", "truncate", "chmod", "create in", "unlink in",
		"rename in" };
	struct stat st;
	int fd;

	for (int i = 0; i < 6; i++) {
		const char *const name = i < 3 ? "small" : "e";

		s->utimensat(AT_FDCWD, name, old, 0);
		switch (i) {
		case 0:
			fd = s->open("small", O_WRONLY);
			s->write(fd, "x", 1);
			s->close(fd);
			break;
		case 1:
			s->truncate("small", 3);
			break;
		case 2:
			s->chmod("small", 0600);
			break;
		case 3:
			s->close(s->open("e/new", O_CREAT | O_WRONLY, 0644));
			break;
		case 4:
			s->unlink("e/new");
			break;
		case 5:
			s->rename("d/f", "e/f");
			break;
		}
		s->lstat(name, &st);
		note(g, "%s: mtime %s", what[i], st.st_mtim.tv_sec == 1000 ? "stays" : "moves");
	}
}

const struct scenario attr_scenarios[] = {
	{ "chmod", attr_chmod, CAP_WRITE | CAP_MODES | CAP_ROOT },
	{ "umask", attr_umask, CAP_WRITE | CAP_MODES | CAP_FIFO },
	{ "chown", attr_chown, CAP_WRITE | CAP_MODES | CAP_ROOT },
	{ "sticky directory", attr_sticky, CAP_WRITE | CAP_MODES | CAP_ROOT | CAP_TREE },
	{ "utimens", attr_utimens, CAP_WRITE | CAP_NSEC },
	{ "times that move", attr_times_move, CAP_WRITE | CAP_TREE },
};
const int nattr = sizeof(attr_scenarios) / sizeof(attr_scenarios[0]);
