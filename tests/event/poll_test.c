/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* poll(2) and select(2) that sleep, on both sides. */
#include "sides.h"

static void *
kick(void *arg)
{
	put(*(int *)arg, 1);
	return NULL;
}

START_TEST(poll_sleeps_until_told)
{
	const sigset_t none = { 0 };
	pthread_t t;

	SIDE();
	int a = efd(0, 0), b = efd(0, 0);

	for (int i = 0; i < 50; i++) {
		struct pollfd p[2] = { { a, POLLIN, 0 }, { b, POLLIN, 0 } };
		fd_set in;

		ck_assert_int_eq(pthread_create(&t, NULL, kick, &b), 0);
		if (i % 2 == 0) {
			ck_is(S->ppoll(p, 2, NULL, &none), 1);
			ck_assert(p[0].revents == 0 && p[1].revents == POLLIN);
		} else {
			FD_ZERO(&in);
			FD_SET(a, &in);
			FD_SET(b, &in);
			ck_is(S->pselect(b + 1, &in, NULL, NULL, NULL, &none), 1);
			ck_assert(!FD_ISSET(a, &in) && FD_ISSET(b, &in));
		}
		pthread_join(t, NULL);
		ck_assert_uint_eq(take(b), 1);
	}
}
END_TEST

START_TEST(poll_many)
{
	static struct pollfd p[300];

	SIDE();
	for (int i = 0; i < 300; i++)
		p[i] = (struct pollfd){ .fd = efd(0, 0), .events = POLLIN };
	ck_is(S->poll(p, 300, 5), 0);
	put(p[299].fd, 1);
	ck_is(S->poll(p, 300, -1), 1);
	ck_assert_int_eq(p[299].revents, POLLIN);
}
END_TEST

START_TEST(poll_select_says_what_is_left)
{
	struct timeval tv = { 100, 0 };
	fd_set in;

	SIDE();
	const int fd = efd(1, 0);

	FD_ZERO(&in);
	FD_SET(fd, &in);
	ck_is(S->select(fd + 1, &in, NULL, NULL, &tv), 1);
	ck_assert(tv.tv_sec == 99 || tv.tv_sec == 100);
	tv = (struct timeval){ 0, 3000 };
	(void)take(fd);
	ck_is(S->select(fd + 1, &in, NULL, NULL, &tv), 0);
	ck_assert(tv.tv_sec == 0 && tv.tv_usec == 0);
}
END_TEST

START_TEST(poll_errors)
{
	const struct timespec bad = { 0, 1000000000 }, zero = { 0, 0 };
	struct pollfd p = { 0, POLLIN, 0 };

	SIDE();
	ck_fails(S->ppoll(&p, 1, &bad, NULL), EINVAL);
	ck_fails(S->ppoll(NULL, 1, &zero, NULL), EFAULT);
	ck_fails(S->select(-1, NULL, NULL, NULL, NULL), EINVAL);
	ck_fails(S->pselect(0, NULL, NULL, NULL, &bad, NULL), EINVAL);
}
END_TEST

static volatile sig_atomic_t caught;

static void catch (int signo)
{
	caught++;
}

/* A mask holds during the call: what it lets in ends it at once, what it blocks waits. */
START_TEST(poll_masks)
{
	const struct timespec zero = { 0, 0 };
	sigset_t usr1, none;

	SIDE();
	ck_assert(signal(SIGUSR1, catch) != SIG_ERR);
	sigemptyset(&none);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	ck_is(S->sigprocmask(SIG_BLOCK, &usr1, NULL), 0);
	ck_is(S->kill(S->getpid(), SIGUSR1), 0);
	ck_is(S->ppoll(NULL, 0, &zero, NULL), 0);
	ck_assert_int_eq(caught, 0);
	ck_fails(S->ppoll(NULL, 0, NULL, &none), EINTR);
	ck_assert_int_eq(caught, 1);
	ck_is(S->kill(S->getpid(), SIGUSR1), 0);
	ck_is(S->pselect(0, NULL, NULL, NULL, &zero, &usr1), 0);
	ck_assert_int_eq(caught, 1);
	ck_fails(S->pselect(0, NULL, NULL, NULL, NULL, &none), EINTR);
	ck_assert_int_eq(caught, 2);
}
END_TEST

static int tid;

static void *
poller(void *arg)
{
	struct pollfd p = { *(int *)arg, POLLIN, 0 };

	i_am(&tid);
	return (void *)(intptr_t)(S->poll(&p, 1, -1) == 1 ? p.revents : -1);
}

/* Rump's own: who polls a descriptor that is closed is told so.  (The host does not say.) */
START_TEST(poll_closed)
{
	pthread_t t;
	void *revents;

	S = &sides[RUMP];
	int fd = efd(0, 0);

	ck_assert_int_eq(pthread_create(&t, NULL, poller, &fd), 0);
	until_asleep(&tid);
	ck_is(S->close(fd), 0);
	pthread_join(t, &revents);
	ck_assert_int_eq((intptr_t)revents, POLLNVAL);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("poll");

	both(tc, poll_sleeps_until_told);
	both(tc, poll_many);
	both(tc, poll_select_says_what_is_left);
	both(tc, poll_errors);
	both(tc, poll_masks);
	tcase_add_test(tc, poll_closed);
	return run_suite(tc, "poll");
}
