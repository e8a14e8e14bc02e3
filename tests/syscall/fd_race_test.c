/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Eight threads at the same descriptors of process 1: lookups against close, dup2 and a growing
 * table.  What must hold: no crash, no descriptor lost, and every error is EBADF, or EBUSY from dup2
 * onto a number that another dup2 has just taken.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>

#include "testlib.h"

#define NTHREADS 8
#define NFDS	 6 /* the numbers fought over, from 3 */
#define ROUNDS	 20000

static atomic_int unexpected;

/* A call may fail because another thread closed the number first. */
static void
check(long ret)
{
	if (ret == -1 && errno != EBADF && errno != EBUSY)
		atomic_store(&unexpected, errno);
}

static void *
fight(void *arg)
{
	unsigned int seed = (unsigned int)(uintptr_t)arg;
	char c;

	for (int i = 0; i < ROUNDS; i++) {
		const int fd = 3 + rand_r(&seed) % NFDS;

		switch (rand_r(&seed) % 8) {
		case 0:
			check(rump_sys_close(fd));
			break;
		case 1:
			check(rump_sys_dup2(0, fd));
			break;
		case 2:
			check(rump_sys_dup2(fd, 3 + rand_r(&seed) % NFDS));
			break;
		case 3:
			check(rump_sys_fcntl(fd, F_GETFL));
			break;
		default:
			check(rump_sys_read(fd, &c, 1));
			break;
		}
	}
	return NULL;
}

START_TEST(fd_race_close_dup2_read)
{
	pthread_t t[NTHREADS];

	atomic_store(&unexpected, 0);
	for (uintptr_t i = 0; i < NTHREADS; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, fight, (void *)(i + 1)), 0);
	for (int i = 0; i < NTHREADS; i++)
		pthread_join(t[i], NULL);
	ck_assert_int_eq(atomic_load(&unexpected), 0);
	/* All numbers are usable afterwards. */
	for (int fd = 3; fd < 3 + NFDS; fd++) {
		ck_assert_int_eq(rump_sys_dup2(0, fd), fd);
		ck_succeeds(rump_sys_close(fd));
	}
	ck_assert_int_eq(rump_sys_dup(0), 3);
}
END_TEST

static void *
grow(void *arg)
{
	int fds[500];

	for (int round = 0; round < 4; round++) {
		for (int i = 0; i < 500; i++) {
			fds[i] = rump_sys_dup(0);
			if (fds[i] == -1)
				atomic_store(&unexpected, errno);
		}
		for (int i = 0; i < 500; i++)
			if (rump_sys_close(fds[i]) == -1)
				atomic_store(&unexpected, errno);
	}
	return NULL;
}

START_TEST(fd_race_no_number_is_given_twice_or_lost)
{
	const struct rlimit lim = { 8192, 8192 };
	pthread_t t[NTHREADS];

	ck_succeeds(rump_sys_setrlimit(RLIMIT_NOFILE, &lim));

	atomic_store(&unexpected, 0);
	for (int i = 0; i < NTHREADS; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, grow, NULL), 0);
	for (int i = 0; i < NTHREADS; i++)
		pthread_join(t[i], NULL);
	/* A number given twice would have been closed twice. */
	ck_assert_int_eq(atomic_load(&unexpected), 0);
	ck_assert_int_eq(rump_sys_dup(0), 3);
}
END_TEST

static void *
look(void *arg)
{
	for (int i = 0; i < 300000; i++)
		if (rump_sys_fcntl(3, F_GETFD) == -1)
			atomic_store(&unexpected, errno);
	return NULL;
}

/* A count lost would have close wait for ever, or find less than nothing. */
START_TEST(fd_race_no_lookup_goes_uncounted)
{
	pthread_t t[NTHREADS];

	atomic_store(&unexpected, 0);
	ck_assert_int_eq(rump_sys_dup(0), 3);
	for (int i = 0; i < NTHREADS; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, look, NULL), 0);
	for (int i = 0; i < NTHREADS; i++)
		pthread_join(t[i], NULL);
	ck_assert_int_eq(atomic_load(&unexpected), 0);
	ck_succeeds(rump_sys_close(3));
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("fd_race");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, fd_race_close_dup2_read);
	tcase_add_test(tc, fd_race_no_number_is_given_twice_or_lost);
	tcase_add_test(tc, fd_race_no_lookup_goes_uncounted);
	return run_suite(tc, "fd_race");
}
