/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Transfers.  Metadata - the inode table and the directory - goes through the buffer cache of the
 * device's vnode, contents never do: a block is either the one or the other for good, so that no
 * cache holds what another one has changed.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/dkio.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/systm.h>

#include "sysvbfs.h"

#define COPY_BLOCKS 64 /* at once */

void
sysvbfs_say(const struct sysvbfs_mount *bm, const char *fmt, ...)
{
	char line[200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	printf("sysvbfs: %s: %s\n", bm->bm_name, line);
}

int
sysvbfs_bread(struct sysvbfs_mount *bm, uint32_t blk, int flags, struct buf **bpp)
{
	int error;

	error = bread(bm->bm_devvp, (daddr_t)blk, BFS_BSIZE, flags, bpp);
	if (error == 0 && (*bpp)->b_resid != 0) {
		brelse(*bpp, BC_INVAL);
		error = EIO;
	}
	if (error != 0)
		sysvbfs_say(bm, "block %u cannot be read: error %d", blk, error);
	return error;
}

int
sysvbfs_barrier(struct sysvbfs_mount *bm)
{
	int error, force = 0;

	error = VOP_IOCTL(bm->bm_devvp, DIOCCACHESYNC, &force, FWRITE, NOCRED);
	if (error == ENODEV || error == ENOTTY || error == EPASSTHROUGH)
		error = 0; /* the device has no cache */
	return error;
}

static int
inode_write_block(struct sysvbfs_mount *bm, ino_t ino, const struct bfs_inode *di)
{
	const uint32_t at = BFS_BSIZE + (uint32_t)(ino - BFS_ROOT_INO) * BFS_INODE_SIZE;
	struct buf *bp;
	int error;

	error = sysvbfs_bread(bm, at >> BFS_BSHIFT, B_MODIFY, &bp);
	if (error != 0)
		return error;
	if (di->i_ino == 0)
		memset((uint8_t *)bp->b_data + at % BFS_BSIZE, 0, BFS_INODE_SIZE);
	else
		bfs_inode_encode(di, (uint8_t *)bp->b_data + at % BFS_BSIZE);
	error = bwrite(bp);
	if (error != 0)
		sysvbfs_say(bm, "inode %ju is not written: error %d", (uintmax_t)ino, error);
	return error;
}

int
sysvbfs_inode_write(struct sysvbfs_mount *bm, ino_t ino)
{
	struct sysvbfs_inode *const ip = sysvbfs_inode(bm, ino);
	struct bfs_inode di;
	uint32_t start, count, blocks;
	bool dirty, frees;
	int error;

	mutex_enter(&bm->bm_lock);
	dirty = ip->i_dirty;
	di = ip->i_di;
	ip->i_dirty = false;
	start = ip->i_mstart;
	count = ip->i_mcount;
	mutex_exit(&bm->bm_lock);
	if (!dirty)
		return 0;
	/* Does the medium's copy claim what the inode no longer has? */
	blocks = di.i_ino == 0 ? 0 : bfs_inode_blocks(&di);
	frees = count != 0 && (di.i_start != start || blocks < count);
	error = inode_write_block(bm, ino, &di);
	if (error == 0 && frees)
		error = sysvbfs_barrier(bm);
	mutex_enter(&bm->bm_lock);
	if (error != 0) {
		ip->i_dirty = true;
	} else {
		ip->i_mstart = di.i_start;
		ip->i_mcount = blocks;
		if (di.i_ino == 0)
			ip->i_live = false;
	}
	mutex_exit(&bm->bm_lock);
	return error;
}

/* One transfer of contents. */
static int
transfer(struct sysvbfs_mount *bm, uint32_t blk, void *data, uint32_t nblocks, u_int flags)
{
	struct vnode *const devvp = bm->bm_devvp;
	struct buf *const bp = getiobuf(devvp, true);
	int error;

	bp->b_flags = flags;
	bp->b_blkno = bp->b_lblkno = (daddr_t)blk;
	bp->b_data = data;
	bp->b_bcount = bp->b_bufsize = (int)(nblocks << BFS_BSHIFT);
	if ((flags & B_READ) == 0) {
		mutex_enter(devvp->v_interlock);
		devvp->v_numoutput++;
		mutex_exit(devvp->v_interlock);
	}
	VOP_STRATEGY(devvp, bp);
	error = biowait(bp);
	if (error == 0 && bp->b_resid != 0)
		error = EIO;
	putiobuf(bp);
	return error;
}

int
sysvbfs_copy(struct sysvbfs_mount *bm, uint32_t from, uint32_t to, uint32_t nblocks)
{
	void *const data = kmem_alloc(COPY_BLOCKS << BFS_BSHIFT, KM_SLEEP);
	uint32_t n;
	int error = 0;

	for (; error == 0 && nblocks > 0; from += n, to += n, nblocks -= n) {
		n = MIN(nblocks, COPY_BLOCKS);
		error = transfer(bm, from, data, n, B_READ);
		if (error == 0)
			error = transfer(bm, to, data, n, B_WRITE);
	}
	kmem_free(data, COPY_BLOCKS << BFS_BSHIFT);
	return error;
}
