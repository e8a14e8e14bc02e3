/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * kauth(9): scopes, listeners and requests.
 *
 * A request walks its scope's list of listeners without a lock: listeners are published by a release
 * store, and one that is taken off stays in memory until the halt.  Registration is under
 * scopes_lock.
 *
 * A request that no listener decides is refused, but for vnodes: there the file system decides.
 */
#include "kauth_impl.h"

#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/queue.h>

#include <lib/libkern/libkern.h>

#include "rump_kern.h"
#include "rump_rcu.h"

/* Locks: (i) immutable, (s) scopes_lock for writing. */
struct kauth_listener {
	kauth_scope_callback_t kl_fn;	/* (i) */
	void *kl_cookie;		/* (i) */
	kauth_scope_t kl_scope;		/* (i) */
	struct kauth_listener *kl_next; /* (s) of the scope; stays when taken off */
	struct kauth_listener *kl_dead; /* (s) */
};

struct kauth_scope {
	char *ks_id;			     /* (i) */
	bool ks_registered;		     /* (s) else only listened to */
	struct kauth_listener *ks_listeners; /* (s) */
	SLIST_ENTRY(kauth_scope) ks_entry;   /* (s) */
};

struct kauth_key {
	u_int kk_index;
};

static kmutex_t scopes_lock;
static SLIST_HEAD(, kauth_scope) scopes; /* scopes_lock */
static struct kauth_listener *dead;	 /* scopes_lock */
static u_int nkeys;			 /* scopes_lock */

static struct {
	const char *id;
	kauth_scope_callback_t fn;
	kauth_scope_t scope; /* (i) while up */
} builtin[] = {
#define S_GENERIC 0
	{ KAUTH_SCOPE_GENERIC, kauth_default_generic, NULL },
#define S_SYSTEM 1
	{ KAUTH_SCOPE_SYSTEM, kauth_default_system, NULL },
#define S_PROCESS 2
	{ KAUTH_SCOPE_PROCESS, kauth_default_process, NULL },
#define S_NETWORK 3
	{ KAUTH_SCOPE_NETWORK, kauth_default_network, NULL },
#define S_MACHDEP 4
	{ KAUTH_SCOPE_MACHDEP, kauth_default_generic, NULL },
#define S_DEVICE 5
	{ KAUTH_SCOPE_DEVICE, kauth_default_device, NULL },
#define S_CRED 6
	{ KAUTH_SCOPE_CRED, kauth_default_cred, NULL },
#define S_VNODE 7
	{ KAUTH_SCOPE_VNODE, kauth_default_vnode, NULL },
};

/* ---- Scopes and listeners ---- */

/* Find or make.  locks: scopes_lock. */
static kauth_scope_t
scope_get_locked(const char *id)
{
	kauth_scope_t scope;

	KASSERT(mutex_owned(&scopes_lock));
	SLIST_FOREACH (scope, &scopes, ks_entry)
		if (strcmp(scope->ks_id, id) == 0)
			return scope;
	scope = kmem_zalloc(sizeof(*scope), KM_SLEEP);
	scope->ks_id = kmem_strdup(id, KM_SLEEP);
	SLIST_INSERT_HEAD(&scopes, scope, ks_entry);
	return scope;
}

static kauth_listener_t
listener_add_locked(kauth_scope_t scope, kauth_scope_callback_t fn, void *cookie)
{
	struct kauth_listener *const kl = kmem_alloc(sizeof(*kl), KM_SLEEP);

	*kl = (struct kauth_listener){
		.kl_fn = fn, .kl_cookie = cookie, .kl_scope = scope, .kl_next = scope->ks_listeners
	};
	__atomic_store_n(&scope->ks_listeners, kl, __ATOMIC_RELEASE);
	return kl;
}

/* Off the list; whoever walks by still gets on.  locks: scopes_lock. */
static void
listener_remove_locked(struct kauth_listener *kl)
{
	struct kauth_listener **link = &kl->kl_scope->ks_listeners;

	while (*link != kl)
		link = &(*link)->kl_next;
	__atomic_store_n(link, kl->kl_next, __ATOMIC_RELEASE);
	kl->kl_dead = dead;
	dead = kl;
}

kauth_scope_t
kauth_register_scope(const char *id, kauth_scope_callback_t fn, void *cookie)
{
	kauth_scope_t scope;

	mutex_enter(&scopes_lock);
	scope = scope_get_locked(id);
	if (scope->ks_registered)
		scope = NULL;
	else {
		scope->ks_registered = true;
		if (fn != NULL)
			listener_add_locked(scope, fn, cookie);
	}
	mutex_exit(&scopes_lock);
	return scope;
}

/* The scope's memory stays: listeners may hold on to it. */
void
kauth_deregister_scope(kauth_scope_t scope)
{
	mutex_enter(&scopes_lock);
	while (scope->ks_listeners != NULL)
		listener_remove_locked(scope->ks_listeners);
	scope->ks_registered = false;
	mutex_exit(&scopes_lock);
	rump_rcu_synchronize();
}

kauth_listener_t
kauth_listen_scope(const char *id, kauth_scope_callback_t fn, void *cookie)
{
	kauth_listener_t kl;

	mutex_enter(&scopes_lock);
	kl = listener_add_locked(scope_get_locked(id), fn, cookie);
	mutex_exit(&scopes_lock);
	return kl;
}

void
kauth_unlisten_scope(kauth_listener_t kl)
{
	mutex_enter(&scopes_lock);
	listener_remove_locked(kl);
	mutex_exit(&scopes_lock);
	/* Requests that run now are over: a listener's code may be unloaded. */
	rump_rcu_synchronize();
}

int
kauth_register_key(secmodel_t secmodel, kauth_key_t *keyp)
{
	kauth_key_t key = kmem_alloc(sizeof(*key), KM_SLEEP);

	mutex_enter(&scopes_lock);
	key->kk_index = nkeys < KAUTH_KEYS ? nkeys++ : KAUTH_KEYS;
	mutex_exit(&scopes_lock);
	if (key->kk_index == KAUTH_KEYS) {
		kmem_free(key, sizeof(*key));
		return ENOMEM;
	}
	*keyp = key;
	return 0;
}

/* Its place is not given out again. */
int
kauth_deregister_key(kauth_key_t key)
{
	kmem_free(key, sizeof(*key));
	return 0;
}

void *
kauth_cred_getdata(kauth_cred_t cred, kauth_key_t key)
{
	return cred->cr_data[key->kk_index];
}

void
kauth_cred_setdata(kauth_cred_t cred, kauth_key_t key, void *data)
{
	cred->cr_data[key->kk_index] = data;
}

/* ---- Requests ---- */

int
kauth_ask(kauth_scope_t scope, kauth_cred_t cred, kauth_action_t action, void *arg0, void *arg1,
    void *arg2, void *arg3)
{
	const struct kauth_listener *kl;
	int result = KAUTH_RESULT_DEFER;

	if (cred == NOCRED || cred == FSCRED)
		return KAUTH_RESULT_ALLOW;
	for (kl = __atomic_load_n(&scope->ks_listeners, __ATOMIC_ACQUIRE); kl != NULL;
	     kl = __atomic_load_n(&kl->kl_next, __ATOMIC_ACQUIRE)) {
		const int answer =
		    (*kl->kl_fn)(cred, action, kl->kl_cookie, arg0, arg1, arg2, arg3);

		if (answer == KAUTH_RESULT_DENY)
			return answer;
		if (answer == KAUTH_RESULT_ALLOW)
			result = answer;
	}
	return result;
}

int
kauth_authorize_action(kauth_scope_t scope, kauth_cred_t cred, kauth_action_t action, void *arg0,
    void *arg1, void *arg2, void *arg3)
{
	return kauth_ask(scope, cred, action, arg0, arg1, arg2, arg3) == KAUTH_RESULT_ALLOW ? 0
											    : EPERM;
}

int
kauth_authorize_generic(kauth_cred_t cred, kauth_action_t action, void *arg0)
{
	return kauth_authorize_action(
	    builtin[S_GENERIC].scope, cred, action, arg0, NULL, NULL, NULL);
}

int
kauth_authorize_system(kauth_cred_t cred, kauth_action_t action, enum kauth_system_req req,
    void *arg1, void *arg2, void *arg3)
{
	return kauth_authorize_action(
	    builtin[S_SYSTEM].scope, cred, action, (void *)(uintptr_t)req, arg1, arg2, arg3);
}

int
kauth_authorize_process(
    kauth_cred_t cred, kauth_action_t action, struct proc *p, void *arg1, void *arg2, void *arg3)
{
	return kauth_authorize_action(builtin[S_PROCESS].scope, cred, action, p, arg1, arg2, arg3);
}

int
kauth_authorize_network(kauth_cred_t cred, kauth_action_t action, enum kauth_network_req req,
    void *arg1, void *arg2, void *arg3)
{
	return kauth_authorize_action(
	    builtin[S_NETWORK].scope, cred, action, (void *)(uintptr_t)req, arg1, arg2, arg3);
}

int
kauth_authorize_machdep(
    kauth_cred_t cred, kauth_action_t action, void *arg0, void *arg1, void *arg2, void *arg3)
{
	return kauth_authorize_action(
	    builtin[S_MACHDEP].scope, cred, action, arg0, arg1, arg2, arg3);
}

int
kauth_authorize_device(
    kauth_cred_t cred, kauth_action_t action, void *arg0, void *arg1, void *arg2, void *arg3)
{
	return kauth_authorize_action(
	    builtin[S_DEVICE].scope, cred, action, arg0, arg1, arg2, arg3);
}

int
kauth_authorize_device_tty(kauth_cred_t cred, kauth_action_t action, struct tty *tty)
{
	return kauth_authorize_device(cred, action, tty, NULL, NULL, NULL);
}

int
kauth_authorize_device_spec(kauth_cred_t cred, enum kauth_device_req req, struct vnode *vp)
{
	return kauth_authorize_device(
	    cred, KAUTH_DEVICE_RAWIO_SPEC, (void *)(uintptr_t)req, vp, NULL, NULL);
}

int
kauth_authorize_device_passthru(kauth_cred_t cred, dev_t dev, u_long mode, void *data)
{
	return kauth_authorize_device(
	    cred, KAUTH_DEVICE_RAWIO_PASSTHRU, (void *)mode, (void *)(uintptr_t)dev, data, NULL);
}

int
kauth_authorize_vnode(
    kauth_cred_t cred, kauth_action_t action, struct vnode *vp, struct vnode *dvp, int fs_decision)
{
	const struct kauth_listener *const kl =
	    __atomic_load_n(&builtin[S_VNODE].scope->ks_listeners, __ATOMIC_ACQUIRE);
	int error = fs_decision;

	/* The built-in listener, alone, can only allow. */
	if (__predict_true(fs_decision == 0 && kl != NULL && kl->kl_fn == kauth_default_vnode &&
		__atomic_load_n(&kl->kl_next, __ATOMIC_ACQUIRE) == NULL))
		return 0;
	switch (kauth_ask(builtin[S_VNODE].scope, cred, action, vp, dvp, &error, NULL)) {
	case KAUTH_RESULT_ALLOW:
		return 0;
	case KAUTH_RESULT_DENY:
		return error != 0 ? error : EPERM;
	default:
		return fs_decision;
	}
}

/* ---- Start and end ---- */

int
rump_kauth_init(void)
{
	int error;

	mutex_init(&scopes_lock, MUTEX_DEFAULT, IPL_NONE);
	SLIST_INIT(&scopes);
	dead = NULL;
	nkeys = 0;
	if ((error = kauth_creds_init()) != 0) {
		mutex_destroy(&scopes_lock);
		return error;
	}
	for (u_int i = 0; i < __arraycount(builtin); i++)
		builtin[i].scope = kauth_register_scope(builtin[i].id, builtin[i].fn, NULL);
	return 0;
}

void
rump_kauth_fini(void)
{
	struct kauth_listener *kl;
	kauth_scope_t scope;

	while ((scope = SLIST_FIRST(&scopes)) != NULL) {
		SLIST_REMOVE_HEAD(&scopes, ks_entry);
		while ((kl = scope->ks_listeners) != NULL) {
			scope->ks_listeners = kl->kl_next;
			kmem_free(kl, sizeof(*kl));
		}
		kmem_strfree(scope->ks_id);
		kmem_free(scope, sizeof(*scope));
	}
	while ((kl = dead) != NULL) {
		dead = kl->kl_dead;
		kmem_free(kl, sizeof(*kl));
	}
	kauth_creds_fini();
	mutex_destroy(&scopes_lock);
}

void
kauth_init(void)
{
	(void)rump_kauth_init();
}
