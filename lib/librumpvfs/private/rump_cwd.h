/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Where a process's paths begin: its current and root directories, and its umask.
 *
 * The directories are referenced by the cwdinfo.  Walks read the pointers in a read section and use
 * them without a reference for as long as that lasts; who needs one takes it through the vnode's
 * gate.  Several lwps of a process may change them at once: cwdi_lock.
 */
#ifndef RUMP_CWD_H
#define RUMP_CWD_H

#include <sys/param.h>
#include <sys/mutex.h>
#include <sys/vnode.h>

/* Locks: (c) cwdi_lock for writing, read with consume in a read section; (a) atomic. */
struct cwdinfo {
	struct vnode *cwdi_cdir; /* (c) current directory */
	struct vnode *cwdi_rdir; /* (c) root directory; NULL: the system's */
	mode_t cwdi_cmask;	 /* (a) bits that new files do not get */
	kmutex_t cwdi_lock;
};

/* A copy of curproc's, or the system's root with umask 022.  sleeps. */
struct cwdinfo *cwdinit(void);
void cwdfree(struct cwdinfo *cwdi);

/* Has the current process been given a root of its own? */
bool cwd_hasroot(void);
/* Referenced: the current process's root and current directories. */
struct vnode *cwd_getroot(void);
struct vnode *cwd_getcdir(void);
/* Without a reference.  ctx: read section. */
struct vnode *cwd_peekroot(void);
struct vnode *cwd_peekcdir(void);
mode_t cwd_umask(void);
/* Make vp (its reference is consumed) the current or the root directory of the process. */
void cwd_setcdir(struct vnode *vp);
void cwd_setroot(struct vnode *vp);
/* Directories that are covered by a mount move to its root, and back. */
void cwd_replace(struct vnode *from, struct vnode *to);

/*
 * The path of lvp from rvp, built downwards from *bpp; not below bufp.
 * errors: ENOENT (removed, or not below rvp), ERANGE, EACCES.
 */
#define GETCWD_CHECK_ACCESS 0x0001
int getcwd_common(struct vnode *lvp, struct vnode *rvp, char **bpp, char *bufp, int limit,
    int flags, struct lwp *l);

#endif /* RUMP_CWD_H */
