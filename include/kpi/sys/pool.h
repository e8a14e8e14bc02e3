/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * pool(9) and pool_cache(9): objects of one size.
 *
 * A pool carves pages into items.  A pool_cache keeps constructed objects in magazines, two per
 * virtual CPU, exchanged with a shared depot; its hot path takes no lock and no atomic, for a
 * virtual CPU is held exclusively.  An object from a pool_cache is in its constructed state when it
 * is given out, and must be when it is put back.
 */
#ifndef KPI_SYS_POOL_H
#define KPI_SYS_POOL_H

#include <sys/queue.h>
#include <sys/types.h>

struct pool;
struct pool_cache;
typedef struct pool_cache *pool_cache_t;

/* Where a pool's pages come from; NULL in pool_init() means pool_allocator_kmem. */
struct pool_allocator {
	void *(*pa_alloc)(struct pool *, int);
	void (*pa_free)(struct pool *, void *);
	unsigned int pa_pagesz; /* a power of two; 0: PAGE_SIZE */
};
extern struct pool_allocator pool_allocator_kmem;   /* any context */
extern struct pool_allocator pool_allocator_nointr; /* thread context only */
extern struct pool_allocator pool_allocator_meta;

struct pool_slab;
LIST_HEAD(pool_slabs, pool_slab);

/*
 * The caller provides the struct; all fields are the pool's own.
 * Locks: (i) set by pool_init(), (p) pr_lock, (g) the list of all pools.
 */
struct pool {
	const char *pr_wchan;		 /* (i) name */
	size_t pr_size;			 /* (i) bytes asked for */
	size_t pr_stride;		 /* (i) bytes from item to item */
	size_t pr_slabsize;		 /* (i) bytes; a power of two */
	u_int pr_first;			 /* (i) offset of the first item in a slab */
	u_int pr_perslab;		 /* (i) items a slab; 0: every item has pages of its own */
	int pr_flags;			 /* (i) PR_* of pool_init() */
	struct pool_allocator *pr_alloc; /* (i) */
	uint32_t pr_lock[1];		 /* leaf */
	struct pool_slabs pr_partial;	 /* (p) some items free */
	struct pool_slabs pr_full;	 /* (p) none free */
	struct pool_slabs pr_empty;	 /* (p) all free */
	u_int pr_nempty, pr_nslabs;	 /* (p) */
	u_int pr_nout;			 /* (p) items given out */
	u_int pr_lowat, pr_hiwat;	 /* (p) in items */
	u_int pr_hardlimit;		 /* (p) most items out at a time */
	u_int pr_waiters;		 /* (p) at the hard limit */
	uint64_t pr_nget, pr_nput, pr_nfail; /* (p) */
	const char *pr_hardwarn;	     /* (p) */
	int pr_ratecap;			     /* (p) seconds */
	time_t pr_lastwarn;		     /* (p) */
	TAILQ_ENTRY(pool) pr_list;	     /* (g) */
};

#define PR_WAITOK     0x0001
#define PR_NOWAIT     0x0002
#define PR_LIMITFAIL  0x0004 /* fail rather than wait at the hard limit */
#define PR_ZERO	      0x0008 /* pool_get(): cleared memory */
#define PR_NOTOUCH    0x0010 /* never store into free items */
#define PR_NOALIGN    0x0020
#define PR_LARGECACHE 0x0040
#define PR_PSERIALIZE 0x0080 /* freed after a grace period */
#define PR_RECURSIVE  0x0100

/*
 * align: a power of two, 0 for 16 (or the size's own for small ones); ioff: the offset in the item
 * that has that alignment.  wchan names the pool.  ipl: the highest level that uses it.
 * sleeps.
 */
void pool_init(struct pool *pp, size_t size, u_int align, u_int ioff, int flags, const char *wchan,
    struct pool_allocator *pa, int ipl);
/* All items have been put back. */
void pool_destroy(struct pool *pp);
/* NULL only with PR_NOWAIT or PR_LIMITFAIL.  sleeps with PR_WAITOK. */
void *pool_get(struct pool *pp, int flags);
void pool_put(struct pool *pp, void *item);
/* Make sure that n items are free.  errors: ENOMEM. */
int pool_prime(struct pool *pp, int n);
/* Give free pages back (those above the low water mark).  True if any was. */
int pool_reclaim(struct pool *pp);
void pool_setlowat(struct pool *pp, int n);
void pool_sethiwat(struct pool *pp, int n);
/* At most n items in use; warnmess (or NULL) is printed at most every ratecap seconds. */
void pool_sethardlimit(struct pool *pp, int n, const char *warnmess, int ratecap);
unsigned int pool_nget(struct pool *pp);
unsigned int pool_nput(struct pool *pp);
unsigned int pool_totalpages(void);
bool pool_drain(struct pool **ppp);

/* ctor returns 0 or an errno (the get then fails).  Both may be NULL. */
pool_cache_t pool_cache_init(size_t size, u_int align, u_int align_offset, u_int flags,
    const char *name, struct pool_allocator *pa, int ipl, int (*ctor)(void *, void *, int),
    void (*dtor)(void *, void *), void *arg);
void pool_cache_destroy(pool_cache_t pc);
void *pool_cache_get_paddr(pool_cache_t pc, int flags, paddr_t *pap);
void pool_cache_put_paddr(pool_cache_t pc, void *object, paddr_t pa);
#define pool_cache_get(pc, flags) pool_cache_get_paddr((pc), (flags), NULL)
#define pool_cache_put(pc, obj)	  pool_cache_put_paddr((pc), (obj), (paddr_t)-1)
/* Destruct an object rather than caching it. */
void pool_cache_destruct_object(pool_cache_t pc, void *object);
/* Destruct every cached object that no CPU holds in its magazines, and this CPU's. */
void pool_cache_invalidate(pool_cache_t pc);
bool pool_cache_reclaim(pool_cache_t pc);
int pool_cache_prime(pool_cache_t pc, int n);
void pool_cache_setlowat(pool_cache_t pc, int n);
void pool_cache_sethiwat(pool_cache_t pc, int n);
void pool_cache_sethardlimit(pool_cache_t pc, int n, const char *warnmess, int ratecap);
/* Called when memory is short, with PR_WAITOK or PR_NOWAIT, to give objects back. */
void pool_cache_set_drain_hook(pool_cache_t pc, void (*fn)(void *, int), void *arg);
unsigned int pool_cache_nget(pool_cache_t pc);
unsigned int pool_cache_nput(pool_cache_t pc);

#endif /* KPI_SYS_POOL_H */
