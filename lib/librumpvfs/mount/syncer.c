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
static callout_t tick_callout;
static struct rump_worker ioflush;

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
		done_until = time_uptime;
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
	    (int)((unsigned long)(time_uptime + MAX(1, MIN(delay, DELAY_MAX))) % SLOTS);
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
flush(struct vnode *vp)
{
	if (vn_lock(vp, LK_EXCLUSIVE) == 0) {
		(void)VOP_FSYNC(vp, curlwp->l_cred, FSYNC_LAZY, 0, 0);
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
	const time_t now = time_uptime;
	struct vnode *vp;
	bool any = false;

	while ((vp = next_due(now)) != NULL) {
		flush(vp);
		any = true;
	}
	return any;
}

int
vfs_syncer_init(void)
{
	mutex_init(&syncer_lock, MUTEX_DEFAULT, IPL_NONE);
	for (unsigned i = 0; i < SLOTS; i++)
		TAILQ_INIT(&wheel[i]);
	nvnodes = 0;
	ticking = false;
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
