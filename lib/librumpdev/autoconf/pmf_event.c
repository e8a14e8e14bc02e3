/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * pmf(9)'s events: one driver tells others that a lid closes, a radio is to be off.
 *
 * Listeners are called by a workqueue, one after another, with KERNEL_LOCK and no other lock.  A
 * listener that deregisters waits until its function is not running.
 */
#include "autoconf_impl.h"

#include <sys/workqueue.h>

#include "pmf_impl.h"

/* Locks: (p) pmf_lock, (i) immutable. */
struct listener {
	TAILQ_ENTRY(listener) ls_list; /* (p) */
	device_t ls_dev;	       /* (i) */
	pmf_generic_event_t ls_event;  /* (i) */
	void (*ls_fn)(device_t);       /* (i) */
	bool ls_global;		       /* (i) hears of any device */
};

struct event {
	struct work ev_work;
	device_t ev_dev;
	pmf_generic_event_t ev_event;
};

static TAILQ_HEAD(, listener) listeners; /* pmf_lock */
static struct listener *running;	 /* pmf_lock */
static kcondvar_t running_cv;
static struct workqueue *event_wq;

/* The first listener after prev (or the first) that hears ev.  locks: pmf_lock. */
static struct listener *
listener_next(struct listener *prev, const struct event *ev)
{
	struct listener *ls = prev != NULL ? TAILQ_NEXT(prev, ls_list) : TAILQ_FIRST(&listeners);

	while (ls != NULL &&
	    (ls->ls_event != ev->ev_event || (!ls->ls_global && ls->ls_dev != ev->ev_dev)))
		ls = TAILQ_NEXT(ls, ls_list);
	return ls;
}

static void
event_work(struct work *wk, void *arg)
{
	struct event *const ev = container_of(wk, struct event, ev_work);
	struct listener *ls = NULL;

	mutex_enter(&pmf_lock);
	while ((ls = listener_next(ls, ev)) != NULL) {
		running = ls; /* stays on the list */
		mutex_exit(&pmf_lock);
		KERNEL_LOCK(1, NULL);
		(*ls->ls_fn)(ls->ls_dev);
		KERNEL_UNLOCK_ONE(NULL);
		mutex_enter(&pmf_lock);
		running = NULL;
		cv_broadcast(&running_cv);
	}
	mutex_exit(&pmf_lock);
	kmem_intr_free(ev, sizeof(*ev));
}

int
pmf_events_init(void)
{
	TAILQ_INIT(&listeners);
	running = NULL;
	cv_init(&running_cv, "pmfevent");
	return workqueue_create(
	    &event_wq, "pmfevent", event_work, NULL, PRI_NONE, IPL_VM, WQ_MPSAFE);
}

void
pmf_events_fini(void)
{
	struct listener *ls;

	workqueue_destroy(event_wq);
	while ((ls = TAILQ_FIRST(&listeners)) != NULL) {
		TAILQ_REMOVE(&listeners, ls, ls_list);
		kmem_free(ls, sizeof(*ls));
	}
	cv_destroy(&running_cv);
}

bool
pmf_event_register(device_t dev, pmf_generic_event_t ev, void (*fn)(device_t), bool global)
{
	struct listener *const ls = kmem_zalloc(sizeof(*ls), KM_SLEEP);

	ls->ls_dev = dev;
	ls->ls_event = ev;
	ls->ls_fn = fn;
	ls->ls_global = global;
	mutex_enter(&pmf_lock);
	TAILQ_INSERT_TAIL(&listeners, ls, ls_list);
	mutex_exit(&pmf_lock);
	return true;
}

void
pmf_event_deregister(device_t dev, pmf_generic_event_t ev, void (*fn)(device_t), bool global)
{
	struct listener *ls;

	mutex_enter(&pmf_lock);
	TAILQ_FOREACH (ls, &listeners, ls_list)
		if (ls->ls_dev == dev && ls->ls_event == ev && ls->ls_fn == fn &&
		    ls->ls_global == global)
			break;
	if (ls == NULL)
		panic("pmf_event_deregister: the function is not registered");
	while (running == ls)
		cv_wait(&running_cv, &pmf_lock);
	TAILQ_REMOVE(&listeners, ls, ls_list);
	mutex_exit(&pmf_lock);
	kmem_free(ls, sizeof(*ls));
}

bool
pmf_event_inject(device_t dev, pmf_generic_event_t event)
{
	struct event *const ev = kmem_intr_zalloc(sizeof(*ev), KM_NOSLEEP);

	if (ev == NULL)
		return false;
	ev->ev_dev = dev;
	ev->ev_event = event;
	workqueue_enqueue(event_wq, &ev->ev_work, NULL);
	return true;
}
