/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Files by handle: getfh, fhopen, fhstat, fhstatvfs1.  For the super-user alone. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/vfs_syscalls.h>

#include "rump_fifo.h"
#include "rump_hostabi.h"
#include "rump_vfs.h"
#include "rump_vfscalls.h"
#include "rump_wberr.h"

int
sys_getfh(struct lwp *l, const struct sys_getfh_args *uap, register_t *retval)
{
	struct vnode *vp;
	fhandle_t *fhp;
	size_t room, size;
	int error;

	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_FILEHANDLE, 0, NULL, NULL, NULL);
	if (error == 0)
		error = copyin(SCARG(uap, fh_size), &room, sizeof(room));
	if (error == 0)
		error = atvnode(l, AT_FDCWD, SCARG(uap, fname), 0, false, &vp);
	if (error != 0)
		return error;
	error = vfs_composefh_alloc(vp, &fhp);
	vrele(vp);
	if (error != 0)
		return error;
	size = FHANDLE_SIZE_FROM_FILEID_SIZE(fhp->fh_fid.fid_len);
	error = copyout(&size, SCARG(uap, fh_size), sizeof(size));
	if (error == 0)
		error = room >= size ? copyout(fhp, SCARG(uap, fhp), size) : E2BIG;
	vfs_composefh_free(fhp);
	return error;
}

/* The vnode of a program's handle. */
static int
fh_vnode(struct lwp *l, const void *ufhp, size_t size, struct vnode **vpp)
{
	fhandle_t *fhp;
	int error;

	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_FILEHANDLE, 0, NULL, NULL, NULL);
	if (error == 0)
		error = vfs_copyinfh_alloc(ufhp, size, &fhp);
	if (error != 0)
		return error;
	error = vfs_fhtovp(fhp, vpp);
	vfs_copyinfh_free(fhp);
	return error;
}

int
do_fhstat(struct lwp *l, const void *ufhp, size_t fhsize, struct stat *sb)
{
	struct vnode *vp;
	int error;

	error = fh_vnode(l, ufhp, fhsize, &vp);
	if (error != 0)
		return error;
	error = vn_stat(vp, sb);
	vrele(vp);
	return error;
}

int
sys_fhstat(struct lwp *l, const struct sys_fhstat_args *uap, register_t *retval)
{
	struct host_stat hs;
	struct stat sb;
	int error;

	error = do_fhstat(l, SCARG(uap, fhp), SCARG(uap, fh_size), &sb);
	if (error != 0)
		return error;
	hostabi_stat(&sb, &hs);
	return copyout(&hs, SCARG(uap, sb), sizeof(hs));
}

int
do_fhstatvfs(struct lwp *l, const void *ufhp, size_t fhsize, struct statvfs *sb, int flags)
{
	struct vnode *vp;
	int error;

	error = fh_vnode(l, ufhp, fhsize, &vp);
	if (error != 0)
		return error;
	error = dostatvfs(vp->v_mount, sb, l, flags, 1);
	vrele(vp);
	return error;
}

int
sys_fhstatvfs1(struct lwp *l, const struct sys_fhstatvfs1_args *uap, register_t *retval)
{
	struct statvfs *sb = STATVFSBUF_GET();
	struct host_statvfs hs;
	int error;

	error = do_fhstatvfs(l, SCARG(uap, fhp), SCARG(uap, fh_size), sb, SCARG(uap, flags));
	if (error == 0) {
		hostabi_statvfs(sb, &hs);
		error = copyout(&hs, SCARG(uap, buf), sizeof(hs));
	}
	STATVFSBUF_PUT(sb);
	return error;
}

/* Open vp as fp.  owns: vp on error. */
static int
fh_open(struct lwp *l, struct vnode *vp, int flags, struct file *fp)
{
	int error;

	error = vn_lock(vp, LK_EXCLUSIVE);
	if (error == 0) {
		error = vn_openchk(vp, l->l_cred, flags);
		if (error == 0)
			error = VOP_OPEN(vp, flags, l->l_cred);
		if (error == 0 && (flags & FWRITE) != 0) {
			mutex_enter(vp->v_interlock);
			vp->v_writecount++;
			mutex_exit(vp->v_interlock);
		}
		VOP_UNLOCK(vp);
	}
	if (error != 0) {
		vrele(vp);
		return error;
	}
	fp->f_flag = flags & FMASK;
	fp->f_type = DTYPE_VNODE;
	fp->f_ops = vp->v_type == VFIFO ? &vn_fifoops : &vnops;
	fp->f_vnode = vp;
	vn_wberr_open(fp);
	return 0;
}

int
sys_fhopen(struct lwp *l, const struct sys_fhopen_args *uap, register_t *retval)
{
	const int flags = FFLAGS(SCARG(uap, flags));
	struct vnode *vp;
	struct file *fp;
	int error, fd;

	if ((flags & (FREAD | FWRITE)) == 0 || (flags & (O_CREAT | O_TRUNC)) != 0)
		return EINVAL;
	error = fd_allocfile(&fp, &fd);
	if (error != 0)
		return error;
	error = fh_vnode(l, SCARG(uap, fhp), SCARG(uap, fh_size), &vp);
	if (error == 0)
		error = fh_open(l, vp, flags, fp);
	if (error != 0) {
		fd_abort(l->l_proc, fp, fd);
		return error;
	}
	if ((SCARG(uap, flags) & O_CLOEXEC) != 0)
		fd_set_exclose(l, fd, true);
	fd_affix(l->l_proc, fp, fd);
	*retval = fd;
	return 0;
}

static const struct rump_sysreg calls[] = {
	RUMP_SYSREG(fhopen),
	RUMP_SYSREG(fhstat),
	RUMP_SYSREG(fhstatvfs1),
	RUMP_SYSREG(getfh),
};
VFS_CALLS(fh);
