/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The file system as a type: mounting, unmounting, vnodes, syncing. */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/dkio.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>
#include <uvm/uvm_extern.h>

#include "sysvbfs.h"

/* The argument of mount(2). */
struct ufs_args {
	char *fspec; /* path of the block device */
};

pool_cache_t sysvbfs_node_cache;

static const struct genfs_ops sysvbfs_genfsops = {
	.gop_size = genfs_size,
	.gop_write = genfs_gop_write,
	.gop_putrange = genfs_gop_putrange,
};

/* ---- Mount ---- */

static int
open_flags(const struct mount *mp)
{
	return (mp->mnt_flag & MNT_RDONLY) ? FREAD : FREAD | FWRITE;
}

/* Open the block device that fspec names; referenced, unlocked. */
static int
device_open(struct mount *mp, const char *fspec, struct vnode **devvpp)
{
	struct vnode *devvp;
	int error;

	error = namei_simple_user(fspec, NSM_FOLLOW_NOEMULROOT, &devvp);
	if (error != 0)
		return error;
	if (devvp->v_type != VBLK)
		error = ENOTBLK;
	else if (spec_node_getmountedfs(devvp) != NULL)
		error = EBUSY;
	if (error == 0) {
		vn_lock(devvp, LK_EXCLUSIVE | LK_RETRY);
		error = VOP_OPEN(devvp, open_flags(mp), FSCRED);
		VOP_UNLOCK(devvp);
	}
	if (error != 0)
		vrele(devvp);
	else
		*devvpp = devvp;
	return error;
}

static void
device_close(struct vnode *devvp, int flags)
{
	vn_lock(devvp, LK_EXCLUSIVE | LK_RETRY);
	(void)vinvalbuf(devvp, 0, NOCRED, curlwp, false, 0);
	(void)VOP_CLOSE(devvp, flags, NOCRED);
	vput(devvp);
}

static void
mount_free(struct sysvbfs_mount *bm)
{
	sysvbfs_unload(bm);
	mutex_destroy(&bm->bm_lock);
	mutex_destroy(&bm->bm_move);
	kmem_free(bm, sizeof(*bm));
}

static int
mount_device(struct mount *mp, struct vnode *devvp)
{
	struct sysvbfs_mount *const bm = kmem_zalloc(sizeof(*bm), KM_SLEEP);
	off_t bytes = 0;
	int error;

	mutex_init(&bm->bm_lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&bm->bm_move, MUTEX_DEFAULT, IPL_NONE);
	bm->bm_mountp = mp;
	bm->bm_devvp = devvp;
	bm->bm_name = mp->mnt_stat.f_mntfromname;
	bm->bm_rdonly = (mp->mnt_flag & MNT_RDONLY) != 0;
	error = VOP_IOCTL(devvp, DIOCGMEDIASIZE, &bytes, FREAD, NOCRED);
	if (error != 0)
		sysvbfs_say(bm, "size of the device is not known: error %d", error);
	else
		error = sysvbfs_load(bm, (uint64_t)bytes);
	if (error == 0 && !bm->bm_rdonly)
		error = sysvbfs_tidy(bm);
	if (error != 0) {
		mount_free(bm);
		return error;
	}
	vfs_getnewfsid(mp);
	mp->mnt_data = bm;
	mp->mnt_stat.f_namemax = BFS_NAME_MAX;
	mp->mnt_fs_bshift = BFS_BSHIFT;
	mp->mnt_dev_bshift = DEV_BSHIFT;
	mp->mnt_flag |= MNT_LOCAL;
	mp->mnt_iflag |= IMNT_MPSAFE | IMNT_NCLOOKUP | IMNT_SHRLOOKUP | IMNT_DTYPE;
	spec_node_setmountedfs(devvp, mp);
	return 0;
}

/* A mount stays as it was made. */
static int
mount_update(struct mount *mp)
{
	const bool rdonly = (mp->mnt_flag & MNT_RDONLY) != 0 && !(mp->mnt_iflag & IMNT_WANTRDWR);

	if (rdonly == VFSTOB(mp)->bm_rdonly && !(mp->mnt_iflag & IMNT_WANTRDONLY))
		return 0;
	sysvbfs_say(VFSTOB(mp), "unmount it to change between read-only and read-write");
	return EOPNOTSUPP;
}

static int
sysvbfs_mount(struct mount *mp, const char *path, void *data, size_t *len)
{
	struct ufs_args *const args = data;
	struct vnode *devvp;
	int error;

	if (args == NULL || *len < sizeof(*args))
		return EINVAL;
	if (mp->mnt_flag & MNT_GETARGS) {
		args->fspec = NULL;
		*len = sizeof(*args);
		return 0;
	}
	if (mp->mnt_flag & MNT_UPDATE)
		return mount_update(mp);
	if (args->fspec == NULL)
		return EINVAL;
	error = set_statvfs_info(
	    path, UIO_USERSPACE, args->fspec, UIO_USERSPACE, mp->mnt_op->vfs_name, mp, curlwp);
	if (error == 0)
		error = device_open(mp, args->fspec, &devvp);
	if (error != 0)
		return error;
	error = mount_device(mp, devvp);
	if (error != 0)
		device_close(devvp, open_flags(mp));
	return error;
}

/* Inodes that no vnode stands for any more, and could not be written when it went. */
static int
write_leftover(struct sysvbfs_mount *bm)
{
	int error = 0, rv;

	for (ino_t ino = BFS_ROOT_INO; ino < BFS_ROOT_INO + bm->bm_ninodes; ino++) {
		rv = sysvbfs_inode_write(bm, ino);
		if (error == 0)
			error = rv;
	}
	return error;
}

static int
sysvbfs_unmount(struct mount *mp, int mntflags)
{
	struct sysvbfs_mount *const bm = VFSTOB(mp);
	const bool force = (mntflags & MNT_FORCE) != 0;
	int error;

	error = vflush(mp, NULL, force ? FORCECLOSE : 0);
	if (error != 0)
		return error;
	if (!bm->bm_rdonly) {
		error = write_leftover(bm);
		if (error == 0)
			error = sysvbfs_barrier(bm);
		if (error != 0 && !force)
			return error;
	}
	spec_node_setmountedfs(bm->bm_devvp, NULL);
	device_close(bm->bm_devvp, open_flags(mp));
	mount_free(bm);
	mp->mnt_data = NULL;
	return 0;
}

/* ---- Vnodes ---- */

static int
sysvbfs_root(struct mount *mp, int lktype, struct vnode **vpp)
{
	const ino_t ino = BFS_ROOT_INO;
	int error;

	error = vcache_get(mp, &ino, sizeof(ino), vpp);
	if (error == 0 && lktype != LK_NONE) {
		error = vn_lock(*vpp, lktype);
		if (error != 0) {
			vrele(*vpp);
			*vpp = NULL;
		}
	}
	return error;
}

static int
sysvbfs_loadvnode(
    struct mount *mp, struct vnode *vp, const void *key, size_t key_len, const void **new_key)
{
	struct sysvbfs_mount *const bm = VFSTOB(mp);
	struct sysvbfs_node *np;
	struct bfs_inode di;
	ino_t ino;
	bool live;

	KASSERT(key_len == sizeof(ino));
	memcpy(&ino, key, sizeof(ino));
	if (ino < BFS_ROOT_INO || ino >= BFS_ROOT_INO + bm->bm_ninodes)
		return ESTALE;
	mutex_enter(&bm->bm_lock);
	di = sysvbfs_inode(bm, ino)->i_di;
	live = sysvbfs_inode(bm, ino)->i_live && di.i_ino != 0;
	mutex_exit(&bm->bm_lock);
	if (!live)
		return ESTALE;
	np = pool_cache_get(sysvbfs_node_cache, PR_WAITOK);
	np->n_ino = ino;
	np->n_bm = bm;
	np->n_ip = sysvbfs_inode(bm, ino);
	np->n_lockf = NULL;
	vp->v_tag = VT_SYSVBFS;
	vp->v_data = np;
	vp->v_type = ino == BFS_ROOT_INO ? VDIR : VREG;
	vp->v_op = sysvbfs_vnodeop_p;
	if (ino == BFS_ROOT_INO)
		vp->v_vflag |= VV_ROOT;
	genfs_node_init(vp, &sysvbfs_genfsops);
	uvm_vnp_setsize(vp, vp->v_type == VREG ? (voff_t)bfs_inode_size(&di) : 0);
	sysvbfs_cache_id(vp);
	*new_key = &np->n_ino;
	return 0;
}

/* ---- The type ---- */

static int
sysvbfs_statvfs(struct mount *mp, struct statvfs *sb)
{
	struct sysvbfs_mount *const bm = VFSTOB(mp);

	sb->f_bsize = sb->f_frsize = BFS_BSIZE;
	sb->f_iosize = PAGE_SIZE;
	sb->f_blocks = bm->bm_end - bm->bm_first;
	sb->f_files = bm->bm_ninodes;
	mutex_enter(&bm->bm_lock);
	sb->f_bfree = sb->f_bavail = sysvbfs_free_blocks(bm);
	sb->f_ffree = sb->f_favail = sysvbfs_free_inodes(bm);
	mutex_exit(&bm->bm_lock);
	sb->f_bresvd = sb->f_fresvd = 0;
	sb->f_namemax = BFS_NAME_MAX;
	copy_statvfs_info(sb, mp);
	return 0;
}

static int
sysvbfs_sync(struct mount *mp, int waitfor, kauth_cred_t cred)
{
	struct sysvbfs_mount *const bm = VFSTOB(mp);
	struct vnode_iterator *it;
	struct vnode *vp;
	int error = 0, rv;

	if (bm->bm_rdonly || waitfor == MNT_LAZY)
		return 0;
	vfs_vnode_iterator_init(mp, &it);
	while ((vp = vfs_vnode_iterator_next(it, NULL, NULL)) != NULL) {
		rv = vn_lock(vp, LK_EXCLUSIVE);
		if (rv == 0) {
			rv = sysvbfs_flush(vp, FSYNC_WAIT);
			VOP_UNLOCK(vp);
			if (error == 0)
				error = rv;
		}
		vrele(vp);
	}
	vfs_vnode_iterator_destroy(it);
	rv = sysvbfs_barrier(bm);
	return error != 0 ? error : rv;
}

static const struct vnodeopv_desc *const sysvbfs_opv_descs[] = {
	&sysvbfs_vnodeop_opv_desc,
	NULL,
};

static struct vfsops sysvbfs_vfsops = {
	.vfs_name = MOUNT_SYSVBFS,
	.vfs_min_mount_data = sizeof(struct ufs_args),
	.vfs_mount = sysvbfs_mount,
	.vfs_unmount = sysvbfs_unmount,
	.vfs_root = sysvbfs_root,
	.vfs_statvfs = sysvbfs_statvfs,
	.vfs_sync = sysvbfs_sync,
	.vfs_loadvnode = sysvbfs_loadvnode,
	.vfs_renamelock_enter = genfs_renamelock_enter,
	.vfs_renamelock_exit = genfs_renamelock_exit,
	.vfs_opv_descs = sysvbfs_opv_descs,
};

MODULE(MODULE_CLASS_VFS, sysvbfs, NULL);

static int
sysvbfs_modcmd(modcmd_t cmd, void *arg)
{
	int error;

	switch (cmd) {
	case MODULE_CMD_INIT:
		sysvbfs_node_cache = pool_cache_init(sizeof(struct sysvbfs_node), 0, 0, 0,
		    "bfsnode", NULL, IPL_NONE, NULL, NULL, NULL);
		error = vfs_attach(&sysvbfs_vfsops);
		if (error != 0)
			pool_cache_destroy(sysvbfs_node_cache);
		return error;
	case MODULE_CMD_FINI:
		error = vfs_detach(&sysvbfs_vfsops);
		if (error == 0)
			pool_cache_destroy(sysvbfs_node_cache);
		return error;
	default:
		return ENOTTY;
	}
}
