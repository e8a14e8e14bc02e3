/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Writing files out, advice, allocation. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/mount.h>
#include <sys/resourcevar.h>
#include <sys/vfs_syscalls.h>

#include "rump_mount.h"
#include "rump_vfs.h"
#include "rump_vfscalls.h"
#include "rump_wberr.h"

/*
 * What fsync(2) has written outlives a power cut, so a device is told to empty its cache (FSYNC_CACHE); fsync_range(2) says itself
 * whether it wants that.
 */
static int
fsync_common(struct lwp *l, int fd, int flags, off_t lo, off_t hi)
{
	struct vnode *vp;
	struct file *fp;
	int error, earlier;

	error = fdvnode(fd, &fp, &vp);
	if (error != 0)
		return error;
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_FSYNC(vp, fp->f_cred, FSYNC_WAIT | flags, lo, hi);
	if (error == 0) {
		error = VFS_FSYNC(vp, FSYNC_WAIT | flags);
		if (error == EOPNOTSUPP)
			error = 0; /* the file system has nothing to add */
	}
	VOP_UNLOCK(vp);
	earlier = vn_wberr_ask(fp, WBERR_FILE | WBERR_META);
	fd_putfile(fd);
	return error != 0 ? error : earlier;
}

int
sys_fsync(struct lwp *l, const struct sys_fsync_args *uap, register_t *retval)
{
	return fsync_common(l, SCARG(uap, fd), FSYNC_CACHE, 0, 0);
}

int
sys_fdatasync(struct lwp *l, const struct sys_fdatasync_args *uap, register_t *retval)
{
	return fsync_common(l, SCARG(uap, fd), FSYNC_DATAONLY | FSYNC_CACHE, 0, 0);
}

/* BSD's: FDATASYNC, FFILESYNC and FDISKSYNC. */
#define FDATASYNC 0x0010
#define FFILESYNC 0x0020
#define FDISKSYNC 0x0040

int
sys_fsync_range(struct lwp *l, const struct sys_fsync_range_args *uap, register_t *retval)
{
	const int flags = SCARG(uap, flags);
	const off_t start = SCARG(uap, start), len = SCARG(uap, length);
	off_t end;
	int fsync = 0;

	switch (flags & (FDATASYNC | FFILESYNC)) {
	case FDATASYNC:
		fsync |= FSYNC_DATAONLY;
		break;
	case FFILESYNC:
		break;
	default:
		return EINVAL;
	}
	if ((flags & FDISKSYNC) != 0)
		fsync |= FSYNC_CACHE;
	if (start < 0 || len < 0 || __builtin_add_overflow(start, len, &end))
		return EINVAL;
	return fsync_common(l, SCARG(uap, fd), fsync, len == 0 ? 0 : start, len == 0 ? 0 : end);
}

int
sys_sync(struct lwp *l, const struct sys_sync_args *uap, register_t *retval)
{
	vfs_sync_all(l);
	return 0;
}

int
sys_syncfs(struct lwp *l, const struct sys_syncfs_args *uap, register_t *retval)
{
	struct mount *mp;
	struct vnode *vp;
	struct file *fp;
	int error, earlier;

	error = fdvnode(SCARG(uap, fd), &fp, &vp);
	if (error != 0)
		return error == EINVAL ? 0 : error;
	error = mount_busy_of(vp, &mp);
	if (error == 0) {
		error = VFS_SYNC(mp, MNT_WAIT, l->l_cred);
		vfs_unbusy(mp);
	}
	earlier = vn_wberr_ask(fp, WBERR_FS);
	fd_putfile(SCARG(uap, fd));
	return error != 0 ? error : earlier;
}

/* ---- Advice ---- */

int
do_posix_fadvise(int fd, off_t offset, off_t len, int advice)
{
	struct file *fp = fd_getfile(fd);
	int error;

	if (fp == NULL)
		return EBADF;
	if (fp->f_ops->fo_posix_fadvise == NULL)
		error = fp->f_type == DTYPE_PIPE || fp->f_type == DTYPE_SOCKET ? ESPIPE : EBADF;
	else if (len < 0)
		error = EINVAL;
	else
		error = (*fp->f_ops->fo_posix_fadvise)(fp, offset, len, advice);
	fd_putfile(fd);
	return error;
}

/* The result is the error, as posix_fadvise(3) has it. */
int
sys_posix_fadvise(struct lwp *l, const struct sys_posix_fadvise_args *uap, register_t *retval)
{
	*retval = do_posix_fadvise(
	    SCARG(uap, fd), SCARG(uap, offset), SCARG(uap, len), SCARG(uap, advice));
	return 0;
}

/* ---- Allocation ---- */

/* vop NULL: an unknown mode. */
static int
allocate_common(int fd, off_t pos, off_t len, int (*vop)(struct vnode *, off_t, off_t))
{
	struct vnode *vp;
	struct file *fp;
	off_t end;
	int error;

	error = fdvnode(fd, &fp, &vp);
	if (error != 0)
		return error == EINVAL ? ESPIPE : error;
	if (pos < 0 || len <= 0)
		error = EINVAL;
	else if (vop == NULL)
		error = EOPNOTSUPP;
	else if ((fp->f_flag & FWRITE) == 0)
		error = EBADF;
	else if (__builtin_add_overflow(pos, len, &end))
		error = EFBIG;
	else if (vp->v_type != VREG)
		error = vp->v_type == VDIR ? EISDIR : vp->v_type == VFIFO ? ESPIPE : ENODEV;
	if (error == 0) {
		(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
		error = vn_writechk(vp);
		if (error == 0 && vop == VOP_FALLOCATE)
			error = lim_fsize_set(curlwp, end);
		if (error == 0)
			error = (*vop)(vp, pos, len);
		VOP_UNLOCK(vp);
	}
	fd_putfile(fd);
	return error;
}

int
sys_posix_fallocate(struct lwp *l, const struct sys_posix_fallocate_args *uap, register_t *retval)
{
	*retval = allocate_common(SCARG(uap, fd), SCARG(uap, pos), SCARG(uap, len), VOP_FALLOCATE);
	return 0;
}

int
sys_fdiscard(struct lwp *l, const struct sys_fdiscard_args *uap, register_t *retval)
{
	return allocate_common(SCARG(uap, fd), SCARG(uap, pos), SCARG(uap, len), VOP_FDISCARD);
}

int
sys_fallocate(struct lwp *l, const struct sys_fallocate_args *uap, register_t *retval)
{
	int (*vop)(struct vnode *, off_t, off_t) = NULL;

	switch (SCARG(uap, mode)) {
	case 0:
		vop = VOP_FALLOCATE;
		break;
	case FALLOC_FL_KEEP_SIZE:
		vop = VOP_RESERVE;
		break;
	case FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE:
		vop = VOP_FDISCARD;
		break;
	}
	return allocate_common(SCARG(uap, fd), SCARG(uap, offset), SCARG(uap, len), vop);
}

static const struct rump_sysreg calls[] = {
	RUMP_SYSREG(fallocate),
	RUMP_SYSREG(fdatasync),
	RUMP_SYSREG(fdiscard),
	RUMP_SYSREG(fsync),
	RUMP_SYSREG(fsync_range),
	RUMP_SYSREG(posix_fadvise),
	RUMP_SYSREG(posix_fallocate),
	RUMP_SYSREG(sync),
	RUMP_SYSREG(syncfs),
};
VFS_CALLS(sync);
