/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The tables of vnode operations, and those operations that are in no other file. */
#include <sys/param.h>
#include <sys/fcntl.h>
#include <sys/lockf.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/uio.h>
#include <sys/unistd.h>

#include <miscfs/fifofs/fifo.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>
#include <uvm/uvm_extern.h>

#include "tmpfs.h"

static int
tmpfs_open(void *v)
{
	struct vop_open_args *const ap = v;
	const struct tmpfs_node *const tn = VP_TO_TMPFS(ap->a_vp);

	if ((tn->tn_flags & APPEND) && (ap->a_mode & (FWRITE | O_APPEND)) == FWRITE)
		return EPERM;
	return ap->a_vp->v_type == VSOCK ? EOPNOTSUPP : 0;
}

static int
tmpfs_readlink(void *v)
{
	struct vop_readlink_args *const ap = v;
	struct tmpfs_node *const tn = VP_TO_TMPFS(ap->a_vp);

	if (tn->tn_type != VLNK)
		return EINVAL;
	tmpfs_accessed(ap->a_vp);
	return uiomove(tn->tn_target, MIN((size_t)tn->tn_size, ap->a_uio->uio_resid), ap->a_uio);
}

static int
tmpfs_inactive(void *v)
{
	struct vop_inactive_v2_args *const ap = v;
	struct tmpfs_node *const tn = VP_TO_TMPFS(ap->a_vp);

	*ap->a_recycle = tn->tn_nlink == 0;
	if (tn->tn_type == VREG && tn->tn_nlink > 0)
		tmpfs_data_trim(VP_TO_TM(ap->a_vp), &tn->tn_data, tn->tn_size);
	return 0;
}

static int
tmpfs_reclaim(void *v)
{
	struct vop_reclaim_v2_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct tmpfs_mount *const tm = VP_TO_TM(vp);
	struct tmpfs_node *const tn = VP_TO_TMPFS(vp);

	VOP_UNLOCK(vp);
	vp->v_data = NULL;
	tmpfs_node_rele(tm, tn);
	return 0;
}

static int
tmpfs_advlock(void *v)
{
	struct vop_advlock_args *const ap = v;
	struct tmpfs_node *const tn = VP_TO_TMPFS(ap->a_vp);

	return lf_advlock(ap, &tn->tn_lockf, 0);
}

static int
tmpfs_print(void *v)
{
	struct vop_print_args *const ap = v;
	const struct tmpfs_node *const tn = VP_TO_TMPFS(ap->a_vp);

	printf("tmpfs inode %llu, %u links\n", (unsigned long long)tn->tn_ino, tn->tn_nlink);
	return 0;
}

int (**tmpfs_vnodeop_p)(void *);
static const struct vnodeopv_entry_desc tmpfs_vnodeop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_parsepath_desc, genfs_parsepath },
	{ &vop_lookup_desc, tmpfs_lookup },
	{ &vop_create_desc, tmpfs_create },
	{ &vop_mknod_desc, tmpfs_mknod },
	{ &vop_tmpfile_desc, tmpfs_tmpfile },
	{ &vop_open_desc, tmpfs_open },
	{ &vop_close_desc, genfs_nullop },
	{ &vop_access_desc, tmpfs_access },
	{ &vop_accessx_desc, genfs_accessx },
	{ &vop_getattr_desc, tmpfs_getattr },
	{ &vop_setattr_desc, tmpfs_setattr },
	{ &vop_read_desc, tmpfs_read },
	{ &vop_write_desc, tmpfs_write },
	{ &vop_fallocate_desc, tmpfs_fallocate },
	{ &vop_reserve_desc, tmpfs_reserve },
	{ &vop_fdiscard_desc, tmpfs_fdiscard },
	{ &vop_ioctl_desc, tmpfs_ioctl },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_poll_desc, genfs_poll },
	{ &vop_kqfilter_desc, genfs_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_mmap_desc, genfs_mmap },
	{ &vop_fsync_desc, genfs_nullop },
	{ &vop_seek_desc, genfs_seek },
	{ &vop_remove_desc, tmpfs_remove },
	{ &vop_link_desc, tmpfs_link },
	{ &vop_rename_desc, tmpfs_rename },
	{ &vop_exchange_desc, tmpfs_exchange },
	{ &vop_mkdir_desc, tmpfs_mkdir },
	{ &vop_rmdir_desc, tmpfs_rmdir },
	{ &vop_symlink_desc, tmpfs_symlink },
	{ &vop_readdir_desc, tmpfs_readdir },
	{ &vop_readlink_desc, tmpfs_readlink },
	{ &vop_abortop_desc, genfs_abortop },
	{ &vop_inactive_desc, tmpfs_inactive },
	{ &vop_reclaim_desc, tmpfs_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_print_desc, tmpfs_print },
	{ &vop_pathconf_desc, genfs_pathconf },
	{ &vop_advlock_desc, tmpfs_advlock },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ &vop_getextattr_desc, tmpfs_getextattr },
	{ &vop_setextattr_desc, tmpfs_setextattr },
	{ &vop_listextattr_desc, tmpfs_listextattr },
	{ &vop_deleteextattr_desc, tmpfs_deleteextattr },
	{ NULL, NULL },
};
const struct vnodeopv_desc tmpfs_vnodeop_opv_desc = { &tmpfs_vnodeop_p, tmpfs_vnodeop_entries };

/* Devices and fifos: the contents are another's, the node is ours. */
#define NODE_ENTRIES                                                                      \
	{ &vop_access_desc, tmpfs_access }, { &vop_accessx_desc, genfs_accessx },         \
	    { &vop_getattr_desc, tmpfs_getattr }, { &vop_setattr_desc, tmpfs_setattr },   \
	    { &vop_inactive_desc, tmpfs_inactive }, { &vop_reclaim_desc, tmpfs_reclaim }, \
	    { &vop_lock_desc, genfs_lock }, { &vop_unlock_desc, genfs_unlock },           \
	    { &vop_islocked_desc, genfs_islocked }, { &vop_print_desc, tmpfs_print },     \
	    { &vop_getextattr_desc, tmpfs_getextattr },                                   \
	    { &vop_setextattr_desc, tmpfs_setextattr },                                   \
	    { &vop_listextattr_desc, tmpfs_listextattr },                                 \
	{                                                                                 \
		&vop_deleteextattr_desc, tmpfs_deleteextattr                              \
	}

int (**tmpfs_specop_p)(void *);
static const struct vnodeopv_entry_desc tmpfs_specop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_parsepath_desc, genfs_parsepath },
	{ &vop_lookup_desc, spec_lookup },
	{ &vop_open_desc, spec_open },
	{ &vop_close_desc, spec_close },
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
	{ &vop_bmap_desc, spec_bmap },
	{ &vop_strategy_desc, spec_strategy },
	{ &vop_pathconf_desc, spec_pathconf },
	{ &vop_advlock_desc, spec_advlock },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_getpages_desc, genfs_getpages },
	{ &vop_putpages_desc, genfs_null_putpages },
	NODE_ENTRIES,
	{ NULL, NULL },
};
const struct vnodeopv_desc tmpfs_specop_opv_desc = { &tmpfs_specop_p, tmpfs_specop_entries };

int (**tmpfs_fifoop_p)(void *);
static const struct vnodeopv_entry_desc tmpfs_fifoop_entries[] = {
	{ &vop_default_desc, vn_fifo_bypass },
	{ &vop_advlock_desc, tmpfs_advlock },
	NODE_ENTRIES,
	{ NULL, NULL },
};
const struct vnodeopv_desc tmpfs_fifoop_opv_desc = { &tmpfs_fifoop_p, tmpfs_fifoop_entries };
