/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * softint(9).  Levels and spl(9) are in <machine/intr.h>.
 *
 * A soft interrupt runs on the virtual CPU where it was scheduled, when the thread on it leaves the
 * kernel: on that thread's stack, but as the CPU's softint lwp of the level, with no lock held.
 * If the thread blocks instead, the CPU's softint thread runs it.  Handlers may take adaptive
 * mutexes (and so block) but must not sleep on conditions.
 */
#ifndef KPI_SYS_INTR_H
#define KPI_SYS_INTR_H

#include <sys/types.h>
#include <machine/intr.h>

struct cpu_info;

#define SOFTINT_BIO	0x0000
#define SOFTINT_CLOCK	0x0001
#define SOFTINT_SERIAL	0x0002
#define SOFTINT_NET	0x0003
#define SOFTINT_COUNT	0x0004
#define SOFTINT_LVLMASK 0x00ff
#define SOFTINT_MPSAFE	0x0100 /* runs without KERNEL_LOCK */
#define SOFTINT_RCPU	0x0200 /* softint_schedule_cpu() will be used */
#define SOFTINT_IMPMASK 0xf000
#define SOFTINT_DRVMASK 0x0fff

/*
 * ctx: thread.  sleeps.  NULL when there are too many handlers.
 * softint_disestablish() returns when no CPU runs the handler any more.
 */
void *softint_establish(u_int flags, void (*func)(void *), void *arg);
void softint_disestablish(void *cookie);
/* ctx: any that holds a CPU.  Scheduling what is already pending does nothing. */
void softint_schedule(void *cookie);
/* On another CPU (NULL: this one). */
void softint_schedule_cpu(void *cookie, struct cpu_info *ci);

#endif /* KPI_SYS_INTR_H */
