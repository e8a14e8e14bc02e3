/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What an lwp blocks, what waits for it, and waiting for that.
 *
 * The mask is one of three: of a call that has brought its own (LW_SIGSUSPEND), of the process for an
 * implicit lwp, since nothing of such an lwp lasts, or the lwp's own.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/condvar.h>
#include <sys/proc.h>
#include <sys/signalvar.h>
#include <sys/time.h>

#include <rump/rumpuser.h>

#include "rump_boot.h"
#include "rump_signal.h"
#include "rump_sync.h"
#include "rump_time.h"

sigset_t *
rump_sigmask(struct lwp *l)
{
	if ((l->l_flag & LW_SIGSUSPEND) != 0)
		return &l->l_sigsuspmask;
	return (l->l_flag & LW_IMPLICIT) != 0 ? &l->l_proc->p_sigmask : &l->l_sigmask;
}

uint64_t
rump_sigwaiting(struct lwp *l)
{
	KASSERT(mutex_owned(l->l_proc->p_lock));
	return l->l_sigpend.sp_set.__bits | l->l_proc->p_sigpend.sp_set.__bits;
}

int
sigismasked(struct lwp *l, int signo)
{
	struct proc *const p = l->l_proc;
	const bool locked = mutex_owned(p->p_lock);
	bool masked;

	if (!locked)
		mutex_enter(p->p_lock);
	masked = sigismember(rump_sigmask(l), signo);
	if (!locked)
		mutex_exit(p->p_lock);
	return masked;
}

int
sigispending(struct lwp *l, int signo)
{
	struct proc *const p = l->l_proc;
	uint64_t set;

	mutex_enter(p->p_lock);
	set = rump_sigwaiting(l) & ~rump_sigmask(l)->__bits;
	mutex_exit(p->p_lock);
	if (signo != 0)
		set &= __sigmask(signo);
	return set != 0 ? EINTR : 0;
}

void
sigpending1(struct lwp *l, sigset_t *ss)
{
	mutex_enter(l->l_proc->p_lock);
	ss->__bits = rump_sigwaiting(l);
	mutex_exit(l->l_proc->p_lock);
}

void
sigclearall(struct proc *p, const sigset_t *mask, ksiginfoq_t *kq)
{
	const uint64_t set = mask != NULL ? mask->__bits : ~(uint64_t)0;
	struct lwp *l;

	mutex_enter(p->p_lock);
	rump_sigpend_clear(&p->p_sigpend, set, kq);
	LIST_FOREACH (l, &p->p_lwps, l_sibling)
		rump_sigpend_clear(&l->l_sigpend, set, kq);
	mutex_exit(p->p_lock);
}

void
rump_signal_deliver(struct lwp *l, ksiginfoq_t *dead)
{
	struct proc *const p = l->l_proc;
	uint64_t set = ~rump_sigmask(l)->__bits;
	ksiginfo_t ksi;

	KASSERT(mutex_owned(p->p_lock));
	if (rump_sigmodel != RUMP_SIGMODEL_RAISE)
		return;
	while (rump_sigpend_take(&l->l_sigpend, set, &ksi, dead) ||
	    rump_sigpend_take(&p->p_sigpend, set, &ksi, dead))
		rump_signal_raise(p, ksi.ksi_signo);
}

int
sigprocmask1(struct lwp *l, int how, const sigset_t *nss, sigset_t *oss)
{
	sigset_t *const mask = rump_sigmask(l);
	ksiginfoq_t dead;
	uint64_t new;

	KASSERT(mutex_owned(l->l_proc->p_lock));
	if (oss != NULL)
		*oss = *mask;
	if (nss == NULL)
		return 0;
	new = nss->__bits;
	if (how == SIG_BLOCK)
		new |= mask->__bits;
	else if (how == SIG_UNBLOCK)
		new = mask->__bits & ~new;
	else if (how != SIG_SETMASK)
		return EINVAL;
	mask->__bits = new & ~RUMP_SIG_CANTMASK;
	ksiginfo_queue_init(&dead);
	rump_signal_deliver(l, &dead);
	ksiginfo_queue_drain(&dead);
	return 0;
}

void
sigsuspendsetup(struct lwp *l, const sigset_t *mask)
{
	struct proc *const p = l->l_proc;
	ksiginfoq_t dead;
	uint64_t blocked;

	ksiginfo_queue_init(&dead);
	mutex_enter(p->p_lock);
	blocked = rump_sigmask(l)->__bits;
	l->l_sigsuspmask.__bits = mask->__bits & ~RUMP_SIG_CANTMASK;
	__atomic_fetch_or(&l->l_flag, LW_SIGSUSPEND, __ATOMIC_RELAXED);
	/* What came while it was blocked comes now. */
	if ((rump_sigwaiting(l) & blocked & ~l->l_sigsuspmask.__bits) != 0)
		rump_lwp_interrupt_call(l, false);
	rump_signal_deliver(l, &dead);
	mutex_exit(p->p_lock);
	ksiginfo_queue_drain(&dead);
}

void
sigsuspendteardown(struct lwp *l)
{
	mutex_enter(l->l_proc->p_lock);
	__atomic_fetch_and(&l->l_flag, ~LW_SIGSUSPEND, __ATOMIC_RELAXED);
	mutex_exit(l->l_proc->p_lock);
}

int
rump_sigwait(struct lwp *l, uint64_t set, int64_t deadline_ns, ksiginfo_t *out)
{
	struct proc *const p = l->l_proc;
	ksiginfoq_t dead;
	int error = 0;

	ksiginfo_queue_init(&dead);
	out->ksi_signo = 0;
	mutex_enter(p->p_lock);
	while (!rump_sigpend_take(&l->l_sigpend, set, out, &dead) &&
	    !rump_sigpend_take(&p->p_sigpend, set, out, &dead)) {
		const int64_t left_ns = deadline_ns - rump_mono_ns();
		struct bintime left;

		if (error == 0 && left_ns <= 0)
			error = EWOULDBLOCK;
		if (error != 0)
			break;
		l->l_sigwaitset.__bits = set;
		if (deadline_ns == RUMPUSER_FOREVER)
			error = cv_wait_sig(&p->p_sigwaitcv, p->p_lock);
		else {
			left = ns2bintime((uint64_t)left_ns);
			error = cv_timedwaitbt_sig(&p->p_sigwaitcv, p->p_lock, &left, NULL);
		}
		sigemptyset(&l->l_sigwaitset);
	}
	mutex_exit(p->p_lock);
	ksiginfo_queue_drain(&dead);
	/* A signal that came at the last moment counts: error is of the wait before it. */
	if (out->ksi_signo != 0)
		return 0;
	return error == EWOULDBLOCK ? EAGAIN : EINTR;
}

static void
exit_clear(struct proc *p, sigpend_t *sp)
{
	ksiginfoq_t dead;

	ksiginfo_queue_init(&dead);
	mutex_enter(p->p_lock);
	rump_sigpend_clear(sp, ~(uint64_t)0, &dead);
	mutex_exit(p->p_lock);
	ksiginfo_queue_drain(&dead);
}

void
rump_signal_lwp_exit(struct lwp *l)
{
	exit_clear(l->l_proc, &l->l_sigpend);
}

void
rump_signal_proc_exit(struct proc *p)
{
	exit_clear(p, &p->p_sigpend);
}
