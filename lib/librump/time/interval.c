/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Intervals as ticks of hz, and checks of intervals from user programs. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/time.h>

#include "rump_time.h"

/* Seconds and nanoseconds to ticks: rounded up, one more for the tick in progress. */
static int
interval_ticks(time_t sec, int64_t nsec)
{
	const int64_t tick_ns = RUMP_TICK_NS;

	if (sec < 0 || (sec == 0 && nsec <= 0))
		return 1;
	if (sec > INT_MAX / hz - 2)
		return INT_MAX;
	return (int)(sec * hz + (nsec + tick_ns - 1) / tick_ns + 1);
}

int
tstohz(const struct timespec *ts)
{
	return interval_ticks(ts->tv_sec, ts->tv_nsec);
}

int
tvtohz(const struct timeval *tv)
{
	return interval_ticks(tv->tv_sec, (int64_t)tv->tv_usec * 1000);
}

int
bttohz(const struct bintime *bt)
{
	struct timespec ts;

	bintime2timespec(bt, &ts);
	return tstohz(&ts);
}

/* Ticks from now to then on the same clock; 0 when it is past. */
static int
ticks_until(const struct timespec *then, const struct timespec *now)
{
	struct timespec left;

	if (timespeccmp(then, now, <=))
		return 0;
	timespecsub(then, now, &left);
	return tstohz(&left);
}

int
tshzto(const struct timespec *ts)
{
	struct timespec now;

	nanotime(&now);
	return ticks_until(ts, &now);
}

int
tshztoup(const struct timespec *ts)
{
	struct timespec now;

	nanouptime(&now);
	return ticks_until(ts, &now);
}

int
tvhzto(const struct timeval *tv)
{
	struct timespec ts;

	TIMEVAL_TO_TIMESPEC(tv, &ts);
	return tshzto(&ts);
}

/* Intervals shorter than the clock's tick are made one tick long. */
int
itimespecfix(struct timespec *ts)
{
	if (ts->tv_sec < 0 || ts->tv_nsec < 0 || ts->tv_nsec >= NSEC_PER_SEC)
		return EINVAL;
	if (ts->tv_sec == 0 && ts->tv_nsec != 0 && ts->tv_nsec < RUMP_TICK_NS)
		ts->tv_nsec = RUMP_TICK_NS;
	return 0;
}

int
itimerfix(struct timeval *tv)
{
	if (tv->tv_sec < 0 || tv->tv_usec < 0 || tv->tv_usec >= USEC_PER_SEC)
		return EINVAL;
	if (tv->tv_sec == 0 && tv->tv_usec != 0 && tv->tv_usec < tick)
		tv->tv_usec = tick;
	return 0;
}
