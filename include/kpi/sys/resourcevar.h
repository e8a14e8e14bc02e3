/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Resource limits and statistics of processes. */
#ifndef KPI_SYS_RESOURCEVAR_H
#define KPI_SYS_RESOURCEVAR_H

#include <sys/mutex.h>
#include <sys/resource.h>
#include <sys/uidinfo.h>

struct lwp;
struct proc;

/* Locks: (i) immutable, (p) the process's p_lock. */
struct pstats {
	struct rusage p_ru;	/* (p) this process's */
	struct rusage p_cru;	/* (p) its children's */
	struct timeval p_start; /* (i) */
};

/*
 * Each process has its own, from its beginning to its end.  Locks: (a) atomic, (l) pl_lock; one limit
 * is read without.
 */
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
/* p's limits are its own: there is nothing to do. */
void lim_privatise(struct proc *p);
/*
 * A write of *len bytes at off is to go on: cut it to what RLIMIT_FSIZE allows.  Where nothing is
 * allowed the process gets SIGXFSZ.  ctx: thread, proc_lock not held.  errors: EFBIG.
 */
int lim_fsize(struct lwp *l, off_t off, size_t *len);
/* The same for making a file so long, which is all or nothing. */
int lim_fsize_set(struct lwp *l, off_t length);
struct pstats *pstatscopy(struct pstats *ps);
void pstatsfree(struct pstats *ps);
void ruadd(struct rusage *to, struct rusage *from);

#endif /* KPI_SYS_RESOURCEVAR_H */
