/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Which vnodes are which device, who has them open, and how they go.
 *
 * A device node of any file system is a vnode with a struct specnode; those of one device and type
 * share a struct specdev, where opens are counted.  The tables are small and guarded by device_lock.
 *
 * Lock order: vnode lock, then device_lock, then v_interlock.
 *
 * An open is "opening" while it is with its driver (sn_opening), then complete (sn_opencnt), until it is
 * closed.  The vnode lock of a character device is dropped over calls of the driver, so a revocation
 * may come in at any moment.  It ends the complete opens, all as one, with one close of the driver; an
 * open that is with its driver sees afterwards what has happened, fails and is closed by itself.  So
 * the driver is told of the end of every open that it agreed to, and of none before it agreed.
 *
 *   in use   v_specnode points to it, in the table
 *   gone     a revocation has begun, under the vnode lock: nobody opens it, spec_find() does not find it
 *   orphan   v_specnode is NULL and it is in no table, sn_refcnt != 0: some open is with its driver, or
 *            somebody waits for an advisory lock
 *   dead     sn_refcnt is 0; freed after a grace period
 *
 * With the vnode lock held (and the vnode's operations still specfs's) v_specnode is there and stays.
 * Without, it may become NULL at any time: spec_vdev() reads the device's number inside a read section,
 * which the grace period is for; who holds device_lock may follow v_specnode if it is not NULL;
 * who sleeps takes a reference, spec_node_hold().  The specdev lives as long as a specnode that is not
 * dead has it.
 */
#include <sys/param.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/lockf.h>
#include <sys/mount.h>
#include <sys/mutex.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>

#include "rump_rcu.h"
#include "rump_spec.h"

#define SPEC_HASHSIZE 64

kmutex_t device_lock;
static struct vnode *spec_hash[SPEC_HASHSIZE]; /* (d) */

int
spec_init(void)
{
	mutex_init(&device_lock, MUTEX_DEFAULT, IPL_NONE);
	memset(spec_hash, 0, sizeof(spec_hash));
	spec_dev_init();
	return 0;
}

/* Reference a vnode that was found with device_lock held; drops that lock. */
static int
spec_ref(struct vnode *vp, struct vnode **vpp)
{
	int error = ENOENT;

	if (vp != NULL) {
		mutex_enter(vp->v_interlock);
		mutex_exit(&device_lock);
		error = vget(vp, 0, true);
	} else {
		mutex_exit(&device_lock);
	}
	*vpp = error == 0 ? vp : NULL;
	return error;
}

/* Devices without a node in a file system: bdevvp() made them, and they stay cached. */
void
spec_flush(void)
{
	struct vnode *vp;

	for (int i = 0; i < SPEC_HASHSIZE; i++)
		for (;;) {
			mutex_enter(&device_lock);
			vp = spec_hash[i];
			if (spec_ref(vp, &vp) != 0)
				break;
			vgone(vp);
		}
}

void
spec_fini(void)
{
	spec_dev_fini();
	mutex_destroy(&device_lock);
}

static struct vnode **
spec_chain(dev_t dev)
{
	return &spec_hash[((uint64_t)major(dev) * 31 + (uint64_t)minor(dev)) % SPEC_HASHSIZE];
}

/* The vnode of a device that is open, or else any.  locks: device_lock. */
static struct vnode *
spec_find(enum vtype type, dev_t dev)
{
	struct vnode *vp, *any = NULL;

	KASSERT(mutex_owned(&device_lock));
	for (vp = *spec_chain(dev); vp != NULL; vp = vp->v_specnode->sn_next) {
		const struct specnode *const sn = vp->v_specnode;

		if (vp->v_type != type || sn->sn_rdev != dev || sn->sn_gone)
			continue;
		if (sn->sn_opencnt + sn->sn_opening != 0)
			return vp;
		any = vp;
	}
	return any;
}

void
spec_node_init(struct vnode *vp, dev_t rdev)
{
	struct specnode *const sn = kmem_zalloc(sizeof(*sn), KM_SLEEP);
	struct specdev *sd = kmem_zalloc(sizeof(*sd), KM_SLEEP);
	struct vnode *other;

	KASSERT(vp->v_type == VBLK || vp->v_type == VCHR);
	sn->sn_rdev = rdev;
	sn->sn_refcnt = 1;
	sd->sd_rdev = rdev;
	mutex_enter(&device_lock);
	other = spec_find(vp->v_type, rdev);
	sn->sn_dev = other != NULL ? other->v_specnode->sn_dev : sd;
	sn->sn_dev->sd_refcnt++;
	vp->v_specnode = sn;
	sn->sn_next = *spec_chain(rdev);
	*spec_chain(rdev) = vp;
	mutex_exit(&device_lock);
	if (other != NULL)
		kmem_free(sd, sizeof(*sd));
}

static void
specnode_rcu_free(struct rump_rcu_head *head)
{
	struct specnode *const sn = container_of(head, struct specnode, sn_rcu);

	kmem_free(sn, sizeof(*sn));
}

/* Drop a reference.  locks: device_lock, which is released. */
static void
specnode_drop(struct specnode *sn)
{
	struct specdev *const sd = sn->sn_dev;
	bool dead, last;

	KASSERT(mutex_owned(&device_lock));
	dead = --sn->sn_refcnt == 0;
	last = dead && --sd->sd_refcnt == 0;
	mutex_exit(&device_lock);
	if (last) {
		lf_purgelocks(&sd->sd_lockf);
		kmem_free(sd, sizeof(*sd));
	}
	if (dead)
		rump_rcu_call(&sn->sn_rcu, specnode_rcu_free);
}

void
spec_node_destroy(struct vnode *vp)
{
	struct specnode *const sn = vp->v_specnode;
	struct vnode **pp;

	mutex_enter(&device_lock);
	KASSERT(sn->sn_opencnt == 0);
	for (pp = spec_chain(sn->sn_rdev); *pp != vp; pp = &(*pp)->v_specnode->sn_next)
		KASSERT(*pp != NULL);
	*pp = sn->sn_next;
	atomic_store_relaxed(&vp->v_specnode, NULL);
	specnode_drop(sn);
}

struct specnode *
spec_node_hold(struct vnode *vp)
{
	struct specnode *sn;

	mutex_enter(&device_lock);
	sn = vp->v_specnode;
	if (sn != NULL)
		sn->sn_refcnt++;
	mutex_exit(&device_lock);
	return sn;
}

void
spec_node_rele(struct specnode *sn)
{
	mutex_enter(&device_lock);
	specnode_drop(sn);
}

int
spec_node_lookup_by_dev(enum vtype type, dev_t dev, int flags, struct vnode **vpp)
{
	mutex_enter(&device_lock);
	return spec_ref(spec_find(type, dev), vpp);
}

int
spec_node_lookup_by_mount(struct mount *mp, struct vnode **vpp)
{
	struct vnode *vp = NULL;

	mutex_enter(&device_lock);
	for (int i = 0; i < SPEC_HASHSIZE; i++)
		for (struct vnode *at = spec_hash[i]; at != NULL; at = at->v_specnode->sn_next)
			if (at->v_type == VBLK && at->v_specmountpoint == mp &&
			    (vp == NULL || at->v_specnode->sn_opencnt != 0))
				vp = at;
	return spec_ref(vp, vpp);
}

struct mount *
spec_node_getmountedfs(struct vnode *vp)
{
	struct mount *mp;

	mutex_enter(&device_lock);
	mp = vp->v_specnode != NULL ? vp->v_specmountpoint : NULL;
	mutex_exit(&device_lock);
	return mp;
}

void
spec_node_setmountedfs(struct vnode *vp, struct mount *mp)
{
	mutex_enter(&device_lock);
	if (vp->v_specnode != NULL) { /* else revoked: the device went while it was mounted */
		KASSERT(mp == NULL || vp->v_specmountpoint == NULL || vp->v_specmountpoint == mp);
		vp->v_specmountpoint = mp;
	}
	mutex_exit(&device_lock);
}

/* The vnode is being revoked: end what is open through it.  locks: vp exclusive. */
void
spec_node_revoke(struct vnode *vp)
{
	struct specnode *const sn = vp->v_specnode;
	bool close;

	mutex_enter(&device_lock);
	sn->sn_gone = true;
	close = sn->sn_opencnt != 0;
	if (close) { /* all opens end as one; those that are with their driver will see */
		sn->sn_dev->sd_opencnt -= sn->sn_opencnt - 1;
		sn->sn_opencnt = 1;
	}
	mutex_exit(&device_lock);
	if (close)
		VOP_CLOSE(vp, FNONBLOCK, NOCRED);
}

int
spec_node_opening(struct vnode *vp, struct specnode **snp)
{
	struct specnode *const sn = vp->v_specnode;
	struct specdev *const sd = sn->sn_dev;
	int error = 0;

	mutex_enter(&device_lock);
	if (sn->sn_gone)
		error = ENXIO;
	else if (vp->v_type == VBLK &&
	    (sd->sd_mountpoint != NULL || (sd->sd_bdevvp != NULL && sd->sd_bdevvp != vp)))
		error = EBUSY; /* the buffer cache is one vnode's */
	if (error == 0) {
		sn->sn_refcnt++;
		sn->sn_opening++;
		sd->sd_opencnt++;
		if (vp->v_type == VBLK)
			sd->sd_bdevvp = vp;
	}
	mutex_exit(&device_lock);
	*snp = sn;
	return error;
}

/* Count an open out; true when it was the device's last, and its driver thinks that it is open. */
static bool
count_out(struct specdev *sd)
{
	const bool opened = sd->sd_opened;

	KASSERT(mutex_owned(&device_lock));
	KASSERT(sd->sd_opencnt > 0);
	if (--sd->sd_opencnt != 0)
		return false;
	sd->sd_bdevvp = NULL;
	sd->sd_opened = false;
	return opened;
}

int
spec_node_opened(struct specnode *sn, int error, bool each, bool *closep)
{
	struct specdev *const sd = sn->sn_dev;
	bool last;

	*closep = false;
	mutex_enter(&device_lock);
	KASSERT(sn->sn_opening > 0);
	sn->sn_opening--;
	if (error == 0)
		sd->sd_opened = true;
	if (error == 0 && !sn->sn_gone) {
		sn->sn_opencnt++;
	} else {
		last = count_out(sd);
		*closep = each ? error == 0 : last;
		if (error == 0)
			error = ENXIO;
	}
	specnode_drop(sn);
	return error;
}

bool
spec_node_closed(struct vnode *vp, bool each)
{
	struct specnode *const sn = vp->v_specnode;
	bool last;

	mutex_enter(&device_lock);
	if (sn->sn_opencnt == 0) { /* the revoke has closed for all, and waits in the driver */
		KASSERT(sn->sn_gone);
		mutex_exit(&device_lock);
		return false;
	}
	sn->sn_opencnt--;
	last = count_out(sn->sn_dev);
	mutex_exit(&device_lock);
	return each || last;
}
