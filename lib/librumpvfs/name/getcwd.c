/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * From a directory back to its path: upwards, a name at a time, written from the end of a buffer.
 * The name cache knows most names; for the others the parent is searched for the inode number.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/dirent.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/uio.h>

#include "rump_cwd.h"
#include "rump_mount.h"
#include "rump_vfs.h"

#define DIRBUF_SIZE 4096

/* Prepend name to the path. */
static int
path_prepend(char **bpp, const char *bufp, const char *name, size_t len)
{
	if (*bpp - bufp < (ptrdiff_t)len)
		return ERANGE;
	*bpp -= len;
	memcpy(*bpp, name, len);
	return 0;
}

/* Look for the file number among the entries of one buffer.  ENOENT: not here. */
static int
dirbuf_find(const char *buf, size_t n, ino_t fileno, char **bpp, const char *bufp)
{
	const struct dirent *dp;
	size_t off;

	for (off = 0; off + _DIRENT_MINSIZE(dp) <= n; off += dp->d_reclen) {
		dp = (const void *)(buf + off);
		if (dp->d_reclen == 0 || off + dp->d_reclen > n)
			return EINVAL;
		if (dp->d_fileno == fileno && dp->d_type != DT_WHT &&
		    (dp->d_namlen > 2 || memcmp(dp->d_name, "..", dp->d_namlen) != 0))
			return path_prepend(bpp, bufp, dp->d_name, dp->d_namlen);
	}
	return ENOENT;
}

/* Search dvp (locked) for the name of a file number. */
static int
getcwd_scandir(struct vnode *dvp, ino_t fileno, char **bpp, const char *bufp, struct lwp *l)
{
	char *buf = kmem_alloc(DIRBUF_SIZE, KM_SLEEP);
	struct iovec iov;
	struct uio uio;
	off_t off = 0;
	int eof = 0, error = ENOENT;

	while (error == ENOENT && !eof) {
		iov.iov_base = buf;
		iov.iov_len = DIRBUF_SIZE;
		uio.uio_iov = &iov;
		uio.uio_iovcnt = 1;
		uio.uio_offset = off;
		uio.uio_resid = DIRBUF_SIZE;
		uio.uio_rw = UIO_READ;
		UIO_SETUP_SYSSPACE(&uio);
		error = VOP_READDIR(dvp, &uio, l->l_cred, &eof, NULL, NULL);
		if (error != 0 || uio.uio_resid == DIRBUF_SIZE)
			break;
		off = uio.uio_offset;
		error = dirbuf_find(buf, DIRBUF_SIZE - uio.uio_resid, fileno, bpp, bufp);
	}
	kmem_free(buf, DIRBUF_SIZE);
	return error;
}

/* The parent of vp, by its '..'.  owns: *dvpp referenced. */
static int
getcwd_parent(struct vnode *vp, struct vnode **dvpp, struct lwp *l)
{
	struct componentname cn = {
		.cn_nameiop = LOOKUP,
		.cn_flags = ISLASTCN | ISDOTDOT,
		.cn_cred = l->l_cred,
		.cn_nameptr = "..",
		.cn_namelen = 2,
	};
	int error;

	error = vn_lock(vp, LK_EXCLUSIVE);
	if (error != 0)
		return error;
	error = VOP_LOOKUP(vp, dvpp, &cn);
	VOP_UNLOCK(vp);
	return error;
}

/* One name the long way.  owns: *dvpp referenced. */
static int
getcwd_step(struct vnode *vp, struct vnode **dvpp, char **bpp, char *bufp, int flags, struct lwp *l)
{
	struct vattr va;
	int error;

	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	error = VOP_GETATTR(vp, &va, l->l_cred);
	VOP_UNLOCK(vp);
	if (error == 0)
		error = getcwd_parent(vp, dvpp, l);
	if (error != 0)
		return error;
	error = vn_lock(*dvpp, LK_SHARED);
	if (error == 0) {
		if ((flags & GETCWD_CHECK_ACCESS) != 0)
			error = VOP_ACCESS(*dvpp, VEXEC | VREAD, l->l_cred);
		if (error == 0)
			error = getcwd_scandir(*dvpp, va.va_fileid, bpp, bufp, l);
		VOP_UNLOCK(*dvpp);
	}
	if (error != 0)
		vrele(*dvpp);
	return error;
}

/* From the root of a mount to what it covers.  owns: consumes vp, *vpp referenced. */
static int
getcwd_uncover(struct vnode **vpp)
{
	struct vnode *vp = *vpp, *covered;

	while ((atomic_load_relaxed(&vp->v_vflag) & VV_ROOT) != 0) {
		covered = mount_covered_by(vp);
		if (covered == NULL)
			return ENOENT;
		vrele(vp);
		*vpp = vp = covered;
	}
	return 0;
}

int
getcwd_common(struct vnode *lvp, struct vnode *rvp, char **bpp, char *bufp, int limit, int flags,
    struct lwp *l)
{
	struct vnode *vp = lvp, *dvp;
	char *const end = *bpp;
	int error = 0;

	vref(vp);
	while (vp != rvp && error == 0) {
		if (limit-- <= 0)
			error = ELOOP;
		if (error == 0)
			error = getcwd_uncover(&vp);
		if (error != 0 || vp == rvp)
			break;
		error =
		    cache_revlookup(vp, &dvp, bpp, bufp, (flags & GETCWD_CHECK_ACCESS) != 0, VEXEC);
		if (error == ENOENT)
			error = getcwd_step(vp, &dvp, bpp, bufp, flags, l);
		if (error == 0) {
			vrele(vp);
			vp = dvp;
			error = path_prepend(bpp, bufp, "/", 1);
		}
	}
	vrele(vp);
	if (error == 0 && *bpp == end)
		error = path_prepend(bpp, bufp, "/", 1);
	return error;
}

/* Is lvp below rvp, or rvp itself? */
bool
vn_isunder(struct vnode *lvp, struct vnode *rvp, struct lwp *l)
{
	char *buf = PNBUF_GET(), *bp = buf + MAXPATHLEN;
	int error;

	error = getcwd_common(lvp, rvp, &bp, buf, MAXPATHLEN / 2, 0, l);
	PNBUF_PUT(buf);
	return error == 0;
}
