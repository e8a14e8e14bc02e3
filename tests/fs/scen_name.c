/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Making, linking, renaming and removing names. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "contract.h"

/* Places where a new name may be asked for. */
static const char *const places[] = { "new", "new/", "small", "small/", "small/x", "d", "d/",
	"d/new", "d/new/", "nodir/new", "l", "l/", "dl", "dl/", "dl/new2", "dangling", "dangling/",
	"loop1", ".", "..", "d/.", "d/..", "/", "", NAME255, NAME256, "fifo", "e/.", "e/..", "e" };
#define NPLACES (sizeof(places) / sizeof(places[0]))

static void
name_create(const struct sys *s, struct log *g, unsigned caps)
{
	static const struct {
		const char *name;
		int flags;
	} how[] = {
		{ "excl", O_CREAT | O_EXCL | O_RDWR },
		{ "creat", O_CREAT | O_RDWR | O_NONBLOCK },
		{ "read", O_CREAT | O_RDONLY | O_NONBLOCK },
		{ "nofollow", O_CREAT | O_RDWR | O_NOFOLLOW | O_NONBLOCK },
		{ "excl nofollow", O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY },
	};

	for (size_t h = 0; h < sizeof(how) / sizeof(how[0]); h++)
		for (size_t i = 0; i < NPLACES; i++) {
			/* To open a fifo is the business of fifofs. */
			const int fd = strcmp(places[i], "fifo") == 0 || !has_names(places[i], caps)
			    ? -1
			    : s->open(places[i], how[h].flags, 0644);

			if (!has_names(places[i], caps))
				continue;
			note(g, "%s", how[h].name);
			note_call(g, places[i], fd < 0 ? -1 : 0);
			if (fd >= 0)
				s->close(fd);
		}
	note_tree(s, g, caps);
}

/* The same call at every place. */
#define EVERYWHERE(call)                                 \
	do {                                             \
		for (size_t i = 0; i < NPLACES; i++) {   \
			const char *const p = places[i]; \
			if (has_names(p, caps))          \
				note_call(g, p, (call)); \
		}                                        \
		note_tree(s, g, caps);                   \
	} while (0)

static void
name_mkdir(const struct sys *s, struct log *g, unsigned caps)
{
	EVERYWHERE(s->mkdir(p, 0755));
}

static void
name_symlink(const struct sys *s, struct log *g, unsigned caps)
{
	EVERYWHERE(s->symlink("target", p));
	CALL(s->symlink("", "emptylink"));
}

static void
name_link(const struct sys *s, struct log *g, unsigned caps)
{
	EVERYWHERE(s->link("small", p));
	CALL(s->link("d", "dlink"));
	CALL(s->link("nofile", "x"));
	CALL(s->link("l", "l2"));
	CALL(s->linkat(AT_FDCWD, "l", AT_FDCWD, "l3", AT_SYMLINK_FOLLOW));
	CALL(s->linkat(AT_FDCWD, "dangling", AT_FDCWD, "l4", AT_SYMLINK_FOLLOW));
	CALL(s->linkat(AT_FDCWD, "l", AT_FDCWD, "l5", 0x40000000));
	note_tree(s, g, caps);
}

static void
name_mkfifo(const struct sys *s, struct log *g, unsigned caps)
{
	EVERYWHERE(s->mkfifo(p, 0600));
}

static void
name_unlink(const struct sys *s, struct log *g, unsigned caps)
{
	EVERYWHERE(s->unlink(p));
}

static void
name_rmdir(const struct sys *s, struct log *g, unsigned caps)
{
	EVERYWHERE(s->rmdir(p));
	CALL(s->rmdir("many"));
	CALL(s->rmdir("d"));
	CALL(s->unlink("d/f"));
	CALL(s->rmdir("d/sub"));
	CALL(s->rmdir("d"));
	note_tree(s, g, caps);
}

static void
name_unlinkat(const struct sys *s, struct log *g, unsigned caps)
{
	int d;

	CALL((d = s->open("d", O_RDONLY)) < 0);
	CALL(s->unlinkat(d, "sub", 0));
	CALL(s->unlinkat(d, "f", AT_REMOVEDIR));
	CALL(s->unlinkat(d, "f", 0x40000000));
	CALL(s->unlinkat(d, "f", 0));
	CALL(s->unlinkat(d, "sub", AT_REMOVEDIR));
	CALL(s->mkdirat(d, "again", 0700));
	CALL(s->unlinkat(99, "again", AT_REMOVEDIR));
	CALL(s->close(d));
	note_tree(s, g, caps);
}

/* A directory that is removed while somebody is in it. */
static void
name_removed_cwd(const struct sys *s, struct log *g, unsigned caps)
{
	char buf[512];
	int back, d;

	CALL((back = s->open(".", O_RDONLY)) < 0);
	CALL((d = s->open("e", O_RDONLY)) < 0);
	CALL(s->chdir("e"));
	CALL(s->rmdir("../e"));
	CALL(s->open("x", O_CREAT | O_RDWR, 0644));
	CALL(s->mkdir("x", 0755));
	CALL(s->getcwd(buf, sizeof(buf)));
	CALL(s->fchdir(back));
	CALL(s->close(d));
	CALL(s->close(back));
	CALL(s->mkdir("e", 0755));
	note_tree(s, g, caps);
}

static void
name_rename(const struct sys *s, struct log *g, unsigned caps)
{
	static const struct {
		const char *from, *to;
	} moves[] = { { "small", "small" }, { "small", "small2" }, { "small2", "d/small3" },
		{ "d/small3", "small" }, { "nofile", "x" }, { "small", "nodir/x" },
		{ "small", "d" }, { "d", "small" }, { "d", "d/sub/x" }, { "d", "d/x" },
		{ "d", "d" }, { "d", "e" }, { "e", "many" }, { "e/sub", "e/sub2" }, { "e", "d" },
		{ "d/sub2", "sub3" }, { "sub3", "d/" }, { "small", "new/" }, { "small/", "new" },
		{ "sub3/", "sub4/" }, { "l", "l2" }, { "l2", "small9" }, { "dl", "dl2" },
		{ "dangling", "dangling2" }, { "small", "hard" }, { "hard", "small" },
		{ "big", "empty" }, { "fifo", "fifo2" }, { "hole", "l3" }, { "empty", "loop1" },
		{ ".", "x" }, { "d", "." }, { "d/.", "x" }, { "d/..", "x" }, { "d", ".." },
		{ "", "x" }, { "small", "" }, { NAME255, "short" }, { "short", NAME256 },
		{ "short", NAME255 }, { "small/x", "y" }, { "many/file000", "many/file001" },
		{ "many", "d/many" }, { "d/many", "many" } };

	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
		note(g, "%s to %s", moves[i].from, moves[i].to);
		note_call(g, "rename", s->rename(moves[i].from, moves[i].to));
	}
	note_tree(s, g, caps);
}

/* Where there is one directory only. */
static void
name_rename_files(const struct sys *s, struct log *g, unsigned caps)
{
	static const struct {
		const char *from, *to;
	} moves[] = { { "small", "small" }, { "small", "small2" }, { "small2", "small" },
		{ "nofile", "x" }, { "nofile", "small" }, { "small", "nodir/x" },
		{ "small", "small/x" }, { "small/x", "y" }, { "small", "new/" },
		{ "small/", "new" }, { "small", "big" }, { "big", "empty" }, { "empty", "hole" },
		{ ".", "x" }, { "none", "." }, { "none", ".." }, { "", "x" }, { "none", "" },
		{ "none", "fourteen_bytes" }, { "fourteen_bytes", "hole" } };
	struct stat st;

	for (size_t i = 0; i < sizeof(moves) / sizeof(moves[0]); i++) {
		note(g, "%s to %s", moves[i].from, moves[i].to);
		note_call(g, "rename", s->rename(moves[i].from, moves[i].to));
		note_stat(g, "from", s->stat(moves[i].from, &st), &st, caps);
		note_stat(g, "to", s->stat(moves[i].to, &st), &st, caps);
	}
	note_tree(s, g, caps);
}

/* Names in caches must follow what happened. */
static void
name_cached(const struct sys *s, struct log *g, unsigned caps)
{
	struct stat st;

	for (int i = 0; i < 3; i++) {
		CALL(s->stat("x", &st));
		CALL(s->close(s->open("x", O_CREAT | O_EXCL | O_RDWR, 0644)));
		CALL(s->stat("x", &st));
		CALL(s->rename("x", "y"));
		CALL(s->stat("x", &st));
		CALL(s->stat("y", &st));
		CALL(s->unlink("y"));
		CALL(s->stat("y", &st));
		CALL(s->mkdir("x", 0755));
		CALL(s->stat("x/..", &st));
		CALL(s->stat("x/z", &st));
		CALL(s->rename("x", "d/x"));
		CALL(s->stat("d/x/../f", &st));
		CALL(s->stat("x", &st));
		CALL(s->rmdir("d/x"));
		CALL(s->stat("d/x", &st));
		CALL(s->stat("d/x/..", &st));
		CALL(s->symlink("small", "x"));
		CALL(s->stat("x", &st));
		CALL(s->unlink("x"));
	}
}

static void
name_many(const struct sys *s, struct log *g, unsigned caps)
{
	char name[32];
	struct stat st;
	int bad = 0;

	CALL(s->mkdir("lots", 0755));
	for (int i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "lots/n%d", i * 7919 % 2000);
		bad += s->close(s->open(name, O_CREAT | O_EXCL | O_WRONLY, 0644)) != 0;
	}
	for (int i = 0; i < 2000; i += 2) {
		snprintf(name, sizeof(name), "lots/n%d", i);
		bad += s->unlink(name) != 0;
	}
	for (int i = 0; i < 2000; i++) {
		snprintf(name, sizeof(name), "lots/n%d", i);
		bad += (s->stat(name, &st) == 0) != i % 2;
	}
	note(g, "%d bad", bad);
	CALL(s->rmdir("lots"));
	for (int i = 1; i < 2000; i += 2) {
		snprintf(name, sizeof(name), "lots/n%d", i);
		bad += s->unlink(name) != 0;
	}
	CALL(s->rmdir("lots"));
	note(g, "%d bad", bad);
}

const struct scenario name_scenarios[] = {
	{ "create", name_create, CAP_WRITE },
	{ "mkdir", name_mkdir, CAP_WRITE | CAP_TREE },
	{ "symlink", name_symlink, CAP_WRITE | CAP_TREE },
	{ "link", name_link, CAP_WRITE | CAP_LINK },
	{ "mkfifo", name_mkfifo, CAP_WRITE | CAP_FIFO },
	{ "unlink", name_unlink, CAP_WRITE },
	{ "rmdir", name_rmdir, CAP_WRITE },
	{ "unlinkat", name_unlinkat, CAP_WRITE | CAP_TREE },
	{ "removed current directory", name_removed_cwd, CAP_WRITE | CAP_TREE },
	{ "rename", name_rename, CAP_WRITE | CAP_LINK | CAP_FIFO | CAP_TREE },
	{ "rename of files", name_rename_files, CAP_WRITE },
	{ "cached names", name_cached, CAP_WRITE | CAP_TREE },
	{ "many names", name_many, CAP_WRITE | CAP_TREE },
};
const int nname = sizeof(name_scenarios) / sizeof(name_scenarios[0]);
