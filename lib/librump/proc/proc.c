/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Processes: the table of pids, making them, ending them; the model is in <sys/proc.h>.
 *
 * pid_table is an array by pid.  proc_find_raw() loads its word in a read section; a process is
 * freed a grace period after it has left the table.
 */
#include <sys/proc.h>

#include <sys/errno.h>
#include <sys/filedesc.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/param.h>
#include <sys/resourcevar.h>
#include <sys/systm.h>

#include "rump_boot.h"
#include "rump_copyio.h"
#include "rump_cpu.h"
#include "rump_event.h"
#include "rump_file.h"
#include "rump_pgrp.h"
#include "rump_proc.h"
#include "rump_rcu.h"
#include "rump_signal.h"
#include "rump_sync.h"
#include "rump_time.h"

struct proc proc0;
struct proc *initproc;
struct proclist allproc;
kmutex_t proc_lock;
u_int nprocs;
int maxproc = PID_MAX;
const struct rump_cwdi_ops *rump_cwdi_ops;

static struct proc *pid_table[PID_MAX + 1]; /* (a), written under proc_lock */
static pid_t last_pid;			    /* proc_lock */

struct proc *
proc_find_raw(pid_t pid)
{
	if (pid < 0 || pid > PID_MAX)
		return NULL;
	return __atomic_load_n(&pid_table[pid], __ATOMIC_ACQUIRE);
}

struct proc *
proc_find(pid_t pid)
{
	struct proc *p = proc_find_raw(pid);

	if (p != NULL && __atomic_load_n(&p->p_stat, __ATOMIC_RELAXED) != SACTIVE)
		p = NULL;
	return p;
}

/* A pid that no process and no process group has.  locks: proc_lock. */
static pid_t
pid_alloc(void)
{
	for (pid_t n = 0; n < PID_MAX; n++) {
		last_pid = last_pid >= PID_MAX ? 2 : last_pid + 1;
		if (pid_table[last_pid] == NULL && pgrp_find(last_pid) == NULL)
			return last_pid;
	}
	return -1;
}

/* locks: proc_lock. */
static void
proc_enter(struct proc *p, pid_t pid, struct proc *parent)
{
	p->p_pid = p->p_tabpid = pid;
	p->p_pptr = parent;
	if (parent != NULL)
		LIST_INSERT_HEAD(&parent->p_children, p, p_sibling);
	LIST_INSERT_HEAD(&allproc, p, p_list);
	nprocs++;
	__atomic_store_n(&p->p_stat, SACTIVE, __ATOMIC_RELAXED);
	__atomic_store_n(&pid_table[pid], p, __ATOMIC_RELEASE);
}

static void
proc_free(struct proc *p)
{
	lim_free(p->p_limit);
	kauth_cred_free(p->p_cred);
	cv_destroy(&p->p_sigwaitcv);
	cv_destroy(&p->p_waitcv);
	cv_destroy(&p->p_lwpcv);
	mutex_obj_free(p->p_lock);
	kmem_free(p, sizeof(*p));
}

static void
proc_free_rcu(struct rump_rcu_head *head)
{
	proc_free(container_of(head, struct proc, p_rcu));
}

static struct proc *
proc_make(struct proc *parent)
{
	struct proc *p = kmem_zalloc(sizeof(*p), KM_SLEEP);

	p->p_lock = mutex_obj_alloc(MUTEX_DEFAULT, IPL_NONE);
	cv_init(&p->p_waitcv, "wait");
	cv_init(&p->p_lwpcv, "lwpwait");
	cv_init(&p->p_sigwaitcv, "sigwait");
	rump_sigpend_init(&p->p_sigpend);
	LIST_INIT(&p->p_lwps);
	LIST_INIT(&p->p_children);
	p->p_stat = SIDL;
	p->p_vmspace = parent->p_vmspace;
	p->p_emul = parent->p_emul;
	p->p_started_ns = rump_mono_ns();
	p->p_limit = lim_copy(parent->p_limit);
	mutex_enter(parent->p_lock);
	p->p_cred = parent->p_cred;
	kauth_cred_hold(p->p_cred);
	p->p_flag = parent->p_flag & PK_SUGID;
	memcpy(p->p_comm, parent->p_comm, sizeof(p->p_comm));
	mutex_exit(parent->p_lock);
	return p;
}

int
rump_proc_fork(struct proc *parent, int flags, struct lwp **lp)
{
	struct proc *p = proc_make(parent);
	pid_t pid;
	int error;

	if ((error = rump_proccnt_add(p)) != 0) {
		proc_free(p);
		return error;
	}
	if ((flags & RUMP_PROC_FDCLEAR) != 0)
		p->p_fd = fd_init(NULL);
	else if ((flags & RUMP_PROC_FDCOPY) != 0)
		p->p_fd = fd_copy();
	else
		fd_share(p);
	if (rump_cwdi_ops != NULL)
		p->p_cwdi = (*rump_cwdi_ops->co_init)();

	mutex_enter(&proc_lock);
	pid = pid_alloc();
	if (pid != -1) {
		proc_enter(p, pid, parent);
		(void)rump_pgrp_inherit(p, parent); /* needs no memory */
	}
	mutex_exit(&proc_lock);
	error = pid == -1 ? EAGAIN : rump_lwp_create(p, lp);
	if (error == 0)
		rump_knote_fork(parent, p);
	if (error != 0) {
		rump_proc_exit_files(p);
		if (pid != -1)
			rump_proc_exit(p);
		else {
			rump_proccnt_drop(p);
			proc_free(p);
		}
	}
	return error;
}

void
rump_proc_exit_files(struct proc *p)
{
	if (p->p_fd != NULL) {
		fd_free(p);
		p->p_fd = NULL;
	}
	if (p->p_cwdi != NULL && rump_cwdi_ops != NULL)
		(*rump_cwdi_ops->co_free)(p->p_cwdi);
	p->p_cwdi = NULL;
}

void
rump_proc_exit(struct proc *p)
{
	struct proc *child;

	KASSERT(p->p_nlwps == 0);
	rump_timers_exit(p);
	rump_signal_proc_exit(p);
	rump_proccnt_drop(p);
	mutex_enter(&proc_lock);
	__atomic_store_n(&p->p_stat, SZOMB, __ATOMIC_RELAXED);
	rump_knote_exit(p);
	/* Its group counts it no more, nor do those of its children, while all still hang together. */
	if (p->p_pgrp != NULL) /* NULL when boot failed in between */
		fixjobc(p, p->p_pgrp, 0);
	while ((child = LIST_FIRST(&p->p_children)) != NULL) {
		LIST_REMOVE(child, p_sibling);
		child->p_pptr = p == initproc ? &proc0 : initproc;
		LIST_INSERT_HEAD(&child->p_pptr->p_children, child, p_sibling);
		rump_pgrp_reparented(child);
	}
	LIST_REMOVE(p, p_sibling);
	LIST_REMOVE(p, p_list);
	nprocs--;
	rump_pgrp_leave(p);
	__atomic_store_n(&pid_table[p->p_tabpid], NULL, __ATOMIC_RELEASE);
	mutex_exit(&proc_lock);
	rump_rcu_call(&p->p_rcu, proc_free_rcu);
}

int
proclist_foreach_call(struct proclist *list, int (*callback)(struct proc *, void *), void *arg)
{
	struct proc *p, *next;
	int error = 0;

	mutex_enter(&proc_lock);
	LIST_FOREACH_SAFE (p, list, p_list, next) {
		if ((error = (*callback)(p, arg)) != 0)
			break;
	}
	mutex_exit(&proc_lock);
	return error;
}

/* ---- Boot ---- */

void
rump_proc0_bootstrap(void)
{
	memset(&proc0, 0, sizeof(proc0));
	memset(&lwp0, 0, sizeof(lwp0));
	LIST_INIT(&proc0.p_lwps);
	LIST_INIT(&proc0.p_children);
	LIST_INIT(&allproc);
	LIST_INIT(&alllwp);
	rump_sigpend_init(&proc0.p_sigpend);
	proc0.p_stat = SIDL;
	proc0.p_flag = PK_SYSTEM;
	proc0.p_vmspace = &vmspace0;
	memcpy(proc0.p_comm, "system", 7);
	lwp0.l_proc = &proc0;
	lwp0.l_cpu = &rump_cpus[0];
	lwp0.l_lid = 1;
	lwp0.l_flag = LW_SYSTEM;
	lwp0.l_stat = LSONPROC;
	rump_sync_lwp_init(&lwp0);
	initproc = NULL;
	nprocs = 0;
	last_pid = 1;
}

/* Locks and lists; kauth and limits come after this. */
int
rump_proc_init(void)
{
	mutex_init(&proc_lock, MUTEX_DEFAULT, IPL_NONE);
	proc0.p_lock = mutex_obj_alloc(MUTEX_DEFAULT, IPL_NONE);
	cv_init(&proc0.p_waitcv, "wait");
	cv_init(&proc0.p_lwpcv, "lwpwait");
	cv_init(&proc0.p_sigwaitcv, "sigwait");
	rump_signal_init();
	return rump_pgrp_init();
}

void
rump_proc_fini(void)
{
	rump_pgrp_fini();
	cv_destroy(&proc0.p_waitcv);
	cv_destroy(&proc0.p_lwpcv);
	cv_destroy(&proc0.p_sigwaitcv);
	mutex_obj_free(proc0.p_lock);
	mutex_destroy(&proc_lock);
}

/* Credentials and limits of process 0, from which all others descend. */
int
rump_proc0_init(void)
{
	int error;

	proc0.p_cred = kauth_cred_alloc();
	proc0.p_limit = &limit0;
	proc0.p_nlwpid = 1;
	LIST_INSERT_HEAD(&proc0.p_lwps, &lwp0, l_sibling);
	proc0.p_nlwps = 1;
	lwp0.l_cred = lwp0.l_pcred = proc0.p_cred;
	kauth_cred_hold(lwp0.l_cred);
	mutex_enter(&proc_lock);
	LIST_INSERT_HEAD(&alllwp, &lwp0, l_list);
	proc_enter(&proc0, 0, NULL);
	error = rump_pgrp_inherit(&proc0, NULL);
	mutex_exit(&proc_lock);
	if (error != 0)
		rump_proc0_fini();
	return error;
}

void
rump_proc0_fini(void)
{
	mutex_enter(&proc_lock);
	rump_pgrp_leave(&proc0);
	pid_table[0] = NULL;
	LIST_REMOVE(&proc0, p_list);
	LIST_REMOVE(&lwp0, l_list);
	mutex_exit(&proc_lock);
	rump_rcu_barrier();
	kauth_cred_free(lwp0.l_cred);
	kauth_cred_free(proc0.p_cred);
	lwp0.l_cred = lwp0.l_pcred = proc0.p_cred = NULL;
}

/* Process 1, with the console on its descriptors and an lwp that nobody runs as. */
int
rump_proc1_init(void)
{
	struct proc *p;
	struct lwp *l;
	int error;

	proc0.p_fd = rump_filedesc0;
	p = proc_make(&proc0);
	(void)rump_proccnt_add(p); /* of the superuser: no limit */
	p->p_fd = fd_init(NULL);
	if (rump_cwdi_ops != NULL)
		p->p_cwdi = (*rump_cwdi_ops->co_init)();
	p->p_vmspace = &rump_vmspace_local;
	memcpy(p->p_comm, "init", 5);
	mutex_enter(&proc_lock);
	proc_enter(p, 1, &proc0);
	initproc = p;
	error = rump_pgrp_inherit(p, NULL);
	mutex_exit(&proc_lock);
	if (error == 0)
		error = rump_lwp_create(p, &l);
	if (error == 0) {
		/*
		 * It never runs; a program's only thread is to have the descriptors for itself, and no
		 * signal is for this one.
		 */
		sigfillset(&l->l_sigmask);
		fd_drop(l);
		error = rump_file_console(p);
	}
	if (error != 0)
		rump_proc1_fini();
	return error;
}

/* All processes but 0 end, the first one last; their lwps run no more.  Again: nothing to do. */
void
rump_proc1_fini(void)
{
	struct proc *p;
	struct lwp *l;

	while ((p = LIST_FIRST(&allproc)) != NULL) {
		if (p == initproc || p == &proc0) {
			/* New ones come first in the list: these two are at its end. */
			if (p == &proc0)
				break;
			if (LIST_NEXT(p, p_list) != &proc0)
				panic("processes out of order");
		}
		__atomic_store_n(&p->p_stat, SDYING, __ATOMIC_RELAXED);
		while ((l = LIST_FIRST(&p->p_lwps)) != NULL) {
			const bool implicit = (l->l_flag & LW_IMPLICIT) != 0;

			(void)rump_lwp_detach(l);
			if (!implicit && l != curlwp)
				rump_lwp_dealloc(l);
		}
		rump_proc_exit_files(p);
		rump_proc_exit(p);
	}
	initproc = NULL;
}
