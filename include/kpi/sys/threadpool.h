/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * threadpool(9): jobs that may sleep, each run by a kernel thread of a pool that all share.  Threads are made when
 * jobs wait and end after a second without any.  Under RUMP_THREADS=0 a job is run by whoever leaves the kernel.
 *
 *	IDLE --threadpool_schedule_job()--> QUEUED --> RUNNING --threadpool_job_done()--> IDLE
 *	                    QUEUED --threadpool_cancel_job_async()--> IDLE
 */
#ifndef KPI_SYS_THREADPOOL_H
#define KPI_SYS_THREADPOOL_H

#include <sys/condvar.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/types.h>

struct cpu_info;
struct threadpool;
struct threadpool_percpu;
struct threadpool_job;
typedef void (*threadpool_job_fn_t)(struct threadpool_job *);

/* Locks: (i) immutable, (p) the pool's. */
struct threadpool_job {
	kmutex_t *job_lock;		       /* (i) the owner's */
	threadpool_job_fn_t job_fn;	       /* (i) */
	struct threadpool *job_pool;	       /* (p) unless idle */
	TAILQ_ENTRY(threadpool_job) job_entry; /* (p) */
	int job_state;			       /* (p) */
	kcondvar_t job_cv;		       /* it is done */
	char job_name[32];		       /* (i) */
};

/* A reference to the pool of that priority (PRI_NONE: none in particular).  sleeps.  errors: none here. */
int threadpool_get(struct threadpool **poolp, pri_t pri);
/* No job of the caller's is on it any more.  sleeps. */
void threadpool_put(struct threadpool *pool, pri_t pri);
/* Pools whose threads are bound to a CPU each. */
int threadpool_percpu_get(struct threadpool_percpu **poolp, pri_t pri);
void threadpool_percpu_put(struct threadpool_percpu *pool, pri_t pri);
struct threadpool *threadpool_percpu_ref(struct threadpool_percpu *pool);
struct threadpool *threadpool_percpu_ref_remote(
    struct threadpool_percpu *pool, struct cpu_info *ci);

/* fn is called without lock; its last act is to take the lock and call threadpool_job_done(). */
void threadpool_job_init(struct threadpool_job *job, threadpool_job_fn_t fn, kmutex_t *lock,
    const char *fmt, ...) __printflike(4, 5);
/* Not scheduled.  sleeps (for its end).  locks: the job's is not held. */
void threadpool_job_destroy(struct threadpool_job *job);
/* locks: the job's, for all that follow.  The job may be scheduled again, or destroyed, once it is released. */
void threadpool_job_done(struct threadpool_job *job);
/* Nothing if it is queued or runs.  ctx: thread, softint. */
void threadpool_schedule_job(struct threadpool *pool, struct threadpool_job *job);
/* It does not run and will not, on return.  sleeps; drops and retakes the lock if it has to wait. */
void threadpool_cancel_job(struct threadpool *pool, struct threadpool_job *job);
/* false: it runs. */
bool threadpool_cancel_job_async(struct threadpool *pool, struct threadpool_job *job);

#endif /* KPI_SYS_THREADPOOL_H */
