/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Times as structures, and arithmetic on them.  timespec, timeval and their intervals have the
 * host's layout; bintime is seconds and a fraction in units of 2^-64 s.
 */
#ifndef KPI_SYS_TIME_H
#define KPI_SYS_TIME_H

#include <sys/types.h>

struct timeval {
	time_t tv_sec;
	suseconds_t tv_usec;
};

struct timespec {
	time_t tv_sec;
	long tv_nsec;
};

struct timezone {
	int tz_minuteswest;
	int tz_dsttime;
};

struct itimerval {
	struct timeval it_interval;
	struct timeval it_value;
};

struct itimerspec {
	struct timespec it_interval;
	struct timespec it_value;
};

struct bintime {
	time_t sec;
	uint64_t frac;
};

/* The host's numbers. */
#define CLOCK_REALTIME		 0
#define CLOCK_MONOTONIC		 1
#define CLOCK_PROCESS_CPUTIME_ID 2
#define CLOCK_THREAD_CPUTIME_ID	 3
#define CLOCK_MONOTONIC_RAW	 4
#define CLOCK_REALTIME_COARSE	 5
#define CLOCK_MONOTONIC_COARSE	 6
#define CLOCK_BOOTTIME		 7
#define TIMER_ABSTIME		 1
#define TIMER_RELTIME		 0
#define ITIMER_REAL		 0
#define ITIMER_VIRTUAL		 1
#define ITIMER_PROF		 2

#define timerclear(tvp) ((tvp)->tv_sec = (tvp)->tv_usec = 0)
#define timerisset(tvp) ((tvp)->tv_sec || (tvp)->tv_usec)
#define timercmp(t, u, op) \
	((t)->tv_sec == (u)->tv_sec ? ((t)->tv_usec op(u)->tv_usec) : ((t)->tv_sec op(u)->tv_sec))
#define timeradd(t, u, r)                                   \
	do {                                                \
		(r)->tv_sec = (t)->tv_sec + (u)->tv_sec;    \
		(r)->tv_usec = (t)->tv_usec + (u)->tv_usec; \
		if ((r)->tv_usec >= 1000000) {              \
			(r)->tv_sec++;                      \
			(r)->tv_usec -= 1000000;            \
		}                                           \
	} while (0)
#define timersub(t, u, r)                                   \
	do {                                                \
		(r)->tv_sec = (t)->tv_sec - (u)->tv_sec;    \
		(r)->tv_usec = (t)->tv_usec - (u)->tv_usec; \
		if ((r)->tv_usec < 0) {                     \
			(r)->tv_sec--;                      \
			(r)->tv_usec += 1000000;            \
		}                                           \
	} while (0)
#define timespecclear(tsp) ((tsp)->tv_sec = (tsp)->tv_nsec = 0)
#define timespecisset(tsp) ((tsp)->tv_sec || (tsp)->tv_nsec)
#define timespeccmp(t, u, op) \
	((t)->tv_sec == (u)->tv_sec ? ((t)->tv_nsec op(u)->tv_nsec) : ((t)->tv_sec op(u)->tv_sec))
#define timespecadd(t, u, r)                                \
	do {                                                \
		(r)->tv_sec = (t)->tv_sec + (u)->tv_sec;    \
		(r)->tv_nsec = (t)->tv_nsec + (u)->tv_nsec; \
		if ((r)->tv_nsec >= 1000000000L) {          \
			(r)->tv_sec++;                      \
			(r)->tv_nsec -= 1000000000L;        \
		}                                           \
	} while (0)
#define timespecsub(t, u, r)                                \
	do {                                                \
		(r)->tv_sec = (t)->tv_sec - (u)->tv_sec;    \
		(r)->tv_nsec = (t)->tv_nsec - (u)->tv_nsec; \
		if ((r)->tv_nsec < 0) {                     \
			(r)->tv_sec--;                      \
			(r)->tv_nsec += 1000000000L;        \
		}                                           \
	} while (0)
#define TIMEVAL_TO_TIMESPEC(tv, ts) \
	((ts)->tv_sec = (tv)->tv_sec, (ts)->tv_nsec = (tv)->tv_usec * 1000)
#define TIMESPEC_TO_TIMEVAL(tv, ts) \
	((tv)->tv_sec = (ts)->tv_sec, (tv)->tv_usec = (suseconds_t)((ts)->tv_nsec / 1000))

/* 2^-64 s in a nanosecond and in a microsecond, rounded down. */
#define BINTIME_FRAC_NS 18446744073ULL
#define BINTIME_FRAC_US 18446744073709ULL

#define bintimecmp(a, b, op) \
	((a)->sec == (b)->sec ? ((a)->frac op(b)->frac) : ((a)->sec op(b)->sec))
#define bintimeclear(a) ((a)->sec = 0, (a)->frac = 0)
#define bintimeisset(a) ((a)->sec || (a)->frac)

static __inline __unused void
bintime_addx(struct bintime *bt, uint64_t x)
{
	const uint64_t before = bt->frac;

	bt->frac += x;
	if (bt->frac < before)
		bt->sec++;
}

static __inline __unused void
bintime_add(struct bintime *bt, const struct bintime *add)
{
	bintime_addx(bt, add->frac);
	bt->sec += add->sec;
}

static __inline __unused void
bintime_sub(struct bintime *bt, const struct bintime *sub)
{
	const uint64_t before = bt->frac;

	bt->frac -= sub->frac;
	if (bt->frac > before)
		bt->sec--;
	bt->sec -= sub->sec;
}

static __inline __unused void
bintime2timespec(const struct bintime *bt, struct timespec *ts)
{
	ts->tv_sec = bt->sec;
	ts->tv_nsec = (long)(((uint64_t)1000000000 * (uint32_t)(bt->frac >> 32)) >> 32);
}

static __inline __unused void
timespec2bintime(const struct timespec *ts, struct bintime *bt)
{
	bt->sec = ts->tv_sec;
	/* Rounded up, so that the way back gives the same nanosecond. */
	bt->frac = ((((uint64_t)ts->tv_nsec << 32) + 999999999) / 1000000000) << 32;
}

static __inline __unused void
bintime2timeval(const struct bintime *bt, struct timeval *tv)
{
	tv->tv_sec = bt->sec;
	tv->tv_usec = (suseconds_t)(((uint64_t)1000000 * (uint32_t)(bt->frac >> 32)) >> 32);
}

static __inline __unused void
timeval2bintime(const struct timeval *tv, struct bintime *bt)
{
	bt->sec = tv->tv_sec;
	bt->frac = ((((uint64_t)tv->tv_usec << 32) + 999999) / 1000000) << 32;
}

static __inline __unused struct bintime
ms2bintime(uint64_t ms)
{
	return (struct bintime){ .sec = (time_t)(ms / 1000),
		.frac = (ms % 1000) * (UINT64_MAX / 1000 + 1) };
}

static __inline __unused struct bintime
us2bintime(uint64_t us)
{
	return (struct bintime){ .sec = (time_t)(us / 1000000),
		.frac = (us % 1000000) * (UINT64_MAX / 1000000 + 1) };
}

static __inline __unused struct bintime
ns2bintime(uint64_t ns)
{
	return (struct bintime){ .sec = (time_t)(ns / 1000000000),
		.frac = (ns % 1000000000) * (UINT64_MAX / 1000000000 + 1) };
}

#ifdef _KERNEL
#include <sys/timevar.h>
#endif

#endif /* KPI_SYS_TIME_H */
