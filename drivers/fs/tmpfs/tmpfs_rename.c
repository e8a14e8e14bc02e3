/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Renaming and exchanging: the part of tmpfs in the frame of genfs. */
#include <sys/param.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/systm.h>

#include <miscfs/genfs/genfs.h>

#include "tmpfs.h"

static bool
directory_empty(struct mount *mp, kauth_cred_t cred, struct vnode *vp, struct vnode *dvp)
{
	return VP_TO_TMPFS(vp)->tn_dir.dir_root == NULL;
}

static int
rename_check_possible(
    struct mount *mp, struct vnode *fdvp, struct vnode *fvp, struct vnode *tdvp, struct vnode *tvp)
{
	return genfs_ufslike_rename_check_possible(VP_TO_TMPFS(fdvp)->tn_flags,
	    VP_TO_TMPFS(fvp)->tn_flags, VP_TO_TMPFS(tdvp)->tn_flags,
	    tvp != NULL ? VP_TO_TMPFS(tvp)->tn_flags : 0, tvp != NULL, IMMUTABLE, APPEND);
}

static int
rename_check_permitted(struct mount *mp, kauth_cred_t cred, struct vnode *fdvp, struct vnode *fvp,
    struct vnode *tdvp, struct vnode *tvp)
{
	const struct tmpfs_node *const fd = VP_TO_TMPFS(fdvp), *const td = VP_TO_TMPFS(tdvp);

	return genfs_ufslike_rename_check_permitted(cred, fdvp, fd->tn_mode, fd->tn_uid, fvp,
	    VP_TO_TMPFS(fvp)->tn_uid, tdvp, td->tn_mode, td->tn_uid, tvp,
	    tvp != NULL ? VP_TO_TMPFS(tvp)->tn_uid : 0);
}

static int
remove_check_possible(struct mount *mp, struct vnode *dvp, struct vnode *vp)
{
	return genfs_ufslike_remove_check_possible(
	    VP_TO_TMPFS(dvp)->tn_flags, VP_TO_TMPFS(vp)->tn_flags, IMMUTABLE, APPEND);
}

static int
remove_check_permitted(struct mount *mp, kauth_cred_t cred, struct vnode *dvp, struct vnode *vp)
{
	const struct tmpfs_node *const d = VP_TO_TMPFS(dvp);

	return genfs_ufslike_remove_check_permitted(
	    cred, dvp, d->tn_mode, d->tn_uid, vp, VP_TO_TMPFS(vp)->tn_uid);
}

static struct tmpfs_dirent *
entry_of(struct vnode *dvp, const struct componentname *cnp)
{
	struct tmpfs_dirent *const td =
	    tmpfs_dir_find(VP_TO_TM(dvp), VP_TO_TMPFS(dvp), cnp->cn_nameptr, cnp->cn_namelen);

	KASSERT(td != NULL);
	return td;
}

static int
do_rename(struct mount *mp, kauth_cred_t cred, struct vnode *fdvp, struct componentname *fcnp,
    void *fde, struct vnode *fvp, struct vnode *tdvp, struct componentname *tcnp, void *tde,
    struct vnode *tvp, nlink_t *nlinkp)
{
	struct tmpfs_mount *const tm = MP_TO_TMPFS(mp);
	struct tmpfs_node *const fn = VP_TO_TMPFS(fvp), *const td = VP_TO_TMPFS(tdvp);
	struct tmpfs_dirent *new;

	if (tvp != NULL) {
		struct tmpfs_node *const tn = VP_TO_TMPFS(tvp);

		if (tn->tn_type == VDIR) {
			tmpfs_node_unlink(tm, tn); /* its own "." */
			tn->tn_dir.dir_parent = NULL;
		}
		tmpfs_dir_replace(tm, td, entry_of(tdvp, tcnp), fn);
		*nlinkp = tn->tn_nlink;
	} else {
		new = tmpfs_dirent_new(tm, tcnp->cn_nameptr, tcnp->cn_namelen);
		if (new == NULL)
			return ENOSPC;
		tmpfs_dir_insert(tm, td, new, fn);
	}
	tmpfs_dir_remove(tm, VP_TO_TMPFS(fdvp), entry_of(fdvp, fcnp));
	return 0;
}

static int
do_exchange(struct mount *mp, kauth_cred_t cred, struct vnode *fdvp, struct componentname *fcnp,
    struct vnode *fvp, struct vnode *tdvp, struct componentname *tcnp, struct vnode *tvp)
{
	struct tmpfs_mount *const tm = MP_TO_TMPFS(mp);
	struct tmpfs_node *const fn = VP_TO_TMPFS(fvp), *const tn = VP_TO_TMPFS(tvp);

	/* One of them has a name twice for a moment, so that it is never without. */
	tmpfs_node_link(tn);
	tmpfs_dir_replace(tm, VP_TO_TMPFS(tdvp), entry_of(tdvp, tcnp), fn);
	tmpfs_dir_replace(tm, VP_TO_TMPFS(fdvp), entry_of(fdvp, fcnp), tn);
	tmpfs_node_unlink(tm, tn);
	return 0;
}

static int
do_remove(struct mount *mp, kauth_cred_t cred, struct vnode *dvp, struct componentname *cnp,
    void *de, struct vnode *vp, nlink_t *nlinkp)
{
	tmpfs_dir_remove(MP_TO_TMPFS(mp), VP_TO_TMPFS(dvp), entry_of(dvp, cnp));
	*nlinkp = VP_TO_TMPFS(vp)->tn_nlink;
	return 0;
}

static int
do_lookup(
    struct mount *mp, struct vnode *dvp, struct componentname *cnp, void *de, struct vnode **vpp)
{
	struct tmpfs_dirent *const td =
	    tmpfs_dir_find(MP_TO_TMPFS(mp), VP_TO_TMPFS(dvp), cnp->cn_nameptr, cnp->cn_namelen);

	*vpp = NULL;
	return td == NULL ? ENOENT : tmpfs_node_vnode(mp, td->td_node, vpp);
}

static int
parent_of(struct vnode *vp, struct vnode **parentp)
{
	struct tmpfs_node *const parent = VP_TO_TMPFS(vp)->tn_dir.dir_parent;

	return parent == NULL ? ENOENT : tmpfs_node_vnode(vp->v_mount, parent, parentp);
}

static int
genealogy(struct mount *mp, kauth_cred_t cred, struct vnode *upper, struct vnode *lower,
    struct vnode **betweenp)
{
	return genfs_rename_genealogy(upper, lower, parent_of, betweenp);
}

/* A directory that was removed takes no names. */
static int
lock_directory(struct mount *mp, struct vnode *vp)
{
	return VP_TO_TMPFS(vp)->tn_dir.dir_parent == NULL ? ENOENT : 0;
}

static const struct genfs_rename_ops tmpfs_rename_ops = {
	.gro_directory_empty_p = directory_empty,
	.gro_rename_check_possible = rename_check_possible,
	.gro_rename_check_permitted = rename_check_permitted,
	.gro_remove_check_possible = remove_check_possible,
	.gro_remove_check_permitted = remove_check_permitted,
	.gro_rename = do_rename,
	.gro_remove = do_remove,
	.gro_lookup = do_lookup,
	.gro_genealogy = genealogy,
	.gro_lock_directory = lock_directory,
	.gro_exchange = do_exchange,
};

static int
sane_rename(struct vnode *fdvp, struct componentname *fcnp, struct vnode *tdvp,
    struct componentname *tcnp, kauth_cred_t cred, bool posixly_correct)
{
	return genfs_sane_rename(
	    &tmpfs_rename_ops, fdvp, fcnp, NULL, tdvp, tcnp, NULL, cred, posixly_correct);
}

int
tmpfs_rename(void *v)
{
	return genfs_insane_rename(v, sane_rename);
}

int
tmpfs_exchange(void *v)
{
	return genfs_exchange(&tmpfs_rename_ops, v);
}
