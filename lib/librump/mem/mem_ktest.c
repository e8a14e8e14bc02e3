/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Kernel side of mem_test.c.  Each function is called between rump_schedule() and rump_unschedule()
 * and returns NULL, or what does not hold.
 */
#include <sys/param.h>
#include <sys/condvar.h>
#include <sys/kmem.h>
#include <sys/kernel.h>
#include <sys/malloc.h>
#include <sys/mutex.h>
#include <sys/pool.h>
#include <sys/systm.h>

#include "rump_mem.h"

#define CHECK(e)                                                    \
	do {                                                        \
		if (!(e))                                           \
			return "line " ___STRING(__LINE__) ": " #e; \
	} while (0)

const char *rump_test_kmem_sizes(void);
const char *rump_test_kmem_mixed(void);
const char *rump_test_kmem_strings(void);
const char *rump_test_kmem_churn(void);
const char *rump_test_kmem_leak(void);
const char *rump_test_kmem_overrun(void);
const char *rump_test_kmem_double_free(void);
const char *rump_test_malloc(void);
const char *rump_test_pool(void);
const char *rump_test_pool_hardlimit(void);
const char *rump_test_pool_layout(void);
const char *rump_test_pool_cache(void);
const char *rump_test_pool_cache_nowait(void);
const char *rump_test_pages(void);
const char *rump_test_pages_reuse(void);
const char *rump_test_limit_nosleep(void);
const char *rump_test_limit_drains(void);
const char *rump_test_limit_huge_request(void);
const char *rump_test_limit_daemon(void);

bool rump_test_checked(void);

bool
rump_test_checked(void)
{
#ifdef DIAGNOSTIC
	return true;
#else
	return false;
#endif
}

/* A cheap generator, the same every time. */
static uint32_t seed;

static uint32_t
next_random(void)
{
	seed = seed * 1664525 + 1013904223;
	return seed >> 8;
}

static bool
filled_with(const void *p, int c, size_t len)
{
	for (const uint8_t *b = p; len > 0; b++, len--)
		if (*b != (uint8_t)c)
			return false;
	return true;
}

/* ---- kmem ---- */

const char *
rump_test_kmem_sizes(void)
{
	for (size_t size = 1; size < 80 * 1024; size += size < 300 ? 1 : 97) {
		char *const p = kmem_alloc(size, KM_SLEEP), *q;

		CHECK(p != NULL);
		CHECK(((uintptr_t)p & 15) == 0);
		CHECK(size % 64 != 0 || ((uintptr_t)p & 63) == 0);
		CHECK(size % PAGE_SIZE != 0 || ((uintptr_t)p & PAGE_MASK) == 0);
		memset(p, 0x11, size);
		q = kmem_zalloc(size, KM_NOSLEEP);
		CHECK(q != NULL && filled_with(q, 0, size));
		CHECK(p + size <= q || q + size <= p);
		memset(q, 0x22, size);
		CHECK(filled_with(p, 0x11, size));
		kmem_free(p, size);
		CHECK(filled_with(q, 0x22, size));
		kmem_free(q, size);
	}
	return NULL;
}

#define NMIXED 512

/* Many at a time, freed in any order; each keeps its pattern. */
const char *
rump_test_kmem_mixed(void)
{
	struct {
		uint8_t *p;
		size_t size;
		int fill;
	} *const t = kmem_zalloc(NMIXED * sizeof(*t), KM_SLEEP);

	seed = 1;
	for (int round = 0; round < 40000; round++) {
		const u_int i = next_random() % NMIXED;

		if (t[i].p != NULL) {
			CHECK(filled_with(t[i].p, t[i].fill, t[i].size));
			kmem_free(t[i].p, t[i].size);
			t[i].p = NULL;
		} else {
			t[i].size = 1 + next_random() % (next_random() % 8 == 0 ? 20000 : 600);
			t[i].fill = next_random() & 255;
			t[i].p = kmem_alloc(t[i].size, KM_SLEEP);
			memset(t[i].p, t[i].fill, t[i].size);
		}
	}
	for (u_int i = 0; i < NMIXED; i++)
		if (t[i].p != NULL)
			kmem_free(t[i].p, t[i].size);
	kmem_free(t, NMIXED * sizeof(*t));
	return NULL;
}

const char *
rump_test_kmem_strings(void)
{
	char stackbuf[16], *s;
	size_t size;

	s = kmem_asprintf("%d-%s", 42, "abc");
	CHECK(strcmp(s, "42-abc") == 0);
	kmem_strfree(s);
	s = kmem_strdupsize("hello", &size, KM_SLEEP);
	CHECK(size == 6 && strcmp(s, "hello") == 0);
	kmem_free(s, size);
	s = kmem_strndup("hello", 3, KM_SLEEP);
	CHECK(strcmp(s, "hel") == 0);
	kmem_strfree(s);
	s = kmem_tmpbuf_alloc(16, stackbuf, sizeof(stackbuf), KM_SLEEP);
	CHECK(s == stackbuf);
	kmem_tmpbuf_free(s, 16, stackbuf);
	s = kmem_tmpbuf_alloc(17, stackbuf, sizeof(stackbuf), KM_SLEEP);
	CHECK(s != NULL && s != stackbuf);
	kmem_tmpbuf_free(s, 17, stackbuf);
	return NULL;
}

/* Called by several threads at a time. */
const char *
rump_test_kmem_churn(void)
{
	void *p[32];

	for (int round = 0; round < 2000; round++) {
		for (u_int i = 0; i < __arraycount(p); i++) {
			p[i] = kmem_alloc(64 + i * 16, KM_SLEEP);
			*(void **)p[i] = &p[i];
		}
		for (u_int i = 0; i < __arraycount(p); i++) {
			CHECK(*(void **)p[i] == &p[i]);
			kmem_free(p[i], 64 + i * 16);
		}
	}
	return NULL;
}

const char *
rump_test_kmem_leak(void)
{
	CHECK(kmem_alloc(100, KM_SLEEP) != NULL);
	CHECK(kmem_alloc(100 * 1024, KM_SLEEP) != NULL);
	return NULL;
}

/* Panics in checked builds. */
const char *
rump_test_kmem_overrun(void)
{
	char *const p = kmem_alloc(40, KM_SLEEP);
	volatile size_t past = 40;

	p[past] = 'x';
	kmem_free(p, 40);
	return "the write past the end was not seen";
}

/* So does this. */
const char *
rump_test_kmem_double_free(void)
{
	char *const p = kmem_alloc(40, KM_SLEEP);

	kmem_free(p, 40);
	kmem_free(p, 40);
	return "the second free was not seen";
}

/* ---- malloc ---- */

const char *
rump_test_malloc(void)
{
	char *p = malloc(100, M_TEMP, M_WAITOK | M_ZERO);

	CHECK(p != NULL && filled_with(p, 0, 100));
	memset(p, 'a', 100);
	p = realloc(p, 10000, M_TEMP, M_WAITOK);
	CHECK(filled_with(p, 'a', 100));
	p = realloc(p, 50, M_TEMP, M_NOWAIT);
	CHECK(filled_with(p, 'a', 50));
	free(p, M_TEMP);
	free(NULL, M_TEMP);
	CHECK(malloc(SIZE_MAX - 8, M_TEMP, M_NOWAIT) == NULL);
	CHECK(malloc((size_t)1 << 62, M_TEMP, M_WAITOK | M_CANFAIL) == NULL);
	return NULL;
}

/* ---- pool ---- */

#define NITEMS 1000

const char *
rump_test_pool(void)
{
	void **const items = kmem_alloc(NITEMS * sizeof(void *), KM_SLEEP);
	struct pool pool;

	pool_init(&pool, 72, 0, 0, 0, "test", NULL, IPL_NONE);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < NITEMS; i++) {
			items[i] = pool_get(&pool, PR_WAITOK | PR_ZERO);
			CHECK(filled_with(items[i], 0, 72));
			memset(items[i], i, 72);
		}
		for (int i = 0; i < NITEMS; i++) {
			const int k = (i * 7) % NITEMS;

			CHECK(filled_with(items[k], k, 72));
			pool_put(&pool, items[k]);
		}
	}
	CHECK(pool_nget(&pool) == 3 * NITEMS && pool_nput(&pool) == 3 * NITEMS);
	CHECK(pool_prime(&pool, 200) == 0);
	CHECK(pool_reclaim(&pool));
	CHECK(!pool_reclaim(&pool));
	pool_destroy(&pool);
	kmem_free(items, NITEMS * sizeof(void *));
	return NULL;
}

const char *
rump_test_pool_hardlimit(void)
{
	struct pool pool;
	void *a, *b;

	pool_init(&pool, 64, 0, 0, 0, "test", NULL, IPL_NONE);
	pool_sethardlimit(&pool, 2, NULL, 0);
	a = pool_get(&pool, PR_NOWAIT);
	b = pool_get(&pool, PR_WAITOK);
	CHECK(a != NULL && b != NULL);
	CHECK(pool_get(&pool, PR_NOWAIT) == NULL);
	CHECK(pool_get(&pool, PR_WAITOK | PR_LIMITFAIL) == NULL);
	pool_put(&pool, a);
	a = pool_get(&pool, PR_NOWAIT);
	CHECK(a != NULL);
	pool_put(&pool, a);
	pool_put(&pool, b);
	pool_destroy(&pool);
	return NULL;
}

const char *
rump_test_pool_layout(void)
{
	static const struct {
		size_t size;
		u_int align, ioff;
	} t[] = { { 1, 0, 0 }, { 8, 8, 0 }, { 40, 64, 8 }, { 100, 64, 36 }, { 500, 512, 0 },
		{ 3000, 0, 0 }, { 4096, PAGE_SIZE, 0 }, { 8192, 0, 0 }, { 30000, 64, 0 } };
	struct pool pool;
	char *p[9];

	for (u_int i = 0; i < __arraycount(t); i++) {
		const u_int align = t[i].align != 0 ? t[i].align : 16;

		pool_init(&pool, t[i].size, t[i].align, t[i].ioff, 0, "test", NULL, IPL_NONE);
		for (u_int k = 0; k < __arraycount(p); k++) {
			p[k] = pool_get(&pool, PR_WAITOK);
			CHECK((((uintptr_t)p[k] + t[i].ioff) & (align - 1)) == 0);
			memset(p[k], k, t[i].size);
		}
		for (u_int k = 0; k < __arraycount(p); k++) {
			CHECK(filled_with(p[k], k, t[i].size));
			pool_put(&pool, p[k]);
		}
		pool_destroy(&pool);
	}
	return NULL;
}

/* ---- pool_cache ---- */

static int nctor, ndtor;

static int
test_ctor(void *arg, void *obj, int flags)
{
	*(void **)obj = arg;
	nctor++;
	return 0;
}

static void
test_dtor(void *arg, void *obj)
{
	KASSERT(*(void **)obj == arg);
	ndtor++;
}

const char *
rump_test_pool_cache(void)
{
	void **const objs = kmem_alloc(NITEMS * sizeof(void *), KM_SLEEP);
	pool_cache_t pc;

	nctor = ndtor = 0;
	pc = pool_cache_init(
	    200, CACHE_LINE_SIZE, 0, 0, "test", NULL, IPL_NONE, test_ctor, test_dtor, &nctor);
	for (int round = 0; round < 4; round++) {
		for (int i = 0; i < NITEMS; i++) {
			objs[i] = pool_cache_get(pc, PR_WAITOK);
			/* Constructed, also when it was used before. */
			CHECK(*(void **)objs[i] == &nctor);
			CHECK(((uintptr_t)objs[i] & (CACHE_LINE_SIZE - 1)) == 0);
		}
		for (int i = 0; i < NITEMS; i++)
			pool_cache_put(pc, objs[i]);
	}
	CHECK(nctor < 4 * NITEMS); /* some came from the cache */
	pool_cache_invalidate(pc);
	CHECK(nctor == ndtor);
	objs[0] = pool_cache_get(pc, PR_WAITOK);
	CHECK(nctor == ndtor + 1);
	pool_cache_destruct_object(pc, objs[0]);
	CHECK(nctor == ndtor);
	pool_cache_destroy(pc);
	kmem_free(objs, NITEMS * sizeof(void *));
	return NULL;
}

static int
failing_ctor(void *arg, void *obj, int flags)
{
	return ENOMEM;
}

const char *
rump_test_pool_cache_nowait(void)
{
	pool_cache_t pc;
	void *a;

	pc = pool_cache_init(64, 0, 0, 0, "test", NULL, IPL_NONE, NULL, NULL, NULL);
	pool_cache_sethardlimit(pc, 1, NULL, 0);
	a = pool_cache_get(pc, PR_NOWAIT);
	CHECK(a != NULL);
	CHECK(pool_cache_get(pc, PR_NOWAIT) == NULL);
	pool_cache_put(pc, a);
	pool_cache_destroy(pc);
	pc = pool_cache_init(64, 0, 0, 0, "test", NULL, IPL_NONE, failing_ctor, NULL, NULL);
	CHECK(pool_cache_get(pc, PR_WAITOK) == NULL);
	pool_cache_destroy(pc);
	return NULL;
}

/* ---- Pages ---- */

const char *
rump_test_pages(void)
{
	static const size_t sizes[] = { 1, 2, 3, 8, 100, 256, 512, 513, 3000 };
	struct rump_meminfo before, after;
	char *p[9];

	rump_mem_info(&before);
	for (u_int i = 0; i < __arraycount(sizes); i++) {
		const int flags = RUMP_PAGES_ZERO | (i % 2 != 0 ? RUMP_PAGES_HUGE : 0);

		p[i] = rump_pages_alloc(sizes[i], flags);
		CHECK(p[i] != NULL && ((uintptr_t)p[i] & PAGE_MASK) == 0);
		if (powerof2(sizes[i]))
			CHECK(((uintptr_t)p[i] & (sizes[i] * PAGE_SIZE - 1)) == 0);
		for (size_t k = 0; k < sizes[i]; k++) {
			CHECK(p[i][k * PAGE_SIZE] == 0);
			p[i][k * PAGE_SIZE] = i + 1;
		}
	}
	for (u_int i = 0; i < __arraycount(sizes); i++) {
		for (size_t k = 0; k < sizes[i]; k++)
			CHECK(p[i][k * PAGE_SIZE] == (char)(i + 1));
		rump_pages_free(p[i], sizes[i]);
	}
	rump_mem_info(&after);
	/* What describes a chunk may stay. */
	CHECK(after.mi_used <= before.mi_used + 2 * PAGE_SIZE);
	return NULL;
}

/* Freed pages are given out again, as zeroes when that is asked for. */
const char *
rump_test_pages_reuse(void)
{
	for (int i = 0; i < 100; i++) {
		char *const p = rump_pages_alloc(16, RUMP_PAGES_ZERO);

		CHECK(filled_with(p, 0, 16 * PAGE_SIZE));
		memset(p, 0xff, 16 * PAGE_SIZE);
		rump_pages_free(p, 16);
	}
	return NULL;
}

/* ---- The limit: RUMP_MEMLIMIT is 8 MiB ---- */

#define LIMIT_RUN   16 /* pages */
#define LIMIT_BYTES ((size_t)8 << 20)
#define LIMIT_RUNS  (LIMIT_BYTES / (LIMIT_RUN * PAGE_SIZE))

const char *
rump_test_limit_nosleep(void)
{
	char **const runs = kmem_zalloc(LIMIT_RUNS * sizeof(*runs), KM_SLEEP);
	struct rump_meminfo mi;
	u_int n;

	for (int round = 0; round < 3; round++) {
		for (n = 0; n < LIMIT_RUNS; n++) {
			runs[n] = rump_pages_alloc(
			    LIMIT_RUN, RUMP_PAGES_NOWAIT | (n % 2 * RUMP_PAGES_HUGE));
			if (runs[n] == NULL)
				break;
			memset(runs[n], 1, LIMIT_RUN * PAGE_SIZE);
			rump_mem_info(&mi);
			CHECK(mi.mi_resident <= mi.mi_limit);
		}
		CHECK(n > LIMIT_RUNS / 2 && n < LIMIT_RUNS);
		CHECK(kmem_alloc(100 * PAGE_SIZE, KM_NOSLEEP) == NULL);
		while (n-- > 0)
			rump_pages_free(runs[n], LIMIT_RUN);
		/* One large run, out of pages that were touched elsewhere. */
		runs[0] = rump_pages_alloc(1024, RUMP_PAGES_NOWAIT);
		CHECK(runs[0] != NULL);
		memset(runs[0], 2, 1024 * PAGE_SIZE);
		rump_mem_info(&mi);
		CHECK(mi.mi_resident <= mi.mi_limit);
		rump_pages_free(runs[0], 1024);
	}
	kmem_free(runs, LIMIT_RUNS * sizeof(*runs));
	return NULL;
}

static char *hoard[LIMIT_RUNS];
static u_int nhoard, ncalls;

/* Gives nothing the first time, so that the allocation has to wait and ask again. */
static size_t
drain_hook(void *arg, size_t want)
{
	if (ncalls++ == 0 || nhoard == 0)
		return 0;
	rump_pages_free(hoard[--nhoard], LIMIT_RUN);
	return LIMIT_RUN * PAGE_SIZE;
}

const char *
rump_test_limit_drains(void)
{
	struct rump_memdrain md = { .md_fn = drain_hook };
	void *p;

	nhoard = ncalls = 0;
	while ((hoard[nhoard] = rump_pages_alloc(LIMIT_RUN, RUMP_PAGES_NOWAIT)) != NULL)
		nhoard++;
	rump_memdrain_add(&md);
	p = kmem_alloc(LIMIT_RUN * PAGE_SIZE, KM_SLEEP);
	CHECK(p != NULL && ncalls >= 2);
	kmem_free(p, LIMIT_RUN * PAGE_SIZE);
	rump_memdrain_remove(&md);
	while (nhoard > 0)
		rump_pages_free(hoard[--nhoard], LIMIT_RUN);
	return NULL;
}

const char *
rump_test_limit_huge_request(void)
{
	CHECK(rump_pages_alloc(LIMIT_BYTES / PAGE_SIZE + 1, RUMP_PAGES_CANFAIL) == NULL);
	CHECK(malloc(2 * LIMIT_BYTES, M_TEMP, M_WAITOK | M_CANFAIL) == NULL);
	CHECK(kmem_alloc(2 * LIMIT_BYTES, KM_NOSLEEP) == NULL);
	return NULL;
}

/* ---- The page daemon ---- */

static kmutex_t order_lock;
static kcondvar_t order_cv;
static u_int norder, order[3]; /* order_lock: which hook was called when */

/* Only the last has anything to give. */
static size_t
order_hook(void *arg, size_t want)
{
	const struct rump_memdrain *const md = arg;
	size_t freed = 0;

	while (md->md_worth == RUMP_WORTH_BUFFERS && freed < want && nhoard > 0) {
		rump_pages_free(hoard[--nhoard], LIMIT_RUN);
		freed += LIMIT_RUN * PAGE_SIZE;
	}
	mutex_enter(&order_lock);
	if (norder < __arraycount(order))
		order[norder++] = md->md_worth;
	cv_broadcast(&order_cv);
	mutex_exit(&order_lock);
	return freed;
}

/* Take pages until the low mark must be passed, and wait for the third hook's call. */
static const char *
daemon_drains(void)
{
	struct rump_meminfo mi;
	int error = 0;

	do {
		if ((hoard[nhoard] = rump_pages_alloc(LIMIT_RUN, RUMP_PAGES_NOWAIT)) == NULL)
			return "the limit was reached before the low mark";
		nhoard++;
		rump_mem_info(&mi);
	} while (mi.mi_used <= LIMIT_BYTES - LIMIT_BYTES / 16);
	mutex_enter(&order_lock);
	while (norder < __arraycount(order) && error == 0)
		error = cv_timedwait(&order_cv, &order_lock, 20 * hz);
	mutex_exit(&order_lock);
	return error == 0 ? NULL : "the daemon does not come";
}

/* Nobody waits for memory, and it is given back: down to the high mark, the least worth first. */
const char *
rump_test_limit_daemon(void)
{
	struct rump_memdrain md[3] = { { .md_worth = RUMP_WORTH_BUFFERS },
		{ .md_worth = RUMP_WORTH_NAMES }, { .md_worth = RUMP_WORTH_PAGES } };
	struct rump_pagedaemon_info before, after;
	struct rump_meminfo mi;
	const char *wrong;

	mutex_init(&order_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&order_cv, "order");
	nhoard = norder = 0;
	rump_pagedaemon_info(&before);
	for (u_int i = 0; i < __arraycount(md); i++) {
		md[i].md_fn = order_hook;
		md[i].md_arg = &md[i];
		rump_memdrain_add(&md[i]);
	}
	wrong = daemon_drains();
	for (u_int i = 0; i < __arraycount(md); i++)
		rump_memdrain_remove(&md[i]);
	rump_mem_info(&mi);
	rump_pagedaemon_info(&after);
	while (nhoard > 0)
		rump_pages_free(hoard[--nhoard], LIMIT_RUN);
	cv_destroy(&order_cv);
	mutex_destroy(&order_lock);
	if (wrong != NULL)
		return wrong;
	for (u_int i = 0; i < __arraycount(order); i++)
		CHECK(order[i] == i);
	CHECK(mi.mi_used <= LIMIT_BYTES - LIMIT_BYTES / 8);
	CHECK(after.pi_self == before.pi_self);
	return NULL;
}
