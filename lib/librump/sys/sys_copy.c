/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * sendfile(2) and copy_file_range(2): data from one descriptor to another, through a buffer here.
 *
 * What was read but not written is read again by the next call: offsets advance by what was
 * written.  An error after the first byte shows at the next call.
 */
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kmem.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/uio.h>

#include "rump_basecalls.h"
#include "rump_copyio.h"
#include "rump_syscall.h"

#define COPY_CHUNK (64 * 1024) /* bytes */

/* One side.  With an offset of its own the file's is left alone. */
struct side {
	int s_fd;
	file_t *s_fp;
	off_t *s_uoff; /* in user space; NULL: the file's */
	off_t s_off;
	bool s_seekable;
};

/* errors: EBADF, ESPIPE (an offset for what has none), EFAULT, EINVAL. */
static int
side_get(struct side *s, int fd, u_int want, off_t *uoff)
{
	int error = 0;

	s->s_fd = fd;
	s->s_uoff = uoff;
	s->s_fp = fd_getfile((u_int)fd);
	if (s->s_fp == NULL)
		return EBADF;
	s->s_seekable = s->s_fp->f_ops->fo_seek != NULL;
	if ((atomic_load_relaxed(&s->s_fp->f_flag) & want) == 0)
		error = EBADF;
	else if (uoff == NULL)
		s->s_off = s->s_fp->f_offset;
	else if (!s->s_seekable)
		error = ESPIPE;
	else
		error = copyin(uoff, &s->s_off, sizeof(s->s_off));
	if (error == 0 && s->s_off < 0)
		error = EINVAL;
	if (error != 0)
		fd_putfile((u_int)fd);
	return error;
}

/* Store how far it got.  errors: EFAULT. */
static int
side_put(struct side *s)
{
	off_t unused;
	int error = 0;

	if (s->s_uoff != NULL)
		error = copyout(&s->s_off, s->s_uoff, sizeof(s->s_off));
	else if (s->s_seekable)
		error = (*s->s_fp->f_ops->fo_seek)(
		    s->s_fp, s->s_off, SEEK_SET, &unused, FOF_UPDATE_OFFSET);
	fd_putfile((u_int)s->s_fd);
	return error;
}

/* *done is what was moved, also with an error. */
static int
side_io(struct side *s, void *buf, size_t len, enum uio_rw rw, size_t *done)
{
	struct iovec iov = { .iov_base = buf, .iov_len = len };
	struct uio uio = {
		.uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_offset = s->s_off,
		.uio_resid = len,
		.uio_rw = rw,
		.uio_vmspace = &vmspace0,
	};
	file_t *const fp = s->s_fp;
	off_t off = s->s_off;
	int error;

	if (rw == UIO_READ)
		error = (*fp->f_ops->fo_read)(fp, &off, &uio, fp->f_cred, 0);
	else
		error = (*fp->f_ops->fo_write)(fp, &off, &uio, fp->f_cred, 0);
	*done = len - uio.uio_resid;
	return error;
}

static int
copy_sides(struct side *in, struct side *out, size_t len, register_t *retval)
{
	const size_t bufsize = MIN(len, COPY_CHUNK);
	size_t total = 0, got, put;
	int error = 0;
	void *buf;

	*retval = 0;
	if (len == 0)
		return 0;
	buf = kmem_alloc(bufsize, KM_SLEEP);
	while (error == 0 && total < len) {
		error = side_io(in, buf, MIN(bufsize, len - total), UIO_READ, &got);
		if (got == 0)
			break;
		error = side_io(out, buf, got, UIO_WRITE, &put);
		in->s_off += (off_t)put;
		out->s_off += (off_t)put;
		total += put;
		if (put < got)
			break;
	}
	kmem_free(buf, bufsize);
	*retval = (register_t)total;
	return total != 0 ? 0 : error;
}

static int
copy_between(struct side *in, struct side *out, size_t len, register_t *retval)
{
	const int error = copy_sides(in, out, len, retval);
	const int error1 = side_put(in), error2 = side_put(out);

	return error != 0 ? error : error1 != 0 ? error1 : error2;
}

int
sys_sendfile(struct lwp *l, const struct sys_sendfile_args *uap, register_t *retval)
{
	struct side in, out;
	int error;

	if (SCARG(uap, count) > SSIZE_MAX)
		return EINVAL;
	error = side_get(&in, SCARG(uap, infd), FREAD, SCARG(uap, offset));
	if (error != 0)
		return error;
	error = side_get(&out, SCARG(uap, outfd), FWRITE, NULL);
	if (error == 0 && (!in.s_seekable || (out.s_fp->f_flag & FAPPEND) != 0)) {
		fd_putfile((u_int)out.s_fd);
		error = EINVAL;
	}
	if (error != 0) {
		fd_putfile((u_int)in.s_fd);
		return error;
	}
	return copy_between(&in, &out, SCARG(uap, count), retval);
}

/* errors: EISDIR, EINVAL: only between regular files, and not onto itself. */
static int
check_range(const struct side *in, const struct side *out, size_t len)
{
	const struct side *const sides[2] = { in, out };
	struct stat sb[2];
	int error;

	for (int i = 0; i < 2; i++) {
		error = (*sides[i]->s_fp->f_ops->fo_stat)(sides[i]->s_fp, &sb[i]);
		if (error != 0)
			return error;
		if (S_ISDIR(sb[i].st_mode))
			return EISDIR;
		if (!S_ISREG(sb[i].st_mode))
			return EINVAL;
	}
	if ((out->s_fp->f_flag & FAPPEND) != 0)
		return EBADF;
	if (sb[0].st_dev == sb[1].st_dev && sb[0].st_ino == sb[1].st_ino &&
	    (uint64_t)in->s_off < (uint64_t)out->s_off + len &&
	    (uint64_t)out->s_off < (uint64_t)in->s_off + len)
		return EINVAL;
	return 0;
}

int
sys_copy_file_range(struct lwp *l, const struct sys_copy_file_range_args *uap, register_t *retval)
{
	struct side in, out;
	int error;

	if (SCARG(uap, flags) != 0 || SCARG(uap, len) > SSIZE_MAX)
		return EINVAL;
	error = side_get(&in, SCARG(uap, infd), FREAD, SCARG(uap, inoff));
	if (error != 0)
		return error;
	error = side_get(&out, SCARG(uap, outfd), FWRITE, SCARG(uap, outoff));
	if (error != 0) {
		fd_putfile((u_int)in.s_fd);
		return error;
	}
	error = check_range(&in, &out, SCARG(uap, len));
	if (error != 0) {
		fd_putfile((u_int)out.s_fd);
		fd_putfile((u_int)in.s_fd);
		return error;
	}
	return copy_between(&in, &out, SCARG(uap, len), retval);
}

static const struct rump_sysreg copy_calls[] = {
	RUMP_SYSREG(copy_file_range),
	RUMP_SYSREG(sendfile),
};

void
rump_copycalls_register(void)
{
	rump_syscalls_register(copy_calls, __arraycount(copy_calls));
}
