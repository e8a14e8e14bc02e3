/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Advisory locks: byte ranges of processes (fcntl(2), POSIX.1-2017) and whole files of open file
 * descriptions (flock(2)).  The two kinds do not see each other, as on the host.
 *
 * A file that was ever locked has one struct lockf with the ranges held and the requests that wait.
 * A process's ranges do not overlap, nor do two of one type touch; setting one cuts away what its
 * owner held there.  Before a process's request sleeps, deadlock is looked for: from owner to owner, as
 * the requests that sleep are held up by the ranges that there are now.
 *
 * A vnode may die at any time under who locks its file, for that needs no vnode lock.  So each call is on
 * the list of users while it is in the file system; who kills the vnode marks it (GONE), which keeps newcomers out, and
 * waits until the users have gone.
 *
 * Lock order: lf_lock is a leaf.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/condvar.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/lockf.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/queue.h>
#include <sys/unistd.h>
#include <sys/vnode.h>
#include <sys/vnode_impl.h>

#include "rump_vnode.h"

#define END_MAX	   INT64_MAX
#define MAX_RANGES 8192 /* in one file, give or take one */

/* Locks: lf_lock. */
struct range {
	TAILQ_ENTRY(range) r_link;
	off_t r_start, r_end;	  /* inclusive */
	void *r_id;		  /* the process or open file */
	const struct vnode *r_vp; /* set through this */
	int r_type;		  /* F_RDLCK, F_WRLCK */
	int r_kind;		  /* F_POSIX, F_FLOCK */
	pid_t r_pid;
};

/* A request that sleeps. */
struct waiter {
	LIST_ENTRY(waiter) w_link;
	struct lockf *w_lf;
	const struct range *w_req;
};

/* vi_lf_state */
#define LF_USED 1 /* somebody has asked for a lock of this vnode */
#define LF_GONE 2

/* A call of VOP_ADVLOCK(). */
struct user {
	LIST_ENTRY(user) u_link;
	const struct vnode *u_vp;
	const struct lwp *u_lwp;
};

struct lockf {
	LIST_ENTRY(lockf) lf_link;     /* all_locks */
	TAILQ_HEAD(, range) lf_ranges; /* by start */
	kcondvar_t lf_cv;	       /* a range went, or shrank */
	unsigned lf_nwaiters, lf_nranges;
};

static kmutex_t lf_lock;
static LIST_HEAD(, waiter) waiters;  /* lf_lock: of all files */
static unsigned nwaiters;	     /* lf_lock */
static LIST_HEAD(, user) users;	     /* lf_lock */
static LIST_HEAD(, lockf) all_locks; /* lf_lock */
static kcondvar_t users_cv;	     /* a user of a vnode that is GONE has left */

int
lf_init(void)
{
	mutex_init(&lf_lock, MUTEX_DEFAULT, IPL_NONE);
	LIST_INIT(&waiters);
	LIST_INIT(&users);
	LIST_INIT(&all_locks);
	cv_init(&users_cv, "lfgone");
	nwaiters = 0;
	return 0;
}

void
lf_fini(void)
{
	KASSERT(LIST_EMPTY(&waiters));
	KASSERT(LIST_EMPTY(&users));
	KASSERT(LIST_EMPTY(&all_locks));
	cv_destroy(&users_cv);
	mutex_destroy(&lf_lock);
}

unsigned
rump_lf_nwaiters(void)
{
	unsigned n;

	mutex_enter(&lf_lock);
	n = nwaiters;
	mutex_exit(&lf_lock);
	return n;
}

/* The range that fl means.  errors: EINVAL, EOVERFLOW. */
static int
range_of(const struct flock *fl, off_t size, struct range *r)
{
	off_t start = fl->l_start;

	if (fl->l_whence == SEEK_END) {
		if (start > 0 && size > END_MAX - start)
			return EOVERFLOW;
		start += size;
	}
	if (start < 0)
		return EINVAL;
	if (fl->l_len == 0) {
		r->r_start = start;
		r->r_end = END_MAX;
	} else if (fl->l_len > 0) {
		if (fl->l_len - 1 > END_MAX - start)
			return EOVERFLOW;
		r->r_start = start;
		r->r_end = start + (fl->l_len - 1);
	} else {
		/* A negative length: the bytes before the start. */
		if (start + fl->l_len < 0 || start == 0)
			return EINVAL;
		r->r_start = start + fl->l_len;
		r->r_end = start - 1;
	}
	return 0;
}

/* The first range of another owner that keeps req from being had. */
static struct range *
conflict(struct lockf *lf, const struct range *req)
{
	struct range *r;

	TAILQ_FOREACH (r, &lf->lf_ranges, r_link) {
		if (r->r_start > req->r_end)
			break;
		if (r->r_end >= req->r_start && r->r_kind == req->r_kind && r->r_id != req->r_id &&
		    (r->r_type == F_WRLCK || req->r_type == F_WRLCK))
			return r;
	}
	return NULL;
}

/* The owner of a range that a sleeping request of owner's is held up by; NULL when there is none. */
static const void *
waits_for(const void *owner)
{
	const struct range *r;
	const struct waiter *w;

	LIST_FOREACH (w, &waiters, w_link) {
		if (w->w_req->r_id == owner && (r = conflict(w->w_lf, w->w_req)) != NULL)
			return r->r_id;
	}
	return NULL;
}

/*
 * Would id, waiting for owner, close a circle?  A chain without one is no longer than there are waiters;
 * what is longer goes round in a circle of others.
 */
static bool
deadlock_p(const void *id, const void *owner)
{
	for (unsigned step = 0; owner != NULL && step <= nwaiters; step++) {
		if (owner == id)
			return true;
		owner = waits_for(owner);
	}
	return false;
}

static void
insert(struct lockf *lf, struct range *new)
{
	struct range *r;

	TAILQ_FOREACH (r, &lf->lf_ranges, r_link) {
		if (r->r_start > new->r_start)
			break;
	}
	if (r != NULL)
		TAILQ_INSERT_BEFORE(r, new, r_link);
	else
		TAILQ_INSERT_TAIL(&lf->lf_ranges, new, r_link);
	lf->lf_nranges++;
}

static void
drop(struct lockf *lf, struct range *r)
{
	TAILQ_REMOVE(&lf->lf_ranges, r, r_link);
	lf->lf_nranges--;
	kmem_free(r, sizeof(*r));
}

/* Cut [start, end] out of what id holds; *spare is used up if a range falls in two. */
static void
cut(struct lockf *lf, const struct range *req, struct range **spare)
{
	struct range *r, *next, *tail;

	TAILQ_FOREACH_SAFE (r, &lf->lf_ranges, r_link, next) {
		if (r->r_id != req->r_id || r->r_kind != req->r_kind || r->r_end < req->r_start ||
		    r->r_start > req->r_end)
			continue;
		if (r->r_start >= req->r_start && r->r_end <= req->r_end) {
			drop(lf, r);
		} else if (r->r_start < req->r_start && r->r_end > req->r_end) {
			tail = *spare;
			*spare = NULL;
			*tail = *r;
			tail->r_start = req->r_end + 1;
			r->r_end = req->r_start - 1;
			insert(lf, tail);
			break;
		} else if (r->r_start < req->r_start) {
			r->r_end = req->r_start - 1;
		} else {
			/* Its place in the order may change. */
			TAILQ_REMOVE(&lf->lf_ranges, r, r_link);
			lf->lf_nranges--;
			r->r_start = req->r_end + 1;
			insert(lf, r);
		}
	}
	cv_broadcast(&lf->lf_cv);
}

/* Take into new, which is in no list, what its owner holds next to it of the same type. */
static void
absorb(struct lockf *lf, struct range *new)
{
	struct range *r, *next;

	TAILQ_FOREACH_SAFE (r, &lf->lf_ranges, r_link, next) {
		if (r->r_id != new->r_id || r->r_kind != new->r_kind || r->r_type != new->r_type)
			continue;
		if (r->r_end != END_MAX && r->r_end + 1 == new->r_start) {
			new->r_start = r->r_start;
			drop(lf, r);
		} else if (new->r_end != END_MAX &&new->r_end + 1 == r->r_start) {
			new->r_end = r->r_end;
			drop(lf, r);
		}
	}
}

/* Would cutting req out leave one range more? */
static bool
splits(const struct lockf *lf, const struct range *req)
{
	const struct range *r;

	TAILQ_FOREACH (r, &lf->lf_ranges, r_link) {
		if (r->r_id == req->r_id && r->r_kind == req->r_kind && r->r_start < req->r_start &&
		    r->r_end > req->r_end)
			return true;
	}
	return false;
}

static bool
vnode_gone(const struct vnode *vp)
{
	return (VNODE_TO_VIMPL(vp)->vi_lf_state & LF_GONE) != 0;
}

/* Has a vnode died that our call has come through?  There are more than one where there are layers. */
static bool
call_gone(const struct vnode *vp)
{
	const struct user *u;

	if (vnode_gone(vp))
		return true;
	LIST_FOREACH (u, &users, u_link) {
		if (u->u_lwp == curlwp && vnode_gone(u->u_vp))
			return true;
	}
	return false;
}

/* Sleep until something changed in lf.  errors: EINTR, EDEADLK, EBADF (the vnode dies). */
static int
wait_for(struct lockf *lf, const struct range *req, const struct range *blocker)
{
	struct waiter w = { .w_lf = lf, .w_req = req };
	int error;

	if (call_gone(req->r_vp))
		return EBADF;
	if (req->r_kind == F_POSIX && deadlock_p(req->r_id, blocker->r_id))
		return EDEADLK;
	LIST_INSERT_HEAD(&waiters, &w, w_link);
	nwaiters++;
	lf->lf_nwaiters++;
	error = cv_wait_sig(&lf->lf_cv, &lf_lock);
	lf->lf_nwaiters--;
	nwaiters--;
	LIST_REMOVE(&w, w_link);
	if (call_gone(req->r_vp))
		return EBADF;
	return error == ERESTART ? EINTR : error;
}

static int
set_locked(
    struct lockf *lf, struct range *req, int flags, struct range **newp, struct range **spare)
{
	struct range *r;
	int error;

	/* flock() that changes its type gives the old lock up first, as flock(2) says. */
	if (req->r_kind == F_FLOCK)
		cut(lf, req, spare);
	while ((r = conflict(lf, req)) != NULL) {
		if ((flags & F_WAIT) == 0)
			return EAGAIN;
		error = wait_for(lf, req, r);
		if (error != 0)
			return error;
	}
	if (call_gone(req->r_vp))
		return EBADF; /* nobody would drop it */
	if (lf->lf_nranges >= MAX_RANGES)
		return ENOLCK;
	cut(lf, req, spare);
	r = *newp;
	*newp = NULL;
	*r = *req;
	absorb(lf, r);
	insert(lf, r);
	return 0;
}

static void
get_locked(struct lockf *lf, const struct range *req, struct flock *fl)
{
	const struct range *const r = conflict(lf, req);

	if (r == NULL) {
		fl->l_type = F_UNLCK;
		return;
	}
	fl->l_type = (short)r->r_type;
	fl->l_whence = SEEK_SET;
	fl->l_start = r->r_start;
	fl->l_len = r->r_end == END_MAX ? 0 : r->r_end - r->r_start + 1;
	fl->l_pid = r->r_kind == F_POSIX ? r->r_pid : -1;
}

/* The file's locks, made if need be.  locks: lf_lock, dropped meanwhile. */
static struct lockf *
lockf_get(struct lockf **head)
{
	struct lockf *lf;

	if (*head != NULL)
		return *head;
	mutex_exit(&lf_lock);
	lf = kmem_zalloc(sizeof(*lf), KM_SLEEP);
	TAILQ_INIT(&lf->lf_ranges);
	cv_init(&lf->lf_cv, "lockf");
	mutex_enter(&lf_lock);
	if (*head != NULL) {
		cv_destroy(&lf->lf_cv);
		kmem_free(lf, sizeof(*lf));
	} else {
		*head = lf;
		LIST_INSERT_HEAD(&all_locks, lf, lf_link);
	}
	return *head;
}

int
lf_advlock(struct vop_advlock_args *ap, struct lockf **head, off_t size)
{
	struct flock *const fl = ap->a_fl;
	struct range req = { .r_id = ap->a_id,
		.r_vp = ap->a_vp,
		.r_type = fl->l_type,
		.r_kind = ap->a_flags & (F_POSIX | F_FLOCK) };
	struct range *new, *spare;
	struct lockf *lf;
	int error;

	error = range_of(fl, size, &req);
	if (error != 0)
		return error;
	if (req.r_kind == F_POSIX)
		req.r_pid = ((const struct proc *)ap->a_id)->p_pid;
	if (ap->a_op == F_UNLCK && *head == NULL)
		return 0;
	new = kmem_alloc(sizeof(*new), KM_SLEEP);
	spare = kmem_alloc(sizeof(*spare), KM_SLEEP);
	mutex_enter(&lf_lock);
	lf = lockf_get(head);
	switch (ap->a_op) {
	case F_SETLK:
		error = set_locked(lf, &req, ap->a_flags, &new, &spare);
		break;
	case F_UNLCK:
		if (lf->lf_nranges >= MAX_RANGES && splits(lf, &req))
			error = ENOLCK;
		else
			cut(lf, &req, &spare);
		break;
	case F_GETLK:
		get_locked(lf, &req, fl);
		break;
	default:
		error = EINVAL;
		break;
	}
	mutex_exit(&lf_lock);
	if (new != NULL)
		kmem_free(new, sizeof(*new));
	if (spare != NULL)
		kmem_free(spare, sizeof(*spare));
	return error;
}

void
lf_purgelocks(struct lockf **head)
{
	struct lockf *lf;

	if (*head == NULL)
		return;
	mutex_enter(&lf_lock);
	lf = *head;
	*head = NULL;
	if (lf != NULL) {
		KASSERT(lf->lf_nwaiters == 0);
		LIST_REMOVE(lf, lf_link);
		while (!TAILQ_EMPTY(&lf->lf_ranges))
			drop(lf, TAILQ_FIRST(&lf->lf_ranges));
	}
	mutex_exit(&lf_lock);
	if (lf != NULL) {
		cv_destroy(&lf->lf_cv);
		kmem_free(lf, sizeof(*lf));
	}
}

/* ---- Vnodes that die ---- */

int
lf_vnode_advlock(struct vnode *vp, void *id, int op, struct flock *fl, int flags)
{
	struct vnode_impl *const vip = VNODE_TO_VIMPL(vp);
	struct user u = { .u_vp = vp, .u_lwp = curlwp };
	int error;

	mutex_enter(&lf_lock);
	if (vnode_gone(vp)) {
		mutex_exit(&lf_lock);
		return EBADF;
	}
	vip->vi_lf_state |= LF_USED;
	LIST_INSERT_HEAD(&users, &u, u_link);
	mutex_exit(&lf_lock);
	error = VOP_ADVLOCK(vp, id, op, fl, flags);
	mutex_enter(&lf_lock);
	LIST_REMOVE(&u, u_link);
	if (vnode_gone(vp))
		cv_broadcast(&users_cv);
	mutex_exit(&lf_lock);
	return error;
}

static bool
used_locked(const struct vnode *vp)
{
	const struct user *u;

	LIST_FOREACH (u, &users, u_link) {
		if (u->u_vp == vp)
			return true;
	}
	return false;
}

void
lf_vnode_gone(struct vnode *vp)
{
	struct vnode_impl *const vip = VNODE_TO_VIMPL(vp);
	struct range *r, *next;
	struct lockf *lf;

	mutex_enter(&lf_lock);
	if ((vip->vi_lf_state & LF_USED) != 0) {
		vip->vi_lf_state |= LF_GONE;
		LIST_FOREACH (lf, &all_locks, lf_link) {
			TAILQ_FOREACH_SAFE (r, &lf->lf_ranges, r_link, next) {
				if (r->r_vp == vp)
					drop(lf, r);
			}
			cv_broadcast(&lf->lf_cv);
		}
		while (used_locked(vp))
			cv_wait(&users_cv, &lf_lock);
	}
	vip->vi_lf_state |= LF_GONE;
	mutex_exit(&lf_lock);
}
