/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* nanosleep(2) and clock_nanosleep(2): a sleep to the nanosecond, not to a tick. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/lwp.h>
#include <sys/time.h>

#include <rump/rumpuser.h>

#include "rump_sched.h"
#include "rump_time.h"

static int
sleep_until(struct lwp *l, int64_t deadline)
{
	for (;;) {
		if (atomic_load_relaxed(&l->l_sync.ls_intr) != 0)
			return EINTR;
		(void)lwp_park(deadline);
		if (rump_mono_ns() >= deadline)
			return 0;
	}
}

int
nanosleep1(struct lwp *l, clockid_t id, int flags, struct timespec *rqt, struct timespec *rmt)
{
	struct timespec now;
	int64_t ns, start, left;
	int error;

	if (rqt->tv_sec < 0 || rqt->tv_nsec < 0 || rqt->tv_nsec >= NSEC_PER_SEC)
		return EINVAL;
	error = clock_gettime1(id, &now);
	if (error != 0)
		return error;
	if ((flags & TIMER_ABSTIME) != 0) {
		if (timespeccmp(rqt, &now, <=))
			return 0;
		timespecsub(rqt, &now, rqt);
	}
	start = rump_mono_ns();
	if (rqt->tv_sec >= (INT64_MAX - start) / NSEC_PER_SEC - 1)
		ns = RUMPUSER_FOREVER - start;
	else
		ns = rqt->tv_sec * NSEC_PER_SEC + rqt->tv_nsec;
	if (ns == 0)
		return 0;
	error = sleep_until(l, start + ns);
	if (rmt != NULL) {
		left = error == 0 ? 0 : MAX(start + ns - rump_mono_ns(), 0);
		rmt->tv_sec = left / NSEC_PER_SEC;
		rmt->tv_nsec = (long)(left % NSEC_PER_SEC);
	}
	return error;
}
