/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Condition variables.
 *
 * The waiters are a list in the condvar itself, guarded by the lock of the sleep queue that its
 * address hashes to.  Wakers look at the list's head without that lock: a waiter is on the list
 * before it lets go of the mutex, and the waker had the mutex after that (or changed the condition
 * before the waiter looked), so a head that reads as NULL owes nobody a wake-up.
 *
 * A waiter that was removed does not touch the condvar again: it may be gone by then.
 */
#include "sync_impl.h"

#include <sys/condvar.h>
#include <sys/time.h>

static const char cv_destroyed[] = "(destroyed)";

void
cv_init(kcondvar_t *cv, const char *wmesg)
{
	KASSERT(wmesg != NULL);
	cv->cv_head = NULL;
	cv->cv_tail = NULL;
	cv->cv_wmesg = wmesg;
}

void
cv_destroy(kcondvar_t *cv)
{
	KASSERTMSG(cv_is_valid(cv), "condvar %p not set up", cv);
	KASSERTMSG(!cv_has_waiters(cv), "condvar %p (%s) has waiters", cv, cv->cv_wmesg);
	cv->cv_wmesg = cv_destroyed;
}

bool
cv_is_valid(kcondvar_t *cv)
{
	return cv->cv_wmesg != NULL && cv->cv_wmesg != cv_destroyed;
}

bool
cv_has_waiters(kcondvar_t *cv)
{
	return atomic_load_relaxed(&cv->cv_head) != NULL;
}

static int
cv_sleep(kcondvar_t *cv, kmutex_t *mtx, int64_t deadline_ns, bool intr)
{
	struct lwp *const l = curlwp;
	struct sleepq *sq;
	int error, nlocks;

	RUMP_POINT(SLEEP, cv);
	KASSERTMSG(cv_is_valid(cv), "condvar %p not set up", cv);
	KASSERTMSG(mutex_owned(mtx), "the mutex of condvar %s is not held", cv->cv_wmesg);
	if (intr && rump_lwp_interrupted(l))
		return rump_lwp_intr_error(l);

	sq = sleepq_lock(cv);
	sleepq_enter(&cv->cv_head, &cv->cv_tail, l, cv, SLEEPER_CV, cv->cv_wmesg);
	sleepq_unlock(sq);
	mutex_exit(mtx);
	ASSERT_SLEEPABLE();
	nlocks = rump_kernel_lock_drop();
	error = sleepq_block(l, deadline_ns, intr);
	rump_kernel_lock_retake(nlocks);
	mutex_enter(mtx);
	return error;
}

void
cv_wait(kcondvar_t *cv, kmutex_t *mtx)
{
	(void)cv_sleep(cv, mtx, RUMPUSER_FOREVER, false);
}

int
cv_wait_sig(kcondvar_t *cv, kmutex_t *mtx)
{
	return cv_sleep(cv, mtx, RUMPUSER_FOREVER, true);
}

int
cv_timedwait(kcondvar_t *cv, kmutex_t *mtx, int timo)
{
	return cv_sleep(cv, mtx, sleepq_deadline(timo), false);
}

int
cv_timedwait_sig(kcondvar_t *cv, kmutex_t *mtx, int timo)
{
	return cv_sleep(cv, mtx, sleepq_deadline(timo), true);
}

static int
cv_sleepbt(kcondvar_t *cv, kmutex_t *mtx, struct bintime *bt, bool intr)
{
	const int64_t start_ns = rump_mono_ns();
	struct timespec left;
	struct bintime spent;
	int error;

	if (bt->sec < 0)
		return EWOULDBLOCK;
	if (bt->sec >= (RUMPUSER_FOREVER - start_ns) / NSEC_PER_SEC - 1)
		return cv_sleep(cv, mtx, RUMPUSER_FOREVER, intr);
	/* A part of a nanosecond counts as one: when the time is over nothing of it is left. */
	bintime2timespec(bt, &left);
	error = cv_sleep(cv, mtx, start_ns + left.tv_sec * NSEC_PER_SEC + left.tv_nsec + 1, intr);
	spent = ns2bintime((uint64_t)(rump_mono_ns() - start_ns));
	bintime_sub(bt, &spent);
	return error;
}

int
cv_timedwaitbt(kcondvar_t *cv, kmutex_t *mtx, struct bintime *bt, const struct bintime *epsilon)
{
	return cv_sleepbt(cv, mtx, bt, false);
}

int
cv_timedwaitbt_sig(kcondvar_t *cv, kmutex_t *mtx, struct bintime *bt, const struct bintime *epsilon)
{
	return cv_sleepbt(cv, mtx, bt, true);
}

void
cv_signal(kcondvar_t *cv)
{
	RUMP_POINT(WAKE, cv);
	if (cv_has_waiters(cv))
		sleepq_wake(cv, &cv->cv_head, &cv->cv_tail, 1);
}

void
cv_broadcast(kcondvar_t *cv)
{
	RUMP_POINT(WAKE, cv);
	if (cv_has_waiters(cv))
		sleepq_wake(cv, &cv->cv_head, &cv->cv_tail, UINT_MAX);
}
