/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * dksubr's transfers.  One thread at a time offers transfers to the device; the others leave theirs in the queue:
 *
 *	strategy --bounds--> queue --dk_start()--> d_diskstart() --driver--> dk_done()
 *	                       ^--EAGAIN: sc_deferred, first in line--'
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/bufq.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/errno.h>
#include <sys/systm.h>

#include <dev/dkvar.h>

static void
end(struct buf *bp, int error)
{
	bp->b_error = error;
	bp->b_resid = bp->b_bcount;
	biodone(bp);
}

/* Does bp lie on the medium?  Sets b_rawblkno; false: bp was ended. */
static bool
translate(struct dk_softc *dksc, struct buf *bp)
{
	struct disk *const dk = &dksc->sc_dkdev;
	const uint32_t mask = dk->dk_geom.dg_secsize - 1;
	const int part = DISKPART(bp->b_dev);
	daddr_t start = 0;
	int go;

	if (!DK_ATTACHED(dksc)) {
		end(bp, ENXIO);
		return false;
	}
	if (bp->b_blkno < 0 || bp->b_bcount < 0 || ((uint32_t)bp->b_bcount & mask) != 0 ||
	    (((uint64_t)bp->b_blkno << DEV_BSHIFT) & mask) != 0) {
		end(bp, EINVAL);
		return false;
	}
	if (bp->b_bcount == 0) {
		end(bp, 0);
		return false;
	}
	if (part == RAW_PART) {
		go = bounds_check_with_mediasize(
		    bp, (int)dk->dk_geom.dg_secsize, (uint64_t)dk->dk_geom.dg_secperunit);
	} else {
		go = bounds_check_with_label(dk, bp, 0);
		if (go > 0)
			start = (daddr_t)dk->dk_label->d_partitions[part].p_offset
			    << dk->dk_blkshift;
	}
	if (go <= 0) {
		biodone(bp);
		return false;
	}
	bp->b_rawblkno = bp->b_blkno + start;
	return true;
}

int
dk_strategy_defer(struct dk_softc *dksc, struct buf *bp)
{
	bool dying;

	if (!translate(dksc, bp))
		return 0;
	mutex_enter(&dksc->sc_iolock);
	dying = dksc->sc_dying;
	if (!dying) {
		disk_wait(&dksc->sc_dkdev);
		bufq_put(dksc->sc_bufq, bp);
	}
	mutex_exit(&dksc->sc_iolock);
	if (dying)
		end(bp, ENXIO);
	return !dying;
}

int
dk_strategy_pending(struct dk_softc *dksc)
{
	bool busy;

	mutex_enter(&dksc->sc_iolock);
	busy = dksc->sc_busy;
	mutex_exit(&dksc->sc_iolock);
	return busy ? 0 : 1;
}

void
dk_strategy(struct dk_softc *dksc, struct buf *bp)
{
	if (dk_strategy_defer(dksc, bp) != 0)
		dk_start(dksc, NULL);
}

/* The next to be offered.  locks: sc_iolock. */
static struct buf *
next(struct dk_softc *dksc)
{
	struct buf *bp = dksc->sc_deferred;

	if (bp != NULL) {
		dksc->sc_deferred = NULL;
		return bp;
	}
	bp = bufq_get(dksc->sc_bufq);
	if (bp != NULL)
		disk_busy(&dksc->sc_dkdev);
	return bp;
}

void
dk_start(struct dk_softc *dksc, struct buf *bp)
{
	struct disk *const dk = &dksc->sc_dkdev;
	int error;

	mutex_enter(&dksc->sc_iolock);
	if (bp != NULL) {
		disk_wait(dk);
		bufq_put(dksc->sc_bufq, bp);
	}
	if (dksc->sc_busy) { /* whoever it is goes on until nothing is left */
		mutex_exit(&dksc->sc_iolock);
		return;
	}
	dksc->sc_busy = true;
	while ((bp = next(dksc)) != NULL) {
		mutex_exit(&dksc->sc_iolock);
		error = (*dk->dk_driver->d_diskstart)(dksc->sc_dev, bp);
		mutex_enter(&dksc->sc_iolock);
		if (error == EAGAIN) {
			dksc->sc_deferred = bp;
			break;
		}
		if (error != 0) {
			mutex_exit(&dksc->sc_iolock);
			bp->b_error = error;
			bp->b_resid = bp->b_bcount;
			dk_done(dksc, bp);
			mutex_enter(&dksc->sc_iolock);
		}
	}
	dksc->sc_busy = false;
	mutex_exit(&dksc->sc_iolock);
}

void
dk_done(struct dk_softc *dksc, struct buf *bp)
{
	if (bp->b_error != 0)
		printf("%s: error %d %s block %lld\n", dksc->sc_xname, bp->b_error,
		    (bp->b_flags & B_READ) ? "reading" : "writing", (long long)bp->b_rawblkno);
	mutex_enter(&dksc->sc_iolock);
	disk_unbusy(&dksc->sc_dkdev, bp->b_bcount - bp->b_resid, (bp->b_flags & B_READ) != 0);
	mutex_exit(&dksc->sc_iolock);
	biodone(bp);
}

int
dk_drain(struct dk_softc *dksc)
{
	struct buf *bp;

	mutex_enter(&dksc->sc_iolock);
	dksc->sc_dying = true;
	while ((bp = next(dksc)) != NULL) {
		disk_unbusy(&dksc->sc_dkdev, 0, (bp->b_flags & B_READ) != 0);
		mutex_exit(&dksc->sc_iolock);
		end(bp, ENXIO);
		mutex_enter(&dksc->sc_iolock);
	}
	mutex_exit(&dksc->sc_iolock);
	return 0;
}

int
dk_discard(struct dk_softc *dksc, dev_t dev, off_t pos, off_t len)
{
	const struct disk *const dk = &dksc->sc_dkdev;
	const int part = DISKPART(dev);
	uint64_t sectors, start = 0;
	off_t size;

	if (!DK_ATTACHED(dksc))
		return ENXIO;
	if (dk->dk_driver->d_discard == NULL)
		return ENODEV;
	if (part == RAW_PART) {
		sectors = (uint64_t)dk->dk_geom.dg_secperunit;
	} else if (part < dk->dk_label->d_npartitions) {
		sectors = dk->dk_label->d_partitions[part].p_size;
		start = dk->dk_label->d_partitions[part].p_offset;
	} else {
		return ENXIO;
	}
	size = (off_t)(sectors << dk->dk_byteshift);
	if (pos < 0 || len < 0 || pos > size || len > size - pos)
		return EINVAL;
	return (*dk->dk_driver->d_discard)(
	    dksc->sc_dev, pos + (off_t)(start << dk->dk_byteshift), len);
}
