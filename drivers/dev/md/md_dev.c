/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* md(4)'s entry points.  The character device moves bytes between the caller and the disk's memory directly. */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/disk.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/uio.h>

#include <dev/md.h>

#include "md_var.h"

devmajor_t md_bmajor, md_cmajor;

static int
mdopen(dev_t dev, int flags, int fmt, struct lwp *l)
{
	return md_opened(dev, fmt == S_IFBLK ? MD_BOPEN : MD_COPEN);
}

static int
mdclose(dev_t dev, int flags, int fmt, struct lwp *l)
{
	md_closed(dev, fmt == S_IFBLK ? MD_BOPEN : MD_COPEN);
	return 0;
}

/* Sectors only, as for any disk; the end cuts. */
static int
mdrdwr(dev_t dev, struct uio *uio, int ioflag)
{
	struct md_softc *const sc = md_unit(dev);
	const struct md_mem *const mm = sc != NULL ? atomic_load_consume(&sc->sc_mem) : NULL;
	const size_t size = mm != NULL ? mm->mm_size : 0;
	int error = 0;
	size_t n;

	if (sc == NULL)
		return ENXIO;
	if (uio->uio_offset < 0 || ((size_t)uio->uio_offset | uio->uio_resid) % MD_SECSIZE != 0)
		return EINVAL;
	if ((size_t)uio->uio_offset >= size) { /* as bounds_check_with_mediasize() has it */
		if (uio->uio_rw == UIO_READ || uio->uio_resid == 0)
			return 0;
		return (size_t)uio->uio_offset == size ? ENOSPC : EINVAL;
	}
	while (error == 0 && uio->uio_resid > 0 && (size_t)uio->uio_offset < size) {
		const size_t left = size - (size_t)uio->uio_offset;
		char *const p =
		    md_mem_at(mm, (uint64_t)uio->uio_offset, MIN(uio->uio_resid, left), &n);

		error = uiomove(p, n, uio);
	}
	return error;
}

/* The bytes of bp that lie on the disk. */
static void
transfer(const struct md_mem *mm, struct buf *bp)
{
	const bool reading = (bp->b_flags & B_READ) != 0;
	uint64_t off = (uint64_t)bp->b_blkno << DEV_BSHIFT;
	char *data = bp->b_data;
	size_t left = (size_t)bp->b_bcount, n;

	for (; left > 0; left -= n, off += n, data += n) {
		char *const p = md_mem_at(mm, off, left, &n);

		if (reading)
			memcpy(data, p, n);
		else
			memcpy(p, data, n);
	}
	bp->b_resid = 0;
}

static void
mdstrategy(struct buf *bp)
{
	struct md_softc *const sc = md_unit(bp->b_dev);
	const struct md_mem *const mm = sc != NULL ? atomic_load_consume(&sc->sc_mem) : NULL;

	if (sc == NULL) {
		bp->b_error = ENXIO;
		bp->b_resid = bp->b_bcount;
	} else if ((bp->b_bcount & (MD_SECSIZE - 1)) != 0) {
		bp->b_error = EINVAL;
		bp->b_resid = bp->b_bcount;
	} else if (bounds_check_with_mediasize(
		       bp, MD_SECSIZE, mm != NULL ? mm->mm_size / MD_SECSIZE : 0) > 0) {
		mutex_enter(&sc->sc_statlock);
		disk_busy(&sc->sc_dkdev);
		mutex_exit(&sc->sc_statlock);
		transfer(mm, bp);
		mutex_enter(&sc->sc_statlock);
		disk_unbusy(&sc->sc_dkdev, bp->b_bcount, (bp->b_flags & B_READ) != 0);
		mutex_exit(&sc->sc_statlock);
	}
	biodone(bp);
}

static int
mdsize(dev_t dev)
{
	struct md_softc *const sc = md_unit(dev);
	const struct md_mem *const mm = sc != NULL ? atomic_load_consume(&sc->sc_mem) : NULL;

	if (sc == NULL)
		return -1;
	return mm == NULL ? 0 : (int)MIN(btodb((uint64_t)mm->mm_size), (uint64_t)INT_MAX);
}

static int
mdioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct md_softc *const sc = md_unit(dev);
	int error;

	if (sc == NULL)
		return ENXIO;
	error = disk_ioctl(&sc->sc_dkdev, dev, cmd, data, flag, l);
	if (error != EPASSTHROUGH)
		return error;
	switch (cmd) {
	case MD_GETCONF:
		md_getconf(sc, data);
		return 0;
	case MD_SETCONF:
		return (flag & FWRITE) == 0 ? EBADF : md_setconf(sc, data);
	case DIOCCACHESYNC: /* memory is all that there is */
		return 0;
	default:
		return ENOTTY;
	}
}

static const struct bdevsw md_bdevsw = {
	.d_open = mdopen,
	.d_close = mdclose,
	.d_strategy = mdstrategy,
	.d_ioctl = mdioctl,
	.d_dump = nodump,
	.d_psize = mdsize,
	.d_flag = D_DISK | D_MPSAFE,
};

static const struct cdevsw md_cdevsw = {
	.d_open = mdopen,
	.d_close = mdclose,
	.d_read = mdrdwr,
	.d_write = mdrdwr,
	.d_ioctl = mdioctl,
	.d_poll = nopoll,
	.d_kqfilter = nokqfilter,
	.d_flag = D_DISK | D_MPSAFE,
};

int
md_dev_attach(void)
{
	md_bmajor = md_cmajor = NODEVMAJOR;
	return devsw_attach("md", &md_bdevsw, &md_bmajor, &md_cdevsw, &md_cmajor);
}

void
md_dev_detach(void)
{
	devsw_detach(&md_bdevsw, &md_cdevsw);
}
