/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Drivers that have fo_poll alone, or fo_kqfilter alone, in every way of waiting. */
#include <sys/epoll.h>

#include <check.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>

#include <rump/rump.h>
#include <rump/rump_event.h>
#include <rump/rump_syscalls.h>

int rump_test_eventfile(int kind);
void rump_test_eventfile_set(bool readable);
int rump_test_kfilter(void);

static int fd, ep, kq;

static void
setup(void)
{
	ck_assert_int_eq(rump_init(), 0);
}

static void
teardown(void)
{
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
}

static void
make(int kind, uint32_t events, uint32_t flags)
{
	struct epoll_event ev = { .events = events };
	const struct rump_kevent k = { .filter = RUMP_EVFILT_READ, .flags = RUMP_EV_ADD | flags };
	struct rump_kevent change = k;

	rump_schedule();
	fd = rump_test_eventfile(kind);
	rump_unschedule();
	ep = rump_sys_epoll_create1(0);
	kq = rump_sys_kqueue();
	ck_assert_int_eq(rump_sys_epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev), 0);
	change.ident = (uintptr_t)fd;
	ck_assert_int_eq(rump_sys_kevent(kq, &change, 1, NULL, 0, NULL), 0);
}

static void
set(bool readable)
{
	rump_schedule();
	rump_test_eventfile_set(readable);
	rump_unschedule();
}

static uint32_t
epolled(void)
{
	struct epoll_event ev;

	return rump_sys_epoll_wait(ep, &ev, 1, 0) == 1 ? ev.events : 0;
}

static int
kevents(void)
{
	const struct timespec zero = { 0, 0 };
	struct rump_kevent k;

	return rump_sys_kevent(kq, NULL, 0, &k, 1, &zero);
}

START_TEST(event_driver_with_poll_alone)
{
	struct pollfd p;

	make(0, EPOLLIN, 0);
	p = (struct pollfd){ fd, POLLIN, 0 };
	ck_assert(epolled() == 0 && kevents() == 0 && rump_sys_poll(&p, 1, 0) == 0);
	set(true);
	ck_assert(epolled() == EPOLLIN && kevents() == 1 && rump_sys_poll(&p, 1, 0) == 1);
	ck_assert(epolled() == EPOLLIN && kevents() == 1);
	set(false);
	ck_assert(epolled() == 0 && kevents() == 0);
	set(true);
	ck_assert(epolled() == EPOLLIN && kevents() == 1);
}
END_TEST

/* Readable at first, and so not recorded: the change to come must not be lost. */
START_TEST(event_edge_with_poll_alone)
{
	rump_schedule();
	fd = rump_test_eventfile(0);
	rump_test_eventfile_set(true);
	rump_unschedule();
	ep = rump_sys_epoll_create1(0);
	struct epoll_event ev = { .events = EPOLLIN | EPOLLOUT | EPOLLET };
	ck_assert_int_eq(rump_sys_epoll_ctl(ep, EPOLL_CTL_ADD, fd, &ev), 0);
	ck_assert_uint_eq(epolled(), EPOLLIN | EPOLLOUT);
	set(false);
	(void)epolled();
	set(true);
	ck_assert_uint_eq(epolled() & EPOLLIN, EPOLLIN);
}
END_TEST

START_TEST(event_driver_with_kqfilter_alone)
{
	make(1, EPOLLIN | EPOLLET, RUMP_EV_CLEAR);
	ck_assert(epolled() == 0 && kevents() == 0);
	set(true);
	ck_assert(epolled() == EPOLLIN && kevents() == 1);
	ck_assert(epolled() == 0 && kevents() == 0);
	set(true);
	ck_assert(epolled() == EPOLLIN && kevents() == 1);
	set(false);
	ck_assert(epolled() == 0 && kevents() == 0);
	ck_assert_int_eq(rump_sys_close(fd), 0);
	ck_assert(epolled() == 0 && kevents() == 0);
}
END_TEST

START_TEST(event_filters_of_modules)
{
	rump_schedule();
	const int step = rump_test_kfilter();
	rump_unschedule();
	ck_assert_int_eq(step, 0);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("event");
	TCase *tc = tcase_create("event");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, event_driver_with_poll_alone);
	tcase_add_test(tc, event_edge_with_poll_alone);
	tcase_add_test(tc, event_driver_with_kqfilter_alone);
	tcase_add_test(tc, event_filters_of_modules);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
