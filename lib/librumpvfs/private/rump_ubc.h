/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The page cache inside the VFS faction; page/ubc.c has the model.
 */
#ifndef RUMP_UBC_H
#define RUMP_UBC_H

#include <sys/param.h>
#include <sys/condvar.h>
#include <sys/mutex.h>
#include <uvm/uvm.h>

struct buf;
struct uio;
struct vnode;

#define UBC_CHUNKPAGES 16
#define UBC_CHUNKSIZE  (UBC_CHUNKPAGES * PAGE_SIZE)
#define UBC_BIGRUN     (UBC_CHUNKPAGES / 2) /* runs of so many pages begin a chunk of their own */

/* c_state */
enum ubc_state {
	UBC_FREE, /* on ubc_free */
	UBC_OPEN, /* pages are handed out from it */
	UBC_FULL, /* the clock may take it */
	UBC_BARE, /* on ubc_bare: its memory was given back; c_pins is UBC_EVICT */
};

#define UBC_EVICT 0x80000000u /* c_pins: being taken; pins come too late */

/* Locks: (u) ubc_lock, (a) atomic, (i) immutable. */
struct ubc_chunk {
	uint32_t c_pins;	       /* (a) users of the memory, or UBC_EVICT */
	uint32_t c_ref;		       /* (a) used since the clock came by */
	enum ubc_state c_state;	       /* (u) */
	unsigned c_next;	       /* (u) pages handed out */
	unsigned c_live;	       /* (u) pages in the table */
	unsigned c_ndirty;	       /* (u) dirty pages */
	unsigned c_index;	       /* (i) in ubc_chunks */
	char *c_data;		       /* (u) changes while c_pins is UBC_EVICT */
	TAILQ_ENTRY(ubc_chunk) c_list; /* (u) ubc_free, ubc_bare */
	struct vm_page c_pages[UBC_CHUNKPAGES] __aligned(64);
} __aligned(64);

extern kmutex_t ubc_lock;
extern kcondvar_t ubc_cv; /* pages that are not busy any more */

int ubc_init(void);
void ubc_fini(void);

/* Keep the memory of a page's chunk; false: it is being taken. */
static inline bool
ubc_pin(struct ubc_chunk *c)
{
	if (__predict_true((__atomic_fetch_add(&c->c_pins, 1, __ATOMIC_ACQUIRE) & UBC_EVICT) == 0))
		return true;
	__atomic_fetch_sub(&c->c_pins, 1, __ATOMIC_RELAXED);
	return false;
}

static inline void
ubc_unpin(struct ubc_chunk *c)
{
	__atomic_fetch_sub(&c->c_pins, 1, __ATOMIC_RELEASE);
}

/* Flags change under ubc_lock, but for those that end a page's I/O. */
static inline uint32_t
ubc_flags(const struct vm_page *pg)
{
	return __atomic_load_n(&pg->flags, __ATOMIC_ACQUIRE);
}

/* Is pg the page (uobj, off), with one of the states in want?  Exact for pinned pages. */
static inline bool
ubc_page_is(const struct vm_page *pg, const struct uvm_object *uobj, voff_t off, uint32_t mask,
    uint32_t want)
{
	return __atomic_load_n(&pg->uobject, __ATOMIC_RELAXED) == uobj &&
	    __atomic_load_n(&pg->offset, __ATOMIC_RELAXED) == off &&
	    (__atomic_load_n(&pg->flags, __ATOMIC_ACQUIRE) & mask) == want;
}

/*
 * Pages of uobj from off (a page boundary) that follow each other in memory and hold data, at most
 * max; *pgp is the first, pinned.  0: it is not there.
 */
unsigned ubc_lookup_run(struct uvm_object *uobj, voff_t off, unsigned max, struct vm_page **pgp);

/* ---- locks: ubc_lock ---- */

struct vm_page *ubc_find(const struct uvm_object *uobj, voff_t off);
/*
 * npages new pages for uobj from off, none of which is cached: busy, fake, their chunk pinned once.
 * NULL: all memory is in use or dirty.
 */
struct vm_page *ubc_alloc_run(struct uvm_object *uobj, voff_t off, unsigned npages);
/* Take a page out of the cache; its memory comes back with its chunk. */
void ubc_page_free(struct vm_page *pg);
void ubc_page_setdirty(struct vm_page *pg);
void ubc_page_setclean(struct vm_page *pg);
/* Sleep until a page may have changed its state; drops and retakes ubc_lock. */
void ubc_page_wait(struct vm_page *pg);

/* ---- no lock ---- */

/* The pages of a run are filled, or written: nobody's any more.  Pins are kept. */
void ubc_run_unbusy(struct vm_page *pg, unsigned npages, uint32_t clear);
/* The same for a fill that failed: the pages go. */
void ubc_run_fail(struct vm_page *pg, unsigned npages);
/* Write some object's dirty pages, as memory is short.  sleeps.  false: none, or it failed. */
bool ubc_flush_some(void);
/* One more chunk of memory, waiting for it.  sleeps.  false: there is none to be had. */
bool ubc_grow(void);
/* More is dirty than is good: writers flush what they made. */
bool ubc_too_dirty(void);
/* Drop pages of [lo, hi) (hi 0: to the end); waits for busy ones.  sleeps. */
void ubc_drop_range(struct uvm_object *uobj, voff_t lo, voff_t hi);

/*
 * Make the pages around off present: npages at least where the file goes on so far.  *pgp is off's
 * page, pinned, followed by *runp pages that hold data.  write: the caller overwrites [off,
 * off + len) and missing data outside of it is only read where the file has some.  sleeps.
 * errors: those of VOP_BMAP() and the device, ENOMEM.
 */
int ubc_fill(struct vnode *vp, voff_t off, unsigned npages, struct vm_page **pgp, unsigned *runp);

/* Read [off, off + len) of the file to va; past the blocks that it has: zeroes.  sleeps. */
int ubc_read_blocks(struct vnode *vp, voff_t off, size_t len, void *va);
/* The opposite, for data that is in memory.  errors: EIO for a hole. */
int ubc_write_blocks(struct vnode *vp, voff_t off, size_t len, void *va);

#endif /* RUMP_UBC_H */
