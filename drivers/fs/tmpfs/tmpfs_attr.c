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
	struct vnode *const vp = ap->a_vp;
	const struct tmpfs_node *const tn = VP_TO_TMPFS(vp);
	const bool contents = vp->v_type == VREG || vp->v_type == VDIR || vp->v_type == VLNK;

	if (ap->a_accmode & VWRITE) {
		if (contents && (vp->v_mount->mnt_flag & MNT_RDONLY))
			return EROFS;
		if (tn->tn_flags & IMMUTABLE)
			return EPERM;
	}
	return kauth_authorize_vnode(ap->a_cred,
	    kauth_access_action((int)ap->a_accmode, vp->v_type, tn->tn_mode), vp, NULL,
	    genfs_can_access(
		vp, ap->a_cred, tn->tn_uid, tn->tn_gid, tn->tn_mode, NULL, ap->a_accmode));
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

static int
set_flags(struct vnode *vp, u_long flags, kauth_cred_t cred)
{
	struct tmpfs_node *const tn = VP_TO_TMPFS(vp);
	const bool sys = ((flags ^ tn->tn_flags) & SF_SETTABLE) != 0;
	int error;

	if (flags & ~(u_long)(UF_SETTABLE | SF_SETTABLE))
		return EINVAL;
	error = kauth_authorize_vnode(cred,
	    KAUTH_VNODE_WRITE_FLAGS | (sys ? KAUTH_VNODE_WRITE_SYSFLAGS : 0), vp, NULL,
	    genfs_can_chflags(vp, cred, tn->tn_uid, sys));
	if (error != 0)
		return error;
	tn->tn_flags = flags;
	tmpfs_touch(tn, TMPFS_CHANGED);
	return 0;
}

static int
set_size(struct vnode *vp, u_quad_t size)
{
	switch (vp->v_type) {
	case VREG:
		if (VP_TO_TMPFS(vp)->tn_flags & APPEND)
			return EPERM;
		return size > INT64_MAX ? EFBIG : tmpfs_truncate(vp, (off_t)size);
	case VDIR:
		return EISDIR;
	case VBLK:
	case VCHR:
	case VFIFO:
		return 0;
	default:
		return EOPNOTSUPP;
	}
}

static int
set_owner(struct vnode *vp, const struct vattr *va, kauth_cred_t cred)
{
	struct tmpfs_node *const tn = VP_TO_TMPFS(vp);
	const uid_t uid = va->va_uid != (uid_t)VNOVAL ? va->va_uid : tn->tn_uid;
	const gid_t gid = va->va_gid != (gid_t)VNOVAL ? va->va_gid : tn->tn_gid;
	int error;

	error = kauth_authorize_vnode(cred, KAUTH_VNODE_CHANGE_OWNERSHIP, vp, NULL,
	    genfs_can_chown(vp, cred, tn->tn_uid, tn->tn_gid, uid, gid));
	if (error != 0)
		return error;
	tn->tn_uid = uid;
	tn->tn_gid = gid;
	if ((tn->tn_mode & (S_ISUID | S_ISGID)) != 0 && vp->v_type == VREG &&
	    kauth_authorize_vnode(cred, KAUTH_VNODE_RETAIN_SUID, vp, NULL, EPERM) != 0)
		tn->tn_mode &= ~(mode_t)(S_ISUID | S_ISGID);
	tmpfs_touch(tn, TMPFS_CHANGED);
	tmpfs_cache_id(vp);
	return 0;
}

static int
set_mode(struct vnode *vp, mode_t mode, kauth_cred_t cred)
{
	struct tmpfs_node *const tn = VP_TO_TMPFS(vp);
	int error;

	error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_SECURITY, vp, NULL,
	    genfs_can_chmod(vp, cred, tn->tn_uid, tn->tn_gid, mode));
	if (error != 0)
		return error;
	tn->tn_mode = mode & ALLPERMS;
	tmpfs_touch(tn, TMPFS_CHANGED);
	tmpfs_cache_id(vp);
	return 0;
}

static bool
given(const struct timespec *ts)
{
	return ts->tv_nsec != VNOVAL;
}

static int
set_times(struct vnode *vp, const struct vattr *va, kauth_cred_t cred)
{
	struct tmpfs_node *const tn = VP_TO_TMPFS(vp);
	int error;

	error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_TIMES, vp, NULL,
	    genfs_can_chtimes(vp, cred, tn->tn_uid, va->va_vaflags));
	if (error != 0)
		return error;
	tmpfs_touch(tn, TMPFS_CHANGED);
	if (given(&va->va_atime)) {
		tn->tn_atime = va->va_atime;
		atomic_store_relaxed(&tn->tn_atime_ns, 0);
	}
	if (given(&va->va_mtime))
		tn->tn_mtime = va->va_mtime;
	if (given(&va->va_birthtime))
		tn->tn_birthtime = va->va_birthtime;
	return 0;
}

int
tmpfs_setattr(void *v)
{
	struct vop_setattr_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	const struct vattr *const va = ap->a_vap;
	kauth_cred_t const cred = ap->a_cred;
	const bool flags = va->va_flags != VNOVALFLAGS, size = va->va_size != VNOVALSIZE;
	const bool owner = va->va_uid != (uid_t)VNOVAL || va->va_gid != (gid_t)VNOVAL;
	const bool mode = va->va_mode != (mode_t)VNOVAL;
	const bool times = given(&va->va_atime) || given(&va->va_mtime) || given(&va->va_birthtime);
	int error = 0;

	if (va->va_type != VNON || va->va_nlink != (nlink_t)VNOVAL ||
	    va->va_fileid != (ino_t)VNOVAL || va->va_rdev != (dev_t)VNOVAL)
		return EINVAL;
	if (!flags && !size && !owner && !mode && !times)
		return 0;
	if (vp->v_mount->mnt_flag & MNT_RDONLY)
		return EROFS;
	if (flags)
		error = set_flags(vp, va->va_flags, cred);
	else if (VP_TO_TMPFS(vp)->tn_flags & IMMUTABLE)
		error = EPERM;
	if (error == 0 && size)
		error = set_size(vp, va->va_size);
	if (error == 0 && owner)
		error = set_owner(vp, va, cred);
	if (error == 0 && mode)
		error = set_mode(vp, va->va_mode, cred);
	if (error == 0 && times)
		error = set_times(vp, va, cred);
	if (error == 0)
		VN_KNOTE(vp, NOTE_ATTRIB);
	return error;
}
