/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Pipes, ours and the host's; and what a wake-up costs beside a bare one.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include <sys/syscall.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "bench.h"

struct calls {
	int (*pipe2)(int *, int);
	ssize_t (*read)(int, void *, size_t);
	ssize_t (*write)(int, const void *, size_t);
	int (*close)(int);
};
static const struct calls ours = { rump_sys_pipe2, rump_sys_read, rump_sys_write, rump_sys_close };
static const struct calls hosts = { pipe2, read, write, close };

#define STREAM 65536
static char buf[2][STREAM];

/* ---- One thread ---- */

struct one {
	const struct calls *c;
	size_t len;
	int p[2];
};

static void
one_n(void *arg, unsigned long n)
{
	const struct one *const o = arg;

	while (n-- > 0) {
		(void)!o->c->write(o->p[1], buf[0], o->len);
		(void)!o->c->read(o->p[0], buf[1], o->len);
	}
}

static double
one(const struct calls *c, size_t len)
{
	struct one o = { .c = c, .len = len };
	double ns;

	bench_want(c->pipe2(o.p, 0) == 0, "pipe2");
	ns = bench_ns(one_n, &o);
	(void)c->close(o.p[0]);
	(void)c->close(o.p[1]);
	return ns;
}

static double
rump_one(void *arg)
{
	return one(&ours, *(size_t *)arg);
}

static double
host_one(void *arg)
{
	return one(&hosts, *(size_t *)arg);
}

/* ---- Two threads, there and back ---- */

struct pong {
	const struct calls *c;
	int there[2], back[2];
};

static void *
ponger(void *arg)
{
	const struct pong *const g = arg;
	char c;

	while (g->c->read(g->there[0], &c, 1) == 1)
		(void)!g->c->write(g->back[1], &c, 1);
	return NULL;
}

static void
ping_n(void *arg, unsigned long n)
{
	const struct pong *const g = arg;
	char c = 0;

	while (n-- > 0) {
		(void)!g->c->write(g->there[1], &c, 1);
		(void)!g->c->read(g->back[0], &c, 1);
	}
}

static double
pingpong(const struct calls *c)
{
	struct pong g = { .c = c };
	pthread_t t;
	double ns;

	bench_want(c->pipe2(g.there, 0) == 0 && c->pipe2(g.back, 0) == 0, "pipe2");
	bench_want(pthread_create(&t, NULL, ponger, &g) == 0, "thread");
	ns = bench_ns(ping_n, &g);
	(void)c->close(g.there[1]);
	(void)pthread_join(t, NULL);
	(void)c->close(g.there[0]);
	(void)c->close(g.back[0]);
	(void)c->close(g.back[1]);
	return ns / 1000;
}

static double
rump_pingpong(void *arg)
{
	(void)arg;
	return pingpong(&ours);
}

static double
host_pingpong(void *arg)
{
	(void)arg;
	return pingpong(&hosts);
}

/* ---- A stream ---- */

#define STREAM_BYTES (256L << 20)

struct stream {
	const struct calls *c;
	int p[2];
};

static void *
streamer(void *arg)
{
	const struct stream *const s = arg;

	for (long n = 0; n < STREAM_BYTES; n += STREAM)
		(void)!s->c->write(s->p[1], buf[0], STREAM);
	(void)s->c->close(s->p[1]);
	return NULL;
}

static double
stream(const struct calls *c)
{
	struct stream s = { .c = c };
	pthread_t t;
	int64_t start;
	long got = 0;
	ssize_t n;

	bench_want(c->pipe2(s.p, 0) == 0, "pipe2");
	start = bench_now();
	bench_want(pthread_create(&t, NULL, streamer, &s) == 0, "thread");
	while ((n = c->read(s.p[0], buf[1], STREAM)) > 0)
		got += n;
	start = bench_now() - start;
	(void)pthread_join(t, NULL);
	bench_want(got == STREAM_BYTES, "the whole stream");
	(void)c->close(s.p[0]);
	return (double)got / (double)start;
}

static double
rump_stream(void *arg)
{
	(void)arg;
	return stream(&ours);
}

static double
host_stream(void *arg)
{
	(void)arg;
	return stream(&hosts);
}

/* ---- Bare futexes, the same there and back ---- */

static _Atomic uint32_t turn;

static void
futex_wait_for(uint32_t value)
{
	uint32_t now;

	while ((now = atomic_load(&turn)) != value && now != 2)
		(void)syscall(SYS_futex, &turn, FUTEX_WAIT_PRIVATE, now, NULL, NULL, 0);
}

static void
futex_pass(uint32_t value)
{
	atomic_store(&turn, value);
	(void)syscall(SYS_futex, &turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void *
futex_ponger(void *arg)
{
	(void)arg;
	for (;;) {
		futex_wait_for(1);
		if (atomic_load(&turn) == 2)
			return NULL;
		futex_pass(0);
	}
}

static void
futex_ping_n(void *arg, unsigned long n)
{
	(void)arg;
	while (n-- > 0) {
		futex_pass(1);
		futex_wait_for(0);
	}
}

static double
host_futex(void *arg)
{
	pthread_t t;
	double ns;

	atomic_store(&turn, 0);
	bench_want(pthread_create(&t, NULL, futex_ponger, NULL) == 0, "thread");
	ns = bench_ns(futex_ping_n, arg);
	futex_pass(2);
	(void)pthread_join(t, NULL);
	return ns / 2000;
}

static double
rump_wake(void *arg)
{
	(void)arg;
	return pingpong(&ours) / 2;
}

static void
rows(void *arg)
{
	size_t sizes[2] = { 1, 4096 };

	(void)arg;
	bench_want(rump_init() == 0, "rump_init");
	bench_run(&(struct bench_row){ .name = "pipe_1b",
	    .unit = "ns",
	    .rump = rump_one,
	    .host = host_one,
	    .arg = &sizes[0],
	    .budget = 1,
	    .of_host = true });
	bench_run(&(struct bench_row){ .name = "pipe_4k",
	    .unit = "ns",
	    .rump = rump_one,
	    .host = host_one,
	    .arg = &sizes[1],
	    .budget = 1,
	    .of_host = true });
	bench_run(&(struct bench_row){ .name = "pipe_pingpong",
	    .unit = "us",
	    .rump = rump_pingpong,
	    .host = host_pingpong,
	    .budget = 1,
	    .of_host = true });
	bench_run(&(struct bench_row){ .name = "pipe_stream",
	    .unit = "GB/s",
	    .rump = rump_stream,
	    .host = host_stream,
	    .budget = 1,
	    .of_host = true });
	/* The same core: nobody can spin for anybody, each wake-up is one of the host's. */
	bench_pin();
	bench_run(&(struct bench_row){ .name = "pipe_pingpong_pinned",
	    .unit = "us",
	    .rump = rump_pingpong,
	    .host = host_pingpong,
	    .budget = 1,
	    .of_host = true });
	bench_unpin();
}

/* A wake-up by a pipe: a write, a read and what lies between, beside a bare futex. */
static void
wakes(void *arg)
{
	(void)arg;
	bench_want(rump_init() == 0, "rump_init");
	bench_run(&(struct bench_row){ .name = "pipe_wake",
	    .unit = "us",
	    .rump = rump_wake,
	    .host = host_futex,
	    .budget = 1.2,
	    .of_host = true });
	bench_pin();
	bench_run(&(struct bench_row){ .name = "pipe_wake_pinned",
	    .unit = "us",
	    .rump = rump_wake,
	    .host = host_futex,
	    .budget = 1.2,
	    .of_host = true });
	bench_unpin();
}

int
main(int argc, char **argv)
{
	bench_init(argc, argv);
	bench_child(rows, NULL);
	bench_child(wakes, NULL);
	return 0;
}
