/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Clocks and sleeping, over time/.
 */
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/lwp.h>
#include <sys/systm.h>
#include <sys/time.h>

#include "rump_basecalls.h"
#include "rump_syscall.h"

int
sys_clock_gettime(struct lwp *l, const struct sys_clock_gettime_args *uap, register_t *retval)
{
	struct timespec ts;
	int error;

	error = clock_gettime1(SCARG(uap, clock_id), &ts);
	return error != 0 ? error : copyout(&ts, SCARG(uap, tp), sizeof(ts));
}

int
sys_clock_getres(struct lwp *l, const struct sys_clock_getres_args *uap, register_t *retval)
{
	struct timespec ts;
	int error;

	error = clock_getres1(SCARG(uap, clock_id), &ts);
	if (error == 0 && SCARG(uap, tp) != NULL)
		error = copyout(&ts, SCARG(uap, tp), sizeof(ts));
	return error;
}

static int
may_settime(struct lwp *l)
{
	return kauth_authorize_system(
	    l->l_cred, KAUTH_SYSTEM_TIME, KAUTH_REQ_SYSTEM_TIME_SYSTEM, NULL, NULL, NULL);
}

int
sys_clock_settime(struct lwp *l, const struct sys_clock_settime_args *uap, register_t *retval)
{
	struct timespec ts;
	int error;

	error = copyin(SCARG(uap, tp), &ts, sizeof(ts));
	if (error == 0)
		error = may_settime(l);
	if (error != 0)
		return error;
	return clock_settime1(l->l_proc, SCARG(uap, clock_id), &ts, true);
}

int
sys_gettimeofday(struct lwp *l, const struct sys_gettimeofday_args *uap, register_t *retval)
{
	const struct timezone tz = { 0, 0 };
	struct timeval tv;
	int error = 0;

	if (SCARG(uap, tp) != NULL) {
		microtime(&tv);
		error = copyout(&tv, SCARG(uap, tp), sizeof(tv));
	}
	if (error == 0 && SCARG(uap, tzp) != NULL)
		error = copyout(&tz, SCARG(uap, tzp), sizeof(tz));
	return error;
}

int
sys_settimeofday(struct lwp *l, const struct sys_settimeofday_args *uap, register_t *retval)
{
	struct timespec ts;
	struct timeval tv;
	int error;

	/* The time zone is nobody's business. */
	if (SCARG(uap, tv) == NULL)
		return 0;
	error = copyin(SCARG(uap, tv), &tv, sizeof(tv));
	if (error == 0)
		error = may_settime(l);
	if (error != 0)
		return error;
	if (tv.tv_sec < 0 || tv.tv_usec < 0 || tv.tv_usec >= USEC_PER_SEC)
		return EINVAL;
	TIMEVAL_TO_TIMESPEC(&tv, &ts);
	return settime(l->l_proc, &ts);
}

int
sys_adjtime(struct lwp *l, const struct sys_adjtime_args *uap, register_t *retval)
{
	const bool set = SCARG(uap, delta) != NULL;
	struct timeval delta, old;
	int error;

	if (set) {
		error = kauth_authorize_system(
		    l->l_cred, KAUTH_SYSTEM_TIME, KAUTH_REQ_SYSTEM_TIME_ADJTIME, NULL, NULL, NULL);
		if (error == 0)
			error = copyin(SCARG(uap, delta), &delta, sizeof(delta));
		if (error != 0)
			return error;
	}
	adjtime1(set ? &delta : NULL, &old, l->l_proc);
	return SCARG(uap, olddelta) != NULL ? copyout(&old, SCARG(uap, olddelta), sizeof(old)) : 0;
}

/* rmt, the time left, is stored only when a signal ends the sleep, and never for TIMER_ABSTIME. */
static int
do_nanosleep(struct lwp *l, clockid_t clock_id, int flags, const struct timespec *urqt,
    struct timespec *urmt)
{
	struct timespec rqt, rmt;
	int error, error1;

	error = copyin(urqt, &rqt, sizeof(rqt));
	if (error != 0)
		return error;
	error = nanosleep1(l, clock_id, flags, &rqt, urmt != NULL ? &rmt : NULL);
	if (error != EINTR || urmt == NULL || (flags & TIMER_ABSTIME) != 0)
		return error;
	error1 = copyout(&rmt, urmt, sizeof(rmt));
	return error1 != 0 ? error1 : error;
}

int
sys_nanosleep(struct lwp *l, const struct sys_nanosleep_args *uap, register_t *retval)
{
	return do_nanosleep(l, CLOCK_MONOTONIC, 0, SCARG(uap, rqtp), SCARG(uap, rmtp));
}

/* Like the host's function, this returns the errno and leaves errno itself alone. */
int
sys_clock_nanosleep(struct lwp *l, const struct sys_clock_nanosleep_args *uap, register_t *retval)
{
	*retval = do_nanosleep(
	    l, SCARG(uap, clock_id), SCARG(uap, flags), SCARG(uap, rqtp), SCARG(uap, rmtp));
	return 0;
}

static const struct rump_sysreg time_calls[] = {
	RUMP_SYSREG(adjtime),
	RUMP_SYSREG(clock_getres),
	RUMP_SYSREG(clock_gettime),
	RUMP_SYSREG(clock_nanosleep),
	RUMP_SYSREG(clock_settime),
	RUMP_SYSREG(gettimeofday),
	RUMP_SYSREG(nanosleep),
	RUMP_SYSREG(settimeofday),
};

void
rump_timecalls_register(void)
{
	rump_syscalls_register(time_calls, __arraycount(time_calls));
}
