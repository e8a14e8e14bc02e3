/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Workers: kernel threads that exist only while there is something to do.
 *
 *	NONE --kick--> WANTED --upcall--> STARTED --1 s idle--> NONE
 *
 * A kick may come from a soft interrupt, where no thread can be made.  So a worker without a thread
 * is marked WANTED and the host's timer armed for now; its upcall, on the loop thread, makes the
 * thread.  If the host refuses the timer or a thread, or there are to be no threads
 * (RUMP_THREADS=0), the work is done by whoever leaves the kernel (rump_nothreads_hook).
 *
 * The reaper of dead objects has no thread: the upcall does its work, which does not sleep.
 *
 * `armed` is what the host's timer is set to.  A wish stores its work, fences, reads armed; the
 * upcall clears armed, fences, looks for work: one of the two sees the other.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/condvar.h>
#include <sys/kthread.h>
#include <sys/lwp.h>
#include <sys/mutex.h>

#include <rump/rumpuser.h>

#include "callout_private.h"
#include "rump_boot.h"
#include "rump_rcu.h"
#include "rump_sched.h"
#include "rump_time.h"

#define IDLE_NS ((int64_t)NSEC_PER_SEC)
#define REAP_NS ((int64_t)NSEC_PER_SEC)

static kmutex_t worker_lock;	    /* spin, IPL_HIGH: kicked under any other lock */
static kcondvar_t worker_cv;	    /* a worker's thread is gone, or its work is done */
static struct rump_worker *workers; /* worker_lock */
static int64_t armed;		    /* (a) what the host's timer is set to */
static int64_t reap_at = INT64_MAX; /* (a) when to reap; RUMPUSER_FOREVER */
static bool reaping;		    /* (a) it is possible */

/* Do a kicked worker's work.  locks: worker_lock on entry and return, dropped between. */
static void
work_locked(struct rump_worker *w)
{
	KASSERT(mutex_owned(&worker_lock));
	w->rw_kicked = false;
	w->rw_running = true;
	mutex_spin_exit(&worker_lock);
	while ((*w->rw_work)(w->rw_arg))
		continue;
	mutex_spin_enter(&worker_lock);
	w->rw_running = false;
	cv_broadcast(&worker_cv);
}

void
rump_reap_want(void)
{
	int64_t unset = RUMPUSER_FOREVER, when;

	if (atomic_load_relaxed(&reap_at) != RUMPUSER_FOREVER || !atomic_load_relaxed(&reaping))
		return;
	when = rump_mono_ns() + REAP_NS;
	if (__atomic_compare_exchange_n(
		&reap_at, &unset, when, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		rump_timer_want(when);
}

/* Whoever leaves something on a CPU after it was looked at finds reap_at unset. */
static void
reap(void)
{
	const int64_t when = atomic_load_relaxed(&reap_at);

	if (when == RUMPUSER_FOREVER)
		return;
	if (when > rump_mono_ns()) {
		if (rump_threads_p()) /* without, who keeps watch knows by rump_work_next() */
			rump_timer_want(when);
		return;
	}
	atomic_store_relaxed(&reap_at, RUMPUSER_FOREVER);
	membar_sync();
	if (rump_rcu_reap())
		rump_reap_want();
}

int64_t
rump_work_next(void)
{
	return MIN(rump_callout_next(), atomic_load_relaxed(&reap_at));
}

/* Work for a moment when nobody else can do it.  ctx: thread, no lock held. */
static void
work_inline(void)
{
	struct rump_worker *w;

	(void)rump_callout_poll();
	reap();
	mutex_spin_enter(&worker_lock);
	w = workers;
	while (w != NULL) {
		if (w->rw_kicked && !w->rw_running && w->rw_lwp == NULL) {
			work_locked(w);
			w = workers; /* the list may have changed */
		} else {
			w = w->rw_next;
		}
	}
	mutex_spin_exit(&worker_lock);
}

void
rump_timer_want(int64_t deadline)
{
	int64_t old;

	if (!rump_threads_p()) {
		rump_nothreads_look();
		return;
	}
	membar_sync();
	old = atomic_load_relaxed(&armed);
	do {
		if (old <= deadline)
			return;
	} while (!__atomic_compare_exchange_n(
	    &armed, &old, deadline, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
	/* Another's earlier deadline may have reached the host before ours: see that it stands. */
	do {
		if (rumpuser_timer_arm(deadline) != 0) {
			rump_nothreads_fallback(work_inline);
			return;
		}
		old = deadline;
		deadline = atomic_load_relaxed(&armed);
	} while (deadline < old);
}

static void
worker_thread(void *arg)
{
	struct rump_worker *const w = arg;
	int error = 0;

	mutex_spin_enter(&worker_lock);
	w->rw_lwp = curlwp;
	while (!w->rw_closing) {
		if (w->rw_kicked) {
			work_locked(w);
			error = 0;
		} else if (error == EWOULDBLOCK) {
			break;
		} else {
			mutex_spin_exit(&worker_lock);
			error = lwp_park(rump_mono_ns() + IDLE_NS);
			mutex_spin_enter(&worker_lock);
		}
	}
	w->rw_lwp = NULL;
	w->rw_state = RW_NONE;
	cv_broadcast(&worker_cv);
	mutex_spin_exit(&worker_lock);
	kthread_exit(0);
}

/* Make the threads that workers wait for.  ctx: thread, no lock held. */
static void
start_threads(void)
{
	struct rump_worker *w;

	mutex_spin_enter(&worker_lock);
	for (;;) {
		for (w = workers; w != NULL && w->rw_state != RW_WANTED; w = w->rw_next)
			continue;
		if (w == NULL)
			break;
		w->rw_state = RW_STARTED;
		mutex_spin_exit(&worker_lock);
		const int error = kthread_create(PRI_NONE, KTHREAD_MPSAFE | RUMP_KTHREAD_OWN, NULL,
		    worker_thread, w, NULL, "%s", w->rw_name);
		mutex_spin_enter(&worker_lock);
		if (error != 0) {
			w->rw_state = RW_NONE;
			rump_nothreads_fallback(work_inline);
			cv_broadcast(&worker_cv);
		}
	}
	mutex_spin_exit(&worker_lock);
}

void
rump_worker_init(struct rump_worker *w, const char *name, bool (*work)(void *), void *arg)
{
	memset(w, 0, sizeof(*w));
	w->rw_work = work;
	w->rw_arg = arg;
	w->rw_name = name;
	mutex_spin_enter(&worker_lock);
	w->rw_next = workers;
	workers = w;
	mutex_spin_exit(&worker_lock);
}

void
rump_worker_fini(struct rump_worker *w)
{
	struct rump_worker **wp;

	mutex_spin_enter(&worker_lock);
	w->rw_closing = true;
	if (w->rw_state == RW_WANTED)
		w->rw_state = RW_NONE;
	while (w->rw_state != RW_NONE || w->rw_running) {
		if (w->rw_lwp != NULL)
			lwp_unpark(w->rw_lwp);
		cv_wait(&worker_cv, &worker_lock);
	}
	for (wp = &workers; *wp != w; wp = &(*wp)->rw_next)
		continue;
	*wp = w->rw_next;
	mutex_spin_exit(&worker_lock);
}

void
rump_worker_kick(struct rump_worker *w)
{
	bool want = false;

	mutex_spin_enter(&worker_lock);
	w->rw_kicked = true;
	if (w->rw_lwp != NULL) {
		lwp_unpark(w->rw_lwp);
	} else if (w->rw_state == RW_NONE && !w->rw_closing && rump_threads_p()) {
		w->rw_state = RW_WANTED;
		want = true;
	}
	mutex_spin_exit(&worker_lock);
	if (want)
		rump_timer_want(0);
}

int
worker_startup(void)
{
	mutex_init(&worker_lock, MUTEX_DEFAULT, IPL_HIGH);
	cv_init(&worker_cv, "worker");
	workers = NULL;
	armed = RUMPUSER_FOREVER;
	reap_at = RUMPUSER_FOREVER;
	atomic_store_relaxed(&reaping, true);
	rump_nothreads_init(rump_threads_p() ? NULL : work_inline);
	return 0;
}

void
worker_stop_reaping(void)
{
	atomic_store_relaxed(&reaping, false);
}

void
worker_shutdown(void)
{
	rump_nothreads_hook = NULL;
	worker_stop_reaping();
	if (rump_threads_p())
		(void)rumpuser_timer_arm(RUMPUSER_FOREVER);
	KASSERT(workers == NULL);
	cv_destroy(&worker_cv);
	mutex_destroy(&worker_lock);
}

void
rump_time_upcall(void)
{
	atomic_store_relaxed(&armed, RUMPUSER_FOREVER);
	membar_sync();
	if (rump_upcall_enter() != 0)
		return; /* the kernel goes down */
	start_threads();
	callout_timer();
	reap();
	rump_upcall_leave();
}
