/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * deadfs: the operations of a vnode that has been reclaimed while somebody still refers to it.
 *
 * Reads of what was a terminal report end of file, so that a session ends in peace; all else that
 * would touch the file is EIO or EBADF.  The lock is the vnode's own, as ever.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/systm.h>
#include <sys/poll.h>
#include <uvm/uvm_pager.h>
#include <miscfs/deadfs/deadfs.h>
#include <miscfs/genfs/genfs.h>

#include "rump_vfs.h"

int (**dead_vnodeop_p)(void *);

static int
dead_lookup(void *v)
{
	struct vop_lookup_v2_args *ap = v;

	*ap->a_vpp = NULL;
	return ENOTDIR;
}

/* Who asked waits for the end of the transfer: a file system whose disk was pulled out. */
static int
dead_strategy(void *v)
{
	struct vop_strategy_args *const ap = v;
	struct buf *const bp = ap->a_bp;

	bp->b_error = EIO;
	bp->b_resid = bp->b_bcount;
	biodone(bp);
	return EIO;
}

static int
dead_open(void *v)
{
	return ENXIO;
}

static int
dead_read(void *v)
{
	struct vop_read_args *ap = v;

	return (ap->a_vp->v_vflag & VV_ISTTY) != 0 ? 0 : EIO;
}

static int
dead_eio(void *v)
{
	return EIO;
}

static int
dead_ebadf(void *v)
{
	return EBADF;
}

static int
dead_poll(void *v)
{
	return POLLERR | POLLHUP;
}

static int
dead_inactive(void *v)
{
	struct vop_inactive_v2_args *ap = v;

	*ap->a_recycle = false;
	return 0;
}

static int
dead_remove(void *v)
{
	struct vop_remove_v3_args *ap = v;

	vput(ap->a_vp);
	return EIO;
}

static int
dead_rmdir(void *v)
{
	struct vop_rmdir_v2_args *ap = v;

	vput(ap->a_vp);
	return EIO;
}

static int
dead_rename(void *v)
{
	struct vop_rename_args *ap = v;

	if (ap->a_tvp != NULL && ap->a_tvp != ap->a_tdvp)
		vput(ap->a_tvp);
	else if (ap->a_tvp != NULL)
		vrele(ap->a_tvp);
	vput(ap->a_tdvp);
	vrele(ap->a_fdvp);
	vrele(ap->a_fvp);
	return EIO;
}

static int
dead_print(void *v)
{
	printf("\tdead\n");
	return 0;
}

static int
dead_bwrite(void *v)
{
	struct vop_bwrite_args *ap = v;

	return vn_bwrite(ap);
}

static int
dead_getpages(void *v)
{
	struct vop_getpages_args *ap = v;

	if ((ap->a_flags & PGO_LOCKED) == 0)
		rw_exit(ap->a_vp->v_uobj.vmobjlock);
	return EFAULT;
}

static int
dead_default(void *v)
{
	struct vop_generic_args *ap = v;

	panic("dead vnode: %s", ap->a_desc->vdesc_name);
}

static const struct vnodeopv_entry_desc dead_vnodeop_entries[] = {
	{ &vop_default_desc, dead_default },
	{ &vop_bwrite_desc, dead_bwrite },
	{ &vop_parsepath_desc, genfs_parsepath },
	{ &vop_lookup_desc, dead_lookup },
	{ &vop_create_desc, dead_eio },
	{ &vop_mknod_desc, dead_eio },
	{ &vop_open_desc, dead_open },
	{ &vop_close_desc, genfs_nullop },
	{ &vop_access_desc, dead_ebadf },
	{ &vop_accessx_desc, dead_ebadf },
	{ &vop_getattr_desc, dead_ebadf },
	{ &vop_setattr_desc, dead_ebadf },
	{ &vop_read_desc, dead_read },
	{ &vop_write_desc, dead_eio },
	{ &vop_fallocate_desc, dead_ebadf },
	{ &vop_fdiscard_desc, dead_ebadf },
	{ &vop_ioctl_desc, dead_ebadf },
	{ &vop_fcntl_desc, dead_ebadf },
	{ &vop_poll_desc, dead_poll },
	{ &vop_kqfilter_desc, dead_ebadf },
	{ &vop_revoke_desc, genfs_nullop },
	{ &vop_mmap_desc, dead_ebadf },
	{ &vop_fsync_desc, genfs_nullop },
	{ &vop_seek_desc, genfs_nullop },
	{ &vop_remove_desc, dead_remove },
	{ &vop_link_desc, dead_eio },
	{ &vop_rename_desc, dead_rename },
	{ &vop_mkdir_desc, dead_eio },
	{ &vop_rmdir_desc, dead_rmdir },
	{ &vop_symlink_desc, dead_eio },
	{ &vop_readdir_desc, dead_ebadf },
	{ &vop_readlink_desc, dead_ebadf },
	{ &vop_abortop_desc, genfs_nullop },
	{ &vop_inactive_desc, dead_inactive },
	{ &vop_reclaim_desc, genfs_nullop },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_bmap_desc, dead_ebadf },
	{ &vop_strategy_desc, dead_strategy },
	{ &vop_print_desc, dead_print },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_pathconf_desc, dead_ebadf },
	{ &vop_advlock_desc, dead_ebadf },
	{ &vop_whiteout_desc, dead_ebadf },
	{ &vop_getpages_desc, dead_getpages },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ &vop_getacl_desc, dead_ebadf },
	{ &vop_setacl_desc, dead_ebadf },
	{ &vop_aclcheck_desc, dead_ebadf },
	{ &vop_openextattr_desc, dead_ebadf },
	{ &vop_closeextattr_desc, dead_ebadf },
	{ &vop_getextattr_desc, dead_ebadf },
	{ &vop_listextattr_desc, dead_ebadf },
	{ &vop_deleteextattr_desc, dead_ebadf },
	{ &vop_setextattr_desc, dead_ebadf },
	{ NULL, NULL },
};

const struct vnodeopv_desc dead_vnodeop_opv_desc = { &dead_vnodeop_p, dead_vnodeop_entries };
