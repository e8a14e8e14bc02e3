/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* localcount(9): a reference count split over the virtual CPUs, drained once. */
#ifndef KPI_SYS_LOCALCOUNT_H
#define KPI_SYS_LOCALCOUNT_H

#include <sys/types.h>

struct kcondvar;
struct kmutex;
struct percpu;

/* Locks: (i) immutable, (m) the mutex given to localcount_drain(). */
struct localcount {
	int64_t *lc_totalp;	     /* (m) non-NULL while draining */
	struct percpu *lc_percpu;    /* (i) */
	volatile unsigned lc_refcnt; /* unused: NetBSD's debug count */
};

__BEGIN_DECLS
/* sleeps. */
void localcount_init(struct localcount *lc);
/* Drained before, not used since. */
void localcount_fini(struct localcount *lc);
/* ctx: the caller knows (by a read section) that the count is not drained.  sleeps: never. */
void localcount_acquire(struct localcount *lc);
/* cv and mtx are those of localcount_drain().  sleeps: only while a drain is under way. */
void localcount_release(struct localcount *lc, struct kcondvar *cv, struct kmutex *mtx);
/* Wait for all references; no new ones can come.  sleeps.  locks: mtx held, dropped meanwhile. */
void localcount_drain(struct localcount *lc, struct kcondvar *cv, struct kmutex *mtx);
__END_DECLS

#endif /* KPI_SYS_LOCALCOUNT_H */
