/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * File handles: bytes that name a file for as long as it lives.  The mount's fsid, then what the
 * file system gives (VFS_VPTOFH).  Handles come back from programs: every length is checked.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/mount.h>

#include "rump_vfs.h"

#define FH_FIDOFF offsetof(fhandle_t, fh_fid)

int
vfs_composefh(struct vnode *vp, fhandle_t *fhp, size_t *fh_size)
{
	const size_t room = fhp == NULL || *fh_size < FH_FIDOFF ? 0 : *fh_size - FH_FIDOFF;
	size_t fidsize = room;
	int error;

	error = VFS_VPTOFH(vp, room > 0 ? &fhp->fh_fid : NULL, &fidsize);
	*fh_size = FH_FIDOFF + fidsize;
	if (error == 0 && room < fidsize)
		error = E2BIG;
	if (error == 0)
		fhp->fh_fsid = vp->v_mount->mnt_stat.f_fsidx;
	return error;
}

int
vfs_composefh_alloc(struct vnode *vp, fhandle_t **fhpp)
{
	size_t fidsize = 0, size;
	fhandle_t *fhp;
	int error;

	*fhpp = NULL;
	error = VFS_VPTOFH(vp, NULL, &fidsize);
	if (error != E2BIG)
		return error == 0 ? EINVAL : error;
	size = FH_FIDOFF + fidsize;
	if (size > FHANDLE_SIZE_MAX)
		return EINVAL;
	fhp = kmem_zalloc(size, KM_SLEEP);
	error = vfs_composefh(vp, fhp, &size);
	if (error == 0 && fhp->fh_fid.fid_len != fidsize)
		error = EINVAL;
	if (error != 0)
		kmem_free(fhp, FH_FIDOFF + fidsize);
	else
		*fhpp = fhp;
	return error;
}

void
vfs_composefh_free(fhandle_t *fhp)
{
	kmem_free(fhp, FH_FIDOFF + fhp->fh_fid.fid_len);
}

int
vfs_fhtovp(fhandle_t *fhp, struct vnode **vpp)
{
	struct mount *mp = vfs_getvfs(&fhp->fh_fsid);
	int error;

	*vpp = NULL;
	if (mp == NULL)
		return ESTALE;
	error = vfs_busy(mp);
	if (error == 0) {
		error = VFS_FHTOVP(mp, &fhp->fh_fid, LK_NONE, vpp);
		vfs_unbusy(mp);
	} else {
		error = ESTALE;
	}
	vfs_rele(mp);
	return error;
}

int
vfs_copyinfh_alloc(const void *ufhp, size_t fhsize, fhandle_t **fhpp)
{
	fhandle_t *fhp;
	int error;

	*fhpp = NULL;
	if (fhsize < FHANDLE_SIZE_MIN || fhsize > FHANDLE_SIZE_MAX)
		return EINVAL;
	fhp = kmem_alloc(fhsize, KM_SLEEP);
	error = copyin(ufhp, fhp, fhsize);
	if (error == 0 && fhp->fh_fid.fid_len != fhsize - FH_FIDOFF)
		error = EINVAL;
	if (error != 0)
		kmem_free(fhp, fhsize);
	else
		*fhpp = fhp;
	return error;
}

void
vfs_copyinfh_free(fhandle_t *fhp)
{
	vfs_composefh_free(fhp);
}
