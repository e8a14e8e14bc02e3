/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Renaming in rumpfs: its part of the genfs frame. */
#include <sys/param.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "rumpfs.h"

static bool
gro_directory_empty_p(struct mount *mp, kauth_cred_t cred, struct vnode *vp, struct vnode *dvp)
{
	return rumpfs_dir_empty(VP_TO_RUMPFS(vp));
}

static int
gro_rename_check_possible(
    struct mount *mp, struct vnode *fdvp, struct vnode *fvp, struct vnode *tdvp, struct vnode *tvp)
{
	return genfs_ufslike_rename_check_possible(VP_TO_RUMPFS(fdvp)->rn_flags,
	    VP_TO_RUMPFS(fvp)->rn_flags, VP_TO_RUMPFS(tdvp)->rn_flags,
	    tvp != NULL ? VP_TO_RUMPFS(tvp)->rn_flags : 0, tvp != NULL, IMMUTABLE, APPEND);
}

static int
gro_rename_check_permitted(struct mount *mp, kauth_cred_t cred, struct vnode *fdvp,
    struct vnode *fvp, struct vnode *tdvp, struct vnode *tvp)
{
	const struct rumpfs_node *const fd = VP_TO_RUMPFS(fdvp), *const td = VP_TO_RUMPFS(tdvp);

	return genfs_ufslike_rename_check_permitted(cred, fdvp, fd->rn_mode, fd->rn_uid, fvp,
	    VP_TO_RUMPFS(fvp)->rn_uid, tdvp, td->rn_mode, td->rn_uid, tvp,
	    tvp != NULL ? VP_TO_RUMPFS(tvp)->rn_uid : 0);
}

static int
gro_remove_check_possible(struct mount *mp, struct vnode *dvp, struct vnode *vp)
{
	return genfs_ufslike_remove_check_possible(
	    VP_TO_RUMPFS(dvp)->rn_flags, VP_TO_RUMPFS(vp)->rn_flags, IMMUTABLE, APPEND);
}

static int
gro_remove_check_permitted(struct mount *mp, kauth_cred_t cred, struct vnode *dvp, struct vnode *vp)
{
	const struct rumpfs_node *const d = VP_TO_RUMPFS(dvp);

	return genfs_ufslike_remove_check_permitted(
	    cred, dvp, d->rn_mode, d->rn_uid, vp, VP_TO_RUMPFS(vp)->rn_uid);
}

/* The node that a name led to is no longer reached by it. */
static void
drop_name(struct vnode *dvp, const struct componentname *cnp)
{
	struct rumpfs_node *const dir = VP_TO_RUMPFS(dvp);
	struct rumpfs_dirent *const rd = rumpfs_dir_find(dir, cnp->cn_nameptr, cnp->cn_namelen);

	KASSERT(rd != NULL);
	rumpfs_dir_remove(dir, rd);
}

static int
gro_rename(struct mount *mp, kauth_cred_t cred, struct vnode *fdvp, struct componentname *fcnp,
    void *fde, struct vnode *fvp, struct vnode *tdvp, struct componentname *tcnp, void *tde,
    struct vnode *tvp, nlink_t *nlinkp)
{
	struct rumpfs_node *const fn = VP_TO_RUMPFS(fvp);

	if (tvp == NULL && genfs_memory_short(0))
		return ENOSPC;
	if (tvp != NULL) {
		struct rumpfs_node *const tn = VP_TO_RUMPFS(tvp);

		drop_name(tdvp, tcnp);
		if (tn->rn_type == VDIR) {
			tn->rn_nlink--; /* its own "." */
			tn->rn_dir.dir_parent = NULL;
		}
		*nlinkp = tn->rn_nlink;
	}
	drop_name(fdvp, fcnp);
	rumpfs_dir_insert(VP_TO_RUMPFS(tdvp), tcnp->cn_nameptr, tcnp->cn_namelen, fn);
	rumpfs_update(fn, RN_CHANGED);
	return 0;
}

static int
gro_remove(struct mount *mp, kauth_cred_t cred, struct vnode *dvp, struct componentname *cnp,
    void *de, struct vnode *vp, nlink_t *nlinkp)
{
	drop_name(dvp, cnp);
	*nlinkp = VP_TO_RUMPFS(vp)->rn_nlink;
	return 0;
}

static int
gro_lookup(
    struct mount *mp, struct vnode *dvp, struct componentname *cnp, void *de, struct vnode **vpp)
{
	struct rumpfs_dirent *const rd =
	    rumpfs_dir_find(VP_TO_RUMPFS(dvp), cnp->cn_nameptr, cnp->cn_namelen);

	*vpp = NULL;
	return rd == NULL ? ENOENT : rumpfs_node_vnode(mp, rd->rd_node, vpp);
}

static int
parent_of(struct vnode *vp, struct vnode **parentp)
{
	struct rumpfs_node *const parent = VP_TO_RUMPFS(vp)->rn_dir.dir_parent;

	return parent == NULL ? ENOENT : rumpfs_node_vnode(vp->v_mount, parent, parentp);
}

static int
gro_genealogy(struct mount *mp, kauth_cred_t cred, struct vnode *upper, struct vnode *lower,
    struct vnode **betweenp)
{
	return genfs_rename_genealogy(upper, lower, parent_of, betweenp);
}

/* The entry leads to rn from now on; links follow. */
static void
lead_to(struct vnode *dvp, const struct componentname *cnp, struct rumpfs_node *rn)
{
	struct rumpfs_node *const dir = VP_TO_RUMPFS(dvp);
	struct rumpfs_dirent *const rd = rumpfs_dir_find(dir, cnp->cn_nameptr, cnp->cn_namelen);

	KASSERT(rd != NULL);
	if (rd->rd_node->rn_type == VDIR)
		dir->rn_nlink--;
	if (rn->rn_type == VDIR) {
		dir->rn_nlink++;
		rn->rn_dir.dir_parent = dir;
	}
	rd->rd_node = rn;
	rumpfs_update(dir, RN_MODIFIED);
	rumpfs_update(rn, RN_CHANGED);
}

static int
gro_exchange(struct mount *mp, kauth_cred_t cred, struct vnode *fdvp, struct componentname *fcnp,
    struct vnode *fvp, struct vnode *tdvp, struct componentname *tcnp, struct vnode *tvp)
{
	lead_to(fdvp, fcnp, VP_TO_RUMPFS(tvp));
	lead_to(tdvp, tcnp, VP_TO_RUMPFS(fvp));
	return 0;
}

/* A directory that was removed takes no names. */
static int
gro_lock_directory(struct mount *mp, struct vnode *vp)
{
	return VP_TO_RUMPFS(vp)->rn_dir.dir_parent == NULL ? ENOENT : 0;
}

static const struct genfs_rename_ops rumpfs_rename_ops = {
	.gro_directory_empty_p = gro_directory_empty_p,
	.gro_rename_check_possible = gro_rename_check_possible,
	.gro_rename_check_permitted = gro_rename_check_permitted,
	.gro_remove_check_possible = gro_remove_check_possible,
	.gro_remove_check_permitted = gro_remove_check_permitted,
	.gro_rename = gro_rename,
	.gro_remove = gro_remove,
	.gro_lookup = gro_lookup,
	.gro_genealogy = gro_genealogy,
	.gro_lock_directory = gro_lock_directory,
	.gro_exchange = gro_exchange,
};

static int
sane_rename(struct vnode *fdvp, struct componentname *fcnp, struct vnode *tdvp,
    struct componentname *tcnp, kauth_cred_t cred, bool posixly_correct)
{
	return genfs_sane_rename(
	    &rumpfs_rename_ops, fdvp, fcnp, NULL, tdvp, tcnp, NULL, cred, posixly_correct);
}

int
rumpfs_rename(void *v)
{
	return genfs_insane_rename(v, sane_rename);
}

int
rumpfs_exchange(void *v)
{
	return genfs_exchange(&rumpfs_rename_ops, v);
}
