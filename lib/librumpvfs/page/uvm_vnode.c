/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* uvm(9) over the page cache: objects, pages and the sizes of files. */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/rwlock.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include "rump_ubc.h"

/* ---- Objects ---- */

void
uvm_obj_init(struct uvm_object *uobj, const struct uvm_pagerops *ops, bool alock, unsigned refs)
{
	uobj->vmobjlock = alock ? rw_obj_alloc() : NULL;
	uobj->pgops = ops;
	uobj->uo_npages = 0;
	uobj->uo_ndirty = 0;
	uobj->uo_refs = refs;
	uobj->uo_ra_win = 0;
	uobj->uo_ra_next = 0;
	TAILQ_INIT(&uobj->uo_memq);
}

void
uvm_obj_destroy(struct uvm_object *uobj, bool dlock)
{
	KASSERT(uobj->uo_npages == 0);
	if (dlock && uobj->vmobjlock != NULL)
		rw_obj_free(uobj->vmobjlock);
}

void
uvm_obj_setlock(struct uvm_object *uobj, krwlock_t *lock)
{
	krwlock_t *const old = uobj->vmobjlock;

	if (lock != NULL)
		rw_obj_hold(lock);
	uobj->vmobjlock = lock != NULL ? lock : rw_obj_alloc();
	if (old != NULL)
		rw_obj_free(old);
}

static struct vnode *
uobj_vnode(struct uvm_object *uobj)
{
	return container_of(uobj, struct vnode, v_uobj);
}

static void
uvn_reference(struct uvm_object *uobj)
{
	vref(uobj_vnode(uobj));
}

static void
uvn_detach(struct uvm_object *uobj)
{
	vrele(uobj_vnode(uobj));
}

static int
uvn_get(struct uvm_object *uobj, voff_t off, struct vm_page **pgs, int *npages, int center,
    vm_prot_t access, int advice, int flags)
{
	return VOP_GETPAGES(uobj_vnode(uobj), off, pgs, npages, center, access, advice, flags);
}

static int
uvn_put(struct uvm_object *uobj, voff_t lo, voff_t hi, int flags)
{
	return VOP_PUTPAGES(uobj_vnode(uobj), lo, hi, flags);
}

const struct uvm_pagerops uvm_vnodeops = {
	.pgo_reference = uvn_reference,
	.pgo_detach = uvn_detach,
	.pgo_get = uvn_get,
	.pgo_put = uvn_put,
};

bool
uvn_clean_p(struct uvm_object *uobj)
{
	return uobj->uo_ndirty == 0;
}

bool
uvn_text_p(struct uvm_object *uobj)
{
	return false;
}

bool
uvn_needs_writefault_p(struct uvm_object *uobj)
{
	return false;
}

/* ---- Sizes ---- */

/* Bytes after the new end in the page that it lies in: zero, for when the file grows again. */
static void
zero_tail(struct vnode *vp, voff_t newsize)
{
	const size_t on = (size_t)(newsize & PAGE_MASK);
	struct vm_page *pg;

	if (on == 0 || ubc_lookup_run(&vp->v_uobj, trunc_page(newsize), 1, &pg) == 0)
		return;
	memset((char *)uvm_page_va(pg) + on, 0, PAGE_SIZE - on);
	ubc_unpin(pg->p_chunk);
}

void
uvm_vnp_setsize(struct vnode *vp, voff_t newsize)
{
	const voff_t oldsize = vp->v_size;

	if (__atomic_load_n(&vp->v_uobj.uo_npages, __ATOMIC_RELAXED) != 0 &&
	    oldsize != VSIZENOTSET && newsize < oldsize) {
		ubc_drop_range(&vp->v_uobj, round_page(newsize), 0);
		zero_tail(vp, newsize);
	}
	__atomic_store_n(&vp->v_size, newsize, __ATOMIC_RELAXED);
	__atomic_store_n(&vp->v_writesize, newsize, __ATOMIC_RELAXED);
}

void
uvm_vnp_setwritesize(struct vnode *vp, voff_t newsize)
{
	KASSERT(newsize >= vp->v_size);
	__atomic_store_n(&vp->v_writesize, newsize, __ATOMIC_RELAXED);
}

/* ---- Pages ---- */

struct vm_page *
uvm_pagealloc_strat(
    struct uvm_object *obj, voff_t off, struct vm_anon *anon, int flags, int strat, int free_list)
{
	struct vm_page *pg;

	mutex_enter(&ubc_lock);
	pg = ubc_find(obj, off) == NULL ? ubc_alloc_run(obj, off, 1) : NULL;
	mutex_exit(&ubc_lock);
	if (pg != NULL && (flags & UVM_PGA_ZERO))
		memset(uvm_page_va(pg), 0, PAGE_SIZE);
	return pg;
}

void
uvm_pagefree(struct vm_page *pg)
{
	struct ubc_chunk *const c = pg->p_chunk;
	const bool busy = (ubc_flags(pg) & PG_BUSY) != 0;

	mutex_enter(&ubc_lock);
	ubc_page_free(pg);
	cv_broadcast(&ubc_cv);
	mutex_exit(&ubc_lock);
	if (busy)
		ubc_unpin(c);
}

struct vm_page *
uvm_pagelookup(struct uvm_object *obj, voff_t off)
{
	struct vm_page *pg;

	mutex_enter(&ubc_lock);
	pg = ubc_find(obj, off);
	mutex_exit(&ubc_lock);
	return pg;
}

void
uvm_page_unbusy(struct vm_page **pgs, int npgs)
{
	for (int i = 0; i < npgs; i++) {
		struct vm_page *const pg = pgs[i];

		if (pg == NULL || pg == PGO_DONTCARE)
			continue;
		if (ubc_flags(pg) & PG_RELEASED) {
			uvm_pagefree(pg);
		} else {
			ubc_run_unbusy(pg, 1, PG_FAKE);
			ubc_unpin(pg->p_chunk);
		}
	}
}

void
uvm_pagewait(struct vm_page *pg, krwlock_t *lock, const char *wmesg)
{
	mutex_enter(&ubc_lock);
	rw_exit(lock);
	ubc_page_wait(pg);
	mutex_exit(&ubc_lock);
}

void
uvm_pagemarkdirty(struct vm_page *pg, unsigned status)
{
	mutex_enter(&ubc_lock);
	if (status == UVM_PAGE_STATUS_CLEAN)
		ubc_page_setclean(pg);
	else
		ubc_page_setdirty(pg);
	mutex_exit(&ubc_lock);
}

unsigned
uvm_pagegetdirty(struct vm_page *pg)
{
	return ubc_flags(pg) & (PG_CLEAN | PG_DIRTY);
}

void
uvm_pageactivate(struct vm_page *pg)
{
	__atomic_store_n(&pg->p_chunk->c_ref, 1, __ATOMIC_RELAXED);
}

void
uvm_pagedeactivate(struct vm_page *pg)
{
	__atomic_store_n(&pg->p_chunk->c_ref, 0, __ATOMIC_RELAXED);
}

void
uvm_pagedequeue(struct vm_page *pg)
{
	__USE(pg);
}

void
uvm_pagelock(struct vm_page *pg)
{
	__USE(pg);
}

void
uvm_pageunlock(struct vm_page *pg)
{
	__USE(pg);
}

void
uvm_pagewire(struct vm_page *pg)
{
	mutex_enter(&ubc_lock);
	if (pg->wire_count++ == 0)
		__atomic_fetch_add(&pg->p_chunk->c_pins, 1, __ATOMIC_ACQUIRE);
	mutex_exit(&ubc_lock);
}

void
uvm_pageunwire(struct vm_page *pg)
{
	bool last;

	mutex_enter(&ubc_lock);
	last = --pg->wire_count == 0;
	mutex_exit(&ubc_lock);
	if (last)
		ubc_unpin(pg->p_chunk);
}

void
uvm_pagezero(struct vm_page *pg)
{
	memset(uvm_page_va(pg), 0, PAGE_SIZE);
}

void
uvm_pagecopy(struct vm_page *src, struct vm_page *dst)
{
	memcpy(uvm_page_va(dst), uvm_page_va(src), PAGE_SIZE);
}

paddr_t
uvm_vm_page_to_phys(const struct vm_page *pg)
{
	return pg->phys_addr;
}

void
uvm_estimatepageable(int *activep, int *inactivep)
{
	if (activep != NULL)
		*activep = uvmexp.filepages;
	if (inactivep != NULL)
		*inactivep = 0;
}

void
uvm_pageout_start(int npages)
{
	atomic_add_int((volatile unsigned int *)&uvmexp.paging, npages);
}

void
uvm_pageout_done(int npages)
{
	atomic_add_int((volatile unsigned int *)&uvmexp.paging, -npages);
}
