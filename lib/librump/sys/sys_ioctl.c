/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * ioctl(2): the command is brought into BSD's encoding, which says how the argument travels; the
 * file then works on a copy in kernel memory.
 */
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/filio.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/systm.h>

#include "rump_basecalls.h"
#include "rump_hostabi.h"
#include "rump_syscall.h"

#define STACK_PARAMS 128 /* bytes of argument that need no allocation */

static void
file_flag(file_t *fp, u_int flag, int on)
{
	mutex_enter(&fp->f_lock);
	atomic_store_relaxed(&fp->f_flag, on ? fp->f_flag | flag : fp->f_flag & ~flag);
	mutex_exit(&fp->f_lock);
}

/* data is the copy of the argument. */
static int
ioctl_file(struct lwp *l, int fd, file_t *fp, u_long com, void *data)
{
	int error;

	switch (com) {
	case FIOCLEX:
	case FIONCLEX:
		fd_set_exclose(l, fd, com == FIOCLEX);
		return 0;
	case FIONBIO:
		/* The file's own flag: a driver that does not know of it is as good as one that does. */
		file_flag(fp, FNONBLOCK, *(int *)data);
		error = (*fp->f_ops->fo_ioctl)(fp, com, data);
		return error == ENOTTY || error == EINVAL || error == EPASSTHROUGH ? 0 : error;
	case FIOASYNC:
		file_flag(fp, FASYNC, *(int *)data);
		break;
	}
	return (*fp->f_ops->fo_ioctl)(fp, com, data);
}

static int
do_ioctl(struct lwp *l, int fd, file_t *fp, u_long com, void *uarg)
{
	const size_t size = IOCPARM_LEN(com);
	char stackbuf[STACK_PARAMS] __aligned(16);
	void *data = stackbuf;
	int error = 0;

	if (size > IOCPARM_MAX)
		return ENOTTY;
	if (size > sizeof(stackbuf))
		data = kmem_alloc(size, KM_SLEEP);
	if ((com & IOC_IN) != 0 && size != 0)
		error = copyin(uarg, data, size);
	else if ((com & (IOC_IN | IOC_VOID)) != 0)
		*(void **)data = uarg;
	else
		memset(data, 0, size);
	if (error == 0)
		error = ioctl_file(l, fd, fp, com, data);
	if (error == 0 && (com & IOC_OUT) != 0)
		error = copyout(data, uarg, size);
	if (size > sizeof(stackbuf))
		kmem_free(data, size);
	return error == EPASSTHROUGH ? ENOTTY : error;
}

int
sys_ioctl(struct lwp *l, const struct sys_ioctl_args *uap, register_t *retval)
{
	const int fd = SCARG(uap, fd);
	file_t *const fp = fd_getfile((u_int)fd);
	int error;

	if (fp == NULL)
		return EBADF;
	if ((atomic_load_relaxed(&fp->f_flag) & (FREAD | FWRITE)) == 0)
		error = EBADF;
	else
		error = do_ioctl(l, fd, fp, hostabi_ioctl(SCARG(uap, com)), SCARG(uap, data));
	fd_putfile((u_int)fd);
	return error;
}

static const struct rump_sysreg ioctl_calls[] = {
	RUMP_SYSREG(ioctl),
};

void
rump_ioctlcalls_register(void)
{
	rump_syscalls_register(ioctl_calls, __arraycount(ioctl_calls));
}
