/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Interrupt priority levels.
 *
 * Nothing interrupts a virtual CPU, so a level masks nothing: it is tracked for each lwp, chooses
 * the kind of a mutex (mutex(9)) and feeds the assertions.
 */
#ifndef KPI_MACHINE_INTR_H
#define KPI_MACHINE_INTR_H

#include <sys/types.h>

#define IPL_NONE       0
#define IPL_SOFTCLOCK  1
#define IPL_SOFTBIO    2
#define IPL_SOFTNET    3
#define IPL_SOFTSERIAL 4
#define IPL_VM	       5
#define IPL_SCHED      6
#define IPL_HIGH       7
#define NIPL	       8
#define IPL_BIO	       IPL_VM
#define IPL_NET	       IPL_VM
#define IPL_TTY	       IPL_VM
#define IPL_AUDIO      IPL_SCHED
#define IPL_CLOCK      IPL_SCHED
#define IPL_SERIAL     IPL_HIGH

typedef int ipl_t;
typedef struct {
	ipl_t _ipl;
} ipl_cookie_t;

/*
 * Raise the own lwp's level to the named one if it is lower; the old level is returned, for
 * splx().  ctx: any.  A sleep begins and ends at the level that the lwp had.
 */
int splraise(int level);
void splx(int s);
/* The level of the own lwp. */
int rump_splget(void);

static __inline __unused ipl_cookie_t
makeiplcookie(ipl_t level)
{
	return (ipl_cookie_t){ ._ipl = level };
}

static __inline __unused int
splraiseipl(ipl_cookie_t cookie)
{
	return splraise(cookie._ipl);
}

#define splsoftclock()	splraise(IPL_SOFTCLOCK)
#define splsoftbio()	splraise(IPL_SOFTBIO)
#define splsoftnet()	splraise(IPL_SOFTNET)
#define splsoftserial() splraise(IPL_SOFTSERIAL)
#define splvm()		splraise(IPL_VM)
#define splbio()	splraise(IPL_BIO)
#define splnet()	splraise(IPL_NET)
#define spltty()	splraise(IPL_TTY)
#define splaudio()	splraise(IPL_AUDIO)
#define splsched()	splraise(IPL_SCHED)
#define splclock()	splraise(IPL_CLOCK)
#define splstatclock()	splraise(IPL_SCHED)
#define splserial()	splraise(IPL_SERIAL)
#define splhigh()	splraise(IPL_HIGH)
#define spl0()		splx(IPL_NONE)
#define spllower(l)	splx(l)

#endif /* KPI_MACHINE_INTR_H */
