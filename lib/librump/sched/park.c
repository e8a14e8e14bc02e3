/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Sleeping and waking: one token a lwp, in l_park.
 *
 *	0 --unpark--> TOKEN --park--> 0
 *	0 --park--> PARKED --unpark--> TOKEN, and the sleeper is woken
 *	PARKED --deadline--> 0
 *
 * Before it asks the host, a sleeper spins for about a microsecond when another CPU is busy, since
 * whoever runs there may be about to wake it: a wake-up through the host costs 25 times that.  It also
 * spins when that was worth it the last time, and nobody is on a CPU just now: two that take turns
 * are outside of the kernel in between.  Where it was in vain some times running, as it is for threads that
 * share one CPU of the host's, only one sleep in SPIN_RETRY tries again.
 *
 * Under RUMP_THREADS=0 nobody else may be there to do the deferred work that leads to the wake-up.  It
 * is done by who leaves the kernel, and by a sleeper that waits for an event and holds no lock: it works
 * first, as the lwp of the CPU's softint thread (which does not exist then), then sleeps.  Of those that
 * sleep so, the newest keeps watch: it wakes for the next callout, and others wake it when that changes,
 * or for work that they cannot do themselves.  When it goes on, the next newest takes over.
 *
 * One that holds a lock only sleeps, as work might want the lock; one that waits for a lock, too,
 * because the lock may be handed to it while it works.
 */
#include <sys/errno.h>
#include <sys/param.h>
#include <sys/proc.h>
#include <sys/queue.h>
#include <sys/systm.h>
#include <sys/time.h>

#include <rump/rumpuser.h>

#include "rump_boot.h"
#include "rump_cpu.h"
#include "rump_entry.h"
#include "rump_leaf.h"
#include "rump_point.h"
#include "rump_sched.h"
#include "rump_sync.h"
#include "rump_time.h"

enum { PARK_NONE, PARK_TOKEN, PARK_PARKED };

#define SPIN_ROUNDS 64
#define SPIN_MISSES 4 /* spins in vain before it is given up */
#define SPIN_RETRY  32

void (*rump_nothreads_hook)(void);

void
rump_nothreads_fallback(void (*hook)(void))
{
	__atomic_store_n(&rump_nothreads_hook, hook, __ATOMIC_RELEASE);
	for (int i = 0; i < ncpu; i++)
		rump_pending_set(&rump_cpus[i], RUMP_PEND_HOOK);
}

static bool
take_token(struct lwp *l)
{
	if (__atomic_load_n(&l->l_park, __ATOMIC_ACQUIRE) != PARK_TOKEN)
		return false;
	__atomic_store_n(&l->l_park, PARK_NONE, __ATOMIC_RELAXED);
	return true;
}

/* Some other CPU is in use: its holder may wake us. */
static bool
others_busy(struct cpu_info *ci)
{
	for (int i = 0, n = rump_cpu_used(); i < n; i++) {
		if (&rump_cpus[i] != ci &&
		    __atomic_load_n(&rump_cpus[i].ci_busy, __ATOMIC_RELAXED) != 0)
			return true;
	}
	return false;
}

/* Asleep on the host.  False: the deadline came first.  ctx: holds no CPU. */
static bool
park_host(struct lwp *l, int64_t deadline_ns)
{
	uint32_t state = PARK_NONE;
	int error = 0;

	if (!__atomic_compare_exchange_n(
		&l->l_park, &state, PARK_PARKED, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
		__atomic_store_n(&l->l_park, PARK_NONE, __ATOMIC_RELAXED);
		return true;
	}
	do {
		error = rumpuser_park(&l->l_park, PARK_PARKED, deadline_ns);
		state = __atomic_load_n(&l->l_park, __ATOMIC_ACQUIRE);
	} while (state == PARK_PARKED && error == 0);
	/* A token that comes between the deadline and here counts. */
	return __atomic_exchange_n(&l->l_park, PARK_NONE, __ATOMIC_ACQUIRE) == PARK_TOKEN;
}

static bool
park_offcpu(struct lwp *l, int64_t deadline_ns)
{
	bool woken;

	if ((rump_pending(l->l_cpu) & RUMP_PEND_RCU) != 0)
		rump_reap_want();
	rump_cpu_release(l);
	woken = park_host(l, deadline_ns);
	rump_cpu_acquire(l);
	return woken;
}

/* ---- Without kernel threads ---- */

struct watcher {
	TAILQ_ENTRY(watcher) w_link;
	struct lwp *w_lwp;
};
static struct rump_leaf watch_lock;
static uint32_t looks;		       /* watch_lock for writing; counts rump_nothreads_look() */
static TAILQ_HEAD(, watcher) watchers; /* watch_lock; newest first */

void
rump_nothreads_init(void (*hook)(void))
{
	/* A kernel that a fork() cut off may have left anything here. */
	rump_leaf_init(&watch_lock);
	TAILQ_INIT(&watchers);
	__atomic_store_n(&rump_nothreads_hook, hook, __ATOMIC_RELEASE);
}

void
rump_nothreads_look(void)
{
	struct watcher *w;

	rump_leaf_enter(&watch_lock);
	__atomic_store_n(&looks, looks + 1, __ATOMIC_RELAXED);
	if ((w = TAILQ_FIRST(&watchers)) != NULL)
		lwp_unpark(w->w_lwp);
	rump_leaf_exit(&watch_lock);
}

static void
watch_begin(struct watcher *w, struct lwp *l)
{
	w->w_lwp = l;
	rump_leaf_enter(&watch_lock);
	TAILQ_INSERT_HEAD(&watchers, w, w_link);
	rump_leaf_exit(&watch_lock);
}

/* True when w kept watch. */
static bool
watch_end(struct watcher *w)
{
	bool first;

	rump_leaf_enter(&watch_lock);
	first = TAILQ_FIRST(&watchers) == w;
	TAILQ_REMOVE(&watchers, w, w_link);
	rump_leaf_exit(&watch_lock);
	return first;
}

/* When w has to look again, at the latest: now, if it was asked to since seq. */
static int64_t
watch_until(const struct watcher *w, uint32_t seq, int64_t deadline_ns)
{
	const int64_t now = rump_mono_ns();
	int64_t next;
	bool first, asked;

	rump_leaf_enter(&watch_lock);
	first = TAILQ_FIRST(&watchers) == w;
	asked = looks != seq;
	rump_leaf_exit(&watch_lock);
	if (!first)
		return deadline_ns;
	if (asked)
		return now;
	next = rump_work_next();
	/* Due, and somebody else is at it, or it waits for a lock. */
	if (next <= now)
		next = now + RUMP_TICK_NS;
	return MIN(deadline_ns, next);
}

void
rump_nothreads_work(struct lwp *l)
{
	struct cpu_info *const ci = l->l_cpu;
	struct lwp *const helper = &ci->ci_rump->rc_threadlwp;
	void (*const hook)(void) = __atomic_load_n(&rump_nothreads_hook, __ATOMIC_ACQUIRE);

	if (hook == NULL)
		return;
	if (rump_threads_p()) {
		(*hook)(); /* the lwp is the softint thread's */
		return;
	}
	if (helper->l_ctxlink != NULL) {
		/* Work that sleeps itself may wait for a callout, not for other work. */
		if (l == helper)
			(void)rump_callout_poll();
		return;
	}
	helper->l_ctxlink = l;
	curlwp = helper;
	rump_cpu_set(ci, helper);
	rump_softint_drain();
	(*hook)();
	curlwp = l;
	rump_cpu_set(ci, l);
	helper->l_ctxlink = NULL;
}

/* The same as lwp_park(), for one that may work. */
static int
park_helping(struct lwp *l, int64_t deadline_ns)
{
	struct watcher w;
	bool woken = false, late = false, first = true;

	while (!woken && !late) {
		const uint32_t seq = __atomic_load_n(&looks, __ATOMIC_RELAXED);

		rump_nothreads_work(l);
		if ((woken = take_token(l)))
			break;
		watch_begin(&w, l);
		woken = park_offcpu(l, watch_until(&w, seq, deadline_ns));
		first = watch_end(&w);
		late = deadline_ns != RUMPUSER_FOREVER && rump_mono_ns() >= deadline_ns;
	}
	if (first)
		rump_nothreads_look(); /* another takes over */
	return woken ? 0 : EWOULDBLOCK;
}

static bool
may_help(const struct lwp *l)
{
	return rump_nothreads_hook != NULL && l->l_locks == 0 && (l->l_pflag & LP_INTR) == 0 &&
	    rump_sync_waits_for_event(l);
}

static bool
spin_worthwhile(struct lwp *l)
{
	if (l->l_spinmiss == 0)
		return l->l_spinhit || others_busy(l->l_cpu);
	if (l->l_spinmiss < SPIN_MISSES)
		return others_busy(l->l_cpu);
	if (++l->l_spinmiss < SPIN_MISSES + SPIN_RETRY)
		return false;
	l->l_spinmiss = SPIN_MISSES - 1;
	return true;
}

/* True: the token came. */
static bool
spin(struct lwp *l)
{
	for (int i = 0; i < SPIN_ROUNDS; i++) {
		SPINLOCK_BACKOFF_HOOK;
		if (take_token(l)) {
			l->l_spinmiss = 0;
			l->l_spinhit = true;
			return true;
		}
	}
	l->l_spinmiss++;
	l->l_spinhit = false;
	return false;
}

int
lwp_park(int64_t deadline_ns)
{
	struct lwp *l = curlwp;
	bool woken;

	RUMP_POINT(SLEEP, &l->l_park);
	if (take_token(l))
		return 0;
	if (__predict_false(!rump_threads_p())) {
		if (may_help(l))
			return park_helping(l, deadline_ns);
		rump_nothreads_look();
	}
	if (deadline_ns != RUMPUSER_FOREVER && deadline_ns <= 0)
		return EWOULDBLOCK;
	if (ncpu > 1 && spin_worthwhile(l) && spin(l))
		return 0;
	woken = park_offcpu(l, deadline_ns);
	return woken ? 0 : EWOULDBLOCK;
}

void
lwp_unpark(struct lwp *l)
{
	if (__atomic_exchange_n(&l->l_park, PARK_TOKEN, __ATOMIC_ACQ_REL) == PARK_PARKED)
		rumpuser_unpark(&l->l_park, 1);
}
