/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * ramdisk(4): one disk of a megabyte, kept in memory.
 *
 * Lock order: rd_lock is a leaf; it guards the statistics.  Bytes are not guarded: as on any disk, two transfers
 * of the same sector at the same time leave either.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/mutex.h>
#include <sys/stat.h>
#include <sys/systm.h>

#define RD_SIZE	   (1024 * 1024) /* bytes */
#define RD_SECSIZE 512

/* Locks: (i) immutable after init, (o) rd_dkdev.dk_openlock. */
static struct ramdisk_softc {
	struct disk rd_dkdev;
	kmutex_t rd_lock; /* (i) */
	char *rd_mem;	  /* (i) RD_SIZE bytes */
} ramdisk0;

MODULE(MODULE_CLASS_DRIVER, ramdisk, "disk");

static void
ramdisk_strategy(struct buf *bp)
{
	struct ramdisk_softc *const rd = &ramdisk0;
	const bool reading = (bp->b_flags & B_READ) != 0;

	if (bp->b_bcount % RD_SECSIZE != 0) {
		bp->b_error = EINVAL;
		bp->b_resid = bp->b_bcount;
	} else if (bounds_check_with_mediasize(bp, RD_SECSIZE, RD_SIZE / RD_SECSIZE) > 0) {
		char *const p = rd->rd_mem + dbtob(bp->b_blkno);

		mutex_enter(&rd->rd_lock);
		disk_busy(&rd->rd_dkdev);
		mutex_exit(&rd->rd_lock);
		if (reading)
			memcpy(bp->b_data, p, bp->b_bcount);
		else
			memcpy(p, bp->b_data, bp->b_bcount);
		bp->b_resid = 0;
		mutex_enter(&rd->rd_lock);
		disk_unbusy(&rd->rd_dkdev, bp->b_bcount, reading);
		mutex_exit(&rd->rd_lock);
	}
	biodone(bp);
}

static const struct dkdriver ramdisk_dkdriver = {
	.d_strategy = ramdisk_strategy,
	.d_minphys = minphys,
};

/* disk(9) wants to know whether anybody has the unit open. */
static int
ramdisk_open(dev_t dev, int flags, int fmt, struct lwp *l)
{
	struct disk *const dk = &ramdisk0.rd_dkdev;

	if (DISKUNIT(dev) != 0 || DISKPART(dev) != RAW_PART)
		return ENXIO;
	mutex_enter(&dk->dk_openlock);
	if (fmt == S_IFCHR)
		dk->dk_copenmask |= 1U << RAW_PART;
	else
		dk->dk_bopenmask |= 1U << RAW_PART;
	dk->dk_openmask = dk->dk_copenmask | dk->dk_bopenmask;
	mutex_exit(&dk->dk_openlock);
	return 0;
}

static int
ramdisk_close(dev_t dev, int flags, int fmt, struct lwp *l)
{
	struct disk *const dk = &ramdisk0.rd_dkdev;

	mutex_enter(&dk->dk_openlock);
	if (fmt == S_IFCHR)
		dk->dk_copenmask &= ~(1U << RAW_PART);
	else
		dk->dk_bopenmask &= ~(1U << RAW_PART);
	dk->dk_openmask = dk->dk_copenmask | dk->dk_bopenmask;
	mutex_exit(&dk->dk_openlock);
	return 0;
}

static int
ramdisk_read(dev_t dev, struct uio *uio, int flags)
{
	return physio(ramdisk_strategy, NULL, dev, B_READ, minphys, uio);
}

static int
ramdisk_write(dev_t dev, struct uio *uio, int flags)
{
	return physio(ramdisk_strategy, NULL, dev, B_WRITE, minphys, uio);
}

static int
ramdisk_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	int error;

	error = disk_ioctl(&ramdisk0.rd_dkdev, dev, cmd, data, flag, l);
	if (error != EPASSTHROUGH)
		return error;
	switch (cmd) {
	case DIOCCACHESYNC: /* nothing is kept anywhere else */
		return 0;
	default:
		return ENOTTY;
	}
}

static int
ramdisk_size(dev_t dev)
{
	return RD_SIZE / DEV_BSIZE;
}

static const struct bdevsw ramdisk_bdevsw = {
	.d_open = ramdisk_open,
	.d_close = ramdisk_close,
	.d_strategy = ramdisk_strategy,
	.d_ioctl = ramdisk_ioctl,
	.d_dump = nodump,
	.d_psize = ramdisk_size,
	.d_flag = D_DISK | D_MPSAFE,
};

static const struct cdevsw ramdisk_cdevsw = {
	.d_open = ramdisk_open,
	.d_close = ramdisk_close,
	.d_read = ramdisk_read,
	.d_write = ramdisk_write,
	.d_ioctl = ramdisk_ioctl,
	.d_poll = nopoll,
	.d_flag = D_DISK | D_MPSAFE,
};

static int
ramdisk_attach(void)
{
	struct ramdisk_softc *const rd = &ramdisk0;
	devmajor_t bmajor = NODEVMAJOR, cmajor = NODEVMAJOR;
	int error;

	memset(rd, 0, sizeof(*rd));
	rd->rd_mem = kmem_zalloc(RD_SIZE, KM_SLEEP);
	mutex_init(&rd->rd_lock, MUTEX_DEFAULT, IPL_NONE);
	disk_init(&rd->rd_dkdev, "ramdisk0", &ramdisk_dkdriver);
	rd->rd_dkdev.dk_geom.dg_secsize = RD_SECSIZE;
	rd->rd_dkdev.dk_geom.dg_secperunit = RD_SIZE / RD_SECSIZE;
	disk_set_info(NULL, &rd->rd_dkdev, NULL);
	error = devsw_attach("ramdisk", &ramdisk_bdevsw, &bmajor, &ramdisk_cdevsw, &cmajor);
	if (error == 0) {
		disk_attach(&rd->rd_dkdev);
		return 0;
	}
	disk_destroy(&rd->rd_dkdev);
	mutex_destroy(&rd->rd_lock);
	kmem_free(rd->rd_mem, RD_SIZE);
	return error;
}

static int
ramdisk_detach(void)
{
	struct ramdisk_softc *const rd = &ramdisk0;
	int error;

	error = disk_begindetach(&rd->rd_dkdev, NULL, NULL, 0);
	if (error != 0 && !cold) /* cold: the kernel halts, and does not ask */
		return error;
	disk_detach(&rd->rd_dkdev);
	devsw_detach(&ramdisk_bdevsw, &ramdisk_cdevsw);
	disk_destroy(&rd->rd_dkdev);
	mutex_destroy(&rd->rd_lock);
	kmem_free(rd->rd_mem, RD_SIZE);
	return 0;
}

static int
ramdisk_modcmd(modcmd_t cmd, void *arg)
{
	switch (cmd) {
	case MODULE_CMD_INIT:
		return ramdisk_attach();
	case MODULE_CMD_FINI:
		return ramdisk_detach();
	default:
		return ENOTTY;
	}
}
