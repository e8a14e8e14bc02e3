/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Vnodes of devices by number, without a node in a file system: bdevvp() and its like.  They belong to
 * dead_rootmount, whose only operation makes them.
 */
#include <sys/param.h>
#include <sys/mount.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>
#include <uvm/uvm_extern.h>

#include "rump_spec.h"

static int
spec_newvnode(struct mount *mp, struct vnode *dvp, struct vnode *vp, struct vattr *vap,
    kauth_cred_t cred, void *extra, size_t *key_len, const void **new_key)
{
	vp->v_tag = VT_NON;
	vp->v_type = vap->va_type;
	vp->v_op = spec_vnodeop_p;
	vp->v_data = NULL;
	uvm_vnp_setsize(vp, 0);
	spec_node_init(vp, vap->va_rdev);
	*key_len = 0;
	*new_key = NULL;
	return 0;
}

static struct vfsops spec_vfsops = {
	.vfs_name = "specfs",
	.vfs_newvnode = spec_newvnode,
};

void
spec_dev_init(void)
{
	dead_rootmount->mnt_op = &spec_vfsops;
}

void
spec_dev_fini(void)
{
	dead_rootmount->mnt_op = NULL;
}

static int
devvp(enum vtype type, dev_t dev, struct vnode **vpp)
{
	struct vattr va;

	if (dev == NODEV) {
		*vpp = NULL;
		return ENXIO;
	}
	vattr_null(&va);
	va.va_type = type;
	va.va_rdev = dev;
	return vcache_new(dead_rootmount, NULL, &va, NOCRED, NULL, vpp);
}

int
bdevvp(dev_t dev, struct vnode **vpp)
{
	return devvp(VBLK, dev, vpp);
}

int
cdevvp(dev_t dev, struct vnode **vpp)
{
	return devvp(VCHR, dev, vpp);
}

bool
vfinddev(dev_t dev, enum vtype type, struct vnode **vpp)
{
	return spec_node_lookup_by_dev(type, dev, 0, vpp) == 0;
}
