/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Permission checks over attributes: what the mode bits and ownership alone say.  File systems hand
 * the answer to kauth_authorize_vnode(), whose listeners may know better (the superuser).
 */
#include <sys/param.h>
#include <sys/extattr.h>
#include <sys/kauth.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

static bool
is_member(kauth_cred_t cred, gid_t gid)
{
	int member = 0;

	return kauth_cred_ismember_gid(cred, gid, &member) == 0 && member != 0;
}

int
genfs_can_access(struct vnode *vp, kauth_cred_t cred, uid_t file_uid, gid_t file_gid,
    mode_t file_mode, struct acl *acl, accmode_t accmode)
{
	accmode_t granted = VSTAT_PERMS;
	mode_t bits = file_mode;

	if (kauth_cred_geteuid(cred) == file_uid) {
		granted |= VADMIN_PERMS;
	} else if (is_member(cred, file_gid)) {
		bits <<= 3;
	} else {
		bits <<= 6;
	}
	if (bits & S_IRUSR)
		granted |= VREAD;
	if (bits & S_IWUSR)
		granted |= VWRITE | VAPPEND | VDELETE_CHILD;
	if (bits & S_IXUSR)
		granted |= VEXEC;
	if ((accmode & ~granted) == 0)
		return 0;
	return (accmode & VADMIN) != 0 ? EPERM : EACCES;
}

int
genfs_can_chmod(struct vnode *vp, kauth_cred_t cred, uid_t cur_uid, gid_t cur_gid, mode_t new_mode)
{
	if (kauth_cred_geteuid(cred) != cur_uid)
		return EPERM;
	if ((new_mode & S_ISGID) && !is_member(cred, cur_gid))
		return EPERM;
	return 0;
}

int
genfs_can_chown(
    struct vnode *vp, kauth_cred_t cred, uid_t cur_uid, gid_t cur_gid, uid_t new_uid, gid_t new_gid)
{
	if (kauth_cred_geteuid(cred) != cur_uid || new_uid != cur_uid)
		return EPERM;
	if (new_gid != cur_gid && !is_member(cred, new_gid))
		return EPERM;
	return 0;
}

int
genfs_can_chtimes(struct vnode *vp, kauth_cred_t cred, uid_t owner_uid, u_int vaflags)
{
	if (kauth_cred_geteuid(cred) == owner_uid)
		return 0;
	if ((vaflags & VA_UTIMES_NULL) == 0)
		return EPERM;
	return VOP_ACCESS(vp, VWRITE, cred);
}

int
genfs_can_chflags(struct vnode *vp, kauth_cred_t cred, uid_t owner_uid, bool changing_sysflags)
{
	if (kauth_cred_geteuid(cred) != owner_uid || changing_sysflags)
		return EPERM;
	return 0;
}

int
genfs_can_sticky(struct vnode *vp, kauth_cred_t cred, uid_t dir_uid, uid_t file_uid)
{
	const uid_t uid = kauth_cred_geteuid(cred);

	return uid == dir_uid || uid == file_uid ? 0 : EPERM;
}

int
genfs_can_extattr(struct vnode *vp, kauth_cred_t cred, accmode_t accmode, int attrnamespace)
{
	return attrnamespace == EXTATTR_NAMESPACE_USER ? VOP_ACCESS(vp, accmode, cred) : EPERM;
}

/* ---- Removing and renaming where there are BSD's flags and sticky directories ---- */

int
genfs_ufslike_remove_check_possible(
    unsigned long dflags, unsigned long flags, unsigned long immutable, unsigned long append)
{
	return (flags & (immutable | append)) || (dflags & append) ? EPERM : 0;
}

int
genfs_ufslike_remove_check_permitted(
    kauth_cred_t cred, struct vnode *dvp, mode_t dmode, uid_t duid, struct vnode *vp, uid_t uid)
{
	int fs_decision = 0;

	if (dmode & S_ISTXT)
		fs_decision = genfs_can_sticky(vp, cred, duid, uid);
	return kauth_authorize_vnode(cred, KAUTH_VNODE_DELETE, vp, dvp, fs_decision);
}

int
genfs_ufslike_rename_check_possible(unsigned long fdflags, unsigned long fflags,
    unsigned long tdflags, unsigned long tflags, bool clobber, unsigned long immutable,
    unsigned long append)
{
	if ((fdflags | fflags) & (immutable | append))
		return EPERM;
	if ((tdflags & immutable) || (clobber && (tdflags & append)))
		return EPERM;
	return clobber && (tflags & (immutable | append)) ? EPERM : 0;
}

int
genfs_ufslike_rename_check_permitted(kauth_cred_t cred, struct vnode *fdvp, mode_t fdmode,
    uid_t fduid, struct vnode *fvp, uid_t fuid, struct vnode *tdvp, mode_t tdmode, uid_t tduid,
    struct vnode *tvp, uid_t tuid)
{
	int error = 0;

	/* A directory that moves gets another "..": its owner alone may do that. */
	if (fvp->v_type == VDIR && fdvp != tdvp)
		error = VOP_ACCESS(fvp, VWRITE, cred);
	if (error == 0)
		error = genfs_ufslike_remove_check_permitted(cred, fdvp, fdmode, fduid, fvp, fuid);
	if (error == 0 && tvp != NULL)
		error = genfs_ufslike_remove_check_permitted(cred, tdvp, tdmode, tduid, tvp, tuid);
	return error;
}
