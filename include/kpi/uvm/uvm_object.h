/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What holds pages: the cached contents of a vnode, embedded in it as v_uobj.
 *
 * The page cache finds pages by (object, offset); readers take no lock of the object, see
 * lib/librumpvfs/README.md.
 */
#ifndef KPI_UVM_UVM_OBJECT_H
#define KPI_UVM_UVM_OBJECT_H

#include <sys/types.h>
#include <sys/rwlock.h>
#include <uvm/uvm_pglist.h>

struct uvm_pagerops;

/* Locks: (i) immutable, (u) ubc_lock, (a) atomic hint without order, (o) vmobjlock. */
struct uvm_object {
	krwlock_t *vmobjlock;		  /* (i) */
	const struct uvm_pagerops *pgops; /* (i) */
	int uo_npages;			  /* (u) pages in the cache; read without lock */
	unsigned uo_refs;		  /* (o) */
	int uo_ndirty;			  /* (u) of them dirty; read without lock */
	uint32_t uo_ra_win;		  /* (a) read-ahead window, pages */
	int64_t uo_ra_next;		  /* (a) page after the last one read or filled */
	struct pglist uo_memq;		  /* (u) its pages */
};

#define UVM_OBJ_KERN	     (-2)
#define UVM_OBJ_IS_VNODE(uo) ((uo)->pgops == &uvm_vnodeops)
#define UVM_OBJ_IS_CLEAN(uo) (UVM_OBJ_IS_VNODE(uo) && (uo)->uo_ndirty == 0)

extern const struct uvm_pagerops uvm_vnodeops;

/*
 * Make an object without pages.  alock: make a lock of its own; otherwise uvm_obj_setlock() comes
 * before the first use.
 */
void uvm_obj_init(
    struct uvm_object *uobj, const struct uvm_pagerops *ops, bool alock, unsigned refs);
/* The object has no page any more; drops the lock. */
void uvm_obj_destroy(struct uvm_object *uobj, bool dlock);
/* Use lock (referenced by the caller) for the object in place of its own. */
void uvm_obj_setlock(struct uvm_object *uobj, krwlock_t *lock);

#endif /* KPI_UVM_UVM_OBJECT_H */
