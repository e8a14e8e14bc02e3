/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * pcq(9): a ring of slots.
 *
 * A producer takes a place by moving pc_tail, if the place is less than pc_nslots ahead of pc_head, and then
 * fills the slot.  The consumer takes what stands in the slot at pc_head, empties it, and moves pc_head on:
 * so a slot that a producer may take is empty.  A slot whose producer has not filled it yet looks like
 * the end of the queue.  Both counters run on and are never wrapped: 64 bits.
 */
#include <sys/pcq.h>

#include <sys/param.h>

#include <lib/libkern/libkern.h>

/* Locks: (i) immutable, (a) atomic, (c) written by the consumer alone. */
struct pcq {
	uint64_t pc_tail __cacheline_aligned; /* (a) the next place to take */
	uint64_t pc_head __cacheline_aligned; /* (c) the next place to get */
	size_t pc_nslots;		      /* (i) */
	void *pc_mem;			      /* (i) what was allocated, for alignment */
	void *pc_slots[];		      /* (a) */
};

static size_t
pcq_size(size_t maxitems)
{
	return sizeof(pcq_t) + maxitems * sizeof(void *) + CACHE_LINE_SIZE;
}

pcq_t *
pcq_create(size_t maxitems, km_flag_t flags)
{
	void *mem;
	pcq_t *pcq;

	KASSERT(maxitems > 0 && maxitems < SIZE_MAX / sizeof(void *) / 2);
	if ((mem = kmem_zalloc(pcq_size(maxitems), flags)) == NULL)
		return NULL;
	pcq = (pcq_t *)roundup2((uintptr_t)mem, CACHE_LINE_SIZE);
	pcq->pc_mem = mem;
	pcq->pc_nslots = maxitems;
	return pcq;
}

void
pcq_destroy(pcq_t *pcq)
{
	KASSERT(pcq->pc_head == pcq->pc_tail);
	kmem_free(pcq->pc_mem, pcq_size(pcq->pc_nslots));
}

bool
pcq_put(pcq_t *pcq, void *item)
{
	uint64_t tail = __atomic_load_n(&pcq->pc_tail, __ATOMIC_RELAXED);

	KASSERT(item != NULL);
	do {
		/* Acquire: the slot was emptied before pc_head moved; an old tail may be behind it. */
		if ((int64_t)(tail - __atomic_load_n(&pcq->pc_head, __ATOMIC_ACQUIRE)) >=
		    (int64_t)pcq->pc_nslots)
			return false;
	} while (!__atomic_compare_exchange_n(
	    &pcq->pc_tail, &tail, tail + 1, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	__atomic_store_n(&pcq->pc_slots[tail % pcq->pc_nslots], item, __ATOMIC_RELEASE);
	return true;
}

void *
pcq_peek(pcq_t *pcq)
{
	return __atomic_load_n(&pcq->pc_slots[pcq->pc_head % pcq->pc_nslots], __ATOMIC_ACQUIRE);
}

void *
pcq_get(pcq_t *pcq)
{
	const uint64_t head = pcq->pc_head;
	void *const item = pcq_peek(pcq);

	if (item == NULL)
		return NULL;
	__atomic_store_n(&pcq->pc_slots[head % pcq->pc_nslots], NULL, __ATOMIC_RELAXED);
	__atomic_store_n(&pcq->pc_head, head + 1, __ATOMIC_RELEASE);
	return item;
}

size_t
pcq_maxitems(pcq_t *pcq)
{
	return pcq->pc_nslots;
}
