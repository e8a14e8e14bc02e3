/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Kernel side of bus_test.c: bus_space(9) over plain memory, bus_dma(9) by its segments. */
#include <sys/param.h>
#include <sys/bus.h>
#include <sys/kmem.h>
#include <sys/systm.h>
#include <sys/uio.h>

#include "bus_ktest.h"
#include "ktestlib.h"
#include "rumpdev_dma.h"

/* ---- bus_space ---- */

const char *
rump_test_bus_space(void)
{
	static uint64_t mem[8];
	struct bus_space_tag tag = { &bus_space_memory_ops, mem, "mem" };
	const bus_space_tag_t t = &tag;
	const uint16_t in[3] = { 1, 2, 3 };
	bus_space_handle_t h, sub;
	bus_addr_t addr;
	uint16_t out[3];
	uint8_t v;

	memset(mem, 0, sizeof(mem));
	CHECK(bus_space_map(t, 0, 0, 0, &h) == EINVAL);
	CHECK(bus_space_map(t, 2, ~(bus_size_t)0, 0, &h) == EINVAL);
	CHECK(bus_space_map(t, 8, 56, BUS_SPACE_MAP_LINEAR, &h) == 0);
	CHECK(bus_space_vaddr(t, h) == &mem[1]);
	bus_space_write_8(t, h, 0, 0x1122334455667788);
	CHECK(mem[1] == 0x1122334455667788 && bus_space_read_4(t, h, 4) == 0x11223344);
	CHECK(bus_space_read_2(t, h, 0) == 0x7788 && bus_space_read_1(t, h, 7) == 0x11);
	CHECK(bus_space_read_stream_4(t, h, 0) == 0x55667788);
	CHECK(bus_space_subregion(t, h, 8, 16, &sub) == 0);
	bus_space_write_region_2(t, sub, 2, in, 3);
	bus_space_read_region_2(t, h, 10, out, 3);
	CHECK(memcmp(in, out, sizeof(in)) == 0);
	/* One register, and a buffer. */
	bus_space_write_multi_2(t, sub, 0, in, 3);
	CHECK(bus_space_read_2(t, sub, 0) == 3 && bus_space_read_2(t, sub, 2) == 1);
	bus_space_read_multi_2(t, sub, 0, out, 2);
	CHECK(out[0] == 3 && out[1] == 3);
	bus_space_set_region_1(t, h, 40, 0xee, 8);
	CHECK(mem[6] == 0xeeeeeeeeeeeeeeee);
	bus_space_set_multi_4(t, h, 40, 7, 3);
	CHECK(bus_space_read_4(t, h, 40) == 7 && bus_space_read_4(t, h, 44) == 0xeeeeeeee);
	/* Both ways over itself. */
	for (u_int i = 0; i < 6; i++)
		bus_space_write_1(t, h, i, (uint8_t)i);
	bus_space_copy_region_1(t, h, 0, h, 2, 4);
	CHECK(bus_space_read_1(t, h, 2) == 0 && bus_space_read_1(t, h, 5) == 3);
	bus_space_copy_region_1(t, h, 2, h, 1, 4);
	CHECK(bus_space_read_1(t, h, 1) == 0 && bus_space_read_1(t, h, 4) == 3);
	CHECK(bus_space_peek_1(t, h, 4, &v) == 0 && v == 3 && bus_space_poke_1(t, h, 4, 9) == 0);
	bus_space_barrier(t, h, 0, 56, BUS_SPACE_BARRIER_READ | BUS_SPACE_BARRIER_WRITE);
	CHECK(bus_space_read_1(t, h, 4) == 9 && bus_space_mmap(t, 0, 0, 0, 0) == (paddr_t)-1);
	CHECK(bus_space_alloc(t, 0, 64, 8, 8, 0, 0, &addr, &sub) == EOPNOTSUPP);
	CHECK(bus_space_is_equal(t, t));
	bus_space_unmap(t, h, 56);
	return NULL;
}

/* ---- bus_dma ---- */

const char *
rump_test_bus_dmamem(void)
{
	static const bus_size_t sizes[] = { 1, 4096, 5000, 1 << 20, (3 << 20) + 1 };
	bus_dma_segment_t seg[__arraycount(sizes)];
	void *kva[__arraycount(sizes)];
	int n;

	for (size_t i = 0; i < __arraycount(sizes); i++) {
		CHECK(bus_dmamem_alloc(
			  rump_dma_tag, sizes[i], 0x10000, 0, &seg[i], 1, &n, BUS_DMA_WAITOK) == 0);
		CHECK(n == 1 && seg[i].ds_len >= sizes[i] && seg[i].ds_addr % 0x10000 == 0);
		CHECK(seg[i].ds_addr + seg[i].ds_len <= 0xffffffff);
		CHECK(bus_dmamem_map(rump_dma_tag, &seg[i], 1, sizes[i], &kva[i], BUS_DMA_WAITOK) ==
		    0);
		CHECK(((uint8_t *)kva[i])[sizes[i] - 1] == 0);
		memset(kva[i], (int)i + 1, sizes[i]);
	}
	for (size_t i = 0; i < __arraycount(sizes); i++) {
		CHECK(
		    ((uint8_t *)kva[i])[0] == i + 1 && ((uint8_t *)kva[i])[sizes[i] - 1] == i + 1);
		bus_dmamem_unmap(rump_dma_tag, kva[i], sizes[i]);
		bus_dmamem_free(rump_dma_tag, &seg[i], 1);
	}
	CHECK(bus_dmamem_alloc(rump_dma_tag, 8192, 3, 0, seg, 1, &n, BUS_DMA_WAITOK) == EINVAL);
	CHECK(
	    bus_dmamem_alloc(rump_dma_tag, 8192, 4096, 4096, seg, 1, &n, BUS_DMA_WAITOK) == EINVAL);
	CHECK(bus_dmamem_alloc(
		  rump_dma_tag, (bus_size_t)1 << 40, 1, 0, seg, 1, &n, BUS_DMA_NOWAIT) == ENOMEM);
	/* In one piece of 64 KiB, wherever it lies. */
	for (int i = 0; i < 20; i++) {
		bus_dma_segment_t s;

		CHECK(bus_dmamem_alloc(rump_dma_tag, 40960, 1, 65536, &s, 1, &n, BUS_DMA_WAITOK) ==
		    0);
		CHECK((s.ds_addr ^ (s.ds_addr + 40959)) < 65536);
		bus_dmamem_free(rump_dma_tag, &s, 1);
	}
	return NULL;
}

#define BUFSIZE 20000

const char *
rump_test_bus_segments(void)
{
	uint8_t *const buf = kmem_alloc(BUFSIZE, KM_SLEEP);
	bus_size_t sum = 0;
	bus_dmamap_t map;

	CHECK(bus_dmamap_create(rump_dma_tag, BUFSIZE, 6, BUFSIZE, 0, BUS_DMA_WAITOK, &map) == 0);
	CHECK(map->dm_mapsize == 0 && map->dm_nsegs == 0);
	CHECK(bus_dmamap_load(rump_dma_tag, map, buf + 100, BUFSIZE - 100, NULL, BUS_DMA_NOWAIT) ==
	    0);
	CHECK(map->dm_mapsize == BUFSIZE - 100 && map->dm_nsegs >= 5);
	for (int i = 0; i < map->dm_nsegs; i++) {
		const bus_dma_segment_t *const ds = &map->dm_segs[i];

		CHECK(ds->ds_len > 0 &&
		    trunc_page(ds->ds_addr) == trunc_page(ds->ds_addr + ds->ds_len - 1));
		CHECK(i == 0 ||
		    ds->ds_addr != map->dm_segs[i - 1].ds_addr + map->dm_segs[i - 1].ds_len);
		CHECK(ds->ds_addr > 0xffffffff);
		sum += ds->ds_len;
	}
	CHECK(sum == map->dm_mapsize);
	bus_dmamap_sync(
	    rump_dma_tag, map, 0, map->dm_mapsize, BUS_DMASYNC_PREREAD | BUS_DMASYNC_PREWRITE);
	bus_dmamap_sync(rump_dma_tag, map, 5, 7, BUS_DMASYNC_POSTREAD | BUS_DMASYNC_POSTWRITE);
	bus_dmamap_unload(rump_dma_tag, map);
	CHECK(map->dm_mapsize == 0 && map->dm_nsegs == 0);
	/* Too many pieces, too many bytes; the map stays of use. */
	CHECK(bus_dmamap_load(rump_dma_tag, map, buf, BUFSIZE + 1, NULL, 0) == EINVAL);
	CHECK(bus_dmamap_load(rump_dma_tag, map, buf, 0, NULL, 0) == EINVAL);
	map->dm_maxsegsz = 1024;
	CHECK(bus_dmamap_load(rump_dma_tag, map, buf, BUFSIZE, NULL, 0) == EFBIG &&
	    map->dm_mapsize == 0);
	CHECK(
	    bus_dmamap_load(rump_dma_tag, map, buf, 5 * 1024, NULL, 0) == 0 && map->dm_nsegs >= 5);
	bus_dmamap_destroy(rump_dma_tag, map); /* loaded: it is unloaded */
	kmem_free(buf, BUFSIZE);
	return NULL;
}

/* Contiguous memory is cut by the largest segment and by the boundary only. */
const char *
rump_test_bus_limits(void)
{
	static const struct {
		bus_size_t maxsegsz, boundary;
		int nsegs;
	} rows[] = { { 65536, 0, 1 }, { 16384, 0, 4 }, { 65536, 32768, 2 }, { 20000, 32768, 4 },
		{ 5000, 4096, 16 }, { 65536, 2048, 32 } };
	bus_dma_segment_t seg;
	bus_dmamap_t map;
	void *kva;
	int n;

	CHECK(bus_dmamem_alloc(rump_dma_tag, 65536, 65536, 0, &seg, 1, &n, BUS_DMA_WAITOK) == 0);
	CHECK(bus_dmamem_map(rump_dma_tag, &seg, 1, 65536, &kva, BUS_DMA_WAITOK) == 0);
	for (size_t r = 0; r < __arraycount(rows); r++) {
		CHECK(bus_dmamap_create(rump_dma_tag, 65536, 40, rows[r].maxsegsz, rows[r].boundary,
			  BUS_DMA_WAITOK, &map) == 0);
		CHECK(bus_dmamap_load(rump_dma_tag, map, kva, 65536, NULL, 0) == 0);
		CHECK(map->dm_nsegs == rows[r].nsegs && map->dm_segs[0].ds_addr == seg.ds_addr);
		for (int i = 0; i < map->dm_nsegs; i++) {
			const bus_dma_segment_t *const ds = &map->dm_segs[i];

			CHECK(ds->ds_len <= rows[r].maxsegsz);
			CHECK(rows[r].boundary == 0 ||
			    ((ds->ds_addr ^ (ds->ds_addr + ds->ds_len - 1)) & -rows[r].boundary) ==
				0);
		}
		bus_dmamap_destroy(rump_dma_tag, map);
	}
	CHECK(bus_dmamap_create(rump_dma_tag, 0, 1, 1, 0, 0, &map) == EINVAL);
	CHECK(bus_dmamap_create(rump_dma_tag, 1, 0, 1, 0, 0, &map) == EINVAL);
	CHECK(bus_dmamap_create(rump_dma_tag, 1, 1, 1, 3, 0, &map) == EINVAL);
	bus_dmamem_free(rump_dma_tag, &seg, 1);
	return NULL;
}

/* A device of 32 bits: the memory is elsewhere, what it sees is a copy. */
const char *
rump_test_bus_bounce(void)
{
	uint8_t *const buf = kmem_alloc(BUFSIZE, KM_SLEEP), seen[4];
	bus_dma_tag_t t32;
	bus_dmamap_t map;

	CHECK(bus_dmatag_subregion(rump_dma_tag, 0, 0xffffffff, &t32, BUS_DMA_WAITOK) == 0);
	CHECK(bus_dmatag_bounces_p(t32) && !bus_dmatag_bounces_p(rump_dma_tag));
	CHECK(bus_dmamap_create(
		  t32, BUFSIZE, 2, BUFSIZE, 0, BUS_DMA_WAITOK | BUS_DMA_ALLOCNOW, &map) == 0);
	memset(buf, 1, BUFSIZE);
	CHECK(bus_dmamap_load(t32, map, buf, BUFSIZE, NULL, BUS_DMA_NOWAIT) == 0);
	CHECK(map->dm_nsegs == 1 && map->dm_segs[0].ds_addr + BUFSIZE <= 0xffffffff);
	bus_dmamap_sync(t32, map, 0, BUFSIZE, BUS_DMASYNC_PREWRITE);
	memset(buf, 2, BUFSIZE); /* too late for the device */
	rumpdev_dmamap_copy(map, 5000, seen, 4, false);
	CHECK(seen[0] == 1 && seen[3] == 1);
	bus_dmamap_sync(t32, map, 5000, 4, BUS_DMASYNC_PREREAD);
	memset(seen, 3, 4);
	rumpdev_dmamap_copy(map, 5000, seen, 4, true);
	CHECK(buf[5000] == 2); /* not before the sync */
	bus_dmamap_sync(t32, map, 5000, 4, BUS_DMASYNC_POSTREAD);
	CHECK(buf[4999] == 2 && buf[5000] == 3 && buf[5003] == 3 && buf[5004] == 2);
	bus_dmamap_unload(t32, map);
	bus_dmamap_destroy(t32, map);
	bus_dmatag_destroy(t32);
	kmem_free(buf, BUFSIZE);
	return NULL;
}

const char *
rump_test_bus_uio(void)
{
	static uint8_t mem[3][300];
	struct iovec iov[4] = { { mem[0], 100 }, { NULL, 0 }, { mem[1], 200 }, { mem[2], 300 } };
	struct uio uio = { .uio_iov = iov, .uio_iovcnt = 4, .uio_resid = 450 };
	bus_dma_tag_t t32;
	bus_dmamap_t map;
	uint8_t byte;

	UIO_SETUP_SYSSPACE(&uio);
	memset(mem[0], 10, 300);
	memset(mem[1], 11, 300);
	memset(mem[2], 12, 300);
	CHECK(bus_dmamap_create(rump_dma_tag, 450, 8, 450, 0, BUS_DMA_WAITOK, &map) == 0);
	CHECK(bus_dmamap_load_uio(rump_dma_tag, map, &uio, BUS_DMA_NOWAIT) == 0);
	CHECK(map->dm_mapsize == 450 && map->dm_nsegs >= 3);
	bus_dmamap_sync(rump_dma_tag, map, 0, 450, BUS_DMASYNC_PREWRITE);
	rumpdev_dmamap_copy(map, 99, &byte, 1, false);
	CHECK(byte == 10);
	rumpdev_dmamap_copy(map, 100, &byte, 1, false);
	CHECK(byte == 11);
	rumpdev_dmamap_copy(map, 449, &byte, 1, false);
	CHECK(byte == 12);
	bus_dmamap_destroy(rump_dma_tag, map);
	/* Bounced, it is one piece. */
	CHECK(bus_dmatag_subregion(rump_dma_tag, 0, 0xffffffff, &t32, BUS_DMA_WAITOK) == 0);
	CHECK(bus_dmamap_create(t32, 450, 1, 450, 0, BUS_DMA_WAITOK, &map) == 0);
	CHECK(bus_dmamap_load_uio(t32, map, &uio, BUS_DMA_WAITOK) == 0 && map->dm_nsegs == 1);
	bus_dmamap_sync(t32, map, 0, 450, BUS_DMASYNC_PREREAD);
	byte = 99;
	rumpdev_dmamap_copy(map, 300, &byte, 1, true);
	bus_dmamap_sync(t32, map, 0, 450, BUS_DMASYNC_POSTREAD);
	CHECK(mem[2][0] == 99 && mem[2][1] == 12 && mem[1][199] == 11);
	bus_dmamap_destroy(t32, map);
	bus_dmatag_destroy(t32);
	/* Of a process, it is refused. */
	uio.uio_vmspace = NULL;
	CHECK(bus_dmamap_create(rump_dma_tag, 450, 8, 450, 0, BUS_DMA_WAITOK, &map) == 0);
	CHECK(bus_dmamap_load_uio(rump_dma_tag, map, &uio, 0) == EINVAL);
	CHECK(bus_dmamap_load(rump_dma_tag, map, mem, 10, curproc, 0) == EINVAL);
	bus_dmamap_destroy(rump_dma_tag, map);
	return NULL;
}

const char *
rump_test_bus_raw(void)
{
	bus_dma_segment_t seg, nowhere = { .ds_addr = 64, .ds_len = 4096 };
	bus_dmamap_t map;
	uint8_t byte;
	void *kva;
	int n;

	CHECK(bus_dmamem_alloc(rump_dma_tag, 8192, 4096, 0, &seg, 1, &n, BUS_DMA_WAITOK) == 0);
	CHECK(bus_dmamem_map(rump_dma_tag, &seg, 1, 8192, &kva, BUS_DMA_WAITOK) == 0);
	((uint8_t *)kva)[8191] = 5;
	CHECK(bus_dmamap_create(rump_dma_tag, 8192, 1, 8192, 0, BUS_DMA_WAITOK, &map) == 0);
	CHECK(bus_dmamap_load_raw(rump_dma_tag, map, &seg, 1, 8192, 0) == 0);
	CHECK(map->dm_nsegs == 1 && map->dm_segs[0].ds_addr == seg.ds_addr);
	rumpdev_dmamap_copy(map, 8191, &byte, 1, false);
	CHECK(byte == 5);
	bus_dmamap_unload(rump_dma_tag, map);
	CHECK(bus_dmamap_load_raw(rump_dma_tag, map, &seg, 1, 8193, 0) == EINVAL);
	CHECK(bus_dmamap_load_raw(rump_dma_tag, map, &nowhere, 1, 10, 0) == EINVAL);
	bus_dmamap_destroy(rump_dma_tag, map);
	bus_dmamem_free(rump_dma_tag, &seg, 1);
	return NULL;
}

const char *
rump_test_bus_tags(void)
{
	bus_dma_segment_t seg;
	bus_dma_tag_t t24, high;
	int n;

	/* Of 24 bits: 16 MiB, and nothing lies there. */
	CHECK(bus_dmatag_subregion(rump_dma_tag, 0, 0xffffff, &t24, 0) == 0);
	CHECK(bus_dmamem_alloc(t24, 4096, 4096, 0, &seg, 1, &n, BUS_DMA_WAITOK) == ENOMEM);
	CHECK(bus_dmatag_subregion(t24, 0x1000000, 0x2000000, &high, 0) == EINVAL);
	CHECK(bus_dmatag_subregion(rump_dma_tag, 5, 4, &high, 0) == EINVAL);
	bus_dmatag_destroy(t24);
	return NULL;
}

int
rump_test_bus_misuse(int which)
{
	static uint8_t mem[64];
	bus_dmamap_t map;

	if (!DIAGNOSTIC_BUILD)
		return 0;
	(void)bus_dmamap_create(rump_dma_tag, 64, 2, 64, 0, BUS_DMA_WAITOK, &map);
	if (which != MISUSE_SYNC_EMPTY)
		(void)bus_dmamap_load(rump_dma_tag, map, mem, 32, NULL, BUS_DMA_WAITOK);
	switch (which) {
	case MISUSE_SYNC_EMPTY:
		bus_dmamap_sync(rump_dma_tag, map, 0, 1, BUS_DMASYNC_PREREAD);
		break;
	case MISUSE_SYNC_BEYOND:
		bus_dmamap_sync(rump_dma_tag, map, 30, 3, BUS_DMASYNC_PREREAD);
		break;
	case MISUSE_SYNC_BOTH:
		bus_dmamap_sync(
		    rump_dma_tag, map, 0, 32, BUS_DMASYNC_PREREAD | BUS_DMASYNC_POSTWRITE);
		break;
	case MISUSE_POSTREAD:
		bus_dmamap_sync(rump_dma_tag, map, 0, 32, BUS_DMASYNC_PREWRITE);
		bus_dmamap_sync(rump_dma_tag, map, 0, 32, BUS_DMASYNC_POSTREAD);
		break;
	case MISUSE_POSTWRITE:
		bus_dmamap_sync(rump_dma_tag, map, 0, 32, BUS_DMASYNC_PREREAD);
		bus_dmamap_sync(rump_dma_tag, map, 0, 32, BUS_DMASYNC_POSTWRITE);
		break;
	case MISUSE_LOAD_TWICE:
		(void)bus_dmamap_load(rump_dma_tag, map, mem, 32, NULL, BUS_DMA_WAITOK);
		break;
	}
	return 1;
}
