/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* autoconf(9), deviter(9), pmf(9); the cases are kernel code, autoconf_ktest.c. */
#include <pthread.h>
#include <string.h>

#include <rump/rump_sysctl.h>

#include "../private/testlib.h"
#include "autoconf_ktest.h"

static const struct {
	const char *name;
	const char *(*run)(void);
} cases[] = {
	{ "tables", rump_test_autoconf_tables },
	{ "match", rump_test_autoconf_match },
	{ "locators", rump_test_autoconf_locators },
	{ "units", rump_test_autoconf_units },
	{ "detach", rump_test_autoconf_detach },
	{ "children", rump_test_autoconf_children },
	{ "defer", rump_test_autoconf_defer },
	{ "later", rump_test_autoconf_later },
	{ "deviter", rump_test_autoconf_deviter },
	{ "pmf", rump_test_autoconf_pmf },
	{ "events", rump_test_autoconf_events },
	{ "rescan", rump_test_autoconf_rescan },
	{ "boot", rump_test_autoconf_boot },
};
#define NCASES ((int)(sizeof(cases) / sizeof(cases[0])))

/* Twice: nothing is left of the first time. */
START_TEST(autoconf_case)
{
	for (int round = 0; round < 2; round++) {
		const char *what;

		rump_schedule();
		what = (*cases[_i].run)();
		rump_unschedule();
		ck_assert_msg(what == NULL, "%s, round %d: %s", cases[_i].name, round, what);
	}
}
END_TEST

static void *
detacher(void *arg)
{
	ck_kernel(rump_test_autoconf_held_detach());
	return arg;
}

START_TEST(autoconf_detach_waits_for_references)
{
	pthread_t thread;

	ck_assert_int_eq(pthread_create(&thread, NULL, detacher, NULL), 0);
	ck_kernel(rump_test_autoconf_hold());
	pthread_join(thread, NULL);
}
END_TEST

/* hw.devices, found by its name. */
static int
devices_node(void)
{
	struct rump_sysctlnode nodes[64], query = { .sysctl_flags = RUMP_SYSCTL_VERSION };
	const int name[2] = { RUMP_CTL_HW, RUMP_CTL_QUERY };
	size_t len = sizeof(nodes);

	ck_assert_int_eq(rump_sys___sysctl(name, 2, nodes, &len, &query, sizeof(query)), 0);
	for (size_t i = 0; i < len / sizeof(nodes[0]); i++)
		if (strcmp(nodes[i].sysctl_name, "devices") == 0)
			return nodes[i].sysctl_num;
	return -1;
}

START_TEST(autoconf_tree_is_listed)
{
	const int name[2] = { RUMP_CTL_HW, devices_node() };
	char text[256];
	size_t len = sizeof(text);

	ck_kernel(rump_test_autoconf_tree());
	ck_assert_int_eq(rump_sys___sysctl(name, 2, text, &len, NULL, 0), 0);
	ck_assert_str_eq(
	    text, "mainbus0 -\nbootdev0 mainbus0\ntbus0 mainbus0\nleaf0 tbus0\ntwig0 tbus0\n");
	ck_assert_int_eq(rump_sys___sysctl(name, 2, NULL, NULL, text, 4), -1);
	ck_assert_int_eq(errno, EPERM);
	ck_kernel(rump_test_autoconf_tree_end());
}
END_TEST

/* Devices that are still there go at the halt. */
START_TEST(autoconf_halt_detaches)
{
	ck_kernel(rump_test_autoconf_tree());
}
END_TEST

START_TEST(autoconf_misuse_panics)
{
	int checked;

	rump_schedule();
	checked = rump_test_autoconf_misuse(_i);
	rump_unschedule();
	ck_assert_int_eq(checked, 0);
	raise(SIGABRT); /* this kernel does not check */
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("autoconf");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, autoconf_case, 0, NCASES);
	tcase_add_test(tc, autoconf_detach_waits_for_references);
	tcase_add_test(tc, autoconf_tree_is_listed);
	tcase_add_test(tc, autoconf_halt_detaches);
	tcase_add_loop_test_raise_signal(tc, autoconf_misuse_panics, SIGABRT, 0, NMISUSES);
	return run_suite(tc, "autoconf");
}
