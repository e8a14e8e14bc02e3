/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * callout(9): a function to be called at a later time, in a soft interrupt of level CLOCK.
 *
 *	        callout_schedule()             due
 *	IDLE ---------------------> PENDING ---------> INVOKING (fired) --> IDLE
 *	  ^                            |
 *	  '------ callout_stop() ------'
 *
 * A callout may be scheduled again by its own function.  callout_halt() returns when the function
 * does not run and will not; it drops and retakes the interlock if it has to wait.
 * Ticks are of hz; there is no tick interrupt: the host's timer is armed for the next deadline only.
 */
#ifndef KPI_SYS_CALLOUT_H
#define KPI_SYS_CALLOUT_H

#include <sys/types.h>

struct cpu_info;

/* c_flags, as drivers see them through the functions below. */
#define CALLOUT_BOUND	 0x0001
#define CALLOUT_PENDING	 0x0002 /* on the queue */
#define CALLOUT_FIRED	 0x0004 /* the function was called since the last schedule */
#define CALLOUT_INVOKING 0x0008 /* the function was called and did not callout_ack() */
#define CALLOUT_MPSAFE	 0x0100 /* runs without KERNEL_LOCK */
#define CALLOUT_FLAGMASK 0xff00

/* Locks: (c) the callout queue's, (i) until destroyed. */
typedef struct callout {
	int64_t c_when;		 /* (c) due: monotonic ns */
	struct callout *c_child; /* (c) in the heap */
	struct callout *c_next;	 /* (c) */
	struct callout *c_prev;	 /* (c) */
	int c_flags;		 /* (c) */
	void (*c_func)(void *);	 /* (c) */
	void *c_arg;		 /* (c) */
	u_int c_magic;		 /* (i) */
} callout_t;
typedef struct callout callout_impl_t;

#ifdef _KERNEL
__BEGIN_DECLS
/* flags: CALLOUT_MPSAFE. */
void callout_init(callout_t *c, u_int flags);
/* Not pending, and the function not running: callout_halt() comes first. */
void callout_destroy(callout_t *c);
void callout_setfunc(callout_t *c, void (*func)(void *), void *arg);
/* Due in ticks (0 is 1); replaces what was pending.  ctx: any but a spin mutex above IPL_SCHED. */
void callout_reset(callout_t *c, int ticks, void (*func)(void *), void *arg);
void callout_schedule(callout_t *c, int ticks);
/* True when the function was called since the last schedule: it may still run. */
bool callout_stop(callout_t *c);
/* The same, and wait for a running function.  interlock: kmutex_t * or NULL.  sleeps. */
bool callout_halt(callout_t *c, void *interlock);
bool callout_pending(callout_t *c);
bool callout_expired(callout_t *c);
bool callout_active(callout_t *c);
bool callout_invoking(callout_t *c);
void callout_ack(callout_t *c);
void callout_bind(callout_t *c, struct cpu_info *ci);
__END_DECLS
#endif

#endif /* KPI_SYS_CALLOUT_H */
