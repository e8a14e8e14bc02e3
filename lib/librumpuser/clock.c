/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The host's clocks, read without entering the host kernel where it has a vDSO.
 */
#include <time.h>

#include "internal.h"

static clockid_t
hostclock(enum rumpuser_clock clock)
{
	return clock == RUMPUSER_CLOCK_WALL ? CLOCK_REALTIME : CLOCK_MONOTONIC;
}

void
rumpuser_clock_gettime(enum rumpuser_clock clock, int64_t *sec, long *nsec)
{
	struct timespec ts;

	if (SIMULATED()) {
		const int64_t ns = rumpuser_sim->rs_clock(clock);

		*sec = ns / NS_PER_S;
		*nsec = (long)(ns % NS_PER_S);
		return;
	}
	(void)clock_gettime(hostclock(clock), &ts);
	*sec = ts.tv_sec;
	*nsec = ts.tv_nsec;
}

int64_t
rumpuser_clock_res_ns(enum rumpuser_clock clock)
{
	struct timespec ts;

	if (SIMULATED())
		return 1;
	(void)clock_getres(hostclock(clock), &ts);
	return (int64_t)ts.tv_sec * NS_PER_S + ts.tv_nsec;
}
