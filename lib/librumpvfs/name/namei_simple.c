/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Walks of which only the vnode is wanted, and those relative to a descriptor. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/pserialize.h>
#include <sys/vfs_syscalls.h>

#include "rump_cwd.h"
#include "rump_namecache.h"
#include "rump_namei.h"
#include "rump_vfs.h"
#include "rump_vnode.h"

struct namei_simple_flags_type {
	int nsf_follow;
};
static const struct namei_simple_flags_type nsm_nofollow = { NOFOLLOW };
static const struct namei_simple_flags_type nsm_follow = { FOLLOW };
/* There is no emulation, and so no other root to try. */
const namei_simple_flags_t NSM_NOFOLLOW_NOEMULROOT = &nsm_nofollow;
const namei_simple_flags_t NSM_NOFOLLOW_TRYEMULROOT = &nsm_nofollow;
const namei_simple_flags_t NSM_FOLLOW_NOEMULROOT = &nsm_follow;
const namei_simple_flags_t NSM_FOLLOW_TRYEMULROOT = &nsm_follow;

int
nameiat_simple(
    struct vnode *dvp, struct pathbuf *pb, namei_simple_flags_t sflags, struct vnode **vpp)
{
	struct nameidata nd;
	int error;

	*vpp = NULL;
	NDINIT(&nd, LOOKUP, sflags->nsf_follow, pb);
	if (dvp != NULL)
		NDAT(&nd, dvp);
	error = namei(&nd);
	if (error == 0)
		*vpp = nd.ni_vp;
	return error;
}

int
nameiat_simple_kernel(
    struct vnode *dvp, const char *path, namei_simple_flags_t sflags, struct vnode **vpp)
{
	struct pathbuf *pb = pathbuf_create(path);
	int error;

	*vpp = NULL;
	if (pb == NULL)
		return ENAMETOOLONG;
	error = nameiat_simple(dvp, pb, sflags, vpp);
	pathbuf_destroy(pb);
	return error;
}

int
nameiat_simple_user(
    struct vnode *dvp, const char *path, namei_simple_flags_t sflags, struct vnode **vpp)
{
	struct pathbuf *pb;
	int error;

	*vpp = NULL;
	error = pathbuf_copyin(path, &pb);
	if (error != 0)
		return error;
	error = nameiat_simple(dvp, pb, sflags, vpp);
	pathbuf_destroy(pb);
	return error;
}

int
namei_simple_kernel(const char *path, namei_simple_flags_t sflags, struct vnode **vpp)
{
	return nameiat_simple_kernel(NULL, path, sflags, vpp);
}

int
namei_simple_user(const char *path, namei_simple_flags_t sflags, struct vnode **vpp)
{
	return nameiat_simple_user(NULL, path, sflags, vpp);
}

/* ---- Relative to a descriptor ---- */

int
fdat_enter(int fdat, const char *path, struct file **fpp, struct vnode **dvpp)
{
	struct file *fp;

	*fpp = NULL;
	*dvpp = NULL;
	if (fdat == AT_FDCWD || path[0] == '/')
		return 0;
	if (path[0] == '\0')
		return ENOENT; /* whatever fdat is */
	fp = fd_getfile(fdat);
	if (fp == NULL)
		return EBADF;
	if (fp->f_type != DTYPE_VNODE || fp->f_vnode->v_type != VDIR) {
		fd_putfile(fdat);
		return ENOTDIR;
	}
	*fpp = fp;
	*dvpp = fp->f_vnode;
	return 0;
}

void
fdat_leave(int fdat, struct file *fp)
{
	if (fp != NULL)
		fd_putfile(fdat);
}

int
fd_nameiat(struct lwp *l, int fdat, struct nameidata *ndp)
{
	struct vnode *dvp;
	struct file *fp;
	int error;

	error = fdat_enter(fdat, ndp->ni_pathbuf->pb_path, &fp, &dvp);
	if (error != 0)
		return error;
	if (dvp != NULL)
		NDAT(ndp, dvp);
	error = namei(ndp);
	fdat_leave(fdat, fp);
	return error;
}

int
fd_nameiat_simple_user(
    struct lwp *l, int fdat, const char *path, namei_simple_flags_t sflags, struct vnode **vpp)
{
	struct pathbuf *pb;
	struct vnode *dvp;
	struct file *fp;
	int error;

	*vpp = NULL;
	error = pathbuf_copyin(path, &pb);
	if (error != 0)
		return error;
	error = fdat_enter(fdat, pb->pb_path, &fp, &dvp);
	if (error == 0) {
		error = nameiat_simple(dvp, pb, sflags, vpp);
		fdat_leave(fdat, fp);
	}
	pathbuf_destroy(pb);
	return error;
}

/* ---- Light ---- */

#define PATH_SMALL 256 /* bytes of a path, with its NUL, that lies on the stack */

/*
 * The walk through the cache alone, from wherever the path begins.  NCW_ON: the walker's directory
 * is referenced, or NULL when that failed.
 */
static enum nc_walk
walk_light(struct nc_walker *nw, const char *path, struct vnode *dvp, int follow)
{
	enum nc_walk r;
	int s;

	nw->nw_path = path;
	nw->nw_cred = curlwp->l_cred;
	nw->nw_follow = follow == FOLLOW;
	nw->nw_light = true;
	nw->nw_parent = nw->nw_nocross = nw->nw_missed = false;
	s = pserialize_read_enter();
	nw->nw_rootdir = cwd_peekroot();
	nw->nw_dvp = path[0] == '/' ? nw->nw_rootdir : dvp != NULL ? dvp : cwd_peekcdir();
	r = cache_walk(nw);
	if (r == NCW_ON && vcache_tryvget(nw->nw_dvp) != 0)
		nw->nw_dvp = NULL;
	pserialize_read_exit(s);
	return r;
}

/* Go on with locks, in a buffer that links can be spliced into. */
static int
walk_on(
    const struct nc_walker *nw, const char *path, struct vnode *dvp, int follow, struct vnode **vpp)
{
	struct pathbuf pb = { .pb_path = PNBUF_GET() };
	struct nameidata nd;
	int error;

	memcpy(pb.pb_path, path, strlen(path) + 1);
	NDINIT(&nd, LOOKUP, follow, &pb);
	if (dvp != NULL)
		NDAT(&nd, dvp);
	error = nw->nw_dvp != NULL
	    ? namei_from(&nd, nw->nw_dvp, pb.pb_path + (nw->nw_path - path), nw->nw_missed)
	    : namei(&nd);
	pathbuf_release(&pb);
	if (error == 0)
		*vpp = nd.ni_vp;
	return error;
}

/* path is in the kernel, with NC_SLACK bytes behind it. */
static int
namei_light_path(int fdat, const char *path, int follow, struct vnode **vpp)
{
	struct nc_walker nw;
	struct vnode *dvp;
	struct file *fp;
	int error;

	if (path[0] == '\0')
		return ENOENT;
	error = fdat_enter(fdat, path, &fp, &dvp);
	if (error != 0)
		return error;
	switch (walk_light(&nw, path, dvp, follow)) {
	case NCW_FOUND:
		*vpp = nw.nw_vp;
		break;
	case NCW_ABSENT:
		error = ENOENT;
		break;
	case NCW_ON:
		error = walk_on(&nw, path, dvp, follow, vpp);
		break;
	}
	fdat_leave(fdat, fp);
	return error;
}

int
namei_light(struct lwp *l, int fdat, const char *path, int follow, struct vnode **vpp)
{
	char small[PATH_SMALL + NC_SLACK], *buf;
	int error;

	*vpp = NULL;
	error = copyinstr(path, small, PATH_SMALL, NULL);
	if (__predict_true(error == 0))
		return namei_light_path(fdat, small, follow, vpp);
	if (error != ENAMETOOLONG)
		return error;
	buf = PNBUF_GET();
	error = copyinstr(path, buf, MAXPATHLEN, NULL);
	if (error == 0)
		error = namei_light_path(fdat, buf, follow, vpp);
	PNBUF_PUT(buf);
	return error;
}
