/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * bdev_*() and cdev_*(): a call of a driver, counted in its slot and made under KERNEL_LOCK unless the
 * driver says D_MPSAFE.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/poll.h>
#include <sys/systm.h>

#include "rump_devsw.h"
#include "devsw_var.h"

void (*biodone_vfs)(struct buf *bp);

/* Call entry of the switch d, whose slot has been entered: result gets what it returns, or dflt without one. */
#define DEVSW_INVOKE(d, result, entry, dflt, ...)                   \
	do {                                                        \
		const bool mpsafe_ = ((d)->d_flag & D_MPSAFE) != 0; \
                                                                    \
		if (!mpsafe_)                                       \
			KERNEL_LOCK(1, NULL);                       \
		if ((d)->entry != NULL)                             \
			(result) = (*(d)->entry)(__VA_ARGS__);      \
		else                                                \
			(result) = (dflt);                          \
		if (!mpsafe_)                                       \
			KERNEL_UNLOCK_ONE(NULL);                    \
	} while (0)
/* The same for the driver of dev; result stays if there is none. */
#define DEVSW_CALL(type, slots, dev, result, entry, dflt, ...)             \
	do {                                                               \
		const struct type *const d_ = devsw_enter((slots), (dev)); \
                                                                           \
		if (d_ == NULL)                                            \
			break;                                             \
		DEVSW_INVOKE(d_, result, entry, dflt, __VA_ARGS__);        \
		devsw_leave((slots), (dev));                               \
	} while (0)
#define BDEV_CALL(dev, result, entry, dflt, ...) \
	DEVSW_CALL(bdevsw, bslots, dev, result, entry, dflt, __VA_ARGS__)
#define CDEV_CALL(dev, result, entry, dflt, ...) \
	DEVSW_CALL(cdevsw, cslots, dev, result, entry, dflt, __VA_ARGS__)

/*
 * The device that an open is for; *devp NULL: the driver has no cfdriver.  ctx: inside the slot.
 * errors: ENXIO.
 */
static int
unit_acquire(dev_t dev, struct cfdriver *cd, int (*devtounit)(dev_t), struct device **devp)
{
	*devp = NULL;
	if (__predict_true(cd == NULL))
		return 0;
	if (rump_autoconf == NULL)
		return ENXIO;
	*devp = (*rump_autoconf->ao_acquire)(
	    cd, devtounit != NULL ? (*devtounit)(dev) : dev_minor_unit(dev));
	return *devp != NULL ? 0 : ENXIO;
}

static void
unit_release(struct device *d)
{
	if (d != NULL)
		(*rump_autoconf->ao_release)(d);
}

int
bdev_open(dev_t dev, int flag, int devtype, struct lwp *l)
{
	const struct bdevsw *const d = devsw_enter(bslots, dev);
	struct device *unit;
	int rv = ENXIO;

	if (d == NULL)
		return ENXIO;
	rv = unit_acquire(dev, d->d_cfdriver, d->d_devtounit, &unit);
	if (rv == 0) {
		DEVSW_INVOKE(d, rv, d_open, ENODEV, dev, flag, devtype, l);
		unit_release(unit);
	}
	devsw_leave(bslots, dev);
	return rv;
}

int
bdev_cancel(dev_t dev, int flag, int devtype, struct lwp *l)
{
	int rv = ENXIO;

	BDEV_CALL(dev, rv, d_cancel, ENODEV, dev, flag, devtype, l);
	return rv;
}

int
bdev_close(dev_t dev, int flag, int devtype, struct lwp *l)
{
	int rv = ENXIO;

	BDEV_CALL(dev, rv, d_close, ENODEV, dev, flag, devtype, l);
	return rv;
}

/* A transfer that no driver takes. */
static void
bdev_fail(struct buf *bp, int error)
{
	bp->b_error = error;
	bp->b_resid = bp->b_bcount;
	(*biodone_vfs)(bp);
}

void
bdev_strategy(struct buf *bp)
{
	const dev_t dev = bp->b_dev;
	const struct bdevsw *const d = devsw_enter(bslots, dev);

	if (__predict_false(d == NULL)) {
		bdev_fail(bp, ENXIO);
		return;
	}
	if (__predict_false(d->d_strategy == NULL)) {
		bdev_fail(bp, ENODEV);
	} else if (d->d_flag & D_MPSAFE) {
		(*d->d_strategy)(bp);
	} else {
		KERNEL_LOCK(1, NULL);
		(*d->d_strategy)(bp);
		KERNEL_UNLOCK_ONE(NULL);
	}
	devsw_leave(bslots, dev);
}

int
bdev_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	int rv = ENXIO;

	BDEV_CALL(dev, rv, d_ioctl, ENODEV, dev, cmd, data, flag, l);
	return rv;
}

int
bdev_dump(dev_t dev, daddr_t addr, void *data, size_t sz)
{
	int rv = ENXIO;

	BDEV_CALL(dev, rv, d_dump, ENODEV, dev, addr, data, sz);
	return rv;
}

int
bdev_size(dev_t dev)
{
	int rv = -1;

	BDEV_CALL(dev, rv, d_psize, -1, dev);
	return rv;
}

int
bdev_discard(dev_t dev, off_t pos, off_t len)
{
	int rv = ENXIO;

	BDEV_CALL(dev, rv, d_discard, ENODEV, dev, pos, len);
	return rv;
}

int
bdev_flags(dev_t dev)
{
	const struct bdevsw *const d = bdevsw_lookup(dev);

	return d == NULL ? 0 : d->d_flag & ~D_TYPEMASK;
}

int
bdev_type(dev_t dev)
{
	const struct bdevsw *const d = bdevsw_lookup(dev);

	return d == NULL ? D_OTHER : d->d_flag & D_TYPEMASK;
}

void
bdev_detached(dev_t dev)
{
	(void)dev; /* autoconf's units are not counted here */
}

int
cdev_open(dev_t dev, int flag, int devtype, struct lwp *l)
{
	const struct cdevsw *const d = devsw_enter(cslots, dev);
	struct device *unit;
	int rv = ENXIO;

	if (d == NULL)
		return ENXIO;
	rv = unit_acquire(dev, d->d_cfdriver, d->d_devtounit, &unit);
	if (rv == 0) {
		DEVSW_INVOKE(d, rv, d_open, ENODEV, dev, flag, devtype, l);
		unit_release(unit);
	}
	devsw_leave(cslots, dev);
	return rv;
}

int
cdev_cancel(dev_t dev, int flag, int devtype, struct lwp *l)
{
	int rv = ENXIO;

	CDEV_CALL(dev, rv, d_cancel, ENODEV, dev, flag, devtype, l);
	return rv;
}

int
cdev_close(dev_t dev, int flag, int devtype, struct lwp *l)
{
	int rv = ENXIO;

	CDEV_CALL(dev, rv, d_close, ENODEV, dev, flag, devtype, l);
	return rv;
}

int
cdev_read(dev_t dev, struct uio *uio, int flag)
{
	int rv = ENXIO;

	CDEV_CALL(dev, rv, d_read, ENODEV, dev, uio, flag);
	return rv;
}

int
cdev_write(dev_t dev, struct uio *uio, int flag)
{
	int rv = ENXIO;

	CDEV_CALL(dev, rv, d_write, ENODEV, dev, uio, flag);
	return rv;
}

int
cdev_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	int rv = ENXIO;

	CDEV_CALL(dev, rv, d_ioctl, ENODEV, dev, cmd, data, flag, l);
	return rv;
}

int
cdev_poll(dev_t dev, int flag, struct lwp *l)
{
	int rv = POLLERR;

	CDEV_CALL(dev, rv, d_poll, seltrue(dev, flag, l), dev, flag, l);
	return rv;
}

paddr_t
cdev_mmap(dev_t dev, off_t off, int flag)
{
	paddr_t rv = (paddr_t)-1;

	CDEV_CALL(dev, rv, d_mmap, (paddr_t)-1, dev, off, flag);
	return rv;
}

int
cdev_kqfilter(dev_t dev, struct knote *kn)
{
	int rv = ENXIO;

	CDEV_CALL(dev, rv, d_kqfilter, seltrue_kqfilter(dev, kn), dev, kn);
	return rv;
}

int
cdev_discard(dev_t dev, off_t pos, off_t len)
{
	int rv = ENXIO;

	CDEV_CALL(dev, rv, d_discard, ENODEV, dev, pos, len);
	return rv;
}

struct tty *
cdev_tty(dev_t dev)
{
	struct tty *rv = NULL;

	CDEV_CALL(dev, rv, d_tty, NULL, dev);
	return rv;
}

int
cdev_flags(dev_t dev)
{
	const struct cdevsw *const d = cdevsw_lookup(dev);

	return d == NULL ? 0 : d->d_flag & ~D_TYPEMASK;
}

int
cdev_type(dev_t dev)
{
	const struct cdevsw *const d = cdevsw_lookup(dev);

	return d == NULL ? D_OTHER : d->d_flag & D_TYPEMASK;
}

void
cdev_detached(dev_t dev)
{
	(void)dev;
}
