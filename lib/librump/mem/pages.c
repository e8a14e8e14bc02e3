/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The page arena: runs of pages out of chunks of address space.
 *
 * A chunk is CHUNK_PAGES pages of the host's memory, aligned to its size.  Two bitmaps tell of
 * each page
 *
 *	free dirty
 *	 1    0     never touched, or discarded: reads as zero, costs the host nothing
 *	 1    1     free, the host still has memory for it
 *	 0    -     in a run that is in use; counts as touched
 *
 * so that ar_resident (pages in use + free dirty ones) bounds what the kernel takes of the host.
 * When a run would pass the limit, the free dirty pages are discarded first.
 *
 * There are two kinds of chunk.  Small ones serve slabs, without huge pages; data ones serve file
 * data, with.  A run of more than MAXRUN pages has a mapping of its own, kept as a chunk in use.
 * A small chunk's first page holds its descriptor; the others' are pages of small chunks.
 * A chunk that becomes entirely free goes back to the host when others of its kind have a quarter of
 * a chunk free.
 */
#include "mem_impl.h"

#include <rump/rumpuser.h>

#define CHUNK_SHIFT   23
#define CHUNK_SIZE    ((size_t)1 << CHUNK_SHIFT)
#define CHUNK_PAGES   (CHUNK_SIZE / PAGE_SIZE)
#define WORDS	      (CHUNK_PAGES / 64)
#define MAXRUN	      512
#define HASHSIZE      64
#define UNLIMITED     ((size_t)1 << (47 - PAGE_SHIFT)) /* pages: what a process can address */
#define HUGE_MINLIMIT ((size_t)256 << 20) /* below it, huge pages could hide what is resident */

#define LOW_MAX 1024 /* pages that are free at the low mark, of any limit */

enum chunk_kind { CHUNK_SMALL, CHUNK_DATA, CHUNK_OWN };

/* Locks: (i) immutable, (a) arena.ar_lock. */
struct chunk {
	LIST_ENTRY(chunk) c_hash; /* (a) */
	LIST_ENTRY(chunk) c_list; /* (a) of its kind */
	char *c_base;		  /* (i) */
	size_t c_npages;	  /* (i) */
	enum chunk_kind c_kind;	  /* (i) */
	u_int c_nfree;		  /* (a) */
	u_int c_failed;		  /* (a) bit k: no aligned run of 2^k since the last free */
	u_int c_hint;		  /* (a) no page below is free */
	uint64_t c_free[WORDS];	  /* (a) */
	uint64_t c_dirty[WORDS];  /* (a) */
};
CTASSERT(sizeof(struct chunk) <= PAGE_SIZE);
LIST_HEAD(chunklist, chunk);

/* Locks: (i) immutable while up, (a) ar_lock; counts are in pages. */
static struct {
	struct rump_leaf ar_lock;
	size_t ar_limit;	/* (i) */
	size_t ar_low, ar_high; /* (i) of pages in use: the daemon is told, and goes down to */
	size_t ar_kick;		/* (a) ar_low or above; SIZE_MAX: told */
	size_t ar_used;		/* (a) in use */
	size_t ar_dirty;	/* (a) free but touched */
	size_t ar_free[3];	/* (a) free, by kind */
	struct chunklist ar_chunks[3];	    /* (a) by kind */
	struct chunklist ar_hash[HASHSIZE]; /* (a) by address */
} arena;

uint32_t pages_low;

/* ---- Bitmaps of a chunk: n bits from bit i ---- */

static inline uint64_t
bits_mask(u_int i, u_int n, u_int word)
{
	const u_int lo = MAX(i, word * 64), hi = MIN(i + n, (word + 1) * 64);

	return (~(uint64_t)0 >> (64 - (hi - lo))) << (lo & 63);
}

#define BITS_FOREACH_WORD(w, i, n) for (u_int w = (i) / 64; w <= ((i) + (n)-1) / 64; w++)

static void
bits_set(uint64_t *b, u_int i, u_int n)
{
	BITS_FOREACH_WORD(w, i, n)
	b[w] |= bits_mask(i, n, w);
}

static void
bits_clear(uint64_t *b, u_int i, u_int n)
{
	BITS_FOREACH_WORD(w, i, n)
	b[w] &= ~bits_mask(i, n, w);
}

static u_int
bits_count(const uint64_t *b, u_int i, u_int n)
{
	u_int count = 0;

	BITS_FOREACH_WORD(w, i, n)
	count += __builtin_popcountll(b[w] & bits_mask(i, n, w));
	return count;
}

/* The last clear bit of n bits, plus 1; 0 when all are set. */
static u_int
bits_last_clear(const uint64_t *b, u_int i, u_int n)
{
	for (u_int w = (i + n - 1) / 64 + 1; w-- > i / 64;) {
		const uint64_t clear = ~b[w] & bits_mask(i, n, w);

		if (clear != 0)
			return w * 64 + 64 - __builtin_clzll(clear);
	}
	return 0;
}

/* The first set bit from i on, or CHUNK_PAGES. */
static u_int
bits_next(const uint64_t *b, u_int i)
{
	for (u_int w = i / 64; w < WORDS; w++) {
		uint64_t set = b[w];

		if (w == i / 64)
			set &= ~(uint64_t)0 << (i & 63);
		if (set != 0)
			return w * 64 + __builtin_ctzll(set);
	}
	return CHUNK_PAGES;
}

/* ---- Chunks.  locks: ar_lock ---- */

static struct chunklist *
chunk_bucket(const void *p)
{
	return &arena.ar_hash[((uintptr_t)p >> CHUNK_SHIFT) % HASHSIZE];
}

static struct chunk *
chunk_lookup(const void *p)
{
	const char *base = (const char *)rounddown2((uintptr_t)p, CHUNK_SIZE);
	struct chunk *c;

	LIST_FOREACH (c, chunk_bucket(p), c_hash)
		if (c->c_base == base)
			return c;
	panic("mem: %p is not of the arena", p);
}

static void
chunk_insert(struct chunk *c, char *base, size_t npages, enum chunk_kind kind)
{
	const u_int head = kind == CHUNK_SMALL ? 1 : 0;

	c->c_base = base;
	c->c_npages = npages;
	c->c_kind = kind;
	c->c_hint = head;
	c->c_failed = 0;
	memset(c->c_free, 0, sizeof(c->c_free));
	memset(c->c_dirty, 0, sizeof(c->c_dirty));
	if (kind == CHUNK_OWN) {
		c->c_nfree = 0;
		arena.ar_used += npages;
	} else {
		c->c_nfree = npages - head;
		bits_set(c->c_free, head, npages - head);
		arena.ar_free[kind] += npages - head;
		arena.ar_used += head;
	}
	LIST_INSERT_HEAD(chunk_bucket(base), c, c_hash);
	LIST_INSERT_HEAD(&arena.ar_chunks[kind], c, c_list);
	if (kind != CHUNK_OWN)
		mem_poison(base + head * PAGE_SIZE, (npages - head) * PAGE_SIZE);
}

/* Forget a chunk that is free; the caller unmaps it. */
static void
chunk_remove(struct chunk *c)
{
	if (c->c_kind == CHUNK_OWN)
		arena.ar_used -= c->c_npages;
	else {
		arena.ar_dirty -= bits_count(c->c_dirty, 0, CHUNK_PAGES);
		arena.ar_free[c->c_kind] -= c->c_nfree;
		if (c->c_kind == CHUNK_SMALL)
			arena.ar_used--;
	}
	LIST_REMOVE(c, c_hash);
	LIST_REMOVE(c, c_list);
}

/* The place of a run of n pages, aligned if n is a power of two, or -1. */
static int
chunk_find(struct chunk *c, u_int n)
{
	const u_int align = powerof2(n) ? n : 1;
	u_int i = c->c_hint = bits_next(c->c_free, c->c_hint);

	if (powerof2(n) && (c->c_failed & (2 * n - 1)) != 0)
		return -1;
	for (i = roundup2(i, align); i + n <= CHUNK_PAGES; i = roundup2(i, align)) {
		const u_int clear = bits_last_clear(c->c_free, i, n);

		if (clear == 0)
			return i;
		i = bits_next(c->c_free, clear);
	}
	if (powerof2(n))
		c->c_failed |= n;
	return -1;
}

/* Give the touched free pages of all chunks back to the host. */
static void
arena_discard(void)
{
	struct chunk *c;

	for (int kind = CHUNK_SMALL; kind <= CHUNK_DATA; kind++) {
		LIST_FOREACH (c, &arena.ar_chunks[kind], c_list) {
			u_int i = 0;

			while ((i = bits_next(c->c_dirty, i)) < CHUNK_PAGES) {
				u_int n = 1;

				while (i + n < CHUNK_PAGES &&
				    (c->c_dirty[(i + n) / 64] & ((uint64_t)1 << ((i + n) & 63))) !=
					0)
					n++;
				rumpuser_discard(
				    c->c_base + (size_t)i * PAGE_SIZE, (size_t)n * PAGE_SIZE);
				bits_clear(c->c_dirty, i, n);
				arena.ar_dirty -= n;
			}
		}
	}
}

/* May n more pages be touched?  Makes room out of the free ones. */
static bool
arena_room(size_t n)
{
	if (n > arena.ar_limit - arena.ar_used)
		return false;
	if (n > arena.ar_limit - arena.ar_used - arena.ar_dirty)
		arena_discard();
	return true;
}

/* Pages came into use. */
static inline void
arena_note(void)
{
	if (__predict_true(arena.ar_used <= arena.ar_kick))
		return;
	arena.ar_kick = SIZE_MAX;
	atomic_store_relaxed(&pages_low, 1);
}

/* Take a run out of the chunks there are. */
static void *
arena_take(enum chunk_kind kind, u_int n, bool zero)
{
	struct chunk *c;

	LIST_FOREACH (c, &arena.ar_chunks[kind], c_list) {
		u_int ndirty;
		char *p;
		int i;

		if (c->c_nfree < n || (i = chunk_find(c, n)) < 0)
			continue;
		if (!arena_room(n - bits_count(c->c_dirty, i, n)))
			return NULL;
		ndirty = bits_count(c->c_dirty, i, n);
		bits_clear(c->c_free, i, n);
		bits_clear(c->c_dirty, i, n);
		c->c_nfree -= n;
		arena.ar_free[kind] -= n;
		arena.ar_dirty -= ndirty;
		arena.ar_used += n;
		arena_note();
		p = c->c_base + (size_t)i * PAGE_SIZE;
		mem_unpoison(p, (size_t)n * PAGE_SIZE);
		if (zero && ndirty > 0)
			memset(p, 0, (size_t)n * PAGE_SIZE);
		return p;
	}
	return NULL;
}

/* ---- Growing and shrinking: the host is called without the lock ---- */

/* A new chunk; its descriptor's page is at hand for kinds other than CHUNK_SMALL. */
static bool
arena_grow(enum chunk_kind kind, size_t npages, void *descpage)
{
	const int flags = kind == CHUNK_SMALL		  ? RUMPUSER_MEM_SMALL
	    : arena.ar_limit >= HUGE_MINLIMIT / PAGE_SIZE ? RUMPUSER_MEM_HUGE
							  : 0;
	void *base;

	if (rumpuser_map(npages * PAGE_SIZE, CHUNK_SIZE, flags, &base) != 0)
		return false;
	rump_leaf_enter(&arena.ar_lock);
	if (!arena_room(kind == CHUNK_OWN ? npages : kind == CHUNK_SMALL ? 1 : 0)) {
		rump_leaf_exit(&arena.ar_lock);
		rumpuser_unmap(base, npages * PAGE_SIZE);
		return false;
	}
	chunk_insert(kind == CHUNK_SMALL ? base : descpage, base, npages, kind);
	arena_note();
	rump_leaf_exit(&arena.ar_lock);
	return true;
}

static void
chunk_unmap(struct chunk *c)
{
	char *const base = c->c_base;
	const size_t size = c->c_npages * PAGE_SIZE;
	const bool own_desc = c->c_kind != CHUNK_SMALL;

	mem_unpoison(base, size);
	rumpuser_unmap(base, size);
	if (own_desc)
		rump_pages_free(c, 1);
}

static void *
pages_try_own(size_t npages)
{
	struct chunk *const c = pages_try(1, RUMP_PAGES_NOWAIT);

	if (c == NULL)
		return NULL;
	if (!arena_grow(CHUNK_OWN, npages, c)) {
		rump_pages_free(c, 1);
		return NULL;
	}
	return c->c_base;
}

void *
pages_try(size_t npages, int flags)
{
	const enum chunk_kind kind =
	    (flags & RUMP_PAGES_HUGE) != 0 && arena.ar_limit >= HUGE_MINLIMIT / PAGE_SIZE
	    ? CHUNK_DATA
	    : CHUNK_SMALL;
	const bool zero = (flags & RUMP_PAGES_ZERO) != 0;
	void *p, *desc = NULL;
	bool room;

	if (npages > MAXRUN)
		return pages_try_own(npages);
	rump_leaf_enter(&arena.ar_lock);
	p = arena_take(kind, npages, zero);
	room = p != NULL || npages <= arena.ar_limit - arena.ar_used;
	rump_leaf_exit(&arena.ar_lock);
	if (p != NULL || !room)
		return p;
	if (kind != CHUNK_SMALL && (desc = pages_try(1, RUMP_PAGES_NOWAIT)) == NULL)
		return NULL;
	if (!arena_grow(kind, CHUNK_PAGES, desc)) {
		if (desc != NULL)
			rump_pages_free(desc, 1);
		return NULL;
	}
	rump_leaf_enter(&arena.ar_lock);
	p = arena_take(kind, npages, zero);
	rump_leaf_exit(&arena.ar_lock);
	return p;
}

size_t
pages_short(void)
{
	size_t n;

	rump_leaf_enter(&arena.ar_lock);
	n = arena.ar_used > arena.ar_high ? arena.ar_used - arena.ar_high : 0;
	rump_leaf_exit(&arena.ar_lock);
	return n * PAGE_SIZE;
}

void
pages_rearm(void)
{
	rump_leaf_enter(&arena.ar_lock);
	arena.ar_kick = MAX(arena.ar_low, arena.ar_used + (arena.ar_limit - arena.ar_used) / 2);
	if (arena.ar_used <= arena.ar_high)
		arena.ar_kick = arena.ar_low;
	rump_leaf_exit(&arena.ar_lock);
}

bool
pages_possible(size_t npages)
{
	return npages < arena.ar_limit;
}

/* Put a run back; true when the chunk is free as a whole and the others have enough to spare. */
static bool
chunk_put(struct chunk *c, u_int i, u_int n)
{
	const u_int all = CHUNK_PAGES - (c->c_kind == CHUNK_SMALL ? 1 : 0);

	KASSERT(i + n <= CHUNK_PAGES);
	KASSERTMSG(bits_count(c->c_free, i, n) == 0, "pages at %p freed twice",
	    c->c_base + (size_t)i * PAGE_SIZE);
	bits_set(c->c_free, i, n);
	bits_set(c->c_dirty, i, n);
	c->c_nfree += n;
	c->c_failed = 0;
	c->c_hint = MIN(c->c_hint, i);
	arena.ar_used -= n;
	arena.ar_dirty += n;
	if (arena.ar_used <= arena.ar_high && arena.ar_kick != SIZE_MAX)
		arena.ar_kick = arena.ar_low;
	arena.ar_free[c->c_kind] += n;
	mem_poison(c->c_base + (size_t)i * PAGE_SIZE, (size_t)n * PAGE_SIZE);
	return c->c_nfree == all && arena.ar_free[c->c_kind] - all >= CHUNK_PAGES / 4;
}

void
rump_pages_free(void *p, size_t npages)
{
	struct chunk *c, *unmap = NULL;

	KASSERT(((uintptr_t)p & PAGE_MASK) == 0 && npages > 0);
	rump_leaf_enter(&arena.ar_lock);
	c = chunk_lookup(p);
	if (npages > MAXRUN) {
		KASSERT(c->c_kind == CHUNK_OWN && c->c_base == p && c->c_npages == npages);
		chunk_remove(c);
		unmap = c;
	} else if (chunk_put(c, ((char *)p - c->c_base) / PAGE_SIZE, npages)) {
		chunk_remove(c);
		unmap = c;
	}
	rump_leaf_exit(&arena.ar_lock);
	if (unmap != NULL)
		chunk_unmap(unmap);
	mem_wakeup();
}

void
rump_mem_info(struct rump_meminfo *mi)
{
	rump_leaf_enter(&arena.ar_lock);
	mi->mi_limit = arena.ar_limit == UNLIMITED ? SIZE_MAX : arena.ar_limit * PAGE_SIZE;
	mi->mi_used = arena.ar_used * PAGE_SIZE;
	mi->mi_resident = (arena.ar_used + arena.ar_dirty) * PAGE_SIZE;
	rump_leaf_exit(&arena.ar_lock);
}

int
pages_init(size_t limit_bytes)
{
	memset(&arena, 0, sizeof(arena));
	arena.ar_limit = MIN(limit_bytes / PAGE_SIZE, UNLIMITED);
	arena.ar_low = arena.ar_limit - MIN(arena.ar_limit / 16, LOW_MAX);
	arena.ar_high = arena.ar_limit - 2 * MIN(arena.ar_limit / 16, LOW_MAX);
	arena.ar_kick = arena.ar_low;
	atomic_store_relaxed(&pages_low, 0);
	return arena_grow(CHUNK_SMALL, CHUNK_PAGES, NULL) ? 0 : ENOMEM;
}

void
pages_fini(void)
{
	struct chunk *c;

	for (int kind = CHUNK_OWN; kind >= CHUNK_SMALL; kind--) {
		while ((c = LIST_FIRST(&arena.ar_chunks[kind])) != NULL) {
			char *const base = c->c_base;
			const size_t size = c->c_npages * PAGE_SIZE;

			LIST_REMOVE(c, c_list);
			mem_unpoison(base, size);
			rumpuser_unmap(base, size);
		}
	}
}
