/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The world's beginning and end, and the table of hypercalls that it takes over.
 *
 * Its threads are kept on one CPU: they take turns, and handing the baton over within a CPU costs a
 * third of what it does between two.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim_impl.h"

#define ARENA_BASE ((uintptr_t)0x200000000000) /* where no host puts anything by itself */

struct sim_trace rumptest__private_trace;

static uintptr_t arena_next;
static cpu_set_t cpus; /* the process's own choice, to be given back */

static int
thread_make(const char *name, struct rumpuser_sim_thread **tp)
{
	(void)rumptest__need_actor("rumpuser_thread_create()");
	*tp = rumptest__actor_new(name, false);
	return *tp == NULL ? ENOMEM : 0;
}

static void
random_bytes(void *buf, size_t len)
{
	unsigned char *p = buf;

	while (len > 0) {
		const uint64_t r = rumptest__rng_next(&sim.s_random);
		const size_t n = len < sizeof(r) ? len : sizeof(r);

		(void)memcpy(p, &r, n);
		p += n;
		len -= n;
	}
}

/* ThreadSanitizer has its own idea of which addresses there are. */
static void *
address(size_t size, size_t align)
{
#if defined(__SANITIZE_THREAD__)
	return NULL;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
	return NULL;
#endif
#endif
	const uintptr_t at = (arena_next + align - 1) & ~(uintptr_t)(align - 1);

	arena_next = at + size;
	return (void *)at;
}

static const struct rumpuser_sim table = {
	.rs_thread_make = thread_make,
	.rs_thread_unmake = rumptest__actor_free,
	.rs_thread_begin = rumptest__actor_begin,
	.rs_thread_join = rumptest__actor_join,
	.rs_park = rumptest__park,
	.rs_unpark = rumptest__unpark,
	.rs_clock = rumptest__clock,
	.rs_getrandom = random_bytes,
	.rs_address = address,
	.rs_point = rumptest__point,
	.rs_ncpu = 2,
};

/* In the child of a fork() there is one thread, and the host decides again. */
static void
forked(void)
{
	if (!sim.s_on)
		return;
	sim.s_on = false;
	rumptest__self = NULL;
	(void)rumpuser_sim_set(NULL);
}

static void
register_fork(void)
{
	(void)pthread_atfork(NULL, NULL, forked);
}

static void
misuse(const char *what)
{
	rumptest__say("simulation: %s\n", what);
	abort();
}

static void
pin(void)
{
	const int cpu = sched_getcpu();
	cpu_set_t one;

	(void)sched_getaffinity(0, sizeof(cpus), &cpus);
	if (cpu < 0 || CPU_COUNT(&cpus) < 2)
		return;
	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	(void)sched_setaffinity(0, sizeof(one), &one);
}

void
rumptest__begin_traced(uint64_t seed, struct sim_trace *trace)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, register_fork);
	if (sim.s_on)
		misuse("rumptest_sim_begin() within a simulation");
	(void)memset(&sim, 0, sizeof(sim));
	(void)memset(trace, 0, sizeof(*trace));
	sim.s_seed = seed;
	sim.s_now = sim.s_testran = SIM_EPOCH_NS;
	sim.s_end = &sim.s_actors;
	sim.s_trace = trace;
	arena_next = ARENA_BASE;
	rumptest__rng_seed(&sim.s_random, ~seed);
	rumptest__choice_begin(seed);
	if (rumpuser_sim_set(&table) != 0)
		misuse("rumptest_sim_begin() when a kernel is up");
	pin();
	if ((rumptest__self = sim.s_main = rumptest__actor_new("test", true)) == NULL)
		misuse("no memory");
	rumptest__self->a_state = A_RUNNING;
	sim.s_on = true;
}

void
rumptest_sim_begin(uint64_t seed)
{
	rumptest__begin_traced(seed, &rumptest__private_trace);
}

uint64_t
rumptest_sim_end(void)
{
	if (!sim.s_on || rumptest__self != sim.s_main)
		misuse("rumptest_sim_end() by a thread that has not begun one");
	if (sim.s_actors->a_next != NULL)
		rumptest__die("rumptest_sim_end() when other threads are left");
	if (rumpuser_sim_set(NULL) != 0)
		misuse("rumptest_sim_end() when a kernel is up");
	rumptest__actor_free(rumptest__self);
	rumptest__self = NULL;
	sim.s_on = false;
	(void)sched_setaffinity(0, sizeof(cpus), &cpus);
	return sim.s_trace->st_hash;
}

bool
rumptest_simulated(void)
{
	return sim.s_on;
}

/* ---- The test's own threads ---- */

struct rumptest_thread {
	void (*t_fn)(void *);
	void *t_arg;
	pthread_t t_pthread;
	struct rumpuser_sim_thread *t_actor;
};

static void *
thread_main(void *arg)
{
	struct rumptest_thread *const t = arg;

	rumptest__actor_begin(t->t_actor);
	t->t_fn(t->t_arg);
	return NULL;
}

struct rumptest_thread *
rumptest_spawn(void (*fn)(void *), void *arg)
{
	struct rumptest_thread *const t = calloc(1, sizeof(*t));

	(void)rumptest__need_actor("rumptest_spawn()");
	if (t == NULL || (t->t_actor = rumptest__actor_new("test", true)) == NULL)
		misuse("no memory");
	t->t_fn = fn;
	t->t_arg = arg;
	if (pthread_create(&t->t_pthread, NULL, thread_main, t) != 0)
		misuse("the host makes no thread");
	rumptest__choice_restart();
	return t;
}

pthread_t
rumptest_pthread(const struct rumptest_thread *t)
{
	return t->t_pthread;
}

void
rumptest_yield(void)
{
	(void)rumptest__need_actor("rumptest_yield()");
	rumptest__spin(NULL);
}

void
rumptest_join(struct rumptest_thread *t)
{
	rumptest__actor_join(t->t_actor);
	(void)pthread_join(t->t_pthread, NULL);
	free(t);
}
