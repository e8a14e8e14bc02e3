/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* kqueue(2): filters, flags, queues in queues and in epoll sets, errors. */
#include "sides.h"

#include <rump/rump_event.h>

static int kq;

static void
kq_setup(void)
{
	setup();
	S = &sides[RUMP];
	kq = rump_sys_kqueue1(O_CLOEXEC);
	ck_assert_int_ge(kq, 0);
}

static int
kev(uintptr_t ident, uint32_t filter, uint32_t flags, uint32_t fflags, int64_t data)
{
	const struct rump_kevent k = { .ident = ident,
		.filter = filter,
		.flags = flags,
		.fflags = fflags,
		.data = data,
		.udata = (void *)(ident + 1) };

	return rump_sys_kevent(kq, &k, 1, NULL, 0, NULL);
}

static struct rump_kevent got;

/* Events that are there at once; the first is in got. */
static int
events(void)
{
	const struct timespec zero = { 0, 0 };
	struct rump_kevent k[8];
	const int n = rump_sys_kevent(kq, NULL, 0, k, 8, &zero);

	got = k[0];
	return n;
}

START_TEST(kqueue_read_write)
{
	const int fd = efd(0, 0);

	ck_is(kev(fd, RUMP_EVFILT_READ, RUMP_EV_ADD, 0, 0), 0);
	ck_is(events(), 0);
	put(fd, 7);
	ck_is(events(), 1);
	ck_assert(got.ident == (uintptr_t)fd && got.filter == RUMP_EVFILT_READ && got.data == 7 &&
	    got.udata == (void *)((uintptr_t)fd + 1));
	ck_is(events(), 1);
	ck_is(kev(fd, RUMP_EVFILT_WRITE, RUMP_EV_ADD, 0, 0), 0);
	ck_is(events(), 2);
	ck_is(kev(fd, RUMP_EVFILT_WRITE, RUMP_EV_DELETE, 0, 0), 0);
	ck_is(kev(fd, RUMP_EVFILT_READ, RUMP_EV_DISABLE, 0, 0), 0);
	ck_is(events(), 0);
	ck_is(kev(fd, RUMP_EVFILT_READ, RUMP_EV_ENABLE, 0, 0), 0);
	ck_is(events(), 1);
	(void)take(fd);
	ck_is(events(), 0);
	put(fd, 1);
	ck_is(S->close(fd), 0);
	ck_is(events(), 0);
	ck_is(efd(1, 0), fd);
	ck_fails(kev(fd, RUMP_EVFILT_READ, RUMP_EV_DELETE, 0, 0), ENOENT);
}
END_TEST

START_TEST(kqueue_clear_oneshot_dispatch)
{
	const int fd = efd(1, 0);

	ck_is(kev(fd, RUMP_EVFILT_READ, RUMP_EV_ADD | RUMP_EV_CLEAR, 0, 0), 0);
	ck_is(events(), 1);
	ck_is(events(), 0);
	put(fd, 1);
	ck_is(events(), 1);
	ck_is(kev(fd, RUMP_EVFILT_READ, RUMP_EV_DELETE, 0, 0), 0);
	ck_is(kev(fd, RUMP_EVFILT_READ, RUMP_EV_ADD | RUMP_EV_ONESHOT, 0, 0), 0);
	ck_is(events(), 1);
	ck_is(events(), 0);
	ck_fails(kev(fd, RUMP_EVFILT_READ, RUMP_EV_DELETE, 0, 0), ENOENT);
	ck_is(kev(fd, RUMP_EVFILT_READ, RUMP_EV_ADD | RUMP_EV_DISPATCH, 0, 0), 0);
	ck_is(events(), 1);
	ck_is(events(), 0);
	ck_is(kev(fd, RUMP_EVFILT_READ, RUMP_EV_ENABLE, 0, 0), 0);
	ck_is(events(), 1);
}
END_TEST

START_TEST(kqueue_user)
{
	ck_is(kev(5, RUMP_EVFILT_USER, RUMP_EV_ADD | RUMP_EV_CLEAR, RUMP_NOTE_FFCOPY | 3, 0), 0);
	ck_is(events(), 0);
	ck_is(kev(5, RUMP_EVFILT_USER, 0, RUMP_NOTE_TRIGGER | RUMP_NOTE_FFOR | 4, 9), 0);
	ck_is(events(), 1);
	ck_assert(got.fflags == 7 && got.data == 9);
	ck_is(events(), 0);
	ck_is(kev(6, RUMP_EVFILT_USER, RUMP_EV_ADD, RUMP_NOTE_TRIGGER | 6, 0), 0);
	ck_is(events(), 1);
	ck_is(kev(6, RUMP_EVFILT_USER, 0, RUMP_NOTE_FFAND | 2, 0), 0);
	ck_is(events(), 1);
	ck_assert_uint_eq(got.fflags, 2);
	ck_is(events(), 1);
}
END_TEST

static const struct {
	uint32_t fflags;
	int64_t data;
} times[] = {
	{ RUMP_NOTE_MSECONDS, 10 },
	{ RUMP_NOTE_USECONDS, 10000 },
	{ RUMP_NOTE_NSECONDS, 10000000 },
};

START_TEST(kqueue_timer)
{
	struct rump_kevent k;
	struct timespec a, b;
	int64_t n = 0;

	rump_sys_clock_gettime(CLOCK_MONOTONIC, &a);
	ck_is(kev(1, RUMP_EVFILT_TIMER, RUMP_EV_ADD, times[_i].fflags, times[_i].data), 0);
	while (n < 3) {
		ck_is(rump_sys_kevent(kq, NULL, 0, &k, 1, NULL), 1);
		ck_assert_int_ge(k.data, 1);
		n += k.data;
	}
	rump_sys_clock_gettime(CLOCK_MONOTONIC, &b);
	ck_assert((b.tv_sec - a.tv_sec) * 1000000000L + b.tv_nsec - a.tv_nsec >= n * 10000000);
	ck_is(kev(1, RUMP_EVFILT_TIMER, RUMP_EV_DELETE, 0, 0), 0);
	ck_is(kev(2, RUMP_EVFILT_TIMER, RUMP_EV_ADD | RUMP_EV_ONESHOT,
		  RUMP_NOTE_SECONDS | RUMP_NOTE_ABSTIME, 1),
	    0); /* long ago */
	ck_is(rump_sys_kevent(kq, NULL, 0, &k, 1, NULL), 1);
	ck_assert(k.ident == 2 && k.data == 1);
	ck_fails(kev(3, RUMP_EVFILT_TIMER, RUMP_EV_ADD, 0, -1), EINVAL);
	ck_fails(kev(3, RUMP_EVFILT_TIMER, RUMP_EV_ADD, 0x8000, 1), EINVAL);
	ck_fails(kev(3, RUMP_EVFILT_TIMER, RUMP_EV_ADD, RUMP_NOTE_SECONDS, INT64_MAX), EINVAL);
}
END_TEST

/* An absolute timer goes by the wall clock, also when that is set. */
START_TEST(kqueue_timer_follows_its_clock)
{
	struct timespec now;
	struct rump_kevent k;

	ck_is(rump_sys_clock_gettime(CLOCK_REALTIME, &now), 0);
	ck_is(kev(1, RUMP_EVFILT_TIMER, RUMP_EV_ADD, RUMP_NOTE_SECONDS | RUMP_NOTE_ABSTIME,
		  now.tv_sec + 3600),
	    0);
	ck_is(events(), 0);
	now.tv_sec += 3601;
	ck_is(rump_sys_clock_settime(CLOCK_REALTIME, &now), 0);
	ck_is(rump_sys_kevent(kq, NULL, 0, &k, 1, NULL), 1);
	ck_assert(k.ident == 1 && k.data == 1);
	ck_is(events(), 0);
}
END_TEST

/* Signals are counted even if nobody takes them. */
START_TEST(kqueue_signal)
{
	ck_assert(signal(SIGUSR1, SIG_IGN) != SIG_ERR && signal(SIGUSR2, SIG_IGN) != SIG_ERR);
	ck_is(kev(SIGUSR1, RUMP_EVFILT_SIGNAL, RUMP_EV_ADD, 0, 0), 0);
	ck_is(events(), 0);
	ck_is(S->kill(S->getpid(), SIGUSR1), 0);
	ck_is(S->kill(S->getpid(), SIGUSR2), 0);
	ck_is(S->kill(S->getpid(), SIGUSR1), 0);
	ck_is(events(), 1);
	ck_assert(got.ident == SIGUSR1 && got.data == 2);
	ck_is(events(), 0);
}
END_TEST

START_TEST(kqueue_proc)
{
	struct rump_kevent k[4];
	const struct timespec zero = { 0, 0 };
	pid_t pid;

	ck_is(kev(1, RUMP_EVFILT_PROC, RUMP_EV_ADD,
		  RUMP_NOTE_FORK | RUMP_NOTE_EXIT | RUMP_NOTE_TRACK, 0),
	    0);
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFFDG), 0);
	pid = rump_sys_getpid();
	ck_fails(rump_sys_kevent(kq, NULL, 0, k, 4, &zero), EBADF); /* not inherited */
	rump_pub_lwproc_releaselwp();
	ck_is(rump_sys_kevent(kq, NULL, 0, k, 4, &zero), 2);
	for (int i = 0; i < 2; i++) {
		if (k[i].ident == 1)
			ck_assert_uint_eq(k[i].fflags, RUMP_NOTE_FORK);
		else {
			ck_assert_uint_eq(k[i].ident, (uintptr_t)pid);
			ck_assert_uint_eq(k[i].fflags, RUMP_NOTE_EXIT | RUMP_NOTE_CHILD);
			ck_assert((k[i].flags & RUMP_EV_EOF) != 0);
		}
	}
	ck_fails(kev((uintptr_t)pid, RUMP_EVFILT_PROC, RUMP_EV_DELETE, 0, 0), ENOENT);
	ck_fails(kev(12345, RUMP_EVFILT_PROC, RUMP_EV_ADD, RUMP_NOTE_EXIT, 0), ESRCH);
	ck_fails(kev(99, RUMP_EVFILT_SIGNAL, RUMP_EV_ADD, 0, 0), EINVAL);
	ck_is(kev(10, RUMP_EVFILT_SIGNAL, RUMP_EV_ADD, 0, 0), 0);
}
END_TEST

START_TEST(kqueue_nested)
{
	const int inner = kq, outer = rump_sys_kqueue(), ep = epfd(), fd = efd(0, 0);
	int d[6];

	ck_is(kev(fd, RUMP_EVFILT_READ, RUMP_EV_ADD, 0, 0), 0);
	kq = outer;
	ck_is(kev(inner, RUMP_EVFILT_READ, RUMP_EV_ADD | RUMP_EV_ONESHOT, 0, 0), 0);
	add(ep, inner, EPOLLIN);
	ck_assert_int_eq(polled(inner, POLLIN), 0);
	ck_is(events(), 0);
	put(fd, 1);
	ck_assert_int_eq(polled(inner, POLLIN), POLLIN);
	ck_assert_uint_eq(ready(ep), EPOLLIN);
	ck_is(events(), 1);
	ck_assert_uint_eq(got.ident, (uintptr_t)inner);
	ck_is(events(), 0); /* one-shot */
	(void)take(fd);
	ck_assert_uint_eq(ready(ep), 0);
	ck_is(kev(inner, RUMP_EVFILT_READ, RUMP_EV_ADD, 0, 0), 0);
	kq = inner;
	ck_fails(kev(inner, RUMP_EVFILT_READ, RUMP_EV_ADD, 0, 0), ELOOP);
	ck_fails(kev(outer, RUMP_EVFILT_READ, RUMP_EV_ADD, 0, 0), ELOOP);
	ck_fails(kev(ep, RUMP_EVFILT_READ, RUMP_EV_ADD, 0, 0), ELOOP);
	for (int i = 0; i < 6; i++) {
		kq = i == 0 ? inner : d[i - 1];
		d[i] = rump_sys_kqueue();
		if (i < 3)
			ck_is(kev(d[i], RUMP_EVFILT_READ, RUMP_EV_ADD, 0, 0), 0);
		else if (i == 3)
			ck_fails(kev(d[i], RUMP_EVFILT_READ, RUMP_EV_ADD, 0, 0), ELOOP);
	}
	ck_is(S->close(inner), 0);
}
END_TEST

START_TEST(kqueue_receipt_and_errors)
{
	struct rump_kevent k[2] = {
		{ .ident = 99, .filter = RUMP_EVFILT_READ, .flags = RUMP_EV_ADD },
		{ .ident = 5, .filter = RUMP_EVFILT_USER, .flags = RUMP_EV_ADD | RUMP_EV_RECEIPT },
	}, out[4];
	const struct timespec bad = { 0, 1000000000 };
	const int fd = efd(0, 0);

	ck_is(rump_sys_kevent(kq, k, 2, out, 4, NULL), 2);
	ck_assert(out[0].flags == RUMP_EV_ERROR && out[0].data == EBADF && out[0].ident == 99);
	ck_assert(out[1].flags == RUMP_EV_ERROR && out[1].data == 0 && out[1].ident == 5);
	ck_fails(rump_sys_kevent(kq, k, 2, NULL, 0, NULL), EBADF);
	ck_fails(rump_sys_kevent(fd, NULL, 0, out, 1, NULL), EBADF);
	ck_fails(rump_sys_kevent(98, NULL, 0, out, 1, NULL), EBADF);
	ck_fails(rump_sys_kevent(kq, NULL, 1, out, 1, NULL), EFAULT);
	ck_fails(rump_sys_kevent(kq, NULL, 0, out, 1, &bad), EINVAL);
	ck_fails(rump_sys_kevent(kq, NULL, 0, out, SIZE_MAX, NULL), EINVAL);
	ck_fails(rump_sys_kqueue1(1), EINVAL);
	ck_fails(kev(1, 77, RUMP_EV_ADD, 0, 0), EINVAL);
	ck_fails(kev(1, RUMP_EVFILT_AIO, RUMP_EV_ADD, 0, 0), EINVAL);
	ck_fails(kev((uintptr_t)fd, RUMP_EVFILT_VNODE, RUMP_EV_ADD, 0, 0), EINVAL);
	ck_is(kev(1, RUMP_EVFILT_WRITE, RUMP_EV_ADD, 0, 0), 0); /* the console */
	ck_is(events(), 1);
}
END_TEST

static int tid;

static void *
waiter(void *arg)
{
	struct rump_kevent k;

	(void)arg;
	i_am(&tid);
	return (void *)(intptr_t)(rump_sys_kevent(kq, NULL, 0, &k, 1, NULL) == -1 ? errno : 0);
}

START_TEST(kqueue_close_ends_a_wait)
{
	pthread_t t;
	void *error;

	ck_assert_int_eq(pthread_create(&t, NULL, waiter, NULL), 0);
	until_asleep(&tid);
	ck_is(S->close(kq), 0);
	pthread_join(t, &error);
	ck_assert_int_eq((intptr_t)error, EBADF);
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("kqueue");
	TCase *tc = tcase_create("kqueue");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, kq_setup, teardown);
	tcase_add_test(tc, kqueue_read_write);
	tcase_add_test(tc, kqueue_clear_oneshot_dispatch);
	tcase_add_test(tc, kqueue_user);
	tcase_add_loop_test(tc, kqueue_timer, 0, 3);
	tcase_add_test(tc, kqueue_timer_follows_its_clock);
	tcase_add_test(tc, kqueue_signal);
	tcase_add_test(tc, kqueue_proc);
	tcase_add_test(tc, kqueue_nested);
	tcase_add_test(tc, kqueue_receipt_and_errors);
	tcase_add_test(tc, kqueue_close_ends_a_wait);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
