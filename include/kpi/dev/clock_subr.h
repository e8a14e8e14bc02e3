/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* todr(9): seconds since 1970 and calendar dates, in UTC, proleptic Gregorian.  ctx: any. */
#ifndef KPI_DEV_CLOCK_SUBR_H
#define KPI_DEV_CLOCK_SUBR_H

#include <sys/types.h>

struct clock_ymdhms {
	uint64_t dt_year;
	uint8_t dt_mon;	 /* 1 - 12 */
	uint8_t dt_day;	 /* 1 - 31 */
	uint8_t dt_wday; /* 0 (Sunday) - 6; not looked at by clock_ymdhms_to_secs() */
	uint8_t dt_hour; /* 0 - 23 */
	uint8_t dt_min;	 /* 0 - 59 */
	uint8_t dt_sec;	 /* 0 - 59 */
};

/* (time_t)-1 for what is no date, and for years before 1970 and after 10^9. */
time_t clock_ymdhms_to_secs(struct clock_ymdhms *dt);
/* errors: EINVAL (negative). */
int clock_secs_to_ymdhms(time_t secs, struct clock_ymdhms *dt);

/* Binary coded decimals of clock chips. */
static __inline u_int
bcdtobin(u_int bcd)
{
	return (bcd >> 4 & 0x0f) * 10 + (bcd & 0x0f);
}

static __inline u_int
bintobcd(u_int bin)
{
	return (bin / 10 << 4 & 0xf0) | (bin % 10);
}

#define FROMBCD(x) bcdtobin(x)
#define TOBCD(x)   bintobcd(x)

#endif /* KPI_DEV_CLOCK_SUBR_H */
