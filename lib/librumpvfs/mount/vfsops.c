/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* vfsops(9): the file-system types that are known, and calls of their operations. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/fstrans.h>
#include <sys/mount.h>

#include "rump_mount.h"
#include "rump_vfs.h"

struct vfs_list_head vfs_list;
kmutex_t vfs_list_lock;

static struct vfsops *
vfs_find_locked(const char *name)
{
	struct vfsops *ops;

	KASSERT(mutex_owned(&vfs_list_lock));
	LIST_FOREACH (ops, &vfs_list, vfs_list)
		if (strncmp(ops->vfs_name, name, _VFS_NAMELEN) == 0)
			break;
	return ops;
}

struct vfsops *
vfs_getopsbyname(const char *name)
{
	struct vfsops *ops;

	mutex_enter(&vfs_list_lock);
	ops = vfs_find_locked(name);
	if (ops != NULL)
		ops->vfs_refcount++;
	mutex_exit(&vfs_list_lock);
	return ops;
}

void
vfs_delref(struct vfsops *ops)
{
	mutex_enter(&vfs_list_lock);
	KASSERT(ops->vfs_refcount > 0);
	ops->vfs_refcount--;
	mutex_exit(&vfs_list_lock);
}

int
vfs_attach(struct vfsops *ops)
{
	mutex_enter(&vfs_list_lock);
	if (vfs_find_locked(ops->vfs_name) != NULL) {
		mutex_exit(&vfs_list_lock);
		return EEXIST;
	}
	ops->vfs_refcount = 0;
	vfs_opv_init(ops->vfs_opv_descs);
	LIST_INSERT_HEAD(&vfs_list, ops, vfs_list);
	if (ops->vfs_init != NULL)
		(*ops->vfs_init)();
	mutex_exit(&vfs_list_lock);
	return 0;
}

int
vfs_detach(struct vfsops *ops)
{
	int error = 0;

	mutex_enter(&vfs_list_lock);
	if (vfs_find_locked(ops->vfs_name) != ops)
		error = ESRCH;
	else if (ops->vfs_refcount > 0)
		error = EBUSY;
	if (error == 0) {
		LIST_REMOVE(ops, vfs_list);
		if (ops->vfs_done != NULL)
			(*ops->vfs_done)();
		vfs_opv_free(ops->vfs_opv_descs);
	}
	mutex_exit(&vfs_list_lock);
	return error;
}

void
vfs_reinit(void)
{
	struct vfsops *ops;

	mutex_enter(&vfs_list_lock);
	LIST_FOREACH (ops, &vfs_list, vfs_list)
		if (ops->vfs_reinit != NULL)
			(*ops->vfs_reinit)();
	mutex_exit(&vfs_list_lock);
}

long
makefstype(const char *name)
{
	long h = 0;

	for (; *name != '\0'; name++)
		h = (h << 2) ^ *name;
	return h;
}

/* ---- Calls ---- */

/*
 * Evaluate call under the kernel lock, if the mount's file system wants it.  During vfs_mount it
 * has not said yet: held.
 */
#define VFS_CALL(mp, call)                                                                    \
	({                                                                                    \
		const bool big_ = (atomic_load_relaxed(&(mp)->mnt_iflag) & IMNT_MPSAFE) == 0; \
		int error_;                                                                   \
		if (big_)                                                                     \
			KERNEL_LOCK(1, NULL);                                                 \
		error_ = (call);                                                              \
		if (big_)                                                                     \
			KERNEL_UNLOCK_ONE(NULL);                                              \
		error_;                                                                       \
	})

int
VFS_MOUNT(struct mount *mp, const char *path, void *data, size_t *len)
{
	return VFS_CALL(mp, (*mp->mnt_op->vfs_mount)(mp, path, data, len));
}

int
VFS_START(struct mount *mp, int flags)
{
	if (mp->mnt_op->vfs_start == NULL)
		return 0;
	return VFS_CALL(mp, (*mp->mnt_op->vfs_start)(mp, flags));
}

int
VFS_UNMOUNT(struct mount *mp, int flags)
{
	return VFS_CALL(mp, (*mp->mnt_op->vfs_unmount)(mp, flags));
}

int
VFS_ROOT(struct mount *mp, int lktype, struct vnode **vpp)
{
	int error = VFS_CALL(mp, (*mp->mnt_op->vfs_root)(mp, lktype, vpp));

	if (error == 0)
		mount_setrootcache(mp, *vpp);
	return error;
}

int
VFS_QUOTACTL(struct mount *mp, struct quotactl_args *args)
{
	if (mp->mnt_op->vfs_quotactl == NULL)
		return EOPNOTSUPP;
	return VFS_CALL(mp, (*mp->mnt_op->vfs_quotactl)(mp, args));
}

int
VFS_STATVFS(struct mount *mp, struct statvfs *sbp)
{
	if (mp->mnt_op->vfs_statvfs == NULL) /* that of dead vnodes */
		return EOPNOTSUPP;
	return VFS_CALL(mp, (*mp->mnt_op->vfs_statvfs)(mp, sbp));
}

int
VFS_SYNC(struct mount *mp, int waitfor, kauth_cred_t cred)
{
	if (mp->mnt_op->vfs_sync == NULL)
		return 0;
	return VFS_CALL(mp, (*mp->mnt_op->vfs_sync)(mp, waitfor, cred));
}

int
VFS_VGET(struct mount *mp, ino_t ino, int lktype, struct vnode **vpp)
{
	if (mp->mnt_op->vfs_vget == NULL)
		return EOPNOTSUPP;
	return VFS_CALL(mp, (*mp->mnt_op->vfs_vget)(mp, ino, lktype, vpp));
}

int
VFS_LOADVNODE(
    struct mount *mp, struct vnode *vp, const void *key, size_t key_len, const void **new_key)
{
	KASSERT(mp->mnt_op->vfs_loadvnode != NULL);
	return VFS_CALL(mp, (*mp->mnt_op->vfs_loadvnode)(mp, vp, key, key_len, new_key));
}

int
VFS_NEWVNODE(struct mount *mp, struct vnode *dvp, struct vnode *vp, struct vattr *vap,
    kauth_cred_t cred, void *extra, size_t *key_len, const void **new_key)
{
	if (mp->mnt_op->vfs_newvnode == NULL)
		return EOPNOTSUPP;
	return VFS_CALL(
	    mp, (*mp->mnt_op->vfs_newvnode)(mp, dvp, vp, vap, cred, extra, key_len, new_key));
}

int
VFS_FHTOVP(struct mount *mp, struct fid *fid, int lktype, struct vnode **vpp)
{
	if (mp->mnt_op->vfs_fhtovp == NULL)
		return EOPNOTSUPP;
	return VFS_CALL(mp, (*mp->mnt_op->vfs_fhtovp)(mp, fid, lktype, vpp));
}

int
VFS_VPTOFH(struct vnode *vp, struct fid *fid, size_t *size)
{
	struct mount *mp = vp->v_mount;

	if (mp->mnt_op->vfs_vptofh == NULL)
		return EOPNOTSUPP;
	return VFS_CALL(mp, (*mp->mnt_op->vfs_vptofh)(vp, fid, size));
}

int
VFS_SNAPSHOT(struct mount *mp, struct vnode *vp, struct timespec *ts)
{
	if (mp->mnt_op->vfs_snapshot == NULL)
		return EOPNOTSUPP;
	return VFS_CALL(mp, (*mp->mnt_op->vfs_snapshot)(mp, vp, ts));
}

int
VFS_EXTATTRCTL(struct mount *mp, int cmd, struct vnode *vp, int attrnamespace, const char *name)
{
	if (mp->mnt_op->vfs_extattrctl == NULL)
		return vfs_stdextattrctl(mp, cmd, vp, attrnamespace, name);
	return VFS_CALL(mp, (*mp->mnt_op->vfs_extattrctl)(mp, cmd, vp, attrnamespace, name));
}

int
VFS_SUSPENDCTL(struct mount *mp, int cmd)
{
	if (mp->mnt_op->vfs_suspendctl == NULL)
		return EOPNOTSUPP;
	return VFS_CALL(mp, (*mp->mnt_op->vfs_suspendctl)(mp, cmd));
}

int
VFS_RENAMELOCK_ENTER(struct mount *mp)
{
	if (mp->mnt_op->vfs_renamelock_enter == NULL) {
		mutex_enter(mp->mnt_renamelock);
		return 0;
	}
	return (*mp->mnt_op->vfs_renamelock_enter)(mp);
}

void
VFS_RENAMELOCK_EXIT(struct mount *mp)
{
	if (mp->mnt_op->vfs_renamelock_exit == NULL)
		mutex_exit(mp->mnt_renamelock);
	else
		(*mp->mnt_op->vfs_renamelock_exit)(mp);
}

int
VFS_FSYNC(struct vnode *vp, int flags)
{
	struct mount *mp = vp->v_mount;

	if (mp->mnt_op->vfs_fsync == NULL)
		return 0;
	return VFS_CALL(mp, (*mp->mnt_op->vfs_fsync)(vp, flags));
}

int
vfs_stdextattrctl(struct mount *mp, int cmd, struct vnode *vp, int attrnamespace, const char *name)
{
	if (vp != NULL)
		VOP_UNLOCK(vp);
	return EOPNOTSUPP;
}
