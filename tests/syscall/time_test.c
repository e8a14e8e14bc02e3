/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Clocks of the rump kernel: the host's, until they are set. */
#include <sys/time.h>
#include <time.h>

#include "testlib.h"

static double
seconds(const struct timespec *ts)
{
	return (double)ts->tv_sec + (double)ts->tv_nsec / 1e9;
}

START_TEST(time_is_the_hosts)
{
	struct timespec host, ts;
	struct timeval tv;

	clock_gettime(CLOCK_REALTIME, &host);
	ck_succeeds(rump_sys_clock_gettime(CLOCK_REALTIME, &ts));
	ck_assert(seconds(&ts) - seconds(&host) > -1 && seconds(&ts) - seconds(&host) < 5);
	ck_succeeds(rump_sys_gettimeofday(&tv, NULL));
	ck_assert_int_ge(tv.tv_sec, host.tv_sec - 1);
	ck_succeeds(rump_sys_clock_getres(CLOCK_MONOTONIC, &ts));
	ck_assert(seconds(&ts) < 0.1);
	ck_fails(rump_sys_clock_gettime(12345, &ts), EINVAL);
}
END_TEST

START_TEST(time_is_set_for_the_rump_kernel_alone)
{
	const struct timespec then = { 1000000000, 0 }, bad = { 1, -1 };
	struct timespec ts;
	struct timeval tv;

	ck_succeeds(rump_sys_clock_settime(CLOCK_REALTIME, &then));
	ck_succeeds(rump_sys_gettimeofday(&tv, NULL));
	ck_assert(tv.tv_sec >= 1000000000 && tv.tv_sec < 1000000060);
	clock_gettime(CLOCK_REALTIME, &ts);
	ck_assert_int_gt(ts.tv_sec, 1600000000);
	ck_fails(rump_sys_clock_settime(CLOCK_REALTIME, &bad), EINVAL);
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	ck_succeeds(rump_sys_setuid(1));
	ck_fails(rump_sys_clock_settime(CLOCK_REALTIME, &then), EPERM);
	rump_pub_lwproc_releaselwp();
}
END_TEST

START_TEST(time_sleep_lasts)
{
	const struct timespec nap = { 0, 20000000 }, bad = { 0, 1000000000 };
	struct timespec a, b, until;

	clock_gettime(CLOCK_MONOTONIC, &a);
	ck_succeeds(rump_sys_nanosleep(&nap, NULL));
	clock_gettime(CLOCK_MONOTONIC, &b);
	ck_assert(seconds(&b) - seconds(&a) >= 0.020);
	ck_fails(rump_sys_nanosleep(&bad, NULL), EINVAL);
	/* Like the host's, this one returns the error. */
	ck_assert_int_eq(rump_sys_clock_nanosleep(CLOCK_MONOTONIC, 0, &bad, NULL), EINVAL);
	ck_succeeds(rump_sys_clock_gettime(CLOCK_MONOTONIC, &until));
	until.tv_nsec += 20000000;
	if (until.tv_nsec >= 1000000000) {
		until.tv_sec++;
		until.tv_nsec -= 1000000000;
	}
	ck_assert_int_eq(rump_sys_clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL), 0);
	ck_succeeds(rump_sys_clock_gettime(CLOCK_MONOTONIC, &b));
	ck_assert(seconds(&b) >= seconds(&until));
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("time");

	tcase_add_test(tc, time_is_the_hosts);
	tcase_add_test(tc, time_is_set_for_the_rump_kernel_alone);
	tcase_add_test(tc, time_sleep_lasts);
	return run_suite(tc, "time");
}
