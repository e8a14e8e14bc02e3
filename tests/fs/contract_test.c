/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Runs every scenario on the host and on every file system, and compares; see contract.h. */
#define _GNU_SOURCE
#include <check.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contract.h"

struct log {
	char *text;
	size_t len, room;
};

void
note(struct log *g, const char *fmt, ...)
{
	va_list ap;
	int n;

	if (g->room - g->len < 8192) {
		g->room = g->room * 2 + 65536;
		g->text = realloc(g->text, g->room);
		ck_assert_ptr_nonnull(g->text);
	}
	va_start(ap, fmt);
	n = vsnprintf(g->text + g->len, g->room - g->len - 2, fmt, ap);
	va_end(ap);
	g->len += n < 8000 ? n : 8000;
	g->text[g->len++] = '\n';
	g->text[g->len] = '\0';
}

void
note_call(struct log *g, const char *what, long ret)
{
	if (ret == -1)
		note(g, "%s = error %s", what, strerrorname_np(errno));
	else
		note(g, "%s = %ld", what, ret);
}

void
note_stat(struct log *g, const char *what, int ret, const struct stat *st, unsigned caps)
{
	static const char *const types[16] = { [1] = "fifo",
		[2] = "chr",
		[4] = "dir",
		[6] = "blk",
		[8] = "file",
		[10] = "link",
		[12] = "sock" };
	const char *type;

	if (ret != 0) {
		note_call(g, what, ret);
		return;
	}
	type = types[(st->st_mode & S_IFMT) >> 12];
	if (S_ISDIR(st->st_mode))
		note(g, "%s: %s %04o", what, type, st->st_mode & 07777);
	else
		note(g, "%s: %s %04o size %lld links %ld", what, type, st->st_mode & 07777,
		    (long long)st->st_size, (long)st->st_nlink);
}

/* ---- Comparing ---- */

static size_t
line_len(const char *p)
{
	return strcspn(p, "\n");
}

static void
compare(const char *what, const struct log *host, const struct log *rump)
{
	const char *h = host->text, *r = rump->text;
	int no = 1;

	for (; *h != '\0' || *r != '\0'; no++) {
		const size_t hn = line_len(h), rn = line_len(r);

		ck_assert_msg(hn == rn && memcmp(h, r, hn) == 0,
		    "%s, line %d:\n  host: %.*s\n  rump: %.*s", what, no, (int)hn, h, (int)rn, r);
		h += hn + (h[hn] == '\n');
		r += rn + (r[rn] == '\n');
	}
}

/* ---- Running ---- */

/* A directory of its own on the host. */
static void
host_dir(void)
{
	char dir[256];

	snprintf(dir, sizeof(dir), "%s/h%d", scratch, (int)getpid());
	ck_assert_int_eq(mkdir(dir, 0755), 0);
	ck_assert_int_eq(chdir(dir), 0);
}

static void
run(const struct fixture *f, const struct scenario *sc)
{
	const unsigned have = f->caps | (geteuid() == 0 ? CAP_ROOT : 0);
	struct log host = { NULL, 0, 0 }, rump = { NULL, 0, 0 };
	char what[128], unused[1];

	if ((sc->needs & ~have) != 0)
		return;
	snprintf(what, sizeof(what), "%s on %s", sc->name, f->name);
	note(&host, "begin");
	note(&rump, "begin");
	host_dir();
	make_tree(&host_sys, f->caps);
	ck_assert_int_eq(host_sys.getcwd(unused, sizeof(unused)), 0);
	(*sc->fn)(&host_sys, &host, f->caps);
	if ((sc->needs & CAP_ROOT) != 0)
		ck_assert_int_eq(host_sys.seteuid(0), 0);
	ck_assert_int_eq(chdir(scratch), 0);
	(*f->up)();
	if ((f->caps & CAP_WRITE) != 0)
		make_tree(&rump_sys, f->caps);
	(*sc->fn)(&rump_sys, &rump, f->caps);
	if ((sc->needs & CAP_ROOT) != 0)
		ck_assert_int_eq(rump_sys.seteuid(0), 0);
	(*f->down)();
	compare(what, &host, &rump);
	free(host.text);
	free(rump.text);
}

#define SCENARIO_TEST(group)                                                      \
	START_TEST(contract_##group)                                              \
	{                                                                         \
		run(&fixtures[_i / n##group], &group##_scenarios[_i % n##group]); \
	}                                                                         \
	END_TEST
SCENARIO_TEST(lookup)
SCENARIO_TEST(data)
SCENARIO_TEST(name)
SCENARIO_TEST(attr)

START_TEST(contract_readonly)
{
	const struct fixture *f = &fixtures[_i];

	if ((f->caps & CAP_WRITE) != 0)
		return;
	(*f->up)();
	check_readonly();
	(*f->down)();
}
END_TEST

#define ADD(group)                                                                  \
	do {                                                                        \
		TCase *tc_ = tcase_create(#group);                                  \
		tcase_set_timeout(tc_, 60);                                         \
		tcase_add_loop_test(tc_, contract_##group, 0, n##group *nfixtures); \
		suite_add_tcase(suite, tc_);                                        \
	} while (0)

int
main(void)
{
	Suite *suite = suite_create("file-system contract");
	SRunner *runner;
	TCase *tc;
	int failed;

	scratch_enter();
	ADD(lookup);
	ADD(data);
	ADD(name);
	ADD(attr);
	tc = tcase_create("readonly");
	tcase_add_loop_test(tc, contract_readonly, 0, nfixtures);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
