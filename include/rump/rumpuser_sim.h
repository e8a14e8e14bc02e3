/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * A simulated host under librumpuser: who runs, what time it is, what is random.
 *
 * The table below takes the place of the host in the hypercalls that name its entries; librumptest
 * fills it in.  It is looked at by hypercalls that ask the host for something, and in checked
 * builds of the kernel at each point where a thread may lose the processor; a program that
 * sets none pays a load and a predicted branch there and nothing on other paths.
 *
 * Every host thread that makes one of these hypercalls takes part in the simulation: one that the
 * simulation has begun, or that rs_thread_begin() has let in.  One of them runs at a time.
 * Included by the kernel too: no host header but stdint, stddef and stdbool.
 */
#ifndef RUMP_RUMPUSER_SIM_H
#define RUMP_RUMPUSER_SIM_H

#include <rump/rumpuser.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Kinds of points.  The object is the lock, condvar, word or address concerned, or NULL. */
enum rumpuser_point {
	RUMPUSER_POINT_ENTER,	/* into the kernel */
	RUMPUSER_POINT_LEAVE,	/* out of it */
	RUMPUSER_POINT_LOCK,	/* about to take a lock */
	RUMPUSER_POINT_UNLOCK,	/* has given a lock back */
	RUMPUSER_POINT_SLEEP,	/* about to sleep */
	RUMPUSER_POINT_WAKE,	/* about to wake others, or having done so */
	RUMPUSER_POINT_SOFTINT, /* schedules a soft interrupt, or runs one */
	RUMPUSER_POINT_REF,	/* takes or drops a reference; the end of a read section */
	RUMPUSER_POINT_HOST,	/* the virtual CPU is given up for the host */
	RUMPUSER_POINT_LOAD,	/* instrumented code is about to read, or to write */
	RUMPUSER_POINT_STORE,
	RUMPUSER_POINT_SPIN, /* a busy-waiting loop looked in vain: others must run first */
	RUMPUSER_POINT_COUNT
};

struct rumpuser_sim_thread; /* the simulation's */

/* ctx of all: a thread that takes part, unless said. */
struct rumpuser_sim {
	/*
	 * A thread is to be made.  The new one calls rs_thread_begin() first of all, which returns
	 * when it may run; it takes part until the destructors of its thread-specific data have run,
	 * which the simulation finds out by itself.  rs_thread_unmake(): it came to nothing.
	 * errors: ENOMEM.
	 */
	int (*rs_thread_make)(const char *name, struct rumpuser_sim_thread **tp);
	void (*rs_thread_unmake)(struct rumpuser_sim_thread *t);
	void (*rs_thread_begin)(struct rumpuser_sim_thread *t); /* ctx: the new thread */
	/* Wait until t's thread takes part no more, and forget t. */
	void (*rs_thread_join)(struct rumpuser_sim_thread *t);

	/* rumpuser_park(), rumpuser_unpark(): the latter keeps running. */
	int (*rs_park)(const uint32_t *word, uint32_t expect, int64_t deadline_ns);
	void (*rs_unpark)(const uint32_t *word, int n);

	/* Nanoseconds.  ctx: any. */
	int64_t (*rs_clock)(enum rumpuser_clock);

	/* ctx: any. */
	void (*rs_getrandom)(void *buf, size_t len);

	/*
	 * The address for so much memory; the caller maps it there or, when something is there
	 * already, elsewhere.  NULL: wherever the host likes.
	 */
	void *(*rs_address)(size_t size, size_t align);

	/* Others may run now. */
	void (*rs_point)(enum rumpuser_point kind, const volatile void *object);

	int rs_ncpu; /* RUMPUSER_PARAM_NCPU */
};

/* NULL: the host itself. */
extern const struct rumpuser_sim *rumpuser_sim;

/*
 * Put a table in place, or take it away with NULL.
 * ctx: the only thread in hypercalls.  errors: EBUSY (between rumpuser_init() and rumpuser_fini()).
 */
int rumpuser_sim_set(const struct rumpuser_sim *sim);

/*
 * What the calling thread does in the kernel, in words, by the upcall hyp_describe(); "" when it is
 * not there.  ctx: any.
 */
void rumpuser_sim_describe(char *buf, size_t len);

#ifdef __cplusplus
}
#endif

#endif /* RUMP_RUMPUSER_SIM_H */
