/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The kernel's host threads, and the ends of the program's.
 */
#include "testlib.h"

#include <pthread.h>
#include <signal.h>

static uint32_t ran;

static void
run(void *arg)
{
	(void)arg;
	test_raise(&ran);
}

START_TEST(thread_join_gives_up_the_cpu)
{
	struct rumpuser_thread *t;

	ck_assert_int_eq(rumpuser_thread_create(run, NULL, "t", true, &t), 0);
	test_on_cpu = 1;
	rumpuser_thread_join(t);
	ck_assert_int_eq(test_on_cpu, 1);
	ck_assert_uint_eq(test_counted(&test_leaves), 1);
	ck_assert_uint_eq(test_counted(&ran), 1);
}
END_TEST

static void deep(int depth);
static void (*volatile deeper)(int) = deep;

static void
deep(int depth)
{
	if (depth == 0)
		rumpuser_thread_exit();
	deeper(depth - 1);
	abort(); /* nothing comes back from rumpuser_thread_exit() */
}

static void
exit_deep(void *arg)
{
	(void)arg;
	test_raise(&ran);
	deep(10);
}

START_TEST(thread_exit_ends_it_from_any_depth)
{
	struct rumpuser_thread *t;

	ck_assert_int_eq(rumpuser_thread_create(exit_deep, NULL, "t", _i == 0, &t), 0);
	if (_i == 0)
		rumpuser_thread_join(t);
	test_await(&ran, 1);
}
END_TEST

static void
look_at_mask(void *arg)
{
	sigset_t set;
	int *const unblocked = arg;

	(void)pthread_sigmask(SIG_BLOCK, NULL, &set);
	for (int sig = 1; sig < 32; sig++)
		if (sig != SIGKILL && sig != SIGSTOP)
			*unblocked += !sigismember(&set, sig);
}

START_TEST(thread_blocks_all_signals)
{
	struct rumpuser_thread *t;
	sigset_t before, after;
	int unblocked = 0;

	(void)pthread_sigmask(SIG_BLOCK, NULL, &before);
	ck_assert_int_eq(rumpuser_thread_create(look_at_mask, &unblocked, "t", true, &t), 0);
	rumpuser_thread_join(t);
	(void)pthread_sigmask(SIG_BLOCK, NULL, &after);
	ck_assert_int_eq(unblocked, 0);
	ck_assert_int_eq(sigismember(&before, SIGUSR1), sigismember(&after, SIGUSR1));
}
END_TEST

static void
look_at_name(void *arg)
{
	(void)pthread_getname_np(pthread_self(), arg, 32);
}

START_TEST(thread_name_is_cut)
{
	struct rumpuser_thread *t;
	char name[32] = "";

	ck_assert_int_eq(
	    rumpuser_thread_create(look_at_name, name, "0123456789abcdefgh", true, &t), 0);
	rumpuser_thread_join(t);
	ck_assert_str_eq(name, "0123456789abcde");
}
END_TEST

START_TEST(thread_detached_are_waited_for_by_fini)
{
	for (int i = 0; i < 50; i++)
		ck_assert_int_eq(rumpuser_thread_create(run, NULL, "t", false, NULL), 0);
	rumpuser_fini();
	ck_assert_uint_eq(test_counted(&ran), 50);
	ck_assert_uint_eq(rumpuser__live_threads(), 0);
}
END_TEST

enum ending { PLAIN, TAKEN_BACK, CANCELLED, AFTER_FINI, NEXT_KERNEL };
static const struct {
	const char *name;
	enum ending how;
	uint32_t calls;
} endings[] = {
	{ "returns", PLAIN, 1 },
	{ "had it taken back", TAKEN_BACK, 0 },
	{ "is cancelled", CANCELLED, 1 },
	{ "outlives the kernel", AFTER_FINI, 0 },
	{ "ends under the next kernel", NEXT_KERNEL, 0 },
};
static uint32_t ready, go;

static void *
end_somehow(void *arg)
{
	const enum ending how = *(const enum ending *)arg;

	if (rumpuser_thread_atexit(&ready) != 0)
		return NULL;
	if (how == TAKEN_BACK)
		(void)rumpuser_thread_atexit(NULL);
	test_raise(&ready);
	test_await(&go, 1);
	rumpuser_thread_testcancel();
	return NULL;
}

START_TEST(thread_atexit_tells_the_kernel)
{
	enum ending how = endings[_i].how;
	pthread_t t;

	ck_assert_int_eq(pthread_create(&t, NULL, end_somehow, &how), 0);
	test_await(&ready, 1);
	if (how == CANCELLED)
		ck_assert_int_eq(pthread_cancel(t), 0);
	if (how == AFTER_FINI || how == NEXT_KERNEL)
		rumpuser_fini();
	if (how == NEXT_KERNEL)
		test_setup();
	test_raise(&go);
	ck_assert_int_eq(pthread_join(t, NULL), 0);
	ck_assert_msg(test_counted(&test_exits) == endings[_i].calls, "a thread that %s: %u calls",
	    endings[_i].name, test_counted(&test_exits));
	if (endings[_i].calls > 0)
		ck_assert_ptr_eq(test_exit_arg, &ready);
}
END_TEST

static Suite *
suite(void)
{
	Suite *const s = suite_create("rumpuser_thread");
	TCase *const tc = tcase_create("thread");

	tcase_add_checked_fixture(tc, test_setup, test_teardown);
	tcase_add_test(tc, thread_join_gives_up_the_cpu);
	tcase_add_loop_test(tc, thread_exit_ends_it_from_any_depth, 0, 2);
	tcase_add_test(tc, thread_blocks_all_signals);
	tcase_add_test(tc, thread_name_is_cut);
	tcase_add_test(tc, thread_detached_are_waited_for_by_fini);
	tcase_add_loop_test(
	    tc, thread_atexit_tells_the_kernel, 0, sizeof(endings) / sizeof(endings[0]));
	suite_add_tcase(s, tc);
	return s;
}

TEST_MAIN(suite())
