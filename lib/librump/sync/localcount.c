/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Local counts.
 *
 * Each virtual CPU has a number that only its holder changes: acquired less released there.  The
 * sum is the count.  Draining sets lc_totalp, and then visits every CPU to move its number into the
 * total; a release that sees lc_totalp works on the total instead, under the drainer's mutex.
 * Nothing blocks between the look at lc_totalp and the change of the number, so each release is
 * counted once, before the visit or after.
 */
#include "sync_impl.h"

#include <sys/condvar.h>
#include <sys/localcount.h>
#include <sys/mutex.h>
#include <sys/percpu.h>
#include <sys/xcall.h>

void
localcount_init(struct localcount *lc)
{
	lc->lc_totalp = NULL;
	lc->lc_percpu = percpu_alloc(sizeof(int64_t));
}

void
localcount_fini(struct localcount *lc)
{
	KASSERT(lc->lc_totalp == NULL);
	percpu_free(lc->lc_percpu, sizeof(int64_t));
	lc->lc_percpu = NULL;
}

static void
localcount_add(struct localcount *lc, int64_t delta)
{
	int64_t *const count = percpu_getref(lc->lc_percpu);

	*count += delta;
	percpu_putref(lc->lc_percpu);
}

void
localcount_acquire(struct localcount *lc)
{
	RUMP_POINT(REF, lc);
	KASSERTMSG(atomic_load_relaxed(&lc->lc_totalp) == NULL, "localcount %p is draining", lc);
	localcount_add(lc, 1);
}

void
localcount_release(struct localcount *lc, kcondvar_t *cv, kmutex_t *mtx)
{
	RUMP_POINT(REF, lc);
	if (__predict_true(atomic_load_relaxed(&lc->lc_totalp) == NULL)) {
		localcount_add(lc, -1);
		return;
	}
	mutex_enter(mtx);
	KASSERT(lc->lc_totalp != NULL);
	if (--*lc->lc_totalp == 0)
		cv_broadcast(cv);
	mutex_exit(mtx);
}

/* Move this CPU's number into the total.  ctx: on each CPU in turn. */
static void
localcount_collect(void *lcp, void *mtx)
{
	struct localcount *const lc = lcp;
	int64_t *count;

	mutex_enter(mtx);
	count = percpu_getref(lc->lc_percpu);
	*lc->lc_totalp += *count;
	*count = 0;
	percpu_putref(lc->lc_percpu);
	mutex_exit(mtx);
}

void
localcount_drain(struct localcount *lc, kcondvar_t *cv, kmutex_t *mtx)
{
	int64_t total = 0;

	KASSERT(mutex_owned(mtx));
	KASSERT(lc->lc_totalp == NULL);
	atomic_store_relaxed(&lc->lc_totalp, &total);
	mutex_exit(mtx);
	xc_wait(xc_broadcast(0, localcount_collect, lc, mtx));
	mutex_enter(mtx);
	while (total != 0)
		cv_wait(cv, mtx);
	atomic_store_relaxed(&lc->lc_totalp, NULL);
}
