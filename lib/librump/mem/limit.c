/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * RUMP_MEMLIMIT, and what happens when memory is short.
 *
 * The page daemon (pagedaemon.c) drains before it comes to that.  An allocation that may sleep and finds no
 * pages all the same runs the drain hooks and empties the pool caches;
 * when that did not help it sleeps until memory is freed, 10 ms at most, and starts over: hooks
 * can only try their locks, and what they did not get this time they may get the next.
 */
#include "mem_impl.h"

#include <rump/rumpuser.h>

#include "rump_boot.h"
#include "rump_sched.h"

#define WAIT_NS (10 * 1000 * 1000)

struct waiter {
	struct lwp *w_lwp;
	bool w_queued;		     /* (w) */
	TAILQ_ENTRY(waiter) w_entry; /* (w) */
};

/* Locks: (w) wait_lock, (h) hook_lock. */
static struct rump_leaf wait_lock;
static TAILQ_HEAD(, waiter) waiters; /* (w) */
uint32_t mem_nwaiters;		     /* (w) for writing */
static struct rump_leaf hook_lock;
static TAILQ_HEAD(, rump_memdrain) hooks;  /* (h) */
static struct rump_memdrain *hook_running; /* (h) */

void
memwait_init(void)
{
	rump_leaf_init(&wait_lock);
	TAILQ_INIT(&waiters);
	mem_nwaiters = 0;
	rump_leaf_init(&hook_lock);
	TAILQ_INIT(&hooks);
	hook_running = NULL;
}

/* ---- Waiting ---- */

void
mem_wakeup_slow(void)
{
	struct waiter *w;

	rump_leaf_enter(&wait_lock);
	while ((w = TAILQ_FIRST(&waiters)) != NULL) {
		TAILQ_REMOVE(&waiters, w, w_entry);
		w->w_queued = false;
		lwp_unpark(w->w_lwp);
	}
	__atomic_store_n(&mem_nwaiters, 0, __ATOMIC_RELAXED);
	rump_leaf_exit(&wait_lock);
}

void
mem_wait(void)
{
	struct waiter w = { .w_lwp = curlwp, .w_queued = true };
	int64_t sec;
	long nsec;

	if (curlwp == NULL)
		panic("out of memory while booting");
	rumpuser_clock_gettime(RUMPUSER_CLOCK_MONOTONIC, &sec, &nsec);
	rump_leaf_enter(&wait_lock);
	TAILQ_INSERT_TAIL(&waiters, &w, w_entry);
	__atomic_store_n(&mem_nwaiters, 1, __ATOMIC_RELAXED);
	rump_leaf_exit(&wait_lock);

	(void)lwp_park(sec * NSEC_PER_SEC + nsec + WAIT_NS);

	rump_leaf_enter(&wait_lock);
	if (w.w_queued)
		TAILQ_REMOVE(&waiters, &w, w_entry);
	rump_leaf_exit(&wait_lock);
}

/* ---- Draining ---- */

void
rump_memdrain_add(struct rump_memdrain *md)
{
	struct rump_memdrain *o;

	rump_leaf_enter(&hook_lock);
	TAILQ_FOREACH (o, &hooks, md_entry)
		if (o->md_worth > md->md_worth)
			break;
	if (o != NULL)
		TAILQ_INSERT_BEFORE(o, md, md_entry);
	else
		TAILQ_INSERT_TAIL(&hooks, md, md_entry);
	rump_leaf_exit(&hook_lock);
}

void
rump_memdrain_remove(struct rump_memdrain *md)
{
	rump_leaf_enter(&hook_lock);
	while (hook_running == md) {
		rump_leaf_exit(&hook_lock);
		mem_wait();
		rump_leaf_enter(&hook_lock);
	}
	TAILQ_REMOVE(&hooks, md, md_entry);
	rump_leaf_exit(&hook_lock);
}

/* One drainer at a time: hooks then need not be reentrant.  Others go on to wait. */
size_t
mem_drain_hooks(size_t want)
{
	struct rump_memdrain *md;
	size_t freed = 0;

	rump_leaf_enter(&hook_lock);
	if (hook_running == NULL) {
		TAILQ_FOREACH (md, &hooks, md_entry) {
			if (freed >= want)
				break;
			hook_running = md;
			rump_leaf_exit(&hook_lock);
			freed += (*md->md_fn)(md->md_arg, want - freed);
			rump_leaf_enter(&hook_lock);
		}
		hook_running = NULL;
	}
	rump_leaf_exit(&hook_lock);
	return freed;
}

size_t
mem_drain(size_t want)
{
	size_t freed;

	freed = mem_drain_hooks(want);
	freed += pool_cache_drain_all();
	freed += pool_drain_all();
	return freed;
}

void *
rump_pages_alloc(size_t npages, int flags)
{
	void *p = pages_try(npages, flags);

	if (__predict_false(atomic_load_relaxed(&pages_low) != 0))
		pagedaemon_kick();
	if (__predict_true(p != NULL) || (flags & RUMP_PAGES_NOWAIT) != 0)
		return p;
	if (!pages_possible(npages)) {
		if ((flags & RUMP_PAGES_CANFAIL) != 0)
			return NULL;
		panic("%zu pages of memory can never be had", npages);
	}
	pagedaemon_count_self();
	for (;;) {
		(void)mem_drain(npages * PAGE_SIZE);
		if ((p = pages_try(npages, flags)) != NULL || (flags & RUMP_PAGES_CANFAIL) != 0)
			return p;
		mem_wait();
	}
}

size_t
rump_mem_share(size_t want, u_int percent)
{
	return MIN(want, rump_params.rp_memlimit / 100 * percent);
}

/* ---- Start and end ---- */

int
rump_mem_init(void)
{
	int error;

	memwait_init();
	if ((error = pages_init(rump_params.rp_memlimit)) != 0)
		return error;
	pool_subsys_init();
	if ((error = pool_cache_subsys_init()) == 0 && (error = kmem_subsys_init()) == 0)
		return 0;
	rump_mem_fini();
	return error;
}

void
rump_mem_fini(void)
{
	pool_cache_drain_all();
	kmem_subsys_fini();
	pool_cache_subsys_fini();
	pool_subsys_fini();
#ifdef DIAGNOSTIC
	if (mem_tracking)
		rump_mem_leaks = mem_track_fini();
#endif
	pages_fini();
}
