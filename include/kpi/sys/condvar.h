/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * condvar(9): wait for a condition that a mutex protects.
 *
 * The mutex may be of either kind, but must be the same for all waiters of one condvar.  A wake-up
 * by cv_signal() or cv_broadcast() is never lost to a waiter that times out or is interrupted at
 * the same moment.  Waits may end without reason: look at the condition again.
 */
#ifndef KPI_SYS_CONDVAR_H
#define KPI_SYS_CONDVAR_H

#include <sys/types.h>
#include <sys/mutex.h>

struct bintime;
struct lwp;

/* Locks: (i) immutable, (q) the sleep queue lock that the condvar's address hashes to. */
struct kcondvar {
	struct lwp *cv_head;  /* (q) waiters, oldest first; peeked at without the lock */
	struct lwp *cv_tail;  /* (q) */
	const char *cv_wmesg; /* (i) */
};
typedef struct kcondvar kcondvar_t;

__BEGIN_DECLS
/* wmesg is kept, not copied. */
/* What a timed wait may be late by: a millisecond. */
#define DEFAULT_TIMEOUT_EPSILON \
	(&(const struct bintime){ .sec = 0, .frac = (((uint64_t)1 << 32) / 1000) << 32 })

void cv_init(kcondvar_t *cv, const char *wmesg);
/* Nobody waits.  May follow the broadcast that woke the last waiters at once. */
void cv_destroy(kcondvar_t *cv);

/*
 * ctx: thread.  sleeps.  locks: mtx held on entry and on return, released in between.
 * _sig: ended by a signal too.  timo: ticks of hz, 0 for no limit.
 * errors: EWOULDBLOCK at the time limit; EINTR, ERESTART on a signal (_sig only).
 */
void cv_wait(kcondvar_t *cv, kmutex_t *mtx);
int cv_wait_sig(kcondvar_t *cv, kmutex_t *mtx);
int cv_timedwait(kcondvar_t *cv, kmutex_t *mtx, int timo);
int cv_timedwait_sig(kcondvar_t *cv, kmutex_t *mtx, int timo);
/* bt is the time left: updated on return.  epsilon is the precision asked for. */
int cv_timedwaitbt(
    kcondvar_t *cv, kmutex_t *mtx, struct bintime *bt, const struct bintime *epsilon);
int cv_timedwaitbt_sig(
    kcondvar_t *cv, kmutex_t *mtx, struct bintime *bt, const struct bintime *epsilon);

/*
 * Wake one waiter, or all.  ctx: any that may hold the mutex.  sleeps: never.
 * The condition was changed with the mutex held; the wake-up may come after its release.
 */
void cv_signal(kcondvar_t *cv);
void cv_broadcast(kcondvar_t *cv);

/* A hint unless the mutex is held. */
bool cv_has_waiters(kcondvar_t *cv);
/* Whether cv_init() was done; for assertions alone. */
bool cv_is_valid(kcondvar_t *cv);
__END_DECLS

/* Condvar wait channels used by the whole kernel. */
extern kcondvar_t lbolt;

#endif /* KPI_SYS_CONDVAR_H */
