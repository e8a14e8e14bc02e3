/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Making and removing names: link, unlink, rename, mkdir, rmdir, symlink, mknod, mkfifo. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/fcntl.h>
#include <sys/kauth.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs_syscalls.h>

#include "rump_cwd.h"
#include "rump_hostabi.h"
#include "rump_vfs.h"
#include "rump_vfscalls.h"

static bool
cn_isdot(const struct componentname *cnp)
{
	return cnp->cn_namelen == 1 && cnp->cn_nameptr[0] == '.';
}

/* ---- Making ---- */

/*
 * Find the place for a new name: ni_dvp locked.  errors: EEXIST, those of namei().
 */
static int
make_lookup(struct atname *an, int fdat, const char *path, enum uio_seg seg, uint32_t flags)
{
	int error;

	error = atname_init(an, fdat, path, seg, CREATE, LOCKPARENT | flags);
	if (error != 0)
		return error;
	if (an->an_nd.ni_vp == NULL)
		return 0;
	atname_abort(an);
	atname_fini(an);
	return EEXIST;
}

/* The operation has been called: let go of all. */
static int
make_done(struct atname *an, int error, struct vnode *vp)
{
	vput(an->an_nd.ni_dvp);
	if (error == 0 && vp != NULL)
		vrele(vp);
	atname_fini(an);
	return error;
}

int
do_sys_mkdirat(struct lwp *l, int fdat, const char *path, mode_t mode, enum uio_seg seg)
{
	struct vnode *vp = NULL;
	struct atname an;
	struct vattr va;
	int error;

	error = make_lookup(&an, fdat, path, seg, CREATEDIR);
	if (error != 0)
		return error;
	vattr_null(&va);
	va.va_type = VDIR;
	va.va_mode = mode & (ACCESSPERMS | S_ISVTX) & ~cwd_umask();
	error = VOP_MKDIR(an.an_nd.ni_dvp, &vp, &an.an_nd.ni_cnd, &va);
	return make_done(&an, error, vp);
}

int
do_sys_mkdir(const char *path, mode_t mode, enum uio_seg seg)
{
	return do_sys_mkdirat(curlwp, AT_FDCWD, path, mode, seg);
}

int
do_sys_symlinkat(struct lwp *l, const char *target, int fdat, const char *link, enum uio_seg seg)
{
	struct pathbuf *pb;
	struct vnode *vp = NULL;
	struct atname an;
	struct vattr va;
	int error;

	error = pathbuf_maybe_copyin(target, seg, &pb);
	if (error != 0)
		return error;
	if (pathbuf_stringcopy_get(pb)[0] == '\0')
		error = ENOENT;
	if (error == 0)
		error = make_lookup(&an, fdat, link, seg, 0);
	if (error == 0) {
		vattr_null(&va);
		va.va_type = VLNK;
		va.va_mode = ACCESSPERMS;
		error = VOP_SYMLINK(an.an_nd.ni_dvp, &vp, &an.an_nd.ni_cnd, &va,
		    __UNCONST(pathbuf_stringcopy_get(pb)));
		error = make_done(&an, error, vp);
	}
	pathbuf_destroy(pb);
	return error;
}

int
do_sys_symlink(const char *target, const char *link, enum uio_seg seg)
{
	return do_sys_symlinkat(curlwp, target, AT_FDCWD, link, seg);
}

int
do_sys_mknodat(struct lwp *l, int fdat, const char *path, mode_t mode, dev_t dev, enum uio_seg seg)
{
	const enum vtype type = (mode & S_IFMT) == 0 ? VREG : IFTOVT(mode);
	struct vnode *vp = NULL;
	struct atname an;
	struct vattr va;
	int error;

	if (type != VREG && type != VCHR && type != VBLK && type != VFIFO && type != VSOCK)
		return type == VDIR ? EPERM : EINVAL;
	if (type == VCHR || type == VBLK) {
		error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_MKNOD, 0, NULL, NULL, NULL);
		if (error != 0)
			return error;
	}
	error = make_lookup(&an, fdat, path, seg, 0);
	if (error != 0)
		return error;
	vattr_null(&va);
	va.va_type = type;
	va.va_mode = mode & ALLPERMS & ~cwd_umask();
	if (type == VCHR || type == VBLK)
		va.va_rdev = dev;
	if (type == VREG)
		error = VOP_CREATE(an.an_nd.ni_dvp, &vp, &an.an_nd.ni_cnd, &va);
	else
		error = VOP_MKNOD(an.an_nd.ni_dvp, &vp, &an.an_nd.ni_cnd, &va);
	return make_done(&an, error, vp);
}

int
do_sys_mknod(struct lwp *l, const char *path, mode_t mode, dev_t dev, enum uio_seg seg)
{
	return do_sys_mknodat(l, AT_FDCWD, path, mode, dev, seg);
}

static int
linkat_common(struct lwp *l, int fd1, const char *path, int fd2, const char *link, int flags)
{
	struct vnode *vp;
	struct atname an;
	int error;

	if ((flags & ~(AT_SYMLINK_FOLLOW | AT_EMPTY_PATH)) != 0)
		return EINVAL;
	error = atvnode(l, fd1, path,
	    (flags & AT_EMPTY_PATH) | ((flags & AT_SYMLINK_FOLLOW) != 0 ? 0 : AT_SYMLINK_NOFOLLOW),
	    false, &vp);
	if (error != 0)
		return error;
	error = make_lookup(&an, fd2, link, UIO_USERSPACE, 0);
	if (error != 0) {
		vrele(vp);
		return error;
	}
	if (vp->v_type == VDIR)
		error = EPERM;
	else if (vp->v_mount != an.an_nd.ni_dvp->v_mount)
		error = EXDEV;
	if (error == 0)
		error = VOP_LINK(an.an_nd.ni_dvp, vp, &an.an_nd.ni_cnd);
	else
		VOP_ABORTOP(an.an_nd.ni_dvp, &an.an_nd.ni_cnd);
	error = make_done(&an, error, NULL);
	vrele(vp);
	return error;
}

int
do_sys_link(struct lwp *l, const char *path, const char *link, int follow)
{
	return linkat_common(l, AT_FDCWD, path, AT_FDCWD, link, follow ? AT_SYMLINK_FOLLOW : 0);
}

/* ---- Removing ---- */

/* May this name go?  dir: with rmdir(2).  The order of the checks is the host's. */
static int
remove_check(const struct nameidata *nd, bool dir)
{
	const struct vnode *vp = nd->ni_vp;

	if (dir && cn_isdot(&nd->ni_cnd))
		return EINVAL;
	if (dir && (nd->ni_cnd.cn_flags & ISDOTDOT) != 0)
		return ENOTEMPTY;
	if (dir && vp->v_type != VDIR)
		return ENOTDIR;
	if (!dir && vp->v_type == VDIR)
		return EISDIR;
	if ((vp->v_vflag & VV_ROOT) != 0 || nd->ni_dvp == vp || nd->ni_dvp->v_mount != vp->v_mount)
		return EBUSY;
	return 0;
}

static int
remove_common(struct lwp *l, int fdat, const char *path, bool dir, enum uio_seg seg)
{
	struct atname an;
	struct nameidata *nd = &an.an_nd;
	int error;

	error = atname_init(&an, fdat, path, seg, DELETE, LOCKPARENT);
	if (error != 0)
		return error == EBUSY && !dir ? EISDIR : error;
	error = remove_check(nd, dir);
	if (error != 0) {
		atname_abort(&an);
		atname_fini(&an);
		return error;
	}
	error = vn_lock(nd->ni_vp, LK_EXCLUSIVE | LK_RETRY);
	KASSERT(error == 0);
	if (dir)
		error = VOP_RMDIR(nd->ni_dvp, nd->ni_vp, &nd->ni_cnd);
	else
		error = VOP_REMOVE(nd->ni_dvp, nd->ni_vp, &nd->ni_cnd);
	vput(nd->ni_dvp);
	atname_fini(&an);
	return error;
}

int
do_sys_unlinkat(struct lwp *l, int fdat, const char *path, int flags, enum uio_seg seg)
{
	if ((flags & ~AT_REMOVEDIR) != 0)
		return EINVAL;
	return remove_common(l, fdat, path, (flags & AT_REMOVEDIR) != 0, seg);
}

int
do_sys_unlink(const char *path, enum uio_seg seg)
{
	return do_sys_unlinkat(curlwp, AT_FDCWD, path, 0, seg);
}

/* ---- Calls ---- */

int
sys_link(struct lwp *l, const struct sys_link_args *uap, register_t *retval)
{
	return linkat_common(l, AT_FDCWD, SCARG(uap, path), AT_FDCWD, SCARG(uap, link), 0);
}

int
sys_linkat(struct lwp *l, const struct sys_linkat_args *uap, register_t *retval)
{
	return linkat_common(l, SCARG(uap, fd1), SCARG(uap, name1), SCARG(uap, fd2),
	    SCARG(uap, name2), SCARG(uap, flags));
}

int
sys_unlink(struct lwp *l, const struct sys_unlink_args *uap, register_t *retval)
{
	return remove_common(l, AT_FDCWD, SCARG(uap, path), false, UIO_USERSPACE);
}

int
sys_unlinkat(struct lwp *l, const struct sys_unlinkat_args *uap, register_t *retval)
{
	return do_sys_unlinkat(
	    l, SCARG(uap, fd), SCARG(uap, path), SCARG(uap, flag), UIO_USERSPACE);
}

int
sys_rmdir(struct lwp *l, const struct sys_rmdir_args *uap, register_t *retval)
{
	return remove_common(l, AT_FDCWD, SCARG(uap, path), true, UIO_USERSPACE);
}

int
sys_mkdir(struct lwp *l, const struct sys_mkdir_args *uap, register_t *retval)
{
	return do_sys_mkdirat(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, mode), UIO_USERSPACE);
}

int
sys_mkdirat(struct lwp *l, const struct sys_mkdirat_args *uap, register_t *retval)
{
	return do_sys_mkdirat(l, SCARG(uap, fd), SCARG(uap, path), SCARG(uap, mode), UIO_USERSPACE);
}

int
sys_symlink(struct lwp *l, const struct sys_symlink_args *uap, register_t *retval)
{
	return do_sys_symlinkat(l, SCARG(uap, path), AT_FDCWD, SCARG(uap, link), UIO_USERSPACE);
}

int
sys_symlinkat(struct lwp *l, const struct sys_symlinkat_args *uap, register_t *retval)
{
	return do_sys_symlinkat(
	    l, SCARG(uap, path1), SCARG(uap, fd), SCARG(uap, path2), UIO_USERSPACE);
}

int
sys_mknod(struct lwp *l, const struct sys_mknod_args *uap, register_t *retval)
{
	return do_sys_mknodat(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, mode),
	    hostabi_dev_in(SCARG(uap, dev)), UIO_USERSPACE);
}

int
sys_mknodat(struct lwp *l, const struct sys_mknodat_args *uap, register_t *retval)
{
	return do_sys_mknodat(l, SCARG(uap, fd), SCARG(uap, path), SCARG(uap, mode),
	    hostabi_dev_in(SCARG(uap, dev)), UIO_USERSPACE);
}

int
sys_mkfifo(struct lwp *l, const struct sys_mkfifo_args *uap, register_t *retval)
{
	return do_sys_mknodat(l, AT_FDCWD, SCARG(uap, path),
	    (SCARG(uap, mode) & ALLPERMS) | S_IFIFO, 0, UIO_USERSPACE);
}

int
sys_mkfifoat(struct lwp *l, const struct sys_mkfifoat_args *uap, register_t *retval)
{
	return do_sys_mknodat(l, SCARG(uap, fd), SCARG(uap, path),
	    (SCARG(uap, mode) & ALLPERMS) | S_IFIFO, 0, UIO_USERSPACE);
}

static const struct rump_sysreg calls[] = {
	RUMP_SYSREG(__posix_rename),
	RUMP_SYSREG(link),
	RUMP_SYSREG(linkat),
	RUMP_SYSREG(mkdir),
	RUMP_SYSREG(mkdirat),
	RUMP_SYSREG(mkfifo),
	RUMP_SYSREG(mkfifoat),
	RUMP_SYSREG(mknod),
	RUMP_SYSREG(mknodat),
	RUMP_SYSREG(rename),
	RUMP_SYSREG(renameat),
	RUMP_SYSREG(renameat2),
	RUMP_SYSREG(rmdir),
	RUMP_SYSREG(symlink),
	RUMP_SYSREG(symlinkat),
	RUMP_SYSREG(unlink),
	RUMP_SYSREG(unlinkat),
};
VFS_CALLS(link);
