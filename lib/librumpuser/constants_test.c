/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Constants that programs pass to rump_sys_*() have the host's values in the kernel.
 *
 * This file is compiled twice: as kernel code with the KPI's headers (KERNEL_SIDE), and as host
 * code.  Both make a table of the names that kpi_constants.py found in the KPI; names that the host
 * lacks are the kernel's own.
 */
#ifdef KERNEL_SIDE
#include <sys/types.h>
#include <sys/dirent.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/poll.h>
#include <sys/resource.h>
#include <sys/siginfo.h>
#include <sys/signal.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/unistd.h>
#include <sys/wait.h>

#define TABLE kpi_constants
#else
#include "testlib.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>

#define TABLE host_constants
/* Not a number, or a function's, and so not comparable. */
#define SKIP_SIGRTMIN
#define SKIP_SIGRTMAX
/* Differ on purpose: the kernel's ENOTSUP is not EOPNOTSUPP, its ERESTART never leaves it. */
#define SKIP_ENOTSUP
#define SKIP_ERESTART
/* The kernel has resources that the host has not. */
#define SKIP_RLIM_NLIMITS
/* Programs of 64 bits see it as 0; old binaries pass the host kernel's value. */
#define SKIP_O_LARGEFILE
#endif

struct constant {
	const char *name;
	long long value;
};

extern const struct constant TABLE[];

#define CONSTANT(n) { #n, (long long)(n) },
const struct constant TABLE[] = {
#include "kpi_constants.inc"
	{ 0, 0 },
};

#ifndef KERNEL_SIDE
extern const struct constant kpi_constants[];

static const struct constant *
find(const struct constant *table, const char *name)
{
	for (; table->name != NULL; table++)
		if (strcmp(table->name, name) == 0)
			return table;
	return NULL;
}

START_TEST(constants_are_the_hosts)
{
	int compared = 0, differ = 0;

	for (const struct constant *k = kpi_constants; k->name != NULL; k++) {
		const struct constant *const h = find(host_constants, k->name);

		if (h == NULL)
			continue;
		compared++;
		if (h->value != k->value) {
			differ++;
			fprintf(stderr, "%s is %#llx in the kernel, %#llx on the host\n", k->name,
			    k->value, h->value);
		}
	}
	ck_assert_int_eq(differ, 0);
	ck_assert_int_ge(compared, 250);
}
END_TEST

static Suite *
suite(void)
{
	Suite *const s = suite_create("rumpuser_constants");
	TCase *const tc = tcase_create("constants");

	tcase_add_test(tc, constants_are_the_hosts);
	suite_add_tcase(s, tc);
	return s;
}

TEST_MAIN(suite())
#endif
