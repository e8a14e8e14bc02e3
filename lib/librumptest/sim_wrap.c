/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * A program written with pthreads in the simulated world, unchanged: part of programs whose sources are
 * compiled with other names for the functions here (rump_sim_check() in tests/sim).
 *
 * The world begins at the first of them and ends with the process; RUMPTEST_SEED is its seed.
 * What the program waits for on the host otherwise (mutexes, condition variables) stops the world.
 */
#undef rump_init
#undef nanosleep
#undef sched_yield
#undef pthread_create
#undef pthread_join
#undef pthread_barrier_init
#undef pthread_barrier_wait

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include <rump/rump.h>
#include <rump/rumptest.h>
#include <rump/rumpuser.h>

int simwrap_rump_init(void);
int simwrap_sched_yield(void);
int simwrap_nanosleep(const struct timespec *ts, struct timespec *left);
int simwrap_pthread_create(
    pthread_t *threadp, const pthread_attr_t *attr, void *(*fn)(void *), void *arg);
int simwrap_pthread_join(pthread_t thread, void **resultp);
int simwrap_pthread_barrier_init(
    pthread_barrier_t *host, const pthread_barrierattr_t *attr, unsigned count);
int simwrap_pthread_barrier_wait(pthread_barrier_t *host);

struct thread {
	void *(*t_fn)(void *);
	void *t_arg;
	void *t_result;
	struct rumptest_thread *t_thread;
	struct thread *t_next;
};

struct barrier {
	const pthread_barrier_t *b_host; /* its address is its name */
	unsigned b_count, b_arrived;
	uint32_t b_round; /* slept on */
	struct barrier *b_next;
};

/* The baton's. */
static struct thread *threads; /* not yet joined */
static struct barrier *barriers;

static void
begin(void)
{
	const char *const seed = getenv("RUMPTEST_SEED");

	if (!rumptest_simulated())
		rumptest_sim_begin(seed != NULL ? strtoull(seed, NULL, 10) : 0);
}

int
simwrap_rump_init(void)
{
	begin();
	return rump_init();
}

int
simwrap_sched_yield(void)
{
	rumptest_yield();
	return 0;
}

int
simwrap_nanosleep(const struct timespec *ts, struct timespec *left)
{
	(void)left;
	rumptest_advance((int64_t)ts->tv_sec * 1000000000 + ts->tv_nsec);
	return 0;
}

static void
thread_main(void *arg)
{
	struct thread *const t = arg;

	t->t_result = t->t_fn(t->t_arg);
}

/* The attributes are the host's business. */
int
simwrap_pthread_create(
    pthread_t *threadp, const pthread_attr_t *attr, void *(*fn)(void *), void *arg)
{
	struct thread *const t = calloc(1, sizeof(*t));

	if (t == NULL)
		return EAGAIN;
	begin();
	t->t_fn = fn;
	t->t_arg = arg;
	t->t_result = PTHREAD_CANCELED;
	t->t_next = threads;
	threads = t;
	t->t_thread = rumptest_spawn(thread_main, t);
	*threadp = rumptest_pthread(t->t_thread);
	return 0;
}

int
simwrap_pthread_join(pthread_t thread, void **resultp)
{
	struct thread **tp = &threads;

	while (!pthread_equal(rumptest_pthread((*tp)->t_thread), thread))
		tp = &(*tp)->t_next;

	struct thread *const t = *tp;
	*tp = t->t_next;
	rumptest_join(t->t_thread);
	if (resultp != NULL)
		*resultp = t->t_result;
	free(t);
	return 0;
}

int
simwrap_pthread_barrier_init(
    pthread_barrier_t *host, const pthread_barrierattr_t *attr, unsigned count)
{
	struct barrier *const b = calloc(1, sizeof(*b));

	if (b == NULL)
		return EAGAIN;
	*b = (struct barrier){ .b_host = host, .b_count = count, .b_next = barriers };
	barriers = b;
	return 0;
}

int
simwrap_pthread_barrier_wait(pthread_barrier_t *host)
{
	struct barrier *b = barriers;

	while (b->b_host != host)
		b = b->b_next;
	const uint32_t round = b->b_round;
	if (++b->b_arrived == b->b_count) {
		b->b_arrived = 0;
		b->b_round++;
		rumpuser_unpark(&b->b_round, (int)b->b_count);
		return PTHREAD_BARRIER_SERIAL_THREAD;
	}
	while (b->b_round == round)
		(void)rumpuser_park(&b->b_round, round, RUMPUSER_FOREVER);
	return 0;
}
