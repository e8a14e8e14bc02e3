/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* fdesc as a type of file system. */
#include <sys/param.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/mount.h>
#include <sys/systm.h>

#include <miscfs/genfs/genfs.h>
#include <uvm/uvm_extern.h>

#include "fdesc.h"

static int
fdesc_mount(struct mount *mp, const char *path, void *data, size_t *len)
{
	int error;

	if ((mp->mnt_flag & MNT_GETARGS) != 0) {
		*len = 0;
		return 0;
	}
	if (*len != 0) {
		printf("fdesc: there are no arguments, and not of %zu bytes\n", *len);
		return EINVAL;
	}
	if ((mp->mnt_flag & MNT_UPDATE) != 0)
		return 0;
	error = set_statvfs_info(
	    path, UIO_USERSPACE, "fdesc", UIO_SYSSPACE, mp->mnt_op->vfs_name, mp, curlwp);
	if (error != 0)
		return error;
	mp->mnt_stat.f_namemax = NAME_MAX;
	mp->mnt_flag |= MNT_LOCAL;
	mp->mnt_iflag |= IMNT_MPSAFE | IMNT_SHRLOOKUP;
	vfs_getnewfsid(mp);
	return 0;
}

static int
fdesc_unmount(struct mount *mp, int mntflags)
{
	return vflush(mp, NULL, (mntflags & MNT_FORCE) != 0 ? FORCECLOSE : 0);
}

static int
fdesc_root(struct mount *mp, int lktype, struct vnode **vpp)
{
	const uint32_t ix = FDESC_ROOT;
	int error;

	error = vcache_get(mp, &ix, sizeof(ix), vpp);
	if (error == 0 && lktype != LK_NONE && (error = vn_lock(*vpp, lktype)) != 0) {
		vrele(*vpp);
		*vpp = NULL;
	}
	return error;
}

/* A descriptor is a regular file as far as open(2) must know before it hears EDUPFD. */
static int
fdesc_loadvnode(
    struct mount *mp, struct vnode *vp, const void *key, size_t key_len, const void **new_key)
{
	struct fdescnode *fd;

	KASSERT(key_len == sizeof(fd->fd_ix));
	fd = kmem_zalloc(sizeof(*fd), KM_SLEEP);
	memcpy(&fd->fd_ix, key, sizeof(fd->fd_ix));
	vp->v_tag = VT_FDESC;
	vp->v_type = fd->fd_ix == FDESC_ROOT ? VDIR : fd->fd_ix < FDESC_FIRSTFD ? VLNK : VREG;
	vp->v_op = fdesc_vnodeop_p;
	vp->v_data = fd;
	if (fd->fd_ix == FDESC_ROOT)
		vp->v_vflag |= VV_ROOT;
	uvm_vnp_setsize(vp, 0);
	*new_key = &fd->fd_ix;
	return 0;
}

static int
fdesc_sync(struct mount *mp, int waitfor, kauth_cred_t cred)
{
	return 0;
}

static const struct vnodeopv_desc *const fdesc_opv_descs[] = { &fdesc_vnodeop_opv_desc, NULL };

static struct vfsops fdesc_vfsops = {
	.vfs_name = MOUNT_FDESC,
	.vfs_mount = fdesc_mount,
	.vfs_unmount = fdesc_unmount,
	.vfs_root = fdesc_root,
	.vfs_statvfs = genfs_statvfs,
	.vfs_sync = fdesc_sync,
	.vfs_loadvnode = fdesc_loadvnode,
	.vfs_opv_descs = fdesc_opv_descs,
};

MODULE(MODULE_CLASS_VFS, fdesc, NULL);

static int
fdesc_modcmd(modcmd_t cmd, void *arg)
{
	switch (cmd) {
	case MODULE_CMD_INIT:
		return vfs_attach(&fdesc_vfsops);
	case MODULE_CMD_FINI:
		return vfs_detach(&fdesc_vfsops);
	default:
		return ENOTTY;
	}
}
