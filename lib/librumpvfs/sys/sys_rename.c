/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * rename(2) and renameat2(2).
 *
 * The source is looked up and let go unlocked, then the target with its directory locked, as
 * VOP_RENAME wants them.  Renames of directories take the mount's rename lock from before the
 * second lookup until after the operation, so that the tree above either name stays as it is.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/fcntl.h>
#include <sys/mount.h>
#include <sys/vfs_syscalls.h>

#include "rump_vfs.h"
#include "rump_vfscalls.h"

/* The host's. */
#define RENAME_NOREPLACE 1u
#define RENAME_EXCHANGE	 2u

static bool
cn_special(const struct componentname *cnp)
{
	return (cnp->cn_namelen == 1 && cnp->cn_nameptr[0] == '.') ||
	    (cnp->cn_flags & ISDOTDOT) != 0 || cnp->cn_namelen == 0;
}

/* May fvp take the place of tvp (or of nothing)?  The order of the checks is the host's. */
static int
rename_check(const struct nameidata *from, const struct nameidata *to, unsigned int flags)
{
	const struct vnode *fvp = from->ni_vp, *tvp = to->ni_vp;
	/* All but tdvp are unlocked; mounts are compared here, not looked into. */
	const struct mount *const fdmp = atomic_load_relaxed(&from->ni_dvp->v_mount),
				  *const tdmp = to->ni_dvp->v_mount;

	if (cn_special(&from->ni_cnd) || cn_special(&to->ni_cnd))
		return EBUSY;
	if (fdmp != tdmp)
		return EXDEV;
	if (tvp != NULL && (flags & RENAME_NOREPLACE) != 0)
		return EEXIST;
	if (atomic_load_relaxed(&fvp->v_mount) != fdmp)
		return EBUSY;
	if (tvp != NULL && atomic_load_relaxed(&tvp->v_mount) != tdmp)
		return fvp->v_type == VDIR ? EBUSY : EISDIR;
	if (fvp == to->ni_dvp)
		return EINVAL;
	if ((flags & RENAME_EXCHANGE) != 0) {
		if (tvp == NULL)
			return ENOENT;
		return tvp->v_type != VDIR && (to->ni_cnd.cn_flags & REQUIREDIR) != 0 ? ENOTDIR : 0;
	}
	if (fvp->v_type != VDIR && (to->ni_cnd.cn_flags & REQUIREDIR) != 0)
		return ENOTDIR;
	/* Whether the kinds agree, the file system says, after it has seen that neither lies in the other. */
	return 0;
}

/* owns: the vnodes of both. */
static int
rename_exchange(struct nameidata *from, struct atname *to)
{
	struct nameidata *const tnd = &to->an_nd;
	int error;

	VOP_UNLOCK(tnd->ni_dvp);
	error = VOP_EXCHANGE(
	    from->ni_dvp, &from->ni_cnd, tnd->ni_dvp, &tnd->ni_cnd, from->ni_cnd.cn_cred);
	vrele(tnd->ni_vp);
	vrele(tnd->ni_dvp);
	vrele(from->ni_vp);
	vrele(from->ni_dvp);
	return error == EOPNOTSUPP ? EINVAL : error;
}

/* The target, and the call.  owns: from's vnodes. */
static int
rename_to(struct atname *from, int tofd, const char *to, enum uio_seg seg, unsigned int flags)
{
	struct nameidata *fnd = &from->an_nd, *tnd;
	struct atname an;
	int error;

	/* Whether a slash behind the name is welcome, rename_check() says. */
	error = atname_init(&an, tofd, to, seg, RENAME, LOCKPARENT | NOCACHE | CREATEDIR);
	if (error != 0) {
		VOP_ABORTOP(fnd->ni_dvp, &fnd->ni_cnd);
		vrele(fnd->ni_dvp);
		vrele(fnd->ni_vp);
		return error;
	}
	tnd = &an.an_nd;
	error = rename_check(fnd, tnd, flags);
	if (error != 0 || fnd->ni_vp == tnd->ni_vp) {
		/* Two names of one file: nothing to do. */
		atname_abort(&an);
		VOP_ABORTOP(fnd->ni_dvp, &fnd->ni_cnd);
		vrele(fnd->ni_dvp);
		vrele(fnd->ni_vp);
	} else if ((flags & RENAME_EXCHANGE) != 0) {
		error = rename_exchange(fnd, &an);
	} else {
		if (tnd->ni_vp != NULL)
			(void)vn_lock(tnd->ni_vp, LK_EXCLUSIVE | LK_RETRY);
		if ((flags & RENAME_NOREPLACE) != 0)
			tnd->ni_cnd.cn_flags |= NOREPLACE;
		error = VOP_RENAME(
		    fnd->ni_dvp, fnd->ni_vp, &fnd->ni_cnd, tnd->ni_dvp, tnd->ni_vp, &tnd->ni_cnd);
	}
	atname_fini(&an);
	return error;
}

static int
rename_common(struct lwp *l, int fromfd, const char *from, int tofd, const char *to,
    enum uio_seg seg, unsigned int flags)
{
	struct atname an;
	struct mount *mp;
	int error;

	if (flags != 0 && flags != RENAME_NOREPLACE && flags != RENAME_EXCHANGE)
		return EINVAL;
	error = atname_init(&an, fromfd, from, seg, DELETE, LOCKPARENT | INRENAME);
	if (error != 0)
		return error;
	mp = an.an_nd.ni_dvp->v_mount; /* locked: it is there */
	vfs_ref(mp);
	VOP_UNLOCK(an.an_nd.ni_dvp);
	error = VFS_RENAMELOCK_ENTER(mp);
	if (error == 0) {
		error = rename_to(&an, tofd, to, seg, flags);
		VFS_RENAMELOCK_EXIT(mp);
	} else {
		vrele(an.an_nd.ni_dvp);
		vrele(an.an_nd.ni_vp);
	}
	vfs_rele(mp);
	atname_fini(&an);
	return error;
}

int
do_sys_rename(const char *from, const char *to, enum uio_seg seg, int retain)
{
	return rename_common(curlwp, AT_FDCWD, from, AT_FDCWD, to, seg, 0);
}

int
sys_rename(struct lwp *l, const struct sys_rename_args *uap, register_t *retval)
{
	return rename_common(
	    l, AT_FDCWD, SCARG(uap, from), AT_FDCWD, SCARG(uap, to), UIO_USERSPACE, 0);
}

int
sys___posix_rename(struct lwp *l, const struct sys___posix_rename_args *uap, register_t *retval)
{
	return rename_common(
	    l, AT_FDCWD, SCARG(uap, from), AT_FDCWD, SCARG(uap, to), UIO_USERSPACE, 0);
}

int
sys_renameat(struct lwp *l, const struct sys_renameat_args *uap, register_t *retval)
{
	return rename_common(l, SCARG(uap, fromfd), SCARG(uap, from), SCARG(uap, tofd),
	    SCARG(uap, to), UIO_USERSPACE, 0);
}

int
sys_renameat2(struct lwp *l, const struct sys_renameat2_args *uap, register_t *retval)
{
	return rename_common(l, SCARG(uap, fromfd), SCARG(uap, from), SCARG(uap, tofd),
	    SCARG(uap, to), UIO_USERSPACE, SCARG(uap, flags));
}
