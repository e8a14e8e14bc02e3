/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* kthread(9): kernel threads, each on a host thread of its own, as lwps of process 0. */
#ifndef KPI_SYS_KTHREAD_H
#define KPI_SYS_KTHREAD_H

#include <sys/proc.h>

#define KTHREAD_IDLE	 0x01
#define KTHREAD_MPSAFE	 0x02 /* runs without KERNEL_LOCK */
#define KTHREAD_INTR	 0x04
#define KTHREAD_TS	 0x08
#define KTHREAD_MUSTJOIN 0x10 /* kthread_join() will be called, exactly once */

/*
 * Start func(arg) in a kernel thread; fmt names it.  ci binds it to a CPU (NULL: to none).  Without
 * KTHREAD_MPSAFE it runs under KERNEL_LOCK.  The function ends with kthread_exit() or returns.
 * ctx: thread.  sleeps.  errors: EAGAIN, ENOMEM; ENOTSUP under RUMP_THREADS=0.
 */
int kthread_create(pri_t pri, int flag, struct cpu_info *ci, void (*func)(void *), void *arg,
    struct lwp **lp, const char *fmt, ...) __printflike(7, 8);
/* End the calling kernel thread. */
void kthread_exit(int ecode) __dead;
/* Wait for the end of a KTHREAD_MUSTJOIN thread; its exit code.  ctx: thread.  sleeps. */
int kthread_join(struct lwp *l);
/* Floating point is always there. */
int kthread_fpu_enter(void);
void kthread_fpu_exit(int s);

#endif /* KPI_SYS_KTHREAD_H */
