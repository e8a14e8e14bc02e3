/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Memory, clocks, parameters, console, randomness, loading, signals and the hash table.
 */
#include "testlib.h"

#include <sched.h>
#include <signal.h>
#include <unistd.h>

#define KiB ((size_t)1024)
#define MiB (KiB * KiB)

static const struct {
	const char *name;
	size_t size, align;
	int flags;
} maps[] = {
	{ "a page", 4 * KiB, 4 * KiB, 0 },
	{ "aligned 64 KiB", 64 * KiB, 64 * KiB, RUMPUSER_MEM_SMALL },
	{ "huge", 4 * MiB, 2 * MiB, RUMPUSER_MEM_HUGE },
	{ "small and very aligned", 4 * KiB, 16 * MiB, 0 },
};

START_TEST(host_map_aligned_zeroed)
{
	unsigned char *p[3];

	for (int i = 0; i < 3; i++) {
		void *v;

		ck_assert_int_eq(
		    rumpuser_map(maps[_i].size, maps[_i].align, maps[_i].flags, &v), 0);
		ck_assert_msg((uintptr_t)v % maps[_i].align == 0, "%s: %p", maps[_i].name, v);
		p[i] = v;
		ck_assert_uint_eq(p[i][0] | p[i][maps[_i].size - 1], 0);
		(void)memset(p[i], 0xa5, maps[_i].size);
	}
	rumpuser_discard(p[1], maps[_i].size);
	ck_assert_uint_eq(p[1][0] | p[1][maps[_i].size - 1], 0);
	ck_assert_uint_eq(p[0][0] & p[2][maps[_i].size - 1], 0xa5);
	for (int i = 0; i < 3; i++)
		rumpuser_unmap(p[i], maps[_i].size);
}
END_TEST

START_TEST(host_map_refuses)
{
	static const size_t sizes[] = { 0, SIZE_MAX, SIZE_MAX - 4096, (size_t)1 << 62 };
	void *p;

	errno = EXDEV;
	ck_assert_int_eq(rumpuser_map(sizes[_i], 2 * MiB, 0, &p), ENOMEM);
	ck_assert_int_eq(errno, EXDEV);
}
END_TEST

START_TEST(host_clocks_advance)
{
	int64_t sec;
	long nsec;
	const int64_t t0 = test_now();

	while (test_now() == t0)
		continue;
	ck_assert_int_gt(test_now(), t0);
	rumpuser_clock_gettime(RUMPUSER_CLOCK_WALL, &sec, &nsec);
	ck_assert_int_gt(sec, 1600000000);
	ck_assert_int_ge(rumpuser_clock_res_ns(RUMPUSER_CLOCK_MONOTONIC), 1);
}
END_TEST

START_TEST(host_ncpu_follows_affinity)
{
	cpu_set_t set;
	char buf[16];
	int first = 0;

	ck_assert_int_eq(sched_getaffinity(0, sizeof(set), &set), 0);
	while (!CPU_ISSET(first, &set))
		first++;
	ck_assert_int_eq(rumpuser_getparam(RUMPUSER_PARAM_NCPU, buf, sizeof(buf)), 0);
	ck_assert_int_eq(atoi(buf), CPU_COUNT(&set));
	CPU_ZERO(&set);
	CPU_SET(first, &set);
	ck_assert_int_eq(sched_setaffinity(0, sizeof(set), &set), 0);
	ck_assert_int_eq(rumpuser_getparam(RUMPUSER_PARAM_NCPU, buf, sizeof(buf)), 0);
	ck_assert_str_eq(buf, "1");
}
END_TEST

START_TEST(host_parameters)
{
	char buf[256], want[32];

	(void)snprintf(want, sizeof(want), "rump-%d.", (int)getpid());
	ck_assert_int_eq(rumpuser_getparam(RUMPUSER_PARAM_HOSTNAME, buf, sizeof(buf)), 0);
	ck_assert_int_eq(strncmp(buf, want, strlen(want)), 0);
	ck_assert_int_eq(rumpuser_getparam(RUMPUSER_PARAM_HOSTNAME, buf, 5), ENAMETOOLONG);
	ck_assert_int_eq(rumpuser_getparam((enum rumpuser_param)99, buf, sizeof(buf)), EINVAL);
	ck_assert_int_eq(setenv("RUMP_TEST_VARIABLE", "value", 1), 0);
	ck_assert_int_eq(rumpuser_getenv("RUMP_TEST_VARIABLE", buf, 6), 0);
	ck_assert_str_eq(buf, "value");
	ck_assert_int_eq(rumpuser_getenv("RUMP_TEST_VARIABLE", buf, 5), ENAMETOOLONG);
	ck_assert_int_eq(unsetenv("RUMP_TEST_VARIABLE"), 0);
	ck_assert_int_eq(rumpuser_getenv("RUMP_TEST_VARIABLE", buf, sizeof(buf)), ENOENT);
}
END_TEST

START_TEST(host_console_goes_to_out_and_err)
{
	static const struct {
		bool out;
		int fd;
	} kinds[] = { { true, 1 }, { false, 2 } };
	const int target = kinds[_i].fd;
	const int saved = dup(target);
	char buf[8];
	int p[2];

	ck_assert_int_eq(pipe(p), 0);
	ck_assert_int_eq(dup2(p[1], target), target);
	rumpuser_console(kinds[_i].out, "line\n", 5);
	ck_assert_int_eq(dup2(saved, target), target);
	ck_assert_int_eq(read(p[0], buf, sizeof(buf)), 5);
	ck_assert_mem_eq(buf, "line\n", 5);
}
END_TEST

START_TEST(host_random_differs)
{
	unsigned char a[1000], b[1000];

	ck_assert_int_eq(rumpuser_getrandom(a, sizeof(a)), 0);
	ck_assert_int_eq(rumpuser_getrandom(b, sizeof(b)), 0);
	ck_assert_mem_ne(a, b, sizeof(a));
}
END_TEST

START_TEST(host_loading)
{
	void *h, *p;

	ck_assert_int_eq(rumpuser_dlopen("/nonexistent/lib.so", &h), ENOENT);
	ck_assert_int_eq(rumpuser_dlopen("/dev/null", &h), ENOEXEC);
	ck_assert_int_eq(rumpuser_dlopen("libuv.so.1", &h), 0);
	ck_assert_int_eq(rumpuser_dlsym(h, "uv_version", &p), 0);
	ck_assert_ptr_nonnull(p);
	ck_assert_int_eq(rumpuser_dlsym(h, "no_such_symbol_anywhere", &p), ENOENT);
	ck_assert_int_eq(rumpuser_dlclose(h), 0);
}
END_TEST

static volatile sig_atomic_t got;

static void
on_signal(int sig)
{
	got = sig;
}

START_TEST(host_kill_raises)
{
	const struct sigaction sa = { .sa_handler = on_signal };

	ck_assert_int_eq(sigaction(SIGUSR2, &sa, NULL), 0);
	ck_assert_int_eq(rumpuser_kill(SIGUSR2), 0);
	ck_assert_int_eq(got, SIGUSR2);
	ck_assert_int_eq(rumpuser_kill(12345), EINVAL);
}
END_TEST

START_TEST(host_membarrier_is_steady)
{
	const bool first = rumpuser_membarrier();

	for (int i = 0; i < 10; i++)
		ck_assert(rumpuser_membarrier() == first);
}
END_TEST

START_TEST(host_exit_flushes)
{
	rumpuser_exit(7);
}
END_TEST

START_TEST(host_panic_aborts)
{
	rumpuser_exit(RUMPUSER_PANIC);
}
END_TEST

/* The hash table, with the one grace period of a test of one thread: nothing to wait for. */
struct item {
	struct rumpuser_lfht_node node;
	unsigned key;
};

static void
nothing(void)
{
}

static const struct rumpuser_rcu_ops no_rcu = { nothing, nothing, nothing };

static int
match_key(struct rumpuser_lfht_node *node, const void *key)
{
	return ((const struct item *)(const void *)node)->key == *(const unsigned *)key;
}

static bool
count_node(struct rumpuser_lfht_node *node, void *arg)
{
	(void)node;
	++*(unsigned *)arg;
	return true;
}

#define ITEMS 500

START_TEST(host_hash_table)
{
	static struct item items[ITEMS], twin;
	struct rumpuser_lfht *ht;
	unsigned n = 0;

	ck_assert_int_eq(rumpuser_lfht_create(3, &no_rcu, &ht), EINVAL);
	ck_assert_int_eq(rumpuser_lfht_create(1UL << 60, &no_rcu, &ht), ENOMEM);
	ck_assert_int_eq(rumpuser_lfht_create(64, &no_rcu, &ht), 0);
	for (unsigned i = 0; i < ITEMS; i++) {
		items[i].key = i;
		ck_assert_ptr_eq(rumpuser_lfht_add_unique(ht, i / 3, match_key, &i, &items[i].node),
		    &items[i].node);
	}
	twin.key = 7;
	ck_assert_ptr_eq(
	    rumpuser_lfht_add_unique(ht, 7 / 3, match_key, &twin.key, &twin.node), &items[7].node);
	rumpuser_lfht_walk(ht, count_node, &n);
	ck_assert_uint_eq(n, ITEMS);
	for (unsigned i = 0; i < ITEMS; i++)
		ck_assert_ptr_eq(rumpuser_lfht_lookup(ht, i / 3, match_key, &i), &items[i].node);
	for (unsigned i = 0; i < ITEMS; i++) {
		ck_assert_int_eq(rumpuser_lfht_del(ht, &items[i].node), 0);
		ck_assert_int_eq(rumpuser_lfht_del(ht, &items[i].node), ENOENT);
		ck_assert_ptr_null(rumpuser_lfht_lookup(ht, i / 3, match_key, &i));
	}
	rumpuser_lfht_destroy(ht);
	ck_assert_uint_eq(rumpuser__live_threads(), 0);
}
END_TEST

static Suite *
suite(void)
{
	Suite *const s = suite_create("rumpuser_host");
	TCase *const tc = tcase_create("host");

	tcase_add_checked_fixture(tc, test_setup, test_teardown);
	tcase_add_loop_test(tc, host_map_aligned_zeroed, 0, sizeof(maps) / sizeof(maps[0]));
	tcase_add_loop_test(tc, host_map_refuses, 0, 4);
	tcase_add_test(tc, host_clocks_advance);
	tcase_add_test(tc, host_ncpu_follows_affinity);
	tcase_add_test(tc, host_parameters);
	tcase_add_loop_test(tc, host_console_goes_to_out_and_err, 0, 2);
	tcase_add_test(tc, host_random_differs);
	tcase_add_test(tc, host_loading);
	tcase_add_test(tc, host_kill_raises);
	tcase_add_test(tc, host_membarrier_is_steady);
	tcase_add_exit_test(tc, host_exit_flushes, 7);
	tcase_add_test_raise_signal(tc, host_panic_aborts, SIGABRT);
	tcase_add_test(tc, host_hash_table);
	suite_add_tcase(s, tc);
	return s;
}

TEST_MAIN(suite())
