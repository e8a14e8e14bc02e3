/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * oldq(4): a queue of records, as a driver of twenty years ago would have it, written from the manual pages alone:
 * driver(9), malloc(9), ltsleep(9), spl(9), callout(9), queue(3).  Nothing in here is locked, and nothing is atomic:
 * that calls, the callout and sleeping exclude each other is the business of the kernel, as the driver does
 * not say D_MPSAFE, nor its callout CALLOUT_MPSAFE.
 *
 * A write queues one record, and sleeps while the queue is full; a read takes one, and sleeps while it is empty.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/callout.h>
#include <sys/conf.h>
#include <sys/fcntl.h>
#include <sys/ioctl.h>
#include <sys/kernel.h>
#include <sys/malloc.h>
#include <sys/module.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/queue.h>
#include <sys/select.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include "oldstyle.h"

#ifndef OLDQ_FLAGS
#define OLDQ_FLAGS D_OTHER
#endif
#define OLDQ_MAX 4

struct record {
	SIMPLEQ_ENTRY(record) r_link;
	size_t r_len;
	unsigned char r_data[OLDQ_MAXRECORD];
};

static struct oldq_softc {
	SIMPLEQ_HEAD(, record) sc_queue;
	struct oldq_stats sc_stats;
	struct callout sc_callout;
	struct selinfo sc_rsel;
} oldq;

dev_type_open(oldqopen);
dev_type_read(oldqread);
dev_type_write(oldqwrite);
dev_type_ioctl(oldqioctl);
dev_type_poll(oldqpoll);

static void
oldq_entered(void)
{
	if (!KERNEL_LOCKED_P())
		oldq.sc_stats.oq_unlocked++;
}

static void
oldq_tick(void *arg)
{
	struct oldq_softc *sc = arg;

	oldq_entered();
	sc->sc_stats.oq_ticks++;
	wakeup(&sc->sc_stats.oq_ticks);
	callout_schedule(&sc->sc_callout, 1);
}

int
oldqopen(dev_t dev, int flag, int mode, struct lwp *l)
{
	oldq_entered();
	return minor(dev) == 0 ? 0 : ENXIO;
}

int
oldqread(dev_t dev, struct uio *uio, int ioflag)
{
	struct oldq_softc *sc = &oldq;
	struct record *r;
	size_t i;
	int error, s;

	oldq_entered();
	s = splbio();
	while ((r = SIMPLEQ_FIRST(&sc->sc_queue)) == NULL) {
		if (ioflag & IO_NDELAY) {
			splx(s);
			return EWOULDBLOCK;
		}
		error = tsleep(&sc->sc_queue, PRIBIO | PCATCH, "oldqread", 0);
		if (error) {
			splx(s);
			return error;
		}
	}
	SIMPLEQ_REMOVE_HEAD(&sc->sc_queue, r_link);
	if (sc->sc_stats.oq_queued-- == OLDQ_MAX)
		wakeup(&sc->sc_stats.oq_queued);
	sc->sc_stats.oq_out++;
	for (i = 0; i < r->r_len; i++)
		sc->sc_stats.oq_sum += r->r_data[i];
	splx(s);

	error = uiomove(r->r_data, MIN(r->r_len, uio->uio_resid), uio);
	free(r, M_DEVBUF);
	return error;
}

int
oldqwrite(dev_t dev, struct uio *uio, int ioflag)
{
	struct oldq_softc *sc = &oldq;
	struct record *r;
	int error, s;

	oldq_entered();
	if (uio->uio_resid == 0 || uio->uio_resid > OLDQ_MAXRECORD)
		return EMSGSIZE;
	r = malloc(sizeof(*r), M_DEVBUF, M_WAITOK | M_ZERO);
	r->r_len = uio->uio_resid;
	error = uiomove(r->r_data, r->r_len, uio);
	s = splbio();
	while (error == 0 && sc->sc_stats.oq_queued == OLDQ_MAX)
		error = tsleep(&sc->sc_stats.oq_queued, PRIBIO | PCATCH, "oldqwrite", 0);
	if (error) {
		splx(s);
		free(r, M_DEVBUF);
		return error;
	}
	SIMPLEQ_INSERT_TAIL(&sc->sc_queue, r, r_link);
	sc->sc_stats.oq_queued++;
	sc->sc_stats.oq_in++;
	wakeup(&sc->sc_queue);
	selnotify(&sc->sc_rsel, POLLIN | POLLRDNORM, 0);
	splx(s);
	return 0;
}

int
oldqioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct oldq_softc *sc = &oldq;

	oldq_entered();
	switch (cmd) {
	case OLDQ_STATS:
		*(struct oldq_stats *)data = sc->sc_stats;
		return 0;
	case OLDQ_WAITTICK:
		return tsleep(&sc->sc_stats.oq_ticks, PRIBIO | PCATCH, "oldqtick", 60 * hz);
	default:
		return ENOTTY;
	}
}

int
oldqpoll(dev_t dev, int events, struct lwp *l)
{
	struct oldq_softc *sc = &oldq;
	int revents = events & (POLLOUT | POLLWRNORM);

	oldq_entered();
	if (events & (POLLIN | POLLRDNORM)) {
		if (!SIMPLEQ_EMPTY(&sc->sc_queue))
			revents |= events & (POLLIN | POLLRDNORM);
		else
			selrecord(l, &sc->sc_rsel);
	}
	return revents;
}

static const struct cdevsw oldq_cdevsw = {
	.d_open = oldqopen,
	.d_close = nullclose,
	.d_read = oldqread,
	.d_write = oldqwrite,
	.d_ioctl = oldqioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = oldqpoll,
	.d_mmap = nommap,
	.d_kqfilter = nokqfilter,
	.d_discard = nodiscard,
	.d_flag = OLDQ_FLAGS,
};

MODULE(MODULE_CLASS_DRIVER, oldq, NULL);

static int
oldq_modcmd(modcmd_t cmd, void *arg)
{
	devmajor_t bmajor = NODEVMAJOR, cmajor = NODEVMAJOR;
	struct record *r;
	int error;

	switch (cmd) {
	case MODULE_CMD_INIT:
		memset(&oldq, 0, sizeof(oldq));
		SIMPLEQ_INIT(&oldq.sc_queue);
		selinit(&oldq.sc_rsel);
		callout_init(&oldq.sc_callout, 0);
		callout_setfunc(&oldq.sc_callout, oldq_tick, &oldq);
		error = devsw_attach("oldq", NULL, &bmajor, &oldq_cdevsw, &cmajor);
		if (error)
			return error;
		callout_schedule(&oldq.sc_callout, 1);
		return 0;
	case MODULE_CMD_FINI:
		devsw_detach(NULL, &oldq_cdevsw);
		callout_halt(&oldq.sc_callout, NULL);
		callout_destroy(&oldq.sc_callout);
		seldestroy(&oldq.sc_rsel);
		while ((r = SIMPLEQ_FIRST(&oldq.sc_queue)) != NULL) {
			SIMPLEQ_REMOVE_HEAD(&oldq.sc_queue, r_link);
			free(r, M_DEVBUF);
		}
		return 0;
	default:
		return ENOTTY;
	}
}
