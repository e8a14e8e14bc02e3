/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * How a local system call runs: the body of every generated stub.
 *
 * The hot path of a call that does nothing: the virtual CPU's compare-and-swap and its release
 * store (rump_entry.h), one load from the table, one indirect call.  Neither errno nor the host is
 * touched unless the call fails.
 */
#ifndef RUMP_SYSENT_H
#define RUMP_SYSENT_H

#include <sys/errno.h>
#include <sys/types.h>

#include "rump_entry.h"
#include "rump_syscall.h"

/* By number; NULL: nobody serves the call.  Written at boot and halt only. */
extern rump_sycall_t rump_sysent[SYS_MAXSYSCALL] __attribute__((__visibility__("hidden")));
/* By number; NULL in the gaps. */
extern const char *const rump_sysnames[SYS_MAXSYSCALL];

/* Set the host's errno from a kernel error, which is not 0; returns -1. */
register_t rump_syscall_fail(int error);

static __always_inline register_t
rump_syscall(unsigned int num, const void *args)
{
	register_t retval[2] = { 0, 0 };
	rump_sycall_t call;
	struct lwp *l;
	int error;

	for (;;) {
		error = rump_enter(&l);
		if (__predict_false(error != 0))
			return rump_syscall_fail(error);
		call = rump_sysent[num];
		error = __predict_true(call != NULL) ? call(l, args, retval) : ENOSYS;
		rump_leave(); /* the host's handlers of signals run here */
		if (__predict_true(error == 0))
			return retval[0];
		if (error != ERESTART)
			return rump_syscall_fail(error);
		retval[0] = retval[1] = 0;
	}
}

#endif /* RUMP_SYSENT_H */
