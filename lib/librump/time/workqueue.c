/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * workqueue(9): a list of works and a worker (worker.c) that takes them one after another.
 * The function may free its work, so a running work is known by address only.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/condvar.h>
#include <sys/kmem.h>
#include <sys/lock.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/workqueue.h>

#include "callout_private.h"
#include "rump_boot.h"
#include "rump_sched.h"
#include "rump_time.h"

/* Locks: (i) immutable, (q) wq_lock. */
struct workqueue {
	kmutex_t wq_lock;			/* (i) at the level given at creation */
	kcondvar_t wq_cv;			/* (q) a work is done */
	struct work *wq_head, **wq_tail;	/* (q) */
	const struct work *wq_running;		/* (q) */
	void (*wq_func)(struct work *, void *); /* (i) */
	void *wq_arg;				/* (i) */
	bool wq_mpsafe;				/* (i) */
	struct rump_worker wq_worker;
	char wq_name[16]; /* (i) */
};

/* One work; false when there was none, or another thread is at one: it goes on after that. */
static bool
workqueue_work(void *arg)
{
	struct workqueue *const wq = arg;
	struct work *wk;

	mutex_enter(&wq->wq_lock);
	wk = wq->wq_running == NULL ? wq->wq_head : NULL;
	if (wk != NULL) {
		wq->wq_head = wk->wk_next;
		if (wq->wq_head == NULL)
			wq->wq_tail = &wq->wq_head;
		wq->wq_running = wk;
	}
	mutex_exit(&wq->wq_lock);
	if (wk == NULL)
		return false;

	KERNEL_LOCK_UNLESS_MPSAFE(wq->wq_mpsafe);
	(*wq->wq_func)(wk, wq->wq_arg);
	KERNEL_UNLOCK_UNLESS_MPSAFE(wq->wq_mpsafe);

	mutex_enter(&wq->wq_lock);
	wq->wq_running = NULL;
	cv_broadcast(&wq->wq_cv);
	mutex_exit(&wq->wq_lock);
	return true;
}

int
workqueue_create(struct workqueue **wqp, const char *name, void (*func)(struct work *, void *),
    void *arg, pri_t prio, int ipl, int flags)
{
	struct workqueue *const wq = kmem_zalloc(sizeof(*wq), KM_SLEEP);

	mutex_init(&wq->wq_lock, MUTEX_DEFAULT, ipl);
	cv_init(&wq->wq_cv, "workq");
	wq->wq_tail = &wq->wq_head;
	wq->wq_func = func;
	wq->wq_arg = arg;
	wq->wq_mpsafe = (flags & WQ_MPSAFE) != 0;
	strlcpy(wq->wq_name, name, sizeof(wq->wq_name));
	rump_worker_init(&wq->wq_worker, wq->wq_name, workqueue_work, wq);
	*wqp = wq;
	return 0;
}

void
workqueue_enqueue(struct workqueue *wq, struct work *wk, struct cpu_info *ci)
{
	bool first;

	wk->wk_next = NULL;
	mutex_enter(&wq->wq_lock);
	first = wq->wq_head == NULL;
	*wq->wq_tail = wk;
	wq->wq_tail = &wk->wk_next;
	mutex_exit(&wq->wq_lock);
	if (first)
		rump_worker_kick(&wq->wq_worker);
}

/* Wait for the end of a work.  Without kernel threads the waiter does one itself. */
static void
wait_locked(struct workqueue *wq)
{
	if (rump_threads_p() || wq->wq_running != NULL) {
		cv_wait(&wq->wq_cv, &wq->wq_lock);
	} else {
		mutex_exit(&wq->wq_lock);
		(void)workqueue_work(wq);
		mutex_enter(&wq->wq_lock);
	}
}

static bool
queued_locked(const struct workqueue *wq, const struct work *wk)
{
	const struct work *w;

	if (wq->wq_running == wk)
		return true;
	for (w = wq->wq_head; w != NULL && w != wk; w = w->wk_next)
		continue;
	return w != NULL;
}

void
workqueue_wait(struct workqueue *wq, struct work *wk)
{
	ASSERT_SLEEPABLE();
	mutex_enter(&wq->wq_lock);
	while (queued_locked(wq, wk))
		wait_locked(wq);
	mutex_exit(&wq->wq_lock);
}

void
workqueue_destroy(struct workqueue *wq)
{
	ASSERT_SLEEPABLE();
	mutex_enter(&wq->wq_lock);
	while (wq->wq_head != NULL || wq->wq_running != NULL)
		wait_locked(wq);
	mutex_exit(&wq->wq_lock);
	rump_worker_fini(&wq->wq_worker);
	cv_destroy(&wq->wq_cv);
	mutex_destroy(&wq->wq_lock);
	kmem_free(wq, sizeof(*wq));
}

int
rump_time_init(void)
{
	int error = worker_startup();

	if (error != 0)
		return error;
	if ((error = callout_startup()) == 0 && (error = rump_upcall_open()) != 0)
		callout_shutdown();
	if (error != 0)
		worker_shutdown();
	return error;
}

void
rump_time_fini(void)
{
	worker_stop_reaping();
	rump_upcall_shut();
	callout_shutdown();
	worker_shutdown();
}
