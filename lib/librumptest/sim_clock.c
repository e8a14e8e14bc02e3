/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Virtual time: it stands still while anybody can work, and jumps when nobody can.
 */
#include "sim_impl.h"

static void
moved(int64_t now)
{
	sim.s_now = now;
	sim.s_moved = sim.s_points;
	sim.s_reads = 0;
	rumptest__trace_jump();
}

int64_t
rumptest__clock(enum rumpuser_clock clock)
{
	if (rumptest__self != NULL && ++sim.s_reads > SIM_READS_MAX)
		rumptest__spin(NULL);
	return clock == RUMPUSER_CLOCK_WALL ? SIM_WALL_NS + (sim.s_now - SIM_EPOCH_NS) : sim.s_now;
}

/* Those whose deadline has come, in the order they parked: the order of rumptest__ready(). */
static bool
wake_due(bool last)
{
	struct rumpuser_sim_thread *first;
	bool any = false;

	do {
		first = NULL;
		for (struct rumpuser_sim_thread *a = sim.s_actors; a != NULL; a = a->a_next)
			if (a->a_state == A_PARKED && a->a_last == last &&
			    a->a_deadline <= sim.s_now &&
			    (first == NULL || a->a_order < first->a_order))
				first = a;
		if (first != NULL) {
			first->a_timedout = true;
			rumptest__ready(first);
			any = true;
		}
	} while (first != NULL);
	return any;
}

void
rumptest__clock_pass(int64_t ns)
{
	moved(sim.s_now + ns);
	(void)wake_due(false);
}

void
rumptest__clock_spin(void)
{
	if (sim.s_spunat != sim.s_points) {
		sim.s_spunat = sim.s_points;
		sim.s_spins = 0;
	}
	if (++sim.s_spins > SIM_LIVELOCK)
		rumptest__die("livelock: everybody spins");
	rumptest__clock_pass(SIM_SPIN_NS);
}

/* Only the kernel's timers go on, and have for long. */
static bool
hopeless(int64_t next)
{
	for (struct rumpuser_sim_thread *a = sim.s_actors; a != NULL; a = a->a_next)
		if (a->a_test && a->a_state == A_PARKED && a->a_deadline != RUMPUSER_FOREVER)
			return false;
	return next - sim.s_testran > SIM_PATIENCE_NS;
}

bool
rumptest__clock_jump(void)
{
	int64_t next = RUMPUSER_FOREVER;

	for (struct rumpuser_sim_thread *a = sim.s_actors; a != NULL; a = a->a_next)
		if (a->a_state == A_PARKED && a->a_deadline < next)
			next = a->a_deadline;
	if (next == RUMPUSER_FOREVER || hopeless(next))
		return false;
	if (next > sim.s_now)
		moved(next);
	return wake_due(false) || wake_due(true);
}

int64_t
rumptest_now(void)
{
	return sim.s_now;
}

void
rumptest_advance(int64_t ns)
{
	struct rumpuser_sim_thread *const a = rumptest__need_actor("rumptest_advance()");

	a->a_word = NULL;
	a->a_last = true;
	a->a_deadline =
	    ns > RUMPUSER_FOREVER - 1 - sim.s_now ? RUMPUSER_FOREVER - 1 : sim.s_now + ns;
	a->a_state = A_PARKED;
	a->a_order = ++sim.s_order;
	rumptest__yield(WHY_ADVANCE, NULL);
	a->a_last = false;
}
