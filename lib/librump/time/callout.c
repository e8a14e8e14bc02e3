/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * callout(9) without a tick.
 *
 * Pending callouts lie in one heap by deadline under callout_lock.  When one becomes the earliest,
 * the host's timer is armed for it; stopping one leaves the timer as it is, and an upcall that finds
 * nothing due arms it for what is earliest then.  The upcall kicks a worker thread, which runs the
 * functions one after another as soft interrupts of level CLOCK.
 *
 * A function may free its callout, so while it runs the callout is known by address only
 * (run.callout), never looked into; callout_halt() and a function that waits for another sleep on
 * run_cv until the address changes.
 *
 * Lock order: callout_lock (spin) is a leaf; nothing is taken under it but the worker's private lock.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/callout.h>
#include <sys/condvar.h>
#include <sys/cpu.h>
#include <sys/intr.h>
#include <sys/lock.h>
#include <sys/lwp.h>
#include <sys/mutex.h>

#include <rump/rumpuser.h>

#include "callout_heap.h"
#include "callout_private.h"
#include "rump_boot.h"
#include "rump_sched.h"
#include "rump_time.h"

#define CALLOUT_MAGIC 0xca110a7eu

static kmutex_t callout_lock; /* spin, IPL_SCHED */
static kcondvar_t run_cv;
static struct callout *heap; /* callout_lock */
static int64_t earliest; /* (a) heap's deadline or RUMPUSER_FOREVER; written under callout_lock */
static struct {
	const struct callout *callout; /* whose function runs, or NULL */
	struct lwp *lwp;
} run; /* callout_lock */
static void *callout_si;
static struct rump_worker callout_worker;

static void
earliest_update_locked(void)
{
	atomic_store_relaxed(&earliest, heap != NULL ? heap->c_when : RUMPUSER_FOREVER);
}

int64_t
rump_callout_next(void)
{
	return atomic_load_relaxed(&earliest);
}

/* Take the earliest callout if it is due by now, and mark it as running. */
static struct callout *
due_locked(int64_t now, struct callout *copy)
{
	struct callout *const c = heap;

	KASSERT(mutex_owned(&callout_lock));
	if (c == NULL || c->c_when > now)
		return NULL;
	heap = callout_heap_remove(heap, c);
	earliest_update_locked();
	c->c_flags = (c->c_flags & ~CALLOUT_PENDING) | CALLOUT_FIRED | CALLOUT_INVOKING;
	*copy = *c;
	run.callout = c;
	run.lwp = curlwp;
	return c;
}

/* The soft interrupt: everything that is due.  One runs at a time, on whatever CPU. */
static void
callout_softint(void *arg)
{
	struct callout c;

	mutex_spin_enter(&callout_lock);
	if (run.callout != NULL) {
		mutex_spin_exit(&callout_lock);
		return;
	}
	while (due_locked(rump_mono_ns(), &c) != NULL) {
		const bool mpsafe = (c.c_flags & CALLOUT_MPSAFE) != 0;

		mutex_spin_exit(&callout_lock);
		KERNEL_LOCK_UNLESS_MPSAFE(mpsafe);
		(*c.c_func)(c.c_arg);
		KERNEL_UNLOCK_UNLESS_MPSAFE(mpsafe);
		mutex_spin_enter(&callout_lock);
		run.callout = NULL;
		run.lwp = NULL;
		cv_broadcast(&run_cv);
	}
	mutex_spin_exit(&callout_lock);
}

int64_t
rump_callout_poll(void)
{
	if (rump_callout_next() <= rump_mono_ns()) {
		softint_schedule(callout_si);
		rump_softint_drain();
	}
	return rump_callout_next();
}

static bool
callout_work(void *arg)
{
	const bool due = rump_callout_next() <= rump_mono_ns();
	const int64_t next = rump_callout_poll();

	if (next != RUMPUSER_FOREVER)
		rump_timer_want(next);
	return due;
}

/* From the timer's upcall, with a CPU: hand what is due to the worker. */
void
callout_timer(void)
{
	const int64_t next = rump_callout_next();

	if (next <= rump_mono_ns())
		rump_worker_kick(&callout_worker);
	else if (next != RUMPUSER_FOREVER)
		rump_timer_want(next);
}

int
callout_startup(void)
{
	mutex_init(&callout_lock, MUTEX_DEFAULT, IPL_SCHED);
	cv_init(&run_cv, "callout");
	heap = NULL;
	run.callout = NULL;
	run.lwp = NULL;
	earliest = RUMPUSER_FOREVER;
	callout_si = softint_establish(SOFTINT_CLOCK | SOFTINT_MPSAFE, callout_softint, NULL);
	if (callout_si == NULL) {
		cv_destroy(&run_cv);
		mutex_destroy(&callout_lock);
		return ENOMEM;
	}
	rump_worker_init(&callout_worker, "callout", callout_work, NULL);
	return 0;
}

void
callout_shutdown(void)
{
	rump_worker_fini(&callout_worker);
	softint_disestablish(callout_si);
	cv_destroy(&run_cv);
	mutex_destroy(&callout_lock);
}

void
callout_init(callout_t *c, u_int flags)
{
	KASSERT((flags & ~CALLOUT_FLAGMASK) == 0);
	memset(c, 0, sizeof(*c));
	c->c_magic = CALLOUT_MAGIC;
	c->c_flags = (int)flags;
}

void
callout_destroy(callout_t *c)
{
	KASSERTMSG(c->c_magic == CALLOUT_MAGIC, "callout %p: not initialised", (void *)c);
	KASSERTMSG(
	    (c->c_flags & CALLOUT_PENDING) == 0, "callout %p: destroyed while pending", (void *)c);
	c->c_magic = 0;
}

void
callout_setfunc(callout_t *c, void (*func)(void *), void *arg)
{
	KASSERT(c->c_magic == CALLOUT_MAGIC);
	mutex_spin_enter(&callout_lock);
	c->c_func = func;
	c->c_arg = arg;
	mutex_spin_exit(&callout_lock);
}

/* Put c on the queue, due at when.  locks: callout_lock on entry, released on return. */
static void
schedule_and_unlock(callout_t *c, int64_t when)
{
	bool first;

	KASSERT(c->c_func != NULL);
	if ((c->c_flags & CALLOUT_PENDING) != 0)
		heap = callout_heap_remove(heap, c);
	c->c_when = when;
	c->c_flags = (c->c_flags & ~(CALLOUT_FIRED | CALLOUT_INVOKING)) | CALLOUT_PENDING;
	heap = callout_heap_insert(heap, c);
	first = heap == c;
	earliest_update_locked();
	mutex_spin_exit(&callout_lock);
	if (first)
		rump_timer_want(when);
}

static int64_t
in_ticks(int ticks)
{
	return rump_mono_ns() + MAX(ticks, 1) * RUMP_TICK_NS;
}

void
callout_reset(callout_t *c, int ticks, void (*func)(void *), void *arg)
{
	KASSERT(c->c_magic == CALLOUT_MAGIC);
	mutex_spin_enter(&callout_lock);
	c->c_func = func;
	c->c_arg = arg;
	schedule_and_unlock(c, in_ticks(ticks));
}

void
callout_schedule(callout_t *c, int ticks)
{
	KASSERT(c->c_magic == CALLOUT_MAGIC);
	mutex_spin_enter(&callout_lock);
	schedule_and_unlock(c, in_ticks(ticks));
}

void
rump_callout_at(callout_t *c, int64_t when_ns)
{
	KASSERT(c->c_magic == CALLOUT_MAGIC);
	mutex_spin_enter(&callout_lock);
	schedule_and_unlock(c, when_ns);
}

static bool
stop_locked(callout_t *c)
{
	const bool fired = (c->c_flags & CALLOUT_FIRED) != 0;

	if ((c->c_flags & CALLOUT_PENDING) != 0) {
		heap = callout_heap_remove(heap, c);
		earliest_update_locked();
	}
	c->c_flags &= ~(CALLOUT_PENDING | CALLOUT_FIRED);
	return fired;
}

bool
callout_stop(callout_t *c)
{
	bool fired;

	KASSERT(c->c_magic == CALLOUT_MAGIC);
	mutex_spin_enter(&callout_lock);
	fired = stop_locked(c);
	mutex_spin_exit(&callout_lock);
	return fired;
}

bool
callout_halt(callout_t *c, void *interlock)
{
	kmutex_t *const lock = interlock;
	bool fired, dropped = false;

	KASSERT(c->c_magic == CALLOUT_MAGIC);
	mutex_spin_enter(&callout_lock);
	fired = stop_locked(c);
	while (run.callout == c && run.lwp != curlwp) {
		if (lock != NULL && !dropped) {
			/* The function may want the interlock. */
			mutex_spin_exit(&callout_lock);
			mutex_exit(lock);
			dropped = true;
			mutex_spin_enter(&callout_lock);
			continue;
		}
		cv_wait(&run_cv, &callout_lock);
		/* The function may have scheduled it again. */
		(void)stop_locked(c);
	}
	mutex_spin_exit(&callout_lock);
	if (dropped)
		mutex_enter(lock);
	return fired;
}

/* One flag, at a moment. */
static bool
flag_p(callout_t *c, int flag)
{
	bool set;

	KASSERT(c->c_magic == CALLOUT_MAGIC);
	mutex_spin_enter(&callout_lock);
	set = (c->c_flags & flag) != 0;
	mutex_spin_exit(&callout_lock);
	return set;
}

bool
callout_pending(callout_t *c)
{
	return flag_p(c, CALLOUT_PENDING);
}

bool
callout_expired(callout_t *c)
{
	return flag_p(c, CALLOUT_FIRED);
}

bool
callout_active(callout_t *c)
{
	return flag_p(c, CALLOUT_PENDING | CALLOUT_FIRED);
}

bool
callout_invoking(callout_t *c)
{
	return flag_p(c, CALLOUT_INVOKING);
}

void
callout_ack(callout_t *c)
{
	mutex_spin_enter(&callout_lock);
	c->c_flags &= ~CALLOUT_INVOKING;
	mutex_spin_exit(&callout_lock);
}

void
callout_bind(callout_t *c, struct cpu_info *ci)
{
}
