/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * kthread(9): host threads that live in the kernel as lwps of process 0.
 *
 * Every host thread made for the kernel is joined, so that none is left after a halt.  One that
 * nobody joins by name leaves itself as the zombie and joins the zombie before it: there is one
 * at most, and halt joins that.
 */
#include <sys/kthread.h>

#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/param.h>
#include <sys/proc.h>
#include <sys/systm.h>

#include <rump/rumpuser.h>

#include "rump_boot.h"
#include "rump_cpu.h"
#include "rump_entry.h"
#include "rump_fault.h"
#include "rump_hlock.h"
#include "rump_sched.h"

/* Locks: (i) immutable, (t) threads_lock. */
struct kthread {
	struct lwp *kt_lwp;		 /* (i) */
	void (*kt_func)(void *);	 /* (i) */
	void *kt_arg;			 /* (i) */
	int kt_flags;			 /* (i) KTHREAD_* */
	struct rumpuser_thread *kt_host; /* (t) */
	struct lwp *kt_joiner;		 /* (t) sleeps in kthread_join() */
	bool kt_done;			 /* (t) */
	int kt_exitcode;		 /* (t) */
	char kt_name[MAXCOMLEN];	 /* (i) */
};

static struct rump_hlock threads_lock;
static struct rumpuser_thread *zombie; /* threads_lock */
static uint32_t nthreads;	       /* (a) host threads made and not at their end yet */

void
rump_kthread_born(void)
{
	__atomic_fetch_add(&nthreads, 1, __ATOMIC_SEQ_CST);
}

void
rump_kthread_gone(void)
{
	__atomic_fetch_sub(&nthreads, 1, __ATOMIC_SEQ_CST);
	rumpuser_unpark(&nthreads, INT_MAX);
}

void
rump_kthread_reap(struct rumpuser_thread *self)
{
	struct rumpuser_thread *before;

	rump_hlock_enter(&threads_lock);
	before = zombie;
	zombie = self;
	rump_hlock_exit(&threads_lock);
	if (before != NULL)
		rumpuser_thread_join(before);
	rump_kthread_gone();
	rumpuser_thread_exit();
}

static void
thread_main(void *arg)
{
	struct kthread *const k = arg;

	rump_hlock_enter(&threads_lock); /* the maker has stored kt_host */
	rump_hlock_exit(&threads_lock);
	rump_thread_adopt(k->kt_lwp, RUMP_T_KTHREAD | RUMP_T_OFFCPU);
	rump_schedule_lwp(k->kt_lwp);
	if ((k->kt_flags & KTHREAD_MPSAFE) == 0)
		KERNEL_LOCK(1, NULL);
	(*k->kt_func)(k->kt_arg);
	kthread_exit(0);
}

int
kthread_create(pri_t pri, int flags, struct cpu_info *ci, void (*func)(void *), void *arg,
    struct lwp **lp, const char *fmt, ...)
{
	struct kthread *k;
	struct lwp *l;
	va_list ap;
	int error;

	if (!rump_threads_p())
		return ENOTSUP;
	if (RUMP_FAULT(THREAD) || (l = rump_lwp_alloc()) == NULL)
		return ENOMEM;
	l->l_cpu = NULL;
	if ((error = rump_lwp_attach(l, &proc0, LW_SYSTEM)) != 0) {
		rump_lwp_dealloc(l);
		return error;
	}
	k = kmem_zalloc(sizeof(*k), KM_SLEEP);
	k->kt_lwp = l;
	k->kt_func = func;
	k->kt_arg = arg;
	k->kt_flags = flags;
	va_start(ap, fmt);
	vsnprintf(k->kt_name, sizeof(k->kt_name), fmt, ap);
	va_end(ap);
	l->l_kthread = k;
	l->l_name = k->kt_name;
	l->l_priority = pri == PRI_NONE ? PRI_KTHREAD : pri;
	if (ci != NULL) {
		l->l_cpu = ci;
		l->l_pflag |= (int)LP_BOUND;
	} else
		l->l_cpu = curcpu();
	if (lp != NULL)
		*lp = l;

	rump_kthread_born();
	rump_hlock_enter(&threads_lock);
	error = rumpuser_thread_create(thread_main, k, k->kt_name, true, &k->kt_host);
	rump_hlock_exit(&threads_lock);
	if (error != 0) {
		rump_kthread_gone();
		rump_lwp_free(l);
		kmem_free(k, sizeof(*k));
	}
	return error;
}

void
kthread_exit(int ecode)
{
	struct lwp *l = curlwp;
	struct kthread *k = l->l_kthread;
	struct rumpuser_thread *self = NULL;

	KASSERT(k != NULL && k->kt_lwp == l);
	KERNEL_UNLOCK_ALL(l, NULL);
	(void)rump_lwp_detach(l);
	if ((k->kt_flags & KTHREAD_MUSTJOIN) == 0) {
		self = k->kt_host;
		kmem_free(k, sizeof(*k));
		rump_lwp_end(l);
		rump_thread_disown();
		rump_kthread_reap(self);
	}
	rump_hlock_enter(&threads_lock);
	k->kt_exitcode = ecode;
	k->kt_done = true;
	if (k->kt_joiner != NULL)
		lwp_unpark(k->kt_joiner);
	rump_hlock_exit(&threads_lock);
	/* The joiner waits for the host thread before it frees l. */
	rump_unschedule_lwp(l);
	rump_thread_disown();
	rumpuser_thread_exit();
}

int
kthread_join(struct lwp *jl)
{
	struct lwp *const l = curlwp;
	struct kthread *const k = jl->l_kthread;
	int ecode;

	KASSERT((k->kt_flags & KTHREAD_MUSTJOIN) != 0);
	for (;;) {
		bool done;

		rump_hlock_enter(&threads_lock);
		k->kt_joiner = l;
		done = k->kt_done;
		rump_hlock_exit(&threads_lock);
		if (done)
			break;
		(void)lwp_park(RUMPUSER_FOREVER);
	}
	rump_cpu_release(l);
	rumpuser_thread_join(k->kt_host);
	rump_cpu_acquire(l);
	rump_kthread_gone();
	ecode = k->kt_exitcode;
	rump_lwp_dealloc(jl);
	kmem_free(k, sizeof(*k));
	return ecode;
}

bool
rump_kthread_own(const struct lwp *l)
{
	return (l->l_kthread->kt_flags & RUMP_KTHREAD_OWN) != 0;
}

int
kthread_fpu_enter(void)
{
	return 0;
}

void
kthread_fpu_exit(int s)
{
	(void)s;
}

int
rump_kthread_init(void)
{
	zombie = NULL;
	__atomic_store_n(&nthreads, 0, __ATOMIC_RELAXED);
	return 0;
}

/* Whoever made a thread has told it to end before this. */
void
rump_kthread_fini(void)
{
	struct lwp *l = curlwp;
	uint32_t n;

	rump_cpu_release(l);
	while ((n = __atomic_load_n(&nthreads, __ATOMIC_SEQ_CST)) != 0)
		(void)rumpuser_park(&nthreads, n, RUMPUSER_FOREVER);
	if (zombie != NULL)
		rumpuser_thread_join(zombie);
	zombie = NULL;
	rump_cpu_acquire(l);
}

void
rump_kthread_forked(void)
{
	rump_hlock_reset(&threads_lock);
	zombie = NULL;
}
