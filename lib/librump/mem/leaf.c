/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Leaf locks: the slow path. */
#include <sys/param.h>

#include <rump/rumpuser.h>

#include "rump_leaf.h"

#define LEAF_SPINS 200 /* about 1 us */

void
rump_leaf_wait(uint32_t *word)
{
	for (int i = 0; i < LEAF_SPINS; i++) {
		uint32_t unheld = 0;

		if (__atomic_load_n(word, __ATOMIC_RELAXED) == 0 &&
		    __atomic_compare_exchange_n(
			word, &unheld, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
			return;
#if defined(__x86_64__)
		__asm__ volatile("pause");
#endif
	}
	while (__atomic_exchange_n(word, 2, __ATOMIC_ACQUIRE) != 0)
		(void)rumpuser_park(word, 2, RUMPUSER_FOREVER);
}

void
rump_leaf_wake(uint32_t *word)
{
	rumpuser_unpark(word, 1);
}
