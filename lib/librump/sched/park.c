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
 * whoever runs there may be about to wake it: a wake-up through the host costs 25 times that.
 *
 * Under RUMP_THREADS=0 nobody else may be there to do the deferred work that leads to the wake-up.  So
 * a sleeper that waits for an event, not for a lock, does it itself first, as the lwp of the
 * CPU's softint thread (which does not exist then), and sleeps no longer than to the next callout.
 */
#include <sys/errno.h>
#include <sys/param.h>
#include <sys/proc.h>
#include <sys/systm.h>

#include <rump/rumpuser.h>

#include "rump_boot.h"
#include "rump_cpu.h"
#include "rump_entry.h"
#include "rump_point.h"
#include "rump_sched.h"
#include "rump_sync.h"
#include "rump_time.h"

enum { PARK_NONE, PARK_TOKEN, PARK_PARKED };

#define SPIN_ROUNDS 64

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

/* Asleep without a CPU.  False: the deadline came first. */
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

/* Deferred work that is due, on the CPU of l, which is on a sleep queue and so cannot sleep again. */
static void
work_for_others(struct lwp *l)
{
	struct cpu_info *const ci = l->l_cpu;
	struct lwp *const helper = &ci->ci_rump->rc_threadlwp;

	if (helper->l_ctxlink != NULL || rump_nothreads_hook == NULL)
		return;
	helper->l_ctxlink = l;
	curlwp = helper;
	rump_cpu_set(ci, helper);
	rump_softint_drain();
	rump_nothreads_hook();
	curlwp = l;
	rump_cpu_set(ci, l);
	helper->l_ctxlink = NULL;
}

/* The same as lwp_park(), in a kernel without threads. */
static int
park_helping(struct lwp *l, int64_t deadline_ns)
{
	bool woken;

	for (;;) {
		int64_t next;

		work_for_others(l);
		if (take_token(l))
			return 0;
		next = MIN(deadline_ns, rump_callout_next());
		rump_cpu_release(l);
		woken = park_host(l, next);
		rump_cpu_acquire(l);
		if (woken)
			return 0;
		if (deadline_ns != RUMPUSER_FOREVER && rump_mono_ns() >= deadline_ns)
			return EWOULDBLOCK;
	}
}

int
lwp_park(int64_t deadline_ns)
{
	struct lwp *l = curlwp;
	bool woken;

	RUMP_POINT(SLEEP, &l->l_park);
	if (take_token(l))
		return 0;
	if (__predict_false(!rump_threads_p()) && (l->l_flag & LW_SYSTEM) == 0 && !cold &&
	    rump_sync_waits_for_event(l))
		return park_helping(l, deadline_ns);
	if (deadline_ns != RUMPUSER_FOREVER && deadline_ns <= 0)
		return EWOULDBLOCK;
	if (ncpu > 1 && others_busy(l->l_cpu)) {
		for (int i = 0; i < SPIN_ROUNDS; i++) {
			SPINLOCK_BACKOFF_HOOK;
			if (take_token(l))
				return 0;
		}
	}
	rump_cpu_release(l);
	woken = park_host(l, deadline_ns);
	rump_cpu_acquire(l);
	return woken ? 0 : EWOULDBLOCK;
}

void
lwp_unpark(struct lwp *l)
{
	if (__atomic_exchange_n(&l->l_park, PARK_TOKEN, __ATOMIC_ACQ_REL) == PARK_PARKED)
		rumpuser_unpark(&l->l_park, 1);
}
