/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Resource limits and statistics of processes. */
#ifndef KPI_SYS_RESOURCEVAR_H
#define KPI_SYS_RESOURCEVAR_H

#include <sys/mutex.h>
#include <sys/resource.h>
#include <sys/uidinfo.h>

struct proc;

/* Locks: (i) immutable, (p) the process's p_lock. */
struct pstats {
	struct rusage p_ru;	/* (p) this process's */
	struct rusage p_cru;	/* (p) its children's */
	struct timeval p_start; /* (i) */
};

/* Shared by processes until one changes a limit.  Locks: (a) atomic, (l) pl_lock. */
struct plimit {
	struct rlimit pl_rlimit[RLIM_NLIMITS]; /* (l) */
	kmutex_t pl_lock;
	u_int pl_refcnt; /* (a) */
	bool pl_writeable;
	char *pl_corename;
	size_t pl_cnlen;
};
extern struct plimit limit0;

/* owns: one reference comes back, or is added, or goes. */
struct plimit *lim_copy(struct plimit *lim);
void lim_addref(struct plimit *lim);
void lim_free(struct plimit *lim);
/* Make p's limits its own.  sleeps. */
void lim_privatise(struct proc *p);
struct pstats *pstatscopy(struct pstats *ps);
void pstatsfree(struct pstats *ps);
void ruadd(struct rusage *to, struct rusage *from);

#endif /* KPI_SYS_RESOURCEVAR_H */
