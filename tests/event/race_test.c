/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Races, for ThreadSanitizer and the checked kernel: closes against waits, changes against
 * notifications, ends against both.
 */
#include "sides.h"

#include <rump/rump_event.h>

#define ROUNDS 400

static int fd, ep, kq;
static int stop;

static void *
notifier(void *arg)
{
	const uint64_t one = 1;
	uint64_t v;

	(void)arg;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		(void)rump_sys_write(fd, &one, 8);
		(void)rump_sys_read(fd, &v, 8);
	}
	return NULL;
}

static void *
harvester(void *arg)
{
	const struct timespec ts = { 0, 1000000 };
	struct rump_kevent k;
	struct epoll_event ev;
	struct pollfd p[2] = { { fd, POLLIN, 0 }, { ep, POLLIN, 0 } };

	(void)arg;
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		(void)rump_sys_epoll_wait(ep, &ev, 1, 1);
		(void)rump_sys_kevent(kq, NULL, 0, &k, 1, &ts);
		(void)rump_sys_poll(p, 2, 1);
	}
	return NULL;
}

static void
churn(int i)
{
	struct epoll_event ev = { .events = i % 2 ? EPOLLIN : EPOLLIN | EPOLLET };
	struct rump_kevent k = { .ident = (uintptr_t)fd,
		.filter = RUMP_EVFILT_READ,
		.flags = i % 3 ? RUMP_EV_ADD : RUMP_EV_ADD | RUMP_EV_ONESHOT };

	(void)rump_sys_epoll_ctl(ep, i % 4 ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, fd, &ev);
	(void)rump_sys_kevent(kq, &k, 1, NULL, 0, NULL);
	ev.events = EPOLLIN;
	(void)rump_sys_epoll_ctl(ep, i % 4 ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, kq, &ev);
	if (i % 5 == 0) {
		/* The file goes, and comes again at the same number. */
		ck_is(rump_sys_close(fd), 0);
		ck_is(rump_sys_eventfd2(0, EFD_NONBLOCK), fd);
	}
	if (i % 7 == 0) {
		ck_is(rump_sys_close(ep), 0);
		ck_is(rump_sys_epoll_create1(0), ep);
	}
	if (i % 11 == 0) {
		ck_is(rump_sys_close(kq), 0);
		ck_is(rump_sys_kqueue(), kq);
	}
}

START_TEST(race_all)
{
	pthread_t t[3];

	S = &sides[RUMP];
	fd = efd(0, EFD_NONBLOCK);
	ep = epfd();
	kq = rump_sys_kqueue();
	pthread_create(&t[0], NULL, notifier, NULL);
	pthread_create(&t[1], NULL, harvester, NULL);
	pthread_create(&t[2], NULL, harvester, NULL);
	for (int i = 0; i < ROUNDS; i++)
		churn(i);
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (int i = 0; i < 3; i++)
		pthread_join(t[i], NULL);
}
END_TEST

#define KINDS	 5
#define SLEEPERS (8 * KINDS)

static int timer, tids[SLEEPERS];

static void *
sleeper(void *arg)
{
	struct rump_kevent k;
	struct epoll_event ev;
	struct pollfd p = { fd, POLLIN, 0 };
	uint64_t v;

	i_am(&tids[(intptr_t)arg]);
	switch ((intptr_t)arg % KINDS) {
	case 0:
		return (void *)(intptr_t)rump_sys_epoll_wait(ep, &ev, 1, -1);
	case 1:
		return (void *)(intptr_t)rump_sys_kevent(kq, NULL, 0, &k, 1, NULL);
	case 2:
		return (void *)(intptr_t)rump_sys_read(fd, &v, 8);
	case 3:
		return (void *)(intptr_t)rump_sys_read(timer, &v, 8);
	default:
		return (void *)(intptr_t)rump_sys_poll(&p, 1, -1);
	}
}

/* A halt gets all of them out, eight of each kind; teardown halts. */
START_TEST(race_halt_with_sleepers)
{
	pthread_t t;

	S = &sides[RUMP];
	fd = efd(0, 0);
	ep = epfd();
	kq = rump_sys_kqueue();
	add(ep, fd, EPOLLIN);
	timer = S->timerfd_create(CLOCK_MONOTONIC, 0);
	for (intptr_t i = 0; i < SLEEPERS; i++) {
		pthread_create(&t, NULL, sleeper, (void *)i);
		pthread_detach(t);
	}
	for (int i = 0; i < SLEEPERS; i++)
		until_asleep(&tids[i]);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("race");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, race_all);
	tcase_add_loop_test(tc, race_halt_with_sleepers, 0, 10);
	return run_suite(tc, "race");
}
