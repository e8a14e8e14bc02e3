/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The slow ways into the kernel and out of it, and the host's upcalls; the model is in rump_entry.h.
 *
 * The implicit lwp of a host thread is made at its first call of a kernel, as an lwp of process 1,
 * and goes when the thread ends, of which the host tells us, or with the kernel.
 */
#include "rump_entry.h"

#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/mutex.h>
#include <sys/param.h>
#include <sys/systm.h>

#include <rump/rumpuser.h>

#include "rump_boot.h"
#include "rump_cpu.h"
#include "rump_sched.h"
#include "rump_signal.h"
#include "rump_sync.h"
#include "rump_time.h"

uint32_t rump_boot_gen;

static uint32_t
current_gen(void)
{
	return __atomic_load_n(&rump_hot.rh_gen, __ATOMIC_ACQUIRE);
}

/* The same once it is known whether a halt that is being tried succeeds.  ctx: holds no CPU. */
static uint32_t
settled_gen(void)
{
	uint32_t gen;

	while ((gen = current_gen()) == RUMP_GEN_HALTING)
		(void)rumpuser_park(&rump_hot.rh_gen, RUMP_GEN_HALTING, RUMPUSER_FOREVER);
	return gen;
}

/* Threads are spread over the CPUs as they come. */
static struct cpu_info *
first_cpu(void)
{
	static uint32_t next;

	return &rump_cpus[__atomic_fetch_add(&next, 1, __ATOMIC_RELAXED) %
	    (uint32_t)__atomic_load_n(&ncpu, __ATOMIC_RELAXED)];
}

/*
 * Give the thread an implicit lwp in the kernel of generation gen, and a CPU.
 * errors: ERESTART (another generation now), and those of what is called.
 */
static int
implicit_make(uint32_t gen)
{
	struct rump_thread *const t = &rump_thread;
	struct cpu_info *ci;
	int error;

	if ((t->t_flags & RUMP_T_ATEXIT) == 0) {
		if ((error = rumpuser_thread_atexit(t)) != 0)
			return error;
		t->t_flags |= RUMP_T_ATEXIT;
	}
	ci = rump_cpu_take(first_cpu(), false, gen);
	if (ci == NULL)
		return ERESTART;
	if (current_gen() != gen) {
		rump_cpu_give(ci);
		return ERESTART;
	}
	if ((t->t_implicit = rump_lwp_alloc()) == NULL) {
		rump_cpu_give(ci);
		return ENOMEM;
	}
	rump_cpu_set(ci, t->t_implicit);
	t->t_curlwp = t->t_implicit;
	t->t_gen = gen;
	t->t_flags &= ~RUMP_T_OFFCPU;
	__atomic_fetch_add(&rump_lwp_unlisted, 1, __ATOMIC_RELAXED);
	error = rump_lwp_attach(t->t_implicit, initproc, LW_IMPLICIT);
	__atomic_fetch_sub(&rump_lwp_unlisted, 1, __ATOMIC_RELEASE);
	if (error != 0) {
		rump_lwp_end(t->t_implicit);
		t->t_gen = 0;
		return error;
	}
	t->t_implicit_gen = gen;
	return 0;
}

/* Come in as the thread's lwp of generation gen.  errors: ERESTART (another generation now). */
static int
come_back(uint32_t gen)
{
	struct rump_thread *const t = &rump_thread;
	struct cpu_info *ci;

	ci = rump_cpu_take(t->t_cpu, (t->t_curlwp->l_pflag & (int)LP_BOUND) != 0, gen);
	if (ci != NULL && current_gen() != gen) {
		rump_cpu_give(ci);
		ci = NULL;
	}
	if (ci == NULL)
		return ERESTART;
	rump_cpu_set(ci, t->t_curlwp);
	t->t_flags &= ~RUMP_T_OFFCPU;
	if (atomic_load_relaxed(&curlwp->l_pcred) != atomic_load_relaxed(&curproc->p_cred))
		rump_lwp_newcred(curlwp);
	return 0;
}

int
rump_enter_slow(struct lwp **lp, enum rump_slow why)
{
	struct rump_thread *const t = &rump_thread;
	uint32_t gen;
	int error;

	if ((t->t_flags & RUMP_T_BUSY) != 0)
		return EDEADLK;
	/* In a call, even if its kernel is on the way down: hands off. */
	if (why == RUMP_SLOW_NOTREADY && t->t_gen != 0)
		return EDEADLK;
	t->t_flags |= RUMP_T_OFFCPU;
	do {
		gen = settled_gen();
		if (t->t_gen != gen) {
			/* Nothing of an older kernel is of use. */
			t->t_gen = 0;
			t->t_curlwp = NULL;
		}
		if (gen == RUMP_GEN_NONE) {
			error = ENXIO;
		} else if (t->t_gen == 0) {
			t->t_flags |= RUMP_T_BUSY;
			error = implicit_make(gen);
			t->t_flags &= ~RUMP_T_BUSY;
		} else
			error = come_back(gen);
	} while (error == ERESTART);
	t->t_flags &= ~RUMP_T_OFFCPU;
	if (error == 0)
		*lp = t->t_curlwp;
	return error;
}

void
rump_leave_slow(void)
{
	struct rump_thread *const t = &rump_thread;
	struct lwp *const l = t->t_curlwp;
	struct cpu_info *ci = t->t_cpu;
	bool blocked, raise;

	if (ci == &rump_cpu_dead) {
		/* This call has halted the kernel: the thread is as if it had never called. */
		t->t_cpu = &rump_cpus[0];
		t->t_flags &= ~(RUMP_T_BUSY | RUMP_T_BLOCKED | RUMP_T_OFFCPU);
		return;
	}
	rump_sync_leave_check(l);
	if ((rump_pending(ci) & RUMP_PEND_HOOK) != 0)
		rump_nothreads_work(l);
	rump_unschedule_lwp(l);
	RUMP_POINT(LEAVE, NULL);
	blocked = (t->t_flags & RUMP_T_BLOCKED) != 0;
	raise = (t->t_flags & RUMP_T_RAISE) != 0;
	t->t_flags &= ~(RUMP_T_BLOCKED | RUMP_T_OFFCPU | RUMP_T_RAISE);
	__insn_barrier();
	t->t_ready = t->t_gen;
	if (raise)
		rump_signal_raise_host();
	if (blocked)
		rumpuser_thread_testcancel();
}

void
rump_lwp_newcred_locked(struct lwp *l)
{
	struct kauth_cred *old = l->l_cred;

	KASSERT(mutex_owned(l->l_proc->p_lock));
	l->l_cred = l->l_proc->p_cred;
	kauth_cred_hold(l->l_cred);
	/* In the middle of a call an interruption is not over. */
	atomic_store_relaxed(&l->l_pcred, rump_lwp_interrupted(l) ? NULL : l->l_cred);
	kauth_cred_free(old);
}

void
rump_lwp_newcred(struct lwp *l)
{
	struct proc *p = l->l_proc;

	mutex_enter(p->p_lock);
	/* What interrupted the call before is of no concern to this one. */
	rump_lwp_clearintr(l);
	__atomic_fetch_and(&l->l_flag, ~LW_PENDSIG, __ATOMIC_RELAXED);
	rump_lwp_newcred_locked(l);
	mutex_exit(p->p_lock);
}

void
rump_thread_adopt(struct lwp *l, uint32_t flags)
{
	struct rump_thread *const t = &rump_thread;

	t->t_ready = 0;
	t->t_gen = rump_boot_gen;
	t->t_curlwp = l;
	t->t_flags |= flags;
}

void
rump_thread_disown(void)
{
	struct rump_thread *const t = &rump_thread;

	t->t_ready = 0;
	t->t_gen = 0;
	t->t_curlwp = NULL;
	t->t_flags &= RUMP_T_ATEXIT;
	if (t->t_cpu == &rump_cpu_dead)
		t->t_cpu = &rump_cpus[0];
}

/* ---- Upcalls ---- */

static bool
on_cpu(const struct rump_thread *t)
{
	return t->t_gen != 0 && t->t_ready == 0 && (t->t_flags & RUMP_T_OFFCPU) == 0 &&
	    t->t_cpu != &rump_cpu_dead;
}

static void *
hyp_leave(void)
{
	struct rump_thread *const t = &rump_thread;

	if (!on_cpu(t))
		return NULL;
	t->t_curlwp->l_biglocks = rump_kernel_lock_drop();
	if ((rump_pending(t->t_cpu) & RUMP_PEND_RCU) != 0)
		rump_reap_want();
	rump_cpu_release(t->t_curlwp);
	return t->t_curlwp;
}

static void
hyp_enter(void *cookie)
{
	struct lwp *l = cookie;

	if (l != NULL) {
		rump_cpu_acquire(l);
		rump_kernel_lock_retake(l->l_biglocks);
	}
}

/* The thread ends: its implicit lwp does too; a bound one stays, with no thread. */
static void
hyp_threadexit(void *arg)
{
	struct rump_thread *const t = arg;
	const uint32_t gen = t->t_implicit_gen;
	struct lwp *imp = t->t_implicit, *l;

	t->t_flags &= ~RUMP_T_ATEXIT;
	if (t->t_gen != 0 && t->t_gen == gen && rump_enter(&l) == 0) {
		if (l != imp)
			l->l_bound = false;
		t->t_curlwp = imp;
		rump_cpu_set(t->t_cpu, imp);
		(void)rump_lwp_detach(imp);
		rump_lwp_end(imp);
	}
	rump_thread_disown();
	t->t_implicit = NULL;
	t->t_implicit_gen = 0;
}

static void
hyp_forked(void)
{
	struct rump_thread *const t = &rump_thread;

	rump_hot.rh_gen = RUMP_GEN_NONE;
	rump_thread_disown();
	t->t_flags = 0;
	t->t_implicit = NULL;
	t->t_cpu = &rump_cpus[0];
	rump_cpu_forked();
	rump_rcu_forked();
	rump_softint_forked();
	rump_kthread_forked();
	rump_upcall_forked();
	rump_lwp_forked();
	rump_boot_forked();
}

static void
hyp_timer(void)
{
	rump_time_upcall();
}

const struct rumpuser_upcalls rump_upcalls = {
	.hyp_leave = hyp_leave,
	.hyp_enter = hyp_enter,
	.hyp_threadexit = hyp_threadexit,
	.hyp_forked = hyp_forked,
	.hyp_timer = hyp_timer,
#ifdef DIAGNOSTIC
	.hyp_describe = rump_thread_describe,
#endif
};
