/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What the file-system calls share: names relative to a descriptor; and their registration. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/vfs_syscalls.h>

#include "rump_cwd.h"
#include "rump_namei.h"
#include "rump_vfs.h"
#include "rump_vfscalls.h"

int
atname_init(
    struct atname *an, int fdat, const char *path, enum uio_seg seg, uint32_t op, uint32_t flags)
{
	struct vnode *dvp;
	struct file *fp;
	int error;

	error = pathbuf_maybe_copyin(path, seg, &an->an_pb);
	if (error != 0)
		return error;
	NDINIT(&an->an_nd, op, flags, an->an_pb);
	error = fdat_enter(fdat, an->an_pb->pb_path, &fp, &dvp);
	if (error == 0) {
		if (dvp != NULL)
			NDAT(&an->an_nd, dvp);
		error = namei(&an->an_nd);
		fdat_leave(fdat, fp);
	}
	if (error != 0)
		pathbuf_destroy(an->an_pb);
	return error;
}

void
atname_fini(struct atname *an)
{
	pathbuf_destroy(an->an_pb);
}

void
atname_abort(struct atname *an)
{
	struct nameidata *nd = &an->an_nd;

	if (nd->ni_dvp != NULL) {
		VOP_ABORTOP(nd->ni_dvp, &nd->ni_cnd);
		vput(nd->ni_dvp);
	}
	if (nd->ni_vp != NULL)
		vrele(nd->ni_vp);
}

int
fdvnode(int fd, struct file **fpp, struct vnode **vpp)
{
	struct file *fp = fd_getfile(fd);

	if (fp == NULL)
		return EBADF;
	if (fp->f_type != DTYPE_VNODE) {
		fd_putfile(fd);
		return EINVAL;
	}
	*fpp = fp;
	*vpp = fp->f_vnode;
	return 0;
}

/* The vnode of fdat itself. */
static int
atvnode_self(int fdat, struct vnode **vpp)
{
	struct file *fp;
	int error;

	if (fdat == AT_FDCWD) {
		*vpp = cwd_getcdir();
		return 0;
	}
	error = fdvnode(fdat, &fp, vpp);
	if (error != 0)
		return error;
	vref(*vpp);
	fd_putfile(fdat);
	return 0;
}

int
atvnode(struct lwp *l, int fdat, const char *path, int flags, bool light, struct vnode **vpp)
{
	const int follow = (flags & AT_SYMLINK_NOFOLLOW) != 0 ? NOFOLLOW : FOLLOW;

	if ((flags & AT_EMPTY_PATH) != 0) {
		uint8_t first;
		const int error = copyin(path, &first, 1);

		if (error != 0)
			return error;
		if (first == '\0')
			return atvnode_self(fdat, vpp);
	}
	if (light)
		return namei_light(l, fdat, path, follow, vpp);
	return fd_nameiat_simple_user(
	    l, fdat, path, follow == FOLLOW ? NSM_FOLLOW_NOEMULROOT : NSM_NOFOLLOW_NOEMULROOT, vpp);
}

static const struct vfs_calls *const vfs_calls[] = {
	&vfs_calls_open,
	&vfs_calls_stat,
	&vfs_calls_link,
	&vfs_calls_attr,
	&vfs_calls_cwd,
	&vfs_calls_dir,
	&vfs_calls_sync,
	&vfs_calls_mount,
	&vfs_calls_xattr,
	&vfs_calls_fh,
};

int
vfs_syscalls_init(void)
{
	for (size_t i = 0; i < __arraycount(vfs_calls); i++)
		rump_syscalls_register(vfs_calls[i]->vc_calls, vfs_calls[i]->vc_n);
	return 0;
}

void
vfs_syscalls_fini(void)
{
	for (size_t i = 0; i < __arraycount(vfs_calls); i++)
		rump_syscalls_unregister(vfs_calls[i]->vc_calls, vfs_calls[i]->vc_n);
}
