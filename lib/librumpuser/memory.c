/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Memory of the kernel: anonymous mappings, aligned by mapping more and giving back the ends.
 */
#include <stdatomic.h>

#include <sys/mman.h>

#include "internal.h"
#include "fault.h"

#define MAP_ALIGN 4096 /* what any host gives at least */

static _Atomic unsigned long live_mapped;

static char *
map_somewhere(size_t size, size_t align, size_t slack)
{
	char *const p =
	    mmap(NULL, size + slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return NULL;

	char *const start = p + (-(uintptr_t)p & (align - 1));
	const size_t head = (size_t)(start - p);
	if (head > 0)
		(void)munmap(p, head);
	if (slack > head)
		(void)munmap(start + size, slack - head);
	return start;
}

/* The simulation says where, so that runs of a program do not differ in their addresses. */
static char *
map_simulated(size_t size, size_t align, size_t slack)
{
#ifdef MAP_FIXED_NOREPLACE
	void *const where = rumpuser_sim->rs_address(size, align);
	void *p;

	if (where != NULL) {
		p = mmap(where, size, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
		if (p == where)
			return p;
		if (p != MAP_FAILED) /* a host that takes the address for a wish */
			(void)munmap(p, size);
	}
#endif
	return map_somewhere(size, align, slack);
}

int
rumpuser_map(size_t size, size_t align, int flags, void **ptr)
{
	KEEP_ERRNO;
	const size_t slack = align > MAP_ALIGN ? align - MAP_ALIGN : 0;

	if (size == 0 || size > SIZE_MAX - slack || rumpuser__fault())
		return ENOMEM;
	char *const start =
	    SIMULATED() ? map_simulated(size, align, slack) : map_somewhere(size, align, slack);
	if (start == NULL)
		return ENOMEM;
#ifdef MADV_HUGEPAGE
	if (flags & RUMPUSER_MEM_HUGE)
		(void)madvise(start, size, MADV_HUGEPAGE);
	else if (flags & RUMPUSER_MEM_SMALL)
		(void)madvise(start, size, MADV_NOHUGEPAGE);
#endif
	atomic_fetch_add_explicit(&live_mapped, size, memory_order_relaxed);
	*ptr = start;
	return 0;
}

void
rumpuser_unmap(void *ptr, size_t size)
{
	KEEP_ERRNO;

	(void)munmap(ptr, size);
	atomic_fetch_sub_explicit(&live_mapped, size, memory_order_relaxed);
}

void
rumpuser_discard(void *ptr, size_t size)
{
	KEEP_ERRNO;

	(void)madvise(ptr, size, MADV_DONTNEED);
}

int
rumpuser_protect(void *ptr, size_t size, enum rumpuser_prot prot)
{
	static const int host_prot[] = {
		[RUMPUSER_PROT_READ] = PROT_READ,
		[RUMPUSER_PROT_WRITE] = PROT_READ | PROT_WRITE,
		[RUMPUSER_PROT_EXEC] = PROT_READ | PROT_EXEC,
	};
	KEEP_ERRNO;

	if (rumpuser__fault())
		return ENOMEM;
	if (mprotect(ptr, size, host_prot[prot]) == -1)
		return errno;
	if (prot == RUMPUSER_PROT_EXEC)
		__builtin___clear_cache((char *)ptr, (char *)ptr + size);
	return 0;
}

unsigned long
rumpuser__live_mapped(void)
{
	return atomic_load(&live_mapped);
}
