/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Processes: what the files of proc/ and boot/ share. */
#ifndef RUMP_PROC_H
#define RUMP_PROC_H

#include <sys/types.h>

struct lwp;
struct proc;

/* Flags of rump_pub_lwproc_rfork(), RUMP_RF*. */
#define RUMP_PROC_FDCOPY  0x1
#define RUMP_PROC_FDCLEAR 0x2

/*
 * The last lwp of p has gone: close its files and let its directory go; then unlink and free it.
 * ctx: thread.  sleeps.
 */
void rump_proc_exit_files(struct proc *p);
void rump_proc_exit(struct proc *p);
/* Take back one of p_nlwps; p ends with the last.  ctx: thread, not of p.  sleeps. */
void rump_proc_rele(struct proc *p);
/* Count p with its user; take it back.  sleeps.  errors: EAGAIN (RLIMIT_NPROC of p). */
int rump_proccnt_add(struct proc *p);
void rump_proccnt_drop(struct proc *p);
/* proc0 and lwp0 good enough for the first steps of boot; before anything else. */
void rump_proc0_bootstrap(void);

#endif /* RUMP_PROC_H */
