/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* timecounter(9): the list of counters that drivers offer. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/timetc.h>

#include "rump_leaf.h"

/* Locks: (t) tc_lock, a leaf.  A driver takes its counter off before it goes, so nothing is left at a halt. */
static struct rump_leaf tc_lock;
static struct timecounter *counters; /* (t) */

void
tc_init(struct timecounter *tc)
{
	rump_leaf_enter(&tc_lock);
	tc->tc_next = counters;
	counters = tc;
	rump_leaf_exit(&tc_lock);
}

int
tc_detach(struct timecounter *tc)
{
	struct timecounter **p;

	rump_leaf_enter(&tc_lock);
	for (p = &counters; *p != NULL && *p != tc; p = &(*p)->tc_next)
		continue;
	if (*p != NULL)
		*p = tc->tc_next;
	rump_leaf_exit(&tc_lock);
	return 0;
}

void
tc_gonebad(struct timecounter *tc)
{
	rump_leaf_enter(&tc_lock);
	tc->tc_quality = -1;
	rump_leaf_exit(&tc_lock);
}

uint64_t
tc_getfrequency(void)
{
	return NSEC_PER_SEC;
}
