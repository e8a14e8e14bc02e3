/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Time for models: simtimer.h.
 *
 * Lock order: st_lock of all timers (spin, IPL_SCHED) is a leaf but for the callout queue's.  Models are called
 * without it.
 */
#include "simbus.h"

#include <sys/callout.h>
#include <sys/condvar.h>
#include <sys/time.h>

#include "rump_component.h"
#include "rump_time.h"
#include "simtimer.h"

/* Locks: (t) timers_lock, (i) immutable. */
struct rump_simtimer {
	LIST_ENTRY(rump_simtimer) st_list; /* (t) */
	callout_t st_callout;
	kcondvar_t st_cv;
	u_int st_wakeups;	    /* (t) */
	int64_t st_when;	    /* (t) it is set to */
	long long (*st_fn)(void *); /* (i) */
	void *st_arg;		    /* (i) */
};

static kmutex_t timers_lock;
static LIST_HEAD(, rump_simtimer) timers;

/* ctx: callout. */
static void
timer_due(void *arg)
{
	struct rump_simtimer *const t = arg;
	long long next;

	mutex_enter(&timers_lock);
	t->st_when = RUMP_SIMTIMER_NEVER;
	mutex_exit(&timers_lock);
	next = (*t->st_fn)(t->st_arg);
	rump_simtimer_set(t, next);
	rump_simtimer_wake(t);
}

struct rump_simtimer *
rump_simtimer_new(long long (*fn)(void *), void *arg)
{
	const enum simbus_entry e = simbus_enter();
	struct rump_simtimer *t;

	if (e == SIMBUS_NO)
		return NULL;
	t = kmem_zalloc(sizeof(*t), KM_SLEEP);
	callout_init(&t->st_callout, CALLOUT_MPSAFE);
	callout_setfunc(&t->st_callout, timer_due, t);
	cv_init(&t->st_cv, "simtimer");
	t->st_when = RUMP_SIMTIMER_NEVER;
	t->st_fn = fn;
	t->st_arg = arg;
	mutex_enter(&timers_lock);
	LIST_INSERT_HEAD(&timers, t, st_list);
	mutex_exit(&timers_lock);
	simbus_leave(e);
	return t;
}

static void
timer_free(struct rump_simtimer *t)
{
	mutex_enter(&timers_lock);
	LIST_REMOVE(t, st_list);
	mutex_exit(&timers_lock);
	(void)callout_halt(&t->st_callout, NULL);
	callout_destroy(&t->st_callout);
	cv_destroy(&t->st_cv);
	kmem_free(t, sizeof(*t));
}

void
rump_simtimer_free(struct rump_simtimer *t)
{
	const enum simbus_entry e = simbus_enter();

	if (e == SIMBUS_NO)
		return; /* it went with its kernel */
	timer_free(t);
	simbus_leave(e);
}

void
rump_simtimer_drain(struct rump_simtimer *t)
{
	const enum simbus_entry e = simbus_enter();

	if (e == SIMBUS_NO)
		return;
	(void)callout_halt(&t->st_callout, NULL);
	mutex_enter(&timers_lock);
	if (t->st_when != RUMP_SIMTIMER_NEVER)
		rump_callout_at(&t->st_callout, t->st_when);
	mutex_exit(&timers_lock);
	simbus_leave(e);
}

void
rump_simtimer_set(struct rump_simtimer *t, long long when_ns)
{
	const enum simbus_entry e = simbus_enter();

	if (e == SIMBUS_NO)
		return;
	mutex_enter(&timers_lock);
	if (when_ns < t->st_when) {
		t->st_when = when_ns;
		rump_callout_at(&t->st_callout, when_ns);
	}
	mutex_exit(&timers_lock);
	simbus_leave(e);
}

long long
rump_simtimer_now(void)
{
	return rump_mono_ns();
}

/* ---- Waiting ---- */

unsigned
rump_simtimer_wakeups(struct rump_simtimer *t)
{
	const enum simbus_entry e = simbus_enter();
	u_int wakeups;

	if (e == SIMBUS_NO)
		return 0;
	mutex_enter(&timers_lock);
	wakeups = t->st_wakeups;
	mutex_exit(&timers_lock);
	simbus_leave(e);
	return wakeups;
}

void
rump_simtimer_wake(struct rump_simtimer *t)
{
	const enum simbus_entry e = simbus_enter();

	if (e == SIMBUS_NO)
		return;
	mutex_enter(&timers_lock);
	t->st_wakeups++;
	cv_broadcast(&t->st_cv);
	mutex_exit(&timers_lock);
	simbus_leave(e);
}

void
rump_simtimer_wait(struct rump_simtimer *t, unsigned seen, long long until_ns)
{
	const enum simbus_entry e = simbus_enter();
	const int64_t tick_ns = RUMP_TICK_NS;
	int64_t left;
	int ticks = 0; /* for ever */

	if (e == SIMBUS_NO)
		return;
	mutex_enter(&timers_lock);
	while (t->st_wakeups == seen && (left = until_ns - rump_mono_ns()) > 0) {
		if (until_ns != RUMP_SIMTIMER_NEVER)
			ticks = (int)MIN(howmany(left, tick_ns), (int64_t)INT_MAX);
		(void)cv_timedwait(&t->st_cv, &timers_lock, ticks);
	}
	mutex_exit(&timers_lock);
	simbus_leave(e);
}

/* ---- Start and end ---- */

static int
simtimer_init(void)
{
	mutex_init(&timers_lock, MUTEX_DEFAULT, IPL_SCHED);
	LIST_INIT(&timers);
	return 0;
}

static void
simtimer_fini(void)
{
	struct rump_simtimer *t;

	while ((t = LIST_FIRST(&timers)) != NULL)
		timer_free(t);
	mutex_destroy(&timers_lock);
}

RUMP_COMPONENT_INIT2(RUMP_COMPONENT_DEV, simtimer_init, simtimer_fini);
