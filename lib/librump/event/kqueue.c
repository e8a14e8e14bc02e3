/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * kqueue(2): knotes, their registration, their harvest.
 *
 * A knote is in its queue's tree by (filter, ident), and one on a descriptor also on that descriptor's
 * list, from which it goes when the descriptor is closed.  Both change under es_mutex.  A call that
 * registers holds the descriptor (fd_getfile()), and the close that drains it then finds the knote.
 */
#include "kqueue.h"

#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/systm.h>

#include "rump_fd.h"

/* What kevent(2) is told to do, rather than a property of the knote. */
#define EV_ACTIONS (EV_ADD | EV_DELETE | EV_ENABLE | EV_DISABLE | EV_RECEIPT | EV_SYSFLAGS)

struct knkey {
	uint32_t filter;
	uintptr_t ident;
};

static signed int
cmp_key(void *ctx, const void *node, const void *key)
{
	const struct rump_knote *const rk = node;
	const struct knkey *const k = key;

	if (rk->rk_kn.kn_filter != k->filter)
		return rk->rk_kn.kn_filter < k->filter ? -1 : 1;
	if (rk->rk_kn.kn_id != k->ident)
		return rk->rk_kn.kn_id < k->ident ? -1 : 1;
	return 0;
}

static signed int
cmp_nodes(void *ctx, const void *n1, const void *n2)
{
	const struct rump_knote *const rk = n2;
	const struct knkey key = { rk->rk_kn.kn_filter, rk->rk_kn.kn_id };

	return cmp_key(ctx, n1, &key);
}

static const rb_tree_ops_t tree_ops = {
	.rbto_compare_nodes = cmp_nodes,
	.rbto_compare_key = cmp_key,
	.rbto_node_offset = offsetof(struct rump_knote, rk_node),
};

/* ---- Knotes: made and unmade ---- */

/* Off its lists, detached and freed.  locks: (m), and nest_lock when it watches a set. */
static void
knote_drop(struct kqueue *kq, struct rump_knote *rk)
{
	struct knote *const kn = &rk->rk_kn;

	KASSERT(mutex_owned(&kq->kq_set.es_mutex));
	rb_tree_remove_node(&kq->kq_tree, rk);
	if (kn->kn_obj != NULL) {
		fdfile_t *const ff = fd_slot_known(rk->rk_fdp, (u_int)kn->kn_id);

		mutex_enter(&rk->rk_fdp->fd_lock);
		SLIST_REMOVE(&ff->ff_knlist, kn, knote, kn_link);
		mutex_exit(&rk->rk_fdp->fd_lock);
	}
	rump_filter_detach(kn);
	rump_evitem_disable(&rk->rk_item);
	if (rk->rk_item.ei_child != NULL)
		rump_evnest_unlink(&rk->rk_item);
	rump_kfilter_put(rk->rk_kf);
	rump_evset_uncharge(&kq->kq_set);
	kmem_free(rk, sizeof(*rk));
}

/* Put a new knote where it is found.  locks: (m). */
static void
knote_enter(struct kqueue *kq, struct rump_knote *rk)
{
	struct knote *const kn = &rk->rk_kn;
	struct rump_knote *was __diagused;

	was = rb_tree_insert_node(&kq->kq_tree, rk);
	KASSERT(was == rk);
	if (kn->kn_obj != NULL) {
		fdfile_t *const ff = fd_slot_known(rk->rk_fdp, (u_int)kn->kn_id);

		mutex_enter(&rk->rk_fdp->fd_lock);
		SLIST_INSERT_HEAD(&ff->ff_knlist, kn, kn_link);
		mutex_exit(&rk->rk_fdp->fd_lock);
	}
}

/* fp: what a descriptor's knote is of, held by the caller.  locks: (m); nest_lock if it is a set. */
static int
knote_make(struct kqueue *kq, const struct kevent *kev, struct rump_kfilter *kf, struct file *fp,
    struct rump_knote **rkp)
{
	struct rump_evset *const child = fp != NULL ? rump_evset_of(fp) : NULL;
	struct rump_knote *rk;
	struct knote *kn;
	int error = 0;

	if (!rump_evset_charge(&kq->kq_set))
		return ENOMEM;
	rk = kmem_zalloc(sizeof(*rk), KM_SLEEP);
	kn = &rk->rk_kn;
	rump_evitem_init(&rk->rk_item, &kq->kq_set);
	rk->rk_item.ei_disabled = (kev->flags & EV_DISABLE) != 0;
	rk->rk_kf = kf;
	kn->kn_kq = kq;
	kn->kn_kevent = *kev;
	kn->kn_flags = kev->flags & ~EV_ACTIONS;
	kn->kn_fflags = 0;
	kn->kn_data = 0;
	kn->kn_sfflags = kev->fflags;
	kn->kn_sdata = (uintptr_t)kev->data;
	kn->kn_obj = fp;
	kn->kn_fop = kf->kf_ops;
	rk->rk_change = ++kq->kq_changes;
	rk->rk_fdp = curlwp->l_fd;
	if (child != NULL)
		error = rump_evnest_link(&rk->rk_item, child);
	if (error == 0) {
		error = rump_filter_attach(kn);
		if (error != 0 && child != NULL)
			rump_evnest_unlink(&rk->rk_item);
	}
	if (error != 0) {
		rump_evset_uncharge(&kq->kq_set);
		kmem_free(rk, sizeof(*rk));
		return error;
	}
	knote_enter(kq, rk);
	*rkp = rk;
	return 0;
}

/* Give an existing knote its new values.  locks: (m). */
static int
knote_modify(struct rump_knote *rk, struct kevent *kev)
{
	struct knote *const kn = &rk->rk_kn;
	int error = 0;

	kn->kn_kevent.udata = kev->udata;
	if (kn->kn_fop->f_touch != NULL)
		error = (*kn->kn_fop->f_touch)(kn, kev, EVENT_REGISTER);
	else {
		kn->kn_sfflags = kev->fflags;
		kn->kn_sdata = (uintptr_t)kev->data;
	}
	return error;
}

/* ---- Changes ---- */

/* locks: (m); nest_lock when fp is a set. */
static int
register_locked(struct kqueue *kq, struct kevent *kev, struct rump_kfilter *kf, struct file *fp)
{
	const struct knkey key = { kev->filter, kev->ident };
	struct rump_knote *rk = rb_tree_find_node(&kq->kq_tree, &key);
	int error = 0;

	if (kq->kq_set.es_closed) {
		rump_kfilter_put(kf);
		return EBADF;
	}
	if (rk != NULL &&
	    rk->rk_spent) { /* for everybody but the call that tells of it, it is gone */
		knote_drop(kq, rk);
		rk = NULL;
	}
	if (rk == NULL) {
		if ((kev->flags & EV_ADD) == 0)
			error = ENOENT;
		else
			error = knote_make(kq, kev, kf, fp, &rk);
		if (error != 0)
			rump_kfilter_put(kf);
	} else {
		rump_kfilter_put(kf); /* the knote has one */
		if ((kev->flags & EV_DELETE) == 0)
			error = knote_modify(rk, kev);
	}
	if (error != 0)
		return error;
	if ((kev->flags & EV_DELETE) != 0) {
		knote_drop(kq, rk);
		return 0;
	}
	if ((kev->flags & EV_DISABLE) != 0) {
		rump_evitem_disable(&rk->rk_item);
		rk->rk_change = ++kq->kq_changes;
	}
	if ((kev->flags & EV_ENABLE) != 0)
		rump_evitem_enable(&rk->rk_item);
	if (rump_filter_event(&rk->rk_kn, 0))
		rump_knote_activate(&rk->rk_kn);
	return 0;
}

int
rump_kqueue_register(struct kqueue *kq, struct kevent *kev)
{
	struct rump_kfilter *const kf = rump_kfilter_get(kev->filter);
	struct file *fp = NULL;
	bool nests = false;
	int error;

	if (kf == NULL)
		return EINVAL;
	if ((kf->kf_ops->f_flags & FILTEROP_ISFD) != 0) {
		if (kev->ident > INT_MAX || (fp = fd_getfile((u_int)kev->ident)) == NULL) {
			rump_kfilter_put(kf);
			return EBADF;
		}
		nests = rump_evset_of(fp) != NULL;
	}
	if (nests)
		rump_evnest_enter();
	mutex_enter(&kq->kq_set.es_mutex);
	error = register_locked(kq, kev, kf, fp);
	mutex_exit(&kq->kq_set.es_mutex);
	if (nests)
		rump_evnest_exit();
	if (fp != NULL)
		fd_putfile((u_int)kev->ident);
	return error;
}

/* ---- Harvest ---- */

/* Take the event of one knote that holds.  One-shot knotes go when it is told of.  locks: (m). */
static void
harvest_one(struct rump_knote *rk, struct kevent *kev)
{
	struct knote *const kn = &rk->rk_kn;

	if (kn->kn_fop->f_touch != NULL)
		(void)(*kn->kn_fop->f_touch)(kn, kev, EVENT_PROCESS);
	else {
		*kev = kn->kn_kevent;
		if ((kn->kn_flags & EV_CLEAR) != 0) {
			kn->kn_data = 0;
			kn->kn_fflags = 0;
		}
	}
	kev->flags = atomic_load_relaxed(&kn->kn_flags);
	if ((kn->kn_flags & EV_ONESHOT) != 0) {
		rump_evitem_disable(&rk->rk_item);
		rk->rk_spent = true;
	} else if ((kn->kn_flags & EV_DISPATCH) != 0)
		rump_evitem_disable(&rk->rk_item);
	else if ((kn->kn_flags & EV_CLEAR) == 0)
		rump_evitem_requeue(&rk->rk_item);
}

/* What is told of, or not any more: one-shot knotes of objects that have ended are, in any case. */
static bool
holds(struct rump_knote *rk)
{
	const uint32_t ended = EV_ONESHOT | EV_EOF;

	return rump_filter_event(&rk->rk_kn, 0) ||
	    (atomic_load_relaxed(&rk->rk_kn.kn_flags) & ended) == ended;
}

size_t
rump_kqueue_harvest(struct kqueue *kq, struct kevent *kev, uint64_t *ids, size_t n, size_t *todo)
{
	struct rump_evset *const es = &kq->kq_set;
	struct rump_evitem *ei;
	size_t count = 0;

	mutex_enter(&es->es_mutex);
	for (; *todo > 0 && count < n; --*todo) {
		struct rump_knote *rk;

		if ((ei = rump_evset_pop(es)) == NULL)
			break;
		rk = container_of(ei, struct rump_knote, rk_item);
		if (!holds(rk))
			continue;
		ids[count] = rk->rk_change;
		harvest_one(rk, &kev[count++]);
	}
	mutex_exit(&es->es_mutex);
	rump_evset_pass(es);
	return count;
}

/* The knote of an event, if it is still the same.  locks: (m). */
static struct rump_knote *
knote_of(struct kqueue *kq, const struct kevent *kev, uint64_t id)
{
	const struct knkey key = { kev->filter, kev->ident };
	struct rump_knote *const rk = rb_tree_find_node(&kq->kq_tree, &key);

	return rk != NULL && rk->rk_change == id ? rk : NULL;
}

/* Spent knotes go; false: there are some of sets, which need nest_lock (nests). */
static bool
drop_spent(struct kqueue *kq, const struct kevent *kev, const uint64_t *ids, size_t n, bool nests)
{
	bool all = true;

	if (nests)
		rump_evnest_enter();
	mutex_enter(&kq->kq_set.es_mutex);
	for (size_t i = 0; i < n; i++) {
		struct rump_knote *const rk = knote_of(kq, &kev[i], ids[i]);

		if (rk == NULL || !rk->rk_spent)
			continue;
		if (rk->rk_item.ei_child != NULL && !nests)
			all = false;
		else
			knote_drop(kq, rk);
	}
	mutex_exit(&kq->kq_set.es_mutex);
	if (nests)
		rump_evnest_exit();
	return all;
}

void
rump_kqueue_told_of(struct kqueue *kq, const struct kevent *kev, const uint64_t *ids, size_t n)
{
	bool spent = false;

	for (size_t i = 0; i < n; i++)
		spent = spent || (kev[i].flags & EV_ONESHOT) != 0;
	if (spent && !drop_spent(kq, kev, ids, n, false))
		(void)drop_spent(kq, kev, ids, n, true);
}

/* Undo what the harvest cleared.  What a filter computes from its object needs nothing.  locks: (m). */
static void
knote_restore(struct knote *kn, struct kevent kev)
{
	if ((kn->kn_fop->f_flags & RUMP_FILTEROP_RETURN) != 0)
		(void)(*kn->kn_fop->f_touch)(kn, &kev, RUMP_EVENT_RETURN);
	else if (kn->kn_fop->f_touch == NULL && (kn->kn_flags & EV_CLEAR) != 0) {
		kn->kn_fflags |= kev.fflags;
		kn->kn_data = kev.data;
	}
}

void
rump_kqueue_give_back(struct kqueue *kq, const struct kevent *kev, const uint64_t *ids, size_t n)
{
	mutex_enter(&kq->kq_set.es_mutex);
	for (size_t i = 0; i < n; i++) {
		struct rump_knote *const rk = knote_of(kq, &kev[i], ids[i]);

		if (rk == NULL)
			continue;
		knote_restore(&rk->rk_kn, kev[i]);
		rk->rk_spent = false;
		rump_evitem_enable(&rk->rk_item); /* one-shot, or EV_DISPATCH */
		rump_knote_activate(&rk->rk_kn);
	}
	mutex_exit(&kq->kq_set.es_mutex);
}

static bool
kqueue_holds(struct rump_evitem *ei)
{
	return holds(container_of(ei, struct rump_knote, rk_item));
}

/* ---- Closed descriptors ---- */

/* Drop the queue's knotes on the descriptor.  locks: (m), nest_lock if it is of a set. */
static void
fdclose_one(struct kqueue *kq, struct filedesc *fdp, fdfile_t *ff)
{
	struct knote *kn;

	for (;;) {
		mutex_enter(&fdp->fd_lock);
		SLIST_FOREACH (kn, &ff->ff_knlist, kn_link)
			if (kn->kn_kq == kq)
				break;
		mutex_exit(&fdp->fd_lock);
		if (kn == NULL)
			return;
		knote_drop(kq, RK(kn));
	}
}

void
rump_knote_fdclose(struct filedesc *fdp, unsigned int fd)
{
	fdfile_t *const ff = fd_slot_known(fdp, fd);
	struct kqueue *kq;
	struct knote *kn;

	bool nests;

	for (;;) {
		mutex_enter(&fdp->fd_lock);
		kn = SLIST_FIRST(&ff->ff_knlist);
		if (kn != NULL) {
			nests = rump_evset_of(kn->kn_obj) != NULL;
			kq = kn->kn_kq;
			rump_evset_hold(&kq->kq_set);
		}
		mutex_exit(&fdp->fd_lock);
		if (kn == NULL)
			return;
		if (nests)
			rump_evnest_enter();
		mutex_enter(&kq->kq_set.es_mutex);
		fdclose_one(kq, fdp, ff);
		mutex_exit(&kq->kq_set.es_mutex);
		if (nests)
			rump_evnest_exit();
		rump_evset_rele(&kq->kq_set);
	}
}

void
knote_fdclose(int fd)
{
	rump_knote_fdclose(curlwp->l_fd, (u_int)fd);
}

/* ---- Queues as files ---- */

static void
kqueue_free(struct rump_evset *es)
{
	struct kqueue *const kq = container_of(es, struct kqueue, kq_set);

	kmem_free(kq, sizeof(*kq));
}

static int
kqueue_close(struct file *fp)
{
	struct kqueue *const kq = fp->f_kqueue;
	const bool nests = !LIST_EMPTY(&kq->kq_set.es_children); /* nobody adds to it any more */
	struct rump_knote *rk;

	if (nests)
		rump_evnest_enter();
	mutex_enter(&kq->kq_set.es_mutex);
	kq->kq_set.es_closed = true;
	while ((rk = RB_TREE_MIN(&kq->kq_tree)) != NULL)
		knote_drop(kq, rk);
	mutex_exit(&kq->kq_set.es_mutex);
	if (nests)
		rump_evnest_exit();
	rump_evset_rele(&kq->kq_set);
	return 0;
}

static int
kqueue_stat(struct file *fp, struct stat *sb)
{
	struct kqueue *const kq = fp->f_kqueue;

	*sb = (struct stat){
		.st_mode = S_IFIFO,
		.st_size = rump_evset_nready(&kq->kq_set),
		.st_blksize = sizeof(struct kevent),
	};
	return 0;
}

static int
kqueue_ioctl(struct file *fp, u_long com, void *data)
{
	return EPASSTHROUGH;
}

const struct fileops rump_kqueue_ops = {
	.fo_name = "kqueue",
	.fo_read = fbadop_read,
	.fo_write = fbadop_write,
	.fo_ioctl = kqueue_ioctl,
	.fo_fcntl = fnullop_fcntl,
	.fo_poll = rump_evset_poll,
	.fo_stat = kqueue_stat,
	.fo_close = kqueue_close,
	.fo_kqfilter = rump_pollfilter_attach,
	.fo_restart = rump_evset_restart,
};

int
rump_kqueue_new(int flags, int *fdp)
{
	struct kqueue *const kq = kmem_zalloc(sizeof(*kq), KM_SLEEP);
	int error;

	rump_evset_init(&kq->kq_set, kqueue_holds, kqueue_free);
	rb_tree_init(&kq->kq_tree, &tree_ops);
	error = rump_event_newfd(&rump_kqueue_ops, DTYPE_KQUEUE, FREAD | FWRITE, flags, kq, fdp);
	if (error != 0)
		rump_evset_rele(&kq->kq_set);
	return error;
}
