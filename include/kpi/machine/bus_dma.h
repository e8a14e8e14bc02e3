/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * bus_dma(9): memory that devices read and write.
 *
 * A load says which memory a map is; bus_dmamap_sync() hands it, or parts of it, to the device
 * (PREREAD: the device will write; PREWRITE: it will read) and back (POSTREAD, POSTWRITE).  A driver that
 * leaves one out may see old data, on every device: nothing is coherent by promise.
 *
 * ctx of load, unload, sync: any, with BUS_DMA_NOWAIT for load.  Of the rest: thread; they sleep
 * with BUS_DMA_WAITOK.
 */
#ifndef KPI_MACHINE_BUS_DMA_H
#define KPI_MACHINE_BUS_DMA_H

#include <sys/types.h>

struct iovec;
struct proc;
struct uio;

#define BUS_DMA_WAITOK	     0x000
#define BUS_DMA_NOWAIT	     0x001
#define BUS_DMA_ALLOCNOW     0x002 /* at creation, whatever loading may need */
#define BUS_DMA_COHERENT     0x004
#define BUS_DMA_STREAMING    0x008
#define BUS_DMA_BUS1	     0x010
#define BUS_DMA_BUS2	     0x020
#define BUS_DMA_BUS3	     0x040
#define BUS_DMA_BUS4	     0x080
#define BUS_DMA_READ	     0x100 /* the device only writes memory */
#define BUS_DMA_WRITE	     0x200 /* the device only reads memory */
#define BUS_DMA_NOCACHE	     0x400
#define BUS_DMA_PREFETCHABLE 0x800

/* What the device did, or will do, with memory: READ goes to memory. */
#define BUS_DMASYNC_PREREAD   0x01
#define BUS_DMASYNC_POSTREAD  0x02
#define BUS_DMASYNC_PREWRITE  0x04
#define BUS_DMASYNC_POSTWRITE 0x08

typedef struct bus_dma_tag *bus_dma_tag_t;
typedef struct bus_dmamap *bus_dmamap_t;

typedef struct bus_dma_segment {
	bus_addr_t ds_addr;
	bus_size_t ds_len;
} bus_dma_segment_t;

/* Drivers look at dm_*, the rest is bus_dma's. */
struct bus_dmamap {
	bus_size_t dm_maxsegsz; /* may be lowered by the driver before a load */
	bus_size_t dm_mapsize;	/* bytes loaded; 0: empty */
	int dm_nsegs;

	bus_dma_tag_t _dm_tag;
	bus_size_t _dm_size; /* most that can be loaded */
	int _dm_segcnt;
	bus_size_t _dm_maxmaxsegsz;
	bus_size_t _dm_boundary; /* segments do not cross multiples; 0: none */
	int _dm_flags;
	int _dm_pre;	   /* PREREAD, PREWRITE seen since the load */
	void *_dm_bounce;  /* of _dm_size bytes when the memory itself is out of reach */
	bool _dm_bouncing; /* this load */
	int _dm_npieces;   /* where this load's bytes lie, in order */
	int _dm_maxpieces;
	struct iovec *_dm_pieces;
	void *_dm_check; /* the checker's */
	bus_dma_segment_t dm_segs[];
};

/*
 * A map for up to size bytes in nsegments segments.
 * errors: ENOMEM, EINVAL.
 */
int bus_dmamap_create(bus_dma_tag_t t, bus_size_t size, int nsegments, bus_size_t maxsegsz,
    bus_size_t boundary, int flags, bus_dmamap_t *mapp);
/* A loaded map is unloaded. */
void bus_dmamap_destroy(bus_dma_tag_t t, bus_dmamap_t map);
/*
 * Load an empty map: buf, a uio's pieces (kernel memory only), memory of bus_dmamem_alloc().  The
 * memory stays where it is until the unload.  p: NULL, the kernel.
 * errors: EFBIG (too many segments), EINVAL (more than the map's size, memory of a process), ENOMEM.
 */
int bus_dmamap_load(
    bus_dma_tag_t t, bus_dmamap_t map, void *buf, bus_size_t len, struct proc *p, int flags);
int bus_dmamap_load_uio(bus_dma_tag_t t, bus_dmamap_t map, struct uio *uio, int flags);
int bus_dmamap_load_raw(bus_dma_tag_t t, bus_dmamap_t map, bus_dma_segment_t *segs, int nsegs,
    bus_size_t size, int flags);
void bus_dmamap_unload(bus_dma_tag_t t, bus_dmamap_t map);
void bus_dmamap_sync(bus_dma_tag_t t, bus_dmamap_t map, bus_addr_t offset, bus_size_t len, int ops);

/*
 * Memory that the tag's device can reach, in up to nsegs pieces, zeroed.  Then where it lies for the kernel.
 * errors: ENOMEM, EFBIG (nsegs is too few).
 */
int bus_dmamem_alloc(bus_dma_tag_t t, bus_size_t size, bus_size_t align, bus_size_t boundary,
    bus_dma_segment_t *segs, int nsegs, int *rsegs, int flags);
void bus_dmamem_free(bus_dma_tag_t t, bus_dma_segment_t *segs, int nsegs);
int bus_dmamem_map(
    bus_dma_tag_t t, bus_dma_segment_t *segs, int nsegs, size_t size, void **kvap, int flags);
void bus_dmamem_unmap(bus_dma_tag_t t, void *kva, size_t size);
paddr_t bus_dmamem_mmap(
    bus_dma_tag_t t, bus_dma_segment_t *segs, int nsegs, off_t off, int prot, int flags);

/* A tag like t, whose device reaches [min_addr, max_addr] of what t's does.  errors: ENOMEM, EINVAL. */
int bus_dmatag_subregion(
    bus_dma_tag_t t, bus_addr_t min_addr, bus_addr_t max_addr, bus_dma_tag_t *newtag, int flags);
void bus_dmatag_destroy(bus_dma_tag_t t);
/* Could memory of this tag need to be bounced? */
bool bus_dmatag_bounces_p(bus_dma_tag_t t);

/* Reaches everything; buses derive theirs of it. */
extern bus_dma_tag_t rump_dma_tag;

#endif /* KPI_MACHINE_BUS_DMA_H */
