/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Boots a kernel, or with BENCH_EMPTY nothing, and says when.  Linked in several ways by base.c's
 * rows.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#ifndef BENCH_EMPTY
#include <rump/rump.h>
#endif

#include "boot.h"

static int64_t
now(void)
{
	struct timespec ts;

	(void)clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

int
main(void)
{
	struct boot_stamps b = { .b_before = now() };
	long resident = 0;
	int error = 0;
	FILE *f;

#ifndef BENCH_EMPTY
	error = rump_init();
#endif
	b.b_after = now();
	if ((f = fopen("/proc/self/statm", "r")) != NULL) {
		if (fscanf(f, "%*d %ld", &resident) != 1)
			resident = 0;
		(void)fclose(f);
	}
	b.b_rss = (int64_t)resident * sysconf(_SC_PAGESIZE);
	if (error != 0 || write(BOOT_FD, &b, sizeof(b)) != (ssize_t)sizeof(b))
		return 1;
	_exit(0);
}
