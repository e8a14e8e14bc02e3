/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Events that cannot be copied out are still to come; and none comes twice in a call. */
#include "sides.h"

#include <rump/rump_event.h>

static const uint32_t ways[] = { EPOLLIN | EPOLLET, EPOLLIN | EPOLLONESHOT, EPOLLIN };

/* _i: a side and a way. */
START_TEST(copy_epoll_fault_loses_nothing)
{
	const uint32_t way = ways[_i / NSIDES];
	struct epoll_event ev[4];

	S = &sides[_i % NSIDES];
	const int ep = epfd(), a = efd(1, 0), b = efd(1, 0);

	add(ep, a, way);
	add(ep, b, way);
	ck_fails(S->epoll_wait(ep, NULL, 4, 0), EFAULT);
	ck_is(S->epoll_wait(ep, ev, 4, 0), 2);
	ck_is(S->epoll_wait(ep, ev, 4, 0), way == EPOLLIN ? 2 : 0);
}
END_TEST

/* An item that holds no more, before one that does. */
START_TEST(copy_epoll_tells_once)
{
	struct epoll_event ev[4];

	SIDE();
	const int ep = epfd(), a = efd(1, 0), b = efd(1, 0);

	add(ep, a, EPOLLIN);
	add(ep, b, EPOLLIN);
	(void)take(a);
	ck_is(S->epoll_wait(ep, ev, 4, 0), 1);
	ck_assert_int_eq(ev[0].data.fd, b);
}
END_TEST

static const struct timespec zero;
static int kq;

static void
change(uintptr_t ident, uint32_t filter, uint32_t flags, uint32_t fflags)
{
	const struct rump_kevent k = {
		.ident = ident, .filter = filter, .flags = flags, .fflags = fflags
	};

	S = &sides[RUMP];
	ck_is(rump_sys_kevent(kq, &k, 1, NULL, 0, NULL), 0);
}

START_TEST(copy_kevent_tells_once)
{
	struct rump_kevent k[4];

	S = &sides[RUMP];
	const int a = efd(1, 0), b = efd(1, 0);
	kq = rump_sys_kqueue();

	change((uintptr_t)a, RUMP_EVFILT_READ, RUMP_EV_ADD, 0);
	change((uintptr_t)b, RUMP_EVFILT_READ, RUMP_EV_ADD, 0);
	(void)take(a);
	ck_is(rump_sys_kevent(kq, NULL, 0, k, 4, &zero), 1);
	ck_assert_uint_eq(k[0].ident, (uintptr_t)b);
}
END_TEST

static const struct {
	const char *name;
	uint32_t filter, flags;
	uint32_t fflags;
	int again; /* events after those that were told of */
} rows[] = {
	{ "cleared", RUMP_EVFILT_READ, RUMP_EV_CLEAR, 0, 0 },
	{ "one-shot", RUMP_EVFILT_READ, RUMP_EV_ONESHOT, 0, 0 },
	{ "dispatched", RUMP_EVFILT_READ, RUMP_EV_DISPATCH, 0, 0 },
	{ "level", RUMP_EVFILT_READ, 0, 0, 1 },
	{ "user, cleared", RUMP_EVFILT_USER, RUMP_EV_CLEAR, 5, 0 },
	{ "user, one-shot", RUMP_EVFILT_USER, RUMP_EV_ONESHOT, 5, 0 },
};

START_TEST(copy_kevent_fault_loses_nothing)
{
	const char *const name = rows[_i].name;
	struct rump_kevent k[4], first;
	uintptr_t ident = 7;

	S = &sides[RUMP];
	kq = rump_sys_kqueue();
	if (rows[_i].filter == RUMP_EVFILT_READ)
		ident = (uintptr_t)efd(9, 0);
	change(ident, rows[_i].filter, RUMP_EV_ADD | rows[_i].flags, rows[_i].fflags);
	if (rows[_i].filter == RUMP_EVFILT_USER)
		change(ident, rows[_i].filter, 0, RUMP_NOTE_TRIGGER);
	ck_fails(rump_sys_kevent(kq, NULL, 0, NULL, 4, &zero), EFAULT);
	ck_is(rump_sys_kevent(kq, NULL, 0, k, 4, &zero), 1);
	first = k[0];
	ck_assert_msg(first.ident == ident && first.fflags == rows[_i].fflags &&
		first.data == (rows[_i].filter == RUMP_EVFILT_READ ? 9 : 0),
	    "%s: fflags %#x, data %lld", name, first.fflags, (long long)first.data);
	ck_is(rump_sys_kevent(kq, NULL, 0, k, 4, &zero), rows[_i].again);
	if ((rows[_i].flags & RUMP_EV_ONESHOT) != 0) {
		const struct rump_kevent gone = {
			.ident = ident, .filter = rows[_i].filter, .flags = RUMP_EV_DELETE
		};

		ck_fails(rump_sys_kevent(kq, &gone, 1, NULL, 0, NULL), ENOENT);
	}
}
END_TEST

/* What was counted is counted on: a signal's knote, a process's. */
START_TEST(copy_kevent_fault_keeps_counts)
{
	struct rump_kevent k[4];

	S = &sides[RUMP];
	kq = rump_sys_kqueue();
	ck_assert(signal(SIGUSR1, SIG_IGN) != SIG_ERR);
	change(SIGUSR1, RUMP_EVFILT_SIGNAL, RUMP_EV_ADD, 0);
	ck_is(S->kill(S->getpid(), SIGUSR1), 0);
	ck_is(S->kill(S->getpid(), SIGUSR1), 0);
	ck_fails(rump_sys_kevent(kq, NULL, 0, NULL, 4, &zero), EFAULT);
	ck_is(S->kill(S->getpid(), SIGUSR1), 0);
	ck_is(rump_sys_kevent(kq, NULL, 0, k, 4, &zero), 1);
	ck_assert_int_eq(k[0].data, 3);
	change(1, RUMP_EVFILT_PROC, RUMP_EV_ADD, RUMP_NOTE_FORK);
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFFDG), 0);
	rump_pub_lwproc_releaselwp();
	ck_fails(rump_sys_kevent(kq, NULL, 0, NULL, 4, &zero), EFAULT);
	ck_is(rump_sys_kevent(kq, NULL, 0, k, 4, &zero), 1);
	ck_assert_uint_eq(k[0].fflags, RUMP_NOTE_FORK);
	change(2, RUMP_EVFILT_TIMER, RUMP_EV_ADD | RUMP_EV_ONESHOT, RUMP_NOTE_ABSTIME);
	ck_fails(rump_sys_kevent(kq, NULL, 0, NULL, 4, NULL), EFAULT);
	ck_is(rump_sys_kevent(kq, NULL, 0, k, 4, &zero), 1);
	ck_assert(k[0].filter == RUMP_EVFILT_TIMER && k[0].data == 1);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("copy");

	tcase_add_loop_test(tc, copy_epoll_fault_loses_nothing, 0, NSIDES * 3);
	both(tc, copy_epoll_tells_once);
	tcase_add_test(tc, copy_kevent_tells_once);
	tcase_add_loop_test(tc, copy_kevent_fault_loses_nothing, 0, 6);
	tcase_add_test(tc, copy_kevent_fault_keeps_counts);
	return run_suite(tc, "copy");
}
