/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * selinfo(9): who waits for an object.
 *
 *	waiter				object
 *	fo_poll(): nothing yet,		change state
 *	    selrecord(): hook a watch	selnotify(): for each watch, wr_notify()
 *	sleep until notified
 *
 * fo_poll() and selnotify() run under the object's lock, or selnotify() after it, so either the waiter
 * sees the new state or the object sees the watch.  A watch stays hooked until its owner clears it or
 * the object ends, so nothing is hooked anew when a waiter asks again.
 *
 * The waiter does not know the object's lock, and the object may end at any time.  So the list of
 * watches has a lock of its own, which is not in the object: one of a table, by address.  wr_notify()
 * runs under it; when rump_watch_clear() has had it, or has found the watch unhooked by seldestroy(),
 * nobody looks at the watcher any more, and it may be on a stack.
 */
#include <sys/select.h>
#include <sys/atomic.h>
#include <sys/event.h>
#include <sys/file.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/poll.h>
#include <sys/systm.h>

#include "evset.h"
#include "rump_point.h"

#define NLOCKS 64 /* power of two */

static struct {
	struct rump_leaf lock;
} __aligned(64) locks[NLOCKS];

static struct rump_leaf *
lock_of(const struct selinfo *sip)
{
	const uintptr_t a = (uintptr_t)sip;

	return &locks[(a >> 6 ^ a >> 12) % NLOCKS].lock;
}

int
rump_event_init(void)
{
	int error;

	for (u_int i = 0; i < NLOCKS; i++)
		rump_leaf_init(&locks[i].lock);
	rump_maxevents_init();
	error = rump_evnest_init();
	if (error == 0)
		error = rump_knote_init();
	return error != 0 ? error : rump_timerfd_init();
}

void
rump_event_fini(void)
{
	rump_timerfd_fini();
	rump_knote_fini();
	rump_evnest_fini();
}

void
selinit(struct selinfo *sip)
{
	klist_init(&sip->sel_klist);
	LIST_INIT(&sip->sel_watches);
	sip->sel_nwatches = 0;
}

void
seldestroy(struct selinfo *sip)
{
	struct rump_leaf *const lock = lock_of(sip);
	struct rump_evset *chain = NULL;
	struct rump_watch *w;

	RUMP_POINT(WAKE, sip);
	rump_leaf_enter(lock);
	while ((w = LIST_FIRST(&sip->sel_watches)) != NULL) {
		(void)(*w->w_watcher->wr_notify)(w->w_watcher, 0, &chain);
		LIST_REMOVE(w, w_link);
		atomic_store_release(&w->w_sip, NULL); /* the watcher may go from here on */
	}
	atomic_store_relaxed(&sip->sel_nwatches, 0);
	rump_leaf_exit(lock);
	rump_evset_tell(chain);
	klist_fini(&sip->sel_klist);
}

/* A watch of the slot that is hooked on nothing; NULL: no memory. */
static struct rump_watch *
watch_free(struct rump_watch *slot)
{
	struct rump_watch *w;

	for (w = slot; w != NULL; w = w->w_more)
		if (atomic_load_acquire(&w->w_sip) == NULL)
			return w;
	w = kmem_zalloc(sizeof(*w), KM_NOSLEEP);
	if (w != NULL) {
		w->w_more = slot->w_more;
		slot->w_more = w;
	}
	return w;
}

void
selrecord(struct lwp *l, struct selinfo *sip)
{
	struct rump_watcher *const wr = l->l_watcher;
	struct rump_leaf *const lock = lock_of(sip);
	struct rump_watch *w;

	if (wr == NULL)
		return;
	wr->wr_recorded++;
	for (w = wr->wr_slot; w != NULL; w = w->w_more)
		if (atomic_load_relaxed(&w->w_sip) == sip)
			return;
	w = watch_free(wr->wr_slot);
	if (w == NULL) {
		wr->wr_recorded--;
		wr->wr_short = true;
		return;
	}
	w->w_watcher = wr;
	rump_leaf_enter(lock);
	LIST_INSERT_HEAD(&sip->sel_watches, w, w_link);
	atomic_store_relaxed(&sip->sel_nwatches, sip->sel_nwatches + 1);
	atomic_store_relaxed(&w->w_sip, sip);
	rump_leaf_exit(lock);
}

/* Tell the watches; of the exclusive ones, as many as it takes to wake somebody. */
static void
watches_notify(struct selinfo *sip, int events, struct rump_evset **chain)
{
	struct rump_leaf *const lock = lock_of(sip);
	struct rump_watch *w;
	bool enough = false;

	RUMP_POINT(WAKE, sip);
	if (atomic_load_relaxed(&sip->sel_nwatches) == 0)
		return;
	rump_leaf_enter(lock);
	LIST_FOREACH (w, &sip->sel_watches, w_link) {
		struct rump_watcher *const wr = w->w_watcher;

		if (wr->wr_exclusive && enough)
			continue;
		if ((*wr->wr_notify)(wr, events, chain) && wr->wr_exclusive)
			enough = true;
	}
	rump_leaf_exit(lock);
}

void
selnotify(struct selinfo *sip, int events, long knhint)
{
	struct rump_evset *chain = NULL;

	KNOTE(&sip->sel_klist, knhint);
	watches_notify(sip, events, &chain);
	rump_evset_tell(chain);
}

void
rump_evset_tell(struct rump_evset *chain)
{
	struct rump_evset *es;

	while ((es = chain) != NULL) {
		chain = es->es_next;
		/* Whoever queues something from here on puts the set on a chain again. */
		(void)atomic_swap_32(&es->es_chained, 0);
		watches_notify(&es->es_sel, POLLIN | POLLRDNORM, &chain);
	}
}

int
rump_watch_ask(struct rump_watcher *wr, struct rump_watch *slot, struct file *fp, int events)
{
	struct lwp *const l = curlwp;
	struct rump_watcher *const outer = l->l_watcher;
	int revents;

	wr->wr_slot = slot;
	l->l_watcher = wr;
	revents = (*fp->f_ops->fo_poll)(fp, events);
	l->l_watcher = outer;
	return revents;
}

void
rump_watch_clear(struct rump_watch *slot)
{
	struct rump_watch *w, *more;
	struct selinfo *sip;

	for (w = slot; w != NULL; w = more) {
		more = w->w_more;
		sip = atomic_load_acquire(&w->w_sip);
		if (sip != NULL) {
			rump_leaf_enter(lock_of(sip));
			if (w->w_sip != NULL) {
				LIST_REMOVE(w, w_link);
				atomic_store_relaxed(&sip->sel_nwatches, sip->sel_nwatches - 1);
				atomic_store_relaxed(&w->w_sip, NULL);
			}
			rump_leaf_exit(lock_of(sip));
		}
		if (w != slot)
			kmem_free(w, sizeof(*w));
	}
	slot->w_more = NULL;
}
