/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * softint(9), by decision D9 of ARCHITECTURE.md.
 *
 * A handler is a bit in its level's word of each CPU (rc_soft), and the level is a bit in ci_pending.
 * A thread that leaves the kernel runs what is pending on its CPU, as the CPU's softint lwp
 * of the level: curlwp is switched, the stack is the thread's own.  That lwp is bound to the CPU, so a
 * handler that blocks comes back on the same one; meanwhile the level's bit in ci_softactive
 * keeps others who leave on that CPU from entering it.
 *
 * A thread that blocks with softints pending wakes the CPU's softint thread, which is a host
 * thread made then, ended by a second of idleness:
 *
 *	NONE --made--> AWAKE --nothing to do--> IDLE --woken--> AWAKE
 *	IDLE --a second--> NONE;  any --halt--> QUIT, for good
 *
 * Levels run in the order serial, net, block I/O, clock, after those of hardware interrupts
 * (RUMP_SOFT_HARD), which take the same way.
 */
#include <sys/intr.h>

#include <sys/errno.h>
#include <sys/param.h>
#include <sys/proc.h>
#include <sys/systm.h>
#include <sys/xcall.h>

#include <rump/rumpuser.h>

#include "rump_boot.h"
#include "rump_cpu.h"
#include "rump_entry.h"
#include "rump_hlock.h"
#include "rump_point.h"
#include "rump_sched.h"
#include "rump_sync.h"

#define NHANDLERS 64 /* a level */
#define IDLE_NS	  1000000000

enum { SOFT_NONE, SOFT_AWAKE, SOFT_IDLE, SOFT_QUIT }; /* rc_wake */

/* Locks: (h) handlers_lock, (a) atomic. */
struct softhand {
	void (*sh_func)(void *); /* (h) NULL: free */
	void *sh_arg;		 /* (h) */
	u_int sh_flags;		 /* (h) */
	uint32_t sh_running;	 /* (a) CPUs on which it runs */
};

static struct rump_hlock handlers_lock;
static struct softhand handlers[RUMP_SOFT_LEVELS][NHANDLERS];
static struct rump_hlock thread_lock;
static const uint8_t order[RUMP_SOFT_LEVELS] = { RUMP_SOFT_HARD, SOFTINT_SERIAL, SOFTINT_NET,
	SOFTINT_BIO, SOFTINT_CLOCK };
static const char *const level_names[RUMP_SOFT_LEVELS] = {
	[RUMP_SOFT_HARD] = "intr",
	[SOFTINT_BIO] = "softbio",
	[SOFTINT_CLOCK] = "softclk",
	[SOFTINT_SERIAL] = "softser",
	[SOFTINT_NET] = "softnet",
};

void *
softint_establish(u_int flags, void (*func)(void *), void *arg)
{
	const u_int level = flags & SOFTINT_LVLMASK;
	struct softhand *sh = NULL;

	KASSERT(level < RUMP_SOFT_LEVELS && func != NULL);
	rump_hlock_enter(&handlers_lock);
	for (u_int i = 0; i < NHANDLERS; i++) {
		if (handlers[level][i].sh_func == NULL) {
			sh = &handlers[level][i];
			sh->sh_arg = arg;
			sh->sh_flags = flags;
			sh->sh_func = func;
			break;
		}
	}
	rump_hlock_exit(&handlers_lock);
	return sh;
}

/* After this the handler is pending nowhere, and each CPU has been seen outside it or in it. */
static void
unpend(void *sh, void *ci)
{
	const struct softhand *h = sh;
	const u_int level = h->sh_flags & SOFTINT_LVLMASK;
	struct cpu_info *cpu = curcpu();

	__atomic_fetch_and(&cpu->ci_rump->rc_soft[level], ~((uint64_t)1 << (h - handlers[level])),
	    __ATOMIC_SEQ_CST);
}

void
softint_disestablish(void *cookie)
{
	struct softhand *sh = cookie;

	xc_wait(xc_broadcast(0, unpend, sh, NULL));
	while (__atomic_load_n(&sh->sh_running, __ATOMIC_ACQUIRE) != 0)
		preempt();
	rump_hlock_enter(&handlers_lock);
	sh->sh_func = NULL;
	rump_hlock_exit(&handlers_lock);
}

static void
pend(struct softhand *sh, struct cpu_info *ci)
{
	const u_int level = sh->sh_flags & SOFTINT_LVLMASK;
	const uint64_t bit = (uint64_t)1 << (sh - handlers[level]);
	uint64_t *const word = &ci->ci_rump->rc_soft[level];

	if ((__atomic_load_n(word, __ATOMIC_RELAXED) & bit) == 0)
		__atomic_fetch_or(word, bit, __ATOMIC_RELEASE);
	if ((rump_pending(ci) & RUMP_PEND_SOFT(level)) == 0)
		rump_pending_set(ci, RUMP_PEND_SOFT(level));
}

void
softint_schedule(void *cookie)
{
	pend(cookie, curcpu());
	RUMP_POINT(SOFTINT, cookie);
}

void
softint_schedule_cpu(void *cookie, struct cpu_info *ci)
{
	if (ci == NULL || ci == curcpu()) {
		pend(cookie, curcpu());
		return;
	}
	pend(cookie, ci);
	rump_softint_blocked(ci); /* nobody may be there to leave */
}

static void
handler_call(struct softhand *sh)
{
	const bool mpsafe = (sh->sh_flags & SOFTINT_MPSAFE) != 0;

	RUMP_POINT(SOFTINT, sh);
	if (!mpsafe)
		KERNEL_LOCK(1, NULL);
	(*sh->sh_func)(sh->sh_arg);
	if (!mpsafe)
		KERNEL_UNLOCK_ONE(NULL);
}

static void
level_run(struct cpu_info *ci, u_int level)
{
	struct rump_cpu *const rc = ci->ci_rump;
	struct lwp *const sl = &rc->rc_softlwp[level];
	struct lwp *const l = curlwp;
	uint64_t todo;

	sl->l_ctxlink = l;
	sl->l_stat = LSONPROC;
	__atomic_store_n(
	    &ci->ci_softactive, ci->ci_softactive | RUMP_PEND_SOFT(level), __ATOMIC_RELAXED);
	ci->ci_softlwp = sl;
	rump_cpu_set(ci, sl);
	curlwp = sl;
	rump_pending_clear(ci, RUMP_PEND_SOFT(level));
	todo = __atomic_exchange_n(&rc->rc_soft[level], 0, __ATOMIC_ACQUIRE);
	for (; todo != 0; todo &= todo - 1) {
		struct softhand *sh = &handlers[level][__builtin_ctzll(todo)];

		__atomic_fetch_add(&sh->sh_running, 1, __ATOMIC_RELAXED);
		handler_call(sh);
		__atomic_fetch_sub(&sh->sh_running, 1, __ATOMIC_RELEASE);
	}
	KASSERT(sl->l_blcnt == 0);
	ci->ci_data.cpu_nsoft++;
	curlwp = l;
	rump_cpu_set(ci, l);
	ci->ci_softlwp = (l->l_pflag & LP_INTR) != 0 ? l : NULL;
	__atomic_store_n(
	    &ci->ci_softactive, ci->ci_softactive & ~RUMP_PEND_SOFT(level), __ATOMIC_SEQ_CST);
}

/* Levels that could run now; one that is active runs again when its handler comes back. */
static uint32_t
runnable(struct cpu_info *ci)
{
	return rump_pending(ci) & RUMP_PEND_SOFTMASK &
	    ~__atomic_load_n(&ci->ci_softactive, __ATOMIC_SEQ_CST);
}

void
rump_softint_run(struct cpu_info *ci)
{
	for (;;) {
		const uint32_t pending = runnable(ci);
		u_int i;

		for (i = 0; i < RUMP_SOFT_LEVELS; i++) {
			if ((pending & RUMP_PEND_SOFT(order[i])) != 0)
				break;
		}
		if (i == RUMP_SOFT_LEVELS)
			return;
		level_run(ci, order[i]);
	}
}

/* Wait for work.  False: the thread is to end; *quit: it is halt that wants and joins it. */
static bool
thread_wait(struct cpu_info *ci, bool *quit)
{
	struct rump_cpu *const rc = ci->ci_rump;
	uint32_t state = SOFT_AWAKE;
	int64_t sec;
	long nsec;
	bool stay = true;

	if (!__atomic_compare_exchange_n(
		&rc->rc_wake, &state, SOFT_IDLE, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
		*quit = state == SOFT_QUIT;
		return !*quit;
	}
	if (runnable(ci) == 0) {
		rumpuser_clock_gettime(RUMPUSER_CLOCK_MONOTONIC, &sec, &nsec);
		(void)rumpuser_park(&rc->rc_wake, SOFT_IDLE, sec * 1000000000 + nsec + IDLE_NS);
	}
	rump_hlock_enter(&thread_lock);
	state = __atomic_load_n(&rc->rc_wake, __ATOMIC_SEQ_CST);
	if ((*quit = state == SOFT_QUIT))
		stay = false;
	else if (state == SOFT_IDLE && runnable(ci) == 0) {
		__atomic_store_n(&rc->rc_wake, SOFT_NONE, __ATOMIC_SEQ_CST);
		stay = false;
	} else
		__atomic_store_n(&rc->rc_wake, SOFT_AWAKE, __ATOMIC_SEQ_CST);
	rump_hlock_exit(&thread_lock);
	return stay;
}

/* The softint thread: holds no CPU but while it works. */
static void
thread_main(void *arg)
{
	struct cpu_info *const ci = arg;
	struct lwp *const l = &ci->ci_rump->rc_threadlwp;
	struct rumpuser_thread *self;
	bool quit = false;

	rump_hlock_enter(&thread_lock); /* its maker has stored rc_thread */
	self = ci->ci_rump->rc_thread;
	rump_hlock_exit(&thread_lock);
	rump_thread_adopt(l, RUMP_T_KTHREAD | RUMP_T_OFFCPU);
	do {
		rump_schedule_lwp(l);
		rump_unschedule_lwp(l);
	} while (thread_wait(ci, &quit));
	rump_thread_disown();
	if (!quit)
		rump_kthread_reap(self);
}

/*
 * Pending work on ci and nobody who will leave it soon.  That the thread cannot be made is no
 * error: whoever leaves the kernel on ci next does the work.
 */
void
rump_softint_blocked(struct cpu_info *ci)
{
	struct rump_cpu *const rc = ci->ci_rump;
	uint32_t state = SOFT_IDLE;

	if (!rump_threads_p())
		return;
	if (__atomic_load_n(&rc->rc_wake, __ATOMIC_SEQ_CST) == SOFT_AWAKE)
		return;
	if (__atomic_compare_exchange_n(
		&rc->rc_wake, &state, SOFT_AWAKE, false, __ATOMIC_SEQ_CST, __ATOMIC_RELAXED)) {
		rumpuser_unpark(&rc->rc_wake, 1);
		return;
	}
	rump_hlock_enter(&thread_lock);
	state = __atomic_load_n(&rc->rc_wake, __ATOMIC_SEQ_CST);
	if (state == SOFT_NONE) {
		__atomic_store_n(&rc->rc_wake, SOFT_AWAKE, __ATOMIC_SEQ_CST);
		rump_kthread_born();
		if (rumpuser_thread_create(thread_main, ci, "softint", true, &rc->rc_thread) != 0) {
			__atomic_store_n(&rc->rc_wake, SOFT_NONE, __ATOMIC_SEQ_CST);
			rump_kthread_gone();
		}
	} else if (state != SOFT_QUIT) {
		__atomic_store_n(&rc->rc_wake, SOFT_AWAKE, __ATOMIC_SEQ_CST);
		rumpuser_unpark(&rc->rc_wake, 1);
	}
	rump_hlock_exit(&thread_lock);
}

void
rump_softint_drain(void)
{
	struct cpu_info *ci = curcpu();

	if ((rump_pending(ci) & RUMP_PEND_SOFTMASK) != 0)
		rump_softint_run(ci);
	ci = curcpu();
	if ((rump_pending(ci) & RUMP_PEND_RCU) != 0)
		rump_rcu_poll(ci);
}

static void
softlwp_init(struct lwp *l, struct cpu_info *ci, const char *name)
{
	memset(l, 0, sizeof(*l));
	l->l_proc = &proc0;
	l->l_cpu = ci;
	l->l_cred = l->l_pcred = proc0.p_cred;
	l->l_fd = proc0.p_fd;
	l->l_flag = LW_SYSTEM;
	l->l_pflag = (int)LP_BOUND;
	l->l_stat = LSIDL;
	l->l_name = __UNCONST(name);
	rump_sync_lwp_init(l);
}

int
rump_softint_init(void)
{
	memset(handlers, 0, sizeof(handlers));
	for (int i = 0; i < ncpu; i++) {
		struct cpu_info *ci = &rump_cpus[i];
		struct rump_cpu *rc = ci->ci_rump;

		for (int level = 0; level < RUMP_SOFT_LEVELS; level++) {
			softlwp_init(&rc->rc_softlwp[level], ci, level_names[level]);
			if (level != RUMP_SOFT_HARD)
				rc->rc_softlwp[level].l_pflag |= LP_INTR;
			rc->rc_softlwp[level].l_lid = 2 + i * (RUMP_SOFT_LEVELS + 1) + level;
		}
		softlwp_init(&rc->rc_threadlwp, ci, "softint");
		rc->rc_threadlwp.l_lid = 2 + i * (RUMP_SOFT_LEVELS + 1) + RUMP_SOFT_LEVELS;
		softlwp_init(&rc->rc_endlwp, ci, "end");
	}
	return 0;
}

void
rump_softint_fini(void)
{
	struct lwp *l = curlwp;

	for (int i = 0; i < ncpu; i++) {
		struct rump_cpu *rc = rump_cpus[i].ci_rump;
		struct rumpuser_thread *t = NULL;

		rump_hlock_enter(&thread_lock);
		/* Where there is none, none may come: what is pending now has no owner any more. */
		if (__atomic_exchange_n(&rc->rc_wake, SOFT_QUIT, __ATOMIC_SEQ_CST) != SOFT_NONE) {
			t = rc->rc_thread;
			rumpuser_unpark(&rc->rc_wake, 1);
		}
		rump_hlock_exit(&thread_lock);
		if (t != NULL) {
			rump_cpu_release(l);
			rumpuser_thread_join(t);
			rump_cpu_acquire(l);
			rump_kthread_gone();
		}
	}
}

void
rump_softint_forked(void)
{
	rump_hlock_reset(&handlers_lock);
	rump_hlock_reset(&thread_lock);
}
