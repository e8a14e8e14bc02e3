/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * fifofs: vnodes of named pipes.  The node exists like any file; opening it is EOPNOTSUPP until a
 * component brings pipes and registers its own operations.
 */
#include <sys/param.h>
#include <sys/vnode.h>

#include <miscfs/fifofs/fifo.h>
#include <miscfs/genfs/genfs.h>

static int
fifo_open(void *v)
{
	return EOPNOTSUPP;
}

int (**fifo_vnodeop_p)(void *);
static const struct vnodeopv_entry_desc fifo_vnodeop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_open_desc, fifo_open },
	{ &vop_close_desc, genfs_nullop },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_pathconf_desc, genfs_pathconf },
	{ &vop_poll_desc, genfs_poll },
	{ &vop_fsync_desc, genfs_nullop },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL },
};
const struct vnodeopv_desc fifo_vnodeop_opv_desc = { &fifo_vnodeop_p, fifo_vnodeop_entries };

int
vn_fifo_bypass(void *v)
{
	struct vop_generic_args *const ap = v;

	return VOCALL(fifo_vnodeop_p, ap->a_desc->vdesc_offset, v);
}
