/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * copyin(9) and its family.
 *
 * Local clients share their memory with the kernel, so a copy is a memcpy(); the one bad address
 * that is caught is NULL (EFAULT), and only when there is something to copy.  Other bad pointers of
 * local clients are their own fault.  Remote clients come in by the operations of their vmspace.
 */
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/proc.h>

#include "rump_copyio.h"
#include "rump_fault.h"

struct vmspace vmspace0;
struct vmspace rump_vmspace_local;

int
copyin_vmspace(struct vmspace *vm, const void *uaddr, void *kaddr, size_t len)
{
	if (__predict_false(len == 0))
		return 0;
	if (RUMP_FAULT(COPYIN))
		return EFAULT;
	if (__predict_false(vm->vm_ops != NULL))
		return vm->vm_ops->vo_copyin(vm, uaddr, kaddr, len);
	if (__predict_false(uaddr == NULL))
		return EFAULT;
	memcpy(kaddr, uaddr, len);
	return 0;
}

int
copyout_vmspace(struct vmspace *vm, const void *kaddr, void *uaddr, size_t len)
{
	if (__predict_false(len == 0))
		return 0;
	if (RUMP_FAULT(COPYOUT))
		return EFAULT;
	if (__predict_false(vm->vm_ops != NULL))
		return vm->vm_ops->vo_copyout(vm, kaddr, uaddr, len);
	if (__predict_false(uaddr == NULL))
		return EFAULT;
	memcpy(uaddr, kaddr, len);
	return 0;
}

int
copyin(const void *uaddr, void *kaddr, size_t len)
{
	return copyin_vmspace(curproc->p_vmspace, uaddr, kaddr, len);
}

int
copyout(const void *kaddr, void *uaddr, size_t len)
{
	return copyout_vmspace(curproc->p_vmspace, kaddr, uaddr, len);
}

int
copystr(const void *from, void *to, size_t len, size_t *done)
{
	const char *nul = len != 0 ? memchr(from, '\0', len) : NULL;
	const size_t n = nul != NULL ? (size_t)(nul - (const char *)from) + 1 : len;

	if (n != 0)
		memcpy(to, from, n);
	if (done != NULL)
		*done = n;
	return nul != NULL ? 0 : ENAMETOOLONG;
}

int
copyinstr(const void *uaddr, void *kaddr, size_t len, size_t *done)
{
	struct vmspace *const vm = curproc->p_vmspace;
	const char *nul;
	size_t n;

	if (RUMP_FAULT(COPYIN))
		return EFAULT;
	if (__predict_false(vm->vm_ops != NULL))
		return vm->vm_ops->vo_copyinstr(vm, uaddr, kaddr, len, done);
	if (__predict_false(uaddr == NULL))
		return EFAULT;
	/* memchr() reads in order: what lies behind the NUL may not be readable. */
	nul = memchr(uaddr, '\0', len);
	n = nul != NULL ? (size_t)(nul - (const char *)uaddr) + 1 : len;
	if (__predict_false(n == 0))
		return ENAMETOOLONG;
	memcpy(kaddr, uaddr, n);
	if (nul != NULL) /* even if another thread has just written over it */
		((char *)kaddr)[n - 1] = '\0';
	if (done != NULL)
		*done = n;
	return nul != NULL ? 0 : ENAMETOOLONG;
}

int
copyoutstr(const void *kaddr, void *uaddr, size_t len, size_t *done)
{
	const char *nul = len != 0 ? memchr(kaddr, '\0', len) : NULL;
	const size_t n = nul != NULL ? (size_t)(nul - (const char *)kaddr) + 1 : len;
	const int error = copyout(kaddr, uaddr, n);

	if (error != 0)
		return error;
	if (done != NULL)
		*done = n;
	return nul != NULL ? 0 : ENAMETOOLONG;
}

int
kcopy(const void *from, void *to, size_t len)
{
	memcpy(to, from, len);
	return 0;
}

int
copyin_proc(struct proc *p, const void *uaddr, void *kaddr, size_t len)
{
	return copyin_vmspace(p->p_vmspace, uaddr, kaddr, len);
}

int
copyout_proc(struct proc *p, const void *kaddr, void *uaddr, size_t len)
{
	return copyout_vmspace(p->p_vmspace, kaddr, uaddr, len);
}

int
copyin_pid(pid_t pid, const void *uaddr, void *kaddr, size_t len)
{
	struct vmspace *vm = NULL;
	struct proc *p;

	mutex_enter(&proc_lock);
	p = proc_find(pid);
	if (p != NULL)
		vm = p->p_vmspace;
	mutex_exit(&proc_lock);
	return vm != NULL ? copyin_vmspace(vm, uaddr, kaddr, len) : ESRCH;
}

int
ioctl_copyin(int flags, const void *src, void *dst, size_t len)
{
	return (u_int)flags & FKIOCTL ? kcopy(src, dst, len) : copyin(src, dst, len);
}

int
ioctl_copyout(int flags, const void *src, void *dst, size_t len)
{
	return (u_int)flags & FKIOCTL ? kcopy(src, dst, len) : copyout(src, dst, len);
}

/* One object of a natural type from or to user space. */
#define UFETCH(name, type)                                 \
	int ufetch_##name(const type *uaddr, type *valp)   \
	{                                                  \
		return copyin(uaddr, valp, sizeof(*valp)); \
	}                                                  \
	int ustore_##name(type *uaddr, type val)           \
	{                                                  \
		return copyout(&val, uaddr, sizeof(val));  \
	}
/* clang-format off */
UFETCH(8, uint8_t)
UFETCH(16, uint16_t)
UFETCH(32, uint32_t)
UFETCH(64, uint64_t)
UFETCH(char, unsigned char)
UFETCH(short, unsigned short)
UFETCH(int, unsigned int)
UFETCH(long, unsigned long)
/* clang-format on */

int
ufetch_ptr(const void **uaddr, void **valp)
{
	return copyin(uaddr, valp, sizeof(*valp));
}

int
ustore_ptr(void **uaddr, void *val)
{
	return copyout(&val, uaddr, sizeof(val));
}
