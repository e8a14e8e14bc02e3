/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * nanosleep(2) and clock_nanosleep(2): a sleep to the nanosecond, not to a tick.
 *
 * A relative sleep, and one to an instant of the monotonic clock, have a deadline that stands.  One to
 * a wall time has not: when that clock is set the sleeper is woken, and works its deadline out anew.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/lwp.h>
#include <sys/time.h>

#include <rump/rumpuser.h>

#include "rump_sched.h"
#include "rump_sync.h"
#include "rump_time.h"

/* Until this instant of the host's monotonic clock. */
static int
sleep_until(struct lwp *l, int64_t deadline)
{
	while (deadline == RUMPUSER_FOREVER || rump_mono_ns() < deadline) {
		/* Never made again by itself: only the caller knows what is left. */
		if (rump_lwp_interrupted(l))
			return EINTR;
		(void)lwp_park(deadline);
	}
	return 0;
}

static void
clock_was_set(void *arg, bool set)
{
	lwp_unpark(arg);
}

static int
sleep_until_wall(struct lwp *l, int64_t wall)
{
	struct rump_clockwatch cw = { .cw_fn = clock_was_set, .cw_arg = l };
	int64_t now;
	int error = 0;

	rump_clockwatch_add(&cw);
	while ((now = rump_wall_ns()) < wall) {
		if (rump_lwp_interrupted(l)) {
			error = EINTR;
			break;
		}
		(void)lwp_park(rump_ns_add(rump_mono_ns(), wall - now));
	}
	rump_clockwatch_remove(&cw);
	return error;
}

int
nanosleep1(struct lwp *l, clockid_t id, int flags, struct timespec *rqt, struct timespec *rmt)
{
	struct timespec now;
	int64_t deadline, left, value;
	int error;

	if (rqt->tv_sec < 0 || rqt->tv_nsec < 0 || rqt->tv_nsec >= NSEC_PER_SEC)
		return EINVAL;
	error = clock_gettime1(id, &now);
	if (error != 0)
		return error;
	value = rump_ts2ns(rqt);
	if ((flags & TIMER_ABSTIME) != 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
		return sleep_until_wall(l, value);
	if ((flags & TIMER_ABSTIME) != 0)
		value = MAX(value - rump_ts2ns(&now), 0);
	if (value == 0)
		return 0;
	deadline = rump_ns_add(rump_mono_ns(), value);
	error = sleep_until(l, deadline);
	if (rmt != NULL) {
		left = error == 0 ? 0 : MAX(deadline - rump_mono_ns(), 0);
		rmt->tv_sec = left / NSEC_PER_SEC;
		rmt->tv_nsec = (long)(left % NSEC_PER_SEC);
	}
	return error;
}
