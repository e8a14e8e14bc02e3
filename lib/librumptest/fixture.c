/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Boot, and a halt that looks at what is left.
 *
 * Before the halt two censuses are compared, the one of the boot and the present one: a line that was
 * not there, or not as often, is something that the test left.  After it the allocations that were not
 * freed have been reported line by line.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest_fixture.h>
#include <rump/rumpuser.h>

#include "fixture_impl.h"

#define TEXT_SIZE 3072 /* Check's messages are bounded */

struct lines {
	char **l_line;
	size_t l_n, l_size;
};

static struct lines baseline; /* what was held after boot */
static char text[TEXT_SIZE];  /* what is wrong */
static size_t text_len;
static bool text_cut;

/* ---- Lists of lines ---- */

static void
lines_add(void *arg, const char *line)
{
	struct lines *const l = arg;

	if (l->l_n == l->l_size) {
		l->l_size = l->l_size != 0 ? 2 * l->l_size : 64;
		l->l_line = realloc(l->l_line, l->l_size * sizeof(*l->l_line));
		ck_assert_ptr_nonnull(l->l_line);
	}
	l->l_line[l->l_n] = strdup(line);
	ck_assert_ptr_nonnull(l->l_line[l->l_n]);
	l->l_n++;
}

static void
lines_free(struct lines *l)
{
	for (size_t i = 0; i < l->l_n; i++)
		free(l->l_line[i]);
	free(l->l_line);
	*l = (struct lines){ 0 };
}

static int
line_cmp(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
census(struct lines *l)
{
	const int error = rump_check_census(lines_add, l);

	ck_assert_msg(error == 0, "census of the kernel: %s", strerror(error));
	if (l->l_n != 0)
		qsort(l->l_line, l->l_n, sizeof(*l->l_line), line_cmp);
}

/* ---- The message ---- */

static void
text_add(void *arg, const char *line)
{
	const size_t len = strlen(line);

	(void)arg;
	if (text_cut)
		return;
	if (text_len + len + 16 > sizeof(text)) {
		text_cut = true;
		line = "...";
	}
	text_len += (size_t)snprintf(text + text_len, sizeof(text) - text_len, "\n    %s", line);
}

/* The lines of now that baseline has not; both are sorted. */
static void
compare(const struct lines *now)
{
	size_t b = 0;

	for (size_t i = 0; i < now->l_n; i++) {
		int cmp = -1;

		while (b < baseline.l_n && (cmp = strcmp(baseline.l_line[b], now->l_line[i])) < 0)
			b++;
		if (b < baseline.l_n && cmp == 0)
			b++;
		else
			text_add(NULL, now->l_line[i]);
	}
}

/* ---- The fixture ---- */

int
rumptest__boot(void)
{
	int error;

	text_len = 0;
	text_cut = false;
	rump_check_track(text_add, NULL);
	rumpuser_symbolizer(rumptest__symbol);
	error = rump_init();
	ck_assert_msg(text_len == 0, "left behind by a boot that failed:%.*s", (int)text_len, text);
	if (error == 0) {
		lines_free(&baseline);
		census(&baseline);
	}
	return error;
}

void
rumptest_boot(void)
{
	const int error = rumptest__boot();

	ck_assert_msg(error == 0, "rump_init: %s", strerror(error));
}

void
rumptest_halt(void)
{
	struct lines now = { 0 };

	census(&now);
	compare(&now);
	lines_free(&now);
	lines_free(&baseline);
	/* A kernel of which something is held need not be able to halt. */
	ck_assert_msg(text_len == 0, "left behind:%.*s", (int)text_len, text);
	if (rump_sys_reboot(RUMP_RB_HALT, NULL) != 0)
		ck_abort_msg(
		    "the kernel does not halt: %s%.*s", strerror(errno), (int)text_len, text);
	ck_assert_msg(
	    text_len == 0 && rump_check_leaks() == 0, "left behind:%.*s", (int)text_len, text);
}

void
rumptest_fixture(TCase *tc)
{
	tcase_add_checked_fixture(tc, rumptest_boot, rumptest_halt);
}

int
rumptest_run(const char *suite, TCase *tc)
{
	Suite *const s = suite_create(suite);
	SRunner *sr;
	int failed;

	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
