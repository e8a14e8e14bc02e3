/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * pserialize(9): passive serialization.
 *
 * A read section costs nothing: being on a virtual CPU is what counts, and leaving it - by
 * returning from the kernel or by blocking - is the quiescent state.  Blocking inside a section is a
 * panic in checked builds.
 */
#ifndef KPI_SYS_PSERIALIZE_H
#define KPI_SYS_PSERIALIZE_H

#include <sys/types.h>
#include <sys/cpu.h>
#include <sys/lwp.h>

struct pserialize;
typedef struct pserialize *pserialize_t;

/* ctx: thread.  sleeps. */
pserialize_t pserialize_create(void);
void pserialize_destroy(pserialize_t psz);
/*
 * Wait until every CPU that was in the kernel has passed a quiescent state.
 * ctx: thread; adaptive mutexes may be held, spin mutexes and read sections not.  sleeps.
 */
void pserialize_perform(pserialize_t psz);

/* ctx: any that holds a CPU.  Sections nest. */
static inline int
pserialize_read_enter(void)
{
#ifdef DIAGNOSTIC
	curlwp->l_rdsections++;
#endif
	__insn_barrier();
#ifdef DIAGNOSTIC
	rump_point_read();
#endif
	return 0;
}

static inline void
pserialize_read_exit(int s)
{
	(void)s;
	__insn_barrier();
#ifdef DIAGNOSTIC
	curlwp->l_rdsections--;
#endif
}

/* Is the caller in a read section (as far as the build can tell)? */
bool pserialize_in_read_section(void);
bool pserialize_not_in_read_section(void);

#endif /* KPI_SYS_PSERIALIZE_H */
