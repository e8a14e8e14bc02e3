/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * timerfd_create(2): timers that are read.
 *
 *	disarmed (tf_due 0) --settime--> armed --due, no interval--> disarmed, tf_count 1
 *					 armed --due--> armed for the next multiple, tf_count + n
 *
 * Expirations are computed from the clock whenever somebody looks (tick_locked()), so the count is
 * exact however late the callout comes; the callout only wakes, and once it has, it rests until the
 * count is read: a short interval is no load.  An absolute timer of the wall clock
 * follows that clock when it is set or slewed; all others run on the monotonic one.
 *
 * Lock order: list_lock, tf_lock (spin), leaves.
 */
#include <sys/atomic.h>
#include <sys/callout.h>
#include <sys/condvar.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kmem.h>
#include <sys/poll.h>
#include <sys/select.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/time.h>
#include <sys/uio.h>

#include "evset.h"
#include "rump_basecalls.h"
#include "rump_syscall.h"
#include "rump_time.h"

#define HOST_TFD_TIMER_ABSTIME	     1
#define HOST_TFD_TIMER_CANCEL_ON_SET 2
#define MAX_SEC			     (INT64_MAX / NSEC_PER_SEC / 2)

/* Locks: (l) tf_lock, (i) immutable, (g) list_lock. */
struct timerfd {
	kmutex_t tf_lock;
	kcondvar_t tf_cv;
	struct selinfo tf_sel; /* (l) */
	callout_t tf_callout;
	LIST_ENTRY(timerfd) tf_link; /* (g) */
	bool tf_realtime;	     /* (i) */
	bool tf_wall;		     /* (l) tf_due is of the wall clock */
	bool tf_cancel;		     /* (l) a set clock cancels */
	bool tf_canceled;	     /* (l) and did */
	int64_t tf_due;		     /* (l) ns; 0: disarmed */
	int64_t tf_period;	     /* (l) ns; 0: once */
	uint64_t tf_count;	     /* (l) expirations not read yet */
	u_int tf_restarts;	     /* (l) closes that want sleepers out */
};

static kmutex_t list_lock;
static LIST_HEAD(, timerfd) timerfds; /* list_lock */
static struct rump_clockwatch clockwatch;
static void clock_changed(void *, bool);

int
rump_timerfd_init(void)
{
	mutex_init(&list_lock, MUTEX_DEFAULT, IPL_NONE);
	LIST_INIT(&timerfds);
	clockwatch = (struct rump_clockwatch){ .cw_fn = clock_changed };
	rump_clockwatch_add(&clockwatch);
	return 0;
}

void
rump_timerfd_fini(void)
{
	KASSERT(LIST_EMPTY(&timerfds));
	rump_clockwatch_remove(&clockwatch);
	mutex_destroy(&list_lock);
}

/* ---- Time ---- */

static int64_t
now_ns(bool wall)
{
	struct timespec ts;

	if (wall)
		nanotime(&ts);
	else
		nanouptime(&ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

static int64_t
ts2ns(const struct timespec *ts)
{
	return MIN(ts->tv_sec, MAX_SEC) * NSEC_PER_SEC + ts->tv_nsec;
}

static struct timespec
ns2ts(int64_t ns)
{
	return (
	    struct timespec){ .tv_sec = ns / NSEC_PER_SEC, .tv_nsec = (long)(ns % NSEC_PER_SEC) };
}

/* Count what has expired by now.  locks: (l). */
static int64_t
tick_locked(struct timerfd *tf)
{
	const int64_t now = now_ns(tf->tf_wall);
	int64_t n = 1;

	if (tf->tf_due == 0 || now < tf->tf_due)
		return now;
	if (tf->tf_period > 0) {
		n += (now - tf->tf_due) / tf->tf_period;
		tf->tf_due += n * tf->tf_period;
	} else
		tf->tf_due = 0;
	tf->tf_count += (uint64_t)n;
	return now;
}

/* Have the callout come when the timer is due.  locks: (l). */
static void
arm_locked(struct timerfd *tf, int64_t now)
{
	if (tf->tf_due != 0)
		rump_callout_at(&tf->tf_callout, rump_mono_ns() + MAX(tf->tf_due - now, 0));
	else
		(void)callout_stop(&tf->tf_callout);
}

/* locks: (l). */
static void
wake_locked(struct timerfd *tf)
{
	cv_broadcast(&tf->tf_cv);
	selnotify(&tf->tf_sel, POLLIN | POLLRDNORM, NOTE_SUBMIT);
}

static void
timerfd_fire(void *arg)
{
	struct timerfd *const tf = arg;
	uint64_t was;
	int64_t now;

	mutex_spin_enter(&tf->tf_lock);
	was = tf->tf_count;
	now = tick_locked(tf);
	if (tf->tf_count == 0)
		arm_locked(tf, now);
	else if (was == 0 || tf->tf_count != was)
		wake_locked(tf);
	mutex_spin_exit(&tf->tf_lock);
}

static void
clock_changed(void *arg, bool set)
{
	struct timerfd *tf;

	mutex_enter(&list_lock);
	LIST_FOREACH (tf, &timerfds, tf_link) {
		mutex_spin_enter(&tf->tf_lock);
		if (set && tf->tf_cancel) {
			tf->tf_canceled = true;
			tf->tf_count++;
			wake_locked(tf);
		}
		if (tf->tf_wall)
			arm_locked(tf, now_ns(true));
		mutex_spin_exit(&tf->tf_lock);
	}
	mutex_exit(&list_lock);
}

/* ---- The file ---- */

/* Sleep until there may be something to read.  locks: (l). */
static int
timerfd_wait(struct timerfd *tf, struct file *fp)
{
	const u_int restarts = tf->tf_restarts;
	int error;

	if ((atomic_load_relaxed(&fp->f_flag) & FNONBLOCK) != 0)
		return EAGAIN;
	error = cv_wait_sig(&tf->tf_cv, &tf->tf_lock);
	return error == 0 && tf->tf_restarts != restarts ? ERESTART : error;
}

static int
timerfd_read(struct file *fp, off_t *offset, struct uio *uio, struct kauth_cred *cred, int flags)
{
	struct timerfd *const tf = fp->f_data;
	uint64_t count;
	int error = 0;

	if (uio->uio_resid < sizeof(count))
		return EINVAL;
	mutex_spin_enter(&tf->tf_lock);
	(void)tick_locked(tf);
	while (error == 0 && tf->tf_count == 0) {
		error = timerfd_wait(tf, fp);
		(void)tick_locked(tf);
	}
	if (error == 0 && tf->tf_canceled)
		error = ECANCELED;
	count = tf->tf_count;
	if (error == 0 || error == ECANCELED) {
		tf->tf_count = 0;
		tf->tf_canceled = false;
		arm_locked(tf, now_ns(tf->tf_wall));
	}
	mutex_spin_exit(&tf->tf_lock);
	return error != 0 ? error : uiomove(&count, sizeof(count), uio);
}

static int
timerfd_write(struct file *fp, off_t *offset, struct uio *uio, struct kauth_cred *cred, int flags)
{
	return EINVAL;
}

static int
timerfd_poll(struct file *fp, int events)
{
	struct timerfd *const tf = fp->f_data;
	int revents = 0;

	mutex_spin_enter(&tf->tf_lock);
	(void)tick_locked(tf);
	if (tf->tf_count > 0)
		revents = events & (POLLIN | POLLRDNORM);
	if (revents == 0)
		selrecord(curlwp, &tf->tf_sel);
	mutex_spin_exit(&tf->tf_lock);
	return revents;
}

static void
timerfd_filt_detach(struct knote *kn)
{
	struct timerfd *const tf = kn->kn_hook;

	mutex_spin_enter(&tf->tf_lock);
	klist_remove(&tf->tf_sel.sel_klist, kn);
	mutex_spin_exit(&tf->tf_lock);
}

static int
timerfd_filt_event(struct knote *kn, long hint)
{
	struct timerfd *const tf = kn->kn_hook;
	int rv;

	if ((hint & NOTE_SUBMIT) == 0)
		mutex_spin_enter(&tf->tf_lock);
	kn->kn_data = (int64_t)tf->tf_count;
	rv = tf->tf_count > 0;
	if ((hint & NOTE_SUBMIT) == 0)
		mutex_spin_exit(&tf->tf_lock);
	return rv;
}

static int
timerfd_filt_touch(struct knote *kn, struct kevent *kev, long type)
{
	struct timerfd *const tf = kn->kn_hook;

	if (type == EVENT_REGISTER) {
		kn->kn_sfflags = kev->fflags;
		kn->kn_sdata = (uintptr_t)kev->data;
		return 0;
	}
	mutex_spin_enter(&tf->tf_lock);
	*kev = kn->kn_kevent;
	mutex_spin_exit(&tf->tf_lock);
	return 0;
}

static const struct filterops timerfd_filtops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = timerfd_filt_detach,
	.f_event = timerfd_filt_event,
	.f_touch = timerfd_filt_touch,
};

static int
timerfd_kqfilter(struct file *fp, struct knote *kn)
{
	struct timerfd *const tf = fp->f_data;

	if (kn->kn_filter != EVFILT_READ)
		return EINVAL;
	kn->kn_fop = &timerfd_filtops;
	kn->kn_hook = tf;
	mutex_spin_enter(&tf->tf_lock);
	klist_insert(&tf->tf_sel.sel_klist, kn);
	mutex_spin_exit(&tf->tf_lock);
	return 0;
}

static int
timerfd_ioctl(struct file *fp, u_long com, void *data)
{
	return EPASSTHROUGH;
}

static int
timerfd_stat(struct file *fp, struct stat *sb)
{
	*sb = (struct stat){ .st_mode = 0600, .st_nlink = 1, .st_blksize = 4096 };
	return 0;
}

static void
timerfd_free(struct timerfd *tf)
{
	(void)callout_halt(&tf->tf_callout, NULL);
	callout_destroy(&tf->tf_callout);
	seldestroy(&tf->tf_sel);
	cv_destroy(&tf->tf_cv);
	mutex_destroy(&tf->tf_lock);
	kmem_free(tf, sizeof(*tf));
}

static int
timerfd_close(struct file *fp)
{
	struct timerfd *const tf = fp->f_data;

	mutex_enter(&list_lock);
	LIST_REMOVE(tf, tf_link);
	mutex_exit(&list_lock);
	timerfd_free(tf);
	return 0;
}

static void
timerfd_restart(struct file *fp)
{
	struct timerfd *const tf = fp->f_data;

	mutex_spin_enter(&tf->tf_lock);
	tf->tf_restarts++;
	cv_broadcast(&tf->tf_cv);
	mutex_spin_exit(&tf->tf_lock);
}

static const struct fileops timerfd_ops = {
	.fo_name = "timerfd",
	.fo_read = timerfd_read,
	.fo_write = timerfd_write,
	.fo_ioctl = timerfd_ioctl,
	.fo_fcntl = fnullop_fcntl,
	.fo_poll = timerfd_poll,
	.fo_stat = timerfd_stat,
	.fo_close = timerfd_close,
	.fo_kqfilter = timerfd_kqfilter,
	.fo_restart = timerfd_restart,
};

/* ---- System calls ---- */

int
sys_timerfd_create(struct lwp *l, const struct sys_timerfd_create_args *uap, register_t *retval)
{
	const clockid_t clock = SCARG(uap, clockid);
	const int flags = SCARG(uap, flags);
	struct timerfd *tf;
	int error, fd;

	if ((flags & ~(O_CLOEXEC | O_NONBLOCK)) != 0 ||
	    (clock != CLOCK_REALTIME && clock != CLOCK_MONOTONIC && clock != CLOCK_BOOTTIME))
		return EINVAL;
	tf = kmem_zalloc(sizeof(*tf), KM_SLEEP);
	mutex_init(&tf->tf_lock, MUTEX_DEFAULT, IPL_SCHED);
	cv_init(&tf->tf_cv, "timerfd");
	selinit(&tf->tf_sel);
	callout_init(&tf->tf_callout, CALLOUT_MPSAFE);
	callout_setfunc(&tf->tf_callout, timerfd_fire, tf);
	tf->tf_realtime = clock == CLOCK_REALTIME;
	mutex_enter(&list_lock);
	LIST_INSERT_HEAD(&timerfds, tf, tf_link);
	mutex_exit(&list_lock);
	error = rump_event_newfd(&timerfd_ops, DTYPE_TIMERFD, FREAD | FWRITE, flags, tf, &fd);
	if (error != 0) {
		mutex_enter(&list_lock);
		LIST_REMOVE(tf, tf_link);
		mutex_exit(&list_lock);
		timerfd_free(tf);
	} else
		*retval = fd;
	return error;
}

static bool
ts_valid(const struct timespec *ts)
{
	return ts->tv_sec >= 0 && ts->tv_nsec >= 0 && ts->tv_nsec < NSEC_PER_SEC;
}

/* locks: (l). */
static void
get_locked(struct timerfd *tf, struct itimerspec *its)
{
	const int64_t now = tick_locked(tf);

	its->it_value = ns2ts(tf->tf_due != 0 ? MAX(tf->tf_due - now, 1) : 0);
	its->it_interval = ns2ts(tf->tf_period);
}

static void
timerfd_set(struct timerfd *tf, int flags, const struct itimerspec *its, struct itimerspec *old)
{
	const bool absolute = (flags & HOST_TFD_TIMER_ABSTIME) != 0;
	const int64_t value = ts2ns(&its->it_value);
	int64_t now;

	mutex_spin_enter(&tf->tf_lock);
	get_locked(tf, old);
	tf->tf_wall = absolute && tf->tf_realtime;
	tf->tf_cancel = tf->tf_wall && (flags & HOST_TFD_TIMER_CANCEL_ON_SET) != 0;
	tf->tf_canceled = false;
	tf->tf_count = 0;
	tf->tf_period = ts2ns(&its->it_interval);
	now = now_ns(tf->tf_wall);
	tf->tf_due = value == 0 || absolute ? value : now + value;
	arm_locked(tf, now);
	mutex_spin_exit(&tf->tf_lock);
}

/* The timer of a descriptor, held.  errors: EBADF, EINVAL. */
static int
timerfd_get(u_int fd, struct timerfd **tfp)
{
	struct file *const fp = fd_getfile(fd);

	if (fp == NULL)
		return EBADF;
	if (fp->f_ops != &timerfd_ops) {
		fd_putfile(fd);
		return EINVAL;
	}
	*tfp = fp->f_data;
	return 0;
}

int
sys_timerfd_settime(struct lwp *l, const struct sys_timerfd_settime_args *uap, register_t *retval)
{
	const u_int fd = (u_int)SCARG(uap, fd);
	struct itimerspec its, old;
	struct timerfd *tf;
	int error;

	error = copyin(SCARG(uap, value), &its, sizeof(its));
	if (error != 0)
		return error;
	if ((SCARG(uap, flags) & ~(HOST_TFD_TIMER_ABSTIME | HOST_TFD_TIMER_CANCEL_ON_SET)) != 0 ||
	    !ts_valid(&its.it_value) || !ts_valid(&its.it_interval))
		return EINVAL;
	error = timerfd_get(fd, &tf);
	if (error != 0)
		return error;
	timerfd_set(tf, SCARG(uap, flags), &its, &old);
	fd_putfile(fd);
	return SCARG(uap, ovalue) == NULL ? 0 : copyout(&old, SCARG(uap, ovalue), sizeof(old));
}

int
sys_timerfd_gettime(struct lwp *l, const struct sys_timerfd_gettime_args *uap, register_t *retval)
{
	const u_int fd = (u_int)SCARG(uap, fd);
	struct itimerspec its;
	struct timerfd *tf;
	int error;

	error = timerfd_get(fd, &tf);
	if (error != 0)
		return error;
	mutex_spin_enter(&tf->tf_lock);
	get_locked(tf, &its);
	mutex_spin_exit(&tf->tf_lock);
	fd_putfile(fd);
	return copyout(&its, SCARG(uap, value), sizeof(its));
}

static const struct rump_sysreg timerfd_calls[] = {
	RUMP_SYSREG(timerfd_create),
	RUMP_SYSREG(timerfd_gettime),
	RUMP_SYSREG(timerfd_settime),
};

void
rump_timerfdcalls_register(void)
{
	rump_syscalls_register(timerfd_calls, __arraycount(timerfd_calls));
}
