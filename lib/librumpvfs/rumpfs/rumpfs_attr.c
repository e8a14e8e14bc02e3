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
	struct vnode *const vp = ap->a_vp;
	struct rumpfs_node *const rn = VP_TO_RUMPFS(vp);

	if ((ap->a_accmode & VWRITE) && (vp->v_mount->mnt_flag & MNT_RDONLY) &&
	    (vp->v_type == VREG || vp->v_type == VDIR || vp->v_type == VLNK))
		return EROFS;
	if ((ap->a_accmode & VWRITE) && (rn->rn_flags & IMMUTABLE))
		return EPERM;
	return kauth_authorize_vnode(ap->a_cred,
	    kauth_access_action((int)ap->a_accmode, vp->v_type, rn->rn_mode), vp, NULL,
	    genfs_can_access(
		vp, ap->a_cred, rn->rn_uid, rn->rn_gid, rn->rn_mode, NULL, ap->a_accmode));
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

void
rumpfs_clear_setid(struct vnode *vp, bool chowned)
{
	/* Who calls counts, not who opened the file. */
	const kauth_cred_t cred = kauth_cred_get();
	struct rumpfs_node *const rn = VP_TO_RUMPFS(vp);
	bool privileged;
	int member = 0;

	if ((rn->rn_mode & (S_ISUID | S_ISGID)) == 0 || vp->v_type != VREG)
		return;
	privileged = kauth_authorize_vnode(cred, KAUTH_VNODE_RETAIN_SUID, vp, NULL, EPERM) == 0;
	if (privileged && !chowned)
		return;
	rn->rn_mode &= ~(mode_t)S_ISUID;
	if ((rn->rn_mode & S_IXGRP) != 0 ||
	    (!privileged &&
		(kauth_cred_ismember_gid(cred, rn->rn_gid, &member) != 0 || member == 0)))
		rn->rn_mode &= ~(mode_t)S_ISGID;
}

static int
set_flags(struct vnode *vp, u_long flags, kauth_cred_t cred)
{
	struct rumpfs_node *const rn = VP_TO_RUMPFS(vp);
	const bool sys = ((flags ^ rn->rn_flags) & SF_SETTABLE) != 0;
	int error;

	error = kauth_authorize_vnode(cred,
	    KAUTH_VNODE_WRITE_FLAGS | (sys ? KAUTH_VNODE_WRITE_SYSFLAGS : 0), vp, NULL,
	    genfs_can_chflags(vp, cred, rn->rn_uid, sys));
	if (error != 0)
		return error;
	rn->rn_flags = flags;
	rumpfs_update(rn, RN_CHANGED);
	return 0;
}

static int
set_size(struct vnode *vp, u_quad_t size)
{
	int error;

	switch (vp->v_type) {
	case VREG:
		if (VP_TO_RUMPFS(vp)->rn_flags & APPEND)
			return EPERM;
		error = size > INT64_MAX ? EFBIG : rumpfs_truncate(vp, (off_t)size);
		if (error == 0)
			rumpfs_clear_setid(vp, false);
		return error;
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
set_owner(struct vnode *vp, uid_t uid, gid_t gid, kauth_cred_t cred)
{
	struct rumpfs_node *const rn = VP_TO_RUMPFS(vp);
	int error;

	if (uid == (uid_t)VNOVAL)
		uid = rn->rn_uid;
	if (gid == (gid_t)VNOVAL)
		gid = rn->rn_gid;
	error = kauth_authorize_vnode(cred, KAUTH_VNODE_CHANGE_OWNERSHIP, vp, NULL,
	    genfs_can_chown(vp, cred, rn->rn_uid, rn->rn_gid, uid, gid));
	if (error != 0)
		return error;
	rn->rn_uid = uid;
	rn->rn_gid = gid;
	rumpfs_clear_setid(vp, true);
	rumpfs_update(rn, RN_CHANGED);
	rumpfs_cache_id(vp);
	return 0;
}

static int
set_mode(struct vnode *vp, mode_t mode, kauth_cred_t cred)
{
	struct rumpfs_node *const rn = VP_TO_RUMPFS(vp);
	int error;

	error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_SECURITY, vp, NULL,
	    genfs_can_chmod(vp, cred, rn->rn_uid, rn->rn_gid, mode));
	if (error != 0)
		return error;
	rn->rn_mode = mode & ALLPERMS;
	rumpfs_update(rn, RN_CHANGED);
	rumpfs_cache_id(vp);
	return 0;
}

static bool
time_given(const struct timespec *ts)
{
	return ts->tv_nsec != VNOVAL;
}

static int
set_times(struct vnode *vp, const struct vattr *vap, kauth_cred_t cred)
{
	struct rumpfs_node *const rn = VP_TO_RUMPFS(vp);
	int error;

	error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_TIMES, vp, NULL,
	    genfs_can_chtimes(vp, cred, rn->rn_uid, vap->va_vaflags));
	if (error != 0)
		return error;
	rumpfs_itimes(rn);
	if (time_given(&vap->va_atime))
		rn->rn_atime = vap->va_atime;
	if (time_given(&vap->va_mtime))
		rn->rn_mtime = vap->va_mtime;
	if (time_given(&vap->va_birthtime))
		rn->rn_birthtime = vap->va_birthtime;
	rumpfs_update(rn, RN_CHANGED);
	return 0;
}

int
rumpfs_setattr(void *v)
{
	struct vop_setattr_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	const struct vattr *const vap = ap->a_vap;
	kauth_cred_t const cred = ap->a_cred;
	const bool owner = vap->va_uid != (uid_t)VNOVAL || vap->va_gid != (gid_t)VNOVAL;
	const bool times = time_given(&vap->va_atime) || time_given(&vap->va_mtime) ||
	    time_given(&vap->va_birthtime);
	const bool any =
	    owner || times || vap->va_mode != (mode_t)VNOVAL || vap->va_size != VNOVALSIZE;
	int error = 0;

	if (vap->va_type != VNON || vap->va_nlink != (nlink_t)VNOVAL ||
	    vap->va_fileid != (ino_t)VNOVAL || vap->va_rdev != (dev_t)VNOVAL)
		return EINVAL;
	if ((any || vap->va_flags != VNOVALFLAGS) && (vp->v_mount->mnt_flag & MNT_RDONLY))
		return EROFS;
	if (vap->va_flags != VNOVALFLAGS)
		error = set_flags(vp, vap->va_flags, cred);
	else if (any && (VP_TO_RUMPFS(vp)->rn_flags & IMMUTABLE))
		error = EPERM;
	if (error == 0 && vap->va_size != VNOVALSIZE)
		error = set_size(vp, vap->va_size);
	if (error == 0 && owner)
		error = set_owner(vp, vap->va_uid, vap->va_gid, cred);
	if (error == 0 && vap->va_mode != (mode_t)VNOVAL)
		error = set_mode(vp, vap->va_mode, cred);
	if (error == 0 && times)
		error = set_times(vp, vap, cred);
	if (error == 0)
		VN_KNOTE(vp, NOTE_ATTRIB);
	return error;
}
