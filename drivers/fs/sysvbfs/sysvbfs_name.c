/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Names: lookup, create, remove, rename.  Each is in the order that SPEC.md promises: an inode is on
 * the medium before a name leads to it, and goes after the last name has gone.
 */
#include <sys/param.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <miscfs/genfs/genfs.h>

#include "sysvbfs.h"

/* ---- Lookup ---- */

static bool
wants_change(const struct componentname *cnp)
{
	return (cnp->cn_flags & ISLASTCN) != 0 && cnp->cn_nameiop != LOOKUP;
}

static int
lookup_absent(struct vnode *dvp, struct componentname *cnp)
{
	int error;

	if (wants_change(cnp) && cnp->cn_nameiop != DELETE) {
		if (dvp->v_mount->mnt_flag & MNT_RDONLY)
			return EROFS;
		error = VOP_ACCESS(dvp, VWRITE, cnp->cn_cred);
		return error != 0 ? error : EJUSTRETURN;
	}
	if (cnp->cn_nameiop != CREATE)
		cache_enter(dvp, NULL, cnp->cn_nameptr, cnp->cn_namelen, cnp->cn_flags);
	return ENOENT;
}

/* May the name be taken away? */
static int
lookup_delete(struct vnode *dvp, struct vnode *vp, kauth_cred_t cred)
{
	const struct bfs_inode dir = sysvbfs_inode_now(VTOB(dvp)), di = sysvbfs_inode_now(VTOB(vp));
	int error, sticky = 0;

	error = VOP_ACCESS(dvp, VWRITE, cred);
	if (error != 0)
		return error;
	if (dir.i_mode & S_ISTXT)
		sticky = genfs_can_sticky(vp, cred, dir.i_uid, di.i_uid);
	return kauth_authorize_vnode(cred, KAUTH_VNODE_DELETE, vp, dvp, sticky);
}

/* The vnode of a name in the directory.  errors: ENOENT, ENAMETOOLONG, EIO. */
static int
name_vnode(struct vnode *dvp, const struct componentname *cnp, struct vnode **vpp)
{
	uint32_t slot;
	ino_t ino;
	int error;

	if (cnp->cn_namelen > BFS_NAME_MAX)
		return ENAMETOOLONG;
	error = sysvbfs_dir_find(VTOB(dvp)->n_bm, cnp->cn_nameptr, cnp->cn_namelen, &slot, &ino);
	return error != 0 ? error : vcache_get(dvp->v_mount, &ino, sizeof(ino), vpp);
}

int
sysvbfs_vop_lookup(void *v)
{
	struct vop_lookup_v2_args *const ap = v;
	struct vnode *const dvp = ap->a_dvp;
	struct componentname *const cnp = ap->a_cnp;
	int error;

	*ap->a_vpp = NULL;
	error = VOP_ACCESS(dvp, VEXEC, cnp->cn_cred);
	if (error != 0)
		return error;
	if (wants_change(cnp) && cnp->cn_nameiop != CREATE && (dvp->v_mount->mnt_flag & MNT_RDONLY))
		return EROFS;
	if (cache_lookup(dvp, cnp->cn_nameptr, cnp->cn_namelen, cnp->cn_nameiop, cnp->cn_flags,
		NULL, ap->a_vpp))
		return *ap->a_vpp == NULL ? ENOENT : 0;
	if (cnp->cn_namelen == 1 && cnp->cn_nameptr[0] == '.') {
		vref(dvp);
		*ap->a_vpp = dvp;
		return 0;
	}
	error = name_vnode(dvp, cnp, ap->a_vpp);
	if (error == ENOENT)
		return lookup_absent(dvp, cnp);
	if (error != 0)
		return error;
	if (wants_change(cnp) && cnp->cn_nameiop != CREATE)
		error = lookup_delete(dvp, *ap->a_vpp, cnp->cn_cred);
	if (error != 0) {
		vrele(*ap->a_vpp);
		*ap->a_vpp = NULL;
		return error;
	}
	cache_enter(dvp, *ap->a_vpp, cnp->cn_nameptr, cnp->cn_namelen, cnp->cn_flags);
	return 0;
}

/* ---- Create ---- */

/* A new inode without a name, on the medium.  errors: ENOSPC, EIO. */
static int
inode_make(struct vnode *dvp, const struct vattr *va, kauth_cred_t cred, ino_t *inop)
{
	struct sysvbfs_mount *const bm = VTOB(dvp)->n_bm;
	const uint32_t now = sysvbfs_now();
	struct sysvbfs_inode *ip;
	mode_t mode = va->va_mode & ALLPERMS;
	gid_t gid;
	ino_t ino;
	int error;

	gid = VTOB(dvp)->n_ip->i_di.i_gid;
	if ((mode & S_ISGID) &&
	    kauth_authorize_vnode(cred, KAUTH_VNODE_RETAIN_SGID, dvp, NULL,
		genfs_can_chmod(dvp, cred, kauth_cred_geteuid(cred), gid, mode)) != 0)
		mode &= ~(mode_t)S_ISGID;
	mutex_enter(&bm->bm_lock);
	ino = sysvbfs_inode_take(bm);
	ip = ino == 0 ? NULL : sysvbfs_inode(bm, ino);
	if (ip != NULL) {
		ip->i_di.i_ino = (uint16_t)ino;
		ip->i_di.i_type = BFS_TYPE_FILE;
		ip->i_di.i_mode = S_IFREG | mode;
		ip->i_di.i_uid = kauth_cred_geteuid(cred);
		ip->i_di.i_gid = gid;
		ip->i_di.i_nlink = 1;
		ip->i_di.i_atime = ip->i_di.i_mtime = ip->i_di.i_ctime = now;
		ip->i_dirty = true;
	}
	mutex_exit(&bm->bm_lock);
	if (ip == NULL)
		return ENOSPC;
	error = sysvbfs_inode_write(bm, ino);
	if (error != 0) { /* what may be there has neither name nor blocks */
		mutex_enter(&bm->bm_lock);
		ip->i_live = ip->i_dirty = false;
		mutex_exit(&bm->bm_lock);
	}
	*inop = ino;
	return error;
}

/* An inode that never had a vnode, and has no name, goes again. */
static void
inode_unmake(struct sysvbfs_mount *bm, ino_t ino)
{
	struct sysvbfs_inode *const ip = sysvbfs_inode(bm, ino);

	mutex_enter(&bm->bm_lock);
	ip->i_di.i_ino = 0;
	ip->i_dirty = true;
	mutex_exit(&bm->bm_lock);
	(void)sysvbfs_inode_write(bm, ino);
}

int
sysvbfs_vop_create(void *v)
{
	struct vop_create_v3_args *const ap = v;
	struct vnode *const dvp = ap->a_dvp;
	struct componentname *const cnp = ap->a_cnp;
	struct sysvbfs_mount *const bm = VTOB(dvp)->n_bm;
	ino_t ino = 0;
	bool lost;
	int error;

	if (ap->a_vap->va_type != VREG)
		return EPERM;
	error = inode_make(dvp, ap->a_vap, cnp->cn_cred, &ino);
	if (error != 0)
		return error;
	error = sysvbfs_dir_enter(bm, cnp->cn_nameptr, cnp->cn_namelen, ino);
	if (error != 0) {
		mutex_enter(&bm->bm_lock);
		lost = bm->bm_failed;
		mutex_exit(&bm->bm_lock);
		if (!lost) /* else there may be a name */
			inode_unmake(bm, ino);
		return error;
	}
	sysvbfs_touch(dvp, SYSVBFS_MTIME | SYSVBFS_CTIME);
	VN_KNOTE(dvp, NOTE_WRITE);
	error = vcache_get(dvp->v_mount, &ino, sizeof(ino), ap->a_vpp);
	if (error == 0)
		cache_enter(dvp, *ap->a_vpp, cnp->cn_nameptr, cnp->cn_namelen, cnp->cn_flags);
	return error;
}

/* ---- Remove ---- */

/* One name less; the last reference frees the inode when that was the last. */
static nlink_t
unlinked(struct vnode *vp)
{
	struct sysvbfs_node *const np = VTOB(vp);
	nlink_t left;

	mutex_enter(&np->n_bm->bm_lock);
	KASSERT(np->n_ip->i_di.i_nlink > 0);
	left = --np->n_ip->i_di.i_nlink;
	mutex_exit(&np->n_bm->bm_lock);
	sysvbfs_touch(vp, SYSVBFS_CTIME);
	return left;
}

/* errors: ENOENT (another took it), EIO, EROFS. */
static int
drop_name(struct vnode *dvp, struct vnode *vp, const struct componentname *cnp)
{
	struct sysvbfs_mount *const bm = VTOB(dvp)->n_bm;
	uint32_t slot;
	ino_t ino;
	int error;

	error = sysvbfs_dir_find(bm, cnp->cn_nameptr, cnp->cn_namelen, &slot, &ino);
	if (error == 0 && ino != VTOB(vp)->n_ino)
		error = ENOENT;
	if (error == 0)
		error = sysvbfs_dir_change(bm, slot, 0);
	if (error == 0)
		sysvbfs_touch(dvp, SYSVBFS_MTIME | SYSVBFS_CTIME);
	return error;
}

int
sysvbfs_vop_remove(void *v)
{
	struct vop_remove_v3_args *const ap = v;
	struct vnode *const dvp = ap->a_dvp, *const vp = ap->a_vp;
	struct componentname *const cnp = ap->a_cnp;
	int error;

	error = vp->v_type == VDIR ? EPERM : drop_name(dvp, vp, cnp);
	if (error == 0) {
		cache_purge1(dvp, cnp->cn_nameptr, cnp->cn_namelen, 0);
		ap->ctx_vp_new_nlink = unlinked(vp);
		VN_KNOTE(vp, ap->ctx_vp_new_nlink == 0 ? NOTE_DELETE : NOTE_LINK);
		VN_KNOTE(dvp, NOTE_WRITE);
	}
	vput(vp);
	return error;
}

/* ---- Rename: this file system's part of the genfs frame ---- */

static bool
gro_directory_empty_p(struct mount *mp, kauth_cred_t cred, struct vnode *vp, struct vnode *dvp)
{
	return false; /* there is no directory but the root */
}

static int
gro_rename_check_possible(
    struct mount *mp, struct vnode *fdvp, struct vnode *fvp, struct vnode *tdvp, struct vnode *tvp)
{
	return 0;
}

static int
gro_rename_check_permitted(struct mount *mp, kauth_cred_t cred, struct vnode *fdvp,
    struct vnode *fvp, struct vnode *tdvp, struct vnode *tvp)
{
	const struct bfs_inode *const dir = &VTOB(fdvp)->n_ip->i_di;
	const mode_t mode = dir->i_mode & ALLPERMS;

	return genfs_ufslike_rename_check_permitted(cred, fdvp, mode, dir->i_uid, fvp,
	    VTOB(fvp)->n_ip->i_di.i_uid, tdvp, mode, dir->i_uid, tvp,
	    tvp != NULL ? VTOB(tvp)->n_ip->i_di.i_uid : 0);
}

static int
gro_remove_check_possible(struct mount *mp, struct vnode *dvp, struct vnode *vp)
{
	return 0;
}

static int
gro_remove_check_permitted(struct mount *mp, kauth_cred_t cred, struct vnode *dvp, struct vnode *vp)
{
	const struct bfs_inode *const dir = &VTOB(dvp)->n_ip->i_di;

	return genfs_ufslike_remove_check_permitted(
	    cred, dvp, dir->i_mode & ALLPERMS, dir->i_uid, vp, VTOB(vp)->n_ip->i_di.i_uid);
}

static int
gro_rename(struct mount *mp, kauth_cred_t cred, struct vnode *fdvp, struct componentname *fcnp,
    void *fde, struct vnode *fvp, struct vnode *tdvp, struct componentname *tcnp, void *tde,
    struct vnode *tvp, nlink_t *nlinkp)
{
	struct sysvbfs_mount *const bm = VTOB(fdvp)->n_bm;
	const ino_t from = VTOB(fvp)->n_ino;
	uint32_t slot;
	ino_t ino;
	int error;

	if (tvp == NULL) { /* the slot gets another name, by one write */
		error = sysvbfs_dir_find(bm, fcnp->cn_nameptr, fcnp->cn_namelen, &slot, &ino);
		if (error == 0)
			error =
			    sysvbfs_dir_rename(bm, slot, from, tcnp->cn_nameptr, tcnp->cn_namelen);
	} else { /* first the new name leads to the file, then the old one goes */
		error = sysvbfs_dir_find(bm, tcnp->cn_nameptr, tcnp->cn_namelen, &slot, &ino);
		if (error == 0)
			error = sysvbfs_dir_change(bm, slot, from);
		if (error == 0) {
			*nlinkp = unlinked(tvp);
			error = drop_name(fdvp, fvp, fcnp);
		}
	}
	if (error != 0) {
		cache_purge(fdvp);
		return error;
	}
	sysvbfs_touch(fdvp, SYSVBFS_MTIME | SYSVBFS_CTIME);
	sysvbfs_touch(fvp, SYSVBFS_CTIME);
	return 0;
}

static int
gro_remove(struct mount *mp, kauth_cred_t cred, struct vnode *dvp, struct componentname *cnp,
    void *de, struct vnode *vp, nlink_t *nlinkp)
{
	const int error = drop_name(dvp, vp, cnp);

	if (error == 0)
		*nlinkp = unlinked(vp);
	return error;
}

static int
gro_lookup(
    struct mount *mp, struct vnode *dvp, struct componentname *cnp, void *de, struct vnode **vpp)
{
	*vpp = NULL;
	return name_vnode(dvp, cnp, vpp);
}

static int
gro_genealogy(struct mount *mp, kauth_cred_t cred, struct vnode *upper, struct vnode *lower,
    struct vnode **betweenp)
{
	*betweenp = NULL;
	return 0;
}

static int
gro_lock_directory(struct mount *mp, struct vnode *vp)
{
	return 0;
}

static const struct genfs_rename_ops sysvbfs_rename_ops = {
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
};

static int
sane_rename(struct vnode *fdvp, struct componentname *fcnp, struct vnode *tdvp,
    struct componentname *tcnp, kauth_cred_t cred, bool posixly_correct)
{
	return genfs_sane_rename(
	    &sysvbfs_rename_ops, fdvp, fcnp, NULL, tdvp, tcnp, NULL, cred, posixly_correct);
}

int
sysvbfs_vop_rename(void *v)
{
	return genfs_insane_rename(v, sane_rename);
}
