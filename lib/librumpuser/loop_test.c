/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The loop: timer, watches, posts.
 */
#include "testlib.h"

#include <pthread.h>
#include <unistd.h>

#define MS ((int64_t)1000000)

START_TEST(loop_does_not_start_to_disarm)
{
	ck_assert_int_eq(rumpuser_timer_arm(RUMPUSER_FOREVER), 0);
	ck_assert_uint_eq(rumpuser__live_threads(), 0);
}
END_TEST

START_TEST(loop_timer_fires_at_deadline)
{
	const int64_t deadline = test_now() + 5 * MS;

	errno = EXDEV;
	ck_assert_int_eq(rumpuser_timer_arm(deadline), 0);
	ck_assert_int_eq(errno, EXDEV);
	test_await(&test_timers, 1);
	ck_assert_int_ge(test_now(), deadline);
}
END_TEST

START_TEST(loop_timer_in_the_past_fires)
{
	static const int64_t past[] = { INT64_MIN, -1, 0, 1 };

	ck_assert_int_eq(rumpuser_timer_arm(past[_i]), 0);
	test_await(&test_timers, 1);
}
END_TEST

/* An order that a later post can only follow: the timer was seen by the loop before it or never. */
static void
raise_word(void *arg)
{
	test_raise(arg);
}

START_TEST(loop_timer_moves_and_stops)
{
	uint32_t posted = 0;

	ck_assert_int_eq(rumpuser_timer_arm(test_now() + 3600 * TEST_S), 0);
	ck_assert_int_eq(rumpuser_timer_arm(test_now() + 1 * MS), 0);
	test_await(&test_timers, 1);
	ck_assert_int_eq(rumpuser_timer_arm(test_now() + 1 * MS), 0);
	ck_assert_int_eq(rumpuser_timer_arm(RUMPUSER_FOREVER), 0);
	const uint32_t before = test_counted(&test_timers);
	ck_assert_int_eq(rumpuser_loop_post(raise_word, &posted), 0);
	test_await(&posted, 1);
	ck_assert_uint_le(before, 2);
	ck_assert_uint_eq(test_counted(&test_timers), before);
}
END_TEST

static void *
arm_many(void *arg)
{
	for (int i = 0; i < 200; i++)
		if (rumpuser_timer_arm(test_now() + (i % 7) * MS / 10) != 0)
			return arg;
	return NULL;
}

START_TEST(loop_timer_is_armed_by_any_thread)
{
	pthread_t t[4];
	void *result;

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, arm_many, t), 0);
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(pthread_join(t[i], &result), 0);
		ck_assert_ptr_null(result);
	}
	ck_assert_uint_eq(rumpuser__live_threads(), 1);
	const uint32_t n = test_counted(&test_timers);
	ck_assert_int_eq(rumpuser_timer_arm(test_now() + 1 * MS), 0);
	test_await(&test_timers, n + 1);
}
END_TEST

static char order[64];
static uint32_t order_len;

static void
append(void *arg)
{
	order[order_len] = *(const char *)arg;
	test_raise(&order_len);
}

START_TEST(loop_posts_run_in_order)
{
	static const char text[] = "what is posted first is run first";

	for (size_t i = 0; i < sizeof(text); i++)
		ck_assert_int_eq(rumpuser_loop_post(append, (void *)(uintptr_t)&text[i]), 0);
	test_await(&order_len, sizeof(text));
	ck_assert_str_eq(order, text);
}
END_TEST

static uint32_t seen;
static int pipefd[2];

static void
drain(void *arg, int events)
{
	char c;

	(void)arg;
	if ((events & RUMPUSER_READABLE) && read(pipefd[0], &c, 1) == 1)
		test_raise(&seen);
}

START_TEST(loop_watch_sees_every_byte)
{
	struct rumpuser_watch *w;

	ck_assert_int_eq(pipe(pipefd), 0);
	ck_assert_int_eq(rumpuser_watch_add(pipefd[0], RUMPUSER_READABLE, drain, NULL, &w), 0);
	for (uint32_t i = 1; i <= 100; i++) {
		ck_assert_int_eq(write(pipefd[1], "x", 1), 1);
		if (i % 10 == 0)
			test_await(&seen, i);
	}
	test_on_cpu = 1;
	rumpuser_watch_remove(w);
	ck_assert_uint_eq(test_counted(&test_leaves), 1);
	ck_assert_uint_eq(test_counted(&test_enters), 1);
	test_on_cpu = 0;
	ck_assert_int_eq(write(pipefd[1], "x", 1), 1);
	uint32_t posted = 0;
	ck_assert_int_eq(rumpuser_loop_post(raise_word, &posted), 0);
	test_await(&posted, 1);
	ck_assert_uint_eq(test_counted(&seen), 100);
}
END_TEST

static uint32_t alive, called;

static void
call_alive(void *arg, int events)
{
	(void)arg;
	(void)events;
	if (!__atomic_load_n(&alive, __ATOMIC_SEQ_CST))
		abort();
	test_count(&called);
}

/* The pipe stays readable, so the loop calls all the time. */
START_TEST(loop_watch_is_not_called_after_remove)
{
	struct rumpuser_watch *w;

	ck_assert_int_eq(pipe(pipefd), 0);
	ck_assert_int_eq(write(pipefd[1], "x", 1), 1);
	for (int i = 0; i < 200; i++) {
		__atomic_store_n(&alive, 1, __ATOMIC_SEQ_CST);
		ck_assert_int_eq(
		    rumpuser_watch_add(pipefd[0], RUMPUSER_READABLE, call_alive, NULL, &w), 0);
		rumpuser_watch_remove(w);
		__atomic_store_n(&alive, 0, __ATOMIC_SEQ_CST);
	}
}
END_TEST

START_TEST(loop_watch_refuses)
{
	struct rumpuser_watch *w, *w2;
	FILE *const f = tmpfile();

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(pipe(pipefd), 0);
	ck_assert_int_eq(rumpuser_watch_add(pipefd[0], RUMPUSER_READABLE, drain, NULL, &w), 0);
	ck_assert_int_eq(
	    rumpuser_watch_add(pipefd[0], RUMPUSER_READABLE, drain, NULL, &w2), EEXIST);
	ck_assert_int_eq(rumpuser_watch_add(fileno(f), RUMPUSER_READABLE, drain, NULL, &w2), EPERM);
	ck_assert_int_eq(rumpuser_watch_add(9999, RUMPUSER_READABLE, drain, NULL, &w2), EBADF);
	rumpuser_watch_remove(w);
	(void)fclose(f);
}
END_TEST

static Suite *
suite(void)
{
	Suite *const s = suite_create("rumpuser_loop");
	TCase *const tc = tcase_create("loop");

	tcase_add_checked_fixture(tc, test_setup, test_teardown);
	tcase_add_test(tc, loop_does_not_start_to_disarm);
	tcase_add_test(tc, loop_timer_fires_at_deadline);
	tcase_add_loop_test(tc, loop_timer_in_the_past_fires, 0, 4);
	tcase_add_test(tc, loop_timer_moves_and_stops);
	tcase_add_test(tc, loop_timer_is_armed_by_any_thread);
	tcase_add_test(tc, loop_posts_run_in_order);
	tcase_add_test(tc, loop_watch_sees_every_byte);
	tcase_add_test(tc, loop_watch_is_not_called_after_remove);
	tcase_add_test(tc, loop_watch_refuses);
	suite_add_tcase(s, tc);
	return s;
}

TEST_MAIN(suite())
