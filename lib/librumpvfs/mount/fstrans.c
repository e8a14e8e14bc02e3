/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * fstrans(9): the gate of operations on a mount.
 *
 *	NORMAL --> SUSPENDING --> SUSPENDED --> NORMAL
 *	             (inside: ft_count falls to 0)
 *
 * ft_gate holds the lwps inside and a bit that says shut, so that entering an open gate is one
 * atomic operation.  An lwp that is inside, or that has shut the gate itself, passes again: it
 * keeps a list of the mounts it is in (l_fstrans), which is looked at only while the gate is shut.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/condvar.h>
#include <sys/fstrans.h>
#include <sys/kmem.h>
#include <sys/mutex.h>

#define FSTRANS_SHUT 0x80000000u

/* Locks: (a) atomic, (f) ft_lock. */
struct mount_fstrans {
	unsigned int ft_gate;	     /* (a) */
	enum fstrans_state ft_state; /* (f) */
	struct lwp *ft_owner;	     /* (f) who shut the gate */
	kmutex_t ft_lock;
	kcondvar_t ft_cv;		   /* (f) the gate opened, or the last one left */
	LIST_HEAD(, fscow_handler) ft_cow; /* (f) */
	unsigned int ft_ncow;		   /* (a) */
};

/* One mount that an lwp is in; the lwp's own. */
struct fstrans_hold {
	struct fstrans_hold *fh_next;
	struct mount *fh_mount;
	unsigned int fh_count;
};

struct fscow_handler {
	LIST_ENTRY(fscow_handler) fc_list;
	int (*fc_fn)(void *, struct buf *, bool);
	void *fc_cookie;
};

static struct fstrans_hold *
fstrans_find(struct mount *mp)
{
	struct fstrans_hold *fh;

	for (fh = curlwp->l_fstrans; fh != NULL && fh->fh_mount != mp; fh = fh->fh_next)
		continue;
	return fh;
}

static void
fstrans_remember(struct mount *mp)
{
	struct fstrans_hold *fh = kmem_alloc(sizeof(*fh), KM_SLEEP);

	fh->fh_mount = mp;
	fh->fh_count = 1;
	fh->fh_next = curlwp->l_fstrans;
	curlwp->l_fstrans = fh;
}

/* Enter an open gate. */
static bool
fstrans_pass(struct mount_fstrans *ft)
{
	unsigned int n = atomic_load_relaxed(&ft->ft_gate);

	do {
		if ((n & FSTRANS_SHUT) != 0)
			return false;
	} while (!__atomic_compare_exchange_n(
	    &ft->ft_gate, &n, n + 1, true, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED));
	return true;
}

static int
fstrans_enter(struct mount *mp, bool wait)
{
	struct fstrans_hold *fh = fstrans_find(mp);
	struct mount_fstrans *ft = mp->mnt_transinfo;

	if (fh != NULL) {
		fh->fh_count++;
		return 0;
	}
	while (!fstrans_pass(ft)) {
		if (atomic_load_relaxed(&ft->ft_owner) == curlwp) {
			atomic_inc_uint(&ft->ft_gate);
			break;
		}
		if (!wait)
			return EBUSY;
		mutex_enter(&ft->ft_lock);
		while ((atomic_load_relaxed(&ft->ft_gate) & FSTRANS_SHUT) != 0)
			cv_wait(&ft->ft_cv, &ft->ft_lock);
		mutex_exit(&ft->ft_lock);
	}
	fstrans_remember(mp);
	return 0;
}

void
fstrans_start(struct mount *mp)
{
	ASSERT_SLEEPABLE();
	(void)fstrans_enter(mp, true);
}

void
fstrans_start_lazy(struct mount *mp)
{
	fstrans_start(mp);
}

int
fstrans_start_nowait(struct mount *mp)
{
	return fstrans_enter(mp, false);
}

void
fstrans_done(struct mount *mp)
{
	struct mount_fstrans *ft = mp->mnt_transinfo;
	struct fstrans_hold **fhp, *fh;

	for (fhp = (struct fstrans_hold **)&curlwp->l_fstrans; (*fhp)->fh_mount != mp;
	     fhp = &(*fhp)->fh_next)
		continue;
	fh = *fhp;
	if (--fh->fh_count > 0)
		return;
	*fhp = fh->fh_next;
	kmem_free(fh, sizeof(*fh));
	if ((atomic_dec_uint_nv(&ft->ft_gate) & FSTRANS_SHUT) == 0)
		return;
	mutex_enter(&ft->ft_lock);
	cv_broadcast(&ft->ft_cv);
	mutex_exit(&ft->ft_lock);
}

int
fstrans_held(struct mount *mp)
{
	return fstrans_find(mp) != NULL || fstrans_is_owner(mp);
}

int
fstrans_is_owner(struct mount *mp)
{
	return atomic_load_relaxed(&mp->mnt_transinfo->ft_owner) == curlwp;
}

enum fstrans_state
fstrans_getstate(struct mount *mp)
{
	return mp->mnt_transinfo->ft_state;
}

int
fstrans_setstate(struct mount *mp, enum fstrans_state state)
{
	struct mount_fstrans *ft = mp->mnt_transinfo;
	const unsigned int own = fstrans_find(mp) != NULL;

	mutex_enter(&ft->ft_lock);
	if (state == FSTRANS_NORMAL) {
		atomic_store_relaxed(&ft->ft_owner, NULL);
		atomic_and_uint(&ft->ft_gate, ~FSTRANS_SHUT);
	} else {
		atomic_store_relaxed(&ft->ft_owner, curlwp);
		atomic_or_uint(&ft->ft_gate, FSTRANS_SHUT);
		while ((atomic_load_acquire(&ft->ft_gate) & ~FSTRANS_SHUT) > own)
			cv_wait(&ft->ft_cv, &ft->ft_lock);
	}
	ft->ft_state = state;
	cv_broadcast(&ft->ft_cv);
	mutex_exit(&ft->ft_lock);
	return 0;
}

int
fstrans_mount(struct mount *mp)
{
	struct mount_fstrans *ft = kmem_zalloc(sizeof(*ft), KM_SLEEP);

	mutex_init(&ft->ft_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&ft->ft_cv, "fstrans");
	LIST_INIT(&ft->ft_cow);
	ft->ft_state = FSTRANS_NORMAL;
	mp->mnt_transinfo = ft;
	return 0;
}

void
fstrans_unmount(struct mount *mp)
{
	struct mount_fstrans *ft = mp->mnt_transinfo;

	KASSERT(ft->ft_gate == 0);
	KASSERT(LIST_EMPTY(&ft->ft_cow));
	cv_destroy(&ft->ft_cv);
	mutex_destroy(&ft->ft_lock);
	kmem_free(ft, sizeof(*ft));
	mp->mnt_transinfo = NULL;
}

int
vfs_suspend(struct mount *mp, int nowait)
{
	struct mount_fstrans *ft = mp->mnt_transinfo;

	if (nowait && (atomic_load_relaxed(&ft->ft_gate) & FSTRANS_SHUT) != 0)
		return EWOULDBLOCK;
	return VFS_SUSPENDCTL(mp, SUSPEND_SUSPEND);
}

void
vfs_resume(struct mount *mp)
{
	(void)VFS_SUSPENDCTL(mp, SUSPEND_RESUME);
}

/* ---- Copy on write ---- */

void
fscow_mount(struct mount *mp)
{
}

int
fscow_establish(struct mount *mp, int (*fn)(void *, struct buf *, bool), void *cookie)
{
	struct mount_fstrans *ft = mp->mnt_transinfo;
	struct fscow_handler *fc = kmem_alloc(sizeof(*fc), KM_SLEEP);

	fc->fc_fn = fn;
	fc->fc_cookie = cookie;
	mutex_enter(&ft->ft_lock);
	LIST_INSERT_HEAD(&ft->ft_cow, fc, fc_list);
	atomic_inc_uint(&ft->ft_ncow);
	mutex_exit(&ft->ft_lock);
	return 0;
}

int
fscow_disestablish(struct mount *mp, int (*fn)(void *, struct buf *, bool), void *cookie)
{
	struct mount_fstrans *ft = mp->mnt_transinfo;
	struct fscow_handler *fc;

	mutex_enter(&ft->ft_lock);
	LIST_FOREACH (fc, &ft->ft_cow, fc_list)
		if (fc->fc_fn == fn && fc->fc_cookie == cookie)
			break;
	if (fc != NULL) {
		LIST_REMOVE(fc, fc_list);
		atomic_dec_uint(&ft->ft_ncow);
	}
	mutex_exit(&ft->ft_lock);
	if (fc == NULL)
		return EINVAL;
	kmem_free(fc, sizeof(*fc));
	return 0;
}

int
fscow_run(struct buf *bp, bool data_valid)
{
	struct mount *mp = bp->b_vp != NULL ? bp->b_vp->v_mount : NULL;
	struct mount_fstrans *ft = mp != NULL ? mp->mnt_transinfo : NULL;
	struct fscow_handler *fc;
	int error = 0;

	if (ft == NULL || atomic_load_relaxed(&ft->ft_ncow) == 0)
		return 0;
	mutex_enter(&ft->ft_lock);
	LIST_FOREACH (fc, &ft->ft_cow, fc_list)
		if ((error = (*fc->fc_fn)(fc->fc_cookie, bp, data_valid)) != 0)
			break;
	mutex_exit(&ft->ft_lock);
	return error;
}
