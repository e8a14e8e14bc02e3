/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * sendfile(2), copy_file_range(2), splice(2): data from one descriptor to another, through a buffer here; to
 * and from a pipe straight into and out of its ring.
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
#include "rump_pipe.h"
#include "rump_syscall.h"

#define COPY_CHUNK (64 * 1024) /* bytes */
#define COPY_MAX   0x7ffff000  /* bytes that one call moves, as on the host */

#define SPLICE_F_MOVE	  0x1
#define SPLICE_F_NONBLOCK 0x2
#define SPLICE_F_MORE	  0x4
#define SPLICE_F_GIFT	  0x8

/* One side.  With an offset of its own the file's is left alone. */
struct side {
	int s_fd;
	file_t *s_fp;
	off_t *s_uoff; /* in user space; NULL: the file's */
	off_t s_off;
	bool s_seekable;
	bool s_holes; /* holes are to stay holes */
};

/* errors: EBADF, ESPIPE (an offset for what has none), EFAULT, EINVAL. */
static int
side_get(struct side *s, int fd, u_int want, off_t *uoff)
{
	int error = 0;

	s->s_fd = fd;
	s->s_uoff = uoff;
	s->s_holes = false;
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

/*
 * Where a hole of in's reaches beyond the end of out, or over a hole there, nothing need be written: *n bytes
 * of the len, at most, are such.  Locks: none; who writes there meanwhile is in a race with the copy anyway.
 * The last byte is always copied, so that the size becomes what it should.
 */
static size_t
hole(const struct side *in, const struct side *out, size_t len)
{
	off_t data, there;
	int error;

	if (!in->s_holes || len <= 1)
		return 0;
	error = (*in->s_fp->f_ops->fo_seek)(in->s_fp, in->s_off, SEEK_DATA, &data, 0);
	if (error == ENXIO) /* none up to the end, where len ends too */
		data = in->s_off + (off_t)len;
	else if (error != 0 || data <= in->s_off)
		return 0;
	len = MIN(len - 1, (size_t)(data - in->s_off));
	switch ((*out->s_fp->f_ops->fo_seek)(out->s_fp, out->s_off, SEEK_DATA, &there, 0)) {
	case 0:
		return there <= out->s_off ? 0 : MIN(len, (size_t)(there - out->s_off));
	case ENXIO: /* no data from here to the end, wherever that is */
		return len;
	default:
		return 0;
	}
}

static void
advance(struct side *in, struct side *out, off_t n)
{
	in->s_off += n;
	out->s_off += n;
}

static int
copy_sides(struct side *in, struct side *out, size_t len, register_t *retval)
{
	const size_t bufsize = MIN(len, COPY_CHUNK);
	size_t total = 0, skipped = 0, got, put; /* skipped: of total, since the last write */
	int error = 0;
	void *buf;

	*retval = 0;
	if (len == 0)
		return 0;
	buf = kmem_alloc(bufsize, KM_SLEEP);
	while (error == 0 && total < len) {
		got = hole(in, out, len - total);
		if (got != 0) {
			advance(in, out, (off_t)got);
			total += got;
			skipped += got;
			continue;
		}
		error = side_io(in, buf, MIN(bufsize, len - total), UIO_READ, &got);
		if (got == 0)
			break;
		error = side_io(out, buf, got, UIO_WRITE, &put);
		advance(in, out, (off_t)put);
		total += put;
		if (put != 0)
			skipped = 0;
		if (put < got)
			break;
	}
	/* What was stepped over is there when something behind it is. */
	advance(in, out, -(off_t)skipped);
	total -= skipped;
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

	error = side_get(&in, SCARG(uap, infd), FREAD, SCARG(uap, offset));
	if (error != 0)
		return error;
	error = side_get(&out, SCARG(uap, outfd), FWRITE, NULL);
	if (error == 0 &&
	    (!in.s_seekable || (out.s_fp->f_flag & FAPPEND) != 0 ||
		SCARG(uap, count) > SSIZE_MAX)) {
		fd_putfile((u_int)out.s_fd);
		error = EINVAL;
	}
	if (error != 0) {
		fd_putfile((u_int)in.s_fd);
		return error;
	}
	return copy_between(&in, &out, MIN(SCARG(uap, count), COPY_MAX), retval);
}

/*
 * Cut *len down to what there is.
 * errors: EISDIR, EINVAL (not regular files, a range onto itself), EBADF (O_APPEND), EXDEV, EOVERFLOW.
 */
static int
check_range(const struct side *in, const struct side *out, size_t *len)
{
	const struct side *const sides[2] = { in, out };
	struct stat sb[2];
	int error;

	for (int i = 0; i < 2; i++) {
		error = (*sides[i]->s_fp->f_ops->fo_stat)(sides[i]->s_fp, &sb[i]);
		if (error != 0)
			return error;
	}
	for (int i = 0; i < 2; i++)
		if (S_ISDIR(sb[i].st_mode))
			return EISDIR;
	for (int i = 0; i < 2; i++)
		if (!S_ISREG(sb[i].st_mode))
			return EINVAL;
	if ((out->s_fp->f_flag & FAPPEND) != 0)
		return EBADF;
	if (sb[0].st_dev != sb[1].st_dev)
		return EXDEV;
	if ((uint64_t)in->s_off + *len < *len || (uint64_t)out->s_off + *len < *len)
		return EOVERFLOW;
	*len = in->s_off >= sb[0].st_size ? 0 : MIN(*len, (size_t)(sb[0].st_size - in->s_off));
	if (sb[0].st_ino == sb[1].st_ino && (uint64_t)in->s_off < (uint64_t)out->s_off + *len &&
	    (uint64_t)out->s_off < (uint64_t)in->s_off + *len)
		return EINVAL;
	*len = MIN(*len, COPY_MAX);
	return 0;
}

/* Both sides of a call.  errors: as side_get(). */
static int
sides_get(struct side *in, int infd, off_t *inoff, struct side *out, int outfd, off_t *outoff)
{
	int error;

	error = side_get(in, infd, FREAD, inoff);
	if (error != 0)
		return error;
	error = side_get(out, outfd, FWRITE, outoff);
	if (error != 0)
		fd_putfile((u_int)infd);
	return error;
}

int
sys_copy_file_range(struct lwp *l, const struct sys_copy_file_range_args *uap, register_t *retval)
{
	size_t len = SCARG(uap, len);
	struct side in, out;
	int error;

	error = sides_get(
	    &in, SCARG(uap, infd), SCARG(uap, inoff), &out, SCARG(uap, outfd), SCARG(uap, outoff));
	if (error != 0)
		return error;
	error = SCARG(uap, flags) != 0 ? EINVAL : check_range(&in, &out, &len);
	if (error != 0) {
		fd_putfile((u_int)out.s_fd);
		fd_putfile((u_int)in.s_fd);
		return error;
	}
	in.s_holes = true;
	return copy_between(&in, &out, len, retval);
}

/* ---- splice(2) ---- */

/* The pipe behind a file, referenced, or NULL. */
static struct pipe *
pipe_of(file_t *fp)
{
	struct pipe *const pp = rump_file_pipe(fp);

	if (pp != NULL)
		rump_pipe_hold(pp);
	else if (rump_pipe_named != NULL)
		return (*rump_pipe_named)(fp);
	return pp;
}

/* pio_move of a transfer between a pipe and a file, at the file's offset. */
static int
move_from(void *arg, void *buf, size_t n, size_t *done)
{
	struct side *const s = arg;
	const int error = side_io(s, buf, n, UIO_READ, done);

	s->s_off += (off_t)*done;
	return error;
}

static int
move_to(void *arg, void *buf, size_t n, size_t *done)
{
	struct side *const s = arg;
	const int error = side_io(s, buf, n, UIO_WRITE, done);

	s->s_off += (off_t)*done;
	return error;
}

/* pio_move out of one pipe into another, which is not waited for: the first one's token is held. */
static int
move_on(void *arg, void *buf, size_t n, size_t *done)
{
	struct iovec iov = { .iov_base = buf, .iov_len = n };
	struct uio uio = {
		.uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_resid = n,
		.uio_rw = UIO_WRITE,
		.uio_vmspace = &vmspace0,
	};
	struct pipe_io pio = {
		.pio_uio = &uio, .pio_resid = n, .pio_nonblock = true, .pio_part = true
	};
	const int error = rump_pipe_write(arg, &pio);

	*done = n - uio.uio_resid;
	return error;
}

static int
splice_pipes(struct pipe *from, struct pipe *to, struct pipe_io *pio)
{
	int error;

	if (from == to)
		return EINVAL;
	pio->pio_move = move_on;
	pio->pio_arg = to;
	do {
		error = rump_pipe_wait(from, PIPE_RD, pio->pio_nonblock);
		if (error == 0)
			error = rump_pipe_wait(to, PIPE_WR, pio->pio_nonblock);
		if (error == 0)
			error = rump_pipe_read(from, pio);
		/* Others may have been faster with the room. */
	} while (error == EAGAIN && !pio->pio_nonblock);
	return error;
}

/* Of a pipe, named or not, O_NONBLOCK counts; of other files it does not. */
static bool
pipe_nonblock(const struct pipe *pp, const struct side *s)
{
	return pp != NULL && (atomic_load_relaxed(&s->s_fp->f_flag) & FNONBLOCK) != 0;
}

static int
splice_sides(struct side *in, struct side *out, size_t len, bool nonblock, register_t *retval)
{
	struct pipe_io pio = { .pio_resid = len, .pio_nonblock = nonblock, .pio_part = true };
	struct pipe *const from = pipe_of(in->s_fp), *const to = pipe_of(out->s_fp);
	int error;

	if (pipe_nonblock(from, in) || pipe_nonblock(to, out))
		pio.pio_nonblock = true;
	if ((from != NULL && in->s_uoff != NULL) || (to != NULL && out->s_uoff != NULL))
		error = ESPIPE;
	else if (from == NULL && to == NULL)
		error = EINVAL;
	else if (from != NULL && to != NULL)
		error = splice_pipes(from, to, &pio);
	else if (from != NULL && (out->s_fp->f_flag & FAPPEND) != 0)
		error = EINVAL;
	else if (from != NULL) {
		pio.pio_move = move_to;
		pio.pio_arg = out;
		error = rump_pipe_read(from, &pio);
	} else {
		pio.pio_move = move_from;
		pio.pio_arg = in;
		error = rump_pipe_write(to, &pio);
	}
	if (from != NULL)
		rump_pipe_rele(from);
	if (to != NULL)
		rump_pipe_rele(to);
	*retval = (register_t)(len - pio.pio_resid);
	return pio.pio_resid != len ? 0 : error;
}

int
sys_splice(struct lwp *l, const struct sys_splice_args *uap, register_t *retval)
{
	const u_int known = SPLICE_F_MOVE | SPLICE_F_NONBLOCK | SPLICE_F_MORE | SPLICE_F_GIFT;
	const size_t len = MIN(SCARG(uap, len), COPY_MAX);
	struct side in, out;
	int error, error1, error2;

	*retval = 0;
	if (len == 0)
		return 0;
	if ((SCARG(uap, flags) & ~known) != 0)
		return EINVAL;
	error = sides_get(
	    &in, SCARG(uap, infd), SCARG(uap, inoff), &out, SCARG(uap, outfd), SCARG(uap, outoff));
	if (error != 0)
		return error;
	error = splice_sides(&in, &out, len, (SCARG(uap, flags) & SPLICE_F_NONBLOCK) != 0, retval);
	error1 = side_put(&in);
	error2 = side_put(&out);
	return error != 0 ? error : error1 != 0 ? error1 : error2;
}

static const struct rump_sysreg copy_calls[] = {
	RUMP_SYSREG(copy_file_range),
	RUMP_SYSREG(sendfile),
	RUMP_SYSREG(splice),
};

void
rump_copycalls_register(void)
{
	rump_syscalls_register(copy_calls, __arraycount(copy_calls));
}
