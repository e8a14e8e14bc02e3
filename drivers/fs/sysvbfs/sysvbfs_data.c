/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Contents.  A file is one run of blocks: VOP_READ and VOP_WRITE go through the page cache, whose
 * misses and write-backs come to VOP_BMAP for the place on the device.
 *
 * A file that grows takes the blocks behind it; when those are in use it moves to the longest free
 * run.  Its pages are written, its blocks copied, then the inode is, which is the moment when the
 * medium changes from the old place to the new one; the old blocks are free after that.
 *
 * A size reaches the medium after the bytes that it covers: sysvbfs_flush().
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/kauth.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/uio.h>
#include <uvm/uvm_extern.h>

#include "sysvbfs.h"

/* ---- Blocks ---- */

int
sysvbfs_vop_bmap(void *v)
{
	struct vop_bmap_args *const ap = v;
	struct sysvbfs_node *const np = VTOB(ap->a_vp);
	const struct bfs_inode di = sysvbfs_inode_now(np);
	const uint32_t n = bfs_inode_blocks(&di);

	if (ap->a_vpp != NULL)
		*ap->a_vpp = np->n_bm->bm_devvp;
	if (ap->a_bnp == NULL)
		return 0;
	if (ap->a_bn < 0)
		return EINVAL;
	if (ap->a_bn >= n) {
		*ap->a_bnp = -1;
		if (ap->a_runp != NULL)
			*ap->a_runp = 0;
		return 0;
	}
	*ap->a_bnp = di.i_start + ap->a_bn;
	if (ap->a_runp != NULL)
		*ap->a_runp = (int)(n - 1 - (uint32_t)ap->a_bn);
	return 0;
}

int
sysvbfs_flush(struct vnode *vp, int flags)
{
	struct sysvbfs_node *const np = VTOB(vp);
	int error;

	error = vflushbuf(vp, flags | FSYNC_WAIT);
	if (error == 0 && np->n_ip->i_dirty && vp->v_type == VREG)
		error = sysvbfs_barrier(np->n_bm);
	if (error == 0)
		error = sysvbfs_inode_write(np->n_bm, np->n_ino);
	return error;
}

/* Take nblocks at blk in place of the present ones.  The data is on the medium.  locks: bm_move. */
static int
move(struct vnode *vp, uint32_t blk, uint32_t nblocks)
{
	struct sysvbfs_node *const np = VTOB(vp);
	struct sysvbfs_mount *const bm = np->n_bm;
	const struct bfs_inode old = sysvbfs_inode_now(np);
	const uint32_t size = bfs_inode_size(&old);
	int error;

	error = sysvbfs_copy(bm, old.i_start, blk, howmany(size, BFS_BSIZE));
	if (error == 0)
		error = sysvbfs_barrier(bm);
	if (error != 0)
		return error;
	mutex_enter(&bm->bm_lock);
	bfs_inode_set(&np->n_ip->i_di, blk, nblocks, size);
	np->n_ip->i_dirty = true;
	mutex_exit(&bm->bm_lock);
	return sysvbfs_inode_write(bm, np->n_ino);
}

/* Reserve [blk, blk + n) for the file, which has it behind its blocks or has none.  locks: bm_lock. */
static void
extend_locked(struct sysvbfs_node *np, uint32_t blk, uint32_t nblocks)
{
	const uint32_t size = bfs_inode_size(&np->n_ip->i_di);

	bfs_inode_set(&np->n_ip->i_di, blk, nblocks, size);
	np->n_ip->i_dirty = true;
}

/*
 * Make the file have want blocks, or as many as there can be but at least min.  Its size stays.
 * errors: ENOSPC, EIO.
 */
static int
reserve(struct vnode *vp, uint32_t min, uint32_t want)
{
	struct sysvbfs_node *const np = VTOB(vp);
	struct sysvbfs_mount *const bm = np->n_bm;
	uint32_t have, behind, longest, blk = 0;
	bool moves = false;
	int error = 0;

	if (bfs_inode_blocks(&np->n_ip->i_di) >= want)
		return 0;
	/* The old place must be the medium's, and its only one, before the file moves on. */
	if (np->n_ip->i_mcount != 0 && np->n_ip->i_mstart != np->n_ip->i_di.i_start) {
		error = sysvbfs_flush(vp, 0);
		if (error != 0)
			return error;
	}
	mutex_enter(&bm->bm_move);
	mutex_enter(&bm->bm_lock);
	have = bfs_inode_blocks(&np->n_ip->i_di);
	behind = have == 0 ? 0 : have + sysvbfs_run_at(bm, np->n_ip->i_di.i_end + 1);
	longest = behind >= want ? 0 : sysvbfs_run_longest(bm, &blk);
	if (MAX(behind, longest) < min) {
		error = ENOSPC;
	} else if (behind >= want || behind >= longest) {
		extend_locked(np, np->n_ip->i_di.i_start, MIN(want, behind));
	} else if (have == 0) {
		extend_locked(np, blk, MIN(want, longest));
	} else {
		moves = true;
	}
	mutex_exit(&bm->bm_lock);
	if (moves) {
		error = sysvbfs_flush(vp, 0);
		if (error == 0)
			error = move(vp, blk, MIN(want, longest));
	}
	mutex_exit(&bm->bm_move);
	return error;
}

/* ---- Bytes ---- */

/*
 * Move uio's bytes into the pages; the file has blocks for them.  Of pages behind oldsize the medium
 * has nothing worth reading.  The vnode's size goes ahead of the pages, or they could be written back as if
 * they were behind the end.
 */
static int
fill(struct vnode *vp, struct uio *uio, off_t oldsize, int advice)
{
	int error = 0;

	while (error == 0 && uio->uio_resid > 0) {
		const off_t off = uio->uio_offset;
		const size_t n = MIN(uio->uio_resid, PAGE_SIZE - ((size_t)off & PAGE_MASK));

		if (off + (off_t)n > vp->v_size)
			uvm_vnp_setsize(vp, off + (off_t)n);
		error = ubc_uiomove(&vp->v_uobj, uio, n, advice,
		    UBC_WRITE | (trunc_page(off) >= oldsize ? UBC_FAULTBUSY : 0));
	}
	return error;
}

/* What lies between the end of the file and off is zero: there are no holes. */
static int
fill_zeroes(struct vnode *vp, off_t oldsize, off_t off)
{
	static const uint8_t zeroes[PAGE_SIZE];
	struct iovec iov;
	struct uio uio;
	int error = 0;

	for (off_t at = oldsize; error == 0 && at < off; at = uio.uio_offset) {
		iov.iov_base = __UNCONST(zeroes);
		iov.iov_len = MIN((size_t)(off - at), PAGE_SIZE - ((size_t)at & PAGE_MASK));
		uio.uio_iov = &iov;
		uio.uio_iovcnt = 1;
		uio.uio_offset = at;
		uio.uio_resid = iov.iov_len;
		uio.uio_rw = UIO_WRITE;
		UIO_SETUP_SYSSPACE(&uio);
		error = fill(vp, &uio, oldsize, UVM_ADV_NORMAL);
	}
	return error;
}

/* The file has so many bytes, and no blocks that it does not need. */
static void
set_size(struct vnode *vp, uint32_t size)
{
	struct sysvbfs_node *const np = VTOB(vp);

	uvm_vnp_setsize(vp, size);
	mutex_enter(&np->n_bm->bm_lock);
	bfs_inode_set(
	    &np->n_ip->i_di, np->n_ip->i_di.i_start, howmany((uint64_t)size, BFS_BSIZE), size);
	np->n_ip->i_dirty = true;
	mutex_exit(&np->n_bm->bm_lock);
	sysvbfs_dirtied(vp);
}

int
sysvbfs_truncate(struct vnode *vp, uint64_t size)
{
	struct sysvbfs_node *const np = VTOB(vp);
	const uint32_t oldsize = (uint32_t)vp->v_size;
	const uint32_t blocks = (uint32_t)howmany(size, BFS_BSIZE);
	int error;

	if (size > UINT32_MAX)
		return EFBIG;
	if (size > oldsize) {
		error = reserve(vp, blocks, blocks);
		if (error != 0)
			return error;
		error = fill_zeroes(vp, oldsize, (off_t)size);
		set_size(vp, error == 0 ? (uint32_t)size : oldsize);
	} else {
		/* Only blocks that the medium knows of may be given up. */
		error = np->n_ip->i_mstart == np->n_ip->i_di.i_start || np->n_ip->i_mcount == 0
		    ? 0
		    : sysvbfs_flush(vp, 0);
		if (error != 0)
			return error;
		set_size(vp, (uint32_t)size);
		if (size < oldsize)
			error = sysvbfs_flush(vp, 0);
	}
	sysvbfs_touch(vp, SYSVBFS_MTIME | SYSVBFS_CTIME);
	return error;
}

int
sysvbfs_vop_read(void *v)
{
	struct vop_read_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct uio *const uio = ap->a_uio;
	int error = 0;

	if (vp->v_type != VREG)
		return vp->v_type == VDIR ? EISDIR : EINVAL;
	if (uio->uio_offset < 0)
		return EINVAL;
	while (error == 0 && uio->uio_resid > 0 && uio->uio_offset < vp->v_size)
		error = ubc_uiomove(&vp->v_uobj, uio,
		    MIN((uint64_t)(vp->v_size - uio->uio_offset), uio->uio_resid),
		    IO_ADV_DECODE(ap->a_ioflag), UBC_READ | UBC_PARTIALOK | UBC_VNODE_FLAGS(vp));
	sysvbfs_touch(vp, SYSVBFS_ATIME);
	return error;
}

/* Who writes a file that runs as its owner takes that from it. */
static void
drop_suid(struct vnode *vp, kauth_cred_t cred)
{
	struct sysvbfs_node *const np = VTOB(vp);

	if ((np->n_ip->i_di.i_mode & (S_ISUID | S_ISGID)) == 0 ||
	    kauth_authorize_vnode(cred, KAUTH_VNODE_RETAIN_SUID, vp, NULL, EPERM) == 0)
		return;
	mutex_enter(&np->n_bm->bm_lock);
	np->n_ip->i_di.i_mode &= ~(uint32_t)(S_ISUID | S_ISGID);
	mutex_exit(&np->n_bm->bm_lock);
}

/* Bytes of uio that cannot be written for lack of room; blocks are reserved for the others. */
static int
make_room(struct vnode *vp, const struct uio *uio, size_t *over)
{
	const uint64_t end = (uint64_t)uio->uio_offset + uio->uio_resid;
	uint64_t room;
	int error;

	error = reserve(
	    vp, (uint32_t)(uio->uio_offset >> BFS_BSHIFT) + 1, (uint32_t)howmany(end, BFS_BSIZE));
	if (error != 0)
		return error;
	room = (uint64_t)bfs_inode_blocks(&VTOB(vp)->n_ip->i_di) << BFS_BSHIFT;
	*over = end > room ? (size_t)(end - room) : 0;
	return 0;
}

int
sysvbfs_vop_write(void *v)
{
	struct vop_write_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct uio *const uio = ap->a_uio;
	const off_t oldsize = vp->v_size;
	size_t over = 0;
	off_t size;
	int error;

	if (vp->v_type != VREG)
		return vp->v_type == VDIR ? EISDIR : EINVAL;
	if (ap->a_ioflag & IO_APPEND)
		uio->uio_offset = oldsize;
	if (uio->uio_offset < 0)
		return EINVAL;
	if (uio->uio_resid == 0)
		return 0;
	if (uio->uio_offset > UINT32_MAX || uio->uio_resid > (size_t)(UINT32_MAX - uio->uio_offset))
		return EFBIG;
	error = make_room(vp, uio, &over);
	if (error != 0)
		return error;
	uio->uio_resid -= over;
	error = fill_zeroes(vp, oldsize, uio->uio_offset);
	size = oldsize;
	if (error == 0) {
		error = fill(vp, uio, oldsize, IO_ADV_DECODE(ap->a_ioflag));
		size = MAX(oldsize, uio->uio_offset);
	}
	uio->uio_resid += over;
	set_size(vp, (uint32_t)size);
	drop_suid(vp, ap->a_cred);
	sysvbfs_touch(vp, SYSVBFS_MTIME | SYSVBFS_CTIME);
	VN_KNOTE(vp, NOTE_WRITE | (size > oldsize ? NOTE_EXTEND : 0));
	if (error == 0 && (ap->a_ioflag & IO_SYNC))
		error = sysvbfs_flush(vp, 0);
	return error;
}
