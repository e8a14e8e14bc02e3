/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * References to vnodes.
 *
 * v_usecount holds the count and three bits (see <sys/vnode_impl.h>), so that every transition is
 * one compare-and-swap.  GATE says that a finder may add a reference without any lock; it is open
 * exactly in state LOADED.  ACTIVE says that VOP_INACTIVE is owed: every ordinary reference sets
 * it, and the one that takes the count to zero clears it, calls VOP_INACTIVE and only then lets
 * go.  A light reference (a stat of a cached name) does not set it, and gives the vnode back with
 * one compare-and-swap: nothing has happened that the file system should hear of.  When both kinds
 * meet, whoever is last pays, for the bit is in the word.  Where VOP_INACTIVE is genfs_nullop() there
 * is nothing to pay: one compare-and-swap too.
 *
 * v_holdcnt keeps the memory of a vnode without keeping its identity.
 */
#include <sys/param.h>
#include <sys/systm.h>

#include <miscfs/genfs/genfs.h>

#include "rump_vfs.h"
#include "rump_vnode.h"

static void vrele_last(struct vnode *vp, int held);

void
vref(struct vnode *vp)
{
	unsigned int use = atomic_load_relaxed(&vp->v_usecount);

	KASSERTMSG((use & VUSECOUNT_MASK) != 0, "vnode %p has no reference", vp);
	while (!__atomic_compare_exchange_n(&vp->v_usecount, &use,
	    (use + 1) | VUSECOUNT_ACTIVE | VUSECOUNT_TOUCHED, true, __ATOMIC_RELAXED,
	    __ATOMIC_RELAXED))
		continue;
}

int
vrefcnt(struct vnode *vp)
{
	return atomic_load_relaxed(&vp->v_usecount) & VUSECOUNT_MASK;
}

/*
 * Drop a reference if nothing else is to be done: it is not the last, or the last of a loaded vnode
 * that owes nothing.
 */
static inline bool
vrele_fast(struct vnode *vp)
{
	unsigned int use = atomic_load_relaxed(&vp->v_usecount);

	for (;;) {
		KASSERTMSG((use & VUSECOUNT_MASK) != 0, "vnode %p has no reference", vp);
		if ((use & VUSECOUNT_MASK) == 1 &&
		    (use & (VUSECOUNT_GATE | VUSECOUNT_ACTIVE)) != VUSECOUNT_GATE)
			return false;
		if (__atomic_compare_exchange_n(
			&vp->v_usecount, &use, use - 1, true, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
			return true;
	}
}

/* The file system has nothing to do when the last reference goes. */
static inline bool
vnode_inactive_void(const struct vnode *vp)
{
	int (**const ops)(void *) = atomic_load_relaxed(&vp->v_op);

	return ops[VOP_INACTIVE_DESCOFFSET] == genfs_nullop;
}

/* The last reference of a loaded vnode whose VOP_INACTIVE does nothing: forgive the debt. */
static bool
vrele_void(struct vnode *vp)
{
	unsigned int use = atomic_load_relaxed(&vp->v_usecount);

	do {
		if ((use & VUSECOUNT_MASK) != 1 || (use & VUSECOUNT_GATE) == 0)
			return false;
	} while (!__atomic_compare_exchange_n(&vp->v_usecount, &use, (use - 1) & ~VUSECOUNT_ACTIVE,
	    true, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
	return true;
}

void
vrele(struct vnode *vp)
{
	if (__predict_true(vrele_fast(vp)))
		return;
	ASSERT_SLEEPABLE();
	if (vnode_inactive_void(vp) && vrele_void(vp))
		return;
	vrele_last(vp, LK_NONE);
}

/* Every vrele() may run where it is called: no caller of this one holds what it could want. */
void
vrele_async(struct vnode *vp)
{
	vrele(vp);
}

void
vput(struct vnode *vp)
{
	unsigned int use = atomic_load_relaxed(&vp->v_usecount);

	if ((use & VUSECOUNT_MASK) > 1 || (use & VUSECOUNT_ACTIVE) == 0 ||
	    vnode_inactive_void(vp)) {
		VOP_UNLOCK(vp);
		vrele(vp);
		return;
	}
	vrele_last(vp, VOP_ISLOCKED(vp));
}

bool
vnode_tryref_light(struct vnode *vp)
{
	const unsigned int use = atomic_load_relaxed(&vp->v_usecount);

	return vnode_tryref(vp, use & VUSECOUNT_TOUCHED ? 0 : VUSECOUNT_TOUCHED);
}

void
vnode_rele_light(struct vnode *vp)
{
	vrele(vp);
}

/* Take the lock exclusively for VOP_INACTIVE; held says how the caller has it already. */
static void
vrele_lock(struct vnode *vp, int held)
{
	if (held == LK_EXCLUSIVE)
		return;
	if (held == LK_SHARED) {
		if (VOP_LOCK(vp, LK_UPGRADE | LK_NOWAIT) == 0)
			return;
		VOP_UNLOCK(vp);
	}
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
}

/* The last reference of a vnode that has been reclaimed. */
static bool
vrele_dead(struct vnode *vp)
{
	unsigned int use;

	mutex_enter(vp->v_interlock);
	if (vstate_get(vp) != VS_RECLAIMED) {
		mutex_exit(vp->v_interlock);
		return false;
	}
	use = atomic_dec_uint_nv(&vp->v_usecount);
	if ((use & VUSECOUNT_MASK) == 0 && vp->v_holdcnt == 0)
		vcache_free_locked(VNODE_TO_VIMPL(vp));
	else
		mutex_exit(vp->v_interlock);
	return true;
}

/*
 * One reference is left, or was when the caller looked, and VOP_INACTIVE is owed.
 * held: how the caller holds the vnode lock; it is released.
 */
static void
vrele_last(struct vnode *vp, int held)
{
	bool recycle;

	for (;;) {
		unsigned int use;

		if (vstate_get(vp) == VS_RECLAIMED) {
			if (held != LK_NONE)
				VOP_UNLOCK(vp);
			held = LK_NONE;
			if (vrele_dead(vp))
				return;
		}
		vrele_lock(vp, held);
		held = LK_NONE;
		/* Others may have come: then the debt is theirs. */
		use = atomic_load_relaxed(&vp->v_usecount);
		if ((use & VUSECOUNT_MASK) != 1 || vstate_get(vp) != VS_LOADED) {
			VOP_UNLOCK(vp);
			if (vrele_fast(vp))
				return;
			continue;
		}
		(void)__atomic_fetch_and(&vp->v_usecount, ~VUSECOUNT_ACTIVE, __ATOMIC_ACQ_REL);
		recycle = false;
		(void)VOP_INACTIVE(vp, &recycle);
		if (recycle) {
			if (vcache_block_if_last(vp)) {
				vcache_reclaim(vp);
				continue;
			}
			(void)__atomic_fetch_or(
			    &vp->v_usecount, VUSECOUNT_ACTIVE, __ATOMIC_RELAXED);
		}
		VOP_UNLOCK(vp);
		if (vrele_fast(vp))
			return;
	}
}

int
vget(struct vnode *vp, int flags, bool waitok)
{
	bool got;

	KASSERT(mutex_owned(vp->v_interlock));
	KASSERT(flags == 0);
	vholdl(vp);
	/* A vnode that the reclaimer tries to take may come back: only RECLAIMED is the end. */
	while (!(got = vnode_tryref(vp, VUSECOUNT_ACTIVE | VUSECOUNT_TOUCHED)) && waitok &&
	    vstate_get(vp) != VS_RECLAIMED)
		vstate_wait_stable(vp);
	mutex_exit(vp->v_interlock);
	holdrele(vp);
	return got ? 0 : waitok ? ENOENT : EBUSY;
}

int
vcache_tryvget(struct vnode *vp)
{
	return vnode_tryref(vp, VUSECOUNT_ACTIVE | VUSECOUNT_TOUCHED) ? 0 : EBUSY;
}

int
vcache_vget(struct vnode *vp)
{
	KASSERT(mutex_owned(vp->v_interlock));
	return vget(vp, 0, true);
}

void
vholdl(struct vnode *vp)
{
	KASSERT(mutex_owned(vp->v_interlock));
	atomic_store_relaxed(&vp->v_holdcnt, vp->v_holdcnt + 1);
}

void
vhold(struct vnode *vp)
{
	mutex_enter(vp->v_interlock);
	vholdl(vp);
	mutex_exit(vp->v_interlock);
}

/* Drop a hold; true when the vnode was freed and with it the interlock released. */
static bool
holdrele_free(struct vnode *vp)
{
	KASSERT(mutex_owned(vp->v_interlock));
	KASSERT(vp->v_holdcnt > 0);
	atomic_store_relaxed(&vp->v_holdcnt, vp->v_holdcnt - 1);
	if (vp->v_holdcnt > 0 || vrefcnt(vp) > 0 || vstate_get(vp) != VS_RECLAIMED)
		return false;
	vcache_free_locked(VNODE_TO_VIMPL(vp));
	return true;
}

void
holdrele(struct vnode *vp)
{
	mutex_enter(vp->v_interlock);
	if (!holdrele_free(vp))
		mutex_exit(vp->v_interlock);
}

/* The caller keeps the interlock: a vnode that it may free has another reference or hold. */
void
holdrelel(struct vnode *vp)
{
	KASSERT(mutex_owned(vp->v_interlock));
	KASSERT(vp->v_holdcnt > 0);
	KASSERT(vp->v_holdcnt > 1 || vrefcnt(vp) > 0 || vstate_get(vp) != VS_RECLAIMED);
	atomic_store_relaxed(&vp->v_holdcnt, vp->v_holdcnt - 1);
}

void
vholdrele(struct vnode *vp)
{
	holdrele(vp);
}

#ifdef DIAGNOSTIC
void
_vstate_assert(struct vnode *vp, enum vnode_state state, const char *func, int line)
{
	const enum vnode_state now = vstate_get(vp);

	if (state == VS_ACTIVE && now == VS_LOADED && vrefcnt(vp) > 0)
		return;
	if (now != state)
		panic("%s:%d: vnode %p in state %d, not %d", func, line, vp, now, state);
}
#endif
