/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Timers and sleeps to the nanosecond: in virtual time, and under seeds where they meet others.
 *
 * The test's process blocks its timers' signals, which are recorded, and sleeps to let time pass; so it does
 * without kernel threads as well.  What is due at an instant is looked at a microsecond later.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/time.h>

#include <check.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest.h>

#define SECOND INT64_C(1000000000)
#define MS     INT64_C(1000000)
#define US     INT64_C(1000)

static struct timespec
ts(int64_t ns)
{
	return (struct timespec){ ns / SECOND, ns % SECOND };
}

static int64_t
ns(const struct timespec *t)
{
	return t->tv_sec * SECOND + t->tv_nsec;
}

static void
must(bool holds, const char *what, int line)
{
	if (!holds) {
		fprintf(stderr, "line %d: %s does not hold; errno %d\n", line, what, errno);
		_exit(1);
	}
}
#define MUST(e) must((e), #e, __LINE__)

static void
boot(void)
{
	sigset_t all;

	rump_boot_setsigmodel(RUMP_SIGMODEL_RECORD);
	MUST(rump_init() == 0);
	MUST(rump_pub_lwproc_rfork(RUMP_RFCFDG) == 0);
	sigfillset(&all);
	MUST(rump_sys_sigprocmask(SIG_BLOCK, &all, NULL) == 0);
}

static void
halt(void)
{
	rump_pub_lwproc_releaselwp();
	MUST(rump_sys_reboot(RUMP_RB_HALT, NULL) == 0);
}

static void
setup(void)
{
	rumptest_sim_begin(0);
	boot();
}

static void
teardown(void)
{
	halt();
	(void)rumptest_sim_end();
}

static void
pass(int64_t t)
{
	const struct timespec nap = ts(t);

	MUST(rump_sys_nanosleep(&nap, NULL) == 0);
}

static int
take(int signo, siginfo_t *info)
{
	const struct timespec none = { 0, 0 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signo);
	errno = 0;
	return rump_sys_sigtimedwait(&set, info, &none);
}

static timer_t
make(clockid_t clock, int notify, int signo)
{
	struct sigevent ev;
	timer_t id;

	memset(&ev, 0, sizeof(ev));
	ev.sigev_notify = notify;
	ev.sigev_signo = signo;
	ev.sigev_value.sival_int = 4711;
	MUST(rump_sys_timer_create(clock, &ev, &id) == 0);
	return id;
}

static void
set(timer_t id, int flags, int64_t value, int64_t interval)
{
	const struct itimerspec its = { .it_value = ts(value), .it_interval = ts(interval) };

	MUST(rump_sys_timer_settime(id, flags, &its, NULL) == 0);
}

static int64_t
left(timer_t id)
{
	struct itimerspec its;

	MUST(rump_sys_timer_gettime(id, &its) == 0);
	return ns(&its.it_value);
}

static int64_t
now(clockid_t clock)
{
	struct timespec t;

	MUST(rump_sys_clock_gettime(clock, &t) == 0);
	return ns(&t);
}

/* ---- Timers ---- */

static const struct {
	clockid_t clock;
	int flags;
} kinds[] = {
	{ CLOCK_MONOTONIC, 0 },
	{ CLOCK_REALTIME, 0 },
	{ CLOCK_BOOTTIME, 0 },
	{ CLOCK_MONOTONIC, TIMER_ABSTIME },
	{ CLOCK_REALTIME, TIMER_ABSTIME },
};
#define KINDS (int)(sizeof(kinds) / sizeof(kinds[0]))

START_TEST(timers_come_once_at_their_time)
{
	const int64_t base = kinds[_i].flags != 0 ? now(kinds[_i].clock) : 0;
	const timer_t id = make(kinds[_i].clock, SIGEV_SIGNAL, SIGUSR1);
	siginfo_t info;

	ck_assert_int_eq(left(id), 0);
	set(id, kinds[_i].flags, base + 1500 * MS, 0);
	ck_assert_int_eq(left(id), 1500 * MS);
	pass(1500 * MS - US);
	ck_assert_int_eq(left(id), US);
	ck_assert_int_eq(take(SIGUSR1, &info), -1);
	pass(2 * US);
	ck_assert_int_eq(left(id), 0);
	ck_assert_int_eq(take(SIGUSR1, &info), SIGUSR1);
	ck_assert_int_eq(info.si_code, SI_TIMER);
	ck_assert_int_eq(info.si_value.sival_int, 4711);
	ck_assert_int_eq(info.si_overrun, 0);
	pass(10 * SECOND);
	ck_assert_int_eq(take(SIGUSR1, &info), -1);
	/* One that is past comes at once. */
	set(id, TIMER_ABSTIME, 1, 0);
	pass(US);
	ck_assert_int_eq(take(SIGUSR1, &info), SIGUSR1);
}
END_TEST

START_TEST(timers_count_overruns)
{
	const timer_t id = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGRTMIN);
	siginfo_t info;

	set(id, 0, 100 * MS, 100 * MS);
	pass(SECOND + US);
	ck_assert_int_eq(take(SIGRTMIN, &info), SIGRTMIN);
	ck_assert_int_eq(info.si_overrun, 9);
	ck_assert_int_eq(rump_sys_timer_getoverrun(id), 9);
	ck_assert_int_eq(take(SIGRTMIN, &info), -1);
	pass(250 * MS);
	ck_assert_int_eq(rump_sys_timer_getoverrun(id), 9); /* of the one taken last */
	ck_assert_int_eq(take(SIGRTMIN, &info), SIGRTMIN);
	ck_assert_int_eq(rump_sys_timer_getoverrun(id), 1);
	ck_assert_int_eq(left(id), 50 * MS - US);
	set(id, 0, 0, 0);
	pass(SECOND);
	ck_assert_int_eq(take(SIGRTMIN, &info), -1);
	/* Deleted with a signal that waits: that stays, and is nobody's. */
	set(id, 0, US, 0);
	pass(MS);
	ck_assert_int_eq(rump_sys_timer_delete(id), 0);
	ck_assert_int_eq(take(SIGRTMIN, &info), SIGRTMIN);
	ck_assert_int_eq(info.si_code, SI_USER);
}
END_TEST

/* Each expiration is told of once, however close they are; they do not eat the kernel. */
START_TEST(timers_are_exact_when_dense)
{
	static const int64_t intervals[] = { 100 * US, 7 * US, 1 };
	const int64_t interval = intervals[_i], expected = 20 * MS / interval;
	const timer_t id = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR2);
	siginfo_t info;
	int64_t count = 0;

	set(id, TIMER_ABSTIME, now(CLOCK_MONOTONIC) + interval, interval);
	for (int i = 0; i < 20; i++) {
		pass(MS);
		if (take(SIGUSR2, &info) == SIGUSR2)
			count += 1 + info.si_overrun;
	}
	/* What has come since the last callout is not told yet. */
	ck_assert_int_le(count, expected);
	ck_assert_int_ge(count, expected - 60 * US / interval - 1);
}
END_TEST

START_TEST(timers_that_tell_nobody)
{
	const timer_t id = make(CLOCK_MONOTONIC, SIGEV_NONE, 0);

	set(id, 0, 100 * MS, 30 * MS);
	pass(40 * MS);
	ck_assert_int_eq(left(id), 60 * MS);
	pass(70 * MS);
	ck_assert_int_eq(left(id), 20 * MS);
	pass(200 * MS);
	ck_assert_int_eq(left(id), 30 * MS - (200 - 20) % 30 * MS);
	set(id, 0, 100 * MS, 0);
	pass(100 * MS);
	ck_assert_int_eq(left(id), 0);
	ck_assert_int_eq(take(SIGALRM, NULL), -1);
	set(id, 0, INT64_MAX, 0); /* for ever, and not over its end */
	ck_assert_int_gt(left(id), INT64_MAX / 2);
}
END_TEST

START_TEST(timers_follow_the_wall_clock)
{
	const timer_t abs = make(CLOCK_REALTIME, SIGEV_SIGNAL, SIGUSR1);
	const timer_t rel = make(CLOCK_REALTIME, SIGEV_SIGNAL, SIGUSR2);
	const int64_t wall = now(CLOCK_REALTIME);
	struct timespec t = ts(wall - 100 * SECOND);

	set(abs, TIMER_ABSTIME, wall + 10 * SECOND, 0);
	set(rel, 0, 10 * SECOND, 0);
	ck_assert_int_eq(rump_sys_clock_settime(CLOCK_REALTIME, &t), 0);
	ck_assert_int_eq(left(abs), 110 * SECOND);
	ck_assert_int_eq(left(rel), 10 * SECOND);
	pass(10 * SECOND + US);
	ck_assert_int_eq(take(SIGUSR1, NULL), -1);
	ck_assert_int_eq(take(SIGUSR2, NULL), SIGUSR2);
	t = ts(wall + 9 * SECOND);
	ck_assert_int_eq(rump_sys_clock_settime(CLOCK_REALTIME, &t), 0);
	pass(SECOND - US);
	ck_assert_int_eq(take(SIGUSR1, NULL), -1);
	pass(2 * US);
	ck_assert_int_eq(take(SIGUSR1, NULL), SIGUSR1);
	/* Over it. */
	set(abs, TIMER_ABSTIME, wall + 1000 * SECOND, 0);
	t = ts(wall + 2000 * SECOND);
	ck_assert_int_eq(rump_sys_clock_settime(CLOCK_REALTIME, &t), 0);
	pass(US);
	ck_assert_int_eq(take(SIGUSR1, NULL), SIGUSR1);
}
END_TEST

START_TEST(timers_of_the_old_kind)
{
	struct itimerval itv = { .it_value = { 1, 500000 }, .it_interval = { 0, 250000 } }, old;

	ck_assert_int_eq(rump_sys_setitimer(ITIMER_REAL, &itv, &old), 0);
	ck_assert_int_eq(old.it_value.tv_sec, 0);
	pass(SECOND);
	ck_assert_int_eq(rump_sys_getitimer(ITIMER_REAL, &old), 0);
	ck_assert_int_eq(old.it_value.tv_usec, 500000);
	ck_assert_int_eq(old.it_interval.tv_usec, 250000);
	ck_assert_int_eq(take(SIGALRM, NULL), -1);
	pass(500 * MS + US);
	ck_assert_int_eq(take(SIGALRM, NULL), SIGALRM);
	pass(250 * MS);
	ck_assert_int_eq(take(SIGALRM, NULL), SIGALRM);
	ck_assert_int_eq(rump_sys_setitimer(ITIMER_REAL, NULL, NULL), 0);
	pass(SECOND);
	ck_assert_int_eq(take(SIGALRM, NULL), -1);
	/* Not a child's; gone with its process. */
	itv.it_interval.tv_usec = 1;
	ck_assert_int_eq(rump_sys_setitimer(ITIMER_REAL, &itv, NULL), 0);
	struct lwp *const parent = rump_pub_lwproc_curlwp();
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	ck_assert_int_eq(rump_sys_getitimer(ITIMER_REAL, &old), 0);
	ck_assert_int_eq(old.it_value.tv_sec, 0);
	struct lwp *const child = rump_pub_lwproc_curlwp();
	rump_pub_lwproc_switch(parent);
	rump_pub_lwproc_releaselwp();
	rump_pub_lwproc_switch(child);
	pass(5 * SECOND);
}
END_TEST

/* ---- Sleeps ---- */

struct sleep {
	clockid_t s_clock;
	int s_flags;
	struct timespec s_ts, s_rem;
	int s_error;
	pid_t s_pid;
	int64_t s_woke;
};

static void
sleeper(void *arg)
{
	struct sleep *const s = arg;

	MUST(rump_pub_lwproc_rfork(RUMP_RFCFDG) == 0);
	__atomic_store_n(&s->s_pid, rump_sys_getpid(), __ATOMIC_RELEASE);
	s->s_error = rump_sys_clock_nanosleep(s->s_clock, s->s_flags, &s->s_ts, &s->s_rem);
	s->s_woke = rumptest_now();
	rump_pub_lwproc_releaselwp();
}

START_TEST(sleeps_say_what_is_left)
{
	struct sleep s = { .s_clock = kinds[_i].clock, .s_flags = kinds[_i].flags };
	const int64_t start = rumptest_now();
	struct rumptest_thread *t;

	s.s_ts = ts((s.s_flags != 0 ? now(s.s_clock) : 0) + 10 * SECOND);
	s.s_rem = ts(4711);
	t = rumptest_spawn(sleeper, &s);
	pass(3 * SECOND);
	ck_assert_int_eq(rump_sys_kill(s.s_pid, SIGUSR1), 0);
	rumptest_join(t);
	ck_assert_int_eq(s.s_error, EINTR);
	ck_assert_int_eq(s.s_woke - start, 3 * SECOND);
	ck_assert_int_eq(ns(&s.s_rem), s.s_flags != 0 ? 4711 : 7 * SECOND);
}
END_TEST

START_TEST(sleeps_follow_the_wall_clock)
{
	struct sleep s = { .s_clock = CLOCK_REALTIME, .s_flags = TIMER_ABSTIME };
	const int64_t start = rumptest_now(), wall = now(CLOCK_REALTIME);
	struct timespec t = ts(wall + (_i == 0 ? 105 : 2000) * SECOND);
	struct rumptest_thread *thread;

	s.s_ts = ts(wall + 1000 * SECOND);
	thread = rumptest_spawn(sleeper, &s);
	pass(5 * SECOND);
	ck_assert_int_eq(rump_sys_clock_settime(CLOCK_REALTIME, &t), 0);
	rumptest_join(thread);
	ck_assert_int_eq(s.s_error, 0);
	ck_assert_int_eq(s.s_woke - start, (_i == 0 ? 900 : 5) * SECOND);
}
END_TEST

START_TEST(sleeps_wait_for_signals)
{
	const struct timespec second = { 1, 0 };
	const int64_t start = rumptest_now();
	sigset_t none;

	sigemptyset(&none);
	errno = 0;
	ck_assert_int_eq(rump_sys_sigtimedwait(&none, NULL, &second), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_ge(rumptest_now() - start, SECOND);
	ck_assert_int_lt(rumptest_now() - start, SECOND + US);
}
END_TEST

/* ---- Under seeds ---- */

static void
expirer(void *arg)
{
	for (int i = 0; i < 5; i++)
		rumptest_advance(20 * US);
}

/* Timers are set and deleted as they expire, and their process ends with them. */
static void
delete_meets_expiry(void *arg)
{
	struct rumptest_thread *t;
	siginfo_t info;
	timer_t id;

	boot();
	t = rumptest_spawn(expirer, NULL);
	for (int i = 0; i < 4; i++) {
		id = make(CLOCK_REALTIME, SIGEV_SIGNAL, SIGUSR1);
		set(id, 0, 10 * US, 10 * US);
		(void)left(id);
		pass(10 * US);
		if (i % 2 == 0)
			MUST(rump_sys_timer_delete(id) == 0);
		if (take(SIGUSR1, &info) == SIGUSR1 && info.si_code == SI_TIMER)
			MUST(info.si_overrun >= 0 && info.si_overrun < 100);
	}
	rump_pub_lwproc_releaselwp();
	rumptest_join(t);
	MUST(rump_sys_reboot(RUMP_RB_HALT, NULL) == 0);
}

/* A sleeper is woken by the signal or by the time, never by neither. */
static void
signal_meets_sleep(void *arg)
{
	struct sleep s = { .s_clock = CLOCK_MONOTONIC, .s_ts = { 0, 50000 } };
	struct rumptest_thread *t;
	pid_t pid;

	boot();
	t = rumptest_spawn(sleeper, &s);
	while ((pid = __atomic_load_n(&s.s_pid, __ATOMIC_ACQUIRE)) == 0)
		rumptest_yield();
	MUST(rump_sys_kill(pid, SIGUSR1) == 0 || errno == ESRCH);
	rumptest_join(t);
	MUST(s.s_error == 0 || (s.s_error == EINTR && ns(&s.s_rem) <= 50 * US));
	halt();
}

START_TEST(timers_survive_interleavings)
{
	rumptest_search(_i == 0 ? delete_meets_expiry : signal_meets_sleep, NULL, 1, 60);
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("timers");
	TCase *const timed = tcase_create("timed"), *const seeded = tcase_create("seeded");
	SRunner *const sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(timed, setup, teardown);
	tcase_add_loop_test(timed, timers_come_once_at_their_time, 0, KINDS);
	tcase_add_test(timed, timers_count_overruns);
	tcase_add_loop_test(timed, timers_are_exact_when_dense, 0, 3);
	tcase_add_test(timed, timers_that_tell_nobody);
	tcase_add_test(timed, timers_follow_the_wall_clock);
	tcase_add_test(timed, timers_of_the_old_kind);
	tcase_add_loop_test(timed, sleeps_say_what_is_left, 0, KINDS);
	tcase_add_loop_test(timed, sleeps_follow_the_wall_clock, 0, 2);
	tcase_add_test(timed, sleeps_wait_for_signals);
	tcase_add_loop_test(seeded, timers_survive_interleavings, 0, 2);
	suite_add_tcase(s, timed);
	suite_add_tcase(s, seeded);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
