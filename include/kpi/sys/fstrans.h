/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * File-system transactions: a gate that every operation on a mount passes, so that the mount can be
 * suspended (snapshots, remount, unmount).
 */
#ifndef KPI_SYS_FSTRANS_H
#define KPI_SYS_FSTRANS_H

#include <sys/types.h>
#include <sys/mount.h>

enum fstrans_lock_type { FSTRANS_LAZY, FSTRANS_SHARED };

enum fstrans_state {
	FSTRANS_NORMAL,	    /* open */
	FSTRANS_SUSPENDING, /* shut for new ones; those inside finish */
	FSTRANS_SUSPENDED,  /* shut and empty */
};

/* Enter and leave; nests.  ctx: thread.  sleeps: while the mount is suspended by another lwp. */
void fstrans_start(struct mount *mp);
/* As fstrans_start, but EBUSY instead of sleeping. */
int fstrans_start_nowait(struct mount *mp);
void fstrans_start_lazy(struct mount *mp);
void fstrans_done(struct mount *mp);
/* Does this lwp hold the gate, or has it suspended the mount? */
int fstrans_held(struct mount *mp);
int fstrans_is_owner(struct mount *mp);

/* Of mount and unmount. */
int fstrans_mount(struct mount *mp);
void fstrans_unmount(struct mount *mp);

/* Move the gate; to FSTRANS_SUSPENDING and FSTRANS_SUSPENDED waits until it is so. */
int fstrans_setstate(struct mount *mp, enum fstrans_state state);
enum fstrans_state fstrans_getstate(struct mount *mp);

/* Copy-on-write handlers: called before a block is overwritten. */
int fscow_establish(struct mount *mp, int (*fn)(void *, struct buf *, bool), void *cookie);
int fscow_disestablish(struct mount *mp, int (*fn)(void *, struct buf *, bool), void *cookie);
int fscow_run(struct buf *bp, bool data_valid);
void fscow_mount(struct mount *mp);

/* Suspend every operation on mp, or all but its reads; EOPNOTSUPP when mp cannot. */
int vfs_suspend(struct mount *mp, int nowait);
void vfs_resume(struct mount *mp);

#endif /* KPI_SYS_FSTRANS_H */
