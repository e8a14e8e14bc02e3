/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Reading and writing through descriptors.
 *
 * All calls end here with a uio in the process's address space.  What was moved before an error
 * counts: the call then returns the short count, and the error shows at the next call.
 */
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/systm.h>
#include <sys/uio.h>

#include "rump_copyio.h"
#include "rump_fd.h"
#include "rump_sync.h"

static int
file_io(file_t *fp, off_t *offset, struct uio *uio, int flags)
{
	if (uio->uio_rw == UIO_READ)
		return (*fp->f_ops->fo_read)(fp, offset, uio, fp->f_cred, flags);
	return (*fp->f_ops->fo_write)(fp, offset, uio, fp->f_cred, flags);
}

/*
 * A call was asked to come back (ERESTART) because a descriptor of its file is being closed.  True: it was
 * another one than fd, so the call goes on.
 */
static bool
file_again(int fd, const file_t *fp, int *error)
{
	if (rump_lwp_interrupted(curlwp))
		return false;
	if (atomic_load_relaxed(&fd_slot_known(curlwp->l_fd, (u_int)fd)->ff_file) == fp)
		return true;
	*error = EBADF;
	return false;
}

static int
file_uio(int fd, file_t *fp, off_t *offset, struct uio *uio, int flags, register_t *retval)
{
	const size_t len = uio->uio_resid;
	int error;

	do
		error = file_io(fp, offset, uio, flags);
	while (__predict_false(error == ERESTART) && uio->uio_resid == len &&
	    file_again(fd, fp, &error));
	if (error != 0 && uio->uio_resid != len)
		error = 0;
	*retval = (register_t)(len - uio->uio_resid);
	return error;
}

static int
dofilerw(int fd, file_t *fp, void *buf, size_t len, off_t *offset, int flags, enum uio_rw rw,
    register_t *retval)
{
	struct iovec iov = { .iov_base = buf, .iov_len = len };
	struct uio uio = {
		.uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_offset = *offset,
		.uio_resid = len,
		.uio_rw = rw,
		.uio_vmspace = curproc->p_vmspace,
	};
	int error;

	if (__predict_false(len > SSIZE_MAX))
		error = EINVAL;
	else if (__predict_false(buf == NULL && len != 0))
		error = EFAULT;
	else
		error = file_uio(fd, fp, offset, &uio, flags, retval);
	fd_putfile((u_int)fd);
	return error;
}

int
dofileread(int fd, file_t *fp, void *buf, size_t len, off_t *offset, int flags, register_t *retval)
{
	return dofilerw(fd, fp, buf, len, offset, flags, UIO_READ, retval);
}

int
dofilewrite(
    int fd, file_t *fp, const void *buf, size_t len, off_t *offset, int flags, register_t *retval)
{
	return dofilerw(fd, fp, __UNCONST(buf), len, offset, flags, UIO_WRITE, retval);
}

/* errors: those of a file that cannot be read or written at *offset (NULL: at its own). */
static int
file_check_rw(file_t *fp, enum uio_rw rw, off_t **offset)
{
	if ((atomic_load_relaxed(&fp->f_flag) & (rw == UIO_READ ? FREAD : FWRITE)) == 0)
		return EBADF;
	if (*offset == NULL)
		*offset = &fp->f_offset;
	else if (fp->f_ops->fo_seek == NULL)
		return ESPIPE;
	else if (**offset < 0)
		return EINVAL;
	return 0;
}

static int
do_filerwv(int fd, const struct iovec *uiov, int iovcnt, off_t *offset, int flags, enum uio_rw rw,
    register_t *retval)
{
	struct iovec small[UIO_SMALLIOV], *iov;
	struct uio uio = {
		.uio_iovcnt = iovcnt,
		.uio_rw = rw,
		.uio_vmspace = curproc->p_vmspace,
	};
	file_t *fp;
	int error;

	fp = fd_getfile((u_int)fd);
	if (fp == NULL)
		return EBADF;
	error = file_check_rw(fp, rw, &offset);
	if (error == 0)
		error = iovec_copyin(uiov, iovcnt, &iov, small, &uio.uio_resid);
	if (error == 0) {
		uio.uio_iov = iov;
		uio.uio_offset = *offset;
		error = file_uio(fd, fp, offset, &uio, flags, retval);
		iovec_free(iov, small, iovcnt);
	}
	fd_putfile((u_int)fd);
	return error;
}

int
do_filereadv(
    int fd, const struct iovec *iov, int iovcnt, off_t *offset, int flags, register_t *retval)
{
	return do_filerwv(fd, iov, iovcnt, offset, flags, UIO_READ, retval);
}

int
do_filewritev(
    int fd, const struct iovec *iov, int iovcnt, off_t *offset, int flags, register_t *retval)
{
	return do_filerwv(fd, iov, iovcnt, offset, flags, UIO_WRITE, retval);
}
