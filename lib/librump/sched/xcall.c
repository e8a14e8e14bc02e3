/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * xcall(9): the calling thread goes to the CPUs, one after the other, rather than the call to a
 * thread of each.  Nothing then depends on a CPU being used by anybody, and no thread is needed.
 */
#include <sys/xcall.h>

#include <sys/cpu.h>
#include <sys/lwp.h>
#include <sys/param.h>
#include <sys/systm.h>

#include "rump_cpu.h"
#include "rump_rcu.h"
#include "rump_sched.h"

static void
call_on(struct lwp *l, struct cpu_info *ci, xcfunc_t func, void *arg1, void *arg2)
{
	rump_cpu_moveto(l, ci);
	(*func)(arg1, arg2);
}

uint64_t
xc_broadcast(u_int flags, xcfunc_t func, void *arg1, void *arg2)
{
	struct lwp *const l = curlwp;
	struct cpu_info *const home = l->l_cpu;
	const int bound = curlwp_bind();

	for (int i = 0; i < ncpu; i++)
		call_on(l, &rump_cpus[(home->ci_index + i) % ncpu], func, arg1, arg2);
	rump_cpu_moveto(l, home);
	curlwp_bindx(bound);
	return 1;
}

uint64_t
xc_unicast(u_int flags, xcfunc_t func, void *arg1, void *arg2, struct cpu_info *ci)
{
	struct lwp *const l = curlwp;
	struct cpu_info *const home = l->l_cpu;
	const int bound = curlwp_bind();

	call_on(l, ci, func, arg1, arg2);
	rump_cpu_moveto(l, home);
	curlwp_bindx(bound);
	return 1;
}

/* The calls were made before xc_broadcast() returned. */
void
xc_wait(uint64_t where)
{
	KASSERT(where != 0);
}

void
xc_barrier(u_int flags)
{
	rump_rcu_synchronize();
}
