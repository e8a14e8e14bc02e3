/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * hostpoll by epoll(7), timerfd_create(2) and eventfd(2).
 *
 * The timer and the wake-up are sources of the epoll set like any other, told apart by the address
 * of their descriptor's field.
 */
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "hostpoll.h"
#include "internal.h"

#define COLLECT_MAX 64

static int
add_source(struct hostpoll *hp, int fd, uint32_t events, void *ptr)
{
	struct epoll_event ee = { .events = events, .data = { .ptr = ptr } };

	return epoll_ctl(hp->hp_fd, EPOLL_CTL_ADD, fd, &ee) == 0 ? 0 : errno;
}

static int
or_fault(int fd)
{
	if (fd != -1 && rumpuser__fault()) {
		(void)close(fd);
		errno = EMFILE;
		return -1;
	}
	return fd;
}

int
hostpoll_open(struct hostpoll *hp)
{
	int error = 0;

	hp->hp_timerfd = hp->hp_wakefd = -1;
	if ((hp->hp_fd = or_fault(epoll_create1(EPOLL_CLOEXEC))) == -1 ||
	    (hp->hp_timerfd =
		    or_fault(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK))) == -1 ||
	    (hp->hp_wakefd = or_fault(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))) == -1)
		error = errno;
	if (error == 0)
		error = add_source(hp, hp->hp_timerfd, EPOLLIN, &hp->hp_timerfd);
	if (error == 0)
		error = add_source(hp, hp->hp_wakefd, EPOLLIN, &hp->hp_wakefd);
	if (error != 0)
		hostpoll_close(hp);
	return error;
}

void
hostpoll_close(struct hostpoll *hp)
{
	int *const fds[] = { &hp->hp_wakefd, &hp->hp_timerfd, &hp->hp_fd };

	for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++) {
		if (*fds[i] != -1)
			(void)close(*fds[i]);
		*fds[i] = -1;
	}
}

int
hostpoll_add(struct hostpoll *hp, int fd, int events, void *arg)
{
	return add_source(hp, fd,
	    (events & RUMPUSER_READABLE ? (uint32_t)EPOLLIN : 0) |
		(events & RUMPUSER_WRITABLE ? (uint32_t)EPOLLOUT : 0),
	    arg);
}

void
hostpoll_del(struct hostpoll *hp, int fd)
{
	(void)epoll_ctl(hp->hp_fd, EPOLL_CTL_DEL, fd, NULL);
}

void
hostpoll_settimer(struct hostpoll *hp, int64_t deadline_ns)
{
	struct itimerspec its = { 0 };

	if (deadline_ns != RUMPUSER_FOREVER) {
		if (deadline_ns <= 0) /* zero would disarm */
			deadline_ns = 1;
		its.it_value.tv_sec = (time_t)(deadline_ns / NS_PER_S);
		its.it_value.tv_nsec = (long)(deadline_ns % NS_PER_S);
	}
	(void)timerfd_settime(hp->hp_timerfd, TFD_TIMER_ABSTIME, &its, NULL);
}

void
hostpoll_wake(struct hostpoll *hp)
{
	const uint64_t one = 1;

	(void)!write(hp->hp_wakefd, &one, sizeof(one));
}

/* Take the count out of a timerfd or eventfd; false when there is none. */
static bool
consume(int fd)
{
	uint64_t count;

	return read(fd, &count, sizeof(count)) == (ssize_t)sizeof(count);
}

int
hostpoll_collect(struct hostpoll *hp, struct hostpoll_event *ev, int n)
{
	struct epoll_event ee[COLLECT_MAX];
	const int nready = epoll_wait(hp->hp_fd, ee, n < COLLECT_MAX ? n : COLLECT_MAX, 0);
	int nev = 0;

	for (int i = 0; i < nready; i++) {
		struct hostpoll_event *const e = &ev[nev];

		if (ee[i].data.ptr == &hp->hp_timerfd) {
			e->he_kind = HOSTPOLL_TIMER;
			nev += consume(hp->hp_timerfd);
		} else if (ee[i].data.ptr == &hp->hp_wakefd) {
			e->he_kind = HOSTPOLL_WAKE;
			nev += consume(hp->hp_wakefd);
		} else {
			const uint32_t got = ee[i].events;

			/* An error shows in the next read or write, so both are told. */
			e->he_kind = HOSTPOLL_FD;
			e->he_arg = ee[i].data.ptr;
			e->he_events = (got & EPOLLIN ? RUMPUSER_READABLE : 0) |
			    (got & EPOLLOUT ? RUMPUSER_WRITABLE : 0) |
			    (got & (EPOLLERR | EPOLLHUP) ? RUMPUSER_READABLE | RUMPUSER_WRITABLE
							 : 0);
			nev++;
		}
	}
	return nev;
}
