/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* chdir, chroot, umask, getcwd. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kauth.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/vfs_syscalls.h>

#include "rump_cwd.h"
#include "rump_vfs.h"
#include "rump_vfscalls.h"

/* May the process stand in vp? */
static int
chdir_check(struct vnode *vp, kauth_cred_t cred)
{
	int error;

	error = vn_lock(vp, LK_SHARED);
	if (error != 0)
		return error;
	error = vp->v_type != VDIR ? ENOTDIR : VOP_ACCESS(vp, VEXEC, cred);
	VOP_UNLOCK(vp);
	return error;
}

/* The directory of a path, or (path NULL) of fd, that may be stood in.  owns: referenced. */
static int
chdir_lookup(struct lwp *l, const char *path, int fd, struct vnode **vpp)
{
	struct file *fp;
	int error;

	if (path != NULL) {
		error = atvnode(l, AT_FDCWD, path, 0, false, vpp);
	} else {
		error = fdvnode(fd, &fp, vpp);
		if (error == EINVAL)
			error = ENOTDIR;
		if (error == 0) {
			vref(*vpp);
			fd_putfile(fd);
		}
	}
	if (error != 0)
		return error;
	error = chdir_check(*vpp, l->l_cred);
	if (error != 0)
		vrele(*vpp);
	return error;
}

int
do_sys_chdir(struct lwp *l, const char *path, enum uio_seg seg, register_t *retval)
{
	struct vnode *vp;
	int error;

	if (seg == UIO_USERSPACE) {
		if (path == NULL)
			return EFAULT;
		error = chdir_lookup(l, path, -1, &vp);
	} else {
		error = namei_simple_kernel(path, NSM_FOLLOW_NOEMULROOT, &vp);
		if (error == 0 && (error = chdir_check(vp, l->l_cred)) != 0)
			vrele(vp);
	}
	if (error == 0)
		cwd_setcdir(vp);
	return error;
}

int
sys_chdir(struct lwp *l, const struct sys_chdir_args *uap, register_t *retval)
{
	return do_sys_chdir(l, SCARG(uap, path), UIO_USERSPACE, retval);
}

int
sys_fchdir(struct lwp *l, const struct sys_fchdir_args *uap, register_t *retval)
{
	struct vnode *vp;
	int error;

	error = chdir_lookup(l, NULL, SCARG(uap, fd), &vp);
	if (error == 0)
		cwd_setcdir(vp);
	return error;
}

/* The new root; a current directory outside of it moves there. */
static int
chroot_common(struct lwp *l, const char *path, int fd)
{
	struct vnode *vp, *cdir;
	int error;

	error = chdir_lookup(l, path, fd, &vp);
	if (error != 0)
		return error;
	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_CHROOT,
	    path != NULL ? KAUTH_REQ_SYSTEM_CHROOT_CHROOT : KAUTH_REQ_SYSTEM_CHROOT_FCHROOT, NULL,
	    NULL, NULL);
	if (error != 0) {
		vrele(vp);
		return error;
	}
	cdir = cwd_getcdir();
	if (path == NULL && !vn_isunder(cdir, vp, l)) {
		vref(vp);
		cwd_setcdir(vp);
	}
	vrele(cdir);
	cwd_setroot(vp);
	return 0;
}

int
sys_chroot(struct lwp *l, const struct sys_chroot_args *uap, register_t *retval)
{
	if (SCARG(uap, path) == NULL)
		return EFAULT;
	return chroot_common(l, SCARG(uap, path), -1);
}

int
sys_fchroot(struct lwp *l, const struct sys_fchroot_args *uap, register_t *retval)
{
	return chroot_common(l, NULL, SCARG(uap, fd));
}

int
sys_umask(struct lwp *l, const struct sys_umask_args *uap, register_t *retval)
{
	struct cwdinfo *cwdi = l->l_proc->p_cwdi;

	*retval = __atomic_exchange_n(
	    &cwdi->cwdi_cmask, SCARG(uap, newmask) & ACCESSPERMS, __ATOMIC_RELAXED);
	return 0;
}

int
sys___getcwd(struct lwp *l, const struct sys___getcwd_args *uap, register_t *retval)
{
	struct vnode *cdir, *root;
	char *buf, *bp;
	size_t len;
	int error;

	if (SCARG(uap, length) < 2)
		return SCARG(uap, length) == 0 ? EINVAL : ERANGE;
	buf = PNBUF_GET();
	bp = buf + MAXPATHLEN;
	*--bp = '\0';
	cdir = cwd_getcdir();
	root = cwd_getroot();
	error = getcwd_common(cdir, root, &bp, buf, MAXPATHLEN / 2, GETCWD_CHECK_ACCESS, l);
	vrele(root);
	vrele(cdir);
	len = buf + MAXPATHLEN - bp;
	if (error == 0 && len > SCARG(uap, length))
		error = ERANGE;
	if (error == 0)
		error = copyout(bp, SCARG(uap, bufp), len);
	PNBUF_PUT(buf);
	*retval = len;
	return error;
}

static const struct rump_sysreg calls[] = {
	RUMP_SYSREG(__getcwd),
	RUMP_SYSREG(chdir),
	RUMP_SYSREG(chroot),
	RUMP_SYSREG(fchdir),
	RUMP_SYSREG(fchroot),
	RUMP_SYSREG(umask),
};
VFS_CALLS(cwd);
