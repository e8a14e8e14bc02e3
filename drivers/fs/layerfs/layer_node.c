/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * A layer's vnodes: how they come, are locked, and go.
 *
 * The vcache key is the address of the lower vnode, which the upper one references.  The lock of both is
 * the lower one's.  An upper vnode that dies (a forced unmount, a revocation) may do so while others wait for that
 * lock through it, or are in an operation that let go of it: so whoever is not certain of the lock looks at
 * v_data under v_interlock and takes a reference to the lower vnode of his own, and looks again afterwards.
 *
 *	v_data set	the lock of vp is the lower vnode's
 *	v_data NULL	the lock of vp is its own, as that of every dead vnode
 *
 * v_data becomes NULL only with the lower vnode's lock held exclusively.
 */
#include <sys/param.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/lockf.h>
#include <sys/mount.h>
#include <sys/systm.h>
#include <sys/unistd.h>
#include <sys/vnode.h>
#include <sys/vnode_impl.h>

#include <miscfs/deadfs/deadfs.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>
#include <uvm/uvm_extern.h>

#include "layer_var.h"

/* ---- References to the lower vnode ---- */

struct vnode *
layer_hold(struct vnode *vp)
{
	struct vnode *lower = NULL;

	mutex_enter(vp->v_interlock);
	if (vp->v_data != NULL) {
		lower = LAYERVPTOLOWERVP(vp);
		vref(lower);
	}
	mutex_exit(vp->v_interlock);
	return lower;
}

bool
layer_alive(struct vnode *vp)
{
	bool yes;

	mutex_enter(vp->v_interlock);
	yes = vp->v_data != NULL;
	mutex_exit(vp->v_interlock);
	return yes;
}

/* Lock vp as a dead vnode is locked. */
static int
lock_own(struct vnode *vp, int flags)
{
	struct vop_lock_args a = { .a_desc = VDESC(vop_lock), .a_vp = vp, .a_flags = flags };

	return genfs_lock(&a);
}

void
layer_unhold(struct vnode *vp, struct vnode *lower, bool locked)
{
	int held;

	if (locked && !layer_alive(vp)) {
		held = VOP_ISLOCKED(lower);
		VOP_UNLOCK(lower);
		(void)lock_own(vp, held);
	}
	vrele(lower); /* while vp lives, never the last */
}

int
layer_dead(void *v)
{
	struct vop_generic_args *const ap = v;

	return VOCALL(dead_vnodeop_p, ap->a_desc->vdesc_offset, ap);
}

/* ---- The lock ---- */

/* Change the lock that the caller holds; true when that is all. */
static bool
relock(struct vnode *vp, int flags, int *errorp)
{
	struct vnode *const lower = LAYERVPTOLOWERVP(vp);

	if ((flags & LK_DOWNGRADE) != 0) {
		*errorp = VOP_LOCK(lower, LK_DOWNGRADE);
		return true;
	}
	*errorp = VOP_LOCK(lower, LK_UPGRADE | LK_NOWAIT);
	if (*errorp == 0 || (flags & LK_NOWAIT) != 0)
		return true;
	VOP_UNLOCK(lower);
	return false;
}

int
layer_lock(void *v)
{
	struct vop_lock_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct vnode *lower;
	int error, flags = ap->a_flags;

	if ((flags & (LK_UPGRADE | LK_DOWNGRADE)) != 0) {
		if (vp->v_data == NULL)
			return lock_own(vp, flags);
		if (relock(vp, flags, &error))
			return error;
		flags = LK_EXCLUSIVE;
	}
	lower = layer_hold(vp);
	if (lower == NULL)
		return lock_own(vp, flags);
	/* A lower vnode that is dead is locked all the same. */
	error = vn_lock(lower, flags | LK_RETRY);
	if (error == 0 && !layer_alive(vp)) {
		VOP_UNLOCK(lower);
		error = lock_own(vp, flags);
	}
	vrele(lower);
	return error;
}

int
layer_unlock(void *v)
{
	struct vop_unlock_args *const ap = v;
	struct vnode *const vp = ap->a_vp;

	/* Who holds the lock of a living vnode keeps it alive. */
	if (vp->v_data == NULL)
		return genfs_unlock(v);
	return VOP_UNLOCK(LAYERVPTOLOWERVP(vp));
}

int
layer_islocked(void *v)
{
	struct vop_islocked_args *const ap = v;
	struct vnode *const lower = layer_hold(ap->a_vp);
	int held;

	if (lower == NULL)
		return genfs_islocked(v);
	held = VOP_ISLOCKED(lower);
	vrele(lower);
	return held;
}

/* ---- Coming ---- */

/* The device of a lower vnode.  errors: ENOENT (it has died). */
static int
lower_rdev(struct vnode *lower, dev_t *rdevp)
{
	int error;

	error = vn_lock(lower, LK_SHARED);
	if (error != 0)
		return error;
	*rdevp = lower->v_rdev;
	VOP_UNLOCK(lower);
	return 0;
}

int
layerfs_loadvnode(
    struct mount *mp, struct vnode *vp, const void *key, size_t key_len, const void **new_key)
{
	const struct layer_mount *const lm = MOUNTTOLAYERMOUNT(mp);
	struct layer_node *xp;
	struct vnode *lower;
	dev_t rdev = NODEV;
	int error;

	KASSERT(key_len == sizeof(lower));
	KASSERT(lm->layerm_size >= sizeof(*xp));
	memcpy(&lower, key, sizeof(lower));
	if (lower->v_type == VBLK || lower->v_type == VCHR) {
		error = lower_rdev(lower, &rdev);
		if (error != 0)
			return error;
	}
	xp = kmem_zalloc(lm->layerm_size, KM_SLEEP);
	vref(lower);
	xp->layer_lowervp = lower;
	xp->layer_vnode = vp;
	SLIST_INIT(&xp->layer_locks);
	vp->v_tag = lm->layerm_tag;
	vp->v_type = lower->v_type;
	vp->v_op = lm->layerm_vnodeop_p;
	vp->v_vflag |= VV_LAYER;
	vp->v_data = xp;
	if (rdev != NODEV)
		spec_node_init(vp, rdev);
	uvm_vnp_setsize(vp, 0); /* pages are the lower vnode's */
	vnode_setlower(vp, lower);
	*new_key = &xp->layer_lowervp;
	return 0;
}

int
layer_node_create(struct mount *mp, struct vnode *lowervp, struct vnode **vpp)
{
	int error;

	error = vcache_get(mp, &lowervp, sizeof(lowervp), vpp);
	if (error == 0)
		vrele(lowervp); /* the node has its own */
	return error;
}

/* ---- Going ---- */

/* A layer keeps nothing that nobody uses: the lower file must be able to go when it is removed. */
int
layer_inactive(void *v)
{
	struct vop_inactive_v2_args *const ap = v;

	*ap->a_recycle = true;
	return 0;
}

/* Opens and locks that the layer is taken away from: end them below.  locks: lower exclusive. */
static void
end_opens(struct layer_node *xp, struct vnode *lower)
{
	struct flock fl = { .l_type = F_UNLCK, .l_whence = SEEK_SET };
	struct layer_lockid *ll;

	while ((ll = SLIST_FIRST(&xp->layer_locks)) != NULL) {
		SLIST_REMOVE_HEAD(&xp->layer_locks, ll_link);
		(void)lf_vnode_advlock(lower, ll->ll_id, F_UNLCK, &fl, ll->ll_kind);
		kmem_free(ll, sizeof(*ll));
	}
	for (int mode = 0; mode < (int)__arraycount(xp->layer_opens); mode++) {
		for (; xp->layer_opens[mode] > 0; xp->layer_opens[mode]--) {
			if ((mode & FWRITE) != 0) {
				mutex_enter(lower->v_interlock);
				lower->v_writecount--;
				mutex_exit(lower->v_interlock);
			}
			(void)VOP_CLOSE(lower, mode, NOCRED);
		}
	}
}

int
layer_reclaim(void *v)
{
	struct vop_reclaim_v2_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct layer_node *const xp = VTOLAYER(vp);
	struct vnode *const lower = xp->layer_lowervp;
	const size_t size = MOUNTTOLAYERMOUNT(vp->v_mount)->layerm_size;

	mutex_enter(vp->v_interlock);
	vp->v_data = NULL;
	mutex_exit(vp->v_interlock);
	vnode_setlower(vp, NULL);
	end_opens(xp, lower);
	kmem_free(xp, size);
	/*
	 * Not VOP_UNLOCK() and vrele(), which would wait for the lock again if this is the last
	 * reference: somebody may be here who has directories locked.
	 */
	vput(lower);
	return 0;
}

int
layer_print(void *v)
{
	struct vop_print_args *const ap = v;
	struct vnode *const lower = layer_hold(ap->a_vp);

	if (lower == NULL)
		return layer_dead(v);
	printf("layer over ");
	vprint(NULL, lower);
	vrele(lower);
	return 0;
}
