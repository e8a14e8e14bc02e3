/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Every row on the host, then on each file system of the rump kernel; see posix.h. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "posix.h"

static const struct group *const groups[] = { &group_open, &group_name, &group_rename, &group_perm,
	&group_attr, &group_time, &group_data, &group_at, &group_cwd, &group_xattr, &group_matrix,
	&group_sticky, &group_kinds, &group_unnamed, &group_exchange };
#define NGROUPS (sizeof(groups) / sizeof(groups[0]))

/* The nth row of all.  A made row's text is static. */
static bool
row_get(const struct group *g, int n, struct row *row)
{
	if (n < g->nrows) {
		*row = g->rows[n];
		return true;
	}
	return g->make != NULL && (*g->make)(n - g->nrows, row);
}

static int
rows_count(const struct group *g)
{
	struct row row;
	int n = 0;

	while (row_get(g, n, &row))
		n++;
	return n;
}

static void
on_host(const struct row *row)
{
	const char *wrong = NULL;
	bool mounts;

	if ((row->needs & NEED_ROOT) != 0 && geteuid() != 0)
		return;
	mounts = host_enter();
	if ((row->needs & NEED_MOUNT) == 0 || mounts)
		wrong = script_run(&host_ops, NULL, row);
	host_leave();
	ck_assert_msg(wrong == NULL, "%s", wrong);
}

static void
on_rump(const struct fixture *f, const struct row *row)
{
	const char *const reason = difference_of_row(f, row), *wrong;

	rump_enter(f);
	wrong = script_run(&rump_ops, f, row);
	if (reason == NULL)
		ck_assert_msg(wrong == NULL, "%s", wrong);
	else
		ck_assert_msg(wrong != NULL, "%s on %s: listed as different (%s), but it is not",
		    row->name, f->name, reason);
	rump_leave();
}

static void
run(const struct group *g, int n)
{
	struct row row;

	ck_assert(row_get(g, n, &row));
	on_host(&row);
	for (int i = 0; i < nfixtures; i++)
		on_rump(&fixtures[i], &row);
}

#define GROUP_TEST(g)                \
	START_TEST(posix_##g)        \
	{                            \
		run(&group_##g, _i); \
	}                            \
	END_TEST
GROUP_TEST(open)
GROUP_TEST(name)
GROUP_TEST(rename)
GROUP_TEST(perm)
GROUP_TEST(attr)
GROUP_TEST(time)
GROUP_TEST(data)
GROUP_TEST(at)
GROUP_TEST(cwd)
GROUP_TEST(xattr)
GROUP_TEST(matrix)
GROUP_TEST(sticky)
GROUP_TEST(kinds)
GROUP_TEST(unnamed)
GROUP_TEST(exchange)

static int total;

static void
add(Suite *suite, const struct group *g, const TTest *test)
{
	const int n = rows_count(g);
	TCase *tc = tcase_create(g->name);

	tcase_add_loop_test(tc, test, 0, n);
	suite_add_tcase(suite, tc);
	total += n;
}

/* A difference whose row has another name, or none, could never be found out. */
START_TEST(posix_differences_name_rows)
{
	for (int d = 0; d < ndifferences; d++) {
		bool found = false;

		for (size_t g = 0; g < NGROUPS && !found; g++) {
			struct row row;

			for (int n = 0; !found && row_get(groups[g], n, &row); n++)
				found = strcmp(row.name, differences[d].row) == 0;
		}
		ck_assert_msg(found, "no row is called %s", differences[d].row);
		ck_assert_ptr_nonnull(differences[d].reason);
	}
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("posix");
	SRunner *runner;
	TCase *tc = tcase_create("differences");
	int failed;

	scratch_make();
	add(suite, &group_open, posix_open);
	add(suite, &group_name, posix_name);
	add(suite, &group_rename, posix_rename);
	add(suite, &group_perm, posix_perm);
	add(suite, &group_attr, posix_attr);
	add(suite, &group_time, posix_time);
	add(suite, &group_data, posix_data);
	add(suite, &group_at, posix_at);
	add(suite, &group_cwd, posix_cwd);
	add(suite, &group_xattr, posix_xattr);
	add(suite, &group_matrix, posix_matrix);
	add(suite, &group_sticky, posix_sticky);
	add(suite, &group_kinds, posix_kinds);
	add(suite, &group_unnamed, posix_unnamed);
	add(suite, &group_exchange, posix_exchange);
	tcase_add_test(tc, posix_differences_name_rows);
	suite_add_tcase(suite, tc);
	printf("%d rows on the host and on %d file systems, %d differences\n", total, nfixtures,
	    ndifferences);
	fflush(stdout);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
