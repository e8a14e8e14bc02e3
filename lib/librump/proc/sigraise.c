/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Raising signals where the program is: here, or at a remote client.
 *
 * In a thread of the program the host runs the handler at once, so nothing is raised while it is in
 * the kernel: the signal is a bit of `waiting', and RUMP_PEND_SIGNAL on the CPU makes who leaves it
 * next go the slow way and raise all there is.  The kernel's own threads block every signal and raise
 * on the spot, for the process.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/signalvar.h>

#include <rump/rumpuser.h>

#include "rump_boot.h"
#include "rump_copyio.h"
#include "rump_cpu.h"
#include "rump_entry.h"
#include "rump_signal.h"

const struct rump_sigops *rump_sigops;
static uint64_t waiting; /* (a) */

void
rump_signal_init(void)
{
	__atomic_store_n(&waiting, 0, __ATOMIC_RELAXED);
}

static bool
remote(const struct proc *p)
{
	return p->p_vmspace != &rump_vmspace_local;
}

enum rump_sigeffect
rump_signal_effect(struct proc *p, int signo)
{
	if (remote(p))
		return RUMP_SIG_ENDS;
	switch (rumpuser_sigaction(signo)) {
	case RUMPUSER_SIG_IGNORED:
		return RUMP_SIG_IGNORED;
	case RUMPUSER_SIG_RESTARTS:
		return RUMP_SIG_RESTARTS;
	case RUMPUSER_SIG_CAUGHT:
		return RUMP_SIG_ENDS;
	default:
		return (RUMP_SIG_IGNORABLE & __sigmask(signo)) != 0 ? RUMP_SIG_NOTHING
								    : RUMP_SIG_ENDS;
	}
}

void
rump_signal_raise(struct proc *p, int signo)
{
	KASSERT(mutex_owned(p->p_lock));
	if (remote(p)) {
		if (rump_sigops != NULL)
			(*rump_sigops->so_raise)(p, signo);
	} else if ((rump_thread.t_flags & RUMP_T_KTHREAD) != 0) {
		(void)rumpuser_kill(signo);
	} else {
		__atomic_fetch_or(&waiting, __sigmask(signo), __ATOMIC_RELEASE);
		rump_pending_set(curcpu(), RUMP_PEND_SIGNAL);
	}
}

void
rump_signal_raise_host(void)
{
	uint64_t set = __atomic_exchange_n(&waiting, 0, __ATOMIC_ACQUIRE);

	for (; set != 0; set &= set - 1)
		(void)rumpuser_kill(__builtin_ctzll(set) + 1);
}
