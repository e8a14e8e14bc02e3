/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Every call that takes a path, with every path that cannot lead anywhere; every *at call with bad descriptors. */
#include <stdio.h>
#include <string.h>

#include "posix.h"

/* The call, with % where the path stands. */
static const char *const calls[] = { "open a % rdonly", "open a % creat,rdwr 644", "stats %",
	"exists %", "statfs %", "access % r_ok", "readlink %", "link % new", "link old %",
	"symlink x %", "unlink %", "rename % new", "rename old %", "mkdir %", "rmdir %",
	"mknod % reg 600", "mkfifo %", "chmod % 600", "chown % 0 0", "lchown % 0 0",
	"utimens % 1 2", "truncate % 1", "chdir %", "fstatat cwd %", "getxattr % user.a",
	"setxattr % user.a v", "listxattr %", "removexattr % user.a", "faccessat cwd % w_ok",
	"fchmodat cwd % 600", "open a % path", "open a % rdonly,directory" };

static const struct {
	const char *path;
	const char *error;
	const char *who; /* "" is root */
} paths[] = {
	{ "{n:256}", "ENAMETOOLONG", "" },
	{ "d/{n:256}", "ENAMETOOLONG", "" },
	{ "d/{n:256}/x", "ENAMETOOLONG", "" },
	{ "{p:4096}", "ENAMETOOLONG", "" },
	{ "{p:5000}", "ENAMETOOLONG", "" },
	{ "f/x", "ENOTDIR", "" },
	{ "f/../x", "ENOTDIR", "" },
	{ "p/x", "ENOTDIR", "" },
	{ "none/x", "ENOENT", "" },
	{ "dangling/x", "ENOENT", "" },
	{ "''", "ENOENT", "" },
	{ "loop/x", "ELOOP", "" },
	{ "loopa/x", "ELOOP", "" },
	{ "l41/x", "ELOOP", "" },
	{ "NULL", "EFAULT", "" },
	{ "locked/x", "EACCES", "@1001 " },
	{ "locked/sub/x", "EACCES", "@1001 " },
};
#define NCALLS (int)(sizeof(calls) / sizeof(calls[0]))
#define NPATHS (int)(sizeof(paths) / sizeof(paths[0]))

#define SETUP                                                                                                      \
	"umask 0; mkdir d 777; create f 666; create old 666; mkfifo p; symlink none dangling; symlink loop loop; " \
	"symlink loopb loopa; symlink loopa loopb; chain 41 d; mkdir locked; create locked/x; "                    \
	"mkdir locked/sub; chmod locked 600; chmod . 777; "

static void
statement(char *out, size_t size, int c, int p)
{
	const char *const call = calls[c], *const at = strchr(call, '%');

	snprintf(out, size, "%s%.*s%s%s = %s; ", paths[p].who, (int)(at - call), call,
	    paths[p].path, at + 1, paths[p].error);
}

/* One row a path: all calls. */
static bool
make(int n, struct row *row)
{
	static char script[16384], name[64];
	size_t len;

	if (n >= NPATHS)
		return false;
	snprintf(name, sizeof(name), "matrix_%s%s", paths[n].who, paths[n].path);
	len = (size_t)snprintf(script, sizeof(script), SETUP);
	for (int c = 0; c < NCALLS; c++) {
		/* access() goes by the real user, who is root. */
		if (paths[n].who[0] != '\0' && strstr(calls[c], "access") != NULL)
			continue;
		statement(script + len, sizeof(script) - len, c, n);
		len += strlen(script + len);
	}
	*row = (struct row){ name, script, NEED_ROOT };
	return true;
}

static const struct row rows[] = {
	{ "at_calls_with_bad_descriptors",
	    "openat a 999 f rdonly = EBADF; openat a -1 f rdonly = EBADF; fstatat 999 f = EBADF; fstatat -1 f = EBADF; "
	    "mkdirat 999 d 755 = EBADF; mkdirat -1 d 755 = EBADF; mknodat 999 p fifo 600 = EBADF; symlinkat x 999 l = EBADF; "
	    "readlinkat 999 l = EBADF; unlinkat 999 f 0 = EBADF; unlinkat -1 f at_removedir = EBADF; linkat 999 f cwd g = EBADF; "
	    "create f; linkat cwd f 999 g = EBADF; renameat 999 f cwd g = EBADF; renameat cwd f 999 g = EBADF; "
	    "fchmodat 999 f 600 = EBADF; fchownat 999 f 0 0 = EBADF; utimensat 999 f 1 2 = EBADF; faccessat 999 f f_ok = EBADF; exists f",
	    0 },
	{ "at_calls_with_file_descriptors",
	    "create f; open b f rdwr; openat a b f rdonly = ENOTDIR; fstatat b f = ENOTDIR; mkdirat b d 755 = ENOTDIR; "
	    "mknodat b p fifo 600 = ENOTDIR; symlinkat x b l = ENOTDIR; readlinkat b l = ENOTDIR; unlinkat b f 0 = ENOTDIR; "
	    "unlinkat b f at_removedir = ENOTDIR; linkat b f cwd g = ENOTDIR; linkat cwd f b g = ENOTDIR; renameat b f cwd g = ENOTDIR; "
	    "renameat cwd f b g = ENOTDIR; fchmodat b f 600 = ENOTDIR; fchownat b f 0 0 = ENOTDIR; utimensat b f 1 2 = ENOTDIR; "
	    "faccessat b f f_ok = ENOTDIR; openat a b . rdonly = ENOTDIR; exists f",
	    0 },
	{ "at_calls_in_removed_directory",
	    "create f; mkdir d; open b d rdonly; rmdir d; openat a b f rdonly = ENOENT; openat a b f creat,rdwr 644 = ENOENT; "
	    "fstatat b f = ENOENT; mkdirat b d 755 = ENOENT; mknodat b p fifo 600 = ENOENT; symlinkat x b l = ENOENT; "
	    "readlinkat b l = ENOENT; unlinkat b f 0 = ENOENT; unlinkat b f at_removedir = ENOENT; linkat cwd f b g = ENOENT; "
	    "renameat cwd f b g = ENOENT; renameat b f cwd g = ENOENT; fstatat b .; exists f",
	    0 },
};

const struct group group_matrix = { "matrix", ROWS(rows), make };
