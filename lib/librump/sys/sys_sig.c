/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Signals: kill(2), masks, what is pending, waiting for it. */
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/signalvar.h>
#include <sys/systm.h>
#include <sys/time.h>

#include <rump/rumpuser.h>

#include "rump_basecalls.h"
#include "rump_hostabi.h"
#include "rump_signal.h"
#include "rump_syscall.h"
#include "rump_time.h"

/* What a kill(2) has come to so far. */
struct killed {
	ksiginfo_t *k_ksi;
	int k_error; /* ESRCH, EPERM, or 0 as soon as one may get it */
};

/* locks: proc_lock. */
static void
kill_one(struct lwp *l, struct proc *p, struct killed *k)
{
	const int signo = k->k_ksi->ksi_signo;
	int error;

	mutex_enter(p->p_lock); /* its credentials stay */
	error = kauth_authorize_process(
	    l->l_cred, KAUTH_PROCESS_SIGNAL, p, (void *)(uintptr_t)signo, NULL, NULL);
	mutex_exit(p->p_lock);
	if (error != 0) {
		if (k->k_error == ESRCH)
			k->k_error = EPERM;
		return;
	}
	k->k_error = 0;
	if (signo != 0)
		kpsignal(p, k->k_ksi, NULL);
}

/* locks: proc_lock. */
static void
kill_group(struct lwp *l, struct pgrp *pg, struct killed *k)
{
	struct proc *p;

	if (pg == NULL)
		return;
	LIST_FOREACH (p, &pg->pg_members, p_pglist)
		if ((p->p_flag & PK_SYSTEM) == 0)
			kill_one(l, p, k);
}

/* Everybody but the caller, the kernel and process 1.  locks: proc_lock. */
static void
kill_all(struct lwp *l, struct killed *k)
{
	struct proc *p;

	LIST_FOREACH (p, &allproc, p_list)
		if (p->p_pid > 1 && (p->p_flag & PK_SYSTEM) == 0 && p != l->l_proc)
			kill_one(l, p, k);
}

int
sys_kill(struct lwp *l, const struct sys_kill_args *uap, register_t *retval)
{
	const pid_t pid = SCARG(uap, pid);
	const int signo = SCARG(uap, signo);
	struct killed k;
	ksiginfo_t ksi;
	struct proc *p;

	if (signo != 0 && !rump_signal_valid(signo))
		return EINVAL;
	if (pid == INT_MIN)
		return ESRCH;
	ksi = (ksiginfo_t){
		.ksi_signo = signo,
		.ksi_code = SI_USER,
		.ksi_pid = l->l_proc->p_pid,
		.ksi_uid = kauth_cred_getuid(l->l_cred),
	};
	k = (struct killed){ .k_ksi = &ksi, .k_error = ESRCH };
	mutex_enter(&proc_lock);
	if (pid > 0) {
		if ((p = proc_find(pid)) != NULL)
			kill_one(l, p, &k);
	} else if (pid == -1)
		kill_all(l, &k);
	else
		kill_group(l, pid == 0 ? l->l_proc->p_pgrp : pgrp_find(-pid), &k);
	mutex_exit(&proc_lock);
	return k.k_error;
}

/* Only the first word of the host's set is the kernel's; so much is read and written. */
static int
sigset_in(const struct host_sigset *uset, sigset_t *set)
{
	return copyin(uset, &set->__bits, sizeof(set->__bits));
}

static int
sigset_out(const sigset_t *set, struct host_sigset *uset)
{
	return copyout(&set->__bits, uset, sizeof(set->__bits));
}

int
sys_sigpending(struct lwp *l, const struct sys_sigpending_args *uap, register_t *retval)
{
	sigset_t set;

	sigpending1(l, &set);
	return sigset_out(&set, SCARG(uap, set));
}

int
sys_sigprocmask(struct lwp *l, const struct sys_sigprocmask_args *uap, register_t *retval)
{
	const bool want = SCARG(uap, set) != NULL;
	sigset_t set, oset;
	int error = 0;

	if (want && (error = sigset_in(SCARG(uap, set), &set)) != 0)
		return error;
	mutex_enter(l->l_proc->p_lock);
	error = sigprocmask1(l, SCARG(uap, how), want ? &set : NULL, &oset);
	mutex_exit(l->l_proc->p_lock);
	if (error == 0 && SCARG(uap, oset) != NULL)
		error = sigset_out(&oset, SCARG(uap, oset));
	return error;
}

static void
siginfo_out(const ksiginfo_t *ksi, struct host_siginfo *hs)
{
	memset(hs, 0, sizeof(*hs));
	hs->si_signo = ksi->ksi_signo;
	hs->si_code = ksi->ksi_code == SI_NOINFO ? SI_USER : ksi->ksi_code;
	hs->si_errno = ksi->ksi_errno;
	switch (ksi->ksi_code) {
	case SI_TIMER:
		hs->si_u.timer.tid = ksi->ksi_timerid;
		hs->si_u.timer.overrun = ksi->ksi_overrun;
		hs->si_u.timer.value = (uintptr_t)ksi->ksi_value.sival_ptr;
		break;
	case SI_USER:
		hs->si_u.kill.pid = ksi->ksi_pid;
		hs->si_u.kill.uid = ksi->ksi_uid;
		break;
	default:
		hs->si_u.poll.band = ksi->ksi_band;
		hs->si_u.poll.fd = ksi->ksi_fd;
		break;
	}
}

/* timeout NULL: for ever. */
int
sys_sigtimedwait(struct lwp *l, const struct sys_sigtimedwait_args *uap, register_t *retval)
{
	int64_t deadline_ns = RUMPUSER_FOREVER;
	struct host_siginfo hs;
	struct timespec ts;
	sigset_t set;
	ksiginfo_t ksi;
	int error;

	error = sigset_in(SCARG(uap, set), &set);
	if (error == 0 && SCARG(uap, timeout) != NULL) {
		error = copyin(SCARG(uap, timeout), &ts, sizeof(ts));
		if (error == 0 && (ts.tv_sec < 0 || ts.tv_nsec < 0 || ts.tv_nsec >= NSEC_PER_SEC))
			error = EINVAL;
		if (error == 0 && ts.tv_sec < RUMPUSER_FOREVER / NSEC_PER_SEC / 2)
			deadline_ns = rump_mono_ns() + ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
	}
	if (error == 0)
		error = rump_sigwait(l, set.__bits & ~RUMP_SIG_CANTMASK, deadline_ns, &ksi);
	if (error != 0)
		return error;
	*retval = ksi.ksi_signo;
	siginfo_out(&ksi, &hs);
	return SCARG(uap, info) != NULL ? copyout(&hs, SCARG(uap, info), sizeof(hs)) : 0;
}

static const struct rump_sysreg sig_calls[] = {
	RUMP_SYSREG(kill),
	RUMP_SYSREG(sigpending),
	RUMP_SYSREG(sigprocmask),
	RUMP_SYSREG(sigtimedwait),
};

void
rump_sigcalls_register(void)
{
	rump_syscalls_register(sig_calls, __arraycount(sig_calls));
}
