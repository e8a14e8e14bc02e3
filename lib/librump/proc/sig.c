/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Sending signals.  The kernel has no user mode that it could divert to a handler: what becomes of a
 * signal is decided by the model of rump_boot_setsigmodel().
 *
 *	             blocked by all, or RECORD                sigtimedwait(2)
 *	sent --------------------------------------> pending -----------------> taken
 *	  |                                             | RAISE: unblocked
 *	  | RAISE, and an lwp does not block it         v
 *	  '------------------------------------------> raised: by the thread on leaving the kernel
 *	  IGNORE: nothing.  PANIC: the end, but for what programs ignore by default.
 *
 * Whichever lwp does not block a signal that came is interrupted: the sleep that it is in, or comes
 * to in the same call, ends.  That is all such lwps of the process, not one: on which thread the host
 * runs a handler nobody knows.  With EINTR or, where the host's handler has SA_RESTART, with ERESTART,
 * upon which the stub makes the call again; and not at all where the host does nothing.
 *
 * The mark of an interruption (ls_intr) belongs to the call: it is set together with l_pcred = NULL,
 * which the next entry finds by the comparison that it makes anyway, and forgets both.  So signals
 * cost a call nothing, and an lwp that was outside the kernel when the signal came is not interrupted
 * later.
 *
 * Locks: all state is under p_lock of the process; senders hold proc_lock as well.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/event.h>
#include <sys/kauth.h>
#include <sys/proc.h>
#include <sys/signalvar.h>

#include "rump_boot.h"
#include "rump_signal.h"
#include "rump_sync.h"

#define SIGMODEL_PANIC	0
#define SIGMODEL_IGNORE 1

/* l may be interrupted by a signal of that number.  locks: p_lock. */
static bool
takes(struct lwp *l, int signo)
{
	return !sigismember(rump_sigmask(l), signo);
}

/* The lwp with this id, or with 0 each, in turn after l (NULL: the first). */
static struct lwp *
next_target(struct proc *p, struct lwp *l, lwpid_t lid)
{
	l = l == NULL ? LIST_FIRST(&p->p_lwps) : LIST_NEXT(l, l_sibling);
	while (l != NULL && lid != 0 && l->l_lid != lid)
		l = LIST_NEXT(l, l_sibling);
	return l;
}

static bool
some_wait(struct proc *p, const ksiginfo_t *ksi)
{
	for (struct lwp *l = NULL; (l = next_target(p, l, ksi->ksi_lid)) != NULL;)
		if (sigismember(&l->l_sigwaitset, ksi->ksi_signo))
			return true;
	return false;
}

static bool
some_take(struct proc *p, const ksiginfo_t *ksi)
{
	for (struct lwp *l = NULL; (l = next_target(p, l, ksi->ksi_lid)) != NULL;)
		if (takes(l, ksi->ksi_signo))
			return true;
	return false;
}

static void
interrupt(struct proc *p, const ksiginfo_t *ksi, bool restart)
{
	for (struct lwp *l = NULL; (l = next_target(p, l, ksi->ksi_lid)) != NULL;)
		if (takes(l, ksi->ksi_signo))
			rump_lwp_interrupt_call(l, restart);
}

/* Keep it, with the lwp it is for or the process. */
static void
keep(struct proc *p, ksiginfo_t *ksi)
{
	struct lwp *const l = ksi->ksi_lid != 0 ? lwp_find(p, ksi->ksi_lid) : NULL;

	rump_sigpend_put(l != NULL ? &l->l_sigpend : &p->p_sigpend, ksi);
}

/* SIGCONT and the signals that stop take each other back. */
static void
cancel_opposites(struct proc *p, int signo, ksiginfoq_t *dead)
{
	uint64_t gone = 0;
	struct lwp *l;

	if (signo == SIGCONT)
		gone = RUMP_SIG_STOP;
	else if ((RUMP_SIG_STOP & __sigmask(signo)) != 0)
		gone = __sigmask(SIGCONT);
	if (gone == 0)
		return;
	rump_sigpend_clear(&p->p_sigpend, gone, dead);
	LIST_FOREACH (l, &p->p_lwps, l_sibling)
		rump_sigpend_clear(&l->l_sigpend, gone, dead);
}

static void
send_recorded(struct proc *p, ksiginfo_t *ksi)
{
	keep(p, ksi);
	if ((RUMP_SIG_IGNORABLE & __sigmask(ksi->ksi_signo)) == 0)
		interrupt(p, ksi, false);
}

static void
send_raised(struct proc *p, ksiginfo_t *ksi)
{
	const enum rump_sigeffect effect = rump_signal_effect(p, ksi->ksi_signo);

	if (effect == RUMP_SIG_IGNORED) {
		if ((ksi->ksi_flags & KSI_TIMER) != 0)
			rump_timer_taken(ksi);
		return;
	}
	if (!some_take(p, ksi)) {
		keep(p, ksi);
		return;
	}
	if ((ksi->ksi_flags & KSI_TIMER) != 0)
		rump_timer_taken(ksi);
	rump_signal_raise(p, ksi->ksi_signo);
	if (effect != RUMP_SIG_NOTHING)
		interrupt(p, ksi, effect == RUMP_SIG_RESTARTS);
}

static void
send_locked(struct proc *p, ksiginfo_t *ksi, ksiginfoq_t *dead)
{
	const int signo = ksi->ksi_signo;

	if (p->p_stat == SACTIVE)
		KNOTE(&p->p_klist, NOTE_SIGNAL | (long)signo);
	if (p->p_stat != SACTIVE || (p->p_flag & PK_SYSTEM) != 0 ||
	    next_target(p, NULL, ksi->ksi_lid) == NULL || rump_sigmodel == SIGMODEL_IGNORE) {
		if ((ksi->ksi_flags & KSI_TIMER) != 0)
			rump_timer_taken(ksi);
		return;
	}
	if (rump_sigmodel == SIGMODEL_PANIC && (RUMP_SIG_IGNORABLE & __sigmask(signo)) == 0)
		panic("signal %d for process %d (%s)", signo, p->p_pid, p->p_comm);
	cancel_opposites(p, signo, dead);
	if (some_wait(p, ksi)) {
		keep(p, ksi);
		cv_broadcast(&p->p_sigwaitcv);
	} else if (rump_sigmodel == RUMP_SIGMODEL_RAISE)
		send_raised(p, ksi);
	else
		send_recorded(p, ksi);
}

static void
send(struct proc *p, ksiginfo_t *ksi)
{
	ksiginfoq_t dead;

	KASSERT(rump_signal_valid(ksi->ksi_signo));
	ksiginfo_queue_init(&dead);
	mutex_enter(p->p_lock);
	/* A timer's that still waits is not sent again. */
	if ((ksi->ksi_flags & KSI_QUEUED) == 0)
		send_locked(p, ksi, &dead);
	mutex_exit(p->p_lock);
	ksiginfo_queue_drain(&dead);
}

void
kpsignal(struct proc *p, ksiginfo_t *ksi, void *data)
{
	KASSERT(mutex_owned(&proc_lock));
	send(p, ksi);
}

void
psignal(struct proc *p, int signo)
{
	ksiginfo_t ksi;

	KSI_INIT_EMPTY(&ksi);
	ksi.ksi_signo = signo;
	kpsignal(p, &ksi, NULL);
}

void
kpgsignal(struct pgrp *pgrp, ksiginfo_t *ksi, void *data, int checkctty)
{
	struct proc *p;

	KASSERT(mutex_owned(&proc_lock));
	if (pgrp == NULL)
		return;
	LIST_FOREACH (p, &pgrp->pg_members, p_pglist)
		if (checkctty == 0 || (p->p_lflag & PL_CONTROLT) != 0)
			kpsignal(p, ksi, data);
}

void
pgsignal(struct pgrp *pgrp, int signo, int checkctty)
{
	ksiginfo_t ksi;

	KSI_INIT_EMPTY(&ksi);
	ksi.ksi_signo = signo;
	kpgsignal(pgrp, &ksi, NULL, checkctty);
}

void
trapsignal(struct lwp *l, ksiginfo_t *ksi)
{
	KASSERT(l == curlwp);
	ksi->ksi_lid = l->l_lid;
	send(l->l_proc, ksi);
}
