/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Who runs next: a function of the seed and of what the program did so far.
 *
 *	FIFO (seed 0)	the runner goes on until it waits; then the one that is READY longest
 *	WALK (even)	at drawn points: anyone, the runner included
 *	PCT (odd)	random priorities, the highest runs; at drawn points the runner falls
 *			below all others ("A Randomized Scheduler with Probabilistic Guarantees of
 *			Finding Bugs", Burckhardt et al., 2010)
 *
 * Nobody knows the length of a run beforehand, so what is drawn has no scale of its own.  The gaps of a
 * walk are up to 2^b points with any b to c_bits alike: bursts of switches, and long rests.  The
 * points of PCT are counted from the last rumptest__choice_restart(): from 2^b to 2^(b+1) there is one with
 * a chance of a half.
 */
#include "sim_impl.h"

#define CHANGES_MAX 20 /* the last lies before 2^20 points */

static struct {
	enum { FIFO, WALK, PCT } c_mode;
	struct sim_rng c_rng;
	unsigned c_bits;		 /* WALK */
	int64_t c_lowest;		 /* PCT: last priority given to one that fell */
	int c_nchanges;			 /* PCT */
	uint64_t c_changes[CHANGES_MAX]; /* PCT, in s_points; 0: over */
	uint64_t c_decide;		 /* the mode's next decision, in s_points */
} choice;

static uint64_t
rotl(uint64_t x, int k)
{
	return (x << k) | (x >> (64 - k));
}

/* xoshiro256++ 1.0, Blackman and Vigna. */
uint64_t
rumptest__rng_next(struct sim_rng *r)
{
	uint64_t *const s = r->r_s;
	const uint64_t result = rotl(s[0] + s[3], 23) + s[0];
	const uint64_t t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotl(s[3], 45);
	return result;
}

/* The state by splitmix64, as its authors advise. */
void
rumptest__rng_seed(struct sim_rng *r, uint64_t seed)
{
	for (int i = 0; i < 4; i++) {
		uint64_t z = seed += UINT64_C(0x9e3779b97f4a7c15);

		z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
		r->r_s[i] = z ^ (z >> 31);
	}
}

static uint64_t
below(uint64_t n)
{
	return rumptest__rng_next(&choice.c_rng) % n;
}

/* The mode's next decision, then whatever else has to be looked at. */
static void
set_next(void)
{
	uint64_t next = sim.s_moved + SIM_WORK;

	if (sim.s_switched + SIM_UNFAIR > sim.s_points && sim.s_switched + SIM_UNFAIR < next)
		next = sim.s_switched + SIM_UNFAIR;
	else if (sim.s_points + SIM_UNFAIR < next)
		next = sim.s_points + SIM_UNFAIR;
	if (choice.c_decide > sim.s_points && choice.c_decide < next)
		next = choice.c_decide;
	sim.s_next = next;
}

static void
decide_walk(void)
{
	const uint64_t bits = below(choice.c_bits + 1);

	choice.c_decide = sim.s_points + 1 + below(UINT64_C(1) << bits);
}

static void
decide_pct(void)
{
	choice.c_decide = UINT64_MAX;
	for (int i = 0; i < choice.c_nchanges; i++)
		if (choice.c_changes[i] > sim.s_points && choice.c_changes[i] < choice.c_decide)
			choice.c_decide = choice.c_changes[i];
}

static void
decide(void)
{
	switch (choice.c_mode) {
	case FIFO:
		choice.c_decide = UINT64_MAX;
		break;
	case WALK:
		decide_walk();
		break;
	case PCT:
		decide_pct();
		break;
	}
	set_next();
}

void
rumptest__choice_begin(uint64_t seed)
{
	rumptest__rng_seed(&choice.c_rng, seed);
	choice.c_mode = seed == 0 ? FIFO : seed % 2 == 0 ? WALK : PCT;
	choice.c_bits = 2 + 2 * (unsigned)(seed / 2 % 4);
	choice.c_lowest = 0;
	rumptest__choice_restart();
}

void
rumptest__choice_restart(void)
{
	choice.c_nchanges = 0;
	for (int b = 0; b < CHANGES_MAX; b++)
		if (below(2) != 0)
			choice.c_changes[choice.c_nchanges++] =
			    sim.s_points + (UINT64_C(1) << b) + below(UINT64_C(1) << b);
	decide();
}

void
rumptest__choice_actor(struct rumpuser_sim_thread *a)
{
	a->a_priority = 1 + (int64_t)(rumptest__rng_next(&choice.c_rng) >> 2);
}

/* One that looked in vain may look again when somebody has done something since. */
static bool
eligible(const struct rumpuser_sim_thread *a)
{
	return a->a_state == A_READY && (!a->a_spinning || sim.s_points > a->a_spunat);
}

/* Somebody else could run, of a priority above this one. */
static bool
others_above(int64_t priority)
{
	for (struct rumpuser_sim_thread *a = sim.s_actors; a != NULL; a = a->a_next)
		if (eligible(a) && a->a_priority > priority)
			return true;
	return false;
}

void
rumptest__choice_ready(const struct rumpuser_sim_thread *a)
{
	if (choice.c_mode == PCT && rumptest__self != NULL &&
	    a->a_priority > rumptest__self->a_priority)
		sim.s_next = sim.s_points + 1;
}

void
rumptest__choice_spins(struct rumpuser_sim_thread *a)
{
	if (choice.c_mode == PCT)
		a->a_priority = --choice.c_lowest;
}

bool
rumptest__choice_due(void)
{
	const bool drawn = sim.s_points >= choice.c_decide;
	const bool unfair = sim.s_points >= sim.s_switched + SIM_UNFAIR && others_above(INT64_MIN);
	bool way = drawn || unfair;

	if (sim.s_points >= sim.s_waited + SIM_LIVELOCK)
		rumptest__die(
		    "livelock: ten million points, and no thread of the test's has waited");
	if (sim.s_points >= sim.s_moved + SIM_WORK)
		rumptest__clock_pass(SIM_WORK_NS);
	if ((drawn && choice.c_mode == PCT) || unfair)
		rumptest__self->a_priority = --choice.c_lowest;
	if (drawn)
		decide();
	else
		set_next();
	if (choice.c_mode == PCT)
		way = others_above(rumptest__self->a_priority);
	return way;
}

struct rumpuser_sim_thread *
rumptest__choice_pick(void)
{
	struct rumpuser_sim_thread *best = NULL;
	uint64_t n = 0;

	for (struct rumpuser_sim_thread *a = sim.s_actors; a != NULL; a = a->a_next) {
		if (!eligible(a))
			continue;
		n++;
		if (best == NULL || (choice.c_mode == FIFO && a->a_order < best->a_order) ||
		    (choice.c_mode == PCT && a->a_priority > best->a_priority))
			best = a;
	}
	if (choice.c_mode != WALK || n < 2)
		return best;
	n = below(n);
	for (struct rumpuser_sim_thread *a = sim.s_actors; a != NULL; a = a->a_next)
		if (eligible(a) && n-- == 0)
			return a;
	return NULL;
}
