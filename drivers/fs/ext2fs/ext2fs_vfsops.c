/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The file system as a type: "ext2fs" and "ext4" are the same code under two names.
 *
 * A mount keeps its device open and remembers the superblock; everything else is read when it is
 * wanted.  What a writable one may be: ext2fs_rw.c.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/dkio.h>
#include <sys/fcntl.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>
#include <uvm/uvm_extern.h>

#include "ext2fs_fc.h"
#include "ext2fs_trans.h"

/* The argument of mount(2). */
struct ufs_args {
	char *fspec; /* path of the block device */
};

pool_cache_t ext2fs_node_cache;

static const struct genfs_ops ext2fs_genfsops = {
	.gop_size = genfs_size,
	.gop_putrange = genfs_gop_putrange,
};

/* ---- Mount ---- */

static int
device_size(struct vnode *devvp, uint64_t *bytes)
{
	off_t size = 0;
	int error;

	error = VOP_IOCTL(devvp, DIOCGMEDIASIZE, &size, FREAD, NOCRED);
	*bytes = size > 0 ? (uint64_t)size : 0;
	return error;
}

static int
open_flags(bool rdonly)
{
	return rdonly ? FREAD : FREAD | FWRITE;
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
	if (error == 0)
		error = vn_lock(devvp, LK_EXCLUSIVE);
	if (error == 0) {
		/* Under the lock, so that of two mounts at once one is late. */
		error = spec_node_getmountedfs(devvp) != NULL
		    ? EBUSY
		    : VOP_OPEN(devvp, open_flags((mp->mnt_flag & MNT_RDONLY) != 0), FSCRED);
		if (error == 0)
			spec_node_setmountedfs(devvp, mp);
		VOP_UNLOCK(devvp);
	}
	if (error != 0)
		vrele(devvp);
	else
		*devvpp = devvp;
	return error;
}

static void
device_close(struct vnode *devvp, bool rdonly)
{
	vn_lock(devvp, LK_EXCLUSIVE | LK_RETRY);
	spec_node_setmountedfs(devvp, NULL);
	(void)vinvalbuf(devvp, 0, NOCRED, curlwp, false, 0);
	(void)VOP_CLOSE(devvp, open_flags(rdonly), NOCRED);
	vput(devvp);
}

static void
ext2mount_free(struct ext2mount *um)
{
	if (um->um_overlay != NULL)
		ext2fs_overlay_destroy(um->um_overlay);
	if (um->um_fc != NULL)
		ext2fs_fc_destroy(um->um_fc);
	mutex_destroy(&um->um_lock);
	mutex_destroy(&um->um_trans);
	kmem_free(um, sizeof(*um));
}

static void
fill_statvfs(const struct ext2mount *um, struct statvfs *sb)
{
	const struct e2_super *s = &um->um_super;
	const uint32_t ratio = ext2fs_has_ro_compat(um, E2_ROCOMPAT_BIGALLOC)
	    ? s->s_log_cluster_size - s->s_log_block_size
	    : 0;
	const uint64_t overhead = s->s_overhead_clusters << ratio;

	sb->f_bsize = sb->f_frsize = um->um_bsize;
	sb->f_iosize = MAX(um->um_bsize, PAGE_SIZE);
	sb->f_blocks = s->s_blocks_count - MIN(overhead, s->s_blocks_count);
	sb->f_bfree = MIN(s->s_free_blocks << ratio, sb->f_blocks);
	sb->f_bresvd = MIN(s->s_r_blocks_count, sb->f_blocks);
	sb->f_bavail = sb->f_bfree - MIN(sb->f_bresvd, sb->f_bfree);
	sb->f_files = s->s_inodes_count;
	sb->f_ffree = sb->f_favail = s->s_free_inodes;
	sb->f_fresvd = 0;
	sb->f_namemax = E2_NAME_MAX;
}

static void
fill_mount(struct mount *mp, struct ext2mount *um)
{
	um->um_mountp = mp;
	mp->mnt_data = um;
	mp->mnt_fs_bshift = (int)um->um_bshift;
	mp->mnt_dev_bshift = DEV_BSHIFT;
	mp->mnt_flag |= MNT_LOCAL;
	mp->mnt_iflag |= IMNT_MPSAFE | IMNT_NCLOOKUP | IMNT_SHRLOOKUP;
	if (ext2fs_has_incompat(um, E2_INCOMPAT_FILETYPE))
		mp->mnt_iflag |= IMNT_DTYPE;
	fill_statvfs(um, &mp->mnt_stat);
}

/* A file system without a root directory could not even be unmounted by its path. */
static int
check_root(struct ext2mount *um)
{
	struct e2node *const ip = kmem_alloc(sizeof(*ip), KM_SLEEP);
	int error;

	error = ext2fs_inode_load(um, E2_ROOT_INO, ip);
	if (error == 0 && !S_ISDIR(ip->i_di.i_mode)) {
		ext2fs_say(um, "inode %d: the root is no directory", E2_ROOT_INO);
		error = EIO;
	}
	kmem_free(ip, sizeof(*ip));
	return error;
}

static int
mount_device(struct mount *mp, struct vnode *devvp)
{
	struct ext2mount *um;
	int error;

	um = kmem_zalloc(sizeof(*um), KM_SLEEP);
	mutex_init(&um->um_lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&um->um_trans, MUTEX_DEFAULT, IPL_NONE);
	um->um_rdonly = (mp->mnt_flag & MNT_RDONLY) != 0;
	um->um_devvp = devvp;
	um->um_name = mp->mnt_stat.f_mntfromname;
	error = device_size(devvp, &um->um_dev_blocks);
	if (error != 0)
		ext2fs_say(um, "size of the device is not known: error %d", error);
	else
		error = ext2fs_super_load(um);
	if (error == 0 && !um->um_rdonly)
		error = ext2fs_rw_check(um);
	if (error == 0)
		error = check_root(um);
	if (error == 0 && !um->um_rdonly)
		error = ext2fs_rw_begin(um);
	if (error != 0) {
		ext2mount_free(um);
		return error;
	}
	vfs_getnewfsid(mp);
	mp->mnt_stat.f_namemax = E2_NAME_MAX;
	fill_mount(mp, um);
	return 0;
}

/* A mount stays as it was made. */
static int
mount_update(struct mount *mp)
{
	const bool rdonly = (mp->mnt_flag & MNT_RDONLY) != 0 && !(mp->mnt_iflag & IMNT_WANTRDWR);

	if (rdonly == VFSTOE(mp)->um_rdonly && !(mp->mnt_iflag & IMNT_WANTRDONLY))
		return 0;
	ext2fs_say(VFSTOE(mp), "unmount it to change between read-only and read-write");
	return VFSTOE(mp)->um_rdonly ? EROFS : EOPNOTSUPP;
}

static int
ext2fs_mount(struct mount *mp, const char *path, void *data, size_t *len)
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
	if (error != 0)
		return error;
	error = device_open(mp, args->fspec, &devvp);
	if (error != 0)
		return error;
	error = mount_device(mp, devvp);
	if (error != 0)
		device_close(devvp, (mp->mnt_flag & MNT_RDONLY) != 0);
	return error;
}

static int
ext2fs_unmount(struct mount *mp, int mntflags)
{
	struct ext2mount *const um = VFSTOE(mp);
	int error;

	error = vflush(mp, NULL, mntflags & MNT_FORCE ? FORCECLOSE : 0);
	if (error != 0)
		return error;
	if (!um->um_rdonly) {
		error = ext2fs_rw_end(um);
		if (error != 0 && !(mntflags & MNT_FORCE))
			return error;
	}
	device_close(um->um_devvp, um->um_rdonly);
	ext2mount_free(um);
	mp->mnt_data = NULL;
	return 0;
}

/* ---- Vnodes ---- */

static int
ext2fs_vget(struct mount *mp, ino_t ino, int lktype, struct vnode **vpp)
{
	int error;

	error = vcache_get(mp, &ino, sizeof(ino), vpp);
	if (error != 0)
		return error;
	error = lktype == LK_NONE ? 0 : vn_lock(*vpp, lktype);
	if (error != 0) {
		vrele(*vpp);
		*vpp = NULL;
	}
	return error;
}

static int
ext2fs_root(struct mount *mp, int lktype, struct vnode **vpp)
{
	return ext2fs_vget(mp, E2_ROOT_INO, lktype, vpp);
}

static void
vnode_set_type(struct vnode *vp, const struct e2node *ip)
{
	vp->v_type = IFTOVT(ip->i_di.i_mode);
	switch (vp->v_type) {
	case VBLK:
	case VCHR:
		vp->v_op = ext2fs_specop_p;
		spec_node_init(vp, ip->i_rdev);
		break;
	case VFIFO:
		vp->v_op = ext2fs_fifoop_p;
		break;
	default:
		vp->v_op = ext2fs_vnodeop_p;
		break;
	}
	if (ip->i_number == E2_ROOT_INO)
		vp->v_vflag |= VV_ROOT;
}

static int
ext2fs_loadvnode(
    struct mount *mp, struct vnode *vp, const void *key, size_t key_len, const void **new_key)
{
	struct e2node *ip;
	ino_t ino;
	int error;

	KASSERT(key_len == sizeof(ino));
	memcpy(&ino, key, sizeof(ino));
	ip = pool_cache_get(ext2fs_node_cache, PR_WAITOK);
	error = ext2fs_inode_load(VFSTOE(mp), ino, ip);
	if (error != 0) {
		pool_cache_put(ext2fs_node_cache, ip);
		return error;
	}
	vp->v_tag = VT_EXT2FS;
	vp->v_data = ip;
	vnode_set_type(vp, ip);
	genfs_node_init(vp, &ext2fs_genfsops);
	uvm_vnp_setsize(vp, vp->v_type == VREG ? (voff_t)ip->i_di.i_size : 0);
	if (vp->v_type == VDIR) /* the root too: paths are then walked through it in the cache */
		cache_enter_id(vp, ip->i_di.i_mode, ip->i_di.i_uid, ip->i_di.i_gid, true);
	*new_key = &ip->i_number;
	return 0;
}

/* ---- File handles ---- */

/* Bytes of a struct fid, without alignment. */
enum { FID_INO = 0, FID_GEN = 8, FID_SIZE = 12 };

static int
ext2fs_vptofh(struct vnode *vp, struct fid *fid, size_t *size)
{
	const struct e2node *const ip = VTOE(vp);
	const size_t need = offsetof(struct fid, fid_data) + FID_SIZE;

	if (*size < need) {
		*size = need;
		return E2BIG;
	}
	*size = need;
	memset(fid, 0, need);
	fid->fid_len = (unsigned short)need;
	memcpy(fid->fid_data + FID_INO, &ip->i_number, sizeof(ip->i_number));
	memcpy(fid->fid_data + FID_GEN, &ip->i_di.i_generation, sizeof(ip->i_di.i_generation));
	return 0;
}

static int
ext2fs_fhtovp(struct mount *mp, struct fid *fid, int lktype, struct vnode **vpp)
{
	const struct e2_super *const s = &VFSTOE(mp)->um_super;
	uint32_t gen;
	ino_t ino;
	int error;

	if (fid->fid_len != offsetof(struct fid, fid_data) + FID_SIZE)
		return EINVAL;
	memcpy(&ino, fid->fid_data + FID_INO, sizeof(ino));
	memcpy(&gen, fid->fid_data + FID_GEN, sizeof(gen));
	if (ino > s->s_inodes_count || (ino < s->s_first_ino && ino != E2_ROOT_INO))
		return ESTALE;
	error = ext2fs_vget(mp, ino, lktype, vpp);
	if (error != 0)
		return ESTALE;
	if (VTOE(*vpp)->i_di.i_generation == gen)
		return 0;
	if (lktype == LK_NONE)
		vrele(*vpp);
	else
		vput(*vpp);
	*vpp = NULL;
	return ESTALE;
}

/* ---- The type ---- */

static int
ext2fs_statvfs(struct mount *mp, struct statvfs *sb)
{
	fill_statvfs(VFSTOE(mp), sb);
	copy_statvfs_info(sb, mp);
	return 0;
}

static int
ext2fs_start(struct mount *mp, int flags)
{
	return 0;
}

static int
ext2fs_sync(struct mount *mp, int waitfor, kauth_cred_t cred)
{
	struct ext2mount *const um = VFSTOE(mp);

	return um->um_rdonly || waitfor == MNT_LAZY ? 0 : ext2fs_rw_sync(um);
}

static const struct vnodeopv_desc *const ext2fs_opv_descs[] = {
	&ext2fs_vnodeop_opv_desc,
	&ext2fs_specop_opv_desc,
	&ext2fs_fifoop_opv_desc,
	NULL,
};
/* The second name shares the first one's vectors. */
static const struct vnodeopv_desc *const ext4_opv_descs[] = { NULL };

#define EXT2FS_VFSOPS(name, descs)                                                         \
	{                                                                                  \
		.vfs_name = (name), .vfs_min_mount_data = sizeof(struct ufs_args),         \
		.vfs_mount = ext2fs_mount, .vfs_start = ext2fs_start,                      \
		.vfs_unmount = ext2fs_unmount, .vfs_root = ext2fs_root,                    \
		.vfs_quotactl = (void *)eopnotsupp, .vfs_statvfs = ext2fs_statvfs,         \
		.vfs_sync = ext2fs_sync, .vfs_vget = ext2fs_vget,                          \
		.vfs_loadvnode = ext2fs_loadvnode, .vfs_fhtovp = ext2fs_fhtovp,            \
		.vfs_vptofh = ext2fs_vptofh, .vfs_snapshot = (void *)eopnotsupp,           \
		.vfs_extattrctl = vfs_stdextattrctl, .vfs_suspendctl = (void *)eopnotsupp, \
		.vfs_renamelock_enter = genfs_renamelock_enter,                            \
		.vfs_renamelock_exit = genfs_renamelock_exit, .vfs_opv_descs = (descs),    \
	}

static struct vfsops ext2fs_vfsops = EXT2FS_VFSOPS(MOUNT_EXT2FS, ext2fs_opv_descs);
static struct vfsops ext4_vfsops = EXT2FS_VFSOPS(MOUNT_EXT4, ext4_opv_descs);

static int
types_attach(void)
{
	int error;

	ext2fs_node_cache = pool_cache_init(
	    sizeof(struct e2node), 0, 0, 0, "ext2node", NULL, IPL_NONE, NULL, NULL, NULL);
	error = vfs_attach(&ext2fs_vfsops);
	if (error == 0) {
		error = vfs_attach(&ext4_vfsops);
		if (error != 0)
			(void)vfs_detach(&ext2fs_vfsops);
	}
	if (error != 0)
		pool_cache_destroy(ext2fs_node_cache);
	return error;
}

static int
types_detach(void)
{
	int error;

	error = vfs_detach(&ext4_vfsops);
	if (error != 0)
		return error;
	error = vfs_detach(&ext2fs_vfsops);
	if (error != 0) {
		(void)vfs_attach(&ext4_vfsops);
		return error;
	}
	pool_cache_destroy(ext2fs_node_cache);
	return 0;
}

MODULE(MODULE_CLASS_VFS, ext2fs, NULL);

static int
ext2fs_modcmd(modcmd_t cmd, void *arg)
{
	switch (cmd) {
	case MODULE_CMD_INIT:
		return types_attach();
	case MODULE_CMD_FINI:
		return types_detach();
	default:
		return ENOTTY;
	}
}
