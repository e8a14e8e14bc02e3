/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Operations of kernfs's files and directories.
 *
 * A read from the beginning makes the text anew; reads further on see the same text until the next such
 * read, so that a text read in pieces is of one moment.
 */
#include <sys/param.h>
#include <sys/dirent.h>
#include <sys/kmem.h>
#include <sys/malloc.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/time.h>
#include <sys/timevar.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>

#include "kernfs_var.h"

#define TEXT_FIRST 256		 /* bytes tried first */
#define TEXT_MAX   (1024 * 1024) /* a driver's text has no more */
#define WRITE_MAX  4096		 /* bytes of one write */

/* ---- Names ---- */

/* The vnode of an entry. */
static int
entry_vnode(struct mount *mp, const struct dyn_kern_target *dkt, struct vnode **vpp)
{
	return vcache_get(mp, &dkt, sizeof(dkt), vpp);
}

static const struct dyn_kern_target *
parent_of(const struct kern_target *kt)
{
	const struct dyn_kern_target *const dkt = container_of(kt, struct dyn_kern_target, dkt_kt);

	return container_of(dkt->dkt_parent, struct dyn_kern_target, dkt_kt);
}

static int
kernfs_lookup(void *v)
{
	struct vop_lookup_v2_args *const ap = v;
	struct vnode *const dvp = ap->a_dvp;
	struct componentname *const cnp = ap->a_cnp;
	const bool changing = (cnp->cn_flags & ISLASTCN) != 0 && cnp->cn_nameiop != LOOKUP;
	const struct dyn_kern_target *dkt;
	int error;

	*ap->a_vpp = NULL;
	if (dvp->v_type != VDIR)
		return ENOTDIR;
	error = VOP_ACCESS(dvp, VEXEC, cnp->cn_cred);
	if (error != 0)
		return error;
	if (cnp->cn_namelen == 1 && cnp->cn_nameptr[0] == '.') {
		vref(dvp);
		*ap->a_vpp = dvp;
		return 0;
	}
	if ((cnp->cn_flags & ISDOTDOT) != 0)
		dkt = parent_of(VTOKERN(dvp)->kfs_kt);
	else
		dkt = kernfs_find(VTOKERN(dvp)->kfs_kt, cnp->cn_nameptr, cnp->cn_namelen);
	/* Names are made by the kernel alone. */
	if (changing && (dkt == NULL || cnp->cn_nameiop != CREATE))
		return dkt == NULL && cnp->cn_nameiop == DELETE ? ENOENT : EROFS;
	return dkt == NULL ? ENOENT : entry_vnode(dvp->v_mount, dkt, ap->a_vpp);
}

/* ---- Attributes ---- */

static int
kernfs_open(void *v)
{
	struct vop_open_args *const ap = v;
	const kernfs_fileop_t *const kf =
	    kernfs_fileop(VTOKERN(ap->a_vp)->kfs_type, KERNFS_FILEOP_OPEN);

	return kf != NULL ? (*kf->kf_vop)(v) : 0;
}

static int
kernfs_close(void *v)
{
	struct vop_close_args *const ap = v;
	const kernfs_fileop_t *const kf =
	    kernfs_fileop(VTOKERN(ap->a_vp)->kfs_type, KERNFS_FILEOP_CLOSE);

	return kf != NULL ? (*kf->kf_vop)(v) : 0;
}

static int
kernfs_ioctl(void *v)
{
	struct vop_ioctl_args *const ap = v;
	const struct kernfs_node *kn;
	const kernfs_fileop_t *kf = NULL;

	/* It is not locked, and may be dying. */
	mutex_enter(ap->a_vp->v_interlock);
	kn = ap->a_vp->v_data;
	if (kn != NULL)
		kf = kernfs_fileop(kn->kfs_type, KERNFS_FILEOP_IOCTL);
	mutex_exit(ap->a_vp->v_interlock);
	return kf != NULL ? (*kf->kf_vop)(v) : EPASSTHROUGH;
}

static int
kernfs_access(void *v)
{
	struct vop_access_args *const ap = v;
	const struct kernfs_node *const kn = VTOKERN(ap->a_vp);

	return kauth_authorize_vnode(ap->a_cred,
	    KAUTH_ACCESS_ACTION(ap->a_accmode, ap->a_vp->v_type, kn->kfs_mode), ap->a_vp, NULL,
	    genfs_can_access(ap->a_vp, ap->a_cred, 0, 0, kn->kfs_mode, NULL, ap->a_accmode));
}

/* Make the text anew.  locks: kfs_lock.  errors: EFBIG, the type's. */
static int
remake_locked(struct kernfs_node *kn)
{
	size_t size = MAX(kn->kfs_textsize, (size_t)TEXT_FIRST), len = 0;
	int error;

	KASSERT(mutex_owned(&kn->kfs_lock));
	for (;; size *= 2) {
		if (size > TEXT_MAX)
			return EFBIG;
		if (size != kn->kfs_textsize) {
			if (kn->kfs_text != NULL)
				kmem_free(kn->kfs_text, kn->kfs_textsize);
			kn->kfs_text = kmem_alloc(size, KM_SLEEP);
			kn->kfs_textsize = size;
		}
		kn->kfs_textlen = 0;
		error = kernfs_text(kn, kn->kfs_text, size, &len);
		if (error != ENOSPC)
			break;
	}
	if (error == 0)
		kn->kfs_textlen = MIN(len, size);
	return error;
}

static off_t
text_size(struct kernfs_node *kn)
{
	off_t len = 0;

	mutex_enter(&kn->kfs_lock);
	if (kn->kfs_text == NULL)
		(void)remake_locked(kn);
	len = (off_t)kn->kfs_textlen;
	mutex_exit(&kn->kfs_lock);
	return len;
}

static int
kernfs_getattr(void *v)
{
	struct vop_getattr_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct kernfs_node *const kn = VTOKERN(vp);
	struct vattr *const vap = ap->a_vap;
	const kernfs_fileop_t *const kf = kernfs_fileop(kn->kfs_type, KERNFS_FILEOP_GETATTR);

	vattr_null(vap);
	vap->va_type = vp->v_type;
	vap->va_mode = kn->kfs_mode;
	vap->va_nlink = vp->v_type == VDIR ? 2 + kernfs_ndirs(kn->kfs_kt) : 1;
	vap->va_uid = vap->va_gid = 0;
	vap->va_fsid = (uint32_t)vp->v_mount->mnt_stat.f_fsidx.__fsid_val[0];
	vap->va_fileid = kn->kfs_fileno;
	vap->va_blocksize = DEV_BSIZE;
	getnanoboottime(&vap->va_birthtime);
	nanotime(&vap->va_mtime);
	vap->va_atime = vap->va_ctime = vap->va_mtime;
	if (vp->v_type == VDIR)
		vap->va_atime = vap->va_ctime = vap->va_mtime = vap->va_birthtime;
	vap->va_gen = 0;
	vap->va_flags = 0;
	vap->va_rdev = NODEV;
	vap->va_filerev = 0;
	vap->va_size = vp->v_type == VDIR ? DEV_BSIZE : 0;
	if (kf != NULL)
		return (*kf->kf_vop)(v);
	if (vp->v_type == VREG && kernfs_fileop(kn->kfs_type, KERNFS_FILEOP_READ) == NULL)
		vap->va_size = (u_quad_t)text_size(kn);
	vap->va_bytes = vap->va_size;
	return 0;
}

/* O_TRUNC and the times are as they may: what is written is what counts. */
static int
kernfs_setattr(void *v)
{
	struct vop_setattr_args *const ap = v;
	const struct vattr *const vap = ap->a_vap;

	if (vap->va_flags != VNOVALFLAGS || vap->va_uid != (uid_t)VNOVAL ||
	    vap->va_gid != (gid_t)VNOVAL || vap->va_mode != (mode_t)VNOVAL)
		return EROFS;
	return 0;
}

/* ---- Contents ---- */

static int
kernfs_read(void *v)
{
	struct vop_read_args *const ap = v;
	struct kernfs_node *const kn = VTOKERN(ap->a_vp);
	const kernfs_fileop_t *const kf = kernfs_fileop(kn->kfs_type, KERNFS_FILEOP_READ);
	struct uio *const uio = ap->a_uio;
	size_t len = 0;
	char *part = NULL;
	int error = 0;

	if (ap->a_vp->v_type == VDIR)
		return EISDIR;
	if (kf != NULL)
		return (*kf->kf_vop)(v);
	if (uio->uio_offset < 0)
		return EINVAL;
	/* Readers share the vnode lock, and no lock is held over uiomove(): so they take copies. */
	mutex_enter(&kn->kfs_lock);
	if (uio->uio_offset == 0 || kn->kfs_text == NULL)
		error = remake_locked(kn);
	if (error == 0 && uio->uio_offset < (off_t)kn->kfs_textlen) {
		len = MIN(uio->uio_resid, kn->kfs_textlen - (size_t)uio->uio_offset);
		if (len > 0) {
			part = kmem_alloc(len, KM_SLEEP);
			memcpy(part, kn->kfs_text + uio->uio_offset, len);
		}
	}
	mutex_exit(&kn->kfs_lock);
	if (part != NULL) {
		error = uiomove(part, len, uio);
		kmem_free(part, len);
	}
	return error;
}

/* A write is the whole new text, from the beginning. */
static int
kernfs_write(void *v)
{
	struct vop_write_args *const ap = v;
	struct kernfs_node *const kn = VTOKERN(ap->a_vp);
	const kernfs_fileop_t *const kf = kernfs_fileop(kn->kfs_type, KERNFS_FILEOP_WRITE);
	struct uio *const uio = ap->a_uio;
	const size_t len = uio->uio_resid;
	char *buf;
	int error;

	if (kf != NULL)
		return (*kf->kf_vop)(v);
	if (ap->a_vp->v_type != VREG || (uio->uio_offset != 0 && (ap->a_ioflag & IO_APPEND) == 0))
		return EINVAL;
	if (len > WRITE_MAX)
		return EFBIG;
	buf = kmem_zalloc(len + 1, KM_SLEEP);
	error = uiomove(buf, len, uio);
	if (error == 0)
		error = kernfs_settext(kn, buf, len);
	if (error != 0) { /* nothing was written, though the bytes have come */
		uio->uio_offset -= (off_t)(len - uio->uio_resid);
		uio->uio_resid = len;
	}
	kmem_free(buf, len + 1);
	return error;
}

/* ---- Directories: the cookie is the number of the entry, after "." and ".." ---- */

static bool
fill_dirent(const struct vnode *vp, off_t n, struct dirent *de)
{
	const struct kernfs_node *const kn = VTOKERN(vp);
	const struct dyn_kern_target *dkt;

	if (n == 0) {
		de->d_fileno = kn->kfs_fileno;
		strlcpy(de->d_name, ".", sizeof(de->d_name));
		de->d_type = DT_DIR;
	} else if (n == 1) {
		de->d_fileno = parent_of(kn->kfs_kt)->dkt_ino;
		strlcpy(de->d_name, "..", sizeof(de->d_name));
		de->d_type = DT_DIR;
	} else {
		dkt = kernfs_nth(kn->kfs_kt, (size_t)n - 2);
		if (dkt == NULL)
			return false;
		de->d_fileno = dkt->dkt_ino;
		strlcpy(de->d_name, dkt->dkt_kt.kt_name, sizeof(de->d_name));
		de->d_type = dkt->dkt_kt.kt_type;
	}
	de->d_namlen = (uint16_t)strlen(de->d_name);
	de->d_reclen = (uint16_t)_DIRENT_SIZE(de);
	return true;
}

static int
kernfs_readdir(void *v)
{
	struct vop_readdir_args *const ap = v;
	struct uio *const uio = ap->a_uio;
	const size_t maxcookies = uio->uio_resid / _DIRENT_MINSIZE((struct dirent *)NULL) + 1;
	struct dirent *de;
	off_t n = uio->uio_offset, *cookies = NULL;
	int ncookies = 0, error = 0;
	bool more;

	if (ap->a_vp->v_type != VDIR)
		return ENOTDIR;
	if (n < 0)
		return EINVAL;
	if (ap->a_cookies != NULL)
		cookies = malloc(maxcookies * sizeof(*cookies), M_TEMP, M_WAITOK);
	de = kmem_zalloc(sizeof(*de), KM_SLEEP);
	while ((more = fill_dirent(ap->a_vp, n, de)) && uio->uio_resid >= de->d_reclen) {
		error = uiomove(de, de->d_reclen, uio);
		if (error != 0)
			break;
		n++;
		if (cookies != NULL)
			cookies[ncookies] = n;
		ncookies++;
		memset(de, 0, sizeof(*de));
	}
	kmem_free(de, sizeof(*de));
	if (error == 0 && more && ncookies == 0)
		error = EINVAL; /* no room for one entry */
	uio->uio_offset = n;
	if (ap->a_eofflag != NULL)
		*ap->a_eofflag = !more;
	if (error != 0 && cookies != NULL) {
		free(cookies, M_TEMP);
		cookies = NULL;
	}
	if (ap->a_cookies != NULL) {
		*ap->a_cookies = cookies;
		*ap->a_ncookies = ncookies;
	}
	return error;
}

/* ---- Life ---- */

static int
kernfs_inactive(void *v)
{
	struct vop_inactive_v2_args *const ap = v;

	*ap->a_recycle = false;
	return 0;
}

static int
kernfs_reclaim(void *v)
{
	struct vop_reclaim_v2_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct kernfs_node *const kn = VTOKERN(vp);

	mutex_enter(vp->v_interlock);
	vp->v_data = NULL;
	mutex_exit(vp->v_interlock);
	VOP_UNLOCK(vp);
	if (kn->kfs_text != NULL)
		kmem_free(kn->kfs_text, kn->kfs_textsize);
	mutex_destroy(&kn->kfs_lock);
	kmem_free(kn, sizeof(*kn));
	return 0;
}

static int
kernfs_print(void *v)
{
	struct vop_print_args *const ap = v;

	printf("kernfs file %s\n", VTOKERN(ap->a_vp)->kfs_kt->kt_name);
	return 0;
}

int (**kernfs_vnodeop_p)(void *);
static const struct vnodeopv_entry_desc kernfs_vnodeop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_parsepath_desc, genfs_parsepath },
	{ &vop_lookup_desc, kernfs_lookup },
	{ &vop_open_desc, kernfs_open },
	{ &vop_close_desc, kernfs_close },
	{ &vop_access_desc, kernfs_access },
	{ &vop_accessx_desc, genfs_accessx },
	{ &vop_getattr_desc, kernfs_getattr },
	{ &vop_setattr_desc, kernfs_setattr },
	{ &vop_read_desc, kernfs_read },
	{ &vop_write_desc, kernfs_write },
	{ &vop_ioctl_desc, kernfs_ioctl },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_poll_desc, genfs_poll },
	{ &vop_kqfilter_desc, genfs_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_fsync_desc, genfs_nullop },
	{ &vop_seek_desc, genfs_seek },
	{ &vop_readdir_desc, kernfs_readdir },
	{ &vop_abortop_desc, genfs_abortop },
	{ &vop_inactive_desc, kernfs_inactive },
	{ &vop_reclaim_desc, kernfs_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_print_desc, kernfs_print },
	{ &vop_pathconf_desc, genfs_pathconf },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL },
};
const struct vnodeopv_desc kernfs_vnodeop_opv_desc = { &kernfs_vnodeop_p, kernfs_vnodeop_entries };
