/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The simulated world: its time, its determinism, and that it finds what it promises to find.
 *
 * Each fault of sim_driver.c is found within its number of seeds, fails the same way with the same trace when its
 * seed runs again, and is not found in the remedy under the same seeds.
 */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/wait.h>

#include <check.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest.h>

#include "sim_driver.h"

#define SECOND INT64_C(1000000000)
#define HOUR   (3600 * SECOND)
#define TICK   (SECOND / 100)

/* An expression in the kernel. */
#define IN_KERNEL(e)               \
	do {                       \
		rump_schedule();   \
		e;                 \
		rump_unschedule(); \
	} while (0)

/* Check's assertions are for its own processes. */
static void
must(bool holds, const char *what)
{
	if (!holds) {
		fprintf(stderr, "%s does not hold\n", what);
		_exit(1);
	}
}
#define MUST(e) must((e), #e)

static void
boot(void)
{
	MUST(rump_init() == 0);
	IN_KERNEL(rump_simdrv_attach());
}

static void
halt(void)
{
	IN_KERNEL(rump_simdrv_detach());
	MUST(rump_sys_reboot(RUMP_RB_HALT, NULL) == 0);
}

static int64_t
host_ns(clockid_t clock)
{
	struct timespec ts;

	(void)clock_gettime(clock, &ts);
	return ts.tv_sec * SECOND + ts.tv_nsec;
}

/* ---- Time ---- */

static void
world_begin(void)
{
	rumptest_sim_begin(0);
	boot();
}

static void
world_end(void)
{
	halt();
	(void)rumptest_sim_end();
}

START_TEST(sim_clocks_begin_as_promised)
{
	struct timespec ts;

	rumptest_sim_begin(0);
	ck_assert_int_eq(rumptest_now(), SECOND);
	boot();
	ck_assert_int_eq(rump_sys_clock_gettime(CLOCK_REALTIME, &ts), 0);
	ck_assert_int_eq(ts.tv_sec, 1000000000);
	ck_assert_int_eq(rumptest_now(), SECOND);
	world_end();
}
END_TEST

START_TEST(sim_sleeps_take_no_time)
{
	const struct timespec day = { .tv_sec = 86400 };
	const int64_t real = host_ns(CLOCK_MONOTONIC), from = rumptest_now();
	int error;

	ck_assert_int_eq(rump_sys_nanosleep(&day, NULL), 0);
	ck_assert_int_eq(rumptest_now(), from + 24 * HOUR);
	IN_KERNEL(error = rump_simdrv_pause(7));
	ck_assert_int_ne(error, 0); /* EWOULDBLOCK */
	ck_assert_int_eq(rumptest_now(), from + 24 * HOUR + 7 * TICK);
	IN_KERNEL(error = rump_simdrv_timedwait(3));
	ck_assert_int_ne(error, 0);
	ck_assert_int_eq(rumptest_now(), from + 24 * HOUR + 10 * TICK);
	ck_assert_int_lt(host_ns(CLOCK_MONOTONIC) - real, 10 * SECOND);
}
END_TEST

START_TEST(sim_host_clock_is_untouched)
{
	const int64_t before = host_ns(CLOCK_REALTIME);

	rumptest_advance(1000 * HOUR);
	ck_assert_int_lt(host_ns(CLOCK_REALTIME) - before, HOUR);
	ck_assert_int_ge(host_ns(CLOCK_REALTIME) - before, 0);
}
END_TEST

START_TEST(sim_callouts_come_in_order)
{
	static const int ticks[NCALLOUTS] = { 500, 3, 3, 100, 1, 360000, 2, 8640000 };
	static const unsigned expect[NCALLOUTS] = { 4, 6, 1, 2, 3, 0, 5, 7 };
	unsigned order[NCALLOUTS], n;

	IN_KERNEL(rump_simdrv_callouts(ticks));
	rumptest_advance(3 * TICK);
	IN_KERNEL(n = rump_simdrv_fired(order));
	ck_assert_uint_eq(n, 4); /* those due at this very moment included */
	rumptest_advance(24 * HOUR);
	IN_KERNEL(n = rump_simdrv_fired(order));
	ck_assert_uint_eq(n, NCALLOUTS);
	for (unsigned i = 0; i < NCALLOUTS; i++)
		ck_assert_msg(order[i] == expect[i], "callout %u came at place %u", order[i], i);
}
END_TEST

START_TEST(sim_hours_of_callouts_take_moments)
{
	const int64_t real = host_ns(CLOCK_PROCESS_CPUTIME_ID);
	unsigned n, late;

	IN_KERNEL(rump_simdrv_periodic(10));
	rumptest_advance(5 * HOUR);
	IN_KERNEL(n = rump_simdrv_periods(&late));
	ck_assert_uint_eq(n, 1800);
	ck_assert_uint_eq(late, 0);
	ck_assert_int_lt(host_ns(CLOCK_PROCESS_CPUTIME_ID) - real, 5 * SECOND);
	fprintf(stderr, "5 hours, 1800 callouts: %" PRId64 " us of CPU time\n",
	    (host_ns(CLOCK_PROCESS_CPUTIME_ID) - real) / 1000);
}
END_TEST

/* ---- Faults ---- */

struct worker {
	const char *w_name;
	int w_thread;
};

static void
work(void *arg)
{
	const struct worker *const w = arg;

	IN_KERNEL(rump_simdrv_work(w->w_name, w->w_thread));
}

/* Two threads at a piece of work; a counter that they counted up three times each must say so. */
static void
two_workers(void *name)
{
	struct worker w[2] = { { name, 0 }, { name, 1 } };
	struct rumptest_thread *t[2];
	unsigned count;

	boot();
	for (int i = 0; i < 2; i++)
		t[i] = rumptest_spawn(work, &w[i]);
	for (int i = 0; i < 2; i++)
		rumptest_join(t[i]);
	IN_KERNEL(count = rump_simdrv_count());
	MUST(count == (strncmp(name, "race", 4) == 0 ? 6 : 0));
	halt();
}

#define SEEDS 200

static const struct {
	const char *fault, *remedy;
	int status; /* of a failing run: a signal, or 256 for a failed assertion */
	const char *says[4];
} faults[] = {
	{ "wakeup_lost", "wakeup_right", SIGABRT,
	    { "deadlock: nobody can go on", "waits for condvar", "\"simdrv\"", "joining thread" } },
#if !defined(NO_POINTS)
	{ "race_unlocked", "race_right", 256, { NULL } },
	{ "release_used", "release_right", SIGABRT,
	    { "an object is used after its last release", "rump_simdrv_work" } },
#endif
#if defined(LOCKDEBUG)
	{ "abba", "abba_right", SIGABRT,
	    { "locks initialised at these places are taken in a circle" } },
#else
	{ "abba", "abba_right", SIGABRT,
	    { "deadlock: nobody can go on", "waits for mutex", "of lwp 1.", "rump_simdrv_work" } },
#endif
};
#define NFAULTS (sizeof(faults) / sizeof(faults[0]))

START_TEST(sim_finds_and_replays)
{
	const char *const fault = faults[_i].fault;
	struct rumptest_found found = { .rf_seed = 0 }, again = { .rf_seed = 0 };

	ck_assert_msg(rumptest_find(two_workers, (void *)fault, 1, SEEDS, &found),
	    "%s: not found by %d seeds", fault, SEEDS);
	fprintf(stderr, "%s: seed %" PRIu64 ", trace %016" PRIx64 "\n", fault, found.rf_seed,
	    found.rf_hash);
	ck_assert_msg(found.rf_status == faults[_i].status, "%s: ended by status %d:\n%s", fault,
	    found.rf_status, found.rf_output);
	for (int i = 0; i < 4 && faults[_i].says[i] != NULL; i++)
		ck_assert_msg(strstr(found.rf_output, faults[_i].says[i]) != NULL,
		    "%s: \"%s\" is not said in\n%s", fault, faults[_i].says[i], found.rf_output);
	for (int i = 0; i < 5; i++) {
		ck_assert(rumptest_replay(
		    two_workers, (void *)fault, found.rf_seed, found.rf_hash, &again));
		ck_assert_int_eq(again.rf_status, found.rf_status);
	}
}
END_TEST

/* What a search that fails says is what a replay takes; any other hash it does not. */
START_TEST(sim_replay_compares)
{
	struct rumptest_found found;
	char which[64];
	int status;

	ck_assert(rumptest_find(two_workers, (void *)faults[0].fault, 1, SEEDS, &found));
	for (int wrong = 0; wrong < 3; wrong++) {
		const pid_t child = fork();

		if (child == 0) {
			(void)snprintf(which, sizeof(which), "%" PRIu64 ":%016" PRIx64 "%s",
			    found.rf_seed, found.rf_hash ^ (wrong == 1 ? 1 : 0),
			    wrong == 2 ? "x" : "");
			(void)setenv("RUMPTEST_SEED", which, 1);
			/* It stops where the body does; a wrong hash comes first, and exits with 1. */
			rumptest_search(two_workers, (void *)faults[0].fault, 1, 1);
			_exit(0);
		}
		ck_assert_int_eq(waitpid(child, &status, 0), child);
		if (wrong != 0)
			ck_assert_msg(
			    WIFEXITED(status) && WEXITSTATUS(status) == 1, "status %#x", status);
		else
			ck_assert_int_eq(status, found.rf_status);
	}
	ck_assert(!rumptest_find(two_workers, (void *)faults[0].remedy, 1, 1, &found));
}
END_TEST

START_TEST(sim_remedies_hold)
{
	rumptest_search(two_workers, (void *)faults[_i].remedy, 1, SEEDS);
}
END_TEST

/* ---- Determinism ---- */

static int
print_hash(uint64_t seed)
{
	rumptest_sim_begin(seed);
	two_workers((void *)"race_right");
	printf("%016" PRIx64 "\n", rumptest_sim_end());
	return 0;
}

/* A process of its own: other addresses, other everything that should not matter. */
static void
hash_of(const char *ncpu, int seed, char *hash, size_t len)
{
	char command[128];

	snprintf(command, sizeof(command), "RUMP_NCPU=%s exec /proc/%d/exe hash %d", ncpu,
	    (int)getpid(), seed);
	FILE *const p = popen(command, "r");
	ck_assert(p != NULL && fgets(hash, (int)len, p) != NULL);
	ck_assert_int_eq(pclose(p), 0);
}

START_TEST(sim_seed_decides_all)
{
	static const char *const ncpus[] = { "1", "2", "4" };
	char first[32], other[32];
	int differ = 0;

	for (int seed = 0; seed < 4; seed++) {
		hash_of(ncpus[_i], seed, first, sizeof(first));
		for (int i = 1; i < 20; i++) {
			hash_of(ncpus[_i], seed, other, sizeof(other));
			ck_assert_msg(strcmp(first, other) == 0,
			    "%s CPUs, seed %d: %s in run %d, %s before", ncpus[_i], seed, other, i,
			    first);
		}
		hash_of(ncpus[_i], seed + 4, other, sizeof(other));
		differ += strcmp(first, other) != 0;
	}
	ck_assert_int_eq(differ, 4); /* the seed does something */
}
END_TEST

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "hash") == 0)
		return print_hash(strtoull(argv[2], NULL, 10));

	Suite *const s = suite_create("sim");
	TCase *tc = tcase_create("world");
	tcase_add_test(tc, sim_clocks_begin_as_promised);
	suite_add_tcase(s, tc);
	tc = tcase_create("time");
	tcase_add_checked_fixture(tc, world_begin, world_end);
	tcase_add_test(tc, sim_sleeps_take_no_time);
	tcase_add_test(tc, sim_host_clock_is_untouched);
	tcase_add_test(tc, sim_callouts_come_in_order);
	tcase_add_test(tc, sim_hours_of_callouts_take_moments);
	suite_add_tcase(s, tc);
	tc = tcase_create("search");
	tcase_add_loop_test(tc, sim_finds_and_replays, 0, NFAULTS);
	tcase_add_test(tc, sim_replay_compares);
	tcase_add_loop_test(tc, sim_remedies_hold, 0, NFAULTS);
	suite_add_tcase(s, tc);
	tc = tcase_create("determinism");
	tcase_set_timeout(tc, 300); /* 80 processes, which take their time with a sanitizer */
	tcase_add_loop_test(tc, sim_seed_decides_all, 0, 3);
	suite_add_tcase(s, tc);

	SRunner *const sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	const int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
