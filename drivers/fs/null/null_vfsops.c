/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * null: a directory of one place shown at another.  All is the frame's (rumpvfs_layerfs); here are the
 * argument, and the refusal of mounts that would put a directory below itself.
 *
 * Two directories that lie in one another by the lower file system's tree would share locks in an order that
 * is no order: a walk holds the parent's lock while it waits for the child's.  So both are followed through
 * all layers down to what they are views of, and neither may be the other, or be below it.
 */
#include <sys/param.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>
#include <miscfs/genfs/layer_extern.h>
#include <miscfs/nullfs/null.h>

/* ---- The argument ---- */

static int
refuse(const struct mount *mp, const char *target, const char *why, int error)
{
	printf("null: %s: target %s: %s\n", mp->mnt_stat.f_mntonname, target, why);
	return error;
}

/* What vp is a view of, through all layers, referenced.  errors: ENOENT (one of them is dead). */
static int
bottom_of(struct vnode *vp, struct vnode **bottomp)
{
	struct vnode *lower;

	for (vref(vp); (vp->v_vflag & VV_LAYER) != 0; vp = lower) {
		lower = NULL;
		mutex_enter(vp->v_interlock);
		if (vp->v_data != NULL) {
			lower = LAYERVPTOLOWERVP(vp);
			vref(lower);
		}
		mutex_exit(vp->v_interlock);
		vrele(vp);
		if (lower == NULL)
			return ENOENT;
	}
	*bottomp = vp;
	return 0;
}

/* errors: EDEADLK (target and the covered directory lie in one another). */
static int
check_distinct(struct mount *mp, struct vnode *target)
{
	struct vnode *a, *b;
	int error;

	error = bottom_of(target, &a);
	if (error != 0)
		return error;
	error = bottom_of(mp->mnt_vnodecovered, &b);
	if (error == 0) {
		if (a == b || vn_isunder(a, b, curlwp) || vn_isunder(b, a, curlwp))
			error = EDEADLK;
		vrele(b);
	}
	vrele(a);
	return error;
}

/* The directory to be shown, referenced and unlocked; *path: PNBUF_GET() memory with its name. */
static int
find_target(struct mount *mp, const char *upath, char **pathp, struct vnode **vpp)
{
	char *const path = PNBUF_GET();
	size_t done;
	int error;

	error = copyinstr(upath, path, MAXPATHLEN, &done);
	if (error == 0)
		error = namei_simple_kernel(path, NSM_FOLLOW_NOEMULROOT, vpp);
	if (error != 0) {
		PNBUF_PUT(path);
		return error;
	}
	if ((*vpp)->v_type != VDIR)
		error = refuse(mp, path, "not a directory", ENOTDIR);
	else if (check_distinct(mp, *vpp) != 0)
		error = refuse(mp, path, "it and the mount point are not distinct", EDEADLK);
	if (error != 0) {
		vrele(*vpp);
		PNBUF_PUT(path);
		return error;
	}
	*pathp = path;
	return 0;
}

/* ---- Mounting ---- */

/* Make mp the layer over the directory lower.  owns: lower, if that works. */
static int
mount_over(struct mount *mp, struct vnode *lower)
{
	struct layer_mount *lm;
	struct mount *lowermp;
	int error;

	/* Looked at with the lock: a forced unmount may be on its way. */
	error = vn_lock(lower, LK_SHARED);
	if (error != 0)
		return error;
	lowermp = lower->v_mount;
	vfs_set_lowermount(mp, lowermp);
	VOP_UNLOCK(lower);
	lm = kmem_zalloc(sizeof(struct null_mount), KM_SLEEP);
	lm->layerm_vfs = mp;
	lm->layerm_size = sizeof(struct null_node);
	lm->layerm_tag = VT_NULL;
	lm->layerm_bypass = layer_bypass;
	lm->layerm_vnodeop_p = null_vnodeop_p;
	mp->mnt_data = lm;
	mp->mnt_iflag |= lowermp->mnt_iflag & (IMNT_MPSAFE | IMNT_SHRLOOKUP | IMNT_DTYPE);
	mp->mnt_flag |= lowermp->mnt_flag & MNT_LOCAL;
	mp->mnt_fs_bshift = lowermp->mnt_fs_bshift;
	mp->mnt_dev_bshift = lowermp->mnt_dev_bshift;
	mp->mnt_stat.f_namemax = lowermp->mnt_stat.f_namemax;
	vfs_getnewfsid(mp);
	error = layer_node_create(mp, lower, &lm->layerm_rootvp);
	if (error != 0) {
		mp->mnt_data = NULL;
		kmem_free(lm, sizeof(struct null_mount));
		return error;
	}
	lm->layerm_rootvp->v_vflag |= VV_ROOT;
	return 0;
}

/* Flags only.  errors: EBUSY (to become read-only, and a file is open for writing). */
static int
update(struct mount *mp)
{
	if ((mp->mnt_iflag & IMNT_WANTRDONLY) == 0)
		return 0;
	return vflush(mp, NULL, WRITECLOSE | ((mp->mnt_flag & MNT_FORCE) != 0 ? FORCECLOSE : 0));
}

static int
nullfs_mount(struct mount *mp, const char *path, void *data, size_t *len)
{
	struct null_args *const args = data;
	struct vnode *lower;
	char *target;
	int error;

	if ((mp->mnt_flag & MNT_UPDATE) != 0 && *len == 0)
		return update(mp);
	if (data == NULL || *len < sizeof(*args))
		return EINVAL;
	if ((mp->mnt_flag & MNT_GETARGS) != 0) {
		if (mp->mnt_data == NULL)
			return EIO;
		memset(args, 0, sizeof(*args)); /* the name is in statvfs's f_mntfromname */
		*len = sizeof(*args);
		return 0;
	}
	if ((mp->mnt_flag & MNT_UPDATE) != 0)
		return EOPNOTSUPP; /* it shows what it shows */
	if (args->nulla_target == NULL)
		return EFAULT;
	error = set_statvfs_info(
	    path, UIO_USERSPACE, NULL, UIO_SYSSPACE, mp->mnt_op->vfs_name, mp, curlwp);
	if (error == 0)
		error = find_target(mp, args->nulla_target, &target, &lower);
	if (error != 0)
		return error;
	strlcpy(mp->mnt_stat.f_mntfromname, target, sizeof(mp->mnt_stat.f_mntfromname));
	PNBUF_PUT(target);
	error = mount_over(mp, lower);
	if (error != 0)
		vrele(lower);
	return error;
}

static int
nullfs_unmount(struct mount *mp, int mntflags)
{
	struct layer_mount *const lm = MOUNTTOLAYERMOUNT(mp);
	const bool force = (mntflags & MNT_FORCE) != 0;
	int error;

	error = vflush(mp, lm->layerm_rootvp, force ? FORCECLOSE : 0);
	if (error != 0)
		return error;
	if (force)
		vgone(lm->layerm_rootvp);
	else if (!vrecycle(lm->layerm_rootvp))
		return EBUSY;
	/* A walk that was in the root meanwhile may have left something; now there is no way in. */
	(void)vflush(mp, NULL, FORCECLOSE);
	kmem_free(lm, sizeof(struct null_mount));
	mp->mnt_data = NULL;
	return 0;
}

/* ---- The type ---- */

int (**null_vnodeop_p)(void *);
static const struct vnodeopv_entry_desc null_vnodeop_entries[] = {
	{ &vop_default_desc, layer_bypass },
	{ &vop_lookup_desc, layer_lookup },
	{ &vop_open_desc, layer_open },
	{ &vop_close_desc, layer_close },
	{ &vop_access_desc, layer_access },
	{ &vop_accessx_desc, genfs_accessx },
	{ &vop_getattr_desc, layer_getattr },
	{ &vop_setattr_desc, layer_setattr },
	{ &vop_kqfilter_desc, layer_kqfilter },
	{ &vop_revoke_desc, layer_revoke },
	{ &vop_fsync_desc, layer_fsync },
	{ &vop_remove_desc, layer_remove },
	{ &vop_rename_desc, layer_rename },
	{ &vop_rmdir_desc, layer_rmdir },
	{ &vop_inactive_desc, layer_inactive },
	{ &vop_reclaim_desc, layer_reclaim },
	{ &vop_lock_desc, layer_lock },
	{ &vop_unlock_desc, layer_unlock },
	{ &vop_islocked_desc, layer_islocked },
	{ &vop_bmap_desc, layer_bmap },
	{ &vop_print_desc, layer_print },
	{ &vop_advlock_desc, layer_advlock },
	{ &vop_bwrite_desc, layer_bwrite },
	{ &vop_getpages_desc, layer_getpages },
	{ &vop_putpages_desc, layer_putpages },
	{ NULL, NULL },
};
static const struct vnodeopv_desc null_vnodeop_opv_desc = { &null_vnodeop_p, null_vnodeop_entries };
static const struct vnodeopv_desc *const null_opv_descs[] = { &null_vnodeop_opv_desc, NULL };

static struct vfsops nullfs_vfsops = {
	.vfs_name = MOUNT_NULL,
	.vfs_min_mount_data = sizeof(struct null_args),
	.vfs_mount = nullfs_mount,
	.vfs_start = layerfs_start,
	.vfs_unmount = nullfs_unmount,
	.vfs_root = layerfs_root,
	.vfs_quotactl = layerfs_quotactl,
	.vfs_statvfs = layerfs_statvfs,
	.vfs_sync = layerfs_sync,
	.vfs_vget = layerfs_vget,
	.vfs_loadvnode = layerfs_loadvnode,
	.vfs_fhtovp = layerfs_fhtovp,
	.vfs_vptofh = layerfs_vptofh,
	.vfs_init = layerfs_init,
	.vfs_done = layerfs_done,
	.vfs_snapshot = layerfs_snapshot,
	.vfs_suspendctl = layerfs_suspendctl,
	.vfs_renamelock_enter = layerfs_renamelock_enter,
	.vfs_renamelock_exit = layerfs_renamelock_exit,
	.vfs_opv_descs = null_opv_descs,
};

MODULE(MODULE_CLASS_VFS, null, "layerfs");

static int
null_modcmd(modcmd_t cmd, void *arg)
{
	switch (cmd) {
	case MODULE_CMD_INIT:
		return vfs_attach(&nullfs_vfsops);
	case MODULE_CMD_FINI:
		return vfs_detach(&nullfs_vfsops);
	default:
		return ENOTTY;
	}
}
