/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Attributes: who may do what, and what stat(2) tells. */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/event.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/systm.h>

#include <miscfs/genfs/genfs.h>

#include "tmpfs.h"

void
tmpfs_cache_id(struct vnode *vp)
{
	const struct tmpfs_node *const tn = VP_TO_TMPFS(vp);

	if (vp->v_type == VDIR)
		cache_enter_id(vp, tn->tn_mode, tn->tn_uid, tn->tn_gid, true);
}

int
tmpfs_access(void *v)
{
	struct vop_access_args *const ap = v;

	return genfs_attr_access(&VP_TO_TMPFS(ap->a_vp)->tn_attr, v);
}

int
tmpfs_getattr(void *v)
{
	struct vop_getattr_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct tmpfs_node *const tn = VP_TO_TMPFS(vp);
	struct vattr *const va = ap->a_vap;

	*va = (struct vattr){
		.va_type = vp->v_type,
		.va_mode = tn->tn_mode,
		.va_nlink = tn->tn_nlink,
		.va_uid = tn->tn_uid,
		.va_gid = tn->tn_gid,
		.va_fsid = (dev_t)vp->v_mount->mnt_stat.f_fsidx.__fsid_val[0],
		.va_fileid = tn->tn_ino,
		.va_size = (u_quad_t)tn->tn_size,
		.va_blocksize = PAGE_SIZE,
		.va_atime = tmpfs_atime(tn),
		.va_mtime = tn->tn_mtime,
		.va_ctime = tn->tn_ctime,
		.va_birthtime = tn->tn_birthtime,
		.va_gen = 1,
		.va_flags = tn->tn_flags,
		.va_rdev = vp->v_type == VBLK || vp->v_type == VCHR ? tn->tn_rdev : NODEV,
		.va_bytes = vp->v_type == VREG ? tn->tn_data.da_bytes : 0,
	};
	return 0;
}

static void
changed(struct vnode *vp)
{
	tmpfs_touch(VP_TO_TMPFS(vp), TMPFS_CHANGED);
	tmpfs_cache_id(vp);
}

static void
set_times(struct vnode *vp, const struct vattr *va)
{
	struct tmpfs_node *const tn = VP_TO_TMPFS(vp);

	tmpfs_touch(tn, TMPFS_CHANGED);
	if (genfs_time_given(&va->va_atime)) {
		tn->tn_atime = va->va_atime;
		atomic_store_relaxed(&tn->tn_atime_ns, 0);
	}
	if (genfs_time_given(&va->va_mtime))
		tn->tn_mtime = va->va_mtime;
	if (genfs_time_given(&va->va_birthtime))
		tn->tn_birthtime = va->va_birthtime;
}

static const struct genfs_attr_ops tmpfs_attr_ops = {
	.gao_truncate = tmpfs_truncate,
	.gao_set_times = set_times,
	.gao_changed = changed,
};

int
tmpfs_setattr(void *v)
{
	struct vop_setattr_args *const ap = v;

	return genfs_attr_setattr(&tmpfs_attr_ops, &VP_TO_TMPFS(ap->a_vp)->tn_attr, v);
}
