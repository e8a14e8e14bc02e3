/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * A mounted layer.  The lower mount's struct is kept by mnt_lower; that it is still mounted, vfs_busy() says, for the
 * lower file system may be unmounted by force.
 */
#include <sys/param.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/mount.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "layer_var.h"

void
layerfs_init(void)
{
}

void
layerfs_done(void)
{
}

int
layerfs_start(struct mount *mp, int flags)
{
	return 0;
}

int
layerfs_root(struct mount *mp, int lktype, struct vnode **vpp)
{
	struct vnode *const vp = MOUNTTOLAYERMOUNT(mp)->layerm_rootvp;
	int error = 0;

	*vpp = NULL;
	vref(vp);
	if (lktype != LK_NONE)
		error = vn_lock(vp, lktype);
	if (error != 0)
		vrele(vp);
	else
		*vpp = vp;
	return error;
}

int
layerfs_quotactl(struct mount *mp, struct quotactl_args *args)
{
	int error = vfs_busy(mp->mnt_lower);

	if (error == 0) {
		error = VFS_QUOTACTL(mp->mnt_lower, args);
		vfs_unbusy(mp->mnt_lower);
	}
	return error;
}

/* Room and counts are the lower file system's, names and number the layer's. */
int
layerfs_statvfs(struct mount *mp, struct statvfs *sbp)
{
	struct statvfs *const lower = STATVFSBUF_GET();
	int error;

	memset(lower, 0, sizeof(*lower));
	error = vfs_busy(mp->mnt_lower);
	if (error == 0) {
		error = VFS_STATVFS(mp->mnt_lower, lower);
		vfs_unbusy(mp->mnt_lower);
	}
	if (error == 0) {
		sbp->f_bsize = lower->f_bsize;
		sbp->f_frsize = lower->f_frsize;
		sbp->f_iosize = lower->f_iosize;
		sbp->f_blocks = lower->f_blocks;
		sbp->f_bfree = lower->f_bfree;
		sbp->f_bavail = lower->f_bavail;
		sbp->f_bresvd = lower->f_bresvd;
		sbp->f_files = lower->f_files;
		sbp->f_ffree = lower->f_ffree;
		sbp->f_favail = lower->f_favail;
		sbp->f_fresvd = lower->f_fresvd;
		sbp->f_namemax = mp->mnt_lower->mnt_stat.f_namemax;
		copy_statvfs_info(sbp, mp);
	}
	STATVFSBUF_PUT(lower);
	return error;
}

/* Nothing is kept here, so syncfs() through the layer is that of what is below. */
int
layerfs_sync(struct mount *mp, int waitfor, kauth_cred_t cred)
{
	struct mount *const lower = mp->mnt_lower;
	int error;

	if (vfs_busy(lower) != 0)
		return 0;
	error = (lower->mnt_flag & MNT_RDONLY) != 0 ? 0 : VFS_SYNC(lower, waitfor, cred);
	vfs_unbusy(lower);
	return error;
}

/* Wrap a lower vnode that came unlocked.  owns: lower. */
static int
wrap(struct mount *mp, struct vnode *lower, int lktype, struct vnode **vpp)
{
	int error;

	error = layer_node_create(mp, lower, vpp);
	if (error != 0) {
		vrele(lower);
		return error;
	}
	if (lktype != LK_NONE && (error = vn_lock(*vpp, lktype)) != 0) {
		vrele(*vpp);
		*vpp = NULL;
	}
	return error;
}

int
layerfs_vget(struct mount *mp, ino_t ino, int lktype, struct vnode **vpp)
{
	struct vnode *lower;
	int error;

	*vpp = NULL;
	error = vfs_busy(mp->mnt_lower);
	if (error != 0)
		return error;
	error = VFS_VGET(mp->mnt_lower, ino, LK_NONE, &lower);
	vfs_unbusy(mp->mnt_lower);
	return error != 0 ? error : wrap(mp, lower, lktype, vpp);
}

int
layerfs_fhtovp(struct mount *mp, struct fid *fid, int lktype, struct vnode **vpp)
{
	struct vnode *lower;
	int error;

	*vpp = NULL;
	if (vfs_busy(mp->mnt_lower) != 0)
		return ESTALE;
	error = VFS_FHTOVP(mp->mnt_lower, fid, LK_NONE, &lower);
	vfs_unbusy(mp->mnt_lower);
	return error != 0 ? error : wrap(mp, lower, lktype, vpp);
}

int
layerfs_vptofh(struct vnode *vp, struct fid *fid, size_t *size)
{
	struct vnode *const lower = layer_hold(vp);
	int error;

	if (lower == NULL)
		return ESTALE;
	error = VFS_VPTOFH(lower, fid, size);
	vrele(lower);
	return error;
}

int
layerfs_snapshot(struct mount *mp, struct vnode *vp, struct timespec *ts)
{
	return EOPNOTSUPP;
}

int
layerfs_suspendctl(struct mount *mp, int cmd)
{
	return EOPNOTSUPP;
}

/* Directories are in the lower file system's tree, which has one rename lock. */
int
layerfs_renamelock_enter(struct mount *mp)
{
	return VFS_RENAMELOCK_ENTER(mp->mnt_lower);
}

void
layerfs_renamelock_exit(struct mount *mp)
{
	VFS_RENAMELOCK_EXIT(mp->mnt_lower);
}

MODULE(MODULE_CLASS_MISC, layerfs, NULL);

static int
layerfs_modcmd(modcmd_t cmd, void *arg)
{
	return cmd == MODULE_CMD_INIT || cmd == MODULE_CMD_FINI ? 0 : ENOTTY;
}
