/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Attributes.  They change in memory, and reach the medium with the next flush of the file. */
#include <sys/param.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/vnode.h>
#include <miscfs/genfs/genfs.h>

#include "sysvbfs.h"

#define SYNC_DELAY 30 /* seconds */

uint32_t
sysvbfs_now(void)
{
	struct timespec ts;

	vfs_timestamp(&ts);
	return (uint32_t)ts.tv_sec;
}

void
sysvbfs_dirtied(struct vnode *vp)
{
	mutex_enter(vp->v_interlock);
	if ((vp->v_iflag & VI_ONWORKLST) == 0)
		vn_syncer_add_to_worklist(vp, SYNC_DELAY);
	mutex_exit(vp->v_interlock);
}

void
sysvbfs_touch(struct vnode *vp, int which)
{
	struct sysvbfs_node *const np = VTOB(vp);
	const uint32_t now = sysvbfs_now();
	struct bfs_inode *const di = &np->n_ip->i_di;

	if (np->n_bm->bm_rdonly ||
	    (which == SYSVBFS_ATIME && (vp->v_mount->mnt_flag & MNT_NOATIME)))
		return;
	mutex_enter(&np->n_bm->bm_lock);
	if (which & SYSVBFS_ATIME)
		di->i_atime = now;
	if (which & SYSVBFS_MTIME)
		di->i_mtime = now;
	if (which & SYSVBFS_CTIME)
		di->i_ctime = now;
	np->n_ip->i_dirty = true;
	mutex_exit(&np->n_bm->bm_lock);
	sysvbfs_dirtied(vp);
}

void
sysvbfs_cache_id(struct vnode *vp)
{
	const struct bfs_inode di = sysvbfs_inode_now(VTOB(vp));

	if (vp->v_type == VDIR)
		cache_enter_id(vp, di.i_mode & ALLPERMS, di.i_uid, di.i_gid, true);
}

int
sysvbfs_vop_access(void *v)
{
	struct vop_access_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	const struct bfs_inode di = sysvbfs_inode_now(VTOB(vp));
	const mode_t mode = di.i_mode & ALLPERMS;

	if ((ap->a_accmode & VWRITE) && (vp->v_mount->mnt_flag & MNT_RDONLY))
		return EROFS;
	return kauth_authorize_vnode(ap->a_cred,
	    kauth_access_action((int)ap->a_accmode, vp->v_type, mode), vp, NULL,
	    genfs_can_access(vp, ap->a_cred, di.i_uid, di.i_gid, mode, NULL, ap->a_accmode));
}

int
sysvbfs_vop_getattr(void *v)
{
	struct vop_getattr_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct vattr *const va = ap->a_vap;
	const struct bfs_inode di = sysvbfs_inode_now(VTOB(vp));

	vattr_null(va);
	va->va_type = vp->v_type;
	va->va_mode = di.i_mode & ALLPERMS;
	va->va_nlink = di.i_nlink;
	va->va_uid = di.i_uid;
	va->va_gid = di.i_gid;
	va->va_fsid = (dev_t)vp->v_mount->mnt_stat.f_fsidx.__fsid_val[0];
	va->va_fileid = di.i_ino;
	va->va_size = bfs_inode_size(&di);
	va->va_blocksize = PAGE_SIZE;
	va->va_atime = (struct timespec){ .tv_sec = di.i_atime };
	va->va_mtime = (struct timespec){ .tv_sec = di.i_mtime };
	va->va_ctime = (struct timespec){ .tv_sec = di.i_ctime };
	va->va_birthtime = va->va_ctime;
	va->va_gen = 0;
	va->va_flags = 0;
	va->va_rdev = NODEV;
	va->va_bytes = (u_quad_t)bfs_inode_blocks(&di) << BFS_BSHIFT;
	va->va_filerev = 0;
	va->va_vaflags = 0;
	return 0;
}

/* ---- Changes ---- */

static int
set_owner(struct vnode *vp, struct bfs_inode *di, const struct vattr *va, kauth_cred_t cred)
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
		di->i_mode &= ~(uint32_t)(S_ISUID | S_ISGID);
	return 0;
}

static int
set_mode(struct vnode *vp, struct bfs_inode *di, mode_t mode, kauth_cred_t cred)
{
	const int error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_SECURITY, vp, NULL,
	    genfs_can_chmod(vp, cred, di->i_uid, di->i_gid, mode));

	if (error == 0)
		di->i_mode = (di->i_mode & S_IFMT) | (mode & ALLPERMS);
	return error;
}

static bool
time_given(const struct timespec *ts)
{
	return ts->tv_nsec != VNOVAL;
}

/* The medium's times are 32 bits without a sign: 1970 to 2106. */
static uint32_t
seconds(const struct timespec *ts)
{
	return (uint32_t)MAX(0, MIN(ts->tv_sec, (time_t)UINT32_MAX));
}

static int
set_times(struct vnode *vp, struct bfs_inode *di, const struct vattr *va, kauth_cred_t cred)
{
	const int error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_TIMES, vp, NULL,
	    genfs_can_chtimes(vp, cred, di->i_uid, va->va_vaflags));

	if (error != 0)
		return error;
	if (time_given(&va->va_atime))
		di->i_atime = seconds(&va->va_atime);
	if (time_given(&va->va_mtime))
		di->i_mtime = seconds(&va->va_mtime);
	return 0;
}

/* Put back what setattr has changed; extent and size are not its. */
static void
inode_store(struct vnode *vp, const struct bfs_inode *from)
{
	struct sysvbfs_node *const np = VTOB(vp);
	struct bfs_inode *const di = &np->n_ip->i_di;

	mutex_enter(&np->n_bm->bm_lock);
	di->i_mode = from->i_mode;
	di->i_uid = from->i_uid;
	di->i_gid = from->i_gid;
	di->i_atime = from->i_atime;
	di->i_mtime = from->i_mtime;
	mutex_exit(&np->n_bm->bm_lock);
	sysvbfs_touch(vp, SYSVBFS_CTIME);
	sysvbfs_cache_id(vp);
}

int
sysvbfs_vop_setattr(void *v)
{
	struct vop_setattr_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	const struct vattr *const va = ap->a_vap;
	const bool owner = va->va_uid != (uid_t)VNOVAL || va->va_gid != (gid_t)VNOVAL;
	const bool mode = va->va_mode != (mode_t)VNOVAL, size = va->va_size != VNOVALSIZE;
	const bool times = time_given(&va->va_atime) || time_given(&va->va_mtime);
	struct bfs_inode di;
	int error = 0;

	if (va->va_type != VNON || va->va_nlink != (nlink_t)VNOVAL ||
	    va->va_fileid != (ino_t)VNOVAL || va->va_rdev != (dev_t)VNOVAL)
		return EINVAL;
	if (va->va_flags != VNOVALFLAGS)
		return EOPNOTSUPP;
	if ((owner || mode || size || times) && (vp->v_mount->mnt_flag & MNT_RDONLY))
		return EROFS;
	if (size)
		error = vp->v_type == VDIR ? EISDIR : sysvbfs_truncate(vp, va->va_size);
	di = sysvbfs_inode_now(VTOB(vp));
	if (error == 0 && owner)
		error = set_owner(vp, &di, va, ap->a_cred);
	if (error == 0 && mode)
		error = set_mode(vp, &di, va->va_mode, ap->a_cred);
	if (error == 0 && times)
		error = set_times(vp, &di, va, ap->a_cred);
	if (error == 0 && (owner || mode || times))
		inode_store(vp, &di);
	if (error == 0)
		VN_KNOTE(vp, NOTE_ATTRIB);
	return error;
}
