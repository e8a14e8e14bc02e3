/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What file systems hold, for tests that compare: mounts and referenced vnodes. */
#include "rump_census.h"
#include "rump_mount.h"
#include "rump_vfs.h"

#ifdef DIAGNOSTIC
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/mount.h>

static void
walk_vnodes(struct rump_census *rc, struct mount *mp)
{
	struct vnode_iterator *iter;
	struct vnode *vp;
	struct vattr va;
	int error, refs;

	vfs_vnode_iterator_init(mp, &iter);
	while ((vp = vfs_vnode_iterator_next(iter, NULL, NULL)) != NULL) {
		refs = vrefcnt(vp) - 1; /* the iterator's */
		if (refs > 0) {
			(void)vn_lock(vp, LK_SHARED | LK_RETRY);
			error = VOP_GETATTR(vp, &va, NOCRED);
			VOP_UNLOCK(vp);
			rump_census_say(rc, "vnode %p, inode %lld of %s, with %d reference%s", vp,
			    error == 0 ? (long long)va.va_fileid : -1ll, mp->mnt_stat.f_mntonname,
			    refs, refs == 1 ? "" : "s");
		}
		vrele(vp);
	}
	vfs_vnode_iterator_destroy(iter);
}

static void
walk_mounts(struct rump_census *rc)
{
	mount_iterator_t *iter;
	struct mount *mp;

	mountlist_iterator_init(&iter);
	while ((mp = mountlist_iterator_next(iter)) != NULL) {
		rump_census_say(
		    rc, "mount of %s at %s", mp->mnt_stat.f_fstypename, mp->mnt_stat.f_mntonname);
		walk_vnodes(rc, mp);
	}
	mountlist_iterator_destroy(iter);
}

static struct rump_census_source source = { .cs_walk = walk_mounts };
#endif

int
vfs_census_init(void)
{
#ifdef DIAGNOSTIC
	rump_census_add(&source);
#endif
	return 0;
}

void
vfs_census_fini(void)
{
#ifdef DIAGNOSTIC
	rump_census_remove(&source);
#endif
}
