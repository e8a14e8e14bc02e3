/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The KPI probe's second half: that it compiled says that types, macros and fields are right; this says that
 * every function has an address in a kernel that boots, and that what is called absent is.
 */
#define _GNU_SOURCE
#include <check.h>
#include <dlfcn.h>
#include <stdio.h>

#include <rump/rump.h>

#include "probe.h"

START_TEST(kpi_documented_symbols_exist)
{
	unsigned pages = 0, symbols = 0;

	ck_assert_int_eq(rump_init(), 0);
	for (const struct kpi_page *p = rump_kpi_pages; p->kp_title != NULL; p++, pages++) {
		unsigned n = 0;

		for (const struct kpi_symbol *s = p->kp_symbols; s->ks_name != NULL; s++, n++)
			ck_assert_msg(
			    s->ks_address != NULL, "%s: %s is nowhere", p->kp_title, s->ks_name);
		ck_assert_uint_eq(n, p->kp_nsymbols);
		symbols += n;
	}
	ck_assert_uint_gt(pages, 50);
	ck_assert_uint_gt(symbols, 500);
}
END_TEST

START_TEST(kpi_absent_symbols_are_absent)
{
	char name[128];

	int wrong = 0;

	for (const char *const *a = rump_kpi_absent; *a != NULL; a++) {
		snprintf(name, sizeof(name), "rumpns_%s", *a);
		if (dlsym(RTLD_DEFAULT, name) != NULL) {
			fprintf(stderr, "%s exists: tests/kpi/manual calls it absent\n", *a);
			wrong++;
		}
	}
	ck_assert_int_eq(wrong, 0);
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("kpi");
	TCase *const tc = tcase_create("probe");
	SRunner *const sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, kpi_documented_symbols_exist);
	tcase_add_test(tc, kpi_absent_symbols_are_absent);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
