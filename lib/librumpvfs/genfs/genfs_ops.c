/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Vnode operations that file systems share: errors, the vnode lock, defaults.
 */
#include <sys/param.h>
#include <sys/event.h>
#include <sys/fcntl.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/poll.h>
#include <sys/rwlock.h>
#include <sys/systm.h>
#include <sys/unistd.h>
#include <sys/vnode.h>
#include <sys/vnode_impl.h>

#include <miscfs/genfs/genfs.h>

/* ---- Nothing, or an error ---- */

int
genfs_badop(void *v)
{
	struct vop_generic_args *const ap = v;

	panic("genfs_badop: %s", ap->a_desc->vdesc_name);
}

int
genfs_nullop(void *v)
{
	return 0;
}

int
genfs_einval(void *v)
{
	return EINVAL;
}

int
genfs_ebadf(void *v)
{
	return EBADF;
}

int
genfs_enoioctl(void *v)
{
	return EPASSTHROUGH;
}

/* Remove, rmdir and rename consume vnodes, whatever they return. */
int
genfs_eopnotsupp(void *v)
{
	struct vop_generic_args *const ap = v;

	if (ap->a_desc == VDESC(vop_remove)) {
		vput(((struct vop_remove_v3_args *)v)->a_vp);
	} else if (ap->a_desc == VDESC(vop_rmdir)) {
		vput(((struct vop_rmdir_v2_args *)v)->a_vp);
	} else if (ap->a_desc == VDESC(vop_rename)) {
		struct vop_rename_args *const ra = v;

		if (ra->a_tvp != NULL && ra->a_tvp != ra->a_tdvp)
			vput(ra->a_tvp);
		else if (ra->a_tvp != NULL)
			vrele(ra->a_tvp);
		vput(ra->a_tdvp);
		vrele(ra->a_fdvp);
		vrele(ra->a_fvp);
	}
	return EOPNOTSUPP;
}

int
genfs_erofs_link(void *v)
{
	return EROFS;
}

int
genfs_erofs_symlink(void *v)
{
	return EROFS;
}

/* ---- The vnode lock ---- */

int
genfs_lock(void *v)
{
	struct vop_lock_args *const ap = v;
	krwlock_t *const lock = &VNODE_TO_VIMPL(ap->a_vp)->vi_lock;
	const int flags = ap->a_flags;

	if (flags & LK_UPGRADE) {
		if (rw_tryupgrade(lock))
			return 0;
		if (flags & LK_NOWAIT)
			return EBUSY;
		rw_exit(lock);
		rw_enter(lock, RW_WRITER);
		return 0;
	}
	if (flags & LK_DOWNGRADE) {
		rw_downgrade(lock);
		return 0;
	}
	if ((flags & LK_NOWAIT) == 0)
		rw_enter(lock, (flags & LK_EXCLUSIVE) ? RW_WRITER : RW_READER);
	else if (!rw_tryenter(lock, (flags & LK_EXCLUSIVE) ? RW_WRITER : RW_READER))
		return EBUSY;
	return 0;
}

int
genfs_unlock(void *v)
{
	struct vop_unlock_args *const ap = v;

	rw_exit(&VNODE_TO_VIMPL(ap->a_vp)->vi_lock);
	return 0;
}

int
genfs_islocked(void *v)
{
	struct vop_islocked_args *const ap = v;
	krwlock_t *const lock = &VNODE_TO_VIMPL(ap->a_vp)->vi_lock;

	if (rw_write_held(lock))
		return LK_EXCLUSIVE;
	return rw_read_held(lock) ? LK_SHARED : 0;
}

int
genfs_nolock(void *v)
{
	return 0;
}

int
genfs_nounlock(void *v)
{
	return 0;
}

int
genfs_noislocked(void *v)
{
	return 0;
}

/* Of dead vnodes: the lock works, so that those who wait for it get it and look again. */
int
genfs_deadlock(void *v)
{
	return genfs_lock(v);
}

int
genfs_deadunlock(void *v)
{
	return genfs_unlock(v);
}

int
genfs_deadislocked(void *v)
{
	return genfs_islocked(v);
}

/* ---- Defaults ---- */

int
genfs_abortop(void *v)
{
	return 0;
}

int
genfs_accessx(void *v)
{
	struct vop_accessx_args *const ap = v;
	accmode_t mode = ap->a_accmode & (VREAD | VWRITE | VEXEC | VADMIN);

	if (ap->a_accmode & (VAPPEND | VDELETE_CHILD))
		mode |= VWRITE;
	if (ap->a_accmode & (VADMIN_PERMS & ~VADMIN))
		mode |= VADMIN;
	return mode == 0 ? 0 : VOP_ACCESS(ap->a_vp, mode, ap->a_cred);
}

/* Files whose blocks are those of the file itself. */
int
genfs_bmap(void *v)
{
	struct vop_bmap_args *const ap = v;

	if (ap->a_vpp != NULL)
		*ap->a_vpp = ap->a_vp;
	if (ap->a_bnp != NULL)
		*ap->a_bnp = ap->a_bn;
	if (ap->a_runp != NULL)
		*ap->a_runp = 0;
	return 0;
}

int
genfs_fcntl(void *v)
{
	struct vop_fcntl_args *const ap = v;

	return ap->a_command == F_SETFL ? 0 : EPASSTHROUGH;
}

int
genfs_fsync(void *v)
{
	struct vop_fsync_args *const ap = v;

	return vflushbuf(ap->a_vp, ap->a_flags);
}

int
genfs_mmap(void *v)
{
	return 0;
}

int
genfs_parsepath(void *v)
{
	struct vop_parsepath_args *const ap = v;
	const char *const name = ap->a_name;
	size_t len = 0;

	while (name[len] != '\0' && name[len] != '/')
		len++;
	if (len > NAME_MAX)
		return ENAMETOOLONG;
	*ap->a_retval = len;
	return 0;
}

int
genfs_pathconf(void *v)
{
	static const struct {
		int name;
		register_t value;
	} conf[] = {
		{ _PC_LINK_MAX, INT_MAX },
		{ _PC_NAME_MAX, NAME_MAX },
		{ _PC_PATH_MAX, PATH_MAX },
		{ _PC_PIPE_BUF, PIPE_BUF },
		{ _PC_CHOWN_RESTRICTED, 1 },
		{ _PC_NO_TRUNC, 1 },
		{ _PC_SYNC_IO, 1 },
		{ _PC_FILESIZEBITS, 64 },
		{ _PC_SYMLINK_MAX, MAXPATHLEN },
		{ _PC_2_SYMLINKS, 1 },
	};
	struct vop_pathconf_args *const ap = v;

	for (size_t i = 0; i < __arraycount(conf); i++) {
		if (conf[i].name == ap->a_name) {
			*ap->a_retval = conf[i].value;
			return 0;
		}
	}
	return EINVAL;
}

int
genfs_poll(void *v)
{
	struct vop_poll_args *const ap = v;

	return ap->a_events & (POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM);
}

int
genfs_revoke(void *v)
{
	struct vop_revoke_args *const ap = v;

	vrevoke(ap->a_vp);
	return 0;
}

int
genfs_seek(void *v)
{
	struct vop_seek_args *const ap = v;

	return ap->a_newoff < 0 ? EINVAL : 0;
}

int
genfs_statvfs(struct mount *mp, struct statvfs *sbp)
{
	sbp->f_bsize = DEV_BSIZE;
	sbp->f_frsize = DEV_BSIZE;
	sbp->f_iosize = DEV_BSIZE;
	sbp->f_blocks = 2; /* one for the fake file system's name, one spare: not zero */
	sbp->f_bfree = sbp->f_bavail = sbp->f_bresvd = 0;
	sbp->f_files = sbp->f_ffree = sbp->f_favail = sbp->f_fresvd = 0;
	copy_statvfs_info(sbp, mp);
	return 0;
}

int
genfs_renamelock_enter(struct mount *mp)
{
	mutex_enter(mp->mnt_renamelock);
	return 0;
}

void
genfs_renamelock_exit(struct mount *mp)
{
	mutex_exit(mp->mnt_renamelock);
}
