/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Vnode operations.  Only attributes are written (ext2fs_attr.c): whatever changes contents or names
 * is EROFS.
 *
 * File data goes through the page cache: VOP_READ is ubc_uiomove(), whose misses come back as
 * VOP_BMAP for the run of disk blocks, and are read from the device.  Two kinds of data do not lie
 * in a block of the device as they are: inline data, served by VOP_READ itself, and blocks that the
 * journal has in escaped form, for which VOP_BMAP names this file as the "device", so that
 * VOP_STRATEGY can put them right.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/fcntl.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lockf.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/uio.h>
#include <sys/unistd.h>
#include <miscfs/fifofs/fifo.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>
#include <uvm/uvm_extern.h>

#include "ext2fs_trans.h"

static int
ext2fs_vop_open(void *v)
{
	struct vop_open_args *const ap = v;
	struct e2node *const ip = VTOE(ap->a_vp);

	if ((ap->a_mode & FWRITE) && (ap->a_vp->v_type == VREG || ap->a_vp->v_type == VDIR))
		return EROFS;
	if (ap->a_vp->v_type == VREG && (ip->i_di.i_flags & E2_ENCRYPT_FL)) {
		ext2fs_say(ip->i_um, "inode %ju: feature encrypt is not supported",
		    (uintmax_t)ip->i_number);
		return EOPNOTSUPP;
	}
	return 0;
}

static int
ext2fs_vop_access(void *v)
{
	struct vop_access_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	const struct e2_inode *const di = &VTOE(vp)->i_di;
	const mode_t mode = di->i_mode & ALLPERMS;

	if ((ap->a_accmode & VWRITE) &&
	    (vp->v_type == VREG || vp->v_type == VDIR || vp->v_type == VLNK))
		return EROFS;
	return kauth_authorize_vnode(ap->a_cred, kauth_accmode_to_action((int)ap->a_accmode), vp,
	    NULL,
	    genfs_can_access(vp, ap->a_cred, di->i_uid, di->i_gid, mode, NULL, ap->a_accmode));
}

static struct timespec
timespec_of(struct e2_time t)
{
	return (struct timespec){ .tv_sec = t.t_sec, .tv_nsec = t.t_nsec };
}

static u_long
flags_of(uint32_t flags)
{
	return (flags & E2_IMMUTABLE_FL ? SF_IMMUTABLE : 0u) |
	    (flags & E2_APPEND_FL ? SF_APPEND : 0u) | (flags & E2_NODUMP_FL ? UF_NODUMP : 0u);
}

static int
ext2fs_vop_getattr(void *v)
{
	struct vop_getattr_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct vattr *const va = ap->a_vap;
	const struct e2node *const ip = VTOE(vp);
	const struct e2_inode *const di = &ip->i_di;

	vattr_null(va);
	va->va_type = vp->v_type;
	va->va_mode = di->i_mode & ALLPERMS;
	va->va_nlink = di->i_links;
	va->va_uid = di->i_uid;
	va->va_gid = di->i_gid;
	va->va_fsid = (dev_t)vp->v_mount->mnt_stat.f_fsidx.__fsid_val[0];
	va->va_fileid = ip->i_number;
	va->va_size = vp->v_type == VBLK || vp->v_type == VCHR ? 0 : di->i_size;
	va->va_blocksize = (long)vp->v_mount->mnt_stat.f_iosize;
	va->va_atime = timespec_of(di->i_atime);
	va->va_mtime = timespec_of(di->i_mtime);
	va->va_ctime = timespec_of(di->i_ctime);
	va->va_birthtime = di->i_has_crtime ? timespec_of(di->i_crtime) : va->va_ctime;
	va->va_gen = di->i_generation;
	va->va_flags = flags_of(di->i_flags);
	va->va_rdev = ip->i_rdev;
	va->va_bytes = di->i_blocks
	    << (di->i_flags & E2_HUGE_FILE_FL ? ip->i_um->um_bshift : DEV_BSHIFT);
	va->va_filerev = 0;
	va->va_vaflags = 0;
	return 0;
}

static int
ext2fs_vop_erofs(void *v)
{
	return EROFS;
}

static int
read_inline(struct e2node *ip, struct uio *uio)
{
	uint8_t *data;
	size_t size;
	int error;

	error = ext2fs_inline_read(ip, &data, &size);
	if (error != 0)
		return error;
	if (ip->i_di.i_size > size) {
		ext2fs_say(ip->i_um, "inode %ju: inline data shorter (%zu) than its size (%ju)",
		    (uintmax_t)ip->i_number, size, (uintmax_t)ip->i_di.i_size);
		error = EIO;
	} else {
		error = uiomove_frombuf(data, ip->i_di.i_size, uio);
	}
	kmem_free(data, size);
	return error;
}

int
ext2fs_vop_read(void *v)
{
	struct vop_read_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct uio *const uio = ap->a_uio;
	struct e2node *const ip = VTOE(vp);
	const off_t size = (off_t)ip->i_di.i_size;
	int error = 0;

	if (vp->v_type != VREG)
		return vp->v_type == VDIR ? EISDIR : EOPNOTSUPP;
	if (uio->uio_offset < 0)
		return EINVAL;
	if (uio->uio_resid == 0 || uio->uio_offset >= size)
		return 0;
	if (ip->i_di.i_flags & E2_INLINE_DATA_FL)
		return read_inline(ip, uio);
	while (uio->uio_resid > 0 && uio->uio_offset < size) {
		const vsize_t n = MIN((uint64_t)(size - uio->uio_offset), uio->uio_resid);

		error = ubc_uiomove(&vp->v_uobj, uio, n, IO_ADV_DECODE(ap->a_ioflag),
		    UBC_READ | UBC_PARTIALOK | UBC_VNODE_FLAGS(vp));
		if (error != 0)
			break;
	}
	return error;
}

/* ---- Symbolic links ---- */

/* A short target lies in i_block; then no data block is counted (an xattr block may be). */
static bool
is_fast_link(const struct e2node *ip)
{
	const struct e2_inode *const di = &ip->i_di;
	const struct e2_super *s = &ip->i_um->um_super;
	const uint64_t acl = di->i_file_acl == 0 ? 0
						 : UINT64_C(2)
		<< (ext2fs_has_ro_compat(ip->i_um, E2_ROCOMPAT_BIGALLOC) ? s->s_log_cluster_size
									 : s->s_log_block_size);

	return di->i_size < E2_NBLOCK && (di->i_flags & E2_EXTENTS_FL) == 0 && di->i_blocks <= acl;
}

int
ext2fs_vop_readlink(void *v)
{
	struct vop_readlink_args *const ap = v;
	struct e2node *const ip = VTOE(ap->a_vp);
	const size_t size = ip->i_di.i_size;
	uint8_t *target;
	int error;

	if (ap->a_vp->v_type != VLNK)
		return EINVAL;
	if (ip->i_di.i_flags & E2_ENCRYPT_FL) {
		ext2fs_say(ip->i_um, "inode %ju: feature encrypt is not supported",
		    (uintmax_t)ip->i_number);
		return EOPNOTSUPP;
	}
	if (ip->i_di.i_flags & E2_INLINE_DATA_FL)
		return read_inline(ip, ap->a_uio);
	if (is_fast_link(ip))
		return uiomove(ip->i_di.i_block, MIN(size, ap->a_uio->uio_resid), ap->a_uio);
	target = kmem_alloc(size, KM_SLEEP);
	error = ext2fs_content_read(ip, target, size);
	if (error == 0)
		error = uiomove(target, MIN(size, ap->a_uio->uio_resid), ap->a_uio);
	kmem_free(target, size);
	return error;
}

/* ---- Blocks ---- */

/*
 * Replace the beginning of a run by its copy in the journal, or end it where one begins.
 * true: the block is escaped in the journal.
 */
static bool
overlay_run(const struct e2_overlay *ov, struct e2_run *run)
{
	uint64_t copy, next;
	bool escaped;

	if (ext2fs_overlay_find(ov, run->r_blk, &copy, &escaped)) {
		run->r_blk = copy;
		run->r_len = 1;
		return escaped;
	}
	next = ext2fs_overlay_next(ov, run->r_blk);
	run->r_len = MIN(run->r_len, next - run->r_blk);
	return false;
}

int
ext2fs_vop_bmap(void *v)
{
	struct vop_bmap_args *const ap = v;
	struct e2node *const ip = VTOE(ap->a_vp);
	const struct ext2mount *const um = ip->i_um;
	struct e2_run run;
	bool escaped = false;
	int error;

	if (ap->a_vpp != NULL)
		*ap->a_vpp = um->um_devvp;
	if (ap->a_bnp == NULL)
		return 0;
	if (ap->a_bn < 0 || (ip->i_di.i_flags & E2_INLINE_DATA_FL))
		return EINVAL;
	error = ext2fs_map(ip, (uint64_t)ap->a_bn, &run);
	if (error != 0)
		return error;
	if (run.r_blk != 0 && um->um_overlay != NULL)
		escaped = overlay_run(um->um_overlay, &run);
	if (escaped && ap->a_vpp != NULL) {
		*ap->a_vpp = ap->a_vp;
		run.r_blk = (uint64_t)ap->a_bn;
	}
	*ap->a_bnp =
	    run.r_blk == 0 && !escaped ? -1 : (daddr_t)(run.r_blk << (um->um_bshift - DEV_BSHIFT));
	if (ap->a_runp != NULL)
		*ap->a_runp = (int)MIN(run.r_len - 1, (uint64_t)INT_MAX >> um->um_bshift);
	return 0;
}

/* Only for blocks whose copy in the journal is escaped: b_blkno counts in the file. */
int
ext2fs_vop_strategy(void *v)
{
	struct vop_strategy_args *const ap = v;
	struct buf *const bp = ap->a_bp, *copy;
	struct e2node *const ip = VTOE(ap->a_vp);
	const struct ext2mount *const um = ip->i_um;
	const uint64_t at = (uint64_t)bp->b_blkno << DEV_BSHIFT;
	const size_t off = at & (um->um_bsize - 1);
	struct e2_run run;
	int error = EIO;

	if ((bp->b_flags & B_READ) && (size_t)bp->b_bcount <= um->um_bsize - off)
		error = ext2fs_map(ip, at >> um->um_bshift, &run);
	if (error == 0 && run.r_blk == 0)
		error = EIO;
	if (error == 0)
		error = ext2fs_bread(ip->i_um, run.r_blk, "contents", ip->i_number, &copy);
	if (error == 0) {
		memcpy(bp->b_data, (const uint8_t *)copy->b_data + off, (size_t)bp->b_bcount);
		brelse(copy, 0);
	}
	bp->b_error = error;
	bp->b_resid = error == 0 ? 0 : bp->b_bcount;
	biodone(bp);
	return error;
}

/* ---- The rest ---- */

static int
ext2fs_vop_pathconf(void *v)
{
	struct vop_pathconf_args *const ap = v;

	switch (ap->a_name) {
	case _PC_LINK_MAX:
		*ap->a_retval = 65000;
		return 0;
	case _PC_NAME_MAX:
		*ap->a_retval = E2_NAME_MAX;
		return 0;
	case _PC_PATH_MAX:
		*ap->a_retval = PATH_MAX;
		return 0;
	case _PC_PIPE_BUF:
		*ap->a_retval = PIPE_BUF;
		return 0;
	case _PC_CHOWN_RESTRICTED:
	case _PC_NO_TRUNC:
	case _PC_SYNC_IO:
		*ap->a_retval = 1;
		return 0;
	case _PC_FILESIZEBITS:
		*ap->a_retval = 49;
		return 0;
	default:
		return genfs_pathconf(ap);
	}
}

static int
ext2fs_vop_advlock(void *v)
{
	struct vop_advlock_args *const ap = v;
	struct e2node *const ip = VTOE(ap->a_vp);

	return lf_advlock(ap, &ip->i_lockf, 0);
}

static int
ext2fs_vop_reclaim(void *v)
{
	struct vop_reclaim_v2_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct e2node *const ip = VTOE(vp);

	VOP_UNLOCK(vp);
	genfs_node_destroy(vp);
	vp->v_data = NULL;
	pool_cache_put(ext2fs_node_cache, ip);
	return 0;
}

static int
ext2fs_vop_print(void *v)
{
	struct vop_print_args *const ap = v;
	const struct e2node *const ip = VTOE(ap->a_vp);

	printf("tag VT_EXT2FS, inode %ju on %s, mode 0%o, size %ju\n", (uintmax_t)ip->i_number,
	    ip->i_um->um_name, ip->i_di.i_mode, (uintmax_t)ip->i_di.i_size);
	return 0;
}

/* What files, devices and fifos have in common. */
#define EXT2FS_COMMON_OPS                                                                    \
	{ &vop_default_desc, vn_default_error }, { &vop_access_desc, ext2fs_vop_access },    \
	    { &vop_accessx_desc, genfs_accessx }, { &vop_getattr_desc, ext2fs_vop_getattr }, \
	    { &vop_setattr_desc, ext2fs_vop_setattr }, { &vop_inactive_desc, genfs_nullop }, \
	    { &vop_reclaim_desc, ext2fs_vop_reclaim }, { &vop_lock_desc, genfs_lock },       \
	    { &vop_unlock_desc, genfs_unlock }, { &vop_islocked_desc, genfs_islocked },      \
	    { &vop_print_desc, ext2fs_vop_print }, { &vop_bwrite_desc, vn_bwrite },          \
	    { &vop_getextattr_desc, ext2fs_vop_getextattr },                                 \
	{                                                                                    \
		&vop_listextattr_desc, ext2fs_vop_listextattr                                \
	}

int (**ext2fs_vnodeop_p)(void *);
static const struct vnodeopv_entry_desc ext2fs_vnodeop_entries[] = {
	EXT2FS_COMMON_OPS,
	{ &vop_parsepath_desc, genfs_parsepath },
	{ &vop_lookup_desc, ext2fs_vop_lookup },
	{ &vop_create_desc, genfs_eopnotsupp },
	{ &vop_mknod_desc, genfs_eopnotsupp },
	{ &vop_open_desc, ext2fs_vop_open },
	{ &vop_close_desc, genfs_nullop },
	{ &vop_read_desc, ext2fs_vop_read },
	{ &vop_write_desc, ext2fs_vop_erofs },
	{ &vop_fallocate_desc, ext2fs_vop_erofs },
	{ &vop_fdiscard_desc, ext2fs_vop_erofs },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_ioctl_desc, genfs_enoioctl },
	{ &vop_poll_desc, genfs_poll },
	{ &vop_kqfilter_desc, genfs_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_mmap_desc, genfs_mmap },
	{ &vop_fsync_desc, ext2fs_vop_fsync },
	{ &vop_seek_desc, genfs_seek },
	{ &vop_remove_desc, genfs_eopnotsupp },
	{ &vop_link_desc, genfs_erofs_link },
	{ &vop_rename_desc, genfs_eopnotsupp },
	{ &vop_mkdir_desc, genfs_eopnotsupp },
	{ &vop_rmdir_desc, genfs_eopnotsupp },
	{ &vop_symlink_desc, genfs_erofs_symlink },
	{ &vop_readdir_desc, ext2fs_vop_readdir },
	{ &vop_readlink_desc, ext2fs_vop_readlink },
	{ &vop_abortop_desc, genfs_abortop },
	{ &vop_bmap_desc, ext2fs_vop_bmap },
	{ &vop_strategy_desc, ext2fs_vop_strategy },
	{ &vop_pathconf_desc, ext2fs_vop_pathconf },
	{ &vop_advlock_desc, ext2fs_vop_advlock },
	{ &vop_getpages_desc, genfs_getpages },
	{ &vop_putpages_desc, genfs_putpages },
	{ NULL, NULL },
};
const struct vnodeopv_desc ext2fs_vnodeop_opv_desc = {
	&ext2fs_vnodeop_p,
	ext2fs_vnodeop_entries,
};

int (**ext2fs_specop_p)(void *);
static const struct vnodeopv_entry_desc ext2fs_specop_entries[] = {
	EXT2FS_COMMON_OPS,
	{ &vop_lookup_desc, spec_lookup },
	{ &vop_open_desc, spec_open },
	{ &vop_close_desc, spec_close },
	{ &vop_read_desc, spec_read },
	{ &vop_write_desc, spec_write },
	{ &vop_fdiscard_desc, spec_fdiscard },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_ioctl_desc, spec_ioctl },
	{ &vop_poll_desc, spec_poll },
	{ &vop_kqfilter_desc, spec_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_mmap_desc, spec_mmap },
	{ &vop_fsync_desc, spec_fsync },
	{ &vop_seek_desc, spec_seek },
	{ &vop_bmap_desc, spec_bmap },
	{ &vop_strategy_desc, spec_strategy },
	{ &vop_pathconf_desc, spec_pathconf },
	{ &vop_advlock_desc, spec_advlock },
	{ &vop_getpages_desc, genfs_getpages },
	{ &vop_putpages_desc, genfs_putpages },
	{ NULL, NULL },
};
const struct vnodeopv_desc ext2fs_specop_opv_desc = {
	&ext2fs_specop_p,
	ext2fs_specop_entries,
};

int (**ext2fs_fifoop_p)(void *);
static const struct vnodeopv_entry_desc ext2fs_fifoop_entries[] = {
	EXT2FS_COMMON_OPS,
	{ &vop_lookup_desc, vn_fifo_bypass },
	{ &vop_open_desc, vn_fifo_bypass },
	{ &vop_close_desc, vn_fifo_bypass },
	{ &vop_read_desc, vn_fifo_bypass },
	{ &vop_write_desc, vn_fifo_bypass },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_ioctl_desc, vn_fifo_bypass },
	{ &vop_poll_desc, vn_fifo_bypass },
	{ &vop_kqfilter_desc, vn_fifo_bypass },
	{ &vop_revoke_desc, vn_fifo_bypass },
	{ &vop_mmap_desc, vn_fifo_bypass },
	{ &vop_fsync_desc, ext2fs_vop_fsync },
	{ &vop_seek_desc, vn_fifo_bypass },
	{ &vop_bmap_desc, vn_fifo_bypass },
	{ &vop_strategy_desc, vn_fifo_bypass },
	{ &vop_pathconf_desc, vn_fifo_bypass },
	{ &vop_advlock_desc, vn_fifo_bypass },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL },
};
const struct vnodeopv_desc ext2fs_fifoop_opv_desc = {
	&ext2fs_fifoop_p,
	ext2fs_fifoop_entries,
};
