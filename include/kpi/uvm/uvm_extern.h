/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* uvm(9): memory as drivers see it, and the unified buffer cache (file data). */
#ifndef KPI_UVM_UVM_EXTERN_H
#define KPI_UVM_UVM_EXTERN_H

#include <sys/param.h>
#include <uvm/uvm_param.h>
#include <uvm/uvm_prot.h>
#include <uvm/uvm_pglist.h>
#include <uvm/uvm_object.h>
#include <uvm/uvm_pager.h>

struct uio;
struct buf;
struct vm_map;
struct vm_page;
struct vmspace;
struct vnode;

/* Advice */
#define UVM_ADV_NORMAL	   0x0
#define UVM_ADV_RANDOM	   0x1
#define UVM_ADV_SEQUENTIAL 0x2
#define UVM_ADV_WILLNEED   0x3

/* uvm_km_alloc() */
#define UVM_KMF_WIRED	   0x1
#define UVM_KMF_PAGEABLE   0x2
#define UVM_KMF_VAONLY	   0x4
#define UVM_KMF_COLORMATCH 0x10
#define UVM_KMF_EXEC	   0x20
#define UVM_KMF_CANFAIL	   0x40000
#define UVM_KMF_ZERO	   0x80000
#define UVM_KMF_NOWAIT	   0x200000
#define UVM_KMF_WAITVA	   0x400000

/* ubc_uiomove() */
#define UBC_READ	    0x001
#define UBC_WRITE	    0x002
#define UBC_FAULTBUSY	    0x004 /* write: all of the range is overwritten, or past the end of file */
#define UBC_ISMAPPED	    0x008
#define UBC_PARTIALOK	    0x100 /* what was moved counts even on error */
#define UBC_UNMAP	    0x010
#define UBC_VNODE_FLAGS(vp) 0

/* Counters and limits; read without lock, so they are approximate. */
struct uvmexp {
	int pagesize, pagemask, pageshift;
	int npages; /* pages the cache may use */
	int free;   /* of them free */
	int active, inactive, paging, wired;
	int filepages;
	int anonpages, execpages;
	int nswapdev, swpages, swpginuse, swpgonly;
	int pgwritten;
	uint64_t ubc_hits, ubc_misses, ubc_direct;
};
extern struct uvmexp uvmexp;

/* Address spaces: the kernel's own, the only one of local processes; remote ones have others. */
extern struct vm_map *kernel_map;

vaddr_t uvm_km_alloc(struct vm_map *map, vsize_t size, vsize_t align, int flags);
void uvm_km_free(struct vm_map *map, vaddr_t addr, vsize_t size, int flags);
void uvm_estimatepageable(int *activep, int *inactivep);

/*
 * Move at most todo bytes between uio and the object's cached pages at uio_offset, reading in
 * what is missing.  Large aligned reads that miss go past the cache.  flags UBC_*.
 * locks: the vnode's, shared for UBC_READ, exclusive for UBC_WRITE; no page or object lock.
 * sleeps.  errors: those of VOP_GETPAGES() and of uiomove(); uio tells what was moved.
 */
int ubc_uiomove(struct uvm_object *uobj, struct uio *uio, vsize_t todo, int advice, int flags);
/* Zero a range of the object. */
void ubc_zerorange(struct uvm_object *uobj, off_t off, size_t len, int flags);
void ubc_purge(struct uvm_object *uobj);

/*
 * The file's size changed: pages past the new end are dropped, the rest of the last one zeroed.
 * locks: the vnode's, exclusive (or the vnode is new).
 */
void uvm_vnp_setsize(struct vnode *vp, voff_t newsize);
/* A write will extend the file to newsize. */
void uvm_vnp_setwritesize(struct vnode *vp, voff_t newsize);
/* The vnode of an object has no dirty page. */
bool uvn_clean_p(struct uvm_object *uobj);
bool uvn_text_p(struct uvm_object *uobj);
bool uvn_needs_writefault_p(struct uvm_object *uobj);

/* Asynchronous transfers of pages end here. */
void uvm_aio_biodone(struct buf *bp);
void uvm_aio_aiodone(struct buf *bp);
/* Address of npages pages that are a run, or a copy of them; uvm_pagermapout() ends its use. */
vaddr_t uvm_pagermapin(struct vm_page **pgs, int npages, int flags);
void uvm_pagermapout(vaddr_t va, int npages);
#define UVMPAGER_MAPIN_WAITOK 0x01
#define UVMPAGER_MAPIN_READ   0x02
#define UVMPAGER_MAPIN_WRITE  0x00
struct vm_page *uvm_pageratop(vaddr_t va);
void uvm_pageout_start(int npages);
void uvm_pageout_done(int npages);

/* Anonymous objects. */
struct uvm_object *uao_create(voff_t size, int flags);
void uao_detach(struct uvm_object *uobj);
void uao_reference(struct uvm_object *uobj);

#endif /* KPI_UVM_UVM_EXTERN_H */
