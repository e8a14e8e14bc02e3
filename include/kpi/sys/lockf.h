/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Advisory byte-range locks: the work behind VOP_ADVLOCK of file systems that keep none of theirs. */
#ifndef KPI_SYS_LOCKF_H
#define KPI_SYS_LOCKF_H

#include <sys/types.h>

struct flock;
struct lockf;
struct vnode;
struct vop_advlock_args;

/*
 * Set, clear or test a lock.  *head is the list of the file, NULL at first; size is its length in
 * bytes, for locks that are relative to the end (those of system calls are made absolute before: 0 will do).
 * ctx: thread.  sleeps: with F_WAIT.  locks: none.
 * errors: EAGAIN (held by another, no F_WAIT), EDEADLK, EINVAL (range), EINTR, ENOLCK.
 */
int lf_advlock(struct vop_advlock_args *ap, struct lockf **head, off_t size);
/*
 * VOP_ADVLOCK() for who does not know whether vp is alive, and stays so: EBADF when it dies meanwhile.
 * Callers of VOP_ADVLOCK() call this, layers as well: the call ends when any vnode that it goes
 * through dies.  The contract is that of lf_advlock().
 */
int lf_vnode_advlock(struct vnode *vp, void *id, int op, struct flock *fl, int flags);
/* Drop all locks of a file that goes away. */
void lf_purgelocks(struct lockf **head);
int lf_init(void);
void lf_fini(void);

#endif /* KPI_SYS_LOCKF_H */
