/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Operations: made from a seed and a number, and told. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "model.h"

/* splitmix64 */
static uint64_t
next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static int
below(uint64_t *state, int n)
{
	return (int)(next(state) % (uint64_t)n);
}

static bool
one_in(uint64_t *state, int n)
{
	return below(state, n) == 0;
}

/* A path of one to four components; plain: the last is a name. */
static void
make_path(uint64_t *s, char *buf, bool plain)
{
	static const int lengths[] = { 1, 1, 1, 1, 2, 2, 2, 3, 3, 4 };
	const int n = lengths[below(s, 10)];
	char *p = buf;

	if (one_in(s, 4))
		*p++ = '/';
	for (int i = 0; i < n; i++) {
		const bool last = i == n - 1;

		if (i > 0)
			*p++ = '/';
		if (one_in(s, 8) && !(last && plain))
			p = stpcpy(p, one_in(s, 3) ? "." : "..");
		else
			*p++ = (char)('a' + below(s, NNAMES));
	}
	*p = '\0';
}

static const uint8_t weights[NOPS] = { [OP_OPEN] = 14,
	[OP_CLOSE] = 8,
	[OP_DUP] = 2,
	[OP_READ] = 4,
	[OP_WRITE] = 7,
	[OP_PREAD] = 4,
	[OP_PWRITE] = 5,
	[OP_LSEEK] = 3,
	[OP_TRUNCATE] = 3,
	[OP_FTRUNCATE] = 3,
	[OP_MKDIR] = 12,
	[OP_RMDIR] = 3,
	[OP_UNLINK] = 4,
	[OP_LINK] = 9,
	[OP_SYMLINK] = 6,
	[OP_READLINK] = 2,
	[OP_RENAME] = 11,
	[OP_CHMOD] = 6,
	[OP_CHOWN] = 5,
	[OP_STAT] = 6,
	[OP_LSTAT] = 4,
	[OP_FSTAT] = 3,
	[OP_ACCESS] = 3,
	[OP_LIST] = 4,
	[OP_CHDIR] = 5,
	[OP_UMASK] = 1,
	[OP_IDS] = 4 };

static enum optype
make_type(uint64_t *s)
{
	int total = 0, at;

	for (int i = 0; i < NOPS; i++)
		total += weights[i];
	at = below(s, total);
	for (int i = 0;; i++) {
		at -= weights[i];
		if (at < 0)
			return (enum optype)i;
	}
}

static int
make_open_flags(uint64_t *s)
{
	static const int access[] = { O_RDONLY, O_WRONLY, O_RDWR, O_RDWR };
	int flags = access[below(s, 4)];

	if (one_in(s, 2))
		flags |= O_CREAT | (one_in(s, 4) ? O_EXCL : 0);
	else if (one_in(s, 8))
		flags |= O_DIRECTORY;
	if (one_in(s, 8))
		flags |= O_TRUNC;
	if (one_in(s, 6))
		flags |= O_APPEND;
	if (one_in(s, 8))
		flags |= O_NOFOLLOW;
	return flags;
}

static mode_t
make_mode(uint64_t *s)
{
	static const mode_t usual[] = { 0755, 0700, 0777, 01777, 02777, 0644, 0666, 0750 };

	return one_in(s, 8) ? (mode_t)below(s, 010000) : usual[below(s, 8)];
}

void
op_make(struct op *op, uint64_t seed, uint64_t n)
{
	uint64_t s = seed * 0x2545f4914f6cdd1du + n * 0x9e3779b97f4a7c15u;
	const bool far = one_in(&s, 20);

	memset(op, 0, sizeof(*op));
	op->type = make_type(&s);
	op->proc = below(&s, NPROCS);
	op->fd = below(&s, NFDS);
	op->fd2 = below(&s, NFDS);
	op->flags = op->type == OP_ACCESS ? below(&s, 8) : make_open_flags(&s);
	make_path(&s, op->path,
	    op->type != OP_STAT && op->type != OP_LSTAT && op->type != OP_CHDIR &&
		op->type != OP_LIST);
	make_path(&s, op->path2, true);
	if ((op->type == OP_STAT || op->type == OP_CHDIR || op->type == OP_MKDIR ||
		op->type == OP_RMDIR) &&
	    one_in(&s, 10))
		strcat(op->path, "/");
	op->mode = make_mode(&s);
	op->uid = below(&s, 5) / 2 * (1 + below(&s, 2)) / 2 - one_in(&s, 4);
	op->gid = below(&s, 4) - 1;
	op->off = far ? (off_t)below(&s, 1 << 24) : below(&s, 3 * IOMAX);
	op->len = (size_t)below(&s, one_in(&s, 3) ? IOMAX : 64) + 1;
	op->whence = below(&s, 3);
	if (op->type == OP_LSEEK && one_in(&s, 2))
		op->off = -op->off / 4;
	op->fill = (char)('A' + below(&s, 26));
}

void
op_print(const struct op *op, char *buf, size_t size)
{
	static const char *const names[NOPS] = { "open", "close", "dup", "read", "write", "pread",
		"pwrite", "lseek", "truncate", "ftruncate", "mkdir", "rmdir", "unlink", "link",
		"symlink", "readlink", "rename", "chmod", "chown", "stat", "lstat", "fstat",
		"access", "list", "chdir", "umask", "ids" };

	snprintf(buf, size,
	    "process %d: %s slot %d/%d \"%s\" \"%s\" flags %#o mode %04o ids %d:%d off %lld len %zu whence %d '%c'",
	    op->proc, names[op->type], op->fd, op->fd2, op->path, op->path2, op->flags,
	    (unsigned)op->mode, op->uid, op->gid, (long long)op->off, op->len, op->whence,
	    op->fill);
}
