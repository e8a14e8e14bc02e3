/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The system-call table: who serves which call.
 *
 * lib/librump/sys/syscalls.tbl names every call; from it the build makes the numbers
 * (<sys/syscall.h>, SYS_name), the argument structs (<sys/syscallargs.h>, struct sys_name_args,
 * read by SCARG(uap, argument)), the table, the stubs rump_sys_name() and their prototypes.
 *
 * At boot every entry answers ENOSYS.  Base and factions put their functions in by
 *
 *	static const struct rump_sysreg foo_calls[] = {
 *		RUMP_SYSREG(read), RUMP_SYSREG(write), ...
 *	};
 *	rump_syscalls_register(foo_calls, __arraycount(foo_calls));
 *
 * where RUMP_SYSREG(read) stands for { SYS_read, sys_read } and the function is
 *
 *	int sys_read(struct lwp *l, const struct sys_read_args *uap, register_t *retval);
 *
 * as on NetBSD (the prototypes come from <sys/syscallargs.h>).  It returns 0 and *retval, or a
 * positive errno.  A call that ends early by a signal returns EINTR or ERESTART; the stub makes
 * EINTR of the latter.
 */
#ifndef RUMP_SYSCALL_H
#define RUMP_SYSCALL_H

#include <sys/syscall.h>
#include <sys/syscallargs.h>
#include <sys/types.h>

struct lwp;

typedef int (*rump_sycall_t)(struct lwp *, const void *, register_t *);

struct rump_sysreg {
	unsigned int sr_num;
	rump_sycall_t sr_call;
};
#define RUMP_SYSREG(name)                                     \
	{                                                     \
		SYS_##name, (rump_sycall_t)(void *)sys_##name \
	}

/* ctx: boot, or a faction's init.  A call that is taken already is a programming error (panic). */
void rump_syscalls_register(const struct rump_sysreg *calls, size_t n);
/* The entries answer ENOSYS again.  ctx: the faction's fini. */
void rump_syscalls_unregister(const struct rump_sysreg *calls, size_t n);

/* Boot and halt of the table. */
int rump_syscalls_init(void);
void rump_syscalls_fini(void);

/*
 * The errno that the host's program sees for a kernel error: BSD-only numbers (512 and up) and
 * internal ones (negative) are mapped.  error != 0.
 */
int rump_errno_to_host(int error);

#endif /* RUMP_SYSCALL_H */
