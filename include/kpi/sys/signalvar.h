/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Signals inside the kernel.  A process's signals are delivered by the signal model of the kernel
 * (rump_boot_setsigmodel()): to the host process, to a remote client, or recorded.
 */
#ifndef KPI_SYS_SIGNALVAR_H
#define KPI_SYS_SIGNALVAR_H

#include <sys/mutex.h>
#include <sys/signal.h>
#include <sys/types.h>

#ifdef _KERNEL

struct lwp;
struct pgrp;
struct proc;

/*
 * Send a signal to a process, to the members of a group (pgrp may be NULL; checkctty: to those with
 * a controlling terminal), or with ksi_lid to one lwp.  data, of the file it is about, is not used.
 * owns: the ksiginfo stays the caller's.  locks: proc_lock held.  ctx: thread, softint.
 */
void psignal(struct proc *p, int signo);
void kpsignal(struct proc *p, ksiginfo_t *ksi, void *data);
void pgsignal(struct pgrp *pgrp, int signo, int checkctty);
void kpgsignal(struct pgrp *pgrp, ksiginfo_t *ksi, void *data, int checkctty);
/* A signal that l itself has brought about.  ctx: as l.  locks: none. */
void trapsignal(struct lwp *l, ksiginfo_t *ksi);

/* EINTR when signal signo (0: any) is pending for l and not blocked by it, else 0.  locks: none. */
int sigispending(struct lwp *l, int signo);
/* l blocks the signal.  locks: none, or p_lock. */
int sigismasked(struct lwp *l, int signo);
/* What is pending for l: for itself and for its process.  locks: none. */
void sigpending1(struct lwp *l, sigset_t *ss);
/* Forget pending signals of p and its lwps, all or those in mask.  kq gets what is to be drained. */
void sigclearall(struct proc *p, const sigset_t *mask, ksiginfoq_t *kq);
/*
 * The mask of l.  nss NULL: is only read; oss may be NULL.  locks: p_lock held.
 * errors: EINVAL (how).
 */
int sigprocmask1(struct lwp *l, int how, const sigset_t *nss, sigset_t *oss);
/*
 * Another mask for the rest of a call; what is pending and not in it interrupts the call's sleeps.
 * ctx: as l.  locks: none.
 */
void sigsuspendsetup(struct lwp *l, const sigset_t *mask);
void sigsuspendteardown(struct lwp *l);

/* Free what a queue holds.  locks: none. */
void ksiginfo_queue_drain0(ksiginfoq_t *q);
#define ksiginfo_queue_drain(q)                   \
	do {                                      \
		if (!TAILQ_EMPTY(q))              \
			ksiginfo_queue_drain0(q); \
	} while (0)

#endif /* _KERNEL */
#endif /* KPI_SYS_SIGNALVAR_H */
