/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Between dma_tag.c, dma_map.c, dma_mem.c. */
#ifndef RUMPDEV_DMA_IMPL_H
#define RUMPDEV_DMA_IMPL_H

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/systm.h>
#include <sys/uio.h>

#include <machine/bus_dma.h>

#include "rumpdev_dma.h"

/* Locks: (i) immutable, (a) atomic. */
struct bus_dma_tag {
	bus_addr_t bdt_min, bdt_max;		     /* (i) what the device reaches */
	bus_dma_tag_t bdt_root;			     /* (i) the tag that it comes from, or itself */
	const struct rumpdev_dma_checker *bdt_check; /* (i) */
	void *bdt_checkarg;			     /* (i) */
	u_int bdt_users;   /* (a) of a root: tags and maps that come from it */
	char bdt_name[16]; /* (i) */
};

#define CHECKER(t, fn, ...)                                                      \
	do {                                                                     \
		if ((t)->bdt_check != NULL)                                      \
			(*(t)->bdt_check->fn)((t)->bdt_checkarg, ##__VA_ARGS__); \
	} while (0)

/* dma_mem.c: the low window.  NOWAIT: never sleeps. */
void dma_mem_init(void);
void dma_mem_fini(void);
/* errors: ENOMEM. */
int dma_mem_alloc(bus_dma_tag_t t, bus_size_t size, bus_size_t align, bus_size_t boundary,
    int flags, bus_addr_t *addrp);
void dma_mem_free(bus_addr_t addr, bus_size_t size);
/* Bus addresses of kernel memory, and back. */
bus_addr_t dma_busaddr(const void *va);
void *dma_vaddr(bus_addr_t addr);

#endif /* RUMPDEV_DMA_IMPL_H */
