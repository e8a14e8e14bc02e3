/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * oldq(4), a driver that knows no locks, under eight threads: every record arrives once, counters that are not atomic
 * are exact, and no entry point was called without KERNEL_LOCK.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "oldstyle.h"

#define LB_HALT	 0x8 /* RB_HALT */
#define NTHREADS 4   /* of each kind */
#define NRECORDS 2000
#define LAST	 0xff

extern size_t rump_mem_leaks;

static unsigned char seen[NTHREADS][NRECORDS]; /* atomic */

static void
boot(void)
{
	ck_assert_int_eq(rump_init(), 0);
}

static void
halt(void)
{
	ck_assert_int_eq(rump_sys_reboot(LB_HALT, NULL), 0);
	ck_assert_uint_eq(rump_mem_leaks, 0);
}

static int
oldq_open(int flags)
{
	const int fd = rump_sys_open("/dev/oldq", O_RDWR | flags);

	ck_assert_int_ge(fd, 0);
	return fd;
}

static void *
writer(void *arg)
{
	const unsigned char me = (unsigned char)(uintptr_t)arg;
	const int fd = oldq_open(0);

	for (int i = 0; i < NRECORDS; i++) {
		const unsigned char record[3] = { me, (unsigned char)i, (unsigned char)(i >> 8) };

		ck_assert_int_eq(rump_sys_write(fd, record, sizeof(record)), sizeof(record));
	}
	rump_sys_close(fd);
	return NULL;
}

static void *
reader(void *arg)
{
	const int fd = oldq_open(0);
	unsigned char record[OLDQ_MAXRECORD];
	unsigned long sum = 0;

	for (;;) {
		const ssize_t n = rump_sys_read(fd, record, sizeof(record));

		if (n == 1 && record[0] == LAST)
			break;
		ck_assert_int_eq(n, 3);
		ck_assert_uint_lt(record[0], NTHREADS);
		const unsigned i = record[1] | (unsigned)record[2] << 8;

		ck_assert_uint_lt(i, NRECORDS);
		ck_assert_uint_eq(__atomic_fetch_add(&seen[record[0]][i], 1, __ATOMIC_RELAXED), 0);
		sum += record[0] + record[1] + record[2];
	}
	rump_sys_close(fd);
	*(unsigned long *)arg = sum;
	return NULL;
}

START_TEST(oldstyle_eight_threads)
{
	static const unsigned char last = LAST;
	pthread_t w[NTHREADS], r[NTHREADS];
	unsigned long sums[NTHREADS], sum = (unsigned long)LAST * NTHREADS;
	struct oldq_stats st;
	const int fd = oldq_open(0);

	for (uintptr_t i = 0; i < NTHREADS; i++) {
		ck_assert_int_eq(pthread_create(&r[i], NULL, reader, &sums[i]), 0);
		ck_assert_int_eq(pthread_create(&w[i], NULL, writer, (void *)i), 0);
	}
	for (int i = 0; i < NTHREADS; i++)
		ck_assert_int_eq(pthread_join(w[i], NULL), 0);
	for (int i = 0; i < NTHREADS; i++)
		ck_assert_int_eq(rump_sys_write(fd, &last, 1), 1);
	for (int i = 0; i < NTHREADS; i++) {
		ck_assert_int_eq(pthread_join(r[i], NULL), 0);
		sum += sums[i];
	}
	ck_assert_int_eq(rump_sys_ioctl(fd, OLDQ_STATS, &st), 0);
	ck_assert_uint_eq(st.oq_unlocked, 0);
	ck_assert_uint_eq(st.oq_in, NTHREADS * NRECORDS + NTHREADS);
	ck_assert_uint_eq(st.oq_out, st.oq_in);
	ck_assert_uint_eq(st.oq_queued, 0);
	ck_assert_uint_eq(st.oq_sum, sum);
	rump_sys_close(fd);
}
END_TEST

START_TEST(oldstyle_calls)
{
	static const char big[OLDQ_MAXRECORD + 1];
	struct oldq_stats before, st;
	const int fd = oldq_open(O_NONBLOCK);
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char c;

	ck_assert_int_eq(rump_sys_read(fd, &c, 1), -1);
	ck_assert_int_eq(errno, EAGAIN);
	ck_assert_int_eq(rump_sys_write(fd, big, sizeof(big)), -1);
	ck_assert_int_eq(errno, EMSGSIZE);
	ck_assert_int_eq(rump_sys_poll(&pfd, 1, 0), 0);
	ck_assert_int_eq(rump_sys_write(fd, "x", 1), 1);
	ck_assert_int_eq(rump_sys_poll(&pfd, 1, 0), 1);
	ck_assert_int_eq(rump_sys_read(fd, &c, 1), 1);
	ck_assert_int_eq(c, 'x');
	ck_assert_int_eq(rump_sys_ioctl(fd, OLDQ_STATS, &before), 0);
	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(rump_sys_ioctl(fd, OLDQ_WAITTICK, NULL), 0);
	ck_assert_int_eq(rump_sys_ioctl(fd, OLDQ_STATS, &st), 0);
	ck_assert_uint_ge(st.oq_ticks, before.oq_ticks + 3);
	ck_assert_uint_eq(st.oq_unlocked, 0);
	ck_assert_int_eq(rump_sys_write(fd, "left in the queue", 17), 17);
	rump_sys_close(fd);
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("oldstyle");
	TCase *const tc = tcase_create("oldstyle");
	SRunner *const sr = srunner_create(s);
	int failed;

	tcase_add_checked_fixture(tc, boot, halt);
	tcase_add_test(tc, oldstyle_calls);
	tcase_add_test(tc, oldstyle_eight_threads);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
