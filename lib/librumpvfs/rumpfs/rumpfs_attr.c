/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Attributes of rumpfs files. */
#include <sys/param.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "rumpfs.h"

void
rumpfs_cache_id(struct vnode *vp)
{
	const struct rumpfs_node *const rn = VP_TO_RUMPFS(vp);

	if (vp->v_type == VDIR)
		cache_enter_id(vp, rn->rn_mode, rn->rn_uid, rn->rn_gid, true);
}

int
rumpfs_access(void *v)
{
	struct vop_access_args *const ap = v;

	return genfs_attr_access(&VP_TO_RUMPFS(ap->a_vp)->rn_attr, v);
}

int
rumpfs_getattr(void *v)
{
	struct vop_getattr_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct rumpfs_node *const rn = VP_TO_RUMPFS(vp);
	struct vattr *const vap = ap->a_vap;

	rumpfs_times(rn, vap);
	vap->va_type = vp->v_type;
	vap->va_mode = rn->rn_mode;
	vap->va_nlink = rn->rn_nlink;
	vap->va_uid = rn->rn_uid;
	vap->va_gid = rn->rn_gid;
	vap->va_fsid = (dev_t)vp->v_mount->mnt_stat.f_fsidx.__fsid_val[0];
	vap->va_fileid = rn->rn_ino;
	vap->va_size = (u_quad_t)rn->rn_size;
	vap->va_blocksize = PAGE_SIZE;
	vap->va_birthtime = rn->rn_birthtime;
	vap->va_gen = rn->rn_gen;
	vap->va_flags = rn->rn_flags;
	vap->va_rdev = vp->v_type == VBLK || vp->v_type == VCHR ? rn->rn_rdev : NODEV;
	vap->va_bytes = vp->v_type == VREG ? rn->rn_data.da_bytes : (u_quad_t)rn->rn_size;
	vap->va_filerev = 0;
	vap->va_vaflags = 0;
	return 0;
}

static void
changed(struct vnode *vp)
{
	rumpfs_update(VP_TO_RUMPFS(vp), RN_CHANGED);
	rumpfs_cache_id(vp);
}

static void
set_times(struct vnode *vp, const struct vattr *vap)
{
	struct rumpfs_node *const rn = VP_TO_RUMPFS(vp);

	rumpfs_itimes(rn);
	if (genfs_time_given(&vap->va_atime))
		rn->rn_atime = vap->va_atime;
	if (genfs_time_given(&vap->va_mtime))
		rn->rn_mtime = vap->va_mtime;
	if (genfs_time_given(&vap->va_birthtime))
		rn->rn_birthtime = vap->va_birthtime;
	rumpfs_update(rn, RN_CHANGED);
}

static const struct genfs_attr_ops rumpfs_attr_ops = {
	.gao_truncate = rumpfs_truncate,
	.gao_set_times = set_times,
	.gao_changed = changed,
};

int
rumpfs_setattr(void *v)
{
	struct vop_setattr_args *const ap = v;

	return genfs_attr_setattr(&rumpfs_attr_ops, &VP_TO_RUMPFS(ap->a_vp)->rn_attr, v);
}
