/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Host threads of the kernel.
 *
 *	create --> running --> (joinable) waits for rumpuser_thread_join()
 *	                   --> (detached) zombie, joined by the next one to end or by fini
 *
 * Detached threads are joined all the same, so that rumpuser_fini() leaves no thread behind that
 * is still on its way out.  rumpuser_thread_exit() is a jump back to the thread's first function:
 * pthread_exit() would load an unwinder, and aborts when there is none.
 *
 * All signals are blocked in these threads from their first instruction.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "internal.h"
#include "fault.h"

/* Kernel code stays below 32 KiB; the rest is for the program's thread-local data and libraries. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define STACK_SIZE (4 * 1024 * 1024)
#else
#define STACK_SIZE (512 * 1024)
#endif

/* Locks: (i) immutable once created, (t) threads_lock, (o) the thread itself. */
struct rumpuser_thread {
	pthread_t t_pthread;		    /* (t) until created, then (i) */
	void (*t_fn)(void *);		    /* (i) */
	void *t_arg;			    /* (i) */
	bool t_joinable;		    /* (i) */
	char t_name[16];		    /* (i) */
	struct rumpuser_sim_thread *t_sim;  /* (i) NULL: not simulated */
	jmp_buf t_exit;			    /* (o) */
	struct rumpuser_thread *t_allnext;  /* (t) */
	struct rumpuser_thread *t_zombnext; /* (t) */
};

static pthread_mutex_t threads_lock = PTHREAD_MUTEX_INITIALIZER;
static struct rumpuser_thread *all_threads; /* (t) not yet joined */
static struct rumpuser_thread *zombies;	    /* (t) detached and ended */
static uint32_t ndetached;		    /* (t) detached and running; slept on without */

static __thread struct rumpuser_thread *self;

/* Wait for the thread's very end and free it. */
static void
reap(struct rumpuser_thread *t)
{
	struct rumpuser_thread **tp;

	if (t->t_sim != NULL)
		rumpuser_sim->rs_thread_join(t->t_sim);
	(void)pthread_join(t->t_pthread, NULL);
	(void)pthread_mutex_lock(&threads_lock);
	for (tp = &all_threads; *tp != t; tp = &(*tp)->t_allnext)
		continue;
	*tp = t->t_allnext;
	(void)pthread_mutex_unlock(&threads_lock);
	rumpuser__free(t);
}

static void
reap_list(struct rumpuser_thread *t)
{
	while (t != NULL) {
		struct rumpuser_thread *const next = t->t_zombnext;

		reap(t);
		t = next;
	}
}

static void *
thread_main(void *arg)
{
	struct rumpuser_thread *const t = arg;
	struct rumpuser_thread *ended;
	int cancel;

	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
#if defined(__linux__)
	(void)pthread_setname_np(pthread_self(), t->t_name);
#endif
	self = t;
	if (t->t_sim != NULL)
		rumpuser_sim->rs_thread_begin(t->t_sim);
	if (_setjmp(t->t_exit) == 0)
		t->t_fn(t->t_arg);
	if (t->t_joinable)
		return NULL;

	(void)pthread_mutex_lock(&threads_lock);
	ended = zombies;
	t->t_zombnext = NULL;
	zombies = t;
	const uint32_t left = ndetached - 1;
	__atomic_store_n(&ndetached, left, __ATOMIC_RELAXED);
	(void)pthread_mutex_unlock(&threads_lock);
	if (left == 0)
		rumpuser_unpark(&ndetached, 1);
	reap_list(ended);
	return NULL;
}

/* pthread_create() with all signals blocked in the new thread. */
static int
create_blocked(struct rumpuser_thread *t, pthread_attr_t *attr)
{
	sigset_t all, old;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	int error = pthread_create(&t->t_pthread, attr, thread_main, t);
	if (error == EINVAL) /* the program's thread-local data does not fit such a stack */
		error = pthread_create(&t->t_pthread, NULL, thread_main, t);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	return error;
}

/* One that has never run. */
static void
thread_free(struct rumpuser_thread *t)
{
	if (t->t_sim != NULL)
		rumpuser_sim->rs_thread_unmake(t->t_sim);
	rumpuser__free(t);
}

int
rumpuser_thread_create(
    void (*fn)(void *), void *arg, const char *name, bool joinable, struct rumpuser_thread **tp)
{
	HOST_SECTION;
	pthread_attr_t attr;
	struct rumpuser_thread *const t = rumpuser__alloc(sizeof(*t));

	if (t == NULL)
		return ENOMEM;
	if (SIMULATED() && rumpuser_sim->rs_thread_make(name, &t->t_sim) != 0) {
		rumpuser__free(t);
		return ENOMEM;
	}
	if (rumpuser__fault() || pthread_attr_init(&attr) != 0) {
		thread_free(t);
		return EAGAIN;
	}
	(void)pthread_attr_setstacksize(&attr, STACK_SIZE);
	t->t_fn = fn;
	t->t_arg = arg;
	t->t_joinable = joinable;
	(void)snprintf(t->t_name, sizeof(t->t_name), "%s", name);

	/* The lock is held over creation: whoever finds t on a list finds t_pthread set. */
	(void)pthread_mutex_lock(&threads_lock);
	const int error = create_blocked(t, &attr);
	if (error == 0) {
		t->t_allnext = all_threads;
		all_threads = t;
		if (!joinable)
			__atomic_store_n(&ndetached, ndetached + 1, __ATOMIC_RELAXED);
	}
	(void)pthread_mutex_unlock(&threads_lock);
	(void)pthread_attr_destroy(&attr);
	if (error != 0) {
		thread_free(t);
		return error;
	}
	if (tp != NULL)
		*tp = joinable ? t : NULL;
	return 0;
}

void
rumpuser_thread_join(struct rumpuser_thread *t)
{
	HOST_SECTION;
	void *const cookie = LEAVE();

	reap(t);
	ENTER(cookie);
}

struct rumpuser_thread *
rumpuser__thread_self(void)
{
	return self;
}

void
rumpuser_thread_exit(void)
{
	_longjmp(self->t_exit, 1);
}

/* The kernel has told its detached threads to end: wait until the last one is gone. */
void
rumpuser__thread_fini(void)
{
	struct rumpuser_thread *ended;
	uint32_t n;

	while ((n = __atomic_load_n(&ndetached, __ATOMIC_RELAXED)) != 0)
		(void)rumpuser_park(&ndetached, n, RUMPUSER_FOREVER);
	(void)pthread_mutex_lock(&threads_lock);
	ended = zombies;
	zombies = NULL;
	(void)pthread_mutex_unlock(&threads_lock);
	reap_list(ended);
}

void
rumpuser__thread_fork(int stage)
{
	if (stage == FORK_CHILD) {
		all_threads = NULL;
		zombies = NULL;
		ndetached = self != NULL && !self->t_joinable; /* a thread of ours forked */
	}
	rumpuser__fork_lock(&threads_lock, stage);
}

unsigned long
rumpuser__live_threads(void)
{
	unsigned long n = 0;

	(void)pthread_mutex_lock(&threads_lock);
	for (const struct rumpuser_thread *t = all_threads; t != NULL; t = t->t_allnext)
		n++;
	(void)pthread_mutex_unlock(&threads_lock);
	return n;
}
