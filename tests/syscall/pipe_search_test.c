/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Readers, writers and a closer of one pipe, in small doses so that a simulated world can try many orders: no
 * wake-up is lost (a lost one is a deadlock), no byte is, and every call ends as it may.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/uio.h>

#include "testlib.h"

#define ROUNDS 6

static int p[2], other;
static atomic_uint got, put, bad;

static void *
reader(void *arg)
{
	const size_t len = (size_t)(uintptr_t)arg;
	char buf[6000];
	long n;

	while ((n = rump_sys_read(p[0], buf, len)) > 0)
		atomic_fetch_add(&got, (unsigned)n);
	if (n != 0)
		atomic_fetch_add(&bad, 1);
	return NULL;
}

static void *
writer(void *arg)
{
	const size_t len = (size_t)(uintptr_t)arg;
	static const char buf[20000];

	for (int i = 0; i < ROUNDS; i++) {
		const long n = rump_sys_write(p[1], buf, len);

		if (n != (long)len)
			atomic_fetch_add(&bad, 1);
		atomic_fetch_add(&put, (unsigned)n);
	}
	return NULL;
}

static void *
resizer(void *arg)
{
	for (int i = 0; i < ROUNDS; i++)
		(void)rump_sys_fcntl(
		    p[1], F_SETPIPE_SZ, (void *)(uintptr_t)(i % 2 == 0 ? 8192 : 4096));
	return NULL;
}

static pthread_t
begin(void *(*fn)(void *), size_t arg)
{
	pthread_t t;

	ck_assert_int_eq(pthread_create(&t, NULL, fn, (void *)(uintptr_t)arg), 0);
	return t;
}

static void
open_small(void)
{
	ck_succeeds(rump_sys_pipe2(p, 0));
	ck_assert_int_eq(rump_sys_fcntl(p[0], F_SETPIPE_SZ, (void *)4096), 4096);
}

/* Sizes of the reads and writes; 4096 is both the pipe and the largest atomic write. */
static const struct {
	size_t r[2], w[3];
} sizes[] = {
	{ { 1000, 1000 }, { 100, 3000, 4096 } },
	{ { 6000, 1 }, { 1, 1, 1 } },
	{ { 6000, 3000 }, { 20000, 20000, 10 } },
	{ { 4096, 700 }, { 4096, 4096, 5000 } },
};

START_TEST(pipe_search_nothing_is_lost)
{
	pthread_t r[2], w[3], z;

	open_small();
	for (int i = 0; i < 2; i++)
		r[i] = begin(reader, sizes[_i].r[i]);
	for (int i = 0; i < 3; i++)
		w[i] = begin(writer, sizes[_i].w[i]);
	z = begin(resizer, 0);
	for (int i = 0; i < 3; i++)
		pthread_join(w[i], NULL);
	pthread_join(z, NULL);
	ck_succeeds(rump_sys_close(p[1]));
	for (int i = 0; i < 2; i++)
		pthread_join(r[i], NULL);
	ck_assert_uint_eq(atomic_load(&bad), 0);
	ck_assert_uint_eq(atomic_load(&got), atomic_load(&put));
	ck_succeeds(rump_sys_close(p[0]));
}
END_TEST

static void *
read_other(void *arg)
{
	char c;
	const long n = rump_sys_read(other, &c, 1);

	if (n == 1)
		atomic_fetch_add(&got, 1);
	else if (errno != EBADF)
		atomic_fetch_add(&bad, 1);
	return NULL;
}

static void *
closer(void *arg)
{
	if (rump_sys_close(other) != 0)
		atomic_fetch_add(&bad, 1);
	return NULL;
}

/* A close ends those on its descriptor; the byte goes to whoever is left, or stays. */
START_TEST(pipe_search_close)
{
	pthread_t t[4];
	char c;

	open_small();
	other = rump_sys_dup(p[0]);
	t[0] = begin(read_other, 0);
	t[1] = begin(read_other, 0);
	t[2] = begin(closer, 0);
	t[3] = begin(writer, 1);
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	ck_assert_uint_eq(atomic_load(&bad), 0);
	for (unsigned n = atomic_load(&got); n < ROUNDS; n++)
		ck_assert_int_eq(rump_sys_read(p[0], &c, 1), 1);
	ck_succeeds(rump_sys_close(p[0]));
	ck_succeeds(rump_sys_close(p[1]));
}
END_TEST

static atomic_bool interrupted; /* the reader's descriptor is closed meanwhile */

/* Numbers in a row, in pieces; a close of the descriptor may end it between two calls. */
static void *
count_reader(void *arg)
{
	unsigned char buf[5000];
	struct iovec iov[2] = { { buf, 70 }, { buf + 70, (size_t)(uintptr_t)arg - 70 } };
	unsigned at = 0;
	long n;

	while ((n = rump_sys_readv(other, iov, 2)) > 0) {
		for (long i = 0; i < n; i++, at++) {
			if (buf[i] != (unsigned char)(at * 7 >> 3))
				atomic_fetch_add(&bad, 1);
		}
		memset(buf, 0xee, sizeof(buf));
		atomic_fetch_add(&got, (unsigned)n);
	}
	if (n != 0 && (errno != EBADF || !atomic_load(&interrupted)))
		atomic_fetch_add(&bad, 1);
	/* The buffer is ours again. */
	memset(buf, 0xee, sizeof(buf));
	for (int i = 0; i < 100; i++)
		(void)rump_sys_getpid();
	for (size_t i = 0; i < sizeof(buf); i++) {
		if (buf[i] != 0xee)
			atomic_fetch_add(&bad, 1);
	}
	return NULL;
}

static void *
count_writer(void *arg)
{
	static const size_t len[] = { 80, 5000, 80, 5000, 1, 3000, 4096, 9000, 80, 12000 };
	unsigned char buf[12000];
	unsigned at = 0;

	for (size_t i = 0; i < sizeof(len) / sizeof(len[0]); i++) {
		for (size_t j = 0; j < len[i]; j++, at++)
			buf[j] = (unsigned char)(at * 7 >> 3);
		if (rump_sys_write(p[1], buf, len[i]) != (long)len[i] && !atomic_load(&interrupted))
			atomic_fetch_add(&bad, 1);
	}
	(void)rump_sys_close(p[1]);
	return arg;
}

/* A reader that sleeps may get its bytes from the writer itself: in order, and never after its call. */
START_TEST(pipe_search_order)
{
	static const size_t len[] = { 71, 1000, 5000 };
	pthread_t t[3];

	open_small();
	other = rump_sys_dup(p[0]);
	t[0] = begin(count_reader, len[_i % 3]);
	t[1] = begin(count_writer, 0);
	if (_i >= 3) {
		atomic_store(&interrupted, true);
		t[2] = begin(closer, 0);
		pthread_join(t[2], NULL);
		pthread_join(t[0], NULL);
		ck_succeeds(rump_sys_close(p[0]));
	} else {
		pthread_join(t[0], NULL);
		ck_assert_uint_eq(atomic_load(&got), 38337);
	}
	pthread_join(t[1], NULL);
	ck_assert_uint_eq(atomic_load(&bad), 0);
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("pipe_search");

	(void)signal(SIGPIPE, SIG_IGN);
	tcase_add_loop_test(
	    tc, pipe_search_nothing_is_lost, 0, (int)(sizeof(sizes) / sizeof(sizes[0])));
	tcase_add_test(tc, pipe_search_close);
	tcase_add_loop_test(tc, pipe_search_order, 0, 6);
	return run_suite(tc, "pipe_search");
}
