/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Transfers made of transfers: nested buffers, and raw I/O between a device and a process.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/systm.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include "rump_buf.h"
#include "rump_bio.h"

/* ---- Nested ---- */

void
nestiobuf_setup(struct buf *mbp, struct buf *bp, int offset, size_t size)
{
	struct vnode *const vp = mbp->b_vp;

	KASSERT(offset >= 0 && (size_t)mbp->b_bcount >= (size_t)offset + size);
	bp->b_vp = vp;
	bp->b_dev = mbp->b_dev;
	bp->b_objlock = mbp->b_objlock;
	bp->b_cflags = BC_BUSY;
	bp->b_flags = B_ASYNC | (mbp->b_flags & (B_READ | B_MEDIA_FUA | B_MEDIA_DPO));
	bp->b_iodone = nestiobuf_iodone;
	bp->b_data = (char *)mbp->b_data + offset;
	bp->b_resid = bp->b_bcount = (int)size;
	bp->b_bufsize = bp->b_bcount;
	bp->b_private = mbp;
	BIO_COPYPRIO(bp, mbp);
	if ((bp->b_flags & B_READ) == 0 && vp != NULL) {
		mutex_enter(vp->v_interlock);
		vp->v_numoutput++;
		mutex_exit(vp->v_interlock);
	}
}

void
nestiobuf_done(struct buf *mbp, int donebytes, int error)
{
	bool last;

	if (donebytes == 0)
		return;
	mutex_enter(mbp->b_objlock);
	KASSERT(mbp->b_resid >= donebytes);
	mbp->b_resid -= donebytes;
	if (error != 0 && mbp->b_error == 0)
		mbp->b_error = error;
	last = mbp->b_resid == 0;
	if (last && mbp->b_error != 0)
		mbp->b_resid = mbp->b_bcount;
	mutex_exit(mbp->b_objlock);
	if (last)
		biodone(mbp);
}

void
nestiobuf_iodone(struct buf *bp)
{
	struct buf *const mbp = bp->b_private;
	const int donebytes = bp->b_bcount;
	int error = bp->b_error;

	if (error == 0 && bp->b_resid != 0)
		error = EIO;
	putiobuf(bp);
	nestiobuf_done(mbp, donebytes, error);
}

/* ---- Raw ---- */

void
minphys(struct buf *bp)
{
	if (bp->b_bcount > MAXPHYS)
		bp->b_bcount = MAXPHYS;
}

/* One transfer of at most the uio's first piece; *donep is what was moved. */
static int
physio_one(void (*strategy)(struct buf *), struct buf *bp, dev_t dev, int flags,
    void (*min_phys)(struct buf *), struct uio *uio, void *bounce, size_t *donep)
{
	const bool reading = (flags & B_READ) != 0;
	int error = 0;

	rump_iobuf_init(bp, NULL);
	bp->b_flags = B_PHYS | B_RAW | (u_int)flags;
	bp->b_dev = dev;
	bp->b_proc = curproc;
	bp->b_blkno = btodb(uio->uio_offset);
	bp->b_bcount = (int)MIN(uio->uio_resid, (size_t)MAXPHYS);
	(*min_phys)(bp);
	bp->b_bufsize = bp->b_bcount;
	bp->b_data = bounce;
	if (!reading)
		error = uiopeek(bounce, (size_t)bp->b_bcount, uio);
	if (error == 0) {
		(*strategy)(bp);
		error = biowait(bp);
	}
	*donep = error == 0 ? (size_t)(bp->b_bcount - bp->b_resid) : 0;
	if (error == 0 && reading)
		error = uiomove(bounce, *donep, uio);
	else if (error == 0)
		uioskip(*donep, uio);
	if (error == 0 && bp->b_resid != 0)
		error = EPASSTHROUGH; /* the end of the device */
	buf_destroy(bp);
	return error;
}

int
physio(void (*strategy)(struct buf *), struct buf *obp, dev_t dev, int flags,
    void (*min_phys)(struct buf *), struct uio *uio)
{
	const size_t size = MIN(round_page(uio->uio_resid), (size_t)MAXPHYS);
	struct buf *bp = obp;
	void *bounce;
	size_t done;
	int error = 0;

	if (uio->uio_offset < 0 || (uio->uio_offset & (DEV_BSIZE - 1)) != 0 ||
	    (uio->uio_resid & (DEV_BSIZE - 1)) != 0)
		return EINVAL;
	if (uio->uio_resid == 0)
		return 0;
	bounce = kmem_alloc(size, KM_SLEEP);
	if (obp == NULL)
		bp = kmem_alloc(sizeof(*bp), KM_SLEEP);
	while (error == 0 && uio->uio_resid > 0)
		error = physio_one(strategy, bp, dev, flags, min_phys, uio, bounce, &done);
	if (obp == NULL)
		kmem_free(bp, sizeof(*bp));
	kmem_free(bounce, size);
	return error == EPASSTHROUGH ? 0 : error;
}
