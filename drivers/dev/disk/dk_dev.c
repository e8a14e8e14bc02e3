/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* dk(4): the device of a wedge.  A transfer becomes one of the parent's, elsewhere. */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/disk.h>
#include <sys/fcntl.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/uio.h>

#include "dk_var.h"

devmajor_t dk_bmajor, dk_cmajor;

/* ---- Opening ---- */

static int
dkopen(dev_t dev, int flags, int fmt, struct lwp *l)
{
	struct dkwedge_softc *const sc = dk_hold(dev);
	const u_int bit = fmt == S_IFBLK ? DKW_BOPEN : DKW_COPEN;
	bool had = false;
	int error;

	if (sc == NULL)
		return ENXIO;
	error = dk_raw_open(sc->sc_parent, flags);
	if (error == 0) {
		mutex_enter(&sc->sc_parent->dk_openlock);
		had = sc->sc_openmask != 0;
		if (sc->sc_state == DKW_DYING)
			error = ENXIO;
		else
			sc->sc_openmask |= bit;
		mutex_exit(&sc->sc_parent->dk_openlock);
		if (error != 0 || had) /* the first open of a wedge keeps the parent open */
			dk_raw_close(sc->sc_parent);
	}
	dk_rele(sc);
	return error;
}

static int
dkclose(dev_t dev, int flags, int fmt, struct lwp *l)
{
	struct dkwedge_softc *const sc = dk_hold(dev);
	const u_int bit = fmt == S_IFBLK ? DKW_BOPEN : DKW_COPEN;
	bool last;

	if (sc == NULL)
		return ENXIO;
	mutex_enter(&sc->sc_parent->dk_openlock);
	last = sc->sc_openmask == bit;
	sc->sc_openmask &= ~bit;
	mutex_exit(&sc->sc_parent->dk_openlock);
	if (last)
		dk_raw_close(sc->sc_parent);
	dk_rele(sc);
	return 0;
}

/* ---- Transfers ---- */

static void
transfer_end(struct buf *bp, int error, int done)
{
	bp->b_error = error;
	bp->b_resid = error != 0 ? bp->b_bcount : bp->b_bcount - done;
	biodone(bp);
}

/* The parent's transfer has ended. */
static void
dkiodone(struct buf *nbp)
{
	struct dkwedge_softc *const sc = nbp->b_saveaddr;
	struct buf *const bp = nbp->b_private;
	const int error = nbp->b_error, done = nbp->b_bcount - nbp->b_resid;

	putiobuf(nbp);
	transfer_end(bp, error, done);
	dk_rele(sc);
}

/* Where bp lies in the wedge: *lenp bytes that are there, 0 at the end. */
static int
transfer_range(const struct dkwedge_softc *sc, const struct buf *bp, int *lenp)
{
	const uint64_t off = (uint64_t)bp->b_blkno << DEV_BSHIFT;

	if (__predict_false(bp->b_blkno < 0 || bp->b_blkno > INT64_MAX >> DEV_BSHIFT))
		return EINVAL;
	*lenp = off < sc->sc_bytes ? (int)MIN((uint64_t)bp->b_bcount, sc->sc_bytes - off) : 0;
	return *lenp == 0 && bp->b_bcount != 0 && (bp->b_flags & B_READ) == 0 ? ENOSPC : 0;
}

static void
dkstrategy(struct buf *bp)
{
	struct dkwedge_softc *const sc = dk_hold(bp->b_dev);
	struct buf *nbp;
	int error, len = 0;

	if (__predict_false(sc == NULL)) {
		transfer_end(bp, ENXIO, 0);
		return;
	}
	if (__predict_false(atomic_load_relaxed(&sc->sc_state) == DKW_DYING))
		error = ENXIO;
	else
		error = transfer_range(sc, bp, &len);
	if (__predict_false(error != 0 || len == 0)) {
		transfer_end(bp, error, 0);
		dk_rele(sc);
		return;
	}
	nbp = getiobuf(NULL, true);
	nbp->b_objlock = bp->b_objlock;
	nbp->b_flags =
	    bp->b_flags & (B_READ | B_ASYNC | B_PHYS | B_RAW | B_MEDIA_FUA | B_MEDIA_DPO);
	nbp->b_iodone = dkiodone;
	nbp->b_private = bp;
	nbp->b_saveaddr = sc;
	nbp->b_dev = sc->sc_pdev;
	nbp->b_data = bp->b_data;
	nbp->b_bcount = nbp->b_bufsize = len;
	nbp->b_blkno = nbp->b_rawblkno = bp->b_blkno + sc->sc_blkoff;
	nbp->b_proc = bp->b_proc;
	BIO_COPYPRIO(nbp, bp);
	bdev_strategy(nbp);
}

static void
dkminphys(struct buf *bp)
{
	struct dkwedge_softc *const sc = dk_hold(bp->b_dev);
	const dev_t dev = bp->b_dev;

	if (sc == NULL || sc->sc_parent->dk_driver == NULL ||
	    sc->sc_parent->dk_driver->d_minphys == NULL) {
		minphys(bp);
	} else {
		bp->b_dev = sc->sc_pdev;
		(*sc->sc_parent->dk_driver->d_minphys)(bp);
		bp->b_dev = dev;
	}
	if (sc != NULL)
		dk_rele(sc);
}

static int
dkread(dev_t dev, struct uio *uio, int flags)
{
	return physio(dkstrategy, NULL, dev, B_READ, dkminphys, uio);
}

static int
dkwrite(dev_t dev, struct uio *uio, int flags)
{
	return physio(dkstrategy, NULL, dev, B_WRITE, dkminphys, uio);
}

/* ---- The rest ---- */

/* A wedge that is there and not on its way out. */
static struct dkwedge_softc *
hold_running(dev_t dev)
{
	struct dkwedge_softc *const sc = dk_hold(dev);

	if (sc == NULL || atomic_load_relaxed(&sc->sc_state) != DKW_DYING)
		return sc;
	dk_rele(sc);
	return NULL;
}

static int
dkioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct dkwedge_softc *const sc = hold_running(dev);
	int error;

	if (sc == NULL)
		return ENXIO;
	error = dk_dev_ioctl(sc, cmd, data, flag, l);
	dk_rele(sc);
	return error;
}

static int
dksize(dev_t dev)
{
	struct dkwedge_softc *const sc = hold_running(dev);
	int blocks;

	if (sc == NULL)
		return -1;
	blocks = (int)MIN(btodb(sc->sc_bytes), (uint64_t)INT_MAX);
	dk_rele(sc);
	return blocks;
}

static int
dkdiscard(dev_t dev, off_t pos, off_t len)
{
	struct dkwedge_softc *const sc = hold_running(dev);
	int error = EINVAL;

	if (sc == NULL)
		return ENXIO;
	if (pos >= 0 && len >= 0 && (uint64_t)pos <= sc->sc_bytes &&
	    (uint64_t)len <= sc->sc_bytes - (uint64_t)pos)
		error = bdev_discard(sc->sc_pdev, pos + (off_t)dbtob(sc->sc_blkoff), len);
	dk_rele(sc);
	return error;
}

static const struct bdevsw dk_bdevsw = {
	.d_open = dkopen,
	.d_close = dkclose,
	.d_strategy = dkstrategy,
	.d_ioctl = dkioctl,
	.d_dump = nodump,
	.d_psize = dksize,
	.d_discard = dkdiscard,
	.d_flag = D_DISK | D_MPSAFE,
};

static const struct cdevsw dk_cdevsw = {
	.d_open = dkopen,
	.d_close = dkclose,
	.d_read = dkread,
	.d_write = dkwrite,
	.d_ioctl = dkioctl,
	.d_poll = nopoll,
	.d_kqfilter = nokqfilter,
	.d_discard = dkdiscard,
	.d_flag = D_DISK | D_MPSAFE,
};

int
dk_dev_attach(void)
{
	dk_bmajor = dk_cmajor = NODEVMAJOR;
	return devsw_attach("dk", &dk_bdevsw, &dk_bmajor, &dk_cdevsw, &dk_cmajor);
}

void
dk_dev_detach(void)
{
	devsw_detach(&dk_bdevsw, &dk_cdevsw);
}
