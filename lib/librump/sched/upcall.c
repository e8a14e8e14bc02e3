/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The host side's own threads in the kernel: the loop with the timer, the pool with ends of
 * transfers.  They come in as lwps of process 0, which are kept for the next that comes, and by a door
 * of their own: what boots or goes down may wait for a deadline or a transfer, when no call of a
 * program comes in.
 *
 *	SHUT --rump_upcall_open()--> OPEN --rump_upcall_shut(), nobody is inside--> SHUT
 */
#include <sys/errno.h>
#include <sys/lwp.h>
#include <sys/param.h>
#include <sys/proc.h>
#include <sys/systm.h>

#include <rump/rumpuser.h>

#include "rump_boot.h"
#include "rump_cpu.h"
#include "rump_entry.h"
#include "rump_hlock.h"
#include "rump_proc.h"
#include "rump_sched.h"
#include "rump_sync.h"
#include "rump_time.h"

#define DOOR_OPEN 0x80000000u
#define RETRY_NS  1000000

static uint32_t door; /* (a) DOOR_OPEN and the number of threads inside */
static struct rump_hlock idle_lock;
static struct lwp *idle; /* idle_lock; linked by l_ctxlink */

static struct lwp *
idle_get(void)
{
	struct lwp *l;

	rump_hlock_enter(&idle_lock);
	if ((l = idle) != NULL)
		idle = l->l_ctxlink;
	rump_hlock_exit(&idle_lock);
	return l;
}

static void
idle_put(struct lwp *l)
{
	rump_hlock_enter(&idle_lock);
	l->l_ctxlink = idle;
	idle = l;
	rump_hlock_exit(&idle_lock);
}

static void
leave_door(void)
{
	if (__atomic_sub_fetch(&door, 1, __ATOMIC_SEQ_CST) == 0)
		rumpuser_unpark(&door, 1);
}

/* Become a new lwp of process 0, on a CPU.  errors: ENOMEM. */
static int
come_in_new(void)
{
	struct lwp *const l = rump_lwp_alloc();
	int error;

	if (l == NULL)
		return ENOMEM;
	rump_thread_adopt(l, RUMP_T_KTHREAD | RUMP_T_OFFCPU);
	rump_cpu_set(rump_cpu_take(&rump_cpus[0], false, 0), l);
	rump_thread.t_flags &= ~RUMP_T_OFFCPU;
	error = rump_lwp_attach(l, &proc0, LW_SYSTEM);
	KASSERT(error == 0); /* process 0 does not end */
	return error;
}

int
rump_upcall_enter(void)
{
	uint32_t was = __atomic_load_n(&door, __ATOMIC_RELAXED);
	struct lwp *l;

	KASSERT(rump_thread.t_gen == 0);
	do {
		if ((was & DOOR_OPEN) == 0)
			return ENXIO;
	} while (!__atomic_compare_exchange_n(
	    &door, &was, was + 1, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
	/* An upcall cannot fail for memory; the first lwp is there since the door is open. */
	while ((l = idle_get()) == NULL && come_in_new() != 0)
		(void)rumpuser_park(&door, was, rump_mono_ns() + RETRY_NS);
	if (l != NULL) {
		rump_thread_adopt(l, RUMP_T_KTHREAD | RUMP_T_OFFCPU);
		rump_schedule_lwp(l);
	}
	return 0;
}

void
rump_upcall_leave(void)
{
	struct lwp *const l = curlwp;

	rump_sync_leave_check(l);
	rump_unschedule_lwp(l);
	rump_thread_disown();
	idle_put(l);
	leave_door();
}

int
rump_upcall_open(void)
{
	struct lwp *const l = rump_lwp_alloc();

	if (l == NULL)
		return ENOMEM;
	l->l_cpu = curcpu();
	(void)rump_lwp_attach(l, &proc0, LW_SYSTEM);
	idle = NULL;
	idle_put(l);
	__atomic_store_n(&door, DOOR_OPEN, __ATOMIC_SEQ_CST);
	return 0;
}

void
rump_upcall_shut(void)
{
	struct lwp *const self = curlwp;
	struct lwp *l;
	uint32_t inside = __atomic_and_fetch(&door, ~DOOR_OPEN, __ATOMIC_SEQ_CST);

	if (inside != 0) {
		rump_cpu_release(self);
		for (; inside != 0; inside = __atomic_load_n(&door, __ATOMIC_SEQ_CST))
			(void)rumpuser_park(&door, inside, RUMPUSER_FOREVER);
		rump_cpu_acquire(self);
	}
	while ((l = idle_get()) != NULL)
		rump_lwp_free(l);
}

void
rump_upcall_forked(void)
{
	rump_hlock_reset(&idle_lock);
	door = 0;
	idle = NULL;
}
