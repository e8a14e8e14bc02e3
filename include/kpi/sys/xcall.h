/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* xcall(9): run a function once for each CPU. */
#ifndef KPI_SYS_XCALL_H
#define KPI_SYS_XCALL_H

#include <sys/types.h>

struct cpu_info;
typedef void (*xcfunc_t)(void *, void *);

#define XC_HIGHPRI	  0x01 /* from a softint */
#define XC_HIGHPRI_IPL(l) (XC_HIGHPRI | ((l) << 8))

/*
 * Run func(arg1, arg2) on each CPU, or on one, holding it.  The calls are made by the caller's
 * thread, which takes one CPU after the other: all are done when the function returns.
 * ctx: thread, no spin mutex held.  sleeps (for the CPUs).
 */
uint64_t xc_broadcast(u_int flags, xcfunc_t func, void *arg1, void *arg2);
uint64_t xc_unicast(u_int flags, xcfunc_t func, void *arg1, void *arg2, struct cpu_info *ci);
void xc_wait(uint64_t where);
/* Every CPU has passed a quiescent state. */
void xc_barrier(u_int flags);

#endif /* KPI_SYS_XCALL_H */
