/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * One page of 4 KiB in the page cache.
 *
 * Pages lie in arrays beside the memory that they describe, so neighbours in a run have
 * neighbouring struct vm_pages.  The memory of a page is addressed by uvm_page_va().
 */
#ifndef KPI_UVM_UVM_PAGE_H
#define KPI_UVM_UVM_PAGE_H

#include <sys/param.h>
#include <sys/queue.h>
#include <sys/rwlock.h>
#include <uvm/uvm_pglist.h>

struct ubc_chunk;
struct uvm_object;
struct vm_anon;

/*
 * Locks: (u) ubc_lock, read without it by those who pin the page's chunk; (b) the one who set
 * PG_BUSY; (i) immutable.
 */
struct vm_page {
	struct uvm_object *uobject; /* (u) */
	voff_t offset;		    /* (u) in the object */
	uint32_t flags;		    /* (u) PG_* */
	uint16_t pqflags;	    /* (u) */
	uint16_t wire_count;	    /* (u) */
	struct vm_page *p_hnext;    /* (u) next of the same hash value */
	union {
		TAILQ_ENTRY(vm_page) queue; /* (u) uo_memq */
		LIST_ENTRY(vm_page) list;
	} pageq;
	paddr_t phys_addr;	   /* (i) the address of the memory */
	struct ubc_chunk *p_chunk; /* (i) private to the cache */
};

#define PG_CLEAN     0x00000001 /* same as on the device */
#define PG_DIRTY     0x00000002
#define PG_BUSY	     0x00000008 /* being filled or written */
#define PG_PAGEOUT   0x00000010 /* being written */
#define PG_RELEASED  0x00000020 /* free when not busy any more */
#define PG_FAKE	     0x00000040 /* no contents yet */
#define PG_RDONLY    0x00000080 /* no block behind it yet */
#define PG_TABLED    0x00000200 /* found by (object, offset) */
#define PG_WANTED    0x00000400 /* somebody waits for !PG_BUSY */
#define PG_READAHEAD 0x00004000
#define PG_FILE	     0x00020000

/* States for uvm_pagemarkdirty(). */
#define UVM_PAGE_STATUS_UNKNOWN 0
#define UVM_PAGE_STATUS_DIRTY	PG_DIRTY
#define UVM_PAGE_STATUS_CLEAN	PG_CLEAN

/* uvm_pagealloc() flags */
#define UVM_PGA_USERESERVE   0x0001
#define UVM_PGA_ZERO	     0x0002
#define UVM_PGA_STRAT_NORMAL 0

#define VM_PAGE_TO_PHYS(pg) ((pg)->phys_addr)
#define uvm_page_va(pg)	    ((void *)(uintptr_t)(pg)->phys_addr)

/*
 * A page for (obj, off), busy, fake and in the table; NULL when there is none to be had without
 * sleeping.  locks: obj's vmobjlock, written.
 */
struct vm_page *uvm_pagealloc_strat(
    struct uvm_object *obj, voff_t off, struct vm_anon *anon, int flags, int strat, int free_list);
#define uvm_pagealloc(obj, off, anon, flags) \
	uvm_pagealloc_strat((obj), (off), (anon), (flags), UVM_PGA_STRAT_NORMAL, 0)
/* Free a page of the caller's.  locks: its object's vmobjlock, written. */
void uvm_pagefree(struct vm_page *pg);
/* locks: vmobjlock. */
struct vm_page *uvm_pagelookup(struct uvm_object *obj, voff_t off);
/* Take back PG_BUSY of npgs pages (NULL and PGO_DONTCARE are skipped); frees PG_RELEASED ones. */
void uvm_page_unbusy(struct vm_page **pgs, int npgs);
/* Sleep until the page is not busy; the lock is dropped.  locks: vmobjlock held on entry. */
void uvm_pagewait(struct vm_page *pg, krwlock_t *lock, const char *wmesg);
void uvm_pagemarkdirty(struct vm_page *pg, unsigned status);
unsigned uvm_pagegetdirty(struct vm_page *pg);
void uvm_pageactivate(struct vm_page *pg);
void uvm_pagedeactivate(struct vm_page *pg);
void uvm_pagedequeue(struct vm_page *pg);
void uvm_pagelock(struct vm_page *pg);
void uvm_pageunlock(struct vm_page *pg);
void uvm_pagewire(struct vm_page *pg);
void uvm_pageunwire(struct vm_page *pg);
void uvm_pagezero(struct vm_page *pg);
void uvm_pagecopy(struct vm_page *src, struct vm_page *dst);
paddr_t uvm_vm_page_to_phys(const struct vm_page *pg);
struct vm_page *uvm_phys_to_vm_page(paddr_t pa);
#define PHYS_TO_VM_PAGE(pa) uvm_phys_to_vm_page(pa)

#endif /* KPI_UVM_UVM_PAGE_H */
