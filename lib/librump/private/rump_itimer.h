/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Interval timers and POSIX timers: the calls' side of time/itimer.c. */
#ifndef RUMP_ITIMER_H
#define RUMP_ITIMER_H

#include <sys/siginfo.h>
#include <sys/time.h>

struct proc;

#define RUMP_TIMER_REAL 0 /* the id of ITIMER_REAL; timer_create(2) gives those from 1 on */

/*
 * Make a timer of p, disarmed; signo 0: it tells nobody.  *idp: 1 .. TIMER_MAX.
 * sleeps.  errors: EINVAL (clock), EAGAIN (TIMER_MAX are there).
 */
int rump_timer_make(
    struct proc *p, clockid_t clock, int signo, const union sigval *value, int *idp);
/* ctx: thread.  sleeps.  errors of all: EINVAL (no such timer, ranges). */
int rump_timer_delete(struct proc *p, int id);
int rump_timer_set(
    struct proc *p, int id, int flags, const struct itimerspec *new, struct itimerspec *old);
int rump_timer_get(struct proc *p, int id, struct itimerspec *its);
int rump_timer_overrun(struct proc *p, int id, int *overrun);

#endif /* RUMP_ITIMER_H */
