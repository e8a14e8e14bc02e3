/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* poll(2) and select(2): files that are ready, time limits, bad arguments. */
#include <poll.h>
#include <sys/select.h>
#include <time.h>

#include "testlib.h"

static double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

START_TEST(poll_ready_files)
{
	struct pollfd fds[3] = { { 1, POLLOUT, 0 }, { -1, POLLIN, 77 }, { 9, POLLIN, 0 } };

	ck_assert_int_eq(rump_sys_poll(fds, 3, -1), 2);
	ck_assert_int_eq(fds[0].revents, POLLOUT);
	ck_assert_int_eq(fds[1].revents, 0);
	ck_assert_int_eq(fds[2].revents, POLLNVAL);
}
END_TEST

START_TEST(poll_waits_for_the_time_limit)
{
	struct pollfd fd = { 1, POLLPRI, 0 };
	const struct timespec ts = { 0, 20000000 }, bad = { 0, 1000000000 };
	struct timeval tv = { 0, 20000 };
	fd_set ex;
	double t;

	t = now();
	ck_assert_int_eq(rump_sys_poll(&fd, 1, 20), 0);
	ck_assert(now() - t >= 0.019);
	t = now();
	ck_assert_int_eq(rump_sys_ppoll(&fd, 1, &ts, NULL), 0);
	ck_assert(now() - t >= 0.019);
	t = now();
	FD_ZERO(&ex);
	FD_SET(1, &ex);
	ck_assert_int_eq(rump_sys_select(2, NULL, NULL, &ex, &tv), 0);
	ck_assert(now() - t >= 0.019);
	ck_assert(!FD_ISSET(1, &ex));
	ck_assert_int_eq(rump_sys_poll(&fd, 1, 0), 0);
	ck_assert_int_eq(rump_sys_poll(NULL, 0, 1), 0);
	ck_fails(rump_sys_ppoll(&fd, 1, &bad, NULL), EINVAL);
	ck_fails(rump_sys_poll(&fd, 1u << 31, 0), EINVAL);
}
END_TEST

START_TEST(poll_select_sets)
{
	fd_set in, out;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(0, &in);
	FD_SET(0, &out);
	FD_SET(2, &out);
	ck_assert_int_eq(rump_sys_select(3, &in, &out, NULL, NULL), 3);
	ck_assert(FD_ISSET(0, &in) && FD_ISSET(0, &out) && FD_ISSET(2, &out));
	FD_SET(50, &in);
	ck_fails(rump_sys_select(51, &in, NULL, NULL, NULL), EBADF);
	ck_assert_int_eq(rump_sys_select(3, &in, NULL, NULL, NULL), 1);
	ck_fails(rump_sys_select(-1, NULL, NULL, NULL, NULL), EINVAL);
	ck_fails(rump_sys_select(100000, &in, NULL, NULL, NULL), EINVAL);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("poll");

	tcase_add_test(tc, poll_ready_files);
	tcase_add_test(tc, poll_waits_for_the_time_limit);
	tcase_add_test(tc, poll_select_sets);
	return run_suite(tc, "poll");
}
