/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The buffer cache; the cases are kernel code, buf_ktest.c. */
#include <pthread.h>

#include "../private/testlib.h"
#include "buf_ktest.h"

#define NTHREADS 8
#define NSTEPS	 2000

START_TEST(buf_case)
{
	ck_kernel(rump_test_buf_begin());
	ck_kernel(rump_test_buf_run(_i));
	ck_kernel(rump_test_buf_end());
}
END_TEST

static void *
count(void *arg)
{
	const int thread = (int)(long)arg;

	for (int i = 0; i < 20; i++)
		ck_kernel(rump_test_buf_count(thread * 100 + i, NSTEPS / 20));
	return NULL;
}

static const char *const ncpus[] = { "1", "2", "8" };

START_TEST(buf_threads_add_up)
{
	pthread_t threads[NTHREADS];
	unsigned counted;

	teardown();
	setenv("RUMP_NCPU", ncpus[_i], 1);
	setup();
	ck_kernel(rump_test_buf_begin());
	for (long i = 0; i < NTHREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, count, (void *)i), 0);
	for (int i = 0; i < NTHREADS; i++)
		pthread_join(threads[i], NULL);
	rump_schedule();
	counted = rump_test_buf_counted();
	rump_unschedule();
	ck_assert_uint_eq(counted, NTHREADS * NSTEPS);
	ck_kernel(rump_test_buf_end());
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("buf");
	int ncases = 0;

	while (rump_test_buf_name(ncases) != NULL)
		ncases++;
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, buf_case, 0, ncases);
	tcase_add_loop_test(tc, buf_threads_add_up, 0, COUNT(ncpus));
	return run_suite(tc, "buf");
}
