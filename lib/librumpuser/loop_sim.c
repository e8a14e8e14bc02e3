/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The event loop of a simulated world: a thread that parks until the timer or a wake-up.
 *
 * There are no host events in it, so it needs no libuv, and its order follows from the simulation's.
 * One thread runs at a time, so what is below needs no lock; the loop's thread parks on sl.word,
 * which changes with everything that it has to look at.
 */
#include "internal.h"

static struct {
	uint32_t sl_word;
	bool sl_woken;
	int64_t sl_deadline; /* the timer's */
} sl;

void
rumpuser__simloop_reset(void)
{
	sl.sl_word = 0;
	sl.sl_woken = false;
	sl.sl_deadline = RUMPUSER_FOREVER;
}

static void
look_again(void)
{
	__atomic_store_n(&sl.sl_word, sl.sl_word + 1, __ATOMIC_RELAXED);
	rumpuser_unpark(&sl.sl_word, 1);
}

void
rumpuser__simloop_settimer(int64_t deadline_ns)
{
	sl.sl_deadline = deadline_ns;
	look_again();
}

void
rumpuser__simloop_wake(void)
{
	sl.sl_woken = true;
	look_again();
}

void
rumpuser__simloop_run(bool (*posts)(void))
{
	for (;;) {
		const uint32_t word = sl.sl_word;

		if (sl.sl_woken) {
			sl.sl_woken = false;
			if (posts())
				return;
		} else if (sl.sl_deadline <= rumpuser_sim->rs_clock(RUMPUSER_CLOCK_MONOTONIC)) {
			sl.sl_deadline = RUMPUSER_FOREVER;
			rumpuser__up.hyp_timer();
		} else
			(void)rumpuser_park(&sl.sl_word, word, sl.sl_deadline);
	}
}
