/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* kmem, malloc, pool, pool_cache, pages and the limit: the kernel side is in mem_ktest.c. */
#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>

#include <rump/rump.h>

#define LB_HALT 0x8 /* RB_HALT */
int rump_sys_reboot(int, char *);
extern size_t rump_mem_leaks;

#define TESTS(T)             \
	T(kmem_sizes)        \
	T(kmem_mixed)        \
	T(kmem_strings)      \
	T(malloc)            \
	T(pool)              \
	T(pool_hardlimit)    \
	T(pool_layout)       \
	T(pool_cache)        \
	T(pool_cache_nowait) \
	T(pages)             \
	T(pages_reuse)       \
	T(vmem) T(vmem_constraints) T(vmem_spans) T(vmem_sleep) T(vmem_import) T(vmem_ximport)
#define LIMIT_TESTS(T) T(limit_nosleep) T(limit_drains) T(limit_huge_request) T(limit_daemon)

#define DECLARE(name) const char *rump_test_##name(void);
TESTS(DECLARE)
LIMIT_TESTS(DECLARE)
DECLARE(kmem_churn)
DECLARE(kmem_leak)
DECLARE(kmem_overrun)
DECLARE(kmem_double_free)
/* True in builds that check for such mistakes. */
bool rump_test_checked(void);

#define ROW(name) { #name, rump_test_##name },
static const struct {
	const char *name;
	const char *(*run)(void);
} tests[] = { TESTS(ROW) }, limit_tests[] = { LIMIT_TESTS(ROW) };

static const char *
in_kernel(const char *(*run)(void))
{
	const char *wrong;

	rump_schedule();
	wrong = (*run)();
	rump_unschedule();
	return wrong;
}

static void
boot(void)
{
	ck_assert_int_eq(rump_init(), 0);
}

static void
boot_limited(void)
{
	setenv("RUMP_MEMLIMIT", "8m", 1);
	boot();
}

static void
halt(void)
{
	ck_assert_int_eq(rump_sys_reboot(LB_HALT, NULL), 0);
	ck_assert_uint_eq(rump_mem_leaks, 0);
}

START_TEST(mem_holds)
{
	const char *const wrong = in_kernel(tests[_i].run);

	ck_assert_msg(wrong == NULL, "%s: %s", tests[_i].name, wrong);
}
END_TEST

START_TEST(mem_limit_holds)
{
	const char *const wrong = in_kernel(limit_tests[_i].run);

	ck_assert_msg(wrong == NULL, "%s: %s", limit_tests[_i].name, wrong);
}
END_TEST

static void *
churn(void *arg)
{
	return (void *)in_kernel(rump_test_kmem_churn);
}

START_TEST(mem_of_several_threads)
{
	pthread_t threads[4];
	void *wrong;

	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, churn, NULL), 0);
	for (int i = 0; i < 4; i++) {
		ck_assert_int_eq(pthread_join(threads[i], &wrong), 0);
		ck_assert_msg(wrong == NULL, "%s", (char *)wrong);
	}
}
END_TEST

START_TEST(mem_leak_is_counted)
{
	boot();
	ck_assert_ptr_null(in_kernel(rump_test_kmem_leak));
	ck_assert_int_eq(rump_sys_reboot(LB_HALT, NULL), 0);
	ck_assert_uint_eq(rump_mem_leaks, 2);
}
END_TEST

START_TEST(mem_overrun_panics)
{
	boot();
	ck_abort_msg("%s", in_kernel(rump_test_kmem_overrun));
}
END_TEST

START_TEST(mem_double_free_panics)
{
	boot();
	ck_abort_msg("%s", in_kernel(rump_test_kmem_double_free));
}
END_TEST

#define ROWS(t) (int)(sizeof(t) / sizeof((t)[0]))

int
main(void)
{
	Suite *s = suite_create("mem");
	TCase *tc = tcase_create("mem");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, boot, halt);
	tcase_add_loop_test(tc, mem_holds, 0, ROWS(tests));
	tcase_add_test(tc, mem_of_several_threads);
	suite_add_tcase(s, tc);
	tc = tcase_create("limit");
	tcase_add_checked_fixture(tc, boot_limited, halt);
	tcase_add_loop_test(tc, mem_limit_holds, 0, ROWS(limit_tests));
	suite_add_tcase(s, tc);
	tc = tcase_create("mistakes");
	tcase_add_test(tc, mem_leak_is_counted);
	if (rump_test_checked()) {
		tcase_add_test_raise_signal(tc, mem_overrun_panics, SIGABRT);
		tcase_add_test_raise_signal(tc, mem_double_free_panics, SIGABRT);
	}
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
