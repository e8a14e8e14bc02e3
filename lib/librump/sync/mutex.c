/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Mutexes.
 *
 * Adaptive: mtx_owner is 0 (free) or the owner's address; MUTEX_WAITERS is set in it exactly while
 * the sleep queue holds somebody who waits for this mutex, and changes under the queue's lock only.
 *
 *	enter	0 -> lwp, one compare-and-swap.  Otherwise spin while the owner is on a CPU, for
 *		about the cost of a sleep, then sleep.
 *	exit	lwp -> 0, one compare-and-swap.  With waiters the oldest is removed and woken, and
 *		the mutex left free: whoever comes first has it.  A waiter that lost the race once
 *		is given the mutex while it still sleeps (ls_handoff), so nobody starves.
 *
 * A waiter publishes MUTEX_WAITERS by a compare-and-swap that fails when the owner has gone, which
 * is why no wake-up is lost.  The owner is published by a release, since waiters look into its lwp.
 *
 * Spin: mtx_word is a leaf lock's word.  The holder keeps its virtual CPU and does not sleep, so
 * waiting for it may keep the own one.
 */
#include "sync_impl.h"

#include <sys/mutex.h>

#define MUTEX_WAITERS ((uintptr_t)1)
#define MUTEX_MAGIC   0x6d75

#ifdef DIAGNOSTIC
#define MUTEX_CHECK(mtx) KASSERTMSG((mtx)->mtx_magic == MUTEX_MAGIC, "mutex %p not set up", (mtx))
/* The interrupted code may hold it: its level does not keep this interrupt out. */
#define MUTEX_CHECK_IPL(mtx, l)                                                       \
	KASSERTMSG(((l)->l_pflag & LP_HARDINTR) == 0 || (mtx)->mtx_ipl >= (l)->l_ipl, \
	    "mutex %p of level %d in an interrupt of level %d", (mtx), (mtx)->mtx_ipl, (l)->l_ipl)
#else
#define MUTEX_CHECK(mtx)	((void)0)
#define MUTEX_CHECK_IPL(mtx, l) ((void)0)
#endif

static inline bool
mutex_cas(kmutex_t *mtx, uintptr_t old, uintptr_t new, int order)
{
	return __atomic_compare_exchange_n(
	    &mtx->mtx_owner, &old, new, false, order, __ATOMIC_RELAXED);
}

static inline struct lwp *
mutex_lwp(uintptr_t word)
{
	return (struct lwp *)(word & ~MUTEX_WAITERS);
}

void
mutex_init(kmutex_t *mtx, kmutex_type_t type, int ipl)
{
	mtx->mtx_owner = 0;
	mtx->mtx_word = 0;
	mtx->mtx_ipl = ipl >= IPL_VM ? (uint8_t)ipl : IPL_NONE;
	mtx->mtx_flags = (uint8_t)type;
	mtx->mtx_magic = MUTEX_MAGIC;
#ifdef LOCKDEBUG
	mtx->mtx_class = type == MUTEX_NODEBUG ? 0 : lockdebug_class(LOCKDEBUG_HERE);
#endif
}

void
mutex_destroy(kmutex_t *mtx)
{
	MUTEX_CHECK(mtx);
	KASSERTMSG(mtx->mtx_owner == 0 && mtx->mtx_word == 0, "mutex %p is in use", mtx);
	mtx->mtx_magic = 0;
}

/*
 * Sleep for a mutex whose word is not free.  True: it was handed over.  False: look again.
 */
static bool
mutex_sleep(kmutex_t *mtx, struct lwp *l, bool starved)
{
	struct sleepq *const sq = sleepq_lock(mtx);
	const uintptr_t word = atomic_load_relaxed(&mtx->mtx_owner);
	bool handoff;
	int nlocks;

	if (mutex_lwp(word) == NULL ||
	    ((word & MUTEX_WAITERS) == 0 &&
		!mutex_cas(mtx, word, word | MUTEX_WAITERS, __ATOMIC_RELAXED))) {
		sleepq_unlock(sq);
		return false;
	}
	sleepq_enter(
	    &sq->sq_head, &sq->sq_tail, l, mtx, starved ? SLEEPER_STARVED : SLEEPER_MUTEX, "mutex");
	sleepq_unlock(sq);
	nlocks = rump_kernel_lock_drop();
	(void)sleepq_block(l, RUMPUSER_FOREVER, false);
	handoff = l->l_sync.ls_handoff != 0; /* before a sleep for the kernel lock clears it */
	rump_kernel_lock_retake(nlocks);
	return handoff;
}

/* Take an adaptive mutex that was not free. */
static __noinline void
mutex_wait(kmutex_t *mtx, struct lwp *l)
{
	bool starved = false;
	int spins = LOCK_SPINS;

	for (;;) {
		const uintptr_t word = atomic_load_acquire(&mtx->mtx_owner);

		if (mutex_lwp(word) == NULL) {
			if (mutex_cas(mtx, word, (uintptr_t)l | word, __ATOMIC_ACQ_REL))
				return;
			continue;
		}
		if (mutex_lwp(word) == l)
			panic("mutex_enter: %p is held by the caller", mtx);
		if (spins > 0 && lwp_running(mutex_lwp(word))) {
			spins--;
			SPINLOCK_BACKOFF_HOOK;
			continue;
		}
		if (mutex_sleep(mtx, l, starved))
			return;
		starved = l->l_sync.ls_kind == SLEEPER_MUTEX || starved;
	}
}

/* Leave an adaptive mutex that somebody waits for. */
static __noinline void
mutex_wake(kmutex_t *mtx, struct lwp *l)
{
	struct sleepq *const sq = sleepq_lock(mtx);
	struct lwp *const next = sleepq_find(sq->sq_head, mtx);
	uintptr_t word;

	if (atomic_load_relaxed(&mtx->mtx_owner) != ((uintptr_t)l | MUTEX_WAITERS) || next == NULL)
		panic("mutex_exit: %p is not held by the caller", mtx);
	word = sleepq_find(next->l_sync.ls_next, mtx) != NULL ? MUTEX_WAITERS : 0;
	if (next->l_sync.ls_kind == SLEEPER_STARVED) {
		next->l_sync.ls_handoff = 1;
		word |= (uintptr_t)next;
	}
	atomic_store_release(&mtx->mtx_owner, word);
	sleepq_remove(&sq->sq_head, &sq->sq_tail, next);
	sleepq_unlock(sq);
	lwp_unpark(next);
}

void
mutex_spin_enter(kmutex_t *mtx)
{
	struct lwp *const l = curlwp;
	const uint8_t spl = l->l_sync.ls_spl;
	uint32_t unheld = 0;

	MUTEX_CHECK(mtx);
	MUTEX_CHECK_IPL(mtx, l);
	RUMP_POINT(LOCK, mtx);
	lockdebug_wanted(mtx, mtx->mtx_class, LOCKDEBUG_HERE);
	if (__predict_false(atomic_load_relaxed(&mtx->mtx_owner) == (uintptr_t)l))
		panic("mutex_spin_enter: %p is held by the caller", mtx);
	if (__predict_false(!__atomic_compare_exchange_n(
		&mtx->mtx_word, &unheld, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)))
		rump_leaf_wait((uint32_t *)__UNVOLATILE(&mtx->mtx_word));
	if (l->l_sync.ls_nspin++ == 0)
		l->l_sync.ls_oldspl = spl;
	if (mtx->mtx_ipl > spl)
		l->l_sync.ls_spl = mtx->mtx_ipl;
	atomic_store_relaxed(&mtx->mtx_owner, (uintptr_t)l);
	LOCKS_HELD(l, 1);
	lockdebug_locked(mtx, mtx->mtx_class, LOCKDEBUG_HERE, true);
}

void
mutex_spin_exit(kmutex_t *mtx)
{
	struct lwp *const l = curlwp;

	if (__predict_false(atomic_load_relaxed(&mtx->mtx_owner) != (uintptr_t)l))
		panic("mutex_spin_exit: %p is not held by the caller", mtx);
	lockdebug_unlocked(mtx);
	LOCKS_HELD(l, -1);
	atomic_store_relaxed(&mtx->mtx_owner, 0);
	if (__predict_false(__atomic_exchange_n(&mtx->mtx_word, 0, __ATOMIC_RELEASE) == 2))
		rump_leaf_wake((uint32_t *)__UNVOLATILE(&mtx->mtx_word));
	if (--l->l_sync.ls_nspin == 0)
		l->l_sync.ls_spl = l->l_sync.ls_oldspl;
	RUMP_POINT(UNLOCK, mtx);
}

void
mutex_enter(kmutex_t *mtx)
{
	struct lwp *const l = curlwp;

	if (mtx->mtx_ipl != IPL_NONE) {
		mutex_spin_enter(mtx);
		return;
	}
	MUTEX_CHECK(mtx);
	RUMP_POINT(LOCK, mtx);
	ASSERT_SLEEPABLE();
	lockdebug_wanted(mtx, mtx->mtx_class, LOCKDEBUG_HERE);
	if (__predict_false(!mutex_cas(mtx, 0, (uintptr_t)l, __ATOMIC_ACQ_REL)))
		mutex_wait(mtx, l);
	LOCKS_HELD(l, 1);
	lockdebug_locked(mtx, mtx->mtx_class, LOCKDEBUG_HERE, false);
}

void
mutex_exit(kmutex_t *mtx)
{
	struct lwp *const l = curlwp;

	if (mtx->mtx_ipl != IPL_NONE) {
		mutex_spin_exit(mtx);
		return;
	}
	MUTEX_CHECK(mtx);
	lockdebug_unlocked(mtx);
	LOCKS_HELD(l, -1);
	if (__predict_false(!mutex_cas(mtx, (uintptr_t)l, 0, __ATOMIC_RELEASE)))
		mutex_wake(mtx, l);
	RUMP_POINT(UNLOCK, mtx);
}

static int
mutex_spin_tryenter(kmutex_t *mtx, struct lwp *l)
{
	uint32_t unheld = 0;

	if (!__atomic_compare_exchange_n(
		&mtx->mtx_word, &unheld, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return 0;
	if (l->l_sync.ls_nspin++ == 0)
		l->l_sync.ls_oldspl = l->l_sync.ls_spl;
	if (mtx->mtx_ipl > l->l_sync.ls_spl)
		l->l_sync.ls_spl = mtx->mtx_ipl;
	atomic_store_relaxed(&mtx->mtx_owner, (uintptr_t)l);
	return 1;
}

int
mutex_tryenter(kmutex_t *mtx)
{
	struct lwp *const l = curlwp;
	uintptr_t word;

	MUTEX_CHECK(mtx);
	RUMP_POINT(LOCK, mtx);
	if (mtx->mtx_ipl != IPL_NONE) {
		if (!mutex_spin_tryenter(mtx, l))
			return 0;
	} else {
		word = atomic_load_relaxed(&mtx->mtx_owner);
		if (mutex_lwp(word) != NULL ||
		    !mutex_cas(mtx, word, (uintptr_t)l | word, __ATOMIC_ACQ_REL))
			return 0;
	}
	LOCKS_HELD(l, 1);
	lockdebug_locked(mtx, mtx->mtx_class, LOCKDEBUG_HERE, mtx->mtx_ipl != IPL_NONE);
	return 1;
}

struct lwp *
mutex_owner(const kmutex_t *mtx)
{
	return mutex_lwp(atomic_load_relaxed(&mtx->mtx_owner));
}

int
mutex_owned(const kmutex_t *mtx)
{
	return mtx != NULL && mutex_owner(mtx) == curlwp;
}

int
mutex_ownable(const kmutex_t *mtx)
{
	MUTEX_CHECK(mtx);
	KASSERTMSG(!mutex_owned(mtx), "mutex %p is held by the caller", mtx);
	return 1;
}

bool
mutex_owner_running(const kmutex_t *mtx)
{
	/* Acquire: the owner's lwp is looked into. */
	const struct lwp *const owner = mutex_lwp(atomic_load_acquire(&mtx->mtx_owner));

	return owner != NULL && lwp_running(owner);
}
