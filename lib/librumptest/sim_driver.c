/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * A driver for sim_test.c, with faults that only an unlucky schedule shows.  Each comes with its remedy:
 *
 *	lost wake-up	the condition is looked at without the lock, then slept for
 *	race		a counter without a lock
 *	ABBA		two accounts, locked in the order of the arguments
 *	last release	an object is used after the reference to it was dropped
 *
 * Nothing here sleeps to make a fault likelier.
 */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/callout.h>
#include <sys/condvar.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/systm.h>

#include "sim_driver.h"

#define MAGIC 0x5eed

struct object {
	u_int o_refcnt; /* (a) */
	u_int o_magic;	/* 0 once released for the last time */
};

static struct {
	kmutex_t lock;
	kcondvar_t cv;
	bool full;   /* lock */
	u_int count; /* lock, when it is right */
	kmutex_t account_lock[2];
	u_int account[2]; /* account_lock */
	struct object object;
	callout_t callout[NCALLOUTS];
	u_int fired[NCALLOUTS]; /* in the order they came */
	u_int nfired;
	u_int period_s;
	u_int late;
} sc;

void
rump_simdrv_attach(void)
{
	memset(&sc, 0, sizeof(sc));
	mutex_init(&sc.lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&sc.cv, "simdrv");
	for (u_int i = 0; i < 2; i++)
		mutex_init(&sc.account_lock[i], MUTEX_DEFAULT, IPL_NONE);
	for (u_int i = 0; i < NCALLOUTS; i++)
		callout_init(&sc.callout[i], CALLOUT_MPSAFE);
	sc.object = (struct object){ .o_refcnt = 2, .o_magic = MAGIC };
}

void
rump_simdrv_detach(void)
{
	for (u_int i = 0; i < NCALLOUTS; i++) {
		callout_halt(&sc.callout[i], NULL);
		callout_destroy(&sc.callout[i]);
	}
	for (u_int i = 0; i < 2; i++)
		mutex_destroy(&sc.account_lock[i]);
	cv_destroy(&sc.cv);
	mutex_destroy(&sc.lock);
}

/* ---- Faults ---- */

static void
wakeup_lost(int thread)
{
	if (thread == 0) {
		mutex_enter(&sc.lock);
		sc.full = true;
		cv_signal(&sc.cv);
		mutex_exit(&sc.lock);
	} else if (!sc.full) { /* it may be filled right here */
		mutex_enter(&sc.lock);
		cv_wait(&sc.cv, &sc.lock);
		mutex_exit(&sc.lock);
	}
}

static void
wakeup_right(int thread)
{
	mutex_enter(&sc.lock);
	if (thread == 0) {
		sc.full = true;
		cv_signal(&sc.cv);
	} else {
		while (!sc.full)
			cv_wait(&sc.cv, &sc.lock);
	}
	mutex_exit(&sc.lock);
}

static void
race_unlocked(int thread)
{
	for (int i = 0; i < 3; i++)
		sc.count++;
}

static void
race_right(int thread)
{
	for (int i = 0; i < 3; i++) {
		mutex_enter(&sc.lock);
		sc.count++;
		mutex_exit(&sc.lock);
	}
}

static void
transfer(u_int from, u_int to, u_int first)
{
	mutex_enter(&sc.account_lock[first]);
	mutex_enter(&sc.account_lock[1 - first]);
	sc.account[from]--;
	sc.account[to]++;
	mutex_exit(&sc.account_lock[1 - first]);
	mutex_exit(&sc.account_lock[first]);
}

static void
abba(int thread)
{
	transfer((u_int)thread, 1 - (u_int)thread, (u_int)thread);
}

static void
abba_right(int thread)
{
	transfer((u_int)thread, 1 - (u_int)thread, 0);
}

static void
object_use(struct object *o)
{
	KASSERTMSG(o->o_magic == MAGIC, "an object is used after its last release");
}

static void
object_release(struct object *o)
{
	if (atomic_dec_uint_nv(&o->o_refcnt) == 0)
		o->o_magic = 0;
}

static void
release_used(int thread)
{
	object_release(&sc.object);
	if (thread == 0)
		object_use(&sc.object); /* good as long as the other has its reference */
}

static void
release_right(int thread)
{
	if (thread == 0)
		object_use(&sc.object);
	object_release(&sc.object);
}

static const struct {
	const char *name;
	void (*fn)(int);
} works[] = {
	{ "wakeup_lost", wakeup_lost },
	{ "wakeup_right", wakeup_right },
	{ "race_unlocked", race_unlocked },
	{ "race_right", race_right },
	{ "abba", abba },
	{ "abba_right", abba_right },
	{ "release_used", release_used },
	{ "release_right", release_right },
};

void
rump_simdrv_work(const char *name, int thread)
{
	for (u_int i = 0; i < __arraycount(works); i++)
		if (strcmp(works[i].name, name) == 0) {
			works[i].fn(thread);
			return;
		}
	panic("simdrv: no work %s", name);
}

unsigned
rump_simdrv_count(void)
{
	return sc.count;
}

/* ---- Time ---- */

int
rump_simdrv_pause(int ticks)
{
	return kpause("simpause", false, ticks, NULL);
}

int
rump_simdrv_timedwait(int ticks)
{
	int error;

	mutex_enter(&sc.lock);
	error = cv_timedwait(&sc.cv, &sc.lock, ticks);
	mutex_exit(&sc.lock);
	return error;
}

static void
fire(void *arg)
{
	sc.fired[sc.nfired++] = (u_int)(uintptr_t)arg;
}

void
rump_simdrv_callouts(const int *ticks)
{
	for (u_int i = 0; i < NCALLOUTS; i++)
		callout_reset(&sc.callout[i], ticks[i], fire, (void *)(uintptr_t)i);
}

unsigned
rump_simdrv_fired(unsigned *order)
{
	memcpy(order, sc.fired, sizeof(sc.fired));
	return sc.nfired;
}

static void
tick_tock(void *arg)
{
	sc.nfired++;
	if (getticks() % (hz * (int)sc.period_s) != 0)
		sc.late++;
	callout_schedule(&sc.callout[0], hz * (int)sc.period_s);
}

void
rump_simdrv_periodic(unsigned period_s)
{
	sc.period_s = period_s;
	sc.nfired = 0;
	callout_reset(&sc.callout[0], hz * (int)period_s - getticks() % hz, tick_tock, NULL);
}

unsigned
rump_simdrv_periods(unsigned *late)
{
	*late = sc.late;
	return sc.nfired;
}
