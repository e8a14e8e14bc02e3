/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The contents of regular files: a tree of runs of memory, by where they lie in the file.
 *
 *	one run of 512, 1024 or 2048 bytes at page 0: a file that has never been larger
 *	runs of 1, 2, 4 ... 512 pages, that do not overlap; between them, and behind them, are holes
 *
 * A run is made as large as the write that needs it, or, where a file grows bit by bit, as large as
 * the file is by then.  Memory past the end of file is kept zero, so that growing is only a new size.
 * Part of a run is given back by copying what stays to smaller runs; when there is no memory for that,
 * what goes is zeroed and stays charged.
 */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/systm.h>

#include "tmpfs.h"

#define PAGES(bytes)   ((uint64_t)(bytes) >> PAGE_SHIFT)
#define MINRUN	       512 /* bytes */
#define run_npages(tr) howmany((tr)->tr_bytes, PAGE_SIZE)
#define run_end(tr)    ((tr)->tr_page + run_npages(tr))
#define run_charge(tr) (run_npages(tr) << PAGE_SHIFT)

static inline struct tmpfs_run *
run_of(struct rb_node *rb)
{
	return rb == NULL ? NULL : container_of(rb, struct tmpfs_run, tr_link);
}

static inline bool
run_has(const struct tmpfs_run *tr, uint64_t page)
{
	return page - tr->tr_page < run_npages(tr);
}

static struct tmpfs_run *
next_run(struct tmpfs_run *tr)
{
	return run_of(rb_node_step(&tr->tr_link, RB_DIR_RIGHT));
}

/* The run that the page is in, or the first behind it. */
static struct tmpfs_run *
find_run(struct tmpfs_data *da, uint64_t page)
{
	struct rb_node *rb = da->da_root, *behind = NULL;

	while (rb != NULL) {
		struct tmpfs_run *const tr = run_of(rb);

		if (run_has(tr, page))
			return tr;
		if (page < tr->tr_page) {
			behind = rb;
			rb = rb->rb_left;
		} else {
			rb = rb->rb_right;
		}
	}
	return run_of(behind);
}

char *
tmpfs_data_at(struct tmpfs_data *da, off_t off, size_t *lenp)
{
	const uint64_t page = PAGES(off);
	struct tmpfs_run *tr = atomic_load_consume(&da->da_hint);
	size_t on;

	if (tr == NULL || !run_has(tr, page)) {
		tr = find_run(da, page);
		if (tr == NULL || tr->tr_page > page) {
			*lenp = tr == NULL ? SIZE_MAX : (tr->tr_page << PAGE_SHIFT) - (uint64_t)off;
			return NULL;
		}
		atomic_store_release(&da->da_hint, tr);
	}
	on = (size_t)off - (tr->tr_page << PAGE_SHIFT);
	if (on >= tr->tr_bytes) { /* past the small memory of a small file */
		*lenp = PAGE_SIZE - on;
		return NULL;
	}
	*lenp = tr->tr_bytes - on;
	return tr->tr_mem + on;
}

/* ---- Making runs ---- */

static void
run_link(struct tmpfs_data *da, struct tmpfs_run *tr)
{
	struct rb_node *rb = da->da_root, *parent = NULL;
	unsigned dirn = RB_DIR_LEFT;

	while (rb != NULL) {
		parent = rb;
		dirn = tr->tr_page < run_of(rb)->tr_page ? RB_DIR_LEFT : RB_DIR_RIGHT;
		rb = rb->rb_nodes[dirn];
	}
	rb_node_link(&da->da_root, &tr->tr_link, parent, dirn);
	da->da_bytes += run_charge(tr);
}

static void
run_free(struct tmpfs_run *tr)
{
	tmpfs_mem_put(tr->tr_mem, tr->tr_bytes);
	pool_cache_put(tmpfs_run_cache, tr);
}

static void
run_drop(struct tmpfs_mount *tm, struct tmpfs_data *da, struct tmpfs_run *tr)
{
	const uint64_t charge = run_charge(tr);

	rb_node_unlink(&da->da_root, &tr->tr_link);
	atomic_store_relaxed(&da->da_hint, NULL);
	da->da_bytes -= charge;
	run_free(tr);
	tmpfs_uncharge(tm, charge);
}

/* A run that is in no file yet, charged; NULL: none so large. */
static struct tmpfs_run *
run_new(struct tmpfs_mount *tm, uint64_t page, size_t bytes, bool zero)
{
	struct tmpfs_run *tr = NULL;
	const size_t charge = round_page(bytes);
	char *mem = NULL;

	if (!tmpfs_charge(tm, charge))
		return NULL;
	mem = tmpfs_mem_get(bytes, zero);
	if (mem != NULL)
		tr = pool_cache_get(tmpfs_run_cache, PR_NOWAIT);
	if (tr == NULL) {
		if (mem != NULL)
			tmpfs_mem_put(mem, bytes);
		tmpfs_uncharge(tm, charge);
		return NULL;
	}
	tr->tr_page = page;
	tr->tr_bytes = bytes;
	tr->tr_mem = mem;
	tr->tr_new = false;
	return tr;
}

static size_t
floor_power2(size_t n)
{
	return (size_t)1 << (63 - __builtin_clzl(n));
}

/* The largest run from page on, of at most npages, that there is room for.  NULL: not one page. */
static struct tmpfs_run *
run_make(struct tmpfs_mount *tm, struct tmpfs_data *da, uint64_t page, uint64_t npages, bool zero)
{
	struct tmpfs_run *tr = NULL;

	for (size_t n = floor_power2(MIN(npages, TMPFS_MAXRUN)); n > 0 && tr == NULL; n /= 2)
		tr = run_new(tm, page, n << PAGE_SHIFT, zero);
	if (tr != NULL)
		run_link(da, tr);
	return tr;
}

/* The small memory of a small file shall have room for len bytes. */
static int
run_grow(struct tmpfs_run *tr, size_t len)
{
	size_t bytes = tr->tr_bytes;
	char *mem;

	while (bytes < MIN(len, (size_t)PAGE_SIZE))
		bytes *= 2;
	if (bytes == tr->tr_bytes)
		return 0;
	mem = tmpfs_mem_get(bytes, false);
	if (mem == NULL)
		return ENOSPC;
	memcpy(mem, tr->tr_mem, tr->tr_bytes);
	memset(mem + tr->tr_bytes, 0, bytes - tr->tr_bytes);
	tmpfs_mem_put(tr->tr_mem, tr->tr_bytes);
	tr->tr_mem = mem;
	tr->tr_bytes = bytes;
	return 0;
}

/* The first run of an empty file, for its first len bytes. */
static struct tmpfs_run *
run_first(struct tmpfs_mount *tm, struct tmpfs_data *da, size_t len)
{
	struct tmpfs_run *tr;
	size_t bytes = MINRUN;

	while (bytes < len)
		bytes *= 2;
	tr = run_new(tm, 0, bytes, true);
	if (tr != NULL)
		run_link(da, tr);
	return tr;
}

/* A run for a hole at off.  What the caller will not write is zero. */
static struct tmpfs_run *
fill_hole(struct tmpfs_mount *tm, struct tmpfs_data *da, struct tmpfs_run *behind, off_t off,
    size_t len, uint64_t more)
{
	const uint64_t page = PAGES(off), on = (uint64_t)off & PAGE_MASK;
	const uint64_t room = behind == NULL ? UINT64_MAX : behind->tr_page - page;
	const uint64_t want = howmany(on + len, PAGE_SIZE);
	struct tmpfs_run *tr;
	bool whole;

	if (da->da_root == NULL && off + len <= PAGE_SIZE / 2)
		return run_first(tm, da, (size_t)off + len);
	if (more > want && more <= room) {
		tr = run_make(tm, da, page, more, true);
		da->da_ahead = da->da_ahead || tr != NULL;
	} else {
		whole = on == 0 && len >= (MIN(want, room) << PAGE_SHIFT);
		tr = run_make(tm, da, page, MIN(want, room), !whole && want <= 2);
		/* Of long ones only the ends are touched twice. */
		if (tr != NULL && !whole && want > 2) {
			memset(tr->tr_mem, 0, on);
			if (tr->tr_bytes > on + len)
				memset(tr->tr_mem + on + len, 0, tr->tr_bytes - (on + len));
		}
	}
	return tr;
}

int
tmpfs_data_make(struct tmpfs_mount *tm, struct tmpfs_data *da, off_t off, size_t len, uint64_t more,
    char **pp, size_t *lenp, bool *freshp)
{
	const uint64_t page = PAGES(off);
	struct tmpfs_run *tr = atomic_load_relaxed(&da->da_hint);
	size_t on;
	int error;

	if (tr == NULL || !run_has(tr, page))
		tr = find_run(da, page);
	*freshp = tr == NULL || !run_has(tr, page);
	if (*freshp)
		tr = fill_hole(tm, da, tr, off, len, more);
	if (tr == NULL)
		return ENOSPC;
	on = (size_t)off - (tr->tr_page << PAGE_SHIFT);
	if (__predict_false(tr->tr_bytes < PAGE_SIZE && on + len > tr->tr_bytes)) {
		error = run_grow(tr, on + len);
		if (error != 0)
			return error;
	}
	atomic_store_relaxed(&da->da_hint, tr);
	*pp = tr->tr_mem + on;
	*lenp = tr->tr_bytes - on;
	return 0;
}

/* ---- Holes ---- */

/* Runs with a copy of [from, to) of a run, linked through rb_left, newest first; NULL: no memory. */
static bool
copy_part(struct tmpfs_run *tr, uint64_t from, uint64_t to, struct tmpfs_run **listp)
{
	while (from < to) {
		const size_t n = floor_power2(to - from);
		struct tmpfs_run *const new = pool_cache_get(tmpfs_run_cache, PR_NOWAIT);
		char *const mem = new == NULL ? NULL : tmpfs_mem_get(n << PAGE_SHIFT, false);

		if (mem == NULL) {
			if (new != NULL)
				pool_cache_put(tmpfs_run_cache, new);
			return false;
		}
		memcpy(mem, tr->tr_mem + ((from - tr->tr_page) << PAGE_SHIFT), n << PAGE_SHIFT);
		new->tr_page = from;
		new->tr_bytes = n << PAGE_SHIFT;
		new->tr_mem = mem;
		new->tr_new = false;
		new->tr_link.rb_left = *listp == NULL ? NULL : &(*listp)->tr_link;
		*listp = new;
		from += n;
	}
	return true;
}

/* Give the pages [from, to), part of a run, back; false when there is no memory for what stays. */
static bool
run_carve(
    struct tmpfs_mount *tm, struct tmpfs_data *da, struct tmpfs_run *tr, uint64_t from, uint64_t to)
{
	const uint64_t gone = (to - from) << PAGE_SHIFT;
	struct tmpfs_run *list = NULL, *next;
	const bool ok =
	    copy_part(tr, tr->tr_page, from, &list) && copy_part(tr, to, run_end(tr), &list);

	if (ok) { /* what stays is charged already */
		rb_node_unlink(&da->da_root, &tr->tr_link);
		atomic_store_relaxed(&da->da_hint, NULL);
		da->da_bytes -= run_charge(tr);
		run_free(tr);
	}
	for (; list != NULL; list = next) {
		next = run_of(list->tr_link.rb_left);
		if (ok)
			run_link(da, list);
		else
			run_free(list);
	}
	if (ok)
		tmpfs_uncharge(tm, gone);
	return ok;
}

/* What of [from, to) lies in the run reads as zeroes. */
static void
run_zero(struct tmpfs_run *tr, uint64_t from, uint64_t to)
{
	const uint64_t start = tr->tr_page << PAGE_SHIFT;

	from = MAX(from, start);
	to = MIN(to, start + tr->tr_bytes);
	if (from < to)
		memset(tr->tr_mem + (from - start), 0, to - from);
}

static void
punch_run(
    struct tmpfs_mount *tm, struct tmpfs_data *da, struct tmpfs_run *tr, uint64_t from, uint64_t to)
{
	const uint64_t first = MAX(howmany(from, PAGE_SIZE), tr->tr_page);
	const uint64_t last = MIN(to >> PAGE_SHIFT, run_end(tr));

	if (first <= tr->tr_page && last >= run_end(tr)) {
		run_drop(tm, da, tr);
		return;
	}
	run_zero(tr, from, to);
	if (first < last)
		(void)run_carve(tm, da, tr, first, last);
}

void
tmpfs_data_punch(struct tmpfs_mount *tm, struct tmpfs_data *da, off_t from, off_t to)
{
	struct tmpfs_run *tr = find_run(da, PAGES(from));

	while (tr != NULL && tr->tr_page << PAGE_SHIFT < (uint64_t)to) {
		const uint64_t end = run_end(tr);

		punch_run(tm, da, tr, (uint64_t)from, (uint64_t)to);
		tr = find_run(da, end);
	}
}

void
tmpfs_data_trim(struct tmpfs_mount *tm, struct tmpfs_data *da, off_t size)
{
	if (__predict_true(!da->da_ahead))
		return;
	da->da_ahead = false;
	tmpfs_data_punch(tm, da, (off_t)round_page(MAX((uint64_t)size, da->da_reserved)),
	    TMPFS_MAXSIZE + PAGE_SIZE);
}

/* ---- All of a range ---- */

/* Pages of [page, end) that have no memory. */
static uint64_t
count_missing(struct tmpfs_data *da, uint64_t page, uint64_t end)
{
	uint64_t missing = 0;

	for (struct tmpfs_run *tr = find_run(da, page); page < end; tr = next_run(tr)) {
		if (tr == NULL || tr->tr_page >= end)
			return missing + (end - page);
		if (tr->tr_page > page)
			missing += tr->tr_page - page;
		page = run_end(tr);
	}
	return missing;
}

/* The fallocate is over: its runs stay, or go again. */
static void
settle_new(struct tmpfs_mount *tm, struct tmpfs_data *da, uint64_t page, uint64_t end, bool stay)
{
	struct tmpfs_run *tr, *next;

	for (tr = find_run(da, page); tr != NULL && tr->tr_page < end; tr = next) {
		next = next_run(tr);
		if (tr->tr_new && !stay)
			run_drop(tm, da, tr);
		else
			tr->tr_new = false;
	}
}

int
tmpfs_data_fill(struct tmpfs_mount *tm, struct tmpfs_data *da, off_t from, off_t to)
{
	const uint64_t end = howmany((uint64_t)to, PAGE_SIZE);
	uint64_t page = PAGES(from);
	const uint64_t missing = count_missing(da, page, end) << PAGE_SHIFT;
	struct tmpfs_run *tr;

	/* A range that does not fit is refused before any of it is made. */
	if (!tmpfs_charge(tm, missing))
		return ENOSPC;
	tmpfs_uncharge(tm, missing);
	while (page < end) {
		tr = find_run(da, page);
		if (tr == NULL || !run_has(tr, page)) {
			const uint64_t stop = tr == NULL ? end : MIN(end, tr->tr_page);

			tr = run_make(tm, da, page, stop - page, true);
			if (tr == NULL) {
				settle_new(tm, da, PAGES(from), end, false);
				return ENOSPC;
			}
			tr->tr_new = true;
		} else if (run_grow(tr, PAGE_SIZE) != 0) {
			settle_new(tm, da, PAGES(from), end, false);
			return ENOSPC;
		}
		page = run_end(tr);
	}
	settle_new(tm, da, PAGES(from), end, true);
	return 0;
}

off_t
tmpfs_data_seek(struct tmpfs_data *da, off_t off, off_t size, bool data)
{
	struct tmpfs_run *tr = find_run(da, PAGES(off));
	uint64_t at;

	if (data) {
		at = tr == NULL ? (uint64_t)size : tr->tr_page << PAGE_SHIFT;
		return MIN((off_t)at < off ? off : (off_t)at, size);
	}
	for (at = (uint64_t)off; tr != NULL && run_has(tr, at >> PAGE_SHIFT); tr = next_run(tr))
		at = run_end(tr) << PAGE_SHIFT;
	return MIN((off_t)at, size);
}
