/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* kernfs as a type of file system. */
#include <sys/param.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/mount.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>
#include <uvm/uvm_extern.h>

#include "kernfs_var.h"

static int
kernfs_mount(struct mount *mp, const char *path, void *data, size_t *len)
{
	int error;

	if ((mp->mnt_flag & MNT_GETARGS) != 0) {
		*len = 0;
		return 0;
	}
	if (*len != 0) {
		printf("kernfs: there are no arguments, and not of %zu bytes\n", *len);
		return EINVAL;
	}
	if ((mp->mnt_flag & MNT_UPDATE) != 0)
		return 0;
	error = set_statvfs_info(
	    path, UIO_USERSPACE, "kernfs", UIO_SYSSPACE, mp->mnt_op->vfs_name, mp, curlwp);
	if (error != 0)
		return error;
	mp->mnt_stat.f_namemax = NAME_MAX;
	mp->mnt_flag |= MNT_LOCAL;
	mp->mnt_iflag |= IMNT_MPSAFE | IMNT_SHRLOOKUP | IMNT_DTYPE;
	vfs_getnewfsid(mp);
	return 0;
}

static int
kernfs_unmount(struct mount *mp, int mntflags)
{
	return vflush(mp, NULL, (mntflags & MNT_FORCE) != 0 ? FORCECLOSE : 0);
}

static int
kernfs_root(struct mount *mp, int lktype, struct vnode **vpp)
{
	const struct dyn_kern_target *const root = kernfs_root_entry();
	int error;

	error = vcache_get(mp, &root, sizeof(root), vpp);
	if (error == 0 && lktype != LK_NONE && (error = vn_lock(*vpp, lktype)) != 0) {
		vrele(*vpp);
		*vpp = NULL;
	}
	return error;
}

static int
kernfs_loadvnode(
    struct mount *mp, struct vnode *vp, const void *key, size_t key_len, const void **new_key)
{
	const struct dyn_kern_target *dkt;
	struct kernfs_node *kn;

	KASSERT(key_len == sizeof(dkt));
	memcpy(&dkt, key, sizeof(dkt));
	kn = kmem_zalloc(sizeof(*kn), KM_SLEEP);
	mutex_init(&kn->kfs_lock, MUTEX_DEFAULT, IPL_NONE);
	kn->kfs_vnode = vp;
	kn->kfs_kt = &dkt->dkt_kt;
	kn->kfs_type = dkt->dkt_kt.kt_tag;
	kn->kfs_mode = dkt->dkt_kt.kt_mode;
	kn->kfs_fileno = dkt->dkt_ino;
	vp->v_tag = VT_KERNFS;
	vp->v_type = dkt->dkt_kt.kt_vtype;
	vp->v_op = kernfs_vnodeop_p;
	vp->v_data = kn;
	if (dkt == kernfs_root_entry())
		vp->v_vflag |= VV_ROOT;
	uvm_vnp_setsize(vp, 0);
	*new_key = key;
	return 0;
}

static int
kernfs_sync(struct mount *mp, int waitfor, kauth_cred_t cred)
{
	return 0;
}

static const struct vnodeopv_desc *const kernfs_opv_descs[] = { &kernfs_vnodeop_opv_desc, NULL };

static struct vfsops kernfs_vfsops = {
	.vfs_name = MOUNT_KERNFS,
	.vfs_mount = kernfs_mount,
	.vfs_unmount = kernfs_unmount,
	.vfs_root = kernfs_root,
	.vfs_statvfs = genfs_statvfs,
	.vfs_sync = kernfs_sync,
	.vfs_loadvnode = kernfs_loadvnode,
	.vfs_opv_descs = kernfs_opv_descs,
};

MODULE(MODULE_CLASS_VFS, kernfs, NULL);

static int
kernfs_modcmd(modcmd_t cmd, void *arg)
{
	int error;

	switch (cmd) {
	case MODULE_CMD_INIT:
		error = kernfs_entry_init();
		if (error != 0)
			return error;
		error = vfs_attach(&kernfs_vfsops);
		if (error != 0)
			kernfs_entry_fini();
		return error;
	case MODULE_CMD_FINI:
		error = vfs_detach(&kernfs_vfsops);
		if (error == 0)
			kernfs_entry_fini();
		return error;
	default:
		return ENOTTY;
	}
}
