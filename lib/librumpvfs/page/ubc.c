/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The page cache: pages of file data, in chunks of 64 KiB.
 *
 * A chunk is memory of 16 pages with its 16 struct vm_pages.  Pages are handed out in order, so that
 * what is read at once is contiguous in memory and in the array; a large run gets a chunk of its
 * own.  Memory is given back by whole chunks: a clock looks at c_ref and takes chunks that nobody
 * pins and in which nothing is dirty.
 *
 *	chunk:	FREE --> OPEN (handing out) --> FULL --clock--> FREE
 *		FREE, FULL --memory is short--> BARE --> OPEN
 *	page:	out --alloc--> FAKE|BUSY --filled--> valid, CLEAN <--> DIRTY --written (BUSY)--> CLEAN
 *		any not busy --free--> out; the memory stays as it is until the chunk is taken
 *
 * Pages are found by (object, offset) in one hash table of fixed size.  Finding takes no lock: pages
 * are never unmapped while the kernel runs, so the finder pins the chunk (one atomic), then looks
 * whether the page is what he wants; once pinned, the memory is not used for anything else.  A finder
 * who is led astray by a changing chain misses, and looks again with ubc_lock before he adds a page.
 * A hit is two locked instructions and touches the bucket, the page and the chunk's head.
 *
 * Lock order: vnode lock, vmobjlock, ubc_lock (a leaf but for memory).
 */
#include <sys/param.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include "rump_mem.h"
#include "rump_ubc.h"

#define UBC_HASHSHIFT 12
#define UBC_HASHSIZE  (1 << UBC_HASHSHIFT)
#define UBC_MAXWALK   64
#define UBC_MAXCHUNKS 65536
#define UBC_LIMIT     (5 * 1024 * 1024 / UBC_CHUNKSIZE) /* chunks */

kmutex_t ubc_lock;
kcondvar_t ubc_cv;
struct uvmexp uvmexp;

static struct vm_page *ubc_hash[UBC_HASHSIZE];	  /* (a) written with ubc_lock */
static struct ubc_chunk **ubc_chunks;		  /* (u) */
static unsigned ubc_nchunks, ubc_limit, ubc_hand; /* (u) */
static unsigned ubc_ndirty;			  /* (u) pages; read without it */
static TAILQ_HEAD(, ubc_chunk) ubc_free;	  /* (u) */
static TAILQ_HEAD(, ubc_chunk) ubc_bare;	  /* (u) */
static struct ubc_chunk *ubc_open;		  /* (u) small runs come from here */

static size_t ubc_drain(void *, size_t);
static struct rump_memdrain ubc_memdrain = { .md_fn = ubc_drain };

int
ubc_init(void)
{
	mutex_init(&ubc_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&ubc_cv, "ubcpage");
	memset(ubc_hash, 0, sizeof(ubc_hash));
	memset(&uvmexp, 0, sizeof(uvmexp));
	TAILQ_INIT(&ubc_free);
	TAILQ_INIT(&ubc_bare);
	ubc_limit = rump_mem_share(UBC_LIMIT * UBC_CHUNKSIZE, 35) / UBC_CHUNKSIZE;
	ubc_chunks = kmem_zalloc(ubc_limit * sizeof(*ubc_chunks), KM_SLEEP);
	ubc_nchunks = ubc_hand = ubc_ndirty = 0;
	ubc_open = NULL;
	uvmexp.pagesize = PAGE_SIZE;
	uvmexp.pagemask = PAGE_MASK;
	uvmexp.pageshift = PAGE_SHIFT;
	uvmexp.npages = (int)(ubc_limit * UBC_CHUNKPAGES);
	rump_memdrain_add(&ubc_memdrain);
	return 0;
}

void
ubc_fini(void)
{
	rump_memdrain_remove(&ubc_memdrain);
	for (unsigned i = 0; i < ubc_nchunks; i++) {
		if (ubc_chunks[i]->c_data != NULL)
			rump_pages_free(ubc_chunks[i]->c_data, UBC_CHUNKPAGES);
		kmem_free(ubc_chunks[i], sizeof(**ubc_chunks));
	}
	kmem_free(ubc_chunks, ubc_limit * sizeof(*ubc_chunks));
	cv_destroy(&ubc_cv);
	mutex_destroy(&ubc_lock);
}

/* ---- The table ---- */

static inline struct vm_page **
ubc_bucket(const struct uvm_object *uobj, voff_t off)
{
	const uint64_t k = ((uint64_t)(uintptr_t)uobj >> 6) * 0x9e3779b97f4a7c15ULL +
	    ((uint64_t)off >> PAGE_SHIFT) * 0xff51afd7ed558ccdULL;

	return &ubc_hash[(k ^ (k >> 32)) >> 20 & (UBC_HASHSIZE - 1)];
}

static inline struct vm_page *
ubc_walk(const struct uvm_object *uobj, voff_t off, int max)
{
	struct vm_page *pg = __atomic_load_n(ubc_bucket(uobj, off), __ATOMIC_ACQUIRE);

	for (; pg != NULL && max > 0; max--) {
		if (ubc_page_is(pg, uobj, off, PG_TABLED, PG_TABLED))
			return pg;
		pg = __atomic_load_n(&pg->p_hnext, __ATOMIC_ACQUIRE);
	}
	return NULL;
}

struct vm_page *
ubc_find(const struct uvm_object *uobj, voff_t off)
{
	KASSERT(mutex_owned(&ubc_lock));
	return ubc_walk(uobj, off, INT_MAX);
}

unsigned
ubc_lookup_run(struct uvm_object *uobj, voff_t off, unsigned max, struct vm_page **pgp)
{
	const uint32_t mask = PG_TABLED | PG_FAKE;
	struct vm_page *const pg = ubc_walk(uobj, off, UBC_MAXWALK);
	struct ubc_chunk *c;
	unsigned n, room;

	if (pg == NULL)
		return 0;
	c = pg->p_chunk;
	if (!ubc_pin(c))
		return 0;
	if (__predict_false(!ubc_page_is(pg, uobj, off, mask, PG_TABLED))) {
		ubc_unpin(c);
		return 0;
	}
	if (__atomic_load_n(&c->c_ref, __ATOMIC_RELAXED) == 0)
		__atomic_store_n(&c->c_ref, 1, __ATOMIC_RELAXED);
	room = UBC_CHUNKPAGES - (unsigned)(pg - c->c_pages);
	if (max > room)
		max = room;
	for (n = 1; n < max; n++) {
		off += PAGE_SIZE;
		if (!ubc_page_is(pg + n, uobj, off, mask, PG_TABLED))
			break;
	}
	*pgp = pg;
	return n;
}

static void
ubc_enter(struct vm_page *pg, struct uvm_object *uobj, voff_t off)
{
	struct vm_page **const bucket = ubc_bucket(uobj, off);

	__atomic_store_n(&pg->uobject, uobj, __ATOMIC_RELAXED);
	__atomic_store_n(&pg->offset, off, __ATOMIC_RELAXED);
	__atomic_store_n(
	    &pg->flags, PG_TABLED | PG_FILE | PG_BUSY | PG_FAKE | PG_CLEAN, __ATOMIC_RELEASE);
	pg->wire_count = 0;
	__atomic_store_n(&pg->p_hnext, *bucket, __ATOMIC_RELAXED);
	__atomic_store_n(bucket, pg, __ATOMIC_RELEASE);
	TAILQ_INSERT_TAIL(&uobj->uo_memq, pg, pageq.queue);
	__atomic_store_n(&uobj->uo_npages, uobj->uo_npages + 1, __ATOMIC_RELAXED);
	pg->p_chunk->c_live++;
	uvmexp.filepages++;
}

/* Out of the table and of the object. */
static void
ubc_leave(struct vm_page *pg)
{
	struct uvm_object *const uobj = pg->uobject;
	struct vm_page **pp;

	KASSERT(mutex_owned(&ubc_lock));
	if (ubc_flags(pg) & PG_DIRTY)
		ubc_page_setclean(pg);
	for (pp = ubc_bucket(uobj, pg->offset); *pp != pg; pp = &(*pp)->p_hnext)
		KASSERT(*pp != NULL);
	__atomic_store_n(pp, pg->p_hnext, __ATOMIC_RELEASE);
	TAILQ_REMOVE(&uobj->uo_memq, pg, pageq.queue);
	__atomic_store_n(&uobj->uo_npages, uobj->uo_npages - 1, __ATOMIC_RELAXED);
	__atomic_store_n(&pg->flags, 0, __ATOMIC_RELEASE);
	__atomic_store_n(&pg->uobject, NULL, __ATOMIC_RELAXED);
	pg->p_chunk->c_live--;
	uvmexp.filepages--;
}

/* ---- Chunks ---- */

/* A chunk without memory, pinned by UBC_EVICT. */
static struct ubc_chunk *
ubc_chunk_bare(void)
{
	struct ubc_chunk *c = TAILQ_FIRST(&ubc_bare);

	if (c != NULL) {
		TAILQ_REMOVE(&ubc_bare, c, c_list);
		return c;
	}
	if (ubc_nchunks == ubc_limit)
		return NULL;
	c = kmem_zalloc(sizeof(*c), KM_NOSLEEP);
	if (c == NULL)
		return NULL;
	c->c_pins = UBC_EVICT;
	for (unsigned i = 0; i < UBC_CHUNKPAGES; i++)
		c->c_pages[i].p_chunk = c;
	ubc_chunks[ubc_nchunks++] = c;
	return c;
}

/* A chunk over data.  locks: ubc_lock.  owns: data, when it returns one. */
static struct ubc_chunk *
ubc_chunk_make(char *data)
{
	struct ubc_chunk *const c = data != NULL ? ubc_chunk_bare() : NULL;

	if (c == NULL)
		return NULL;
	c->c_data = data;
	for (unsigned i = 0; i < UBC_CHUNKPAGES; i++)
		c->c_pages[i].phys_addr = (paddr_t)(uintptr_t)data + i * PAGE_SIZE;
	__atomic_fetch_sub(&c->c_pins, UBC_EVICT, __ATOMIC_RELEASE);
	return c;
}

/* The same over memory that can be had at once. */
static struct ubc_chunk *
ubc_chunk_new(void)
{
	struct ubc_chunk *c;
	char *data;

	if (ubc_nchunks == ubc_limit && TAILQ_EMPTY(&ubc_bare))
		return NULL;
	data = rump_pages_alloc(UBC_CHUNKPAGES, RUMP_PAGES_NOWAIT);
	c = ubc_chunk_make(data);
	if (c == NULL && data != NULL)
		rump_pages_free(data, UBC_CHUNKPAGES);
	return c;
}

bool
ubc_grow(void)
{
	char *const data = rump_pages_alloc(UBC_CHUNKPAGES, RUMP_PAGES_CANFAIL);
	struct ubc_chunk *c;

	mutex_enter(&ubc_lock);
	c = ubc_chunk_make(data);
	if (c != NULL) {
		c->c_state = UBC_FREE;
		TAILQ_INSERT_HEAD(&ubc_free, c, c_list);
	}
	mutex_exit(&ubc_lock);
	if (c == NULL && data != NULL)
		rump_pages_free(data, UBC_CHUNKPAGES);
	return c != NULL;
}

/* Empty a chunk, if nobody uses it; it keeps UBC_EVICT then. */
static bool
ubc_chunk_evict(struct ubc_chunk *c)
{
	uint32_t none = 0;

	if (c->c_ndirty != 0 ||
	    !__atomic_compare_exchange_n(
		&c->c_pins, &none, UBC_EVICT, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return false;
	for (unsigned i = 0; c->c_live != 0 && i < UBC_CHUNKPAGES; i++)
		if (ubc_flags(&c->c_pages[i]) & PG_TABLED)
			ubc_leave(&c->c_pages[i]);
	KASSERT(c->c_live == 0);
	return true;
}

/* The clock: the next chunk that was not used since the hand came by; two rounds at most. */
static struct ubc_chunk *
ubc_chunk_steal(void)
{
	for (unsigned n = 2 * ubc_nchunks; n > 0; n--) {
		struct ubc_chunk *const c = ubc_chunks[ubc_hand];

		ubc_hand = ubc_hand + 1 < ubc_nchunks ? ubc_hand + 1 : 0;
		if (c->c_state != UBC_FULL)
			continue;
		if (__atomic_load_n(&c->c_ref, __ATOMIC_RELAXED) != 0 && c->c_live != 0) {
			__atomic_store_n(&c->c_ref, 0, __ATOMIC_RELAXED);
			continue;
		}
		if (ubc_chunk_evict(c))
			return c;
	}
	return NULL;
}

/* A chunk that nobody uses, with UBC_EVICT. */
static struct ubc_chunk *
ubc_chunk_unused(void)
{
	struct ubc_chunk *const c = TAILQ_FIRST(&ubc_free);

	if (c == NULL)
		return ubc_chunk_steal();
	if (!ubc_chunk_evict(c))
		return NULL; /* a finder who comes too late looks at it */
	TAILQ_REMOVE(&ubc_free, c, c_list);
	return c;
}

/* Memory is short: give clean chunks back.  ctx: any lock may be held, of ours too. */
static size_t
ubc_drain(void *arg, size_t want)
{
	struct ubc_chunk *c;
	size_t freed = 0;

	if (!mutex_tryenter(&ubc_lock))
		return 0;
	while (freed < want && (c = ubc_chunk_unused()) != NULL) {
		rump_pages_free(c->c_data, UBC_CHUNKPAGES);
		c->c_data = NULL;
		c->c_state = UBC_BARE;
		TAILQ_INSERT_HEAD(&ubc_bare, c, c_list);
		freed += UBC_CHUNKSIZE;
	}
	mutex_exit(&ubc_lock);
	return freed;
}

/* A chunk without pages, OPEN. */
static struct ubc_chunk *
ubc_chunk_get(void)
{
	struct ubc_chunk *c = TAILQ_FIRST(&ubc_free);

	if (c != NULL) {
		TAILQ_REMOVE(&ubc_free, c, c_list);
	} else {
		c = ubc_chunk_new();
		if (c == NULL) {
			c = ubc_chunk_steal();
			if (c == NULL)
				return NULL;
			__atomic_fetch_sub(&c->c_pins, UBC_EVICT, __ATOMIC_RELEASE);
		}
	}
	c->c_state = UBC_OPEN;
	c->c_next = 0;
	__atomic_store_n(&c->c_ref, 0, __ATOMIC_RELAXED);
	return c;
}

/* The chunk that has room for a run, with its pages not yet handed out. */
static struct ubc_chunk *
ubc_chunk_for(unsigned npages)
{
	struct ubc_chunk *c = ubc_open;

	if (npages >= UBC_BIGRUN)
		return ubc_chunk_get();
	if (c != NULL && UBC_CHUNKPAGES - c->c_next >= npages)
		return c;
	if (c != NULL) {
		c->c_state = UBC_FULL;
		ubc_open = NULL;
	}
	c = ubc_chunk_get();
	ubc_open = c;
	return c;
}

struct vm_page *
ubc_alloc_run(struct uvm_object *uobj, voff_t off, unsigned npages)
{
	struct ubc_chunk *c;
	struct vm_page *pg;

	KASSERT(mutex_owned(&ubc_lock));
	KASSERT(npages > 0 && npages <= UBC_CHUNKPAGES);
	c = ubc_chunk_for(npages);
	if (c == NULL)
		return NULL;
	pg = &c->c_pages[c->c_next];
	c->c_next += npages;
	if (c != ubc_open)
		c->c_state = UBC_FULL;
	__atomic_fetch_add(&c->c_pins, 1, __ATOMIC_ACQUIRE);
	for (unsigned i = 0; i < npages; i++)
		ubc_enter(pg + i, uobj, off + (voff_t)i * PAGE_SIZE);
	return pg;
}

/* ---- Pages ---- */

void
ubc_page_free(struct vm_page *pg)
{
	struct ubc_chunk *const c = pg->p_chunk;

	ubc_leave(pg);
	if (c->c_live == 0 && c->c_state == UBC_FULL && ubc_chunk_evict(c)) {
		c->c_state = UBC_FREE;
		TAILQ_INSERT_HEAD(&ubc_free, c, c_list);
		__atomic_fetch_sub(&c->c_pins, UBC_EVICT, __ATOMIC_RELEASE);
	}
}

void
ubc_page_setdirty(struct vm_page *pg)
{
	KASSERT(mutex_owned(&ubc_lock));
	if (ubc_flags(pg) & PG_DIRTY)
		return;
	/* Whoever ends a page's I/O clears PG_BUSY without the lock. */
	__atomic_fetch_or(&pg->flags, PG_DIRTY, __ATOMIC_RELAXED);
	__atomic_fetch_and(&pg->flags, ~(uint32_t)PG_CLEAN, __ATOMIC_RELAXED);
	pg->p_chunk->c_ndirty++;
	__atomic_store_n(&ubc_ndirty, ubc_ndirty + 1, __ATOMIC_RELAXED);
	__atomic_store_n(&pg->uobject->uo_ndirty, pg->uobject->uo_ndirty + 1, __ATOMIC_RELAXED);
}

void
ubc_page_setclean(struct vm_page *pg)
{
	KASSERT(mutex_owned(&ubc_lock));
	if ((ubc_flags(pg) & PG_DIRTY) == 0)
		return;
	__atomic_fetch_or(&pg->flags, PG_CLEAN, __ATOMIC_RELAXED);
	__atomic_fetch_and(&pg->flags, ~(uint32_t)PG_DIRTY, __ATOMIC_RELAXED);
	pg->p_chunk->c_ndirty--;
	__atomic_store_n(&ubc_ndirty, ubc_ndirty - 1, __ATOMIC_RELAXED);
	__atomic_store_n(&pg->uobject->uo_ndirty, pg->uobject->uo_ndirty - 1, __ATOMIC_RELAXED);
}

void
ubc_page_wait(struct vm_page *pg)
{
	KASSERT(mutex_owned(&ubc_lock));
	if (__atomic_fetch_or(&pg->flags, PG_WANTED, __ATOMIC_ACQ_REL) & PG_BUSY)
		cv_wait(&ubc_cv, &ubc_lock);
}

void
ubc_run_unbusy(struct vm_page *pg, unsigned npages, uint32_t clear)
{
	const uint32_t off = clear | PG_BUSY | PG_WANTED;
	uint32_t old = 0;

	for (unsigned i = 0; i < npages; i++)
		old |= __atomic_fetch_and(&pg[i].flags, ~off, __ATOMIC_ACQ_REL);
	if (__predict_false(old & PG_WANTED)) {
		mutex_enter(&ubc_lock);
		cv_broadcast(&ubc_cv);
		mutex_exit(&ubc_lock);
	}
}

void
ubc_run_fail(struct vm_page *pg, unsigned npages)
{
	struct ubc_chunk *const c = pg->p_chunk;

	mutex_enter(&ubc_lock);
	for (unsigned i = 0; i < npages; i++)
		ubc_page_free(&pg[i]);
	cv_broadcast(&ubc_cv);
	mutex_exit(&ubc_lock);
	ubc_unpin(c);
}

void
ubc_drop_range(struct uvm_object *uobj, voff_t lo, voff_t hi)
{
	struct vm_page *pg, *next;

	if (__atomic_load_n(&uobj->uo_npages, __ATOMIC_RELAXED) == 0)
		return;
	mutex_enter(&ubc_lock);
again:
	TAILQ_FOREACH_SAFE (pg, &uobj->uo_memq, pageq.queue, next) {
		if (pg->offset < lo || (hi != 0 && pg->offset >= hi))
			continue;
		if (ubc_flags(pg) & PG_BUSY) {
			ubc_page_wait(pg);
			goto again;
		}
		ubc_page_free(pg);
	}
	mutex_exit(&ubc_lock);
}

/* ---- Dirty pages ---- */

bool
ubc_too_dirty(void)
{
	return __atomic_load_n(&ubc_ndirty, __ATOMIC_RELAXED) > ubc_limit * UBC_CHUNKPAGES / 2;
}

/* The vnode of some dirty page, referenced. */
static struct vnode *
ubc_dirty_vnode(void)
{
	struct vnode *vp = NULL;

	mutex_enter(&ubc_lock);
	for (unsigned i = 0; vp == NULL && i < ubc_nchunks; i++) {
		struct ubc_chunk *const c = ubc_chunks[i];

		for (unsigned j = 0; c->c_ndirty != 0 && j < UBC_CHUNKPAGES; j++) {
			if ((ubc_flags(&c->c_pages[j]) & PG_DIRTY) == 0)
				continue;
			vp = container_of(c->c_pages[j].uobject, struct vnode, v_uobj);
			if (vcache_tryvget(vp) != 0)
				vp = NULL;
			break;
		}
	}
	mutex_exit(&ubc_lock);
	return vp;
}

bool
ubc_flush_some(void)
{
	struct vnode *const vp = ubc_dirty_vnode();
	int error;

	if (vp == NULL)
		return false;
	rw_enter(vp->v_uobj.vmobjlock, RW_WRITER);
	error = VOP_PUTPAGES(vp, 0, 0, PGO_ALLPAGES | PGO_CLEANIT | PGO_SYNCIO);
	vrele(vp);
	return error == 0;
}
