/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Soft interrupts, kernel threads, calls on each CPU, grace periods.  What is done inside the kernel
 * is in sched_ktest.c.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include <check.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

const char *rump_test_softint_begin(void);
const char *rump_test_softint_mid(void);
const char *rump_test_softint_end(int runs);
const char *rump_test_softint_blocked(void);
void rump_test_softint_hold(void);
void rump_test_softint_again(void);
int rump_test_softint_runs(void);
void rump_test_at_halt(int softint, int work);
const char *rump_test_sleep_with_lock(void);
void rump_test_ring_begin(void);
void rump_test_ring_wait(int n);
void rump_test_ring_later(void);
const char *rump_test_work_that_waits(void);
const char *rump_test_kthread(void);
const char *rump_test_kthread_noneleft(void);
const char *rump_test_callout(void);
const char *rump_test_xcall(void);
const char *rump_test_percpu(void);
const char *rump_test_rcu_begin(void);
const char *rump_test_rcu_read(void);
void rump_test_rcu_write(int sync);
const char *rump_test_rcu_end(void);
const char *rump_test_rcu_abandon(void);
int rump_test_rcu_abandoned(void);
void rump_test_rcu_abandon_end(void);

/* Run an expression in the kernel; it is NULL or what did not hold. */
#define HOLDS(e)                                                     \
	do {                                                         \
		rump_schedule();                                     \
		const char *const wrong_ = (e);                      \
		rump_unschedule();                                   \
		ck_assert_msg(wrong_ == NULL, "%s: %s", #e, wrong_); \
	} while (0)
#define INSIDE(e)                  \
	do {                       \
		rump_schedule();   \
		e;                 \
		rump_unschedule(); \
	} while (0)

static const char *const ncpus[] = { "1", "2", "8" };
#define NNCPUS 3

static void
boot(const char *ncpu)
{
	ck_assert_int_eq(setenv("RUMP_NCPU", ncpu, 1), 0);
	ck_assert_int_eq(rump_init(), 0);
}

static void
halt(void)
{
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
}

START_TEST(sched_softint_runs_on_leaving)
{
	boot(ncpus[_i]);
	HOLDS(rump_test_softint_begin());
	HOLDS(rump_test_softint_mid());
	ck_assert_int_eq(rump_test_softint_runs(), 1);
	INSIDE(rump_test_softint_again());
	ck_assert_int_eq(rump_test_softint_runs(), 2);
	HOLDS(rump_test_softint_end(2));
	halt();
}
END_TEST

START_TEST(sched_softint_runs_when_the_thread_blocks)
{
	boot(ncpus[_i]);
	HOLDS(rump_test_softint_begin());
	for (int i = 0; i < 20; i++)
		HOLDS(rump_test_softint_blocked());
	HOLDS(rump_test_softint_end(21));
	halt();
}
END_TEST

static atomic_int stop;

static void *
holder(void *arg)
{
	INSIDE(rump_test_softint_hold());
	stop = 1;
	return arg;
}

START_TEST(sched_softint_is_not_reentered)
{
	pthread_t t;

	boot("1");
	HOLDS(rump_test_softint_begin());
	ck_assert_int_eq(pthread_create(&t, NULL, holder, NULL), 0);
	while (!stop)
		INSIDE(rump_test_softint_again());
	ck_assert_int_eq(pthread_join(t, NULL), 0);
	INSIDE(rump_test_softint_again());
	HOLDS(rump_test_softint_end(-1));
	halt();
}
END_TEST

/* The CPU's softint thread is told to end, and must, although there is work for it. */
START_TEST(sched_softint_pending_at_halt)
{
	boot("1");
	HOLDS(rump_test_softint_begin());
	HOLDS(rump_test_softint_blocked());
	INSIDE(rump_test_at_halt(1, 0));
	halt();
	boot("1");
	halt();
}
END_TEST

/* A component that ends waits for work that it has queued, and for a callout. */
START_TEST(sched_deferred_work_at_halt)
{
	if (_i >= NNCPUS)
		ck_assert_int_eq(setenv("RUMP_THREADS", "0", 1), 0);
	boot(ncpus[_i % NNCPUS]);
	INSIDE(rump_test_at_halt(0, 1));
	halt();
}
END_TEST

START_TEST(sched_kthreads)
{
	boot(ncpus[_i]);
	for (int i = 0; i < 5; i++)
		HOLDS(rump_test_kthread());
	halt();
}
END_TEST

START_TEST(sched_no_kthreads)
{
	ck_assert_int_eq(setenv("RUMP_THREADS", "0", 1), 0);
	boot("2");
	HOLDS(rump_test_kthread_noneleft());
	ck_assert_int_eq(rump_sys_getpid(), 1);
	HOLDS(rump_test_softint_begin());
	ck_assert_int_eq(rump_test_softint_runs(), 1);
	HOLDS(rump_test_softint_blocked());
	ck_assert_int_eq(rump_test_softint_runs(), 2);
	HOLDS(rump_test_softint_end(2));
	HOLDS(rump_test_callout());
	halt();
}
END_TEST

static void
boot_nothreads(const char *ncpu)
{
	ck_assert_int_eq(setenv("RUMP_THREADS", "0", 1), 0);
	boot(ncpu);
}

START_TEST(sched_no_kthreads_sleep_with_a_lock)
{
	boot_nothreads(ncpus[_i]);
	HOLDS(rump_test_sleep_with_lock());
	halt();
}
END_TEST

static void *
ring_waiter(void *arg)
{
	INSIDE(rump_test_ring_wait((int)(intptr_t)arg));
	return NULL;
}

/* Threads sleep, without a deadline, for callouts that are made while they sleep. */
START_TEST(sched_no_kthreads_sleepers_keep_watch)
{
	pthread_t t[4];

	boot_nothreads(ncpus[_i]);
	INSIDE(rump_test_ring_begin());
	for (intptr_t i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, ring_waiter, (void *)(i + 1)), 0);
	for (int i = 0; i < 4; i++) {
		INSIDE(rump_test_ring_later());
		ck_assert_int_eq(pthread_join(t[i], NULL), 0);
	}
	halt();
}
END_TEST

START_TEST(sched_no_kthreads_work_waits_for_a_callout)
{
	boot_nothreads(ncpus[_i]);
	HOLDS(rump_test_work_that_waits());
	halt();
}
END_TEST

START_TEST(sched_callout_wakes)
{
	boot(ncpus[_i]);
	HOLDS(rump_test_callout());
	halt();
}
END_TEST

START_TEST(sched_each_cpu)
{
	boot(ncpus[_i]);
	HOLDS(rump_test_xcall());
	HOLDS(rump_test_percpu());
	halt();
}
END_TEST

static void *
reader(void *arg)
{
	const char *wrong = NULL;

	while (!stop && wrong == NULL)
		INSIDE(wrong = rump_test_rcu_read());
	return (void *)(uintptr_t)wrong;
}

static void *
writer(void *arg)
{
	for (int i = 0; i < 3000; i++)
		INSIDE(rump_test_rcu_write(arg != NULL));
	return NULL;
}

START_TEST(sched_grace_periods)
{
	pthread_t r[2], w[2];
	void *wrong;
	const int sync = _i / NNCPUS;

	boot(ncpus[_i % NNCPUS]);
	HOLDS(rump_test_rcu_begin());
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(pthread_create(&r[i], NULL, reader, NULL), 0);
		ck_assert_int_eq(pthread_create(&w[i], NULL, writer, sync ? r : NULL), 0);
	}
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_join(w[i], NULL), 0);
	stop = 1;
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(pthread_join(r[i], &wrong), 0);
		ck_assert_msg(wrong == NULL, "%s", (const char *)wrong);
	}
	HOLDS(rump_test_rcu_end());
	halt();
}
END_TEST

/* Nobody calls any more, and still what is dead is freed. */
START_TEST(sched_grace_periods_without_calls)
{
	const struct timespec ms = { 0, 1000000 };
	int left;

	boot(ncpus[_i]);
	HOLDS(rump_test_rcu_abandon());
	for (int i = 0; (left = rump_test_rcu_abandoned()) != 0 && i < 10000; i++)
		(void)nanosleep(&ms, NULL);
	ck_assert_int_eq(left, 0);
	INSIDE(rump_test_rcu_abandon_end());
	halt();
}
END_TEST

static Suite *
suite(void)
{
	Suite *const s = suite_create("sched");
	TCase *const tc = tcase_create("sched");

	tcase_add_loop_test(tc, sched_softint_runs_on_leaving, 0, NNCPUS);
	tcase_add_loop_test(tc, sched_softint_runs_when_the_thread_blocks, 0, NNCPUS);
	tcase_add_test(tc, sched_softint_is_not_reentered);
	tcase_add_test(tc, sched_softint_pending_at_halt);
	tcase_add_loop_test(tc, sched_deferred_work_at_halt, 0, 2 * NNCPUS);
	tcase_add_loop_test(tc, sched_kthreads, 0, NNCPUS);
	tcase_add_test(tc, sched_no_kthreads);
	tcase_add_loop_test(tc, sched_no_kthreads_sleep_with_a_lock, 0, NNCPUS);
	tcase_add_loop_test(tc, sched_no_kthreads_sleepers_keep_watch, 0, NNCPUS);
	tcase_add_loop_test(tc, sched_no_kthreads_work_waits_for_a_callout, 0, NNCPUS);
	tcase_add_loop_test(tc, sched_callout_wakes, 0, NNCPUS);
	tcase_add_loop_test(tc, sched_each_cpu, 0, NNCPUS);
	tcase_add_loop_test(tc, sched_grace_periods, 0, 2 * NNCPUS);
	tcase_add_loop_test(tc, sched_grace_periods_without_calls, 0, NNCPUS);
	suite_add_tcase(s, tc);
	return s;
}

int
main(void)
{
	SRunner *const sr = srunner_create(suite());

	srunner_run_all(sr, CK_ENV);
	const int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
