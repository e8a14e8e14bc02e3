/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * A simulated device's DMA.
 *
 * The device does not work on the memory that a driver has loaded, but on a copy (the shadow), which only syncs
 * bring up to date, byte by byte; so what a driver does wrong with syncs shows as it would on the least
 * coherent of machines:
 *
 *	PREWRITE	memory to shadow; the device may read
 *	PREREAD		the device may write
 *	POSTWRITE	it may not read any more
 *	POSTREAD	what it wrote, to memory; it may not write any more
 */
#include "simbus.h"

#include "rumpdev_dma.h"

#define B_READ_OK  0x01
#define B_WRITE_OK 0x02
#define B_WRITTEN  0x04 /* by the device, and not yet in memory */

/* Locks: (s) sim_lock, (i) immutable. */
struct simdma {
	LIST_ENTRY(simdma) sx_list; /* (s) */
	bus_dmamap_t sx_map;	    /* (i) */
	size_t sx_size;		    /* (i) of the two arrays */
	uint8_t *sx_shadow;	    /* (s) */
	uint8_t *sx_state;	    /* (s) B_* of each byte */
	bool sx_loaded;		    /* (s) */
};

/* ---- The driver's side ---- */

static int
dma_create(void *arg, bus_dmamap_t map, int flags)
{
	const km_flag_t km = (flags & BUS_DMA_NOWAIT) != 0 ? KM_NOSLEEP : KM_SLEEP;
	struct rump_simdev *const sd = arg;
	struct simdma *const sx = kmem_intr_zalloc(sizeof(*sx), km);

	if (sx == NULL)
		return ENOMEM;
	sx->sx_map = map;
	sx->sx_size = map->_dm_size;
	sx->sx_shadow = kmem_intr_zalloc(2 * sx->sx_size, km);
	if (sx->sx_shadow == NULL) {
		kmem_intr_free(sx, sizeof(*sx));
		return ENOMEM;
	}
	sx->sx_state = sx->sx_shadow + sx->sx_size;
	map->_dm_check = sx;
	mutex_enter(&sim_lock);
	LIST_INSERT_HEAD(&sd->sd_maps, sx, sx_list);
	mutex_exit(&sim_lock);
	return 0;
}

static void
dma_destroy(void *arg, bus_dmamap_t map)
{
	struct simdma *const sx = map->_dm_check;

	mutex_enter(&sim_lock);
	LIST_REMOVE(sx, sx_list);
	mutex_exit(&sim_lock);
	kmem_intr_free(sx->sx_shadow, 2 * sx->sx_size);
	kmem_intr_free(sx, sizeof(*sx));
}

static void
dma_load(void *arg, bus_dmamap_t map)
{
	struct simdma *const sx = map->_dm_check;

	mutex_enter(&sim_lock);
	memset(sx->sx_state, 0, sx->sx_size);
	memset(sx->sx_shadow, 0xa5, sx->sx_size);
	sx->sx_loaded = true;
	mutex_exit(&sim_lock);
}

/* Bytes of [off, off + len) that have bits set.  locks: sim_lock. */
static size_t
count(const struct simdma *sx, size_t off, size_t len, uint8_t bits)
{
	size_t n = 0;

	while (len-- > 0)
		n += (sx->sx_state[off++] & bits) != 0;
	return n;
}

static void
dma_unload(void *arg, bus_dmamap_t map)
{
	struct simdma *const sx = map->_dm_check;
	struct rump_simdev *const sd = arg;
	size_t lost;

	mutex_enter(&sim_lock);
	lost = count(sx, 0, map->dm_mapsize, B_WRITTEN);
	sx->sx_loaded = false;
	mutex_exit(&sim_lock);
	/* A card that was pulled owes no answer to what it did last. */
	if (lost != 0 && !sd->sd_gone)
		simbus_fail(sd,
		    "DMA map unloaded without POSTREAD of %zu bytes that the device wrote", lost);
}

/* locks: sim_lock. */
static void
mark(struct simdma *sx, size_t off, size_t len, uint8_t set, uint8_t clear)
{
	for (; len > 0; len--, off++)
		sx->sx_state[off] = (sx->sx_state[off] & ~clear) | set;
}

/* What the device wrote, in runs, to memory.  locks: sim_lock. */
static void
to_memory(struct simdma *sx, size_t off, size_t len)
{
	const size_t end = off + len;
	size_t from;

	while (off < end) {
		if ((sx->sx_state[off] & B_WRITTEN) == 0) {
			off++;
			continue;
		}
		for (from = off; off < end && (sx->sx_state[off] & B_WRITTEN) != 0; off++)
			continue;
		rumpdev_dmamap_copy(sx->sx_map, from, sx->sx_shadow + from, off - from, true);
	}
}

static void
dma_sync(void *arg, bus_dmamap_t map, bus_size_t off, bus_size_t len, int ops)
{
	struct simdma *const sx = map->_dm_check;
	struct rump_simdev *const sd = arg;
	size_t lost = 0;

	mutex_enter(&sim_lock);
	if (!sx->sx_loaded || off > sx->sx_size || len > sx->sx_size - off) {
		mutex_exit(&sim_lock);
		simbus_fail(sd, "sync of a DMA map that is not loaded, or beyond its end");
		return;
	}
	if ((ops & (BUS_DMASYNC_PREREAD | BUS_DMASYNC_PREWRITE)) != 0)
		lost = count(sx, off, len, B_WRITTEN);
	if ((ops & BUS_DMASYNC_PREWRITE) != 0) {
		rumpdev_dmamap_copy(map, off, sx->sx_shadow + off, len, false);
		mark(sx, off, len, B_READ_OK, B_WRITTEN);
	}
	if ((ops & BUS_DMASYNC_PREREAD) != 0)
		mark(sx, off, len, B_WRITE_OK, B_WRITTEN);
	if ((ops & BUS_DMASYNC_POSTREAD) != 0) {
		to_memory(sx, off, len);
		mark(sx, off, len, 0, B_WRITTEN | B_WRITE_OK);
	}
	if ((ops & BUS_DMASYNC_POSTWRITE) != 0)
		mark(sx, off, len, 0, B_READ_OK);
	mutex_exit(&sim_lock);
	if (lost != 0)
		simbus_fail(sd,
		    "sync before the transfer, over %zu bytes that the device wrote and "
		    "nobody has synced after it: they are lost",
		    lost);
}

static void
dma_mem(void *arg, ssize_t delta)
{
	struct rump_simdev *const sd = arg;

	mutex_enter(&sim_lock);
	sd->sd_dmamem += delta;
	mutex_exit(&sim_lock);
}

static const struct rumpdev_dma_checker checker = {
	.dc_create = dma_create,
	.dc_destroy = dma_destroy,
	.dc_load = dma_load,
	.dc_unload = dma_unload,
	.dc_sync = dma_sync,
	.dc_mem = dma_mem,
};

void
simdma_init(struct rump_simdev *sd, unsigned bits)
{
	const bus_addr_t max =
	    bits == 0 || bits >= 64 ? ~(bus_addr_t)0 : ((bus_addr_t)1 << bits) - 1;

	sd->sd_dmat = rumpdev_dmatag_create(sd->sd_name, 0, max, &checker, sd);
	(void)bus_dmatag_subregion(
	    sd->sd_dmat, 0, MIN(max, 0xffffffff), &sd->sd_dmat32, BUS_DMA_WAITOK);
}

void
simdma_fini(struct rump_simdev *sd)
{
	bus_dmatag_destroy(sd->sd_dmat32);
	bus_dmatag_destroy(sd->sd_dmat);
}

u_int
simdma_left(const struct rump_simdev *sd)
{
	const struct simdma *sx;
	u_int n = 0;

	LIST_FOREACH (sx, &sd->sd_maps, sx_list)
		n++;
	return n;
}

/* ---- The device's side ---- */

/* The map that has addr, the offset in it, and how far the segment goes.  locks: sim_lock. */
static struct simdma *
find(struct rump_simdev *sd, bus_addr_t addr, size_t *offp, size_t *runp)
{
	struct simdma *sx;
	size_t off;

	LIST_FOREACH (sx, &sd->sd_maps, sx_list) {
		const bus_dmamap_t map = sx->sx_map;

		off = 0;
		for (int i = 0; sx->sx_loaded && i < map->dm_nsegs; i++) {
			const bus_dma_segment_t *const ds = &map->dm_segs[i];

			if (addr - ds->ds_addr < ds->ds_len) {
				*offp = off + (addr - ds->ds_addr);
				*runp = ds->ds_len - (addr - ds->ds_addr);
				return sx;
			}
			off += ds->ds_len;
		}
	}
	return NULL;
}

/* One run; what is wrong with it, or NULL.  locks: sim_lock. */
static const char *
run(struct simdma *sx, size_t off, uint8_t *buf, size_t len, bool write)
{
	if (!write) {
		if (count(sx, off, len, B_READ_OK | B_WRITTEN) != len)
			return "reads memory that is not synced for it by PREWRITE";
		memcpy(buf, sx->sx_shadow + off, len);
		return NULL;
	}
	if (count(sx, off, len, B_WRITE_OK) != len)
		return "writes memory that is not synced for it by PREREAD";
	memcpy(sx->sx_shadow + off, buf, len);
	mark(sx, off, len, B_WRITTEN, 0);
	return NULL;
}

static bool
transfer(struct rump_simdev *sd, bus_addr_t addr, uint8_t *buf, size_t len, bool write)
{
	const enum simbus_entry e = simbus_enter();
	const char *wrong = NULL;
	size_t off = 0, n = 0;
	struct simdma *sx;

	if (e == SIMBUS_NO)
		return false;
	mutex_enter(&sim_lock);
	if (sd->sd_detached)
		wrong = "is at work after the detach";
	else if (sd->sd_pci != NULL && !simpci_masters(sd))
		wrong = "is no bus master (PCI_COMMAND)";
	for (; wrong == NULL && len > 0; addr += n, buf += n, len -= n) {
		sx = find(sd, addr, &off, &n);
		if (sx == NULL) {
			wrong = write ? "writes memory that no DMA map has"
				      : "reads memory that no DMA map has";
			break;
		}
		n = MIN(n, len);
		wrong = run(sx, off, buf, n, write);
		if (wrong != NULL)
			break;
	}
	mutex_exit(&sim_lock);
	if (wrong != NULL)
		simbus_fail(sd, "%s: %zu bytes at bus address %#jx", wrong, len, (uintmax_t)addr);
	simbus_leave(e);
	return wrong == NULL;
}

bool
rump_simdma_read(struct rump_simdev *sd, uint64_t addr, void *buf, size_t len)
{
	return transfer(sd, addr, buf, len, false);
}

bool
rump_simdma_write(struct rump_simdev *sd, uint64_t addr, const void *buf, size_t len)
{
	return transfer(sd, addr, __UNCONST(buf), len, true);
}
