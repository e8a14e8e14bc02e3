/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * timecounter(9): hardware that counts.  The kernel's clock is the host's monotonic one and stays it: a driver's
 * counter is registered, and read by nobody.
 */
#ifndef KPI_SYS_TIMETC_H
#define KPI_SYS_TIMETC_H

#include <sys/time.h>

struct timecounter;
typedef u_int timecounter_get_t(struct timecounter *);
typedef void timecounter_pps_t(struct timecounter *);

/* The driver's, until tc_detach().  Locks: (i) immutable, (t) the list's. */
struct timecounter {
	timecounter_get_t *tc_get_timecount; /* (i) */
	timecounter_pps_t *tc_poll_pps;	     /* (i) or NULL */
	u_int tc_counter_mask;		     /* (i) the bits that count */
	uint64_t tc_frequency;		     /* (i) Hz */
	const char *tc_name;		     /* (i) */
	int tc_quality;			     /* (t) the kernel's clock has 1000 */
	void *tc_priv;			     /* (i) */
	struct timecounter *tc_next;	     /* (t) */
};

/* ctx: any, for all. */
void tc_init(struct timecounter *tc);
/* 0; errors: none: no counter is ever in use. */
int tc_detach(struct timecounter *tc);
/* It counts no more: its quality becomes -1. */
void tc_gonebad(struct timecounter *tc);
/* Hz of the kernel's clock. */
uint64_t tc_getfrequency(void);
void tc_setclock(const struct timespec *ts);

#endif /* KPI_SYS_TIMETC_H */
