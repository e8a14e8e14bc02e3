/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Processes, process groups and sessions, resource limits.
 */
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/file.h>
#include <sys/kauth.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/reboot.h>
#include <sys/resourcevar.h>
#include <sys/systm.h>

#include "rump_boot.h"
#include "rump_basecalls.h"
#include "rump_syscall.h"

int
sys_getpid(struct lwp *l, const struct sys_getpid_args *uap, register_t *retval)
{
	*retval = l->l_proc->p_pid;
	return 0;
}

int
sys_getppid(struct lwp *l, const struct sys_getppid_args *uap, register_t *retval)
{
	mutex_enter(&proc_lock);
	*retval = l->l_proc->p_pptr != NULL ? l->l_proc->p_pptr->p_pid : 0;
	mutex_exit(&proc_lock);
	return 0;
}

int
sys_getpgrp(struct lwp *l, const struct sys_getpgrp_args *uap, register_t *retval)
{
	mutex_enter(&proc_lock);
	*retval = l->l_proc->p_pgrp->pg_id;
	mutex_exit(&proc_lock);
	return 0;
}

/* pid 0 is the caller's.  locks: proc_lock held.  NULL: no such process. */
static struct proc *
proc_or_self(struct lwp *l, pid_t pid)
{
	return pid == 0 ? l->l_proc : proc_find(pid);
}

int
sys_getpgid(struct lwp *l, const struct sys_getpgid_args *uap, register_t *retval)
{
	const struct proc *p;

	mutex_enter(&proc_lock);
	p = proc_or_self(l, SCARG(uap, pid));
	if (p != NULL)
		*retval = p->p_pgrp->pg_id;
	mutex_exit(&proc_lock);
	return p != NULL ? 0 : ESRCH;
}

int
sys_getsid(struct lwp *l, const struct sys_getsid_args *uap, register_t *retval)
{
	const struct proc *p;

	mutex_enter(&proc_lock);
	p = proc_or_self(l, SCARG(uap, pid));
	if (p != NULL)
		*retval = p->p_session->s_sid;
	mutex_exit(&proc_lock);
	return p != NULL ? 0 : ESRCH;
}

int
sys_setpgid(struct lwp *l, const struct sys_setpgid_args *uap, register_t *retval)
{
	const pid_t self = l->l_proc->p_pid;
	const pid_t pid = SCARG(uap, pid) != 0 ? SCARG(uap, pid) : self;
	const pid_t pgid = SCARG(uap, pgid) != 0 ? SCARG(uap, pgid) : pid;

	if (pgid < 0)
		return EINVAL;
	return proc_enterpgrp(l->l_proc, pid, pgid, false);
}

int
sys_setsid(struct lwp *l, const struct sys_setsid_args *uap, register_t *retval)
{
	struct proc *const p = l->l_proc;

	*retval = p->p_pid;
	return proc_enterpgrp(p, p->p_pid, p->p_pid, true);
}

int
sys___getlogin(struct lwp *l, const struct sys___getlogin_args *uap, register_t *retval)
{
	char login[MAXLOGNAME];
	const size_t len = MIN(SCARG(uap, namelen), sizeof(login));

	mutex_enter(&proc_lock);
	memcpy(login, l->l_proc->p_session->s_login, sizeof(login));
	mutex_exit(&proc_lock);
	return copyout(login, SCARG(uap, namebuf), len);
}

int
sys___setlogin(struct lwp *l, const struct sys___setlogin_args *uap, register_t *retval)
{
	char login[MAXLOGNAME];
	int error;

	error = kauth_authorize_generic(l->l_cred, KAUTH_GENERIC_ISSUSER, NULL);
	if (error != 0)
		return error;
	memset(login, 0, sizeof(login));
	error = copyinstr(SCARG(uap, namebuf), login, sizeof(login), NULL);
	if (error != 0)
		return error == ENAMETOOLONG ? EINVAL : error;
	mutex_enter(&proc_lock);
	memcpy(l->l_proc->p_session->s_login, login, sizeof(login));
	mutex_exit(&proc_lock);
	return 0;
}

/* errors: EINVAL, EPERM.  sleeps. */
static int
set_limit(struct lwp *l, struct proc *p, u_int which, const struct rlimit *lim)
{
	struct rlimit *const alim = &p->p_limit->pl_rlimit[which];
	int error = 0;

	if (lim->rlim_cur > lim->rlim_max)
		return EINVAL;
	if (which == RLIMIT_NOFILE && lim->rlim_max != RLIM_INFINITY &&
	    lim->rlim_max > (rlim_t)atomic_load_relaxed(&maxfiles))
		return EPERM;
	mutex_enter(p->p_lock); /* its credentials stay */
	if (lim->rlim_max > atomic_load_relaxed(&alim->rlim_max) &&
	    kauth_authorize_process(l->l_cred, KAUTH_PROCESS_RLIMIT, p,
		(void *)KAUTH_REQ_PROCESS_RLIMIT_SET, __UNCONST(lim),
		(void *)(uintptr_t)which) != 0)
		error = EPERM;
	mutex_exit(p->p_lock);
	if (error != 0)
		return error;
	mutex_enter(&p->p_limit->pl_lock);
	atomic_store_relaxed(&alim->rlim_cur, lim->rlim_cur);
	atomic_store_relaxed(&alim->rlim_max, lim->rlim_max);
	mutex_exit(&p->p_limit->pl_lock);
	return 0;
}

static struct rlimit
get_limit(struct proc *p, u_int which)
{
	struct rlimit lim;

	mutex_enter(&p->p_limit->pl_lock);
	lim = p->p_limit->pl_rlimit[which];
	mutex_exit(&p->p_limit->pl_lock);
	return lim;
}

int
sys_getrlimit(struct lwp *l, const struct sys_getrlimit_args *uap, register_t *retval)
{
	const u_int which = (u_int)SCARG(uap, which);
	struct rlimit lim;

	if (which >= RLIM_NLIMITS)
		return EINVAL;
	lim = get_limit(l->l_proc, which);
	return copyout(&lim, SCARG(uap, rlp), sizeof(lim));
}

int
sys_setrlimit(struct lwp *l, const struct sys_setrlimit_args *uap, register_t *retval)
{
	const u_int which = (u_int)SCARG(uap, which);
	struct rlimit lim;
	int error;

	if (which >= RLIM_NLIMITS)
		return EINVAL;
	error = copyin(SCARG(uap, rlp), &lim, sizeof(lim));
	return error != 0 ? error : set_limit(l, l->l_proc, which, &lim);
}

/* The limit of another process needs its user's, or the superuser's, credentials. */
static int
may_limit(struct lwp *l, struct proc *p)
{
	const uid_t uid = kauth_cred_getuid(l->l_cred);

	bool same;

	if (p == l->l_proc || kauth_cred_geteuid(l->l_cred) == 0)
		return 0;
	mutex_enter(p->p_lock); /* its credentials stay */
	same = kauth_cred_getuid(p->p_cred) == uid && kauth_cred_geteuid(p->p_cred) == uid;
	mutex_exit(p->p_lock);
	return same ? 0 : EPERM;
}

int
sys_prlimit64(struct lwp *l, const struct sys_prlimit64_args *uap, register_t *retval)
{
	const u_int which = (u_int)SCARG(uap, which);
	const bool set = SCARG(uap, newp) != NULL;
	struct rlimit new, old;
	struct proc *p;
	int error = 0;

	if (which >= RLIM_NLIMITS)
		return EINVAL;
	if (set && (error = copyin(SCARG(uap, newp), &new, sizeof(new))) != 0)
		return error;
	mutex_enter(&proc_lock); /* keeps p */
	p = proc_or_self(l, SCARG(uap, pid));
	error = p != NULL ? may_limit(l, p) : ESRCH;
	if (error == 0) {
		old = get_limit(p, which);
		if (set)
			error = set_limit(l, p, which, &new);
	}
	mutex_exit(&proc_lock);
	if (error == 0 && SCARG(uap, oldp) != NULL)
		error = copyout(&old, SCARG(uap, oldp), sizeof(old));
	return error;
}

int
sys_reboot(struct lwp *l, const struct sys_reboot_args *uap, register_t *retval)
{
	const int howto = SCARG(uap, opt);
	int error;

	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_REBOOT, 0, NULL, NULL, NULL);
	if (error == 0)
		error = rump_reboot(howto);
	return error;
}

static const struct rump_sysreg proc_calls[] = {
	RUMP_SYSREG(__getlogin),
	RUMP_SYSREG(__setlogin),
	RUMP_SYSREG(getpgid),
	RUMP_SYSREG(getpgrp),
	RUMP_SYSREG(getpid),
	RUMP_SYSREG(getppid),
	RUMP_SYSREG(getrlimit),
	RUMP_SYSREG(getsid),
	RUMP_SYSREG(prlimit64),
	RUMP_SYSREG(reboot),
	RUMP_SYSREG(setpgid),
	RUMP_SYSREG(setrlimit),
	RUMP_SYSREG(setsid),
};

void
rump_procalls_register(void)
{
	rump_syscalls_register(proc_calls, __arraycount(proc_calls));
}
