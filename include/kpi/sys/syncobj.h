/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What an lwp carries for the sake of synchronization: struct lwp embeds one as l_sync.
 */
#ifndef KPI_SYS_SYNCOBJ_H
#define KPI_SYS_SYNCOBJ_H

#include <sys/types.h>

struct lwp;

#ifdef LOCKDEBUG
/* A lock held, and where it was taken. */
struct lockdebug_held {
	const volatile void *lh_lock;
	uintptr_t lh_where;
	u_int lh_class; /* of locks initialised at one place; 0: none */
	bool lh_spin;
};
#define LOCKDEBUG_HELD 24
#endif

/* ls_intr: sleeps that a signal may end do end, with ERESTART or with EINTR. */
#define LS_INTR_RESTART 1
#define LS_INTR_EINTR	2

/* Locks: (o) the own lwp, (q) the lock of the sleep queue that ls_wchan hashes to, (a) atomic. */
struct lwp_sync {
	struct lwp *ls_next;	       /* (q) on a sleep queue */
	struct lwp *ls_prev;	       /* (q) */
	const volatile void *ls_wchan; /* (q, a) what it sleeps on; NULL: woken or awake */
	const char *ls_wmesg;	       /* (o) why it sleeps */
	uint32_t ls_intr;	       /* (a) LS_INTR_*, by rump_lwp_interrupt() */
	uint8_t ls_kind;	       /* (q) what sort of waiter: sync/sync_impl.h */
	uint8_t ls_handoff;	       /* (q) the lock was given to this waiter */
	uint8_t ls_spl;		       /* (o) priority level */
	uint8_t ls_oldspl;	       /* (o) the level before the first spin mutex */
	uint16_t ls_nspin;	       /* (o) spin mutexes held */
	uint16_t ls_nklock;	       /* (o) depth of KERNEL_LOCK */
#ifdef LOCKDEBUG
	u_int ls_nheld; /* (o) of ls_held; locks beyond its end are not tracked */
	struct lockdebug_held ls_held[LOCKDEBUG_HELD]; /* (o) in the order of taking */
#endif
};

#endif /* KPI_SYS_SYNCOBJ_H */
