/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Points of a simulated world that the KPI's macros call, and what its reports say of a thread.
 * The calls are there in the release as well, for drivers that were compiled with DIAGNOSTIC.
 */
#include <sys/cpu.h>

#include <sys/param.h>
#include <sys/proc.h>
#include <sys/systm.h>

#include "rump_cpu.h"
#include "rump_entry.h"
#include "rump_point.h"

void
rump_point_spin(void)
{
#if defined(__x86_64__)
	__asm__ volatile("pause" ::: "memory");
#elif defined(__aarch64__)
	__asm__ volatile("yield" ::: "memory");
#endif
	RUMP_POINT(SPIN, NULL);
}

void
rump_point_read(void)
{
	RUMP_POINT(REF, NULL);
}

void
rump_thread_describe(char *buf, size_t len)
{
	const struct rump_thread *const t = &rump_thread;
	const struct lwp *const l = t->t_curlwp;
	size_t n;

	if (t->t_gen == 0 || t->t_ready != 0 || l == NULL) {
		snprintf(buf, len, "outside the kernel");
		return;
	}
	n = (size_t)snprintf(buf, len, "lwp %d.%d%s%s%s", l->l_proc->p_pid, l->l_lid,
	    l->l_name != NULL ? " (" : "", l->l_name != NULL ? l->l_name : "",
	    l->l_name != NULL ? ")" : "");
	if (n < len && (t->t_flags & RUMP_T_OFFCPU) == 0)
		n += (size_t)snprintf(buf + n, len - n, " on CPU %d", t->t_cpu->ci_index);
	if (n < len)
		rump_sync_describe(l, buf + n, len - n);
}
