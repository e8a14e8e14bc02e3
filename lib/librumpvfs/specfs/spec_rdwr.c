/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Reading and writing of devices.
 *
 * Character devices: the driver does it.  Block devices: at any offset, through the buffer cache in
 * blocks of SPEC_IOSIZE bytes; reads that are large and aligned go past the cache when it holds
 * nothing that is newer.  The device's end cuts: reads are short, writes get ENOSPC.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/kmem.h>
#include <sys/proc.h>
#include <sys/systm.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>

#include "rump_bio.h"
#include "rump_buf.h"
#include "rump_spec.h"

#define SPEC_IOSIZE PAGE_SIZE
#define SPEC_DIRECT (8 * SPEC_IOSIZE) /* least direct read */

int
rump_bread_short(struct vnode *vp, daddr_t lblkno, int size, struct buf **bpp)
{
	struct buf *const bp = getblk(vp, lblkno, size, 0, 0);
	int error = 0;

	if (bp == NULL)
		return ENOMEM;
	if ((bp->b_oflags & (BO_DONE | BO_DELWRI)) == 0) {
		buf_startread(bp, 0);
		error = biowait(bp);
		if (error != 0) {
			brelse(bp, BC_INVAL);
			return error;
		}
		buf_uncut(bp, size);
	}
	*bpp = bp;
	return 0;
}

/* Can the next bytes go straight from the device to where the reader wants them? */
static bool
spec_can_direct(const struct vnode *vp, const struct uio *uio)
{
	return uio_is_local(uio) && (uio->uio_offset & (DEV_BSIZE - 1)) == 0 &&
	    uio->uio_iov->iov_len >= SPEC_DIRECT && uio->uio_resid >= SPEC_DIRECT &&
	    LIST_EMPTY(&vp->v_dirtyblkhd);
}

/* One transfer into the uio's first piece; *endp: the device ended. */
static int
spec_read_direct(struct vnode *vp, struct uio *uio, bool *endp)
{
	const size_t len = MIN(MIN(uio->uio_iov->iov_len, uio->uio_resid), (size_t)MAXPHYS);
	struct buf buf, *const bp = &buf;
	int error;

	rump_iobuf_init(bp, vp);
	bp->b_flags = B_READ | B_PHYS;
	bp->b_blkno = btodb(uio->uio_offset);
	bp->b_bcount = bp->b_bufsize = (int)rounddown2(len, DEV_BSIZE);
	bp->b_data = uio->uio_iov->iov_base;
	VOP_STRATEGY(vp, bp);
	error = biowait(bp);
	if (error == 0) {
		*endp = bp->b_resid != 0;
		uioskip((size_t)(bp->b_bcount - bp->b_resid), uio);
	}
	buf_destroy(bp);
	return error;
}

/* The block that the uio is in, and how many of its bytes from there the device has. */
static int
spec_getblock(struct vnode *vp, const struct uio *uio, struct buf **bpp, size_t *onp, size_t *np)
{
	const size_t on = (size_t)(uio->uio_offset & (SPEC_IOSIZE - 1));
	size_t have;
	int error;

	error = rump_bread_short(vp, btodb(uio->uio_offset - (off_t)on), SPEC_IOSIZE, bpp);
	if (error != 0)
		return error;
	have = (size_t)((*bpp)->b_bcount - (*bpp)->b_resid);
	*onp = on;
	*np = have > on ? MIN(have - on, uio->uio_resid) : 0;
	return 0;
}

static int
spec_read_block(struct vnode *vp, struct uio *uio, bool *endp)
{
	struct buf *bp;
	size_t on, n;
	int error;

	if (spec_can_direct(vp, uio))
		return spec_read_direct(vp, uio, endp);
	error = spec_getblock(vp, uio, &bp, &on, &n);
	if (error != 0)
		return error;
	*endp = n == 0;
	if (n != 0)
		error = uiomove((char *)bp->b_data + on, n, uio);
	brelse(bp, 0);
	return error;
}

static int
spec_write_block(struct vnode *vp, struct uio *uio)
{
	struct buf *bp;
	size_t on, n;
	int error;

	error = spec_getblock(vp, uio, &bp, &on, &n);
	if (error != 0)
		return error;
	if (n == 0) {
		brelse(bp, 0);
		return ENOSPC;
	}
	error = uiomove((char *)bp->b_data + on, n, uio);
	if (error != 0) {
		brelse(bp, BC_INVAL);
		return error;
	}
	bdwrite(bp);
	return 0;
}

int
spec_read(void *v)
{
	struct vop_read_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct uio *const uio = ap->a_uio;
	bool end = false;
	int error = 0;

	if (uio->uio_resid == 0)
		return 0;
	if (vp->v_type == VCHR) {
		VOP_UNLOCK(vp);
		error = cdev_read(spec_vdev(vp), uio, ap->a_ioflag);
		vn_lock(vp, LK_SHARED | LK_RETRY);
		return error;
	}
	if (uio->uio_offset < 0)
		return EINVAL;
	while (error == 0 && !end && uio->uio_resid > 0)
		error = spec_read_block(vp, uio, &end);
	return error;
}

int
spec_write(void *v)
{
	struct vop_write_args *const ap = v;
	struct vnode *const vp = ap->a_vp;
	struct uio *const uio = ap->a_uio;
	int error = 0;

	if (vp->v_type == VCHR) {
		VOP_UNLOCK(vp);
		error = cdev_write(spec_vdev(vp), uio, ap->a_ioflag);
		vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
		return error;
	}
	if (uio->uio_offset < 0)
		return EINVAL;
	while (error == 0 && uio->uio_resid > 0)
		error = spec_write_block(vp, uio);
	if (error == 0 && (ap->a_ioflag & IO_SYNC) != 0)
		error = vflushbuf(vp, FSYNC_WAIT);
	return error;
}
