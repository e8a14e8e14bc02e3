/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Users and groups of the current process.
 *
 * Every change goes the same way: a fresh credential is filled in from the old one, the rule of the
 * call decides, and the process takes the new one.  The rules are POSIX's: a privileged process sets
 * real, effective and saved id; others move the effective id among the three.
 */
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/systm.h>
#include <sys/uio.h>

#include "rump_basecalls.h"
#include "rump_syscall.h"

#define NOID ((id_t)-1) /* leave it as it is */

int
sys_getuid(struct lwp *l, const struct sys_getuid_args *uap, register_t *retval)
{
	*retval = (register_t)kauth_cred_getuid(l->l_cred);
	return 0;
}

int
sys_geteuid(struct lwp *l, const struct sys_geteuid_args *uap, register_t *retval)
{
	*retval = (register_t)kauth_cred_geteuid(l->l_cred);
	return 0;
}

int
sys_getgid(struct lwp *l, const struct sys_getgid_args *uap, register_t *retval)
{
	*retval = (register_t)kauth_cred_getgid(l->l_cred);
	return 0;
}

int
sys_getegid(struct lwp *l, const struct sys_getegid_args *uap, register_t *retval)
{
	*retval = (register_t)kauth_cred_getegid(l->l_cred);
	return 0;
}

/* Ids of one kind, of users or of groups. */
struct ids {
	id_t i_r, i_e, i_sv;
};

static struct ids
cred_ids(kauth_cred_t cred, bool user)
{
	if (user)
		return (struct ids){ kauth_cred_getuid(cred), kauth_cred_geteuid(cred),
			kauth_cred_getsvuid(cred) };
	return (struct ids){ kauth_cred_getgid(cred), kauth_cred_getegid(cred),
		kauth_cred_getsvgid(cred) };
}

static void
cred_setids(kauth_cred_t cred, bool user, const struct ids *ids)
{
	if (user) {
		kauth_cred_setuid(cred, ids->i_r);
		kauth_cred_seteuid(cred, ids->i_e);
		kauth_cred_setsvuid(cred, ids->i_sv);
	} else {
		kauth_cred_setgid(cred, ids->i_r);
		kauth_cred_setegid(cred, ids->i_e);
		kauth_cred_setsvgid(cred, ids->i_sv);
	}
}

/* May the owner of cred set any id? */
static bool
cred_mayset(struct lwp *l, kauth_cred_t cred)
{
	return kauth_authorize_process(cred, KAUTH_PROCESS_SETID, l->l_proc, NULL, NULL, NULL) == 0;
}

/* A rule: the new ids from the old ones and what was asked.  errors: EINVAL, EPERM. */
typedef int (*idrule_t)(struct ids *ids, bool super, id_t r, id_t e);

static int
change_ids(struct lwp *l, bool user, idrule_t rule, id_t r, id_t e)
{
	kauth_cred_t ncred = kauth_cred_alloc(), cred;
	struct ids ids, old;
	int error;

	proc_crmod_enter();
	cred = l->l_cred;
	old = ids = cred_ids(cred, user);
	error = rule(&ids, cred_mayset(l, cred), r, e);
	if (error != 0) {
		proc_crmod_leave(cred, ncred, false);
		return error;
	}
	kauth_cred_clone(cred, ncred);
	cred_setids(ncred, user, &ids);
	proc_crmod_leave(ncred, cred, memcmp(&old, &ids, sizeof(ids)) != 0);
	return 0;
}

/* setuid(2), setgid(2) */
static int
rule_set(struct ids *ids, bool super, id_t id, id_t unused)
{
	if (id == NOID)
		return EINVAL;
	if (super)
		ids->i_r = ids->i_sv = id;
	else if (id != ids->i_r && id != ids->i_sv)
		return EPERM;
	ids->i_e = id;
	return 0;
}

/* seteuid(2), setegid(2) */
static int
rule_sete(struct ids *ids, bool super, id_t unused, id_t e)
{
	if (e == NOID)
		return EINVAL;
	if (!super && e != ids->i_r && e != ids->i_e && e != ids->i_sv)
		return EPERM;
	ids->i_e = e;
	return 0;
}

/* setreuid(2), setregid(2) */
static int
rule_setre(struct ids *ids, bool super, id_t r, id_t e)
{
	const struct ids old = *ids;

	if (r != NOID && !super && r != old.i_r && r != old.i_e)
		return EPERM;
	if (e != NOID && !super && e != old.i_r && e != old.i_e && e != old.i_sv)
		return EPERM;
	if (r != NOID)
		ids->i_r = r;
	if (e != NOID)
		ids->i_e = e;
	if (r != NOID || (e != NOID && e != old.i_r))
		ids->i_sv = ids->i_e;
	return 0;
}

int
sys_setuid(struct lwp *l, const struct sys_setuid_args *uap, register_t *retval)
{
	return change_ids(l, true, rule_set, SCARG(uap, uid), NOID);
}

int
sys_setgid(struct lwp *l, const struct sys_setgid_args *uap, register_t *retval)
{
	return change_ids(l, false, rule_set, SCARG(uap, gid), NOID);
}

int
sys_seteuid(struct lwp *l, const struct sys_seteuid_args *uap, register_t *retval)
{
	return change_ids(l, true, rule_sete, NOID, SCARG(uap, euid));
}

int
sys_setegid(struct lwp *l, const struct sys_setegid_args *uap, register_t *retval)
{
	return change_ids(l, false, rule_sete, NOID, SCARG(uap, egid));
}

int
sys_setreuid(struct lwp *l, const struct sys_setreuid_args *uap, register_t *retval)
{
	return change_ids(l, true, rule_setre, SCARG(uap, ruid), SCARG(uap, euid));
}

int
sys_setregid(struct lwp *l, const struct sys_setregid_args *uap, register_t *retval)
{
	return change_ids(l, false, rule_setre, SCARG(uap, rgid), SCARG(uap, egid));
}

int
sys_getgroups(struct lwp *l, const struct sys_getgroups_args *uap, register_t *retval)
{
	const int size = SCARG(uap, gidsetsize);
	const u_int n = kauth_cred_ngroups(l->l_cred);

	*retval = (register_t)n;
	if (size < 0)
		return EINVAL;
	if (size == 0)
		return 0;
	if ((u_int)size < n)
		return EINVAL;
	return kauth_cred_getgroups(l->l_cred, SCARG(uap, gidset), n, UIO_USERSPACE);
}

int
sys_setgroups(struct lwp *l, const struct sys_setgroups_args *uap, register_t *retval)
{
	const int size = SCARG(uap, gidsetsize);
	kauth_cred_t ncred, cred;
	int error;

	if (size < 0 || size > NGROUPS_MAX)
		return EINVAL;
	if (!cred_mayset(l, l->l_cred))
		return EPERM;
	/* The groups are fetched before the lock is taken: their owner may be far away. */
	ncred = kauth_cred_dup(l->l_cred);
	error =
	    kauth_cred_setgroups(ncred, SCARG(uap, gidset), (size_t)size, (uid_t)-1, UIO_USERSPACE);
	if (error != 0) {
		kauth_cred_free(ncred);
		return error;
	}
	proc_crmod_enter();
	cred = l->l_cred;
	proc_crmod_leave(ncred, cred, true);
	return 0;
}

int
sys_issetugid(struct lwp *l, const struct sys_issetugid_args *uap, register_t *retval)
{
	*retval = (l->l_proc->p_flag & PK_SUGID) != 0;
	return 0;
}

static const struct rump_sysreg id_calls[] = {
	RUMP_SYSREG(getegid),
	RUMP_SYSREG(geteuid),
	RUMP_SYSREG(getgid),
	RUMP_SYSREG(getgroups),
	RUMP_SYSREG(getuid),
	RUMP_SYSREG(issetugid),
	RUMP_SYSREG(setegid),
	RUMP_SYSREG(seteuid),
	RUMP_SYSREG(setgid),
	RUMP_SYSREG(setgroups),
	RUMP_SYSREG(setregid),
	RUMP_SYSREG(setreuid),
	RUMP_SYSREG(setuid),
};

void
rump_idcalls_register(void)
{
	rump_syscalls_register(id_calls, __arraycount(id_calls));
}
