/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Park and unpark.  Built twice: against the host's own way, and with park.c's portable one linked
 * into the program, where it takes the library's place.
 */
#include "testlib.h"

#include <pthread.h>
#include <signal.h>

#define ROUNDS 2000

START_TEST(park_returns_at_once_when_changed)
{
	const uint32_t word = 1;

	ck_assert_int_eq(rumpuser_park(&word, 0, RUMPUSER_FOREVER), 0);
}
END_TEST

static const struct {
	const char *name;
	int64_t in_ns; /* from now; or absolute when negative */
} deadlines[] = {
	{ "soon", 2000000 },
	{ "now", 0 },
	{ "before the clock began", -1 },
	{ "long ago", INT64_MIN },
};

START_TEST(park_ends_at_deadline)
{
	const uint32_t word = 0;
	const int64_t in = deadlines[_i].in_ns;
	const int64_t deadline = in < 0 ? in : test_now() + in;
	int error;

	errno = EXDEV;
	while ((error = rumpuser_park(&word, 0, deadline)) == 0)
		continue;
	ck_assert_msg(error == ETIMEDOUT, "%s: %d", deadlines[_i].name, error);
	ck_assert_int_ge(test_now(), deadline);
	ck_assert_int_eq(errno, EXDEV);
}
END_TEST

static uint32_t ping, pong;

static void *
answer(void *arg)
{
	for (uint32_t i = 1; i <= ROUNDS; i++) {
		test_await(&ping, i);
		test_raise(&pong);
	}
	return arg;
}

START_TEST(park_loses_no_wakeup)
{
	pthread_t t;

	ck_assert_int_eq(pthread_create(&t, NULL, answer, NULL), 0);
	for (uint32_t i = 1; i <= ROUNDS; i++) {
		test_raise(&ping);
		test_await(&pong, i);
	}
	ck_assert_int_eq(pthread_join(t, NULL), 0);
}
END_TEST

static uint32_t parked, gate, passed;

static void *
park_then_testcancel(void *arg)
{
	test_raise(&parked);
	test_await(&gate, 1);
	test_raise(&passed); /* cancellation did not act in the wait */
	rumpuser_thread_testcancel();
	return arg;
}

START_TEST(park_is_no_cancellation_point)
{
	void *result = NULL;
	pthread_t t;

	ck_assert_int_eq(pthread_create(&t, NULL, park_then_testcancel, NULL), 0);
	test_await(&parked, 1);
	ck_assert_int_eq(pthread_cancel(t), 0);
	test_raise(&gate);
	test_await(&passed, 1);
	ck_assert_int_eq(pthread_join(t, &result), 0);
	ck_assert_ptr_eq(result, PTHREAD_CANCELED);
}
END_TEST

static void
on_signal(int sig)
{
	(void)sig;
}

static void *
park_only(void *arg)
{
	test_raise(&parked);
	while (test_counted(&gate) == 0)
		*(int *)arg |= rumpuser_park(&gate, 0, RUMPUSER_FOREVER);
	return arg;
}

START_TEST(park_takes_a_signal_as_a_wakeup)
{
	const struct sigaction sa = { .sa_handler = on_signal };
	pthread_t t;
	int errors = 0;

	ck_assert_int_eq(sigaction(SIGUSR1, &sa, NULL), 0);
	ck_assert_int_eq(pthread_create(&t, NULL, park_only, &errors), 0);
	test_await(&parked, 1);
	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(pthread_kill(t, SIGUSR1), 0);
	test_raise(&gate);
	ck_assert_int_eq(pthread_join(t, NULL), 0);
	ck_assert_int_eq(errors, 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite *const s = suite_create("rumpuser_park");
	TCase *const tc = tcase_create("park");

	tcase_add_test(tc, park_returns_at_once_when_changed);
	tcase_add_loop_test(tc, park_ends_at_deadline, 0, sizeof(deadlines) / sizeof(deadlines[0]));
	tcase_add_test(tc, park_loses_no_wakeup);
	tcase_add_test(tc, park_is_no_cancellation_point);
	tcase_add_test(tc, park_takes_a_signal_as_a_wakeup);
	suite_add_tcase(s, tc);
	return s;
}

TEST_MAIN(suite())
