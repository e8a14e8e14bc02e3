/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Interval timers and POSIX timers, over time/itimer.c. */
#include <sys/errno.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/signal.h>
#include <sys/systm.h>
#include <sys/time.h>

#include "rump_basecalls.h"
#include "rump_hostabi.h"
#include "rump_itimer.h"
#include "rump_signal.h"
#include "rump_syscall.h"

/* The host's timer_t is a pointer; ours are small numbers in one. */
static int
timer_id(void *timerid)
{
	const uintptr_t id = (uintptr_t)timerid;

	return id >= 1 && id <= TIMER_MAX ? (int)id : -1;
}

/* errors: EINVAL, EFAULT. */
static int
sigevent_in(const struct host_sigevent *uevp, int *signo, union sigval *value)
{
	struct host_sigevent ev;
	int error;

	error = copyin(uevp, &ev, sizeof(ev));
	if (error != 0)
		return error;
	value->sival_ptr = (void *)(uintptr_t)ev.sigev_value;
	if (ev.sigev_notify == HOST_SIGEV_NONE) {
		*signo = 0;
		return 0;
	}
	*signo = ev.sigev_signo;
	return ev.sigev_notify == HOST_SIGEV_SIGNAL && rump_signal_valid(*signo) ? 0 : EINVAL;
}

int
sys_timer_create(struct lwp *l, const struct sys_timer_create_args *uap, register_t *retval)
{
	const bool given = SCARG(uap, evp) != NULL;
	int signo = SIGALRM, error = 0, id;
	union sigval value;
	void *handle;

	if (given)
		error = sigevent_in(SCARG(uap, evp), &signo, &value);
	if (error == 0)
		error = rump_timer_make(
		    l->l_proc, SCARG(uap, clock_id), signo, given ? &value : NULL, &id);
	if (error != 0)
		return error;
	handle = (void *)(uintptr_t)id;
	error = copyout(&handle, SCARG(uap, timerid), sizeof(handle));
	if (error != 0)
		(void)rump_timer_delete(l->l_proc, id);
	return error;
}

int
sys_timer_delete(struct lwp *l, const struct sys_timer_delete_args *uap, register_t *retval)
{
	return rump_timer_delete(l->l_proc, timer_id(SCARG(uap, timerid)));
}

int
sys_timer_getoverrun(struct lwp *l, const struct sys_timer_getoverrun_args *uap, register_t *retval)
{
	int overrun = 0, error;

	error = rump_timer_overrun(l->l_proc, timer_id(SCARG(uap, timerid)), &overrun);
	*retval = overrun;
	return error;
}

int
sys_timer_gettime(struct lwp *l, const struct sys_timer_gettime_args *uap, register_t *retval)
{
	struct itimerspec its;
	int error;

	error = rump_timer_get(l->l_proc, timer_id(SCARG(uap, timerid)), &its);
	return error != 0 ? error : copyout(&its, SCARG(uap, value), sizeof(its));
}

int
sys_timer_settime(struct lwp *l, const struct sys_timer_settime_args *uap, register_t *retval)
{
	struct itimerspec new, old;
	int error;

	error = copyin(SCARG(uap, value), &new, sizeof(new));
	if (error == 0)
		error = rump_timer_set(
		    l->l_proc, timer_id(SCARG(uap, timerid)), SCARG(uap, flags), &new, &old);
	if (error == 0 && SCARG(uap, ovalue) != NULL)
		error = copyout(&old, SCARG(uap, ovalue), sizeof(old));
	return error;
}

/* Part of a microsecond that is left is one: what is armed does not look as if it were not. */
static void
itimer_out(const struct itimerspec *its, struct itimerval *itv)
{
	const struct timespec up = { .tv_nsec = 999 };
	struct timespec left;

	timespecadd(&its->it_value, &up, &left);
	TIMESPEC_TO_TIMEVAL(&itv->it_value, &left);
	TIMESPEC_TO_TIMEVAL(&itv->it_interval, &its->it_interval);
}

int
sys_getitimer(struct lwp *l, const struct sys_getitimer_args *uap, register_t *retval)
{
	struct itimerspec its;
	struct itimerval itv;

	if (SCARG(uap, which) != ITIMER_REAL)
		return EINVAL;
	(void)rump_timer_get(l->l_proc, RUMP_TIMER_REAL, &its);
	itimer_out(&its, &itv);
	return copyout(&itv, SCARG(uap, itv), sizeof(itv));
}

static bool
in_range(const struct timeval *tv)
{
	return tv->tv_sec >= 0 && tv->tv_usec >= 0 && tv->tv_usec < USEC_PER_SEC;
}

int
sys_setitimer(struct lwp *l, const struct sys_setitimer_args *uap, register_t *retval)
{
	struct itimerspec new = { 0 }, old;
	struct itimerval itv;
	int error = 0;

	if (SCARG(uap, which) != ITIMER_REAL)
		return EINVAL;
	if (SCARG(uap, itv) != NULL) {
		error = copyin(SCARG(uap, itv), &itv, sizeof(itv));
		if (error == 0 && (!in_range(&itv.it_value) || !in_range(&itv.it_interval)))
			error = EINVAL;
		if (error != 0)
			return error;
		TIMEVAL_TO_TIMESPEC(&itv.it_value, &new.it_value);
		TIMEVAL_TO_TIMESPEC(&itv.it_interval, &new.it_interval);
	}
	error = rump_timer_set(l->l_proc, RUMP_TIMER_REAL, 0, &new, &old);
	if (error == 0 && SCARG(uap, oitv) != NULL) {
		itimer_out(&old, &itv);
		error = copyout(&itv, SCARG(uap, oitv), sizeof(itv));
	}
	return error;
}

static const struct rump_sysreg timer_calls[] = {
	RUMP_SYSREG(getitimer),
	RUMP_SYSREG(setitimer),
	RUMP_SYSREG(timer_create),
	RUMP_SYSREG(timer_delete),
	RUMP_SYSREG(timer_getoverrun),
	RUMP_SYSREG(timer_gettime),
	RUMP_SYSREG(timer_settime),
};

void
rump_timercalls_register(void)
{
	rump_syscalls_register(timer_calls, __arraycount(timer_calls));
}
