/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Between the files of kauth(9). */
#ifndef PROC_KAUTH_IMPL_H
#define PROC_KAUTH_IMPL_H

#include <sys/kauth.h>
#include <sys/param.h>

#define KAUTH_KEYS 4 /* data that others may attach to a credential */

/* Locks: (a) atomic; the rest changes only while one reference exists. */
struct kauth_cred {
	u_int cr_refcnt; /* (a) */
	uid_t cr_uid, cr_euid, cr_svuid;
	gid_t cr_gid, cr_egid, cr_svgid;
	u_int cr_ngroups;
	gid_t cr_groups[NGROUPS];
	void *cr_data[KAUTH_KEYS];
};

int kauth_creds_init(void);
void kauth_creds_fini(void);

/* Ask a scope's listeners: a KAUTH_RESULT_*. */
int kauth_ask(kauth_scope_t scope, kauth_cred_t cred, kauth_action_t action, void *arg0, void *arg1,
    void *arg2, void *arg3);

/* The rules that hold when no listener is added: kauth_default.c. */
int kauth_default_generic(kauth_cred_t, kauth_action_t, void *, void *, void *, void *, void *);
int kauth_default_system(kauth_cred_t, kauth_action_t, void *, void *, void *, void *, void *);
int kauth_default_process(kauth_cred_t, kauth_action_t, void *, void *, void *, void *, void *);
int kauth_default_network(kauth_cred_t, kauth_action_t, void *, void *, void *, void *, void *);
int kauth_default_device(kauth_cred_t, kauth_action_t, void *, void *, void *, void *, void *);
int kauth_default_cred(kauth_cred_t, kauth_action_t, void *, void *, void *, void *, void *);
int kauth_default_vnode(kauth_cred_t, kauth_action_t, void *, void *, void *, void *, void *);

#endif /* PROC_KAUTH_IMPL_H */
