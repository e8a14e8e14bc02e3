/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Memory below kmem(9): the page arena, its limit, and what happens when it is reached.
 *
 * Pages come from the host in chunks of 8 MiB of address space, of which nothing is touched before
 * it is handed out.  The arena counts the pages that the host may have given memory for (in use, or
 * free but touched); that count never passes RUMP_MEMLIMIT.
 */
#ifndef RUMP_MEM_H
#define RUMP_MEM_H

#include <sys/queue.h>
#include <sys/types.h>

/* Needs nothing but librumpuser and rump_params.  errors: ENOMEM. */
int rump_mem_init(void);
/* Everything goes back to the host; what is still allocated is reported in checked builds. */
void rump_mem_fini(void);
/* Objects of kmem(9) and pools that the last rump_mem_fini() found in use. */
extern size_t rump_mem_leaks;

enum {
	RUMP_PAGES_NOWAIT = 0x1, /* NULL at the limit rather than drain and wait */
	RUMP_PAGES_ZERO = 0x2,
	RUMP_PAGES_HUGE = 0x4,	  /* file data: huge pages welcome, if the limit leaves room */
	RUMP_PAGES_CANFAIL = 0x8, /* may sleep, but NULL if draining did not help */
};
/*
 * npages pages in a row; npages of a power of two up to 512 are aligned to their size.  Contents
 * are arbitrary without _ZERO.
 * ctx: any with _NOWAIT, else thread.  sleeps without _NOWAIT.
 */
void *rump_pages_alloc(size_t npages, int flags);
/* npages as allocated.  ctx: any. */
void rump_pages_free(void *p, size_t npages);

/*
 * For kmem(9) and pool(9) callers of base and factions, beside KM_SLEEP or PR_WAITOK: NULL when
 * draining did not help, rather than wait for others to free memory.
 */
#define RUMP_KM_CANFAIL 0x1000

struct rump_meminfo {
	size_t mi_limit;    /* bytes; SIZE_MAX when there is no limit */
	size_t mi_used;	    /* bytes handed out as pages */
	size_t mi_resident; /* bytes that count towards the limit */
};
void rump_mem_info(struct rump_meminfo *mi);
/*
 * How much a cache may take: want bytes, but at most so many hundredths of the limit.  The caches of
 * the kernel divide three quarters of it between them; allocations that may sleep live on the rest.
 */
size_t rump_mem_share(size_t want, u_int percent);

/* What is drained first: the order of worth, stated here alone.  Constructed objects of pool caches come last. */
enum rump_worth {
	RUMP_WORTH_PAGES, /* clean file data: one read brings it back */
	RUMP_WORTH_NAMES,
	RUMP_WORTH_BUFFERS, /* metadata: every walk needs it */
};
/*
 * Called when the limit is near or reached: give back at least `want' bytes if possible.
 * ctx: thread; the caller may hold any lock, so a hook takes its own by trylock only, and does not
 * allocate.  Returns the bytes given back.
 */
struct rump_memdrain {
	size_t (*md_fn)(void *arg, size_t want);
	void *md_arg;
	enum rump_worth md_worth;
	TAILQ_ENTRY(rump_memdrain) md_entry; /* (the arena's) */
};
void rump_memdrain_add(struct rump_memdrain *md);
/* No call of md_fn runs or will come when this returns.  sleeps. */
void rump_memdrain_remove(struct rump_memdrain *md);

/*
 * The page daemon (mem/pagedaemon.c): it drains before the limit is reached, so that allocations seldom do.
 * Without kernel threads there is none.
 */
int rump_pagedaemon_init(void);
void rump_pagedaemon_fini(void);
struct rump_pagedaemon_info {
	uint64_t pi_runs;  /* times that it found memory short */
	uint64_t pi_freed; /* bytes that it gave back */
	uint64_t pi_self;  /* times that an allocation had to drain itself */
};
void rump_pagedaemon_info(struct rump_pagedaemon_info *pi);

#endif /* RUMP_MEM_H */
