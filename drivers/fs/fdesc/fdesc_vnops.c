/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The descriptors of whoever asks.  A vnode is a number, the same for all processes; each operation looks at
 * the caller's table.  An open says EDUPFD, and open(2) makes a duplicate (fd_dupopen(9)), whose mode must be
 * within the descriptor's.
 */
#include <sys/param.h>
#include <sys/dirent.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kmem.h>
#include <sys/malloc.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/timevar.h>

#include <miscfs/genfs/genfs.h>

#include "fdesc.h"

const char *const fdesc_linknames[3] = { "stdin", "stdout", "stderr" };

static bool
is_open(u_int fd)
{
	if (fd_getfile(fd) == NULL)
		return false;
	fd_putfile(fd);
	return true;
}

/* ---- Names ---- */

/* A decimal number as it is written; what has more digits than any descriptor is the largest. */
static bool
parse_fd(const char *p, size_t len, u_int *fdp)
{
	uint64_t n = 0;

	if (len == 0 || (len > 1 && p[0] == '0'))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		n = MIN(n * 10 + (uint64_t)(p[i] - '0'), (uint64_t)INT_MAX);
	}
	*fdp = (u_int)n;
	return true;
}

/* errors: ENOENT, EBADF (a number that is no open descriptor). */
static int
find(const struct componentname *cnp, uint32_t *ixp)
{
	u_int fd;

	for (int i = 0; i < 3; i++) {
		if (strlen(fdesc_linknames[i]) == cnp->cn_namelen &&
		    memcmp(fdesc_linknames[i], cnp->cn_nameptr, cnp->cn_namelen) == 0) {
			*ixp = FDESC_STDIN + (uint32_t)i;
			return 0;
		}
	}
	if (!parse_fd(cnp->cn_nameptr, cnp->cn_namelen, &fd))
		return ENOENT;
	if (!is_open(fd))
		return EBADF;
	*ixp = FDESC_FIRSTFD + fd;
	return 0;
}

static int
fdesc_lookup(void *v)
{
	struct vop_lookup_v2_args *const ap = v;
	struct vnode *const dvp = ap->a_dvp;
	struct componentname *const cnp = ap->a_cnp;
	const bool changing = (cnp->cn_flags & ISLASTCN) != 0 && cnp->cn_nameiop != LOOKUP;
	uint32_t ix;
	int error;

	*ap->a_vpp = NULL;
	if (dvp->v_type != VDIR)
		return ENOTDIR;
	if (cnp->cn_namelen == 1 && cnp->cn_nameptr[0] == '.') {
		vref(dvp);
		*ap->a_vpp = dvp;
		return 0;
	}
	error = find(cnp, &ix);
	/* Names cannot be made or removed but by opening and closing. */
	if (changing && (cnp->cn_nameiop != CREATE ? error == 0 : error == ENOENT))
		return EROFS;
	return error != 0 ? error : vcache_get(dvp->v_mount, &ix, sizeof(ix), ap->a_vpp);
}

/* ---- Opening ---- */

static int
fdesc_open(void *v)
{
	struct vop_open_args *const ap = v;
	const uint32_t ix = VTOFDESC(ap->a_vp)->fd_ix;

	if (ix < FDESC_FIRSTFD)
		return 0;
	curlwp->l_dupfd = (int)(ix - FDESC_FIRSTFD);
	return EDUPFD;
}

/* A descriptor's mode is looked at when it is duplicated; whose file it is does not matter any more. */
static int
fdesc_access(void *v)
{
	struct vop_access_args *const ap = v;

	if (ap->a_vp->v_type == VDIR && (ap->a_accmode & VWRITE) != 0)
		return EACCES;
	return (ap->a_accmode & VADMIN) != 0 ? EPERM : 0;
}

/* ---- Attributes: of a descriptor those that fstat(2) tells ---- */

static void
from_stat(struct vattr *vap, const struct stat *st)
{
	vap->va_type = IFTOVT(st->st_mode);
	/* A directory here would be a way out of the tree, and back into it. */
	if (vap->va_type == VDIR)
		vap->va_type = VCHR;
	vap->va_mode = st->st_mode & ALLPERMS;
	vap->va_nlink = 1;
	vap->va_uid = st->st_uid;
	vap->va_gid = st->st_gid;
	vap->va_size = (u_quad_t)st->st_size;
	vap->va_blocksize = st->st_blksize;
	vap->va_atime = st->st_atim;
	vap->va_mtime = st->st_mtim;
	vap->va_ctime = st->st_ctim;
	vap->va_birthtime = st->st_birthtim;
	vap->va_rdev = st->st_rdev;
	vap->va_bytes = (u_quad_t)st->st_blocks * S_BLKSIZE;
	vap->va_flags = st->st_flags;
}

static int
fd_getattr(u_int fd, struct vattr *vap)
{
	struct file *const fp = fd_getfile(fd);
	struct stat *st;
	int error;

	if (fp == NULL)
		return EBADF;
	st = kmem_zalloc(sizeof(*st), KM_SLEEP);
	error = (*fp->f_ops->fo_stat)(fp, st);
	fd_putfile(fd);
	if (error == 0)
		from_stat(vap, st);
	kmem_free(st, sizeof(*st));
	return error;
}

static int
fdesc_getattr(void *v)
{
	struct vop_getattr_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	const uint32_t ix = VTOFDESC(vp)->fd_ix;
	struct vattr *const vap = ap->a_vap;

	vattr_null(vap);
	vap->va_type = vp->v_type;
	vap->va_mode = vp->v_type == VDIR ? 0555 : 0777;
	vap->va_nlink = vp->v_type == VDIR ? 2 : 1;
	vap->va_uid = vap->va_gid = 0;
	vap->va_fsid = (uint32_t)vp->v_mount->mnt_stat.f_fsidx.__fsid_val[0];
	vap->va_fileid = FDESC_INO(ix);
	vap->va_blocksize = DEV_BSIZE;
	getnanoboottime(&vap->va_birthtime);
	vap->va_atime = vap->va_mtime = vap->va_ctime = vap->va_birthtime;
	vap->va_gen = vap->va_flags = vap->va_filerev = 0;
	vap->va_rdev = NODEV;
	vap->va_size = vp->v_type == VDIR ? DEV_BSIZE : 1;
	vap->va_bytes = 0;
	return ix < FDESC_FIRSTFD ? 0 : fd_getattr(ix - FDESC_FIRSTFD, vap);
}

static int
fdesc_setattr(void *v)
{
	return EPERM;
}

static int
fdesc_readlink(void *v)
{
	struct vop_readlink_args *const ap = v;
	char c;

	if (ap->a_vp->v_type != VLNK)
		return EINVAL;
	c = (char)('0' + FDESC_LINK_FD(VTOFDESC(ap->a_vp)->fd_ix));
	return uiomove(&c, 1, ap->a_uio);
}

/* ---- Directory: ".", "..", the links, then descriptor n at cookie FIXED + n ---- */

#define FIXED 5

static off_t
table_end(void)
{
	filedesc_t *const fdp = curlwp->l_fd;
	int last;

	mutex_enter(&fdp->fd_lock);
	last = fdp->fd_lastfile;
	mutex_exit(&fdp->fd_lock);
	return FIXED + (off_t)last + 1;
}

/* Fill in the first entry at *cookie or after it, which it moves there.  False: the end. */
static bool
fill_dirent(off_t *cookie, off_t end, struct dirent *de)
{
	memset(de, 0, sizeof(*de));
	while (*cookie >= FIXED && *cookie < end && !is_open((u_int)(*cookie - FIXED)))
		++*cookie;
	if (*cookie >= MAX(end, (off_t)FIXED))
		return false;
	de->d_fileno = FDESC_INO(FDESC_ROOT);
	de->d_type = DT_DIR;
	if (*cookie < 2) {
		strlcpy(de->d_name, *cookie == 0 ? "." : "..", sizeof(de->d_name));
	} else if (*cookie < FIXED) {
		strlcpy(de->d_name, fdesc_linknames[*cookie - 2], sizeof(de->d_name));
		de->d_fileno = FDESC_INO(FDESC_STDIN + *cookie - 2);
		de->d_type = DT_LNK;
	} else {
		snprintf(de->d_name, sizeof(de->d_name), "%u", (u_int)(*cookie - FIXED));
		de->d_fileno = FDESC_INO(FDESC_FIRSTFD + *cookie - FIXED);
		de->d_type = DT_UNKNOWN;
	}
	de->d_namlen = (uint16_t)strlen(de->d_name);
	de->d_reclen = (uint16_t)_DIRENT_SIZE(de);
	return true;
}

static int
fdesc_readdir(void *v)
{
	struct vop_readdir_args *const ap = v;
	struct uio *const uio = ap->a_uio;
	const size_t maxcookies = uio->uio_resid / _DIRENT_MINSIZE((struct dirent *)NULL) + 1;
	off_t cookie = uio->uio_offset, *cookies = NULL;
	const off_t end = table_end();
	struct dirent *de;
	int n = 0, error = 0;
	bool more;

	if (ap->a_vp->v_type != VDIR)
		return ENOTDIR;
	if (cookie < 0)
		return EINVAL;
	if (ap->a_cookies != NULL)
		cookies = malloc(maxcookies * sizeof(*cookies), M_TEMP, M_WAITOK);
	de = kmem_alloc(sizeof(*de), KM_SLEEP);
	while ((more = fill_dirent(&cookie, end, de)) && uio->uio_resid >= de->d_reclen) {
		error = uiomove(de, de->d_reclen, uio);
		if (error != 0)
			break;
		cookie++;
		if (cookies != NULL)
			cookies[n] = cookie;
		n++;
	}
	kmem_free(de, sizeof(*de));
	if (error == 0 && more && n == 0)
		error = EINVAL; /* no room for one entry */
	uio->uio_offset = cookie;
	if (ap->a_eofflag != NULL)
		*ap->a_eofflag = !more;
	if (error != 0 && cookies != NULL) {
		free(cookies, M_TEMP);
		cookies = NULL;
	}
	if (ap->a_cookies != NULL) {
		*ap->a_cookies = cookies;
		*ap->a_ncookies = n;
	}
	return error;
}

/* ---- Life ---- */

static int
fdesc_reclaim(void *v)
{
	struct vop_reclaim_v2_args *const ap = v;
	struct fdescnode *const fd = VTOFDESC(ap->a_vp);

	ap->a_vp->v_data = NULL;
	VOP_UNLOCK(ap->a_vp);
	kmem_free(fd, sizeof(*fd));
	return 0;
}

static int
fdesc_print(void *v)
{
	struct vop_print_args *const ap = v;

	printf("fdesc file %u\n", VTOFDESC(ap->a_vp)->fd_ix);
	return 0;
}

int (**fdesc_vnodeop_p)(void *);
static const struct vnodeopv_entry_desc fdesc_vnodeop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_parsepath_desc, genfs_parsepath },
	{ &vop_lookup_desc, fdesc_lookup },
	{ &vop_open_desc, fdesc_open },
	{ &vop_close_desc, genfs_nullop },
	{ &vop_access_desc, fdesc_access },
	{ &vop_accessx_desc, genfs_accessx },
	{ &vop_getattr_desc, fdesc_getattr },
	{ &vop_setattr_desc, fdesc_setattr },
	{ &vop_ioctl_desc, genfs_enoioctl },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_poll_desc, genfs_poll },
	{ &vop_kqfilter_desc, genfs_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_fsync_desc, genfs_nullop },
	{ &vop_seek_desc, genfs_seek },
	{ &vop_readdir_desc, fdesc_readdir },
	{ &vop_readlink_desc, fdesc_readlink },
	{ &vop_abortop_desc, genfs_abortop },
	{ &vop_inactive_desc, genfs_nullop },
	{ &vop_reclaim_desc, fdesc_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_print_desc, fdesc_print },
	{ &vop_pathconf_desc, genfs_pathconf },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL },
};
const struct vnodeopv_desc fdesc_vnodeop_opv_desc = { &fdesc_vnodeop_p, fdesc_vnodeop_entries };
