/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Grace periods on virtual CPUs: pserialize(9) and rump_rcu_call().
 *
 * A CPU has passed a quiescent state when it is free, or when its count of them (ci_nqs) has
 * changed.  A reader enters by the compare-and-swap that takes the CPU, a full barrier; so whoever
 * unlinks an object, fences, and then finds a CPU free knows that its next holder sees the unlinking.
 *
 * Synchronous: the caller gives its own CPU up, counts itself in rh_attention, issues a membarrier,
 * and waits for each CPU that was busy; threads that leave a CPU bump gp_word and wake it.
 *
 * Asynchronous: objects gather on their CPU's list.  One batch at a time is in its grace period,
 * that of all CPUs' threads that start or poll it:
 *
 *	IDLE --a CPU leaves with objects: batch = its list--> WAITING --all CPUs passed--> IDLE,
 *	and the batch is freed by who found that out
 *
 * It is polled when a thread leaves the kernel on a CPU with RUMP_PEND_RCU set, which the CPU of the
 * batch keeps.  A CPU alone in the kernel ends its grace period on the spot.  For a CPU that is given
 * up with RUMP_PEND_RCU set, and perhaps never used again, a reaper comes (rump_reap_want()).
 */
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/atomic.h>
#include <sys/param.h>
#include <sys/pserialize.h>
#include <sys/systm.h>

#include <rump/rumpuser.h>

#include "rump_cpu.h"
#include "rump_entry.h"
#include "rump_hlock.h"
#include "rump_rcu.h"
#include "rump_sched.h"
#include "rump_time.h"
#include "rump_tsan.h"

/* A pserialize object has no state: grace periods are everybody's. */
struct pserialize {
	int psz_unused;
};

static uint32_t gp_word;    /* (a) changes when a CPU is left while someone waits */
static uint32_t gp_waiters; /* (a) threads in rump_rcu_synchronize() */

/* Locks: batch_lock. */
static struct rump_hlock batch_lock;
static struct rump_rcu_head *batch;
static struct cpu_info *batch_cpu;
static int batch_ncpu;	  /* CPUs used when it began; later ones take part in no old section */
static uint32_t nbatched; /* (a) objects given and not yet freed, for the barrier */

static bool
passed(struct cpu_info *ci, uint32_t snap)
{
	if (__atomic_load_n(&ci->ci_nqs, __ATOMIC_ACQUIRE) == snap &&
	    __atomic_load_n(&ci->ci_busy, __ATOMIC_ACQUIRE) != 0)
		return false;
	RUMP_TSAN_ACQUIRE(ci);
	return true;
}

static void
wait_for(struct cpu_info *ci, uint32_t snap)
{
	for (;;) {
		const uint32_t w = __atomic_load_n(&gp_word, __ATOMIC_SEQ_CST);

		for (int i = 0; i < 32; i++) {
			if (passed(ci, snap))
				return;
			SPINLOCK_BACKOFF_HOOK;
		}
		(void)rumpuser_park(&gp_word, w, RUMPUSER_FOREVER);
	}
}

void
rump_rcu_cpuleft(void)
{
	if (__atomic_load_n(&gp_waiters, __ATOMIC_RELAXED) == 0)
		return;
	__atomic_fetch_add(&gp_word, 1, __ATOMIC_SEQ_CST);
	rumpuser_unpark(&gp_word, INT_MAX);
}

void
rump_rcu_synchronize(void)
{
	struct lwp *l = curlwp;
	struct cpu_info *const self = l->l_cpu;

	membar_sync();
	if (ncpu == 1)
		return; /* we hold the only one */
	if ((rump_pending(self) & RUMP_PEND_RCU) != 0)
		rump_reap_want();
	rump_cpu_release(l);
	__atomic_fetch_add(&gp_waiters, 1, __ATOMIC_SEQ_CST);
	rump_attention(1);
	(void)rumpuser_membarrier();
	for (int i = 0, n = rump_cpu_used(); i < n; i++) {
		struct cpu_info *ci = &rump_cpus[i];

		if (ci != self)
			wait_for(ci, __atomic_load_n(&ci->ci_nqs, __ATOMIC_ACQUIRE));
	}
	__atomic_fetch_sub(&gp_waiters, 1, __ATOMIC_SEQ_CST);
	rump_attention(-1);
	rump_cpu_acquire(l);
}

void
rump_rcu_call(struct rump_rcu_head *head, void (*fn)(struct rump_rcu_head *))
{
	struct cpu_info *ci = curcpu();
	struct rump_cpu *rc = ci->ci_rump;

	head->rh_fn = fn;
	head->rh_next = rc->rc_rcu;
	rc->rc_rcu = head;
	rc->rc_nrcu++;
	__atomic_fetch_add(&nbatched, 1, __ATOMIC_RELAXED);
	if ((rump_pending(ci) & RUMP_PEND_RCU) == 0)
		rump_pending_set(ci, RUMP_PEND_RCU);
}

static void
batch_run(struct rump_rcu_head *list)
{
	struct rump_rcu_head *h;
	uint32_t n = 0;

	while ((h = list) != NULL) {
		list = h->rh_next;
		h->rh_fn(h);
		n++;
	}
	if (n != 0)
		__atomic_fetch_sub(&nbatched, n, __ATOMIC_RELEASE);
}

/* Begin the grace period of ci's list.  locks: batch_lock. */
static void
batch_start(struct cpu_info *ci)
{
	struct rump_cpu *rc = ci->ci_rump;

	batch = rc->rc_rcu;
	batch_cpu = ci;
	rc->rc_rcu = NULL;
	rc->rc_nrcu = 0;
	membar_sync();
	batch_ncpu = rump_cpu_used();
	for (int i = 0; i < batch_ncpu; i++) {
		struct cpu_info *other = &rump_cpus[i];

		other->ci_rump->rc_snap = __atomic_load_n(&other->ci_nqs, __ATOMIC_RELAXED);
		/* The CPU at hand is leaving the kernel: it is in no read section. */
		other->ci_rump->rc_passed = other == ci;
	}
}

/* locks: batch_lock. */
static bool
batch_over(struct cpu_info *ci)
{
	bool over = true;

	for (int i = 0; i < batch_ncpu; i++) {
		struct rump_cpu *rc = rump_cpus[i].ci_rump;

		if (!rc->rc_passed)
			rc->rc_passed = &rump_cpus[i] == ci || passed(&rump_cpus[i], rc->rc_snap);
		over = over && rc->rc_passed;
	}
	return over;
}

void
rump_rcu_poll(struct cpu_info *ci)
{
	struct rump_cpu *rc = ci->ci_rump;
	struct rump_rcu_head *done = NULL;

	rump_hlock_enter(&batch_lock);
	for (int round = 0; round < 2; round++) {
		if (batch == NULL && rc->rc_rcu != NULL)
			batch_start(ci);
		if (batch == NULL || !batch_over(ci))
			break;
		/* Ours is freed here; another CPU's, here too. */
		for (struct rump_rcu_head *h; (h = batch) != NULL;) {
			batch = h->rh_next;
			h->rh_next = done;
			done = h;
		}
		batch_cpu = NULL;
	}
	if (rc->rc_rcu == NULL && batch_cpu != ci)
		rump_pending_clear(ci, RUMP_PEND_RCU);
	rump_hlock_exit(&batch_lock);
	batch_run(done);
}

/* The caller is in no read section: let grace periods pass over its CPU. */
static void
quiesce(struct cpu_info *self)
{
	RUMP_TSAN_RELEASE(self);
	__atomic_store_n(&self->ci_nqs, self->ci_nqs + 1, __ATOMIC_RELEASE);
}

bool
rump_rcu_reap(void)
{
	struct cpu_info *const self = curcpu();
	const int n = rump_cpu_used();
	bool left = false;

	/* The first round begins what the second ends, if no CPU is held meanwhile. */
	for (int i = 0; i < 2 * n; i++) {
		struct cpu_info *const ci = &rump_cpus[i % n];

		if ((rump_pending(ci) & RUMP_PEND_RCU) == 0)
			continue;
		if (ci == self || rump_cpu_try(ci)) {
			quiesce(self);
			rump_rcu_poll(ci);
			if (ci != self)
				rump_cpu_give(ci);
		}
		left = left || (i >= n && (rump_pending(ci) & RUMP_PEND_RCU) != 0);
	}
	return left;
}

void
rump_rcu_barrier(void)
{
	struct lwp *l = curlwp;
	const int bound = curlwp_bind();
	struct cpu_info *const home = l->l_cpu;

	while (__atomic_load_n(&nbatched, __ATOMIC_ACQUIRE) != 0) {
		rump_rcu_poll(l->l_cpu);
		rump_rcu_synchronize();
		for (int i = 0, n = rump_cpu_used(); i < n; i++) {
			rump_cpu_moveto(l, &rump_cpus[i]);
			rump_rcu_poll(l->l_cpu);
		}
		rump_cpu_moveto(l, home);
	}
	curlwp_bindx(bound);
}

pserialize_t
pserialize_create(void)
{
	return kmem_zalloc(sizeof(struct pserialize), KM_SLEEP);
}

void
pserialize_destroy(pserialize_t psz)
{
	kmem_free(psz, sizeof(*psz));
}

void
pserialize_perform(pserialize_t psz)
{
	(void)psz;
	rump_rcu_synchronize();
}

bool
pserialize_in_read_section(void)
{
#ifdef DIAGNOSTIC
	return curlwp->l_rdsections > 0;
#else
	return true;
#endif
}

bool
pserialize_not_in_read_section(void)
{
	return curlwp->l_rdsections == 0;
}

int
rump_rcu_init(void)
{
	batch = NULL;
	batch_cpu = NULL;
	nbatched = 0;
	return 0;
}

void
rump_rcu_fini(void)
{
	rump_rcu_barrier();
}

void
rump_rcu_forked(void)
{
	rump_hlock_reset(&batch_lock);
	gp_waiters = 0;
}
