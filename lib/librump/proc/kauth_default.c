/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The rules that hold without further listeners: the effective user 0 may do anything; others may
 * look, act on their own processes, and open ordinary sockets.
 */
#include "kauth_impl.h"

#include <sys/proc.h>
#include <sys/resourcevar.h>
#include <sys/signal.h>
#include <sys/vnode.h>

#define AF_ROUTE_KPI 16 /* AF_ROUTE, the host's value */
#define SOCK_RAW_KPI 3	/* SOCK_RAW, the host's value */

static inline bool
is_root(kauth_cred_t cred)
{
	return cred->cr_euid == 0;
}

static inline int
allow_if(bool yes)
{
	return yes ? KAUTH_RESULT_ALLOW : KAUTH_RESULT_DEFER;
}

int
kauth_default_generic(kauth_cred_t cred, kauth_action_t action, void *cookie, void *arg0,
    void *arg1, void *arg2, void *arg3)
{
	return allow_if(is_root(cred));
}

int
kauth_default_system(kauth_cred_t cred, kauth_action_t action, void *cookie, void *arg0, void *arg1,
    void *arg2, void *arg3)
{
	const enum kauth_system_req req = (uintptr_t)arg0;

	if (is_root(cred))
		return KAUTH_RESULT_ALLOW;
	switch (action) {
	case KAUTH_SYSTEM_MOUNT:
		return allow_if(req == KAUTH_REQ_SYSTEM_MOUNT_GET);
	case KAUTH_SYSTEM_SYSCTL:
		return allow_if(req == KAUTH_REQ_SYSTEM_SYSCTL_DESC);
	case KAUTH_SYSTEM_FS_QUOTA:
		return allow_if(req == KAUTH_REQ_SYSTEM_FS_QUOTA_GET && arg2 == NULL);
	default:
		return KAUTH_RESULT_DEFER;
	}
}

/* RLIMIT_SET: arg2 is the struct rlimit wanted, arg3 the resource. */
static bool
rlimit_lowers(struct proc *p, const struct rlimit *new, u_long which)
{
	return new != NULL &&which < RLIM_NLIMITS &&
	    p->p_limit != NULL &&new->rlim_max <= p->p_limit->pl_rlimit[which].rlim_max;
}

/*
 * kill(2): the sender's real or effective user is the other's real or saved one; SIGCONT also goes
 * anywhere in the session.  locks: proc_lock.
 */
static bool
may_signal(kauth_cred_t cred, struct proc *p, int signo)
{
	const uid_t ruid = p->p_cred->cr_uid, svuid = p->p_cred->cr_svuid;

	if (cred->cr_uid == ruid || cred->cr_uid == svuid || cred->cr_euid == ruid ||
	    cred->cr_euid == svuid)
		return true;
	return signo == SIGCONT && p->p_pgrp != NULL && p->p_session == curproc->p_session;
}

int
kauth_default_process(kauth_cred_t cred, kauth_action_t action, void *cookie, void *arg0,
    void *arg1, void *arg2, void *arg3)
{
	struct proc *const p = arg0;
	const enum kauth_process_req req = (uintptr_t)arg1;
	const bool own = p != NULL && kauth_cred_uidmatch(cred, p->p_cred);

	if (is_root(cred))
		return KAUTH_RESULT_ALLOW;
	switch (action) {
	case KAUTH_PROCESS_CANSEE:
		return allow_if(own || req != KAUTH_REQ_PROCESS_CANSEE_ENV);
	case KAUTH_PROCESS_FORK:
		return KAUTH_RESULT_ALLOW;
	case KAUTH_PROCESS_CORENAME:
		return allow_if(own && req == KAUTH_REQ_PROCESS_CORENAME_GET);
	case KAUTH_PROCESS_RLIMIT:
		return allow_if(own &&
		    (req == KAUTH_REQ_PROCESS_RLIMIT_GET ||
			(req == KAUTH_REQ_PROCESS_RLIMIT_SET &&
			    rlimit_lowers(p, arg2, (uintptr_t)arg3))));
	case KAUTH_PROCESS_KEVENT_FILTER:
	case KAUTH_PROCESS_KTRACE:
	case KAUTH_PROCESS_NICE:
	case KAUTH_PROCESS_PROCFS:
	case KAUTH_PROCESS_PTRACE:
	case KAUTH_PROCESS_SCHEDULER_GETAFFINITY:
	case KAUTH_PROCESS_SCHEDULER_GETPARAM:
		return allow_if(own);
	case KAUTH_PROCESS_SIGNAL:
		return allow_if(may_signal(cred, p, (int)(uintptr_t)arg1));
	default:
		return KAUTH_RESULT_DEFER;
	}
}

int
kauth_default_network(kauth_cred_t cred, kauth_action_t action, void *cookie, void *arg0,
    void *arg1, void *arg2, void *arg3)
{
	const enum kauth_network_req req = (uintptr_t)arg0;

	if (is_root(cred))
		return KAUTH_RESULT_ALLOW;
	switch (action) {
	case KAUTH_NETWORK_BIND:
		return allow_if(req == KAUTH_REQ_NETWORK_BIND_PORT);
	case KAUTH_NETWORK_INTERFACE:
		return allow_if(req == KAUTH_REQ_NETWORK_INTERFACE_GET);
	case KAUTH_NETWORK_SOCKET:
		if (req == KAUTH_REQ_NETWORK_SOCKET_OPEN)
			return allow_if(
			    (uintptr_t)arg1 == AF_ROUTE_KPI || (uintptr_t)arg2 != SOCK_RAW_KPI);
		return allow_if(req == KAUTH_REQ_NETWORK_SOCKET_CANSEE);
	default:
		return KAUTH_RESULT_DEFER;
	}
}

/* The modes of device nodes protect devices. */
int
kauth_default_device(kauth_cred_t cred, kauth_action_t action, void *cookie, void *arg0, void *arg1,
    void *arg2, void *arg3)
{
	switch (action) {
	case KAUTH_DEVICE_RAWIO_SPEC:
	case KAUTH_DEVICE_TTY_OPEN:
	case KAUTH_DEVICE_WSCONS_KEYBOARD_BELL:
	case KAUTH_DEVICE_WSCONS_KEYBOARD_KEYREPEAT:
	case KAUTH_DEVICE_RND_ADDDATA:
		return KAUTH_RESULT_ALLOW;
	default:
		return allow_if(is_root(cred));
	}
}

int
kauth_default_cred(kauth_cred_t cred, kauth_action_t action, void *cookie, void *arg0, void *arg1,
    void *arg2, void *arg3)
{
	return KAUTH_RESULT_ALLOW;
}

/* To execute a file takes an execute bit, for user 0 too. */
int
kauth_default_vnode(kauth_cred_t cred, kauth_action_t action, void *cookie, void *arg0, void *arg1,
    void *arg2, void *arg3)
{
	return allow_if(is_root(cred) &&
	    ((action & KAUTH_VNODE_EXECUTE) == 0 || (action & KAUTH_VNODE_IS_EXEC) != 0));
}

/* ---- Access modes to actions ---- */

/* By the number of the access mode's bit; those that ask for nothing are 0. */
#define BIT(mode) __builtin_ctz(mode)
static const kauth_action_t access_map[32] = {
	[BIT(VREAD)] = KAUTH_VNODE_READ_DATA,
	[BIT(VWRITE)] = KAUTH_VNODE_WRITE_DATA,
	[BIT(VEXEC)] = KAUTH_VNODE_EXECUTE,
	[BIT(VADMIN)] = KAUTH_VNODE_WRITE_SECURITY,
	[BIT(VAPPEND)] = KAUTH_VNODE_APPEND_DATA,
	[BIT(VREAD_NAMED_ATTRS)] = KAUTH_VNODE_READ_EXTATTRIBUTES,
	[BIT(VWRITE_NAMED_ATTRS)] = KAUTH_VNODE_WRITE_EXTATTRIBUTES,
	[BIT(VDELETE_CHILD)] = KAUTH_VNODE_DELETE,
	[BIT(VDELETE)] = KAUTH_VNODE_DELETE,
	[BIT(VREAD_ATTRIBUTES)] = KAUTH_VNODE_READ_ATTRIBUTES,
	[BIT(VWRITE_ATTRIBUTES)] = KAUTH_VNODE_WRITE_ATTRIBUTES,
	[BIT(VREAD_ACL)] = KAUTH_VNODE_READ_SECURITY,
	[BIT(VWRITE_ACL)] = KAUTH_VNODE_WRITE_SECURITY,
	[BIT(VWRITE_OWNER)] = KAUTH_VNODE_CHANGE_OWNERSHIP,
};

kauth_action_t
kauth_accmode_to_action(unsigned int accmode)
{
	kauth_action_t action = 0;

	for (u_int bits = (u_int)accmode; bits != 0; bits &= bits - 1)
		action |= access_map[BIT(bits)];
	return action;
}

kauth_action_t
kauth_mode_to_action(mode_t accmode)
{
	return kauth_accmode_to_action(accmode & (VREAD | VWRITE | VEXEC));
}

kauth_action_t
kauth_extattr_action(mode_t accmode)
{
	kauth_action_t action = 0;

	if ((accmode & VREAD) != 0)
		action |= KAUTH_VNODE_READ_EXTATTRIBUTES;
	if ((accmode & VWRITE) != 0)
		action |= KAUTH_VNODE_WRITE_EXTATTRIBUTES;
	return action;
}

kauth_action_t
kauth_access_action(int accmode, int vtype, mode_t mode)
{
	kauth_action_t action = kauth_accmode_to_action(accmode);

	if ((action & KAUTH_VNODE_EXECUTE) != 0 && (vtype == VDIR || (mode & 0111) != 0))
		action |= KAUTH_VNODE_IS_EXEC;
	return action;
}
