/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The POSIX suite: what each call answers, on the host and on the rump kernel alike.
 *
 * A row is a script of system calls with the answers that POSIX.1-2017 and the host's manual pages
 * name.  It runs on the host first, which so vouches for the expectations, and then on each file system
 * of fixture.c, through one table of functions.  Where a file system is meant to answer otherwise,
 * differences.c has a line with the reason; a line that has become untrue fails the suite.
 *
 * A script's statements are separated by semicolons:
 *
 *	[@user] verb word... [= answer]
 *
 * A user other than root is an effective user and group of that number, in no other groups but those behind
 * colons (@1001:7:8).  The answer is an errno's name, a number, a text (what was read, a link's
 * target, attributes), or "ok", which is also meant by none.  verbs.c has the verbs, words.c what stands for names,
 * flags and descriptors.
 */
#ifndef POSIX_POSIX_H
#define POSIX_POSIX_H

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>

/* The calls, with the host's prototypes; every one returns -1 and sets errno. */
struct sysops {
	const char *name;
	int (*open)(const char *, int, ...);
	int (*openat)(int, const char *, int, ...);
	int (*close)(int);
	ssize_t (*read)(int, void *, size_t);
	ssize_t (*write)(int, const void *, size_t);
	ssize_t (*pread)(int, void *, size_t, off_t);
	ssize_t (*pwrite)(int, const void *, size_t, off_t);
	ssize_t (*readv)(int, const struct iovec *, int);
	ssize_t (*writev)(int, const struct iovec *, int);
	ssize_t (*preadv2)(int, const struct iovec *, int, off_t, int);
	ssize_t (*pwritev2)(int, const struct iovec *, int, off_t, int);
	off_t (*lseek)(int, off_t, int);
	int (*stat)(const char *, struct stat *);
	int (*lstat)(const char *, struct stat *);
	int (*fstat)(int, struct stat *);
	int (*fstatat)(int, const char *, struct stat *, int);
	int (*statx)(int, const char *, int, unsigned int, struct statx *);
	int (*statfs)(const char *, struct statfs *);
	int (*fstatfs)(int, struct statfs *);
	int (*access)(const char *, int);
	int (*faccessat2)(int, const char *, int, int);
	ssize_t (*readlink)(const char *, char *, size_t);
	ssize_t (*readlinkat)(int, const char *, char *, size_t);
	int (*link)(const char *, const char *);
	int (*linkat)(int, const char *, int, const char *, int);
	int (*symlink)(const char *, const char *);
	int (*symlinkat)(const char *, int, const char *);
	int (*unlink)(const char *);
	int (*unlinkat)(int, const char *, int);
	int (*rename)(const char *, const char *);
	int (*renameat)(int, const char *, int, const char *);
	int (*renameat2)(int, const char *, int, const char *, unsigned int);
	int (*mkdir)(const char *, mode_t);
	int (*mkdirat)(int, const char *, mode_t);
	int (*rmdir)(const char *);
	int (*mknod)(const char *, mode_t, dev_t);
	int (*mknodat)(int, const char *, mode_t, dev_t);
	int (*chmod)(const char *, mode_t);
	int (*fchmod)(int, mode_t);
	int (*fchmodat2)(int, const char *, mode_t, int);
	int (*chown)(const char *, uid_t, gid_t);
	int (*lchown)(const char *, uid_t, gid_t);
	int (*fchown)(int, uid_t, gid_t);
	int (*fchownat)(int, const char *, uid_t, gid_t, int);
	int (*utimensat)(int, const char *, const struct timespec *, int);
	int (*futimens)(int, const struct timespec *);
	int (*truncate)(const char *, off_t);
	int (*ftruncate)(int, off_t);
	int (*fallocate)(int, int, off_t, off_t);
	int (*fadvise)(int, off_t, off_t, int); /* returns the error, as posix_fadvise(3) */
	int (*chdir)(const char *);
	int (*fchdir)(int);
	int (*chroot)(const char *);
	int (*getcwd)(char *, size_t); /* the length with its NUL */
	mode_t (*umask)(mode_t);
	int (*fsync)(int);
	int (*fdatasync)(int);
	int (*syncfs)(int);
	int (*dup)(int);
	int (*dup2)(int, int);
	int (*dup3)(int, int, int);
	int (*fcntl)(int, int, ...);
	int (*flock)(int, int);
	ssize_t (*getdents64)(int, void *, size_t);
	int (*setxattr)(const char *, const char *, const void *, size_t, int);
	int (*lsetxattr)(const char *, const char *, const void *, size_t, int);
	ssize_t (*getxattr)(const char *, const char *, void *, size_t);
	ssize_t (*listxattr)(const char *, char *, size_t);
	int (*removexattr)(const char *, const char *);
	int (*seteuid)(uid_t);
	int (*setegid)(gid_t);
	int (*setreuid)(uid_t, uid_t);
	int (*setgroups)(size_t, const gid_t *);
	/* Mount an empty file system of the kind under test. */
	int (*mount)(const char *dir);
	int (*unmount)(const char *dir);
};
extern const struct sysops host_ops;
extern struct sysops rump_ops; /* mount is the fixture's */

struct fixture {
	const char *name;
	const char *fstype; /* rump_sys_mount()'s */
};
extern const struct fixture fixtures[];
extern const int nfixtures;

/* Before all tests: a scratch directory, removed at exit. */
void scratch_make(void);
/* An empty directory to stand in; true when file systems can be mounted there. */
bool host_enter(void);
void host_leave(void);
void rump_enter(const struct fixture *f);
void rump_leave(void);
/* Where the current row stands; getcwd()'s texts are told from there. */
extern char fixture_base[4096];

/* What a row needs of the host; rump kernels have it all. */
#define NEED_ROOT  0x1
#define NEED_MOUNT 0x2

struct row {
	const char *name;
	const char *script;
	unsigned needs;
};
struct group {
	const char *name;
	const struct row *rows;
	int nrows;
	/* Rows that are made by loops: the nth's name and script; false when there is none.  NULL: no such. */
	bool (*make)(int n, struct row *row);
};
extern const struct group group_open, group_name, group_rename, group_perm, group_attr, group_time,
    group_data, group_at, group_xattr, group_matrix, group_sticky, group_kinds, group_cwd,
    group_unnamed, group_exchange;
#define ROWS(r) .rows = (r), .nrows = sizeof(r) / sizeof((r)[0])

struct difference {
	const char *row;       /* its name */
	const char *fs;	       /* on this file system alone; NULL: on all */
	const char *statement; /* as written, without the answer; NULL: the row fails somewhere */
	const char *answer;    /* the statement's */
	const char *reason;
};
extern const struct difference differences[];
extern const int ndifferences;

/* Run a script.  f NULL: on the host.  Returns the first wrong answer, told; NULL: all were right. */
const char *script_run(const struct sysops *s, const struct fixture *f, const struct row *row);

/* ---- script.c, verbs.c, words.c ---- */

#define NVARS	26
#define NSNAPS	8
#define TEXTMAX 8192

struct script {
	const struct sysops *s;
	const struct fixture *f;
	const struct row *row;
	int vars[NVARS]; /* descriptors by letter; -1 is none */
	struct {
		char name[64];
		struct stat st;
	} snaps[NSNAPS];
	int nsnaps;
	bool has_text;
	char text[TEXTMAX]; /* the answer, where it is a text */
};

/* The verb's call: its result, or -1 with errno; c->text is set where the answer is a text. */
long verb_call(struct script *c, int argc, char **argv);
/* Why the row is expected to fail on f, or NULL. */
const char *difference_of_row(const struct fixture *f, const struct row *row);

/* Words.  A path's memory is the callee's until the next but seven. */
const char *word_path(const char *w);
long word_flags(const char *w);
int *word_var(struct script *c, const char *w);
int word_fd(struct script *c, const char *w);
/* A time: now, omit, or seconds[.nanoseconds]. */
struct timespec word_time(const char *w);
/* The text for what the file is: "file", "dir", ... */
const char *type_name(mode_t mode);

#endif /* POSIX_POSIX_H */
