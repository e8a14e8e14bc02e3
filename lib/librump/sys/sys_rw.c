/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Reading, writing and seeking by descriptor.  The bodies are in file/rw.c.
 */
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/systm.h>

#include "rump_basecalls.h"
#include "rump_hostabi.h"
#include "rump_syscall.h"

/* The file of a descriptor that is open for want (FREAD or FWRITE).  errors: EBADF. */
static __always_inline int
get_file_for(int fd, u_int want, file_t **fpp)
{
	file_t *const fp = fd_getfile((u_int)fd);

	if (__predict_false(fp == NULL))
		return EBADF;
	if (__predict_false((atomic_load_relaxed(&fp->f_flag) & want) == 0)) {
		fd_putfile((u_int)fd);
		return EBADF;
	}
	*fpp = fp;
	return 0;
}

int
sys_read(struct lwp *l, const struct sys_read_args *uap, register_t *retval)
{
	const int fd = SCARG(uap, fd);
	file_t *fp;
	int error;

	error = get_file_for(fd, FREAD, &fp);
	if (__predict_false(error != 0))
		return error;
	return dofileread(
	    fd, fp, SCARG(uap, buf), SCARG(uap, nbyte), &fp->f_offset, FOF_UPDATE_OFFSET, retval);
}

int
sys_write(struct lwp *l, const struct sys_write_args *uap, register_t *retval)
{
	const int fd = SCARG(uap, fd);
	file_t *fp;
	int error;

	error = get_file_for(fd, FWRITE, &fp);
	if (__predict_false(error != 0))
		return error;
	return dofilewrite(
	    fd, fp, SCARG(uap, buf), SCARG(uap, nbyte), &fp->f_offset, FOF_UPDATE_OFFSET, retval);
}

/* errors: those of an offset that the file or the call cannot have. */
static __always_inline int
check_offset(const file_t *fp, off_t offset)
{
	if (__predict_false(fp->f_ops->fo_seek == NULL))
		return ESPIPE;
	return __predict_false(offset < 0) ? EINVAL : 0;
}

int
sys_pread(struct lwp *l, const struct sys_pread_args *uap, register_t *retval)
{
	const int fd = SCARG(uap, fd);
	off_t offset = SCARG(uap, offset);
	file_t *fp;
	int error;

	error = get_file_for(fd, FREAD, &fp);
	if (__predict_false(error != 0))
		return error;
	error = check_offset(fp, offset);
	if (__predict_false(error != 0)) {
		fd_putfile((u_int)fd);
		return error;
	}
	return dofileread(fd, fp, SCARG(uap, buf), SCARG(uap, nbyte), &offset, 0, retval);
}

int
sys_pwrite(struct lwp *l, const struct sys_pwrite_args *uap, register_t *retval)
{
	const int fd = SCARG(uap, fd);
	off_t offset = SCARG(uap, offset);
	file_t *fp;
	int error;

	error = get_file_for(fd, FWRITE, &fp);
	if (__predict_false(error != 0))
		return error;
	error = check_offset(fp, offset);
	if (__predict_false(error != 0)) {
		fd_putfile((u_int)fd);
		return error;
	}
	return dofilewrite(fd, fp, SCARG(uap, buf), SCARG(uap, nbyte), &offset, 0, retval);
}

int
sys_readv(struct lwp *l, const struct sys_readv_args *uap, register_t *retval)
{
	return do_filereadv(
	    SCARG(uap, fd), SCARG(uap, iovp), SCARG(uap, iovcnt), NULL, FOF_UPDATE_OFFSET, retval);
}

int
sys_writev(struct lwp *l, const struct sys_writev_args *uap, register_t *retval)
{
	return do_filewritev(
	    SCARG(uap, fd), SCARG(uap, iovp), SCARG(uap, iovcnt), NULL, FOF_UPDATE_OFFSET, retval);
}

int
sys_preadv(struct lwp *l, const struct sys_preadv_args *uap, register_t *retval)
{
	off_t offset = SCARG(uap, offset);

	return do_filereadv(
	    SCARG(uap, fd), SCARG(uap, iovp), SCARG(uap, iovcnt), &offset, 0, retval);
}

int
sys_pwritev(struct lwp *l, const struct sys_pwritev_args *uap, register_t *retval)
{
	off_t offset = SCARG(uap, offset);

	return do_filewritev(
	    SCARG(uap, fd), SCARG(uap, iovp), SCARG(uap, iovcnt), &offset, 0, retval);
}

/* preadv2(2), pwritev2(2): offset -1 means the file's own; of the flags, only hints are known. */
#define RWF_HIPRI 0x1

int
sys_preadv2(struct lwp *l, const struct sys_preadv2_args *uap, register_t *retval)
{
	off_t offset = SCARG(uap, offset);

	if ((SCARG(uap, flags) & ~RWF_HIPRI) != 0)
		return EOPNOTSUPP;
	return do_filereadv(SCARG(uap, fd), SCARG(uap, iovp), SCARG(uap, iovcnt),
	    offset == -1 ? NULL : &offset, offset == -1 ? FOF_UPDATE_OFFSET : 0, retval);
}

int
sys_pwritev2(struct lwp *l, const struct sys_pwritev2_args *uap, register_t *retval)
{
	off_t offset = SCARG(uap, offset);

	if ((SCARG(uap, flags) & ~RWF_HIPRI) != 0)
		return EOPNOTSUPP;
	return do_filewritev(SCARG(uap, fd), SCARG(uap, iovp), SCARG(uap, iovcnt),
	    offset == -1 ? NULL : &offset, offset == -1 ? FOF_UPDATE_OFFSET : 0, retval);
}

int
sys_lseek(struct lwp *l, const struct sys_lseek_args *uap, register_t *retval)
{
	const u_int fd = (u_int)SCARG(uap, fd);
	file_t *const fp = fd_getfile(fd);
	off_t newoff = 0;
	int error;

	if (__predict_false(fp == NULL))
		return EBADF;
	if (__predict_false(fp->f_ops->fo_seek == NULL))
		error = ESPIPE;
	else
		error = (*fp->f_ops->fo_seek)(
		    fp, SCARG(uap, offset), SCARG(uap, whence), &newoff, FOF_UPDATE_OFFSET);
	fd_putfile(fd);
	*retval = newoff;
	return error;
}

int
do_sys_fstat(int fd, struct stat *sb)
{
	file_t *const fp = fd_getfile((u_int)fd);
	int error;

	if (__predict_false(fp == NULL))
		return EBADF;
	error = (*fp->f_ops->fo_stat)(fp, sb);
	fd_putfile((u_int)fd);
	return error;
}

int
sys_fstat(struct lwp *l, const struct sys_fstat_args *uap, register_t *retval)
{
	struct stat sb;
	int error;

	error = do_sys_fstat(SCARG(uap, fd), &sb);
	return __predict_true(error == 0) ? hostabi_stat_copyout(&sb, SCARG(uap, sb)) : error;
}

static const struct rump_sysreg rw_calls[] = {
	RUMP_SYSREG(fstat),
	RUMP_SYSREG(lseek),
	RUMP_SYSREG(pread),
	RUMP_SYSREG(preadv),
	RUMP_SYSREG(preadv2),
	RUMP_SYSREG(pwrite),
	RUMP_SYSREG(pwritev),
	RUMP_SYSREG(pwritev2),
	RUMP_SYSREG(read),
	RUMP_SYSREG(readv),
	RUMP_SYSREG(write),
	RUMP_SYSREG(writev),
};

void
rump_rwcalls_register(void)
{
	rump_syscalls_register(rw_calls, __arraycount(rw_calls));
}
