/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* epoll: the price of a wait by what is ready, not by what is watched; and of a wake-up. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "bench.h"

#define READY 10
#define MANY  10000

struct sets {
	int rump;
	int host;
};

static void
rump_wait_n(void *arg, unsigned long n)
{
	const int ep = ((struct sets *)arg)->rump;
	struct epoll_event ev[2 * READY];

	while (n-- > 0)
		bench_want(rump_sys_epoll_wait(ep, ev, 2 * READY, 0) == READY, "rump's epoll_wait");
}

static void
host_wait_n(void *arg, unsigned long n)
{
	const int ep = ((struct sets *)arg)->host;
	struct epoll_event ev[2 * READY];

	while (n-- > 0)
		bench_want(epoll_wait(ep, ev, 2 * READY, 0) == READY, "epoll_wait");
}

static double
rump_wait(void *arg)
{
	return bench_ns(rump_wait_n, arg);
}

static double
host_wait(void *arg)
{
	return bench_ns(host_wait_n, arg);
}

/* A set of n descriptors of which READY are ready, spread over all. */
static struct sets
make(int n)
{
	const struct sets s = { rump_sys_epoll_create1(0), epoll_create1(0) };

	for (int i = 0; i < n; i++) {
		const unsigned v = i % (n / READY) == 0;
		struct epoll_event ev = { .events = EPOLLIN, .data.u32 = (uint32_t)i };
		const int r = rump_sys_eventfd2(v, 0), h = eventfd(v, 0);

		bench_want(r != -1 && h != -1, "eventfd");
		bench_want(rump_sys_epoll_ctl(s.rump, EPOLL_CTL_ADD, r, &ev) == 0, "rump's ctl");
		bench_want(epoll_ctl(s.host, EPOLL_CTL_ADD, h, &ev) == 0, "ctl");
	}
	return s;
}

/* Write, wait, read: what each event of a loop costs besides its work. */
static void
rump_turn_n(void *arg, unsigned long n)
{
	const struct sets *const s = arg;
	struct epoll_event ev;
	uint64_t v = 1;

	while (n-- > 0) {
		(void)rump_sys_write(s[1].rump, &v, 8);
		bench_want(rump_sys_epoll_wait(s[0].rump, &ev, 1, 0) == 1, "rump's epoll_wait");
		(void)rump_sys_read(s[1].rump, &v, 8);
	}
}

static void
host_turn_n(void *arg, unsigned long n)
{
	const struct sets *const s = arg;
	struct epoll_event ev;
	uint64_t v = 1;

	while (n-- > 0) {
		bench_want(write(s[1].host, &v, 8) == 8, "write");
		bench_want(epoll_wait(s[0].host, &ev, 1, 0) == 1, "epoll_wait");
		bench_want(read(s[1].host, &v, 8) == 8, "read");
	}
}

static double
rump_turn(void *arg)
{
	return bench_ns(rump_turn_n, arg);
}

static double
host_turn(void *arg)
{
	return bench_ns(host_turn_n, arg);
}

/* 10,000 descriptors' price over that of 10, with as many ready. */
static double
rump_growth(void *arg)
{
	struct sets *const s = arg;

	return bench_ns(rump_wait_n, &s[0]) / bench_ns(rump_wait_n, &s[1]);
}

static double
host_growth(void *arg)
{
	struct sets *const s = arg;

	return bench_ns(host_wait_n, &s[0]) / bench_ns(host_wait_n, &s[1]);
}

int
main(int argc, char **argv)
{
	struct rlimit lim;
	struct epoll_event ev = { .events = EPOLLIN };
	struct sets s[2], turn[2];

	bench_init(argc, argv);
	bench_want(rump_init() == 0, "rump_init");
	bench_want(getrlimit(RLIMIT_NOFILE, &lim) == 0, "getrlimit");
	lim.rlim_cur = 2 * MANY;
	if (lim.rlim_max < lim.rlim_cur) /* takes privilege */
		lim.rlim_max = lim.rlim_cur;
	bench_want(setrlimit(RLIMIT_NOFILE, &lim) == 0, "setrlimit");
	bench_want(rump_sys_setrlimit(RLIMIT_NOFILE, &lim) == 0, "rump's setrlimit");
	s[0] = make(MANY);
	s[1] = make(READY);
	turn[0] = (struct sets){ rump_sys_epoll_create1(0), epoll_create1(0) };
	turn[1] = (struct sets){ rump_sys_eventfd2(0, 0), eventfd(0, 0) };
	bench_want(rump_sys_epoll_ctl(turn[0].rump, EPOLL_CTL_ADD, turn[1].rump, &ev) == 0, "ctl");
	bench_want(epoll_ctl(turn[0].host, EPOLL_CTL_ADD, turn[1].host, &ev) == 0, "ctl");
	bench_pin();
	bench_run(&(struct bench_row){ .name = "epoll_wait_10_of_10000",
	    .unit = "ns",
	    .rump = rump_wait,
	    .host = host_wait,
	    .arg = &s[0],
	    .budget = 1,
	    .of_host = true });
	bench_run(&(struct bench_row){ .name = "epoll_wait_10_of_10",
	    .unit = "ns",
	    .rump = rump_wait,
	    .host = host_wait,
	    .arg = &s[1] });
	bench_run(&(struct bench_row){ .name = "epoll_growth",
	    .unit = "x",
	    .rump = rump_growth,
	    .host = host_growth,
	    .arg = s,
	    .budget = 1.2 });
	bench_run(&(struct bench_row){ .name = "epoll_turn",
	    .unit = "ns",
	    .rump = rump_turn,
	    .host = host_turn,
	    .arg = turn });
	return 0;
}
