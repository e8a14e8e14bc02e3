/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * eventfd(2): a counter that is read and written 8 bytes at a time.
 *
 * 0 .. UINT64_MAX - 1; a write that would pass the end waits.  Locks: ef_lock is taken over nothing
 * but leaves, and never held over uiomove().
 */
#include <sys/atomic.h>
#include <sys/condvar.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/file.h>
#include <sys/kmem.h>
#include <sys/poll.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/uio.h>

#include "evset.h"
#include "rump_basecalls.h"
#include "rump_syscall.h"

#define HOST_EFD_SEMAPHORE 1

/* Locks: (l) ef_lock, (i) immutable. */
struct eventfd {
	kmutex_t ef_lock;
	kcondvar_t ef_readcv, ef_writecv;
	struct selinfo ef_sel; /* (l) */
	uint64_t ef_val;       /* (l) */
	u_int ef_restarts;     /* (l) closes that want sleepers out */
	bool ef_semaphore;     /* (i) */
};

/* Sleep on cv.  errors: EAGAIN, EINTR, ERESTART (a descriptor is being closed: the caller knows whose). */
static int
eventfd_wait(struct eventfd *ef, struct file *fp, kcondvar_t *cv)
{
	const u_int restarts = ef->ef_restarts;
	int error;

	if ((atomic_load_relaxed(&fp->f_flag) & FNONBLOCK) != 0)
		return EAGAIN;
	error = cv_wait_sig(cv, &ef->ef_lock);
	return error == 0 && ef->ef_restarts != restarts ? ERESTART : error;
}

static int
eventfd_read(struct file *fp, off_t *offset, struct uio *uio, struct kauth_cred *cred, int flags)
{
	struct eventfd *const ef = fp->f_data;
	uint64_t val = 0;
	int error = 0;

	if (uio->uio_resid < sizeof(val))
		return EINVAL;
	mutex_enter(&ef->ef_lock);
	while (error == 0 && ef->ef_val == 0)
		error = eventfd_wait(ef, fp, &ef->ef_readcv);
	if (error == 0) {
		val = ef->ef_semaphore ? 1 : ef->ef_val;
		ef->ef_val -= val;
		cv_broadcast(&ef->ef_writecv);
		selnotify(&ef->ef_sel, POLLOUT | POLLWRNORM, NOTE_SUBMIT);
	}
	mutex_exit(&ef->ef_lock);
	return error != 0 ? error : uiomove(&val, sizeof(val), uio);
}

static int
eventfd_write(struct file *fp, off_t *offset, struct uio *uio, struct kauth_cred *cred, int flags)
{
	struct eventfd *const ef = fp->f_data;
	uint64_t val;
	int error;

	if (uio->uio_resid < sizeof(val))
		return EINVAL;
	error = uiopeek(&val, sizeof(val), uio); /* the call may come again */
	if (error != 0)
		return error;
	mutex_enter(&ef->ef_lock);
	if (val == UINT64_MAX)
		error = EINVAL;
	while (error == 0 && val > UINT64_MAX - 1 - ef->ef_val)
		error = eventfd_wait(ef, fp, &ef->ef_writecv);
	if (error == 0) {
		ef->ef_val += val;
		if (ef->ef_val != 0)
			cv_broadcast(&ef->ef_readcv);
		selnotify(&ef->ef_sel, POLLIN | POLLRDNORM, NOTE_SUBMIT);
	}
	mutex_exit(&ef->ef_lock);
	if (error == 0)
		uioskip(sizeof(val), uio);
	return error;
}

static int
eventfd_poll(struct file *fp, int events)
{
	struct eventfd *const ef = fp->f_data;
	int revents = 0;

	mutex_enter(&ef->ef_lock);
	if (ef->ef_val > 0)
		revents |= events & (POLLIN | POLLRDNORM);
	if (ef->ef_val < UINT64_MAX - 1)
		revents |= events & (POLLOUT | POLLWRNORM);
	if (revents == 0)
		selrecord(curlwp, &ef->ef_sel);
	mutex_exit(&ef->ef_lock);
	return revents;
}

/* ---- kqueue(2) ---- */

static void
eventfd_filt_detach(struct knote *kn)
{
	struct eventfd *const ef = kn->kn_hook;

	mutex_enter(&ef->ef_lock);
	klist_remove(&ef->ef_sel.sel_klist, kn);
	mutex_exit(&ef->ef_lock);
}

static int
eventfd_filt_event(struct knote *kn, long hint)
{
	struct eventfd *const ef = kn->kn_hook;
	int rv;

	if ((hint & NOTE_SUBMIT) == 0)
		mutex_enter(&ef->ef_lock);
	if (kn->kn_filter == EVFILT_READ) {
		kn->kn_data = (int64_t)ef->ef_val;
		rv = ef->ef_val > 0;
	} else {
		kn->kn_data = (int64_t)(UINT64_MAX - 1 - ef->ef_val);
		rv = ef->ef_val < UINT64_MAX - 1;
	}
	if ((hint & NOTE_SUBMIT) == 0)
		mutex_exit(&ef->ef_lock);
	return rv;
}

static int
eventfd_filt_touch(struct knote *kn, struct kevent *kev, long type)
{
	struct eventfd *const ef = kn->kn_hook;

	if (type == EVENT_REGISTER) {
		kn->kn_sfflags = kev->fflags;
		kn->kn_sdata = (uintptr_t)kev->data;
		return 0;
	}
	mutex_enter(&ef->ef_lock);
	*kev = kn->kn_kevent;
	mutex_exit(&ef->ef_lock);
	return 0;
}

static const struct filterops eventfd_filtops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = eventfd_filt_detach,
	.f_event = eventfd_filt_event,
	.f_touch = eventfd_filt_touch,
};

static int
eventfd_kqfilter(struct file *fp, struct knote *kn)
{
	struct eventfd *const ef = fp->f_data;

	if (kn->kn_filter != EVFILT_READ && kn->kn_filter != EVFILT_WRITE)
		return EINVAL;
	kn->kn_fop = &eventfd_filtops;
	kn->kn_hook = ef;
	mutex_enter(&ef->ef_lock);
	klist_insert(&ef->ef_sel.sel_klist, kn);
	mutex_exit(&ef->ef_lock);
	return 0;
}

/* ---- The file ---- */

static int
eventfd_ioctl(struct file *fp, u_long com, void *data)
{
	return EPASSTHROUGH;
}

static int
eventfd_stat(struct file *fp, struct stat *sb)
{
	*sb = (struct stat){ .st_mode = 0600, .st_nlink = 1, .st_blksize = 4096 };
	return 0;
}

static void
eventfd_free(struct eventfd *ef)
{
	seldestroy(&ef->ef_sel);
	cv_destroy(&ef->ef_readcv);
	cv_destroy(&ef->ef_writecv);
	mutex_destroy(&ef->ef_lock);
	kmem_free(ef, sizeof(*ef));
}

static int
eventfd_close(struct file *fp)
{
	eventfd_free(fp->f_data);
	return 0;
}

static void
eventfd_restart(struct file *fp)
{
	struct eventfd *const ef = fp->f_data;

	mutex_enter(&ef->ef_lock);
	ef->ef_restarts++;
	cv_broadcast(&ef->ef_readcv);
	cv_broadcast(&ef->ef_writecv);
	mutex_exit(&ef->ef_lock);
}

static const struct fileops eventfd_ops = {
	.fo_name = "eventfd",
	.fo_read = eventfd_read,
	.fo_write = eventfd_write,
	.fo_ioctl = eventfd_ioctl,
	.fo_fcntl = fnullop_fcntl,
	.fo_poll = eventfd_poll,
	.fo_stat = eventfd_stat,
	.fo_close = eventfd_close,
	.fo_kqfilter = eventfd_kqfilter,
	.fo_restart = eventfd_restart,
};

int
sys_eventfd2(struct lwp *l, const struct sys_eventfd2_args *uap, register_t *retval)
{
	const int flags = SCARG(uap, flags);
	struct eventfd *ef;
	int error, fd;

	if ((flags & ~(HOST_EFD_SEMAPHORE | O_CLOEXEC | O_NONBLOCK)) != 0)
		return EINVAL;
	ef = kmem_zalloc(sizeof(*ef), KM_SLEEP);
	mutex_init(&ef->ef_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&ef->ef_readcv, "eventfdr");
	cv_init(&ef->ef_writecv, "eventfdw");
	selinit(&ef->ef_sel);
	ef->ef_val = SCARG(uap, initval);
	ef->ef_semaphore = (flags & HOST_EFD_SEMAPHORE) != 0;
	error = rump_event_newfd(&eventfd_ops, DTYPE_EVENTFD, FREAD | FWRITE, flags, ef, &fd);
	if (error != 0)
		eventfd_free(ef);
	else
		*retval = fd;
	return error;
}

static const struct rump_sysreg eventfd_calls[] = {
	RUMP_SYSREG(eventfd2),
};

void
rump_eventfdcalls_register(void)
{
	rump_syscalls_register(eventfd_calls, __arraycount(eventfd_calls));
}
