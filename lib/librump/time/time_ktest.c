/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Kernel side of time_test.c.  Each function is called between rump_schedule() and
 * rump_unschedule() and returns NULL, or what went wrong.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/callout.h>
#include <sys/condvar.h>
#include <sys/cpu.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/time.h>
#include <sys/workqueue.h>

#define NCALLOUTS 500
#define NWORKS	  100
#define NTIMES	  5

const char *rump_test_callout_order(void);
const char *rump_test_callout_stop(void);
const char *rump_test_callout_halt(void);
const char *rump_test_callout_again(void);
const char *rump_test_workqueue(void);
const char *rump_test_clock(void);

static kmutex_t lock;
static kcondvar_t cv;

struct timed {
	callout_t t_callout;
	int t_ticks;
	int64_t t_when;
};

static struct timed *timed; /* NCALLOUTS */
static int64_t last_when;   /* lock */
static int ncalled;	    /* lock */
static bool disorder, notsoft;

static void
setup(void)
{
	mutex_init(&lock, MUTEX_DEFAULT, IPL_SOFTCLOCK);
	cv_init(&cv, "test");
	ncalled = 0;
	last_when = 0;
	disorder = notsoft = false;
}

static void
teardown(void)
{
	cv_destroy(&cv);
	mutex_destroy(&lock);
}

static void
called(void *arg)
{
	struct timed *const t = arg;

	mutex_enter(&lock);
	if (!cpu_softintr_p())
		notsoft = true;
	if (t->t_when < last_when)
		disorder = true;
	last_when = t->t_when;
	ncalled++;
	cv_broadcast(&cv);
	mutex_exit(&lock);
}

/* Wait until n calls have come; false after ten seconds. */
static bool
wait_calls(int n)
{
	bool good = true;

	mutex_enter(&lock);
	while (ncalled < n && good)
		good = cv_timedwait(&cv, &lock, 10 * hz) == 0;
	mutex_exit(&lock);
	return good;
}

/* Hundreds, due at mixed times: all come, by deadline, as soft interrupts. */
const char *
rump_test_callout_order(void)
{
	const char *result = NULL;
	int i;

	setup();
	timed = kmem_zalloc(NCALLOUTS * sizeof(*timed), KM_SLEEP);
	for (i = 0; i < NCALLOUTS; i++) {
		struct timed *const t = &timed[i];

		t->t_ticks = 2 + i * 7919 % 10;
		callout_init(&t->t_callout, CALLOUT_MPSAFE);
		callout_setfunc(&t->t_callout, called, t);
		mutex_enter(&lock);
		callout_schedule(&t->t_callout, t->t_ticks);
		t->t_when = t->t_callout.c_when;
		mutex_exit(&lock);
	}
	if (!wait_calls(NCALLOUTS))
		result = "not all callouts came";
	else if (disorder)
		result = "callouts came out of order";
	else if (notsoft)
		result = "a callout ran outside a soft interrupt";
	for (i = 0; i < NCALLOUTS; i++) {
		(void)callout_halt(&timed[i].t_callout, NULL);
		callout_destroy(&timed[i].t_callout);
	}
	kmem_free(timed, NCALLOUTS * sizeof(*timed));
	teardown();
	return result;
}

/* A stopped callout does not come; one that came says so. */
const char *
rump_test_callout_stop(void)
{
	struct timed a = { 0 }, b = { 0 };
	const char *result = NULL;

	setup();
	callout_init(&a.t_callout, CALLOUT_MPSAFE);
	callout_init(&b.t_callout, CALLOUT_MPSAFE);
	callout_reset(&a.t_callout, 2, called, &a);
	callout_reset(&b.t_callout, 4, called, &b);
	if (!callout_pending(&a.t_callout) || !callout_active(&a.t_callout))
		result = "not pending after reset";
	else if (callout_stop(&a.t_callout))
		result = "stop says that it fired";
	else if (callout_pending(&a.t_callout))
		result = "pending after stop";
	else if (!wait_calls(1))
		result = "the other did not come";
	else if (kpause("test", false, 3, NULL) != EWOULDBLOCK || ncalled != 1)
		result = "the stopped one came";
	else if (!callout_expired(&b.t_callout) || !callout_halt(&b.t_callout, NULL))
		result = "one that came does not say so";
	(void)callout_halt(&a.t_callout, NULL);
	(void)callout_halt(&b.t_callout, NULL);
	callout_destroy(&a.t_callout);
	callout_destroy(&b.t_callout);
	teardown();
	return result;
}

static volatile int in_slow, slow_done;

static void
slow(void *arg)
{
	mutex_enter(&lock);
	in_slow = 1;
	cv_broadcast(&cv);
	mutex_exit(&lock);
	for (int i = 0; i < 20; i++)
		delay(1000);
	/* The interlock of the one who halts is free meanwhile. */
	mutex_enter(&lock);
	slow_done = 1;
	mutex_exit(&lock);
}

/* halt() waits for a running function, letting the interlock go. */
const char *
rump_test_callout_halt(void)
{
	const char *result = NULL;
	callout_t c;

	setup();
	in_slow = slow_done = 0;
	callout_init(&c, CALLOUT_MPSAFE);
	callout_reset(&c, 1, slow, NULL);
	mutex_enter(&lock);
	while (!in_slow)
		cv_wait(&cv, &lock);
	(void)callout_halt(&c, &lock);
	if (!mutex_owned(&lock))
		result = "the interlock is not held after halt";
	else if (!slow_done)
		result = "halt did not wait";
	mutex_exit(&lock);
	callout_destroy(&c);
	teardown();
	return result;
}

static void
again(void *arg)
{
	struct timed *const t = arg;

	called(t);
	if (ncalled < NTIMES)
		callout_schedule(&t->t_callout, 1);
}

/* A callout that schedules itself. */
const char *
rump_test_callout_again(void)
{
	struct timed t = { 0 };
	const char *result = NULL;

	setup();
	callout_init(&t.t_callout, CALLOUT_MPSAFE);
	callout_reset(&t.t_callout, 1, again, &t);
	if (!wait_calls(NTIMES))
		result = "it did not come again";
	(void)callout_halt(&t.t_callout, NULL);
	if (result == NULL && ncalled != NTIMES)
		result = "it came too often";
	callout_destroy(&t.t_callout);
	teardown();
	return result;
}

struct numbered {
	struct work n_work;
	int n_number;
};

static int expect; /* lock */

static void
work(struct work *wk, void *arg)
{
	struct numbered *const n = container_of(wk, struct numbered, n_work);

	mutex_enter(&lock);
	if (n->n_number != expect || arg != &lock)
		disorder = true;
	expect++;
	mutex_exit(&lock);
	kmem_free(n, sizeof(*n));
}

/* Works run in order, and destroying the queue waits for all. */
const char *
rump_test_workqueue(void)
{
	struct workqueue *wq;
	const char *result = NULL;
	struct work *first = NULL;

	setup();
	expect = 0;
	if (workqueue_create(&wq, "test", work, &lock, PRI_NONE, IPL_NONE, WQ_MPSAFE) != 0)
		return "workqueue_create fails";
	for (int i = 0; i < NWORKS; i++) {
		struct numbered *const n = kmem_zalloc(sizeof(*n), KM_SLEEP);

		n->n_number = i;
		if (i == 0)
			first = &n->n_work;
		workqueue_enqueue(wq, &n->n_work, NULL);
	}
	workqueue_wait(wq, first);
	mutex_enter(&lock);
	if (expect == 0)
		result = "wait did not wait";
	mutex_exit(&lock);
	workqueue_destroy(wq);
	if (expect != NWORKS)
		result = "works are missing";
	else if (disorder)
		result = "works out of order";
	teardown();
	return result;
}

/* Setting and slewing the wall clock leaves uptime alone. */
const char *
rump_test_clock(void)
{
	struct timespec up0, up1, wall, set = { .tv_sec = 5000000000, .tv_nsec = 7 };
	struct timeval delta = { .tv_sec = 1 }, old;

	nanouptime(&up0);
	if (clock_settime1(NULL, CLOCK_REALTIME, &set, true) != 0)
		return "the clock cannot be set";
	nanotime(&wall);
	nanouptime(&up1);
	if (wall.tv_sec < 5000000000 || wall.tv_sec > 5000000010)
		return "the wall clock is not what was set";
	if (timespeccmp(&up1, &up0, <) || up1.tv_sec > up0.tv_sec + 10)
		return "uptime jumped";
	adjtime1(&delta, NULL, NULL);
	adjtime1(NULL, &old, NULL);
	if (old.tv_sec * 1000000 + old.tv_usec < 990000)
		return "a slew of a second is over at once";
	set.tv_nsec = 1000000000;
	if (clock_settime1(NULL, CLOCK_REALTIME, &set, true) != EINVAL)
		return "a bad time is taken";
	if (tvtohz(&(struct timeval){ .tv_usec = 1 }) != 2 ||
	    tvtohz(&(struct timeval){ .tv_sec = INT64_MAX }) != INT_MAX)
		return "tvtohz is wrong";
	return NULL;
}
