/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* timerfd_create(2), on both sides: kinds of times, counts, what a set clock does. */
#include "sides.h"

#define MS 1000000L

static int
tfd(clockid_t clock, int flags)
{
	const int fd = S->timerfd_create(clock, flags);

	ck_assert_int_ge(fd, 0);
	return fd;
}

static struct itimerspec
its(long value_ms, long interval_ms)
{
	return (struct itimerspec){
		.it_value = { value_ms / 1000, value_ms % 1000 * MS },
		.it_interval = { interval_ms / 1000, interval_ms % 1000 * MS },
	};
}

static int64_t
now_ns(clockid_t clock)
{
	struct timespec ts;

	ck_is(S->clock_gettime(clock, &ts), 0);
	return ts.tv_sec * 1000000000L + ts.tv_nsec;
}

static const clockid_t clocks[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_BOOTTIME };

START_TEST(timerfd_once)
{
	SIDE();
	for (int i = 0; i < 3; i++) {
		const struct itimerspec in = its(15, 0), later = its(100000, 0);
		const int64_t start = now_ns(CLOCK_MONOTONIC);
		struct itimerspec left;
		const int fd = tfd(clocks[i], 0);

		ck_is(S->timerfd_settime(fd, 0, &later, NULL), 0);
		ck_is(S->timerfd_gettime(fd, &left), 0);
		ck_assert(left.it_value.tv_sec == 99 ||
		    (left.it_value.tv_sec == 100 && left.it_value.tv_nsec == 0));
		ck_is(S->timerfd_settime(fd, 0, &in, NULL), 0);
		ck_assert_uint_eq(take(fd), 1);
		ck_assert(now_ns(CLOCK_MONOTONIC) - start >= 15 * MS);
		ck_is(S->timerfd_gettime(fd, &left), 0);
		ck_assert(left.it_value.tv_sec == 0 && left.it_value.tv_nsec == 0);
		ck_is(S->close(fd), 0);
	}
}
END_TEST

/* An absolute time in the past with an interval: every multiple since counts. */
START_TEST(timerfd_counts_exactly)
{
	SIDE();
	for (int i = 0; i < 2; i++) {
		const int fd = tfd(clocks[i], TFD_NONBLOCK);
		const int64_t start = now_ns(clocks[i]) - 1000 * MS;
		struct itimerspec in = { .it_interval = { 0, 1000 } };
		int64_t before, after;
		uint64_t n;

		if (start <= 0) /* the clock is younger than that */
			continue;
		in.it_value = (struct timespec){ start / 1000000000L, start % 1000000000L };
		ck_is(S->timerfd_settime(fd, TFD_TIMER_ABSTIME, &in, NULL), 0);
		before = now_ns(clocks[i]);
		n = take(fd);
		after = now_ns(clocks[i]);
		ck_assert_msg((int64_t)n >= 1 + (before - start) / 1000 &&
			(int64_t)n <= 1 + (after - start) / 1000,
		    "%s: %lu expirations", S->name, (unsigned long)n);
	}
}
END_TEST

START_TEST(timerfd_interval_and_disarm)
{
	struct itimerspec in = its(10, 10), old;
	uint64_t n = 0;

	SIDE();
	const int fd = tfd(CLOCK_MONOTONIC, 0);
	const int64_t start = now_ns(CLOCK_MONOTONIC);

	ck_is(S->timerfd_settime(fd, 0, &in, NULL), 0);
	while (n < 4)
		n += take(fd);
	ck_assert(now_ns(CLOCK_MONOTONIC) - start >= (int64_t)n * 10 * MS);
	in = its(0, 0);
	ck_is(S->timerfd_settime(fd, 0, &in, &old), 0);
	ck_assert(old.it_interval.tv_nsec == 10 * MS);
	ck_assert(old.it_value.tv_nsec > 0 && old.it_value.tv_nsec <= 10 * MS);
	ck_is(S->fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	ck_fails(S->read(fd, &n, 8), EAGAIN);
	ck_is(S->timerfd_gettime(fd, &old), 0);
	ck_assert(old.it_value.tv_sec == 0 && old.it_value.tv_nsec == 0);
}
END_TEST

START_TEST(timerfd_is_polled)
{
	const struct itimerspec in = its(10, 0);

	SIDE();
	const int fd = tfd(CLOCK_MONOTONIC, TFD_CLOEXEC), ep = epfd();
	struct pollfd p = { fd, POLLIN, 0 };
	struct epoll_event ev;

	add(ep, fd, EPOLLIN);
	ck_assert_int_eq(polled(fd, POLLIN | POLLOUT), 0);
	ck_is(S->timerfd_settime(fd, 0, &in, NULL), 0);
	ck_is(S->poll(&p, 1, -1), 1);
	ck_is(S->epoll_wait(ep, &ev, 1, -1), 1);
	ck_assert_uint_eq(take(fd), 1);
	ck_assert_uint_eq(ready(ep), 0);
	ck_is(S->timerfd_settime(fd, 0, &in, NULL), 0);
	ck_is(S->epoll_wait(ep, &ev, 1, -1), 1);
}
END_TEST

START_TEST(timerfd_errors)
{
	struct itimerspec in = its(1, 0);
	char c[8];

	SIDE();
	const int fd = tfd(CLOCK_MONOTONIC, 0), other = efd(0, 0);

	ck_fails(S->timerfd_create(77, 0), EINVAL);
	ck_fails(S->timerfd_create(CLOCK_MONOTONIC, 1), EINVAL);
	ck_fails(S->timerfd_settime(fd, 8, &in, NULL), EINVAL);
	ck_fails(S->timerfd_settime(fd, 0, NULL, NULL), EFAULT);
	ck_fails(S->timerfd_settime(99, 0, &in, NULL), EBADF);
	ck_fails(S->timerfd_settime(other, 0, &in, NULL), EINVAL);
	ck_fails(S->timerfd_gettime(99, &in), EBADF);
	ck_fails(S->timerfd_gettime(other, &in), EINVAL);
	in.it_value.tv_nsec = 1000000000;
	ck_fails(S->timerfd_settime(fd, 0, &in, NULL), EINVAL);
	in = its(1, 0);
	in.it_interval.tv_sec = -1;
	ck_fails(S->timerfd_settime(fd, 0, &in, NULL), EINVAL);
	ck_fails(S->read(fd, c, 7), EINVAL);
	ck_fails(S->write(fd, c, 8), EINVAL);
}
END_TEST

/* Rump alone: the host's clock is not ours to set. */
START_TEST(timerfd_clock_set)
{
	struct itimerspec in = { 0 };
	struct timespec ts;
	uint64_t n;

	S = &sides[RUMP];
	const int cancel = tfd(CLOCK_REALTIME, TFD_NONBLOCK), plain = tfd(CLOCK_REALTIME, 0);

	rump_sys_clock_gettime(CLOCK_REALTIME, &ts);
	ts.tv_sec += 3600;
	in.it_value = ts;
	ck_is(
	    S->timerfd_settime(cancel, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &in, NULL), 0);
	ck_is(S->timerfd_settime(plain, TFD_TIMER_ABSTIME, &in, NULL), 0);
	ck_fails(S->read(cancel, &n, 8), EAGAIN);
	ts.tv_sec += 10;
	ck_is(rump_sys_clock_settime(CLOCK_REALTIME, &ts), 0);
	ck_assert_int_eq(polled(cancel, POLLIN), POLLIN);
	ck_fails(S->read(cancel, &n, 8), ECANCELED);
	ck_assert_uint_eq(take(plain), 1);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("timerfd");

	both(tc, timerfd_once);
	both(tc, timerfd_counts_exactly);
	both(tc, timerfd_interval_and_disarm);
	both(tc, timerfd_is_polled);
	both(tc, timerfd_errors);
	tcase_add_test(tc, timerfd_clock_set);
	return run_suite(tc, "timerfd");
}
