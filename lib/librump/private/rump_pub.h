/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Making rump_pub_name() out of rump_name(): enter the kernel, call, leave.
 *
 *	RUMP_PUB(int, vfs_getmp, ENXIO, (const char *path, struct mount **mpp), (path, mpp))
 *	RUMP_PUB_VOID(vp_rele, (struct vnode *vp), (vp))
 *
 * The third argument is what a caller gets without a kernel.
 */
#ifndef RUMP_PUB_H
#define RUMP_PUB_H

#include "rump_entry.h"

#define RUMP_PUB(type, name, dead, params, args) \
	type rump_pub_##name params;             \
	type rump_pub_##name params              \
	{                                        \
		struct lwp *l_;                  \
		type rv_;                        \
                                                 \
		if (rump_enter(&l_) != 0)        \
			return dead;             \
		rv_ = rump_##name args;          \
		rump_leave();                    \
		return rv_;                      \
	}

#define RUMP_PUB_VOID(name, params, args) \
	void rump_pub_##name params;      \
	void rump_pub_##name params       \
	{                                 \
		struct lwp *l_;           \
                                          \
		if (rump_enter(&l_) != 0) \
			return;           \
		rump_##name args;         \
		rump_leave();             \
	}

/* As <rump/rump.h> has it, which kernel code does not include. */
struct rump_boot_etfs {
	const char *eb_key;
	const char *eb_hostpath;
	int eb_type;
	uint64_t eb_begin;
	uint64_t eb_size;
	struct rump_boot_etfs *_eb_next;
	int eb_status;
};

/*
 * etfs(4) in the VFS faction: set at its init, cleared at its fini; without it ENOSYS.  At its init
 * it also makes the mappings of rump_boot_etfs, the first one first, and sets their eb_status.
 */
struct rump_etfs_ops {
	/* type: enum rump_etfs_type.  errors: those of rump_etfs(3). */
	int (*eo_register)(
	    const char *key, const char *hostpath, int type, uint64_t begin, uint64_t size);
	int (*eo_remove)(const char *key);
};
extern const struct rump_etfs_ops *rump_etfs_ops;
extern struct rump_boot_etfs *rump_boot_etfs;

#endif /* RUMP_PUB_H */
