/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Descriptors: close, duplicates, fcntl(2), flock(2).
 */
#include <sys/errno.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/filio.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/systm.h>

#include "rump_basecalls.h"
#include "rump_fd.h"
#include "rump_hostabi.h"
#include "rump_syscall.h"

int
sys_close(struct lwp *l, const struct sys_close_args *uap, register_t *retval)
{
	const u_int fd = (u_int)SCARG(uap, fd);

	if (__predict_false(fd_getfile(fd) == NULL))
		return EBADF;
	return fd_close(fd);
}

int
sys_dup(struct lwp *l, const struct sys_dup_args *uap, register_t *retval)
{
	const u_int fd = (u_int)SCARG(uap, fd);
	file_t *const fp = fd_getfile(fd);
	int error, newfd = -1;

	if (fp == NULL)
		return EBADF;
	error = fd_dup(fp, 0, &newfd, false);
	fd_putfile(fd);
	*retval = newfd;
	return error;
}

static int
dup2_flags(int from, int to, int flags, register_t *retval)
{
	file_t *const fp = fd_getfile((u_int)from);
	int error = 0;

	if (fp == NULL)
		return EBADF;
	/*
	 * The file is held, not the descriptor: fd_dup2() may wait until nobody uses "to", and
	 * whoever does may be waiting for "from" in a dup2() the other way round.
	 */
	file_hold(fp);
	fd_putfile((u_int)from);
	if (to < 0)
		error = EBADF;
	else if (from != to)
		error = fd_dup2(fp, (u_int)to, flags);
	(void)closef(fp);
	*retval = to;
	return error;
}

int
sys_dup2(struct lwp *l, const struct sys_dup2_args *uap, register_t *retval)
{
	return dup2_flags(SCARG(uap, from), SCARG(uap, to), 0, retval);
}

int
sys_dup3(struct lwp *l, const struct sys_dup3_args *uap, register_t *retval)
{
	const int from = SCARG(uap, from), to = SCARG(uap, to), flags = SCARG(uap, flags);

	if ((flags & ~O_CLOEXEC) != 0 || from == to)
		return EINVAL;
	return dup2_flags(from, to, flags, retval);
}

/* Tell the file when O_NONBLOCK or O_ASYNC changes; types that have neither do not mind. */
static int
tell_flag(file_t *fp, u_int changed, u_int now, u_int flag, u_long com)
{
	int on = (now & flag) != 0, error;

	if ((changed & flag) == 0)
		return 0;
	error = (*fp->f_ops->fo_ioctl)(fp, com, &on);
	return error == EPASSTHROUGH || error == ENOTTY || error == EOPNOTSUPP ? 0 : error;
}

/* F_SETFL */
static int
file_setflags(file_t *fp, int oflags)
{
	const u_int old = atomic_load_relaxed(&fp->f_flag);
	u_int new = (old & ~(u_int)FCNTLFLAGS) | ((u_int)oflags & FCNTLFLAGS);
	int error;

	error = (*fp->f_ops->fo_fcntl)(fp, F_SETFL, &new);
	if (error == 0)
		error = tell_flag(fp, old ^ new, new, FNONBLOCK, FIONBIO);
	if (error == 0)
		error = tell_flag(fp, old ^ new, new, FASYNC, FIOASYNC);
	if (error != 0)
		return error;
	mutex_enter(&fp->f_lock);
	new = (fp->f_flag & ~(u_int)FCNTLFLAGS) | ((u_int)oflags & FCNTLFLAGS);
	atomic_store_relaxed(&fp->f_flag, new);
	mutex_exit(&fp->f_lock);
	return 0;
}

/* F_SETNOSIGPIPE */
static void
file_setnosigpipe(file_t *fp, bool on)
{
	mutex_enter(&fp->f_lock);
	atomic_store_relaxed(
	    &fp->f_flag, on ? fp->f_flag | FNOSIGPIPE : fp->f_flag & ~(u_int)FNOSIGPIPE);
	mutex_exit(&fp->f_lock);
}

/* F_GETLK, F_SETLK, F_SETLKW */
static int
file_lock(struct lwp *l, file_t *fp, int cmd, void *uarg)
{
	struct proc *const p = l->l_proc;
	struct host_flock hf;
	struct flock fl;
	int error, flags = F_POSIX;
	u_int flag;

	if (fp->f_ops->fo_advlock == NULL)
		return EINVAL;
	error = copyin(uarg, &hf, sizeof(hf));
	if (error == 0)
		error = hostabi_flock_in(&hf, &fl);
	if (error != 0)
		return error;
	flag = atomic_load_relaxed(&fp->f_flag);
	if (cmd != F_GETLK && fl.l_type == F_RDLCK && (flag & FREAD) == 0)
		return EBADF;
	if (cmd != F_GETLK && fl.l_type == F_WRLCK && (flag & FWRITE) == 0)
		return EBADF;
	if (fl.l_whence == SEEK_CUR) {
		if (__builtin_add_overflow(fl.l_start, fp->f_offset, &fl.l_start))
			return EOVERFLOW;
		fl.l_whence = SEEK_SET;
	}
	if (cmd == F_GETLK) {
		if (fl.l_type == F_UNLCK)
			return EINVAL;
		error = (*fp->f_ops->fo_advlock)(fp, p, F_GETLK, &fl, F_POSIX);
		if (error != 0)
			return error;
		hostabi_flock_out(&fl, &hf);
		return copyout(&hf, uarg, sizeof(hf));
	}
	if (cmd == F_SETLKW)
		flags |= F_WAIT;
	if (fl.l_type == F_UNLCK)
		return (*fp->f_ops->fo_advlock)(fp, p, F_UNLCK, &fl, F_POSIX);
	mutex_enter(p->p_lock);
	atomic_store_relaxed(&p->p_flag, p->p_flag | PK_ADVLOCK); /* read without the lock */
	mutex_exit(p->p_lock);
	return (*fp->f_ops->fo_advlock)(fp, p, F_SETLK, &fl, flags);
}

static int
fcntl_dupfd(struct lwp *l, file_t *fp, long minfd, bool exclose, register_t *retval)
{
	int error, newfd = -1;

	if (minfd < 0 || minfd >= fd_limit(l->l_proc))
		return EINVAL;
	error = fd_dup(fp, (int)minfd, &newfd, exclose);
	*retval = newfd;
	return error;
}

static int
do_fcntl(struct lwp *l, int fd, file_t *fp, int cmd, void *arg, register_t *retval)
{
	/* Where the argument is an int, the host reads an int. */
	const int iarg = (int)(intptr_t)arg;
	int error;
	pid_t pid;

	switch (cmd) {
	case F_DUPFD:
		return fcntl_dupfd(l, fp, iarg, false, retval);
	case F_DUPFD_CLOEXEC:
		return fcntl_dupfd(l, fp, iarg, true, retval);
	case F_GETFD:
		*retval = atomic_load_relaxed(&fd_slot_known(l->l_fd, (u_int)fd)->ff_exclose)
		    ? FD_CLOEXEC
		    : 0;
		return 0;
	case F_SETFD:
		fd_set_exclose(l, fd, (iarg & FD_CLOEXEC) != 0);
		return 0;
	case F_GETFL:
		*retval = OFLAGS((int)(atomic_load_relaxed(&fp->f_flag) & FMASK));
		return 0;
	case F_SETFL:
		return file_setflags(fp, iarg);
	case F_GETNOSIGPIPE:
		*retval = (atomic_load_relaxed(&fp->f_flag) & FNOSIGPIPE) != 0;
		return 0;
	case F_SETNOSIGPIPE:
		file_setnosigpipe(fp, iarg != 0);
		return 0;
	case F_GETOWN:
		error = (*fp->f_ops->fo_ioctl)(fp, FIOGETOWN, &pid);
		*retval = error == 0 ? pid : 0;
		return error == EPASSTHROUGH || error == ENOTTY ? 0 : error;
	case F_SETOWN:
		pid = iarg;
		return (*fp->f_ops->fo_ioctl)(fp, FIOSETOWN, &pid);
	case F_GETLK:
	case F_SETLK:
		return file_lock(l, fp, cmd, arg);
	default:
		/* The type may know more (pipe sizes); others have not heard of it. */
		error = (*fp->f_ops->fo_fcntl)(fp, (u_int)cmd, &arg);
		if (error == 0 && (cmd == F_GETPIPE_SZ || cmd == F_SETPIPE_SZ))
			*retval = (register_t)(uintptr_t)arg;
		return error == EOPNOTSUPP || error == EPASSTHROUGH ? EINVAL : error;
	}
}

/*
 * F_SETLKW may wait for ever, so it holds the file and not the descriptor, which others can close
 * meanwhile.  If they did, the lock that came too late for the close is given back.
 */
static int
fcntl_setlkw(struct lwp *l, u_int fd, void *uarg)
{
	file_t *const fp = fd_getfile2(l->l_proc, fd);
	file_t *now;
	int error;

	if (fp == NULL)
		return EBADF;
	error = file_lock(l, fp, F_SETLKW, uarg);
	if (error == 0) {
		now = fd_getfile(fd);
		if (now != NULL)
			fd_putfile(fd);
		if (now != fp) {
			fd_posix_unlock(l->l_proc, fp);
			error = EBADF;
		}
	}
	closef(fp);
	return error;
}

int
sys_fcntl(struct lwp *l, const struct sys_fcntl_args *uap, register_t *retval)
{
	const int fd = SCARG(uap, fd);
	file_t *fp;
	int error;

	if (SCARG(uap, cmd) == F_SETLKW)
		return fcntl_setlkw(l, (u_int)fd, SCARG(uap, arg));
	fp = fd_getfile((u_int)fd);
	if (fp == NULL)
		return EBADF;
	error = do_fcntl(l, fd, fp, SCARG(uap, cmd), SCARG(uap, arg), retval);
	fd_putfile((u_int)fd);
	return error;
}

static int
do_flock(file_t *fp, int how)
{
	struct flock fl = { .l_whence = SEEK_SET };
	const int flags = (how & LOCK_NB) != 0 ? F_FLOCK : F_FLOCK | F_WAIT;
	int error;

	switch (how & ~LOCK_NB) {
	case LOCK_UN:
		fl.l_type = F_UNLCK;
		break;
	case LOCK_SH:
		fl.l_type = F_RDLCK;
		break;
	case LOCK_EX:
		fl.l_type = F_WRLCK;
		break;
	default:
		return EINVAL;
	}
	if (fp->f_ops->fo_advlock == NULL)
		return EOPNOTSUPP;
	if (fl.l_type == F_UNLCK) {
		error = (*fp->f_ops->fo_advlock)(fp, fp, F_UNLCK, &fl, F_FLOCK);
	} else
		error = (*fp->f_ops->fo_advlock)(fp, fp, F_SETLK, &fl, flags);
	if (error != 0)
		return error;
	mutex_enter(&fp->f_lock);
	if (fl.l_type == F_UNLCK)
		atomic_store_relaxed(&fp->f_flag, fp->f_flag & ~(u_int)FHASLOCK);
	else
		atomic_store_relaxed(&fp->f_flag, fp->f_flag | FHASLOCK);
	mutex_exit(&fp->f_lock);
	return 0;
}

int
sys_flock(struct lwp *l, const struct sys_flock_args *uap, register_t *retval)
{
	/* It may wait: hold the file, not the descriptor. */
	file_t *const fp = fd_getfile2(l->l_proc, (u_int)SCARG(uap, fd));
	int error;

	if (fp == NULL)
		return EBADF;
	error = do_flock(fp, SCARG(uap, how));
	closef(fp);
	return error;
}

static const struct rump_sysreg fd_calls[] = {
	RUMP_SYSREG(close),
	RUMP_SYSREG(dup),
	RUMP_SYSREG(dup2),
	RUMP_SYSREG(dup3),
	RUMP_SYSREG(fcntl),
	RUMP_SYSREG(flock),
};

void
rump_fdcalls_register(void)
{
	rump_syscalls_register(fd_calls, __arraycount(fd_calls));
}
