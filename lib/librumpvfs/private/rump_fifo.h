/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Named pipes, beyond what vnode operations can say.  vp is a VFIFO; when it has been revoked there is no
 * pipe any more.
 */
#ifndef RUMP_FIFO_H
#define RUMP_FIFO_H

#include <sys/types.h>

struct file;
struct pipe;
struct vnode;

/* The base learns which files are pipes besides its own. */
int rump_fifo_init(void);

/* POLL* for a file that is open for fflag. */
int rump_fifo_poll(struct vnode *vp, int fflag, int events);
/* F_GETPIPE_SZ, F_SETPIPE_SZ, F_SETFL; *data is the answer.  errors: EOPNOTSUPP (another command). */
int rump_fifo_fcntl(struct vnode *vp, u_int cmd, void *data);
/* A descriptor is being closed: who waits on the sides of fflag comes back. */
void rump_fifo_restart(struct vnode *vp, int fflag);
/* The vnode dies: end what is open.  locks: vp exclusive. */
void rump_fifo_revoke(struct vnode *vp);
/* Files that are fifos: as vnops, but not seekable. */
extern const struct fileops vn_fifoops;

#endif /* RUMP_FIFO_H */
