/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What the event loop asks of the host: one descriptor that is readable when any of its sources is
 * ready - watched descriptors, one timer, one wake-up - and that any thread may add to, remove from
 * and arm without a word to the loop thread.
 *
 * All results are 0 or an errno.  Safe from any thread between open and close.
 */
#ifndef RUMPUSER_HOSTPOLL_H
#define RUMPUSER_HOSTPOLL_H

#include <stdint.h>

struct hostpoll {
	int hp_fd;	/* to be polled for reading by the loop */
	int hp_timerfd; /* armed with absolute monotonic times */
	int hp_wakefd;	/* an event counter */
};

struct hostpoll_event {
	enum { HOSTPOLL_FD, HOSTPOLL_TIMER, HOSTPOLL_WAKE } he_kind;
	void *he_arg;  /* HOSTPOLL_FD: as given to hostpoll_add() */
	int he_events; /* HOSTPOLL_FD: RUMPUSER_READABLE, RUMPUSER_WRITABLE */
};

/* All descriptors are close-on-exec.  errors: EMFILE, ENFILE, ENOMEM. */
int hostpoll_open(struct hostpoll *hp);
/* Only closes: in a child of fork() the parent's sources stay as they are. */
void hostpoll_close(struct hostpoll *hp);
/* errors: EEXIST (fd is watched already), EPERM (it cannot be), EBADF, ENOMEM, ENOSPC. */
int hostpoll_add(struct hostpoll *hp, int fd, int events, void *arg);
void hostpoll_del(struct hostpoll *hp, int fd);
/* RUMPUSER_FOREVER disarms. */
void hostpoll_settimer(struct hostpoll *hp, int64_t deadline_ns);
void hostpoll_wake(struct hostpoll *hp);
/*
 * What is ready now, at most n events; does not wait.  Timer and wake-up are consumed; a timer that
 * was moved since it fired is not reported.
 */
int hostpoll_collect(struct hostpoll *hp, struct hostpoll_event *ev, int n);

#endif /* RUMPUSER_HOSTPOLL_H */
