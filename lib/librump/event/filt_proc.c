/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * EVFILT_PROC and EVFILT_SIGNAL: knotes on p_klist, under p_lock.
 *
 * A knote outlives its process: rump_knote_exit() takes it off the list and clears kn_hook, under
 * proc_lock as well, which a detach takes to know whether there is still a process.
 */
#include "kqueue.h"

#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/signal.h>
#include <sys/systm.h>

#define NOTE_PROCALL (NOTE_EXIT | NOTE_FORK | NOTE_EXEC | NOTE_TRACK)
#define HOST_NSIG    64

static void
list_add(struct proc *p, struct knote *kn)
{
	kn->kn_hook = p;
	mutex_enter(p->p_lock);
	klist_insert(&p->p_klist, kn);
	mutex_exit(p->p_lock);
}

static void
list_detach(struct knote *kn)
{
	struct proc *p;

	mutex_enter(&proc_lock);
	p = kn->kn_hook;
	if (p != NULL) {
		mutex_enter(p->p_lock);
		klist_remove(&p->p_klist, kn);
		mutex_exit(p->p_lock);
	}
	mutex_exit(&proc_lock);
}

/* Lock what guards kn_fflags and kn_data; false: the process has ended. */
static struct proc *
list_lock(struct knote *kn)
{
	struct proc *p;

	mutex_enter(&proc_lock);
	p = kn->kn_hook;
	if (p != NULL)
		mutex_enter(p->p_lock);
	return p;
}

static void
list_unlock(struct proc *p)
{
	if (p != NULL)
		mutex_exit(p->p_lock);
	mutex_exit(&proc_lock);
}

static int
list_touch(struct knote *kn, struct kevent *kev, long type)
{
	struct proc *const p = list_lock(kn);

	if (type == EVENT_REGISTER) {
		kn->kn_sfflags = kev->fflags;
		kn->kn_sdata = (uintptr_t)kev->data;
	} else if (type == RUMP_EVENT_RETURN) {
		kn->kn_fflags |= kev->fflags;
		if (kn->kn_filter == EVFILT_SIGNAL)
			kn->kn_data += kev->data;
		else if (kn->kn_data == 0)
			kn->kn_data = kev->data;
	} else {
		*kev = kn->kn_kevent;
		if ((kn->kn_flags & EV_CLEAR) != 0) {
			kn->kn_fflags = 0;
			kn->kn_data = 0;
		}
	}
	list_unlock(p);
	return 0;
}

/* ---- EVFILT_PROC ---- */

static int
proc_attach(struct knote *kn)
{
	struct proc *p;
	int error = 0;

	if (kn->kn_id > PID_MAX)
		return ESRCH;
	mutex_enter(&proc_lock);
	p = proc_find((pid_t)kn->kn_id);
	if (p == NULL)
		error = ESRCH;
	else if (kauth_authorize_process(
		     curlwp->l_cred, KAUTH_PROCESS_KEVENT_FILTER, p, NULL, NULL, NULL) != 0)
		error = EACCES;
	else {
		kn->kn_flags |= EV_CLEAR;
		/* What rump_knote_fork() made of a parent's: kn_sdata is the parent. */
		if ((kn->kn_sfflags & NOTE_CHILD) != 0) {
			kn->kn_data = (int64_t)kn->kn_sdata;
			kn->kn_fflags = NOTE_CHILD;
			kn->kn_sfflags &= ~NOTE_CHILD;
		}
		list_add(p, kn);
	}
	mutex_exit(&proc_lock);
	return error;
}

/* hint not 0: p_lock is held. */
static int
proc_event(struct knote *kn, long hint)
{
	const uint32_t event = (uint32_t)hint & NOTE_PCTRLMASK;
	struct proc *p;
	int rv;

	if (hint != 0) {
		if ((hint & NOTE_SIGNAL) != 0)
			return 0;
		kn->kn_fflags |= kn->kn_sfflags & event;
		if (event == NOTE_EXIT) {
			kn->kn_data = hint & NOTE_PDATAMASK;
			knote_set_eof(kn, EV_ONESHOT);
			return 1;
		}
		return kn->kn_fflags != 0;
	}
	p = list_lock(kn);
	rv = kn->kn_fflags != 0;
	list_unlock(p);
	return rv;
}

const struct filterops rump_filt_proc = {
	.f_flags = FILTEROP_MPSAFE | RUMP_FILTEROP_RETURN,
	.f_attach = proc_attach,
	.f_detach = list_detach,
	.f_event = proc_event,
	.f_touch = list_touch,
};

void
rump_knote_exit(struct proc *p)
{
	struct knote *kn;

	KASSERT(mutex_owned(&proc_lock));
	mutex_enter(p->p_lock);
	KNOTE(&p->p_klist, (long)(NOTE_EXIT | (p->p_xexit & NOTE_PDATAMASK)));
	while ((kn = SLIST_FIRST(&p->p_klist)) != NULL) {
		klist_remove(&p->p_klist, kn);
		kn->kn_hook = NULL;
	}
	mutex_exit(p->p_lock);
}

/* The next knote of p that wants its children tracked and has not been seen, its queue held. */
struct track {
	struct kqueue *kq;
	struct kevent kev;
};

static u_int
tracks_find(struct proc *p, struct track *tr, u_int max)
{
	struct knote *kn;
	u_int n = 0;

	mutex_enter(p->p_lock);
	SLIST_FOREACH (kn, &p->p_klist, kn_selnext) {
		if (kn->kn_filter != EVFILT_PROC || (kn->kn_sfflags & NOTE_TRACK) == 0)
			continue;
		if (n < max) {
			tr[n].kq = kn->kn_kq;
			tr[n].kev = kn->kn_kevent;
			tr[n].kev.fflags = kn->kn_sfflags | NOTE_CHILD;
			rump_evset_hold(&kn->kn_kq->kq_set);
		}
		n++;
	}
	mutex_exit(p->p_lock);
	return n;
}

/* The child could not be followed. */
static void
track_error(struct proc *p, const struct kqueue *kq)
{
	struct knote *kn;

	mutex_enter(p->p_lock);
	SLIST_FOREACH (kn, &p->p_klist, kn_selnext)
		if (kn->kn_kq == kq && kn->kn_filter == EVFILT_PROC) {
			kn->kn_fflags |= NOTE_TRACKERR;
			rump_knote_activate(kn);
		}
	mutex_exit(p->p_lock);
}

void
rump_knote_fork(struct proc *p, struct proc *child)
{
	struct track *tr;
	u_int n, found;

	if (SLIST_EMPTY(&p->p_klist))
		return;
	mutex_enter(p->p_lock);
	knote(&p->p_klist, (long)NOTE_FORK);
	mutex_exit(p->p_lock);
	n = tracks_find(p, NULL, 0);
	if (n == 0)
		return;
	tr = kmem_alloc(n * sizeof(*tr), KM_SLEEP);
	found = MIN(tracks_find(p, tr, n), n);
	for (u_int i = 0; i < found; i++) {
		struct kevent *const kev = &tr[i].kev;

		kev->ident = (uintptr_t)child->p_pid;
		kev->flags = EV_ADD | EV_ENABLE;
		kev->data = p->p_pid;
		if (rump_kqueue_register(tr[i].kq, kev) != 0)
			track_error(p, tr[i].kq);
		rump_evset_rele(&tr[i].kq->kq_set);
	}
	kmem_free(tr, n * sizeof(*tr));
}

/* ---- EVFILT_SIGNAL: of the process that registers ---- */

static int
signal_attach(struct knote *kn)
{
	if (kn->kn_id < 1 || kn->kn_id > HOST_NSIG)
		return EINVAL;
	kn->kn_flags |= EV_CLEAR;
	list_add(curproc, kn);
	return 0;
}

static int
signal_event(struct knote *kn, long hint)
{
	struct proc *p;
	int rv;

	if (hint != 0) {
		if ((hint & NOTE_SIGNAL) == 0 || (uintptr_t)(hint & ~NOTE_SIGNAL) != kn->kn_id)
			return 0;
		kn->kn_data++;
		return 1;
	}
	p = list_lock(kn);
	rv = kn->kn_data != 0;
	list_unlock(p);
	return rv;
}

const struct filterops rump_filt_signal = {
	.f_flags = FILTEROP_MPSAFE | RUMP_FILTEROP_RETURN,
	.f_attach = signal_attach,
	.f_detach = list_detach,
	.f_event = signal_event,
	.f_touch = list_touch,
};
