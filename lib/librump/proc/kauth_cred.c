/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * kauth(9): credentials.
 *
 * One cache line of ids in front and the groups behind; shared by reference count, and never
 * written while shared.
 */
#include "kauth_impl.h"

#include <sys/lwp.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/systm.h>
#include <sys/uio.h>

#include <lib/libkern/libkern.h>

#include "rump_sched.h"

static pool_cache_t cred_cache;

int
kauth_creds_init(void)
{
	cred_cache = pool_cache_init(sizeof(struct kauth_cred), CACHE_LINE_SIZE, 0, 0, "kcred",
	    NULL, IPL_NONE, NULL, NULL, NULL);
	return cred_cache != NULL ? 0 : ENOMEM;
}

void
kauth_creds_fini(void)
{
	pool_cache_destroy(cred_cache);
}

/* ---- Lifetime ---- */

kauth_cred_t
kauth_cred_alloc(void)
{
	const kauth_cred_t cred = pool_cache_get(cred_cache, PR_WAITOK);

	memset(cred, 0, sizeof(*cred));
	cred->cr_refcnt = 1;
	return cred;
}

kauth_cred_t
kauth_cred_hold(kauth_cred_t cred)
{
	if (cred != NOCRED && cred != FSCRED)
		__atomic_fetch_add(&cred->cr_refcnt, 1, __ATOMIC_RELAXED);
	return cred;
}

void
kauth_cred_free(kauth_cred_t cred)
{
	u_int n;

	if (cred == NOCRED || cred == FSCRED)
		return;
	n = __atomic_fetch_sub(&cred->cr_refcnt, 1, __ATOMIC_ACQ_REL);
	KASSERTMSG(n != 0 && n < UINT_MAX / 2, "credential %p has no reference", cred);
	if (n == 1)
		pool_cache_put(cred_cache, cred);
}

u_int
kauth_cred_getrefcnt(kauth_cred_t cred)
{
	return __atomic_load_n(&cred->cr_refcnt, __ATOMIC_RELAXED);
}

/* All but the reference count. */
void
kauth_cred_clone(kauth_cred_t from, kauth_cred_t to)
{
	const size_t skip = offsetof(struct kauth_cred, cr_uid);

	KASSERT(from != to && kauth_cred_getrefcnt(to) == 1);
	memcpy((char *)to + skip, (const char *)from + skip, sizeof(*to) - skip);
}

kauth_cred_t
kauth_cred_dup(kauth_cred_t cred)
{
	const kauth_cred_t copy = kauth_cred_alloc();

	kauth_cred_clone(cred, copy);
	return copy;
}

kauth_cred_t
kauth_cred_copy(kauth_cred_t cred)
{
	kauth_cred_t copy;

	if (kauth_cred_getrefcnt(cred) == 1)
		return cred;
	copy = kauth_cred_dup(cred);
	kauth_cred_free(cred);
	return copy;
}

kauth_cred_t
kauth_cred_get(void)
{
	return curlwp->l_cred;
}

void
kauth_proc_fork(struct proc *parent, struct proc *child)
{
	mutex_enter(parent->p_lock);
	child->p_cred = kauth_cred_hold(parent->p_cred);
	mutex_exit(parent->p_lock);
}

void
kauth_proc_chroot(kauth_cred_t cred, void *cwdi)
{
}

/* ---- Ids ---- */

#define ID_ACCESSORS(type, id)                                 \
	type kauth_cred_get##id(kauth_cred_t cred)             \
	{                                                      \
		return cred->cr_##id;                          \
	}                                                      \
	void kauth_cred_set##id(kauth_cred_t cred, type value) \
	{                                                      \
		KASSERT(cred->cr_refcnt == 1);                 \
		cred->cr_##id = value;                         \
	}
ID_ACCESSORS(uid_t, uid)
ID_ACCESSORS(uid_t, euid)
ID_ACCESSORS(uid_t, svuid)
ID_ACCESSORS(gid_t, gid)
ID_ACCESSORS(gid_t, egid)
ID_ACCESSORS(gid_t, svgid)

/* May a act on a process of b by way of its user ids? */
bool
kauth_cred_uidmatch(kauth_cred_t a, kauth_cred_t b)
{
	return a->cr_uid == b->cr_uid || a->cr_uid == b->cr_svuid || a->cr_euid == b->cr_uid ||
	    a->cr_euid == b->cr_svuid;
}

/* ---- Groups ---- */

int
kauth_cred_ismember_gid(kauth_cred_t cred, gid_t gid, int *resultp)
{
	*resultp = cred->cr_egid == gid;
	for (u_int i = 0; i < cred->cr_ngroups && !*resultp; i++)
		*resultp = cred->cr_groups[i] == gid;
	return 0;
}

int
kauth_cred_groupmember(kauth_cred_t cred, gid_t gid)
{
	int member;

	kauth_cred_ismember_gid(cred, gid, &member);
	return member ? 0 : -1;
}

u_int
kauth_cred_ngroups(kauth_cred_t cred)
{
	return cred->cr_ngroups;
}

gid_t
kauth_cred_group(kauth_cred_t cred, u_int index)
{
	KASSERT(index < cred->cr_ngroups);
	return cred->cr_groups[index];
}

int
kauth_cred_setgroups(
    kauth_cred_t cred, const gid_t *groups, size_t len, uid_t gmuid, enum uio_seg seg)
{
	int error = 0;

	KASSERT(cred->cr_refcnt == 1);
	if (len > NGROUPS)
		return EINVAL;
	if (len > 0) {
		if (seg == UIO_SYSSPACE)
			memcpy(cred->cr_groups, groups, len * sizeof(*groups));
		else
			error = copyin(groups, cred->cr_groups, len * sizeof(*groups));
	}
	cred->cr_ngroups = error == 0 ? len : 0;
	return error;
}

int
kauth_cred_getgroups(kauth_cred_t cred, gid_t *groups, size_t len, enum uio_seg seg)
{
	if (len > cred->cr_ngroups)
		return EINVAL;
	if (seg != UIO_SYSSPACE)
		return copyout(cred->cr_groups, groups, len * sizeof(*groups));
	memcpy(groups, cred->cr_groups, len * sizeof(*groups));
	return 0;
}

/* newcred's reference goes to the process, or is dropped. */
int
kauth_proc_setgroups(struct lwp *l, kauth_cred_t newcred)
{
	kauth_cred_t cred;
	int error;

	if ((error = kauth_authorize_process(
		 l->l_cred, KAUTH_PROCESS_SETID, l->l_proc, NULL, NULL, NULL)) != 0) {
		kauth_cred_free(newcred);
		return error;
	}
	proc_crmod_enter();
	cred = l->l_proc->p_cred;
	newcred->cr_uid = cred->cr_uid;
	newcred->cr_euid = cred->cr_euid;
	newcred->cr_svuid = cred->cr_svuid;
	newcred->cr_gid = cred->cr_gid;
	newcred->cr_egid = cred->cr_egid;
	newcred->cr_svgid = cred->cr_svgid;
	proc_crmod_leave(newcred, cred, true);
	return 0;
}

/* ---- struct uucred ---- */

void
kauth_uucred_to_cred(kauth_cred_t cred, const struct uucred *uuc)
{
	const short n = MIN(MAX(uuc->cr_ngroups, 0), NGROUPS);

	KASSERT(cred->cr_refcnt == 1);
	cred->cr_uid = cred->cr_euid = cred->cr_svuid = uuc->cr_uid;
	cred->cr_gid = cred->cr_egid = cred->cr_svgid = uuc->cr_gid;
	cred->cr_ngroups = n;
	memcpy(cred->cr_groups, uuc->cr_groups, n * sizeof(gid_t));
}

void
kauth_cred_to_uucred(struct uucred *uuc, const kauth_cred_t cred)
{
	memset(uuc, 0, sizeof(*uuc));
	uuc->cr_uid = cred->cr_euid;
	uuc->cr_gid = cred->cr_egid;
	uuc->cr_ngroups = cred->cr_ngroups;
	memcpy(uuc->cr_groups, cred->cr_groups, cred->cr_ngroups * sizeof(gid_t));
}

/* 0: the same effective ids and groups, in any order. */
int
kauth_cred_uucmp(kauth_cred_t cred, const struct uucred *uuc)
{
	if (cred->cr_euid != uuc->cr_uid || cred->cr_egid != uuc->cr_gid ||
	    cred->cr_ngroups != (u_int)uuc->cr_ngroups)
		return 1;
	for (u_int i = 0; i < cred->cr_ngroups; i++)
		if (kauth_cred_groupmember(cred, uuc->cr_groups[i]) != 0)
			return 1;
	return 0;
}

/* ---- For programs: rump_pub_cred_*() ---- */

void rump_schedule(void);
void rump_unschedule(void);
struct kauth_cred *rump_pub_cred_create(uid_t, gid_t, size_t, gid_t *);
void rump_pub_cred_put(struct kauth_cred *);

/* NULL for too many groups. */
struct kauth_cred *
rump_pub_cred_create(uid_t uid, gid_t gid, size_t ngroups, gid_t *groups)
{
	kauth_cred_t cred;

	rump_schedule();
	cred = kauth_cred_alloc();
	cred->cr_uid = cred->cr_euid = cred->cr_svuid = uid;
	cred->cr_gid = cred->cr_egid = cred->cr_svgid = gid;
	if (kauth_cred_setgroups(cred, groups, ngroups, -1, UIO_SYSSPACE) != 0) {
		kauth_cred_free(cred);
		cred = NULL;
	}
	rump_unschedule();
	return cred;
}

void
rump_pub_cred_put(struct kauth_cred *cred)
{
	rump_schedule();
	kauth_cred_free(cred);
	rump_unschedule();
}
