/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Sets of events: queue, sleepers, descriptors.  The model is in evset.h. */
#include "kqueue.h"

#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kauth.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/select.h>
#include <sys/signalvar.h>
#include <sys/systm.h>
#include <sys/time.h>
#include <sys/uidinfo.h>

#include <rump/rumpuser.h>

#include "rump_fd.h"
#include "rump_mem.h"
#include "rump_rcu.h"
#include "rump_sched.h"
#include "rump_sync.h"
#include "rump_time.h"

#define MAXEVENTS_DEFAULT 1048576

void
rump_evset_init(
    struct rump_evset *es, bool (*holds)(struct rump_evitem *), void (*freeit)(struct rump_evset *))
{
	mutex_init(&es->es_mutex, MUTEX_DEFAULT, IPL_NONE);
	rump_leaf_init(&es->es_lock);
	TAILQ_INIT(&es->es_ready);
	TAILQ_INIT(&es->es_waiters);
	selinit(&es->es_sel);
	LIST_INIT(&es->es_parents);
	LIST_INIT(&es->es_children);
	es->es_seen = 0;
	es->es_nready = 0;
	es->es_chained = 0;
	es->es_refs = 1;
	es->es_closed = false;
	es->es_user = uid_find(kauth_cred_getuid(curlwp->l_cred));
	es->es_holds = holds;
	es->es_free = freeit;
}

void
rump_evset_hold(struct rump_evset *es)
{
	atomic_inc_uint(&es->es_refs);
}

static void
evset_free(struct rump_rcu_head *head)
{
	struct rump_evset *const es = container_of(head, struct rump_evset, es_rcu);

	(*es->es_free)(es);
}

void
rump_evset_rele(struct rump_evset *es)
{
	if (atomic_dec_uint_nv(&es->es_refs) > 0)
		return;
	KASSERT(TAILQ_EMPTY(&es->es_ready) && TAILQ_EMPTY(&es->es_waiters));
	KASSERT(LIST_EMPTY(&es->es_parents) && LIST_EMPTY(&es->es_children));
	seldestroy(&es->es_sel);
	mutex_destroy(&es->es_mutex);
	rump_rcu_call(&es->es_rcu, evset_free);
}

/* ---- What a user may have ---- */

int rump_maxevents;

/* Events take a 25th of the memory: those of one program are not to stop all others. */
void
rump_maxevents_init(void)
{
	const size_t size = sizeof(struct rump_knote);

	rump_maxevents = (int)(rump_mem_share(MAXEVENTS_DEFAULT * size, 4) / size);
}

bool
rump_evset_charge(struct rump_evset *es)
{
	const int max = MAX(atomic_load_relaxed(&rump_maxevents), 0);

	if (atomic_inc_ulong_nv(&es->es_user->ui_evcnt) <= (u_long)max)
		return true;
	rump_evset_uncharge(es);
	return false;
}

void
rump_evset_uncharge(struct rump_evset *es)
{
	atomic_dec_ulong(&es->es_user->ui_evcnt);
}

/* ---- The queue ---- */

void
rump_evitem_init(struct rump_evitem *ei, struct rump_evset *es)
{
	ei->ei_set = es;
	ei->ei_child = NULL;
	ei->ei_queued = ei->ei_disabled = false;
}

/* One sleeper less; false when there was none.  locks: (e). */
static bool
wake_one(struct rump_evset *es)
{
	struct rump_evwaiter *const ew = TAILQ_FIRST(&es->es_waiters);
	struct lwp *l;

	if (ew == NULL)
		return false;
	l = ew->ew_lwp;
	TAILQ_REMOVE(&es->es_waiters, ew, ew_link);
	atomic_store_release(&ew->ew_woken, 1); /* it is on a stack, and may go */
	lwp_unpark(l);
	return true;
}

/* locks: (e). */
static void
queue(struct rump_evset *es, struct rump_evitem *ei)
{
	if (ei->ei_queued)
		return;
	ei->ei_queued = true;
	TAILQ_INSERT_TAIL(&es->es_ready, ei, ei_ready);
	atomic_store_relaxed(&es->es_nready, es->es_nready + 1);
}

void
rump_evitem_requeue(struct rump_evitem *ei)
{
	struct rump_evset *const es = ei->ei_set;

	KASSERT(mutex_owned(&es->es_mutex));
	rump_leaf_enter(&es->es_lock);
	if (!ei->ei_disabled)
		queue(es, ei);
	rump_leaf_exit(&es->es_lock);
}

bool
rump_evitem_queue(struct rump_evitem *ei, struct rump_evset **chain)
{
	struct rump_evset *const es = ei->ei_set;
	bool woken = false;

	rump_leaf_enter(&es->es_lock);
	if (ei->ei_disabled) {
		rump_leaf_exit(&es->es_lock);
		return false;
	}
	queue(es, ei);
	woken = wake_one(es);
	rump_leaf_exit(&es->es_lock);
	if (atomic_load_relaxed(&es->es_sel.sel_nwatches) != 0 &&
	    atomic_swap_32(&es->es_chained, 1) == 0) {
		es->es_next = *chain;
		*chain = es;
	}
	return woken;
}

void
rump_evitem_activate(struct rump_evitem *ei)
{
	struct rump_evset *chain = NULL;

	(void)rump_evitem_queue(ei, &chain);
	rump_evset_tell(chain);
}

/* locks: (e). */
static void
unqueue(struct rump_evset *es, struct rump_evitem *ei)
{
	ei->ei_queued = false;
	TAILQ_REMOVE(&es->es_ready, ei, ei_ready);
	atomic_store_relaxed(&es->es_nready, es->es_nready - 1);
}

void
rump_evitem_disable(struct rump_evitem *ei)
{
	struct rump_evset *const es = ei->ei_set;

	rump_leaf_enter(&es->es_lock);
	ei->ei_disabled = true;
	if (ei->ei_queued)
		unqueue(es, ei);
	rump_leaf_exit(&es->es_lock);
}

void
rump_evitem_enable(struct rump_evitem *ei)
{
	struct rump_evset *const es = ei->ei_set;

	rump_leaf_enter(&es->es_lock);
	ei->ei_disabled = false;
	rump_leaf_exit(&es->es_lock);
}

struct rump_evitem *
rump_evset_pop(struct rump_evset *es)
{
	struct rump_evitem *ei;

	KASSERT(mutex_owned(&es->es_mutex));
	rump_leaf_enter(&es->es_lock);
	ei = TAILQ_FIRST(&es->es_ready);
	if (ei != NULL)
		unqueue(es, ei);
	rump_leaf_exit(&es->es_lock);
	return ei;
}

u_int
rump_evset_nready(struct rump_evset *es)
{
	return atomic_load_relaxed(&es->es_nready);
}

void
rump_evset_pass(struct rump_evset *es)
{
	rump_leaf_enter(&es->es_lock);
	if (es->es_nready > 0)
		(void)wake_one(es);
	rump_leaf_exit(&es->es_lock);
}

/* ---- Sleeping ---- */

static int
sleep_until_woken(struct rump_evwaiter *ew, int fd, const struct file *fp, int64_t deadline_ns)
{
	const fdfile_t *const ff = fd_slot_known(curlwp->l_fd, (u_int)fd);
	int error = 0;

	while (atomic_load_acquire(&ew->ew_woken) == 0) {
		if (error != 0)
			return error;
		if (rump_lwp_interrupted(ew->ew_lwp))
			return EINTR;
		if (atomic_load_relaxed(&ff->ff_file) != fp)
			return EBADF;
		error = lwp_park(deadline_ns);
	}
	return 0;
}

int
rump_evset_wait(struct rump_evset *es, int fd, const struct file *fp, int64_t deadline_ns)
{
	struct rump_evwaiter ew = { .ew_lwp = curlwp };
	int error;

	rump_leaf_enter(&es->es_lock);
	if (es->es_nready > 0) {
		rump_leaf_exit(&es->es_lock);
		return 0;
	}
	TAILQ_INSERT_TAIL(&es->es_waiters, &ew, ew_link);
	rump_leaf_exit(&es->es_lock);
	error = sleep_until_woken(&ew, fd, fp, deadline_ns);
	rump_leaf_enter(&es->es_lock);
	if (ew.ew_woken == 0)
		TAILQ_REMOVE(&es->es_waiters, &ew, ew_link);
	else
		error = 0;
	rump_leaf_exit(&es->es_lock);
	return error;
}

void
rump_evset_restart(struct file *fp)
{
	struct rump_evset *const es = rump_evset_of(fp);
	struct rump_evwaiter *ew;

	rump_leaf_enter(&es->es_lock);
	TAILQ_FOREACH (ew, &es->es_waiters, ew_link)
		lwp_unpark(ew->ew_lwp);
	rump_leaf_exit(&es->es_lock);
}

/* ---- Sets as files ---- */

struct rump_evset *
rump_evset_of(const struct file *fp)
{
	if (fp->f_ops == &rump_kqueue_ops)
		return &fp->f_kqueue->kq_set;
	if (fp->f_ops == &rump_epoll_ops)
		return rump_epoll_set(fp);
	return NULL;
}

/* Does anything that is queued still hold?  What does not is taken off. */
static bool
evset_check(struct rump_evset *es)
{
	struct rump_evitem *ei;
	bool holds = false;

	mutex_enter(&es->es_mutex);
	while (!holds && (ei = rump_evset_pop(es)) != NULL) {
		holds = (*es->es_holds)(ei);
		if (holds)
			rump_evitem_requeue(ei);
	}
	mutex_exit(&es->es_mutex);
	rump_evset_pass(es);
	return holds;
}

int
rump_evset_poll(struct file *fp, int events)
{
	struct rump_evset *const es = rump_evset_of(fp);

	/*
	 * Hook first: who queues an item looks for watches when it is done, so one of the two is
	 * seen.  What a harvest has off the queue for the moment is waited for, by es_mutex.
	 */
	selrecord(curlwp, &es->es_sel);
	if ((events & (POLLIN | POLLRDNORM)) == 0)
		return 0;
	return evset_check(es) ? events & (POLLIN | POLLRDNORM) : 0;
}

int
rump_event_newfd(const struct fileops *ops, int type, int fflags, int flags, void *data, int *fdp)
{
	struct file *fp;
	int error, fd;

	error = fd_allocfile(&fp, &fd);
	if (error != 0)
		return error;
	fp->f_flag = (u_int)fflags | ((u_int)flags & FNONBLOCK);
	fp->f_type = (u_int)type;
	fp->f_ops = ops;
	fp->f_data = data;
	if ((flags & O_CLOEXEC) != 0)
		fd_set_exclose(curlwp, fd, true);
	fd_affix(curproc, fp, (u_int)fd);
	*fdp = fd;
	return 0;
}

/* ---- Time and masks ---- */

int
rump_event_deadline(const struct timespec *ts, int64_t *deadline_ns)
{
	int64_t now;

	*deadline_ns = RUMPUSER_FOREVER;
	if (ts == NULL)
		return 0;
	if (ts->tv_sec < 0 || ts->tv_nsec < 0 || ts->tv_nsec >= NSEC_PER_SEC)
		return EINVAL;
	now = rump_mono_ns();
	if (ts->tv_sec < (RUMPUSER_FOREVER - now) / NSEC_PER_SEC - 1)
		*deadline_ns = now + ts->tv_sec * NSEC_PER_SEC + ts->tv_nsec;
	return 0;
}

int
rump_sigmask_begin(struct lwp *l, const struct host_sigset *mask)
{
	sigset_t set;
	int error;

	if (mask == NULL)
		return 0;
	error = copyin(mask, &set.__bits, sizeof(set.__bits));
	if (error == 0)
		sigsuspendsetup(l, &set);
	return error;
}

void
rump_sigmask_end(struct lwp *l, const struct host_sigset *mask)
{
	if (mask != NULL)
		sigsuspendteardown(l);
}
