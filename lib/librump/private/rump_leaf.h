/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * A leaf lock: one word, no owner, usable before lwps exist and under any other lock.
 *
 *	0 free, 1 held, 2 held and someone sleeps
 *
 * The holder keeps its virtual CPU and takes no other lock but leaf locks, in a fixed order; it runs
 * for a bounded time.  A waiter spins shortly and then sleeps on the host without giving its virtual
 * CPU up.
 */
#ifndef RUMP_LEAF_H
#define RUMP_LEAF_H

#include <sys/types.h>

struct rump_leaf {
	uint32_t lf_word;
};

void rump_leaf_wait(uint32_t *word);
void rump_leaf_wake(uint32_t *word);

static inline void
rump_leaf_init(struct rump_leaf *l)
{
	l->lf_word = 0;
}

static inline void
rump_leaf_enter(struct rump_leaf *l)
{
	uint32_t unheld = 0;

	if (__predict_false(!__atomic_compare_exchange_n(
		&l->lf_word, &unheld, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)))
		rump_leaf_wait(&l->lf_word);
}

static inline void
rump_leaf_exit(struct rump_leaf *l)
{
	if (__predict_false(__atomic_exchange_n(&l->lf_word, 0, __ATOMIC_RELEASE) == 2))
		rump_leaf_wake(&l->lf_word);
}

#endif /* RUMP_LEAF_H */
