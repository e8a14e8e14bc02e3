/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * malloc(9): kmem(9) with the size in front.
 *
 *	| size | MAGIC | the caller's bytes |
 */
#include "mem_impl.h"

#include <sys/malloc.h>

#define MAGIC 0x6d616c6c6f632839ULL

struct header {
	size_t h_size; /* of the caller's bytes */
	uint64_t h_magic;
};
CTASSERT(sizeof(struct header) == 16);

MALLOC_DEFINE(M_DEVBUF, "devbuf", "device driver memory");
MALLOC_DEFINE(M_DMAMAP, "dmamap", "bus_dma(9) structures");
MALLOC_DEFINE(M_FREE, "free", "should be on free list");
MALLOC_DEFINE(M_MBUF, "mbuf", "mbuf storage");
MALLOC_DEFINE(M_PCB, "pcb", "protocol control blocks");
MALLOC_DEFINE(M_RTABLE, "routetbl", "routing tables");
MALLOC_DEFINE(M_SOFTINTR, "softintr", "software interrupts");
MALLOC_DEFINE(M_SONAME, "soname", "socket names");
MALLOC_DEFINE(M_TEMP, "temp", "temporary memory");
MALLOC_DEFINE(M_UFSMNT, "UFS mount", "mount structures");

static void *
malloc_for(unsigned long size, int flags, const void *caller)
{
	struct header *h;

	if (size > SIZE_MAX / 2 || !pages_possible(howmany(size, PAGE_SIZE) + 1)) {
		if ((flags & (M_CANFAIL | M_NOWAIT)) != 0)
			return NULL;
		panic("malloc: %lu bytes can never be had", size);
	}
	h = kmem_alloc_for(size + sizeof(*h),
	    (flags & M_NOWAIT) != 0	   ? KM_NOSLEEP
		: (flags & M_CANFAIL) != 0 ? KM_SLEEP | RUMP_KM_CANFAIL
					   : KM_SLEEP,
	    caller);
	if (h == NULL)
		return NULL;
	h->h_size = size;
	h->h_magic = MAGIC;
	if ((flags & M_ZERO) != 0)
		memset(h + 1, 0, size);
	return h + 1;
}

void *
kern_malloc(unsigned long size, int flags)
{
	return malloc_for(size, flags, __builtin_return_address(0));
}

void
kern_free(void *addr)
{
	struct header *h;

	if (addr == NULL)
		return;
	h = (struct header *)addr - 1;
	KASSERTMSG(h->h_magic == MAGIC, "free(%p): not from malloc, or freed twice", addr);
	h->h_magic = 0;
	kmem_free(h, h->h_size + sizeof(*h));
}

void *
kern_realloc(void *addr, unsigned long newsize, int flags)
{
	void *p;

	if (newsize == 0) {
		kern_free(addr);
		return NULL;
	}
	p = malloc_for(newsize, flags, __builtin_return_address(0));
	if (p == NULL || addr == NULL)
		return p;
	memcpy(p, addr, MIN(newsize, ((struct header *)addr - 1)->h_size));
	kern_free(addr);
	return p;
}
