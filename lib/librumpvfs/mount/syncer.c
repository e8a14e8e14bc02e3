/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The syncer: writes the dirty data of vnodes that have been dirty for a while.
 *
 * A dirty vnode is in the slot of the second in which it is due; the wheel has SLOTS of them.  While
 * any vnode is on it, a callout comes once a second and kicks the ioflush worker, which goes through
 * the slots up to now.  A vnode that is still dirty afterwards goes round again.  An idle kernel has
 * an empty wheel and no callout.
 *
 * Locks: v_interlock, then syncer_lock.  VI_ONWORKLST changes under both.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/callout.h>
#include <sys/kauth.h>
#include <sys/mutex.h>
#include <sys/time.h>
#include <sys/vnode.h>
#include <sys/vnode_impl.h>

#include "rump_mount.h"
#include "rump_time.h"
#include "rump_vnode.h"

#define SLOTS	  64
#define DELAY_MAX 32 /* seconds */

TAILQ_HEAD(slot, vnode_impl);

static kmutex_t syncer_lock;
static struct slot wheel[SLOTS]; /* syncer_lock */
static unsigned nvnodes;	 /* syncer_lock */
static time_t done_until;	 /* syncer_lock: slots up to this second have been gone through */
static bool ticking;		 /* syncer_lock: the callout is scheduled */
static time_t ahead;		 /* (a) seconds that tests put the clock ahead */
static callout_t tick_callout;
static struct rump_worker ioflush;

static time_t
syncer_now(void)
{
	return time_uptime + atomic_load_relaxed(&ahead);
}

static struct slot *
slot_of(time_t when)
{
	return &wheel[(unsigned long)when % SLOTS];
}

static void
tick_start_locked(void)
{
	if (!ticking) {
		ticking = true;
		done_until = syncer_now();
		callout_schedule(&tick_callout, hz);
	}
}

void
vn_syncer_add_to_worklist(struct vnode *vp, int delay)
{
	struct vnode_impl *const vip = VNODE_TO_VIMPL(vp);

	KASSERT(mutex_owned(vp->v_interlock));
	mutex_enter(&syncer_lock);
	if ((vp->v_iflag & VI_ONWORKLST) != 0)
		TAILQ_REMOVE(&wheel[vip->vi_synclist_slot], vip, vi_synclist);
	else
		nvnodes++;
	vp->v_iflag |= VI_ONWORKLST;
	vip->vi_synclist_slot =
	    (int)((unsigned long)(syncer_now() + MAX(1, MIN(delay, DELAY_MAX))) % SLOTS);
	TAILQ_INSERT_TAIL(&wheel[vip->vi_synclist_slot], vip, vi_synclist);
	tick_start_locked();
	mutex_exit(&syncer_lock);
}

void
vn_syncer_remove_from_worklist(struct vnode *vp)
{
	struct vnode_impl *const vip = VNODE_TO_VIMPL(vp);

	KASSERT(mutex_owned(vp->v_interlock));
	mutex_enter(&syncer_lock);
	if ((vp->v_iflag & VI_ONWORKLST) != 0) {
		vp->v_iflag &= ~VI_ONWORKLST;
		TAILQ_REMOVE(&wheel[vip->vi_synclist_slot], vip, vi_synclist);
		nvnodes--;
	}
	mutex_exit(&syncer_lock);
}

static void
second(void *arg)
{
	mutex_enter(&syncer_lock);
	ticking = nvnodes != 0;
	if (ticking)
		callout_schedule(&tick_callout, hz);
	mutex_exit(&syncer_lock);
	rump_worker_kick(&ioflush);
}

/* Write one vnode, referenced by the caller; it is rescheduled if it is still on the wheel. */
static void
flush(struct vnode *vp, int flags)
{
	if (vn_lock(vp, LK_EXCLUSIVE) == 0) {
		(void)VOP_FSYNC(vp, curlwp->l_cred, flags, 0, 0);
		VOP_UNLOCK(vp);
	}
	mutex_enter(vp->v_interlock);
	if ((vp->v_iflag & VI_ONWORKLST) != 0)
		vn_syncer_add_to_worklist(vp, DELAY_MAX / 2);
	mutex_exit(vp->v_interlock);
	vrele(vp);
}

/* The next vnode that is due, referenced; NULL when all are done. */
static struct vnode *
next_due(time_t now)
{
	struct vnode_impl *vip;
	struct vnode *vp = NULL;

	mutex_enter(&syncer_lock);
	while (vp == NULL && done_until < now) {
		struct slot *const slot = slot_of(done_until + 1);

		vip = TAILQ_FIRST(slot);
		if (vip == NULL) {
			done_until++;
			continue;
		}
		/* Later, if it is on its way out: reclaim takes it off the wheel itself. */
		TAILQ_REMOVE(slot, vip, vi_synclist);
		vip->vi_synclist_slot = (int)((unsigned long)(now + DELAY_MAX) % SLOTS);
		TAILQ_INSERT_TAIL(&wheel[vip->vi_synclist_slot], vip, vi_synclist);
		if (vnode_tryref(VIMPL_TO_VNODE(vip), 0))
			vp = VIMPL_TO_VNODE(vip);
	}
	mutex_exit(&syncer_lock);
	return vp;
}

static bool
ioflush_work(void *arg)
{
	const time_t now = syncer_now();
	struct vnode *vp;
	bool any = false;

	while ((vp = next_due(now)) != NULL) {
		flush(vp, FSYNC_LAZY);
		any = true;
	}
	return any;
}

/* Move a slot's first vnode to its end; referenced if that is possible, else NULL. */
static struct vnode *
rotate_locked(struct slot *slot)
{
	struct vnode_impl *const vip = TAILQ_FIRST(slot);

	if (vip == NULL)
		return NULL;
	TAILQ_REMOVE(slot, vip, vi_synclist);
	TAILQ_INSERT_TAIL(slot, vip, vi_synclist);
	return vnode_tryref(VIMPL_TO_VNODE(vip), 0) ? VIMPL_TO_VNODE(vip) : NULL;
}

void
vfs_syncer_all(void)
{
	struct vnode_impl *vip;
	struct vnode *vp;
	unsigned n;

	for (unsigned s = 0; s < SLOTS; s++) {
		n = 0;
		mutex_enter(&syncer_lock);
		TAILQ_FOREACH (vip, &wheel[s], vi_synclist)
			n++;
		/* Those that cannot be written stay, so each has one turn. */
		while (n-- > 0) {
			vp = rotate_locked(&wheel[s]);
			mutex_exit(&syncer_lock);
			if (vp != NULL)
				flush(vp, FSYNC_WAIT);
			mutex_enter(&syncer_lock);
		}
		mutex_exit(&syncer_lock);
	}
}

struct rump_syncer_info
rump_syncer_advance(int seconds, bool run)
{
	struct rump_syncer_info si;

	atomic_store_relaxed(&ahead, ahead + seconds);
	si.si_now = syncer_now();
	if (run)
		(void)ioflush_work(NULL);
	mutex_enter(&syncer_lock);
	si.si_nvnodes = nvnodes;
	si.si_ticking = ticking;
	mutex_exit(&syncer_lock);
	return si;
}

int
vfs_syncer_init(void)
{
	mutex_init(&syncer_lock, MUTEX_DEFAULT, IPL_NONE);
	for (unsigned i = 0; i < SLOTS; i++)
		TAILQ_INIT(&wheel[i]);
	nvnodes = 0;
	ticking = false;
	ahead = 0;
	callout_init(&tick_callout, CALLOUT_MPSAFE);
	callout_setfunc(&tick_callout, second, NULL);
	rump_worker_init(&ioflush, "ioflush", ioflush_work, NULL);
	return 0;
}

void
vfs_syncer_fini(void)
{
	(void)callout_halt(&tick_callout, NULL);
	rump_worker_fini(&ioflush);
	callout_destroy(&tick_callout);
	KASSERT(nvnodes == 0);
	mutex_destroy(&syncer_lock);
}
