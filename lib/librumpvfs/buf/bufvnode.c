/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The buffers of a vnode: its clean and its dirty list, writing and dropping all of them.
 *
 * The lists are changed with bufcache_lock and v_interlock held.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/mount.h>
#include <sys/mutex.h>
#include <sys/systm.h>
#include <sys/vnode.h>
#include <uvm/uvm_extern.h>

#include "rump_buf.h"

void
bgetvp(struct vnode *vp, struct buf *bp)
{
	KASSERT(mutex_owned(&bufcache_lock));
	KASSERT(mutex_owned(vp->v_interlock));
	KASSERT(bp->b_vp == NULL);
	vholdl(vp);
	__atomic_store_n(&bp->b_vp, vp, __ATOMIC_RELAXED);
	LIST_INSERT_HEAD(&vp->v_cleanblkhd, bp, b_vnbufs);
}

void
brelvp(struct buf *bp)
{
	struct vnode *const vp = bp->b_vp;

	KASSERT(mutex_owned(&bufcache_lock));
	KASSERT(mutex_owned(vp->v_interlock));
	LIST_REMOVE(bp, b_vnbufs);
	__atomic_store_n(&bp->b_vp, NULL, __ATOMIC_RELAXED);
	if ((vp->v_iflag & VI_ONWORKLST) && LIST_EMPTY(&vp->v_dirtyblkhd) &&
	    vp->v_uobj.uo_ndirty == 0)
		vn_syncer_remove_from_worklist(vp);
	holdrelel(vp);
}

/* Seconds until the syncer writes a vnode's dirty buffers. */
static int
syncdelay(const struct vnode *vp)
{
	if (vp->v_type == VDIR)
		return 15;
	return vp->v_type == VBLK ? 10 : 30;
}

void
reassignbuf(struct buf *bp, struct vnode *vp)
{
	KASSERT(mutex_owned(&bufcache_lock));
	KASSERT(mutex_owned(vp->v_interlock));
	LIST_REMOVE(bp, b_vnbufs);
	if (bp->b_oflags & BO_DELWRI) {
		LIST_INSERT_HEAD(&vp->v_dirtyblkhd, bp, b_vnbufs);
		if ((vp->v_iflag & VI_ONWORKLST) == 0)
			vn_syncer_add_to_worklist(vp, syncdelay(vp));
		return;
	}
	LIST_INSERT_HEAD(&vp->v_cleanblkhd, bp, b_vnbufs);
	if ((vp->v_iflag & VI_ONWORKLST) && LIST_EMPTY(&vp->v_dirtyblkhd) &&
	    vp->v_uobj.uo_ndirty == 0)
		vn_syncer_remove_from_worklist(vp);
}

void
vwakeup(struct buf *bp)
{
	struct vnode *const vp = bp->b_vp;

	if (vp == NULL)
		return;
	KASSERT(mutex_owned(vp->v_interlock));
	KASSERT(vp->v_numoutput > 0);
	if (--vp->v_numoutput == 0)
		cv_broadcast(&vp->v_cv);
}

/* Own the list's first buffer that ok() likes; NULL when there is none.  locks: bufcache_lock. */
static struct buf *
vlist_own(struct buflists *list, bool (*ok)(const struct buf *, daddr_t), daddr_t lbn, bool catch_p,
    int slptimeo, int *errorp)
{
	struct buf *bp;

again:
	KASSERT(mutex_owned(&bufcache_lock));
	LIST_FOREACH (bp, list, b_vnbufs) {
		if (!(*ok)(bp, lbn))
			continue;
		*errorp = bbusy(bp, catch_p, slptimeo, NULL);
		if (*errorp == EPASSTHROUGH)
			goto again;
		return *errorp == 0 ? bp : NULL;
	}
	*errorp = 0;
	return NULL;
}

static bool
buf_any(const struct buf *bp, daddr_t lbn)
{
	return true;
}

static bool
buf_from(const struct buf *bp, daddr_t lbn)
{
	return bp->b_lblkno >= lbn;
}

/* Drop the buffers of both lists from block lbn. */
static int
vdropbufs(struct vnode *vp, bool (*ok)(const struct buf *, daddr_t), daddr_t lbn, bool catch_p,
    int slptimeo)
{
	struct buflists *const lists[] = { &vp->v_cleanblkhd, &vp->v_dirtyblkhd };
	struct buf *bp;
	int error = 0;

	mutex_enter(&bufcache_lock);
	for (size_t i = 0; error == 0 && i < __arraycount(lists); i++) {
		while ((bp = vlist_own(lists[i], ok, lbn, catch_p, slptimeo, &error)) != NULL) {
			bp->b_oflags &= ~(u_int)BO_DELWRI;
			brelsel(bp, BC_INVAL | BC_VFLUSH);
		}
	}
	mutex_exit(&bufcache_lock);
	return error;
}

int
vinvalbuf(struct vnode *vp, int flags, kauth_cred_t cred, struct lwp *l, bool catch_p, int slptimeo)
{
	const int pgo = PGO_ALLPAGES | PGO_FREE | PGO_SYNCIO | PGO_RECLAIM |
	    ((flags & V_SAVE) ? PGO_CLEANIT : 0);
	int error;

	rw_enter(vp->v_uobj.vmobjlock, RW_WRITER);
	error = VOP_PUTPAGES(vp, 0, 0, pgo);
	if (error == 0 && (flags & V_SAVE))
		error = VOP_FSYNC(vp, cred, FSYNC_WAIT | FSYNC_RECLAIM, 0, 0);
	if (error == 0)
		error = vdropbufs(vp, buf_any, 0, catch_p, slptimeo);
	return error;
}

int
vtruncbuf(struct vnode *vp, daddr_t lbn, bool catch_p, int slptimeo)
{
	const voff_t off = round_page((voff_t)lbn << vp->v_mount->mnt_fs_bshift);
	int error;

	rw_enter(vp->v_uobj.vmobjlock, RW_WRITER);
	error = VOP_PUTPAGES(vp, off, 0, PGO_FREE | PGO_SYNCIO);
	if (error == 0)
		error = vdropbufs(vp, buf_from, lbn, catch_p, slptimeo);
	return error;
}

/* Start or finish (wait) the writing of every dirty buffer that is not owned. */
static int
vwritebufs(struct vnode *vp, bool wait)
{
	struct buf *bp;
	int error = 0, werror;

	mutex_enter(&bufcache_lock);
	while ((bp = vlist_own(&vp->v_dirtyblkhd, buf_any, 0, false, 0, &werror)) != NULL) {
		bp->b_cflags |= BC_VFLUSH;
		mutex_exit(&bufcache_lock);
		if (wait) {
			werror = bwrite(bp);
			if (error == 0)
				error = werror;
		} else {
			bawrite(bp);
		}
		mutex_enter(&bufcache_lock);
	}
	mutex_exit(&bufcache_lock);
	return error;
}

int
vflushbuf(struct vnode *vp, int flags)
{
	const bool sync = (flags & FSYNC_WAIT) != 0;
	const int pgo = PGO_CLEANIT | PGO_ALLPAGES | (sync ? PGO_SYNCIO : 0) |
	    ((flags & FSYNC_LAZY) ? PGO_LAZY : 0);
	int error, werror;

	rw_enter(vp->v_uobj.vmobjlock, RW_WRITER);
	error = VOP_PUTPAGES(vp, 0, 0, pgo);
	werror = vwritebufs(vp, sync && vp->v_type == VBLK);
	if (error == 0)
		error = werror;
	if (sync) {
		mutex_enter(vp->v_interlock);
		while (vp->v_numoutput != 0)
			cv_wait(&vp->v_cv, vp->v_interlock);
		mutex_exit(vp->v_interlock);
	}
	return error;
}
