/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The file-system calls, by source in sys/: each has an array to register; and what they share. */
#ifndef RUMP_VFSCALLS_H
#define RUMP_VFSCALLS_H

#include <sys/param.h>
#include <sys/namei.h>
#include <sys/vnode.h>

#include "rump_syscall.h"

struct vfs_calls {
	const struct rump_sysreg *vc_calls;
	size_t vc_n;
};
#define VFS_CALLS(name) const struct vfs_calls vfs_calls_##name = { calls, __arraycount(calls) }
extern const struct vfs_calls vfs_calls_open, vfs_calls_stat, vfs_calls_link, vfs_calls_attr,
    vfs_calls_cwd, vfs_calls_dir, vfs_calls_sync, vfs_calls_mount, vfs_calls_xattr, vfs_calls_fh;

/*
 * namei() of a path that begins at fdat, with all of NDINIT()'s choice.  The path buffer lives until
 * atname_fini(), as ni_cnd points into it.  errors: those of namei(), EBADF, ENOTDIR, EFAULT.
 */
struct atname {
	struct nameidata an_nd;
	struct pathbuf *an_pb;
};
int atname_init(
    struct atname *an, int fdat, const char *path, enum uio_seg seg, uint32_t op, uint32_t flags);
void atname_fini(struct atname *an);

/*
 * The vnode of a path, or of fdat itself when the path is empty and flags has AT_EMPTY_PATH;
 * links are followed unless flags has AT_SYMLINK_NOFOLLOW.  light: see namei_light().
 * owns: *vpp referenced, unlocked.
 */
int atvnode(struct lwp *l, int fdat, const char *path, int flags, bool light, struct vnode **vpp);

/* The vnode of a descriptor, held until fd_putfile(fd).  errors: EBADF, EINVAL. */
int fdvnode(int fd, struct file **fpp, struct vnode **vpp);

/* Give up what a lookup with LOCKPARENT left: ni_dvp (locked) and ni_vp (not). */
void atname_abort(struct atname *an);

#endif /* RUMP_VFSCALLS_H */
