/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * librumpuser's own allocations, and the hook by which a test makes one of them fail.
 *
 * The countdown is one word: 0 is off, 1 fails the next.  It is looked at by relaxed loads so that
 * it costs nothing where it is off.
 */
#include <stdatomic.h>
#include <stdlib.h>

#include "internal.h"
#include "fault.h"

static _Atomic unsigned fault_countdown;
static _Atomic unsigned long live_allocs;

void
rumpuser__fail_after(unsigned n)
{
	atomic_store(&fault_countdown, n);
}

bool
rumpuser__fail_fired(void)
{
	return atomic_load(&fault_countdown) == 0;
}

bool
rumpuser__fault(void)
{
	unsigned n = atomic_load_explicit(&fault_countdown, memory_order_relaxed);

	while (n != 0)
		if (atomic_compare_exchange_weak(&fault_countdown, &n, n - 1))
			return n == 1;
	return false;
}

void *
rumpuser__alloc(size_t size)
{
	KEEP_ERRNO;
	void *const p = rumpuser__fault() ? NULL : calloc(1, size);

	if (p != NULL)
		atomic_fetch_add_explicit(&live_allocs, 1, memory_order_relaxed);
	return p;
}

void
rumpuser__free(void *p)
{
	if (p != NULL)
		atomic_fetch_sub_explicit(&live_allocs, 1, memory_order_relaxed);
	free(p);
}

unsigned long
rumpuser__live_allocs(void)
{
	return atomic_load(&live_allocs);
}
