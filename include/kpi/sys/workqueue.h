/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * workqueue(9): calls made later in a kernel thread.  The thread is made when work comes and ends
 * after a second without any.  Under RUMP_THREADS=0 the work runs at kernel exit.
 */
#ifndef KPI_SYS_WORKQUEUE_H
#define KPI_SYS_WORKQUEUE_H

#include <sys/types.h>

struct cpu_info;
struct workqueue;

/* The caller's, embedded in its own object; may be reused or freed once the function is called. */
struct work {
	struct work *wk_next;
};

#define WQ_MPSAFE 0x01 /* runs without KERNEL_LOCK */
#define WQ_PERCPU 0x02 /* accepted: works of different CPUs may run at once */
#define WQ_FPU	  0x04

#ifdef _KERNEL
__BEGIN_DECLS
/* ctx: thread.  sleeps.  errors: ENOMEM. */
int workqueue_create(struct workqueue **wqp, const char *name, void (*func)(struct work *, void *),
    void *arg, pri_t prio, int ipl, int flags);
/* All work is done when it returns; none may be added meanwhile.  sleeps. */
void workqueue_destroy(struct workqueue *wq);
/* A work that is queued already must not be queued again.  ci: NULL or for WQ_PERCPU. */
void workqueue_enqueue(struct workqueue *wq, struct work *wk, struct cpu_info *ci);
/* Wait until wk, if it is queued or runs, is done.  Not from the queue's own function.  sleeps. */
void workqueue_wait(struct workqueue *wq, struct work *wk);
__END_DECLS
#endif

#endif /* KPI_SYS_WORKQUEUE_H */
