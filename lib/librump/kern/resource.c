/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Resource limits, statistics of processes, what a user id holds. */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/proc.h>
#include <sys/resourcevar.h>
#include <sys/signalvar.h>
#include <sys/uidinfo.h>

#include <lib/libkern/libkern.h>

#include "rump_kern.h"
#include "rump_proc.h"

struct plimit limit0;
struct loadavg averunnable = { .fscale = FSCALE };
static struct uidinfo
    *uids; /* a stack that only grows until the halt: pushed by compare-and-swap */

/* ---- Limits ---- */

struct plimit *
lim_copy(struct plimit *lim)
{
	struct plimit *const new = kmem_zalloc(sizeof(*new), KM_SLEEP);

	mutex_init(&new->pl_lock, MUTEX_DEFAULT, IPL_NONE);
	new->pl_refcnt = 1;
	new->pl_writeable = true;
	mutex_enter(&lim->pl_lock);
	memcpy(new->pl_rlimit, lim->pl_rlimit, sizeof(new->pl_rlimit));
	mutex_exit(&lim->pl_lock);
	return new;
}

void
lim_addref(struct plimit *lim)
{
	__atomic_fetch_add(&lim->pl_refcnt, 1, __ATOMIC_RELAXED);
}

void
lim_free(struct plimit *lim)
{
	if (__atomic_fetch_sub(&lim->pl_refcnt, 1, __ATOMIC_ACQ_REL) != 1)
		return;
	KASSERT(lim != &limit0);
	mutex_destroy(&lim->pl_lock);
	kmem_free(lim, sizeof(*lim));
}

/* Every process has limits of its own from its beginning. */
void
lim_privatise(struct proc *p)
{
	KASSERT(p->p_limit->pl_writeable);
}

static rlim_t
fsize_max(struct lwp *l)
{
	return atomic_load_relaxed(&l->l_proc->p_limit->pl_rlimit[RLIMIT_FSIZE].rlim_cur);
}

static int
fsize_exceeded(struct lwp *l)
{
	mutex_enter(&proc_lock);
	psignal(l->l_proc, SIGXFSZ);
	mutex_exit(&proc_lock);
	return EFBIG;
}

int
lim_fsize(struct lwp *l, off_t off, size_t *len)
{
	const rlim_t max = fsize_max(l);

	if (*len == 0)
		return 0;
	if ((rlim_t)off >= max)
		return fsize_exceeded(l);
	*len = (size_t)MIN((rlim_t)*len, max - (rlim_t)off);
	return 0;
}

int
lim_fsize_set(struct lwp *l, off_t length)
{
	return (rlim_t)length > fsize_max(l) ? fsize_exceeded(l) : 0;
}

static const struct {
	u_int which;
	rlim_t cur, max;
} initial_limits[] = {
	{ RLIMIT_NOFILE, 1024, 1048576 },
	{ RLIMIT_NPROC, PID_MAX, PID_MAX },
	{ RLIMIT_NTHR, 65536, 65536 },
	{ RLIMIT_SBSIZE, RLIM_INFINITY, RLIM_INFINITY },
};

int
rump_resource_init(void)
{
	memset(&limit0, 0, sizeof(limit0));
	mutex_init(&limit0.pl_lock, MUTEX_DEFAULT, IPL_NONE);
	limit0.pl_refcnt = 1;
	limit0.pl_writeable = true;
	for (u_int i = 0; i < RLIM_NLIMITS; i++)
		limit0.pl_rlimit[i] = (struct rlimit){ RLIM_INFINITY, RLIM_INFINITY };
	for (u_int i = 0; i < __arraycount(initial_limits); i++)
		limit0.pl_rlimit[initial_limits[i].which] =
		    (struct rlimit){ initial_limits[i].cur, initial_limits[i].max };
	uids = NULL;
	return 0;
}

void
rump_resource_fini(void)
{
	struct uidinfo *uip;

	while ((uip = uids) != NULL) {
		uids = uip->ui_next;
		kmem_free(uip, sizeof(*uip));
	}
	mutex_destroy(&limit0.pl_lock);
}

/* ---- Statistics ---- */

struct pstats *
pstatscopy(struct pstats *ps)
{
	struct pstats *const new = kmem_zalloc(sizeof(*new), KM_SLEEP);

	new->p_start = ps->p_start;
	return new;
}

void
pstatsfree(struct pstats *ps)
{
	kmem_free(ps, sizeof(*ps));
}

void
ruadd(struct rusage *to, struct rusage *from)
{
	timeradd(&to->ru_utime, &from->ru_utime, &to->ru_utime);
	timeradd(&to->ru_stime, &from->ru_stime, &to->ru_stime);
	to->ru_maxrss = MAX(to->ru_maxrss, from->ru_maxrss);
	for (long *t = &to->ru_ixrss, *f = &from->ru_ixrss; t <= &to->ru_nivcsw; t++, f++)
		*t += *f;
}

/* ---- User ids ---- */

static struct uidinfo *
uid_search(struct uidinfo *uip, uid_t uid)
{
	while (uip != NULL && uip->ui_uid != uid)
		uip = uip->ui_next;
	return uip;
}

struct uidinfo *
uid_find(uid_t uid)
{
	struct uidinfo *top = __atomic_load_n(&uids, __ATOMIC_ACQUIRE), *uip, *new = NULL;

	while ((uip = uid_search(top, uid)) == NULL) {
		if (new == NULL) {
			new = kmem_zalloc(sizeof(*new), KM_SLEEP);
			new->ui_uid = uid;
		}
		new->ui_next = top;
		if (__atomic_compare_exchange_n(
			&uids, &top, new, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
			return new;
	}
	if (new != NULL)
		kmem_free(new, sizeof(*new));
	return uip;
}

int
chgproccnt(uid_t uid, int diff)
{
	return __atomic_add_fetch(&uid_find(uid)->ui_proccnt, diff, __ATOMIC_RELAXED);
}

int
rump_proccnt_add(struct proc *p)
{
	const uid_t uid = kauth_cred_getuid(p->p_cred);
	const rlim_t max = atomic_load_relaxed(&p->p_limit->pl_rlimit[RLIMIT_NPROC].rlim_cur);

	if ((rlim_t)chgproccnt(uid, 1) > max && kauth_cred_geteuid(p->p_cred) != 0) {
		(void)chgproccnt(uid, -1);
		return EAGAIN;
	}
	return 0;
}

void
rump_proccnt_drop(struct proc *p)
{
	(void)chgproccnt(kauth_cred_getuid(p->p_cred), -1);
}

int
chgsbsize(struct uidinfo *uip, u_long *hiwat, u_long to, uint64_t xmax)
{
	const long diff = to - *hiwat;
	const u_long total = __atomic_add_fetch(&uip->ui_sbsize, diff, __ATOMIC_RELAXED);

	if (diff > 0 && total > xmax) {
		__atomic_fetch_sub(&uip->ui_sbsize, diff, __ATOMIC_RELAXED);
		return 0;
	}
	*hiwat = to;
	return 1;
}
