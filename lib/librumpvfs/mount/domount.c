/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Mounting, updating, unmounting, and writing everything out.
 *
 * A mount appears in this order: the file system's mount, v_mountedhere of the covered directory,
 * the list; it goes in the opposite one, with the gate shut (rump_mount.h) from before the file
 * system is asked until after walks can no longer find it.  mnt_updating makes updates and
 * unmounts of one mount follow each other.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/mount.h>
#include <sys/proc.h>
#include <sys/vfs_syscalls.h>

#include "rump_cwd.h"
#include "rump_mount.h"
#include "rump_vfs.h"
#include "rump_vnode.h"

/* ---- Mounting ---- */

/* Keep the cached root current. */
static void
mount_started(struct mount *mp)
{
	struct vnode *root;

	(void)VFS_START(mp, 0);
	if (VFS_ROOT(mp, LK_NONE, &root) != 0)
		return;
	if (mp->mnt_vnodecovered != NULL)
		cwd_replace(mp->mnt_vnodecovered, root);
	vrele(root);
}

/* Put mp on top of vp.  errors: EBUSY, ENOENT (vp has died). */
static int
mount_cover(struct mount *mp, struct vnode *vp)
{
	int error;

	error = vn_lock(vp, LK_EXCLUSIVE);
	if (error != 0)
		return error;
	if (vp->v_mountedhere != NULL)
		error = EBUSY;
	else
		atomic_store_release(&vp->v_mountedhere, mp);
	VOP_UNLOCK(vp);
	return error;
}

int
mount_domount(struct lwp *l, struct vnode **vpp, struct vfsops *ops, const char *path, int flags,
    void *data, size_t *len)
{
	struct vnode *vp = *vpp;
	struct mount *mp;
	int error;

	error = kauth_authorize_system(
	    l->l_cred, KAUTH_SYSTEM_MOUNT, KAUTH_REQ_SYSTEM_MOUNT_NEW, vp, KAUTH_ARG(flags), data);
	if (error != 0)
		return error;
	if (vp->v_type != VDIR)
		return ENOTDIR;
	mp = vfs_mountalloc(ops, vp);
	mp->mnt_stat.f_owner = kauth_cred_geteuid(l->l_cred);
	mp->mnt_flag = flags & MNT_BASIC_FLAGS;
	/* From mount_cover() on others may find it: nobody unmounts it before it is complete. */
	(void)vfs_busy(mp);
	mutex_enter(mp->mnt_updating);
	error = VFS_MOUNT(mp, path, data, len);
	mp->mnt_flag &= ~(MNT_OP_FLAGS);
	if (error == 0)
		(void)VFS_STATVFS(mp, &mp->mnt_stat); /* before others find it */
	if (error == 0 && (flags & MNT_GETARGS) == 0) {
		error = mount_cover(mp, vp);
		if (error != 0)
			(void)VFS_UNMOUNT(mp, MNT_FORCE);
	}
	mutex_exit(mp->mnt_updating);
	if (error == 0) {
		mountlist_append(mp);
		*vpp = NULL; /* the mount has it */
		mount_started(mp);
	}
	vfs_unbusy(mp);
	if (error != 0)
		vfs_rele(mp);
	return error;
}

/* mount(2) with MNT_UPDATE or MNT_GETARGS: of what is mounted at the directory. */
static int
mount_update(struct lwp *l, struct vnode *vp, const char *path, int flags, void *data, size_t *len)
{
	struct mount *mp = vp->v_mount;
	unsigned int saved_flag, saved_iflag;
	int error;

	if ((vp->v_vflag & VV_ROOT) == 0)
		return EINVAL;
	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_MOUNT,
	    (flags & MNT_GETARGS) != 0 ? KAUTH_REQ_SYSTEM_MOUNT_GET : KAUTH_REQ_SYSTEM_MOUNT_UPDATE,
	    mp, KAUTH_ARG(flags), data);
	if (error == 0)
		error = vfs_busy(mp);
	if (error != 0)
		return error;
	mutex_enter(mp->mnt_updating);
	saved_flag = mp->mnt_flag;
	saved_iflag = mp->mnt_iflag;
	mp->mnt_flag |= flags & (MNT_UPDATE | MNT_RELOAD | MNT_FORCE | MNT_GETARGS);
	if ((flags & MNT_GETARGS) == 0) {
		if ((saved_flag & MNT_RDONLY) != 0 && (flags & MNT_RDONLY) == 0)
			mp->mnt_iflag |= IMNT_WANTRDWR;
		if ((saved_flag & MNT_RDONLY) == 0 && (flags & MNT_RDONLY) != 0)
			mp->mnt_iflag |= IMNT_WANTRDONLY;
		mp->mnt_flag =
		    (mp->mnt_flag & ~(MNT_BASIC_FLAGS & ~MNT_RDONLY)) | (flags & MNT_BASIC_FLAGS);
	}
	error = VFS_MOUNT(mp, path, data, len);
	mp->mnt_flag &= ~MNT_OP_FLAGS;
	if ((mp->mnt_iflag & IMNT_WANTRDWR) != 0 && error == 0)
		mp->mnt_flag &= ~MNT_RDONLY;
	mp->mnt_iflag &= ~(IMNT_WANTRDWR | IMNT_WANTRDONLY);
	if (error != 0 || (flags & MNT_GETARGS) != 0) {
		mp->mnt_flag = saved_flag;
		mp->mnt_iflag = saved_iflag;
	}
	mutex_exit(mp->mnt_updating);
	vfs_unbusy(mp);
	return error;
}

/* The file-system type, from user or kernel memory.  owns: a reference. */
static int
mount_getops(const char *type, enum uio_seg seg, struct vfsops **opsp)
{
	char name[_VFS_NAMELEN];
	size_t done;
	int error;

	error = seg == UIO_USERSPACE ? copyinstr(type, name, sizeof(name), &done)
				     : copystr(type, name, sizeof(name), &done);
	if (error != 0)
		return error == ENAMETOOLONG ? ENODEV : error;
	*opsp = vfs_getopsbyname(name);
	if (*opsp == NULL && module_autoload(name, MODULE_CLASS_VFS) == 0)
		*opsp = vfs_getopsbyname(name);
	return *opsp == NULL ? ENODEV : 0;
}

/* The most that a file system's mount arguments may be. */
#define MOUNT_DATA_MAX 8192

int
do_sys_mount(struct lwp *l, const char *type, enum uio_seg type_seg, const char *path, int flags,
    void *data, enum uio_seg data_seg, size_t len, register_t *retval)
{
	const bool update = (flags & (MNT_UPDATE | MNT_GETARGS)) != 0;
	struct vfsops *ops = NULL;
	void *buf = data;
	size_t buflen;
	struct vnode *vp;
	int error;

	error = namei_simple_user(path, NSM_FOLLOW_NOEMULROOT, &vp);
	if (error != 0)
		return error;
	if (update) {
		ops = vp->v_mount->mnt_op;
	} else {
		error = mount_getops(type, type_seg, &ops);
		if (error != 0) {
			vrele(vp);
			return error;
		}
	}
	buflen = MAX(len, ops->vfs_min_mount_data);
	if (len > MOUNT_DATA_MAX || (len > 0 && len < ops->vfs_min_mount_data))
		error = EINVAL;
	if (error == 0 && data_seg == UIO_USERSPACE && buflen > 0) {
		buf = kmem_zalloc(buflen, KM_SLEEP);
		if ((flags & MNT_GETARGS) == 0)
			error = data == NULL ? (len > 0 ? EFAULT : 0) : copyin(data, buf, len);
	}
	if (error == 0) {
		size_t n = data == NULL ? 0 : len;

		error = update ? mount_update(l, vp, path, flags, buf, &n)
			       : mount_domount(l, &vp, ops, path, flags, buf, &n);
		if (error == 0 && (flags & MNT_GETARGS) != 0 && data_seg == UIO_USERSPACE)
			error = copyout(buf, data, MIN(n, len));
		if (error == 0 && (flags & MNT_GETARGS) != 0)
			*retval = n;
	}
	if (buf != data)
		kmem_free(buf, buflen);
	if (!update)
		vfs_delref(ops);
	if (vp != NULL)
		vrele(vp);
	return error;
}

/* ---- Unmounting ---- */

/* The mount is empty: take it out of the tree. */
static void
unmount_finish(struct mount *mp)
{
	struct vnode *covered = mp->mnt_vnodecovered;

	if (!TAILQ_EMPTY(&mp->mnt_vnodelist))
		panic("unmount: vnodes of %s are left", mp->mnt_stat.f_mntonname);
	if (covered != NULL) {
		(void)vn_lock(covered, LK_EXCLUSIVE | LK_RETRY);
		KASSERT(covered->v_mountedhere == mp);
		atomic_store_release(&covered->v_mountedhere, NULL);
		VOP_UNLOCK(covered);
	}
	mount_gone(mp);
	vfs_hooks_unmount(mp);
	mutex_exit(mp->mnt_updating);
	if (covered != NULL)
		vrele(covered);
	vfs_rele(mp);
}

int
dounmount(struct mount *mp, int flags, struct lwp *l)
{
	int error = 0;

	vfs_ref(mp);
	mutex_enter(mp->mnt_updating);
	if ((mp->mnt_iflag & IMNT_GONE) != 0) {
		mutex_exit(mp->mnt_updating);
		vfs_rele(mp);
		return ENOENT;
	}
	mount_shut(mp);
	atomic_store_relaxed(&mp->mnt_iflag, mp->mnt_iflag | IMNT_UNMOUNT);
	if ((mp->mnt_flag & MNT_RDONLY) == 0)
		error = VFS_SYNC(mp, MNT_WAIT, l->l_cred);
	if (error == 0 || (flags & MNT_FORCE) != 0)
		error = VFS_UNMOUNT(mp, flags);
	if (error != 0) {
		atomic_store_relaxed(&mp->mnt_iflag, mp->mnt_iflag & ~IMNT_UNMOUNT);
		mount_open(mp);
		mutex_exit(mp->mnt_updating);
	} else {
		unmount_finish(mp);
	}
	vfs_rele(mp);
	return error;
}

/* The last mount of the list that is not in skip, referenced. */
static struct mount *
mount_last(const struct mount *before)
{
	struct mount *mp;

	mutex_enter(&mountlist_lock);
	mp = before == NULL ? TAILQ_LAST(&mountlist, mount_list)
			    : TAILQ_PREV(before, mount_list, mnt_list);
	if (mp != NULL)
		vfs_ref(mp);
	mutex_exit(&mountlist_lock);
	return mp;
}

/* Newest first; root: the root file system too.  True when all went. */
static bool
unmount_all(struct lwp *l, bool force, bool verbose, bool root)
{
	struct mount *mp, *before = NULL;
	bool all = true;
	int error;

	/* A mount that stays is kept by reference, and the walk goes on before it. */
	while ((mp = mount_last(before)) != NULL) {
		error = root || (mp->mnt_flag & MNT_ROOTFS) == 0
		    ? dounmount(mp, force ? MNT_FORCE : 0, l)
		    : EPASSTHROUGH;
		if (error == 0) {
			vfs_rele(mp);
			continue;
		}
		if (verbose && error != EPASSTHROUGH)
			printf("unmount of %s failed: error %d\n", mp->mnt_stat.f_mntonname, error);
		all = all && error == EPASSTHROUGH;
		if (before != NULL)
			vfs_rele(before);
		before = mp;
	}
	if (before != NULL)
		vfs_rele(before);
	return all;
}

bool
vfs_unmountall1(struct lwp *l, bool force, bool verbose)
{
	return unmount_all(l, force, verbose, true);
}

void
vfs_unmount_halting(void)
{
	(void)unmount_all(curlwp, true, true, false);
}

bool
vfs_unmountall(struct lwp *l)
{
	return vfs_unmountall1(l, true, true);
}

/* ---- Writing out ---- */

void
vfs_sync_all(struct lwp *l)
{
	mount_iterator_t *iter;
	struct mount *mp;

	mountlist_iterator_init(&iter);
	while ((mp = mountlist_iterator_next(iter)) != NULL)
		if ((mp->mnt_flag & MNT_RDONLY) == 0)
			(void)VFS_SYNC(mp, MNT_WAIT, l->l_cred);
	mountlist_iterator_destroy(iter);
	vfs_syncer_all();
}

int
vfs_mount_print(struct mount *mp, int full, void (*pr)(const char *, ...))
{
	struct vnode_impl *vip;
	int n = 0;

	mutex_enter(mp->mnt_vnodelock);
	TAILQ_FOREACH (vip, &mp->mnt_vnodelist, vi_mntvnodes)
		n++;
	mutex_exit(mp->mnt_vnodelock);
	(*pr)("%s on %s type %s flags %x iflags %x refs %u vnodes %d\n", mp->mnt_stat.f_mntfromname,
	    mp->mnt_stat.f_mntonname, mp->mnt_stat.f_fstypename, mp->mnt_flag, mp->mnt_iflag,
	    mp->mnt_refcnt, n);
	return 0;
}
