/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * pool_cache(9): constructed objects in per-CPU magazines.
 *
 *	CPU:	cc_cur, cc_prev		magazines of pc_rounds objects, without a lock
 *	depot:	pc_full, pc_none	full and empty magazines, under pc_lock
 *	pool:	pc_pool			items without their construction
 *
 * Get pops from cc_cur, else from cc_prev (they change places), else a full magazine comes from the
 * depot for the empty cc_prev, else an item of the pool is constructed.  Put is the mirror image;
 * when the depot has pc_maxfull full magazines, the object is destructed.  (Bonwick and Adams,
 * "Magazines and Vmem", USENIX 2001.)
 *
 * The holder of a virtual CPU is alone with its magazines until it blocks, so a CPU's end is looked
 * up again after anything that can block: constructors and page allocation.
 */
#include "mem_impl.h"

#include "rump_fault.h"

#define DEPOT_BYTES (64 * 1024) /* of objects kept in full magazines of a depot */

/* Locks: (g) caches_lock, taken before any pc_lock. */
static struct rump_leaf caches_lock;
static TAILQ_HEAD(, pool_cache) caches;			      /* (g) */
static uint64_t index_used[(CC_PAGES + 1) * CC_PERPAGE / 64]; /* (g) */
static struct mem_cpu *mem_cpus; /* of all CPUs that have one; only grows, by compare-and-swap */
static struct pool mag_pool;

/* ---- Magazines ---- */

static struct pool_mag *
mag_create(void)
{
	struct pool_mag *const mag = pool_item_get(&mag_pool, PR_NOWAIT);

	if (mag != NULL) {
		mag->pm_next = NULL;
		mag->pm_n = 0;
	}
	return mag;
}

static void
object_destroy(struct pool_cache *pc, void *obj)
{
	mem_unpoison(obj, pc->pc_pool.pr_size);
	if (pc->pc_dtor != NULL)
		(*pc->pc_dtor)(pc->pc_arg, obj);
	pool_item_put(&pc->pc_pool, obj);
}

static void
mag_destroy(struct pool_cache *pc, struct pool_mag *mag)
{
	if (mag == NULL)
		return;
	while (mag->pm_n > 0)
		object_destroy(pc, mag->pm_objs[--mag->pm_n]);
	pool_item_put(&mag_pool, mag);
}

static struct pool_mag *
mag_pop(struct pool_mag **list)
{
	struct pool_mag *const mag = *list;

	if (mag != NULL)
		__atomic_store_n(list, mag->pm_next, __ATOMIC_RELAXED);
	return mag;
}

static void
mag_push(struct pool_mag **list, struct pool_mag *mag)
{
	mag->pm_next = *list;
	__atomic_store_n(list, mag, __ATOMIC_RELAXED);
}

/* ---- A CPU's end ---- */

struct pool_cache_cpu *
pool_cache_cpu_slow(struct pool_cache *pc)
{
	struct cpu_info *const ci = curcpu();
	const u_int page = pc->pc_index / CC_PERPAGE;
	struct pool_cache_cpu **more;
	struct mem_cpu *mc;

	if (ci == NULL || page > CC_PAGES)
		return NULL;
	if ((mc = ci->ci_data.cpu_mem) == NULL) {
		if ((mc = pages_try(1, RUMP_PAGES_ZERO)) == NULL)
			return NULL;
		mc->mc_cpu = ci;
		/* Without caches_lock: a destructor that frees comes here with it. */
		mc->mc_next = atomic_load_relaxed(&mem_cpus);
		while (!__atomic_compare_exchange_n(
		    &mem_cpus, &mc->mc_next, mc, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
			continue;
		ci->ci_data.cpu_mem = mc;
	}
	if (page == 0)
		return &mc->mc_first[pc->pc_index];
	more = &mc->mc_more[page - 1];
	if (*more == NULL && (*more = pages_try(1, RUMP_PAGES_ZERO)) == NULL)
		return NULL;
	return &(*more)[pc->pc_index % CC_PERPAGE];
}
CTASSERT(sizeof(struct mem_cpu) <= PAGE_SIZE);
CTASSERT(sizeof(struct pool_cache_cpu) * CC_PERPAGE <= PAGE_SIZE);

/* The end of a CPU that nobody uses now, or the caller's own; NULL: it has none. */
static struct pool_cache_cpu *
cpu_end(struct mem_cpu *mc, struct pool_cache *pc)
{
	const u_int page = pc->pc_index / CC_PERPAGE;

	if (mc == NULL || page > CC_PAGES)
		return NULL;
	if (page == 0)
		return &mc->mc_first[pc->pc_index];
	return mc->mc_more[page - 1] == NULL ? NULL
					     : &mc->mc_more[page - 1][pc->pc_index % CC_PERPAGE];
}

static void
cpu_end_drain(struct pool_cache *pc, struct pool_cache_cpu *cc)
{
	struct pool_mag *const cur = cc->cc_cur, *const prev = cc->cc_prev;

	cc->cc_cur = cc->cc_prev = NULL;
	mag_destroy(pc, cur);
	mag_destroy(pc, prev);
}

/* ---- Get and put beyond the current magazine ---- */

/* Bring a magazine with objects to cc_cur.  False: there is none. */
static bool
refill(struct pool_cache *pc, struct pool_cache_cpu *cc)
{
	struct pool_mag *const prev = cc->cc_prev;
	struct pool_mag *full;

	if (prev != NULL && prev->pm_n > 0) {
		cc->cc_prev = cc->cc_cur;
		cc->cc_cur = prev;
		return true;
	}
	if (__atomic_load_n(&pc->pc_full, __ATOMIC_RELAXED) == NULL)
		return false;
	rump_leaf_enter(&pc->pc_lock);
	if ((full = mag_pop(&pc->pc_full)) != NULL) {
		pc->pc_nfull--;
		if (prev != NULL)
			mag_push(&pc->pc_none, prev);
		cc->cc_prev = cc->cc_cur;
		cc->cc_cur = full;
	}
	rump_leaf_exit(&pc->pc_lock);
	return full != NULL;
}

void *
pool_cache_get_slow(struct pool_cache *pc, int flags)
{
	struct pool_cache_cpu *const cc = pool_cache_cpu(pc);
	void *obj;

	if (cc != NULL) {
		cc->cc_nget++;
		if ((cc->cc_cur != NULL && cc->cc_cur->pm_n > 0) || refill(pc, cc))
			return cc->cc_cur->pm_objs[--cc->cc_cur->pm_n];
	}
	if ((obj = pool_item_get(&pc->pc_pool, flags & ~PR_ZERO)) == NULL)
		return NULL;
	if (pc->pc_ctor != NULL && (*pc->pc_ctor)(pc->pc_arg, obj, flags) != 0) {
		pool_item_put(&pc->pc_pool, obj);
		return NULL;
	}
	return obj;
}

/* Bring a magazine with room to cc_cur.  False: the depot has enough, or memory is short. */
static bool
make_room(struct pool_cache *pc, struct pool_cache_cpu *cc)
{
	struct pool_mag *const prev = cc->cc_prev;
	struct pool_mag *none = NULL;
	bool enough;

	if (prev != NULL && prev->pm_n == 0) {
		cc->cc_prev = cc->cc_cur;
		cc->cc_cur = prev;
		return true;
	}
	if (__atomic_load_n(&mem_nwaiters, __ATOMIC_RELAXED) != 0)
		return false;
	rump_leaf_enter(&pc->pc_lock);
	enough = prev != NULL && pc->pc_nfull >= pc->pc_maxfull;
	if (!enough)
		none = mag_pop(&pc->pc_none);
	rump_leaf_exit(&pc->pc_lock);
	if (enough || (none == NULL && (none = mag_create()) == NULL))
		return false;
	if (prev != NULL) {
		rump_leaf_enter(&pc->pc_lock);
		mag_push(&pc->pc_full, prev);
		pc->pc_nfull++;
		rump_leaf_exit(&pc->pc_lock);
	}
	cc->cc_prev = cc->cc_cur;
	cc->cc_cur = none;
	return true;
}

void
pool_cache_put_slow(struct pool_cache *pc, void *obj)
{
	struct pool_cache_cpu *const cc = pool_cache_cpu(pc);

	if (cc != NULL) {
		cc->cc_nput++;
		if (make_room(pc, cc)) {
			cc->cc_cur->pm_objs[cc->cc_cur->pm_n++] = obj;
			return;
		}
	}
	object_destroy(pc, obj);
}

/* ---- The interface ---- */

static __noinline void *
get_paddr(struct pool_cache *pc, int flags, paddr_t *pap)
{
	void *obj;

	if ((flags & PR_WAITOK) == 0 && RUMP_FAULT(POOL))
		return NULL;
	obj = pool_cache_pop(pc, flags);
	if (pap != NULL)
		*pap = (paddr_t)obj;
	if (obj == NULL)
		return NULL;
	mem_track(obj, pc->pc_pool.pr_size, pc->pc_pool.pr_wchan);
	if ((flags & PR_ZERO) != 0)
		memset(obj, 0, pc->pc_pool.pr_size);
	return obj;
}

void *
pool_cache_get_paddr(pool_cache_t pc, int flags, paddr_t *pap)
{
	void *obj;

	if (__predict_true(pap == NULL && (flags & PR_ZERO) == 0) &&
	    __predict_true((obj = pool_cache_trypop(pc)) != NULL))
		return obj;
	return get_paddr(pc, flags, pap);
}

void
pool_cache_put_paddr(pool_cache_t pc, void *obj, paddr_t pa)
{
	mem_untrack(obj);
	pool_cache_push(pc, obj);
}

void
pool_cache_destruct_object(pool_cache_t pc, void *obj)
{
	mem_untrack(obj);
	object_destroy(pc, obj);
}

/* locks: caches_lock.  Past the last index a cache goes without magazines. */
static u_int
index_take(void)
{
	for (u_int w = 0; w < __arraycount(index_used); w++)
		if (~index_used[w] != 0) {
			const u_int bit = __builtin_ctzll(~index_used[w]);

			index_used[w] |= (uint64_t)1 << bit;
			return w * 64 + bit;
		}
	return (CC_PAGES + 1) * CC_PERPAGE;
}

void
pool_cache_setup(struct pool_cache *pc, size_t size, u_int align, u_int ioff, int flags,
    const char *name, struct pool_allocator *pa, int (*ctor)(void *, void *, int),
    void (*dtor)(void *, void *), void *arg)
{
	memset(pc, 0, sizeof(*pc));
	pool_init(&pc->pc_pool, size, align, ioff, flags, name, pa, 0);
	pc->pc_ctor = ctor;
	pc->pc_dtor = dtor;
	pc->pc_arg = arg;
	pc->pc_rounds = size <= PAGE_SIZE / 2 ? MAG_ROUNDS : size <= 4 * PAGE_SIZE ? 4 : 2;
	pc->pc_maxfull = MAX(1, DEPOT_BYTES / (pc->pc_pool.pr_stride * pc->pc_rounds));
	if ((flags & PR_LARGECACHE) != 0)
		pc->pc_maxfull *= 16;
	pc->pc_nopoison = (flags & (PR_NOTOUCH | PR_PSERIALIZE)) != 0;
	rump_leaf_init(&pc->pc_lock);
	rump_leaf_enter(&caches_lock);
	pc->pc_index = index_take();
	TAILQ_INSERT_TAIL(&caches, pc, pc_list);
	rump_leaf_exit(&caches_lock);
}

/* Everything of the depot and of this CPU. */
void
pool_cache_invalidate(pool_cache_t pc)
{
	struct pool_mag *full, *none, *mag;
	struct pool_cache_cpu *cc;

	rump_leaf_enter(&pc->pc_lock);
	full = pc->pc_full;
	none = pc->pc_none;
	__atomic_store_n(&pc->pc_full, NULL, __ATOMIC_RELAXED);
	pc->pc_none = NULL;
	pc->pc_nfull = 0;
	rump_leaf_exit(&pc->pc_lock);
	while ((mag = mag_pop(&full)) != NULL)
		mag_destroy(pc, mag);
	while ((mag = mag_pop(&none)) != NULL)
		mag_destroy(pc, mag);
	if (curcpu() != NULL && (cc = cpu_end(curcpu()->ci_data.cpu_mem, pc)) != NULL)
		cpu_end_drain(pc, cc);
}

void
pool_cache_drain(struct pool_cache *pc)
{
	struct pool_cache_cpu *cc;
	struct mem_cpu *mc;

	for (mc = atomic_load_acquire(&mem_cpus); mc != NULL; mc = mc->mc_next)
		if ((cc = cpu_end(mc, pc)) != NULL)
			cpu_end_drain(pc, cc);
	pool_cache_invalidate(pc);
}

void
pool_cache_teardown(struct pool_cache *pc)
{
	struct pool_cache_cpu *cc;

	rump_leaf_enter(&caches_lock);
	TAILQ_REMOVE(&caches, pc, pc_list);
	rump_leaf_exit(&caches_lock);
	pool_cache_drain(pc);
	pool_destroy(&pc->pc_pool);
	rump_leaf_enter(&caches_lock);
	for (struct mem_cpu *mc = atomic_load_acquire(&mem_cpus); mc != NULL; mc = mc->mc_next)
		if ((cc = cpu_end(mc, pc)) != NULL)
			cc->cc_nget = cc->cc_nput = 0;
	if (pc->pc_index < (CC_PAGES + 1) * CC_PERPAGE)
		index_used[pc->pc_index / 64] &= ~((uint64_t)1 << (pc->pc_index % 64));
	rump_leaf_exit(&caches_lock);
}

pool_cache_t
pool_cache_init(size_t size, u_int align, u_int align_offset, u_int flags, const char *name,
    struct pool_allocator *pa, int ipl, int (*ctor)(void *, void *, int),
    void (*dtor)(void *, void *), void *arg)
{
	struct pool_cache *const pc = kmem_alloc(sizeof(*pc), KM_SLEEP);

	pool_cache_setup(pc, size, align, align_offset, flags, name, pa, ctor, dtor, arg);
	return pc;
}

void
pool_cache_destroy(pool_cache_t pc)
{
	pool_cache_teardown(pc);
	kmem_free(pc, sizeof(*pc));
}

bool
pool_cache_reclaim(pool_cache_t pc)
{
	pool_cache_invalidate(pc);
	return pool_reclaim(&pc->pc_pool) != 0;
}

int
pool_cache_prime(pool_cache_t pc, int n)
{
	return pool_prime(&pc->pc_pool, n);
}

void
pool_cache_setlowat(pool_cache_t pc, int n)
{
	pool_setlowat(&pc->pc_pool, n);
}

void
pool_cache_sethiwat(pool_cache_t pc, int n)
{
	pool_sethiwat(&pc->pc_pool, n);
}

void
pool_cache_sethardlimit(pool_cache_t pc, int n, const char *warnmess, int ratecap)
{
	pool_sethardlimit(&pc->pc_pool, n, warnmess, ratecap);
}

void
pool_cache_set_drain_hook(pool_cache_t pc, void (*fn)(void *, int), void *arg)
{
	rump_leaf_enter(&pc->pc_lock);
	pc->pc_drainfn = fn;
	pc->pc_drainarg = arg;
	rump_leaf_exit(&pc->pc_lock);
}

/* Gets and puts over all CPUs; exact when the cache is at rest. */
static uint64_t
cpu_ends_sum(struct pool_cache *pc, bool puts)
{
	const struct pool_cache_cpu *cc;
	struct mem_cpu *mc;
	uint64_t n = 0;

	rump_leaf_enter(&caches_lock);
	for (mc = atomic_load_acquire(&mem_cpus); mc != NULL; mc = mc->mc_next)
		if ((cc = cpu_end(mc, pc)) != NULL)
			n += puts ? cc->cc_nput : cc->cc_nget;
	rump_leaf_exit(&caches_lock);
	return n;
}

unsigned int
pool_cache_nget(pool_cache_t pc)
{
	return cpu_ends_sum(pc, false);
}

unsigned int
pool_cache_nput(pool_cache_t pc)
{
	return cpu_ends_sum(pc, true);
}

/* ---- The subsystem ---- */

size_t
pool_cache_drain_all(void)
{
	struct rump_meminfo before, after;
	struct pool_cache *pc;

	rump_mem_info(&before);
	rump_leaf_enter(&caches_lock);
	TAILQ_FOREACH (pc, &caches, pc_list) {
		/* Destructors may not sleep; hooks are called by the owner's choice only here. */
		if (pc->pc_drainfn != NULL)
			(*pc->pc_drainfn)(pc->pc_drainarg, PR_NOWAIT);
		pool_cache_invalidate(pc);
	}
	rump_leaf_exit(&caches_lock);
	rump_mem_info(&after);
	return before.mi_used > after.mi_used ? before.mi_used - after.mi_used : 0;
}

int
pool_cache_subsys_init(void)
{
	rump_leaf_init(&caches_lock);
	TAILQ_INIT(&caches);
	memset(index_used, 0, sizeof(index_used));
	mem_cpus = NULL;
	pool_init(&mag_pool, sizeof(struct pool_mag), CACHE_LINE_SIZE, 0, 0, "magazine",
	    &pool_allocator_meta, 0);
	return 0;
}

void
pool_cache_subsys_fini(void)
{
#ifdef DIAGNOSTIC
	struct pool_cache *pc;

	TAILQ_FOREACH (pc, &caches, pc_list)
		printf("halt: pool cache %s was not destroyed\n", pc->pc_pool.pr_wchan);
#endif
	pool_destroy(&mag_pool);
	for (struct mem_cpu *mc = mem_cpus; mc != NULL; mc = mc->mc_next)
		mc->mc_cpu->ci_data.cpu_mem = NULL;
	mem_cpus = NULL;
}
