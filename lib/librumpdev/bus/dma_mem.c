/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Bus addresses, and memory with convenient ones.
 *
 *	LOW_BASE ...	chunks of DMA memory, with a gap after each: linear, in the order of growing
 *	HIGH | va'	all other memory; va' is va with its pages swapped in pairs, so that no
 *			page is followed by the next
 *
 * Chunks are added when memory is wanted and are kept until the halt.
 */
#include "dma_impl.h"

#include <sys/vmem.h>
#include <uvm/uvm_extern.h>

#define LOW_BASE   0x01000000UL
#define LOW_END	   0x80000000UL
#define LOW_CHUNK  0x00100000UL
#define LOW_CHUNKS 64
#define HIGH	   (1UL << 56)

/* Written with lowmem_lock; an entry is complete before nchunks counts it. */
static struct chunk {
	bus_addr_t ch_bus;
	vaddr_t ch_va;
	size_t ch_size;
} chunks[LOW_CHUNKS];
static u_int nchunks;	    /* (a) */
static bus_addr_t low_next; /* lowmem_lock */
static kmutex_t lowmem_lock;
static vmem_t *lowmem;

void
dma_mem_init(void)
{
	mutex_init(&lowmem_lock, MUTEX_DEFAULT, IPL_VM);
	nchunks = 0;
	low_next = LOW_BASE;
	lowmem = vmem_create("dmamem", 0, 0, PAGE_SIZE, NULL, NULL, NULL, 0, VM_SLEEP, IPL_VM);
}

void
dma_mem_fini(void)
{
	const vmem_size_t left = vmem_size(lowmem, VMEM_ALLOC);

	if (left != 0)
		printf("bus_dma: %zu bytes of DMA memory were not freed\n", left);
	else
		vmem_destroy(lowmem);
	for (u_int i = 0; i < nchunks; i++)
		uvm_km_free(NULL, chunks[i].ch_va, chunks[i].ch_size, UVM_KMF_WIRED);
	nchunks = 0;
	mutex_destroy(&lowmem_lock);
}

/* ---- Addresses ---- */

bus_addr_t
dma_busaddr(const void *p)
{
	const vaddr_t va = (vaddr_t)p;
	const u_int n = __atomic_load_n(&nchunks, __ATOMIC_ACQUIRE);

	for (u_int i = 0; i < n; i++)
		if (va - chunks[i].ch_va < chunks[i].ch_size)
			return chunks[i].ch_bus + (va - chunks[i].ch_va);
	return HIGH | (va ^ PAGE_SIZE);
}

void *
dma_vaddr(bus_addr_t addr)
{
	const u_int n = __atomic_load_n(&nchunks, __ATOMIC_ACQUIRE);

	if ((addr & HIGH) != 0)
		return (void *)((addr & ~HIGH) ^ PAGE_SIZE);
	for (u_int i = 0; i < n; i++)
		if (addr - chunks[i].ch_bus < chunks[i].ch_size)
			return (void *)(chunks[i].ch_va + (addr - chunks[i].ch_bus));
	return NULL;
}

/* ---- Memory ---- */

/* One chunk more, with room for size bytes at any alignment that a page has.  errors: ENOMEM. */
static int
grow(bus_size_t size, bool nowait)
{
	const size_t len = roundup(size, LOW_CHUNK);
	const vaddr_t va = uvm_km_alloc(
	    NULL, len, 0, UVM_KMF_WIRED | UVM_KMF_CANFAIL | (nowait ? UVM_KMF_NOWAIT : 0));
	bus_addr_t bus = 0;

	if (va == 0)
		return ENOMEM;
	mutex_enter(&lowmem_lock);
	if (nchunks < LOW_CHUNKS && len < LOW_END - low_next) {
		bus = low_next;
		low_next += len + LOW_CHUNK; /* never adjacent to the next */
		chunks[nchunks] = (struct chunk){ .ch_bus = bus, .ch_va = va, .ch_size = len };
		__atomic_store_n(&nchunks, nchunks + 1, __ATOMIC_RELEASE);
	}
	mutex_exit(&lowmem_lock);
	if (bus == 0) {
		uvm_km_free(NULL, va, len, UVM_KMF_WIRED);
		return ENOMEM;
	}
	return vmem_add(lowmem, bus, len, nowait ? VM_NOSLEEP : VM_SLEEP);
}

int
dma_mem_alloc(bus_dma_tag_t t, bus_size_t size, bus_size_t align, bus_size_t boundary, int flags,
    bus_addr_t *addrp)
{
	const bool nowait = (flags & BUS_DMA_NOWAIT) != 0;
	vmem_addr_t addr;
	int error;

	size = round_page(size);
	if (size == 0 || size > LOW_END - LOW_BASE || t->bdt_min > LOW_END || t->bdt_max < LOW_BASE)
		return ENOMEM;
	for (;;) {
		error = vmem_xalloc(lowmem, size, MAX(align, PAGE_SIZE), 0, boundary, t->bdt_min,
		    t->bdt_max, VM_BESTFIT | VM_NOSLEEP, &addr);
		if (error == 0)
			break;
		/* A larger alignment than the chunk's may need all but one byte of it more. */
		error = grow(size + (align > LOW_CHUNK ? align : 0), nowait);
		if (error != 0)
			return error;
	}
	*addrp = addr;
	return 0;
}

void
dma_mem_free(bus_addr_t addr, bus_size_t size)
{
	vmem_xfree(lowmem, addr, round_page(size));
}

int
bus_dmamem_alloc(bus_dma_tag_t t, bus_size_t size, bus_size_t align, bus_size_t boundary,
    bus_dma_segment_t *segs, int nsegs, int *rsegs, int flags)
{
	bus_addr_t addr;
	int error;

	if (size == 0 || nsegs < 1 || !powerof2(align) || !powerof2(boundary) ||
	    (boundary != 0 && boundary < size))
		return EINVAL;
	error = dma_mem_alloc(t, size, align, boundary, flags, &addr);
	if (error != 0)
		return error;
	memset(dma_vaddr(addr), 0, round_page(size));
	segs[0].ds_addr = addr;
	segs[0].ds_len = round_page(size);
	*rsegs = 1;
	CHECKER(t, dc_mem, (ssize_t)round_page(size));
	return 0;
}

void
bus_dmamem_free(bus_dma_tag_t t, bus_dma_segment_t *segs, int nsegs)
{
	for (int i = 0; i < nsegs; i++) {
		CHECKER(t, dc_mem, -(ssize_t)round_page(segs[i].ds_len));
		dma_mem_free(segs[i].ds_addr, segs[i].ds_len);
	}
}

int
bus_dmamem_map(
    bus_dma_tag_t t, bus_dma_segment_t *segs, int nsegs, size_t size, void **kvap, int flags)
{
	void *const va = dma_vaddr(segs[0].ds_addr);

	KASSERT(nsegs == 1 && round_page(size) <= segs[0].ds_len);
	if (va == NULL)
		return EINVAL;
	*kvap = va;
	return 0;
}

void
bus_dmamem_unmap(bus_dma_tag_t t, void *kva, size_t size)
{
	KASSERT(((vaddr_t)kva & PAGE_MASK) == 0);
}

paddr_t
bus_dmamem_mmap(bus_dma_tag_t t, bus_dma_segment_t *segs, int nsegs, off_t off, int prot, int flags)
{
	return (paddr_t)-1; /* no process maps kernel memory */
}
