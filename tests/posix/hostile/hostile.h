/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Every system call, with what its arguments are; made from the table of system calls (makecalls.py). */
#ifndef POSIX_HOSTILE_H
#define POSIX_HOSTILE_H

#define HOSTILE_MAXARGS 6

struct hostile_call {
	const char *name;
	/*
	 * A letter each: f descriptor, s string, i memory that is read, o that is written, q either, may be
	 * NULL, x depends on the others, t a time-out, l a length, g flags, z a time-out in numbers, n a number.
	 */
	const char *kinds;
	int owners[HOSTILE_MAXARGS]; /* of a length: the memory that is read for it; -1 */
	const char *args[HOSTILE_MAXARGS];
	long (*call)(const long *v);
	long host; /* the host's number for the same; -1 */
};
extern const struct hostile_call hostile_calls[];
extern const int nhostile_calls;

#endif /* POSIX_HOSTILE_H */
