/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The devices that every kernel has.
 *
 *	mem	null, zero, full
 *	rnd	random, urandom
 *	cons	console, tty, stdin, stdout, stderr: writes go to the host's standard output, reads
 *		return end of file
 *
 * The unit is the minor number.
 */
#include <sys/param.h>
#include <sys/conf.h>
#include <sys/cprng.h>
#include <sys/ioccom.h>
#include <sys/poll.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/uio.h>

#include <rump/rumpuser.h>

#include "rump_devsw.h"

/* Minors of mem are those that BSD has. */
enum { MEM_NULL = 2, MEM_FULL = 11, MEM_ZERO = 12 };
enum { RND_RANDOM, RND_URANDOM };
#define RNDGETENTCNT_HOST _IOR('R', 0, int)

static const uint8_t zeroes[PAGE_SIZE];

static int
mem_open(dev_t dev, int flag, int mode, struct lwp *l)
{
	switch (minor(dev)) {
	case MEM_NULL:
	case MEM_FULL:
	case MEM_ZERO:
		return 0;
	default:
		return ENXIO;
	}
}

static int
mem_read(dev_t dev, struct uio *uio, int flag)
{
	int error = 0;

	if (minor(dev) == MEM_NULL)
		return 0;
	while (error == 0 && uio->uio_resid > 0)
		error = uiomove(__UNCONST(zeroes), MIN(uio->uio_resid, sizeof(zeroes)), uio);
	return error;
}

static int
mem_write(dev_t dev, struct uio *uio, int flag)
{
	if (minor(dev) == MEM_FULL)
		return ENOSPC; /* of nothing, too */
	uioskip(uio->uio_resid, uio);
	return 0;
}

static const struct cdevsw mem_cdevsw = {
	.d_open = mem_open,
	.d_close = nullclose,
	.d_read = mem_read,
	.d_write = mem_write,
	.d_ioctl = noioctl,
	.d_poll = seltrue,
	.d_kqfilter = seltrue_kqfilter,
	.d_flag = D_OTHER | D_MPSAFE | D_NEGOFFSAFE,
};

static int
rnd_read(dev_t dev, struct uio *uio, int flag)
{
	uint8_t chunk[256];
	int error = 0;

	while (error == 0 && uio->uio_resid > 0) {
		const size_t n = MIN(uio->uio_resid, sizeof(chunk));

		cprng_strong(user_cprng, chunk, n, 0);
		error = uiomove(chunk, n, uio);
	}
	explicit_memset(chunk, 0, sizeof(chunk));
	return error;
}

/* What is written is not used: the host's generator needs no help. */
static int
rnd_write(dev_t dev, struct uio *uio, int flag)
{
	uioskip(uio->uio_resid, uio);
	return 0;
}

/* The host's RNDGETENTCNT; the generator is seeded, and never has less.  Others are EINVAL on the host. */
static int
rnd_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	if (cmd != RNDGETENTCNT_HOST)
		return EINVAL;
	*(int *)data = 256;
	return 0;
}

/* random(4) has nothing to wait for but that it is seeded, which it is; writing is not asked for. */
static int
rnd_poll(dev_t dev, int events, struct lwp *l)
{
	return minor(dev) == RND_RANDOM ? events & (POLLIN | POLLRDNORM) : seltrue(dev, events, l);
}

static int
rnd_open(dev_t dev, int flag, int mode, struct lwp *l)
{
	return minor(dev) <= RND_URANDOM ? 0 : ENXIO;
}

static const struct cdevsw rnd_cdevsw = {
	.d_open = rnd_open,
	.d_close = nullclose,
	.d_read = rnd_read,
	.d_write = rnd_write,
	.d_ioctl = rnd_ioctl,
	.d_poll = rnd_poll,
	.d_kqfilter = seltrue_kqfilter,
	.d_flag = D_OTHER | D_MPSAFE | D_NEGOFFSAFE,
};

static int
cons_write(dev_t dev, struct uio *uio, int flag)
{
	char chunk[512];
	int error = 0;

	while (error == 0 && uio->uio_resid > 0) {
		const size_t n = MIN(uio->uio_resid, sizeof(chunk));

		error = uiomove(chunk, n, uio);
		if (error == 0)
			rumpuser_console(true, chunk, n);
	}
	return error;
}

static const struct cdevsw cons_cdevsw = {
	.d_open = nullopen,
	.d_close = nullclose,
	.d_read = nullread,
	.d_write = cons_write,
	.d_ioctl = noioctl,
	.d_poll = seltrue,
	.d_kqfilter = seltrue_kqfilter,
	.d_flag = D_OTHER | D_MPSAFE | D_NEGOFFSAFE,
};

enum { DRV_MEM, DRV_RND, DRV_CONS, NDRV };
static const struct {
	const char *name;
	const struct cdevsw *sw;
	devmajor_t major;
} drivers[NDRV] = {
	[DRV_MEM] = { "mem", &mem_cdevsw, 2 },
	[DRV_RND] = { "rnd", &rnd_cdevsw, 46 },
	[DRV_CONS] = { "cons", &cons_cdevsw, 0 },
};

static const struct {
	const char *name;
	int drv;
	devminor_t unit;
} nodes[] = {
	{ "null", DRV_MEM, MEM_NULL },
	{ "zero", DRV_MEM, MEM_ZERO },
	{ "full", DRV_MEM, MEM_FULL },
	{ "random", DRV_RND, RND_RANDOM },
	{ "urandom", DRV_RND, RND_URANDOM },
	{ "console", DRV_CONS, 0 },
	{ "tty", DRV_CONS, 1 },
	{ "stdin", DRV_CONS, 2 },
	{ "stdout", DRV_CONS, 3 },
	{ "stderr", DRV_CONS, 4 },
};

int
rump_basedev_init(void)
{
	int error;

	for (int i = 0; i < NDRV; i++) {
		devmajor_t bm = NODEVMAJOR, cm = drivers[i].major;

		error = rump_devsw_attach(drivers[i].name, NULL, &bm, drivers[i].sw, &cm);
		if (error != 0)
			return error;
	}
	for (size_t i = 0; i < __arraycount(nodes); i++) {
		error = rump_devnode_add(nodes[i].name, S_IFCHR | 0666,
		    makedev(drivers[nodes[i].drv].major, nodes[i].unit));
		if (error != 0)
			return error;
	}
	return 0;
}

void
rump_basedev_fini(void)
{
	for (int i = 0; i < NDRV; i++)
		devsw_detach(NULL, drivers[i].sw);
}
