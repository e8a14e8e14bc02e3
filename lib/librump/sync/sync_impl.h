/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Sleep queues: how lwps wait for locks, condvars and addresses.
 *
 * What is waited for (the "wait channel") hashes to one of SLEEPQ_COUNT queues, whose leaf lock
 * guards everything about the waiting.  Waiters for a mutex, an rwlock or an address are on the
 * queue's own list; those of a condvar are on the condvar's.
 *
 * An lwp's sleep, told by ls_wchan:
 *
 *	NULL --sleepq_enter()--> channel --sleepq_remove()--> NULL
 *
 * The lwp itself enters, and then blocks in sleepq_block() until ls_wchan is NULL.  Whoever removes
 * it owes it an lwp_unpark(); only the lwp removes itself, for time or interruption.  Both do it
 * under the queue's lock, so exactly one of them wins: a wake-up is never spent on a waiter that
 * has given up.
 *
 * The remover may be late with its lwp_unpark(): the woken lwp can see NULL before, go on, sleep
 * elsewhere or end.  So park tokens mean nothing by themselves, and the memory of an lwp outlives
 * its end by a grace period.
 */
#ifndef SYNC_IMPL_H
#define SYNC_IMPL_H

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/cpu.h>
#include <sys/lock.h>
#include <sys/lwp.h>
#include <sys/rwlock.h>
#include <sys/systm.h>
#include <rump/rumpuser.h>

#include "rump_leaf.h"
#include "rump_point.h"
#include "rump_sched.h"
#include "rump_sync.h"
#include "rump_time.h"

/* ls_kind */
enum {
	SLEEPER_MUTEX,	 /* for a mutex, first try */
	SLEEPER_STARVED, /* for a mutex, and others were faster once: wants it handed over */
	SLEEPER_READER,	 /* for an rwlock */
	SLEEPER_WRITER,
	SLEEPER_CV,	 /* on the list of a condvar */
	SLEEPER_ADDRESS, /* tsleep() */
};

/* Locks: (q) sq_lock. */
struct sleepq {
	struct rump_leaf sq_lock;
	struct lwp *sq_head; /* (q) oldest first */
	struct lwp *sq_tail; /* (q) */
} __cacheline_aligned;

#define SLEEPQ_SHIFT 6
#define SLEEPQ_COUNT (1 << SLEEPQ_SHIFT)
extern struct sleepq sleepq_table[SLEEPQ_COUNT];

/* The locked queue of a channel. */
static inline struct sleepq *
sleepq_lock(const volatile void *wchan)
{
	const uint64_t hash = (uint64_t)(uintptr_t)wchan * 0x9e3779b97f4a7c15ULL;
	struct sleepq *sq = &sleepq_table[hash >> (64 - SLEEPQ_SHIFT)];

	rump_leaf_enter(&sq->sq_lock);
	return sq;
}

static inline void
sleepq_unlock(struct sleepq *sq)
{
	rump_leaf_exit(&sq->sq_lock);
}

/* Put curlwp on the list that begins at *headp.  locks: the queue's. */
void sleepq_enter(struct lwp **headp, struct lwp **tailp, struct lwp *l, const volatile void *wchan,
    int kind, const char *wmesg);
/* Take l off.  locks: the queue's.  The caller unparks it, best after unlocking. */
void sleepq_remove(struct lwp **headp, struct lwp **tailp, struct lwp *l);
/* The oldest that waits for wchan from l on.  locks: the queue's. */
struct lwp *sleepq_find(struct lwp *l, const volatile void *wchan);
/* Remove and unpark all (but count at most) that wait for wchan.  locks: none; takes the queue's. */
void sleepq_wake(const volatile void *wchan, struct lwp **headp, struct lwp **tailp, u_int count);
/*
 * Sleep until removed.  intr: rump_lwp_interrupt() ends it.  KERNEL_LOCK is not held.
 * errors: EWOULDBLOCK at the deadline (monotonic ns), EINTR; the lwp has removed itself then.
 */
int sleepq_block(struct lwp *l, int64_t deadline_ns, bool intr);
/* Monotonic nanoseconds timo ticks from now; RUMPUSER_FOREVER when timo is 0 or less. */
int64_t sleepq_deadline(int timo);

/* Whether the lwp that holds a lock is on a CPU right now, so that spinning may pay. */
static inline bool
lwp_running(const struct lwp *l)
{
	const struct cpu_info *const ci = atomic_load_relaxed(&l->l_cpu);

	return ci != NULL && atomic_load_relaxed(&ci->ci_busy) != 0 &&
	    atomic_load_relaxed(&ci->ci_curlwp) == l;
}

/* How often a waiter looks at a lock before it sleeps: about what a sleep costs, 10 us. */
#define LOCK_SPINS (ncpu > 1 ? 250 : 0)

/* Who has an rwlock for writing, or NULL.  For reports: the answer may be stale. */
struct lwp *rw_holder(const krwlock_t *rw);

void kernel_lock_init(void);
void kernel_lock_fini(void);

/* Who sleeps with a lock does no deferred work: sched/park.c.  DIAGNOSTIC builds check the count. */
#define LOCKS_HELD(l, n) ((l)->l_locks += (n))

/*
 * LOCKDEBUG builds know which they are: lockdebug.c.  LOCKDEBUG_HERE is where the caller of the
 * lock's function is.
 */
#ifdef LOCKDEBUG
#define LOCKDEBUG_HERE ((uintptr_t)__builtin_return_address(0))
/* The class of locks that are initialised at this place. */
u_int lockdebug_class(uintptr_t where);
/* The lwp is about to wait for the lock: panics when that is in the wrong order. */
void lockdebug_wanted(const volatile void *lock, u_int class, uintptr_t where);
void lockdebug_locked(const volatile void *lock, u_int class, uintptr_t where, bool spin);
void lockdebug_unlocked(const volatile void *lock);
/* Panics when the lwp holds a lock: a spin mutex, or any. */
void lockdebug_none(struct lwp *l, bool spin_only, const char *when);
/* The locks that l holds are no matter any more. */
void lockdebug_forget(struct lwp *l);
void lockdebug_init(void);
#else
#define lockdebug_wanted(lock, class, where)	   ((void)0)
#define lockdebug_locked(lock, class, where, spin) ((void)0)
#define lockdebug_unlocked(lock)		   ((void)0)
#define lockdebug_none(l, spin_only, when)	   ((void)0)
#define lockdebug_forget(l)			   ((void)0)
#define lockdebug_init()			   ((void)0)
#endif

#endif /* SYNC_IMPL_H */
