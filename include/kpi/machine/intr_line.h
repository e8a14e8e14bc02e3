/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Interrupt lines, for buses: drivers get theirs by pci_intr_establish(9) and its like.
 *
 * A handler runs as the interrupt lwp of a CPU, at its level: cpu_intr_p() is true, curlwp is nobody's,
 * nothing may sleep, and only spin mutexes of its level and above may be taken.
 */
#ifndef KPI_MACHINE_INTR_LINE_H
#define KPI_MACHINE_INTR_LINE_H

#include <sys/types.h>

struct intr_line;

#define IST_EDGE  2 /* each intr_line_trigger() asks once */
#define IST_LEVEL 3 /* asks while any source asserts it */

/* ctx: thread.  sleeps.  owns: name is copied (and cut at 15 bytes); free: no handlers are left. */
struct intr_line *intr_line_alloc(const char *name, int type);
void intr_line_free(struct intr_line *il);
const char *intr_line_name(const struct intr_line *il);

/*
 * Hardware's side.  Of level lines: one source more, or less, asserts it.  The handlers run when the
 * thread on this CPU leaves the kernel or blocks.  ctx: any that holds a CPU.  sleeps: never.
 */
void intr_line_trigger(struct intr_line *il);
void intr_line_assert(struct intr_line *il);
void intr_line_deassert(struct intr_line *il);

/*
 * func(arg) says whether its device asked (not 0).  ipl: IPL_VM or more.  xname names its event
 * counter.  ctx: thread.  sleeps.  NULL: no memory.
 */
void *intr_establish_xname(
    struct intr_line *il, int ipl, int (*func)(void *), void *arg, bool mpsafe, const char *xname);
/* The handler runs nowhere when it returns. */
void intr_disestablish(void *ih);
/* Masks of a handler's whole line; they count.  ctx: any that holds a CPU.  sleeps: never. */
void intr_mask(void *ih);
void intr_unmask(void *ih);
/* Handlers on it whose argument lies in [base, base + size); times that none claimed it. */
u_int intr_line_handlers(struct intr_line *il, const void *base, size_t size);
uint64_t intr_line_strays(struct intr_line *il);

#endif /* KPI_MACHINE_INTR_LINE_H */
