/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * threadpool(9): a queue of jobs and threads that take from it.
 *
 * Who queues a job wakes an idle thread, if there are more of them than jobs; otherwise he kicks the pool's worker
 * (worker.c), which makes a thread, or, if that cannot be, runs a job itself.  A thread that is being made counts as
 * idle, so one is made for each job and no more.
 *
 * Lock order: a job's lock, then tp_lock.  pools_lock is held over neither.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cpu.h>
#include <sys/kmem.h>
#include <sys/kthread.h>
#include <sys/threadpool.h>

#include "rump_sched.h"
#include "rump_time.h"

enum { JOB_IDLE, JOB_QUEUED, JOB_RUNNING };

/* Locks: (i) immutable, (p) tp_lock, (g) pools_lock. */
struct threadpool {
	kmutex_t tp_lock;		       /* spin: jobs are scheduled from soft interrupts */
	kcondvar_t tp_cv;		       /* (p) a job for an idle thread, or the end */
	kcondvar_t tp_gone;		       /* (p) a thread has ended */
	TAILQ_HEAD(, threadpool_job) tp_jobs;  /* (p) */
	u_int tp_njobs, tp_nidle, tp_nthreads; /* (p) */
	bool tp_dying;			       /* (p) */
	pri_t tp_pri;			       /* (i) */
	struct cpu_info *tp_cpu;	       /* (i) or NULL */
	struct rump_worker tp_worker;
	u_int tp_refs;			 /* (g) */
	LIST_ENTRY(threadpool) tp_entry; /* (g) */
};

struct threadpool_percpu {
	pri_t tpp_pri;				 /* (i) */
	u_int tpp_refs;				 /* (g) */
	LIST_ENTRY(threadpool_percpu) tpp_entry; /* (g) */
	struct threadpool *tpp_pools[];		 /* (i) one a CPU */
};

static kmutex_t pools_lock;
static LIST_HEAD(, threadpool) pools = LIST_HEAD_INITIALIZER(pools);		/* pools_lock */
static LIST_HEAD(, threadpool_percpu) percpus = LIST_HEAD_INITIALIZER(percpus); /* pools_lock */

/* ---- Running ---- */

/* Take the oldest job and run it; false: there was none.  locks: tp_lock, dropped meanwhile. */
static bool
run_locked(struct threadpool *pool)
{
	struct threadpool_job *const job = TAILQ_FIRST(&pool->tp_jobs);

	KASSERT(mutex_owned(&pool->tp_lock));
	if (job == NULL)
		return false;
	TAILQ_REMOVE(&pool->tp_jobs, job, job_entry);
	pool->tp_njobs--;
	job->job_state = JOB_RUNNING;
	mutex_exit(&pool->tp_lock);
	(*job->job_fn)(job); /* and the job may be gone */
	mutex_enter(&pool->tp_lock);
	return true;
}

static void
thread_main(void *arg)
{
	struct threadpool *const pool = arg;
	bool expired = false;

	mutex_enter(&pool->tp_lock);
	while (pool->tp_njobs > 0 || !(expired || pool->tp_dying)) {
		expired = false;
		if (pool->tp_njobs == 0)
			expired = cv_timedwait(&pool->tp_cv, &pool->tp_lock, hz) == EWOULDBLOCK;
		if (pool->tp_njobs > 0) {
			pool->tp_nidle--;
			(void)run_locked(pool);
			pool->tp_nidle++;
		}
	}
	pool->tp_nidle--;
	pool->tp_nthreads--;
	cv_broadcast(&pool->tp_gone);
	mutex_exit(&pool->tp_lock);
	kthread_exit(0);
}

/* The worker's step: one more thread for the jobs that none is free for. */
static bool
pool_work(void *arg)
{
	struct threadpool *const pool = arg;
	bool again = false;

	mutex_enter(&pool->tp_lock);
	if (pool->tp_njobs > pool->tp_nidle) {
		pool->tp_nidle++;
		pool->tp_nthreads++;
		mutex_exit(&pool->tp_lock);
		const int error = kthread_create(
		    pool->tp_pri, KTHREAD_MPSAFE, pool->tp_cpu, thread_main, pool, NULL, "pool");
		mutex_enter(&pool->tp_lock);
		if (error != 0) {
			pool->tp_nidle--;
			pool->tp_nthreads--;
			(void)run_locked(pool);
		}
		again = true;
	}
	mutex_exit(&pool->tp_lock);
	return again;
}

/* ---- Pools ---- */

static struct threadpool *
pool_create(pri_t pri, struct cpu_info *ci)
{
	struct threadpool *const pool = kmem_zalloc(sizeof(*pool), KM_SLEEP);

	mutex_init(&pool->tp_lock, MUTEX_DEFAULT, IPL_VM);
	cv_init(&pool->tp_cv, "poolidle");
	cv_init(&pool->tp_gone, "poolgone");
	TAILQ_INIT(&pool->tp_jobs);
	pool->tp_pri = pri;
	pool->tp_cpu = ci;
	pool->tp_refs = 1;
	rump_worker_init(&pool->tp_worker, "threadpool", pool_work, pool);
	return pool;
}

static void
pool_destroy_threads(struct threadpool *pool)
{
	KASSERT(pool->tp_njobs == 0);
	rump_worker_fini(&pool->tp_worker);
	mutex_enter(&pool->tp_lock);
	pool->tp_dying = true;
	cv_broadcast(&pool->tp_cv);
	while (pool->tp_nthreads > 0)
		cv_wait(&pool->tp_gone, &pool->tp_lock);
	mutex_exit(&pool->tp_lock);
	cv_destroy(&pool->tp_cv);
	cv_destroy(&pool->tp_gone);
	mutex_destroy(&pool->tp_lock);
	kmem_free(pool, sizeof(*pool));
}

int
threadpool_get(struct threadpool **poolp, pri_t pri)
{
	struct threadpool *pool;

	ASSERT_SLEEPABLE();
	mutex_enter(&pools_lock);
	LIST_FOREACH (pool, &pools, tp_entry)
		if (pool->tp_pri == pri)
			break;
	if (pool != NULL) {
		pool->tp_refs++;
	} else {
		pool = pool_create(pri, NULL);
		LIST_INSERT_HEAD(&pools, pool, tp_entry);
	}
	mutex_exit(&pools_lock);
	*poolp = pool;
	return 0;
}

void
threadpool_put(struct threadpool *pool, pri_t pri)
{
	bool last;

	ASSERT_SLEEPABLE();
	KASSERT(pool->tp_pri == pri);
	mutex_enter(&pools_lock);
	if ((last = --pool->tp_refs == 0))
		LIST_REMOVE(pool, tp_entry);
	mutex_exit(&pools_lock);
	if (last)
		pool_destroy_threads(pool);
}

static size_t
percpu_bytes(void)
{
	return sizeof(struct threadpool_percpu) + (size_t)ncpu * sizeof(struct threadpool *);
}

int
threadpool_percpu_get(struct threadpool_percpu **poolp, pri_t pri)
{
	struct threadpool_percpu *tpp;

	ASSERT_SLEEPABLE();
	mutex_enter(&pools_lock);
	LIST_FOREACH (tpp, &percpus, tpp_entry)
		if (tpp->tpp_pri == pri)
			break;
	if (tpp != NULL) {
		tpp->tpp_refs++;
	} else {
		tpp = kmem_zalloc(percpu_bytes(), KM_SLEEP);
		tpp->tpp_pri = pri;
		tpp->tpp_refs = 1;
		for (int i = 0; i < ncpu; i++)
			tpp->tpp_pools[i] = pool_create(pri, cpu_lookup((u_int)i));
		LIST_INSERT_HEAD(&percpus, tpp, tpp_entry);
	}
	mutex_exit(&pools_lock);
	*poolp = tpp;
	return 0;
}

void
threadpool_percpu_put(struct threadpool_percpu *tpp, pri_t pri)
{
	bool last;

	ASSERT_SLEEPABLE();
	KASSERT(tpp->tpp_pri == pri);
	mutex_enter(&pools_lock);
	if ((last = --tpp->tpp_refs == 0))
		LIST_REMOVE(tpp, tpp_entry);
	mutex_exit(&pools_lock);
	if (!last)
		return;
	for (int i = 0; i < ncpu; i++)
		pool_destroy_threads(tpp->tpp_pools[i]);
	kmem_free(tpp, percpu_bytes());
}

struct threadpool *
threadpool_percpu_ref(struct threadpool_percpu *tpp)
{
	return tpp->tpp_pools[cpu_number()];
}

struct threadpool *
threadpool_percpu_ref_remote(struct threadpool_percpu *tpp, struct cpu_info *ci)
{
	return tpp->tpp_pools[ci->ci_index];
}

/* ---- Jobs ---- */

void
threadpool_job_init(
    struct threadpool_job *job, threadpool_job_fn_t fn, kmutex_t *lock, const char *fmt, ...)
{
	va_list ap;

	memset(job, 0, sizeof(*job));
	job->job_lock = lock;
	job->job_fn = fn;
	job->job_state = JOB_IDLE;
	cv_init(&job->job_cv, "pooljob");
	va_start(ap, fmt);
	vsnprintf(job->job_name, sizeof(job->job_name), fmt, ap);
	va_end(ap);
}

void
threadpool_job_destroy(struct threadpool_job *job)
{
	mutex_enter(job->job_lock);
	while (job->job_pool != NULL)
		cv_wait(&job->job_cv, job->job_lock);
	mutex_exit(job->job_lock);
	cv_destroy(&job->job_cv);
}

void
threadpool_job_done(struct threadpool_job *job)
{
	struct threadpool *const pool = job->job_pool;

	KASSERT(mutex_owned(job->job_lock));
	mutex_enter(&pool->tp_lock);
	KASSERTMSG(job->job_state == JOB_RUNNING, "job %s is done and does not run", job->job_name);
	job->job_state = JOB_IDLE;
	job->job_pool = NULL;
	mutex_exit(&pool->tp_lock);
	cv_broadcast(&job->job_cv);
}

void
threadpool_schedule_job(struct threadpool *pool, struct threadpool_job *job)
{
	bool want = false;

	KASSERT(mutex_owned(job->job_lock));
	mutex_enter(&pool->tp_lock);
	if (job->job_state == JOB_IDLE) {
		job->job_state = JOB_QUEUED;
		job->job_pool = pool;
		TAILQ_INSERT_TAIL(&pool->tp_jobs, job, job_entry);
		want = ++pool->tp_njobs > pool->tp_nidle;
		if (!want)
			cv_signal(&pool->tp_cv);
	}
	mutex_exit(&pool->tp_lock);
	if (want)
		rump_worker_kick(&pool->tp_worker);
}

bool
threadpool_cancel_job_async(struct threadpool *pool, struct threadpool_job *job)
{
	bool idle = true;

	KASSERT(mutex_owned(job->job_lock));
	mutex_enter(&pool->tp_lock);
	if (job->job_state == JOB_QUEUED) {
		TAILQ_REMOVE(&pool->tp_jobs, job, job_entry);
		pool->tp_njobs--;
		job->job_state = JOB_IDLE;
		job->job_pool = NULL;
		cv_broadcast(&job->job_cv); /* who destroys it may wait */
	} else
		idle = job->job_state == JOB_IDLE;
	mutex_exit(&pool->tp_lock);
	return idle;
}

void
threadpool_cancel_job(struct threadpool *pool, struct threadpool_job *job)
{
	ASSERT_SLEEPABLE();
	while (!threadpool_cancel_job_async(pool, job))
		cv_wait(&job->job_cv, job->job_lock);
}

/* ---- Start and end ---- */

int
rump_threadpool_init(void)
{
	mutex_init(&pools_lock, MUTEX_DEFAULT, IPL_NONE);
	LIST_INIT(&pools);
	LIST_INIT(&percpus);
	return 0;
}

void
rump_threadpool_fini(void)
{
	KASSERT(LIST_EMPTY(&pools) && LIST_EMPTY(&percpus));
	mutex_destroy(&pools_lock);
}
