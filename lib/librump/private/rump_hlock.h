/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * A lock of host threads: for what is done without a virtual CPU, such as waiting for one, boot,
 * and registration by constructors.  Held for moments, never over anything that sleeps in the
 * kernel; the holder does not take a kernel lock.  Boot's own lock alone is held for long.
 *
 *	0 free, 1 held, 2 held and waited for
 */
#ifndef RUMP_HLOCK_H
#define RUMP_HLOCK_H

#include <sys/types.h>

#include <rump/rumpuser.h>

struct rump_hlock {
	uint32_t hl_word; /* (a) */
};

static inline void
rump_hlock_enter(struct rump_hlock *h)
{
	uint32_t expect = 0;

	if (__predict_true(__atomic_compare_exchange_n(
		&h->hl_word, &expect, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED)))
		return;
	while (__atomic_exchange_n(&h->hl_word, 2, __ATOMIC_ACQUIRE) != 0)
		(void)rumpuser_park(&h->hl_word, 2, RUMPUSER_FOREVER);
}

static inline void
rump_hlock_exit(struct rump_hlock *h)
{
	if (__atomic_exchange_n(&h->hl_word, 0, __ATOMIC_RELEASE) == 2)
		rumpuser_unpark(&h->hl_word, 1);
}

/* In the child of a fork, where the holder may be gone. */
static inline void
rump_hlock_reset(struct rump_hlock *h)
{
	h->hl_word = 0;
}

#endif /* RUMP_HLOCK_H */
