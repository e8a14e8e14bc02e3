/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * lwps: their memory, and their life in a process.
 *
 * The memory is carved from chunks that are given back at halt alone: taking an lwp needs no kernel
 * memory, nor a curlwp.  Every lwp is freed a grace period after its end, so that who looks at one
 * without a lock (at the owner of a mutex, say) reads that lwp and no other.  A thread that ends gives
 * its own lwp to the grace period, and so has to be another for its last steps: the CPU's rc_endlwp.
 */
#include <sys/lwp.h>

#include <sys/errno.h>
#include <sys/filedesc.h>
#include <sys/kauth.h>
#include <sys/mutex.h>
#include <sys/param.h>
#include <sys/proc.h>
#include <sys/systm.h>

#include <rump/rumpuser.h>

#include "rump_boot.h"
#include "rump_cpu.h"
#include "rump_hlock.h"
#include "rump_proc.h"
#include "rump_rcu.h"
#include "rump_sched.h"
#include "rump_signal.h"
#include "rump_sync.h"

#define CHUNK_BYTES 65536
#define NAMED_MAX   16 /* sleepers that the console hears of */

struct lwp lwp0 __cacheline_aligned;
struct lwplist alllwp;
int maxlwp = PID_MAX;
uint32_t rump_lwp_unlisted; /* (a) */

#define LWP_BYTES roundup2(sizeof(struct lwp), CACHE_LINE_SIZE)

/* The head of a chunk; lwps follow on the next cache line. */
struct chunk {
	struct chunk *ch_next;
};

static struct rump_hlock free_lock;
static struct lwp *free_list;	/* free_lock; linked by l_ctxlink */
static struct chunk *chunks;	/* free_lock; newest first */
static char *fresh, *fresh_end; /* free_lock; the part of it that was never used */

/* Fresh memory is taken an lwp at a time, so that no page is touched early.  locks: free_lock. */
static struct lwp *
carve(void)
{
	void *mem;

	if ((size_t)(fresh_end - fresh) < LWP_BYTES) {
		struct chunk *ch;

		if (rumpuser_map(CHUNK_BYTES, PAGE_SIZE, RUMPUSER_MEM_SMALL, &mem) != 0)
			return NULL;
		ch = mem;
		ch->ch_next = chunks;
		chunks = ch;
		fresh = (char *)mem + CACHE_LINE_SIZE;
		fresh_end = (char *)mem + CHUNK_BYTES;
	}
	fresh += LWP_BYTES;
	return (struct lwp *)(void *)(fresh - LWP_BYTES);
}

struct lwp *
rump_lwp_alloc(void)
{
	struct lwp *l;

	rump_hlock_enter(&free_lock);
	if ((l = free_list) != NULL)
		free_list = l->l_ctxlink;
	else
		l = carve();
	rump_hlock_exit(&free_lock);
	return l;
}

static void
dealloc(struct rump_rcu_head *head)
{
	struct lwp *const l = container_of(head, struct lwp, l_rcu);

	rump_hlock_enter(&free_lock);
	l->l_ctxlink = free_list;
	free_list = l;
	rump_hlock_exit(&free_lock);
}

void
rump_lwp_dealloc(struct lwp *l)
{
	KASSERT(l != curlwp);
	rump_rcu_call(&l->l_rcu, dealloc);
}

void
rump_lwp_end(struct lwp *l)
{
	struct lwp *end;

	KASSERT(l == curlwp);
	rump_softint_drain();
	end = &l->l_cpu->ci_rump->rc_endlwp;
	curlwp = end;
	rump_cpu_set(l->l_cpu, end);
	rump_lwp_dealloc(l);
	rump_unschedule_lwp(end);
}

void
rump_lwp_fini(void)
{
	struct chunk *ch;

	rump_hlock_enter(&free_lock);
	while ((ch = chunks) != NULL) {
		chunks = ch->ch_next;
		rumpuser_unmap(ch, CHUNK_BYTES);
	}
	free_list = NULL;
	fresh = fresh_end = NULL;
	rump_hlock_exit(&free_lock);
}

void
rump_lwp_forked(void)
{
	rump_hlock_reset(&free_lock);
	free_list = NULL;
	chunks = NULL;
	fresh = fresh_end = NULL;
	rump_lwp_unlisted = 0;
}

int
rump_lwp_attach(struct lwp *l, struct proc *p, int flag)
{
	struct cpu_info *const ci = l->l_cpu;

	memset(l, 0, sizeof(*l));
	l->l_cpu = ci;
	l->l_proc = p;
	l->l_flag = flag;
	l->l_stat = LSIDL;
	rump_sync_lwp_init(l);
	rump_sigpend_init(&l->l_sigpend);
	mutex_enter(p->p_lock);
	if (p->p_stat != SACTIVE && p->p_stat != SIDL) {
		mutex_exit(p->p_lock);
		return EBUSY;
	}
	l->l_lid = ++p->p_nlwpid;
	l->l_cred = l->l_pcred = p->p_cred;
	kauth_cred_hold(l->l_cred);
	LIST_INSERT_HEAD(&p->p_lwps, l, l_sibling);
	p->p_nlwps++;
	mutex_exit(p->p_lock);
	/* Process 0's descriptors are gone before its last threads are, which do not use them. */
	l->l_fd = p->p_fd;
	if (l->l_fd != NULL && p != &proc0)
		fd_hold(l);
	mutex_enter(&proc_lock);
	LIST_INSERT_HEAD(&alllwp, l, l_list);
	mutex_exit(&proc_lock);
	return 0;
}

/* True when that was the last of a process which ends with it.  locks: p_lock. */
static bool
uncount_locked(struct proc *p)
{
	KASSERT(mutex_owned(p->p_lock));
	if (--p->p_nlwps > 0 || p == &proc0 || p == initproc)
		return false;
	__atomic_store_n(&p->p_stat, SDYING, __ATOMIC_RELAXED);
	return true;
}

bool
rump_lwp_detach(struct lwp *l)
{
	struct proc *p = l->l_proc;
	bool last;

	rump_sync_lwp_check(l);
	if (l->l_fd != NULL && p != &proc0)
		fd_drop(l);
	mutex_enter(&proc_lock);
	LIST_REMOVE(l, l_list);
	mutex_exit(&proc_lock);
	mutex_enter(p->p_lock);
	LIST_REMOVE(l, l_sibling); /* no signal is for it from now on */
	last = uncount_locked(p);
	__atomic_store_n(&l->l_stat, LSZOMB, __ATOMIC_RELAXED);
	mutex_exit(p->p_lock);
	rump_signal_lwp_exit(l);
	kauth_cred_free(l->l_cred);
	l->l_cred = NULL;
	/* What still runs as l, on the way out, must not look for newer credentials. */
	l->l_pcred = p->p_cred;
	return last;
}

static void
proc_end(struct proc *p)
{
	rump_proc_exit_files(p);
	rump_proc_exit(p);
}

void
rump_proc_rele(struct proc *p)
{
	bool last;

	mutex_enter(p->p_lock);
	last = uncount_locked(p);
	mutex_exit(p->p_lock);
	if (last)
		proc_end(p);
}

int
rump_lwp_create(struct proc *p, struct lwp **lp)
{
	struct lwp *l;
	int error;

	if ((l = rump_lwp_alloc()) == NULL)
		return ENOMEM;
	l->l_cpu = curcpu();
	if ((error = rump_lwp_attach(l, p, 0)) != 0) {
		rump_lwp_dealloc(l);
		return error;
	}
	*lp = l;
	return 0;
}

void
rump_lwp_free(struct lwp *l)
{
	KASSERT(l != curlwp);
	if (rump_lwp_detach(l))
		proc_end(l->l_proc);
	rump_lwp_dealloc(l);
}

struct lwp *
lwp_find(struct proc *p, lwpid_t lid)
{
	struct lwp *l;

	KASSERT(mutex_owned(p->p_lock));
	LIST_FOREACH (l, &p->p_lwps, l_sibling) {
		if (l->l_lid == lid)
			break;
	}
	return l;
}

/* Not the caller, nor a thread of the kernel's own. */
static bool
is_inside(const struct lwp *l)
{
	return l != curlwp && (l->l_flag & LW_SYSTEM) == 0 &&
	    __atomic_load_n(&l->l_stat, __ATOMIC_ACQUIRE) == LSSLEEP;
}

/* One that does the deferred work of others does not show as asleep. */
static bool
helps(const struct cpu_info *ci)
{
	return ci->ci_rump->rc_threadlwp.l_ctxlink != NULL;
}

/* Nobody else runs, and nobody sleeps while changing alllwp: it needs no lock. */
bool
rump_lwp_expel(void)
{
	bool found = __atomic_load_n(&rump_lwp_unlisted, __ATOMIC_ACQUIRE) != 0;
	struct lwp *l;

	for (int i = 0; i < ncpu; i++)
		found = found || rump_cpus[i].ci_softactive != 0 || helps(&rump_cpus[i]);
	LIST_FOREACH (l, &alllwp, l_list) {
		if (!is_inside(l))
			continue;
		found = true;
		if (!rump_lwp_interrupted(l)) {
			__atomic_fetch_or(&l->l_flag, LW_WEXIT | LW_PENDSIG, __ATOMIC_RELAXED);
			rump_lwp_interrupt(l);
		}
	}
	return found;
}

static void
name_sleeper(const struct lwp *l)
{
	const char *const wmesg = l->l_sync.ls_wmesg;

	rump_console_printf("no halt: lwp %d.%d (%s) sleeps in %s%s%s", l->l_proc->p_pid, l->l_lid,
	    l->l_name != NULL ? l->l_name : l->l_proc->p_comm, wmesg != NULL ? "\"" : "",
	    wmesg != NULL ? wmesg : "a call of the host", wmesg != NULL ? "\"" : "");
}

void
rump_lwp_readmit(void)
{
	u_int n = 0;
	struct lwp *l;

	for (int i = 0; i < ncpu; i++) {
		struct rump_cpu *const rc = rump_cpus[i].ci_rump;

		for (int level = 0; level < SOFTINT_COUNT; level++)
			if ((rump_cpus[i].ci_softactive & RUMP_PEND_SOFT(level)) != 0)
				name_sleeper(&rc->rc_softlwp[level]);
		if (helps(&rump_cpus[i]))
			name_sleeper(&rc->rc_threadlwp);
	}
	LIST_FOREACH (l, &alllwp, l_list) {
		if (is_inside(l) && n++ < NAMED_MAX)
			name_sleeper(l);
		if ((l->l_flag & LW_WEXIT) != 0) {
			__atomic_fetch_and(&l->l_flag, ~(LW_WEXIT | LW_PENDSIG), __ATOMIC_RELAXED);
			rump_lwp_clearintr(l);
		}
	}
	if (n > NAMED_MAX)
		rump_console_printf("no halt: and %u more", n - NAMED_MAX);
}

void
lwp_need_userret(struct lwp *l)
{
	__atomic_fetch_or(&l->l_flag, LW_PENDSIG, __ATOMIC_RELAXED);
	rump_lwp_interrupt_call(l, false);
}
