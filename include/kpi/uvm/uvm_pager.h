/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* How an object's pages are brought in and written out: the pager operations and their flags. */
#ifndef KPI_UVM_UVM_PAGER_H
#define KPI_UVM_UVM_PAGER_H

#include <sys/types.h>

struct buf;
struct uvm_faultinfo;
struct uvm_object;
struct vm_page;

struct uvm_pagerops {
	void (*pgo_init)(void);
	void (*pgo_reference)(struct uvm_object *);
	void (*pgo_detach)(struct uvm_object *);
	int (*pgo_fault)(
	    struct uvm_faultinfo *, vaddr_t, struct vm_page **, int, int, vm_prot_t, int);
	int (*pgo_get)(
	    struct uvm_object *, voff_t, struct vm_page **, int *, int, vm_prot_t, int, int);
	int (*pgo_put)(struct uvm_object *, voff_t, voff_t, int);
	void (*pgo_markdirty)(struct uvm_object *);
};

/* Of VOP_PUTPAGES() */
#define PGO_CLEANIT	  0x001	 /* write dirty pages */
#define PGO_FREE	  0x002	 /* free the pages */
#define PGO_DEACTIVATE	  0x004	 /* recycle them first */
#define PGO_ALLPAGES	  0x008	 /* the whole object; the range is ignored */
#define PGO_LAZY	  0x040	 /* from ioflush */
#define PGO_RECLAIM	  0x2000 /* the vnode goes away */
#define PGO_BUSYFAIL	  0x010	 /* fail instead of waiting for a busy page */
/* Of both */
#define PGO_SYNCIO	  0x020 /* wait for the transfer */
#define PGO_JOURNALLOCKED 0x400
/* Of VOP_GETPAGES() */
#define PGO_LOCKED	  0x100 /* what is cached, without sleeping; the lock stays held */
#define PGO_NOTIMESTAMP	  0x4000
#define PGO_GLOCKHELD	  0x800 /* the caller holds the genfs node lock */
#define PGO_OVERWRITE	  0x080 /* the caller overwrites all of it: do not read */
#define PGO_PASTEOF	  0x200 /* pages after the end of file too */
#define PGO_NOBLOCKALLOC  0x1000
#define PGO_DONTCARE	  ((struct vm_page *)-1L)

#endif /* KPI_UVM_UVM_PAGER_H */
