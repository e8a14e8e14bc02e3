/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* rump_pub_vfs_*(): file-system types and mounts, for programs that drive a file system. */
#include <sys/param.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/statvfs.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <rump/rump_mount.h>

#include "rump_pub.h"

/* Outside, a struct statvfs with names is struct rump_statvfs. */
CTASSERT(sizeof(struct statvfs) == sizeof(struct rump_statvfs));
CTASSERT(offsetof(struct statvfs, f_blocks) == offsetof(struct rump_statvfs, f_blocks));
CTASSERT(offsetof(struct statvfs, f_fsid) == offsetof(struct rump_statvfs, f_fsid));
CTASSERT(offsetof(struct statvfs, f_mntonname) == offsetof(struct rump_statvfs, f_mntonname));
CTASSERT(sizeof(struct fid) == sizeof(struct rump_fid));

static struct vfsops *
rump_vfslist_iterate(struct vfsops *ops)
{
	mutex_enter(&vfs_list_lock);
	ops = ops == NULL ? LIST_FIRST(&vfs_list) : LIST_NEXT(ops, vfs_list);
	mutex_exit(&vfs_list_lock);
	return ops;
}

/* The type cannot go while the program runs: components stay.  So no reference is kept. */
static struct vfsops *
rump_vfs_getopsbyname(const char *name)
{
	struct vfsops *const ops = vfs_getopsbyname(name);

	if (ops != NULL)
		vfs_delref(ops);
	return ops;
}

/* The mount that path is on; valid until it is unmounted. */
static int
rump_vfs_getmp(const char *path, struct mount **mpp)
{
	struct vnode *vp;
	int error;

	error = namei_simple_kernel(path, NSM_FOLLOW_TRYEMULROOT, &vp);
	if (error != 0)
		return error;
	*mpp = vp->v_mount;
	vrele(vp);
	return 0;
}

static int
rump_vfs_root(struct mount *mp, struct vnode **vpp, int lock)
{
	const int error = VFS_ROOT(mp, LK_EXCLUSIVE, vpp);

	if (error == 0 && !lock)
		VOP_UNLOCK(*vpp);
	rump_sync_keep(curlwp);
	return error;
}

static int
rump_vfs_statvfs(struct mount *mp, struct statvfs *sb)
{
	return VFS_STATVFS(mp, sb);
}

static int
rump_vfs_sync(struct mount *mp, int waitfor, struct kauth_cred *cred)
{
	return VFS_SYNC(mp, waitfor, cred != NULL ? cred : kauth_cred_get());
}

static void
rump_vfs_syncwait(struct mount *mp)
{
	(void)VFS_SYNC(mp, MNT_WAIT, kauth_cred_get());
}

static int
rump_vfs_unmount(struct mount *mp, int flags)
{
	return VFS_UNMOUNT(mp, flags);
}

static int
rump_vfs_fhtovp(struct mount *mp, struct fid *fid, struct vnode **vpp)
{
	const int error = VFS_FHTOVP(mp, fid, LK_EXCLUSIVE, vpp);

	rump_sync_keep(curlwp);
	return error;
}

static int
rump_vfs_vptofh(struct vnode *vp, struct fid *fid, size_t *fidsize)
{
	return VFS_VPTOFH(vp, fid, fidsize);
}

static int
rump_vfs_extattrctl(
    struct mount *mp, int cmd, struct vnode *vp, int attrnamespace, const char *attrname)
{
	return VFS_EXTATTRCTL(mp, cmd, vp, attrnamespace, attrname);
}

static void
rump_vfs_mount_print(const char *path, int full)
{
	struct mount *mp;

	if (rump_vfs_getmp(path, &mp) != 0) {
		printf("%s: no mount\n", path);
		return;
	}
	printf("%s on %s type %s, flags %#x\n", mp->mnt_stat.f_mntfromname,
	    mp->mnt_stat.f_mntonname, mp->mnt_stat.f_fstypename, (u_int)mp->mnt_flag);
	if (full)
		printf("block size %lu, fragment size %lu, %llu blocks, %llu free\n",
		    mp->mnt_stat.f_bsize, mp->mnt_stat.f_frsize,
		    (unsigned long long)mp->mnt_stat.f_blocks,
		    (unsigned long long)mp->mnt_stat.f_bfree);
}

RUMP_PUB(struct vfsops *, vfslist_iterate, NULL, (struct vfsops * ops), (ops))
RUMP_PUB(struct vfsops *, vfs_getopsbyname, NULL, (const char *name), (name))
RUMP_PUB(int, vfs_getmp, ENXIO, (const char *path, struct mount **mpp), (path, mpp))
RUMP_PUB(int, vfs_root, ENXIO, (struct mount * mp, struct vnode **vpp, int lock), (mp, vpp, lock))
RUMP_PUB(int, vfs_statvfs, ENXIO, (struct mount * mp, struct statvfs *sb), (mp, sb))
RUMP_PUB(int, vfs_sync, ENXIO, (struct mount * mp, int waitfor, struct kauth_cred *cred),
    (mp, waitfor, cred))
RUMP_PUB_VOID(vfs_syncwait, (struct mount * mp), (mp))
RUMP_PUB(int, vfs_unmount, ENXIO, (struct mount * mp, int flags), (mp, flags))
RUMP_PUB(int, vfs_fhtovp, ENXIO, (struct mount * mp, struct fid *fid, struct vnode **vpp),
    (mp, fid, vpp))
RUMP_PUB(int, vfs_vptofh, ENXIO, (struct vnode * vp, struct fid *fid, size_t *fidsize),
    (vp, fid, fidsize))
RUMP_PUB(int, vfs_extattrctl, ENXIO,
    (struct mount * mp, int cmd, struct vnode *vp, int attrnamespace, const char *attrname),
    (mp, cmd, vp, attrnamespace, attrname))
RUMP_PUB_VOID(vfs_mount_print, (const char *path, int full), (path, full))
