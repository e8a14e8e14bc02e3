/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * rump_lwproc(3): which lwp, and so which process, the calling host thread runs as.
 *
 * A thread's current lwp is its implicit one (t_implicit, process 1) or one bound to it.  All calls
 * here enter the kernel as whatever is current, so the implicit lwp exists by then, and leave
 * as the new one; no CPU changes hands in between.
 */
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/param.h>
#include <sys/proc.h>
#include <sys/systm.h>

#include "rump_cpu.h"
#include "rump_entry.h"
#include "rump_proc.h"
#include "rump_sched.h"
#include "rump_signal.h"

int rump_pub_lwproc_rfork(int flags);
int rump_pub_lwproc_newlwp(pid_t pid);
void rump_pub_lwproc_switch(struct lwp *l);
void rump_pub_lwproc_releaselwp(void);
struct lwp *rump_pub_lwproc_curlwp(void);
void rump_pub_lwproc_sysent_usenative(void);
void rump_pub_allbetsareoff_setid(pid_t pid, int lid);
void rump_schedule(void);
void rump_unschedule(void);

/*
 * The implicit lwp is attached when a thread calls for the first time; a thread that was bound
 * from the start has one as well, since binding enters the kernel first.
 */
static bool
bound_p(const struct rump_thread *t)
{
	return t->t_curlwp != t->t_implicit;
}

/* The thread becomes l, keeping its CPU. */
static void
become(struct lwp *l)
{
	struct rump_thread *const t = &rump_thread;

	l->l_stat = LSONPROC;
	t->t_curlwp = l;
	rump_cpu_set(t->t_cpu, l);
}

/* A new lwp blocks what the one that makes it does. */
static void
inherit_mask(struct lwp *l, struct lwp *newl)
{
	sigset_t mask;

	mutex_enter(l->l_proc->p_lock);
	mask = *rump_sigmask(l);
	mutex_exit(l->l_proc->p_lock);
	mutex_enter(newl->l_proc->p_lock);
	newl->l_sigmask = mask;
	mutex_exit(newl->l_proc->p_lock);
}

/* The current lwp is current no more. */
static void
unbind(struct lwp *l)
{
	mutex_enter(l->l_proc->p_lock);
	l->l_bound = false;
	mutex_exit(l->l_proc->p_lock);
}

static void
bind_new(struct lwp *old, struct lwp *l)
{
	if (bound_p(&rump_thread))
		unbind(old);
	l->l_bound = true;
	become(l);
}

int
rump_pub_lwproc_rfork(int flags)
{
	struct lwp *l, *newl;
	int error;

	if ((flags & ~(RUMP_PROC_FDCOPY | RUMP_PROC_FDCLEAR)) != 0 ||
	    flags == (RUMP_PROC_FDCOPY | RUMP_PROC_FDCLEAR))
		return EINVAL;
	if ((error = rump_enter(&l)) != 0)
		return error;
	error = rump_proc_fork(l->l_proc, flags, &newl);
	if (error == 0) {
		inherit_mask(l, newl);
		bind_new(l, newl);
	}
	rump_leave();
	return error;
}

int
rump_pub_lwproc_newlwp(pid_t pid)
{
	struct lwp *l, *newl;
	struct proc *p;
	int error;

	if ((error = rump_enter(&l)) != 0)
		return error;
	mutex_enter(&proc_lock);
	p = proc_find_raw(pid);
	if (p == NULL || pid == 0)
		error = ESRCH;
	else {
		/* With an lwp counted the process stays; making one may sleep. */
		mutex_enter(p->p_lock);
		error = p->p_stat != SACTIVE ? EBUSY : 0;
		if (error == 0)
			p->p_nlwps++;
		mutex_exit(p->p_lock);
	}
	mutex_exit(&proc_lock);
	if (error == 0) {
		error = rump_lwp_create(p, &newl);
		rump_proc_rele(p);
		if (error == 0) {
			if (l->l_proc == p)
				inherit_mask(l, newl);
			bind_new(l, newl);
		}
	}
	rump_leave();
	return error;
}

void
rump_pub_lwproc_switch(struct lwp *newl)
{
	struct rump_thread *const t = &rump_thread;
	struct lwp *l;

	if (rump_enter(&l) != 0)
		panic("rump_pub_lwproc_switch() where no call can be made");
	if (newl == l && bound_p(t)) {
		rump_leave();
		return;
	}
	if (newl != NULL) {
		mutex_enter(newl->l_proc->p_lock);
		if (newl->l_bound || newl->l_stat == LSZOMB)
			panic("lwp %d.%d is current in another thread, or dead",
			    newl->l_proc->p_pid, newl->l_lid);
		newl->l_bound = true;
		mutex_exit(newl->l_proc->p_lock);
	}
	if (bound_p(t))
		unbind(l);
	become(newl != NULL ? newl : t->t_implicit);
	if (atomic_load_relaxed(&curlwp->l_pcred) != atomic_load_relaxed(&curproc->p_cred))
		rump_lwp_newcred(curlwp);
	rump_leave();
}

void
rump_pub_lwproc_releaselwp(void)
{
	struct rump_thread *const t = &rump_thread;
	struct lwp *l;

	if (rump_pub_lwproc_curlwp() == NULL || rump_enter(&l) != 0)
		panic("rump_pub_lwproc_releaselwp() without a current lwp");
	l->l_bound = false;
	become(t->t_implicit);
	rump_lwp_free(l);
	rump_leave();
}

struct lwp *
rump_pub_lwproc_curlwp(void)
{
	const struct rump_thread *const t = &rump_thread;
	uint32_t gen = __atomic_load_n(&rump_hot.rh_gen, __ATOMIC_RELAXED);

	if (gen == RUMP_GEN_HALTING)
		gen = rump_boot_gen;
	if (t->t_gen == 0 || t->t_gen != gen || !bound_p(t))
		return NULL;
	return t->t_curlwp;
}

/* System calls speak the host's ABI in every process. */
void
rump_pub_lwproc_sysent_usenative(void)
{
}

/* p2k: the numbers that curlwp and its process show, whatever they really are. */
void
rump_pub_allbetsareoff_setid(pid_t pid, int lid)
{
	struct lwp *l;

	if (rump_enter(&l) != 0)
		return;
	l->l_proc->p_pid = pid;
	l->l_lid = lid;
	rump_leave();
}

/* Enter and leave by hand, to call kernel functions. */
void
rump_schedule(void)
{
	struct lwp *l;

	if (rump_enter(&l) != 0)
		panic("rump_schedule(): no kernel, or in it already");
}

void
rump_unschedule(void)
{
	rump_leave();
}
