/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* vnsubr(9): locking, reading, writing and describing vnodes. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/dirent.h>
#include <sys/extattr.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "rump_vfs.h"
#include "rump_vnode.h"

const enum vtype iftovt_tab[16] = {
	VNON,
	VFIFO,
	VCHR,
	VNON,
	VDIR,
	VNON,
	VBLK,
	VNON,
	VREG,
	VNON,
	VLNK,
	VNON,
	VSOCK,
	VNON,
	VNON,
	VBAD,
};
const int vttoif_tab[9] = {
	0,
	S_IFREG,
	S_IFDIR,
	S_IFBLK,
	S_IFCHR,
	S_IFLNK,
	S_IFSOCK,
	S_IFIFO,
	S_IFMT,
};
static const char *const vnode_types[] = { VNODE_TYPES };
static const char *const vnode_tags[] = { VNODE_TAGS };

int
vn_lock(struct vnode *vp, int flags)
{
	enum vnode_state state;
	int error;

	KASSERT(vrefcnt(vp) > 0 || vp->v_holdcnt > 0);
	for (;;) {
		error = VOP_LOCK(vp, flags & ~LK_RETRY);
		if (error != 0)
			return error;
		state = vstate_get(vp); /* and all that a reclaim did before */
		if (__predict_true(state < VS_RECLAIMING))
			return 0;
		/* The lock was waited for while the vnode went away. */
		if (state == VS_RECLAIMED && (flags & LK_RETRY) != 0)
			return 0;
		VOP_UNLOCK(vp);
		if (state == VS_RECLAIMED || (flags & LK_RETRY) == 0)
			return ENOENT;
		if ((flags & LK_NOWAIT) != 0)
			return EBUSY;
		mutex_enter(vp->v_interlock);
		vstate_wait_stable(vp);
		mutex_exit(vp->v_interlock);
	}
}

void
vattr_null(struct vattr *vap)
{
	static const struct vattr unset = {
		.va_type = VNON,
		.va_mode = (mode_t)VNOVAL,
		.va_nlink = (nlink_t)VNOVAL,
		.va_uid = (uid_t)VNOVAL,
		.va_gid = (gid_t)VNOVAL,
		.va_fsid = (dev_t)VNOVAL,
		.va_fileid = (ino_t)VNOVAL,
		.va_size = VNOVALSIZE,
		.va_blocksize = VNOVAL,
		.va_atime = { VNOVAL, VNOVAL },
		.va_mtime = { VNOVAL, VNOVAL },
		.va_ctime = { VNOVAL, VNOVAL },
		.va_birthtime = { VNOVAL, VNOVAL },
		.va_gen = (u_long)VNOVAL,
		.va_flags = VNOVALFLAGS,
		.va_rdev = (dev_t)VNOVAL,
		.va_bytes = VNOVALSIZE,
	};

	memcpy(vap, &unset, sizeof(*vap));
}

void
vprint(const char *label, struct vnode *vp)
{
	printf("%s%svnode %p type %s tag %s state %d\n", label != NULL ? label : "",
	    label != NULL ? ": " : "", vp, vnode_types[vp->v_type], vnode_tags[vp->v_tag],
	    vstate_get(vp));
	printf("\tmount %p usecount %d writecount %d holdcnt %d size %lld\n", vp->v_mount,
	    vrefcnt(vp), vp->v_writecount, vp->v_holdcnt, (long long)vp->v_size);
	if (vp->v_data != NULL)
		(void)VOP_PRINT(vp);
}

u_char
vtype2dt(enum vtype vt)
{
	return vt > VNON && vt < VBAD ? (vttoif_tab[vt] & S_IFMT) >> 12 : DT_UNKNOWN;
}

/* ---- Reading and writing for the kernel itself ---- */

int
vn_rdwr(enum uio_rw rw, struct vnode *vp, void *base, int len, off_t offset, enum uio_seg segflg,
    int ioflg, kauth_cred_t cred, size_t *aresid, struct lwp *l)
{
	struct iovec iov = { .iov_base = base, .iov_len = len };
	struct uio uio = {
		.uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_offset = offset,
		.uio_resid = len,
		.uio_rw = rw,
	};
	int error;

	if (len < 0)
		return EINVAL;
	if (segflg == UIO_USERSPACE)
		uio.uio_vmspace = l->l_proc->p_vmspace;
	else
		UIO_SETUP_SYSSPACE(&uio);
	if ((ioflg & IO_NODELOCKED) == 0)
		(void)vn_lock(vp, (rw == UIO_READ ? LK_SHARED : LK_EXCLUSIVE) | LK_RETRY);
	error = rw == UIO_READ ? VOP_READ(vp, &uio, ioflg, cred) : VOP_WRITE(vp, &uio, ioflg, cred);
	if ((ioflg & IO_NODELOCKED) == 0)
		VOP_UNLOCK(vp);
	if (aresid != NULL)
		*aresid = uio.uio_resid;
	else if (error == 0 && uio.uio_resid != 0)
		error = EIO;
	return error;
}

/* ---- stat ---- */

static int
vn_stat_locked(struct vnode *vp, struct stat *sb)
{
	struct vattr va;
	int error;

	memset(&va, 0, sizeof(va));
	error = VOP_GETATTR(vp, &va, kauth_cred_get());
	if (error != 0)
		return error;
	sb->st_dev = va.va_fsid;
	sb->st_ino = va.va_fileid;
	sb->st_mode = MAKEIMODE(va.va_type, va.va_mode);
	sb->st_nlink = va.va_nlink;
	sb->st_uid = va.va_uid;
	sb->st_gid = va.va_gid;
	sb->st_rdev = va.va_type == VBLK || va.va_type == VCHR ? va.va_rdev : 0;
	sb->st_atim = va.va_atime;
	sb->st_mtim = va.va_mtime;
	sb->st_ctim = va.va_ctime;
	sb->st_birthtim = va.va_birthtime;
	sb->st_size = va.va_size;
	sb->st_blocks = va.va_bytes / S_BLKSIZE;
	sb->st_blksize = va.va_blocksize;
	sb->st_flags = va.va_flags;
	sb->st_gen = va.va_gen;
	return 0;
}

int
vn_stat(struct vnode *vp, struct stat *sb)
{
	int error;

	error = vn_lock(vp, LK_SHARED | LK_RETRY);
	if (error != 0)
		return error;
	error = vn_stat_locked(vp, sb);
	VOP_UNLOCK(vp);
	return error;
}

/* ---- Extended attributes from inside the kernel ---- */

static void
extattr_uio(struct uio *uio, struct iovec *iov, enum uio_rw rw, void *buf, size_t len)
{
	iov->iov_base = buf;
	iov->iov_len = len;
	uio->uio_iov = iov;
	uio->uio_iovcnt = 1;
	uio->uio_offset = 0;
	uio->uio_resid = len;
	uio->uio_rw = rw;
	UIO_SETUP_SYSSPACE(uio);
}

int
vn_extattr_get(struct vnode *vp, int ioflg, int attrnamespace, const char *attrname, size_t *buflen,
    void *bf, struct lwp *l)
{
	struct iovec iov;
	struct uio uio;
	int error;

	extattr_uio(&uio, &iov, UIO_READ, bf, *buflen);
	if ((ioflg & IO_NODELOCKED) == 0)
		(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	error = VOP_GETEXTATTR(vp, attrnamespace, attrname, &uio, NULL, l->l_cred);
	if ((ioflg & IO_NODELOCKED) == 0)
		VOP_UNLOCK(vp);
	if (error == 0)
		*buflen -= uio.uio_resid;
	return error;
}

int
vn_extattr_set(struct vnode *vp, int ioflg, int attrnamespace, const char *attrname, size_t buflen,
    const void *bf, struct lwp *l)
{
	struct iovec iov;
	struct uio uio;
	int error;

	extattr_uio(&uio, &iov, UIO_WRITE, __UNCONST(bf), buflen);
	if ((ioflg & IO_NODELOCKED) == 0)
		(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_SETEXTATTR(vp, attrnamespace, attrname, &uio, l->l_cred);
	if ((ioflg & IO_NODELOCKED) == 0)
		VOP_UNLOCK(vp);
	return error;
}

int
vn_extattr_rm(struct vnode *vp, int ioflg, int attrnamespace, const char *attrname, struct lwp *l)
{
	int error;

	if ((ioflg & IO_NODELOCKED) == 0)
		(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = VOP_DELETEEXTATTR(vp, attrnamespace, attrname, l->l_cred);
	if (error == EOPNOTSUPP)
		error = VOP_SETEXTATTR(vp, attrnamespace, attrname, NULL, l->l_cred);
	if ((ioflg & IO_NODELOCKED) == 0)
		VOP_UNLOCK(vp);
	return error;
}

int
extattr_check_cred(struct vnode *vp, int attrnamespace, kauth_cred_t cred, accmode_t accmode)
{
	switch (attrnamespace) {
	case EXTATTR_NAMESPACE_SYSTEM:
		return kauth_authorize_generic(cred, KAUTH_GENERIC_ISSUSER, NULL);
	case EXTATTR_NAMESPACE_USER:
		return VOP_ACCESS(vp, accmode, cred);
	default:
		return EPERM;
	}
}

/* ---- Events ---- */

void
vn_knote(struct vnode *vp, long hint)
{
	struct vnode_klist *vk = atomic_load_consume(&vp->v_klist);

	if (__predict_true(vk == NULL))
		return;
	mutex_enter(vp->v_interlock);
	if ((vk->vk_interest & hint) != 0)
		knote(&vk->vk_klist, hint);
	mutex_exit(vp->v_interlock);
}
