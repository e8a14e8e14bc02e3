/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The walk of a path through the name cache: no lock, no reference on the way, no write to memory
 * that others read; one compare-and-swap on the file that it ends at.
 *
 * It gives up (NCW_ON) wherever something is not plain: a name that is not cached, a directory
 * whose owner and mode the file system does not keep in the cache, permission that the mode bits do not
 * grant, a symbolic link on the way, the root of a mount on the way up, names that etfs may know.
 * The walk with locks goes on from that very directory.
 *
 * A directory on the way may be renamed or removed while the walk is in it.  Each step was true at
 * one moment between the call and its return, and no two steps are ordered against changes made
 * meanwhile, which is all that path resolution promises.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/stat.h>
#include <sys/pserialize.h>

#include "rump_etfs.h"
#include "rump_namecache.h"
#include "rump_vfs.h"
#include "rump_vnode.h"

#define S_IXALL (S_IXUSR | S_IXGRP | S_IXOTH)

/* May cred search dvip, by mode bits alone?  No is not final. */
static inline bool
walk_may_search(struct vnode_impl *dvip, kauth_cred_t cred)
{
	struct nc_id id;
	int member;

	/* Where everybody may, one word says it all. */
	if (__predict_true((atomic_load_relaxed(&dvip->vi_nc_mode) & (VNC_VALID | S_IXALL)) ==
		(VNC_VALID | S_IXALL)))
		return true;
	if (!nc_getid(dvip, &id))
		return false;
	if (kauth_cred_geteuid(cred) == id.ni_uid)
		return (id.ni_mode & S_IXUSR) != 0;
	if (kauth_cred_ismember_gid(cred, id.ni_gid, &member) == 0 && member != 0)
		return (id.ni_mode & S_IXGRP) != 0;
	return (id.ni_mode & S_IXOTH) != 0;
}

/* The root of what is mounted on vp, or vp; NULL when that needs the file system. */
static inline struct vnode *
walk_cross(struct vnode *vp)
{
	struct mount *mp;

	while (vp != NULL && vp->v_type == VDIR &&
	    __predict_false((mp = atomic_load_consume(&vp->v_mountedhere)) != NULL))
		vp = atomic_load_consume(&mp->mnt_rootcache);
	return vp;
}

/* For readers without any lock: the vnode may be in the middle of being reclaimed. */
static inline bool
walk_at_root(const struct vnode *vp)
{
	return (atomic_load_relaxed(&vp->v_vflag) & VV_ROOT) != 0;
}

static inline bool
walk_at_union(const struct vnode *vp)
{
	const struct mount *const mp = atomic_load_consume(&vp->v_mount);

	return (atomic_load_relaxed(&mp->mnt_flag) & MNT_UNION) != 0;
}

/* One component other than '.': *vpp, NULL when absent.  False: cannot tell. */
static inline bool
walk_step(struct nc_walker *nw, struct vnode *dvp, const char *p, size_t len, uint64_t namehash,
    struct vnode **vpp)
{
	struct vnode_impl *dvip = VNODE_TO_VIMPL(dvp);
	struct ncentry *nc;

	if (__predict_false(len == 2 && p[0] == '.' && p[1] == '.')) {
		if (dvp == nw->nw_rootdir) {
			*vpp = dvp;
			return true;
		}
		if (walk_at_root(dvp))
			return false;
	}
	if (dvp == rootvnode &&
	    __predict_false(
		(atomic_load_relaxed(&rump_etfs_firsts) & RUMP_ETFS_FIRST(namehash)) != 0))
		return false;
	nc = nc_find_path(dvip, p, len, nc_hash(dvip, namehash));
	if (nc == NULL) {
		nw->nw_missed = true;
		return false;
	}
	nc_touch(nc);
	*vpp = nc->nc_vp;
	if (nc->nc_vp == NULL)
		return !nc->nc_whiteout && (!walk_at_root(dvp) || !walk_at_union(dvp));
	if (!nw->nw_nocross)
		*vpp = walk_cross(nc->nc_vp);
	return *vpp != NULL;
}

/* The file at the end. */
static inline enum nc_walk
walk_found(struct nc_walker *nw, struct vnode *vp)
{
	if (nw->nw_light ? !vnode_tryref_light(vp) : vcache_tryvget(vp) != 0)
		return NCW_ON;
	nw->nw_vp = vp;
	return NCW_FOUND;
}

enum nc_walk
cache_walk(struct nc_walker *nw)
{
	struct vnode *dvp = nw->nw_dvp, *vp;
	const char *p = nw->nw_path, *next;
	uint64_t namehash;
	size_t len;

	for (;;) {
		while (*p == '/')
			p++;
		nw->nw_dvp = dvp;
		nw->nw_path = p;
		if (__predict_false(*p == '\0'))
			return nw->nw_parent ? NCW_ON : walk_found(nw, dvp);
		namehash = nc_hash_path(p, &len);
		for (next = p + len; *next == '/'; next++)
			continue;
		if ((*next == '\0' && nw->nw_parent) || len > NCHNAMLEN || dvp->v_type != VDIR ||
		    !walk_may_search(VNODE_TO_VIMPL(dvp), nw->nw_cred))
			return NCW_ON;
		if (len == 1 && p[0] == '.')
			vp = dvp;
		else if (!walk_step(nw, dvp, p, len, namehash, &vp))
			return NCW_ON;
		if (vp == NULL)
			return NCW_ABSENT;
		if (vp->v_type == VLNK && (*next != '\0' || nw->nw_follow || p[len] == '/'))
			return NCW_ON;
		if (*next == '\0') {
			if (p[len] == '/' && vp->v_type != VDIR)
				return NCW_ON;
			return walk_found(nw, vp);
		}
		dvp = vp;
		p = next;
	}
}
