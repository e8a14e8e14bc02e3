/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* kern.maxevents bounds what the event sets of a user watch, and what ends is given back. */
#include "sides.h"

#include <rump/rump_event.h>
#include <rump/rump_sysctl.h>

#define MAX 100

/* The number of kern.maxevents, which is given out at boot. */
static int
number(void)
{
	struct rump_sysctlnode nodes[64];
	const int query[2] = { RUMP_CTL_KERN, RUMP_CTL_QUERY };
	struct rump_sysctlnode what = { .sysctl_flags = RUMP_SYSCTL_VERSION };
	size_t len = sizeof(nodes);

	ck_is(rump_sys___sysctl(query, 2, nodes, &len, &what, sizeof(what)), 0);
	for (size_t i = 0; i < len / sizeof(nodes[0]); i++)
		if (strcmp(nodes[i].sysctl_name, "maxevents") == 0)
			return nodes[i].sysctl_num;
	ck_abort_msg("there is no kern.maxevents");
}

static void
limit_to(int max)
{
	const int name[2] = { RUMP_CTL_KERN, number() };

	ck_is(rump_sys___sysctl(name, 2, NULL, NULL, &max, sizeof(max)), 0);
}

static int
user_knote(int kq, uintptr_t ident, uint32_t flags)
{
	const struct rump_kevent k = { .ident = ident, .filter = RUMP_EVFILT_USER, .flags = flags };

	return rump_sys_kevent(kq, &k, 1, NULL, 0, NULL);
}

START_TEST(limit_of_knotes)
{
	S = &sides[RUMP];
	limit_to(MAX);
	for (int round = 0; round < 3; round++) {
		const int kq = rump_sys_kqueue(), other = rump_sys_kqueue();

		for (uintptr_t i = 0; i < MAX; i++)
			ck_is(user_knote(kq, i, RUMP_EV_ADD), 0);
		ck_fails(user_knote(kq, MAX, RUMP_EV_ADD), ENOMEM);
		ck_fails(user_knote(other, 0, RUMP_EV_ADD), ENOMEM);
		ck_is(user_knote(kq, 0, RUMP_EV_ADD), 0); /* there already */
		ck_is(user_knote(kq, 0, RUMP_EV_DELETE), 0);
		ck_is(user_knote(other, 0, RUMP_EV_ADD), 0);
		ck_is(S->close(kq), 0);
		ck_is(S->close(other), 0);
	}
}
END_TEST

START_TEST(limit_of_epoll_items)
{
	int fds[MAX + 1];

	S = &sides[RUMP];
	limit_to(MAX);
	for (int round = 0; round < 3; round++) {
		const int ep = epfd(), kq = rump_sys_kqueue();

		for (int i = 0; i <= MAX; i++)
			fds[i] = efd(0, 0);
		for (int i = 0; i < MAX; i++)
			add(ep, fds[i], EPOLLIN);
		ck_fails(ctl(ep, EPOLL_CTL_ADD, fds[MAX], EPOLLIN, 0), ENOSPC);
		ck_fails(user_knote(kq, 0, RUMP_EV_ADD), ENOMEM);
		ck_fails(ctl(ep, EPOLL_CTL_ADD, fds[0], EPOLLIN, 0), EEXIST);
		ck_is(S->close(fds[0]), 0);
		add(ep, fds[MAX], EPOLLIN);
		ck_is(S->close(ep), 0);
		for (int i = 1; i <= MAX; i++)
			ck_is(S->close(fds[i]), 0);
		ck_is(S->close(kq), 0);
	}
}
END_TEST

/* What fails is not counted. */
START_TEST(limit_counts_no_failures)
{
	S = &sides[RUMP];
	limit_to(2);
	const int ep = epfd(), kq = rump_sys_kqueue(), fd = efd(0, 0);
	const struct rump_kevent bad = {
		.ident = (uintptr_t)fd, .filter = RUMP_EVFILT_VNODE, .flags = RUMP_EV_ADD
	};

	add(ep, kq, EPOLLIN);
	for (int i = 0; i < 5; i++) {
		const struct rump_kevent loop = {
			.ident = (uintptr_t)ep, .filter = RUMP_EVFILT_READ, .flags = RUMP_EV_ADD
		};

		ck_fails(rump_sys_kevent(kq, &bad, 1, NULL, 0, NULL), EINVAL);
		ck_fails(rump_sys_kevent(kq, &loop, 1, NULL, 0, NULL), ELOOP);
	}
	add(ep, fd, EPOLLIN);
	limit_to(-1);
	ck_fails(user_knote(kq, 1, RUMP_EV_ADD), ENOMEM);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("limit");

	tcase_add_test(tc, limit_of_knotes);
	tcase_add_test(tc, limit_of_epoll_items);
	tcase_add_test(tc, limit_counts_no_failures);
	return run_suite(tc, "limit");
}
