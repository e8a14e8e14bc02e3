/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Pipes as files: what is no transfer.  Polling says what the host's does: a pipe without writers is
 * POLLHUP, one without readers POLLERR; of a named pipe POLLHUP comes only when there was a writer.
 */
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/filio.h>
#include <sys/kauth.h>
#include <sys/lwp.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/timevar.h>
#include <sys/uio.h>
#include <sys/unistd.h>

#include "rump_basecalls.h"
#include "rump_copyio.h"
#include "rump_fd.h"
#include "rump_pipe.h"
#include "rump_syscall.h"

static size_t
room(const struct pipe *pp)
{
	return pipe_capacity(pp) - pp->pp_cnt;
}

int
rump_pipe_poll(struct pipe *pp, int fflag, int events)
{
	struct pipe_side *const rd = &pp->pp_side[PIPE_RD], *const wr = &pp->pp_side[PIPE_WR];
	int revents = 0;

	mutex_enter(&pp->pp_lock);
	if ((fflag & FREAD) != 0) {
		if (pp->pp_cnt != 0)
			revents |= events & (POLLIN | POLLRDNORM);
		if (wr->ps_opens == 0 && pp->pp_hadwriter)
			revents |= POLLHUP;
	}
	if ((fflag & FWRITE) != 0) {
		if (room(pp) >= PIPE_BUF)
			revents |= events & (POLLOUT | POLLWRNORM);
		if (rd->ps_opens == 0)
			revents |= POLLERR;
	}
	if (pp->pp_gone)
		revents |= POLLERR | POLLHUP;
	if (revents == 0 && (fflag & FREAD) != 0)
		selrecord(curlwp, &rd->ps_sel);
	if (revents == 0 && (fflag & FWRITE) != 0)
		selrecord(curlwp, &wr->ps_sel);
	mutex_exit(&pp->pp_lock);
	return revents;
}

/* ---- Knotes ---- */

static void
filt_detach(struct knote *kn, enum pipe_side_id side)
{
	struct pipe *const pp = kn->kn_hook;

	mutex_enter(&pp->pp_lock);
	(void)klist_remove(&pp->pp_side[side].ps_sel.sel_klist, kn);
	mutex_exit(&pp->pp_lock);
	rump_pipe_rele(pp);
}

static void
filt_rddetach(struct knote *kn)
{
	filt_detach(kn, PIPE_RD);
}

static void
filt_wrdetach(struct knote *kn)
{
	filt_detach(kn, PIPE_WR);
}

/* data: what the event counts; ended: the other side is gone.  hint: from pipe_notify(), with pp_lock. */
static int
filt_event(struct knote *kn, enum pipe_side_id side, long hint)
{
	struct pipe *const pp = kn->kn_hook;
	const struct pipe_side *const other = &pp->pp_side[side == PIPE_RD ? PIPE_WR : PIPE_RD];
	bool ended, ready;

	if ((hint & NOTE_SUBMIT) == 0)
		mutex_enter(&pp->pp_lock);
	ended = pp->pp_gone || (other->ps_opens == 0 && (side == PIPE_WR || pp->pp_hadwriter));
	if (side == PIPE_RD) {
		kn->kn_data = (int64_t)pp->pp_cnt;
		ready = pp->pp_cnt != 0;
	} else {
		kn->kn_data = (int64_t)room(pp);
		ready = room(pp) >= PIPE_BUF;
	}
	if (ended)
		knote_set_eof(kn, 0);
	else
		knote_clear_eof(kn);
	if ((hint & NOTE_SUBMIT) == 0)
		mutex_exit(&pp->pp_lock);
	return ready || ended;
}

static int
filt_rdevent(struct knote *kn, long hint)
{
	return filt_event(kn, PIPE_RD, hint);
}

static int
filt_wrevent(struct knote *kn, long hint)
{
	return filt_event(kn, PIPE_WR, hint);
}

static const struct filterops rd_filtops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = filt_rddetach,
	.f_event = filt_rdevent,
};
static const struct filterops wr_filtops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = filt_wrdetach,
	.f_event = filt_wrevent,
};

int
rump_pipe_kqfilter(struct pipe *pp, struct knote *kn)
{
	enum pipe_side_id side;

	switch (kn->kn_filter) {
	case EVFILT_READ:
		side = PIPE_RD;
		kn->kn_fop = &rd_filtops;
		break;
	case EVFILT_WRITE:
		side = PIPE_WR;
		kn->kn_fop = &wr_filtops;
		break;
	default:
		return EINVAL;
	}
	kn->kn_hook = pp;
	rump_pipe_hold(pp);
	mutex_enter(&pp->pp_lock);
	klist_insert(&pp->pp_side[side].ps_sel.sel_klist, kn);
	mutex_exit(&pp->pp_lock);
	return 0;
}

/* ---- ioctl(2), fcntl(2) ---- */

int
rump_pipe_ioctl(struct pipe *pp, u_long com, void *data)
{
	int error = 0;

	mutex_enter(&pp->pp_lock);
	switch (com) {
	case FIONBIO:
	case FIOASYNC:
		break;
	case FIONREAD:
	case FIONWRITE:
		*(int *)data = (int)pp->pp_cnt;
		break;
	case FIONSPACE:
		*(int *)data = (int)room(pp);
		break;
	default:
		error = EPASSTHROUGH;
		break;
	}
	mutex_exit(&pp->pp_lock);
	return error;
}

/* A power of two of at least a page; the ring follows at once if it is larger, or there is one to shrink. */
static int
set_size(struct pipe *pp, u_int want)
{
	struct pipe_side *const rd = &pp->pp_side[PIPE_RD], *const wr = &pp->pp_side[PIPE_WR];
	size_t size = PIPE_FIRST;
	int error = 0;

	if (want > 1U << 31)
		return EINVAL;
	while (size < want)
		size <<= 1;
	if (size > PIPE_MAX)
		return EPERM;
	mutex_enter(&pp->pp_lock);
	pipe_token_take(pp, wr);
	pipe_token_take(pp, rd);
	if (pp->pp_cnt > size)
		error = EBUSY;
	else if (size < pp->pp_size || (size > pp->pp_limit && size > PIPE_DEFAULT))
		error = pipe_resize(pp, size);
	if (error == 0) {
		pp->pp_limit = size;
		pp->pp_stuck = false;
		pp->pp_want = 0; /* those who sleep for more room than there is now look again */
		if (room(pp) >= PIPE_BUF)
			pipe_notify(wr, POLLOUT | POLLWRNORM);
	}
	pipe_token_give(pp, rd);
	pipe_token_give(pp, wr);
	pipe_exit(pp);
	return error;
}

int
rump_pipe_fcntl(struct pipe *pp, u_int cmd, void *data)
{
	int error = 0;

	switch (cmd) {
	case F_SETPIPE_SZ:
		error = set_size(pp, (u_int) * (uintptr_t *)data);
		if (error != 0)
			return error;
		/* FALLTHROUGH */
	case F_GETPIPE_SZ:
		mutex_enter(&pp->pp_lock);
		*(uintptr_t *)data = pp->pp_limit;
		mutex_exit(&pp->pp_lock);
		return 0;
	case F_SETFL:
		/* Packets are not there to be had. */
		return (*(u_int *)data & FDIRECT) != 0 ? EINVAL : 0;
	default:
		return EOPNOTSUPP;
	}
}

/* ---- Files ---- */

/* Read or write: uio_rw says which. */
static int
pipe_frdwr(file_t *fp, off_t *offset, struct uio *uio, kauth_cred_t cred, int flags)
{
	return rump_pipe_uio(fp->f_pipe, uio, atomic_load_relaxed(&fp->f_flag));
}

static int
pipe_fioctl(file_t *fp, u_long com, void *data)
{
	return rump_pipe_ioctl(fp->f_pipe, com, data);
}

static int
pipe_ffcntl(file_t *fp, u_int cmd, void *data)
{
	return rump_pipe_fcntl(fp->f_pipe, cmd, data);
}

static int
pipe_fpoll(file_t *fp, int events)
{
	return rump_pipe_poll(fp->f_pipe, (int)fp->f_flag, events);
}

static int
pipe_fstat(file_t *fp, struct stat *sb)
{
	struct pipe *const pp = fp->f_pipe;
	struct timespec now;

	getnanotime(&now);
	mutex_enter(&pp->pp_lock);
	if (pp->pp_atime)
		pp->pp_atim = now;
	if (pp->pp_mtime)
		pp->pp_mtim = now;
	pp->pp_atime = pp->pp_mtime = false;
	*sb = (struct stat){
		.st_mode = S_IFIFO | S_IRUSR | S_IWUSR,
		.st_ino = pp->pp_ino,
		.st_nlink = 1,
		.st_uid = pp->pp_uid,
		.st_gid = pp->pp_gid,
		.st_atim = pp->pp_atim,
		.st_mtim = pp->pp_mtim,
		.st_ctim = pp->pp_ctim,
		.st_birthtim = pp->pp_ctim,
		.st_blksize = PIPE_BUF,
	};
	mutex_exit(&pp->pp_lock);
	return 0;
}

static int
pipe_fclose(file_t *fp)
{
	(void)rump_pipe_close(fp->f_pipe, (int)fp->f_flag);
	rump_pipe_rele(fp->f_pipe);
	return 0;
}

static int
pipe_fkqfilter(file_t *fp, struct knote *kn)
{
	return rump_pipe_kqfilter(fp->f_pipe, kn);
}

static void
pipe_frestart(file_t *fp)
{
	rump_pipe_restart(fp->f_pipe, (int)fp->f_flag);
}

static int
pipe_fpathconf(file_t *fp, int name, register_t *retval)
{
	if (name != _PC_PIPE_BUF)
		return EINVAL;
	*retval = PIPE_BUF;
	return 0;
}

static const struct fileops pipe_ops = {
	.fo_name = "pipe",
	.fo_read = pipe_frdwr,
	.fo_write = pipe_frdwr,
	.fo_ioctl = pipe_fioctl,
	.fo_fcntl = pipe_ffcntl,
	.fo_poll = pipe_fpoll,
	.fo_stat = pipe_fstat,
	.fo_close = pipe_fclose,
	.fo_kqfilter = pipe_fkqfilter,
	.fo_restart = pipe_frestart,
	.fo_fpathconf = pipe_fpathconf,
};

struct pipe *
rump_file_pipe(file_t *fp)
{
	return fp->f_ops == &pipe_ops ? fp->f_pipe : NULL;
}

static void
set_file(file_t *fp, struct pipe *pp, u_int flag)
{
	fp->f_flag = flag;
	fp->f_type = DTYPE_PIPE;
	fp->f_ops = &pipe_ops;
	fp->f_pipe = pp;
	rump_pipe_open(pp, (int)flag);
}

static int
make_pipe(int *ufds, int flags)
{
	struct proc *const p = curproc;
	const u_int fflags = (u_int)flags & (O_NONBLOCK | O_NOSIGPIPE);
	struct pipe *pp;
	file_t *fp[2];
	int fd[2], error;

	if ((flags & ~(O_NONBLOCK | O_CLOEXEC | O_NOSIGPIPE)) != 0)
		return EINVAL;
	error = fd_allocfile(&fp[0], &fd[0]);
	if (error != 0)
		return error;
	error = fd_allocfile(&fp[1], &fd[1]);
	if (error != 0) {
		fd_abort(p, fp[0], (u_int)fd[0]);
		return error;
	}
	error = copyout(fd, ufds, sizeof(fd));
	if (error != 0) {
		fd_abort(p, fp[1], (u_int)fd[1]);
		fd_abort(p, fp[0], (u_int)fd[0]);
		return error;
	}
	pp = rump_pipe_create(); /* one reference; the second file has another */
	rump_pipe_hold(pp);
	set_file(fp[0], pp, FREAD | fflags);
	set_file(fp[1], pp, FWRITE | fflags);
	for (int i = 0; i < 2; i++) {
		if ((flags & O_CLOEXEC) != 0)
			fd_set_exclose(curlwp, fd[i], true);
		fd_affix(p, fp[i], (u_int)fd[i]);
	}
	return 0;
}

int
sys_pipe(struct lwp *l, const struct sys_pipe_args *uap, register_t *retval)
{
	return make_pipe(SCARG(uap, fds), 0);
}

int
sys_pipe2(struct lwp *l, const struct sys_pipe2_args *uap, register_t *retval)
{
	return make_pipe(SCARG(uap, fds), SCARG(uap, flags));
}

static const struct rump_sysreg pipe_calls[] = {
	RUMP_SYSREG(pipe),
	RUMP_SYSREG(pipe2),
};

void
rump_pipecalls_register(void)
{
	rump_syscalls_register(pipe_calls, __arraycount(pipe_calls));
}
