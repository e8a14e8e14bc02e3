/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * kmem(9): a pool cache for each size class.
 *
 * Up to 2 KiB there are 16-byte steps to 128 and four classes to each doubling above; then one class
 * for each number of pages up to 16; larger requests are runs of pages.  An object's alignment
 * is the largest power of two that divides its class, a cache line at most, or a page.
 *
 * Checked builds (DIAGNOSTIC) end each small object with a trailer
 *
 *	| size bytes | redzone, filled with REDZONE | magic, size | caller |
 *	                                            ^ class size - sizeof(struct trailer)
 *
 * which catches wrong sizes at free and writes past the end, and lets the halt name who allocated
 * what was not freed.
 */
#include "mem_impl.h"

#include <sys/malloc.h>

#include "rump_fault.h"

#define NSMALL	  24
#define NPAGED	  16
#define SMALLMAX  2048
#define ALLOCATED 0xa5 /* fills new memory in checked builds */
#define REDZONE	  0x5c
#define MAGIC	  0x6b6d656dU

static const uint16_t small_sizes[NSMALL] = { 16, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256,
	320, 384, 448, 512, 640, 768, 896, 1024, 1280, 1536, 1792, 2048 };
static uint8_t class_of[SMALLMAX / 16 + 1]; /* by size in units of 16, rounded up */
static struct pool_cache kmem_caches[NSMALL + NPAGED];
static char cache_names[NSMALL + NPAGED][12];
static size_t nlarge; /* (a) runs of pages in use */
size_t rump_mem_leaks;

/* ---- The trailer ---- */

#ifdef DIAGNOSTIC
struct trailer {
	uint32_t t_magic;
	uint32_t t_size;
	const void *t_caller;
};

/* Room for the trailer; what is a multiple of cache lines stays aligned to them. */
static inline size_t
trailer_room(size_t size)
{
	if (size > SMALLMAX)
		return size;
	size += sizeof(struct trailer);
	if ((size - sizeof(struct trailer)) % CACHE_LINE_SIZE == 0)
		size = roundup2(size, (size_t)CACHE_LINE_SIZE);
	return size;
}

static inline struct trailer *
trailer_of(const struct pool_cache *pc, void *p)
{
	return (struct trailer *)((char *)p + pc->pc_pool.pr_size) - 1;
}

static void
trailer_set(const struct pool_cache *pc, void *p, size_t size, const void *caller)
{
	struct trailer *const t = trailer_of(pc, p);

	memset(p, ALLOCATED, size);
	memset((char *)p + size, REDZONE, (char *)t - (char *)p - size);
	t->t_magic = MAGIC;
	t->t_size = size;
	t->t_caller = caller;
	mem_poison((char *)p + size, pc->pc_pool.pr_size - size);
}

static void
trailer_check(const struct pool_cache *pc, void *p, size_t size)
{
	struct trailer *const t = trailer_of(pc, p);

	mem_unpoison(p, pc->pc_pool.pr_size);
	if (t->t_magic != MAGIC)
		panic("kmem_free(%p, %zu): freed twice, or written past its end", p, size);
	if (t->t_size != size)
		panic("kmem_free(%p, %zu): %u bytes were allocated (by %p)", p, size, t->t_size,
		    t->t_caller);
	for (const uint8_t *b = (uint8_t *)p + size; b < (uint8_t *)t; b++)
		if (*b != REDZONE)
			panic("kmem_free(%p, %zu): byte %zu was written (allocated by %p)", p, size,
			    (size_t)(b - (uint8_t *)p), t->t_caller);
	t->t_magic = 0;
}

static void
trailer_report(struct pool *pp, void *p, void *arg)
{
	struct trailer *const t = (struct trailer *)((char *)p + pp->pr_size) - 1;

	mem_unpoison(p, pp->pr_size);
	printf("halt: %u bytes at %p still allocated, by %p (rump_mem_fini is at %p)\n", t->t_size,
	    p, t->t_caller, (void *)rump_mem_fini);
}
#else
#define trailer_room(size)		 (size)
#define trailer_set(pc, p, size, caller) ((void)(caller))
#define trailer_check(pc, p, size)	 ((void)0)
#endif

/* ---- Allocation ---- */

/* The class of a request, or NULL for a run of pages. */
static inline struct pool_cache *
kmem_class(size_t size)
{
	const size_t room = trailer_room(size);

	if (__predict_true(room <= SMALLMAX))
		return &kmem_caches[class_of[(room + 15) / 16]];
	if (size <= NPAGED * PAGE_SIZE)
		return &kmem_caches[NSMALL + (size - 1) / PAGE_SIZE];
	return NULL;
}

static void *
large_alloc(size_t size, int flags)
{
	const int how = (flags & KM_SLEEP) == 0 ? RUMP_PAGES_NOWAIT
	    : (flags & RUMP_KM_CANFAIL) != 0	? RUMP_PAGES_CANFAIL
						: 0;
	void *const p = rump_pages_alloc(howmany(size, PAGE_SIZE), how);

	if (p != NULL)
		__atomic_fetch_add(&nlarge, 1, __ATOMIC_RELAXED);
	return p;
}

static inline void *
kmem_get(size_t size, int flags, const void *caller)
{
	struct pool_cache *const pc = kmem_class(size);
	void *p;

	KASSERT(size > 0);
	if (((flags & KM_SLEEP) == 0 || (flags & RUMP_KM_CANFAIL) != 0) && RUMP_FAULT(KMEM))
		return NULL;
	if (__predict_false(pc == NULL))
		p = large_alloc(size, flags);
	else
		/* KM_SLEEP and KM_NOSLEEP have the values of PR_WAITOK and PR_NOWAIT. */
		p = pool_cache_pop(pc, flags);
	if (__predict_false(p == NULL))
		return NULL;
	if (pc != NULL && pc < &kmem_caches[NSMALL])
		trailer_set(pc, p, size, caller);
	mem_track(p, size, "kmem");
	return p;
}
CTASSERT(KM_SLEEP == PR_WAITOK && KM_NOSLEEP == PR_NOWAIT);

void *
kmem_alloc_for(size_t size, int flags, const void *caller)
{
	return kmem_get(size, flags, caller);
}

void *
kmem_alloc(size_t size, km_flag_t flags)
{
	return kmem_get(size, flags, __builtin_return_address(0));
}

void *
kmem_zalloc(size_t size, km_flag_t flags)
{
	void *const p = kmem_get(size, flags, __builtin_return_address(0));

	if (__predict_true(p != NULL))
		memset(p, 0, size);
	return p;
}

void
kmem_free(void *p, size_t size)
{
	struct pool_cache *const pc = kmem_class(size);

	KASSERT(p != NULL && size > 0);
	mem_untrack(p);
	if (__predict_false(pc == NULL)) {
		__atomic_fetch_sub(&nlarge, 1, __ATOMIC_RELAXED);
		rump_pages_free(p, howmany(size, PAGE_SIZE));
		return;
	}
	if (pc < &kmem_caches[NSMALL])
		trailer_check(pc, p, size);
	pool_cache_push(pc, p);
}

void *
kmem_intr_alloc(size_t size, km_flag_t flags)
{
	return kmem_get(size, flags, __builtin_return_address(0));
}

void *
kmem_intr_zalloc(size_t size, km_flag_t flags)
{
	void *const p = kmem_get(size, flags, __builtin_return_address(0));

	if (__predict_true(p != NULL))
		memset(p, 0, size);
	return p;
}

void
kmem_intr_free(void *p, size_t size)
{
	kmem_free(p, size);
}

size_t
kmem_roundup_size(size_t size)
{
	const struct pool_cache *const pc = kmem_class(size);

	return pc == NULL ? round_page(size) : pc->pc_pool.pr_size - (trailer_room(size) - size);
}

/* ---- Strings and temporary buffers ---- */

char *
kmem_asprintf(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	s = kmem_alloc_for(len + 1, KM_SLEEP, __builtin_return_address(0));
	va_start(ap, fmt);
	vsnprintf(s, len + 1, fmt, ap);
	va_end(ap);
	return s;
}

char *
kmem_strdupsize(const char *s, size_t *size, km_flag_t flags)
{
	const size_t len = strlen(s) + 1;
	char *const copy = kmem_alloc_for(len, flags, __builtin_return_address(0));

	if (copy == NULL)
		return NULL;
	if (size != NULL)
		*size = len;
	return memcpy(copy, s, len);
}

char *
kmem_strndup(const char *s, size_t maxlen, km_flag_t flags)
{
	const size_t len = strnlen(s, maxlen);
	char *const copy = kmem_alloc_for(len + 1, flags, __builtin_return_address(0));

	if (copy == NULL)
		return NULL;
	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

void
kmem_strfree(char *s)
{
	if (s != NULL)
		kmem_free(s, strlen(s) + 1);
}

void *
kmem_tmpbuf_alloc(size_t size, void *stackbuf, size_t stackbufsize, km_flag_t flags)
{
	if (size <= stackbufsize)
		return stackbuf;
	return kmem_alloc_for(size, flags, __builtin_return_address(0));
}

void
kmem_tmpbuf_free(void *p, size_t size, void *stackbuf)
{
	if (p != stackbuf)
		kmem_free(p, size);
}

/* ---- Start and end ---- */

int
kmem_subsys_init(void)
{
	nlarge = rump_mem_leaks = 0;
	for (u_int i = 0, c = 0; i <= SMALLMAX / 16; i++) {
		if (i * 16 > small_sizes[c])
			c++;
		class_of[i] = c;
	}
	for (u_int i = 0; i < NSMALL + NPAGED; i++) {
		const size_t size = i < NSMALL ? small_sizes[i] : (i - NSMALL + 1) * PAGE_SIZE;
		const u_int align = MIN(size & -size, CACHE_LINE_SIZE);

		snprintf(cache_names[i], sizeof(cache_names[i]), "kmem-%zu", size);
		pool_cache_setup(&kmem_caches[i], size, i < NSMALL ? align : PAGE_SIZE, 0, 0,
		    cache_names[i], &pool_allocator_kmem, NULL, NULL, NULL);
	}
	return 0;
}

void
kmem_subsys_fini(void)
{
	for (u_int i = 0; i < NSMALL + NPAGED; i++) {
		struct pool_cache *const pc = &kmem_caches[i];

		/* Bring back what the CPUs hold, so that what is out is leaked. */
		pool_cache_drain(pc);
		rump_mem_leaks += pc->pc_pool.pr_nout;
#ifdef DIAGNOSTIC
		if (i < NSMALL)
			pool_foreach_out(&pc->pc_pool, trailer_report, NULL);
#endif
		pool_cache_teardown(pc);
	}
	rump_mem_leaks += nlarge;
#ifdef DIAGNOSTIC
	if (nlarge != 0)
		printf("halt: %zu runs of more than %d pages still allocated\n", nlarge, NPAGED);
#endif
}
