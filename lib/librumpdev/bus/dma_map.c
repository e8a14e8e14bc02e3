/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * bus_dma(9) maps.
 *
 * A load notes where the bytes lie (_dm_pieces) and cuts them into segments, page by page.  When a page is
 * out of the tag's reach, the whole load goes by a bounce buffer in low memory; the syncs copy.
 *
 *	EMPTY --load--> LOADED --PRE--> with the device --POST--> with the CPU --unload--> EMPTY
 *
 * A map is its driver's, who uses it in one thread at a time: it has no lock.
 */
#include "dma_impl.h"

#define PRE  (BUS_DMASYNC_PREREAD | BUS_DMASYNC_PREWRITE)
#define POST (BUS_DMASYNC_POSTREAD | BUS_DMASYNC_POSTWRITE)

#define EXTRA_PIECES 8 /* of a uio that is bounced, beyond the segments */

static size_t
map_bytes(int nsegments)
{
	return offsetof(struct bus_dmamap, dm_segs) + (size_t)nsegments * sizeof(bus_dma_segment_t);
}

/* ---- Creation ---- */

static int
bounce_get(bus_dma_tag_t t, bus_dmamap_t map, int flags)
{
	bus_addr_t addr;
	int error;

	if (map->_dm_bounce != NULL)
		return 0;
	error = dma_mem_alloc(t, map->_dm_size, 1, 0, flags, &addr);
	if (error == 0)
		map->_dm_bounce = dma_vaddr(addr);
	return error;
}

static void
map_free(bus_dmamap_t map)
{
	if (map->_dm_bounce != NULL)
		dma_mem_free(dma_busaddr(map->_dm_bounce), map->_dm_size);
	kmem_intr_free(map->_dm_pieces, (size_t)map->_dm_maxpieces * sizeof(*map->_dm_pieces));
	kmem_intr_free(map, map_bytes(map->_dm_segcnt));
}

static bus_dmamap_t
map_new(bus_dma_tag_t t, int nsegments, km_flag_t kmflags)
{
	const int maxpieces = nsegments + EXTRA_PIECES;
	bus_dmamap_t const map = kmem_intr_zalloc(map_bytes(nsegments), kmflags);

	if (map == NULL)
		return NULL;
	map->_dm_pieces = kmem_intr_alloc((size_t)maxpieces * sizeof(*map->_dm_pieces), kmflags);
	if (map->_dm_pieces == NULL) {
		kmem_intr_free(map, map_bytes(nsegments));
		return NULL;
	}
	map->_dm_maxpieces = maxpieces;
	map->_dm_segcnt = nsegments;
	map->_dm_tag = t;
	return map;
}

int
bus_dmamap_create(bus_dma_tag_t t, bus_size_t size, int nsegments, bus_size_t maxsegsz,
    bus_size_t boundary, int flags, bus_dmamap_t *mapp)
{
	const bool nowait = (flags & BUS_DMA_NOWAIT) != 0;
	bus_dmamap_t map;
	int error = 0;

	if (size == 0 || nsegments < 1 || nsegments > 65536 || maxsegsz == 0 || !powerof2(boundary))
		return EINVAL;
	map = map_new(t, nsegments, nowait ? KM_NOSLEEP : KM_SLEEP);
	if (map == NULL)
		return ENOMEM;
	map->_dm_size = size;
	map->dm_maxsegsz = map->_dm_maxmaxsegsz = maxsegsz;
	map->_dm_boundary = boundary;
	map->_dm_flags = flags;
	if ((flags & BUS_DMA_ALLOCNOW) != 0 && bus_dmatag_bounces_p(t))
		error = bounce_get(t, map, flags);
	if (error == 0 && t->bdt_check != NULL)
		error = (*t->bdt_check->dc_create)(t->bdt_checkarg, map, flags);
	if (error != 0) {
		map_free(map);
		return error;
	}
	atomic_inc_uint(&t->bdt_root->bdt_users);
	*mapp = map;
	return 0;
}

void
bus_dmamap_destroy(bus_dma_tag_t t, bus_dmamap_t map)
{
	KASSERTMSG(map->_dm_tag == t, "DMA map of tag %s destroyed with tag %s",
	    map->_dm_tag->bdt_name, t->bdt_name);
	if (map->dm_mapsize != 0)
		bus_dmamap_unload(t, map);
	atomic_dec_uint(&t->bdt_root->bdt_users);
	CHECKER(t, dc_destroy, map);
	map_free(map);
}

/* ---- Segments ---- */

/* Does [addr, addr + len) cross a multiple of the map's boundary? */
static bool
crosses(const struct bus_dmamap *map, bus_addr_t addr, bus_size_t len)
{
	return map->_dm_boundary != 0 &&
	    ((addr ^ (addr + len - 1)) & ~(map->_dm_boundary - 1)) != 0;
}

/* How many of len bytes from addr one segment may have. */
static bus_size_t
fits(const struct bus_dmamap *map, bus_addr_t addr, bus_size_t len)
{
	len = MIN(len, map->dm_maxsegsz);
	if (map->_dm_boundary != 0)
		len = MIN(len, map->_dm_boundary - (addr & (map->_dm_boundary - 1)));
	return len;
}

/* Append a run of bus addresses.  errors: EFBIG. */
static int
segs_add(bus_dmamap_t map, int *np, bus_addr_t addr, bus_size_t len)
{
	while (len > 0) {
		bus_dma_segment_t *const last = *np > 0 ? &map->dm_segs[*np - 1] : NULL;
		bus_size_t n = fits(map, addr, len);

		if (last != NULL && last->ds_addr + last->ds_len == addr &&
		    last->ds_len < map->dm_maxsegsz &&
		    !crosses(map, last->ds_addr, last->ds_len + 1)) {
			n = MIN(n, map->dm_maxsegsz - last->ds_len);
			last->ds_len += n;
		} else {
			if (*np == map->_dm_segcnt)
				return EFBIG;
			map->dm_segs[*np] = (bus_dma_segment_t){ .ds_addr = addr, .ds_len = n };
			++*np;
		}
		addr += n;
		len -= n;
	}
	return 0;
}

static bool
reaches(bus_dma_tag_t t, bus_addr_t addr, bus_size_t len)
{
	return addr >= t->bdt_min && addr + len - 1 <= t->bdt_max;
}

/* The pieces as they are.  errors: EFBIG; ERANGE: bounce. */
static int
segs_direct(bus_dma_tag_t t, bus_dmamap_t map, int *np)
{
	int error;

	for (int i = 0; i < map->_dm_npieces; i++) {
		const struct iovec *const piece = &map->_dm_pieces[i];
		const char *p = piece->iov_base;
		size_t left = piece->iov_len, n;

		for (; left > 0; left -= n, p += n) {
			const bus_addr_t addr = dma_busaddr(p);

			n = MIN(left, PAGE_SIZE - ((vaddr_t)p & PAGE_MASK));
			if (!reaches(t, addr, n))
				return ERANGE;
			error = segs_add(map, np, addr, n);
			if (error != 0)
				return error;
		}
	}
	return 0;
}

/* ---- Loading ---- */

/* _dm_pieces are noted. */
static int
load_pieces(bus_dma_tag_t t, bus_dmamap_t map, bus_size_t size, int flags)
{
	int n = 0, error;

	KASSERTMSG(map->_dm_tag == t, "DMA map of tag %s loaded with tag %s",
	    map->_dm_tag->bdt_name, t->bdt_name);
	KASSERTMSG(map->dm_mapsize == 0, "DMA map of %s is loaded already", t->bdt_name);
	KASSERT(map->dm_maxsegsz > 0 && map->dm_maxsegsz <= map->_dm_maxmaxsegsz);
	map->dm_nsegs = 0;
	if (size == 0 || size > map->_dm_size)
		return EINVAL;
	map->_dm_bouncing = false;
	error = segs_direct(t, map, &n);
	if (error == ERANGE) {
		n = 0;
		map->_dm_bouncing = true;
		error = bounce_get(t, map, flags);
		if (error == 0)
			error = segs_add(map, &n, dma_busaddr(map->_dm_bounce), size);
	}
	if (error != 0)
		return error;
	map->_dm_pre = 0;
	map->dm_nsegs = n;
	map->dm_mapsize = size;
	CHECKER(t, dc_load, map);
	return 0;
}

int
bus_dmamap_load(
    bus_dma_tag_t t, bus_dmamap_t map, void *buf, bus_size_t len, struct proc *p, int flags)
{
	if (p != NULL)
		return EINVAL;
	map->_dm_pieces[0] = (struct iovec){ .iov_base = buf, .iov_len = len };
	map->_dm_npieces = 1;
	return load_pieces(t, map, len, flags);
}

int
bus_dmamap_load_uio(bus_dma_tag_t t, bus_dmamap_t map, struct uio *uio, int flags)
{
	size_t left = uio->uio_resid;
	int n = 0;

	if (!UIO_VMSPACE_IS_SYSTEM(uio->uio_vmspace))
		return EINVAL;
	for (int i = 0; i < uio->uio_iovcnt && left > 0; i++) {
		const size_t len = MIN(left, uio->uio_iov[i].iov_len);

		if (len == 0)
			continue;
		if (n == map->_dm_maxpieces)
			return EFBIG;
		map->_dm_pieces[n++] =
		    (struct iovec){ .iov_base = uio->uio_iov[i].iov_base, .iov_len = len };
		left -= len;
	}
	map->_dm_npieces = n;
	return load_pieces(t, map, uio->uio_resid - left, flags);
}

int
bus_dmamap_load_raw(bus_dma_tag_t t, bus_dmamap_t map, bus_dma_segment_t *segs, int nsegs,
    bus_size_t size, int flags)
{
	bus_size_t left = size;
	int n = 0;

	for (int i = 0; i < nsegs && left > 0; i++) {
		const size_t len = MIN(left, segs[i].ds_len);
		void *const va = dma_vaddr(segs[i].ds_addr);

		if (va == NULL)
			return EINVAL;
		if (n == map->_dm_maxpieces)
			return EFBIG;
		map->_dm_pieces[n++] = (struct iovec){ .iov_base = va, .iov_len = len };
		left -= len;
	}
	if (left != 0)
		return EINVAL;
	map->_dm_npieces = n;
	return load_pieces(t, map, size, flags);
}

void
bus_dmamap_unload(bus_dma_tag_t t, bus_dmamap_t map)
{
	KASSERTMSG(map->_dm_tag == t, "DMA map of tag %s unloaded with tag %s",
	    map->_dm_tag->bdt_name, t->bdt_name);
	if (map->dm_mapsize != 0)
		CHECKER(t, dc_unload, map);
	map->dm_mapsize = 0;
	map->dm_nsegs = 0;
	map->dm_maxsegsz = map->_dm_maxmaxsegsz;
}

/* ---- Synchronizing ---- */

/* Between the pieces and buf, which stands for the map from off on. */
static void
pieces_copy(bus_dmamap_t map, bus_size_t off, char *buf, size_t len, bool to_map)
{
	for (int i = 0; i < map->_dm_npieces && len > 0; i++) {
		const struct iovec *const piece = &map->_dm_pieces[i];
		char *const p = (char *)piece->iov_base + off;
		size_t n;

		if (off >= piece->iov_len) {
			off -= piece->iov_len;
			continue;
		}
		n = MIN(len, piece->iov_len - off);
		if (to_map)
			memcpy(p, buf, n);
		else
			memcpy(buf, p, n);
		off = 0;
		buf += n;
		len -= n;
	}
}

void
rumpdev_dmamap_copy(bus_dmamap_t map, bus_size_t off, void *buf, size_t len, bool to_map)
{
	if (!map->_dm_bouncing)
		pieces_copy(map, off, buf, len, to_map);
	else if (to_map)
		memcpy((char *)map->_dm_bounce + off, buf, len);
	else
		memcpy(buf, (char *)map->_dm_bounce + off, len);
}

static void
sync_check(bus_dma_tag_t t, bus_dmamap_t map, bus_addr_t off, bus_size_t len, int ops)
{
	const char *const name __diagused = t->bdt_name;

	KASSERTMSG(map->_dm_tag == t, "%s: DMA map synced with another tag", name);
	KASSERTMSG(map->dm_mapsize != 0, "%s: DMA map synced that is not loaded", name);
	KASSERTMSG(off < map->dm_mapsize && len <= map->dm_mapsize - off,
	    "%s: sync of %ju bytes at %ju, the DMA map has %ju", name, (uintmax_t)len,
	    (uintmax_t)off, (uintmax_t)map->dm_mapsize);
	KASSERTMSG(ops != 0 && (ops & ~(PRE | POST)) == 0, "%s: sync by %#x", name, ops);
	KASSERTMSG((ops & PRE) == 0 || (ops & POST) == 0, "%s: sync of PRE and POST at once", name);
	KASSERTMSG((ops & BUS_DMASYNC_POSTREAD) == 0 || (map->_dm_pre & BUS_DMASYNC_PREREAD) != 0,
	    "%s: POSTREAD without PREREAD since the load", name);
	KASSERTMSG((ops & BUS_DMASYNC_POSTWRITE) == 0 || (map->_dm_pre & BUS_DMASYNC_PREWRITE) != 0,
	    "%s: POSTWRITE without PREWRITE since the load", name);
}

void
bus_dmamap_sync(bus_dma_tag_t t, bus_dmamap_t map, bus_addr_t offset, bus_size_t len, int ops)
{
	char *const bounce = map->_dm_bouncing ? (char *)map->_dm_bounce + offset : NULL;

	sync_check(t, map, offset, len, ops);
	map->_dm_pre |= ops & PRE;
	/* PREREAD as well: bytes that the device leaves alone come back as they were. */
	if ((ops & PRE) != 0 && bounce != NULL)
		pieces_copy(map, offset, bounce, len, false);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	CHECKER(t, dc_sync, map, offset, len, ops);
	if ((ops & BUS_DMASYNC_POSTREAD) != 0 && bounce != NULL)
		pieces_copy(map, offset, bounce, len, true);
}
