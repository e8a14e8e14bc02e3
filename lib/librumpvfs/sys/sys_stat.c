/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Asking about files: stat, access, readlink, pathconf. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/unistd.h>
#include <sys/vfs_syscalls.h>

#include "rump_hostabi.h"
#include "rump_vfs.h"
#include "rump_vnode.h"
#include "rump_vfscalls.h"

/* ---- stat ---- */

int
do_sys_statat(struct lwp *l, int fdat, const char *path, unsigned int nd_flag, struct stat *sb)
{
	struct vnode *vp;
	int error;

	error =
	    atvnode(l, fdat, path, (nd_flag & FOLLOW) != 0 ? 0 : AT_SYMLINK_NOFOLLOW, true, &vp);
	if (error != 0)
		return error;
	error = vn_stat(vp, sb);
	vnode_rele_light(vp);
	return error;
}

int
do_sys_stat(const char *path, unsigned int nd_flag, struct stat *sb)
{
	return do_sys_statat(curlwp, AT_FDCWD, path, nd_flag, sb);
}

static int
stat_common(struct lwp *l, int fdat, const char *path, int flags, struct host_stat *ub)
{
	struct stat sb;
	struct vnode *vp;
	int error;

	error = atvnode(l, fdat, path, flags, true, &vp);
	if (error != 0)
		return error;
	error = vn_stat(vp, &sb);
	vnode_rele_light(vp);
	return error != 0 ? error : hostabi_stat_copyout(&sb, ub);
}

int
sys_stat(struct lwp *l, const struct sys_stat_args *uap, register_t *retval)
{
	return stat_common(l, AT_FDCWD, SCARG(uap, path), 0, SCARG(uap, ub));
}

int
sys_lstat(struct lwp *l, const struct sys_lstat_args *uap, register_t *retval)
{
	return stat_common(l, AT_FDCWD, SCARG(uap, path), AT_SYMLINK_NOFOLLOW, SCARG(uap, ub));
}

int
sys_fstatat(struct lwp *l, const struct sys_fstatat_args *uap, register_t *retval)
{
	const int flags = SCARG(uap, flag);

	if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH)) != 0)
		return EINVAL;
	return stat_common(l, SCARG(uap, fd), SCARG(uap, path), flags, SCARG(uap, buf));
}

int
sys_statx(struct lwp *l, const struct sys_statx_args *uap, register_t *retval)
{
	const int flags = SCARG(uap, flags);
	struct host_statx hs;
	struct stat sb;
	struct vnode *vp;
	int error;

	if ((flags &
		~(AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_EMPTY_PATH | AT_STATX_SYNC_TYPE)) !=
		0 ||
	    (flags & AT_STATX_SYNC_TYPE) == AT_STATX_SYNC_TYPE ||
	    (SCARG(uap, mask) & HOST_STATX__RESERVED) != 0)
		return EINVAL;
	error = atvnode(l, SCARG(uap, fd), SCARG(uap, path), flags, true, &vp);
	if (error != 0)
		return error;
	error = vn_stat(vp, &sb);
	vnode_rele_light(vp);
	if (error != 0)
		return error;
	hostabi_statx(&sb, &hs);
	return copyout(&hs, SCARG(uap, buf), sizeof(hs));
}

/* ---- access ---- */

/* The caller's credential with its real ids in the place of the effective ones.  owns: new. */
static kauth_cred_t
access_cred(struct lwp *l, bool effective)
{
	kauth_cred_t cred = l->l_cred;

	if (effective ||
	    (kauth_cred_geteuid(cred) == kauth_cred_getuid(cred) &&
		kauth_cred_getegid(cred) == kauth_cred_getgid(cred)))
		return kauth_cred_hold(cred);
	cred = kauth_cred_dup(cred);
	kauth_cred_seteuid(cred, kauth_cred_getuid(cred));
	kauth_cred_setegid(cred, kauth_cred_getgid(cred));
	return cred;
}

static int
access_vnode(struct vnode *vp, int mode, kauth_cred_t cred)
{
	accmode_t accmode = 0;
	int error;

	if ((mode & R_OK) != 0)
		accmode |= VREAD;
	if ((mode & W_OK) != 0)
		accmode |= VWRITE;
	if ((mode & X_OK) != 0)
		accmode |= VEXEC;
	if (accmode == 0)
		return 0;
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	error = VOP_ACCESS(vp, accmode, cred);
	if (error == 0 && (accmode & VWRITE) != 0)
		error = vn_writechk(vp);
	VOP_UNLOCK(vp);
	return error;
}

int
do_sys_accessat(struct lwp *l, int fdat, const char *path, int mode, int flags)
{
	kauth_cred_t cred, saved = l->l_cred;
	struct vnode *vp;
	int error;

	if ((mode & ~(R_OK | W_OK | X_OK)) != 0 ||
	    (flags & ~(AT_EACCESS | AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0)
		return EINVAL;
	/* The way to the file counts too. */
	l->l_cred = cred = access_cred(l, (flags & AT_EACCESS) != 0);
	error = atvnode(l, fdat, path, flags, true, &vp);
	if (error == 0) {
		error = access_vnode(vp, mode, cred);
		vnode_rele_light(vp);
	}
	l->l_cred = saved;
	kauth_cred_free(cred);
	return error;
}

int
sys_access(struct lwp *l, const struct sys_access_args *uap, register_t *retval)
{
	return do_sys_accessat(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, mode), 0);
}

int
sys_faccessat(struct lwp *l, const struct sys_faccessat_args *uap, register_t *retval)
{
	return do_sys_accessat(
	    l, SCARG(uap, fd), SCARG(uap, path), SCARG(uap, amode), SCARG(uap, flag));
}

int
sys_faccessat2(struct lwp *l, const struct sys_faccessat2_args *uap, register_t *retval)
{
	return do_sys_accessat(
	    l, SCARG(uap, fd), SCARG(uap, path), SCARG(uap, amode), SCARG(uap, flags));
}

/* ---- readlink ---- */

int
do_sys_readlinkat(
    struct lwp *l, int fdat, const char *path, char *buf, size_t count, register_t *retval)
{
	struct iovec iov = { .iov_base = buf, .iov_len = count };
	struct uio uio = {
		.uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_resid = count,
		.uio_rw = UIO_READ,
		.uio_vmspace = l->l_proc->p_vmspace,
	};
	struct vnode *vp;
	int error;

	if (count == 0 || count > SSIZE_MAX)
		return EINVAL;
	if (buf == NULL)
		return EFAULT;
	/* An empty path is the link that fdat was opened on, if it could be. */
	error = atvnode(l, fdat, path, AT_SYMLINK_NOFOLLOW, true, &vp);
	if (error != 0)
		return error;
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	if (vp->v_type != VLNK)
		error = EINVAL;
	else if ((vnode_mntflag(vp) & MNT_SYMPERM) != 0)
		error = VOP_ACCESS(vp, VREAD, l->l_cred);
	if (error == 0)
		error = VOP_READLINK(vp, &uio, l->l_cred);
	VOP_UNLOCK(vp);
	vnode_rele_light(vp);
	*retval = count - uio.uio_resid;
	return error;
}

int
sys_readlink(struct lwp *l, const struct sys_readlink_args *uap, register_t *retval)
{
	return do_sys_readlinkat(
	    l, AT_FDCWD, SCARG(uap, path), SCARG(uap, buf), SCARG(uap, count), retval);
}

int
sys_readlinkat(struct lwp *l, const struct sys_readlinkat_args *uap, register_t *retval)
{
	return do_sys_readlinkat(
	    l, SCARG(uap, fd), SCARG(uap, path), SCARG(uap, buf), SCARG(uap, bufsize), retval);
}

/* ---- pathconf ---- */

int
sys_pathconf(struct lwp *l, const struct sys_pathconf_args *uap, register_t *retval)
{
	struct vnode *vp;
	int error;

	error = atvnode(l, AT_FDCWD, SCARG(uap, path), 0, true, &vp);
	if (error != 0)
		return error;
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	error = VOP_PATHCONF(vp, SCARG(uap, name), retval);
	VOP_UNLOCK(vp);
	vnode_rele_light(vp);
	return error;
}

int
sys_fpathconf(struct lwp *l, const struct sys_fpathconf_args *uap, register_t *retval)
{
	struct file *fp = fd_getfile(SCARG(uap, fd));
	int error;

	if (fp == NULL)
		return EBADF;
	error = fp->f_ops->fo_fpathconf == NULL
	    ? EINVAL
	    : (*fp->f_ops->fo_fpathconf)(fp, SCARG(uap, name), retval);
	fd_putfile(SCARG(uap, fd));
	return error;
}

static const struct rump_sysreg calls[] = {
	RUMP_SYSREG(access),
	RUMP_SYSREG(faccessat),
	RUMP_SYSREG(faccessat2),
	RUMP_SYSREG(fpathconf),
	RUMP_SYSREG(fstatat),
	RUMP_SYSREG(lstat),
	RUMP_SYSREG(pathconf),
	RUMP_SYSREG(readlink),
	RUMP_SYSREG(readlinkat),
	RUMP_SYSREG(stat),
	RUMP_SYSREG(statx),
};
VFS_CALLS(stat);
