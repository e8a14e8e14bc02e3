/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What the files of name/ and the system calls share beyond <sys/namei.h>. */
#ifndef RUMP_NAMEI_H
#define RUMP_NAMEI_H

#include <sys/param.h>
#include <sys/namei.h>

/* Locks: the owner's alone. */
struct pathbuf {
	char *pb_path;	/* the path, links spliced in as they are followed */
	char *pb_given; /* as it was given, or NULL */
};

int pathbuf_init(void);
void pathbuf_fini(void);
/* Give the paths of a pathbuf back that itself is the caller's. */
void pathbuf_release(struct pathbuf *pb);

/*
 * As namei(), but begin with what path names from dvp on, where the walk of the cache has stopped.
 * path lies in the nameidata's buffer.  missed: the cache has no entry for the first component.
 * owns: dvp, whose reference is consumed.
 */
int namei_from(struct nameidata *nd, struct vnode *dvp, const char *path, bool missed);

/*
 * The directory that fd stands for, referenced by the descriptor until fdat_leave(); *fpp is NULL
 * and *dvpp NULL for AT_FDCWD, or when path is absolute.
 * errors: EBADF, ENOTDIR.
 */
int fdat_enter(int fdat, const char *path, struct file **fpp, struct vnode **dvpp);
void fdat_leave(int fdat, struct file *fp);

#endif /* RUMP_NAMEI_H */
