/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The way into the kernel and out of it, for the generated system-call stubs and for rump_pub_*.
 *
 *	struct lwp *l;
 *	int error = rump_enter(&l);
 *	if (error == 0) {
 *		error = the call;
 *		rump_leave();
 *	}
 *
 * A host thread is in one of these states, in rump_thread.t_ready (only the thread itself and
 * signal handlers on it look there):
 *
 *	NEW   (0, and t_gen is 0)	it has no lwp: never called, or was in a kernel that ended
 *	READY (t_gen)			it has an lwp, bound or implicit, and is outside the kernel
 *	IN    (0)			it is in the kernel, or on the way
 *
 * The fast way is one compare-and-swap, on the word of the CPU that the thread had last.  Whether
 * its lwp belongs to the kernel that runs now is looked at after that: a halting kernel takes all
 * CPUs, so what is true while one holds a CPU stays true.  Until then nothing is touched that a
 * halt frees; struct cpu_info is for ever.
 */
#ifndef RUMP_ENTRY_H
#define RUMP_ENTRY_H

#include <sys/types.h>
#include <sys/cpu.h>
#include <sys/lwp.h>
#include <sys/proc.h>

#include "rump_point.h"
#include "rump_sync.h"
#include "rump_tsan.h"

/* t_flags */
#define RUMP_T_BUSY    0x01 /* booting, halting, or making an lwp: refuses calls */
#define RUMP_T_ATEXIT  0x02 /* rumpuser_thread_atexit() is registered */
#define RUMP_T_KTHREAD 0x04 /* a thread of the kernel's own */
#define RUMP_T_BLOCKED 0x08 /* gave its CPU up during this call */
#define RUMP_T_OFFCPU  0x10 /* in a call, and has given its CPU up */
#define RUMP_T_RAISE   0x20 /* signals are to be raised, once it is outside */

/* Why rump_enter() goes the slow way. */
enum rump_slow {
	RUMP_SLOW_NOTREADY, /* no lwp, or in the kernel already */
	RUMP_SLOW_BUSYCPU,  /* someone else has the CPU */
	RUMP_SLOW_STALE,    /* the lwp is of a kernel that was halted */
};

/* Read by every call, written at boot, halt and while some thread waits for a CPU. */
struct rump_hot {
	uint32_t rh_gen;       /* (a) generation of the kernel that is up; RUMP_GEN_* */
	uint32_t rh_attention; /* (a) who leaves a CPU must look around: rump_cpu_left() */
} __aligned(64);
extern struct rump_hot rump_hot;
/* No thread's t_gen. */
#define RUMP_GEN_NONE	 0xffffffffu
#define RUMP_GEN_HALTING 0xfffffffeu /* a halt is being tried: who comes in waits for its outcome */

/* The slow ways.  rump_enter_slow() has a CPU when it returns 0. */
int rump_enter_slow(struct lwp **lp, enum rump_slow why);
void rump_leave_slow(void);
/* Look for waiters after ci was given up. */
void rump_cpu_left(struct cpu_info *ci);
/*
 * l's process has changed its credentials: take them.  locks: p_lock in the _locked form, which is for
 * the middle of a call; the other also forgets that the call before was interrupted.
 */
void rump_lwp_newcred(struct lwp *l);
void rump_lwp_newcred_locked(struct lwp *l);

/*
 * Enter the kernel as the thread's lwp.
 * ctx: a host thread outside the kernel.  sleeps (for a CPU).
 * errors: ENXIO (no kernel: not booted, halted, child of a fork), EDEADLK (in the kernel already:
 * a signal handler), ENOMEM (no lwp could be made).
 */
static __always_inline int
rump_enter(struct lwp **lp)
{
	struct rump_thread *const t = &rump_thread;
	struct cpu_info *const ci = t->t_cpu;
	struct lwp *l;
	uint32_t expect = 0;

	RUMP_POINT(ENTER, NULL);
	if (__predict_false(t->t_ready == 0))
		return rump_enter_slow(lp, RUMP_SLOW_NOTREADY);
	t->t_ready = 0;
	__insn_barrier(); /* against handlers of signals */
	if (__predict_false(!__atomic_compare_exchange_n(
		&ci->ci_busy, &expect, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)))
		return rump_enter_slow(lp, RUMP_SLOW_BUSYCPU);
	RUMP_TSAN_ACQUIRE(ci);
	l = t->t_curlwp;
	if (__predict_false(t->t_gen != __atomic_load_n(&rump_hot.rh_gen, __ATOMIC_RELAXED))) {
		__atomic_store_n(&ci->ci_busy, 0, __ATOMIC_RELEASE);
		rump_cpu_left(ci);
		return rump_enter_slow(lp, RUMP_SLOW_STALE);
	}
	/* Every store between two calls has to drain before the next compare-and-swap. */
	if (__predict_false(__atomic_load_n(&ci->ci_curlwp, __ATOMIC_RELAXED) != l))
		__atomic_store_n(&ci->ci_curlwp, l, __ATOMIC_RELAXED);
	if (__predict_false(__atomic_load_n(&l->l_pcred, __ATOMIC_RELAXED) !=
		__atomic_load_n(&l->l_proc->p_cred, __ATOMIC_RELAXED)))
		rump_lwp_newcred(l);
	*lp = l;
	return 0;
}

/*
 * Leave it: soft interrupts that are pending run here.
 * ctx: what rump_enter() made, no lock held.
 */
static __always_inline void
rump_leave(void)
{
	struct rump_thread *const t = &rump_thread;
	struct cpu_info *const ci = t->t_cpu;

	if (__predict_false(__atomic_load_n(&ci->ci_pending, __ATOMIC_RELAXED) != 0)) {
		rump_leave_slow();
		return;
	}
	rump_sync_leave_check(t->t_curlwp);
	__atomic_store_n(&ci->ci_nqs, ci->ci_nqs + 1, __ATOMIC_RELAXED);
	RUMP_TSAN_RELEASE(ci);
	__atomic_store_n(&ci->ci_busy, 0, __ATOMIC_RELEASE);
	__insn_barrier(); /* the fence is the waiter's: rump_sched.h */
	if (__predict_false(__atomic_load_n(&rump_hot.rh_attention, __ATOMIC_RELAXED) != 0))
		rump_cpu_left(ci);
	__insn_barrier();
	t->t_ready = t->t_gen;
	RUMP_POINT(LEAVE, NULL);
}

#define rump_syscall_enter(lp) rump_enter(lp)
#define rump_syscall_leave(l)  rump_leave()

#endif /* RUMP_ENTRY_H */
