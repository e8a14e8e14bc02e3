/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What oldq(4) and its test agree on; the commands are spelled for the side that includes this. */
#ifndef TESTS_KPI_OLDSTYLE_H
#define TESTS_KPI_OLDSTYLE_H

struct oldq_stats {
	unsigned oq_in;	      /* records written */
	unsigned oq_out;      /* records read */
	unsigned long oq_sum; /* of the bytes read */
	unsigned oq_queued;   /* records in the queue */
	unsigned oq_ticks;    /* of the callout */
	unsigned oq_unlocked; /* entered without the kernel's lock */
};

#define OLDQ_MAXRECORD 64
#define OLDQ_STATS     _IOR('q', 1, struct oldq_stats)
#define OLDQ_WAITTICK  _IO('q', 2) /* sleep until the callout has run once more */

#endif /* TESTS_KPI_OLDSTYLE_H */
