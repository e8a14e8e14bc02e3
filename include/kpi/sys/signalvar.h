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

/* Send a signal.  locks: proc_lock held.  ctx: thread, softint. */
void psignal(struct proc *p, int signo);
void kpsignal(struct proc *p, ksiginfo_t *ksi, void *data);
void pgsignal(struct pgrp *pgrp, int signo, int checkctty);
void kpgsignal(struct pgrp *pgrp, ksiginfo_t *ksi, void *data, int checkctty);

/* A signal that would end l's sleep is pending: its number, or 0.  missmatch: look at the mask. */
int sigispending(struct lwp *l, int signo);
/* The pending set of l's process. */
void sigpending1(struct lwp *l, sigset_t *ss);
void sigclearall(struct proc *p, const sigset_t *mask, ksiginfoq_t *kq);
int sigprocmask1(struct lwp *l, int how, const sigset_t *nss, sigset_t *oss);
void ksiginfo_queue_drain0(ksiginfoq_t *q);
#define ksiginfo_queue_drain(q)                   \
	do {                                      \
		if (!TAILQ_EMPTY(q))              \
			ksiginfo_queue_drain0(q); \
	} while (0)

#endif /* _KERNEL */
#endif /* KPI_SYS_SIGNALVAR_H */
