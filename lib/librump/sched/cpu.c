/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Virtual CPUs changing hands; the model is in rump_sched.h.
 *
 * A thread that finds no free CPU spins for a microsecond (longer than most calls last), then
 * queues itself as a waiter:
 *
 *	WAIT --someone left a CPU--> LOOK --the waiter tries, in vain--> WAIT
 *	WAIT, LOOK --it is starving, and someone left a CPU--> GIVEN
 *
 * Others may barge in between LOOK and the try; that is what keeps the throughput of short calls.
 * A waiter that has waited for STARVE_NS is given the next CPU instead.
 *
 * Publishing: the waiter counts itself in rh_attention, issues a membarrier, and tries once more.
 * A thread that leaves stores FREE, then loads rh_attention: either the load comes after the barrier
 * and sees the count, or the store came before it and the waiter's try sees FREE.
 */
#include "rump_cpu.h"

#include <sys/atomic.h>
#include <sys/param.h>
#include <sys/queue.h>
#include <sys/systm.h>

#include <rump/rumpuser.h>

#include "rump_boot.h"
#include "rump_entry.h"
#include "rump_hlock.h"
#include "rump_point.h"
#include "rump_sched.h"
#include "rump_time.h"

#define SPIN_NS	  1000
#define STARVE_NS 1000000

enum { W_WAIT, W_LOOK, W_GIVEN };

/* Locks: (w) waiters_lock, (a) atomic, (i) immutable. */
struct waiter {
	TAILQ_ENTRY(waiter) w_link; /* (w) */
	struct cpu_info *w_only;    /* (i) NULL: any CPU will do */
	struct cpu_info *w_cpu;	    /* (w) the CPU given */
	uint32_t w_state;	    /* (a) W_*, changed under (w) */
	bool w_starving;	    /* (w) */
};

struct rump_hot rump_hot = { .rh_gen = RUMP_GEN_NONE };
struct cpu_info rump_cpus[MAXCPUS];
struct cpu_info rump_cpu_dead = { .ci_busy = 1, .ci_pending = RUMP_PEND_HALTED };
__thread struct rump_thread rump_thread __attribute__((__tls_model__("initial-exec"))) = {
	.t_cpu = &rump_cpus[0],
};
int ncpu = 1;
int ncpuonline = 1;
bool mp_online = true;
int rump_cpu_high;

static bool fencing; /* boot_lock: rh_attention counts one for the lack of a membarrier */
static struct rump_hlock waiters_lock;
static TAILQ_HEAD(, waiter) waiters = TAILQ_HEAD_INITIALIZER(waiters); /* waiters_lock */
static uint32_t nwaiters;					       /* (a) their number */

static int64_t
now_ns(void)
{
	int64_t sec;
	long nsec;

	rumpuser_clock_gettime(RUMPUSER_CLOCK_MONOTONIC, &sec, &nsec);
	return sec * 1000000000 + nsec;
}

void
rump_attention(int delta)
{
	__atomic_fetch_add(&rump_hot.rh_attention, (uint32_t)delta, __ATOMIC_SEQ_CST);
}

/* A CPU is taken for the first time in this kernel. */
static void
used_now(int n)
{
	int high = __atomic_load_n(&rump_cpu_high, __ATOMIC_RELAXED);

	while (high < n &&
	    !__atomic_compare_exchange_n(
		&rump_cpu_high, &high, n, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
		continue;
}

bool
rump_cpu_try(struct cpu_info *ci)
{
	const int i = (int)(ci - rump_cpus);
	uint32_t expect = 0;

	if (__predict_false(i >= __atomic_load_n(&rump_cpu_high, __ATOMIC_RELAXED)))
		used_now(i + 1);
	if (__atomic_load_n(&ci->ci_busy, __ATOMIC_RELAXED) != 0 ||
	    !__atomic_compare_exchange_n(
		&ci->ci_busy, &expect, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return false;
	RUMP_TSAN_ACQUIRE(ci);
	return true;
}

static struct cpu_info *
try_any(struct cpu_info *pref, bool bound)
{
	if (rump_cpu_try(pref))
		return pref;
	if (bound)
		return NULL;
	const int n = __atomic_load_n(&ncpu, __ATOMIC_RELAXED);

	for (int i = 1; i < n; i++) {
		struct cpu_info *ci = &rump_cpus[(pref - rump_cpus + i) % n];

		if (__atomic_load_n(&ci->ci_busy, __ATOMIC_RELAXED) == 0 && rump_cpu_try(ci))
			return ci;
	}
	return NULL;
}

static bool
stale(uint32_t gen)
{
	return gen != 0 && gen != __atomic_load_n(&rump_hot.rh_gen, __ATOMIC_ACQUIRE);
}

static void
waiter_count(int delta)
{
	__atomic_fetch_add(&nwaiters, (uint32_t)delta, __ATOMIC_SEQ_CST);
	rump_attention(delta);
}

/* Take w off the queue.  The CPU that it was given meanwhile, if any. */
static struct cpu_info *
waiter_remove(struct waiter *w)
{
	struct cpu_info *given = NULL;

	rump_hlock_enter(&waiters_lock);
	if (w->w_state == W_GIVEN)
		given = w->w_cpu;
	else
		TAILQ_REMOVE(&waiters, w, w_link);
	rump_hlock_exit(&waiters_lock);
	if (given == NULL)
		waiter_count(-1);
	return given;
}

static struct cpu_info *
wait_queued(struct cpu_info *pref, bool bound, uint32_t gen)
{
	struct waiter w = { .w_only = bound ? pref : NULL, .w_state = W_WAIT };
	struct cpu_info *ci, *given;
	const int64_t deadline = now_ns() + STARVE_NS;

	rump_hlock_enter(&waiters_lock);
	TAILQ_INSERT_TAIL(&waiters, &w, w_link);
	rump_hlock_exit(&waiters_lock);
	waiter_count(1);
	(void)rumpuser_membarrier(); /* without one, those who leave fence */
	for (;;) {
		ci = try_any(pref, bound);
		if (ci != NULL || stale(gen))
			break;
		(void)rumpuser_park(&w.w_state, W_WAIT, w.w_starving ? RUMPUSER_FOREVER : deadline);
		rump_hlock_enter(&waiters_lock);
		if (w.w_state == W_LOOK)
			__atomic_store_n(&w.w_state, W_WAIT, __ATOMIC_RELAXED);
		if (!w.w_starving && now_ns() >= deadline)
			w.w_starving = true;
		given = w.w_state == W_GIVEN ? w.w_cpu : NULL;
		rump_hlock_exit(&waiters_lock);
		if (given != NULL) {
			RUMP_TSAN_ACQUIRE(given);
			return given;
		}
	}
	given = waiter_remove(&w);
	if (given != NULL && ci != NULL)
		rump_cpu_give(given); /* one is enough */
	else if (given != NULL)
		ci = given;
	if (ci != NULL)
		RUMP_TSAN_ACQUIRE(ci);
	return ci;
}

struct cpu_info *
rump_cpu_take(struct cpu_info *pref, bool bound, uint32_t gen)
{
	struct cpu_info *ci;

	if ((ci = try_any(pref, bound)) != NULL)
		return ci;
	if (__atomic_load_n(&ncpu, __ATOMIC_RELAXED) > 1) {
		const int64_t end = now_ns() + SPIN_NS;

		do {
			for (int i = 0; i < 8; i++)
				SPINLOCK_BACKOFF_HOOK;
			if ((ci = try_any(pref, bound)) != NULL)
				return ci;
		} while (now_ns() < end && !stale(gen));
	}
	return wait_queued(pref, bound, gen);
}

void
rump_cpu_left(struct cpu_info *ci)
{
	struct waiter *w;
	uint32_t *wake = NULL;

	membar_sync(); /* the waiter's, where the host has no membarrier */
	rump_rcu_cpuleft();
	if (__atomic_load_n(&nwaiters, __ATOMIC_RELAXED) == 0)
		return;
	rump_hlock_enter(&waiters_lock);
	TAILQ_FOREACH (w, &waiters, w_link) {
		if (w->w_only == NULL || w->w_only == ci)
			break;
	}
	if (w != NULL) {
		if (w->w_state == W_WAIT)
			wake = &w->w_state;
		if (w->w_starving && rump_cpu_try(ci)) {
			TAILQ_REMOVE(&waiters, w, w_link);
			w->w_cpu = ci;
			waiter_count(-1);
			RUMP_TSAN_RELEASE(ci);
			__atomic_store_n(&w->w_state, W_GIVEN, __ATOMIC_RELEASE);
		} else if (w->w_state == W_WAIT)
			__atomic_store_n(&w->w_state, W_LOOK, __ATOMIC_RELEASE);
	}
	rump_hlock_exit(&waiters_lock);
	if (wake != NULL)
		rumpuser_unpark(wake, 1); /* the waiter may be gone: only its address is used */
}

void
rump_cpu_wakeall(void)
{
	struct waiter *w;

	rump_hlock_enter(&waiters_lock);
	TAILQ_FOREACH (w, &waiters, w_link) {
		__atomic_store_n(&w->w_state, W_LOOK, __ATOMIC_RELEASE);
		rumpuser_unpark(&w->w_state, 1);
	}
	rump_hlock_exit(&waiters_lock);
}

void
rump_cpu_set(struct cpu_info *ci, struct lwp *l)
{
	struct rump_thread *const t = &rump_thread;

	t->t_cpu = ci;
	__atomic_store_n(&l->l_cpu, ci, __ATOMIC_RELAXED); /* waiters for locks look */
	__atomic_store_n(&ci->ci_curlwp, l, __ATOMIC_RELAXED);
}

void
rump_cpu_give(struct cpu_info *ci)
{
	__atomic_store_n(&ci->ci_nqs, ci->ci_nqs + 1, __ATOMIC_RELAXED);
	RUMP_TSAN_RELEASE(ci);
	__atomic_store_n(&ci->ci_busy, 0, __ATOMIC_RELEASE);
	__insn_barrier();
	if (__predict_false(__atomic_load_n(&rump_hot.rh_attention, __ATOMIC_RELAXED) != 0))
		rump_cpu_left(ci);
}

void
rump_cpu_release(struct lwp *l)
{
	struct rump_thread *const t = &rump_thread;
	struct cpu_info *const ci = t->t_cpu;
	const uint32_t pend = rump_pending(ci);

	if (__predict_false(l->l_rdsections != 0))
		panic("lwp %d.%d blocks in a read section", l->l_proc->p_pid, l->l_lid);
	t->t_flags |= RUMP_T_BLOCKED | RUMP_T_OFFCPU;
	__atomic_store_n(&l->l_stat, LSSLEEP, __ATOMIC_RELAXED);
	l->l_ncsw++;
	if (__predict_false(pend != 0)) {
		if ((pend & RUMP_PEND_CANCEL) != 0)
			rump_pending_clear(ci, RUMP_PEND_CANCEL);
		if ((pend & RUMP_PEND_SOFTMASK) != 0)
			rump_softint_blocked(ci);
	}
	rump_cpu_give(ci);
}

void
rump_cpu_acquire(struct lwp *l)
{
	struct rump_thread *const t = &rump_thread;
	struct cpu_info *ci;

	ci = rump_cpu_take(l->l_cpu, (l->l_pflag & (int)LP_BOUND) != 0, 0);
	rump_cpu_set(ci, l);
	t->t_flags &= ~RUMP_T_OFFCPU;
	__atomic_store_n(&l->l_stat, LSONPROC, __ATOMIC_RELAXED);
	if ((t->t_flags & RUMP_T_KTHREAD) == 0)
		rump_pending_set(ci, RUMP_PEND_CANCEL);
}

/* ci is given up, and its thread may come back elsewhere. */
static void
leave_objects(struct cpu_info *ci)
{
	if (__predict_false((rump_pending(ci) & RUMP_PEND_RCU) != 0))
		rump_reap_want();
}

void
rump_schedule_lwp(struct lwp *l)
{
	struct rump_thread *const t = &rump_thread;

	rump_cpu_set(rump_cpu_take(l->l_cpu, (l->l_pflag & (int)LP_BOUND) != 0, 0), l);
	t->t_curlwp = l;
	t->t_flags &= ~RUMP_T_OFFCPU;
	__atomic_store_n(&l->l_stat, LSONPROC, __ATOMIC_RELAXED);
}

void
rump_unschedule_lwp(struct lwp *l)
{
	struct cpu_info *ci = l->l_cpu;
	uint32_t pend;

	if ((rump_pending(ci) & RUMP_PEND_SOFTMASK) != 0)
		rump_softint_run(ci);
	pend = rump_pending(ci);
	if ((pend & RUMP_PEND_RCU) != 0) {
		rump_rcu_poll(ci);
		leave_objects(ci);
	}
	if ((pend & RUMP_PEND_CANCEL) != 0)
		rump_pending_clear(ci, RUMP_PEND_CANCEL);
	if ((pend & RUMP_PEND_SIGNAL) != 0 && (rump_thread.t_flags & RUMP_T_KTHREAD) == 0) {
		rump_pending_clear(ci, RUMP_PEND_SIGNAL);
		rump_thread.t_flags |= RUMP_T_RAISE;
	}
	rump_thread.t_flags |= RUMP_T_OFFCPU;
	rump_cpu_give(ci);
}

void
rump_cpu_moveto(struct lwp *l, struct cpu_info *ci)
{
	if (l->l_cpu == ci)
		return;
	leave_objects(l->l_cpu);
	rump_cpu_release(l);
	rump_cpu_set(rump_cpu_take(ci, true, 0), l);
	rump_thread.t_flags &= ~RUMP_T_OFFCPU;
	__atomic_store_n(&l->l_stat, LSONPROC, __ATOMIC_RELAXED);
}

void
preempt(void)
{
	struct lwp *l = curlwp;

	KASSERT(l->l_rdsections == 0);
	RUMP_POINT(SPIN, NULL);
	if (__atomic_load_n(&nwaiters, __ATOMIC_RELAXED) == 0) {
		struct cpu_info *ci = l->l_cpu;

		__atomic_store_n(&ci->ci_nqs, ci->ci_nqs + 1, __ATOMIC_RELEASE);
		membar_sync(); /* what is read from now on is not older than the count */
		if (__atomic_load_n(&rump_hot.rh_attention, __ATOMIC_RELAXED) == 0)
			return;
	}
	leave_objects(l->l_cpu);
	rump_cpu_release(l);
	rump_cpu_acquire(l);
}

void
preempt_point(void)
{
	preempt();
}

/* True while someone waits for a CPU. */
bool
preempt_needed(void)
{
	return __atomic_load_n(&nwaiters, __ATOMIC_RELAXED) != 0;
}

void
yield(void)
{
	preempt();
}

void
kpreempt(uintptr_t where)
{
	preempt();
}

bool
kpreempt_disabled(void)
{
	return true;
}

bool
cpu_kpreempt_disabled(void)
{
	return true;
}

bool
cpu_intr_p(void)
{
	return (curlwp->l_pflag & LP_HARDINTR) != 0;
}

bool
cpu_softintr_p(void)
{
	return (curlwp->l_pflag & LP_INTR) != 0;
}

/*
 * All CPUs are set up, and held by nobody but the booting thread: it has the first.  Threads of an
 * older kernel may still be on their way out of the functions above: what they look at is
 * atomic, and counts that they will take back are not reset.
 */
int
rump_cpu_init(void)
{
	void *mem;
	int error;

	__atomic_store_n(&ncpu, rump_params.rp_ncpu, __ATOMIC_RELAXED);
	ncpuonline = ncpu;
	error = rumpuser_map(
	    round_page(ncpu * sizeof(struct rump_cpu)), PAGE_SIZE, RUMPUSER_MEM_SMALL, &mem);
	if (error != 0)
		return error;
	if (!fencing && !rumpuser_membarrier()) {
		fencing = true;
		rump_attention(1);
	}
	__atomic_store_n(&rump_cpu_high, 1, __ATOMIC_RELAXED);
	for (int i = ncpu - 1; i >= 0; i--) {
		struct cpu_info *ci = &rump_cpus[i];

		ci->ci_index = i;
		ci->ci_data = (struct cpu_data){ .cpu_index = i };
		ci->ci_softactive = 0;
		ci->ci_softlwp = NULL;
		ci->ci_rump = (struct rump_cpu *)mem + i;
		__atomic_store_n(
		    &ci->ci_pending, rump_threads_p() ? 0 : RUMP_PEND_HOOK, __ATOMIC_RELAXED);
		__atomic_store_n(&ci->ci_curlwp, NULL, __ATOMIC_RELAXED);
		__atomic_store_n(&ci->ci_busy, i == 0 ? 1 : 0, __ATOMIC_RELEASE);
	}
	return 0;
}

void
rump_cpu_takeall(void)
{
	for (int i = 0; i < ncpu; i++) {
		if (&rump_cpus[i] != rump_thread.t_cpu)
			(void)rump_cpu_take(&rump_cpus[i], true, 0);
	}
}

void
rump_cpu_giveall(void)
{
	for (int i = 0; i < ncpu; i++) {
		if (&rump_cpus[i] != rump_thread.t_cpu)
			rump_cpu_give(&rump_cpus[i]);
	}
}

/* Nobody else is in the kernel.  All CPUs stay taken, so that nobody comes in by a stale lwp. */
void
rump_cpu_fini(void)
{
	rump_cpu_takeall();
	rump_cpu_wakeall();
	rump_lwp_fini();
	rumpuser_unmap(rump_cpus[0].ci_rump, round_page(ncpu * sizeof(struct rump_cpu)));
	for (int i = 0; i < ncpu; i++)
		rump_cpus[i].ci_rump = NULL;
}

void
rump_cpu_forked(void)
{
	rump_hlock_reset(&waiters_lock);
	TAILQ_INIT(&waiters);
	nwaiters = 0;
	rump_hot.rh_attention = 0;
	fencing = false;
	for (int i = 0; i < ncpu; i++)
		rump_cpus[i].ci_busy = 1;
}
