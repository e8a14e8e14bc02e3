/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Sleep queues: entering, leaving, blocking.  The model is in sync_impl.h. */
#include "sync_impl.h"

#include <sys/condvar.h>
#include <sys/errno.h>
#include <sys/mutex.h>
#include <sys/proc.h>

#define WAKE_BATCH 4 /* lwps woken for one taking of the queue's lock */

struct sleepq sleepq_table[SLEEPQ_COUNT];

void
sleepq_enter(struct lwp **headp, struct lwp **tailp, struct lwp *l, const volatile void *wchan,
    int kind, const char *wmesg)
{
	struct lwp_sync *const ls = &l->l_sync;

	KASSERT(ls->ls_wchan == NULL);
	ls->ls_kind = (uint8_t)kind;
	ls->ls_handoff = 0;
	ls->ls_wmesg = wmesg;
	ls->ls_next = NULL;
	ls->ls_prev = *tailp;
	if (*tailp != NULL)
		(*tailp)->l_sync.ls_next = l;
	else
		atomic_store_relaxed(headp, l);
	*tailp = l;
	atomic_store_relaxed(&ls->ls_wchan, wchan);
}

void
sleepq_remove(struct lwp **headp, struct lwp **tailp, struct lwp *l)
{
	struct lwp_sync *const ls = &l->l_sync;

	if (ls->ls_prev != NULL)
		ls->ls_prev->l_sync.ls_next = ls->ls_next;
	else
		atomic_store_relaxed(headp, ls->ls_next);
	if (ls->ls_next != NULL)
		ls->ls_next->l_sync.ls_prev = ls->ls_prev;
	else
		*tailp = ls->ls_prev;
	atomic_store_release(&ls->ls_wchan, NULL);
}

bool
rump_sync_waits_for_event(const struct lwp *l)
{
	const struct lwp_sync *const ls = &l->l_sync;

	return atomic_load_relaxed(&ls->ls_wchan) == NULL || ls->ls_kind >= SLEEPER_CV;
}

struct lwp *
sleepq_find(struct lwp *l, const volatile void *wchan)
{
	while (l != NULL && l->l_sync.ls_wchan != wchan)
		l = l->l_sync.ls_next;
	return l;
}

/*
 * Only those that wait when it begins are woken: one that comes back at once to wait again, or a
 * stream of new ones, cannot hold the waker.
 */
void
sleepq_wake(const volatile void *wchan, struct lwp **headp, struct lwp **tailp, u_int count)
{
	struct lwp *batch[WAKE_BATCH], *l, *next;
	struct sleepq *sq;
	u_int n, waiting = 0;

	sq = sleepq_lock(wchan);
	if (headp == NULL) {
		headp = &sq->sq_head;
		tailp = &sq->sq_tail;
	}
	for (l = sleepq_find(*headp, wchan); l != NULL && waiting < count;
	     l = sleepq_find(l->l_sync.ls_next, wchan))
		waiting++;
	while (waiting > 0) {
		n = 0;
		for (l = sleepq_find(*headp, wchan); l != NULL && waiting > 0 && n < WAKE_BATCH;
		     l = next) {
			next = sleepq_find(l->l_sync.ls_next, wchan);
			sleepq_remove(headp, tailp, l);
			batch[n++] = l;
			waiting--;
		}
		if (l == NULL)
			waiting = 0;
		sleepq_unlock(sq);
		while (n > 0)
			lwp_unpark(batch[--n]);
		if (waiting == 0)
			return;
		sq = sleepq_lock(wchan);
	}
	sleepq_unlock(sq);
}

/* Leave the queue for time or interruption.  False: somebody else has removed l already. */
static bool
sleepq_cancel(struct lwp *l)
{
	const volatile void *const wchan = atomic_load_acquire(&l->l_sync.ls_wchan);
	struct sleepq *sq;
	bool removed = false;

	if (wchan == NULL)
		return false;
	sq = sleepq_lock(wchan);
	if (l->l_sync.ls_wchan != NULL) {
		if (l->l_sync.ls_kind == SLEEPER_CV) {
			struct kcondvar *const cv = __UNVOLATILE(wchan);

			sleepq_remove(&cv->cv_head, &cv->cv_tail, l);
		} else {
			sleepq_remove(&sq->sq_head, &sq->sq_tail, l);
		}
		removed = true;
	}
	sleepq_unlock(sq);
	return removed;
}

int
sleepq_block(struct lwp *l, int64_t deadline_ns, bool intr)
{
	int error = 0;

	KASSERT(l->l_sync.ls_nklock == 0);
	while (atomic_load_acquire(&l->l_sync.ls_wchan) != NULL) {
		if (intr && rump_lwp_interrupted(l))
			error = rump_lwp_intr_error(l);
		else
			error = lwp_park(deadline_ns);
		if (error != 0 && sleepq_cancel(l))
			break;
		error = 0;
	}
	l->l_sync.ls_wmesg = NULL;
	return error;
}

int64_t
sleepq_deadline(int timo)
{
	if (timo <= 0)
		return RUMPUSER_FOREVER;
	return rump_mono_ns() + timo * RUMP_TICK_NS;
}

void
rump_lwp_interrupt(struct lwp *l)
{
	atomic_store_release(&l->l_sync.ls_intr, LS_INTR_EINTR);
	lwp_unpark(l);
}

void
rump_lwp_interrupt_call(struct lwp *l, bool restart)
{
	KASSERT(mutex_owned(l->l_proc->p_lock));
	atomic_store_relaxed(&l->l_pcred, NULL);
	if (!restart)
		rump_lwp_interrupt(l);
	else if (!rump_lwp_interrupted(l)) {
		atomic_store_release(&l->l_sync.ls_intr, LS_INTR_RESTART);
		lwp_unpark(l);
	}
}

int
rump_lwp_intr_error(const struct lwp *l)
{
	return atomic_load_relaxed(&l->l_sync.ls_intr) == LS_INTR_RESTART ? ERESTART : EINTR;
}

void
rump_lwp_clearintr(struct lwp *l)
{
	atomic_store_relaxed(&l->l_sync.ls_intr, 0);
}

bool
rump_lwp_interrupted(struct lwp *l)
{
	return atomic_load_acquire(&l->l_sync.ls_intr) != 0;
}
