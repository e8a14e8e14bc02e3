/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Dates.  A year is taken to begin in March, so that the day that comes and goes is its last; then month m
 * (0 is March) begins at day (153 m + 2) / 5, and 400 years have 146,097 days.
 */
#include <dev/clock_subr.h>

#include <sys/errno.h>
#include <sys/param.h>

#define DAY_SECS  86400
#define ERA_DAYS  146097 /* in 400 years */
#define EPOCH_DAY 719468 /* 1 March 0 to 1 January 1970 */
#define MAX_YEAR  1000000000

static u_int
month_days(uint64_t year, u_int mon)
{
	static const uint8_t days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	const bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

	return days[mon - 1] + (mon == 2 && leap);
}

time_t
clock_ymdhms_to_secs(struct clock_ymdhms *dt)
{
	uint64_t year, days;
	u_int mon;

	if (dt->dt_year < 1970 || dt->dt_year > MAX_YEAR || dt->dt_mon < 1 || dt->dt_mon > 12 ||
	    dt->dt_day < 1 || dt->dt_day > month_days(dt->dt_year, dt->dt_mon) ||
	    dt->dt_hour > 23 || dt->dt_min > 59 || dt->dt_sec > 59)
		return -1;
	year = dt->dt_year - (dt->dt_mon <= 2);
	mon = (dt->dt_mon + 9U) % 12;
	days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * mon + 2) / 5 + dt->dt_day -
	    1 - EPOCH_DAY;
	return (time_t)(days * DAY_SECS) + dt->dt_hour * 3600 + dt->dt_min * 60 + dt->dt_sec;
}

int
clock_secs_to_ymdhms(time_t secs, struct clock_ymdhms *dt)
{
	uint64_t days, era, day, year;
	u_int rest, mon;

	if (secs < 0)
		return EINVAL;
	rest = (u_int)(secs % DAY_SECS);
	days = (uint64_t)(secs / DAY_SECS);
	dt->dt_wday = (uint8_t)((days + 4) % 7); /* 1 January 1970 was a Thursday */
	days += EPOCH_DAY;
	era = days / ERA_DAYS;
	day = days % ERA_DAYS;
	year = (day - day / 1460 + day / 36524 - day / (ERA_DAYS - 1)) / 365;
	day -= year * 365 + year / 4 - year / 100;
	mon = (u_int)(5 * day + 2) / 153;
	dt->dt_day = (uint8_t)(day - (153 * mon + 2) / 5 + 1);
	dt->dt_mon = (uint8_t)(mon < 10 ? mon + 3 : mon - 9);
	dt->dt_year = era * 400 + year + (dt->dt_mon <= 2);
	dt->dt_hour = (uint8_t)(rest / 3600);
	dt->dt_min = (uint8_t)(rest / 60 % 60);
	dt->dt_sec = (uint8_t)(rest % 60);
	return 0;
}
