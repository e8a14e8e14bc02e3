/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Passing an operation on: the upper vnodes among its arguments are replaced by the lower ones, the
 * operation is called of the first, and a vnode that it gives back is wrapped.  Operations that let go of
 * their arguments (remove, rmdir, rename) do the same by hand, for the lower file system lets go of the
 * lower ones.
 */
#include <sys/param.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "layer_var.h"

/* Operations whose first vnode is not locked. */
static bool
unlocked_op(const struct vnodeop_desc *desc)
{
	switch (desc->vdesc_offset) {
	case VOP_IOCTL_DESCOFFSET:
	case VOP_FCNTL_DESCOFFSET:
	case VOP_POLL_DESCOFFSET:
	case VOP_KQFILTER_DESCOFFSET:
	case VOP_REVOKE_DESCOFFSET:
	case VOP_MMAP_DESCOFFSET:
	case VOP_SEEK_DESCOFFSET:
	case VOP_STRATEGY_DESCOFFSET:
	case VOP_ADVLOCK_DESCOFFSET:
	case VOP_EXCHANGE_DESCOFFSET:
	case VOP_PARSEPATH_DESCOFFSET:
	case VOP_ABORTOP_DESCOFFSET:
	case VOP_BWRITE_DESCOFFSET:
		return true;
	default:
		return false;
	}
}

/* Operations that change the file or directory, and are not asked of a layer that is read-only. */
static bool
changing_op(const struct vnodeop_desc *desc)
{
	switch (desc->vdesc_offset) {
	case VOP_CREATE_DESCOFFSET:
	case VOP_MKNOD_DESCOFFSET:
	case VOP_TMPFILE_DESCOFFSET:
	case VOP_FALLOCATE_DESCOFFSET:
	case VOP_FDISCARD_DESCOFFSET:
	case VOP_LINK_DESCOFFSET:
	case VOP_EXCHANGE_DESCOFFSET:
	case VOP_MKDIR_DESCOFFSET:
	case VOP_SYMLINK_DESCOFFSET:
	case VOP_WHITEOUT_DESCOFFSET:
	case VOP_SETACL_DESCOFFSET:
	case VOP_SETEXTATTR_DESCOFFSET:
	case VOP_DELETEEXTATTR_DESCOFFSET:
		return true;
	default:
		return false;
	}
}

int
layer_writable(struct vnode *vp)
{
	const unsigned int flag = __atomic_load_n(&vp->v_mount->mnt_flag, __ATOMIC_RELAXED);

	return (flag & MNT_RDONLY) != 0 ? EROFS : 0;
}

/* Vnode arguments of one call. */
struct passed {
	struct vnode **pa_slot[VDESC_MAX_VPS];
	struct vnode *pa_upper[VDESC_MAX_VPS];
	struct vnode *pa_lower[VDESC_MAX_VPS]; /* held; NULL: there is none */
	int pa_n;
};

/* errors: ENOENT (the first vnode is dead), EXDEV (another one is not of this layer). */
static int
pass_down(struct passed *pa, struct vop_generic_args *ap)
{
	const int *off = ap->a_desc->vdesc_vp_offsets;
	struct vnode *const first = *VOPARG_OFFSETTO(struct vnode **, *off, ap);

	for (; *off != VDESC_NO_OFFSET; off++) {
		struct vnode **const slot = VOPARG_OFFSETTO(struct vnode **, *off, ap);
		struct vnode *const vp = *slot;
		struct vnode *lower = NULL;

		if (vp != NULL && vp->v_op == first->v_op)
			lower = layer_hold(vp);
		if (vp != NULL && lower == NULL)
			return pa->pa_n == 0 ? ENOENT : EXDEV;
		pa->pa_slot[pa->pa_n] = slot;
		pa->pa_upper[pa->pa_n] = vp;
		pa->pa_lower[pa->pa_n] = lower;
		if (lower != NULL)
			*slot = lower;
		pa->pa_n++;
	}
	return 0;
}

/* The arguments as they were, for who looks at them after the call. */
static void
pass_up(struct passed *pa, bool locked)
{
	for (int i = 0; i < pa->pa_n; i++) {
		*pa->pa_slot[i] = pa->pa_upper[i];
		if (pa->pa_lower[i] != NULL)
			layer_unhold(pa->pa_upper[i], pa->pa_lower[i], locked && i == 0);
	}
}

/* The vnode that the operation gave back, as one of the layer.  locks: dvp; while it lives the mount stays. */
static int
wrap_result(struct mount *mp, struct vnode *dvp, struct vop_generic_args *ap)
{
	const int off = ap->a_desc->vdesc_vpp_offset;
	struct vnode **vpp, *lower;
	int error;

	if (off == VDESC_NO_OFFSET || ap->a_desc->vdesc_offset == VOP_BMAP_DESCOFFSET)
		return 0;
	vpp = *VOPARG_OFFSETTO(struct vnode ***, off, ap);
	if (vpp == NULL || *vpp == NULL)
		return 0;
	lower = *vpp;
	error = layer_alive(dvp) ? layer_node_create(mp, lower, vpp) : EIO;
	if (error != 0) {
		vrele(lower);
		*vpp = NULL;
	}
	return error;
}

int
layer_bypass(void *v)
{
	struct vop_generic_args *const ap = v;
	const struct vnodeop_desc *const desc = ap->a_desc;
	const int off = desc->vdesc_vp_offsets[0];
	struct vnode *vp;
	struct mount *mp;
	struct passed pa = { .pa_n = 0 };
	int error;

	KASSERT(off != VDESC_NO_OFFSET);
	vp = *VOPARG_OFFSETTO(struct vnode **, off, ap);
	mp = vp->v_mount;
	if (changing_op(desc) && (error = layer_writable(vp)) != 0)
		return error;
	error = pass_down(&pa, ap);
	if (error == 0) {
		error = VCALL(pa.pa_lower[0], desc->vdesc_offset, ap);
		if (error == 0)
			error = wrap_result(mp, vp, ap);
	} else if (pa.pa_n == 0) {
		return layer_dead(v);
	}
	pass_up(&pa, !unlocked_op(desc));
	return error;
}

/* ---- Removing and renaming ---- */

static void
rele_if(struct vnode *vp)
{
	if (vp != NULL)
		vrele(vp);
}

/* remove and rmdir: dvp and vp locked, vp let go. */
static int
remove_common(struct vnode *dvp, struct vnode *vp, struct componentname *cnp, bool dir)
{
	struct vnode *const ldvp = layer_hold(dvp), *const lvp = layer_hold(vp);
	int error = layer_writable(dvp);

	KASSERT(ldvp != NULL); /* it is locked, and so lives; vp may have died before it was */
	if (lvp == NULL)
		error = ENOENT;
	if (error != 0) {
		VOP_UNLOCK(vp);
		rele_if(lvp);
	} else {
		/* The lower file system lets go of the lock and of our reference. */
		error = dir ? VOP_RMDIR(ldvp, lvp, cnp) : VOP_REMOVE(ldvp, lvp, cnp);
	}
	layer_unhold(dvp, ldvp, true);
	vrele(vp);
	return error;
}

int
layer_remove(void *v)
{
	struct vop_remove_v3_args *const ap = v;

	return remove_common(ap->a_dvp, ap->a_vp, ap->a_cnp, false);
}

int
layer_rmdir(void *v)
{
	struct vop_rmdir_v2_args *const ap = v;

	return remove_common(ap->a_dvp, ap->a_vp, ap->a_cnp, true);
}

/* tdvp is locked, and so lives; the others may have died. */
int
layer_rename(void *v)
{
	struct vop_rename_args *const ap = v;
	struct vnode *const fdvp = ap->a_fdvp, *const fvp = ap->a_fvp;
	struct vnode *const tdvp = ap->a_tdvp, *const tvp = ap->a_tvp;
	struct vnode *const lfdvp = fdvp->v_op == tdvp->v_op ? layer_hold(fdvp) : NULL;
	struct vnode *const lfvp = fvp->v_op == tdvp->v_op ? layer_hold(fvp) : NULL;
	struct vnode *const ltdvp = layer_hold(tdvp);
	struct vnode *const ltvp = tvp != NULL ? layer_hold(tvp) : NULL;
	int error = layer_writable(tdvp);

	if (lfdvp == NULL || lfvp == NULL || (tvp != NULL && ltvp == NULL))
		error = EXDEV;
	if (error != 0) {
		if (tvp != NULL && tvp != tdvp)
			VOP_UNLOCK(tvp);
		VOP_UNLOCK(tdvp);
		rele_if(lfdvp);
		rele_if(lfvp);
		rele_if(ltvp);
		vrele(ltdvp);
	} else {
		/* All four lower ones are let go. */
		error = VOP_RENAME(lfdvp, lfvp, ap->a_fcnp, ltdvp, ltvp, ap->a_tcnp);
	}
	rele_if(tvp);
	vrele(tdvp);
	vrele(fvp);
	vrele(fdvp);
	return error;
}
