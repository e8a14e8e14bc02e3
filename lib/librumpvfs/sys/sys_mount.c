/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* mount, unmount, statvfs and the list of mounts. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/vfs_syscalls.h>

#include "rump_cwd.h"
#include "rump_hostabi.h"
#include "rump_mount.h"
#include "rump_vfs.h"
#include "rump_vfscalls.h"

int
sys_mount(struct lwp *l, const struct sys_mount_args *uap, register_t *retval)
{
	return do_sys_mount(l, SCARG(uap, type), UIO_USERSPACE, SCARG(uap, path), SCARG(uap, flags),
	    SCARG(uap, data), UIO_USERSPACE, SCARG(uap, data_len), retval);
}

int
sys_unmount(struct lwp *l, const struct sys_unmount_args *uap, register_t *retval)
{
	struct vnode *vp;
	struct mount *mp;
	int error;

	if ((SCARG(uap, flags) & ~MNT_FORCE) != 0)
		return EINVAL;
	error = atvnode(l, AT_FDCWD, SCARG(uap, path), 0, false, &vp);
	if (error != 0)
		return error;
	mp = mount_of_root(vp);
	vrele(vp);
	if (mp == NULL)
		return EINVAL;
	if ((mp->mnt_flag & MNT_ROOTFS) != 0)
		error = EBUSY;
	else
		error = kauth_authorize_system(
		    l->l_cred, KAUTH_SYSTEM_MOUNT, KAUTH_REQ_SYSTEM_MOUNT_UNMOUNT, mp, NULL, NULL);
	if (error == 0)
		error = dounmount(mp, SCARG(uap, flags), l);
	vfs_rele(mp);
	return error;
}

/* ---- Status ---- */

int
do_sys_pstatvfs(struct lwp *l, const char *path, int flags, struct statvfs *sb)
{
	struct vnode *vp;
	struct mount *mp;
	int error;

	error = atvnode(l, AT_FDCWD, path, 0, false, &vp);
	if (error != 0)
		return error;
	error = mount_busy_of(vp, &mp);
	if (error == 0) {
		error = dostatvfs(mp, sb, l, flags, 1);
		vfs_unbusy(mp);
	}
	vrele(vp);
	return error;
}

int
do_sys_fstatvfs(struct lwp *l, int fd, int flags, struct statvfs *sb)
{
	struct mount *mp;
	struct file *fp;
	struct vnode *vp;
	int error;

	error = fdvnode(fd, &fp, &vp);
	if (error != 0)
		return error == EINVAL ? ENOSYS : error;
	error = mount_busy_of(vp, &mp);
	if (error == 0) {
		error = dostatvfs(mp, sb, l, flags, 1);
		vfs_unbusy(mp);
	}
	fd_putfile(fd);
	return error;
}

/* Of path, or of fd when path is NULL; fs: as struct statfs. */
static int
statvfs_common(struct lwp *l, const char *path, int fd, int flags, bool fs, void *ubuf)
{
	union {
		struct host_statvfs vfs;
		struct host_statfs fs;
	} u;
	struct statvfs *sb = STATVFSBUF_GET();
	int error;

	error =
	    path != NULL ? do_sys_pstatvfs(l, path, flags, sb) : do_sys_fstatvfs(l, fd, flags, sb);
	if (error == 0 && fs) {
		hostabi_statfs(sb, &u.fs);
		error = copyout(&u.fs, ubuf, sizeof(u.fs));
	} else if (error == 0) {
		hostabi_statvfs(sb, &u.vfs);
		error = copyout(&u.vfs, ubuf, sizeof(u.vfs));
	}
	STATVFSBUF_PUT(sb);
	return error;
}

int
sys_statvfs1(struct lwp *l, const struct sys_statvfs1_args *uap, register_t *retval)
{
	if (SCARG(uap, path) == NULL)
		return EFAULT;
	return statvfs_common(l, SCARG(uap, path), -1, SCARG(uap, flags), false, SCARG(uap, buf));
}

int
sys_fstatvfs1(struct lwp *l, const struct sys_fstatvfs1_args *uap, register_t *retval)
{
	return statvfs_common(l, NULL, SCARG(uap, fd), SCARG(uap, flags), false, SCARG(uap, buf));
}

int
sys_statfs(struct lwp *l, const struct sys_statfs_args *uap, register_t *retval)
{
	if (SCARG(uap, path) == NULL)
		return EFAULT;
	return statvfs_common(l, SCARG(uap, path), -1, ST_WAIT, true, SCARG(uap, buf));
}

int
sys_fstatfs(struct lwp *l, const struct sys_fstatfs_args *uap, register_t *retval)
{
	return statvfs_common(l, NULL, SCARG(uap, fd), ST_WAIT, true, SCARG(uap, buf));
}

/* ---- The list ---- */

int
do_sys_getvfsstat(struct lwp *l, void *buf, size_t bufsize, int flags,
    int (*copyfn)(const void *, void *, size_t), size_t entry_sz, register_t *retval)
{
	const size_t room = bufsize / entry_sz;
	struct statvfs *sb = STATVFSBUF_GET();
	mount_iterator_t *iter;
	struct mount *mp;
	size_t n = 0;
	int error = 0;

	mountlist_iterator_init(&iter);
	while (error == 0 && (mp = mountlist_iterator_next(iter)) != NULL) {
		if (buf != NULL && n < room) {
			if (dostatvfs(mp, sb, l, flags, 0) != 0)
				continue;
			error = (*copyfn)(sb, (char *)buf + n * entry_sz, entry_sz);
		}
		n++;
	}
	mountlist_iterator_destroy(iter);
	STATVFSBUF_PUT(sb);
	*retval = buf != NULL ? MIN(n, room) : n;
	return error;
}

int
sys_getvfsstat(struct lwp *l, const struct sys_getvfsstat_args *uap, register_t *retval)
{
	return do_sys_getvfsstat(l, SCARG(uap, buf), SCARG(uap, bufsize), SCARG(uap, flags),
	    copyout, sizeof(struct statvfs), retval);
}

static const struct rump_sysreg calls[] = {
	RUMP_SYSREG(fstatfs),
	RUMP_SYSREG(fstatvfs1),
	RUMP_SYSREG(getvfsstat),
	RUMP_SYSREG(mount),
	RUMP_SYSREG(statfs),
	RUMP_SYSREG(statvfs1),
	RUMP_SYSREG(unmount),
};
VFS_CALLS(mount);
