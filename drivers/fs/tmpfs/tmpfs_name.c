/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Names: looking up, making, linking, removing. */
#include <sys/param.h>
#include <sys/event.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/systm.h>

#include <miscfs/genfs/genfs.h>

#include "tmpfs.h"

int
tmpfs_node_vnode(struct mount *mp, struct tmpfs_node *tn, struct vnode **vpp)
{
	return vcache_get(mp, &tn, sizeof(tn), vpp);
}

/* ---- Looking up ---- */

/* The name will be made, moved or removed. */
static bool
changes(const struct componentname *cnp)
{
	return (cnp->cn_flags & ISLASTCN) != 0 && cnp->cn_nameiop != LOOKUP;
}

/* May the name be made in a directory that does not have it? */
static int
absent(struct vnode *dvp, struct componentname *cnp)
{
	int error;

	if (!changes(cnp) || cnp->cn_nameiop == DELETE) {
		if (cnp->cn_nameiop != CREATE)
			cache_enter(dvp, NULL, cnp->cn_nameptr, cnp->cn_namelen, cnp->cn_flags);
		return ENOENT;
	}
	if (VP_TO_TMPFS(dvp)->tn_dir.dir_parent == NULL)
		return ENOENT; /* the directory was removed */
	error = VOP_ACCESS(dvp, VWRITE, cnp->cn_cred);
	return error != 0 ? error : EJUSTRETURN;
}

/* May the name of vp be taken away? */
static int
may_remove(struct vnode *dvp, struct vnode *vp, kauth_cred_t cred)
{
	const struct tmpfs_node *const dir = VP_TO_TMPFS(dvp);
	const int error = VOP_ACCESS(dvp, VWRITE, cred);

	return error != 0 ? error
			  : genfs_ufslike_remove_check_permitted(
				cred, dvp, dir->tn_mode, dir->tn_uid, vp, VP_TO_TMPFS(vp)->tn_uid);
}

/* The node of the name, whose entry or parent is there; NULL: absent. */
static struct tmpfs_node *
named_node(struct vnode *dvp, const struct componentname *cnp)
{
	struct tmpfs_node *const dir = VP_TO_TMPFS(dvp);
	struct tmpfs_dirent *td;

	if (cnp->cn_flags & ISDOTDOT)
		return dir->tn_dir.dir_parent;
	td = tmpfs_dir_find(VP_TO_TM(dvp), dir, cnp->cn_nameptr, cnp->cn_namelen);
	return td == NULL ? NULL : td->td_node;
}

int
tmpfs_lookup(void *v)
{
	struct vop_lookup_v2_args *const ap = v;
	struct vnode *const dvp = ap->a_dvp;
	struct vnode **const vpp = ap->a_vpp;
	struct componentname *const cnp = ap->a_cnp;
	const bool taken = changes(cnp) && cnp->cn_nameiop != CREATE;
	struct tmpfs_node *tn;
	int error;

	*vpp = NULL;
	error = VOP_ACCESS(dvp, VEXEC, cnp->cn_cred);
	if (error != 0)
		return error;
	if (taken && (dvp->v_mount->mnt_flag & MNT_RDONLY))
		return EROFS;
	if (cache_lookup(
		dvp, cnp->cn_nameptr, cnp->cn_namelen, cnp->cn_nameiop, cnp->cn_flags, NULL, vpp))
		return *vpp == NULL ? ENOENT : 0;
	if (cnp->cn_namelen == 1 && cnp->cn_nameptr[0] == '.') {
		vref(dvp);
		*vpp = dvp;
		return 0;
	}
	tn = named_node(dvp, cnp);
	if (tn == NULL)
		return (cnp->cn_flags & ISDOTDOT) ? ENOENT : absent(dvp, cnp);
	error = tmpfs_node_vnode(dvp->v_mount, tn, vpp);
	if (error != 0 || (cnp->cn_flags & ISDOTDOT))
		return error;
	if (taken)
		error = may_remove(dvp, *vpp, cnp->cn_cred);
	if (error != 0) {
		vrele(*vpp);
		*vpp = NULL;
		return error;
	}
	cache_enter(dvp, *vpp, cnp->cn_nameptr, cnp->cn_namelen, cnp->cn_flags);
	return 0;
}

/* ---- Making ---- */

/* A new file named cnp in dvp; target: of a symbolic link. */
static int
make_file(struct vnode *dvp, struct vnode **vpp, struct componentname *cnp, struct vattr *vap,
    const char *target)
{
	struct tmpfs_mount *const tm = VP_TO_TM(dvp);
	struct tmpfs_node *const dir = VP_TO_TMPFS(dvp);
	struct tmpfs_dirent *td;
	struct tmpfs_node *tn;
	int error;

	if (dir->tn_dir.dir_parent == NULL)
		return ENOENT;
	td = tmpfs_dirent_new(tm, cnp->cn_nameptr, cnp->cn_namelen);
	if (td == NULL)
		return ENOSPC;
	error = vcache_new(dvp->v_mount, dvp, vap, cnp->cn_cred, __UNCONST(target), vpp);
	if (error != 0) {
		tmpfs_dirent_free(tm, td);
		return error;
	}
	tn = VP_TO_TMPFS(*vpp);
	tmpfs_dir_insert(tm, dir, td, tn);
	if (tn->tn_type == VDIR)
		tn->tn_nlink++; /* "." */
	tmpfs_cache_id(*vpp);
	cache_enter(dvp, *vpp, cnp->cn_nameptr, cnp->cn_namelen, cnp->cn_flags);
	VN_KNOTE(dvp, NOTE_WRITE | (tn->tn_type == VDIR ? NOTE_LINK : 0));
	return 0;
}

int
tmpfs_create(void *v)
{
	struct vop_create_v3_args *const ap = v;

	return make_file(ap->a_dvp, ap->a_vpp, ap->a_cnp, ap->a_vap, NULL);
}

int
tmpfs_mknod(void *v)
{
	struct vop_mknod_v3_args *const ap = v;

	return make_file(ap->a_dvp, ap->a_vpp, ap->a_cnp, ap->a_vap, NULL);
}

int
tmpfs_mkdir(void *v)
{
	struct vop_mkdir_v3_args *const ap = v;

	return make_file(ap->a_dvp, ap->a_vpp, ap->a_cnp, ap->a_vap, NULL);
}

int
tmpfs_symlink(void *v)
{
	struct vop_symlink_v3_args *const ap = v;

	if (ap->a_target[0] == '\0')
		return ENOENT;
	return make_file(ap->a_dvp, ap->a_vpp, ap->a_cnp, ap->a_vap, ap->a_target);
}

int
tmpfs_tmpfile(void *v)
{
	struct vop_tmpfile_args *const ap = v;
	int error;

	if (VP_TO_TMPFS(ap->a_dvp)->tn_dir.dir_parent == NULL)
		return ENOENT;
	error = vcache_new(ap->a_dvp->v_mount, ap->a_dvp, ap->a_vap, ap->a_cred, NULL, ap->a_vpp);
	if (error == 0)
		VP_TO_TMPFS(*ap->a_vpp)->tn_linkable = !(ap->a_vap->va_vaflags & VA_EXCLUSIVE);
	return error;
}

int
tmpfs_link(void *v)
{
	struct vop_link_v2_args *const ap = v;
	struct vnode *const dvp = ap->a_dvp, *const vp = ap->a_vp;
	struct componentname *const cnp = ap->a_cnp;
	struct tmpfs_mount *const tm = VP_TO_TM(dvp);
	struct tmpfs_node *const tn = VP_TO_TMPFS(vp);
	struct tmpfs_dirent *td;
	int error = 0;

	if (vp->v_type == VDIR)
		return EPERM;
	if (VP_TO_TMPFS(dvp)->tn_dir.dir_parent == NULL)
		return ENOENT;
	td = tmpfs_dirent_new(tm, cnp->cn_nameptr, cnp->cn_namelen);
	if (td == NULL)
		return ENOSPC;
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	if (vp->v_type == VBAD)
		error = ENOENT; /* revoked */
	else if (tn->tn_nlink == 0 && !tn->tn_linkable)
		error = ENOENT;
	else if (tn->tn_nlink >= INT_MAX)
		error = EMLINK;
	else if (tn->tn_flags & (IMMUTABLE | APPEND))
		error = EPERM;
	if (error == 0) {
		tmpfs_dir_insert(tm, VP_TO_TMPFS(dvp), td, tn);
		tmpfs_touch(tn, TMPFS_CHANGED);
		cache_enter(dvp, vp, cnp->cn_nameptr, cnp->cn_namelen, cnp->cn_flags);
		VN_KNOTE(vp, NOTE_LINK);
		VN_KNOTE(dvp, NOTE_WRITE);
	}
	VOP_UNLOCK(vp);
	if (error != 0)
		tmpfs_dirent_free(tm, td);
	return error;
}

/* ---- Removing ---- */

/* errors: EPERM (flags), ENOENT (another took it). */
static int
drop_name(struct vnode *dvp, struct vnode *vp, struct componentname *cnp)
{
	struct tmpfs_node *const dir = VP_TO_TMPFS(dvp), *const tn = VP_TO_TMPFS(vp);
	struct tmpfs_dirent *td;
	int error;

	error = genfs_ufslike_remove_check_possible(dir->tn_flags, tn->tn_flags, IMMUTABLE, APPEND);
	if (error != 0)
		return error;
	td = tmpfs_dir_find(VP_TO_TM(dvp), dir, cnp->cn_nameptr, cnp->cn_namelen);
	if (td == NULL || td->td_node != tn)
		return ENOENT;
	cache_purge1(dvp, cnp->cn_nameptr, cnp->cn_namelen, 0);
	tmpfs_dir_remove(VP_TO_TM(dvp), dir, td);
	return 0;
}

int
tmpfs_remove(void *v)
{
	struct vop_remove_v3_args *const ap = v;
	struct vnode *const dvp = ap->a_dvp, *const vp = ap->a_vp;
	int error;

	error = vp->v_type == VDIR ? EPERM : drop_name(dvp, vp, ap->a_cnp);
	if (error == 0) {
		ap->ctx_vp_new_nlink = VP_TO_TMPFS(vp)->tn_nlink;
		VN_KNOTE(vp, ap->ctx_vp_new_nlink == 0 ? NOTE_DELETE : NOTE_LINK);
		VN_KNOTE(dvp, NOTE_WRITE);
	}
	vput(vp);
	return error;
}

int
tmpfs_rmdir(void *v)
{
	struct vop_rmdir_v2_args *const ap = v;
	struct vnode *const dvp = ap->a_dvp, *const vp = ap->a_vp;
	struct tmpfs_node *const tn = VP_TO_TMPFS(vp);
	int error;

	if (vp->v_mountedhere != NULL)
		error = EBUSY;
	else if (tn->tn_dir.dir_root != NULL)
		error = ENOTEMPTY;
	else
		error = drop_name(dvp, vp, ap->a_cnp);
	if (error == 0) {
		tmpfs_node_unlink(VP_TO_TM(vp), tn); /* "." */
		KASSERT(tn->tn_nlink == 0);
		tn->tn_dir.dir_parent = NULL;
		cache_purge(vp);
		VN_KNOTE(vp, NOTE_DELETE);
		VN_KNOTE(dvp, NOTE_WRITE | NOTE_LINK);
	}
	vput(vp);
	return error;
}
