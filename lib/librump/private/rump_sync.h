/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Synchronization, base-private: boot, the interruption of sleeps, KERNEL_LOCK around blocking.
 */
#ifndef RUMP_SYNC_H
#define RUMP_SYNC_H

#include <sys/types.h>

struct lwp;

/* After lwp0 and its virtual CPU are there, before anything sleeps.  errors: ENOMEM. */
int rump_sync_init(void);
void rump_sync_fini(void);

/*
 * Interrupt l: the sleep with signals (cv_wait_sig(), PCATCH) that it is in, or the next one, ends
 * with EINTR.  The mark stays until rump_lwp_clearintr().  ctx: any that holds a virtual CPU; l is
 * kept alive by the caller.  sleeps: never.
 */
void rump_lwp_interrupt(struct lwp *l);
/*
 * The same for the call that l is in; it is forgotten at the next entry.  restart: the sleep ends with
 * ERESTART, and the call is made again, unless it is one that never is.  locks: p_lock of l_proc.
 */
void rump_lwp_interrupt_call(struct lwp *l, bool restart);
/* With what a sleep of l ends: EINTR or ERESTART. */
int rump_lwp_intr_error(const struct lwp *l);
void rump_lwp_clearintr(struct lwp *l);
bool rump_lwp_interrupted(struct lwp *l);

/* False when l, about to sleep, waits for a lock.  ctx: l itself. */
bool rump_sync_waits_for_event(const struct lwp *l);

/* Prepare the l_sync of a new lwp; check that a dying one holds and waits for nothing. */
void rump_sync_lwp_init(struct lwp *l);
void rump_sync_lwp_check(struct lwp *l);

/* What l waits for, in words with a blank before them, or "".  Takes no lock. */
void rump_sync_describe(const struct lwp *l, char *buf, size_t len);

/*
 * l leaves the kernel: it holds no lock but those that its program keeps.  Nothing in builds without
 * DIAGNOSTIC.
 *
 * A call that gives a program a locked vnode ends with rump_sync_keep(): what is held then, vnode locks
 * all, is the program's.  Later calls of the lwp may let go of them in whatever way.
 */
#ifdef DIAGNOSTIC
void rump_sync_leave_check(struct lwp *l);
void rump_sync_keep(struct lwp *l);
#else
#define rump_sync_leave_check(l) ((void)0)
#define rump_sync_keep(l)	 ((void)0)
#endif

/*
 * Give up all levels of KERNEL_LOCK around something that blocks, and take them again.  Cheap when
 * it is not held.  The hypercall upcalls use these as well.
 */
int rump_kernel_lock_drop(void);
void rump_kernel_lock_retake(int n);

/*
 * The code between lo and lo + size goes: LOCKDEBUG forgets the locks that it has initialised.  Nothing holds
 * them, or is about to take them.  ctx: any.  sleeps: no.
 */
#ifdef LOCKDEBUG
void rump_lockdebug_forget_text(uintptr_t lo, size_t size);
u_int rump_lockdebug_nclasses(uintptr_t lo, size_t size); /* for tests: the places that it knows */
#else
#define rump_lockdebug_forget_text(lo, size) ((void)0)
#endif

#endif /* RUMP_SYNC_H */
