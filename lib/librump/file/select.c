/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Waiting for files: what poll(2), select(2) and their kin share, and knotes.
 *
 * A caller remembers the generation, asks every file, and sleeps until the generation changes:
 *
 *	poller				object
 *	gen = sel_gen			change state
 *	fo_poll(): nothing yet,		selnotify(): sel_collision set?
 *	    selrecord()			    clear it, sel_gen++, wake all pollers
 *	sleep while gen == sel_gen
 *
 * fo_poll() and selnotify() run under the object's lock, so either the poller sees the new state or
 * the object sees the record.  Every poller is woken and asks again; nothing is kept per waiter.
 */
#include <sys/select.h>
#include <sys/atomic.h>
#include <sys/condvar.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/mutex.h>
#include <sys/systm.h>

#include "rump_select.h"

/* Locks: (s) sel_lock. */
static kmutex_t sel_lock;
static kcondvar_t sel_cv;
static u_int sel_gen; /* (s), read without */

int
rump_select_init(void)
{
	mutex_init(&sel_lock, MUTEX_DEFAULT, IPL_SCHED);
	cv_init(&sel_cv, "select");
	return 0;
}

void
rump_select_fini(void)
{
	cv_destroy(&sel_cv);
	mutex_destroy(&sel_lock);
}

void
selinit(struct selinfo *sip)
{
	memset(sip, 0, sizeof(*sip));
	klist_init(&sip->sel_klist);
}

void
seldestroy(struct selinfo *sip)
{
	if (atomic_load_relaxed(&sip->sel_collision) != 0)
		selnotify(sip, 0, 0);
	klist_fini(&sip->sel_klist);
}

void
selrecord(struct lwp *l, struct selinfo *sip)
{
	atomic_store_relaxed(&sip->sel_collision, 1);
}

void
selnotify(struct selinfo *sip, int events, long knhint)
{
	KNOTE(&sip->sel_klist, knhint);
	if (atomic_load_relaxed(&sip->sel_collision) == 0)
		return;
	atomic_store_relaxed(&sip->sel_collision, 0);
	mutex_enter(&sel_lock);
	atomic_store_release(&sel_gen, sel_gen + 1);
	cv_broadcast(&sel_cv);
	mutex_exit(&sel_lock);
}

u_int
rump_select_gen(void)
{
	return atomic_load_acquire(&sel_gen);
}

int
rump_select_wait(u_int gen, struct bintime *left)
{
	const struct bintime epsilon = { 0, 0 };
	int error = 0;

	mutex_enter(&sel_lock);
	while (error == 0 && sel_gen == gen) {
		if (left != NULL)
			error = cv_timedwaitbt_sig(&sel_cv, &sel_lock, left, &epsilon);
		else
			error = cv_wait_sig(&sel_cv, &sel_lock);
	}
	mutex_exit(&sel_lock);
	return error;
}

/* ---- Knotes: the lists that objects keep ---- */

void
klist_init(struct klist *list)
{
	SLIST_INIT(list);
}

void
klist_fini(struct klist *list)
{
	KASSERT(SLIST_EMPTY(list));
}

void
klist_insert(struct klist *list, struct knote *kn)
{
	SLIST_INSERT_HEAD(list, kn, kn_selnext);
}

bool
klist_remove(struct klist *list, struct knote *kn)
{
	SLIST_REMOVE(list, kn, knote, kn_selnext);
	return SLIST_EMPTY(list);
}

void
knote(struct klist *list, long hint)
{
	struct knote *kn, *next;

	SLIST_FOREACH_SAFE (kn, list, kn_selnext, next)
		(void)kn->kn_fop->f_event(kn, hint);
}

void
knote_set_eof(struct knote *kn, uint32_t flags)
{
	kn->kn_flags |= EV_EOF | flags;
}

void
knote_clear_eof(struct knote *kn)
{
	kn->kn_flags &= ~EV_EOF;
}

/* Always ready; nothing to attach to. */
int
filt_seltrue(struct knote *kn, long hint)
{
	kn->kn_data = 0;
	return 1;
}

static void
filt_seltruedetach(struct knote *kn)
{
}

const struct filterops seltrue_filtops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = filt_seltruedetach,
	.f_event = filt_seltrue,
};
