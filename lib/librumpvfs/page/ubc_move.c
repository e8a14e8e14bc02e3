/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Moving data between the page cache and callers: the reads and writes of file systems.
 *
 * A read takes, in this order: pages that are cached; a direct transfer from the device to the
 * caller's memory, where that is good; pages read in, with as many after them as reading in order
 * suggests.
 *
 * Read-ahead: uo_ra_next is the page after the last one read.  A miss there is a sequential reader,
 * and doubles the window (4, 8, 16 pages); any other miss closes it.
 *
 * Direct are large aligned reads, and whole pages that are read at random for the first time: filling
 * the cache with what may never be wanted again costs a copy and somebody's page.  ubc_seen remembers
 * the last such pages by a few bits of their identity; the second read of one fills the cache.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/mount.h>
#include <sys/systm.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>
#include <uvm/uvm_readahead.h>

#include "rump_buf.h"
#include "rump_ubc.h"

#define RA_FIRST   4		   /* pages: window of a new sequential reader */
#define UBC_DIRECT (4 * PAGE_SIZE) /* least direct read of any kind */
#define UBC_NSEEN  4096		   /* well over what the cache holds; a power of two */

static uint16_t ubc_seen[UBC_NSEEN]; /* (a) hints: a lost one costs one transfer */

/* Was the page read directly before, as far as we remember?  It is remembered from now on. */
static bool
seen_before(const struct uvm_object *uobj, voff_t off)
{
	const uint64_t k = (((uint64_t)(uintptr_t)uobj >> 6) * 0x9e3779b97f4a7c15ULL) ^
	    (((uint64_t)off >> PAGE_SHIFT) * 0xff51afd7ed558ccdULL);
	uint16_t *const slot = &ubc_seen[(k >> 20) & (UBC_NSEEN - 1)];
	const uint16_t tag = (uint16_t)(k >> 48) | 1;

	if (__atomic_load_n(slot, __ATOMIC_RELAXED) == tag)
		return true;
	__atomic_store_n(slot, tag, __ATOMIC_RELAXED);
	return false;
}

/* The next miss at off would be one in order. */
static inline bool
ra_sequential(const struct uvm_object *uobj, voff_t off)
{
	return off == 0 ||
	    off >> PAGE_SHIFT == __atomic_load_n(&uobj->uo_ra_next, __ATOMIC_RELAXED);
}

/* How many pages a miss at off reads in. */
static unsigned
ra_window(struct uvm_object *uobj, voff_t off, unsigned need, int advice)
{
	unsigned win = __atomic_load_n(&uobj->uo_ra_win, __ATOMIC_RELAXED);

	if (advice == UVM_ADV_RANDOM)
		win = 1;
	else if (advice == UVM_ADV_SEQUENTIAL)
		win = UBC_CHUNKPAGES;
	else if (ra_sequential(uobj, off))
		win = MIN(MAX(2 * win, RA_FIRST), UBC_CHUNKPAGES);
	else
		win = 1;
	__atomic_store_n(&uobj->uo_ra_win, win, __ATOMIC_RELAXED);
	return MIN(MAX(need, win), UBC_CHUNKPAGES);
}

/* Pages that len bytes at off touch. */
static inline unsigned
pages_of(voff_t off, size_t len)
{
	const size_t n = ((size_t)(off & PAGE_MASK) + len + PAGE_MASK) >> PAGE_SHIFT;

	return (unsigned)MIN(n, UBC_CHUNKPAGES);
}

/*
 * Bytes to read directly at the uio's position, at most todo; 0: not here.  Pages that are cached
 * and clean have what the device has, so only dirty ones stand in the way.
 */
static size_t
direct_len(struct vnode *vp, const struct uio *uio, size_t todo, int advice)
{
	const size_t len = rounddown2(MIN(uio->uio_iov->iov_len, todo), (size_t)PAGE_SIZE);

	if (len == 0 || (uio->uio_offset & PAGE_MASK) != 0 || !uio_is_local(uio) ||
	    __atomic_load_n(&vp->v_uobj.uo_ndirty, __ATOMIC_RELAXED) != 0)
		return 0;
	if (len >= UBC_DIRECT)
		return len;
	if (advice == UVM_ADV_SEQUENTIAL || ra_sequential(&vp->v_uobj, uio->uio_offset) ||
	    seen_before(&vp->v_uobj, uio->uio_offset))
		return 0;
	return len;
}

static int
read_direct(struct vnode *vp, struct uio *uio, size_t len)
{
	const off_t off = uio->uio_offset;
	int error;

	error = ubc_read_blocks(vp, off, len, uio->uio_iov->iov_base);
	if (error != 0)
		return error;
	uioskip(len, uio);
	__atomic_store_n(
	    &vp->v_uobj.uo_ra_next, (off + (off_t)len) >> PAGE_SHIFT, __ATOMIC_RELAXED);
	return 0;
}

/* Move one run of pages, or make one direct transfer. */
static int
read_some(struct vnode *vp, struct uio *uio, size_t todo, int advice)
{
	struct uvm_object *const uobj = &vp->v_uobj;
	const voff_t off = uio->uio_offset, pgoff = trunc_page(off);
	const size_t on = (size_t)(off & PAGE_MASK);
	const unsigned need = pages_of(off, todo);
	struct vm_page *pg;
	size_t len;
	unsigned run;
	int error;

	run = ubc_lookup_run(uobj, pgoff, need, &pg);
	if (run == 0) {
		len = direct_len(vp, uio, todo, advice);
		if (len != 0)
			return read_direct(vp, uio, len);
		error = ubc_fill(vp, pgoff, ra_window(uobj, pgoff, need, advice), &pg, &run);
		if (error != 0)
			return error;
		__atomic_store_n(&uobj->uo_ra_next, (pgoff >> PAGE_SHIFT) + run, __ATOMIC_RELAXED);
	}
	error = uiomove((char *)uvm_page_va(pg) + on, MIN(todo, (size_t)run * PAGE_SIZE - on), uio);
	ubc_unpin(pg->p_chunk);
	return error;
}

/*
 * The page at pgoff for a writer of [on, on + len) in it: valid, or (*freshp) busy and fake, for
 * the writer to make so.  Pinned.
 */
static int
write_page(struct vnode *vp, voff_t pgoff, size_t on, size_t len, int flags, struct vm_page **pgp,
    bool *freshp)
{
	const bool all = on == 0 && (len == PAGE_SIZE || pgoff + (voff_t)len >= vp->v_size);
	unsigned run;

	*freshp = false;
	for (;;) {
		run = ubc_lookup_run(&vp->v_uobj, pgoff, 1, pgp);
		if (run != 0)
			return 0;
		if (!all && pgoff < vp->v_size && (flags & UBC_FAULTBUSY) == 0)
			return ubc_fill(vp, pgoff, 1, pgp, &run);
		mutex_enter(&ubc_lock);
		*pgp = ubc_find(&vp->v_uobj, pgoff);
		if (*pgp == NULL) {
			*pgp = ubc_alloc_run(&vp->v_uobj, pgoff, 1);
			mutex_exit(&ubc_lock);
			*freshp = true;
			if (*pgp != NULL)
				return 0;
			if (!ubc_flush_some() && !ubc_grow())
				return ENOMEM;
			continue;
		}
		if (ubc_flags(*pgp) & PG_FAKE)
			ubc_page_wait(*pgp);
		mutex_exit(&ubc_lock);
	}
}

/* Fill one page, or part of it. */
static int
write_some(struct vnode *vp, struct uio *uio, size_t todo, int flags)
{
	const voff_t off = uio->uio_offset, pgoff = trunc_page(off);
	const size_t on = (size_t)(off & PAGE_MASK), len = MIN(todo, PAGE_SIZE - on);
	struct vm_page *pg;
	bool fresh;
	char *va;
	int error;

	error = write_page(vp, pgoff, on, len, flags, &pg, &fresh);
	if (error != 0)
		return error;
	va = uvm_page_va(pg);
	if (fresh) {
		memset(va, 0, on);
		memset(va + on + len, 0, PAGE_SIZE - on - len);
	}
	error = uiomove(va + on, len, uio);
	if (fresh && error != 0) {
		const size_t done = (size_t)(uio->uio_offset - off);

		memset(va + on + done, 0, len - done);
	}
	mutex_enter(&ubc_lock);
	if (ubc_flags(pg) & PG_TABLED)
		ubc_page_setdirty(pg);
	mutex_exit(&ubc_lock);
	if (fresh)
		ubc_run_unbusy(pg, 1, PG_FAKE);
	ubc_unpin(pg->p_chunk);
	return error;
}

/* A vnode with dirty pages is the syncer's, and its writer's when there are too many. */
static int
write_done(struct vnode *vp)
{
	if ((vp->v_iflag & VI_ONWORKLST) == 0) {
		mutex_enter(vp->v_interlock);
		if ((vp->v_iflag & VI_ONWORKLST) == 0)
			vn_syncer_add_to_worklist(vp, 30);
		mutex_exit(vp->v_interlock);
	}
	if (!ubc_too_dirty())
		return 0;
	rw_enter(vp->v_uobj.vmobjlock, RW_WRITER);
	return VOP_PUTPAGES(vp, 0, 0, PGO_ALLPAGES | PGO_CLEANIT | PGO_SYNCIO);
}

int
ubc_uiomove(struct uvm_object *uobj, struct uio *uio, vsize_t todo, int advice, int flags)
{
	struct vnode *const vp = container_of(uobj, struct vnode, v_uobj);
	const size_t stop = uio->uio_resid - MIN(todo, uio->uio_resid);
	int error = 0;

	if (flags & UBC_WRITE) {
		while (error == 0 && uio->uio_resid > stop)
			error = write_some(vp, uio, uio->uio_resid - stop, flags);
		return error != 0 ? error : write_done(vp);
	}
	while (error == 0 && uio->uio_resid > stop)
		error = read_some(vp, uio, uio->uio_resid - stop, advice);
	return error;
}

void
ubc_zerorange(struct uvm_object *uobj, off_t off, size_t len, int flags)
{
	static const uint8_t zeroes[PAGE_SIZE];
	struct iovec iov;
	struct uio uio;
	int error = 0;

	while (error == 0 && len > 0) {
		iov.iov_base = __UNCONST(zeroes);
		iov.iov_len = MIN(len, PAGE_SIZE - ((size_t)off & PAGE_MASK));
		uio.uio_iov = &iov;
		uio.uio_iovcnt = 1;
		uio.uio_offset = off;
		uio.uio_resid = iov.iov_len;
		uio.uio_rw = UIO_WRITE;
		UIO_SETUP_SYSSPACE(&uio);
		len -= iov.iov_len;
		off += (off_t)iov.iov_len;
		error = ubc_uiomove(uobj, &uio, uio.uio_resid, UVM_ADV_NORMAL, UBC_WRITE);
	}
	if (error != 0)
		printf("ubc_zerorange: error %d at %lld\n", error, (long long)off);
}

void
ubc_purge(struct uvm_object *uobj)
{
	(void)uobj; /* no mapping outlives its use */
}

int
uvm_readahead(struct uvm_object *uobj, off_t off, size_t size)
{
	struct vnode *const vp = container_of(uobj, struct vnode, v_uobj);
	voff_t at = trunc_page(off);
	const voff_t end = MIN(off + (voff_t)size, vp->v_size);
	struct vm_page *pg;
	unsigned run;
	int error = 0;

	for (; error == 0 && at < end; at += (voff_t)run * PAGE_SIZE) {
		run = ubc_lookup_run(uobj, at, UBC_CHUNKPAGES, &pg);
		if (run == 0)
			error = ubc_fill(vp, at, pages_of(at, (size_t)(end - at)), &pg, &run);
		if (error == 0)
			ubc_unpin(pg->p_chunk);
	}
	return error;
}
