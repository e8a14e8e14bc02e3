/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Filters of descriptors: the file's own (fo_kqfilter), and for files that have none, of what poll(2)
 * says about them.
 */
#include "kqueue.h"

#include <sys/errno.h>
#include <sys/file.h>
#include <sys/poll.h>
#include <sys/systm.h>

static int
file_attach(struct knote *kn)
{
	struct file *const fp = kn->kn_obj;
	int error;

	error = (*fp->f_ops->fo_kqfilter)(fp, kn);
	if (error == EOPNOTSUPP && fp->f_ops->fo_kqfilter == fnullop_kqfilter)
		error = rump_pollfilter_attach(fp, kn);
	return error;
}

/* Only attached by this: the file sets another. */
static int
file_event(struct knote *kn, long hint)
{
	return 0;
}

const struct filterops rump_filt_file = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_attach = file_attach,
	.f_event = file_event,
};

/* ---- By poll(2) ---- */

static bool
poll_notify(struct rump_watcher *wr, int events, struct rump_evset **chain)
{
	struct rump_knote *const rk = container_of(wr, struct rump_knote, rk_watcher);
	const int in = POLLIN | POLLRDNORM | POLLHUP | POLLERR;
	const int out = POLLOUT | POLLWRNORM | POLLHUP | POLLERR;

	if (events != 0 && (events & (rk->rk_kn.kn_filter == EVFILT_READ ? in : out)) == 0)
		return false;
	return rump_evitem_queue(&rk->rk_item, chain);
}

/* kn_hookid: ready, and so perhaps not hooked: ask again rather than wait for the next change. */
static int
poll_event(struct knote *kn, long hint)
{
	struct rump_knote *const rk = RK(kn);
	const int ask = (kn->kn_filter == EVFILT_READ ? POLLIN | POLLRDNORM : POLLOUT | POLLWRNORM);
	const u_int recorded = rk->rk_watcher.wr_recorded;
	int events;

	(void)rump_watch_ask(&rk->rk_watcher, &rk->rk_slot, kn->kn_obj, 0);
	events = rump_watch_ask(&rk->rk_watcher, &rk->rk_slot, kn->kn_obj, ask | POLLHUP | POLLERR);
	kn->kn_hookid = rk->rk_watcher.wr_recorded == recorded;

	if ((events & POLLHUP) != 0)
		knote_set_eof(kn, 0);
	else
		knote_clear_eof(kn);
	kn->kn_data = (events & ask) != 0;
	return (events & (ask | POLLHUP | POLLERR)) != 0;
}

static int
poll_touch(struct knote *kn, struct kevent *kev, long type)
{
	if (type == EVENT_REGISTER) {
		kn->kn_sfflags = kev->fflags;
		kn->kn_sdata = (uintptr_t)kev->data;
		return 0;
	}
	*kev = kn->kn_kevent;
	if (kn->kn_hookid)
		rump_evitem_requeue(&RK(kn)->rk_item);
	return 0;
}

static void
poll_detach(struct knote *kn)
{
	rump_watch_clear(&RK(kn)->rk_slot);
}

static const struct filterops poll_filtops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = poll_detach,
	.f_event = poll_event,
	.f_touch = poll_touch,
};

int
rump_pollfilter_attach(struct file *fp, struct knote *kn)
{
	if (kn->kn_filter != EVFILT_READ && kn->kn_filter != EVFILT_WRITE)
		return EINVAL;
	if (rump_evset_of(fp) != NULL && kn->kn_filter != EVFILT_READ)
		return EINVAL;
	RK(kn)->rk_watcher.wr_notify = poll_notify;
	kn->kn_fop = &poll_filtops;
	return 0;
}
