/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * VOP_GETPAGES() and VOP_PUTPAGES() for file systems that have blocks, and what a genfs_node is.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/mount.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>
#include <miscfs/genfs/genfs_node.h>

#include "rump_ubc.h"
#include "rump_wberr.h"

/* ---- genfs_node ---- */

void
genfs_node_init(struct vnode *vp, const struct genfs_ops *ops)
{
	struct genfs_node *const g = VTOG(vp);

	rw_init(&g->g_glock);
	g->g_op = ops;
}

void
genfs_node_destroy(struct vnode *vp)
{
	rw_destroy(&VTOG(vp)->g_glock);
}

void
genfs_node_wrlock(struct vnode *vp)
{
	rw_enter(&VTOG(vp)->g_glock, RW_WRITER);
}

void
genfs_node_rdlock(struct vnode *vp)
{
	rw_enter(&VTOG(vp)->g_glock, RW_READER);
}

int
genfs_node_rdtrylock(struct vnode *vp)
{
	return rw_tryenter(&VTOG(vp)->g_glock, RW_READER);
}

void
genfs_node_unlock(struct vnode *vp)
{
	rw_exit(&VTOG(vp)->g_glock);
}

int
genfs_node_wrlocked(struct vnode *vp)
{
	return rw_write_held(&VTOG(vp)->g_glock);
}

void
genfs_size(struct vnode *vp, off_t size, off_t *eobp, int flags)
{
	const off_t bsize = (off_t)1 << vp->v_mount->mnt_fs_bshift;

	*eobp = roundup2(size, bsize);
}

void
genfs_gop_putrange(struct vnode *vp, off_t off, off_t *lop, off_t *hip)
{
	*lop = 0;
	*hip = 0;
}

int
genfs_gop_write(struct vnode *vp, struct vm_page **pgs, int npages, int flags)
{
	const voff_t off = pgs[0]->offset;
	const voff_t bsize = MAX((voff_t)1 << vp->v_mount->mnt_fs_bshift, (voff_t)DEV_BSIZE);
	const voff_t eob = roundup2(vp->v_size, bsize);
	const size_t len = (size_t)npages * PAGE_SIZE;

	if (off >= eob)
		return 0;
	return ubc_write_blocks(vp, off, MIN(len, (size_t)(eob - off)), uvm_page_va(pgs[0]));
}

int
genfs_gop_write_rwmap(struct vnode *vp, struct vm_page **pgs, int npages, int flags)
{
	return genfs_gop_write(vp, pgs, npages, flags);
}

/* ---- Pages out ---- */

/* The first dirty page of [lo, hi) that nobody is writing; waits for those (sync). */
static struct vm_page *
first_dirty(struct uvm_object *uobj, voff_t lo, voff_t hi, bool sync)
{
	struct vm_page *pg, *first;

again:
	first = NULL;
	TAILQ_FOREACH (pg, &uobj->uo_memq, pageq.queue) {
		if (pg->offset < lo || (hi != 0 && pg->offset >= hi))
			continue;
		if ((ubc_flags(pg) & PG_BUSY) && sync && (ubc_flags(pg) & PG_FAKE) == 0) {
			ubc_page_wait(pg);
			goto again;
		}
		if ((ubc_flags(pg) & (PG_DIRTY | PG_BUSY)) == PG_DIRTY &&
		    (first == NULL || pg->offset < first->offset))
			first = pg;
	}
	return first;
}

/* Make busy the dirty pages from pg that are a run in file and memory; fills pgs. */
static int
gather(struct vm_page *pg, voff_t hi, struct vm_page **pgs)
{
	struct ubc_chunk *const c = pg->p_chunk;
	struct uvm_object *const uobj = pg->uobject;
	voff_t off = pg->offset;
	int n = 0;

	for (; pg < &c->c_pages[UBC_CHUNKPAGES] && (hi == 0 || off < hi); pg++, off += PAGE_SIZE) {
		if (!ubc_page_is(
			pg, uobj, off, PG_TABLED | PG_DIRTY | PG_BUSY, PG_TABLED | PG_DIRTY))
			break;
		ubc_page_setclean(pg);
		__atomic_fetch_or(&pg->flags, PG_BUSY | PG_PAGEOUT, __ATOMIC_RELAXED);
		pgs[n++] = pg;
	}
	__atomic_fetch_add(&c->c_pins, 1, __ATOMIC_ACQUIRE);
	return n;
}

static int
write_run(struct vnode *vp, struct vm_page **pgs, int n, int flags)
{
	struct ubc_chunk *const c = pgs[0]->p_chunk;
	int error;

	if (VTOG(vp) != NULL && VTOG(vp)->g_op != NULL && VTOG(vp)->g_op->gop_write != NULL)
		error = GOP_WRITE(vp, pgs, n, flags);
	else
		error = genfs_gop_write(vp, pgs, n, flags);
	if (error != 0) {
		vn_wberr(vp, error);
		mutex_enter(&ubc_lock);
		for (int i = 0; i < n; i++)
			ubc_page_setdirty(pgs[i]);
		mutex_exit(&ubc_lock);
		printf("putpages: %d pages at %lld are not written, error %d\n", n,
		    (long long)pgs[0]->offset, error);
	}
	ubc_run_unbusy(pgs[0], (unsigned)n, PG_PAGEOUT);
	ubc_unpin(c);
	return error;
}

/* Write the dirty pages of a range, in order.  A page that fails stays dirty; the others go on. */
static int
clean_range(struct vnode *vp, voff_t lo, voff_t hi, int flags)
{
	struct vm_page *pgs[UBC_CHUNKPAGES], *pg;
	int error = 0, rv, n;

	for (;;) {
		mutex_enter(&ubc_lock);
		pg = first_dirty(&vp->v_uobj, lo, hi, (flags & PGO_SYNCIO) != 0);
		if (pg == NULL)
			break;
		n = gather(pg, hi, pgs);
		mutex_exit(&ubc_lock);
		lo = pgs[n - 1]->offset + PAGE_SIZE;
		rv = write_run(vp, pgs, n, flags);
		if (error == 0)
			error = rv;
	}
	mutex_exit(&ubc_lock);
	return error;
}

/* A vnode that has nothing dirty any more is not the syncer's. */
static void
leave_syncer(struct vnode *vp)
{
	if (vp->v_uobj.uo_ndirty != 0 || (vp->v_iflag & VI_ONWORKLST) == 0)
		return;
	mutex_enter(vp->v_interlock);
	if ((vp->v_iflag & VI_ONWORKLST) != 0 && LIST_EMPTY(&vp->v_dirtyblkhd) &&
	    __atomic_load_n(&vp->v_uobj.uo_ndirty, __ATOMIC_RELAXED) == 0)
		vn_syncer_remove_from_worklist(vp);
	mutex_exit(vp->v_interlock);
}

int
genfs_do_putpages(struct vnode *vp, off_t off, off_t len, int flags, struct vm_page **busypg)
{
	struct uvm_object *const uobj = &vp->v_uobj;
	voff_t lo = trunc_page(off), hi = len == 0 ? 0 : round_page(len);
	int error = 0;

	KASSERT(rw_write_held(uobj->vmobjlock));
	rw_exit(uobj->vmobjlock);
	if (flags & PGO_ALLPAGES)
		lo = hi = 0;
	if (flags & PGO_CLEANIT)
		error = clean_range(vp, lo, hi, flags);
	if (flags & PGO_FREE) {
		if (error == 0 || (flags & PGO_RECLAIM))
			ubc_drop_range(uobj, lo, hi);
	}
	leave_syncer(vp);
	return error;
}

int
genfs_putpages(void *v)
{
	struct vop_putpages_args *const ap = v;

	return genfs_do_putpages(ap->a_vp, ap->a_offlo, ap->a_offhi, ap->a_flags, NULL);
}

int
genfs_null_putpages(void *v)
{
	struct vop_putpages_args *const ap = v;

	rw_exit(ap->a_vp->v_uobj.vmobjlock);
	return 0;
}

/* ---- Pages in ---- */

/* Own the page at off if it is there and can be had at once. */
static struct vm_page *
page_trybusy(struct uvm_object *uobj, voff_t off)
{
	struct vm_page *pg;

	mutex_enter(&ubc_lock);
	pg = ubc_find(uobj, off);
	if (pg != NULL && (ubc_flags(pg) & PG_BUSY) == 0) {
		__atomic_fetch_or(&pg->flags, PG_BUSY, __ATOMIC_ACQUIRE);
		__atomic_fetch_add(&pg->p_chunk->c_pins, 1, __ATOMIC_ACQUIRE);
	} else {
		pg = NULL;
	}
	mutex_exit(&ubc_lock);
	return pg;
}

/* The same, read in when it is not there; waits. */
static int
page_getbusy(struct vnode *vp, voff_t off, unsigned npages, struct vm_page **pgp)
{
	struct uvm_object *const uobj = &vp->v_uobj;
	struct vm_page *pg;
	unsigned run;
	int error;

	for (;;) {
		*pgp = page_trybusy(uobj, off);
		if (*pgp != NULL)
			return 0;
		mutex_enter(&ubc_lock);
		pg = ubc_find(uobj, off);
		if (pg != NULL) {
			ubc_page_wait(pg);
			mutex_exit(&ubc_lock);
			continue;
		}
		mutex_exit(&ubc_lock);
		error = ubc_fill(vp, off, npages, &pg, &run);
		if (error != 0)
			return error;
		ubc_unpin(pg->p_chunk);
	}
}

static int
getpages_locked(struct vop_getpages_args *ap, voff_t off, int npages)
{
	for (int i = 0; i < npages; i++) {
		if (ap->a_m[i] != NULL && ap->a_m[i] != PGO_DONTCARE)
			continue;
		if (ap->a_m[i] == NULL)
			ap->a_m[i] = page_trybusy(&ap->a_vp->v_uobj, off + (voff_t)i * PAGE_SIZE);
		if (ap->a_m[i] == NULL && i == ap->a_centeridx)
			return EBUSY;
	}
	return 0;
}

int
genfs_getpages(void *v)
{
	struct vop_getpages_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	const voff_t off = ap->a_offset - (voff_t)ap->a_centeridx * PAGE_SIZE;
	const int npages = *ap->a_count;
	int error = 0, i;

	if (ap->a_flags & PGO_LOCKED)
		return getpages_locked(ap, off, npages);
	rw_exit(vp->v_uobj.vmobjlock);
	if ((ap->a_flags & PGO_PASTEOF) == 0 && ap->a_offset >= (voff_t)round_page(vp->v_size))
		return EINVAL;
	for (i = 0; error == 0 && i < npages; i++) {
		if (ap->a_m[i] != NULL)
			continue;
		error = page_getbusy(
		    vp, off + (voff_t)i * PAGE_SIZE, (unsigned)(npages - i), &ap->a_m[i]);
	}
	if (error != 0) {
		uvm_page_unbusy(ap->a_m, i - 1);
		return error;
	}
	if (ap->a_access_type & VM_PROT_WRITE) {
		mutex_enter(&ubc_lock);
		for (i = 0; i < npages; i++)
			if (ap->a_m[i] != PGO_DONTCARE)
				ubc_page_setdirty(ap->a_m[i]);
		mutex_exit(&ubc_lock);
	}
	return 0;
}

int
genfs_compat_getpages(void *v)
{
	return genfs_getpages(v);
}

int
genfs_compat_gop_write(struct vnode *vp, struct vm_page **pgs, int npages, int flags)
{
	return genfs_gop_write(vp, pgs, npages, flags);
}

/* Direct I/O is what large aligned reads do anyway; the rest takes the usual way. */
void
genfs_directio(struct vnode *vp, struct uio *uio, int ioflag)
{
}
