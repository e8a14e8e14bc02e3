/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * librumpuser's own allocations, and the hook by which a test makes one of them fail.
 *
 * All allocations are on one list: in the child of a fork() they go at once, those that threads
 * which the child does not have were working with included.
 *
 * The countdown to failure is one word: 0 is off, 1 fails the next.
 */
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>

#include "internal.h"
#include "fault.h"

static _Atomic unsigned fault_countdown;

/* Before each allocation; keeps what follows aligned for anything. */
struct block {
	_Alignas(max_align_t) struct block *b_next; /* alloc_lock */
	struct block **b_pprev;			    /* alloc_lock */
};

static pthread_mutex_t alloc_lock = PTHREAD_MUTEX_INITIALIZER; /* innermost */
static struct block *blocks;				       /* alloc_lock */
static unsigned long live_allocs;			       /* alloc_lock */

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

static void
link_locked(struct block *b)
{
	b->b_next = blocks;
	b->b_pprev = &blocks;
	if (blocks != NULL)
		blocks->b_pprev = &b->b_next;
	blocks = b;
	live_allocs++;
}

static void
unlink_locked(struct block *b)
{
	if (b->b_next != NULL)
		b->b_next->b_pprev = b->b_pprev;
	*b->b_pprev = b->b_next;
	live_allocs--;
}

void *
rumpuser__alloc(size_t size)
{
	KEEP_ERRNO;
	struct block *const b = rumpuser__fault() ? NULL : calloc(1, sizeof(*b) + size);

	if (b == NULL)
		return NULL;
	(void)pthread_mutex_lock(&alloc_lock);
	link_locked(b);
	(void)pthread_mutex_unlock(&alloc_lock);
	return b + 1;
}

void
rumpuser__free(void *p)
{
	if (p == NULL)
		return;
	struct block *const b = (struct block *)p - 1;

	(void)pthread_mutex_lock(&alloc_lock);
	unlink_locked(b);
	(void)pthread_mutex_unlock(&alloc_lock);
	free(b);
}

void
rumpuser__alloc_fork(int stage)
{
	if (stage == FORK_CHILD) {
		const void *const kept = rumpuser__thread_self();
		struct block *b, *next;

		for (b = blocks; b != NULL; b = next) {
			next = b->b_next;
			if (b + 1 == kept)
				continue;
			unlink_locked(b);
			free(b);
		}
	}
	rumpuser__fork_lock(&alloc_lock, stage);
}

unsigned long
rumpuser__live_allocs(void)
{
	(void)pthread_mutex_lock(&alloc_lock);
	const unsigned long n = live_allocs;
	(void)pthread_mutex_unlock(&alloc_lock);
	return n;
}
