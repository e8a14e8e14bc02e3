/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Reader/writer locks.
 *
 * The word:
 *
 *	free		0
 *	read		count * RW_READER_ONE	[ | RW_WAITERS | RW_WANTED ]
 *	written		lwp | RW_WRITTEN	[ | RW_WAITERS [ | RW_WANTED ] ]
 *
 * RW_WAITERS is set exactly while somebody sleeps for the lock, RW_WANTED exactly while a writer
 * does; both change under the lock of the sleep queue only.  Readers stay out while the lock is
 * written or wanted, so those that sleep while it is read are there because of a writer.
 *
 * A lock with waiters is never left free: it is handed over.  The last reader hands it to the
 * oldest writer; a writer hands it to all readers that wait, or when there are none to the oldest
 * writer.  So writers wait for the readers that came before them, readers for one writer, and
 * nobody starves.
 */
#include "sync_impl.h"

#include <sys/rwlock.h>

#define RW_WAITERS    ((uintptr_t)1)
#define RW_WANTED     ((uintptr_t)2)
#define RW_WRITTEN    ((uintptr_t)4)
#define RW_FLAGS      ((uintptr_t)7)
#define RW_READER_ONE ((uintptr_t)8)

static inline bool
rw_cas(krwlock_t *rw, uintptr_t old, uintptr_t new, int order)
{
	return __atomic_compare_exchange_n(
	    &rw->rw_owner, &old, new, false, order, __ATOMIC_RELAXED);
}

static inline struct lwp *
rw_writer(uintptr_t word)
{
	return (word & RW_WRITTEN) != 0 ? (struct lwp *)(word & ~RW_FLAGS) : NULL;
}

/* Whether one that comes now has to wait. */
static inline bool
rw_must_wait(uintptr_t word, krw_t op)
{
	return op == RW_READER ? (word & (RW_WRITTEN | RW_WANTED)) != 0 : word != 0;
}

static inline uintptr_t
rw_taken(uintptr_t word, krw_t op, struct lwp *l)
{
	return op == RW_READER ? word + RW_READER_ONE : (uintptr_t)l | RW_WRITTEN;
}

void
rw_init(krwlock_t *rw)
{
	rw->rw_owner = 0;
#ifdef LOCKDEBUG
	rw->rw_class = lockdebug_class(LOCKDEBUG_HERE);
#endif
}

void
rw_destroy(krwlock_t *rw)
{
	KASSERTMSG(rw->rw_owner == 0, "rwlock %p is in use", rw);
	rw->rw_owner = RW_WAITERS; /* whoever uses it from now on hangs or panics */
}

/* Sleep until the lock is handed over.  False: it is no longer necessary to wait; look again. */
static bool
rw_sleep(krwlock_t *rw, krw_t op, struct lwp *l)
{
	const uintptr_t flags = op == RW_READER ? RW_WAITERS : RW_WAITERS | RW_WANTED;
	struct sleepq *const sq = sleepq_lock(rw);
	const uintptr_t word = atomic_load_relaxed(&rw->rw_owner);
	int nlocks;

	if (!rw_must_wait(word, op) ||
	    ((word & flags) != flags && !rw_cas(rw, word, word | flags, __ATOMIC_RELAXED))) {
		sleepq_unlock(sq);
		return false;
	}
	sleepq_enter(&sq->sq_head, &sq->sq_tail, l, rw,
	    op == RW_READER ? SLEEPER_READER : SLEEPER_WRITER, "rwlock");
	sleepq_unlock(sq);
	nlocks = rump_kernel_lock_drop();
	(void)sleepq_block(l, RUMPUSER_FOREVER, false);
	rump_kernel_lock_retake(nlocks);
	return true;
}

static __noinline void
rw_wait(krwlock_t *rw, krw_t op, struct lwp *l)
{
	int spins = LOCK_SPINS;

	for (;;) {
		const uintptr_t word = atomic_load_acquire(&rw->rw_owner);
		const struct lwp *const writer = rw_writer(word);

		if (!rw_must_wait(word, op)) {
			if (rw_cas(rw, word, rw_taken(word, op, l), __ATOMIC_ACQ_REL))
				return;
			continue;
		}
		if (writer == l)
			panic("rw_enter: %p is held by the caller", rw);
		if (spins > 0 && writer != NULL && lwp_running(writer)) {
			spins--;
			SPINLOCK_BACKOFF_HOOK;
			continue;
		}
		if (rw_sleep(rw, op, l))
			return;
	}
}

/* The oldest waiter of a kind, from l on.  locks: the queue's. */
static struct lwp *
rw_find(struct lwp *l, krwlock_t *rw, int kind)
{
	for (l = sleepq_find(l, rw); l != NULL; l = sleepq_find(l->l_sync.ls_next, rw)) {
		if (l->l_sync.ls_kind == kind)
			break;
	}
	return l;
}

/* The flags that the waiters other than l stand for.  locks: the queue's. */
static uintptr_t
rw_flags_without(struct sleepq *sq, krwlock_t *rw, const struct lwp *l)
{
	struct lwp *writer = rw_find(sq->sq_head, rw, SLEEPER_WRITER);

	if (writer == l && writer != NULL)
		writer = rw_find(writer->l_sync.ls_next, rw, SLEEPER_WRITER);
	if (writer != NULL)
		return RW_WAITERS | RW_WANTED;
	return rw_find(sq->sq_head, rw, SLEEPER_READER) != NULL ? RW_WAITERS : 0;
}

/*
 * Let all readers in that wait, beside the caller if it stays as one; unlocks the queue.
 * The word is right before the first of them can run.
 */
static void
rw_give_readers(krwlock_t *rw, struct sleepq *sq, bool stay)
{
	const bool wanted = rw_find(sq->sq_head, rw, SLEEPER_WRITER) != NULL;
	uintptr_t count = stay ? 1 : 0;
	struct lwp *l;

	for (l = rw_find(sq->sq_head, rw, SLEEPER_READER); l != NULL;
	     l = rw_find(l->l_sync.ls_next, rw, SLEEPER_READER))
		count++;
	atomic_store_release(
	    &rw->rw_owner, count * RW_READER_ONE | (wanted ? RW_WAITERS | RW_WANTED : 0));
	while ((l = rw_find(sq->sq_head, rw, SLEEPER_READER)) != NULL) {
		sleepq_remove(&sq->sq_head, &sq->sq_tail, l);
		lwp_unpark(l);
	}
	sleepq_unlock(sq);
}

/* Hand the lock to the oldest writer that waits; unlocks the queue. */
static void
rw_give_writer(krwlock_t *rw, struct sleepq *sq)
{
	struct lwp *const l = rw_find(sq->sq_head, rw, SLEEPER_WRITER);

	KASSERT(l != NULL);
	atomic_store_release(
	    &rw->rw_owner, (uintptr_t)l | RW_WRITTEN | rw_flags_without(sq, rw, l));
	sleepq_remove(&sq->sq_head, &sq->sq_tail, l);
	sleepq_unlock(sq);
	lwp_unpark(l);
}

/* Leave a lock that others wait for, or that other readers enter and leave at the same time. */
static __noinline void
rw_exit_contended(krwlock_t *rw, struct lwp *l)
{
	struct sleepq *const sq = sleepq_lock(rw);
	uintptr_t word;

	for (;;) {
		/* What the readers that left did happens before what the next holder does. */
		word = atomic_load_acquire(&rw->rw_owner);
		if (word < RW_READER_ONE || (rw_writer(word) != NULL && rw_writer(word) != l))
			panic("rw_exit: %p is not held by the caller", rw);
		if ((word & RW_WAITERS) != 0 &&
		    ((word & RW_WRITTEN) != 0 || (word & ~RW_FLAGS) == RW_READER_ONE))
			break;
		/* Not the last one, or nobody waits. */
		if (rw_cas(rw, word, (word & RW_WRITTEN) != 0 ? 0 : word - RW_READER_ONE,
			__ATOMIC_RELEASE)) {
			sleepq_unlock(sq);
			return;
		}
	}
	/* Nobody but the caller can change the word now: others wait, and set flags under sq. */
	if ((word & RW_WRITTEN) != 0 && rw_find(sq->sq_head, rw, SLEEPER_READER) != NULL)
		rw_give_readers(rw, sq, false);
	else
		rw_give_writer(rw, sq);
}

void
rw_enter(krwlock_t *rw, const krw_t op)
{
	RUMP_POINT(LOCK, rw);
	struct lwp *const l = curlwp;
	const uintptr_t word = op == RW_READER ? atomic_load_relaxed(&rw->rw_owner) : 0;

	ASSERT_SLEEPABLE();
	lockdebug_wanted(rw, rw->rw_class, LOCKDEBUG_HERE);
	if (__predict_false(rw_must_wait(word, op) ||
		!rw_cas(rw, word, rw_taken(word, op, l), __ATOMIC_ACQ_REL)))
		rw_wait(rw, op, l);
	LOCKS_HELD(l, 1);
	lockdebug_locked(rw, rw->rw_class, LOCKDEBUG_HERE, false);
}

int
rw_tryenter(krwlock_t *rw, const krw_t op)
{
	struct lwp *const l = curlwp;
	uintptr_t word;

	RUMP_POINT(LOCK, rw);
	do {
		word = atomic_load_relaxed(&rw->rw_owner);
		if (rw_must_wait(word, op))
			return 0;
	} while (!rw_cas(rw, word, rw_taken(word, op, l), __ATOMIC_ACQ_REL));
	LOCKS_HELD(l, 1);
	lockdebug_locked(rw, rw->rw_class, LOCKDEBUG_HERE, false);
	return 1;
}

void
rw_exit(krwlock_t *rw)
{
	struct lwp *const l = curlwp;
	const uintptr_t word = atomic_load_relaxed(&rw->rw_owner);
	const uintptr_t rest = (word & RW_WRITTEN) != 0 ? 0 : word - RW_READER_ONE;

	lockdebug_unlocked(rw);
	LOCKS_HELD(l, -1);
	KASSERTMSG(rw_lock_held(rw), "rwlock %p is not held", rw);
	if (__predict_false((word & RW_WAITERS) != 0 || word < RW_READER_ONE ||
		!rw_cas(rw, word, rest, __ATOMIC_RELEASE)))
		rw_exit_contended(rw, l);
	RUMP_POINT(UNLOCK, rw);
}

int
rw_tryupgrade(krwlock_t *rw)
{
	struct lwp *const l = curlwp;
	uintptr_t word;

	RUMP_POINT(LOCK, rw);
	do {
		word = atomic_load_relaxed(&rw->rw_owner);
		KASSERTMSG(rw_writer(word) == NULL && word >= RW_READER_ONE,
		    "rwlock %p is not held by a reader", rw);
		if ((word & ~RW_FLAGS) != RW_READER_ONE)
			return 0;
	} while (!rw_cas(rw, word, (uintptr_t)l | RW_WRITTEN | (word & (RW_WAITERS | RW_WANTED)),
	    __ATOMIC_ACQ_REL));
	return 1;
}

void
rw_downgrade(krwlock_t *rw)
{
	struct sleepq *sq;

	RUMP_POINT(UNLOCK, rw);
	KASSERTMSG(rw_write_held(rw), "rwlock %p is not held by the caller", rw);
	if (rw_cas(rw, (uintptr_t)curlwp | RW_WRITTEN, RW_READER_ONE, __ATOMIC_RELEASE))
		return;
	sq = sleepq_lock(rw);
	rw_give_readers(rw, sq, true);
}

int
rw_read_held(krwlock_t *rw)
{
	const uintptr_t word = atomic_load_relaxed(&rw->rw_owner);

	return (word & RW_WRITTEN) == 0 && word >= RW_READER_ONE;
}

int
rw_write_held(krwlock_t *rw)
{
	return rw_writer(atomic_load_relaxed(&rw->rw_owner)) == curlwp;
}

int
rw_lock_held(krwlock_t *rw)
{
	return atomic_load_relaxed(&rw->rw_owner) >= RW_READER_ONE;
}

krw_t
rw_lock_op(krwlock_t *rw)
{
	return rw_write_held(rw) ? RW_WRITER : RW_READER;
}

bool
rw_owner_running(const krwlock_t *rw)
{
	/* Acquire: the writer's lwp is looked into. */
	const struct lwp *const writer = rw_writer(atomic_load_acquire(&rw->rw_owner));

	return writer != NULL && lwp_running(writer);
}

struct lwp *
rw_holder(const krwlock_t *rw)
{
	return rw_writer(atomic_load_relaxed(&rw->rw_owner));
}
