/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Vnode operations of devices: opening, closing, and what goes straight to the driver.  Reading and
 * writing are in spec_rdwr.c.
 *
 * The vnode lock is dropped over calls of character drivers, which may sleep for ever.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/dkio.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/lockf.h>
#include <sys/mount.h>
#include <sys/poll.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include "rump_fault.h"
#include "rump_spec.h"

int
spec_lookup(void *v)
{
	struct vop_lookup_v2_args *const ap = v;

	*ap->a_vpp = NULL;
	return ENOTDIR;
}

int
spec_access(void *v)
{
	struct vop_access_args *const ap = v;

	return kauth_authorize_vnode(ap->a_cred,
	    kauth_access_action((int)ap->a_accmode, ap->a_vp->v_type, 0600), ap->a_vp, NULL,
	    genfs_can_access(ap->a_vp, ap->a_cred, 0, 0, 0600, NULL, ap->a_accmode));
}

/* The driver hears of every close of the device, not only of the last. */
static bool
hears_each(enum vtype type, dev_t dev)
{
	return ((type == VBLK ? bdev_flags(dev) : cdev_flags(dev)) & D_MCLOSE) != 0;
}

int
spec_open(void *v)
{
	struct vop_open_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	const dev_t dev = vp->v_rdev;
	struct specnode *sn;
	bool close;
	int error;

	if (vp->v_mount != NULL && (vp->v_mount->mnt_flag & MNT_NODEV))
		return ENXIO;
	error = spec_node_opening(vp, &sn);
	if (error != 0)
		return error;
	if (vp->v_type == VBLK) { /* locked throughout: neither revoked nor closed meanwhile */
		error = bdev_open(dev, ap->a_mode, S_IFBLK, curlwp);
		error = spec_node_opened(sn, error, false, &close);
		KASSERT(!close);
		return error;
	}
	VOP_UNLOCK(vp);
	error = cdev_open(dev, ap->a_mode, S_IFCHR, curlwp);
	error = spec_node_opened(sn, error, hears_each(VCHR, dev), &close);
	if (close)
		(void)cdev_close(dev, ap->a_mode, S_IFCHR, curlwp);
	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	return error;
}

int
spec_close(void *v)
{
	struct vop_close_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	const dev_t dev = vp->v_rdev;
	const bool blk = vp->v_type == VBLK;
	int error = 0, cerror;

	if (blk && vp->v_specnode->sn_opencnt == 1)
		error = vinvalbuf(vp, V_SAVE, ap->a_cred, curlwp, false, 0);
	if (!spec_node_closed(vp, hears_each(vp->v_type, dev)))
		return error;
	if (blk) {
		cerror = bdev_close(dev, ap->a_fflag, S_IFBLK, curlwp);
	} else {
		VOP_UNLOCK(vp);
		cerror = cdev_close(dev, ap->a_fflag, S_IFCHR, curlwp);
		vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	}
	return error != 0 ? error : cerror;
}

int
spec_ioctl(void *v)
{
	struct vop_ioctl_args *const ap = v;
	struct vnode *const vp = ap->a_vp;

	if (vp->v_type == VBLK)
		return bdev_ioctl(spec_vdev(vp), ap->a_command, ap->a_data, ap->a_fflag, curlwp);
	return cdev_ioctl(spec_vdev(vp), ap->a_command, ap->a_data, ap->a_fflag, curlwp);
}

int
spec_poll(void *v)
{
	struct vop_poll_args *const ap = v;
	struct vnode *const vp = ap->a_vp;

	if (vp->v_type == VCHR)
		return cdev_poll(spec_vdev(vp), ap->a_events, curlwp);
	return genfs_poll(v);
}

int
spec_kqfilter(void *v)
{
	struct vop_kqfilter_args *const ap = v;
	struct vnode *const vp = ap->a_vp;

	if (vp->v_type == VCHR)
		return cdev_kqfilter(spec_vdev(vp), ap->a_kn);
	return seltrue_kqfilter(spec_vdev(vp), ap->a_kn);
}

int
spec_mmap(void *v)
{
	struct vop_mmap_args *const ap = v;

	return ap->a_vp->v_type == VBLK ? EINVAL : 0;
}

int
spec_fsync(void *v)
{
	struct vop_fsync_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	int error, force = 0;

	if (vp->v_type != VBLK)
		return 0;
	error = vflushbuf(vp, ap->a_flags);
	if (error == 0 && (ap->a_flags & FSYNC_CACHE)) {
		error = bdev_ioctl(spec_vdev(vp), DIOCCACHESYNC, &force, FWRITE, curlwp);
		if (error == ENODEV || error == ENOTTY || error == EPASSTHROUGH)
			error = 0; /* the device has no cache */
	}
	return error;
}

int
spec_fdiscard(void *v)
{
	struct vop_fdiscard_args *const ap = v;
	struct vnode *const vp = ap->a_vp;

	if (vp->v_type == VCHR)
		return cdev_discard(spec_vdev(vp), ap->a_pos, ap->a_len);
	return bdev_discard(spec_vdev(vp), ap->a_pos, ap->a_len);
}

#ifdef DIAGNOSTIC
/* Fail bp as a test wants it to, before the driver sees it; false: go on. */
static bool
spec_fault(struct buf *bp)
{
	const bool reading = (bp->b_flags & B_READ) != 0;
	const int half = rounddown2(bp->b_bcount / 2, DEV_BSIZE);
	struct buf *part;

	if (reading ? RUMP_FAULT(READ) : RUMP_FAULT(WRITE)) {
		bp->b_error = EIO;
		bp->b_resid = bp->b_bcount;
		biodone(bp);
		return true;
	}
	if (half == 0 || !RUMP_FAULT(SHORT))
		return false;
	part = getiobuf(NULL, true);
	bp->b_resid = bp->b_bcount;
	nestiobuf_setup(bp, part, 0, (size_t)half);
	part->b_dev = bp->b_dev;
	part->b_blkno = bp->b_blkno;
	nestiobuf_done(bp, bp->b_bcount - half, EIO);
	bdev_strategy(part);
	return true;
}
#else
#define spec_fault(bp) false
#endif

int
spec_strategy(void *v)
{
	struct vop_strategy_args *const ap = v;
	struct buf *const bp = ap->a_bp;

	bp->b_dev = spec_vdev(ap->a_vp);
	if (!spec_fault(bp))
		bdev_strategy(bp);
	return 0;
}

int
spec_bmap(void *v)
{
	struct vop_bmap_args *const ap = v;

	if (ap->a_vpp != NULL)
		*ap->a_vpp = ap->a_vp;
	if (ap->a_bnp != NULL)
		*ap->a_bnp = ap->a_bn;
	if (ap->a_runp != NULL)
		*ap->a_runp = MAXBSIZE / DEV_BSIZE;
	return 0;
}

int
spec_inactive(void *v)
{
	return 0;
}

int
spec_reclaim(void *v)
{
	struct vop_reclaim_v2_args *const ap = v;

	VOP_UNLOCK(ap->a_vp);
	return 0;
}

int
spec_pathconf(void *v)
{
	return genfs_pathconf(v);
}

int
spec_advlock(void *v)
{
	struct vop_advlock_args *const ap = v;
	struct specnode *const sn = spec_node_hold(ap->a_vp);
	int error;

	if (sn == NULL)
		return EBADF;
	error = lf_advlock(ap, &sn->sn_dev->sd_lockf, 0);
	spec_node_rele(sn);
	return error;
}

int
spec_print(void *v)
{
	struct vop_print_args *const ap = v;

	printf("device %d, %d\n", (int)major(spec_vdev(ap->a_vp)), (int)minor(spec_vdev(ap->a_vp)));
	return 0;
}

int (**spec_vnodeop_p)(void *);
static const struct vnodeopv_entry_desc spec_vnodeop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_parsepath_desc, genfs_parsepath },
	{ &vop_lookup_desc, spec_lookup },
	{ &vop_create_desc, spec_create },
	{ &vop_mknod_desc, spec_mknod },
	{ &vop_open_desc, spec_open },
	{ &vop_close_desc, spec_close },
	{ &vop_access_desc, spec_access },
	{ &vop_accessx_desc, genfs_accessx },
	{ &vop_getattr_desc, genfs_ebadf },
	{ &vop_setattr_desc, genfs_ebadf },
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
	{ &vop_remove_desc, spec_remove },
	{ &vop_link_desc, spec_link },
	{ &vop_rename_desc, spec_rename },
	{ &vop_mkdir_desc, spec_mkdir },
	{ &vop_rmdir_desc, spec_rmdir },
	{ &vop_symlink_desc, spec_symlink },
	{ &vop_readdir_desc, spec_readdir },
	{ &vop_readlink_desc, spec_readlink },
	{ &vop_abortop_desc, spec_abortop },
	{ &vop_inactive_desc, spec_inactive },
	{ &vop_reclaim_desc, spec_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_bmap_desc, spec_bmap },
	{ &vop_strategy_desc, spec_strategy },
	{ &vop_print_desc, spec_print },
	{ &vop_pathconf_desc, spec_pathconf },
	{ &vop_advlock_desc, spec_advlock },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_getpages_desc, genfs_getpages },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL },
};
const struct vnodeopv_desc spec_vnodeop_opv_desc = { &spec_vnodeop_p, spec_vnodeop_entries };
