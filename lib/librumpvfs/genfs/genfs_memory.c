/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Files in memory, and RUMP_MEMLIMIT: files may not take the last pages.  Names, nodes and the calls
 * that remove files need some; without them they would wait for memory that only they can bring.
 */
#include <sys/param.h>
#include <sys/systm.h>

#include <miscfs/genfs/genfs.h>

#include "rump_boot.h"
#include "rump_mem.h"

#define RESERVE_PAGES 32

bool
genfs_memory_short(size_t npages)
{
	const size_t want = npages + RESERVE_PAGES;
	struct rump_meminfo mi;
	void *p;

	if (__predict_true(rump_params.rp_memlimit == UINT64_MAX))
		return false;
	rump_mem_info(&mi);
	if (__predict_true((mi.mi_limit - mi.mi_used) / PAGE_SIZE >= want))
		return false;
	/* The caches may hold more than that. */
	p = rump_pages_alloc(want, RUMP_PAGES_CANFAIL);
	if (p == NULL)
		return true;
	rump_pages_free(p, want);
	return false;
}
