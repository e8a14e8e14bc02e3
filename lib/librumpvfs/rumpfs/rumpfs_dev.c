/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What the root file system holds from the start: /tmp, and /dev with the nodes of drivers.
 *
 * Nodes are put in and taken out by themselves, without namei: whoever attaches a driver may have
 * another root directory.
 */
#include <sys/param.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include "rump_devsw.h"
#include "rumpfs.h"

static struct mount *dev_mount;	    /* the root file system; NULL before and after it */
static struct rumpfs_node *dev_dir; /* its /dev */

/* The vnode of /dev, exclusively locked; NULL when there is none any more. */
static struct vnode *
lock_dev(void)
{
	struct vnode *vp;

	if (dev_mount == NULL || rumpfs_node_vnode(dev_mount, dev_dir, &vp) != 0)
		return NULL;
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	if (dev_dir->rn_dir.dir_parent != NULL)
		return vp;
	vput(vp);
	return NULL;
}

static int
dev_add(const char *name, mode_t mode, dev_t dev)
{
	struct rumpfs_mount *const rm = MP_TO_RUMPFS(dev_mount);
	struct vnode *const dvp = lock_dev();
	int error = 0;

	if (dvp == NULL)
		return ENOENT;
	if (rumpfs_dir_find(dev_dir, name, strlen(name)) != NULL) {
		error = EEXIST;
	} else {
		rumpfs_dir_insert(dev_dir, name, strlen(name),
		    rumpfs_node_new(rm, IFTOVT(mode), mode, 0, 0, dev, NULL));
		cache_purge1(dvp, name, strlen(name), 0);
	}
	vput(dvp);
	return error;
}

static void
dev_remove(const char *name, mode_t mode, dev_t dev)
{
	struct rumpfs_mount *const rm = MP_TO_RUMPFS(dev_mount);
	struct vnode *const dvp = lock_dev();
	struct rumpfs_dirent *rd;
	struct rumpfs_node *rn;
	struct vnode *vp = NULL;

	if (dvp == NULL)
		return;
	rd = rumpfs_dir_find(dev_dir, name, strlen(name));
	if (rd != NULL && rd->rd_node->rn_type == IFTOVT(mode) && rd->rd_node->rn_rdev == dev) {
		rn = rd->rd_node;
		cache_purge1(dvp, name, strlen(name), 0);
		if (rumpfs_node_vnode(dev_mount, rn, &vp) != 0)
			vp = NULL;
		else
			vn_lock(vp, LK_EXCLUSIVE | LK_RETRY); /* its links are the lock's */
		rumpfs_dir_remove(dev_dir, rd);
		if (vp == NULL)
			rumpfs_node_unlinked(rm, rn);
		else
			VOP_UNLOCK(vp);
	}
	vput(dvp);
	if (vp != NULL) { /* those who have it open lose it */
		VOP_REVOKE(vp, REVOKEALL);
		vrele(vp);
	}
}

static const struct rump_devnode_ops devnode_ops = {
	.dno_add = dev_add,
	.dno_remove = dev_remove,
};

static struct rumpfs_node *
make_dir(struct rumpfs_mount *rm, const char *name, mode_t mode)
{
	struct rumpfs_node *const rn = rumpfs_node_new(rm, VDIR, mode, 0, 0, NODEV, NULL);

	rumpfs_dir_insert(rm->rm_root, name, strlen(name), rn);
	rn->rn_nlink++; /* "." */
	return rn;
}

void
rumpfs_populate(struct mount *mp)
{
	struct rumpfs_mount *const rm = MP_TO_RUMPFS(mp);

	(void)make_dir(rm, "tmp", 01777);
	dev_dir = make_dir(rm, "dev", 0755);
	dev_mount = mp;
	rump_devnode_setops(&devnode_ops);
}

void
rumpfs_unpopulate(struct mount *mp)
{
	if (dev_mount != mp)
		return;
	rump_devnode_setops(NULL);
	dev_mount = NULL;
	dev_dir = NULL;
}
