/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Sticky directories: in one, a name goes only by who owns the file, the directory, or the machine.
 * Every owner of the directory, every owner of the file, every caller, every call that takes a name away.
 */
#include <stdio.h>
#include <string.h>

#include "posix.h"

static const int ids[] = { 0, 1001, 1002 };
#define NIDS 3

enum { UNLINK, RMDIR, RENAME_FROM, RENAME_OVER, RENAME_DIRECTORY, NOPS };
static const char *const op_names[] = { "unlink", "rmdir", "rename_from", "rename_over",
	"rename_directory" };

/* What the owner is told apart by: errors come from the sticky bit or from the moved directory itself. */
static const char *
answer(int op, bool sticky, int dir, int file, int who)
{
	if (sticky && who != 0 && who != dir && who != file)
		return "EPERM";
	/* A directory that moves has its ".." written. */
	if (op == RENAME_DIRECTORY && who != 0 && who != file)
		return "EACCES";
	return "ok";
}

static size_t
one(char *out, size_t size, int op, bool sticky, int dir, int file, int who)
{
	static const char *const make[] = { "create s/x", "mkdir s/x", "create s/x", "create s/x",
		"mkdir s/x" };
	static const char *const calls[] = { "unlink s/x", "rmdir s/x", "rename s/x o/y",
		"rename o/z s/x", "rename s/x o/y" };
	static const char *const undo[] = { "unlink s/x", "rmdir s/x", "unlink s/x", "unlink s/x",
		"rmdir s/x" };
	static const char *const after[] = { "", "", "unlink o/y; ", "unlink s/x; ",
		"rmdir o/y; " };
	const char *const result = answer(op, sticky, dir, file, who);
	size_t n;

	n = (size_t)snprintf(
	    out, size, "chown s %d %d; %s; chown s/x %d %d; ", dir, dir, make[op], file, file);
	if (op == RENAME_OVER)
		n += (size_t)snprintf(out + n, size - n, "create o/z; chown o/z %d %d; ", who, who);
	n += (size_t)snprintf(out + n, size - n, "@%d %s = %s; ", who, calls[op], result);
	if (strcmp(result, "ok") == 0)
		n += (size_t)snprintf(out + n, size - n, "%s", after[op]);
	else
		n += (size_t)snprintf(
		    out + n, size - n, "%s; %s", undo[op], op == RENAME_OVER ? "unlink o/z; " : "");
	return n;
}

static bool
make(int n, struct row *row)
{
	static char script[16384], name[64];
	const bool sticky = n % 2 == 0;
	const int op = n / 2;
	size_t len;

	if (op >= NOPS)
		return false;
	snprintf(name, sizeof(name), "%s_%s", sticky ? "sticky" : "not_sticky", op_names[op]);
	len = (size_t)snprintf(script, sizeof(script),
	    "umask 0; mkdir s; chmod s %s; mkdir o 777; ", sticky ? "1777" : "777");
	for (int i = 0; i < NIDS * NIDS * NIDS; i++)
		len += one(script + len, sizeof(script) - len, op, sticky, ids[i / 9],
		    ids[i / 3 % 3], ids[i % 3]);
	*row = (struct row){ name, script, NEED_ROOT };
	return true;
}

static const struct row rows[] = {
	{ "sticky_and_absent",
	    "mkdir s 777; chmod s 1777; @1001 unlink s/x = ENOENT; @1001 rmdir s/x = ENOENT; @1001 rename s/x s/y = ENOENT",
	    NEED_ROOT },
	{ "sticky_lets_create",
	    "umask 0; mkdir s 777; chmod s 1777; @1001 create s/x; @1002 create s/x = EEXIST; @1002 create s/y; @1002 rename s/y s/x = EPERM; @1002 link s/y s/z; @1001 rename s/x s/y = EPERM; names s = x,y,z",
	    NEED_ROOT },
	{ "sticky_without_write_permission",
	    "mkdir s 755; chmod s 1755; create s/x; chown s/x 1001 1001; @1001 unlink s/x = EACCES",
	    NEED_ROOT },
};

const struct group group_sticky = { "sticky", ROWS(rows), make };
