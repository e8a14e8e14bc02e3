/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* rumpfs: mounting, and vnodes of nodes. */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <miscfs/fifofs/fifo.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>
#include <uvm/uvm_extern.h>

#include "rump_vfs.h"
#include "rumpfs.h"
#include "../etfs/etfs.h"

#define ROOT_INO 2

static void
mountfs(struct mount *mp)
{
	struct rumpfs_mount *const rm = kmem_zalloc(sizeof(*rm), KM_SLEEP);

	mutex_init(&rm->rm_lock, MUTEX_DEFAULT, IPL_NONE);
	rm->rm_nextino = ROOT_INO;
	rm->rm_root = rumpfs_node_new(rm, VDIR, 0755, 0, 0, NODEV, NULL);
	rm->rm_root->rn_nlink = 2;
	rm->rm_root->rn_dir.dir_parent = rm->rm_root;
	mp->mnt_data = rm;
	mp->mnt_stat.f_namemax = NAME_MAX;
	mp->mnt_flag |= MNT_LOCAL;
	mp->mnt_iflag |=
	    IMNT_MPSAFE | IMNT_NCLOOKUP | IMNT_SHRLOOKUP | IMNT_DTYPE | IMNT_CAN_RWTORO;
	mp->mnt_fs_bshift = PAGE_SHIFT;
	mp->mnt_dev_bshift = DEV_BSHIFT;
	vfs_getnewfsid(mp);
}

static int rumpfs_unmount(struct mount *, int);

static int
rumpfs_mount(struct mount *mp, const char *path, void *data, size_t *data_len)
{
	const bool root = (mp->mnt_flag & MNT_ROOTFS) != 0;
	int error;

	if (mp->mnt_flag & MNT_GETARGS) {
		*data_len = 0;
		return 0;
	}
	if (mp->mnt_flag & MNT_UPDATE)
		return 0;
	error = set_statvfs_info(path, root ? UIO_SYSSPACE : UIO_USERSPACE, "rumpfs", UIO_SYSSPACE,
	    mp->mnt_op->vfs_name, mp, curlwp);
	if (error != 0)
		return error;
	mountfs(mp);
	if (!root)
		return 0;
	rumpfs_populate(mp);
	error = etfs_init(mp);
	if (error != 0)
		(void)rumpfs_unmount(mp, MNT_FORCE);
	return error;
}

/* Free a directory's contents; no node below it has a vnode.  Depth costs no stack. */
static void
free_tree(struct rumpfs_mount *rm, struct rumpfs_node *root)
{
	struct rumpfs_node *dir = root, *rn;
	struct rumpfs_dirent *rd;

	for (;;) {
		rd = RB_TREE_MIN(&dir->rn_dir.dir_bycookie);
		if (rd == NULL) {
			if (dir == root)
				break;
			rn = dir;
			dir = rn->rn_dir.dir_parent;
			/* The entry of an emptied directory is its parent's first. */
			rumpfs_dir_remove(dir, RB_TREE_MIN(&dir->rn_dir.dir_bycookie));
			rn->rn_nlink = 0;
			rumpfs_node_free(rm, rn);
			continue;
		}
		rn = rd->rd_node;
		if (rn->rn_type == VDIR) {
			dir = rn;
			continue;
		}
		rumpfs_dir_remove(dir, rd);
		if (rn->rn_nlink == 0)
			rumpfs_node_free(rm, rn);
	}
	root->rn_nlink = 0;
	rumpfs_node_free(rm, root);
}

static int
rumpfs_unmount(struct mount *mp, int mntflags)
{
	struct rumpfs_mount *const rm = MP_TO_RUMPFS(mp);
	int error;

	error = vflush(mp, NULL, (mntflags & MNT_FORCE) ? FORCECLOSE : 0);
	if (error != 0)
		return error;
	rumpfs_unpopulate(mp);
	etfs_fini(mp);
	free_tree(rm, rm->rm_root);
	KASSERT(rm->rm_nnodes == 0 && rm->rm_bytes == 0);
	mutex_destroy(&rm->rm_lock);
	kmem_free(rm, sizeof(*rm));
	mp->mnt_data = NULL;
	return 0;
}

static int
rumpfs_root(struct mount *mp, int lktype, struct vnode **vpp)
{
	int error;

	error = rumpfs_node_vnode(mp, MP_TO_RUMPFS(mp)->rm_root, vpp);
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
rumpfs_statvfs(struct mount *mp, struct statvfs *sbp)
{
	struct rumpfs_mount *const rm = MP_TO_RUMPFS(mp);
	const uint64_t used = howmany(atomic_load_relaxed(&rm->rm_bytes), PAGE_SIZE);
	const uint64_t total = MAX((uint64_t)physmem, used);

	sbp->f_bsize = sbp->f_frsize = sbp->f_iosize = PAGE_SIZE;
	sbp->f_blocks = total;
	sbp->f_bfree = sbp->f_bavail = total - used;
	sbp->f_bresvd = 0;
	sbp->f_files = total * (PAGE_SIZE / sizeof(struct rumpfs_node));
	sbp->f_ffree = sbp->f_favail =
	    sbp->f_files > rm->rm_nnodes ? sbp->f_files - rm->rm_nnodes : 0;
	sbp->f_fresvd = 0;
	copy_statvfs_info(sbp, mp);
	return 0;
}

static int
rumpfs_sync(struct mount *mp, int waitfor, kauth_cred_t cred)
{
	return 0;
}

static int
rumpfs_renamelock_enter(struct mount *mp)
{
	genfs_renamelock_enter(mp);
	return 0;
}

/* ---- Vnodes ---- */

static void
fill_vnode(struct mount *mp, struct vnode *vp, struct rumpfs_node *rn)
{
	struct rumpfs_mount *const rm = MP_TO_RUMPFS(mp);

	vp->v_tag = VT_RUMP;
	vp->v_type = rn->rn_type;
	vp->v_data = rn;
	mutex_enter(&rm->rm_lock);
	KASSERT(!rn->rn_hasvnode);
	rn->rn_hasvnode = true;
	mutex_exit(&rm->rm_lock);
	switch (rn->rn_type) {
	case VBLK:
	case VCHR:
		vp->v_op = rumpfs_specop_p;
		spec_node_init(vp, rn->rn_rdev);
		break;
	case VFIFO:
		vp->v_op = rumpfs_fifoop_p;
		break;
	default:
		vp->v_op = rn->rn_etfs != NULL ? etfs_vnodeop_p : rumpfs_vnodeop_p;
		break;
	}
	if (rn == rm->rm_root)
		vp->v_vflag |= VV_ROOT;
	uvm_vnp_setsize(vp, rn->rn_type == VREG ? rn->rn_size : 0);
}

static int
rumpfs_loadvnode(
    struct mount *mp, struct vnode *vp, const void *key, size_t key_len, const void **new_key)
{
	struct rumpfs_node *rn;

	KASSERT(key_len == sizeof(rn));
	memcpy(&rn, key, sizeof(rn));
	fill_vnode(mp, vp, rn);
	rumpfs_cache_id(vp);
	*new_key = &rn->rn_self;
	return 0;
}

static int
rumpfs_newvnode(struct mount *mp, struct vnode *dvp, struct vnode *vp, struct vattr *vap,
    kauth_cred_t cred, void *extra, size_t *key_len, const void **new_key)
{
	struct genfs_attr ga;
	struct rumpfs_node *rn;

	genfs_attr_new(&ga, dvp, &VP_TO_RUMPFS(dvp)->rn_attr, vap, cred);
	rn = rumpfs_node_new(
	    MP_TO_RUMPFS(mp), vap->va_type, ga.ga_mode, ga.ga_uid, ga.ga_gid, vap->va_rdev, extra);
	fill_vnode(mp, vp, rn);
	*key_len = sizeof(rn->rn_self);
	*new_key = &rn->rn_self;
	return 0;
}

static const struct vnodeopv_desc *const rumpfs_opv_descs[] = {
	&rumpfs_vnodeop_opv_desc,
	&rumpfs_specop_opv_desc,
	&rumpfs_fifoop_opv_desc,
	&etfs_vnodeop_opv_desc,
	&spec_vnodeop_opv_desc,
	&fifo_vnodeop_opv_desc,
	NULL,
};

struct vfsops rumpfs_vfsops = {
	.vfs_name = MOUNT_RUMPFS,
	.vfs_mount = rumpfs_mount,
	.vfs_unmount = rumpfs_unmount,
	.vfs_root = rumpfs_root,
	.vfs_statvfs = rumpfs_statvfs,
	.vfs_sync = rumpfs_sync,
	.vfs_loadvnode = rumpfs_loadvnode,
	.vfs_newvnode = rumpfs_newvnode,
	.vfs_renamelock_enter = rumpfs_renamelock_enter,
	.vfs_renamelock_exit = genfs_renamelock_exit,
	.vfs_opv_descs = rumpfs_opv_descs,
};
