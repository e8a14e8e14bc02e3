/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* epoll(7): items, harvest, the file.  The model is in epoll.h. */
#include "epoll.h"

#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/poll.h>
#include <sys/stat.h>
#include <sys/systm.h>
#include <sys/time.h>
#include <sys/vnode.h>

#include "rump_basecalls.h"
#include "rump_hostabi.h"
#include "rump_syscall.h"

#define BATCH 16 /* events on the stack */

enum { EPOLL_CTL_ADD = 1, EPOLL_CTL_DEL, EPOLL_CTL_MOD };

struct epkey {
	int fd;
	const struct file *fp; /* compared, not followed */
};

/* An event on its way to the program; by this the item has it back when the copy fails. */
struct told {
	struct epkey key;
	uint64_t change; /* its epi_change */
	uint32_t events; /* its epi_events before a one-shot item was disabled */
};

static signed int
cmp_key(void *ctx, const void *node, const void *key)
{
	const struct rump_epitem *const epi = node;
	const struct epkey *const k = key;

	if (epi->epi_fd != k->fd)
		return epi->epi_fd < k->fd ? -1 : 1;
	if (epi->epi_fp != k->fp)
		return (uintptr_t)epi->epi_fp < (uintptr_t)k->fp ? -1 : 1;
	return 0;
}

static signed int
cmp_nodes(void *ctx, const void *n1, const void *n2)
{
	const struct rump_epitem *const epi = n2;
	const struct epkey key = { epi->epi_fd, epi->epi_fp };

	return cmp_key(ctx, n1, &key);
}

static const rb_tree_ops_t tree_ops = {
	.rbto_compare_nodes = cmp_nodes,
	.rbto_compare_key = cmp_key,
	.rbto_node_offset = offsetof(struct rump_epitem, epi_node),
};

/* locks: (h). */
static bool
epitem_notify(struct rump_watcher *wr, int events, struct rump_evset **chain)
{
	struct rump_epitem *const epi = container_of(wr, struct rump_epitem, epi_watcher);
	const uint32_t want = atomic_load_relaxed(&epi->epi_events) & ~EP_PRIVATE;

	if (want == 0 || (events != 0 && ((uint32_t)events & (want | EP_ALWAYS)) == 0))
		return false;
	return rump_evitem_queue(&epi->epi_item, chain);
}

/* ---- Items ---- */

/* locks: (m); nest_lock when it watches a set. */
static void
epitem_drop(struct rump_epitem *epi)
{
	struct file *const fp = epi->epi_fp;

	KASSERT(mutex_owned(&epi->epi_ep->ep_set.es_mutex));
	rb_tree_remove_node(&epi->epi_ep->ep_tree, epi);
	mutex_enter(&fp->f_lock);
	LIST_REMOVE(epi, epi_flink);
	mutex_exit(&fp->f_lock);
	rump_epitem_unhook(epi);
	rump_evitem_disable(&epi->epi_item);
	if (epi->epi_item.ei_child != NULL)
		rump_evnest_unlink(&epi->epi_item);
	rump_evset_uncharge(epi->epi_item.ei_set);
	kmem_free(epi, sizeof(*epi));
}

static void
epitem_activate_if(struct rump_epitem *epi)
{
	if (rump_epitem_ask(epi, true) != 0)
		rump_evitem_activate(&epi->epi_item);
}

/* locks: (m); nest_lock when fp is a set. */
static int
epitem_add(struct rump_epoll *ep, int fd, struct file *fp, const struct host_epoll_event *ev)
{
	struct rump_evset *const child = rump_evset_of(fp);
	struct rump_epitem *epi;
	int error = 0;

	if (!rump_evset_charge(&ep->ep_set))
		return ENOSPC;
	epi = kmem_zalloc(sizeof(*epi), KM_SLEEP);
	rump_evitem_init(&epi->epi_item, &ep->ep_set);
	epi->epi_ep = ep;
	epi->epi_fp = fp;
	epi->epi_fd = fd;
	epi->epi_events = ev->events | EP_ALWAYS;
	epi->epi_data = ev->data;
	epi->epi_change = ++ep->ep_changes;
	epi->epi_watcher.wr_notify = epitem_notify;
	epi->epi_watcher.wr_exclusive = (ev->events & HOST_EPOLLEXCLUSIVE) != 0;
	if (child != NULL)
		error = rump_evnest_link(&epi->epi_item, child);
	else if (fp->f_ops->fo_poll == fnullop_poll)
		error = rump_epitem_knotes(epi) != 0 ? EPERM : 0;
	if (error != 0) {
		rump_evset_uncharge(&ep->ep_set);
		kmem_free(epi, sizeof(*epi));
		return error;
	}
	(void)rb_tree_insert_node(&ep->ep_tree, epi);
	mutex_enter(&fp->f_lock);
	LIST_INSERT_HEAD(&fp->f_epitems, epi, epi_flink);
	mutex_exit(&fp->f_lock);
	epitem_activate_if(epi);
	if (epi->epi_watcher.wr_short) {
		epitem_drop(epi);
		return ENOMEM;
	}
	return 0;
}

/* locks: (m); nest_lock when fp is a set. */
static int
ctl_locked(
    struct rump_epoll *ep, int op, int fd, struct file *fp, const struct host_epoll_event *ev)
{
	const struct epkey key = { fd, fp };
	struct rump_epitem *const epi = rb_tree_find_node(&ep->ep_tree, &key);

	if (op == EPOLL_CTL_ADD)
		return epi != NULL ? EEXIST : epitem_add(ep, fd, fp, ev);
	if (epi == NULL)
		return ENOENT;
	if (op == EPOLL_CTL_DEL) {
		epitem_drop(epi);
		return 0;
	}
	if ((epi->epi_events & HOST_EPOLLEXCLUSIVE) != 0)
		return EINVAL;
	atomic_store_relaxed(&epi->epi_events, ev->events | EP_ALWAYS);
	epi->epi_data = ev->data;
	epi->epi_change = ++ep->ep_changes;
	epitem_activate_if(epi);
	return 0;
}

/* Regular files and directories are always ready: the host refuses them, and so do we. */
static bool
pollable(const struct file *fp)
{
	const enum vtype type = fp->f_type == DTYPE_VNODE ? fp->f_vnode->v_type : VNON;

	return type != VREG && type != VDIR;
}

static int
ctl_check(const struct file *epfp, int op, const struct file *fp, struct host_epoll_event *ev)
{
	const uint32_t with_exclusive =
	    POLLIN | POLLOUT | EP_ALWAYS | HOST_EPOLLWAKEUP | HOST_EPOLLET | HOST_EPOLLEXCLUSIVE;

	if (!pollable(fp))
		return EPERM;
	if (fp == epfp || epfp->f_ops != &rump_epoll_ops)
		return EINVAL;
	if (op != EPOLL_CTL_DEL && (ev->events & HOST_EPOLLEXCLUSIVE) != 0) {
		if (op == EPOLL_CTL_MOD)
			return EINVAL;
		if (op == EPOLL_CTL_ADD &&
		    (fp->f_ops == &rump_epoll_ops || (ev->events & ~with_exclusive) != 0))
			return EINVAL;
	}
	return op < EPOLL_CTL_ADD || op > EPOLL_CTL_MOD ? EINVAL : 0;
}

static int
ctl(struct file *epfp, int op, int fd, struct file *fp, struct host_epoll_event *ev)
{
	const bool nests = rump_evset_of(fp) != NULL;
	struct rump_epoll *ep;
	int error;

	error = ctl_check(epfp, op, fp, ev);
	if (error != 0)
		return error;
	ep = epfp->f_data;
	if (nests)
		rump_evnest_enter();
	mutex_enter(&ep->ep_set.es_mutex);
	error = ctl_locked(ep, op, fd, fp, ev);
	mutex_exit(&ep->ep_set.es_mutex);
	if (nests)
		rump_evnest_exit();
	return error;
}

int
sys_epoll_ctl(struct lwp *l, const struct sys_epoll_ctl_args *uap, register_t *retval)
{
	const u_int epfd = (u_int)SCARG(uap, epfd), fd = (u_int)SCARG(uap, fd);
	struct host_epoll_event ev = { 0, 0 };
	struct file *epfp, *fp;
	int error = 0;

	if (SCARG(uap, op) != EPOLL_CTL_DEL)
		error = copyin(SCARG(uap, event), &ev, sizeof(ev));
	if (error != 0)
		return error;
	if ((epfp = fd_getfile(epfd)) == NULL)
		return EBADF;
	if ((fp = fd_getfile(fd)) == NULL)
		error = EBADF;
	else {
		error = ctl(epfp, SCARG(uap, op), (int)fd, fp, &ev);
		fd_putfile(fd);
	}
	fd_putfile(epfd);
	return error;
}

/* ---- Harvest ---- */

static bool
epoll_holds(struct rump_evitem *ei)
{
	return rump_epitem_ask(container_of(ei, struct rump_epitem, epi_item), false) != 0;
}

/*
 * Up to n events, from the next *todo items, which are counted off: a level-triggered one that is back
 * on the queue is not looked at twice.
 */
static u_int
harvest(struct rump_epoll *ep, struct host_epoll_event *ev, struct told *told, u_int n, u_int *todo)
{
	struct rump_evset *const es = &ep->ep_set;
	u_int count = 0;

	mutex_enter(&es->es_mutex);
	for (; *todo > 0 && count < n; --*todo) {
		struct rump_evitem *const ei = rump_evset_pop(es);
		struct rump_epitem *epi;
		uint32_t events;

		if (ei == NULL)
			break;
		epi = container_of(ei, struct rump_epitem, epi_item);
		events = rump_epitem_ask(epi, false);
		if (events == 0)
			continue;
		told[count] = (struct told){ .key = { epi->epi_fd, epi->epi_fp },
			.change = epi->epi_change,
			.events = epi->epi_events };
		ev[count].events = events;
		ev[count++].data = epi->epi_data;
		if ((epi->epi_events & HOST_EPOLLONESHOT) != 0)
			atomic_store_relaxed(&epi->epi_events, epi->epi_events & EP_PRIVATE);
		else if ((epi->epi_events & HOST_EPOLLET) == 0 || epi->epi_unhooked)
			rump_evitem_requeue(ei);
	}
	mutex_exit(&es->es_mutex);
	rump_evset_pass(es);
	return count;
}

/* These could not be told of: they are still to come, unless a change has said otherwise since. */
static void
give_back(struct rump_epoll *ep, const struct told *told, u_int n)
{
	mutex_enter(&ep->ep_set.es_mutex);
	for (u_int i = 0; i < n; i++) {
		struct rump_epitem *const epi = rb_tree_find_node(&ep->ep_tree, &told[i].key);

		if (epi == NULL || epi->epi_change != told[i].change)
			continue;
		atomic_store_relaxed(&epi->epi_events, told[i].events);
		rump_evitem_activate(&epi->epi_item);
	}
	mutex_exit(&ep->ep_set.es_mutex);
}

/* What is ready now; *done events are told of.  errors: EFAULT. */
static int
events_out(struct rump_epoll *ep, struct host_epoll_event *uevents, u_int max, u_int *done)
{
	struct host_epoll_event batch[BATCH];
	struct told told[BATCH];
	u_int todo = rump_evset_nready(&ep->ep_set), n;
	int error = 0;

	*done = 0;
	while (todo > 0 && *done < max) {
		n = harvest(ep, batch, told, MIN(max - *done, BATCH), &todo);
		if (n == 0)
			break;
		error = copyout(
		    batch, rump_user_elem(uevents, *done, sizeof(batch[0])), n * sizeof(batch[0]));
		if (error != 0) {
			give_back(ep, told, n);
			break;
		}
		*done += n;
	}
	return *done > 0 ? 0 : error;
}

static int
epoll_sleep(
    int fd, struct file *fp, struct host_epoll_event *uevents, u_int max, int ms, u_int *done)
{
	const struct timespec ts = { .tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L };
	struct rump_epoll *const ep = fp->f_data;
	int64_t deadline;
	int error;

	(void)rump_event_deadline(ms < 0 ? NULL : &ts, &deadline);
	for (;;) {
		error = events_out(ep, uevents, max, done);
		if (error != 0 || *done > 0 || ms == 0)
			return error;
		error = rump_evset_wait(&ep->ep_set, fd, fp, deadline);
		if (error != 0)
			return error == EWOULDBLOCK ? 0 : error;
	}
}

static int
epoll_pwait(int fd, struct host_epoll_event *uevents, int max, int ms, register_t *retval)
{
	struct file *fp;
	u_int done = 0;
	int error;

	if (max <= 0 || (size_t)max > INT_MAX / sizeof(*uevents))
		return EINVAL;
	if ((fp = fd_getfile((u_int)fd)) == NULL)
		return EBADF;
	if (fp->f_ops != &rump_epoll_ops)
		error = EINVAL;
	else
		error = epoll_sleep(fd, fp, uevents, (u_int)max, ms, &done);
	fd_putfile((u_int)fd);
	*retval = (register_t)done;
	return error;
}

int
sys_epoll_wait(struct lwp *l, const struct sys_epoll_wait_args *uap, register_t *retval)
{
	return epoll_pwait(SCARG(uap, epfd), SCARG(uap, events), SCARG(uap, maxevents),
	    SCARG(uap, timeout), retval);
}

int
sys_epoll_pwait(struct lwp *l, const struct sys_epoll_pwait_args *uap, register_t *retval)
{
	int error;

	error = rump_sigmask_begin(l, SCARG(uap, mask));
	if (error != 0)
		return error;
	error = epoll_pwait(SCARG(uap, epfd), SCARG(uap, events), SCARG(uap, maxevents),
	    SCARG(uap, timeout), retval);
	rump_sigmask_end(l, SCARG(uap, mask));
	return error;
}

/* ---- Sets as files ---- */

void
rump_epoll_fileclose(struct file *fp)
{
	const bool nests = rump_evset_of(fp) != NULL;
	struct rump_epitem *epi;
	struct rump_epoll *ep;

	for (;;) {
		mutex_enter(&fp->f_lock);
		epi = LIST_FIRST(&fp->f_epitems);
		if (epi != NULL) {
			ep = epi->epi_ep;
			rump_evset_hold(&ep->ep_set);
		}
		mutex_exit(&fp->f_lock);
		if (epi == NULL)
			return;
		if (nests)
			rump_evnest_enter();
		mutex_enter(&ep->ep_set.es_mutex);
		/* The set may have been closed meanwhile, and its items gone. */
		mutex_enter(&fp->f_lock);
		LIST_FOREACH (epi, &fp->f_epitems, epi_flink)
			if (epi->epi_ep == ep)
				break;
		mutex_exit(&fp->f_lock);
		if (epi != NULL)
			epitem_drop(epi);
		mutex_exit(&ep->ep_set.es_mutex);
		if (nests)
			rump_evnest_exit();
		rump_evset_rele(&ep->ep_set);
	}
}

static void
epoll_free(struct rump_evset *es)
{
	struct rump_epoll *const ep = container_of(es, struct rump_epoll, ep_set);

	kmem_free(ep, sizeof(*ep));
}

static int
epoll_close(struct file *fp)
{
	struct rump_epoll *const ep = fp->f_data;
	const bool nests = !LIST_EMPTY(&ep->ep_set.es_children); /* nobody adds to it any more */
	struct rump_epitem *epi;

	if (nests)
		rump_evnest_enter();
	mutex_enter(&ep->ep_set.es_mutex);
	ep->ep_set.es_closed = true;
	while ((epi = RB_TREE_MIN(&ep->ep_tree)) != NULL)
		epitem_drop(epi);
	mutex_exit(&ep->ep_set.es_mutex);
	if (nests)
		rump_evnest_exit();
	rump_evset_rele(&ep->ep_set);
	return 0;
}

static int
epoll_stat(struct file *fp, struct stat *sb)
{
	*sb = (struct stat){ .st_mode = 0600, .st_nlink = 1, .st_blksize = 4096 };
	return 0;
}

static int
epoll_ioctl(struct file *fp, u_long com, void *data)
{
	return EPASSTHROUGH;
}

static int
epoll_rw(struct file *fp, off_t *offset, struct uio *uio, struct kauth_cred *cred, int flags)
{
	return EINVAL;
}

const struct fileops rump_epoll_ops = {
	.fo_name = "epoll",
	.fo_read = epoll_rw,
	.fo_write = epoll_rw,
	.fo_ioctl = epoll_ioctl,
	.fo_fcntl = fnullop_fcntl,
	.fo_poll = rump_evset_poll,
	.fo_stat = epoll_stat,
	.fo_close = epoll_close,
	.fo_kqfilter = rump_pollfilter_attach,
	.fo_restart = rump_evset_restart,
};

struct rump_evset *
rump_epoll_set(const struct file *fp)
{
	struct rump_epoll *const ep = fp->f_data;

	return &ep->ep_set;
}

int
sys_epoll_create1(struct lwp *l, const struct sys_epoll_create1_args *uap, register_t *retval)
{
	struct rump_epoll *ep;
	int error, fd;

	if ((SCARG(uap, flags) & ~O_CLOEXEC) != 0)
		return EINVAL;
	ep = kmem_zalloc(sizeof(*ep), KM_SLEEP);
	rump_evset_init(&ep->ep_set, epoll_holds, epoll_free);
	rb_tree_init(&ep->ep_tree, &tree_ops);
	error = rump_event_newfd(
	    &rump_epoll_ops, DTYPE_MISC, FREAD | FWRITE, SCARG(uap, flags), ep, &fd);
	if (error != 0)
		rump_evset_rele(&ep->ep_set);
	else
		*retval = fd;
	return error;
}

static const struct rump_sysreg epoll_calls[] = {
	RUMP_SYSREG(epoll_create1),
	RUMP_SYSREG(epoll_ctl),
	RUMP_SYSREG(epoll_pwait),
	RUMP_SYSREG(epoll_wait),
};

void
rump_epollcalls_register(void)
{
	rump_syscalls_register(epoll_calls, __arraycount(epoll_calls));
}
