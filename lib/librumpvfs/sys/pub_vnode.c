/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* rump_pub_*() of vnodes, attributes and names, for programs that call vnode operations. */
#include <sys/param.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/namei.h>
#include <sys/systm.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>

#include "rump_hostabi.h"
#include "rump_pub.h"
#include "rump_spec.h"

#define RUMPCN_FREECRED 0x02

/* enum rump_vtype is enum vtype; device numbers are the host's outside. */
static void
rump_getvninfo(struct vnode *vp, int *vtype, off_t *size, uint64_t *rdev)
{
	*vtype = vp->v_type;
	*size = vp->v_size;
	*rdev = vp->v_type == VBLK || vp->v_type == VCHR ? hostabi_dev_out(spec_vdev(vp)) : 0;
}

static struct vattr *
rump_vattr_init(void)
{
	struct vattr *const vap = kmem_alloc(sizeof(*vap), KM_SLEEP);

	vattr_null(vap);
	return vap;
}

static void
rump_vattr_settype(struct vattr *vap, int vtype)
{
	vap->va_type = (enum vtype)vtype;
}

static void
rump_vattr_setmode(struct vattr *vap, mode_t mode)
{
	vap->va_mode = mode;
}

static void
rump_vattr_setrdev(struct vattr *vap, uint64_t dev)
{
	vap->va_rdev = hostabi_dev_in(dev);
}

static void
rump_vattr_free(struct vattr *vap)
{
	kmem_free(vap, sizeof(*vap));
}

/* There is one layout of struct vattr only. */
static void
rump_vattr_copy(const struct vattr *from, struct vattr *to)
{
	*to = *from;
}
#define rump_vattr50_to_vattr rump_vattr_copy
#define rump_vattr_to_vattr50 rump_vattr_copy

static void
rump_vp_incref(struct vnode *vp)
{
	vref(vp);
}

static int
rump_vp_getref(struct vnode *vp)
{
	mutex_enter(vp->v_interlock);
	return vcache_vget(vp);
}

static void
rump_vp_rele(struct vnode *vp)
{
	vrele(vp);
}

/*
 * Of old this took the interlock for the operation that followed.  No lock is held outside the kernel
 * here; the operations take it themselves.
 */
static void
rump_vp_interlock(struct vnode *vp)
{
}

/* A componentname with a copy of the name.  owns: cred's reference stays the caller's. */
static struct componentname *
cn_make(uint32_t op, uint32_t flags, const char *name, size_t namelen, kauth_cred_t cred)
{
	struct componentname *const cnp = kmem_zalloc(sizeof(*cnp), KM_SLEEP);
	char *const copy = kmem_alloc(namelen + 1, KM_SLEEP);

	memcpy(copy, name, namelen);
	copy[namelen] = '\0';
	cnp->cn_nameiop = op;
	cnp->cn_flags = flags;
	cnp->cn_nameptr = copy;
	cnp->cn_namelen = namelen;
	cnp->cn_cred = cred;
	return cnp;
}

static struct componentname *
rump_makecn(u_long op, u_long flags, const char *name, size_t namelen, struct kauth_cred *cred,
    struct lwp *l)
{
	return cn_make((uint32_t)op, (uint32_t)flags, name, namelen, cred);
}

static void
rump_freecn(struct componentname *cnp, int flags)
{
	if ((flags & RUMPCN_FREECRED) != 0)
		kauth_cred_free(cnp->cn_cred);
	kmem_free(__UNCONST(cnp->cn_nameptr), cnp->cn_namelen + 1);
	kmem_free(cnp, sizeof(*cnp));
}

/* The last component of a path: what a lookup without a parent leaves out. */
static struct componentname *
cn_of_path(uint32_t op, uint32_t flags, const char *path, kauth_cred_t cred)
{
	size_t end = strlen(path), start;

	while (end > 0 && path[end - 1] == '/')
		end--;
	for (start = end; start > 0 && path[start - 1] != '/'; start--)
		continue;
	return cn_make(op, flags, path + start, end - start, cred);
}

/* What is not asked for is released; so a parent that comes back locked must be asked for. */
static int
rump_namei(uint32_t op, uint32_t flags, const char *path, struct vnode **dvpp, struct vnode **vpp,
    struct componentname **cnpp)
{
	struct pathbuf *pb;
	struct nameidata nd;
	int error;

	if (dvpp == NULL && (flags & LOCKPARENT) != 0)
		return EINVAL;
	if (path == NULL)
		return EFAULT;
	pb = pathbuf_create(path);
	if (pb == NULL)
		return ENOMEM;
	NDINIT(&nd, op, flags, pb);
	error = namei(&nd);
	if (error == 0) {
		if (dvpp != NULL)
			*dvpp = (flags & LOCKPARENT) != 0 ? nd.ni_dvp : NULL;
		if (vpp != NULL)
			*vpp = nd.ni_vp;
		else if (nd.ni_vp != NULL && (flags & LOCKLEAF) != 0)
			vput(nd.ni_vp);
		else if (nd.ni_vp != NULL)
			vrele(nd.ni_vp);
		if (cnpp != NULL)
			*cnpp = cn_of_path(op, nd.ni_cnd.cn_flags, path, nd.ni_cnd.cn_cred);
	}
	pathbuf_destroy(pb);
	rump_sync_keep(curlwp);
	return error;
}

RUMP_PUB_VOID(getvninfo, (struct vnode * vp, int *vtype, off_t *size, uint64_t *rdev),
    (vp, vtype, size, rdev))
RUMP_PUB(struct vattr *, vattr_init, NULL, (void), ())
RUMP_PUB_VOID(vattr_settype, (struct vattr * vap, int vtype), (vap, vtype))
RUMP_PUB_VOID(vattr_setmode, (struct vattr * vap, mode_t mode), (vap, mode))
RUMP_PUB_VOID(vattr_setrdev, (struct vattr * vap, uint64_t dev), (vap, dev))
RUMP_PUB_VOID(vattr_free, (struct vattr * vap), (vap))
RUMP_PUB_VOID(vattr50_to_vattr, (const struct vattr *from, struct vattr *to), (from, to))
RUMP_PUB_VOID(vattr_to_vattr50, (const struct vattr *from, struct vattr *to), (from, to))
RUMP_PUB_VOID(vp_incref, (struct vnode * vp), (vp))
RUMP_PUB(int, vp_getref, ENXIO, (struct vnode * vp), (vp))
RUMP_PUB_VOID(vp_rele, (struct vnode * vp), (vp))
RUMP_PUB_VOID(vp_interlock, (struct vnode * vp), (vp))
RUMP_PUB_VOID(freecn, (struct componentname * cnp, int flags), (cnp, flags))
RUMP_PUB(struct componentname *, makecn, NULL,
    (u_long op, u_long flags, const char *name, size_t namelen, struct kauth_cred *cred,
	struct lwp *l),
    (op, flags, name, namelen, cred, l))
RUMP_PUB(int, namei, ENXIO,
    (uint32_t op, uint32_t flags, const char *path, struct vnode **dvpp, struct vnode **vpp,
	struct componentname **cnpp),
    (op, flags, path, dvpp, vpp, cnpp))
