/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What is held at a moment, for tests that compare: rump_check_census() of <rump/rump_check.h>.
 * Whoever keeps things that users can forget adds a source in its init.  Checked builds only.
 */
#ifndef RUMP_CENSUS_H
#define RUMP_CENSUS_H

#ifdef DIAGNOSTIC
#include <sys/queue.h>
#include <sys/types.h>

struct rump_census;
struct rump_census_source {
	/* Say what there is.  ctx: thread; nothing else runs in the kernel.  sleeps. */
	void (*cs_walk)(struct rump_census *);
	LIST_ENTRY(rump_census_source) cs_link;
};
/* Sources outlive the kernel's run: static storage, added by init and removed by fini.  ctx: boot. */
void rump_census_add(struct rump_census_source *cs);
void rump_census_remove(struct rump_census_source *cs);
/* One thing; the same text for the same thing next time. */
void rump_census_say(struct rump_census *rc, const char *fmt, ...) __printflike(2, 3);
#endif

#endif /* RUMP_CENSUS_H */
