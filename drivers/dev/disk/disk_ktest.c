/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Kernel side of disk_test.c: a disk as drivers are written that use dksubr, whose device can be told to take
 * its time; and functions of disk(9) by themselves.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/bufq.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/kmem.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <dev/dkvar.h>

#include "disk_ktest.h"

#define CHECK(e)                                                    \
	do {                                                        \
		if (!(e))                                           \
			return "line " ___STRING(__LINE__) ": " #e; \
	} while (0)

static struct {
	struct dk_softc dk;
	char *mem;
	kmutex_t lock; /* all below */
	unsigned slots, nheld, nstarted;
	struct buf *held[64];
	long long started[256];
} tdk;
static devmajor_t tdk_bmajor, tdk_cmajor;

static void
tdk_move(struct buf *bp)
{
	char *const p = tdk.mem + bp->b_rawblkno * DEV_BSIZE;

	if (bp->b_flags & B_READ)
		memcpy(bp->b_data, p, (size_t)bp->b_bcount);
	else
		memcpy(p, bp->b_data, (size_t)bp->b_bcount);
	bp->b_resid = 0;
}

static int
tdk_diskstart(device_t dev, struct buf *bp)
{
	mutex_enter(&tdk.lock);
	if (tdk.slots != 0 && tdk.nheld >= tdk.slots) {
		mutex_exit(&tdk.lock);
		return EAGAIN;
	}
	if (tdk.nstarted < __arraycount(tdk.started))
		tdk.started[tdk.nstarted++] = bp->b_rawblkno;
	if (tdk.slots != 0)
		tdk.held[tdk.nheld++] = bp;
	mutex_exit(&tdk.lock);
	if (tdk.slots == 0) {
		tdk_move(bp);
		dk_done(&tdk.dk, bp);
	}
	return 0;
}

static void
tdk_strategy(struct buf *bp)
{
	dk_strategy(&tdk.dk, bp);
}

static const struct dkdriver tdk_dkdriver = {
	.d_strategy = tdk_strategy,
	.d_minphys = minphys,
	.d_diskstart = tdk_diskstart,
};

static int
tdk_open(dev_t dev, int flags, int fmt, struct lwp *l)
{
	return DISKUNIT(dev) != 0 ? ENXIO : dk_open(&tdk.dk, dev, flags, fmt, l);
}

static int
tdk_close(dev_t dev, int flags, int fmt, struct lwp *l)
{
	return dk_close(&tdk.dk, dev, flags, fmt, l);
}

static int
tdk_read(dev_t dev, struct uio *uio, int flags)
{
	return physio(tdk_strategy, NULL, dev, B_READ, minphys, uio);
}

static int
tdk_write(dev_t dev, struct uio *uio, int flags)
{
	return physio(tdk_strategy, NULL, dev, B_WRITE, minphys, uio);
}

static int
tdk_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	return dk_ioctl(&tdk.dk, dev, cmd, data, flag, l);
}

static int
tdk_size(dev_t dev)
{
	return dk_size(&tdk.dk, dev);
}

static const struct bdevsw tdk_bdevsw = {
	.d_open = tdk_open,
	.d_close = tdk_close,
	.d_strategy = tdk_strategy,
	.d_ioctl = tdk_ioctl,
	.d_psize = tdk_size,
	.d_flag = D_DISK | D_MPSAFE,
};
static const struct cdevsw tdk_cdevsw = {
	.d_open = tdk_open,
	.d_close = tdk_close,
	.d_read = tdk_read,
	.d_write = tdk_write,
	.d_ioctl = tdk_ioctl,
	.d_flag = D_DISK | D_MPSAFE,
};

void
rump_test_disk_plug(void)
{
	struct disk *const dk = &tdk.dk.sc_dkdev;

	strlcpy(tdk.dk.sc_xname, "tdk0", sizeof(tdk.dk.sc_xname));
	dk_init(&tdk.dk, NULL, DKTYPE_UNKNOWN);
	disk_init(dk, tdk.dk.sc_xname, &tdk_dkdriver);
	(void)bufq_alloc(&tdk.dk.sc_bufq, "disksort", BUFQ_SORT_RAWBLOCK);
	dk->dk_geom.dg_secperunit = TDK_SECTORS;
	disk_set_info(NULL, dk, NULL);
	dk_attach(&tdk.dk);
	disk_attach(dk);
}

int
rump_test_disk_begin(void)
{
	memset(&tdk, 0, sizeof(tdk));
	tdk.mem = kmem_zalloc(TDK_SECTORS * DEV_BSIZE, KM_SLEEP);
	mutex_init(&tdk.lock, MUTEX_DEFAULT, IPL_NONE);
	tdk_bmajor = tdk_cmajor = NODEVMAJOR;
	(void)devsw_attach("tdk", &tdk_bdevsw, &tdk_bmajor, &tdk_cdevsw, &tdk_cmajor);
	rump_test_disk_plug();
	return 0;
}

void
rump_test_disk_delall(void)
{
	dkwedge_delall(&tdk.dk.sc_dkdev);
}

/* As a driver's detach function does it. */
int
rump_test_disk_unplug(int force)
{
	const int error = disk_begindetach(&tdk.dk.sc_dkdev, NULL, NULL, force ? DETACH_FORCE : 0);

	if (error != 0)
		return error;
	dk_drain(&tdk.dk);
	while (rump_test_disk_answer(EIO) == 0)
		continue;
	disk_detach(&tdk.dk.sc_dkdev);
	vdevgone(tdk_bmajor, 0, MAXPARTITIONS - 1, VBLK);
	vdevgone(tdk_cmajor, 0, MAXPARTITIONS - 1, VCHR);
	dk_detach(&tdk.dk);
	bufq_free(tdk.dk.sc_bufq);
	disk_destroy(&tdk.dk.sc_dkdev);
	return 0;
}

void
rump_test_disk_end(void)
{
	devsw_detach(&tdk_bdevsw, &tdk_cdevsw);
	mutex_destroy(&tdk.lock);
	kmem_free(tdk.mem, TDK_SECTORS * DEV_BSIZE);
}

void
rump_test_disk_slots(unsigned n)
{
	mutex_enter(&tdk.lock);
	tdk.slots = n;
	tdk.nstarted = 0;
	mutex_exit(&tdk.lock);
}

/* ENOENT: it has none. */
int
rump_test_disk_answer(int error)
{
	struct buf *bp = NULL;

	mutex_enter(&tdk.lock);
	if (tdk.nheld > 0) {
		bp = tdk.held[0];
		memmove(&tdk.held[0], &tdk.held[1], --tdk.nheld * sizeof(tdk.held[0]));
	}
	mutex_exit(&tdk.lock);
	if (bp == NULL)
		return ENOENT;
	if (error == 0)
		tdk_move(bp);
	else
		bp->b_resid = bp->b_bcount;
	bp->b_error = error;
	dk_done(&tdk.dk, bp);
	dk_start(&tdk.dk, NULL);
	return 0;
}

unsigned
rump_test_disk_started(long long *sectors, unsigned max)
{
	unsigned n;

	mutex_enter(&tdk.lock);
	n = MIN(tdk.nstarted, max);
	memcpy(sectors, tdk.started, n * sizeof(*sectors));
	n = tdk.nstarted;
	mutex_exit(&tdk.lock);
	return n;
}

/* What is deferred counts as busy already, though the device did not take it. */
unsigned
rump_test_disk_queued(void)
{
	const struct io_stats *const s = iostat_find("tdk0");
	unsigned n;

	mutex_enter(&tdk.dk.sc_iolock);
	n = (unsigned)s->io_wait + (tdk.dk.sc_deferred != NULL);
	mutex_exit(&tdk.dk.sc_iolock);
	return n;
}

void
rump_test_disk_stats(unsigned long long out[5])
{
	const struct io_stats *const s = iostat_find("tdk0");

	out[0] = s->io_rxfer;
	out[1] = s->io_wxfer;
	out[2] = s->io_rbytes;
	out[3] = s->io_wbytes;
	out[4] = disk_isbusy(&tdk.dk.sc_dkdev) || disk_find("tdk0") != &tdk.dk.sc_dkdev;
}

const char *
rump_test_disk_bounds(void)
{
	static const struct {
		daddr_t blkno;
		int bcount, flags, ret, error, left;
	} rows[] = {
		{ 0, 4096, B_READ, 1, 0, 4096 },
		{ 96, 4096, B_READ, 1, 0, 2048 },
		{ 96, 4096, B_WRITE, 1, 0, 2048 },
		{ 100, 512, B_READ, 0, 0, -1 },
		{ 100, 512, B_WRITE, -1, ENOSPC, -1 },
		{ 101, 512, B_WRITE, -1, EINVAL, -1 },
		{ 5000, 512, B_READ, 0, 0, -1 },
		{ -1, 512, B_READ, -1, EINVAL, -1 },
		{ INT64_MAX, 512, B_READ, -1, EINVAL, -1 },
	};

	for (size_t i = 0; i < __arraycount(rows); i++) {
		struct buf *const bp = getiobuf(NULL, true);

		bp->b_blkno = rows[i].blkno;
		bp->b_bcount = rows[i].bcount;
		bp->b_flags = (u_int)rows[i].flags;
		CHECK(bounds_check_with_mediasize(bp, 1024, 50) == rows[i].ret);
		CHECK(bp->b_error == rows[i].error);
		if (rows[i].left != -1)
			CHECK(bp->b_bcount == rows[i].left);
		else
			CHECK(bp->b_resid == rows[i].bcount);
		putiobuf(bp);
	}
	return NULL;
}

const char *
rump_test_disk_geometry(void)
{
	struct disk dk;

	memset(&dk, 0, sizeof(dk));
	disk_init(&dk, "x", NULL);
	dk.dk_geom.dg_secsize = 4096;
	dk.dk_geom.dg_secperunit = 1 << 20;
	disk_set_info(NULL, &dk, NULL);
	CHECK(dk.dk_blkshift == 3 && dk.dk_byteshift == 12);
	CHECK(dk.dk_geom.dg_ncylinders == (1 << 20) / (32 * 64));
	disk_destroy(&dk);
	CHECK(disk_find("x") == NULL);
	return NULL;
}

/* A device that autoconf knows has its name from there. */
static const char *acdk_wrong;

static int
acdk_match(device_t parent, cfdata_t cf, void *aux)
{
	return 1;
}

static void
acdk_attach(device_t parent, device_t self, void *aux)
{
	struct dk_softc *const dksc = device_private(self);

	dk_init(dksc, self, DKTYPE_MD);
	if (strcmp(dksc->sc_dkdev.dk_name, "acdk0") != 0 || dksc->sc_dev != self)
		acdk_wrong = "dk_init() took another name";
}

static int
acdk_detach(device_t self, int flags)
{
	return 0;
}

CFDRIVER_DECL(acdk, DV_DISK, NULL);
CFATTACH_DECL_NEW(acdk, sizeof(struct dk_softc), acdk_match, acdk_attach, acdk_detach, NULL);
static struct cfdata acdk_row = {
	.cf_name = "acdk", .cf_atname = "acdk", .cf_fstate = FSTATE_STAR
};

const char *
rump_test_disk_autoconf(void)
{
	device_t dev;

	acdk_wrong = NULL;
	CHECK(config_cfdriver_attach(&acdk_cd) == 0);
	CHECK(config_cfattach_attach("acdk", &acdk_ca) == 0);
	dev = config_attach_pseudo(&acdk_row);
	CHECK(dev != NULL);
	CHECK(config_detach(dev, 0) == 0);
	CHECK(config_cfattach_detach("acdk", &acdk_ca) == 0);
	CHECK(config_cfdriver_detach(&acdk_cd) == 0);
	return acdk_wrong;
}
