/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Transfers of buffers: reading and writing of cached blocks, and what ends a transfer.
 *
 * biodone() is called once for each VOP_STRATEGY().  What it does next: b_iodone if set; else release
 * if B_ASYNC; else wake the one in biowait().
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/condvar.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/pool.h>
#include <sys/systm.h>
#include <sys/timevar.h>
#include <sys/vnode.h>

#include "rump_buf.h"
#include "rump_bio.h"
#include "rump_wberr.h"

#define CLUSTER_BYTES (16 * 1024)

static pool_cache_t iobuf_cache;

int
bufio_init(void)
{
	iobuf_cache =
	    pool_cache_init(sizeof(struct buf), 0, 0, 0, "biopl", NULL, IPL_BIO, NULL, NULL, NULL);
	return iobuf_cache == NULL ? ENOMEM : 0;
}

void
bufio_fini(void)
{
	pool_cache_destroy(iobuf_cache);
}

void
buf_init(struct buf *bp)
{
	memset(bp, 0, sizeof(*bp));
	cv_init(&bp->b_busy, "biolock");
	cv_init(&bp->b_done, "biowait");
	bp->b_dev = NODEV;
	bp->b_objlock = &buffer_lock;
	bp->b_prio = BPRIO_DEFAULT;
	bp->b_own = BUF_FREE;
}

void
buf_destroy(struct buf *bp)
{
	cv_destroy(&bp->b_done);
	cv_destroy(&bp->b_busy);
}

/* ---- Transfers outside the cache ---- */

void
rump_iobuf_init(struct buf *bp, struct vnode *vp)
{
	buf_init(bp);
	bp->b_own = BUF_OWNED;
	bp->b_cflags = BC_BUSY;
	bp->b_vp = vp;
	if (vp != NULL)
		bp->b_objlock = vp->v_interlock;
}

struct buf *
getiobuf(struct vnode *vp, bool waitok)
{
	struct buf *const bp = pool_cache_get(iobuf_cache, waitok ? PR_WAITOK : PR_NOWAIT);

	if (bp != NULL)
		rump_iobuf_init(bp, vp);
	return bp;
}

void
putiobuf(struct buf *bp)
{
	buf_destroy(bp);
	pool_cache_put(iobuf_cache, bp);
}

/* ---- The end of a transfer ---- */

void
biodone(struct buf *bp)
{
	void (*iodone)(struct buf *);

	KASSERT((bp->b_oflags & BO_DONE) == 0);
	if (__predict_false(bp->b_error != 0) && (bp->b_flags & B_READ) == 0 && bp->b_vp != NULL)
		vn_wberr(bp->b_vp, bp->b_error);
	mutex_enter(bp->b_objlock);
	bp->b_oflags |= BO_DONE;
	if ((bp->b_flags & B_READ) == 0)
		vwakeup(bp);
	iodone = bp->b_iodone;
	if (iodone != NULL) {
		bp->b_iodone = NULL;
		mutex_exit(bp->b_objlock);
		(*iodone)(bp);
	} else if (bp->b_flags & B_ASYNC) {
		mutex_exit(bp->b_objlock);
		brelse(bp, 0);
	} else {
		cv_broadcast(&bp->b_done);
		mutex_exit(bp->b_objlock);
	}
}

int
biowait(struct buf *bp)
{
	ASSERT_SLEEPABLE();
	mutex_enter(bp->b_objlock);
	while ((bp->b_oflags & (BO_DONE | BO_DELWRI)) == 0)
		cv_wait(&bp->b_done, bp->b_objlock);
	mutex_exit(bp->b_objlock);
	return bp->b_error;
}

/* ---- Reading ---- */

void
buf_startread(struct buf *bp, u_int flags)
{
	bp->b_flags |= B_READ | flags;
	bp->b_error = 0;
	bp->b_resid = 0;
	VOP_STRATEGY(bp->b_vp, bp);
}

/* Start reading a block that nobody waits for, unless it is there or at work. */
static void
buf_readahead(struct vnode *vp, daddr_t lblkno, int size)
{
	struct buf *bp;

	if (incore(vp, lblkno) != NULL)
		return;
	bp = getblk(vp, lblkno, size, 0, 0);
	if (bp == NULL)
		return;
	if (bp->b_oflags & (BO_DONE | BO_DELWRI))
		brelse(bp, 0);
	else
		buf_startread(bp, B_ASYNC);
}

/*
 * Own the blocks after bp that are not cached, as many as fit into a cluster: what is read for them
 * cannot be older than what another owner may write meanwhile.
 */
static int
buf_owncluster(struct buf *bp, struct vnode *vp, int size, struct buf **bufs)
{
	int n = 0;

	while ((n + 2) * size <= CLUSTER_BYTES) {
		bufs[n] = buf_create(vp, bp->b_lblkno + (n + 1) * (size >> DEV_BSHIFT), size);
		if (bufs[n] == NULL)
			break;
		n++;
	}
	return n;
}

/*
 * Small blocks of a disk that are read in order come CLUSTER_BYTES at a time: one transfer for bp,
 * which is owned and not valid, and the blocks after it.  Those that do not come are not waited for.
 * False: bp was not read.
 */
static bool
buf_readcluster(struct buf *bp, struct vnode *vp, int size)
{
	struct buf *bufs[CLUSTER_BYTES / DEV_BSIZE];
	const int n = buf_owncluster(bp, vp, size, bufs);
	const size_t len = (size_t)(n + 1) * (size_t)size;
	struct buf *const io = getiobuf(vp, true);
	char *const data = kmem_alloc(len, KM_SLEEP);
	size_t have;

	io->b_data = data;
	io->b_bcount = io->b_bufsize = (int)len;
	io->b_blkno = io->b_lblkno = bp->b_blkno;
	buf_startread(io, 0);
	have = biowait(io) == 0 ? (size_t)(io->b_bcount - io->b_resid) : 0;
	putiobuf(io);
	if (have >= (size_t)size) {
		memcpy(bp->b_data, data, (size_t)size);
		bp->b_oflags |= BO_DONE;
	}
	for (int i = 0; i < n; i++) {
		const size_t off = (size_t)(i + 1) * (size_t)size;
		const bool came = off + (size_t)size <= have;

		if (came) {
			memcpy(bufs[i]->b_data, data + off, (size_t)size);
			bufs[i]->b_oflags |= BO_DONE;
		}
		brelse(bufs[i], came ? 0 : BC_INVAL);
	}
	kmem_free(data, len);
	return have >= (size_t)size;
}

/* Is the block one that buf_readcluster() is good for? */
static inline bool
buf_wantcluster(const struct buf *bp, struct vnode *vp, int size)
{
	return vp->v_type == VBLK && size <= CLUSTER_BYTES / 4 && size % DEV_BSIZE == 0 &&
	    incore(vp, bp->b_lblkno - (size >> DEV_BSHIFT)) != NULL;
}

int
breadn(struct vnode *vp, daddr_t lblkno, int size, daddr_t *rablks, int *rasizes, int nrablks,
    int flags, struct buf **bpp)
{
	struct buf *const bp = getblk(vp, lblkno, size, 0, 0);
	bool started = false;
	int error;

	*bpp = NULL;
	if (bp == NULL)
		return ENOMEM;
	if (__predict_false((bp->b_oflags & (BO_DONE | BO_DELWRI)) == 0) &&
	    (!buf_wantcluster(bp, vp, size) || !buf_readcluster(bp, vp, size))) {
		started = true;
		buf_startread(bp, 0);
	}
	for (int i = 0; i < nrablks; i++)
		buf_readahead(vp, rablks[i], rasizes[i]);
	error = started ? biowait(bp) : 0;
	buf_uncut(bp, size);
	if (error == 0 && __predict_false(bp->b_resid != 0))
		error = EIO; /* the device ends before the block does */
	if (error != 0) {
		brelse(bp, BC_INVAL);
		return error;
	}
	*bpp = bp;
	return 0;
}

int
bread(struct vnode *vp, daddr_t lblkno, int size, int flags, struct buf **bpp)
{
	*bpp = buf_hit(vp, lblkno, size);
	if (__predict_true(*bpp != NULL))
		return 0;
	return breadn(vp, lblkno, size, NULL, NULL, 0, flags, bpp);
}

int
breada(struct vnode *vp, daddr_t lblkno, int size, daddr_t rablkno, int rasize, int flags,
    struct buf **bpp)
{
	return breadn(vp, lblkno, size, &rablkno, &rasize, 1, flags, bpp);
}

/* ---- Writing ---- */

/* Dirty to clean, as the data is about to be written. */
static void
buf_undirty(struct buf *bp)
{
	const bool delayed = (bp->b_oflags & BO_DELWRI) != 0;

	mutex_enter(&bufcache_lock);
	mutex_enter(bp->b_objlock);
	bp->b_oflags &= ~(u_int)(BO_DONE | BO_DELWRI);
	if (delayed && bp->b_vp != NULL)
		reassignbuf(bp, bp->b_vp);
	if (bp->b_vp != NULL)
		bp->b_vp->v_numoutput++;
	mutex_exit(bp->b_objlock);
	mutex_exit(&bufcache_lock);
}

int
bwrite(struct buf *bp)
{
	const bool sync = (bp->b_flags & B_ASYNC) == 0;
	struct vnode *const vp = bp->b_vp;
	int error;

	KASSERT((bp->b_cflags & BC_BUSY) != 0);
	bp->b_flags &= ~(u_int)B_READ;
	bp->b_error = 0;
	bp->b_resid = 0;
	buf_undirty(bp);
	VOP_STRATEGY(vp, bp);
	if (!sync)
		return 0;
	error = biowait(bp);
	brelse(bp, 0);
	return error;
}

int
vn_bwrite(void *v)
{
	struct vop_bwrite_args *const ap = v;

	return bwrite(ap->a_bp);
}

void
bawrite(struct buf *bp)
{
	bp->b_flags |= B_ASYNC;
	VOP_BWRITE(bp->b_vp, bp);
}

void
bdirty(struct buf *bp)
{
	KASSERT(mutex_owned(&bufcache_lock));
	KASSERT(mutex_owned(bp->b_objlock));
	if (bp->b_oflags & BO_DELWRI)
		return;
	bp->b_oflags |= BO_DELWRI;
	bp->b_dirtysince = (uint64_t)time_uptime;
	if (bp->b_vp != NULL)
		reassignbuf(bp, bp->b_vp);
}

void
bdwrite(struct buf *bp)
{
	KASSERT((bp->b_cflags & BC_BUSY) != 0);
	if ((bp->b_oflags & BO_DELWRI) == 0) {
		mutex_enter(&bufcache_lock);
		mutex_enter(bp->b_objlock);
		bdirty(bp);
		mutex_exit(bp->b_objlock);
		mutex_exit(&bufcache_lock);
	}
	bp->b_oflags |= BO_DONE;
	brelse(bp, 0);
}
