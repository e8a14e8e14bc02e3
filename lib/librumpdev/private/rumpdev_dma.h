/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * DMA tags for buses, and who looks on: a checker is told of all that happens to the maps of its tag
 * and of tags that come from it.
 */
#ifndef RUMPDEV_DMA_H
#define RUMPDEV_DMA_H

#include <sys/types.h>
#include <machine/bus_dma.h>

/* arg is the tag's.  ctx: that of the bus_dma(9) call; no lock held. */
struct rumpdev_dma_checker {
	/* map->_dm_check is the checker's.  errors: ENOMEM. */
	int (*dc_create)(void *arg, bus_dmamap_t map, int flags);
	void (*dc_destroy)(void *arg, bus_dmamap_t map);
	void (*dc_load)(void *arg, bus_dmamap_t map);
	void (*dc_unload)(void *arg, bus_dmamap_t map);
	/* PRE: memory is up to date for the device; POST: before the CPU looks at it. */
	void (*dc_sync)(void *arg, bus_dmamap_t map, bus_size_t off, bus_size_t len, int ops);
	/* delta bytes more, or less, of DMA memory. */
	void (*dc_mem)(void *arg, ssize_t delta);
};

/* owns: name is copied.  sleeps. */
bus_dma_tag_t rumpdev_dmatag_create(const char *name, bus_addr_t min, bus_addr_t max,
    const struct rumpdev_dma_checker *dc, void *arg);
const char *rumpdev_dmatag_name(bus_dma_tag_t t);

/*
 * Between a loaded map's memory, as the device would see it, and buf.  ctx: any; off + len is within
 * the map.
 */
void rumpdev_dmamap_copy(bus_dmamap_t map, bus_size_t off, void *buf, size_t len, bool to_map);

#endif /* RUMPDEV_DMA_H */
