/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* eventfd(2), on both sides: the counter, its ends, sleeping on it. */
#include "sides.h"

#include <stdbool.h>

#include <sys/uio.h>

START_TEST(eventfd_counts)
{
	SIDE();
	const int fd = efd(3, EFD_NONBLOCK);

	put(fd, 4);
	ck_assert_uint_eq(take(fd), 7);
	ck_fails(S->read(fd, &(uint64_t){ 0 }, 8), EAGAIN);
}
END_TEST

START_TEST(eventfd_semaphore_takes_one)
{
	SIDE();
	const int fd = efd(2, EFD_NONBLOCK | EFD_SEMAPHORE);

	ck_assert_uint_eq(take(fd), 1);
	ck_assert_uint_eq(take(fd), 1);
	ck_fails(S->read(fd, &(uint64_t){ 0 }, 8), EAGAIN);
}
END_TEST

START_TEST(eventfd_overflow)
{
	const uint64_t max = UINT64_MAX, top = UINT64_MAX - 1, one = 1;

	SIDE();
	const int fd = efd(0, EFD_NONBLOCK);

	ck_fails(S->write(fd, &max, 8), EINVAL);
	put(fd, top);
	ck_assert_int_eq(polled(fd, POLLIN | POLLOUT), POLLIN);
	ck_fails(S->write(fd, &one, 8), EAGAIN);
	put(fd, 0);
	ck_assert_uint_eq(take(fd), top);
	ck_assert_int_eq(polled(fd, POLLIN | POLLOUT), POLLOUT);
}
END_TEST

START_TEST(eventfd_errors)
{
	char c[16] = { 0 };

	SIDE();
	const int fd = efd(1, EFD_CLOEXEC);

	ck_fails(S->eventfd(0, 1 << 20), EINVAL);
	ck_fails(S->read(fd, c, 7), EINVAL);
	ck_fails(S->write(fd, c, 7), EINVAL);
	ck_fails(S->write(fd, NULL, 8), EFAULT);
	ck_is(S->read(fd, c, 16), 8);
	ck_is(S->fcntl(fd, F_GETFD), FD_CLOEXEC);
	ck_is(S->close(fd), 0);
	ck_fails(S->read(fd, c, 8), EBADF);
}
END_TEST

static void *
writer(void *arg)
{
	const int *const fds = arg;

	put(fds[0], 5);
	return NULL;
}

/* A read waits for a write, a write for a read. */
START_TEST(eventfd_sleeps)
{
	pthread_t t;

	SIDE();
	int fd = efd(0, 0);

	ck_assert_int_eq(pthread_create(&t, NULL, writer, &fd), 0);
	ck_assert_uint_eq(take(fd), 5);
	pthread_join(t, NULL);
	put(fd, UINT64_MAX - 3);
	ck_assert_int_eq(pthread_create(&t, NULL, writer, &fd), 0);
	ck_assert_uint_eq(take(fd), UINT64_MAX - 3);
	pthread_join(t, NULL);
	ck_assert_uint_eq(take(fd), 5);
}
END_TEST

static int tid;

static void *
reader(void *arg)
{
	uint64_t v;

	i_am(&tid);
	return (void *)(intptr_t)(S->read(*(int *)arg, &v, 8) == -1 ? errno : 0);
}

/* Rump's own: a close gets a sleeping reader out.  (The host leaves it asleep.) */
START_TEST(eventfd_close_ends_a_read)
{
	pthread_t t;
	void *error;

	S = &sides[RUMP];
	int fd = efd(0, 0);

	ck_assert_int_eq(pthread_create(&t, NULL, reader, &fd), 0);
	until_asleep(&tid);
	ck_is(S->close(fd), 0);
	pthread_join(t, &error);
	ck_assert_int_eq((intptr_t)error, EBADF);
}
END_TEST

struct caller {
	int fd, tid, error;
	bool writes;
};

/* The write comes in two pieces: one that begins anew takes the same bytes. */
static void *
call(void *arg)
{
	struct caller *const c = arg;
	uint64_t v = 5;
	const struct iovec iov[2] = { { &v, 3 }, { (char *)&v + 3, 5 } };

	i_am(&c->tid);
	errno = 0;
	if (c->writes)
		c->error = rump_sys_writev(c->fd, iov, 2) == 8 ? 0 : errno;
	else
		c->error = rump_sys_read(c->fd, &v, 8) == 8 && v == 1 ? 0 : errno;
	return NULL;
}

/* Two sleep by two descriptors of a file; the one whose descriptor is closed ends, the other goes on. */
START_TEST(eventfd_close_of_a_duplicate)
{
	struct caller c[2] = { 0 };
	pthread_t t[2];

	S = &sides[RUMP];
	c[0].fd = efd(0, _i == 1 ? 0 : EFD_SEMAPHORE);
	c[1].fd = S->dup(c[0].fd);
	if (_i == 1)
		put(c[0].fd, UINT64_MAX - 1);
	for (int i = 0; i < 2; i++) {
		c[i].writes = _i == 1;
		ck_assert_int_eq(pthread_create(&t[i], NULL, call, &c[i]), 0);
		until_asleep(&c[i].tid);
	}
	ck_is(S->close(c[1].fd), 0);
	pthread_join(t[1], NULL);
	ck_assert_int_eq(c[1].error, EBADF);
	until_asleep(&c[0].tid);
	if (_i == 1)
		ck_assert_uint_eq(take(c[0].fd), UINT64_MAX - 1);
	else
		put(c[0].fd, 1);
	pthread_join(t[0], NULL);
	ck_assert_int_eq(c[0].error, 0);
	if (_i == 1)
		ck_assert_uint_eq(take(c[0].fd), 5);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("eventfd");

	both(tc, eventfd_counts);
	both(tc, eventfd_semaphore_takes_one);
	both(tc, eventfd_overflow);
	both(tc, eventfd_errors);
	both(tc, eventfd_sleeps);
	tcase_add_test(tc, eventfd_close_ends_a_read);
	tcase_add_loop_test(tc, eventfd_close_of_a_duplicate, 0, 2);
	return run_suite(tc, "eventfd");
}
