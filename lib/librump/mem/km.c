/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * uvm_km_alloc(9): whole pages of the kernel's address space.
 *
 * Address space and memory are one here, so VAONLY and PAGEABLE give memory as well.  Up to 2 MiB the
 * size is rounded up to a power of two, to which it is then aligned: uvm_km_free() is not told the
 * alignment.
 */
#include "mem_impl.h"

#include <uvm/uvm_extern.h>

#include "rump_fault.h"

/* There is one address space, and nothing to say of it. */
struct vm_map *kernel_map;

#define ALIGNED_MAX 512 /* pages: aligned to their size by rump_pages_alloc() */

static size_t
km_pages(vsize_t size)
{
	const size_t n = howmany(size, PAGE_SIZE);

	return n <= 1 || n > ALIGNED_MAX ? n : (size_t)1 << (64 - __builtin_clzl(n - 1));
}

vaddr_t
uvm_km_alloc(struct vm_map *map, vsize_t size, vsize_t align, int flags)
{
	const size_t n = km_pages(size);
	void *p;
	int how = 0;

	KASSERT(size > 0 && powerof2(align));
	if (align > n * PAGE_SIZE && align > PAGE_SIZE)
		return 0;
	if ((flags & UVM_KMF_NOWAIT) != 0)
		how |= RUMP_PAGES_NOWAIT;
	if ((flags & UVM_KMF_CANFAIL) != 0)
		how |= RUMP_PAGES_CANFAIL;
	if ((flags & UVM_KMF_ZERO) != 0)
		how |= RUMP_PAGES_ZERO;
	if (n == ALIGNED_MAX) /* what asks for so much is contents of files */
		how |= RUMP_PAGES_HUGE;
	if ((flags & (UVM_KMF_NOWAIT | UVM_KMF_CANFAIL)) != 0 && RUMP_FAULT(KMEM))
		return 0;
	p = rump_pages_alloc(n, how);
	if (p != NULL)
		mem_track(p, size, "uvm_km");
	return (vaddr_t)p;
}

void
uvm_km_free(struct vm_map *map, vaddr_t addr, vsize_t size, int flags)
{
	mem_untrack((void *)addr);
	rump_pages_free((void *)addr, km_pages(size));
}
