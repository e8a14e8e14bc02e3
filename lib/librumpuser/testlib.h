/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Shared by librumpuser's tests: a kernel made of counters, waiting with a bound, and counts of
 * what a process holds.
 *
 * The pretended virtual CPU is a flag of the thread: hyp_leave() gives it up, hyp_enter() takes it
 * again, and both are counted.
 */
#ifndef RUMPUSER_TESTLIB_H
#define RUMPUSER_TESTLIB_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <check.h>

#include <rump/rumpuser.h>

#include "fault.h"

#define TEST_S	      ((int64_t)1000000000)
#define TEST_PATIENCE (20 * TEST_S) /* how long a test waits for what must come */

static __thread int test_on_cpu;
static uint32_t test_leaves, test_enters, test_timers, test_forks, test_exits;
static void *test_exit_arg;

static inline void
test_count(uint32_t *word)
{
	__atomic_fetch_add(word, 1, __ATOMIC_SEQ_CST);
}

static inline uint32_t
test_counted(const uint32_t *word)
{
	return __atomic_load_n(word, __ATOMIC_SEQ_CST);
}

/* Add one to a word and wake who waits for it. */
static inline void
test_raise(uint32_t *word)
{
	test_count(word);
	rumpuser_unpark(word, 1000);
}

static inline int64_t
test_now(void)
{
	int64_t sec;
	long nsec;

	rumpuser_clock_gettime(RUMPUSER_CLOCK_MONOTONIC, &sec, &nsec);
	return sec * TEST_S + nsec;
}

/* Wait until *word is at least n. */
#define test_await(word, n) test_await_at(word, n, __LINE__)
static inline void
test_await_at(const uint32_t *word, uint32_t n, int line)
{
	const int64_t deadline = test_now() + TEST_PATIENCE;
	uint32_t now;

	while ((now = test_counted(word)) < n)
		if (rumpuser_park(word, now, deadline) == ETIMEDOUT)
			ck_abort_msg("line %d: waited in vain for %u, have %u", line, n, now);
}

static void *
test_leave(void)
{
	if (!test_on_cpu)
		return NULL;
	test_on_cpu = 0;
	test_count(&test_leaves);
	return &test_on_cpu;
}

static void
test_enter(void *cookie)
{
	if (cookie == NULL)
		return;
	test_on_cpu = 1;
	test_count(&test_enters);
}

static void
test_threadexit(void *arg)
{
	__atomic_store_n(&test_exit_arg, arg, __ATOMIC_SEQ_CST);
	test_raise(&test_exits);
}

static void
test_forked(void)
{
	test_count(&test_forks);
}

static void
test_timer(void)
{
	test_raise(&test_timers);
}

static const struct rumpuser_upcalls test_upcalls = {
	.hyp_leave = test_leave,
	.hyp_enter = test_enter,
	.hyp_threadexit = test_threadexit,
	.hyp_forked = test_forked,
	.hyp_timer = test_timer,
};

static inline void
test_setup(void)
{
	ck_assert_int_eq(rumpuser_init(RUMPUSER_VERSION, &test_upcalls), 0);
}

static inline int
test_entries(const char *path)
{
	DIR *const d = opendir(path);
	int n = 0;

	if (d == NULL)
		return 0;
	while (readdir(d) != NULL)
		n++;
	(void)closedir(d);
	return n;
}

struct test_resources {
	int r_fds;
	int r_threads;
	unsigned long r_allocs;
	unsigned long r_mapped;
	unsigned long r_livethreads;
};

static inline struct test_resources
test_resources(void)
{
	return (struct test_resources){
		.r_fds = test_entries("/proc/self/fd"),
		.r_threads = test_entries("/proc/self/task"),
		.r_allocs = rumpuser__live_allocs(),
		.r_mapped = rumpuser__live_mapped(),
		.r_livethreads = rumpuser__live_threads(),
	};
}

/* A joined thread's entry in /proc may outlive it for a moment. */
static inline void
test_same_resources(const struct test_resources *a, struct test_resources *b)
{
	for (int i = 0; i < 1000 && b->r_threads > a->r_threads; i++)
		*b = test_resources();
	ck_assert_int_eq(a->r_fds, b->r_fds);
	ck_assert_int_eq(a->r_threads, b->r_threads);
	ck_assert_uint_eq(a->r_allocs, b->r_allocs);
	ck_assert_uint_eq(a->r_mapped, b->r_mapped);
	ck_assert_uint_eq(a->r_livethreads, b->r_livethreads);
}

/* The checked teardown: nothing is left after fini. */
static inline void
test_teardown(void)
{
	rumpuser_fini();
	ck_assert_uint_eq(rumpuser__live_allocs(), 0);
	ck_assert_uint_eq(rumpuser__live_mapped(), 0);
	ck_assert_uint_eq(rumpuser__live_threads(), 0);
}

#define TEST_MAIN(s)                                   \
	int main(void)                                 \
	{                                              \
		SRunner *const sr = srunner_create(s); \
		int failed;                            \
                                                       \
		srunner_run_all(sr, CK_ENV);           \
		failed = srunner_ntests_failed(sr);    \
		srunner_free(sr);                      \
		return failed == 0 ? 0 : 1;            \
	}

#endif /* RUMPUSER_TESTLIB_H */
