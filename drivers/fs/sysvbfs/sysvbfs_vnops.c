/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Vnode operations: what is neither a name, nor contents, nor an attribute; and the table of all.
 * Directories, links and devices cannot be: EPERM, as for other file systems without them.
 */
#include <sys/param.h>
#include <sys/lockf.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/unistd.h>
#include <miscfs/genfs/genfs.h>
#include <uvm/uvm_extern.h>

#include "sysvbfs.h"

static int
sysvbfs_vop_eperm(void *v)
{
	return EPERM;
}

/* There is no directory but the root, which is the mount's. */
static int
sysvbfs_vop_rmdir(void *v)
{
	struct vop_rmdir_v2_args *const ap = v;

	vput(ap->a_vp);
	return ENOTDIR;
}

static int
sysvbfs_vop_fsync(void *v)
{
	struct vop_fsync_args *const ap = v;
	struct sysvbfs_node *const np = VTOB(ap->a_vp);
	int error;

	if (np->n_bm->bm_rdonly)
		return 0;
	error = sysvbfs_flush(ap->a_vp, ap->a_flags);
	if (error == 0 && (ap->a_flags & FSYNC_WAIT))
		error = sysvbfs_barrier(np->n_bm);
	return error;
}

/* A file without a name goes with its last reference. */
static int
sysvbfs_vop_inactive(void *v)
{
	struct vop_inactive_v2_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct sysvbfs_node *const np = VTOB(vp);

	*ap->a_recycle = sysvbfs_inode_now(np).i_nlink == 0 && !np->n_bm->bm_rdonly;
	if (*ap->a_recycle)
		uvm_vnp_setsize(vp, 0); /* nobody reads its pages again: they are not written */
	return 0;
}

/*
 * The pages have been written.  An inode that cannot be written stays in the table, dirty: the next
 * sync tries again.
 */
static int
sysvbfs_vop_reclaim(void *v)
{
	struct vop_reclaim_v2_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct sysvbfs_node *const np = VTOB(vp);
	struct sysvbfs_mount *const bm = np->n_bm;

	VOP_UNLOCK(vp);
	if (!bm->bm_rdonly) {
		mutex_enter(&bm->bm_lock);
		if (np->n_ip->i_di.i_nlink == 0) {
			np->n_ip->i_di.i_ino = 0;
			np->n_ip->i_dirty = true;
		}
		mutex_exit(&bm->bm_lock);
		(void)sysvbfs_inode_write(bm, np->n_ino);
	}
	mutex_enter(vp->v_interlock);
	if (vp->v_iflag & VI_ONWORKLST)
		vn_syncer_remove_from_worklist(vp);
	mutex_exit(vp->v_interlock);
	genfs_node_destroy(vp);
	vp->v_data = NULL;
	pool_cache_put(sysvbfs_node_cache, np);
	return 0;
}

static int
sysvbfs_vop_pathconf(void *v)
{
	struct vop_pathconf_args *const ap = v;

	switch (ap->a_name) {
	case _PC_LINK_MAX:
		*ap->a_retval = 1;
		return 0;
	case _PC_NAME_MAX:
		*ap->a_retval = BFS_NAME_MAX;
		return 0;
	case _PC_CHOWN_RESTRICTED:
	case _PC_NO_TRUNC:
	case _PC_SYNC_IO:
		*ap->a_retval = 1;
		return 0;
	case _PC_FILESIZEBITS:
		*ap->a_retval = 33;
		return 0;
	default:
		return genfs_pathconf(ap);
	}
}

static int
sysvbfs_vop_advlock(void *v)
{
	struct vop_advlock_args *const ap = v;

	return lf_advlock(ap, &VTOB(ap->a_vp)->n_lockf, 0);
}

static int
sysvbfs_vop_print(void *v)
{
	struct vop_print_args *const ap = v;
	const struct sysvbfs_node *const np = VTOB(ap->a_vp);

	printf("tag VT_SYSVBFS, inode %ju on %s\n", (uintmax_t)np->n_ino, np->n_bm->bm_name);
	return 0;
}

int (**sysvbfs_vnodeop_p)(void *);
static const struct vnodeopv_entry_desc sysvbfs_vnodeop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_parsepath_desc, genfs_parsepath },
	{ &vop_lookup_desc, sysvbfs_vop_lookup },
	{ &vop_create_desc, sysvbfs_vop_create },
	{ &vop_mknod_desc, sysvbfs_vop_eperm },
	{ &vop_open_desc, genfs_nullop },
	{ &vop_close_desc, genfs_nullop },
	{ &vop_access_desc, sysvbfs_vop_access },
	{ &vop_accessx_desc, genfs_accessx },
	{ &vop_getattr_desc, sysvbfs_vop_getattr },
	{ &vop_setattr_desc, sysvbfs_vop_setattr },
	{ &vop_read_desc, sysvbfs_vop_read },
	{ &vop_write_desc, sysvbfs_vop_write },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_ioctl_desc, genfs_enoioctl },
	{ &vop_poll_desc, genfs_poll },
	{ &vop_kqfilter_desc, genfs_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_mmap_desc, genfs_mmap },
	{ &vop_fsync_desc, sysvbfs_vop_fsync },
	{ &vop_seek_desc, genfs_seek },
	{ &vop_remove_desc, sysvbfs_vop_remove },
	{ &vop_link_desc, sysvbfs_vop_eperm },
	{ &vop_rename_desc, sysvbfs_vop_rename },
	{ &vop_mkdir_desc, sysvbfs_vop_eperm },
	{ &vop_rmdir_desc, sysvbfs_vop_rmdir },
	{ &vop_symlink_desc, sysvbfs_vop_eperm },
	{ &vop_readdir_desc, sysvbfs_vop_readdir },
	{ &vop_readlink_desc, genfs_einval },
	{ &vop_abortop_desc, genfs_abortop },
	{ &vop_inactive_desc, sysvbfs_vop_inactive },
	{ &vop_reclaim_desc, sysvbfs_vop_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_bmap_desc, sysvbfs_vop_bmap },
	{ &vop_print_desc, sysvbfs_vop_print },
	{ &vop_pathconf_desc, sysvbfs_vop_pathconf },
	{ &vop_advlock_desc, sysvbfs_vop_advlock },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_getpages_desc, genfs_getpages },
	{ &vop_putpages_desc, genfs_putpages },
	{ NULL, NULL },
};
const struct vnodeopv_desc sysvbfs_vnodeop_opv_desc = {
	&sysvbfs_vnodeop_p,
	sysvbfs_vnodeop_entries,
};
