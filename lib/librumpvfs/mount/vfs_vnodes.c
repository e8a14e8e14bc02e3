/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The vnodes of a mount, and walking over all of them.
 *
 * An iterator is a marker on the mount's list: a vnode without a file.  It moves past each vnode
 * under the list's lock; the vnode is then referenced without it.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/mount.h>

#include "rump_vfs.h"
#include "rump_vnode.h"

struct vnode *
vnalloc_marker(struct mount *mp)
{
	struct vnode_impl *vip = kmem_zalloc(sizeof(*vip), KM_SLEEP);

	vip->vi_state = VS_MARKER;
	VIMPL_TO_VNODE(vip)->v_mount = mp;
	VIMPL_TO_VNODE(vip)->v_type = VBAD;
	return VIMPL_TO_VNODE(vip);
}

void
vnfree_marker(struct vnode *vp)
{
	struct vnode_impl *vip = VNODE_TO_VIMPL(vp);

	KASSERT(vip->vi_state == VS_MARKER);
	kmem_free(vip, sizeof(*vip));
}

bool
vnis_marker(struct vnode *vp)
{
	return VNODE_TO_VIMPL(vp)->vi_state == VS_MARKER;
}

/* Dead vnodes are on no list: dead_rootmount is a name for that. */
void
vfs_insmntque(struct vnode *vp, struct mount *mp)
{
	struct vnode_impl *vip = VNODE_TO_VIMPL(vp);
	struct mount *old = vp->v_mount;
	bool last = false;

	/* The vnodes of a mount have one reference in common. */
	if (old != NULL && old != dead_rootmount) {
		mutex_enter(old->mnt_vnodelock);
		TAILQ_REMOVE(&old->mnt_vnodelist, vip, vi_mntvnodes);
		last = --old->mnt_nvnodes == 0;
		mutex_exit(old->mnt_vnodelock);
	}
	atomic_store_release(&vp->v_mount, mp);
	if (mp != NULL && mp != dead_rootmount) {
		mutex_enter(mp->mnt_vnodelock);
		if (mp->mnt_nvnodes++ == 0)
			vfs_ref(mp);
		TAILQ_INSERT_TAIL(&mp->mnt_vnodelist, vip, vi_mntvnodes);
		mutex_exit(mp->mnt_vnodelock);
	}
	if (last)
		vfs_rele(old);
}

struct vnode_iterator {
	struct mount *vi_mount;
	struct vnode_impl *vi_marker;
};

void
vfs_vnode_iterator_init(struct mount *mp, struct vnode_iterator **itp)
{
	struct vnode_iterator *it = kmem_alloc(sizeof(*it), KM_SLEEP);

	it->vi_mount = mp;
	it->vi_marker = VNODE_TO_VIMPL(vnalloc_marker(mp));
	mutex_enter(mp->mnt_vnodelock);
	TAILQ_INSERT_HEAD(&mp->mnt_vnodelist, it->vi_marker, vi_mntvnodes);
	mutex_exit(mp->mnt_vnodelock);
	*itp = it;
}

void
vfs_vnode_iterator_destroy(struct vnode_iterator *it)
{
	mutex_enter(it->vi_mount->mnt_vnodelock);
	TAILQ_REMOVE(&it->vi_mount->mnt_vnodelist, it->vi_marker, vi_mntvnodes);
	mutex_exit(it->vi_mount->mnt_vnodelock);
	vnfree_marker(VIMPL_TO_VNODE(it->vi_marker));
	kmem_free(it, sizeof(*it));
}

static void
iterator_move(struct vnode_iterator *it, struct vnode_impl *after)
{
	struct mount *mp = it->vi_mount;

	TAILQ_REMOVE(&mp->mnt_vnodelist, it->vi_marker, vi_mntvnodes);
	TAILQ_INSERT_AFTER(&mp->mnt_vnodelist, after, it->vi_marker, vi_mntvnodes);
}

/*
 * The next vnode that passes, with its interlock; the marker is behind it.  One that comes or goes
 * just now is waited for and looked at again: *waitp is it, with its interlock.
 * locks: mnt_vnodelock.
 */
static struct vnode *
iterator_find(
    struct vnode_iterator *it, bool (*filter)(void *, struct vnode *), void *cookie, bool *waitp)
{
	struct vnode_impl *vip = it->vi_marker;
	struct vnode *vp;

	*waitp = false;
	while ((vip = TAILQ_NEXT(vip, vi_mntvnodes)) != NULL) {
		if (vstate_get(VIMPL_TO_VNODE(vip)) == VS_MARKER)
			continue;
		vp = VIMPL_TO_VNODE(vip);
		mutex_enter(vp->v_interlock);
		if (!vstate_stable(vp)) {
			*waitp = true;
			return vp;
		}
		if (vstate_get(vp) != VS_RECLAIMED && (filter == NULL || (*filter)(cookie, vp))) {
			iterator_move(it, vip);
			return vp;
		}
		mutex_exit(vp->v_interlock);
	}
	return NULL;
}

struct vnode *
vfs_vnode_iterator_next(
    struct vnode_iterator *it, bool (*filter)(void *, struct vnode *), void *cookie)
{
	struct vnode *vp;
	bool wait;

	for (;;) {
		mutex_enter(it->vi_mount->mnt_vnodelock);
		vp = iterator_find(it, filter, cookie, &wait);
		mutex_exit(it->vi_mount->mnt_vnodelock);
		if (vp == NULL)
			return NULL;
		if (wait) {
			vholdl(vp);
			vstate_wait_stable(vp);
			mutex_exit(vp->v_interlock);
			holdrele(vp);
			continue;
		}
		if (vget(vp, 0, true) == 0)
			return vp;
	}
}
