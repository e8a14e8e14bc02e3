/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The kernel's time for models that are host code (links, peers): a callout that calls them, and a sleep
 * until it has.  Types of neither side.
 */
#ifndef RUMPTEST_SIMTIMER_H
#define RUMPTEST_SIMTIMER_H

#define RUMP_SIMTIMER_NEVER 0x7fffffffffffffffLL

struct rump_simtimer;

/*
 * fn is called at the time that was set, in the kernel, in a soft interrupt without locks, never twice at once; the functions of all
 * timers are called one after another.  It does not sleep, and returns when it wants to be called again: ns of
 * rump_simtimer_now(), or RUMP_SIMTIMER_NEVER.  NULL: no kernel is up.
 */
struct rump_simtimer *rump_simtimer_new(long long (*fn)(void *arg), void *arg);
/* fn is not called any more when this returns.  ctx: not fn. */
void rump_simtimer_free(struct rump_simtimer *t);
/* A call of fn that is under way is over when this returns.  ctx: not fn. */
void rump_simtimer_drain(struct rump_simtimer *t);
/* Call fn by then, or earlier if that was asked for already.  ctx: any, without locks of the caller's. */
void rump_simtimer_set(struct rump_simtimer *t, long long when_ns);
/* The kernel's monotonic clock.  ctx: any; in a simulation it may let others run. */
long long rump_simtimer_now(void);

/*
 * Wake-ups, counted: a call of fn is one, rump_simtimer_wake() another.  rump_simtimer_wait() returns when the
 * count is not seen any more, or at the time.  ctx of wait: a host thread outside of the kernel.
 */
unsigned rump_simtimer_wakeups(struct rump_simtimer *t);
void rump_simtimer_wake(struct rump_simtimer *t);
void rump_simtimer_wait(struct rump_simtimer *t, unsigned seen, long long until_ns);

#endif /* RUMPTEST_SIMTIMER_H */
