/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * struct mount: its memory, the list of mounts, and the gate that unmounting shuts (the states are
 * in rump_mount.h).
 *
 * References (vfs_ref) keep the memory, busy (vfs_busy) keeps the file system mounted; both are one
 * atomic operation.  The memory is freed a grace period after the last reference, so that a walk
 * that finds a mount in v_mountedhere can reference it.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/condvar.h>
#include <sys/fstrans.h>
#include <sys/kmem.h>
#include <sys/pserialize.h>
#include <sys/vnode_impl.h>

#include "rump_mount.h"
#include "rump_rcu.h"
#include "rump_vfs.h"

kmutex_t mountlist_lock;
struct mount_list mountlist;
struct mount *dead_rootmount;
static kcondvar_t mount_cv; /* (mountlist_lock) a gate changed, or a count fell to 0 */
static uint64_t mount_gen;  /* (mountlist_lock) */
static uint32_t mount_fsid; /* (mountlist_lock) */
static LIST_HEAD(, vfs_hooks) mount_hooks;

/* ---- Memory ---- */

struct mount *
vfs_mountalloc(struct vfsops *ops, struct vnode *covered)
{
	struct mount *mp = kmem_zalloc(sizeof(*mp), KM_SLEEP);

	mp->mnt_op = ops;
	mp->mnt_vnodecovered = covered;
	TAILQ_INIT(&mp->mnt_vnodelist);
	mutex_init(&mp->mnt_vnodelock_store, MUTEX_DEFAULT, IPL_NONE);
	mp->mnt_vnodelock = &mp->mnt_vnodelock_store;
	mutex_init(&mp->mnt_renamelock_store, MUTEX_DEFAULT, IPL_NONE);
	mp->mnt_renamelock = &mp->mnt_renamelock_store;
	mutex_init(&mp->mnt_updating_store, MUTEX_DEFAULT, IPL_NONE);
	mp->mnt_updating = &mp->mnt_updating_store;
	mp->mnt_refcnt = 1;
	mp->mnt_dev_bshift = DEV_BSHIFT;
	mutex_enter(&mountlist_lock);
	mp->mnt_gen = ++mount_gen;
	mutex_exit(&mountlist_lock);
	if (ops != NULL) {
		mutex_enter(&vfs_list_lock);
		ops->vfs_refcount++;
		mutex_exit(&vfs_list_lock);
		strlcpy(
		    mp->mnt_stat.f_fstypename, ops->vfs_name, sizeof(mp->mnt_stat.f_fstypename));
	}
	mount_initspecific(mp);
	(void)fstrans_mount(mp);
	return mp;
}

int
vfs_rootmountalloc(const char *fstypename, const char *devname, struct mount **mpp)
{
	struct vfsops *ops = vfs_getopsbyname(fstypename);
	struct mount *mp;

	if (ops == NULL)
		return ENODEV;
	mp = vfs_mountalloc(ops, NULL);
	vfs_delref(ops);
	mp->mnt_flag = MNT_RDONLY;
	(void)set_statvfs_info("/", UIO_SYSSPACE, devname, UIO_SYSSPACE, fstypename, mp, curlwp);
	*mpp = mp;
	return 0;
}

void
vfs_set_lowermount(struct mount *mp, struct mount *lower)
{
	struct mount *old = mp->mnt_lower;

	if (lower != NULL)
		vfs_ref(lower);
	mp->mnt_lower = lower;
	if (old != NULL)
		vfs_rele(old);
}

void
vfs_ref(struct mount *mp)
{
	KASSERT(atomic_load_relaxed(&mp->mnt_refcnt) > 0);
	atomic_inc_uint(&mp->mnt_refcnt);
}

static void
mount_rcu_free(struct rump_rcu_head *head)
{
	kmem_free(container_of(head, struct mount, mnt_rcu), sizeof(struct mount));
}

void
vfs_rele(struct mount *mp)
{
	if (__predict_true(atomic_dec_uint_nv(&mp->mnt_refcnt) > 0))
		return;
	KASSERT(TAILQ_EMPTY(&mp->mnt_vnodelist));
	vfs_set_lowermount(mp, NULL);
	fstrans_unmount(mp);
	mount_finispecific(mp);
	if (mp->mnt_op != NULL)
		vfs_delref(mp->mnt_op);
	mutex_destroy(&mp->mnt_updating_store);
	mutex_destroy(&mp->mnt_renamelock_store);
	mutex_destroy(&mp->mnt_vnodelock_store);
	rump_rcu_call(&mp->mnt_rcu, mount_rcu_free);
}

/* ---- The gate ---- */

int
vfs_trybusy(struct mount *mp)
{
	unsigned int n = atomic_load_relaxed(&mp->mnt_busynest);

	do {
		if (__predict_false((n & MOUNT_GONE) != 0))
			return ENOENT;
		if (__predict_false((n & MOUNT_SHUT) != 0))
			return EBUSY;
	} while (!__atomic_compare_exchange_n(
	    &mp->mnt_busynest, &n, n + 1, true, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED));
	return 0;
}

int
vfs_busy(struct mount *mp)
{
	int error;

	while ((error = vfs_trybusy(mp)) == EBUSY) {
		mutex_enter(&mountlist_lock);
		while ((atomic_load_relaxed(&mp->mnt_busynest) & (MOUNT_SHUT | MOUNT_GONE)) ==
		    MOUNT_SHUT)
			cv_wait(&mount_cv, &mountlist_lock);
		mutex_exit(&mountlist_lock);
	}
	return error;
}

void
vfs_unbusy(struct mount *mp)
{
	const unsigned int n = atomic_dec_uint_nv(&mp->mnt_busynest);

	if (__predict_false(n == MOUNT_SHUT)) {
		mutex_enter(&mountlist_lock);
		cv_broadcast(&mount_cv);
		mutex_exit(&mountlist_lock);
	}
}

void
mount_shut(struct mount *mp)
{
	KASSERT(mutex_owned(mp->mnt_updating));
	mutex_enter(&mountlist_lock);
	atomic_or_uint(&mp->mnt_busynest, MOUNT_SHUT);
	while (atomic_load_acquire(&mp->mnt_busynest) != MOUNT_SHUT)
		cv_wait(&mount_cv, &mountlist_lock);
	mutex_exit(&mountlist_lock);
}

void
mount_open(struct mount *mp)
{
	mutex_enter(&mountlist_lock);
	atomic_and_uint(&mp->mnt_busynest, ~MOUNT_SHUT);
	cv_broadcast(&mount_cv);
	mutex_exit(&mountlist_lock);
}

void
mount_gone(struct mount *mp)
{
	mutex_enter(&mountlist_lock);
	TAILQ_REMOVE(&mountlist, mp, mnt_list);
	atomic_store_relaxed(&mp->mnt_iflag, mp->mnt_iflag | IMNT_GONE);
	atomic_or_uint(&mp->mnt_busynest, MOUNT_GONE);
	cv_broadcast(&mount_cv);
	mutex_exit(&mountlist_lock);
}

/* ctx: read section. */
static bool
mount_tryref(struct mount *mp)
{
	unsigned int n = atomic_load_relaxed(&mp->mnt_refcnt);

	while (n != 0 &&
	    !__atomic_compare_exchange_n(
		&mp->mnt_refcnt, &n, n + 1, true, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		continue;
	return n != 0;
}

struct mount *
mount_of_root(struct vnode *vp)
{
	struct mount *mp;
	int s;

	s = pserialize_read_enter();
	mp = atomic_load_consume(&vp->v_mount);
	if ((atomic_load_relaxed(&vp->v_vflag) & VV_ROOT) == 0 || !mount_tryref(mp))
		mp = NULL;
	pserialize_read_exit(s);
	return mp;
}

int
mount_busy_of(struct vnode *vp, struct mount **mpp)
{
	struct mount *mp;
	bool held;
	int error, s;

	*mpp = NULL;
	s = pserialize_read_enter();
	mp = atomic_load_consume(&vp->v_mount);
	held = mount_tryref(mp);
	pserialize_read_exit(s);
	if (!held)
		return ENOENT;
	error = vfs_busy(mp);
	vfs_rele(mp);
	if (error == 0)
		*mpp = mp;
	return error;
}

struct vnode *
mount_covered_by(const struct vnode *vp)
{
	struct vnode *covered = NULL;
	int s;

	s = pserialize_read_enter();
	if ((atomic_load_relaxed(&vp->v_vflag) & VV_ROOT) != 0) {
		const struct mount *const mp = atomic_load_consume(&vp->v_mount);

		covered = mp->mnt_vnodecovered;
		if (covered != NULL && vcache_tryvget(covered) != 0)
			covered = NULL;
	}
	pserialize_read_exit(s);
	return covered;
}

struct mount *
vfs_mountedhere_busy(struct vnode *vp)
{
	struct mount *mp;
	int s;

	s = pserialize_read_enter();
	mp = atomic_load_consume(&vp->v_mountedhere);
	if (mp != NULL && !mount_tryref(mp))
		mp = NULL;
	pserialize_read_exit(s);
	if (mp == NULL)
		return NULL;
	if (vfs_busy(mp) != 0) {
		vfs_rele(mp);
		return NULL;
	}
	vfs_rele(mp);
	return mp;
}

void
mount_setrootcache(struct mount *mp, struct vnode *vp)
{
	if (atomic_load_relaxed(&mp->mnt_rootcache) == vp || (vp->v_vflag & VV_ROOT) == 0 ||
	    vp->v_mount != mp)
		return;
	/* A reclaim clears the hint with the gate shut: look at the gate after setting it. */
	atomic_store_release(&mp->mnt_rootcache, vp);
	membar_sync();
	if ((atomic_load_relaxed(&vp->v_usecount) & VUSECOUNT_GATE) == 0)
		atomic_store_relaxed(&mp->mnt_rootcache, NULL);
}

/* ---- The list ---- */

void
mountlist_append(struct mount *mp)
{
	mutex_enter(&mountlist_lock);
	TAILQ_INSERT_TAIL(&mountlist, mp, mnt_list);
	mutex_exit(&mountlist_lock);
}

struct mount_iterator {
	struct mount *mi_cur; /* busy */
};

void
mountlist_iterator_init(mount_iterator_t **mip)
{
	*mip = kmem_zalloc(sizeof(**mip), KM_SLEEP);
}

/* The mount after the one at hand, which stays on the list while it is busy. */
struct mount *
mountlist_iterator_trynext(mount_iterator_t *mi)
{
	struct mount *mp, *old = mi->mi_cur;

	mutex_enter(&mountlist_lock);
	mp = old == NULL ? TAILQ_FIRST(&mountlist) : TAILQ_NEXT(old, mnt_list);
	while (mp != NULL && vfs_trybusy(mp) != 0)
		mp = TAILQ_NEXT(mp, mnt_list);
	mutex_exit(&mountlist_lock);
	if (old != NULL)
		vfs_unbusy(old);
	mi->mi_cur = mp;
	return mp;
}

/* A mount that is about to go is passed over: waiting for it while busy on another could deadlock. */
struct mount *
mountlist_iterator_next(mount_iterator_t *mi)
{
	return mountlist_iterator_trynext(mi);
}

void
mountlist_iterator_destroy(mount_iterator_t *mi)
{
	if (mi->mi_cur != NULL)
		vfs_unbusy(mi->mi_cur);
	kmem_free(mi, sizeof(*mi));
}

struct mount *
_mountlist_next(struct mount *mp)
{
	return mp == NULL ? TAILQ_FIRST(&mountlist) : TAILQ_NEXT(mp, mnt_list);
}

struct mount *
vfs_getvfs(fsid_t *fsid)
{
	struct mount *mp;

	mutex_enter(&mountlist_lock);
	TAILQ_FOREACH (mp, &mountlist, mnt_list)
		if (memcmp(&mp->mnt_stat.f_fsidx, fsid, sizeof(*fsid)) == 0) {
			vfs_ref(mp);
			break;
		}
	mutex_exit(&mountlist_lock);
	return mp;
}

void
vfs_getnewfsid(struct mount *mp)
{
	const long type = makefstype(mp->mnt_op->vfs_name);
	struct mount *other;
	fsid_t fsid;

	do {
		mutex_enter(&mountlist_lock);
		fsid.__fsid_val[0] = makedev(type & 0x7f, ++mount_fsid & 0xff);
		mutex_exit(&mountlist_lock);
		fsid.__fsid_val[1] = type;
		other = vfs_getvfs(&fsid);
		if (other != NULL)
			vfs_rele(other);
	} while (other != NULL);
	mp->mnt_stat.f_fsidx = fsid;
	mp->mnt_stat.f_fsid = (uint32_t)fsid.__fsid_val[0];
}

/* ---- Hooks ---- */

int
vfs_hooks_attach(struct vfs_hooks *hooks)
{
	mutex_enter(&mountlist_lock);
	LIST_INSERT_HEAD(&mount_hooks, hooks, vfs_hooks_list);
	mutex_exit(&mountlist_lock);
	return 0;
}

int
vfs_hooks_detach(struct vfs_hooks *hooks)
{
	mutex_enter(&mountlist_lock);
	LIST_REMOVE(hooks, vfs_hooks_list);
	mutex_exit(&mountlist_lock);
	return 0;
}

void
vfs_hooks_unmount(struct mount *mp)
{
	struct vfs_hooks *hooks;

	LIST_FOREACH (hooks, &mount_hooks, vfs_hooks_list)
		if (hooks->vh_unmount != NULL)
			(void)(*hooks->vh_unmount)(mp);
}

/* ---- Boot and halt ---- */

int
vfs_mountlist_init(void)
{
	mutex_init(&mountlist_lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&vfs_list_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&mount_cv, "mount");
	TAILQ_INIT(&mountlist);
	LIST_INIT(&vfs_list);
	LIST_INIT(&mount_hooks);
	mount_gen = 0;
	mount_fsid = 0;
	dead_rootmount = vfs_mountalloc(NULL, NULL);
	dead_rootmount->mnt_iflag |= IMNT_MPSAFE;
	return 0;
}

void
vfs_mountlist_fini(void)
{
	KASSERT(TAILQ_EMPTY(&mountlist));
	vfs_rele(dead_rootmount);
	dead_rootmount = NULL;
	cv_destroy(&mount_cv);
	mutex_destroy(&vfs_list_lock);
	mutex_destroy(&mountlist_lock);
}
