/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * A random tester with a model of POSIX semantics beside it.
 *
 * Operation n of a seed is a function of both alone: which process makes which call with which words and numbers.
 * So any selection of operations can be run again, which is how a failure is made short.  Each is asked of the model
 * and of the kernel, and the answers are compared: result, errno, bytes, attributes, names.  Now and then the whole
 * tree is compared.
 *
 * The model knows inodes, names, link counts, owners, modes, contents by extents, processes with ids, a current
 * directory, a file creation mask and descriptors.  It has no times.
 */
#ifndef POSIX_MODEL_H
#define POSIX_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define NPROCS	 3
#define NFDS	 6 /* descriptors that operations know of, by slot */
#define NNAMES	 6 /* "a" to "f" */
#define NINODES	 512
#define NEXTENTS 48
#define NFILES	 (NPROCS * NFDS)
#define IOMAX	 4096
#define PATHMAX	 64

enum optype {
	OP_OPEN,
	OP_CLOSE,
	OP_DUP,
	OP_READ,
	OP_WRITE,
	OP_PREAD,
	OP_PWRITE,
	OP_LSEEK,
	OP_TRUNCATE,
	OP_FTRUNCATE,
	OP_MKDIR,
	OP_RMDIR,
	OP_UNLINK,
	OP_LINK,
	OP_SYMLINK,
	OP_READLINK,
	OP_RENAME,
	OP_CHMOD,
	OP_CHOWN,
	OP_STAT,
	OP_LSTAT,
	OP_FSTAT,
	OP_ACCESS,
	OP_LIST,
	OP_CHDIR,
	OP_UMASK,
	OP_IDS,
	NOPS
};

struct op {
	enum optype type;
	int proc, fd, fd2;
	char path[PATHMAX], path2[PATHMAX];
	int flags;
	mode_t mode;
	int uid, gid; /* -1: as it is */
	off_t off;
	size_t len;
	int whence;
	char fill; /* what is written */
};

/* What a call brought. */
struct answer {
	long ret; /* 0 or what the call returns; -errno */
	mode_t mode;
	uid_t uid;
	gid_t gid;
	nlink_t nlink;
	off_t size;	      /* of all but directories */
	char text[IOMAX + 1]; /* bytes, a target, names */
};

/* ---- ops.c ---- */

void op_make(struct op *op, uint64_t seed, uint64_t n);
void op_print(const struct op *op, char *buf, size_t size);

/* ---- model.c, model_names.c, model_data.c ---- */

struct extent {
	off_t off, len;
	char fill;
};

struct inode {
	bool used;
	mode_t mode; /* with its type */
	uid_t uid;
	gid_t gid;
	nlink_t nlink;
	off_t size;
	int opens; /* open files and current directories */
	int nextents;
	struct extent extents[NEXTENTS];
	char target[PATHMAX];
	int names[NNAMES]; /* inodes; -1 */
	int parent;	   /* of a directory; -1: removed */
};

struct ofile {
	int refs, inode, flags;
	off_t off;
};

struct proc {
	uid_t uid;
	gid_t gid;
	mode_t umask;
	int cwd;
	int fds[NFDS]; /* open files; -1 */
};

struct model {
	struct inode inodes[NINODES];
	struct ofile files[NFILES];
	struct proc procs[NPROCS];
	int plant; /* a mistake made on purpose: see model_test.c; 0: none */
};
#define ROOT 0

void model_init(struct model *m);
/* False: the model has no room for it; the kernel is not asked either. */
bool model_apply(struct model *m, const struct op *op, struct answer *a);
/* The same for names (returns false when op is none of its), and for descriptors and contents. */
bool model_names(struct model *m, const struct op *op, struct answer *a);
bool model_data(struct model *m, const struct op *op, struct answer *a);

/* What a path leads to. */
struct place {
	int dir;    /* -1: the path ends in "/", "." or ".." */
	int name;   /* in it */
	int inode;  /* -1: absent */
	bool slash; /* one behind the last name */
};
/* Returns 0 or -errno; an absent last name is no error.  create: a slash does not follow a last link. */
int model_walk(struct model *m, const struct proc *p, const char *path, bool follow, bool create,
    struct place *pl);
/* An existing file, as stat() finds it. */
int model_find(struct model *m, const struct proc *p, const char *path, bool follow);
bool model_may(const struct model *m, const struct proc *p, int inode, mode_t bits);
/* May a new name be made there?  errors: EACCES, ENOENT. */
int model_may_make(const struct model *m, const struct proc *p, const struct place *pl);
/* A new inode; -1: no room. */
int model_new(struct model *m, const struct proc *p, int dir, mode_t mode);
bool model_room(const struct model *m);
/* A link or an opening has gone. */
void model_drop(struct model *m, int inode);
void model_truncate(struct inode *ip, off_t size);
void model_clear_setid(const struct proc *p, struct inode *ip, bool chowned);
/* Bytes of a file. */
char model_byte(const struct inode *ip, off_t off);
/* Make the answer stat()'s. */
void model_stat(const struct inode *ip, struct answer *a);

/* ---- exec.c ---- */

/* Boot, and stand in an empty file system with all processes; the opposite. */
struct fixture;
void exec_begin(const struct fixture *f);
void exec_end(void);
/* Ask the kernel.  fds: the model's processes after the operation, to mirror its slots. */
void exec_apply(const struct op *op, struct answer *a);
/* Compare the whole tree; false: they differ, told on stdout. */
bool exec_compare(const struct model *m);
void exec_dump(void);
void model_dump(const struct model *m);

#endif /* POSIX_MODEL_H */
