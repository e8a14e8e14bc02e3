/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The operations that a layer has something to do for, other than to pass them on. */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/event.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/kmem.h>
#include <sys/lockf.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>
#include <uvm/uvm_extern.h>

#include "layer_var.h"

/* ---- Names ---- */

/*
 * The name in the lower directory.  Where that cannot be written nothing will follow, so that only
 * the name is looked at, as namei() does for mounts that are read-only themselves.
 */
static int
lookup_lower(struct vnode *ldvp, struct vnode **lvpp, struct componentname *cnp)
{
	const uint32_t op = cnp->cn_nameiop;
	int error;

	if ((cnp->cn_flags & ISLASTCN) == 0 || op == LOOKUP || layer_writable(ldvp) == 0)
		return VOP_LOOKUP(ldvp, lvpp, cnp);
	cnp->cn_nameiop = LOOKUP;
	error = VOP_LOOKUP(ldvp, lvpp, cnp);
	cnp->cn_nameiop = op;
	if (error == ENOENT && op != DELETE)
		return EROFS;
	if (error == 0 && op != CREATE) {
		vrele(*lvpp);
		*lvpp = NULL;
		return EROFS;
	}
	return error;
}

int
layer_lookup(void *v)
{
	struct vop_lookup_v2_args *const ap = v;
	struct vnode *const dvp = ap->a_dvp, *const ldvp = layer_hold(dvp);
	struct mount *const mp = dvp->v_mount;
	struct vnode *lvp = NULL;
	int error;

	*ap->a_vpp = NULL;
	if (ldvp == NULL)
		return layer_dead(v);
	/* A directory that was moved out of what is shown has no way up. */
	if ((ap->a_cnp->cn_flags & ISDOTDOT) != 0 && (ldvp->v_vflag & VV_ROOT) != 0)
		error = ENOENT;
	else
		error = lookup_lower(ldvp, &lvp, ap->a_cnp);
	/* If the lock was let go of meanwhile, there may be no mount any more for a new vnode. */
	if (error == 0 && !layer_alive(dvp)) {
		vrele(lvp);
		error = EIO;
	}
	if (error == 0 && lvp == ldvp) {
		vrele(lvp);
		vref(dvp);
		*ap->a_vpp = dvp;
	} else if (error == 0) {
		error = layer_node_create(mp, lvp, ap->a_vpp);
		if (error != 0)
			vrele(lvp);
	}
	layer_unhold(dvp, ldvp, true);
	return error;
}

/* ---- Attributes ---- */

int
layer_access(void *v)
{
	struct vop_access_args *const ap = v;
	const enum vtype type = ap->a_vp->v_type;
	int error;

	if ((ap->a_accmode & VWRITE) != 0 && (type == VDIR || type == VLNK || type == VREG)) {
		error = layer_writable(ap->a_vp);
		if (error != 0)
			return error;
	}
	return LAYERFS_DO_BYPASS(ap->a_vp, ap);
}

int
layer_getattr(void *v)
{
	struct vop_getattr_args *const ap = v;
	const struct mount *const mp = ap->a_vp->v_mount;
	const dev_t fsid = (uint32_t)mp->mnt_stat.f_fsidx.__fsid_val[0];
	int error;

	error = LAYERFS_DO_BYPASS(ap->a_vp, ap);
	if (error == 0)
		ap->a_vap->va_fsid = fsid;
	return error;
}

int
layer_setattr(void *v)
{
	struct vop_setattr_args *const ap = v;
	const struct vattr *const vap = ap->a_vap;
	const enum vtype type = ap->a_vp->v_type;
	const bool size_only = vap->va_flags == VNOVALFLAGS && vap->va_uid == (uid_t)VNOVAL &&
	    vap->va_gid == (gid_t)VNOVAL && vap->va_mode == (mode_t)VNOVAL &&
	    vap->va_atime.tv_sec == VNOVAL && vap->va_mtime.tv_sec == VNOVAL;
	int error = layer_writable(ap->a_vp);

	/* The size of a device or fifo means nothing to it: O_TRUNC is welcome. */
	if (size_only && type != VREG && type != VDIR && type != VLNK)
		error = 0;
	return error != 0 ? error : LAYERFS_DO_BYPASS(ap->a_vp, ap);
}

/* ---- Opens, which end with the layer ---- */

static void
count_open(struct vnode *vp, struct vnode *lower, int mode, bool open)
{
	u_int *const count = &VTOLAYER(vp)->layer_opens[mode & (FREAD | FWRITE)];

	mutex_enter(vp->v_interlock);
	*count += open ? 1 : -1;
	mutex_exit(vp->v_interlock);
	if ((mode & FWRITE) == 0)
		return;
	mutex_enter(lower->v_interlock);
	lower->v_writecount += open ? 1 : -1;
	mutex_exit(lower->v_interlock);
}

int
layer_open(void *v)
{
	struct vop_open_args *const ap = v;
	struct vnode *const vp = ap->a_vp, *const lower = layer_hold(vp);
	int error;

	if (lower == NULL)
		return layer_dead(v);
	error = VOP_OPEN(lower, ap->a_mode, ap->a_cred);
	if (error == 0 && vp->v_data == NULL) {
		/* It died while the open waited, of a fifo say. */
		(void)VOP_CLOSE(lower, ap->a_mode, ap->a_cred);
		error = ENXIO;
	} else if (error == 0) {
		count_open(vp, lower, ap->a_mode, true);
		VN_KNOTE(lower, NOTE_OPEN);
	}
	layer_unhold(vp, lower, true);
	return error;
}

int
layer_close(void *v)
{
	struct vop_close_args *const ap = v;
	struct vnode *const vp = ap->a_vp, *const lower = layer_hold(vp);
	int error;

	if (lower == NULL)
		return layer_dead(v);
	/* Before the call, which may let go of the lock: a reclaim would end it a second time. */
	count_open(vp, lower, ap->a_fflag, false);
	error = VOP_CLOSE(lower, ap->a_fflag, ap->a_cred);
	VN_KNOTE(lower, (ap->a_fflag & FWRITE) != 0 ? NOTE_CLOSE_WRITE : NOTE_CLOSE);
	layer_unhold(vp, lower, true);
	return error;
}

/* ---- Advisory locks: the lower file's, given back when the layer goes ---- */

/* id is about to lock something; false: vp is dead. */
static bool
lockid_note(struct vnode *vp, void *id, int kind)
{
	struct layer_lockid *ll = kmem_alloc(sizeof(*ll), KM_SLEEP), *old;
	bool noted = false;

	ll->ll_id = id;
	ll->ll_kind = kind;
	mutex_enter(vp->v_interlock);
	if (vp->v_data != NULL) {
		SLIST_FOREACH (old, &VTOLAYER(vp)->layer_locks, ll_link)
			if (old->ll_id == id && old->ll_kind == kind)
				break;
		noted = true;
		if (old == NULL) {
			SLIST_INSERT_HEAD(&VTOLAYER(vp)->layer_locks, ll, ll_link);
			ll = NULL;
		}
	}
	mutex_exit(vp->v_interlock);
	if (ll != NULL)
		kmem_free(ll, sizeof(*ll));
	return noted;
}

/* id has let go of the whole file. */
static void
lockid_forget(struct vnode *vp, void *id, int kind)
{
	struct layer_lockid *ll = NULL;

	mutex_enter(vp->v_interlock);
	if (vp->v_data != NULL) {
		SLIST_FOREACH (ll, &VTOLAYER(vp)->layer_locks, ll_link)
			if (ll->ll_id == id && ll->ll_kind == kind)
				break;
		if (ll != NULL)
			SLIST_REMOVE(&VTOLAYER(vp)->layer_locks, ll, layer_lockid, ll_link);
	}
	mutex_exit(vp->v_interlock);
	if (ll != NULL)
		kmem_free(ll, sizeof(*ll));
}

int
layer_advlock(void *v)
{
	struct vop_advlock_args *const ap = v;
	struct vnode *const vp = ap->a_vp, *const lower = layer_hold(vp);
	struct flock all = { .l_type = F_UNLCK, .l_whence = SEEK_SET };
	const int kind = ap->a_flags & (F_POSIX | F_FLOCK);
	const bool taking = ap->a_op == F_SETLK && ap->a_fl->l_type != F_UNLCK;
	const bool whole =
	    ap->a_fl->l_whence == SEEK_SET && ap->a_fl->l_start == 0 && ap->a_fl->l_len == 0;
	int error;

	if (lower == NULL)
		return layer_dead(v);
	if (taking && !lockid_note(vp, ap->a_id, kind)) {
		vrele(lower);
		return layer_dead(v);
	}
	error = lf_vnode_advlock(lower, ap->a_id, ap->a_op, ap->a_fl, ap->a_flags);
	if (taking && error == 0 && vp->v_data == NULL) {
		/* It died while the lock was waited for: nobody would ever let go of it. */
		(void)lf_vnode_advlock(lower, ap->a_id, F_UNLCK, &all, kind);
		error = EBADF;
	}
	if (!taking && error == 0 && whole && ap->a_op == F_UNLCK)
		lockid_forget(vp, ap->a_id, kind);
	vrele(lower);
	return error;
}

/* ---- Events: the lower file's ---- */

/* A knote on the lower vnode keeps that. */
struct layer_knote {
	struct filterops lk_fop; /* as the lower file system's, but for f_detach */
	const struct filterops *lk_lowerfop;
	struct vnode *lk_lower; /* referenced */
};

static void
layer_filtdetach(struct knote *kn)
{
	struct layer_knote *const lk = container_of(kn->kn_fop, struct layer_knote, lk_fop);

	kn->kn_fop = lk->lk_lowerfop;
	if (kn->kn_fop->f_detach != NULL)
		(*kn->kn_fop->f_detach)(kn);
	vrele(lk->lk_lower);
	kmem_free(lk, sizeof(*lk));
}

int
layer_kqfilter(void *v)
{
	struct vop_kqfilter_args *const ap = v;
	struct vnode *const lower = layer_hold(ap->a_vp);
	struct layer_knote *lk;
	int error;

	if (lower == NULL)
		return layer_dead(v);
	error = VOP_KQFILTER(lower, ap->a_kn);
	if (error != 0) {
		vrele(lower);
		return error;
	}
	lk = kmem_alloc(sizeof(*lk), KM_SLEEP);
	lk->lk_fop = *ap->a_kn->kn_fop;
	lk->lk_fop.f_detach = layer_filtdetach;
	lk->lk_lowerfop = ap->a_kn->kn_fop;
	lk->lk_lower = lower;
	__atomic_store_n(&ap->a_kn->kn_fop, &lk->lk_fop, __ATOMIC_RELEASE);
	return 0;
}

/* ---- Contents ---- */

/* A device's blocks are cached by vnode, so that this one may have some too. */
int
layer_fsync(void *v)
{
	struct vop_fsync_args *const ap = v;
	int error = 0;

	if ((ap->a_flags & FSYNC_RECLAIM) != 0)
		return 0; /* nothing is kept here */
	if (ap->a_vp->v_type == VBLK)
		error = vflushbuf(ap->a_vp, ap->a_flags);
	return error != 0 ? error : LAYERFS_DO_BYPASS(ap->a_vp, ap);
}

int
layer_bmap(void *v)
{
	struct vop_bmap_args *const ap = v;
	struct vnode *const vp = ap->a_vp, *const lower = layer_hold(vp);
	int error;

	if (lower == NULL)
		return layer_dead(v);
	error = VOP_BMAP(lower, ap->a_bn, ap->a_vpp, ap->a_bnp, ap->a_runp);
	layer_unhold(vp, lower, true);
	return error;
}

int
layer_bwrite(void *v)
{
	return vn_bwrite(v);
}

/* There are no pages but the lower vnode's. */
int
layer_getpages(void *v)
{
	struct vop_getpages_args *const ap = v;
	struct vnode *const vp = ap->a_vp, *const lower = layer_hold(vp);
	const bool kept = (ap->a_flags & PGO_LOCKED) != 0;
	int error;

	KASSERT(rw_lock_held(vp->v_uobj.vmobjlock));
	if (!kept)
		rw_exit(vp->v_uobj.vmobjlock);
	if (lower == NULL)
		return kept ? EBUSY : EIO;
	rw_enter(lower->v_uobj.vmobjlock, RW_WRITER);
	error = VOP_GETPAGES(lower, ap->a_offset, ap->a_m, ap->a_count, ap->a_centeridx,
	    ap->a_access_type, ap->a_advice, ap->a_flags);
	if (kept)
		rw_exit(lower->v_uobj.vmobjlock);
	vrele(lower);
	return error;
}

int
layer_putpages(void *v)
{
	struct vop_putpages_args *const ap = v;
	struct vnode *const vp = ap->a_vp, *lower;
	int error;

	KASSERT(rw_write_held(vp->v_uobj.vmobjlock));
	rw_exit(vp->v_uobj.vmobjlock);
	/* What goes is this vnode, and not the file. */
	if ((ap->a_flags & PGO_RECLAIM) != 0 || (lower = layer_hold(vp)) == NULL)
		return 0;
	rw_enter(lower->v_uobj.vmobjlock, RW_WRITER);
	error = VOP_PUTPAGES(lower, ap->a_offlo, ap->a_offhi, ap->a_flags);
	vrele(lower);
	return error;
}

/* ---- Revocation ---- */

/* The file is taken away from everybody, through whatever view they have it. */
int
layer_revoke(void *v)
{
	struct vop_revoke_args *const ap = v;
	struct vnode *const lower = layer_hold(ap->a_vp);
	int error = 0;

	if (lower != NULL) {
		error = VOP_REVOKE(lower, ap->a_flags);
		vrele(lower);
	}
	vrevoke(ap->a_vp);
	return error;
}
