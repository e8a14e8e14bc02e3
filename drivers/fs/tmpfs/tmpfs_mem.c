/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Memory of tmpfs: what is counted, and where it comes from.
 *
 * Allocations do not wait for memory, since a file system in memory may be what has all of it: they
 * try without sleeping, have the caches drained, and try again.  Some pages always stay for
 * names to be removed with (genfs_memory_short()).
 */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/kmem.h>
#include <sys/systm.h>

#include <miscfs/genfs/genfs.h>
#include <uvm/uvm_extern.h>

#include "tmpfs.h"

static pool_cache_t tmpfs_node_cache;
pool_cache_t tmpfs_run_cache;

int
tmpfs_mem_init(void)
{
	tmpfs_node_cache = pool_cache_init(sizeof(struct tmpfs_node), CACHE_LINE_SIZE, 0, 0,
	    "tmpfsnode", NULL, IPL_NONE, NULL, NULL, NULL);
	tmpfs_run_cache = pool_cache_init(
	    sizeof(struct tmpfs_run), 0, 0, 0, "tmpfsrun", NULL, IPL_NONE, NULL, NULL, NULL);
	return 0;
}

void
tmpfs_mem_fini(void)
{
	pool_cache_destroy(tmpfs_run_cache);
	pool_cache_destroy(tmpfs_node_cache);
}

/* ---- Counting ---- */

/* Add n unless the sum would pass the limit. */
static bool
count_add(uint64_t *count, uint64_t n, const uint64_t *limit)
{
	uint64_t old = atomic_load_relaxed(count), seen;
	const uint64_t max = atomic_load_relaxed(limit);

	for (;; old = seen) {
		if (n > max || old > max - n)
			return false;
		seen = atomic_cas_64(count, old, old + n);
		if (seen == old)
			return true;
	}
}

bool
tmpfs_charge(struct tmpfs_mount *tm, uint64_t bytes)
{
	return count_add(&tm->tm_used, bytes, &tm->tm_size_max);
}

void
tmpfs_uncharge(struct tmpfs_mount *tm, uint64_t bytes)
{
	KASSERT(atomic_load_relaxed(&tm->tm_used) >= bytes);
	atomic_add_64(&tm->tm_used, -(int64_t)bytes);
}

/* ---- Memory ---- */

/*
 * Caches are drained by an allocation that may sleep and fail; a page is enough to have asked.  True
 * when there is more than before, perhaps.
 */
static bool
drain(size_t bytes)
{
	const size_t len = MAX(round_page(bytes), (size_t)PAGE_SIZE);
	const vaddr_t va = uvm_km_alloc(kernel_map, len, 0, UVM_KMF_WIRED | UVM_KMF_CANFAIL);

	if (va == 0)
		return false;
	uvm_km_free(kernel_map, va, len, UVM_KMF_WIRED);
	return true;
}

static void *
kmem_try(size_t bytes)
{
	void *p;

	if (genfs_memory_short(howmany(bytes, PAGE_SIZE)))
		return NULL;
	p = kmem_alloc(bytes, KM_NOSLEEP);
	if (__predict_false(p == NULL) && drain(bytes))
		p = kmem_alloc(bytes, KM_NOSLEEP);
	return p;
}

static void *
pool_try(pool_cache_t pc)
{
	void *p;

	if (genfs_memory_short(1))
		return NULL;
	p = pool_cache_get(pc, PR_NOWAIT);
	if (__predict_false(p == NULL) && drain(PAGE_SIZE))
		p = pool_cache_get(pc, PR_NOWAIT);
	return p;
}

void *
tmpfs_alloc(struct tmpfs_mount *tm, size_t bytes)
{
	void *p;

	if (!tmpfs_charge(tm, bytes))
		return NULL;
	p = kmem_try(bytes);
	if (p == NULL)
		tmpfs_uncharge(tm, bytes);
	return p;
}

void
tmpfs_free(struct tmpfs_mount *tm, void *p, size_t bytes)
{
	kmem_free(p, bytes);
	tmpfs_uncharge(tm, bytes);
}

struct tmpfs_node *
tmpfs_node_alloc(struct tmpfs_mount *tm)
{
	struct tmpfs_node *tn;

	if (!count_add(&tm->tm_nnodes, 1, &tm->tm_nodes_max))
		return NULL;
	tn = pool_try(tmpfs_node_cache);
	if (tn == NULL)
		atomic_add_64(&tm->tm_nnodes, -1);
	else
		memset(tn, 0, sizeof(*tn));
	return tn;
}

void
tmpfs_node_dealloc(struct tmpfs_mount *tm, struct tmpfs_node *tn)
{
	pool_cache_put(tmpfs_node_cache, tn);
	atomic_add_64(&tm->tm_nnodes, -1);
}

/* Pages one by one come from kmem(9), whose caches are per CPU. */
char *
tmpfs_mem_get(size_t bytes, bool zero)
{
	char *p;

	if (bytes <= PAGE_SIZE) {
		p = kmem_try(bytes);
		if (p != NULL && zero)
			memset(p, 0, bytes);
		return p;
	}
	if (genfs_memory_short(bytes / PAGE_SIZE))
		return NULL;
	return (char *)uvm_km_alloc(
	    kernel_map, bytes, 0, UVM_KMF_WIRED | UVM_KMF_CANFAIL | (zero ? UVM_KMF_ZERO : 0));
}

void
tmpfs_mem_put(char *p, size_t bytes)
{
	if (bytes <= PAGE_SIZE)
		kmem_free(p, bytes);
	else
		uvm_km_free(kernel_map, (vaddr_t)p, bytes, UVM_KMF_WIRED);
}
