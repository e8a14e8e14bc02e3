/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* VOP_LOOKUP: permission, the name cache, the directory, the vnode. */
#include <sys/param.h>
#include <sys/kauth.h>
#include <sys/namei.h>
#include <sys/systm.h>

#include "ext2fs.h"

/* Of an operation that would change the last component's directory. */
static bool
would_write(const struct componentname *cnp)
{
	return (cnp->cn_flags & ISLASTCN) && cnp->cn_nameiop != LOOKUP;
}

static int
not_found(struct vnode *dvp, const struct componentname *cnp)
{
	if (would_write(cnp) && cnp->cn_nameiop != DELETE)
		return EROFS;
	if (cnp->cn_flags & MAKEENTRY)
		cache_enter(dvp, NULL, cnp->cn_nameptr, cnp->cn_namelen, cnp->cn_flags);
	return ENOENT;
}

int
ext2fs_vop_lookup(void *v)
{
	struct vop_lookup_v2_args *const ap = v;
	struct vnode *const dvp = ap->a_dvp;
	struct componentname *const cnp = ap->a_cnp;
	ino_t ino;
	int error;

	*ap->a_vpp = NULL;
	error = VOP_ACCESS(dvp, VEXEC, cnp->cn_cred);
	if (error != 0)
		return error;
	if (would_write(cnp) && (cnp->cn_nameiop == DELETE || cnp->cn_nameiop == RENAME))
		return EROFS;
	if (cache_lookup(dvp, cnp->cn_nameptr, cnp->cn_namelen, cnp->cn_nameiop, cnp->cn_flags,
		NULL, ap->a_vpp))
		return *ap->a_vpp == NULL ? ENOENT : 0;
	if (cnp->cn_namelen == 1 && cnp->cn_nameptr[0] == '.') {
		vref(dvp);
		*ap->a_vpp = dvp;
		return 0;
	}
	error = ext2fs_dir_lookup(VTOE(dvp), cnp->cn_nameptr, cnp->cn_namelen, &ino);
	if (error == ENOENT)
		return not_found(dvp, cnp);
	if (error == 0)
		error = vcache_get(dvp->v_mount, &ino, sizeof(ino), ap->a_vpp);
	if (error != 0)
		return error;
	cache_enter(dvp, *ap->a_vpp, cnp->cn_nameptr, cnp->cn_namelen, cnp->cn_flags);
	return 0;
}
