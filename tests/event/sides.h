/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The same test on the host's calls and on rump's: S->call.  Loop tests run with _i 0 (rump) and
 * 1 (host); setup boots a kernel for both, so that the table alone differs.
 */
#ifndef EVENT_SIDES_H
#define EVENT_SIDES_H

#define _GNU_SOURCE /* ppoll */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/timerfd.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

struct side {
	const char *name;
	int (*eventfd)(unsigned int, int);
	ssize_t (*read)(int, void *, size_t);
	ssize_t (*write)(int, const void *, size_t);
	int (*close)(int);
	int (*dup)(int);
	int (*fcntl)(int, int, ...);
	int (*poll)(struct pollfd *, nfds_t, int);
	int (*ppoll)(struct pollfd *, nfds_t, const struct timespec *, const sigset_t *);
	int (*select)(int, fd_set *, fd_set *, fd_set *, struct timeval *);
	int (*pselect)(
	    int, fd_set *, fd_set *, fd_set *, const struct timespec *, const sigset_t *);
	int (*epoll_create1)(int);
	int (*epoll_ctl)(int, int, int, struct epoll_event *);
	int (*epoll_wait)(int, struct epoll_event *, int, int);
	int (*epoll_pwait)(int, struct epoll_event *, int, int, const sigset_t *);
	int (*timerfd_create)(clockid_t, int);
	int (*timerfd_settime)(int, int, const struct itimerspec *, struct itimerspec *);
	int (*timerfd_gettime)(int, struct itimerspec *);
	int (*clock_gettime)(clockid_t, struct timespec *);
	pid_t (*getpid)(void);
	int (*kill)(pid_t, int);
	int (*sigprocmask)(int, const sigset_t *, sigset_t *);
};

enum { RUMP, HOST, NSIDES };

static inline int
rump_poll_nfds(struct pollfd *fds, nfds_t n, int ms)
{
	return rump_sys_poll(fds, (unsigned)n, ms);
}

static inline int
host_eventfd(unsigned int v, int flags)
{
	return eventfd(v, flags);
}

static const struct side sides[NSIDES] = {
	[RUMP] = { "rump", rump_sys_eventfd2, rump_sys_read, rump_sys_write, rump_sys_close,
	    rump_sys_dup, rump_sys_fcntl, rump_poll_nfds, rump_sys_ppoll, rump_sys_select,
	    rump_sys_pselect, rump_sys_epoll_create1, rump_sys_epoll_ctl, rump_sys_epoll_wait,
	    rump_sys_epoll_pwait, rump_sys_timerfd_create, rump_sys_timerfd_settime,
	    rump_sys_timerfd_gettime, rump_sys_clock_gettime, rump_sys_getpid, rump_sys_kill,
	    rump_sys_sigprocmask },
	[HOST] = { "host", host_eventfd, read, write, close, dup, fcntl, poll, ppoll, select,
	    pselect, epoll_create1, epoll_ctl, epoll_wait, epoll_pwait, timerfd_create,
	    timerfd_settime, timerfd_gettime, clock_gettime, getpid, kill, sigprocmask },
};

static const struct side *S;

#define SIDE() (S = &sides[_i])

static inline void
setup(void)
{
	ck_assert_int_eq(rump_init(), 0);
}

static inline void
teardown(void)
{
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
}

#define ck_fails(expr, error)                                                              \
	do {                                                                               \
		errno = 0;                                                                 \
		const long ret_ = (long)(expr);                                            \
		ck_assert_msg(ret_ == -1 && errno == (error),                              \
		    "%s: %s: returned %ld, errno %d, not %s", S->name, #expr, ret_, errno, \
		    #error);                                                               \
	} while (0)

#define ck_is(expr, value)                                                                       \
	do {                                                                                     \
		errno = 0;                                                                       \
		const long ret_ = (long)(expr), want_ = (long)(value);                           \
		ck_assert_msg(ret_ == want_, "%s: %s: returned %ld, errno %d, not %ld", S->name, \
		    #expr, ret_, errno, want_);                                                  \
	} while (0)

static inline int
efd(unsigned v, int flags)
{
	const int fd = S->eventfd(v, flags);

	ck_assert_int_ge(fd, 0);
	return fd;
}

static inline void
put(int fd, uint64_t v)
{
	ck_is(S->write(fd, &v, sizeof(v)), 8);
}

static inline uint64_t
take(int fd)
{
	uint64_t v = 0;

	ck_is(S->read(fd, &v, sizeof(v)), 8);
	return v;
}

static inline int
epfd(void)
{
	const int fd = S->epoll_create1(0);

	ck_assert_int_ge(fd, 0);
	return fd;
}

static inline int
ctl(int ep, int op, int fd, uint32_t events, uint64_t data)
{
	struct epoll_event ev = { .events = events, .data.u64 = data };

	return S->epoll_ctl(ep, op, fd, &ev);
}

static inline void
add(int ep, int fd, uint32_t events)
{
	ck_is(ctl(ep, EPOLL_CTL_ADD, fd, events, (uint64_t)fd), 0);
}

/* What epoll_wait() says at once of the one descriptor that may be ready: 0 if nothing. */
static inline uint32_t
ready(int ep)
{
	struct epoll_event ev[4];
	const int n = S->epoll_wait(ep, ev, 4, 0);

	ck_assert_msg(n == 0 || n == 1, "%s: %d events", S->name, n);
	return n == 0 ? 0 : ev[0].events;
}

static inline short
polled(int fd, short events)
{
	struct pollfd p = { fd, events, 0 };

	(void)S->poll(&p, 1, 0);
	return p.revents;
}

/* Until the thread, whose host id is in *tid as soon as it runs, is asleep in the host's kernel. */
static inline void
until_asleep(const int *tid)
{
	char path[64], stat[512], *p;
	int fd;
	ssize_t n;

	for (;;) {
		const int t = __atomic_load_n(tid, __ATOMIC_ACQUIRE);

		sched_yield();
		if (t == 0)
			continue;
		(void)snprintf(path, sizeof(path), "/proc/self/task/%d/stat", t);
		fd = open(path, O_RDONLY);
		ck_assert_int_ge(fd, 0);
		n = read(fd, stat, sizeof(stat) - 1);
		(void)close(fd);
		ck_assert_int_gt(n, 0);
		stat[n] = '\0';
		p = strrchr(stat, ')');
		if (p != NULL && p[2] == 'S')
			return;
	}
}

static inline void
i_am(int *tid)
{
	__atomic_store_n(tid, gettid(), __ATOMIC_RELEASE);
}

#define both(tc, t) tcase_add_loop_test((tc), t, 0, NSIDES)

static inline int
run_suite(TCase *tc, const char *name)
{
	Suite *s = suite_create(name);
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif /* EVENT_SIDES_H */
