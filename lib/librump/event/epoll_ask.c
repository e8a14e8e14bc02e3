/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* epoll(7): what an item's file says, and being told when that changes. */
#include "epoll.h"

#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/file.h>
#include <sys/kmem.h>
#include <sys/poll.h>
#include <sys/systm.h>

#define EP_IN  (POLLIN | POLLRDNORM | POLLPRI | POLLRDBAND | POLLRDHUP)
#define EP_OUT (POLLOUT | POLLWRNORM | POLLWRBAND)

/* What the item's knotes say, for a file that poll(2) cannot ask. */
static uint32_t
ask_knotes(struct rump_epitem *epi)
{
	uint32_t events = 0;

	for (int i = 0; i < 2; i++) {
		struct knote *kn;

		if (epi->epi_kn[i] == NULL)
			continue;
		kn = &epi->epi_kn[i]->rk_kn;
		if (!rump_filter_event(kn, 0))
			continue;
		events |= i == 0 ? POLLIN | POLLRDNORM : POLLOUT | POLLWRNORM;
		if ((atomic_load_relaxed(&kn->kn_flags) & EV_EOF) != 0)
			events |= i == 0 ? POLLRDHUP : POLLHUP;
	}
	return events;
}

static int
ask(struct rump_epitem *epi, int events)
{
	return rump_watch_ask(&epi->epi_watcher, &epi->epi_slot, epi->epi_fp, events);
}

/*
 * Hook the item for what it wants, ready or not.  Most files record when they are asked for nothing;
 * others record each direction only while that is not ready.
 */
static void
hook(struct rump_epitem *epi, uint32_t want)
{
	u_int *const recorded = &epi->epi_watcher.wr_recorded, was = *recorded;

	epi->epi_unhooked = false;
	(void)ask(epi, 0);
	if (*recorded != was)
		return;
	for (int i = 0; i < 2; i++) {
		const uint32_t part = want & (i == 0 ? EP_IN : EP_OUT);
		const u_int before = *recorded;

		if (part == 0)
			continue;
		if ((ask(epi, (int)part) & (int)part) != 0 && *recorded == before)
			epi->epi_unhooked = true;
	}
}

uint32_t
rump_epitem_ask(struct rump_epitem *epi, bool all)
{
	const uint32_t want = (epi->epi_events & ~EP_PRIVATE) | EP_ALWAYS;

	if ((epi->epi_events & ~EP_PRIVATE) == 0)
		return 0;
	if (epi->epi_kn[0] != NULL || epi->epi_kn[1] != NULL)
		return ask_knotes(epi) & want;
	if (all || epi->epi_unhooked)
		hook(epi, want);
	return (uint32_t)ask(epi, (int)want) & want;
}

/* A knote of the file, active on the item.  errors: the filter's. */
static int
knote_make(struct rump_epitem *epi, uint32_t filter, struct rump_knote **rkp)
{
	struct rump_knote *const rk = kmem_zalloc(sizeof(*rk), KM_SLEEP);
	struct knote *const kn = &rk->rk_kn;
	int error;

	rk->rk_item.ei_set = epi->epi_item.ei_set;
	rk->rk_forward = &epi->epi_item;
	kn->kn_kevent.ident = (uintptr_t)epi->epi_fd;
	kn->kn_kevent.filter = filter;
	kn->kn_obj = epi->epi_fp;
	kn->kn_fop = &rump_filt_file;
	error = (*epi->epi_fp->f_ops->fo_kqfilter)(epi->epi_fp, kn);
	if (error != 0)
		kmem_free(rk, sizeof(*rk));
	else
		*rkp = rk;
	return error;
}

int
rump_epitem_knotes(struct rump_epitem *epi)
{
	const int error = knote_make(epi, EVFILT_READ, &epi->epi_kn[0]);
	const int error2 = knote_make(epi, EVFILT_WRITE, &epi->epi_kn[1]);

	return error != 0 && error2 != 0 ? error : 0;
}

void
rump_epitem_unhook(struct rump_epitem *epi)
{
	rump_watch_clear(&epi->epi_slot);
	for (int i = 0; i < 2; i++) {
		if (epi->epi_kn[i] == NULL)
			continue;
		rump_filter_detach(&epi->epi_kn[i]->rk_kn);
		kmem_free(epi->epi_kn[i], sizeof(*epi->epi_kn[i]));
		epi->epi_kn[i] = NULL;
	}
}
