/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The scheduler's own side of a virtual CPU, shared by the files of sched/, proc/ and boot/.
 */
#ifndef RUMP_CPU_H
#define RUMP_CPU_H

#include <sys/types.h>
#include <sys/cpu.h>
#include <sys/intr.h>
#include <sys/lwp.h>

#include "rump_sched.h"

struct rumpuser_thread;

#define RUMP_SOFT_LEVELS (RUMP_SOFT_HARD + 1)

/* ci_pending: what whoever leaves the CPU must see to.  The low bits are softint levels. */
#define RUMP_PEND_SOFT(level) (1u << (level))
#define RUMP_PEND_SOFTMASK    ((1u << RUMP_SOFT_LEVELS) - 1)
#define RUMP_PEND_RCU	      0x020u /* objects wait for a grace period */
#define RUMP_PEND_CANCEL      0x040u /* the holder blocked: a host cancellation point */
#define RUMP_PEND_HOOK	      0x080u /* RUMP_THREADS=0: deferred work runs here */
#define RUMP_PEND_HALTED      0x100u /* no kernel any more */
#define RUMP_PEND_SIGNAL      0x200u /* signals are to be raised: proc/sigraise.c */

/*
 * One for each CPU, in one mapping of untouched pages until the CPU is used.
 * Locks: (o) the CPU's holder, (a) atomic, (t) softint.c's thread lock.
 */
struct rump_cpu {
	uint64_t rc_soft[RUMP_SOFT_LEVELS];	 /* (a) handlers to run, a bit each */
	struct lwp rc_softlwp[RUMP_SOFT_LEVELS]; /* (o) what handlers run as */
	struct lwp rc_threadlwp;		 /* the softint thread's */
	struct lwp rc_endlwp;		   /* (o) a thread that has ended, for its last steps */
	struct rumpuser_thread *rc_thread; /* (t) the softint thread, or NULL */
	uint32_t rc_wake;		   /* (a) softint thread's word: SOFT_* */
	struct rump_rcu_head *rc_rcu;	   /* (o) given to rump_rcu_call(), newest first */
	u_int rc_nrcu;			   /* (o) their number */
	uint32_t rc_snap;		   /* rcu.c: ci_nqs when the grace period began */
	bool rc_passed;			   /* rcu.c: has passed a quiescent state since */
} __cacheline_aligned;

/* The CPU of threads that have just halted the kernel under themselves. */
extern struct cpu_info rump_cpu_dead;
/* (a) CPUs from this index on were never taken in this kernel. */
extern int rump_cpu_high;
static inline int
rump_cpu_used(void)
{
	return __atomic_load_n(&rump_cpu_high, __ATOMIC_SEQ_CST);
}

static inline uint32_t
rump_pending(const struct cpu_info *ci)
{
	return __atomic_load_n(&ci->ci_pending, __ATOMIC_RELAXED);
}
static inline void
rump_pending_set(struct cpu_info *ci, uint32_t bits)
{
	__atomic_fetch_or(&ci->ci_pending, bits, __ATOMIC_SEQ_CST);
}
static inline void
rump_pending_clear(struct cpu_info *ci, uint32_t bits)
{
	__atomic_fetch_and(&ci->ci_pending, ~bits, __ATOMIC_SEQ_CST);
}

/* True when the CPU was free and is the caller's now. */
bool rump_cpu_try(struct cpu_info *ci);
/*
 * Take pref, or any other CPU unless bound; waits.  NULL when gen is not 0 and another kernel than
 * that of gen is up.  ctx: holds no CPU.
 */
struct cpu_info *rump_cpu_take(struct cpu_info *pref, bool bound, uint32_t gen);
/* ci, which the thread has taken, now is l's. */
void rump_cpu_set(struct cpu_info *ci, struct lwp *l);
/* A quiescent state, and the CPU is free; what is pending on it stays so. */
void rump_cpu_give(struct cpu_info *ci);
/* Move curlwp to ci. */
void rump_cpu_moveto(struct lwp *l, struct cpu_info *ci);
/* Make every thread that waits for a CPU look again. */
void rump_cpu_wakeall(void);
/* Hold all the other CPUs as well, for a moment: whoever is in the kernel is asleep then. */
void rump_cpu_takeall(void);
void rump_cpu_giveall(void);
/* Each attention makes threads that leave a CPU call rump_cpu_left(). */
void rump_attention(int delta);
/* Forget all state, in the child of a fork. */
void rump_cpu_forked(void);

/* softint.c.  Run what is pending on the CPU held; see that somebody else does. */
void rump_softint_run(struct cpu_info *ci);
void rump_softint_blocked(struct cpu_info *ci);
void rump_softint_forked(void);

/* rcu.c.  Go on with reclaiming; the CPU is held, with no lock.  Wake who waits for a grace period. */
void rump_rcu_poll(struct cpu_info *ci);
void rump_rcu_cpuleft(void);
void rump_rcu_forked(void);

/*
 * kthread.c.  Count a host thread made for the kernel; its end is counted by who joins it, or it
 * ends in rump_kthread_reap(), without lwp and CPU, and is joined by the next one.
 */
void rump_kthread_born(void);
void rump_kthread_gone(void);
void rump_kthread_reap(struct rumpuser_thread *self) __dead;
void rump_kthread_forked(void);
void rump_upcall_forked(void);

/* entry.c.  The upcalls' parts. */
struct rumpuser_upcalls;
extern const struct rumpuser_upcalls rump_upcalls;
/* Begin or end the calling host thread's life as l, without an implicit lwp: boot and kthreads. */
void rump_thread_adopt(struct lwp *l, uint32_t flags);
void rump_thread_disown(void);
extern uint32_t rump_boot_gen; /* of the kernel that is up or coming up */

/* point.c: what the calling thread does, in words.  ctx: any; takes no lock. */
void rump_thread_describe(char *buf, size_t len);

/* boot/init.c: this thread is the child of a fork. */
void rump_boot_forked(void);

/*
 * proc/lwp.c: memory of lwps, all given back by rump_lwp_fini().  NULL: ENOMEM.  An lwp that is
 * detached, or was never attached, is freed a grace period after rump_lwp_dealloc().
 * ctx: holds a CPU, or keeps the kernel from halting.
 */
struct lwp *rump_lwp_alloc(void);
void rump_lwp_dealloc(struct lwp *l);
/* The same for curlwp, with which the thread leaves the kernel, and has no lwp.  locks: none. */
void rump_lwp_end(struct lwp *l);
void rump_lwp_fini(void);
void rump_lwp_forked(void);
/* Bring l to life in p; take it out again: true when p must end now, which is the caller's to do. */
int rump_lwp_attach(struct lwp *l, struct proc *p, int flag);
bool rump_lwp_detach(struct lwp *l);
/* Threads in the kernel that run as no lwp of alllwp, for the time being. */
extern uint32_t rump_lwp_unlisted;
/*
 * True while any thread but the caller's and the kernel's own is in the kernel; interrupts their
 * sleeps.  rump_lwp_readmit() takes that back and names them on the console.
 * ctx: halt; all CPUs are held.
 */
bool rump_lwp_expel(void);
void rump_lwp_readmit(void);

#endif /* RUMP_CPU_H */
