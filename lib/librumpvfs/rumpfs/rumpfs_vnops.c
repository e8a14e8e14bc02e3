/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Vnode operations of rumpfs: names.  Contents are in rumpfs_data.c, attributes in rumpfs_attr.c.
 */
#include <sys/param.h>
#include <sys/fcntl.h>
#include <sys/kauth.h>
#include <sys/lockf.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <miscfs/fifofs/fifo.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>
#include <uvm/uvm_extern.h>

#include "rumpfs.h"

int
rumpfs_node_vnode(struct mount *mp, struct rumpfs_node *rn, struct vnode **vpp)
{
	return vcache_get(mp, &rn, sizeof(rn), vpp);
}

/* ---- Looking up ---- */

static bool
wants_change(const struct componentname *cnp)
{
	return (cnp->cn_flags & ISLASTCN) != 0 && cnp->cn_nameiop != LOOKUP;
}

/* A name that is not there. */
static int
lookup_absent(struct vnode *dvp, struct componentname *cnp)
{
	int error;

	if (wants_change(cnp) && cnp->cn_nameiop != DELETE) {
		if (VP_TO_RUMPFS(dvp)->rn_dir.dir_parent == NULL)
			return ENOENT; /* the directory was removed */
		error = VOP_ACCESS(dvp, VWRITE, cnp->cn_cred);
		return error != 0 ? error : EJUSTRETURN;
	}
	if (cnp->cn_nameiop != CREATE)
		cache_enter(dvp, NULL, cnp->cn_nameptr, cnp->cn_namelen, cnp->cn_flags);
	return ENOENT;
}

/* May the name be taken away?  The directory must be writable, and sticky ones ask for more. */
static int
lookup_delete(struct vnode *dvp, struct rumpfs_node *rn, struct vnode *vp, kauth_cred_t cred)
{
	const struct rumpfs_node *const dir = VP_TO_RUMPFS(dvp);
	int error, sticky = 0;

	error = VOP_ACCESS(dvp, VWRITE, cred);
	if (error != 0)
		return error;
	if (dir->rn_mode & S_ISTXT)
		sticky = genfs_can_sticky(vp, cred, dir->rn_uid, rn->rn_uid);
	return kauth_authorize_vnode(cred, KAUTH_VNODE_DELETE, vp, dvp, sticky);
}

static int
rumpfs_lookup(void *v)
{
	struct vop_lookup_v2_args *const ap = v;
	struct vnode *const dvp = ap->a_dvp;
	struct componentname *const cnp = ap->a_cnp;
	struct rumpfs_node *const dir = VP_TO_RUMPFS(dvp), *rn;
	struct rumpfs_dirent *rd;
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
	if (cnp->cn_flags & ISDOTDOT) {
		rn = dir->rn_dir.dir_parent;
		return rn == NULL ? ENOENT : rumpfs_node_vnode(dvp->v_mount, rn, ap->a_vpp);
	}
	rd = rumpfs_dir_find(dir, cnp->cn_nameptr, cnp->cn_namelen);
	if (rd == NULL)
		return lookup_absent(dvp, cnp);
	rn = rd->rd_node;
	error = rumpfs_node_vnode(dvp->v_mount, rn, ap->a_vpp);
	if (error != 0)
		return error;
	if (wants_change(cnp) && cnp->cn_nameiop != CREATE)
		error = lookup_delete(dvp, rn, *ap->a_vpp, cnp->cn_cred);
	if (error != 0) {
		vrele(*ap->a_vpp);
		*ap->a_vpp = NULL;
		return error;
	}
	cache_enter(dvp, *ap->a_vpp, cnp->cn_nameptr, cnp->cn_namelen, cnp->cn_flags);
	return 0;
}

/* ---- Making names ---- */

/* A new file named cnp in dvp; target: of a symbolic link. */
static int
make_file(struct vnode *dvp, struct vnode **vpp, struct componentname *cnp, struct vattr *vap,
    const char *target)
{
	struct rumpfs_node *const dir = VP_TO_RUMPFS(dvp);
	struct rumpfs_node *rn;
	int error;

	if (dir->rn_dir.dir_parent == NULL)
		return ENOENT;
	if (genfs_memory_short(0))
		return ENOSPC;
	error = vcache_new(dvp->v_mount, dvp, vap, cnp->cn_cred, __UNCONST(target), vpp);
	if (error != 0)
		return error;
	rn = VP_TO_RUMPFS(*vpp);
	rumpfs_dir_insert(dir, cnp->cn_nameptr, cnp->cn_namelen, rn);
	if (rn->rn_type == VDIR)
		rn->rn_nlink++; /* "." */
	rumpfs_cache_id(*vpp);
	cache_enter(dvp, *vpp, cnp->cn_nameptr, cnp->cn_namelen, cnp->cn_flags);
	VN_KNOTE(dvp, NOTE_WRITE | (rn->rn_type == VDIR ? NOTE_LINK : 0));
	return 0;
}

static int
rumpfs_create(void *v)
{
	struct vop_create_v3_args *const ap = v;

	return make_file(ap->a_dvp, ap->a_vpp, ap->a_cnp, ap->a_vap, NULL);
}

static int
rumpfs_mknod(void *v)
{
	struct vop_mknod_v3_args *const ap = v;

	return make_file(ap->a_dvp, ap->a_vpp, ap->a_cnp, ap->a_vap, NULL);
}

static int
rumpfs_mkdir(void *v)
{
	struct vop_mkdir_v3_args *const ap = v;

	return make_file(ap->a_dvp, ap->a_vpp, ap->a_cnp, ap->a_vap, NULL);
}

static int
rumpfs_symlink(void *v)
{
	struct vop_symlink_v3_args *const ap = v;

	if (ap->a_target[0] == '\0')
		return ENOENT;
	return make_file(ap->a_dvp, ap->a_vpp, ap->a_cnp, ap->a_vap, ap->a_target);
}

static int
rumpfs_tmpfile(void *v)
{
	struct vop_tmpfile_args *const ap = v;
	int error;

	if (VP_TO_RUMPFS(ap->a_dvp)->rn_dir.dir_parent == NULL)
		return ENOENT;
	if (genfs_memory_short(0))
		return ENOSPC;
	error = vcache_new(ap->a_dvp->v_mount, ap->a_dvp, ap->a_vap, ap->a_cred, NULL, ap->a_vpp);
	if (error == 0)
		VP_TO_RUMPFS(*ap->a_vpp)->rn_linkable = !(ap->a_vap->va_vaflags & VA_EXCLUSIVE);
	return error;
}

static int
rumpfs_link(void *v)
{
	struct vop_link_v2_args *const ap = v;
	struct vnode *const dvp = ap->a_dvp, *const vp = ap->a_vp;
	struct componentname *const cnp = ap->a_cnp;
	struct rumpfs_node *const rn = VP_TO_RUMPFS(vp);
	int error = 0;

	if (vp->v_type == VDIR)
		return EPERM;
	if (VP_TO_RUMPFS(dvp)->rn_dir.dir_parent == NULL)
		return ENOENT;
	if (genfs_memory_short(0))
		return ENOSPC;
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	if (rn->rn_nlink == 0 && !rn->rn_linkable)
		error = ENOENT;
	else if (rn->rn_flags & (IMMUTABLE | APPEND))
		error = EPERM;
	if (error == 0) {
		rn->rn_linkable = false;
		rumpfs_dir_insert(VP_TO_RUMPFS(dvp), cnp->cn_nameptr, cnp->cn_namelen, rn);
		rumpfs_update(rn, RN_CHANGED);
		cache_enter(dvp, vp, cnp->cn_nameptr, cnp->cn_namelen, cnp->cn_flags);
		VN_KNOTE(vp, NOTE_LINK);
		VN_KNOTE(dvp, NOTE_WRITE);
	}
	VOP_UNLOCK(vp);
	return error;
}

/* ---- Taking names away ---- */

/* errors: EPERM (flags), ENOENT (another took it). */
static int
drop_file(struct vnode *dvp, struct vnode *vp, struct componentname *cnp)
{
	struct rumpfs_node *const dir = VP_TO_RUMPFS(dvp), *const rn = VP_TO_RUMPFS(vp);
	struct rumpfs_dirent *rd;

	if ((rn->rn_flags & (IMMUTABLE | APPEND)) || (dir->rn_flags & APPEND))
		return EPERM;
	rd = rumpfs_dir_find(dir, cnp->cn_nameptr, cnp->cn_namelen);
	if (rd == NULL || rd->rd_node != rn)
		return ENOENT;
	cache_purge1(dvp, cnp->cn_nameptr, cnp->cn_namelen, 0);
	rumpfs_dir_remove(dir, rd);
	return 0;
}

static int
rumpfs_remove(void *v)
{
	struct vop_remove_v3_args *const ap = v;
	struct vnode *const dvp = ap->a_dvp, *const vp = ap->a_vp;
	int error;

	error = vp->v_type == VDIR ? EPERM : drop_file(dvp, vp, ap->a_cnp);
	if (error == 0) {
		ap->ctx_vp_new_nlink = VP_TO_RUMPFS(vp)->rn_nlink;
		VN_KNOTE(vp, ap->ctx_vp_new_nlink == 0 ? NOTE_DELETE : NOTE_LINK);
		VN_KNOTE(dvp, NOTE_WRITE);
	}
	vput(vp);
	return error;
}

static int
rumpfs_rmdir(void *v)
{
	struct vop_rmdir_v2_args *const ap = v;
	struct vnode *const dvp = ap->a_dvp, *const vp = ap->a_vp;
	struct rumpfs_node *const rn = VP_TO_RUMPFS(vp);
	int error;

	if (vp->v_mountedhere != NULL)
		error = EBUSY;
	else if (!rumpfs_dir_empty(rn))
		error = ENOTEMPTY;
	else
		error = drop_file(dvp, vp, ap->a_cnp);
	if (error == 0) {
		rn->rn_nlink--; /* "." */
		KASSERT(rn->rn_nlink == 0);
		rn->rn_dir.dir_parent = NULL;
		cache_purge(vp);
		VN_KNOTE(vp, NOTE_DELETE);
		VN_KNOTE(dvp, NOTE_WRITE | NOTE_LINK);
	}
	vput(vp);
	return error;
}

/* ---- The rest ---- */

static int
rumpfs_open(void *v)
{
	struct vop_open_args *const ap = v;
	const struct rumpfs_node *const rn = VP_TO_RUMPFS(ap->a_vp);

	if ((rn->rn_flags & APPEND) && (ap->a_mode & (FWRITE | O_APPEND)) == FWRITE)
		return EPERM;
	return ap->a_vp->v_type == VSOCK ? EOPNOTSUPP : 0;
}

static int
rumpfs_readlink(void *v)
{
	struct vop_readlink_args *const ap = v;
	struct rumpfs_node *const rn = VP_TO_RUMPFS(ap->a_vp);

	if (rn->rn_type != VLNK)
		return EINVAL;
	rumpfs_update(rn, RN_ACCESSED);
	return uiomove(rn->rn_target, MIN((size_t)rn->rn_size, ap->a_uio->uio_resid), ap->a_uio);
}

static int
rumpfs_inactive(void *v)
{
	struct vop_inactive_v2_args *const ap = v;
	struct rumpfs_node *const rn = VP_TO_RUMPFS(ap->a_vp);

	rumpfs_itimes(rn);
	*ap->a_recycle = rn->rn_nlink == 0;
	return 0;
}

int
rumpfs_reclaim(void *v)
{
	struct vop_reclaim_v2_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct rumpfs_mount *const rm = MP_TO_RUMPFS(vp->v_mount);
	struct rumpfs_node *const rn = VP_TO_RUMPFS(vp);

	VOP_UNLOCK(vp);
	vp->v_data = NULL;
	mutex_enter(&rm->rm_lock);
	rn->rn_hasvnode = false;
	mutex_exit(&rm->rm_lock);
	rumpfs_node_unlinked(rm, rn);
	return 0;
}

int
rumpfs_advlock(void *v)
{
	struct vop_advlock_args *const ap = v;
	struct rumpfs_node *const rn = VP_TO_RUMPFS(ap->a_vp);

	return lf_advlock(ap, &rn->rn_lockf, 0);
}

static int
rumpfs_print(void *v)
{
	struct vop_print_args *const ap = v;
	const struct rumpfs_node *const rn = VP_TO_RUMPFS(ap->a_vp);

	printf("rumpfs inode %llu, %u links\n", (unsigned long long)rn->rn_ino, rn->rn_nlink);
	return 0;
}

int (**rumpfs_vnodeop_p)(void *);
static const struct vnodeopv_entry_desc rumpfs_vnodeop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_parsepath_desc, genfs_parsepath },
	{ &vop_lookup_desc, rumpfs_lookup },
	{ &vop_create_desc, rumpfs_create },
	{ &vop_mknod_desc, rumpfs_mknod },
	{ &vop_tmpfile_desc, rumpfs_tmpfile },
	{ &vop_open_desc, rumpfs_open },
	{ &vop_close_desc, genfs_nullop },
	{ &vop_access_desc, rumpfs_access },
	{ &vop_accessx_desc, genfs_accessx },
	{ &vop_getattr_desc, rumpfs_getattr },
	{ &vop_setattr_desc, rumpfs_setattr },
	{ &vop_read_desc, rumpfs_read },
	{ &vop_write_desc, rumpfs_write },
	{ &vop_ioctl_desc, genfs_enoioctl },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_poll_desc, genfs_poll },
	{ &vop_kqfilter_desc, genfs_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_mmap_desc, genfs_mmap },
	{ &vop_fsync_desc, genfs_nullop },
	{ &vop_seek_desc, genfs_seek },
	{ &vop_remove_desc, rumpfs_remove },
	{ &vop_link_desc, rumpfs_link },
	{ &vop_rename_desc, rumpfs_rename },
	{ &vop_exchange_desc, rumpfs_exchange },
	{ &vop_mkdir_desc, rumpfs_mkdir },
	{ &vop_rmdir_desc, rumpfs_rmdir },
	{ &vop_symlink_desc, rumpfs_symlink },
	{ &vop_readdir_desc, rumpfs_readdir },
	{ &vop_readlink_desc, rumpfs_readlink },
	{ &vop_abortop_desc, genfs_abortop },
	{ &vop_inactive_desc, rumpfs_inactive },
	{ &vop_reclaim_desc, rumpfs_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_print_desc, rumpfs_print },
	{ &vop_pathconf_desc, genfs_pathconf },
	{ &vop_advlock_desc, rumpfs_advlock },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL },
};
const struct vnodeopv_desc rumpfs_vnodeop_opv_desc = { &rumpfs_vnodeop_p, rumpfs_vnodeop_entries };

/* Device nodes: the contents are specfs's, the node is ours. */
int (**rumpfs_specop_p)(void *);
static const struct vnodeopv_entry_desc rumpfs_specop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_parsepath_desc, genfs_parsepath },
	{ &vop_lookup_desc, spec_lookup },
	{ &vop_open_desc, spec_open },
	{ &vop_close_desc, spec_close },
	{ &vop_access_desc, rumpfs_access },
	{ &vop_accessx_desc, genfs_accessx },
	{ &vop_getattr_desc, rumpfs_getattr },
	{ &vop_setattr_desc, rumpfs_setattr },
	{ &vop_read_desc, spec_read },
	{ &vop_write_desc, spec_write },
	{ &vop_fdiscard_desc, spec_fdiscard },
	{ &vop_ioctl_desc, spec_ioctl },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_poll_desc, spec_poll },
	{ &vop_kqfilter_desc, spec_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_mmap_desc, spec_mmap },
	{ &vop_fsync_desc, spec_fsync },
	{ &vop_seek_desc, spec_seek },
	{ &vop_abortop_desc, spec_abortop },
	{ &vop_inactive_desc, rumpfs_inactive },
	{ &vop_reclaim_desc, rumpfs_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_bmap_desc, spec_bmap },
	{ &vop_strategy_desc, spec_strategy },
	{ &vop_print_desc, rumpfs_print },
	{ &vop_pathconf_desc, spec_pathconf },
	{ &vop_advlock_desc, spec_advlock },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_getpages_desc, genfs_getpages },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL },
};
const struct vnodeopv_desc rumpfs_specop_opv_desc = { &rumpfs_specop_p, rumpfs_specop_entries };

int (**rumpfs_fifoop_p)(void *);
static const struct vnodeopv_entry_desc rumpfs_fifoop_entries[] = {
	{ &vop_default_desc, vn_fifo_bypass },
	{ &vop_access_desc, rumpfs_access },
	{ &vop_accessx_desc, genfs_accessx },
	{ &vop_getattr_desc, rumpfs_getattr },
	{ &vop_setattr_desc, rumpfs_setattr },
	{ &vop_inactive_desc, rumpfs_inactive },
	{ &vop_reclaim_desc, rumpfs_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_print_desc, rumpfs_print },
	{ &vop_advlock_desc, rumpfs_advlock },
	{ NULL, NULL },
};
const struct vnodeopv_desc rumpfs_fifoop_opv_desc = { &rumpfs_fifoop_p, rumpfs_fifoop_entries };
