/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * lwps: their memory, and their life in a process.
 *
 * The memory is carved from chunks that are never given back, so it outlives the kernel: a host
 * thread keeps its implicit lwp over a halt, and code that looks at an lwp without a lock (the
 * owner of a mutex, say) reads an lwp, if perhaps another one.  Boots reuse what is free.
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
#include "rump_sync.h"

#define CHUNK_BYTES 65536

struct lwp lwp0 __cacheline_aligned;
struct lwplist alllwp;
int maxlwp = PID_MAX;

static struct rump_hlock free_lock;
static struct lwp *free_list; /* free_lock; linked by l_ctxlink */

/* Untouched memory goes to the list an lwp at a time, so that no page is touched early. */
static char *chunk, *chunk_end; /* free_lock */

struct lwp *
rump_lwp_alloc(void)
{
	const size_t size = roundup2(sizeof(struct lwp), CACHE_LINE_SIZE);
	struct lwp *l = NULL;
	void *mem;

	rump_hlock_enter(&free_lock);
	if ((l = free_list) != NULL)
		free_list = l->l_ctxlink;
	else if ((size_t)(chunk_end - chunk) >= size ||
	    rumpuser_map(CHUNK_BYTES, PAGE_SIZE, RUMPUSER_MEM_SMALL, &mem) == 0) {
		if ((size_t)(chunk_end - chunk) < size) {
			chunk = mem;
			chunk_end = chunk + CHUNK_BYTES;
		}
		l = (struct lwp *)(void *)chunk;
		chunk += size;
	}
	rump_hlock_exit(&free_lock);
	if (l != NULL)
		l->l_cpu = &rump_cpus[0];
	return l;
}

void
rump_lwp_dealloc(struct lwp *l)
{
	rump_hlock_enter(&free_lock);
	l->l_ctxlink = free_list;
	free_list = l;
	rump_hlock_exit(&free_lock);
}

static void
dealloc_rcu(struct rump_rcu_head *head)
{
	rump_lwp_dealloc(container_of(head, struct lwp, l_rcu));
}

void
rump_lwp_forked(void)
{
	rump_hlock_reset(&free_lock);
	free_list = NULL;
	chunk = chunk_end = NULL;
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
	l->l_fd = p->p_fd;
	if (l->l_fd != NULL)
		fd_hold(l);
	mutex_enter(&proc_lock);
	LIST_INSERT_HEAD(&alllwp, l, l_list);
	mutex_exit(&proc_lock);
	return 0;
}

void
rump_lwp_detach(struct lwp *l)
{
	struct proc *p = l->l_proc;

	if (l->l_fd != NULL)
		fd_drop(l);
	mutex_enter(&proc_lock);
	LIST_REMOVE(l, l_list);
	mutex_exit(&proc_lock);
	mutex_enter(p->p_lock);
	LIST_REMOVE(l, l_sibling);
	p->p_nlwps--;
	__atomic_store_n(&l->l_stat, LSZOMB, __ATOMIC_RELAXED);
	mutex_exit(p->p_lock);
	kauth_cred_free(l->l_cred);
	l->l_cred = NULL;
	/* What still runs as l, on the way out, must not look for newer credentials. */
	l->l_pcred = p->p_cred;
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
	struct proc *p = l->l_proc;
	bool last;

	KASSERT(l != curlwp);
	mutex_enter(p->p_lock);
	last = p->p_nlwps == 1 && p != &proc0 && p != initproc;
	if (last)
		p->p_stat = SDYING;
	mutex_exit(p->p_lock);
	rump_lwp_detach(l);
	if (last) {
		rump_proc_exit_files(p);
		rump_proc_exit(p);
	}
	rump_rcu_call(&l->l_rcu, dealloc_rcu);
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

bool
rump_lwp_expel(void)
{
	bool found = false;
	struct lwp *l;

	mutex_enter(&proc_lock);
	LIST_FOREACH (l, &alllwp, l_list) {
		if (l == curlwp || (l->l_flag & LW_SYSTEM) != 0 ||
		    __atomic_load_n(&l->l_stat, __ATOMIC_ACQUIRE) != LSSLEEP)
			continue;
		found = true;
		__atomic_fetch_or(&l->l_flag, LW_WEXIT | LW_PENDSIG, __ATOMIC_RELAXED);
		rump_lwp_interrupt(l);
	}
	mutex_exit(&proc_lock);
	return found;
}

void
lwp_need_userret(struct lwp *l)
{
	__atomic_fetch_or(&l->l_flag, LW_PENDSIG, __ATOMIC_RELAXED);
	rump_lwp_interrupt(l);
}
