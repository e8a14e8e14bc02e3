/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * pool(9): items of one size, carved from slabs.
 *
 * A slab is pr_slabsize bytes, aligned to its size, so that an item's address leads to it.  Its
 * head holds a bitmap of the free items; free items are not touched, so that what was never given
 * out costs no memory and what others may still read after a free stays as it was.
 *
 *	slab states, by list: empty (all free) <-> partial <-> full (none free)
 *
 * Items above BIG bytes, or aligned to pages, have no slab: each has pages of its own (pr_perslab is 0).
 */
#include "mem_impl.h"

#include "rump_fault.h"

#include <rump/rumpuser.h>

#define SLAB_MAXITEMS 256
#define SLAB_WORDS    (SLAB_MAXITEMS / 64)
#define SLAB_MAXSIZE  (16 * PAGE_SIZE)
#define SLAB_GOOD     8 /* items that make a slab worth while */
#define BIG	      (SLAB_MAXSIZE / SLAB_GOOD)

/* Locks: (i) immutable, (p) the pool's. */
struct pool_slab {
	LIST_ENTRY(pool_slab) ps_list; /* (p) */
	struct pool *ps_pool;	       /* (i) */
	u_int ps_nfree;		       /* (p) */
	uint64_t ps_free[SLAB_WORDS];  /* (p) a bit for each free item */
};

/* Locks: (g) pools_lock, taken before any pr_lock. */
static struct rump_leaf pools_lock;
static TAILQ_HEAD(, pool) pools; /* (g) */

static inline struct rump_leaf *
pool_lock(struct pool *pp)
{
	return (struct rump_leaf *)pp->pr_lock;
}

/* ---- Where pages come from ---- */

static void *
pa_pages_alloc(struct pool *pp, int flags)
{
	const size_t size = pp->pr_perslab == 0 ? pp->pr_stride : pp->pr_slabsize;

	return rump_pages_alloc(size / PAGE_SIZE,
	    (flags & PR_WAITOK) == 0		 ? RUMP_PAGES_NOWAIT
		: (flags & RUMP_KM_CANFAIL) != 0 ? RUMP_PAGES_CANFAIL
						 : 0);
}

static void
pa_pages_free(struct pool *pp, void *p)
{
	rump_pages_free(p, (pp->pr_perslab == 0 ? pp->pr_stride : pp->pr_slabsize) / PAGE_SIZE);
}

struct pool_allocator pool_allocator_kmem = { .pa_alloc = pa_pages_alloc,
	.pa_free = pa_pages_free };
struct pool_allocator pool_allocator_nointr = { .pa_alloc = pa_pages_alloc,
	.pa_free = pa_pages_free };
struct pool_allocator pool_allocator_meta = { .pa_alloc = pa_pages_alloc,
	.pa_free = pa_pages_free };

/* ---- Slabs ---- */

static inline u_int
slab_index(const struct pool *pp, const struct pool_slab *ps, const void *item)
{
	return (u_int)((const char *)item - (const char *)ps - pp->pr_first) / (u_int)pp->pr_stride;
}

static inline char *
slab_item(const struct pool *pp, struct pool_slab *ps, u_int i)
{
	return (char *)ps + pp->pr_first + i * pp->pr_stride;
}

/* sleeps with PR_WAITOK. */
static struct pool_slab *
slab_create(struct pool *pp, int flags)
{
	struct pool_slab *const ps = (*pp->pr_alloc->pa_alloc)(pp, flags);

	if (ps == NULL)
		return NULL;
	KASSERT(((uintptr_t)ps & (pp->pr_slabsize - 1)) == 0);
	ps->ps_pool = pp;
	ps->ps_nfree = pp->pr_perslab;
	memset(ps->ps_free, 0, sizeof(ps->ps_free));
	for (u_int i = 0; i < pp->pr_perslab; i++)
		ps->ps_free[i / 64] |= (uint64_t)1 << (i % 64);
	mem_poison(slab_item(pp, ps, 0), pp->pr_perslab * pp->pr_stride);
	return ps;
}

static void
slab_destroy(struct pool *pp, struct pool_slab *ps)
{
	mem_unpoison(ps, pp->pr_slabsize);
	(*pp->pr_alloc->pa_free)(pp, ps);
}

static void
slabs_destroy(struct pool *pp, struct pool_slabs *list)
{
	struct pool_slab *ps;

	while ((ps = LIST_FIRST(list)) != NULL) {
		LIST_REMOVE(ps, ps_list);
		slab_destroy(pp, ps);
	}
}

/* locks: pr_lock. */
static void *
slab_take(struct pool *pp, struct pool_slab *ps)
{
	u_int w = 0, i;

	while (ps->ps_free[w] == 0)
		w++;
	i = w * 64 + __builtin_ctzll(ps->ps_free[w]);
	ps->ps_free[w] &= ps->ps_free[w] - 1;
	if (ps->ps_nfree == pp->pr_perslab) {
		pp->pr_nempty--;
		LIST_REMOVE(ps, ps_list);
		LIST_INSERT_HEAD(ps->ps_nfree == 1 ? &pp->pr_full : &pp->pr_partial, ps, ps_list);
	} else if (ps->ps_nfree == 1) {
		LIST_REMOVE(ps, ps_list);
		LIST_INSERT_HEAD(&pp->pr_full, ps, ps_list);
	}
	ps->ps_nfree--;
	return slab_item(pp, ps, i);
}

/* Puts an item back; the slab, taken off, if it is to be freed.  locks: pr_lock. */
static struct pool_slab *
slab_give(struct pool *pp, void *item)
{
	struct pool_slab *const ps =
	    (struct pool_slab *)rounddown2((uintptr_t)item, (uintptr_t)pp->pr_slabsize);
	const u_int i = slab_index(pp, ps, item);

	KASSERTMSG(ps->ps_pool == pp, "%s: %p belongs to pool %s", pp->pr_wchan, item,
	    ps->ps_pool->pr_wchan);
	KASSERTMSG(i < pp->pr_perslab && slab_item(pp, ps, i) == item, "%s: %p is no item",
	    pp->pr_wchan, item);
	KASSERTMSG((ps->ps_free[i / 64] & ((uint64_t)1 << (i % 64))) == 0, "%s: %p freed twice",
	    pp->pr_wchan, item);
	ps->ps_free[i / 64] |= (uint64_t)1 << (i % 64);
	if (++ps->ps_nfree == pp->pr_perslab) {
		LIST_REMOVE(ps, ps_list);
		if ((pp->pr_nempty + 1) * pp->pr_perslab > pp->pr_hiwat &&
		    (pp->pr_nslabs - 1) * pp->pr_perslab >= pp->pr_nout + pp->pr_lowat) {
			pp->pr_nslabs--;
			return ps;
		}
		pp->pr_nempty++;
		LIST_INSERT_HEAD(&pp->pr_empty, ps, ps_list);
	} else if (ps->ps_nfree == 1) {
		LIST_REMOVE(ps, ps_list);
		LIST_INSERT_HEAD(&pp->pr_partial, ps, ps_list);
	}
	return NULL;
}

/* ---- The interface ---- */

/* The smallest slab of which items waste little. */
static void
pool_layout(struct pool *pp, u_int align, u_int ioff)
{
	const size_t minsize = pp->pr_alloc->pa_pagesz != 0 ? pp->pr_alloc->pa_pagesz : PAGE_SIZE;
	size_t size = minsize, fit;

	pp->pr_first = roundup2(sizeof(struct pool_slab) + ioff, align) - ioff;
	for (;;) {
		fit = size > pp->pr_first ? (size - pp->pr_first) / pp->pr_stride : 0;
		if (fit >= SLAB_GOOD || size >= SLAB_MAXSIZE ||
		    (fit > 0 && size - fit * pp->pr_stride <= size / 8) ||
		    pp->pr_alloc->pa_pagesz != 0)
			break;
		size *= 2;
	}
	KASSERT(fit > 0);
	pp->pr_slabsize = size;
	pp->pr_perslab = MIN(fit, SLAB_MAXITEMS);
}

void
pool_init(struct pool *pp, size_t size, u_int align, u_int ioff, int flags, const char *wchan,
    struct pool_allocator *pa, int ipl)
{
	KASSERT(size > 0 && (align & (align - 1)) == 0 && align <= PAGE_SIZE);
	memset(pp, 0, sizeof(*pp));
	if (align == 0)
		align = ALIGNBYTES + 1;
	pp->pr_wchan = wchan;
	pp->pr_size = size;
	pp->pr_stride = roundup2(size, (size_t)align);
	pp->pr_flags = flags;
	pp->pr_alloc = pa != NULL ? pa : &pool_allocator_kmem;
	pp->pr_hardlimit = UINT_MAX;
	LIST_INIT(&pp->pr_partial);
	LIST_INIT(&pp->pr_full);
	LIST_INIT(&pp->pr_empty);
	rump_leaf_init(pool_lock(pp));
	if ((pp->pr_stride > BIG || align == PAGE_SIZE) &&
	    pp->pr_alloc->pa_alloc == pa_pages_alloc) {
		pp->pr_stride = round_page(pp->pr_stride);
		pp->pr_perslab = 0;
	} else
		pool_layout(pp, align, ioff);
	pp->pr_hiwat = MAX(1, pp->pr_perslab);
	rump_leaf_enter(&pools_lock);
	TAILQ_INSERT_TAIL(&pools, pp, pr_list);
	rump_leaf_exit(&pools_lock);
}

void
pool_destroy(struct pool *pp)
{
	rump_leaf_enter(&pools_lock);
	TAILQ_REMOVE(&pools, pp, pr_list);
	rump_leaf_exit(&pools_lock);
	if (pp->pr_nout != 0)
		printf("pool %s: destroyed with %u items in use\n", pp->pr_wchan, pp->pr_nout);
	slabs_destroy(pp, &pp->pr_empty);
	slabs_destroy(pp, &pp->pr_partial);
	slabs_destroy(pp, &pp->pr_full);
}

/* At the hard limit: warn at most every pr_ratecap seconds.  locks: pr_lock, dropped. */
static void
pool_hardlimit_warn(struct pool *pp)
{
	const char *msg = NULL;
	int64_t now;
	long nsec;

	rumpuser_clock_gettime(RUMPUSER_CLOCK_MONOTONIC, &now, &nsec);
	pp->pr_nfail++;
	if (pp->pr_hardwarn != NULL &&
	    (pp->pr_lastwarn == 0 || now - pp->pr_lastwarn >= pp->pr_ratecap)) {
		pp->pr_lastwarn = now;
		msg = pp->pr_hardwarn;
	}
	rump_leaf_exit(pool_lock(pp));
	if (msg != NULL)
		printf("pool %s: %s\n", pp->pr_wchan, msg);
}

/* Count one item out.  False: at the hard limit and may not wait. */
static bool
pool_reserve(struct pool *pp, int flags)
{
	rump_leaf_enter(pool_lock(pp));
	while (__predict_false(pp->pr_nout >= pp->pr_hardlimit)) {
		pool_hardlimit_warn(pp);
		if ((flags & PR_WAITOK) == 0 || (flags & PR_LIMITFAIL) != 0)
			return false;
		mem_wait();
		rump_leaf_enter(pool_lock(pp));
	}
	pp->pr_nout++;
	return true;
}

/* locks: pr_lock. */
static struct pool_slab *
pool_pick(struct pool *pp)
{
	struct pool_slab *const ps = LIST_FIRST(&pp->pr_partial);

	return __predict_true(ps != NULL) ? ps : LIST_FIRST(&pp->pr_empty);
}

void *
pool_item_get(struct pool *pp, int flags)
{
	struct pool_slab *ps;
	void *item = NULL;

	if (!pool_reserve(pp, flags))
		return NULL;
	if (pp->pr_perslab == 0) {
		pp->pr_nget++;
		rump_leaf_exit(pool_lock(pp));
		item = (*pp->pr_alloc->pa_alloc)(pp, flags);
		rump_leaf_enter(pool_lock(pp));
	} else {
		while (__predict_false((ps = pool_pick(pp)) == NULL)) {
			rump_leaf_exit(pool_lock(pp));
			ps = slab_create(pp, flags);
			rump_leaf_enter(pool_lock(pp));
			if (ps == NULL)
				break;
			pp->pr_nslabs++;
			pp->pr_nempty++;
			LIST_INSERT_HEAD(&pp->pr_empty, ps, ps_list);
		}
		if (__predict_true(ps != NULL)) {
			item = slab_take(pp, ps);
			pp->pr_nget++;
		}
	}
	if (__predict_false(item == NULL)) {
		pp->pr_nout--;
		pp->pr_nfail++;
	}
	rump_leaf_exit(pool_lock(pp));
	if (item != NULL) {
		mem_unpoison(item, pp->pr_size);
		if ((flags & PR_ZERO) != 0)
			memset(item, 0, pp->pr_size);
	}
	return item;
}

void
pool_item_put(struct pool *pp, void *item)
{
	struct pool_slab *unused = NULL;
	bool limited;

	if ((pp->pr_flags & (PR_NOTOUCH | PR_PSERIALIZE)) == 0)
		mem_poison(item, pp->pr_size);
	if (pp->pr_perslab == 0)
		(*pp->pr_alloc->pa_free)(pp, item);
	rump_leaf_enter(pool_lock(pp));
	KASSERTMSG(pp->pr_nout > 0, "%s: more puts than gets", pp->pr_wchan);
	pp->pr_nout--;
	pp->pr_nput++;
	limited = pp->pr_hardlimit != UINT_MAX;
	if (pp->pr_perslab != 0)
		unused = slab_give(pp, item);
	rump_leaf_exit(pool_lock(pp));
	if (unused != NULL)
		slab_destroy(pp, unused);
	if (limited)
		mem_wakeup();
}

void *
pool_get(struct pool *pp, int flags)
{
	void *item;

	if ((flags & PR_WAITOK) == 0 && RUMP_FAULT(POOL))
		return NULL;
	item = pool_item_get(pp, flags);
	if (item != NULL)
		mem_track(item, pp->pr_size, pp->pr_wchan);
	return item;
}

void
pool_put(struct pool *pp, void *item)
{
	mem_untrack(item);
	pool_item_put(pp, item);
}

int
pool_prime(struct pool *pp, int n)
{
	struct pool_slab *ps;
	bool enough;

	if (pp->pr_perslab == 0)
		return 0;
	for (;;) {
		rump_leaf_enter(pool_lock(pp));
		enough = pp->pr_nslabs * pp->pr_perslab >= pp->pr_nout + n;
		pp->pr_hiwat = MAX(pp->pr_hiwat, (u_int)n);
		rump_leaf_exit(pool_lock(pp));
		if (enough)
			return 0;
		if ((ps = slab_create(pp, PR_NOWAIT)) == NULL)
			return ENOMEM;
		rump_leaf_enter(pool_lock(pp));
		pp->pr_nslabs++;
		pp->pr_nempty++;
		LIST_INSERT_HEAD(&pp->pr_empty, ps, ps_list);
		rump_leaf_exit(pool_lock(pp));
	}
}

/* Frees the empty slabs above the low water mark; bytes. */
static size_t
pool_trim(struct pool *pp)
{
	struct pool_slabs gone = LIST_HEAD_INITIALIZER(gone);
	struct pool_slab *ps;
	size_t freed = 0;

	rump_leaf_enter(pool_lock(pp));
	while ((ps = LIST_FIRST(&pp->pr_empty)) != NULL &&
	    (pp->pr_nslabs - 1) * pp->pr_perslab >= pp->pr_nout + pp->pr_lowat) {
		LIST_REMOVE(ps, ps_list);
		pp->pr_nslabs--;
		pp->pr_nempty--;
		LIST_INSERT_HEAD(&gone, ps, ps_list);
		freed += pp->pr_slabsize;
	}
	rump_leaf_exit(pool_lock(pp));
	slabs_destroy(pp, &gone);
	return freed;
}

int
pool_reclaim(struct pool *pp)
{
	return pool_trim(pp) > 0;
}

size_t
pool_drain_all(void)
{
	struct pool *pp;
	size_t freed = 0;

	rump_leaf_enter(&pools_lock);
	TAILQ_FOREACH (pp, &pools, pr_list)
		if (pp->pr_perslab != 0 && pp->pr_alloc->pa_alloc == pa_pages_alloc)
			freed += pool_trim(pp);
	rump_leaf_exit(&pools_lock);
	return freed;
}

bool
pool_drain(struct pool **ppp)
{
	if (ppp != NULL)
		*ppp = NULL;
	return pool_drain_all() > 0;
}

void
pool_setlowat(struct pool *pp, int n)
{
	rump_leaf_enter(pool_lock(pp));
	pp->pr_lowat = n;
	rump_leaf_exit(pool_lock(pp));
	(void)pool_prime(pp, n);
}

void
pool_sethiwat(struct pool *pp, int n)
{
	rump_leaf_enter(pool_lock(pp));
	pp->pr_hiwat = n;
	rump_leaf_exit(pool_lock(pp));
}

void
pool_sethardlimit(struct pool *pp, int n, const char *warnmess, int ratecap)
{
	rump_leaf_enter(pool_lock(pp));
	pp->pr_hardlimit = n;
	pp->pr_hardwarn = warnmess;
	pp->pr_ratecap = ratecap;
	pp->pr_lastwarn = 0;
	rump_leaf_exit(pool_lock(pp));
}

unsigned int
pool_nget(struct pool *pp)
{
	return pp->pr_nget;
}

unsigned int
pool_nput(struct pool *pp)
{
	return pp->pr_nput;
}

unsigned int
pool_totalpages(void)
{
	struct rump_meminfo mi;

	rump_mem_info(&mi);
	return mi.mi_used / PAGE_SIZE;
}

/* ---- The subsystem ---- */

void
pool_foreach_out(struct pool *pp, void (*fn)(struct pool *, void *, void *), void *arg)
{
	struct pool_slabs *const lists[] = { &pp->pr_partial, &pp->pr_full };
	struct pool_slab *ps;

	for (u_int l = 0; l < __arraycount(lists); l++)
		LIST_FOREACH (ps, lists[l], ps_list)
			for (u_int i = 0; i < pp->pr_perslab; i++)
				if ((ps->ps_free[i / 64] & ((uint64_t)1 << (i % 64))) == 0)
					(*fn)(pp, slab_item(pp, ps, i), arg);
}

void
pool_subsys_init(void)
{
	rump_leaf_init(&pools_lock);
	TAILQ_INIT(&pools);
}

void
pool_subsys_fini(void)
{
#ifdef DIAGNOSTIC
	struct pool *pp;

	TAILQ_FOREACH (pp, &pools, pr_list)
		printf("halt: pool %s was not destroyed, %u items in use\n", pp->pr_wchan,
		    pp->pr_nout);
#endif
	TAILQ_INIT(&pools);
}
