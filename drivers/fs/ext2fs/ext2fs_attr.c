/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Attributes that change: owner, mode, times.  The new inode is made in a copy, written, and then
 * becomes the vnode's, so that what failed has changed nothing.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/event.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <miscfs/genfs/genfs.h>

#include "ext2fs_trans.h"

int
ext2fs_inode_update(struct e2_trans *t, struct e2node *ip)
{
	struct ext2mount *const um = ip->i_um;
	uint64_t blk;
	struct buf *bp;
	size_t off;
	int error;

	error = ext2fs_inode_where(um, ip->i_number, &blk, &off);
	if (error == 0)
		error = ext2fs_trans_bread(t, blk, "inode table", ip->i_number, &bp);
	if (error != 0)
		return error;
	e2_inode_encode(&ip->i_di, (uint8_t *)bp->b_data + off, um->um_super.s_inode_size);
	ext2fs_trans_dirty(t, bp, E2M_INODE, off, ip);
	return 0;
}

static int
set_owner(struct vnode *vp, struct e2_inode *di, const struct vattr *va, kauth_cred_t cred)
{
	const uid_t uid = va->va_uid == (uid_t)VNOVAL ? di->i_uid : va->va_uid;
	const gid_t gid = va->va_gid == (gid_t)VNOVAL ? di->i_gid : va->va_gid;
	int error;

	error = kauth_authorize_vnode(cred, KAUTH_VNODE_CHANGE_OWNERSHIP, vp, NULL,
	    genfs_can_chown(vp, cred, di->i_uid, di->i_gid, uid, gid));
	if (error != 0)
		return error;
	di->i_uid = uid;
	di->i_gid = gid;
	if (vp->v_type == VREG && (di->i_mode & (S_ISUID | S_ISGID)) != 0 &&
	    kauth_authorize_vnode(cred, KAUTH_VNODE_RETAIN_SUID, vp, NULL, EPERM) != 0)
		di->i_mode &= (uint16_t) ~(S_ISUID | S_ISGID);
	return 0;
}

static int
set_mode(struct vnode *vp, struct e2_inode *di, mode_t mode, kauth_cred_t cred)
{
	const int error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_SECURITY, vp, NULL,
	    genfs_can_chmod(vp, cred, di->i_uid, di->i_gid, mode));

	if (error == 0)
		di->i_mode = (uint16_t)((di->i_mode & S_IFMT) | (mode & ALLPERMS));
	return error;
}

static bool
given(const struct timespec *ts)
{
	return ts->tv_nsec != VNOVAL;
}

static struct e2_time
time_of(const struct e2_inode *di, const struct timespec *ts)
{
	const struct e2_time t = { .t_sec = ts->tv_sec, .t_nsec = (uint32_t)ts->tv_nsec };

	return e2_time_fit(t, e2_inode_wide_times(di));
}

static int
set_times(struct vnode *vp, struct e2_inode *di, const struct vattr *va, kauth_cred_t cred)
{
	const int error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_TIMES, vp, NULL,
	    genfs_can_chtimes(vp, cred, di->i_uid, va->va_vaflags));

	if (error != 0)
		return error;
	if (given(&va->va_atime))
		di->i_atime = time_of(di, &va->va_atime);
	if (given(&va->va_mtime))
		di->i_mtime = time_of(di, &va->va_mtime);
	return 0;
}

/* Make *di the inode, on the medium's side first.  locks: vp, exclusive. */
static int
store(struct vnode *vp, const struct e2_inode *di)
{
	struct e2node *const ip = VTOE(vp);
	const struct e2_inode old = ip->i_di;
	struct timespec now;
	struct e2_trans t;
	int error;

	vfs_timestamp(&now);
	ext2fs_trans_start(&t, ip->i_um, E2_CREDITS_INODE);
	ip->i_di = *di;
	ip->i_di.i_ctime = time_of(di, &now);
	error = ext2fs_inode_update(&t, ip);
	if (error != 0)
		ip->i_di = old;
	ext2fs_trans_stop(&t);
	if (error == 0 && vp->v_type == VDIR)
		cache_enter_id(vp, ip->i_di.i_mode, ip->i_di.i_uid, ip->i_di.i_gid, true);
	return error;
}

int
ext2fs_vop_setattr(void *v)
{
	struct vop_setattr_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	const struct vattr *const va = ap->a_vap;
	const bool owner = va->va_uid != (uid_t)VNOVAL || va->va_gid != (gid_t)VNOVAL;
	const bool mode = va->va_mode != (mode_t)VNOVAL;
	const bool times = given(&va->va_atime) || given(&va->va_mtime);
	struct e2_inode di = VTOE(vp)->i_di;
	int error = 0;

	/* Contents cannot be changed yet, whatever the mount says. */
	if (VTOE(vp)->i_um->um_rdonly || (va->va_size != VNOVALSIZE && vp->v_type == VREG))
		return EROFS;
	if (va->va_type != VNON || va->va_nlink != (nlink_t)VNOVAL ||
	    va->va_fileid != (ino_t)VNOVAL || va->va_rdev != (dev_t)VNOVAL)
		return EINVAL;
	if (va->va_flags != VNOVALFLAGS)
		return EOPNOTSUPP;
	if (va->va_size != VNOVALSIZE && vp->v_type == VDIR)
		return EISDIR;
	if (!owner && !mode && !times)
		return 0;
	if (di.i_flags & (E2_IMMUTABLE_FL | (owner || mode ? E2_APPEND_FL : 0u)))
		return EPERM;
	if (owner)
		error = set_owner(vp, &di, va, ap->a_cred);
	if (error == 0 && mode)
		error = set_mode(vp, &di, va->va_mode, ap->a_cred);
	if (error == 0 && times)
		error = set_times(vp, &di, va, ap->a_cred);
	if (error == 0)
		error = store(vp, &di);
	if (error == 0)
		VN_KNOTE(vp, NOTE_ATTRIB);
	return error;
}

/* No file's metadata is told from another's: all of it goes. */
int
ext2fs_vop_fsync(void *v)
{
	struct vop_fsync_args *const ap = v;
	struct ext2mount *const um = VTOE(ap->a_vp)->i_um;

	if (um->um_rdonly || (ap->a_flags & FSYNC_WAIT) == 0)
		return 0;
	return ext2fs_rw_sync(um);
}
