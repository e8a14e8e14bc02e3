/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Between the files of mem/: the layers pages -> pool -> pool_cache -> kmem -> malloc. */
#ifndef MEM_IMPL_H
#define MEM_IMPL_H

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/cpu.h>
#include <sys/kmem.h>
#include <sys/kprintf.h>
#include <sys/pool.h>

#include <lib/libkern/libkern.h>

#include "rump_leaf.h"
#include "rump_mem.h"

/* ---- The sanitizer's view: free memory is poisoned in builds with ASan ---- */

#if defined(__SANITIZE_ADDRESS__)
#define MEM_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MEM_ASAN 1
#endif
#endif
#ifdef MEM_ASAN
void __asan_poison_memory_region(void const volatile *p, size_t size);
void __asan_unpoison_memory_region(void const volatile *p, size_t size);
#define mem_poison(p, n)   __asan_poison_memory_region((p), (n))
#define mem_unpoison(p, n) __asan_unpoison_memory_region((p), (n))
#else
#define mem_poison(p, n)   ((void)(p), (void)(n))
#define mem_unpoison(p, n) ((void)(p), (void)(n))
#endif

/* ---- track.c: what is out, when a test wants to know; checked builds only ---- */

#ifdef DIAGNOSTIC
extern bool mem_tracking;
/* what is a name that stays: the pool's, or the interface's.  ctx: any.  sleeps: no. */
void mem_track_add(const void *p, size_t size, const char *what);
void mem_track_del(const void *p);
/* Report and forget everything; how much there was. */
size_t mem_track_fini(void);
#define mem_track(p, size, what)                            \
	do {                                                \
		if (__predict_false(mem_tracking))          \
			mem_track_add((p), (size), (what)); \
	} while (0)
#define mem_untrack(p)                             \
	do {                                       \
		if (__predict_false(mem_tracking)) \
			mem_track_del(p);          \
	} while (0)
#else
#define mem_track(p, size, what) ((void)0)
#define mem_untrack(p)		 ((void)0)
#endif

/* ---- pages.c, limit.c ---- */

int pages_init(size_t limit_bytes);
void pages_fini(void);
/* One attempt: no draining, no waiting. */
void *pages_try(size_t npages, int flags);
/* True when npages could be had if everything were free. */
bool pages_possible(size_t npages);

/*
 * The marks of the page daemon.  pages_low is set once when pages in use pass the low mark; then nothing
 * more until pages_rearm().
 */
extern uint32_t pages_low; /* (a) */
/* Bytes in use above the high mark. */
size_t pages_short(void);
/*
 * Watch again.  Where free memory is still below the high mark, the next time is when half of it is gone:
 * a daemon that cannot help is not asked each time.
 */
void pages_rearm(void);

/* ---- pagedaemon.c ---- */

void pagedaemon_kick(void);
void pagedaemon_count_self(void);

void memwait_init(void);
/* Run the hooks, the least worth first, until want bytes are free. */
size_t mem_drain_hooks(size_t want);
/* The same, and drain the pools. */
size_t mem_drain(size_t want);
/* Sleep a little, or until memory is freed.  sleeps. */
void mem_wait(void);
/* Memory was freed: wake who waits.  One relaxed load when nobody does. */
extern uint32_t mem_nwaiters;
void mem_wakeup_slow(void);
static inline void
mem_wakeup(void)
{
	if (__predict_false(__atomic_load_n(&mem_nwaiters, __ATOMIC_RELAXED) != 0))
		mem_wakeup_slow();
}

/* ---- pool.c ---- */

void pool_subsys_init(void);
/* Report pools with items still out (checked builds). */
void pool_subsys_fini(void);
/* Free the empty slabs of every pool; bytes. */
size_t pool_drain_all(void);
/* pool_get() and pool_put() for pool_cache.c, whose objects change hands before they are out. */
void *pool_item_get(struct pool *pp, int flags);
void pool_item_put(struct pool *pp, void *item);
/* Call fn for every item that is out, of pools with slabs. */
void pool_foreach_out(struct pool *pp, void (*fn)(struct pool *, void *, void *), void *arg);

/* ---- pool_cache.c ---- */

#define MAG_ROUNDS 14

/* A stack of constructed objects; two cache lines. */
struct pool_mag {
	struct pool_mag *pm_next; /* (d) in the depot */
	u_int pm_n;
	u_int pm_pad;
	void *pm_objs[MAG_ROUNDS];
};

/* Locks: (i) immutable, (d) pc_lock, (g) the list of all caches. */
struct pool_cache {
	struct pool pc_pool;
	int (*pc_ctor)(void *, void *, int); /* (i) */
	void (*pc_dtor)(void *, void *);     /* (i) */
	void *pc_arg;			     /* (i) */
	u_int pc_index;			     /* (i) in the CPUs' tables */
	u_int pc_rounds;		     /* (i) of a magazine */
	u_int pc_maxfull;		     /* (i) full magazines kept in the depot */
	bool pc_nopoison;		     /* (i) read by others after it was freed */
	struct rump_leaf pc_lock;
	u_int pc_nfull;			    /* (d) */
	struct pool_mag *pc_full, *pc_none; /* (d) full and empty magazines */
	void (*pc_drainfn)(void *, int);    /* (d) */
	void *pc_drainarg;		    /* (d) */
	TAILQ_ENTRY(pool_cache) pc_list;    /* (g) */
};

/* A CPU's end of one cache.  Touched by the CPU's holder alone. */
struct pool_cache_cpu {
	struct pool_mag *cc_cur, *cc_prev;
	uint64_t cc_nget, cc_nput;
};

/* A CPU's ends of all caches, in pages that never move. */
#define CC_PERPAGE 64
#define CC_PAGES   15
struct mem_cpu {
	struct pool_cache_cpu mc_first[CC_PERPAGE];
	struct pool_cache_cpu *mc_more[CC_PAGES];
	struct cpu_info *mc_cpu; /* (i) */
	struct mem_cpu *mc_next; /* (i) */
};

int pool_cache_subsys_init(void);
void pool_cache_subsys_fini(void);
/* For a struct that the caller provides. */
void pool_cache_setup(struct pool_cache *pc, size_t size, u_int align, u_int ioff, int flags,
    const char *name, struct pool_allocator *pa, int (*ctor)(void *, void *, int),
    void (*dtor)(void *, void *), void *arg);
void pool_cache_teardown(struct pool_cache *pc);
/* Destruct what the depot and all CPUs hold; nobody uses the cache meanwhile. */
void pool_cache_drain(struct pool_cache *pc);
size_t pool_cache_drain_all(void);
void *pool_cache_get_slow(struct pool_cache *pc, int flags);
void pool_cache_put_slow(struct pool_cache *pc, void *obj);
struct pool_cache_cpu *pool_cache_cpu_slow(struct pool_cache *pc);

/* NULL: there is none, go to the pool. */
static inline struct pool_cache_cpu *
pool_cache_cpu(struct pool_cache *pc)
{
	struct cpu_info *const ci = curcpu();
	struct mem_cpu *mc;

	if (__predict_true(
		ci != NULL && (mc = ci->ci_data.cpu_mem) != NULL && pc->pc_index < CC_PERPAGE))
		return &mc->mc_first[pc->pc_index];
	return pool_cache_cpu_slow(pc);
}

/* An object of the magazine at hand, or NULL. */
static inline void *
pool_cache_trypop(struct pool_cache *pc)
{
	struct cpu_info *const ci = curcpu();
	struct pool_cache_cpu *cc;
	struct pool_mag *mag;
	struct mem_cpu *mc;
	void *obj;

	if (__predict_false(
		ci == NULL || (mc = ci->ci_data.cpu_mem) == NULL || pc->pc_index >= CC_PERPAGE))
		return NULL;
	cc = &mc->mc_first[pc->pc_index];
	if (__predict_false((mag = cc->cc_cur) == NULL || mag->pm_n == 0))
		return NULL;
	cc->cc_nget++;
	obj = mag->pm_objs[--mag->pm_n];
	mem_unpoison(obj, pc->pc_pool.pr_size);
	return obj;
}

static inline void *
pool_cache_pop(struct pool_cache *pc, int flags)
{
	void *obj = pool_cache_trypop(pc);

	if (__predict_false(obj == NULL) && (obj = pool_cache_get_slow(pc, flags)) != NULL)
		mem_unpoison(obj, pc->pc_pool.pr_size);
	return obj;
}

static inline void
pool_cache_push(struct pool_cache *pc, void *obj)
{
	struct pool_cache_cpu *const cc = pool_cache_cpu(pc);
	struct pool_mag *mag;

	if (!pc->pc_nopoison)
		mem_poison(obj, pc->pc_pool.pr_size);
	if (__predict_true(cc != NULL && (mag = cc->cc_cur) != NULL && mag->pm_n < pc->pc_rounds)) {
		cc->cc_nput++;
		mag->pm_objs[mag->pm_n++] = obj;
	} else
		pool_cache_put_slow(pc, obj);
}

/* ---- kmem.c ---- */

int kmem_subsys_init(void);
void kmem_subsys_fini(void);
/* kmem_alloc() on behalf of a caller, who is named in the leak report. */
void *kmem_alloc_for(size_t size, int flags, const void *caller);

#endif /* MEM_IMPL_H */
