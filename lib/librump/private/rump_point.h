/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Points of a simulated world: where, in checked builds, another thread may be made to run.
 *
 * RUMP_POINT(LOCK, mtx) stands before a lock is taken, RUMP_POINT(UNLOCK, mtx) after it was given
 * back, and so on: <rump/rumpuser_sim.h> has the kinds.  A point is no place to sleep: the thread
 * keeps its virtual CPU and its locks, as if the host had preempted it there.  So points may stand
 * anywhere, but within sections that leaf locks guard they would make the schedule depend on which
 * objects share a lock: none there.  Nothing in the release.
 */
#ifndef RUMP_POINT_H
#define RUMP_POINT_H

#include <sys/types.h>

#ifdef DIAGNOSTIC
#include <rump/rumpuser_sim.h>

#define RUMP_POINT(kind, object)                                                    \
	do {                                                                        \
		if (__predict_false(rumpuser_sim != NULL))                          \
			(*rumpuser_sim->rs_point)(RUMPUSER_POINT_##kind, (object)); \
	} while (0)
#else
#define RUMP_POINT(kind, object) ((void)0)
#endif

#endif /* RUMP_POINT_H */
