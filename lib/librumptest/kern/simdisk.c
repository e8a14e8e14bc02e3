/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The driver of simulated disks: /dev/sd_simN, /dev/rsd_simN.  What a transfer does is the model's to say (host
 * code, simdisk.h); when it is done is a callout's, so that slow answers take the kernel's time, which may be
 * virtual.  Where disk(9) is linked each unit is a disk of its: its partitions are wedges.
 *
 *	FREE --attach--> THERE --detach--> GOING --no transfer left, nodes gone--> FREE
 *
 * Lock order: sd_cfglock (attach and detach, one at a time); disk(9)'s locks; sd_lock, a leaf.
 */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/callout.h>
#include <sys/condvar.h>
#include <sys/conf.h>
#include <sys/disk_image.h>
#include <sys/dkio.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include "simdisk.h"

enum sd_state { SD_FREE, SD_THERE, SD_GOING };

/* A transfer that waits for its answer. */
struct sd_slow {
	LIST_ENTRY(sd_slow) ss_list; /* (s) */
	callout_t ss_callout;
	struct buf *ss_bp;	 /* (i) */
	struct sd_unit *ss_unit; /* (i) */
};

/* Locks: (s) sd_lock, (i) immutable while THERE. */
struct sd_unit {
	enum sd_state su_state;		       /* (s) */
	u_int su_inflight;		       /* (s) calls and transfers under way */
	LIST_HEAD(, sd_slow) su_slow;	       /* (s) */
	const struct rump_simdisk_ops *su_ops; /* (i) */
	void *su_disk;			       /* (i) */
	uint64_t su_size;		       /* (i) bytes */
	u_int su_sector;		       /* (i) bytes */
	void *
	    su_image; /* (a) disk(9)'s, or NULL; changed with sd_cfglock, and freed when nobody is inside */
};

MODULE(MODULE_CLASS_DRIVER, sd_sim, NULL);

static kmutex_t sd_cfglock, sd_lock;
static kcondvar_t sd_cv;
static struct sd_unit sd_units[SIMDISK_UNITS];
static devmajor_t sd_bmajor, sd_cmajor;
static const struct disk_image_ops
    *image_ops; /* sd_cfglock; does not change while a unit has an image */

/* The unit of a device, which stays THERE's until sd_leave(); NULL: none. */
static struct sd_unit *
sd_enter(dev_t dev)
{
	const u_int unit = (u_int)minor(dev);
	struct sd_unit *su = NULL;

	if (unit >= SIMDISK_UNITS)
		return NULL;
	mutex_enter(&sd_lock);
	if (sd_units[unit].su_state == SD_THERE) {
		su = &sd_units[unit];
		su->su_inflight++;
	}
	mutex_exit(&sd_lock);
	return su;
}

static void
sd_leave(struct sd_unit *su)
{
	mutex_enter(&sd_lock);
	if (--su->su_inflight == 0)
		cv_broadcast(&sd_cv);
	mutex_exit(&sd_lock);
}

/* ---- Transfers ---- */

static void
transfer_end(struct buf *bp, int error, u_long done)
{
	bp->b_error = error;
	bp->b_resid = error != 0 ? bp->b_bcount : bp->b_bcount - (int)done;
	biodone(bp);
}

/* Where bp lies: *offp, and *lenp bytes that are there. */
static int
transfer_range(const struct sd_unit *su, const struct buf *bp, uint64_t *offp, size_t *lenp)
{
	const uint64_t off = (uint64_t)bp->b_blkno << DEV_BSHIFT;

	if (bp->b_blkno < 0 || bp->b_blkno > INT64_MAX >> DEV_BSHIFT ||
	    (off | (uint64_t)bp->b_bcount) % su->su_sector != 0)
		return EINVAL;
	*offp = off;
	*lenp = off < su->su_size ? MIN((uint64_t)bp->b_bcount, su->su_size - off) : 0;
	if (*lenp != 0 || bp->b_bcount == 0 || (bp->b_flags & B_READ) != 0)
		return 0;
	return off == su->su_size ? ENOSPC : EINVAL; /* as bounds_check_with_mediasize() has it */
}

/* Ask the model, and end bp and the stay in su. */
static void
transfer_do(struct sd_unit *su, struct buf *bp)
{
	const bool reading = (bp->b_flags & B_READ) != 0;
	uint64_t off = 0;
	size_t len = 0;
	u_long done = 0;
	int error;

	error = transfer_range(su, bp, &off, &len);
	if (error == 0 && len != 0)
		error =
		    (*su->su_ops->so_transfer)(su->su_disk, reading ? SIMDISK_READ : SIMDISK_WRITE,
			off, bp->b_data, len, (bp->b_flags & B_MEDIA_FUA) != 0, &done);
	transfer_end(bp, error, done);
	sd_leave(su);
}

/* ctx: callout. */
static void
slow_done(void *arg)
{
	struct sd_slow *const ss = arg;
	struct sd_unit *const su = ss->ss_unit;
	struct buf *bp;

	mutex_enter(&sd_lock);
	bp = ss->ss_bp;
	ss->ss_bp = NULL; /* ours; detach leaves it alone */
	if (bp != NULL)
		LIST_REMOVE(ss, ss_list);
	mutex_exit(&sd_lock);
	if (bp == NULL)
		return;
	callout_destroy(&ss->ss_callout);
	kmem_intr_free(ss, sizeof(*ss));
	transfer_do(su, bp);
}

static void
transfer_slow(struct sd_unit *su, struct buf *bp, int64_t delay_ns)
{
	const int64_t tick_ns = NSEC_PER_SEC / hz;
	struct sd_slow *const ss = kmem_intr_alloc(sizeof(*ss), KM_SLEEP);
	const int ticks = (int)MIN(howmany(delay_ns, tick_ns), (int64_t)INT_MAX);

	callout_init(&ss->ss_callout, CALLOUT_MPSAFE);
	ss->ss_bp = bp;
	ss->ss_unit = su;
	mutex_enter(&sd_lock);
	LIST_INSERT_HEAD(&su->su_slow, ss, ss_list);
	callout_reset(&ss->ss_callout, ticks, slow_done, ss);
	if (su->su_state == SD_GOING) /* who detaches must see this one */
		cv_broadcast(&sd_cv);
	mutex_exit(&sd_lock);
}

static void
sd_strategy(struct buf *bp)
{
	struct sd_unit *const su = sd_enter(bp->b_dev);
	const int op = (bp->b_flags & B_READ) != 0 ? SIMDISK_READ : SIMDISK_WRITE;
	int64_t delay;

	if (su == NULL) {
		transfer_end(bp, ENXIO, 0);
		return;
	}
	delay = (*su->su_ops->so_delay)(
	    su->su_disk, op, (uint64_t)bp->b_blkno << DEV_BSHIFT, (u_long)bp->b_bcount);
	if (delay > 0)
		transfer_slow(su, bp, delay);
	else
		transfer_do(su, bp);
}

/* ---- Partitions ---- */

/* locks: sd_cfglock. */
static void
image_offer(int unit)
{
	struct sd_unit *const su = &sd_units[unit];
	char name[16];
	void *image;

	if (image_ops == NULL || su->su_image != NULL)
		return;
	snprintf(name, sizeof(name), "sd_sim%d", unit);
	if ((*image_ops->dio_attach)(
		name, makedev(sd_bmajor, unit), su->su_sector, su->su_size, &image) == 0)
		atomic_store_release(&su->su_image, image);
}

/* Nobody is inside.  locks: sd_cfglock. */
static void
image_take(struct sd_unit *su)
{
	void *const image = su->su_image;

	if (image == NULL)
		return;
	su->su_image = NULL;
	(void)(*image_ops->dio_detach)(image, true);
}

/* disk(9) comes, or goes: at a halt, or if no unit is its. */
static int
images_changed(const struct disk_image_ops *ops)
{
	int error = 0;

	mutex_enter(&sd_cfglock);
	for (int i = 0; i < SIMDISK_UNITS && ops == NULL; i++)
		if (sd_units[i].su_image != NULL && !cold)
			error = EBUSY;
	for (int i = 0; i < SIMDISK_UNITS && error == 0 && ops == NULL; i++)
		image_take(&sd_units[i]);
	if (error == 0)
		image_ops = ops;
	for (int i = 0; i < SIMDISK_UNITS && ops != NULL; i++)
		if (sd_units[i].su_state == SD_THERE)
			image_offer(i);
	mutex_exit(&sd_cfglock);
	return error;
}

/* locks: none; su is entered. */
static int
image_ioctl(struct sd_unit *su, dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	void *const image = atomic_load_acquire(&su->su_image);
	const int error =
	    image != NULL ? (*image_ops->dio_ioctl)(image, dev, cmd, data, flag, l) : ENOTTY;

	return error == EPASSTHROUGH ? ENOTTY : error;
}

/* ---- The rest of the switch ---- */

static int
sd_open(dev_t dev, int flags, int fmt, struct lwp *l)
{
	struct sd_unit *const su = sd_enter(dev);

	if (su == NULL)
		return ENXIO;
	sd_leave(su);
	return 0;
}

static int
sd_read(dev_t dev, struct uio *uio, int flags)
{
	return physio(sd_strategy, NULL, dev, B_READ, minphys, uio);
}

static int
sd_write(dev_t dev, struct uio *uio, int flags)
{
	return physio(sd_strategy, NULL, dev, B_WRITE, minphys, uio);
}

static int
sd_flush(struct sd_unit *su)
{
	const int64_t delay = (*su->su_ops->so_delay)(su->su_disk, SIMDISK_FLUSH, 0, 0);
	u_long done;

	if (delay > 0)
		(void)kpause("simflush", false, (int)howmany(delay, NSEC_PER_SEC / hz), NULL);
	return (*su->su_ops->so_transfer)(su->su_disk, SIMDISK_FLUSH, 0, NULL, 0, 0, &done);
}

static int
sd_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct sd_unit *const su = sd_enter(dev);
	int error = 0;

	if (su == NULL)
		return ENXIO;
	switch (cmd) {
	case DIOCGSECTORSIZE:
		*(u_int *)data = su->su_sector;
		break;
	case DIOCGMEDIASIZE:
		*(off_t *)data = (off_t)su->su_size;
		break;
	case DIOCGCACHE:
		*(int *)data = DKCACHE_READ | DKCACHE_WRITE | DKCACHE_FUA;
		break;
	case DIOCCACHESYNC:
		error = sd_flush(su);
		break;
	default:
		error = image_ioctl(su, dev, cmd, data, flag, l);
		break;
	}
	sd_leave(su);
	return error;
}

static int
sd_size(dev_t dev)
{
	struct sd_unit *const su = sd_enter(dev);
	int blocks;

	if (su == NULL)
		return -1;
	blocks = (int)MIN(btodb(su->su_size), (uint64_t)INT_MAX);
	sd_leave(su);
	return blocks;
}

static const struct bdevsw sd_bdevsw = {
	.d_open = sd_open,
	.d_close = nullclose,
	.d_strategy = sd_strategy,
	.d_ioctl = sd_ioctl,
	.d_dump = nodump,
	.d_psize = sd_size,
	.d_flag = D_DISK | D_MPSAFE,
};

static const struct cdevsw sd_cdevsw = {
	.d_open = sd_open,
	.d_close = nullclose,
	.d_read = sd_read,
	.d_write = sd_write,
	.d_ioctl = sd_ioctl,
	.d_poll = nopoll,
	.d_kqfilter = nokqfilter,
	.d_flag = D_DISK | D_MPSAFE,
};

/* ---- Coming and going ---- */

int
rump_simdisk_attach(
    const struct rump_simdisk_ops *ops, void *disk, unsigned long long size, unsigned sector)
{
	struct sd_unit *su;
	char name[16];
	int unit;

	mutex_enter(&sd_cfglock);
	for (unit = 0; unit < SIMDISK_UNITS && sd_units[unit].su_state != SD_FREE; unit++)
		continue;
	if (unit == SIMDISK_UNITS) {
		mutex_exit(&sd_cfglock);
		return -ENOSPC;
	}
	su = &sd_units[unit];
	su->su_ops = ops;
	su->su_disk = disk;
	su->su_size = size;
	su->su_sector = sector;
	LIST_INIT(&su->su_slow);
	mutex_enter(&sd_lock);
	su->su_state = SD_THERE;
	mutex_exit(&sd_lock);
	snprintf(name, sizeof(name), "sd_sim%d", unit);
	(void)rump_devnode_add(name, S_IFBLK | 0600, makedev(sd_bmajor, unit));
	snprintf(name, sizeof(name), "rsd_sim%d", unit);
	(void)rump_devnode_add(name, S_IFCHR | 0600, makedev(sd_cmajor, unit));
	image_offer(unit);
	mutex_exit(&sd_cfglock);
	return unit;
}

/* Those that wait for an answer get none. */
static void
fail_slow(struct sd_unit *su)
{
	struct sd_slow *ss;
	struct buf *bp;

	mutex_enter(&sd_lock);
	while ((ss = LIST_FIRST(&su->su_slow)) != NULL) {
		LIST_REMOVE(ss, ss_list);
		bp = ss->ss_bp;
		ss->ss_bp = NULL; /* slow_done(), if it runs by now, leaves it alone */
		mutex_exit(&sd_lock);
		(void)callout_halt(&ss->ss_callout, NULL);
		callout_destroy(&ss->ss_callout);
		kmem_intr_free(ss, sizeof(*ss));
		transfer_end(bp, ENXIO, 0);
		mutex_enter(&sd_lock);
		su->su_inflight--;
	}
	mutex_exit(&sd_lock);
}

/* locks: sd_cfglock. */
static void
unit_detach(int unit)
{
	struct sd_unit *const su = &sd_units[unit];

	mutex_enter(&sd_lock);
	if (su->su_state != SD_THERE) {
		mutex_exit(&sd_lock);
		return;
	}
	su->su_state = SD_GOING;
	mutex_exit(&sd_lock);
	fail_slow(su);
	mutex_enter(&sd_lock);
	while (su->su_inflight != 0) {
		if (!LIST_EMPTY(&su->su_slow)) { /* came in just before it was going */
			mutex_exit(&sd_lock);
			fail_slow(su);
			mutex_enter(&sd_lock);
		} else {
			cv_wait(&sd_cv, &sd_lock);
		}
	}
	mutex_exit(&sd_lock);
	image_take(su);
	rump_devnode_remove_dev(S_IFBLK, makedev(sd_bmajor, unit));
	rump_devnode_remove_dev(S_IFCHR, makedev(sd_cmajor, unit));
	vdevgone(sd_bmajor, unit, unit, VBLK);
	vdevgone(sd_cmajor, unit, unit, VCHR);
	mutex_enter(&sd_lock);
	su->su_state = SD_FREE;
	mutex_exit(&sd_lock);
}

void
rump_simdisk_detach(int unit)
{
	mutex_enter(&sd_cfglock);
	unit_detach(unit);
	mutex_exit(&sd_cfglock);
}

static int
sd_sim_modcmd(modcmd_t cmd, void *arg)
{
	int error;

	switch (cmd) {
	case MODULE_CMD_INIT:
		memset(sd_units, 0, sizeof(sd_units));
		mutex_init(&sd_cfglock, MUTEX_DEFAULT, IPL_NONE);
		mutex_init(&sd_lock, MUTEX_DEFAULT, IPL_NONE);
		cv_init(&sd_cv, "simdisk");
		sd_bmajor = sd_cmajor = NODEVMAJOR;
		image_ops = NULL;
		error = devsw_attach("sd_sim", &sd_bdevsw, &sd_bmajor, &sd_cdevsw, &sd_cmajor);
		if (error == 0) {
			disk_image_setclient(images_changed);
			return 0;
		}
		break;
	case MODULE_CMD_FINI:
		disk_image_setclient(NULL);
		for (int i = 0; i < SIMDISK_UNITS; i++)
			rump_simdisk_detach(i);
		devsw_detach(&sd_bdevsw, &sd_cdevsw);
		error = 0;
		break;
	default:
		return ENOTTY;
	}
	cv_destroy(&sd_cv);
	mutex_destroy(&sd_lock);
	mutex_destroy(&sd_cfglock);
	return error;
}
