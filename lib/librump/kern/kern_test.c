/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Trees, queues, sysctl, kauth, random numbers: the kernel side is in kern_ktest.c. */
#include <check.h>
#include <stdlib.h>

#include <rump/rump.h>

#define LB_HALT 0x8 /* RB_HALT */
int rump_sys_reboot(int, char *);
extern size_t rump_mem_leaks;

#define TESTS(T)         \
	T(rbtree)        \
	T(tree_macros)   \
	T(queues)        \
	T(hashinit)      \
	T(sysctl_nodes)  \
	T(sysctl_values) \
	T(sysctl_errors) \
	T(kauth_root)    \
	T(kauth_user)    \
	T(kauth_listeners) T(kauth_creds) T(cprng) T(cprng_without_memory) T(messages) T(rates)

#define DECLARE(name) const char *rump_test_##name(void);
TESTS(DECLARE)

#define ROW(name) { #name, rump_test_##name },
static const struct {
	const char *name;
	const char *(*run)(void);
} tests[] = { TESTS(ROW) };

static void
boot(void)
{
	ck_assert_int_eq(rump_init(), 0);
}

static void
halt(void)
{
	ck_assert_int_eq(rump_sys_reboot(LB_HALT, NULL), 0);
	ck_assert_uint_eq(rump_mem_leaks, 0);
}

START_TEST(kern_holds)
{
	const char *wrong;

	rump_schedule();
	wrong = (*tests[_i].run)();
	rump_unschedule();
	ck_assert_msg(wrong == NULL, "%s: %s", tests[_i].name, wrong);
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("kern");
	TCase *const tc = tcase_create("kern");
	SRunner *const sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, boot, halt);
	tcase_add_loop_test(tc, kern_holds, 0, sizeof(tests) / sizeof(tests[0]));
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
