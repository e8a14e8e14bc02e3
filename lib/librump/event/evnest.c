/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Sets within sets: no circles, and no more than EVSET_DEPTH on a path.  So es_mutex of a set may be
 * held while those of sets within it are taken, and a look at a set comes to an end.
 */
#include "evset.h"

#include <sys/errno.h>
#include <sys/systm.h>

static kmutex_t nest_lock;
static uint64_t walk; /* nest_lock */

int
rump_evnest_init(void)
{
	mutex_init(&nest_lock, MUTEX_DEFAULT, IPL_NONE);
	return 0;
}

void
rump_evnest_fini(void)
{
	mutex_destroy(&nest_lock);
}

void
rump_evnest_enter(void)
{
	mutex_enter(&nest_lock);
}

void
rump_evnest_exit(void)
{
	mutex_exit(&nest_lock);
}

/*
 * The longest path down from es, or up, itself counted; more than EVSET_DEPTH when it meets target.
 * Each set is looked at once (es_seen is the walk's number).  Recursion is bounded by what is linked:
 * EVSET_DEPTH.
 */
static u_int
depth_down(struct rump_evset *es, const struct rump_evset *target)
{
	const struct rump_evitem *ei;
	u_int most = 0;

	if (es == target)
		return EVSET_DEPTH + 1;
	if (es->es_seen == walk)
		return es->es_depth;
	LIST_FOREACH (ei, &es->es_children, ei_down)
		most = MAX(most, depth_down(ei->ei_child, target));
	es->es_seen = walk;
	es->es_depth = most + 1;
	return most + 1;
}

static u_int
depth_up(struct rump_evset *es)
{
	const struct rump_evitem *ei;
	u_int most = 0;

	if (es->es_seen == walk)
		return es->es_depth;
	LIST_FOREACH (ei, &es->es_parents, ei_up)
		most = MAX(most, depth_up(ei->ei_set));
	es->es_seen = walk;
	es->es_depth = most + 1;
	return most + 1;
}

int
rump_evnest_link(struct rump_evitem *ei, struct rump_evset *child)
{
	struct rump_evset *const es = ei->ei_set;

	u_int depth;

	KASSERT(mutex_owned(&nest_lock));
	walk++;
	depth = depth_down(child, es);
	walk++;
	if (depth > EVSET_DEPTH || depth + depth_up(es) > EVSET_DEPTH)
		return ELOOP;
	ei->ei_child = child;
	LIST_INSERT_HEAD(&child->es_parents, ei, ei_up);
	LIST_INSERT_HEAD(&es->es_children, ei, ei_down);
	return 0;
}

void
rump_evnest_unlink(struct rump_evitem *ei)
{
	KASSERT(mutex_owned(&nest_lock));
	ei->ei_child = NULL;
	LIST_REMOVE(ei, ei_up);
	LIST_REMOVE(ei, ei_down);
}
