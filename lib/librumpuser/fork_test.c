/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * fork(): the child starts from nothing, the parent notices nothing.
 */
#include "testlib.h"

#include <pthread.h>
#include <unistd.h>

#include <sys/stat.h>
#include <sys/wait.h>

/* A child's result is its exit status: Check's assertions would speak for the wrong process. */
#define CHILD_WANT(cond)                                                          \
	do                                                                        \
		if (!(cond)) {                                                    \
			fprintf(stderr, "child, line %d: %s\n", __LINE__, #cond); \
			_exit(1);                                                 \
		}                                                                 \
	while (0)

static uint32_t flag, gate;

static void
raise_word(void *arg)
{
	test_raise(arg);
}

static void
bio_done(void *arg, int error, size_t done)
{
	(void)error;
	(void)done;
	test_raise(arg);
}

static void
wait_at_gate(void *arg)
{
	(void)arg;
	test_raise(&flag);
	test_await(&gate, 1);
}

static int fd;
static char buf[64];

/* Loop, pool, a detached thread, an open file. */
static void
start_everything(void)
{
	ck_assert_int_eq(rumpuser_open("/dev/zero", RUMPUSER_OPEN_RDONLY, &fd), 0);
	ck_assert_int_eq(
	    rumpuser_bio(fd, buf, sizeof(buf), 0, RUMPUSER_RW_READ, bio_done, &flag), 0);
	test_await(&flag, 1);
	ck_assert_int_eq(rumpuser_loop_post(raise_word, &flag), 0);
	test_await(&flag, 2);
	ck_assert_int_eq(rumpuser_thread_create(wait_at_gate, NULL, "waits", false, NULL), 0);
	test_await(&flag, 3);
}

/* The number itself may have gone to a descriptor of libuv's. */
static bool
is_zero_device(int d)
{
	struct stat st, zero;

	return fstat(d, &st) == 0 && stat("/dev/zero", &zero) == 0 && st.st_rdev == zero.st_rdev;
}

static void
child_checks(int nfds)
{
	uint32_t word = 0;

	CHILD_WANT(test_counted(&test_forks) == 1);
	CHILD_WANT(!is_zero_device(fd));
	CHILD_WANT(test_entries("/proc/self/fd") <= nfds);
	CHILD_WANT(rumpuser__live_allocs() == 0);
	for (int i = 0; i < 3; i++) {
		word = 0;
		CHILD_WANT(rumpuser_init(RUMPUSER_VERSION, &test_upcalls) == 0);
		CHILD_WANT(rumpuser_open("/dev/zero", RUMPUSER_OPEN_RDONLY, &fd) == 0);
		CHILD_WANT(
		    rumpuser_bio(fd, buf, sizeof(buf), 0, RUMPUSER_RW_READ, bio_done, &word) == 0);
		test_await(&word, 1);
		CHILD_WANT(rumpuser_loop_post(raise_word, &word) == 0);
		test_await(&word, 2);
		const uint32_t n = test_counted(&test_timers);
		CHILD_WANT(rumpuser_timer_arm(test_now()) == 0);
		test_await(&test_timers, n + 1);
		rumpuser_fini();
		CHILD_WANT(rumpuser__live_allocs() == 0);
	}
	CHILD_WANT(test_entries("/proc/self/fd") <= nfds);
	_exit(0);
}

static void
reap_child(pid_t pid)
{
	int status;

	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_msg(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %#x", status);
}

START_TEST(fork_child_starts_afresh)
{
	const int nfds =
	    test_entries("/proc/self/fd") + 3; /* libuv's pipe, for the process's life */
	const pid_t pid = (start_everything(), fork());

	if (pid == 0)
		child_checks(nfds);
	reap_child(pid);
	/* The parent's loop, file and threads are as they were. */
	ck_assert_int_eq(rumpuser_timer_arm(test_now()), 0);
	test_await(&test_timers, 1);
	ck_assert(is_zero_device(fd));
	ck_assert_uint_eq(test_counted(&test_forks), 0);
	test_raise(&gate);
}
END_TEST

static uint32_t stop;

static void *
keep_busy(void *arg)
{
	while (!test_counted(&stop)) {
		(void)rumpuser_timer_arm(test_now() + 10000);
		(void)rumpuser_bio(fd, buf, 0, 0, RUMPUSER_RW_READ, bio_done, &flag);
	}
	return arg;
}

START_TEST(fork_at_any_moment)
{
	pthread_t t;

	start_everything();
	test_raise(&gate);
	const int nfds = test_entries("/proc/self/fd");
	ck_assert_int_eq(pthread_create(&t, NULL, keep_busy, NULL), 0);
	for (int i = 0; i < 30; i++) {
		const pid_t pid = fork();

		if (pid == 0)
			child_checks(nfds);
		reap_child(pid);
	}
	test_raise(&stop);
	ck_assert_int_eq(pthread_join(t, NULL), 0);
}
END_TEST

START_TEST(fork_child_may_stop_a_dead_kernel)
{
	const pid_t pid = fork();

	if (pid == 0) {
		rumpuser_fini(); /* of a kernel that is gone: nothing */
		_exit(0);
	}
	reap_child(pid);
}
END_TEST

static Suite *
suite(void)
{
	Suite *const s = suite_create("rumpuser_fork");
	TCase *const tc = tcase_create("fork");

	tcase_add_checked_fixture(tc, test_setup, test_teardown);
	tcase_add_test(tc, fork_child_starts_afresh);
	tcase_add_test(tc, fork_at_any_moment);
	tcase_add_test(tc, fork_child_may_stop_a_dead_kernel);
	suite_add_tcase(s, tc);
	return s;
}

TEST_MAIN(suite())
