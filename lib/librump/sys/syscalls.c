/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The table of who serves which system call, and how a failed call looks to the host.
 */
#include <sys/errno.h>
#include <sys/systm.h>

#include <rump/rumpuser.h>

#include "rump_sysent.h"

rump_sycall_t rump_sysent[SYS_MAXSYSCALL];

int
rump_syscalls_init(void)
{
	memset(rump_sysent, 0, sizeof(rump_sysent));
	return 0;
}

void
rump_syscalls_fini(void)
{
	memset(rump_sysent, 0, sizeof(rump_sysent));
}

void
rump_syscalls_register(const struct rump_sysreg *calls, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const u_int num = calls[i].sr_num;

		KASSERTMSG(num < SYS_MAXSYSCALL && rump_sysnames[num] != NULL, "%u", num);
		if (rump_sysent[num] != NULL)
			panic("system call %s is served twice", rump_sysnames[num]);
		rump_sysent[num] = calls[i].sr_call;
	}
}

void
rump_syscalls_unregister(const struct rump_sysreg *calls, size_t n)
{
	for (size_t i = 0; i < n; i++)
		rump_sysent[calls[i].sr_num] = NULL;
}

/* What the host calls the numbers that it lacks, from 512. */
static const short host_errno[] = {
	[ENOTSUP - ENOTSUP] = EOPNOTSUPP,
	[ENOATTR - ENOTSUP] = ENODATA,
	[EFTYPE - ENOTSUP] = EINVAL,
	[EAUTH - ENOTSUP] = EACCES,
	[ENEEDAUTH - ENOTSUP] = EACCES,
	[EPROCLIM - ENOTSUP] = EAGAIN,
	[EBADRPC - ENOTSUP] = EPROTO,
	[ERPCMISMATCH - ENOTSUP] = EPROTO,
	[EPROGUNAVAIL - ENOTSUP] = EPROTO,
	[EPROGMISMATCH - ENOTSUP] = EPROTO,
	[EPROCUNAVAIL - ENOTSUP] = EPROTO,
};
CTASSERT(__arraycount(host_errno) == ELAST - ENOTSUP + 1);

int
rump_errno_to_host(int error)
{
	if (__predict_true(error > 0 && error < ENOTSUP))
		return error;
	if (error >= ENOTSUP && error <= ELAST)
		return host_errno[error - ENOTSUP];
	switch (error) {
	case ERESTART:
		return EINTR;
	case EPASSTHROUGH:
		return ENOTTY;
	default:
		/* A number that should not have come so far; nothing says more than this. */
		return EINVAL;
	}
}

register_t
rump_syscall_fail(int error)
{
	rumpuser_seterrno(rump_errno_to_host(error));
	return -1;
}
