/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Coming in and going out: no kernel, signal handlers, fork(), many threads on few CPUs, threads that
 * end, cancellation, and halting under sleepers.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/time.h>
#include <sys/wait.h>

#include <check.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

void rump_test_stuck_begin(void);
int rump_test_stuck(int intr);
int rump_test_stuck_count(void);
void rump_test_unstick(void);
int rump_test_look_at_owners(void);

#define NTHREADS 8
#define NCALLS	 20000
#define NLIVES	 500

static void
boot(void)
{
	ck_assert_int_eq(rump_init(), 0);
}

static void
halt(void)
{
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
}

static void
no_kernel(void)
{
	errno = 0;
	ck_assert_int_eq(rump_sys_getpid(), -1);
	ck_assert_int_eq(errno, ENXIO);
	ck_assert_int_eq(rump_pub_lwproc_rfork(0), ENXIO);
	ck_assert_ptr_null(rump_pub_lwproc_curlwp());
}

START_TEST(entry_without_kernel)
{
	no_kernel();
	boot();
	ck_assert_int_eq(rump_init(), 0);
	ck_assert_int_eq(rump_sys_getpid(), 1);
	halt();
	no_kernel();
	boot();
	ck_assert_int_eq(rump_sys_getpid(), 1);
	halt();
}
END_TEST

static void *
boot_thread(void *arg)
{
	pthread_barrier_wait(arg);
	const int error = rump_init();

	return (void *)(intptr_t)(error != 0 ? error : rump_sys_getpid() != 1);
}

START_TEST(entry_boot_from_many_threads)
{
	pthread_barrier_t barrier;
	pthread_t t[NTHREADS];
	void *error;

	ck_assert_int_eq(pthread_barrier_init(&barrier, NULL, NTHREADS), 0);
	for (int i = 0; i < NTHREADS; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, boot_thread, &barrier), 0);
	for (int i = 0; i < NTHREADS; i++) {
		ck_assert_int_eq(pthread_join(t[i], &error), 0);
		ck_assert_ptr_null(error);
	}
	halt();
}
END_TEST

static int
child_status(pid_t pid)
{
	int status = -1;

	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
}

START_TEST(entry_fork_kills_the_kernel_in_the_child)
{
	boot();
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFFDG), 0);
	const pid_t mine = rump_sys_getpid();
	const pid_t pid = fork();

	if (pid == 0) {
		if (rump_sys_getpid() != -1 || errno != ENXIO || rump_pub_lwproc_curlwp() != NULL)
			_exit(1);
		if (rump_init() != 0)
			_exit(2);
		if (rump_sys_getpid() != 1)
			_exit(3);
		_exit(rump_sys_reboot(RUMP_RB_HALT, NULL) == 0 ? 0 : 4);
	}
	ck_assert_int_eq(child_status(pid), 0);
	ck_assert_int_eq(rump_sys_getpid(), mine);
	halt();
}
END_TEST

static atomic_int handled, deadlocks, others;

/* What the interrupted thread did not do is done: anything but EDEADLK must be the pid. */
static void
handler(int sig)
{
	const int saved = errno;
	const pid_t pid = rump_sys_getpid();

	handled++;
	if (pid == -1 && errno == EDEADLK)
		deadlocks++;
	else if (pid != 1)
		others++;
	errno = saved;
}

START_TEST(entry_signal_handlers)
{
	const struct itimerval often = { { 0, 200 }, { 0, 200 } }, never = { { 0, 0 }, { 0, 0 } };
	struct sigaction sa = { .sa_handler = handler };
	struct timespec ts = { 0, 1000 };

	boot();
	ck_assert_int_eq(sigaction(SIGALRM, &sa, NULL), 0);
	ck_assert_int_eq(setitimer(ITIMER_REAL, &often, NULL), 0);
	for (long i = 0; i < 100000000 && (deadlocks < 5 || handled < 50); i++) {
		ck_assert_int_eq(rump_sys_getpid(), 1);
		if (i % 16 == 0)
			ck_assert_int_eq(rump_sys_nanosleep(&ts, NULL), 0);
	}
	ck_assert_int_eq(setitimer(ITIMER_REAL, &never, NULL), 0);
	ck_assert_int_ge(deadlocks, 5);
	ck_assert_int_eq(others, 0);
	halt();
}
END_TEST

static const char *const ncpus[] = { "1", "2", "8", "1024" };

/* Calls that sleep, calls that do not, processes that come and go. */
static void *
caller(void *arg)
{
	const struct timespec ts = { 0, 1 };
	intptr_t bad = 0;

	for (int i = 0; i < NCALLS; i++) {
		if (i % 1000 == 500)
			bad += rump_pub_lwproc_rfork(i % 2000 == 500 ? RUMP_RFFDG : 0) != 0;
		bad += rump_sys_getpid() < 1;
		if (i % 256 == 0)
			bad += rump_sys_nanosleep(&ts, NULL) != 0;
		if (i % 1000 == 900)
			rump_pub_lwproc_releaselwp();
	}
	return (void *)bad;
}

START_TEST(entry_threads)
{
	pthread_t t[NTHREADS];
	void *bad;

	ck_assert_int_eq(setenv("RUMP_NCPU", ncpus[_i], 1), 0);
	boot();
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < NTHREADS; i++)
			ck_assert_int_eq(pthread_create(&t[i], NULL, caller, NULL), 0);
		for (int i = 0; i < NTHREADS; i++) {
			ck_assert_int_eq(pthread_join(t[i], &bad), 0);
			ck_assert_msg(bad == NULL, "%ld calls went wrong", (long)(intptr_t)bad);
		}
	}
	halt();
}
END_TEST

static atomic_int entered;

static void *
sleeper(void *arg)
{
	const struct timespec ts = { 1000, 0 };

	entered++;
	(void)rump_sys_nanosleep(&ts, NULL);
	/* The kernel is gone: nothing of it may be touched on the way out, nor come back. */
	entered--;
	return (void *)(intptr_t)(rump_sys_getpid() == -1 && errno == ENXIO ? 0 : 1);
}

START_TEST(entry_halt_wakes_sleepers)
{
	pthread_t t[NTHREADS];
	void *bad;

	boot();
	for (int i = 0; i < NTHREADS; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, sleeper, NULL), 0);
	while (entered < NTHREADS)
		sched_yield();
	halt();
	for (int i = 0; i < NTHREADS; i++) {
		ck_assert_int_eq(pthread_join(t[i], &bad), 0);
		ck_assert_ptr_null(bad);
	}
	boot();
	halt();
}
END_TEST

#define INSIDE(e)                  \
	do {                       \
		rump_schedule();   \
		e;                 \
		rump_unschedule(); \
	} while (0)

static void *
stuck_thread(void *arg)
{
	const int intr = arg != NULL;
	int error;

	ck_assert_int_eq(rump_pub_lwproc_rfork(0), 0);
	do {
		INSIDE(error = rump_test_stuck(intr));
		entered += intr;
	} while (error == EINTR);
	return (void *)(intptr_t)error;
}

/* Threads that only look, and must not find that the kernel was away. */
static atomic_int look;

static void *
looker(void *arg)
{
	ck_assert_int_eq(rump_pub_lwproc_rfork(0), 0);
	const pid_t pid = rump_sys_getpid();

	while (look)
		if (rump_sys_getpid() != pid || rump_pub_lwproc_curlwp() == NULL)
			return (void *)1;
	return NULL;
}

static int
count_stuck(void)
{
	int n;

	INSIDE(n = rump_test_stuck_count());
	return n;
}

/*
 * One thread cannot be woken, another can and comes back: the halt names them and fails, and the
 * kernel is as it was.
 */
START_TEST(entry_halt_fails_when_one_stays)
{
	char said[4096] = "";
	pthread_t hard, soft, others[2];
	int fds[2], saved;
	void *result;

	ck_assert_int_eq(setenv("RUMP_NCPU", ncpus[_i], 1), 0);
	boot();
	INSIDE(rump_test_stuck_begin());
	ck_assert_int_eq(pthread_create(&hard, NULL, stuck_thread, NULL), 0);
	ck_assert_int_eq(pthread_create(&soft, NULL, stuck_thread, said), 0);
	while (count_stuck() < 2)
		sched_yield();
	look = 1;
	ck_assert_int_eq(pthread_create(&others[0], NULL, looker, NULL), 0);
	ck_assert_int_eq(pipe(fds), 0);
	saved = dup(STDERR_FILENO);
	(void)dup2(fds[1], STDERR_FILENO);
	errno = 0;
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), -1);
	ck_assert_int_eq(errno, EBUSY);
	(void)dup2(saved, STDERR_FILENO);
	(void)close(fds[1]);
	ck_assert_int_gt(read(fds[0], said, sizeof(said) - 1), 0);
	ck_assert_ptr_nonnull(strstr(said, "rump: no halt: lwp "));
	ck_assert_ptr_nonnull(strstr(said, "\"stuck\""));
	/* The interrupt is taken back: who sleeps again goes on sleeping. */
	ck_assert_int_ge(entered, 1);
	while (count_stuck() < 2)
		sched_yield();
	const int interrupted = entered;
	const struct timespec ts = { 0, 20000000 };
	ck_assert_int_eq(rump_sys_nanosleep(&ts, NULL), 0);
	ck_assert_int_eq(entered, interrupted);
	look = 0;
	ck_assert_int_eq(pthread_join(others[0], &result), 0);
	ck_assert_ptr_null(result);

	INSIDE(rump_test_unstick());
	ck_assert_int_eq(pthread_join(hard, NULL), 0);
	ck_assert_int_eq(pthread_join(soft, NULL), 0);
	halt();
	boot();
	halt();
}
END_TEST

/* Many want to halt; one does, and the others are told so or find no kernel. */
static void *
halter(void *arg)
{
	const int r = rump_sys_reboot(RUMP_RB_HALT, NULL);

	return (void *)(intptr_t)(r == 0 ? 0 : errno);
}

START_TEST(entry_halt_by_many)
{
	pthread_t t[NTHREADS];
	void *result;

	for (int round = 0; round < 20; round++) {
		int halted = 0;

		boot();
		for (int i = 0; i < NTHREADS; i++)
			ck_assert_int_eq(pthread_create(&t[i], NULL, halter, NULL), 0);
		for (int i = 0; i < NTHREADS; i++) {
			ck_assert_int_eq(pthread_join(t[i], &result), 0);
			ck_assert(
			    result == NULL || result == (void *)EBUSY || result == (void *)ENXIO);
			halted += result == NULL;
		}
		ck_assert_int_eq(halted, 1);
	}
}
END_TEST

static atomic_int stop;

static void *
hammer(void *arg)
{
	while (!stop) {
		const pid_t pid = rump_sys_getpid();

		if (pid != 1 && (pid != -1 || errno != ENXIO))
			return (void *)1;
	}
	return NULL;
}

/* Threads call all the time while kernels come and go. */
START_TEST(entry_halt_under_callers)
{
	pthread_t t[2];
	void *bad;

	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, hammer, NULL), 0);
	for (int i = 0; i < 50; i++) {
		boot();
		ck_assert_int_eq(rump_sys_getpid(), 1);
		halt();
	}
	stop = 1;
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(pthread_join(t[i], &bad), 0);
		ck_assert_ptr_null(bad);
	}
}
END_TEST

static void *
cancelled(void *arg)
{
	const struct timespec ts = { 0, 1000000 };

	for (;;) {
		entered++;
		(void)rump_sys_nanosleep(&ts, NULL);
	}
	return NULL;
}

START_TEST(entry_cancel_acts_on_leaving)
{
	pthread_t t;
	void *result;

	boot();
	ck_assert_int_eq(pthread_create(&t, NULL, cancelled, NULL), 0);
	while (entered == 0)
		sched_yield();
	ck_assert_int_eq(pthread_cancel(t), 0);
	ck_assert_int_eq(pthread_join(t, &result), 0);
	ck_assert_ptr_eq(result, PTHREAD_CANCELED);
	ck_assert_int_eq(rump_sys_getpid(), 1);
	halt();
}
END_TEST

static void *
once(void *arg)
{
	return (void *)(intptr_t)(rump_sys_getpid() != 1);
}

START_TEST(entry_threads_come_and_go)
{
	pthread_t t;
	void *bad;

	boot();
	for (int i = 0; i < 2000; i++) {
		ck_assert_int_eq(pthread_create(&t, NULL, once, NULL), 0);
		ck_assert_int_eq(pthread_join(t, &bad), 0);
		ck_assert_ptr_null(bad);
	}
	halt();
}
END_TEST

/* A thread's whole life in the kernel: what it and its like lock is what they all look at. */
static void *
short_life(void *arg)
{
	intptr_t bad = rump_pub_lwproc_rfork(0) != 0;

	bad += rump_sys_getpid() < 2;
	if (arg != NULL)
		rump_pub_lwproc_releaselwp();
	return (void *)bad;
}

static void *
generations(void *arg)
{
	pthread_t t[2];
	void *result;
	intptr_t bad = 0;

	for (int i = 0; i < NLIVES; i++) {
		for (int k = 0; k < 2; k++)
			if (pthread_create(&t[k], NULL, short_life, k == 0 ? NULL : t) != 0)
				return (void *)1;
		for (int k = 0; k < 2; k++) {
			(void)pthread_join(t[k], &result);
			bad += (intptr_t)result;
		}
	}
	return (void *)bad;
}

static void *
owner_looker(void *arg)
{
	int seen, all = 0;

	while (look) {
		INSIDE(seen = rump_test_look_at_owners());
		all += seen;
	}
	*(int *)arg = all;
	return NULL;
}

/* An lwp that has ended is not another while someone looks at it: ThreadSanitizer would see it. */
START_TEST(entry_lwps_end_under_lookers)
{
	pthread_t t[4], lookers[2];
	int seen[2];
	void *bad;

	ck_assert_int_eq(setenv("RUMP_NCPU", "8", 1), 0);
	boot();
	look = 1;
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_create(&lookers[i], NULL, owner_looker, &seen[i]), 0);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, generations, NULL), 0);
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(pthread_join(t[i], &bad), 0);
		ck_assert_ptr_null(bad);
	}
	look = 0;
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_join(lookers[i], NULL), 0);
	/* Whether they ever met is the host's doing. */
	halt();
}
END_TEST

static Suite *
suite(void)
{
	Suite *const s = suite_create("entry");
	TCase *const tc = tcase_create("entry");

	tcase_add_test(tc, entry_without_kernel);
	tcase_add_test(tc, entry_boot_from_many_threads);
	tcase_add_test(tc, entry_fork_kills_the_kernel_in_the_child);
	tcase_add_test(tc, entry_signal_handlers);
	tcase_add_loop_test(tc, entry_threads, 0, sizeof(ncpus) / sizeof(ncpus[0]));
	tcase_add_test(tc, entry_halt_wakes_sleepers);
	tcase_add_loop_test(tc, entry_halt_fails_when_one_stays, 0, 2);
	tcase_add_test(tc, entry_halt_by_many);
	tcase_add_test(tc, entry_halt_under_callers);
	tcase_add_test(tc, entry_cancel_acts_on_leaving);
	tcase_add_test(tc, entry_threads_come_and_go);
	tcase_add_test(tc, entry_lwps_end_under_lookers);
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
