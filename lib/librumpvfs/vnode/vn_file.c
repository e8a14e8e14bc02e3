/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Open files that are vnodes: struct fileops over the vnode operations.
 *
 * A file's own offset, f_offset, is shared by all who have the descriptor.  f_lock is held over a
 * transfer that uses it, so that reads and writes through one descriptor follow each other; when
 * nobody else can have the descriptor, it is not needed.
 *
 * Lock order: f_lock, vnode lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/dirent.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/filio.h>
#include <sys/ioctl.h>
#include <sys/lockf.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/resourcevar.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <uvm/uvm_extern.h>

#include "rump_fifo.h"
#include "rump_vfs.h"
#include "rump_wberr.h"

static int
vn_ioflag(const struct file *fp)
{
	const unsigned int flag = atomic_load_relaxed(&fp->f_flag);
	int ioflag = 0;

	if ((flag & FNONBLOCK) != 0)
		ioflag |= IO_NDELAY;
	if ((flag & FFSYNC) == FFSYNC)
		ioflag |= IO_SYNC;
	else if ((flag & FDSYNC) != 0)
		ioflag |= IO_DSYNC;
	if ((flag & FDIRECT) != 0)
		ioflag |= IO_DIRECT;
	return ioflag | IO_ADV_ENCODE(fp->f_advice);
}

/* Transfers that VOP_READ and VOP_WRITE refuse: a negative offset, or one that would overflow. */
static int
vn_check_offset(const struct vnode *vp, const struct uio *uio)
{
	if (vp->v_type != VREG && vp->v_type != VBLK && vp->v_type != VDIR)
		return 0;
	if (uio->uio_offset < 0 || uio->uio_offset > INT64_MAX - (off_t)uio->uio_resid)
		return EINVAL;
	return 0;
}

/*
 * Hold the descriptor's own offset for a transfer, if others may use it meanwhile.  Regular files,
 * directories and disks only: their transfers end by themselves.
 */
static bool
vn_offset_enter(struct file *fp, const off_t *offset)
{
	const enum vtype type = fp->f_vnode->v_type;

	if (offset != &fp->f_offset || (type != VREG && type != VDIR && type != VBLK))
		return false;
	if (!atomic_load_relaxed(&curlwp->l_fd->fd_shared) &&
	    atomic_load_relaxed(&fp->f_count) == 1)
		return false;
	mutex_enter(&fp->f_lock);
	return true;
}

static void
vn_offset_leave(struct file *fp, bool held)
{
	if (held)
		mutex_exit(&fp->f_lock);
}

static int
vn_read(struct file *fp, off_t *offset, struct uio *uio, kauth_cred_t cred, int flags)
{
	struct vnode *vp = fp->f_vnode;
	size_t count;
	bool held;
	int error;

	if (vp->v_type == VDIR)
		return EISDIR;
	held = vn_offset_enter(fp, offset);
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	uio->uio_offset = *offset;
	count = uio->uio_resid;
	error = vn_check_offset(vp, uio);
	if (error == 0)
		error = VOP_READ(vp, uio, vn_ioflag(fp), cred);
	if ((flags & FOF_UPDATE_OFFSET) != 0)
		*offset += count - uio->uio_resid;
	VOP_UNLOCK(vp);
	vn_offset_leave(fp, held);
	if (error == 0)
		VN_KNOTE(vp, NOTE_READ);
	return error;
}

/* VOP_WRITE() of as much as RLIMIT_FSIZE allows.  locks: vp's. */
static int
vn_write_limited(struct vnode *vp, struct uio *uio, int ioflag, kauth_cred_t cred)
{
	const size_t want = uio->uio_resid;
	size_t len = want;
	struct vattr va;
	int error;

	if (vp->v_type != VREG ||
	    __predict_true(
		atomic_load_relaxed(&curproc->p_limit->pl_rlimit[RLIMIT_FSIZE].rlim_cur) ==
		RLIM_INFINITY))
		return VOP_WRITE(vp, uio, ioflag, cred);
	if ((ioflag & IO_APPEND) != 0) {
		error = VOP_GETATTR(vp, &va, cred);
		if (error != 0)
			return error;
		error = lim_fsize(curlwp, (off_t)va.va_size, &len);
	} else
		error = lim_fsize(curlwp, uio->uio_offset, &len);
	if (error != 0)
		return error;
	uio->uio_resid = len;
	error = VOP_WRITE(vp, uio, ioflag, cred);
	uio->uio_resid += want - len;
	return error;
}

static int
vn_write(struct file *fp, off_t *offset, struct uio *uio, kauth_cred_t cred, int flags)
{
	struct vnode *vp = fp->f_vnode;
	int error, earlier, ioflag = vn_ioflag(fp) | IO_UNIT;
	size_t count;
	bool held;

	if (vp->v_type == VREG && (atomic_load_relaxed(&fp->f_flag) & O_APPEND) != 0)
		ioflag |= IO_APPEND;
	if ((atomic_load_relaxed(&vp->v_mount)->mnt_flag & MNT_SYNCHRONOUS) != 0)
		ioflag |= IO_SYNC;
	held = vn_offset_enter(fp, offset);
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	uio->uio_offset = *offset;
	count = uio->uio_resid;
	error = (ioflag & IO_APPEND) != 0 ? 0 : vn_check_offset(vp, uio);
	if (error == 0)
		error = vn_write_limited(vp, uio, ioflag, cred);
	if ((flags & FOF_UPDATE_OFFSET) != 0) {
		if ((ioflag & IO_APPEND) != 0)
			*offset = uio->uio_offset;
		else
			*offset += count - uio->uio_resid;
	}
	VOP_UNLOCK(vp);
	vn_offset_leave(fp, held);
	if ((ioflag & IO_DSYNC) != 0 &&
	    (earlier = vn_wberr_ask(fp, WBERR_FILE | WBERR_META)) != 0) {
		uio->uio_resid = count; /* what is not known to be written does not count */
		if (error == 0)
			error = earlier;
	}
	return error;
}

int
vn_readdir(struct file *fp, char *bf, int segflg, u_int count, int *done, struct lwp *l,
    off_t **cookies, int *ncookies)
{
	struct vnode *vp = fp->f_vnode;
	struct iovec iov = { .iov_base = bf, .iov_len = count };
	struct uio uio = {
		.uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_resid = count,
		.uio_rw = UIO_READ,
	};
	int eofflag = 0, error;
	bool held;

	if (vp->v_type != VDIR)
		return ENOTDIR;
	if (segflg == UIO_USERSPACE)
		uio.uio_vmspace = l->l_proc->p_vmspace;
	else
		UIO_SETUP_SYSSPACE(&uio);
	held = vn_offset_enter(fp, &fp->f_offset);
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	uio.uio_offset = fp->f_offset;
	error = VOP_READDIR(vp, &uio, fp->f_cred, &eofflag, cookies, ncookies);
	fp->f_offset = uio.uio_offset;
	VOP_UNLOCK(vp);
	vn_offset_leave(fp, held);
	*done = count - uio.uio_resid;
	return error;
}

static int
vn_statfile(struct file *fp, struct stat *sb)
{
	return vn_stat(fp->f_vnode, sb);
}

static int
vn_fionread(struct vnode *vp, struct file *fp, int *np)
{
	struct vattr va;
	int error;

	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	error = VOP_GETATTR(vp, &va, kauth_cred_get());
	if (error == 0)
		*np = MIN((off_t)va.va_size - fp->f_offset, INT_MAX);
	VOP_UNLOCK(vp);
	return error;
}

static int
vn_ioctl(struct file *fp, u_long com, void *data)
{
	struct vnode *vp = fp->f_vnode;

	switch (vp->v_type) {
	case VREG:
	case VDIR:
		if (com == FIONREAD)
			return vn_fionread(vp, fp, data);
		if (com == FIONBIO || com == FIOASYNC)
			return 0;
		return VOP_IOCTL(vp, com, data, fp->f_flag, kauth_cred_get());
	case VFIFO:
	case VCHR:
	case VBLK:
		return VOP_IOCTL(vp, com, data, fp->f_flag, kauth_cred_get());
	default:
		return EPASSTHROUGH;
	}
}

static int
vn_fcntl(struct file *fp, u_int com, void *data)
{
	return VOP_FCNTL(fp->f_vnode, com, data, fp->f_flag, kauth_cred_get());
}

static int
vn_poll(struct file *fp, int events)
{
	return VOP_POLL(fp->f_vnode, events);
}

int
vn_kqfilter(struct file *fp, struct knote *kn)
{
	return VOP_KQFILTER(fp->f_vnode, kn);
}

static int
vn_seek_base(struct file *fp, int whence, off_t *basep)
{
	struct vnode *vp = fp->f_vnode;
	struct vattr va;
	int error;

	switch (whence) {
	case SEEK_SET:
		*basep = 0;
		return 0;
	case SEEK_CUR:
		*basep = fp->f_offset;
		return 0;
	case SEEK_END:
		(void)vn_lock(vp, LK_SHARED | LK_RETRY);
		error = VOP_GETATTR(vp, &va, kauth_cred_get());
		VOP_UNLOCK(vp);
		*basep = va.va_size;
		return error;
	default:
		return EINVAL;
	}
}

/*
 * SEEK_DATA and SEEK_HOLE, from off on.  A file system without holes says so by not knowing the
 * ioctl: then all is data, with a hole at the end.
 */
static int
vn_seek_data(struct file *fp, off_t off, bool data, off_t *newoffp)
{
	struct vnode *vp = fp->f_vnode;
	off_t size;
	int error;

	*newoffp = off;
	if (vp->v_type != VREG)
		return EINVAL;
	if (off < 0)
		return ENXIO;
	error = VOP_IOCTL(vp, data ? FIOSEEKDATA : FIOSEEKHOLE, newoffp, FREAD, fp->f_cred);
	if (error != EPASSTHROUGH && error != EOPNOTSUPP && error != ENOTTY)
		return error;
	error = vn_seek_base(fp, SEEK_END, &size);
	if (error == 0 && off >= size)
		error = ENXIO;
	*newoffp = data ? off : size;
	return error;
}

static int
vn_seek(struct file *fp, off_t delta, int whence, off_t *newoffp, int flags)
{
	struct vnode *vp = fp->f_vnode;
	off_t newoff;
	bool held;
	int error;

	if (vp->v_type == VFIFO || vp->v_type == VSOCK)
		return ESPIPE;
	held = vn_offset_enter(fp, &fp->f_offset);
	if (whence == SEEK_DATA || whence == SEEK_HOLE) {
		error = vn_seek_data(fp, delta, whence == SEEK_DATA, &newoff);
	} else {
		error = vn_seek_base(fp, whence, &newoff);
		if (error == 0 && __builtin_add_overflow(newoff, delta, &newoff))
			error = EOVERFLOW;
	}
	if (error == 0 && newoff < 0)
		error = EINVAL;
	if (error == 0)
		error = VOP_SEEK(vp, fp->f_offset, newoff, kauth_cred_get());
	if (error == 0) {
		if (newoffp != NULL)
			*newoffp = newoff;
		if ((flags & FOF_UPDATE_OFFSET) != 0)
			fp->f_offset = newoff;
	}
	vn_offset_leave(fp, held);
	return error;
}

static int
vn_advlock(struct file *fp, void *id, int op, struct flock *fl, int flags)
{
	struct vnode *vp = fp->f_vnode;
	struct vattr va;
	int error;

	if (fl->l_whence ==
	    SEEK_END) { /* the file system's lock operations have no vnode lock to ask with */
		vn_lock(vp, LK_SHARED | LK_RETRY);
		error = VOP_GETATTR(vp, &va, fp->f_cred);
		VOP_UNLOCK(vp);
		if (error != 0)
			return error;
		if (__builtin_add_overflow(fl->l_start, (off_t)va.va_size, &fl->l_start))
			return EOVERFLOW;
		fl->l_whence = SEEK_SET;
	} else if (fl->l_whence == SEEK_CUR) {
		if (__builtin_add_overflow(fl->l_start, fp->f_offset, &fl->l_start))
			return EOVERFLOW;
		fl->l_whence = SEEK_SET;
	}
	return lf_vnode_advlock(vp, id, op, fl, flags);
}

static int
vn_fpathconf(struct file *fp, int name, register_t *retval)
{
	struct vnode *vp = fp->f_vnode;
	int error;

	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	error = VOP_PATHCONF(vp, name, retval);
	VOP_UNLOCK(vp);
	return error;
}

static int
vn_posix_fadvise(struct file *fp, off_t offset, off_t len, int advice)
{
	struct vnode *vp = fp->f_vnode;

	if (vp->v_type == VFIFO)
		return ESPIPE;
	switch (advice) {
	case POSIX_FADV_NORMAL:
	case POSIX_FADV_RANDOM:
	case POSIX_FADV_SEQUENTIAL:
		fp->f_advice = advice;
		return 0;
	case POSIX_FADV_WILLNEED:
	case POSIX_FADV_DONTNEED:
	case POSIX_FADV_NOREUSE:
		return 0;
	default:
		return EINVAL;
	}
}

static int
vn_ftruncate(struct file *fp, off_t length)
{
	struct vnode *vp = fp->f_vnode;
	struct vattr va;
	int error;

	if (length < 0 || vp->v_type != VREG)
		return EINVAL;
	(void)vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	error = vn_writechk(vp);
	if (error == 0)
		error = lim_fsize_set(curlwp, length);
	if (error == 0) {
		vattr_null(&va);
		va.va_size = length;
		error = VOP_SETATTR(vp, &va, fp->f_cred);
	}
	VOP_UNLOCK(vp);
	return error;
}

const struct fileops vnops = {
	.fo_name = "vnode",
	.fo_read = vn_read,
	.fo_write = vn_write,
	.fo_ioctl = vn_ioctl,
	.fo_fcntl = vn_fcntl,
	.fo_poll = vn_poll,
	.fo_stat = vn_statfile,
	.fo_close = vn_closefile,
	.fo_kqfilter = vn_kqfilter,
	.fo_restart = fnullop_restart,
	.fo_seek = vn_seek,
	.fo_advlock = vn_advlock,
	.fo_fpathconf = vn_fpathconf,
	.fo_posix_fadvise = vn_posix_fadvise,
	.fo_truncate = vn_ftruncate,
};

/* ---- Named pipes: what depends on the descriptor, and what they cannot ---- */

static int
vn_fifo_fcntl(struct file *fp, u_int com, void *data)
{
	const int error = rump_fifo_fcntl(fp->f_vnode, com, data);

	return error == EOPNOTSUPP ? vn_fcntl(fp, com, data) : error;
}

static int
vn_fifo_poll(struct file *fp, int events)
{
	return rump_fifo_poll(fp->f_vnode, (int)atomic_load_relaxed(&fp->f_flag), events);
}

static void
vn_fifo_restart(struct file *fp)
{
	rump_fifo_restart(fp->f_vnode, (int)atomic_load_relaxed(&fp->f_flag));
}

const struct fileops vn_fifoops = {
	.fo_name = "fifo",
	.fo_read = vn_read,
	.fo_write = vn_write,
	.fo_ioctl = vn_ioctl,
	.fo_fcntl = vn_fifo_fcntl,
	.fo_poll = vn_fifo_poll,
	.fo_stat = vn_statfile,
	.fo_close = vn_closefile,
	.fo_kqfilter = vn_kqfilter,
	.fo_restart = vn_fifo_restart,
	.fo_advlock = vn_advlock,
	.fo_fpathconf = vn_fpathconf,
	.fo_posix_fadvise = vn_posix_fadvise,
};
