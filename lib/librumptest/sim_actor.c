/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Actors and the baton.
 *
 * The holder chooses who goes on, stores RUN into that actor's word and wakes it, then waits on its own:
 * a store and a load of one word order everything that the two did.  An actor ends in the second
 * round of its thread's destructors of thread-specific data, when those of the first have run, the
 * kernel's among them; it gives the baton away and looks at nothing of the simulation again.
 */
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/futex.h>
#include <sys/syscall.h>

#include "sim_impl.h"

struct sim sim;
__thread struct rumpuser_sim_thread *rumptest__self;

static uint32_t lent; /* (a) futex word of the one that lends the baton for a report */
static pthread_key_t end_key;
static pthread_once_t end_once = PTHREAD_ONCE_INIT;

static void
word_wait(uint32_t *word, uint32_t while_is)
{
	const int saved = errno;

	while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == while_is)
		(void)syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, while_is, NULL, NULL, 0);
	errno = saved;
}

static void
word_set(uint32_t *word, uint32_t value)
{
	const int saved = errno;

	__atomic_store_n(word, value, __ATOMIC_RELEASE);
	(void)syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
	errno = saved;
}

struct rumpuser_sim_thread *
rumptest__need_actor(const char *what)
{
	if (rumptest__self == NULL) {
		rumptest__say("%s by a thread that takes no part in the simulation: "
			      "make threads by rumptest_spawn()\n",
		    what);
		abort();
	}
	return rumptest__self;
}

/* Until the holder gives it. */
static void
wait_for_baton(struct rumpuser_sim_thread *a)
{
	for (;;) {
		word_wait(&a->a_baton, BATON_NONE);
		const uint32_t baton = __atomic_load_n(&a->a_baton, __ATOMIC_ACQUIRE);

		__atomic_store_n(&a->a_baton, BATON_NONE, __ATOMIC_RELAXED);
		if (baton == BATON_RUN)
			break;
		rumptest__report_self(a);
		word_set(&lent, 0);
	}
	a->a_state = A_RUNNING;
	a->a_spinning = false;
	if (a->a_test)
		sim.s_testran = sim.s_now;
	sim.s_busy = false;
}

void
rumptest__lend(struct rumpuser_sim_thread *a)
{
	__atomic_store_n(&lent, 1, __ATOMIC_RELAXED);
	word_set(&a->a_baton, BATON_REPORT);
	word_wait(&lent, 1);
}

/* Somebody who can go on; time passes until there is. */
static struct rumpuser_sim_thread *
choose(void)
{
	struct rumpuser_sim_thread *next;

	while ((next = rumptest__choice_pick()) == NULL) {
		bool spinning = false;

		for (struct rumpuser_sim_thread *a = sim.s_actors; a != NULL; a = a->a_next)
			if (a->a_state == A_READY) {
				a->a_spinning = false;
				spinning = true;
			}
		if (spinning)
			rumptest__clock_spin();
		else if (!rumptest__clock_jump())
			rumptest__die("deadlock: nobody can go on");
	}
	return next;
}

void
rumptest__yield(int why, const volatile void *object)
{
	struct rumpuser_sim_thread *const a = rumptest__self;
	const bool ended = a->a_state == A_ENDED;

	sim.s_busy = true;
	if (a->a_test && a->a_state != A_READY)
		sim.s_waited = sim.s_points;
	struct rumpuser_sim_thread *const next = choose();
	sim.s_switched = sim.s_points;
	if (next == a) {
		a->a_state = A_RUNNING;
		a->a_spinning = false;
		sim.s_busy = false;
		return;
	}
	rumptest__trace_switch(a, next, why, object);
	if (ended)
		rumptest__self = NULL;
	word_set(&next->a_baton, BATON_RUN);
	if (!ended)
		wait_for_baton(a);
}

void
rumptest__ready(struct rumpuser_sim_thread *a)
{
	a->a_state = A_READY;
	a->a_order = ++sim.s_order;
	rumptest__choice_ready(a);
}

/* ---- Coming and going ---- */

struct rumpuser_sim_thread *
rumptest__actor_new(const char *name, bool test)
{
	struct rumpuser_sim_thread *const a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->a_id = sim.s_nextid++;
	a->a_test = test;
	(void)snprintf(a->a_name, sizeof(a->a_name), "%s", name);
	a->a_deadline = RUMPUSER_FOREVER;
	rumptest__choice_actor(a);
	*sim.s_end = a;
	sim.s_end = &a->a_next;
	rumptest__ready(a);
	return a;
}

void
rumptest__actor_free(struct rumpuser_sim_thread *a)
{
	struct rumpuser_sim_thread **ap = &sim.s_actors;

	while (*ap != a)
		ap = &(*ap)->a_next;
	*ap = a->a_next;
	if (sim.s_end == &a->a_next)
		sim.s_end = ap;
	free(a);
}

/* The destructor of end_key.  In the first round others may come after it. */
static void
thread_ends(void *arg)
{
	struct rumpuser_sim_thread *const a = arg;

	if (!a->a_ending) {
		a->a_ending = true;
		(void)pthread_setspecific(end_key, a);
		return;
	}
	a->a_state = A_ENDED;
	for (struct rumpuser_sim_thread *b = sim.s_actors; b != NULL; b = b->a_next)
		if (b->a_state == A_JOINING && b->a_joins == a)
			rumptest__ready(b);
	rumptest__yield(WHY_END, NULL);
}

static void
make_key(void)
{
	(void)pthread_key_create(&end_key, thread_ends);
}

void
rumptest__actor_begin(struct rumpuser_sim_thread *a)
{
	(void)pthread_once(&end_once, make_key);
	(void)pthread_setspecific(end_key, a);
	rumptest__self = a;
	wait_for_baton(a);
}

void
rumptest__actor_join(struct rumpuser_sim_thread *a)
{
	struct rumpuser_sim_thread *const self = rumptest__need_actor("a join");

	while (a->a_state != A_ENDED) {
		self->a_state = A_JOINING;
		self->a_joins = a;
		rumptest__yield(WHY_JOIN, NULL);
	}
	rumptest__actor_free(a);
}

/* ---- Waiting and points ---- */

int
rumptest__park(const uint32_t *word, uint32_t expect, int64_t deadline_ns)
{
	struct rumpuser_sim_thread *const a = rumptest__need_actor("rumpuser_park()");

	sim.s_points++;
	if (__atomic_load_n(word, __ATOMIC_SEQ_CST) != expect)
		return 0;
	if (deadline_ns <= sim.s_now)
		return ETIMEDOUT;
	sim.s_busy = true;
	a->a_state = A_PARKED;
	a->a_order = ++sim.s_order;
	a->a_word = word;
	a->a_deadline = deadline_ns;
	a->a_timedout = false;
	rumptest__yield(WHY_PARK, word);
	a->a_word = NULL;
	return a->a_timedout ? ETIMEDOUT : 0;
}

void
rumptest__unpark(const uint32_t *word, int n)
{
	while (n-- > 0) {
		struct rumpuser_sim_thread *first = NULL;

		for (struct rumpuser_sim_thread *a = sim.s_actors; a != NULL; a = a->a_next)
			if (a->a_state == A_PARKED && a->a_word == word &&
			    (first == NULL || a->a_order < first->a_order))
				first = a;
		if (first == NULL)
			return;
		rumptest__ready(first);
	}
}

void
rumptest__spin(const volatile void *object)
{
	struct rumpuser_sim_thread *const a = rumptest__self;

	sim.s_busy = true;
	a->a_spinning = true;
	a->a_spunat = sim.s_points;
	rumptest__choice_spins(a);
	rumptest__ready(a);
	rumptest__yield(RUMPUSER_POINT_SPIN, object);
}

void
rumptest__point(enum rumpuser_point kind, const volatile void *object)
{
	struct rumpuser_sim_thread *const a = rumptest__self;

	if (__builtin_expect(a == NULL || sim.s_busy, 0))
		return;
	if (__builtin_expect(kind == RUMPUSER_POINT_SPIN, 0)) {
		rumptest__spin(object);
		return;
	}
	if (__builtin_expect(++sim.s_points < sim.s_next, 1))
		return;
	sim.s_busy = true;
	if (rumptest__choice_due()) {
		rumptest__ready(a);
		rumptest__yield(kind, object);
	}
	sim.s_busy = false;
}
