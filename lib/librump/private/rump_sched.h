/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Virtual CPUs: who may be in the kernel.
 *
 * A thread in the kernel holds exactly one virtual CPU (struct cpu_info), exclusively and without
 * preemption; kernel locks are taken only by such threads.  A CPU's life, in ci_busy:
 *
 *	FREE --cas--> BUSY --release store--> FREE
 *
 * Schedule is one compare-and-swap on the CPU that the lwp had last; when that fails the others
 * are tried, then the thread spins about 1 us (if there is more than one CPU), queues itself and
 * sleeps.  Unschedule is a release store of FREE, a compiler barrier and a look at the count of
 * waiters: the fence that this Dekker pattern wants is paid by the waiter, which publishes itself,
 * calls rumpuser_membarrier() and tries once more.  Where the host has no membarrier, unschedule
 * fences.
 *
 * Before the store an unscheduling thread looks at one word of its CPU, ci_pending: soft interrupts
 * to run (on this CPU, at hand), dead objects to reclaim, a grace period that waits for this CPU.
 *
 * Leaving the CPU in any of these ways is a quiescent state for read sections (rump_rcu.h):
 * rump_unschedule(), lwp_park(), a hypercall that blocks.
 */
#ifndef RUMP_SCHED_H
#define RUMP_SCHED_H

#include <sys/intr.h>
#include <sys/types.h>

struct lwp;
struct cpu_info;

/*
 * Take a virtual CPU for l (the thread's lwp, not yet in the kernel), or give it up.  After
 * rump_schedule_lwp(), curlwp == l and l->l_cpu is the CPU held.
 * ctx: thread.  rump_unschedule_lwp() runs pending soft interrupts first; no lock may be held.
 */
void rump_schedule_lwp(struct lwp *l);
void rump_unschedule_lwp(struct lwp *l);

/*
 * Give the CPU up around something that blocks inside the kernel, locks held or not: no soft
 * interrupt runs here (the CPU's softint thread is woken instead when some are pending).
 * curlwp is unchanged.  rump_cpu_acquire() may come back on another CPU.
 */
void rump_cpu_release(struct lwp *l);
void rump_cpu_acquire(struct lwp *l);

/*
 * Sleep until lwp_unpark(curlwp) or the absolute deadline (monotonic ns; RUMPUSER_FOREVER).  One
 * token: an unpark that comes first makes the next park return at once.  Gives the CPU up while it
 * waits; spins about 1 us first when another CPU could serve the waker.
 * sleeps.  errors: EWOULDBLOCK at the deadline.
 */
int lwp_park(int64_t deadline_ns);
/* ctx: any that holds a virtual CPU, softint, spin mutex held; never blocks. */
void lwp_unpark(struct lwp *l);

/*
 * A thread of the host's side comes into the kernel as an lwp of process 0, and leaves.  It may
 * come while the kernel boots or halts, from rump_upcall_open() to rump_upcall_shut(), which waits
 * for those inside and is called when nothing depends on upcalls any more.
 * ctx: a thread of the loop or the pool, outside the kernel.  sleeps.  errors: ENXIO (not in between).
 */
int rump_upcall_enter(void);
void rump_upcall_leave(void);
int rump_upcall_open(void);
void rump_upcall_shut(void);

/*
 * Run the soft interrupts that are pending on the CPU at hand, as rump_unschedule_lwp() would:
 * kernel threads call this instead of leaving the kernel.  ctx: thread, no lock held.  sleeps.
 */
void rump_softint_drain(void);

/* kthread_create() by the kernel for its own work: comes and goes without anybody's doing. */
#define RUMP_KTHREAD_OWN 0x10000
/* l is of a thread made so. */
bool rump_kthread_own(const struct lwp *l);

/*
 * The level of hardware interrupts, for softint_establish(): one above softint(9)'s, run first, as an
 * lwp of its own.  Its handler belongs to the device faction, which takes KERNEL_LOCK where it has
 * to and then sets LP_HARDINTR and l_ipl around the interrupt proper.
 */
#define RUMP_SOFT_HARD SOFTINT_COUNT

#endif /* RUMP_SCHED_H */
