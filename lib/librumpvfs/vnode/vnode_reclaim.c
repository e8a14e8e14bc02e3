/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The end of vnodes: reclaim by need, by the file system's wish, by force.
 *
 * Every loaded vnode is on one list, in the order of loading.  Using a vnode does not move it, it
 * sets TOUCHED in the word that is written anyway; the reclaimer, who comes when numvnodes has
 * reached desiredvnodes, spares a touched vnode once (a clock).  It runs in the caller that wants
 * a new vnode, looks at a bounded number of vnodes, and passes over those that are in use, whose
 * lock is taken, or that would have to be written: for these the caller's own locks might be
 * wanted.
 *
 * vcache_reclaim() is the one way out: BLOCKED -> RECLAIMING -> RECLAIMED.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/fstrans.h>
#include <sys/kmem.h>
#include <miscfs/specfs/specdev.h>

#include "rump_fifo.h"
#include "rump_spec.h"
#include "rump_vfs.h"
#include "rump_vnode.h"

/*
 * Vnodes that one call of vlru_trim() looks at, and those that it takes at most.  It makes room for
 * some more than the one that is wanted: what is done once a call is then paid once for all of them,
 * and what they leave behind has one grace period.
 */
#define VLRU_LOOK  64
#define VLRU_TAKE  20
#define VLRU_SPARE 16

static kmutex_t vlru_lock;
static TAILQ_HEAD(, vnode_impl) vlru_list; /* (vlru_lock) oldest first */

void
vlru_init(void)
{
	mutex_init(&vlru_lock, MUTEX_DEFAULT, IPL_NONE);
	TAILQ_INIT(&vlru_list);
}

void
vlru_fini(void)
{
	KASSERT(TAILQ_EMPTY(&vlru_list));
	mutex_destroy(&vlru_lock);
}

void
vlru_insert(struct vnode_impl *vip)
{
	mutex_enter(&vlru_lock);
	TAILQ_INSERT_TAIL(&vlru_list, vip, vi_lrulist);
	vip->vi_onlru = true;
	mutex_exit(&vlru_lock);
}

/* Who has shut the gate is alone with vi_onlru: what is off the list comes back by its own doing. */
void
vlru_remove(struct vnode_impl *vip)
{
	if (!vip->vi_onlru)
		return;
	mutex_enter(&vlru_lock);
	if (vip->vi_onlru) {
		TAILQ_REMOVE(&vlru_list, vip, vi_lrulist);
		vip->vi_onlru = false;
	}
	mutex_exit(&vlru_lock);
}

/* Nothing of vp has to be written before it goes. */
static bool
vnode_clean(struct vnode *vp)
{
	return LIST_EMPTY(&vp->v_dirtyblkhd) && vp->v_uobj.uo_ndirty == 0 &&
	    (vp->v_iflag & VI_ONWORKLST) == 0 && vp->v_numoutput == 0;
}

/*
 * Take an unused vnode for reclaim: BLOCKED, the only reference ours.
 * locks: vlru_lock.
 */
static bool
vlru_try(struct vnode *vp)
{
	unsigned int use = atomic_load_relaxed(&vp->v_usecount);

	if ((use & VUSECOUNT_MASK) != 0 || (use & VUSECOUNT_GATE) == 0)
		return false;
	if ((use & VUSECOUNT_TOUCHED) != 0) {
		(void)__atomic_compare_exchange_n(&vp->v_usecount, &use, use & ~VUSECOUNT_TOUCHED,
		    false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
		return false;
	}
	/* Shutting the gate is the decision: nobody has the vnode, and nobody gets it. */
	if (!vnode_clean(vp) ||
	    !__atomic_compare_exchange_n(
		&vp->v_usecount, &use, 1, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		return false;
	atomic_store_relaxed(&VNODE_TO_VIMPL(vp)->vi_state, VS_BLOCKED);
	return true;
}

/* The next vnode to go, or NULL; *look counts down. */
static struct vnode *
vlru_pick(int *look)
{
	struct vnode_impl *vip;

	mutex_enter(&vlru_lock);
	while ((*look)-- > 0 && (vip = TAILQ_FIRST(&vlru_list)) != NULL) {
		TAILQ_REMOVE(&vlru_list, vip, vi_lrulist);
		if (vlru_try(VIMPL_TO_VNODE(vip))) {
			vip->vi_onlru = false;
			mutex_exit(&vlru_lock);
			return VIMPL_TO_VNODE(vip);
		}
		TAILQ_INSERT_TAIL(&vlru_list, vip, vi_lrulist);
	}
	mutex_exit(&vlru_lock);
	return NULL;
}

/* Give pages and buffers up, written out if that works. */
static void
vcache_flush(struct vnode *vp)
{
	if (LIST_EMPTY(&vp->v_cleanblkhd) && vnode_clean(vp) && vp->v_uobj.uo_npages == 0)
		return;
	if (vinvalbuf(vp, V_SAVE, NOCRED, curlwp, false, 0) != 0)
		(void)vinvalbuf(vp, 0, NOCRED, curlwp, false, 0);
}

/* As vcache_reclaim(), but v_interlock is held on return. */
static void
vcache_kill(struct vnode *vp)
{
	struct vnode_impl *vip = VNODE_TO_VIMPL(vp);
	struct mount *mp = vp->v_mount;
	bool recycle = false;
	int error;

	KASSERT(vrefcnt(vp) > 0);
	KASSERT(VOP_ISLOCKED(vp) == LK_EXCLUSIVE);
	VSTATE_ASSERT(vp, VS_BLOCKED);
	vlru_remove(vip);
	if (vp == atomic_load_relaxed(&mp->mnt_rootcache))
		atomic_store_relaxed(&mp->mnt_rootcache, NULL);
	cache_purge(vp); /* with the gate shut, no name comes in any more */
	vcache_flush(vp);
	/*
	 * Somebody else has it open: the file system must hear that this is the end.  Closing a
	 * device drops the vnode lock for a while; all is as ever for those who come in.
	 */
	if (vrefcnt(vp) > 1) {
		lf_vnode_gone(vp);
		if (vp->v_type == VBLK || vp->v_type == VCHR)
			spec_node_revoke(vp);
		else if (vp->v_type == VFIFO)
			rump_fifo_revoke(vp);
		(void)VOP_INACTIVE(vp, &recycle);
	}
	if ((vp->v_type == VBLK || vp->v_type == VCHR) && vp->v_specnode != NULL)
		spec_node_destroy(vp);
	/* From one state that does not last to another: nobody waits for that. */
	atomic_store_release(&vip->vi_state, VS_RECLAIMING);
	error = VOP_RECLAIM(vp);
	if (error != 0)
		panic("vnode %p cannot be reclaimed: error %d", vp, error);
	KASSERT(vp->v_data == NULL);
	vcache_unhash(vip);
	vfs_insmntque(vp, dead_rootmount);
	mutex_enter(vp->v_interlock);
	atomic_store_relaxed(&vp->v_op, dead_vnodeop_p);
	/* Walks over the name cache look at it without a lock; who sees it calls dead operations (vop_enter()). */
	atomic_store_release(&vp->v_vflag, VV_MPSAFE | (vp->v_vflag & VV_ISTTY));
	vp->v_tag = VT_NON;
	vstate_change(vp, VS_RECLAIMING, VS_RECLAIMED);
}

void
vcache_reclaim(struct vnode *vp)
{
	VN_KNOTE(vp, NOTE_REVOKE); /* knotes are of open files */
	vcache_kill(vp);
	mutex_exit(vp->v_interlock);
}

/* Leave the mount whose operations vlru_reclaim() has entered. */
static void
vlru_leave(struct mount **inp)
{
	if (*inp == NULL)
		return;
	fstrans_done(*inp);
	vfs_rele(*inp);
	*inp = NULL;
}

/*
 * Enter the operations of vp's mount, if we are not in them since the vnode before.  Reclaimed vnodes
 * do not keep the mount's memory, so we do.
 */
static bool
vlru_enter(struct vnode *vp, struct mount **inp)
{
	struct mount *const mp = vp->v_mount;

	if (mp == *inp)
		return true;
	vlru_leave(inp);
	if (fstrans_start_nowait(mp) != 0)
		return false;
	vfs_ref(mp);
	*inp = mp;
	return true;
}

/* Reclaim what vlru_pick() took, or put it back. */
static bool
vlru_reclaim(struct vnode *vp, struct mount **inp)
{
	const bool reclaim = vlru_enter(vp, inp) && VOP_LOCK(vp, LK_EXCLUSIVE | LK_NOWAIT) == 0;

	if (!reclaim) {
		vlru_insert(VNODE_TO_VIMPL(vp));
		mutex_enter(vp->v_interlock);
		vstate_change(vp, VS_BLOCKED, VS_LOADED);
		mutex_exit(vp->v_interlock);
		vrele(vp);
		return false;
	}
	vcache_kill(vp);
	KASSERT(vrefcnt(vp) == 1); /* ours: the gate was shut all the time */
	if (vp->v_holdcnt == 0) {
		atomic_store_relaxed(&vp->v_usecount, 0);
		vcache_free_locked(VNODE_TO_VIMPL(vp));
	} else {
		mutex_exit(vp->v_interlock);
		vrele(vp);
	}
	return true;
}

void
vlru_trim(void)
{
	const int most = atomic_load_relaxed(&desiredvnodes), spare = MIN(VLRU_SPARE, most / 64);
	int look = VLRU_LOOK, take = VLRU_TAKE;
	struct mount *in = NULL;
	struct vnode *vp;

	while (take > 0 && (int)atomic_load_relaxed(&numvnodes) >= most - spare &&
	    (vp = vlru_pick(&look)) != NULL)
		take -= vlru_reclaim(vp, &in);
	vlru_leave(&in);
}

bool
vrecycle(struct vnode *vp)
{
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	if (!vcache_block_if_last(vp)) {
		VOP_UNLOCK(vp);
		return false;
	}
	vcache_reclaim(vp);
	vrele(vp);
	return true;
}

void
vgone(struct vnode *vp)
{
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	mutex_enter(vp->v_interlock);
	vstate_wait_stable(vp);
	if (vstate_get(vp) == VS_RECLAIMED) {
		mutex_exit(vp->v_interlock);
		VOP_UNLOCK(vp);
	} else {
		vstate_change(vp, VS_LOADED, VS_BLOCKED);
		mutex_exit(vp->v_interlock);
		vcache_reclaim(vp);
	}
	vrele(vp);
}

void
vgonel(struct vnode *vp)
{
	vgone(vp);
}

void
vrevoke(struct vnode *vp)
{
	struct vnode *vq;
	enum vtype type;
	dev_t dev;

	KASSERT(vrefcnt(vp) > 0);
	if (vp->v_type != VBLK && vp->v_type != VCHR) {
		vref(vp);
		vgone(vp);
		return;
	}
	dev = spec_vdev(vp);
	type = vp->v_type;
	while (spec_node_lookup_by_dev(type, dev, 0, &vq) == 0)
		vgone(vq);
}

void
vdevgone(int maj, int minl, int minh, enum vtype type)
{
	struct vnode *vp;
	int mn;

	for (mn = minl; mn <= minh; mn++)
		while (spec_node_lookup_by_dev(type, makedev(maj, mn), 0, &vp) == 0)
			vgone(vp);
}

int
vdead_check(struct vnode *vp, int flags)
{
	KASSERT(mutex_owned(vp->v_interlock));
	if ((flags & VDEAD_NOWAIT) == 0)
		vstate_wait_stable(vp);
	switch (vstate_get(vp)) {
	case VS_RECLAIMED:
		return ENOENT;
	case VS_RECLAIMING:
		return EBUSY;
	default:
		return 0;
	}
}

/* What vflush() may leave alone. */
struct vflush_ctx {
	struct vnode *vc_skip;
	int vc_flags;
};

static bool
vflush_filter(void *cookie, struct vnode *vp)
{
	const struct vflush_ctx *vc = cookie;

	if (vp == vc->vc_skip)
		return false;
	if ((vc->vc_flags & SKIPSYSTEM) != 0 && (vp->v_vflag & VV_SYSTEM) != 0)
		return false;
	if ((vc->vc_flags & WRITECLOSE) != 0 && vp->v_writecount == 0)
		return false;
	return true;
}

/* One pass over the mount; the number of vnodes that are busy. */
static int
vflush_pass(struct mount *mp, struct vflush_ctx *vc)
{
	struct vnode_iterator *iter;
	struct vnode *vp;
	int busy = 0;

	vfs_vnode_iterator_init(mp, &iter);
	while ((vp = vfs_vnode_iterator_next(iter, vflush_filter, vc)) != NULL) {
		if (vrecycle(vp))
			continue;
		if ((vc->vc_flags & FORCECLOSE) != 0) {
			vgone(vp);
			continue;
		}
		busy++;
		vrele(vp);
	}
	vfs_vnode_iterator_destroy(iter);
	return busy;
}

int
vflush(struct mount *mp, struct vnode *skipvp, int flags)
{
	struct vflush_ctx vc = { .vc_skip = skipvp, .vc_flags = flags };
	int busy;

	/* A second pass, for vnodes that others of the first pass held. */
	busy = vflush_pass(mp, &vc);
	if (busy != 0)
		busy = vflush_pass(mp, &vc);
	return busy != 0 ? EBUSY : 0;
}

void
vshareilock(struct vnode *from, struct vnode *to)
{
	to->v_interlock = from->v_interlock;
}

void
vshareklist(struct vnode *from, struct vnode *to)
{
	to->v_klist = from->v_klist;
}
