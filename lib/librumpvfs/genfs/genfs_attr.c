/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Attributes of file systems that keep a struct genfs_attr in memory for each file: who may do what, who
 * may change it, and what a new file begins with.  The file system has the times and the contents.
 */
#include <sys/param.h>
#include <sys/event.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

int
genfs_attr_access(const struct genfs_attr *ga, void *v)
{
	struct vop_access_args *const ap = v;
	struct vnode *const vp = ap->a_vp;

	if (ap->a_accmode & VWRITE) {
		if ((vp->v_mount->mnt_flag & MNT_RDONLY) &&
		    (vp->v_type == VREG || vp->v_type == VDIR || vp->v_type == VLNK))
			return EROFS;
		if (ga->ga_flags & IMMUTABLE)
			return EPERM;
	}
	return kauth_authorize_vnode(ap->a_cred,
	    kauth_access_action((int)ap->a_accmode, vp->v_type, ga->ga_mode), vp, NULL,
	    genfs_can_access(
		vp, ap->a_cred, ga->ga_uid, ga->ga_gid, ga->ga_mode, NULL, ap->a_accmode));
}

/* As on the host: the caller's group, or that of a directory that hands its own down. */
void
genfs_attr_new(struct genfs_attr *ga, struct vnode *dvp, const struct genfs_attr *dir,
    const struct vattr *va, kauth_cred_t cred)
{
	const bool inherits = (dir->ga_mode & S_ISGID) != 0;

	ga->ga_uid = kauth_cred_geteuid(cred);
	ga->ga_gid = inherits ? dir->ga_gid : kauth_cred_getegid(cred);
	ga->ga_mode = va->va_mode & ALLPERMS;
	ga->ga_flags = 0;
	if (inherits && va->va_type == VDIR)
		ga->ga_mode |= S_ISGID;
	else if (__predict_false(ga->ga_mode & S_ISGID) && va->va_type == VREG &&
	    kauth_authorize_vnode(cred, KAUTH_VNODE_RETAIN_SGID, dvp, NULL,
		genfs_can_chmod(dvp, cred, ga->ga_uid, ga->ga_gid, ga->ga_mode)) != 0)
		ga->ga_mode &= ~(mode_t)S_ISGID;
}

void
genfs_attr_clear_setid(struct genfs_attr *ga, struct vnode *vp, bool chowned)
{
	kauth_cred_t cred;
	bool privileged;
	int member = 0;

	if (__predict_true((ga->ga_mode & (S_ISUID | S_ISGID)) == 0) || vp->v_type != VREG)
		return;
	cred = kauth_cred_get(); /* who calls counts, not who opened the file */
	privileged = kauth_authorize_vnode(cred, KAUTH_VNODE_RETAIN_SUID, vp, NULL, EPERM) == 0;
	if (privileged && !chowned)
		return;
	ga->ga_mode &= ~(mode_t)S_ISUID;
	if ((ga->ga_mode & S_IXGRP) != 0 ||
	    (!privileged &&
		(kauth_cred_ismember_gid(cred, ga->ga_gid, &member) != 0 || member == 0)))
		ga->ga_mode &= ~(mode_t)S_ISGID;
}

/* ---- VOP_SETATTR() ---- */

static int
set_flags(struct genfs_attr *ga, struct vnode *vp, u_long flags, kauth_cred_t cred)
{
	const bool sys = ((flags ^ ga->ga_flags) & SF_SETTABLE) != 0;
	int error;

	if (flags & ~(u_long)(UF_SETTABLE | SF_SETTABLE))
		return EINVAL;
	error = kauth_authorize_vnode(cred,
	    KAUTH_VNODE_WRITE_FLAGS | (sys ? KAUTH_VNODE_WRITE_SYSFLAGS : 0), vp, NULL,
	    genfs_can_chflags(vp, cred, ga->ga_uid, sys));
	if (error == 0)
		ga->ga_flags = flags;
	return error;
}

static int
set_size(const struct genfs_attr_ops *ops, struct genfs_attr *ga, struct vnode *vp, u_quad_t size)
{
	int error;

	switch (vp->v_type) {
	case VREG:
		if (ga->ga_flags & APPEND)
			return EPERM;
		error = size > INT64_MAX ? EFBIG : (*ops->gao_truncate)(vp, (off_t)size);
		if (error == 0)
			genfs_attr_clear_setid(ga, vp, false);
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
set_owner(struct genfs_attr *ga, struct vnode *vp, const struct vattr *va, kauth_cred_t cred)
{
	const uid_t uid = va->va_uid != (uid_t)VNOVAL ? va->va_uid : ga->ga_uid;
	const gid_t gid = va->va_gid != (gid_t)VNOVAL ? va->va_gid : ga->ga_gid;
	int error;

	error = kauth_authorize_vnode(cred, KAUTH_VNODE_CHANGE_OWNERSHIP, vp, NULL,
	    genfs_can_chown(vp, cred, ga->ga_uid, ga->ga_gid, uid, gid));
	if (error != 0)
		return error;
	ga->ga_uid = uid;
	ga->ga_gid = gid;
	genfs_attr_clear_setid(ga, vp, true);
	return 0;
}

static int
set_mode(struct genfs_attr *ga, struct vnode *vp, mode_t mode, kauth_cred_t cred)
{
	const int error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_SECURITY, vp, NULL,
	    genfs_can_chmod(vp, cred, ga->ga_uid, ga->ga_gid, mode));

	if (error == 0)
		ga->ga_mode = mode & ALLPERMS;
	return error;
}

static int
set_times(const struct genfs_attr_ops *ops, const struct genfs_attr *ga, struct vnode *vp,
    const struct vattr *va, kauth_cred_t cred)
{
	const int error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_TIMES, vp, NULL,
	    genfs_can_chtimes(vp, cred, ga->ga_uid, va->va_vaflags));

	if (error == 0)
		(*ops->gao_set_times)(vp, va);
	return error;
}

int
genfs_attr_setattr(const struct genfs_attr_ops *ops, struct genfs_attr *ga, void *v)
{
	struct vop_setattr_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	const struct vattr *const va = ap->a_vap;
	kauth_cred_t const cred = ap->a_cred;
	const bool flags = va->va_flags != VNOVALFLAGS, size = va->va_size != VNOVALSIZE;
	const bool owner = va->va_uid != (uid_t)VNOVAL || va->va_gid != (gid_t)VNOVAL;
	const bool mode = va->va_mode != (mode_t)VNOVAL;
	const bool times = genfs_time_given(&va->va_atime) || genfs_time_given(&va->va_mtime) ||
	    genfs_time_given(&va->va_birthtime);
	int error = 0;

	if (va->va_type != VNON || va->va_nlink != (nlink_t)VNOVAL ||
	    va->va_fileid != (ino_t)VNOVAL || va->va_rdev != (dev_t)VNOVAL)
		return EINVAL;
	if (!flags && !size && !owner && !mode && !times)
		return 0;
	if (vp->v_mount->mnt_flag & MNT_RDONLY)
		return EROFS;
	if (flags)
		error = set_flags(ga, vp, va->va_flags, cred);
	else if (ga->ga_flags & IMMUTABLE)
		error = EPERM;
	if (error == 0 && size)
		error = set_size(ops, ga, vp, va->va_size);
	if (error == 0 && owner)
		error = set_owner(ga, vp, va, cred);
	if (error == 0 && mode)
		error = set_mode(ga, vp, va->va_mode, cred);
	if (error == 0 && (flags || owner || mode))
		(*ops->gao_changed)(vp);
	if (error == 0 && times)
		error = set_times(ops, ga, vp, va, cred);
	if (error == 0)
		VN_KNOTE(vp, NOTE_ATTRIB);
	return error;
}
