/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What the kernel tells about itself.  sys___sysctl() is in kern/sysctl.c.
 */
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/systm.h>
#include <sys/utsname.h>

#include "rump_basecalls.h"
#include "rump_hostabi.h"
#include "rump_file.h"
#include "rump_syscall.h"

#if defined(__x86_64__)
#define MACHINE "x86_64"
#elif defined(__aarch64__)
#define MACHINE "aarch64"
#else
#define MACHINE "unknown"
#endif

int
sys_uname(struct lwp *l, const struct sys_uname_args *uap, register_t *retval)
{
	struct host_utsname hn;

	memset(&hn, 0, sizeof(hn));
	strlcpy(hn.sysname, ostype, sizeof(hn.sysname));
	strlcpy(hn.release, osrelease, sizeof(hn.release));
	strlcpy(hn.version, version, sizeof(hn.version));
	strlcpy(hn.machine, MACHINE, sizeof(hn.machine));
	mutex_enter(&proc_lock);
	strlcpy(hn.nodename, hostname, sizeof(hn.nodename));
	strlcpy(hn.domainname, domainname, sizeof(hn.domainname));
	mutex_exit(&proc_lock);
	return copyout(&hn, SCARG(uap, name), sizeof(hn));
}

int
sys_gethostname(struct lwp *l, const struct sys_gethostname_args *uap, register_t *retval)
{
	char name[MAXHOSTNAMELEN];
	size_t n;

	mutex_enter(&proc_lock);
	n = strlcpy(name, hostname, sizeof(name)) + 1;
	mutex_exit(&proc_lock);
	if (n > SCARG(uap, len))
		return ENAMETOOLONG;
	return copyout(name, SCARG(uap, name), n);
}

int
sys_sethostname(struct lwp *l, const struct sys_sethostname_args *uap, register_t *retval)
{
	const size_t len = SCARG(uap, len);
	char name[MAXHOSTNAMELEN];
	int error;

	error = kauth_authorize_generic(l->l_cred, KAUTH_GENERIC_ISSUSER, NULL);
	if (error != 0)
		return error;
	if (len >= sizeof(name))
		return EINVAL;
	error = copyin(SCARG(uap, name), name, len);
	if (error != 0)
		return error;
	name[len] = '\0';
	mutex_enter(&proc_lock);
	memcpy(hostname, name, len + 1);
	hostnamelen = (int)strlen(name);
	mutex_exit(&proc_lock);
	return 0;
}

static const struct rump_sysreg info_calls[] = {
	RUMP_SYSREG(__sysctl),
	RUMP_SYSREG(gethostname),
	RUMP_SYSREG(sethostname),
	RUMP_SYSREG(uname),
};

void
rump_infocalls_register(void)
{
	rump_syscalls_register(info_calls, __arraycount(info_calls));
}

int
rump_basecalls_init(void)
{
	rump_copycalls_register();
	rump_pipecalls_register();
	rump_rwcalls_register();
	rump_fdcalls_register();
	rump_ioctlcalls_register();
	rump_idcalls_register();
	rump_procalls_register();
	rump_selectcalls_register();
	rump_keventcalls_register();
	rump_epollcalls_register();
	rump_eventfdcalls_register();
	rump_timerfdcalls_register();
	rump_timecalls_register();
	rump_sigcalls_register();
	rump_timercalls_register();
	rump_infocalls_register();
	rump_modulecalls_register();
	return 0;
}
