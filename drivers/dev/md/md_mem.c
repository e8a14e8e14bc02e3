/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The memory of memory disks.  All of it is taken when a disk is configured, so that no write fails later; all disks
 * together get half of the kernel's memory at most, so that the rest of the kernel has its own.
 */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/systm.h>

#include "md_var.h"

static unsigned long md_bytes; /* (a) of all disks */

void
md_mem_init(void)
{
	md_bytes = 0;
}

static size_t
header_size(size_t nchunks)
{
	return sizeof(struct md_mem) + nchunks * sizeof(char *);
}

/* Count size bytes in; false: too many. */
static bool
reserve(size_t size)
{
	const unsigned long limit = (unsigned long)physmem * PAGE_SIZE / 2;
	unsigned long old;

	do {
		old = atomic_load_relaxed(&md_bytes);
		if (size > limit || old > limit - size)
			return false;
	} while (atomic_cas_ulong(&md_bytes, old, old + size) != old);
	return true;
}

int
md_mem_alloc(const char *name, size_t size, struct md_mem **mmp)
{
	const size_t nchunks = howmany(size, MD_CHUNK);
	struct md_mem *mm;

	if (size > SIZE_MAX / 2 || !reserve(nchunks * MD_CHUNK)) {
		printf("%s: %zu bytes are more than half of the kernel's memory\n", name, size);
		return ENOMEM;
	}
	mm = kmem_zalloc(header_size(nchunks), KM_NOSLEEP);
	if (mm == NULL) {
		atomic_add_long(&md_bytes, -(long)(nchunks * MD_CHUNK));
		printf("%s: no memory for %zu bytes\n", name, size);
		return ENOMEM;
	}
	mm->mm_size = size;
	mm->mm_nchunks = nchunks;
	for (size_t i = 0; i < nchunks; i++) {
		mm->mm_chunk[i] = kmem_zalloc(MD_CHUNK, KM_NOSLEEP);
		if (mm->mm_chunk[i] == NULL) {
			printf("%s: no memory for %zu bytes\n", name, size);
			md_mem_free(mm);
			return ENOMEM;
		}
	}
	*mmp = mm;
	return 0;
}

void
md_mem_free(struct md_mem *mm)
{
	for (size_t i = 0; i < mm->mm_nchunks && mm->mm_chunk[i] != NULL; i++)
		kmem_free(mm->mm_chunk[i], MD_CHUNK);
	atomic_add_long(&md_bytes, -(long)(mm->mm_nchunks * MD_CHUNK));
	kmem_free(mm, header_size(mm->mm_nchunks));
}
