/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The page cache; the cases are kernel code, page_ktest.c. */
#include <pthread.h>

#include "../private/testlib.h"
#include "page_ktest.h"

#define NTHREADS 8
#define NSTEPS	 1000

START_TEST(page_case)
{
	ck_kernel(rump_test_page_begin());
	ck_kernel(rump_test_page_run(_i));
	ck_kernel(rump_test_page_end());
}
END_TEST

static void *
read_random(void *arg)
{
	const int thread = (int)(long)arg;

	for (int i = 0; i < 20; i++)
		ck_kernel(rump_test_page_read(thread * 100 + i, NSTEPS / 20));
	return NULL;
}

static const char *const ncpus[] = { "1", "2", "8" };

START_TEST(page_threads_read)
{
	pthread_t threads[NTHREADS];

	teardown();
	setenv("RUMP_NCPU", ncpus[_i], 1);
	setup();
	ck_kernel(rump_test_page_begin());
	for (long i = 0; i < NTHREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, read_random, (void *)i), 0);
	for (int i = 0; i < NTHREADS; i++)
		pthread_join(threads[i], NULL);
	ck_kernel(rump_test_page_end());
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("page");
	int ncases = 0;

	while (rump_test_page_name(ncases) != NULL)
		ncases++;
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, page_case, 0, ncases);
	tcase_add_loop_test(tc, page_threads_read, 0, COUNT(ncpus));
	return run_suite(tc, "page");
}
