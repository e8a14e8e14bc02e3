/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What the files of the buffer cache share; bufcache.c has the model. */
#ifndef RUMP_BUF_PRIVATE_H
#define RUMP_BUF_PRIVATE_H

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/uio.h>

#include "rump_copyio.h"

int bufinit(void);
void bufcache_fini(void);

/* b_own */
enum { BUF_FREE, BUF_OWNED, BUF_WANTED };

/* Own bp if nobody does.  ctx: any. */
static inline bool
buf_own_try(struct buf *bp)
{
	uint32_t free = BUF_FREE;

	if (!__atomic_compare_exchange_n(
		&bp->b_own, &free, BUF_OWNED, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return false;
	bp->b_cflags |= BC_BUSY;
	return true;
}

/* Somebody sleeps for a buffer that has been given up: wake him. */
void buf_wake(struct buf *bp);

/* The opposite; bufcache_lock is not held when wanted buffers are possible. */
static inline void
buf_disown(struct buf *bp)
{
	bp->b_cflags &= ~(u_int)BC_BUSY;
	if (__atomic_exchange_n(&bp->b_own, BUF_FREE, __ATOMIC_RELEASE) == BUF_WANTED)
		buf_wake(bp);
}

/* The same with bufcache_lock held. */
void buf_disown_locked(struct buf *bp);

/* The buffer of a block of this size that is cached, valid and nobody's, owned; or NULL. */
struct buf *buf_hit(struct vnode *vp, daddr_t lblkno, int size);
/* The buffer of a block that is not in the cache, owned; NULL when it is there.  sleeps. */
struct buf *buf_create(struct vnode *vp, daddr_t lblkno, int size);

/* Start the transfer of a block that is owned and not valid. */
void buf_startread(struct buf *bp, u_int flags);

/*
 * A driver cuts b_bcount at the end of its medium (bounds_check_with_mediasize()).  The block keeps its
 * size: what it lacks is b_resid.
 */
static inline void
buf_uncut(struct buf *bp, int size)
{
	if (__predict_false(bp->b_bcount < size)) {
		bp->b_resid += size - bp->b_bcount;
		bp->b_bcount = size;
	}
}

/* Is the uio's memory that of this host process, so that pointers can be used as they are? */
static inline bool
uio_is_local(const struct uio *uio)
{
	return uio->uio_vmspace->vm_ops == NULL;
}

#endif /* RUMP_BUF_PRIVATE_H */
