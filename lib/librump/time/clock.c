/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The clocks: uptime, wall time, ticks.
 *
 * All come from the host's monotonic clock, read through its vDSO.  Wall time is that plus an
 * offset, which clock_settime() replaces and adjtime() moves by SLEW_PPM until its delta is used up:
 *
 *	wall = mono + co_base + clamp(co_slew, (mono - co_since) * SLEW_PPM / 10^6)
 *
 * Readers take the three words under a sequence count (clock_seq): even and unchanged is good.
 * Writers are serialised by clock_lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/cpu.h>
#include <sys/mutex.h>
#include <sys/time.h>

#include <rump/rumpuser.h>

#include "rump_time.h"

#define SLEW_PPM     500
#define WALL_MAX_SEC ((time_t)(INT64_MAX / NSEC_PER_SEC - (1 << 29))) /* uptime fits above it */

int hz = 100;
int tick = 10000;
struct timespec boottime;

static kmutex_t clock_lock;
static kmutex_t watch_lock;
static struct rump_clockwatch *watches; /* watch_lock */
static unsigned clock_seq;		/* (a) */
static int64_t co_base;			/* (a) ns */
static int64_t co_slew;			/* (a) ns still to be moved at co_since */
static int64_t co_since;		/* (a) mono ns */
static int64_t boot_mono;		/* (i) */

int64_t
rump_mono_ns(void)
{
	int64_t sec;
	long nsec;

	rumpuser_clock_gettime(RUMPUSER_CLOCK_MONOTONIC, &sec, &nsec);
	return sec * NSEC_PER_SEC + nsec;
}

/* How much of a slew has been applied at mono. */
static int64_t
slewed(int64_t slew, int64_t since, int64_t mono)
{
	const int64_t most = (mono - since) / (1000000 / SLEW_PPM);

	if (slew >= 0)
		return MIN(slew, most);
	return MAX(slew, -most);
}

static int64_t
wall_ns(int64_t mono)
{
	int64_t base, slew, since;
	unsigned seq;

	for (;;) {
		seq = atomic_load_acquire(&clock_seq);
		base = atomic_load_relaxed(&co_base);
		slew = atomic_load_relaxed(&co_slew);
		since = atomic_load_relaxed(&co_since);
		membar_consumer();
		if ((seq & 1) == 0 && seq == atomic_load_relaxed(&clock_seq))
			break;
	}
	return mono + base + (slew == 0 ? 0 : slewed(slew, since, mono));
}

/* locks: clock_lock. */
static void
offset_set_locked(int64_t base, int64_t slew, int64_t mono)
{
	atomic_store_relaxed(&clock_seq, clock_seq + 1);
	membar_producer();
	atomic_store_relaxed(&co_base, base);
	atomic_store_relaxed(&co_slew, slew);
	atomic_store_relaxed(&co_since, mono);
	atomic_store_release(&clock_seq, clock_seq + 1);
}

int
rump_clock_init(void)
{
	int64_t sec;
	long nsec;

	hz = 100;
	tick = 1000000 / hz;
	boot_mono = rump_mono_ns();
	rumpuser_clock_gettime(RUMPUSER_CLOCK_WALL, &sec, &nsec);
	boottime.tv_sec = sec;
	boottime.tv_nsec = nsec;
	mutex_init(&clock_lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&watch_lock, MUTEX_DEFAULT, IPL_NONE);
	watches = NULL;
	clock_seq = 0;
	co_base = sec * NSEC_PER_SEC + nsec - boot_mono;
	co_slew = 0;
	co_since = boot_mono;
	return 0;
}

int64_t
rump_wall_ns(void)
{
	return wall_ns(rump_mono_ns());
}

void
rump_clockwatch_add(struct rump_clockwatch *cw)
{
	mutex_enter(&watch_lock);
	cw->cw_next = watches;
	cw->cw_prevp = &watches;
	if (watches != NULL)
		watches->cw_prevp = &cw->cw_next;
	watches = cw;
	mutex_exit(&watch_lock);
}

void
rump_clockwatch_remove(struct rump_clockwatch *cw)
{
	mutex_enter(&watch_lock);
	*cw->cw_prevp = cw->cw_next;
	if (cw->cw_next != NULL)
		cw->cw_next->cw_prevp = cw->cw_prevp;
	mutex_exit(&watch_lock);
}

static void
clock_changed(bool set)
{
	mutex_enter(&watch_lock);
	for (struct rump_clockwatch *cw = watches; cw != NULL; cw = cw->cw_next)
		(*cw->cw_fn)(cw->cw_arg, set);
	mutex_exit(&watch_lock);
}

void
nanouptime(struct timespec *ts)
{
	rump_ns2ts(rump_mono_ns() - boot_mono, ts);
}

void
nanotime(struct timespec *ts)
{
	rump_ns2ts(wall_ns(rump_mono_ns()), ts);
}

void
microuptime(struct timeval *tv)
{
	struct timespec ts;

	nanouptime(&ts);
	TIMESPEC_TO_TIMEVAL(tv, &ts);
}

void
microtime(struct timeval *tv)
{
	struct timespec ts;

	nanotime(&ts);
	TIMESPEC_TO_TIMEVAL(tv, &ts);
}

void
binuptime(struct bintime *bt)
{
	struct timespec ts;

	nanouptime(&ts);
	timespec2bintime(&ts, bt);
}

void
bintime(struct bintime *bt)
{
	struct timespec ts;

	nanotime(&ts);
	timespec2bintime(&ts, bt);
}

void
getbinuptime(struct bintime *bt)
{
	binuptime(bt);
}

void
getnanouptime(struct timespec *ts)
{
	nanouptime(ts);
}

void
getmicrouptime(struct timeval *tv)
{
	microuptime(tv);
}

void
getbintime(struct bintime *bt)
{
	bintime(bt);
}

void
getnanotime(struct timespec *ts)
{
	nanotime(ts);
}

void
getmicrotime(struct timeval *tv)
{
	microtime(tv);
}

void
getnanoboottime(struct timespec *ts)
{
	*ts = boottime;
}

void
getmicroboottime(struct timeval *tv)
{
	TIMESPEC_TO_TIMEVAL(tv, &boottime);
}

void
getbinboottime(struct bintime *bt)
{
	timespec2bintime(&boottime, bt);
}

time_t
getrealtime(void)
{
	struct timespec ts;

	nanotime(&ts);
	return ts.tv_sec;
}

time_t
getuptime(void)
{
	return (rump_mono_ns() - boot_mono) / NSEC_PER_SEC;
}

unsigned int
getticks32(void)
{
	return (unsigned int)((rump_mono_ns() - boot_mono) / RUMP_TICK_NS);
}

int
getticks(void)
{
	return (int)getticks32();
}

/* Busy-wait: the virtual CPU is kept. */
void
delay(unsigned int us)
{
	const int64_t end = rump_mono_ns() + (int64_t)us * 1000;

	while (rump_mono_ns() < end)
		SPINLOCK_BACKOFF_HOOK;
}

/* Which of the host's clocks stands for a clock id.  errors: EINVAL. */
static int
clock_kind(clockid_t id, bool *wall)
{
	switch (id) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
		*wall = true;
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		*wall = false;
		return 0;
	default:
		return EINVAL;
	}
}

int
clock_gettime1(clockid_t id, struct timespec *ts)
{
	bool wall;
	const int error = clock_kind(id, &wall);

	if (error != 0)
		return error;
	if (wall)
		nanotime(ts);
	else
		nanouptime(ts);
	return 0;
}

int
clock_getres1(clockid_t id, struct timespec *ts)
{
	bool wall;
	const int error = clock_kind(id, &wall);

	if (error != 0)
		return error;
	rump_ns2ts(
	    rumpuser_clock_res_ns(wall ? RUMPUSER_CLOCK_WALL : RUMPUSER_CLOCK_MONOTONIC), ts);
	return 0;
}

int
clock_settime1(struct proc *p, clockid_t id, const struct timespec *ts, bool check)
{
	int64_t mono;

	if (id != CLOCK_REALTIME)
		return EINVAL;
	if (ts->tv_nsec < 0 || ts->tv_nsec >= NSEC_PER_SEC || ts->tv_sec < 0 ||
	    ts->tv_sec > WALL_MAX_SEC)
		return EINVAL;
	mutex_enter(&clock_lock);
	mono = rump_mono_ns();
	offset_set_locked(ts->tv_sec * NSEC_PER_SEC + ts->tv_nsec - mono, 0, mono);
	mutex_exit(&clock_lock);
	clock_changed(true);
	return 0;
}

int
settime(struct proc *p, struct timespec *ts)
{
	return clock_settime1(p, CLOCK_REALTIME, ts, true);
}

void
tc_setclock(const struct timespec *ts)
{
	(void)clock_settime1(NULL, CLOCK_REALTIME, ts, false);
}

void
adjtime1(const struct timeval *delta, struct timeval *olddelta, struct proc *p)
{
	int64_t mono, done, left, base;

	mutex_enter(&clock_lock);
	mono = rump_mono_ns();
	done = slewed(co_slew, co_since, mono);
	left = co_slew - done;
	base = co_base + done;
	if (delta != NULL)
		offset_set_locked(
		    base, (int64_t)delta->tv_sec * NSEC_PER_SEC + delta->tv_usec * 1000, mono);
	mutex_exit(&clock_lock);
	if (delta != NULL)
		clock_changed(false);
	if (olddelta != NULL) {
		olddelta->tv_sec = left / NSEC_PER_SEC;
		olddelta->tv_usec = left % NSEC_PER_SEC / 1000;
	}
}
