/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Changing the credentials of the current process. */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kauth.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/uidinfo.h>

#include "rump_entry.h"

void
proc_crmod_enter(void)
{
	struct lwp *const l = curlwp;
	struct proc *const p = l->l_proc;

	mutex_enter(p->p_lock);
	if (l->l_pcred != p->p_cred)
		rump_lwp_newcred_locked(l);
}

/*
 * scred replaces the process's credential fcred and its reference passes to the process.  The
 * process's old reference is the one dropped; other lwps follow when they next enter the kernel.
 */
void
proc_crmod_leave(struct kauth_cred *scred, struct kauth_cred *fcred, bool sugid)
{
	struct lwp *const l = curlwp;
	struct proc *const p = l->l_proc;
	uid_t old, new;

	KASSERT(mutex_owned(p->p_lock));
	old = new = kauth_cred_getuid(p->p_cred);
	if (scred != NULL) {
		new = kauth_cred_getuid(scred);
		__atomic_store_n(&p->p_cred, scred, __ATOMIC_RELEASE);
		if (sugid)
			p->p_flag |= PK_SUGID;
		rump_lwp_newcred_locked(l);
	}
	mutex_exit(p->p_lock);
	if (scred != NULL && fcred != NULL)
		kauth_cred_free(fcred);
	if (old != new) {
		(void)chgproccnt(old, -1);
		(void)chgproccnt(new, 1);
	}
}
