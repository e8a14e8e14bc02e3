/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Who allocated what is still there: checked builds, when a test has asked for it.
 *
 * One open-addressed table of what is out, by address, and one of the stacks that allocated it, each
 * stack once.  Both are the host's memory, not the kernel's: they are no part of RUMP_MEMLIMIT, and
 * allocate nothing while they are at work but when they double.  Entries are removed by moving
 * their successors up, so that there are no tombstones.
 */
#include "mem_impl.h"

#ifdef DIAGNOSTIC
#include <rump/rump_check.h>
#include <rump/rumpuser.h>

#define FRAMES	   12
#define SKIP	   2 /* track_add() and the allocator */
#define MIN_ITEMS  4096
#define NSTACKS	   8192 /* when they are all taken, the caller alone is kept */
#define REPORT_MAX 32	/* allocations named one by one */

struct item {
	const void *i_p; /* NULL: free */
	size_t i_size;
	const char *i_what; /* a pool's name, or the interface's; of static storage or the pool's */
	uint32_t i_stack;   /* index in stacks, 0: none */
};

struct stack {
	uint32_t s_n; /* 0: free */
	uint32_t s_hash;
	void *s_frame[FRAMES];
};

bool mem_tracking;

/* Locks: (t) track_lock. */
static struct rump_leaf track_lock;
static struct item *items;   /* (t) */
static size_t nitems, nused; /* (t) nitems is a power of two */
static struct stack *stacks; /* (t) [NSTACKS] */
static void (*report_fn)(void *, const char *);
static void *report_arg;

void
rump_check_track(void (*fn)(void *, const char *), void *arg)
{
	report_fn = fn;
	report_arg = arg;
	mem_tracking = fn != NULL;
}

static inline uint64_t
mix(uint64_t h)
{
	h *= 0x9e3779b97f4a7c15u;
	return h ^ (h >> 29);
}

static inline size_t
home_of(const void *p, size_t n)
{
	return mix((uintptr_t)p >> 3) & (n - 1);
}

/* ---- Stacks ---- */

/* locks: track_lock.  0 when there is no room. */
static uint32_t
stack_intern(void *const *frame, unsigned n)
{
	uint64_t h = n;

	for (unsigned i = 0; i < n; i++)
		h = mix(h ^ (uintptr_t)frame[i]);
	for (uint32_t i = 0, at = h & (NSTACKS - 1); i < 16; i++, at = (at + 1) & (NSTACKS - 1)) {
		struct stack *const s = &stacks[at];

		if (at == 0)
			continue;
		if (s->s_n == 0) {
			s->s_n = n;
			s->s_hash = (uint32_t)h;
			memcpy(s->s_frame, frame, n * sizeof(*frame));
			return at;
		}
		if (s->s_n == n && s->s_hash == (uint32_t)h &&
		    memcmp(s->s_frame, frame, n * sizeof(*frame)) == 0)
			return at;
	}
	return 0;
}

/* ---- Items: all under track_lock ---- */

static void
item_put(struct item *table, size_t n, const struct item *it)
{
	size_t at = home_of(it->i_p, n);

	while (table[at].i_p != NULL)
		at = (at + 1) & (n - 1);
	table[at] = *it;
}

static bool
items_grow(void)
{
	const size_t n = nitems != 0 ? 2 * nitems : MIN_ITEMS;
	struct item *table;
	void *mem;

	if (stacks == NULL) {
		if (rumpuser_map(NSTACKS * sizeof(*stacks), PAGE_SIZE, RUMPUSER_MEM_SMALL, &mem) !=
		    0)
			return false;
		stacks = mem;
	}
	if (rumpuser_map(n * sizeof(*table), PAGE_SIZE, RUMPUSER_MEM_SMALL, &mem) != 0)
		return false;
	table = mem;
	for (size_t i = 0; i < nitems; i++)
		if (items[i].i_p != NULL)
			item_put(table, n, &items[i]);
	if (nitems != 0)
		rumpuser_unmap(items, nitems * sizeof(*items));
	items = table;
	nitems = n;
	return true;
}

void
mem_track_add(const void *p, size_t size, const char *what)
{
	struct item it = { .i_p = p, .i_size = size, .i_what = what };
	void *frame[FRAMES + SKIP];
	unsigned n = rumpuser_callers(frame, FRAMES + SKIP);

	n = n > SKIP ? n - SKIP : 0;
	rump_leaf_enter(&track_lock);
	if (4 * (nused + 1) > 3 * nitems && !items_grow()) {
		rump_leaf_exit(&track_lock);
		panic("no host memory to keep track of allocations");
	}
	it.i_stack = n != 0 ? stack_intern(frame + SKIP, n) : 0;
	item_put(items, nitems, &it);
	nused++;
	rump_leaf_exit(&track_lock);
}

void
mem_track_del(const void *p)
{
	size_t at, next;

	rump_leaf_enter(&track_lock);
	if (nused != 0) {
		const size_t mask = nitems - 1;

		for (at = home_of(p, nitems); items[at].i_p != NULL && items[at].i_p != p;)
			at = (at + 1) & mask;
		if (items[at].i_p == p) {
			nused--;
			/* Whoever probed past this place may move into it. */
			for (next = (at + 1) & mask; items[next].i_p != NULL;
			     next = (next + 1) & mask) {
				const size_t home = home_of(items[next].i_p, nitems);

				if (((next - home) & mask) < ((next - at) & mask))
					continue;
				items[at] = items[next];
				at = next;
			}
			items[at].i_p = NULL;
		}
	}
	rump_leaf_exit(&track_lock);
}

/* ---- The report ---- */

static void
report_item(const struct item *it)
{
	const struct stack *const s = &stacks[it->i_stack];
	char line[256], name[160];

	snprintf(line, sizeof(line), "%zu bytes of %s at %p still allocated, by", it->i_size,
	    it->i_what, it->i_p);
	(*report_fn)(report_arg, line);
	if (it->i_stack == 0)
		(*report_fn)(report_arg, "    (nobody known)");
	for (uint32_t i = 0; it->i_stack != 0 && i < s->s_n; i++) {
		rumpuser_symbol(s->s_frame[i], name, sizeof(name));
		snprintf(line, sizeof(line), "    %s", name);
		(*report_fn)(report_arg, line);
	}
}

size_t
mem_track_fini(void)
{
	const size_t left = nused;
	size_t said = 0;
	char line[64];

	for (size_t i = 0; i < nitems && said < REPORT_MAX; i++)
		if (items[i].i_p != NULL) {
			report_item(&items[i]);
			said++;
		}
	if (left > said) {
		snprintf(line, sizeof(line), "and %zu allocations more", left - said);
		(*report_fn)(report_arg, line);
	}
	if (nitems != 0)
		rumpuser_unmap(items, nitems * sizeof(*items));
	if (stacks != NULL)
		rumpuser_unmap(stacks, NSTACKS * sizeof(*stacks));
	items = NULL;
	stacks = NULL;
	nitems = nused = 0;
	return left;
}
#endif /* DIAGNOSTIC */
