/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Deferred reclamation.
 *
 * Readers are in pserialize(9) read sections.  Each virtual CPU passes a quiescent state when it is
 * given up; a grace period is over when every CPU that was held at its beginning has passed one.
 * struct rump_rcu_head is in <sys/lwp.h>.
 */
#ifndef RUMP_RCU_H
#define RUMP_RCU_H

#include <sys/types.h>
#include <sys/lwp.h>

/*
 * Call fn(head) when all read sections that run now are over.  fn frees memory; it must not sleep,
 * nor take locks that are held while rump_rcu_call() is called.
 * ctx: any that holds a CPU; spin mutexes may be held.  sleeps: no.
 */
void rump_rcu_call(struct rump_rcu_head *head, void (*fn)(struct rump_rcu_head *));
/* Wait until all read sections that run now are over.  ctx: thread.  sleeps. */
void rump_rcu_synchronize(void);
/* Wait until all that was given to rump_rcu_call() has been called.  ctx: thread.  sleeps. */
void rump_rcu_barrier(void);

/*
 * Go on with what was left on any CPU that nobody holds.  True when something stays.
 * ctx: thread that holds a CPU, no lock held.  sleeps: no.
 */
bool rump_rcu_reap(void);

int rump_rcu_init(void);
void rump_rcu_fini(void);

#endif /* RUMP_RCU_H */
