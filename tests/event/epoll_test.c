/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* epoll(7), on both sides: triggers, keys, nesting, errors. */
#include "sides.h"

START_TEST(epoll_level)
{
	SIDE();
	const int ep = epfd(), fd = efd(0, 0);

	add(ep, fd, EPOLLIN);
	ck_assert_uint_eq(ready(ep), 0);
	put(fd, 1);
	ck_assert_uint_eq(ready(ep), EPOLLIN);
	ck_assert_uint_eq(ready(ep), EPOLLIN);
	(void)take(fd);
	ck_assert_uint_eq(ready(ep), 0);
	ck_is(ctl(ep, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLOUT, 0), 0);
	ck_assert_uint_eq(ready(ep), EPOLLOUT);
	put(fd, 1);
	ck_assert_uint_eq(ready(ep), EPOLLIN | EPOLLOUT);
	ck_is(S->epoll_ctl(ep, EPOLL_CTL_DEL, fd, NULL), 0);
	ck_assert_uint_eq(ready(ep), 0);
}
END_TEST

/* Each write is an edge, read or not; nothing else is. */
START_TEST(epoll_edge)
{
	SIDE();
	const int ep = epfd(), fd = efd(1, 0);

	add(ep, fd, EPOLLIN | EPOLLET);
	ck_assert_uint_eq(ready(ep), EPOLLIN);
	ck_assert_uint_eq(ready(ep), 0);
	put(fd, 1);
	ck_assert_uint_eq(ready(ep), EPOLLIN);
	ck_assert_uint_eq(ready(ep), 0);
	(void)take(fd);
	ck_assert_uint_eq(ready(ep), 0);
	put(fd, 1);
	ck_assert_uint_eq(ready(ep), EPOLLIN);
	ck_is(ctl(ep, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLET, 0), 0);
	ck_assert_uint_eq(ready(ep), EPOLLIN);
	ck_assert_uint_eq(ready(ep), 0);
}
END_TEST

/* Both directions are watched although one is ready from the start. */
START_TEST(epoll_edge_of_both)
{
	SIDE();
	const int ep = epfd(), fd = efd(0, 0);

	add(ep, fd, EPOLLIN | EPOLLOUT | EPOLLET);
	ck_assert_uint_eq(ready(ep), EPOLLOUT);
	ck_assert_uint_eq(ready(ep), 0);
	put(fd, 1);
	ck_assert_uint_eq(ready(ep), EPOLLIN | EPOLLOUT);
	ck_assert_uint_eq(ready(ep), 0);
	(void)take(fd);
	ck_assert_uint_eq(ready(ep), EPOLLOUT);
	ck_assert_uint_eq(ready(ep), 0);
}
END_TEST

START_TEST(epoll_oneshot)
{
	SIDE();
	const int ep = epfd(), fd = efd(1, 0);

	add(ep, fd, EPOLLIN | EPOLLONESHOT);
	ck_assert_uint_eq(ready(ep), EPOLLIN);
	put(fd, 1);
	ck_assert_uint_eq(ready(ep), 0);
	ck_is(ctl(ep, EPOLL_CTL_MOD, fd, EPOLLIN | EPOLLONESHOT, 0), 0);
	ck_assert_uint_eq(ready(ep), EPOLLIN);
	ck_assert_uint_eq(ready(ep), 0);
}
END_TEST

/* (descriptor, file) is the key; an item goes with the file. */
START_TEST(epoll_duplicates)
{
	struct epoll_event ev[4];

	SIDE();
	const int ep = epfd(), fd = efd(1, 0), dup = S->dup(fd);

	add(ep, fd, EPOLLIN);
	ck_fails(ctl(ep, EPOLL_CTL_ADD, fd, EPOLLIN, 0), EEXIST);
	ck_fails(ctl(ep, EPOLL_CTL_MOD, dup, EPOLLIN, 0), ENOENT);
	add(ep, dup, EPOLLIN);
	ck_is(S->epoll_wait(ep, ev, 4, 0), 2);
	ck_is(S->close(fd), 0);
	ck_is(S->epoll_wait(ep, ev, 4, 0), 2);
	ck_fails(ctl(ep, EPOLL_CTL_DEL, fd, 0, 0), EBADF);
	ck_is(S->close(dup), 0);
	ck_is(S->epoll_wait(ep, ev, 4, 0), 0);
	ck_is(efd(1, 0), fd);
	add(ep, fd, EPOLLIN);
	ck_is(S->epoll_wait(ep, ev, 4, 0), 1);
}
END_TEST

START_TEST(epoll_order_and_max)
{
	struct epoll_event ev[8];
	int fds[5], seen = 0;

	SIDE();
	const int ep = epfd();

	for (int i = 0; i < 5; i++) {
		fds[i] = efd(1, 0);
		ck_is(ctl(ep, EPOLL_CTL_ADD, fds[i], EPOLLIN, (uint64_t)i), 0);
	}
	/* Level-triggered ones take turns: nobody starves behind max. */
	for (int k = 0; k < 5; k++) {
		ck_is(S->epoll_wait(ep, ev, 2, 0), 2);
		seen |= 1 << ev[0].data.u64 | 1 << ev[1].data.u64;
	}
	ck_assert_int_eq(seen, 31);
	ck_is(S->epoll_wait(ep, ev, 8, 0), 5);
}
END_TEST

START_TEST(epoll_nested)
{
	struct epoll_event ev;

	SIDE();
	const int outer = epfd(), inner = epfd(), fd = efd(0, 0);

	add(outer, inner, EPOLLIN);
	add(inner, fd, EPOLLIN);
	ck_assert_uint_eq(ready(outer), 0);
	ck_assert_int_eq(polled(inner, POLLIN), 0);
	put(fd, 1);
	ck_is(S->epoll_wait(outer, &ev, 1, -1), 1);
	ck_assert_int_eq(ev.data.fd, inner);
	ck_assert_int_eq(polled(outer, POLLIN), POLLIN);
	/* What was queued within and holds no more is not told of outside. */
	(void)take(fd);
	ck_assert_uint_eq(ready(outer), 0);
	ck_assert_int_eq(polled(inner, POLLIN), 0);
	put(fd, 1);
	ck_assert_uint_eq(ready(outer), EPOLLIN);
	ck_is(S->close(inner), 0);
	ck_assert_uint_eq(ready(outer), 0);
}
END_TEST

START_TEST(epoll_circles)
{
	int e[8];

	SIDE();
	for (int i = 0; i < 8; i++)
		e[i] = epfd();
	ck_fails(ctl(e[0], EPOLL_CTL_ADD, e[0], EPOLLIN, 0), EINVAL);
	add(e[0], e[1], EPOLLIN);
	ck_fails(ctl(e[1], EPOLL_CTL_ADD, e[0], EPOLLIN, 0), ELOOP);
	add(e[1], e[2], EPOLLIN);
	ck_fails(ctl(e[2], EPOLL_CTL_ADD, e[0], EPOLLIN, 0), ELOOP);
	/* Five of them, one within the other; not six. */
	add(e[2], e[3], EPOLLIN);
	add(e[3], e[4], EPOLLIN);
	ck_fails(ctl(e[5], EPOLL_CTL_ADD, e[0], EPOLLIN, 0), ELOOP);
}
END_TEST

START_TEST(epoll_exclusive)
{
	struct epoll_event ev;

	SIDE();
	const int a = epfd(), b = epfd(), fd = efd(0, 0);

	add(a, fd, EPOLLIN | EPOLLEXCLUSIVE);
	add(b, fd, EPOLLIN | EPOLLEXCLUSIVE);
	ck_fails(ctl(a, EPOLL_CTL_MOD, fd, EPOLLIN, 0), EINVAL);
	ck_fails(ctl(a, EPOLL_CTL_ADD, b, EPOLLIN | EPOLLEXCLUSIVE, 0), EINVAL);
	ck_fails(
	    ctl(a, EPOLL_CTL_ADD, efd(0, 0), EPOLLIN | EPOLLONESHOT | EPOLLEXCLUSIVE, 0), EINVAL);
	put(fd, 1);
	/* Nobody slept, so both have it. */
	ck_is(S->epoll_wait(a, &ev, 1, 0), 1);
	ck_is(S->epoll_wait(b, &ev, 1, 0), 1);
}
END_TEST

START_TEST(epoll_errors)
{
	struct epoll_event ev[2] = { { 0 } };

	SIDE();
	const int ep = epfd(), fd = efd(1, 0);

	ck_fails(S->epoll_create1(1), EINVAL);
	ck_fails(S->epoll_ctl(ep, EPOLL_CTL_ADD, fd, NULL), EFAULT);
	ck_fails(S->epoll_ctl(ep, 17, fd, ev), EINVAL);
	ck_fails(S->epoll_ctl(99, EPOLL_CTL_ADD, fd, ev), EBADF);
	ck_fails(S->epoll_ctl(ep, EPOLL_CTL_ADD, 99, ev), EBADF);
	ck_fails(S->epoll_ctl(fd, EPOLL_CTL_ADD, ep, ev), EINVAL);
	ck_fails(S->epoll_ctl(ep, EPOLL_CTL_DEL, fd, NULL), ENOENT);
	ck_fails(S->epoll_ctl(ep, EPOLL_CTL_MOD, fd, ev), ENOENT);
	ck_fails(S->epoll_wait(ep, ev, 0, 0), EINVAL);
	ck_fails(S->epoll_wait(ep, ev, -1, 0), EINVAL);
	ck_fails(S->epoll_wait(fd, ev, 1, 0), EINVAL);
	ck_fails(S->epoll_wait(99, ev, 1, 0), EBADF);
	add(ep, fd, EPOLLIN);
	ck_fails(S->epoll_wait(ep, NULL, 1, 0), EFAULT);
	ck_fails(S->read(ep, ev, sizeof(ev)), EINVAL);
}
END_TEST

static void *
kick(void *arg)
{
	put(*(int *)arg, 1);
	return NULL;
}

START_TEST(epoll_sleeps)
{
	const sigset_t none = { 0 };
	struct epoll_event ev;
	struct timespec a, b;
	pthread_t t;

	SIDE();
	const int ep = epfd();
	int fd = efd(0, 0);

	add(ep, fd, EPOLLIN);
	clock_gettime(CLOCK_MONOTONIC, &a);
	ck_is(S->epoll_wait(ep, &ev, 1, 12), 0);
	clock_gettime(CLOCK_MONOTONIC, &b);
	ck_assert((b.tv_sec - a.tv_sec) * 1000000000L + b.tv_nsec - a.tv_nsec >= 12000000);
	for (int i = 0; i < 50; i++) {
		ck_assert_int_eq(pthread_create(&t, NULL, kick, &fd), 0);
		ck_is(S->epoll_pwait(ep, &ev, 1, -1, &none), 1);
		ck_assert_uint_eq(take(fd), 1);
		pthread_join(t, NULL);
	}
}
END_TEST

#define NMANY 1000

START_TEST(epoll_many)
{
	static struct epoll_event ev[NMANY];
	static int fds[NMANY];
	uint64_t sum = 0;

	SIDE();
	const int ep = epfd();

	for (int i = 0; i < NMANY; i++) {
		fds[i] = efd(0, 0);
		ck_is(ctl(ep, EPOLL_CTL_ADD, fds[i], EPOLLIN, (uint64_t)i), 0);
	}
	for (int i = 0; i < NMANY; i += 100)
		put(fds[i], 1);
	ck_is(S->epoll_wait(ep, ev, NMANY, 0), 10);
	for (int i = 0; i < 10; i++)
		sum += ev[i].data.u64;
	ck_assert_uint_eq(sum, 4500);
	for (int i = 0; i < NMANY; i += 2)
		ck_is(S->close(fds[i]), 0);
	ck_is(S->epoll_wait(ep, ev, NMANY, 0), 0);
	for (int i = 1; i < NMANY; i += 2)
		put(fds[i], 1);
	ck_is(S->epoll_wait(ep, ev, NMANY, 0), NMANY / 2);
	/* The set first, the files after it. */
	ck_is(S->close(ep), 0);
	for (int i = 1; i < NMANY; i += 2)
		ck_is(S->close(fds[i]), 0);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("epoll");

	both(tc, epoll_level);
	both(tc, epoll_edge);
	both(tc, epoll_edge_of_both);
	both(tc, epoll_oneshot);
	both(tc, epoll_duplicates);
	both(tc, epoll_order_and_max);
	both(tc, epoll_nested);
	both(tc, epoll_circles);
	both(tc, epoll_exclusive);
	both(tc, epoll_errors);
	both(tc, epoll_sleeps);
	both(tc, epoll_many);
	return run_suite(tc, "epoll");
}
