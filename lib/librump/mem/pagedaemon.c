/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The page daemon: memory is given back before the limit is reached.
 *
 *	pages in use:	0 ........ high mark ........ low mark ........ limit
 *			           |<- daemon drains to  |<- daemon is told
 *
 * It is a worker: a thread only while there is something to do, no timer.  Who takes the page that passes the
 * low mark may hold any lock, a spin mutex too, so it schedules a soft interrupt, and that kicks the worker.
 * Caches give in the order of their worth (rump_mem.h), and constructed objects only when that was not enough.
 */
#include "mem_impl.h"

#include <sys/intr.h>

#include "rump_boot.h"
#include "rump_rcu.h"
#include "rump_time.h"

static struct rump_worker worker;
static void *softint;		      /* (a) NULL: there is no daemon */
static uint64_t nruns, nfreed, nself; /* (a) */

static bool
pagedaemon_work(void *arg)
{
	const size_t want = pages_short();
	size_t freed;

	if (want > 0) {
		freed = mem_drain_hooks(want);
		if (freed < want) {
			freed += pool_cache_drain_all();
			freed += pool_drain_all();
		}
		__atomic_fetch_add(&nfreed, freed, __ATOMIC_RELAXED);
	}
	/* Counted when it is done: a test waits for the number. */
	pages_rearm();
	__atomic_fetch_add(&nruns, 1, __ATOMIC_RELEASE);
	return false;
}

static void
pagedaemon_softint(void *arg)
{
	rump_worker_kick(&worker);
}

/* ctx: any, with any lock held; before there are lwps nothing happens, and the mark stays passed. */
void
pagedaemon_kick(void)
{
	void *const si = atomic_load_acquire(&softint);

	if (si == NULL || curlwp == NULL)
		return;
	if (__atomic_exchange_n(&pages_low, 0, __ATOMIC_RELAXED) != 0)
		softint_schedule(si);
}

void
pagedaemon_count_self(void)
{
	__atomic_fetch_add(&nself, 1, __ATOMIC_RELAXED);
}

void
rump_pagedaemon_info(struct rump_pagedaemon_info *pi)
{
	pi->pi_runs = __atomic_load_n(&nruns, __ATOMIC_ACQUIRE);
	pi->pi_freed = __atomic_load_n(&nfreed, __ATOMIC_RELAXED);
	pi->pi_self = __atomic_load_n(&nself, __ATOMIC_RELAXED);
}

int
rump_pagedaemon_init(void)
{
	void *si;

	nruns = nfreed = nself = 0;
	atomic_store_relaxed(&softint, NULL);
	if (!rump_threads_p())
		return 0;
	if ((si = softint_establish(SOFTINT_CLOCK | SOFTINT_MPSAFE, pagedaemon_softint, NULL)) ==
	    NULL)
		return ENOMEM;
	rump_worker_init(&worker, "pagedaemon", pagedaemon_work, NULL);
	atomic_store_release(&softint, si);
	return 0;
}

/* Whoever is left in the kernel is this thread. */
void
rump_pagedaemon_fini(void)
{
	void *const si = softint;

	if (si == NULL)
		return;
	atomic_store_release(&softint, NULL);
	/* Or what waits on a CPU would have a timer, and the host a thread for it, as the next goes over them. */
	rump_rcu_barrier();
	softint_disestablish(si); /* waits for one that runs */
	rump_worker_fini(&worker);
}
