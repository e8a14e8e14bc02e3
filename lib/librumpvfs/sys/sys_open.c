/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* open(2) and its family. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/lockf.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/vfs_syscalls.h>

#include "rump_cwd.h"
#include "rump_fifo.h"
#include "rump_hostabi.h"
#include "rump_namei.h"
#include "rump_vfs.h"
#include "rump_vfscalls.h"
#include "rump_wberr.h"

/* Make fp the open file of vp, with the lock that O_SHLOCK or O_EXLOCK asks for. */
static int
open_setfp(struct lwp *l, struct file *fp, struct vnode *vp, int flags)
{
	struct flock lf = { .l_whence = SEEK_SET };
	int error, type = F_FLOCK;

	fp->f_flag = flags & FMASK;
	fp->f_type = DTYPE_VNODE;
	fp->f_ops = vp->v_type == VFIFO ? &vn_fifoops : &vnops;
	fp->f_vnode = vp;
	vn_wberr_open(fp);
	if ((flags & (O_EXLOCK | O_SHLOCK)) == 0)
		return 0;
	lf.l_type = (flags & O_EXLOCK) != 0 ? F_WRLCK : F_RDLCK;
	if ((flags & FNONBLOCK) == 0)
		type |= F_WAIT;
	error = lf_vnode_advlock(vp, fp, F_SETLK, &lf, type);
	if (error == 0)
		atomic_or_uint(&fp->f_flag, FHASLOCK);
	return error;
}

int
do_open(struct lwp *l, struct vnode *dvp, struct pathbuf *pb, int oflags, int mode, int *fdp)
{
	const int flags = FFLAGS(oflags);
	struct file *fp;
	struct vnode *vp;
	bool domove;
	int error, fd, dupfd = -1;

	if ((flags & (FREAD | FWRITE)) == 0)
		return EINVAL;
	error = fd_allocfile(&fp, &fd);
	if (error != 0)
		return error;
	error = vn_open(dvp, pb, 0, flags, mode & ~cwd_umask() & ALLPERMS, &vp, &domove, &dupfd);
	if (error != 0) {
		fd_abort(l->l_proc, fp, fd);
		return error;
	}
	if (vp == NULL) {
		fd_abort(l->l_proc, fp, fd);
		error = fd_dupopen(dupfd, domove, flags, &fd);
		if (error == 0 && (oflags & O_CLOEXEC) != 0)
			fd_set_exclose(l, fd, true);
		*fdp = fd;
		return error;
	}
	error = open_setfp(l, fp, vp, flags);
	if (error != 0) {
		fd_abort(l->l_proc, fp, fd);
		(void)vn_close(vp, flags & FMASK, l->l_cred);
		return error;
	}
	if ((oflags & O_CLOEXEC) != 0)
		fd_set_exclose(l, fd, true);
	fd_affix(l->l_proc, fp, fd);
	*fdp = fd;
	return 0;
}

int
do_sys_openat(struct lwp *l, int fdat, const char *path, int flags, int mode, int *fdp)
{
	struct pathbuf *pb;
	struct vnode *dvp;
	struct file *dfp;
	int error;

	error = pathbuf_copyin(path, &pb);
	if (error != 0)
		return error;
	error = fdat_enter(fdat, pb->pb_path, &dfp, &dvp);
	if (error == 0) {
		error = do_open(l, dvp, pb, flags, mode, fdp);
		fdat_leave(fdat, dfp);
	}
	pathbuf_destroy(pb);
	return error;
}

int
sys_open(struct lwp *l, const struct sys_open_args *uap, register_t *retval)
{
	int error, fd = -1;

	error =
	    do_sys_openat(l, AT_FDCWD, SCARG(uap, path), SCARG(uap, flags), SCARG(uap, mode), &fd);
	*retval = fd;
	return error;
}

int
sys_openat(struct lwp *l, const struct sys_openat_args *uap, register_t *retval)
{
	int error, fd = -1;

	error = do_sys_openat(
	    l, SCARG(uap, fd), SCARG(uap, path), SCARG(uap, oflags), SCARG(uap, mode), &fd);
	*retval = fd;
	return error;
}

int
sys_openat2(struct lwp *l, const struct sys_openat2_args *uap, register_t *retval)
{
	struct host_open_how how;
	int error, fd = -1;

	if (SCARG(uap, size) < sizeof(how))
		return EINVAL;
	if (SCARG(uap, size) > sizeof(how))
		return E2BIG;
	error = copyin(SCARG(uap, how), &how, sizeof(how));
	if (error != 0)
		return error;
	if ((how.flags & ~(uint64_t)(O_MASK | O_LARGEFILE)) != 0 || how.resolve != 0 ||
	    (how.mode & ~(uint64_t)ALLPERMS) != 0 || (how.mode != 0 && (how.flags & O_CREAT) == 0))
		return EINVAL;
	error = do_sys_openat(l, SCARG(uap, fd), SCARG(uap, path), how.flags, how.mode, &fd);
	*retval = fd;
	return error;
}

static const struct rump_sysreg calls[] = {
	RUMP_SYSREG(open),
	RUMP_SYSREG(openat),
	RUMP_SYSREG(openat2),
};
VFS_CALLS(open);
