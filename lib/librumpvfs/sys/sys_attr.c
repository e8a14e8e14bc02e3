/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Changing attributes: chmod, chown, utimes, chflags, truncate, revoke. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kauth.h>
#include <sys/resourcevar.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/vfs_syscalls.h>

#include "rump_vfs.h"
#include "rump_vfscalls.h"

/*
 * POSIX: who may change the mode, but is not in the file's group, sets no S_ISGID; that is no error.
 * The file system would refuse.
 */
static int
chmod_drop_sgid(struct vnode *vp, struct vattr *vap, kauth_cred_t cred)
{
	struct vattr va;
	int error, member = 0;

	if (vap->va_mode == (mode_t)VNOVAL || (vap->va_mode & S_ISGID) == 0)
		return 0;
	error = VOP_GETATTR(vp, &va, cred);
	if (error == 0 && kauth_cred_ismember_gid(cred, va.va_gid, &member) == 0 && member == 0 &&
	    kauth_authorize_generic(cred, KAUTH_GENERIC_ISSUSER, NULL) != 0)
		vap->va_mode &= ~(mode_t)S_ISGID;
	return error;
}

/* VOP_SETATTR with what is set in vap. */
static int
setattr_vnode(struct vnode *vp, struct vattr *vap, kauth_cred_t cred)
{
	int error;

	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	if ((vp->v_mount->mnt_flag & MNT_RDONLY) != 0)
		error = EROFS;
	else if ((error = chmod_drop_sgid(vp, vap, cred)) == 0)
		error = VOP_SETATTR(vp, vap, cred);
	VOP_UNLOCK(vp);
	return error;
}

static int
setattr_at(struct lwp *l, int fdat, const char *path, int flags, struct vattr *vap)
{
	struct vnode *vp;
	int error;

	error = atvnode(l, fdat, path, flags, false, &vp);
	if (error != 0)
		return error;
	error = setattr_vnode(vp, vap, l->l_cred);
	vrele(vp);
	return error;
}

static int
setattr_fd(struct lwp *l, int fd, struct vattr *vap)
{
	struct vnode *vp;
	struct file *fp;
	int error;

	error = fdvnode(fd, &fp, &vp);
	if (error != 0)
		return error;
	error = setattr_vnode(vp, vap, l->l_cred);
	fd_putfile(fd);
	return error;
}

/* ---- Mode ---- */

static void
vattr_mode(struct vattr *vap, mode_t mode)
{
	vattr_null(vap);
	vap->va_mode = mode & ALLPERMS;
}

int
do_sys_chmodat(struct lwp *l, int fdat, const char *path, int mode, int flags)
{
	struct vattr va;

	if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0)
		return EINVAL;
	vattr_mode(&va, mode);
	return setattr_at(l, fdat, path, flags, &va);
}

int
sys_chmod(struct lwp *l, const struct sys_chmod_args *uap, register_t *retval)
{
	return do_sys_chmodat(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, mode), 0);
}

int
sys_lchmod(struct lwp *l, const struct sys_lchmod_args *uap, register_t *retval)
{
	return do_sys_chmodat(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, mode), AT_SYMLINK_NOFOLLOW);
}

int
sys_fchmodat(struct lwp *l, const struct sys_fchmodat_args *uap, register_t *retval)
{
	return do_sys_chmodat(
	    l, SCARG(uap, fd), SCARG(uap, path), SCARG(uap, mode), SCARG(uap, flag));
}

int
sys_fchmod(struct lwp *l, const struct sys_fchmod_args *uap, register_t *retval)
{
	struct vattr va;

	vattr_mode(&va, SCARG(uap, mode));
	return setattr_fd(l, SCARG(uap, fd), &va);
}

/* ---- Owner ---- */

static void
vattr_owner(struct vattr *vap, uid_t uid, gid_t gid)
{
	vattr_null(vap);
	vap->va_uid = uid; /* -1 is VNOVAL: stays */
	vap->va_gid = gid;
}

int
do_sys_chownat(struct lwp *l, int fdat, const char *path, uid_t uid, gid_t gid, int flags)
{
	struct vattr va;

	if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0)
		return EINVAL;
	vattr_owner(&va, uid, gid);
	return setattr_at(l, fdat, path, flags, &va);
}

int
sys_chown(struct lwp *l, const struct sys_chown_args *uap, register_t *retval)
{
	return do_sys_chownat(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, uid), SCARG(uap, gid), 0);
}

int
sys___posix_chown(struct lwp *l, const struct sys___posix_chown_args *uap, register_t *retval)
{
	return do_sys_chownat(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, uid), SCARG(uap, gid), 0);
}

int
sys_lchown(struct lwp *l, const struct sys_lchown_args *uap, register_t *retval)
{
	return do_sys_chownat(
	    l, AT_FDCWD, SCARG(uap, path), SCARG(uap, uid), SCARG(uap, gid), AT_SYMLINK_NOFOLLOW);
}

int
sys___posix_lchown(struct lwp *l, const struct sys___posix_lchown_args *uap, register_t *retval)
{
	return do_sys_chownat(
	    l, AT_FDCWD, SCARG(uap, path), SCARG(uap, uid), SCARG(uap, gid), AT_SYMLINK_NOFOLLOW);
}

int
sys_fchownat(struct lwp *l, const struct sys_fchownat_args *uap, register_t *retval)
{
	return do_sys_chownat(l, SCARG(uap, fd), SCARG(uap, path), SCARG(uap, owner),
	    SCARG(uap, group), SCARG(uap, flag));
}

int
sys_fchown(struct lwp *l, const struct sys_fchown_args *uap, register_t *retval)
{
	struct vattr va;

	vattr_owner(&va, SCARG(uap, uid), SCARG(uap, gid));
	return setattr_fd(l, SCARG(uap, fd), &va);
}

int
sys___posix_fchown(struct lwp *l, const struct sys___posix_fchown_args *uap, register_t *retval)
{
	struct vattr va;

	vattr_owner(&va, SCARG(uap, uid), SCARG(uap, gid));
	return setattr_fd(l, SCARG(uap, fd), &va);
}

/* ---- Times ---- */

/* One of utimensat(2)'s times.  errors: EINVAL. */
static int
time_in(const struct timespec *in, const struct timespec *now, struct timespec *out)
{
	if (in->tv_nsec == UTIME_NOW)
		*out = *now;
	else if (in->tv_nsec == UTIME_OMIT)
		out->tv_sec = out->tv_nsec = VNOVAL;
	else if (in->tv_nsec < 0 || in->tv_nsec >= NSEC_PER_SEC)
		return EINVAL;
	else
		*out = *in;
	return 0;
}

/* tptr (two times in kernel memory) NULL: now. */
static int
vattr_times(struct vattr *vap, const struct timespec *tptr)
{
	struct timespec now;
	int error;

	vattr_null(vap);
	vfs_timestamp(&now);
	if (tptr == NULL || (tptr[0].tv_nsec == UTIME_NOW && tptr[1].tv_nsec == UTIME_NOW)) {
		vap->va_atime = vap->va_mtime = now;
		vap->va_vaflags |= VA_UTIMES_NULL;
		return 0;
	}
	error = time_in(&tptr[0], &now, &vap->va_atime);
	return error != 0 ? error : time_in(&tptr[1], &now, &vap->va_mtime);
}

/* Both times are to stay: nothing is to be done, and the host does not even look for the file. */
static bool
times_omitted(const struct timespec *ts)
{
	return ts != NULL && ts[0].tv_nsec == UTIME_OMIT && ts[1].tv_nsec == UTIME_OMIT;
}

static int
times_vnode(struct lwp *l, struct vnode *vp, const struct timespec *ts)
{
	struct vattr va;
	int error;

	error = vattr_times(&va, ts);
	return error != 0 ? error : setattr_vnode(vp, &va, l->l_cred);
}

/* path NULL: of fd itself. */
static int
times_common(struct lwp *l, int fd, const char *path, int flags, const struct timespec *ts)
{
	struct vnode *vp;
	struct file *fp;
	int error;

	if (times_omitted(ts))
		return 0;
	if (path == NULL) {
		error = fdvnode(fd, &fp, &vp);
		if (error != 0)
			return error;
		error = times_vnode(l, vp, ts);
		fd_putfile(fd);
		return error;
	}
	error = atvnode(l, fd, path, flags, false, &vp);
	if (error != 0)
		return error;
	error = times_vnode(l, vp, ts);
	vrele(vp);
	return error;
}

static int
times_copyin_ts(const struct timespec *u, struct timespec ts[2], const struct timespec **tsp)
{
	*tsp = u == NULL ? NULL : ts;
	return u == NULL ? 0 : copyin(u, ts, 2 * sizeof(*ts));
}

static int
times_copyin_tv(const struct timeval *u, struct timespec ts[2], const struct timespec **tsp)
{
	struct timeval tv[2];
	int error, i;

	*tsp = u == NULL ? NULL : ts;
	if (u == NULL)
		return 0;
	error = copyin(u, tv, sizeof(tv));
	for (i = 0; i < 2 && error == 0; i++) {
		if (tv[i].tv_usec < 0 || tv[i].tv_usec >= USEC_PER_SEC)
			return EINVAL;
		ts[i].tv_sec = tv[i].tv_sec;
		ts[i].tv_nsec = tv[i].tv_usec * 1000;
	}
	return error;
}

int
do_sys_utimensat(struct lwp *l, int fdat, struct vnode *vp, const char *path, int flag,
    const struct timespec *tptr, enum uio_seg seg)
{
	struct timespec ts[2];
	const struct timespec *tsp = tptr;
	int error = 0;

	if (seg == UIO_USERSPACE)
		error = times_copyin_ts(tptr, ts, &tsp);
	if (error != 0 || vp == NULL)
		return error != 0 ? error : times_common(l, fdat, path, flag, tsp);
	return times_omitted(tsp) ? 0 : times_vnode(l, vp, tsp);
}

int
sys_utimensat(struct lwp *l, const struct sys_utimensat_args *uap, register_t *retval)
{
	const int flags = SCARG(uap, flag);
	const struct timespec *tsp;
	struct timespec ts[2];
	int error;

	if ((flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH)) != 0)
		return EINVAL;
	error = times_copyin_ts(SCARG(uap, tptr), ts, &tsp);
	if (error != 0)
		return error;
	/* Without a path it is of the descriptor, which the current directory is not. */
	if (SCARG(uap, path) == NULL && !times_omitted(tsp)) {
		if (SCARG(uap, fd) == AT_FDCWD)
			return EFAULT;
		if (flags != 0)
			return EINVAL;
	}
	return times_common(l, SCARG(uap, fd), SCARG(uap, path), flags, tsp);
}

int
sys_futimens(struct lwp *l, const struct sys_futimens_args *uap, register_t *retval)
{
	const struct timespec *tsp;
	struct timespec ts[2];
	int error;

	error = times_copyin_ts(SCARG(uap, tptr), ts, &tsp);
	return error != 0 ? error : times_common(l, SCARG(uap, fd), NULL, 0, tsp);
}

static int
utimes_common(struct lwp *l, int fd, const char *path, int flags, const struct timeval *tptr)
{
	const struct timespec *tsp;
	struct timespec ts[2];
	int error;

	error = times_copyin_tv(tptr, ts, &tsp);
	return error != 0 ? error : times_common(l, fd, path, flags, tsp);
}

int
sys_utimes(struct lwp *l, const struct sys_utimes_args *uap, register_t *retval)
{
	if (SCARG(uap, path) == NULL)
		return EFAULT;
	return utimes_common(l, AT_FDCWD, SCARG(uap, path), 0, SCARG(uap, tptr));
}

int
sys_lutimes(struct lwp *l, const struct sys_lutimes_args *uap, register_t *retval)
{
	if (SCARG(uap, path) == NULL)
		return EFAULT;
	return utimes_common(l, AT_FDCWD, SCARG(uap, path), AT_SYMLINK_NOFOLLOW, SCARG(uap, tptr));
}

int
sys_futimes(struct lwp *l, const struct sys_futimes_args *uap, register_t *retval)
{
	return utimes_common(l, SCARG(uap, fd), NULL, 0, SCARG(uap, tptr));
}

/* ---- Flags ---- */

static void
vattr_flags(struct vattr *vap, u_long flags)
{
	vattr_null(vap);
	vap->va_flags = flags;
}

int
sys_chflags(struct lwp *l, const struct sys_chflags_args *uap, register_t *retval)
{
	struct vattr va;

	vattr_flags(&va, SCARG(uap, flags));
	return setattr_at(l, AT_FDCWD, SCARG(uap, path), 0, &va);
}

int
sys_lchflags(struct lwp *l, const struct sys_lchflags_args *uap, register_t *retval)
{
	struct vattr va;

	vattr_flags(&va, SCARG(uap, flags));
	return setattr_at(l, AT_FDCWD, SCARG(uap, path), AT_SYMLINK_NOFOLLOW, &va);
}

int
sys_fchflags(struct lwp *l, const struct sys_fchflags_args *uap, register_t *retval)
{
	struct vattr va;

	vattr_flags(&va, SCARG(uap, flags));
	return setattr_fd(l, SCARG(uap, fd), &va);
}

/* ---- Size ---- */

int
sys_truncate(struct lwp *l, const struct sys_truncate_args *uap, register_t *retval)
{
	struct vattr va;
	struct vnode *vp;
	int error;

	if (SCARG(uap, length) < 0)
		return EINVAL;
	error = atvnode(l, AT_FDCWD, SCARG(uap, path), 0, false, &vp);
	if (error != 0)
		return error;
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	if (vp->v_type != VREG)
		error = vp->v_type == VDIR ? EISDIR : EINVAL;
	if (error == 0)
		error = VOP_ACCESS(vp, VWRITE, l->l_cred);
	if (error == 0)
		error = vn_writechk(vp);
	if (error == 0)
		error = lim_fsize_set(l, SCARG(uap, length));
	if (error == 0) {
		vattr_null(&va);
		va.va_size = SCARG(uap, length);
		error = VOP_SETATTR(vp, &va, l->l_cred);
	}
	vput(vp);
	return error;
}

int
sys_ftruncate(struct lwp *l, const struct sys_ftruncate_args *uap, register_t *retval)
{
	struct file *fp = fd_getfile(SCARG(uap, fd));
	int error;

	if (fp == NULL)
		return EBADF;
	if (SCARG(uap, length) < 0 || (fp->f_flag & FWRITE) == 0 || fp->f_ops->fo_truncate == NULL)
		error = EINVAL;
	else
		error = (*fp->f_ops->fo_truncate)(fp, SCARG(uap, length));
	fd_putfile(SCARG(uap, fd));
	return error;
}

/* ---- Revoke ---- */

int
sys_revoke(struct lwp *l, const struct sys_revoke_args *uap, register_t *retval)
{
	struct vattr va;
	struct vnode *vp;
	int error;

	error = atvnode(l, AT_FDCWD, SCARG(uap, path), 0, false, &vp);
	if (error != 0)
		return error;
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	error = VOP_GETATTR(vp, &va, l->l_cred);
	VOP_UNLOCK(vp);
	if (error == 0 && kauth_cred_geteuid(l->l_cred) != va.va_uid)
		error = kauth_authorize_generic(l->l_cred, KAUTH_GENERIC_ISSUSER, NULL);
	if (error == 0)
		(void)VOP_REVOKE(vp, REVOKEALL);
	vrele(vp);
	return error;
}

static const struct rump_sysreg calls[] = {
	RUMP_SYSREG(__posix_chown),
	RUMP_SYSREG(__posix_fchown),
	RUMP_SYSREG(__posix_lchown),
	RUMP_SYSREG(chflags),
	RUMP_SYSREG(chmod),
	RUMP_SYSREG(chown),
	RUMP_SYSREG(fchflags),
	RUMP_SYSREG(fchmod),
	RUMP_SYSREG(fchmodat),
	RUMP_SYSREG(fchown),
	RUMP_SYSREG(fchownat),
	RUMP_SYSREG(ftruncate),
	RUMP_SYSREG(futimens),
	RUMP_SYSREG(futimes),
	RUMP_SYSREG(lchflags),
	RUMP_SYSREG(lchmod),
	RUMP_SYSREG(lchown),
	RUMP_SYSREG(lutimes),
	RUMP_SYSREG(revoke),
	RUMP_SYSREG(truncate),
	RUMP_SYSREG(utimensat),
	RUMP_SYSREG(utimes),
};
VFS_CALLS(attr);
