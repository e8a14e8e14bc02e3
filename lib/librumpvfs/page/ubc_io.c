/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Filling pages from the file's blocks, and writing them: VOP_BMAP() says where the blocks are, one
 * transfer is made for each stretch that is contiguous on the device.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/mount.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>
#include <miscfs/genfs/genfs_node.h>

#include "rump_bio.h"
#include "rump_ubc.h"

/* A transfer that is waited for. */
static int
block_io(struct vnode *vp, struct vnode *devvp, daddr_t blkno, size_t len, void *va, u_int flags)
{
	struct buf buf, *const bp = &buf;
	int error;

	rump_iobuf_init(bp, vp);
	bp->b_flags = flags;
	bp->b_blkno = blkno;
	bp->b_lblkno = 0;
	bp->b_bcount = bp->b_bufsize = (int)len;
	bp->b_data = va;
	if ((flags & B_READ) == 0) {
		mutex_enter(vp->v_interlock);
		vp->v_numoutput++;
		mutex_exit(vp->v_interlock);
	}
	VOP_STRATEGY(devvp, bp);
	error = biowait(bp);
	if (error == 0 && bp->b_resid != 0)
		error = EIO; /* the device ends before the file does */
	buf_destroy(bp);
	return error;
}

/* What lies at off: *lenp bytes from block *blkno (DEV_BSIZE units, -1: a hole) of *devvpp. */
static int
block_map(struct vnode *vp, voff_t off, size_t *lenp, struct vnode **devvpp, daddr_t *blknop)
{
	const int bshift = vp->v_mount->mnt_fs_bshift;
	const voff_t bsize = (voff_t)1 << bshift;
	const voff_t on = off & (bsize - 1);
	int error, run = 0;

	error = VOP_BMAP(vp, off >> bshift, devvpp, blknop, &run);
	if (error != 0)
		return error;
	*lenp = MIN(*lenp, (size_t)((((voff_t)run + 1) << bshift) - on));
	if (*blknop != (daddr_t)-1)
		*blknop += btodb(on);
	return 0;
}

int
ubc_read_blocks(struct vnode *vp, voff_t off, size_t len, void *va)
{
	struct vnode *devvp;
	daddr_t blkno;
	size_t n;
	int error;

	for (; len != 0; off += (voff_t)n, va = (char *)va + n, len -= n) {
		n = MIN(len, (size_t)MAXPHYS);
		error = block_map(vp, off, &n, &devvp, &blkno);
		if (error != 0)
			return error;
		if (blkno == (daddr_t)-1)
			memset(va, 0, n);
		else
			error = block_io(vp, devvp, blkno, n, va, B_READ);
		if (error != 0)
			return error;
	}
	return 0;
}

int
ubc_write_blocks(struct vnode *vp, voff_t off, size_t len, void *va)
{
	struct vnode *devvp;
	daddr_t blkno;
	size_t n;
	int error;

	for (; len != 0; off += (voff_t)n, va = (char *)va + n, len -= n) {
		n = MIN(len, (size_t)MAXPHYS);
		error = block_map(vp, off, &n, &devvp, &blkno);
		if (error == 0 && blkno == (daddr_t)-1)
			error = EIO; /* dirty pages have blocks behind them */
		if (error == 0)
			error = block_io(vp, devvp, blkno, n, va, B_WRITE);
		if (error != 0)
			return error;
	}
	return 0;
}

/* Bytes of [off, off + len) that the file's blocks hold. */
static size_t
bytes_in_file(struct vnode *vp, voff_t off, size_t len)
{
	const voff_t bsize = MAX((voff_t)1 << vp->v_mount->mnt_fs_bshift, (voff_t)DEV_BSIZE);
	const voff_t end = roundup2(vp->v_size, bsize);

	if (off >= end)
		return 0;
	return MIN(len, (size_t)(end - off));
}

/* Read a run of fake pages; what lies past the end of file is zero. */
static int
run_read(struct vnode *vp, voff_t off, unsigned npages, char *va)
{
	const size_t len = (size_t)npages * PAGE_SIZE, have = bytes_in_file(vp, off, len);
	int error = 0;

	if (have != 0)
		error = ubc_read_blocks(vp, off, have, va);
	if (error == 0 && off + (voff_t)len > vp->v_size) {
		const size_t keep = vp->v_size > off ? (size_t)(vp->v_size - off) : 0;

		memset(va + keep, 0, len - keep);
	}
	return error;
}

/* How many of npages pages from off are not cached, and inside the file. */
static unsigned
absent_run(struct vnode *vp, voff_t off, unsigned npages)
{
	unsigned n = 1;

	while (n < npages && off + (voff_t)n * PAGE_SIZE < vp->v_size &&
	    ubc_find(&vp->v_uobj, off + (voff_t)n * PAGE_SIZE) == NULL)
		n++;
	return n;
}

/*
 * New pages for off; EPASSTHROUGH: one came meanwhile, or was busy; look again.
 */
static int
run_alloc(struct vnode *vp, voff_t off, unsigned npages, struct vm_page **pgp, unsigned *np)
{
	struct vm_page *pg;

	mutex_enter(&ubc_lock);
	pg = ubc_find(&vp->v_uobj, off);
	if (pg != NULL) {
		if (ubc_flags(pg) & PG_FAKE)
			ubc_page_wait(pg);
		mutex_exit(&ubc_lock);
		return EPASSTHROUGH;
	}
	*np = absent_run(vp, off, MIN(npages, UBC_CHUNKPAGES));
	*pgp = ubc_alloc_run(&vp->v_uobj, off, *np);
	if (*pgp == NULL && *np > 1) {
		*np = 1;
		*pgp = ubc_alloc_run(&vp->v_uobj, off, 1);
	}
	mutex_exit(&ubc_lock);
	if (*pgp != NULL)
		return 0;
	return ubc_flush_some() || ubc_grow() ? EPASSTHROUGH : ENOMEM;
}

int
ubc_fill(struct vnode *vp, voff_t off, unsigned npages, struct vm_page **pgp, unsigned *runp)
{
	unsigned n = 0;
	int error;

	KASSERT((off & PAGE_MASK) == 0);
	for (;;) {
		error = run_alloc(vp, off, npages, pgp, &n);
		if (error == 0)
			break;
		if (error != EPASSTHROUGH)
			return error;
		*runp = ubc_lookup_run(&vp->v_uobj, off, npages, pgp);
		if (*runp != 0)
			return 0;
	}
	error = run_read(vp, off, n, uvm_page_va(*pgp));
	if (error != 0) {
		ubc_run_fail(*pgp, n);
		return error;
	}
	ubc_run_unbusy(*pgp, n, PG_FAKE);
	*runp = n;
	return 0;
}
