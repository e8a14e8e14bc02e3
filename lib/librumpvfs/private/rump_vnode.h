/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What the files of vnode/ share: states, references, reclaim.  The model is in
 * lib/librumpvfs/README.md.
 */
#ifndef RUMP_VNODE_H
#define RUMP_VNODE_H

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/mount.h>
#include <sys/pserialize.h>
#include <sys/vnode_impl.h>

extern unsigned int numvnodes;

/*
 * The flags of the mount that vp is of, without vp's lock: as good as those of a moment ago, for a
 * reclaim may make it another mount.  A mount's memory outlives it by a grace period.
 */
static inline int
vnode_mntflag(const struct vnode *vp)
{
	const int s = pserialize_read_enter();
	const struct mount *const mp = atomic_load_consume(&vp->v_mount);
	const int flag = atomic_load_relaxed(&mp->mnt_flag);

	pserialize_read_exit(s);
	return flag;
}

static inline int
vnode_mntiflag(const struct vnode *vp)
{
	const int s = pserialize_read_enter();
	const struct mount *const mp = atomic_load_consume(&vp->v_mount);
	const int iflag = atomic_load_relaxed(&mp->mnt_iflag);

	pserialize_read_exit(s);
	return iflag;
}

/* Who sees a state sees what led to it. */
static inline enum vnode_state
vstate_get(const struct vnode *vp)
{
	return atomic_load_acquire(&VNODE_TO_VIMPL(vp)->vi_state);
}

/*
 * Is the state one that lasts?  The gate says so before vi_state does: it is shut by one
 * compare-and-swap.
 */
static inline bool
vstate_stable(const struct vnode *vp)
{
	return (atomic_load_relaxed(&vp->v_usecount) & VUSECOUNT_GATE) != 0 ||
	    vstate_get(vp) == VS_RECLAIMED;
}

/* Opens the gate when to is VS_LOADED, else shuts it; wakes waiters.  locks: v_interlock. */
void vstate_change(struct vnode *vp, enum vnode_state from, enum vnode_state to);
/*
 * LOADED at the end of loading, with the interlock taken only when somebody waits.
 * locks: none; the vnode is LOADING and the caller's.
 */
void vstate_loaded(struct vnode *vp);
/* Wait until the state is one that lasts.  locks: v_interlock, dropped meanwhile. */
void vstate_wait_stable(struct vnode *vp);

/* A fresh vnode: LOADING, one reference, of no mount.  Reclaims others first.  sleeps. */
struct vnode_impl *vcache_alloc(void);
/* Free a RECLAIMED vnode without reference or hold.  locks: v_interlock, released. */
void vcache_free_locked(struct vnode_impl *vip);
/* Take the identity out of the table. */
void vcache_unhash(struct vnode_impl *vip);

/* The list of vnodes from which reclaim picks. */
void vlru_init(void);
void vlru_fini(void);
void vlru_insert(struct vnode_impl *vip);
void vlru_remove(struct vnode_impl *vip);
/* Requests for advisory locks that sleep, of all files: tests wait for them. */
unsigned rump_lf_nwaiters(void);
/*
 * vp dies: its locks are dropped, requests that sleep fail, and none is in the file system afterwards.
 * locks: vp exclusive, its gate shut.  sleeps: until those that were woken have gone.
 */
void lf_vnode_gone(struct vnode *vp);
/* Bring numvnodes below desiredvnodes, as far as a bounded look at the list allows. */
void vlru_trim(void);

/*
 * Reclaim vp.  locks: exclusive on entry, unlocked on return; state BLOCKED, then RECLAIMED.
 * The caller has a reference and keeps it.
 */
void vcache_reclaim(struct vnode *vp);
/* BLOCKED, if vp has no reference but the caller's.  locks: vnode lock exclusive. */
bool vcache_block_if_last(struct vnode *vp);

/*
 * Add a reference to a vnode found without one, if its gate is open; flags are or-ed into the
 * word.  ctx: read section.
 */
static inline bool
vnode_tryref(struct vnode *vp, unsigned int flags)
{
	unsigned int use = atomic_load_relaxed(&vp->v_usecount);

	do {
		if (__predict_false((use & VUSECOUNT_GATE) == 0))
			return false;
	} while (!__atomic_compare_exchange_n(
	    &vp->v_usecount, &use, (use + 1) | flags, true, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
	return true;
}

#endif /* RUMP_VNODE_H */
