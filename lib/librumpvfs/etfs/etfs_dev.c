/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * etfs's block and character devices.
 *
 * A block device's transfer is a host transfer by the thread that asks for it; those that nobody waits
 * for (B_ASYNC) go to the host's pool, whose threads come into the kernel only to end them.
 * RUMP_BLKFAIL makes transfers fail, n in 10000, in an order that RUMP_BLKFAIL_SEED repeats.
 */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/condvar.h>
#include <sys/conf.h>
#include <sys/disk.h>
#include <sys/dkio.h>
#include <sys/fcntl.h>
#include <sys/mutex.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/uio.h>

#include "rump_boot.h"
#include "rump_devsw.h"
#include "rump_sched.h"
#include "etfs.h"

#define ETFS_UNITS 1024

static struct etfs_file *etfs_units[ETFS_UNITS]; /* (e) */
static devmajor_t etfs_bmajor, etfs_cmajor;
static uint64_t etfs_random; /* (a) state of the fault injection */
static u_int etfs_inflight;  /* (e) transfers in the host's pool */
static kcondvar_t etfs_cv;

static struct etfs_file *
dev_file(dev_t dev)
{
	const uint32_t unit = (uint32_t)minor(dev);

	return unit < ETFS_UNITS ? __atomic_load_n(&etfs_units[unit], __ATOMIC_ACQUIRE) : NULL;
}

static int
etfs_dopen(dev_t dev, int flag, int fmt, struct lwp *l)
{
	struct etfs_file *const ef = dev_file(dev);

	return ef == NULL ? ENXIO : etfs_file_open(ef, (flag & FWRITE) != 0);
}

static int
etfs_dclose(dev_t dev, int flag, int fmt, struct lwp *l)
{
	etfs_file_close(dev_file(dev));
	return 0;
}

/* ---- Transfers ---- */

/* Shall this transfer fail?  A linear congruential generator, one step a transfer. */
static bool
blkfail(void)
{
	uint64_t old, new;

	if (__predict_true(rump_params.rp_blkfail == 0))
		return false;
	do {
		old = atomic_load_relaxed(&etfs_random);
		new = old * 6364136223846793005ULL + 1442695040888963407ULL;
	} while (atomic_cas_64(&etfs_random, old, new) != old);
	return (new >> 33) % 10000 < (uint64_t)rump_params.rp_blkfail;
}

/*
 * The bytes of bp that the device has: *lenp from *offp of the host file.  Reads from its end on have
 * none.  errors: EINVAL (not on a sector), ENOSPC (write at the end).
 */
static int
transfer_range(const struct etfs_file *ef, const struct buf *bp, int64_t *offp, size_t *lenp)
{
	const uint64_t mask = ((uint64_t)1 << rump_params.rp_blksectshift) - 1;
	uint64_t off;

	if (bp->b_blkno < 0 || bp->b_blkno > INT64_MAX >> DEV_BSHIFT)
		return EINVAL;
	off = (uint64_t)bp->b_blkno << DEV_BSHIFT;
	if ((off & mask) != 0 || ((uint64_t)bp->b_bcount & mask) != 0)
		return EINVAL;
	*lenp = off < ef->ef_size ? MIN((uint64_t)bp->b_bcount, ef->ef_size - off) : 0;
	*offp = (int64_t)(ef->ef_begin + off);
	return *lenp == 0 && (bp->b_flags & B_READ) == 0 ? ENOSPC : 0;
}

static void
transfer_end(struct buf *bp, int error, size_t done)
{
	bp->b_error = error;
	bp->b_resid = error != 0 ? bp->b_bcount : bp->b_bcount - (int)done;
	biodone(bp);
}

/* ctx: a thread of the host's pool. */
static void
transfer_async_end(void *arg, int error, size_t done)
{
	if (rump_upcall_enter() != 0)
		panic("a transfer ends after the file systems");
	transfer_end(arg, error, done);
	mutex_enter(&etfs_lock);
	if (--etfs_inflight == 0)
		cv_broadcast(&etfs_cv);
	mutex_exit(&etfs_lock);
	rump_upcall_leave();
}

static bool
transfer_async(struct etfs_file *ef, struct buf *bp, size_t len, int64_t off, int flags)
{
	if (!rump_threads_p())
		return false;
	mutex_enter(&etfs_lock);
	etfs_inflight++;
	mutex_exit(&etfs_lock);
	if (rumpuser_bio(ef->ef_fd, bp->b_data, len, off, flags, transfer_async_end, bp) == 0)
		return true;
	mutex_enter(&etfs_lock);
	etfs_inflight--;
	mutex_exit(&etfs_lock);
	return false;
}

static void
etfs_strategy(struct buf *bp)
{
	struct etfs_file *const ef = dev_file(bp->b_dev);
	const int flags = ((bp->b_flags & B_READ) ? RUMPUSER_RW_READ : RUMPUSER_RW_WRITE) |
	    ((bp->b_flags & B_MEDIA_FUA) ? RUMPUSER_RW_SYNC : 0);
	size_t len, done = 0;
	int64_t off;
	int error;

	if (__predict_false(ef == NULL))
		error = ENXIO;
	else if (__predict_false(blkfail()))
		error = EIO;
	else
		error = transfer_range(ef, bp, &off, &len);
	if (error == 0 && len != 0) {
		if ((bp->b_flags & B_ASYNC) && transfer_async(ef, bp, len, off, flags))
			return;
		error = rumpuser_rw(ef->ef_fd, bp->b_data, len, off, flags, &done);
	}
	transfer_end(bp, error, done);
}

static int
etfs_dpsize(dev_t dev)
{
	const struct etfs_file *const ef = dev_file(dev);

	return ef == NULL ? -1 : (int)MIN(btodb(ef->ef_size), (uint64_t)INT_MAX);
}

static int
etfs_dioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct etfs_file *const ef = dev_file(dev);
	struct dkwedge_info *dkw;

	if (ef == NULL)
		return ENXIO;
	switch (cmd) {
	case DIOCGSECTORSIZE:
		*(u_int *)data = 1U << rump_params.rp_blksectshift;
		return 0;
	case DIOCGMEDIASIZE:
		*(off_t *)data = (off_t)ef->ef_size;
		return 0;
	case DIOCGWEDGEINFO:
		dkw = data;
		memset(dkw, 0, sizeof(*dkw));
		snprintf(dkw->dkw_devname, sizeof(dkw->dkw_devname), "etfs%d", (int)minor(dev));
		strlcpy((char *)dkw->dkw_wname, ef->ef_path, sizeof(dkw->dkw_wname));
		dkw->dkw_size = ef->ef_size >> rump_params.rp_blksectshift;
		return 0;
	case DIOCCACHESYNC:
		return ef->ef_readonly ? 0 : rumpuser_sync(ef->ef_fd, false);
	default:
		return etfs_disk_ioctl(ef, dev, cmd, data, flag, l);
	}
}

static int
etfs_ddiscard(dev_t dev, off_t pos, off_t len)
{
	struct etfs_file *const ef = dev_file(dev);

	if (ef == NULL)
		return ENXIO;
	if (pos < 0 || len < 0 || (uint64_t)pos > ef->ef_size ||
	    (uint64_t)len > ef->ef_size - (uint64_t)pos)
		return EINVAL;
	return rumpuser_punch(ef->ef_fd, (int64_t)ef->ef_begin + pos, len);
}

static const struct bdevsw etfs_bdevsw = {
	.d_open = etfs_dopen,
	.d_close = etfs_dclose,
	.d_strategy = etfs_strategy,
	.d_ioctl = etfs_dioctl,
	.d_dump = nodump,
	.d_psize = etfs_dpsize,
	.d_discard = etfs_ddiscard,
	.d_flag = D_DISK | D_MPSAFE,
};

/* ---- Character devices ---- */

static int
etfs_crdwr(dev_t dev, struct uio *uio, int flag)
{
	struct etfs_file *const ef = dev_file(dev);

	if (ef == NULL)
		return ENXIO;
	return etfs_file_move(
	    ef, uio, ef->ef_type == RUMPUSER_FT_CHR || ef->ef_type == RUMPUSER_FT_OTHER);
}

static int
etfs_cioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	return ENOTTY;
}

static const struct cdevsw etfs_cdevsw = {
	.d_open = etfs_dopen,
	.d_close = etfs_dclose,
	.d_read = etfs_crdwr,
	.d_write = etfs_crdwr,
	.d_ioctl = etfs_cioctl,
	.d_poll = seltrue,
	.d_kqfilter = seltrue_kqfilter,
	.d_flag = D_OTHER | D_MPSAFE,
};

/* ---- Units ---- */

int
etfs_dev_init(void)
{
	memset(etfs_units, 0, sizeof(etfs_units));
	etfs_inflight = 0;
	etfs_random = rump_params.rp_blkfail_seed;
	cv_init(&etfs_cv, "etfsio");
	etfs_bmajor = etfs_cmajor = NODEVMAJOR;
	return rump_devsw_attach("etfs", &etfs_bdevsw, &etfs_bmajor, &etfs_cdevsw, &etfs_cmajor);
}

void
etfs_dev_fini(void)
{
	mutex_enter(&etfs_lock);
	while (etfs_inflight != 0)
		cv_wait(&etfs_cv, &etfs_lock);
	mutex_exit(&etfs_lock);
	devsw_detach(&etfs_bdevsw, &etfs_cdevsw);
	cv_destroy(&etfs_cv);
}

int
etfs_dev_attach(struct etfs_file *ef, bool blk, int *unitp, dev_t *devp)
{
	mutex_enter(&etfs_lock);
	for (int i = 0; i < ETFS_UNITS; i++) {
		if (etfs_units[i] != NULL)
			continue;
		__atomic_store_n(&etfs_units[i], ef, __ATOMIC_RELEASE);
		mutex_exit(&etfs_lock);
		*unitp = i;
		*devp = makedev(blk ? etfs_bmajor : etfs_cmajor, i);
		return 0;
	}
	mutex_exit(&etfs_lock);
	return ENOSPC;
}

void
etfs_dev_detach(int unit)
{
	mutex_enter(&etfs_lock);
	__atomic_store_n(&etfs_units[unit], NULL, __ATOMIC_RELEASE);
	mutex_exit(&etfs_lock);
}
