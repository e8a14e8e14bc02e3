/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * namei(9): from a path to a vnode.
 *
 * A walk stands in a directory (wk_dvp, referenced, unlocked) with the rest of the path in front
 * of it.  It first lets the name cache run ahead without locks (cache_walk.c) as far as that goes, then
 * takes one step with VOP_LOOKUP, and so on.  A step ends in one of these ways:
 *
 *	a directory	cross into what is mounted there, go on
 *	a link		splice its target in front of the rest, go on from wk_dvp or the root
 *	the last name	done; wk_dvp stays locked for LOCKPARENT
 *
 * '..' stops at the process's root; in the root of a mount it leaves the mount first.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/mount.h>
#include <sys/pserialize.h>
#include <sys/uio.h>

#include "rump_cwd.h"
#include "rump_etfs.h"
#include "rump_mount.h"
#include "rump_namecache.h"
#include "rump_namei.h"
#include "rump_vfs.h"
#include "rump_vnode.h"

struct walk {
	struct nameidata *wk_nd;
	struct vnode *wk_dvp;  /* referenced */
	struct vnode *wk_root; /* referenced, if wk_ownroot */
	const char *wk_p;      /* the rest */
	bool wk_ownroot;       /* it is the process's, not the system's */
	bool wk_last;	       /* the component at hand is the last */
	size_t wk_len;	       /* bytes of it, and */
	const char *wk_next;   /* what follows it */
	bool wk_locked;	       /* wk_dvp is locked */
	bool wk_missed;	       /* the cache has no entry for what wk_p begins with */
};

static inline bool
want_parent(const struct componentname *cnp)
{
	return (cnp->cn_nameiop & OPMASK) != LOOKUP || (cnp->cn_flags & LOCKPARENT) != 0;
}

static void
walker_init(struct nc_walker *nw, const struct nameidata *nd, struct vnode *root)
{
	const uint32_t flags = nd->ni_cnd.cn_flags;

	nw->nw_rootdir = root;
	nw->nw_cred = nd->ni_cnd.cn_cred;
	nw->nw_follow = (flags & FOLLOW) != 0;
	nw->nw_parent = want_parent(&nd->ni_cnd);
	nw->nw_light = (flags & LIGHTREF) != 0;
	nw->nw_nocross = (flags & NOCROSSMOUNT) != 0;
	nw->nw_missed = false;
}

/* ---- One component ---- */

/* Cut the next component off the path.  errors: ENAMETOOLONG. */
static int
walk_parse(struct walk *wk)
{
	struct componentname *cnp = &wk->wk_nd->ni_cnd;
	const char *p = wk->wk_p, *q;
	size_t len;
	int error;

	if (wk->wk_dvp->v_type != VDIR)
		return ENOTDIR;
	error = VOP_PARSEPATH(wk->wk_dvp, p, &len);
	if (error != 0)
		return error;
	if (len > NAME_MAX)
		return ENAMETOOLONG;
	cnp->cn_nameptr = p;
	cnp->cn_namelen = wk->wk_len = len;
	for (q = p + len; *q == '/'; q++)
		continue;
	wk->wk_next = q;
	wk->wk_last = *q == '\0';
	cnp->cn_flags &= ~(ISLASTCN | MAKEENTRY | ISDOTDOT | REQUIREDIR | ISWHITEOUT | CACHEMISSED);
	cnp->cn_flags |= MAKEENTRY;
	if (len == 2 && p[0] == '.' && p[1] == '.')
		cnp->cn_flags |= ISDOTDOT;
	if (wk->wk_last) {
		cnp->cn_flags |= ISLASTCN;
		if (q != p + len)
			cnp->cn_flags |= REQUIREDIR;
		if ((cnp->cn_flags & NOCACHE) != 0 || cnp->cn_nameiop == DELETE ||
		    cnp->cn_nameiop == RENAME)
			cnp->cn_flags &= ~MAKEENTRY;
	}
	/* Who is about to change the directory has to forget what came in since. */
	if (wk->wk_missed && (!wk->wk_last || cnp->cn_nameiop == LOOKUP))
		cnp->cn_flags |= CACHEMISSED;
	wk->wk_missed = false;
	return 0;
}

/* Step out of the roots of mounts, for '..'. */
static void
walk_leave_mounts(struct walk *wk)
{
	struct vnode *dvp = wk->wk_dvp, *covered;

	while (
	    dvp != wk->wk_root && dvp != rootvnode && (covered = mount_covered_by(dvp)) != NULL) {
		vrele(dvp);
		dvp = covered;
	}
	wk->wk_dvp = dvp;
}

/* Go on below a union mount that lacks the name. */
static bool
walk_union(struct walk *wk)
{
	struct vnode *dvp = wk->wk_dvp, *covered;

	if ((vnode_mntflag(dvp) & MNT_UNION) == 0 || (covered = mount_covered_by(dvp)) == NULL)
		return false;
	vrele(dvp);
	wk->wk_dvp = covered;
	return true;
}

/* How wk_dvp is to be locked for this step. */
static int
walk_lktype(const struct walk *wk)
{
	if (wk->wk_last && want_parent(&wk->wk_nd->ni_cnd))
		return LK_EXCLUSIVE;
	return (vnode_mntiflag(wk->wk_dvp) & IMNT_SHRLOOKUP) != 0 ? LK_SHARED : LK_EXCLUSIVE;
}

/*
 * VOP_LOOKUP.  On a read-only mount nothing will follow, so that only the name is looked at: an
 * absent one is ENOENT before it is EROFS.
 */
static int
walk_vop_lookup(struct walk *wk, struct vnode **vpp)
{
	struct componentname *cnp = &wk->wk_nd->ni_cnd;
	const uint32_t op = cnp->cn_nameiop;
	int error;

	if (!wk->wk_last || op == LOOKUP || (vnode_mntflag(wk->wk_dvp) & MNT_RDONLY) == 0)
		return VOP_LOOKUP(wk->wk_dvp, vpp, cnp);
	cnp->cn_nameiop = LOOKUP;
	error = VOP_LOOKUP(wk->wk_dvp, vpp, cnp);
	cnp->cn_nameiop = op;
	return error == ENOENT && op != DELETE ? EJUSTRETURN : error;
}

/* errors: ENOENT, EJUSTRETURN (absent, and may be made), any other. */
static int
walk_lookup(struct walk *wk, struct vnode **vpp)
{
	struct componentname *cnp = &wk->wk_nd->ni_cnd;
	size_t matched;
	int error;

	*vpp = NULL;
	if ((cnp->cn_flags & ISDOTDOT) != 0)
		walk_leave_mounts(wk);
again:
	error = vn_lock(wk->wk_dvp, walk_lktype(wk));
	if (error != 0)
		return error;
	wk->wk_locked = true;
	if ((cnp->cn_flags & ISDOTDOT) != 0 &&
	    (wk->wk_dvp == wk->wk_root || wk->wk_dvp == rootvnode)) {
		error = VOP_ACCESS(wk->wk_dvp, VEXEC, cnp->cn_cred);
		if (error != 0)
			return error;
		vref(wk->wk_dvp);
		*vpp = wk->wk_dvp;
		return 0;
	}
	if (wk->wk_dvp == rootvnode && atomic_load_relaxed(&rump_etfs_count) != 0 &&
	    rump_etfs_lookup(wk->wk_p, &matched, vpp) == 0) {
		cnp->cn_namelen = wk->wk_len = matched;
		for (wk->wk_next = wk->wk_p + matched; *wk->wk_next == '/'; wk->wk_next++)
			continue;
		wk->wk_last = *wk->wk_next == '\0';
		return 0;
	}
	error = walk_vop_lookup(wk, vpp);
	if (error == 0 || error == EJUSTRETURN)
		return error;
	*vpp = NULL;
	if (error == ENOENT) {
		VOP_UNLOCK(wk->wk_dvp);
		wk->wk_locked = false;
		if (walk_union(wk))
			goto again;
	}
	return error;
}

static void
walk_unlock(struct walk *wk)
{
	if (wk->wk_locked)
		VOP_UNLOCK(wk->wk_dvp);
	wk->wk_locked = false;
}

/* From a covered directory to the root of what is mounted there, as long as there is more. */
static int
walk_mounts(struct vnode **vpp)
{
	struct vnode *vp = *vpp, *root;
	struct mount *mp;
	int error;

	while (vp->v_type == VDIR && atomic_load_relaxed(&vp->v_mountedhere) != NULL) {
		mp = vfs_mountedhere_busy(vp);
		if (mp == NULL)
			continue;
		error = VFS_ROOT(mp, LK_NONE, &root);
		vfs_unbusy(mp);
		vrele(vp);
		if (error != 0) {
			*vpp = NULL;
			return error;
		}
		vp = root;
	}
	*vpp = vp;
	return 0;
}

/* ---- Links ---- */

/* Read a link's target into buf.  errors: ENOENT (empty), those of the file system. */
static int
link_read(struct vnode *vp, kauth_cred_t cred, char *buf, size_t *lenp)
{
	struct iovec iov = { .iov_base = buf, .iov_len = MAXPATHLEN };
	struct uio uio = {
		.uio_iov = &iov,
		.uio_iovcnt = 1,
		.uio_resid = MAXPATHLEN,
		.uio_rw = UIO_READ,
	};
	int error;

	UIO_SETUP_SYSSPACE(&uio);
	(void)vn_lock(vp, LK_SHARED | LK_RETRY);
	error = (vnode_mntflag(vp) & MNT_SYMPERM) != 0 ? VOP_ACCESS(vp, VEXEC, cred) : 0;
	if (error == 0)
		error = VOP_READLINK(vp, &uio, cred);
	VOP_UNLOCK(vp);
	*lenp = MAXPATHLEN - uio.uio_resid;
	if (error == 0 && *lenp == 0)
		error = ENOENT;
	return error;
}

/* Put the link's target in the place of the component at hand. */
static int
walk_follow(struct walk *wk, struct vnode *vp)
{
	struct nameidata *nd = wk->wk_nd;
	const char *rest = wk->wk_p + wk->wk_len;
	const size_t restlen = strlen(rest);
	char *buf;
	size_t len;
	int error;

	if (nd->ni_loopcnt++ >= MAXSYMLINKS)
		return ELOOP;
	buf = PNBUF_GET();
	error = link_read(vp, nd->ni_cnd.cn_cred, buf, &len);
	if (error == 0 && len + restlen >= MAXPATHLEN)
		error = ENAMETOOLONG;
	if (error != 0) {
		PNBUF_PUT(buf);
		return error;
	}
	memcpy(buf + len, rest, restlen + 1);
	if (nd->ni_pathbuf->pb_given == NULL)
		nd->ni_pathbuf->pb_given = nd->ni_pathbuf->pb_path;
	else
		PNBUF_PUT(nd->ni_pathbuf->pb_path);
	nd->ni_pathbuf->pb_path = nd->ni_pnbuf = buf;
	wk->wk_p = buf;
	if (buf[0] == '/') {
		vref(wk->wk_root);
		vrele(wk->wk_dvp);
		wk->wk_dvp = wk->wk_root;
	}
	return 0;
}

/* ---- The end of a walk ---- */

/* Lock the file at the end, if that is wanted and no directory is locked. */
static void
lock_leaf(const struct componentname *cnp, struct vnode *vp)
{
	const int lktype = (cnp->cn_flags & LOCKSHARED) != 0 ? LK_SHARED : LK_EXCLUSIVE;

	if ((cnp->cn_flags & LOCKLEAF) != 0)
		(void)vn_lock(vp, lktype | LK_RETRY);
}

/* The path is a directory and has no last component: "/", or a link to it. */
static int
walk_self(struct walk *wk)
{
	struct nameidata *nd = wk->wk_nd;
	struct componentname *cnp = &nd->ni_cnd;

	switch (cnp->cn_nameiop) {
	case LOOKUP:
		break;
	case CREATE:
		return (cnp->cn_flags & NONEXCLHACK) != 0 ? EISDIR : EEXIST;
	default:
		return EBUSY;
	}
	cnp->cn_nameptr = wk->wk_p;
	cnp->cn_namelen = 0;
	cnp->cn_flags |= ISLASTCN;
	nd->ni_vp = wk->wk_dvp;
	nd->ni_dvp = NULL;
	vref(nd->ni_vp);
	lock_leaf(cnp, nd->ni_vp);
	return 0;
}

/* The last name is not there, and may be made.  locks: wk_dvp stays. */
static int
walk_absent(struct walk *wk)
{
	struct nameidata *nd = wk->wk_nd;
	const uint32_t flags = nd->ni_cnd.cn_flags;

	if ((vnode_mntflag(wk->wk_dvp) & MNT_RDONLY) != 0)
		return EROFS;
	if ((flags & (REQUIREDIR | CREATEDIR)) == REQUIREDIR)
		return ENOENT;
	nd->ni_vp = NULL;
	return 0;
}

/* Lock the file at the end, which may be its own parent or its parent's parent. */
static void
walk_lockleaf(struct walk *wk, struct vnode *vp)
{
	const struct componentname *cnp = &wk->wk_nd->ni_cnd;

	if (vp == wk->wk_dvp && wk->wk_locked)
		return;
	if ((cnp->cn_flags & ISDOTDOT) == 0 || !wk->wk_locked) {
		lock_leaf(cnp, vp);
		return;
	}
	VOP_UNLOCK(wk->wk_dvp);
	lock_leaf(cnp, vp);
	(void)vn_lock(wk->wk_dvp, LK_EXCLUSIVE | LK_RETRY);
}

/* The last name is vp.  owns: vp. */
static int
walk_present(struct walk *wk, struct vnode *vp)
{
	struct nameidata *nd = wk->wk_nd;
	struct componentname *cnp = &nd->ni_cnd;

	if ((cnp->cn_flags & REQUIREDIR) != 0 && vp->v_type != VDIR) {
		vrele(vp);
		return cnp->cn_nameiop == CREATE ? EEXIST : ENOTDIR;
	}
	if ((cnp->cn_nameiop == DELETE || cnp->cn_nameiop == RENAME) &&
	    (vnode_mntflag(wk->wk_dvp) & MNT_RDONLY) != 0) {
		vrele(vp);
		return EROFS;
	}
	nd->ni_vp = vp;
	if ((cnp->cn_flags & LOCKLEAF) != 0)
		walk_lockleaf(wk, vp);
	return 0;
}

/* ---- The walk ---- */

/* Let the cache run ahead from where the walk stands.  errors: 0 (see *foundp), ENOENT. */
static int
walk_ahead(struct walk *wk, bool *foundp)
{
	struct vnode *old = wk->wk_dvp, *new = NULL;
	struct nc_walker nw;
	enum nc_walk r;
	int s;

	*foundp = false;
	walker_init(&nw, wk->wk_nd, wk->wk_root);
	nw.nw_dvp = old;
	nw.nw_path = wk->wk_p;
	s = pserialize_read_enter();
	r = cache_walk(&nw);
	if (r == NCW_ON && nw.nw_dvp != old && vcache_tryvget(nw.nw_dvp) == 0)
		new = nw.nw_dvp;
	pserialize_read_exit(s);
	switch (r) {
	case NCW_FOUND:
		wk->wk_nd->ni_vp = nw.nw_vp;
		*foundp = true;
		return 0;
	case NCW_ABSENT:
		return ENOENT;
	case NCW_ON:
		if (new == NULL && nw.nw_dvp != old)
			return 0;
		wk->wk_p = nw.nw_path;
		wk->wk_missed = nw.nw_missed;
		if (new != NULL) {
			wk->wk_dvp = new;
			vrele(old);
		}
		return 0;
	}
	return 0;
}

/*
 * Is the link at hand to be followed?  A slash behind the last name follows it only where a file is
 * looked for: names that are made, moved or removed are the links themselves.
 */
static bool
walk_follows(const struct walk *wk)
{
	const struct componentname *cnp = &wk->wk_nd->ni_cnd;

	if (!wk->wk_last || (cnp->cn_flags & FOLLOW) != 0)
		return true;
	return (cnp->cn_flags & REQUIREDIR) != 0 && cnp->cn_nameiop == LOOKUP;
}

/* One step with locks.  EAGAIN: the walk goes on. */
static int
walk_one(struct walk *wk)
{
	struct vnode *vp;
	int error;

	error = walk_parse(wk);
	if (error != 0)
		return error;
	if ((wk->wk_nd->ni_cnd.cn_flags & (REQUIREDIR | OPENCREATE)) == (REQUIREDIR | OPENCREATE) &&
	    wk->wk_dvp->v_type == VDIR)
		return EISDIR;
	error = walk_lookup(wk, &vp);
	if (error == EJUSTRETURN)
		return walk_absent(wk);
	if (error != 0)
		return error;
	if (!wk->wk_last || !want_parent(&wk->wk_nd->ni_cnd))
		walk_unlock(wk);
	if ((wk->wk_nd->ni_cnd.cn_flags & NOCROSSMOUNT) == 0) {
		error = walk_mounts(&vp);
		if (error != 0)
			return error;
	}
	if (vp->v_type == VLNK && walk_follows(wk)) {
		walk_unlock(wk);
		error = walk_follow(wk, vp);
		vrele(vp);
		return error != 0 ? error : EAGAIN;
	}
	if (wk->wk_last)
		return walk_present(wk, vp);
	vrele(wk->wk_dvp);
	wk->wk_dvp = vp;
	wk->wk_p = wk->wk_next;
	return vp->v_type == VDIR ? EAGAIN : ENOTDIR;
}

static int
walk_run(struct walk *wk)
{
	bool found, ahead = false; /* the cache has led to where the walk begins */
	int error;

	do {
		if (ahead) {
			error = walk_ahead(wk, &found);
			if (error != 0)
				return error;
			if (found) {
				lock_leaf(&wk->wk_nd->ni_cnd, wk->wk_nd->ni_vp);
				return 0;
			}
		}
		ahead = true;
		while (*wk->wk_p == '/')
			wk->wk_p++;
		error = *wk->wk_p == '\0' ? walk_self(wk) : walk_one(wk);
	} while (error == EAGAIN);
	return error;
}

static void
walk_finish(struct walk *wk, int error)
{
	struct nameidata *nd = wk->wk_nd;

	if (error == 0 && wk->wk_locked) {
		nd->ni_dvp = wk->wk_dvp;
	} else {
		walk_unlock(wk);
		vrele(wk->wk_dvp);
	}
	if (wk->wk_ownroot)
		vrele(wk->wk_root);
	nd->ni_next = wk->wk_p;
}

int
namei_from(struct nameidata *nd, struct vnode *dvp, const char *path, bool missed)
{
	struct walk wk = { .wk_nd = nd, .wk_dvp = dvp, .wk_p = path, .wk_missed = missed };
	int error;

	ASSERT_SLEEPABLE();
	nd->ni_vp = nd->ni_dvp = NULL;
	nd->ni_rootdir = nd->ni_erootdir = NULL;
	nd->ni_loopcnt = 0;
	nd->ni_pnbuf = nd->ni_pathbuf->pb_path;
	/* Where there is no other root, the system's needs no reference: it is there until the end. */
	wk.wk_ownroot = (nd->ni_cnd.cn_flags & NOCHROOT) == 0 && cwd_hasroot();
	wk.wk_root = wk.wk_ownroot ? cwd_getroot() : rootvnode;
	error = walk_run(&wk);
	walk_finish(&wk, error);
	return error;
}

/* Where the path begins, referenced. */
static struct vnode *
walk_origin(const struct nameidata *nd)
{
	struct vnode *dvp;

	if (*nd->ni_pnbuf != '/' && nd->ni_atdir == NULL)
		return cwd_getcdir();
	if (*nd->ni_pnbuf == '/' && (nd->ni_cnd.cn_flags & NOCHROOT) == 0)
		return cwd_getroot();
	dvp = *nd->ni_pnbuf == '/' ? rootvnode : nd->ni_atdir;
	vref(dvp);
	return dvp;
}

/*
 * As far as the cache goes, without as much as a reference on where the path begins.  NCW_ON: the
 * walker's directory is referenced.
 */
static enum nc_walk
walk_cached(struct nameidata *nd, struct nc_walker *nw)
{
	enum nc_walk r;
	bool held;
	int s;

	s = pserialize_read_enter();
	walker_init(nw, nd, (nd->ni_cnd.cn_flags & NOCHROOT) != 0 ? rootvnode : cwd_peekroot());
	nw->nw_path = nd->ni_pnbuf;
	if (*nw->nw_path == '/')
		nw->nw_dvp = nw->nw_rootdir;
	else
		nw->nw_dvp = nd->ni_atdir != NULL ? nd->ni_atdir : cwd_peekcdir();
	r = cache_walk(nw);
	held = r == NCW_ON && vcache_tryvget(nw->nw_dvp) == 0;
	pserialize_read_exit(s);
	if (r == NCW_ON && !held) {
		/* The directory is on its way out: from the beginning then. */
		nw->nw_dvp = walk_origin(nd);
		nw->nw_path = nd->ni_pnbuf;
		nw->nw_missed = false;
	}
	return r;
}

int
namei(struct nameidata *nd)
{
	struct nc_walker nw;

	ASSERT_SLEEPABLE();
	nd->ni_vp = nd->ni_dvp = NULL;
	nd->ni_pnbuf = nd->ni_pathbuf->pb_path;
	if (*nd->ni_pnbuf == '\0')
		return ENOENT;
	switch (walk_cached(nd, &nw)) {
	case NCW_FOUND:
		nd->ni_vp = nw.nw_vp;
		lock_leaf(&nd->ni_cnd, nw.nw_vp);
		return 0;
	case NCW_ABSENT:
		return ENOENT;
	case NCW_ON:
		break;
	}
	return namei_from(nd, nw.nw_dvp, nw.nw_path, nw.nw_missed);
}

int
relookup(struct vnode *dvp, struct vnode **vpp, struct componentname *cnp, int dummy)
{
	int error;

	*vpp = NULL;
	error = VOP_LOOKUP(dvp, vpp, cnp);
	if (error == EJUSTRETURN)
		return 0;
	if (error != 0)
		return error;
	if ((cnp->cn_flags & LOCKLEAF) != 0 && *vpp != dvp)
		(void)vn_lock(*vpp, LK_EXCLUSIVE | LK_RETRY);
	return 0;
}
