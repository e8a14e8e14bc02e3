/*
 * skel(4): a disk at /dev/skel0 and /dev/rskel0, whose medium is a megabyte of memory.
 *
 * Partitions, bounds, the queue and the counts are disk(9)'s and dksubr(9)'s.  What is this driver's own is
 * skel_diskstart(): replace it by what hands a transfer to the hardware, and call dk_done() and dk_start() when
 * that has answered, from a soft interrupt.
 *
 * Locks: none of its own.  Transfers of one sector at the same time leave either, as on any disk.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/bufq.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/systm.h>

#include <dev/dkvar.h>

#define SKEL_SIZE (1024 * 1024) /* bytes */

static struct skel_softc {
	struct dk_softc sc_dksc;
	uint8_t *sc_medium; /* SKEL_SIZE bytes */
} skel0;

/* Take a transfer: 0, or EAGAIN when the hardware has enough to do.  b_rawblkno counts DEV_BSIZE. */
static int
skel_diskstart(device_t dev, struct buf *bp)
{
	struct skel_softc *const sc = &skel0;
	uint8_t *const p = sc->sc_medium + bp->b_rawblkno * DEV_BSIZE;

	if (bp->b_flags & B_READ)
		memcpy(bp->b_data, p, bp->b_bcount);
	else
		memcpy(p, bp->b_data, bp->b_bcount);
	bp->b_resid = 0;
	dk_done(&sc->sc_dksc, bp);
	return 0;
}

static void
skel_strategy(struct buf *bp)
{
	dk_strategy(&skel0.sc_dksc, bp);
}

static const struct dkdriver skel_dkdriver = {
	.d_strategy = skel_strategy,
	.d_minphys = minphys,
	.d_diskstart = skel_diskstart,
};

static int
skel_open(dev_t dev, int flags, int fmt, struct lwp *l)
{
	if (DISKUNIT(dev) != 0)
		return ENXIO;
	return dk_open(&skel0.sc_dksc, dev, flags, fmt, l);
}

static int
skel_close(dev_t dev, int flags, int fmt, struct lwp *l)
{
	return dk_close(&skel0.sc_dksc, dev, flags, fmt, l);
}

static int
skel_read(dev_t dev, struct uio *uio, int flags)
{
	return physio(skel_strategy, NULL, dev, B_READ, minphys, uio);
}

static int
skel_write(dev_t dev, struct uio *uio, int flags)
{
	return physio(skel_strategy, NULL, dev, B_WRITE, minphys, uio);
}

static int
skel_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	switch (cmd) {
	case DIOCCACHESYNC: /* nothing is kept anywhere else */
		return 0;
	default:
		return dk_ioctl(&skel0.sc_dksc, dev, cmd, data, flag, l);
	}
}

static int
skel_size(dev_t dev)
{
	return dk_size(&skel0.sc_dksc, dev);
}

static const struct bdevsw skel_bdevsw = {
	.d_open = skel_open,
	.d_close = skel_close,
	.d_strategy = skel_strategy,
	.d_ioctl = skel_ioctl,
	.d_dump = nodump,
	.d_psize = skel_size,
	.d_flag = D_DISK | D_MPSAFE,
};

static const struct cdevsw skel_cdevsw = {
	.d_open = skel_open,
	.d_close = skel_close,
	.d_read = skel_read,
	.d_write = skel_write,
	.d_ioctl = skel_ioctl,
	.d_poll = nopoll,
	.d_flag = D_DISK | D_MPSAFE,
};

static void
skel_free(struct skel_softc *sc)
{
	bufq_free(sc->sc_dksc.sc_bufq);
	disk_destroy(&sc->sc_dksc.sc_dkdev);
	kmem_free(sc->sc_medium, SKEL_SIZE);
}

static int
skel_attach(void)
{
	struct skel_softc *const sc = &skel0;
	struct dk_softc *const dksc = &sc->sc_dksc;
	struct disk *const dk = &dksc->sc_dkdev;
	devmajor_t bmajor = NODEVMAJOR, cmajor = NODEVMAJOR;
	int error;

	memset(sc, 0, sizeof(*sc));
	sc->sc_medium = kmem_zalloc(SKEL_SIZE, KM_SLEEP);
	strlcpy(dksc->sc_xname, "skel0", sizeof(dksc->sc_xname));
	dk_init(dksc, NULL, DKTYPE_UNKNOWN);
	disk_init(dk, dksc->sc_xname, &skel_dkdriver);
	(void)bufq_alloc(&dksc->sc_bufq, "disksort", BUFQ_SORT_RAWBLOCK);
	dk->dk_geom.dg_secsize = DEV_BSIZE;
	dk->dk_geom.dg_secperunit = SKEL_SIZE / DEV_BSIZE;
	disk_set_info(NULL, dk, NULL);
	error = devsw_attach("skel", &skel_bdevsw, &bmajor, &skel_cdevsw, &cmajor);
	if (error != 0) {
		skel_free(sc);
		return error;
	}
	dk_attach(dksc);
	disk_attach(dk);
	return 0;
}

static int
skel_detach(void)
{
	struct skel_softc *const sc = &skel0;
	int error;

	/* cold: the kernel halts, and does not ask. */
	error = disk_begindetach(&sc->sc_dksc.sc_dkdev, NULL, NULL, cold ? DETACH_FORCE : 0);
	if (error != 0)
		return error;
	dk_drain(&sc->sc_dksc);
	disk_detach(&sc->sc_dksc.sc_dkdev);
	devsw_detach(&skel_bdevsw, &skel_cdevsw);
	dk_detach(&sc->sc_dksc);
	skel_free(sc);
	return 0;
}

MODULE(MODULE_CLASS_DRIVER, skel, "disk");

static int
skel_modcmd(modcmd_t cmd, void *arg)
{
	switch (cmd) {
	case MODULE_CMD_INIT:
		return skel_attach();
	case MODULE_CMD_FINI:
		return skel_detach();
	default:
		return ENOTTY;
	}
}
