/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The file-system contract: one suite for every file system.
 *
 * A scenario is a function that makes system calls through a table and writes down what came back.
 * It runs twice, once on the host's kernel in a scratch directory and once on the file system
 * under test, and what it wrote down must be the same: the host is the specification.  Scenarios say
 * what they need (CAP_*), fixtures what their file system can do; no scenario knows which file
 * system it is on.
 *
 * A file system joins by a row in fixtures[] (fixture.c).  A read-only one brings an image that was
 * made from the host's tree.
 */
#ifndef FS_CONTRACT_H
#define FS_CONTRACT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <time.h>

/* The calls, with the host's prototypes; every one returns -1 and sets errno. */
struct sys {
	const char *name;
	int (*open)(const char *, int, ...);
	int (*openat)(int, const char *, int, ...);
	int (*close)(int);
	ssize_t (*read)(int, void *, size_t);
	ssize_t (*write)(int, const void *, size_t);
	ssize_t (*pread)(int, void *, size_t, off_t);
	ssize_t (*pwrite)(int, const void *, size_t, off_t);
	off_t (*lseek)(int, off_t, int);
	int (*stat)(const char *, struct stat *);
	int (*lstat)(const char *, struct stat *);
	int (*fstat)(int, struct stat *);
	int (*fstatat)(int, const char *, struct stat *, int);
	int (*access)(const char *, int);
	int (*faccessat)(int, const char *, int, int);
	ssize_t (*readlink)(const char *, char *, size_t);
	ssize_t (*readlinkat)(int, const char *, char *, size_t);
	int (*link)(const char *, const char *);
	int (*linkat)(int, const char *, int, const char *, int);
	int (*symlink)(const char *, const char *);
	int (*unlink)(const char *);
	int (*unlinkat)(int, const char *, int);
	int (*rename)(const char *, const char *);
	int (*mkdir)(const char *, mode_t);
	int (*mkdirat)(int, const char *, mode_t);
	int (*rmdir)(const char *);
	int (*mkfifo)(const char *, mode_t);
	int (*chmod)(const char *, mode_t);
	int (*fchmod)(int, mode_t);
	int (*chown)(const char *, uid_t, gid_t);
	int (*utimensat)(int, const char *, const struct timespec *, int);
	int (*futimens)(int, const struct timespec *);
	int (*truncate)(const char *, off_t);
	int (*ftruncate)(int, off_t);
	int (*chdir)(const char *);
	int (*fchdir)(int);
	mode_t (*umask)(mode_t);
	int (*fsync)(int);
	int (*dup)(int);
	int (*seteuid)(uid_t);
	ssize_t (*getdents)(int, void *, size_t);
	/* The path below the scratch directory; 0 or -1. */
	int (*getcwd)(char *, size_t);
};
extern const struct sys host_sys, rump_sys;

/* What a scenario needs. */
#define CAP_WRITE 0x01 /* anything may be changed */
#define CAP_LINK  0x02 /* hard links */
#define CAP_FIFO  0x04
#define CAP_MODES 0x08 /* owners and modes are kept */
#define CAP_NSEC  0x10 /* times to the nanosecond */
#define CAP_ROOT  0x20 /* the tests run as root, so that both sides have a super-user */
#define CAP_HOLES 0x40
#define CAP_TREE  0x80 /* directories, symbolic links, names of 255 bytes; else 14 */

struct fixture {
	const char *name;
	unsigned caps;
	/* Boot, mount at /fs, and stand there; the tree is in it when it is read-only. */
	void (*up)(void);
	void (*down)(void);
};
extern const struct fixture fixtures[];
extern const int nfixtures;

/* A scratch directory on the host with the tree in "src"; removed at exit. */
void scratch_enter(void);
extern char scratch[];

/* What a scenario wrote down. */
struct log;
/* A line, as printf(3). */
void note(struct log *g, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* A line "what = result", or "what = error NAME". */
void note_call(struct log *g, const char *what, long ret);
/* One entry: type, mode, size, links, as far as file systems agree. */
void note_stat(struct log *g, const char *what, int ret, const struct stat *st, unsigned caps);

#define CALL(call) note_call(g, #call, (call))

typedef void (*scenario_fn)(const struct sys *s, struct log *g, unsigned caps);
struct scenario {
	const char *name;
	scenario_fn fn;
	unsigned needs;
};
extern const struct scenario lookup_scenarios[], data_scenarios[], name_scenarios[],
    attr_scenarios[];
extern const int nlookup, ndata, nname, nattr;

/* Are all names in the path such as file systems with these capabilities can have? */
bool has_names(const char *path, unsigned caps);
/* Make the tree that all scenarios find, in the current directory. */
void make_tree(const struct sys *s, unsigned caps);
/* Every entry below the current directory, sorted, with what it is and what is in it. */
void note_tree(const struct sys *s, struct log *g, unsigned caps);

/* What a read-only file system must refuse; run where it is mounted. */
void check_readonly(void);

#define LONG16 "0123456789abcdef"
#define LONG240                                                                                    \
	LONG16 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16 LONG16 \
	    LONG16 LONG16
#define NAME255 LONG240 "0123456789abcde"
#define NAME256 LONG240 LONG16

#endif /* FS_CONTRACT_H */
