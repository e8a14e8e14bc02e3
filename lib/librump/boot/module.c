/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * module(9): the registry of modules, whether linked in, opened by dlopen() or loaded from a file.
 *
 *	KNOWN (linked in, down) --start--> UP --stop--> KNOWN
 *	a file --module_load.c--> UP --stop--> gone
 *
 * A module comes up by MODULE_CMD_INIT after all that it requires, goes down by MODULE_CMD_FINI
 * when no other requires it and nobody holds it.  module_list has those that are up in the order in which
 * they came.
 *
 * Locks: kernconfig_lock() guards everything here; a module's command function runs with it held,
 * and may take it again.  It is no mutex but a flag with an owner, since who holds it may wait for deferred
 * work, which sleepers without locks do when there are no kernel threads.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/condvar.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/module.h>
#include <sys/mutex.h>

#include <rump/rumpuser.h>

#include "rump_boot.h"
#include "rump_component.h"
#include "rump_entry.h"
#include "rump_module.h"

/* A module that is being brought up, on the stack of who does it. */
struct pending {
	const char *pe_name;
	struct pending *pe_below;
	u_int pe_depth;
};

struct modlist module_list, module_builtins;
u_int module_count;
u_int module_gen;

static struct pending *pending; /* the newest */

static kmutex_t config_mutex;
static kcondvar_t config_cv;
static struct lwp *config_owner; /* (a) written with config_mutex */
static u_int config_depth;	 /* the owner's */

int
rump_module_init(void)
{
	TAILQ_INIT(&module_list);
	TAILQ_INIT(&module_builtins);
	module_count = 0;
	module_gen = 1;
	pending = NULL;
	config_owner = NULL;
	config_depth = 0;
	mutex_init(&config_mutex, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&config_cv, "kernconfig");
	rump_autounload_init();
	return 0;
}

static void
builtins_forget(void)
{
	module_t *mod;

	while ((mod = TAILQ_FIRST(&module_builtins)) != NULL) {
		TAILQ_REMOVE(&module_builtins, mod, mod_chain);
		kmem_free(mod, sizeof(*mod));
	}
}

void
rump_module_fini(void)
{
	KASSERT(TAILQ_EMPTY(&module_list));
	rump_autounload_fini();
	builtins_forget();
	rump_kobj_forgetsyms();
	cv_destroy(&config_cv);
	mutex_destroy(&config_mutex);
}

/* ---- The lock ---- */

bool
kernconfig_is_held(void)
{
	return __atomic_load_n(&config_owner, __ATOMIC_RELAXED) == curlwp;
}

static bool
config_take(bool wait)
{
	bool taken;

	mutex_enter(&config_mutex);
	while (wait && config_owner != NULL)
		cv_wait(&config_cv, &config_mutex);
	if ((taken = config_owner == NULL))
		__atomic_store_n(&config_owner, curlwp, __ATOMIC_RELAXED);
	mutex_exit(&config_mutex);
	return taken;
}

void
kernconfig_lock(void)
{
	if (!kernconfig_is_held())
		(void)config_take(true);
	config_depth++;
}

bool
kernconfig_trylock(void)
{
	if (!kernconfig_is_held() && !config_take(false))
		return false;
	config_depth++;
	return true;
}

void
kernconfig_unlock(void)
{
	KASSERT(kernconfig_is_held());
	if (--config_depth == 0) {
		mutex_enter(&config_mutex);
		__atomic_store_n(&config_owner, NULL, __ATOMIC_RELAXED);
		cv_signal(&config_cv);
		mutex_exit(&config_mutex);
	}
}

/* ---- Looking up ---- */

static module_t *
list_lookup(struct modlist *list, const char *name)
{
	module_t *mod;

	KASSERT(kernconfig_is_held());
	TAILQ_FOREACH (mod, list, mod_chain) {
		if (strcmp(mod->mod_info->mi_name, name) == 0)
			return mod;
	}
	return NULL;
}

module_t *
module_lookup(const char *name)
{
	return list_lookup(&module_list, name);
}

modinfo_t *
rump_module_known(const char *name, bool *forced)
{
	module_t *const mod = list_lookup(&module_builtins, name);

	if (mod == NULL)
		return NULL;
	*forced = (mod->mod_flags & MODFLG_MUST_FORCE) != 0;
	return mod->mod_info;
}

bool
module_builtin_known(modinfo_t *mi)
{
	module_t *mod;

	kernconfig_lock();
	mod = module_lookup(mi->mi_name);
	kernconfig_unlock();
	return mod != NULL && mod->mod_info == mi;
}

const char *
module_name(struct module *mod)
{
	return mod->mod_info->mi_name;
}

modsrc_t
module_source(struct module *mod)
{
	return mod->mod_source;
}

void
module_hold(module_t *mod)
{
	kernconfig_lock();
	mod->mod_refcnt++;
	kernconfig_unlock();
}

void
module_rele(module_t *mod)
{
	kernconfig_lock();
	KASSERT(mod->mod_refcnt > 0);
	mod->mod_refcnt--;
	kernconfig_unlock();
}

/* ---- Coming up ---- */

/* The next name of a list with commas; false at its end.  errors: EINVAL (too long or empty). */
static bool
next_required(const char **listp, char name[MAXMODNAME], int *errorp)
{
	const char *s = *listp;
	size_t len = 0;

	if (s == NULL || *s == '\0')
		return false;
	for (; *s != '\0' && *s != ','; s++) {
		if (len < MAXMODNAME - 1)
			name[len] = *s;
		len++;
	}
	if (len == 0 || len >= MAXMODNAME)
		*errorp = EINVAL;
	name[MIN(len, MAXMODNAME - 1)] = '\0';
	*listp = *s == ',' ? s + 1 : s;
	return true;
}

/* Is name being brought up already, further down on the stack?  errors: EDEADLK, EMLINK. */
static int
pending_check(const char *name)
{
	struct pending *pe;

	for (pe = pending; pe != NULL; pe = pe->pe_below) {
		if (strcmp(pe->pe_name, name) == 0) {
			rump_console_printf(
			    "module %s requires itself, by way of %s", name, pending->pe_name);
			return EDEADLK;
		}
	}
	if (pending != NULL && pending->pe_depth >= MAXMODDEPS) {
		rump_console_printf(
		    "module %s is required through more than %u others", name, MAXMODDEPS);
		return EMLINK;
	}
	return 0;
}

/* Bring up a module that another requires, wherever it is. */
static int
require(const char *name, const char *by)
{
	bool forced;
	modinfo_t *const mi = rump_module_known(name, &forced);
	int error;

	if ((error = pending_check(name)) != 0)
		return error;
	if (mi != NULL && forced) {
		rump_console_printf(
		    "module %s needs module %s, which was taken down by hand", by, name);
		return EPERM;
	}
	error = mi != NULL ? rump_module_start(mi, NULL)
			   : rump_module_load(name, 0, NULL, MODULE_CLASS_ANY, true);
	if (error == ENOENT)
		rump_console_printf("module %s needs module %s, which is not there", by, name);
	return error;
}

/*
 * Hold all that mod requires; what was not up is brought up, and its number added to *nstarted: those
 * are the newest of module_list.
 */
static int
hold_required(module_t *mod)
{
	const char *list = mod->mod_info->mi_required;
	char name[MAXMODNAME];
	module_t *other;
	int error = 0;

	while (error == 0 && next_required(&list, name, &error)) {
		if (error == 0 && mod->mod_nrequired == MAXMODDEPS)
			error = EINVAL;
		if (error != 0) {
			rump_console_printf(
			    "module %s has a bad list of what it needs", mod->mod_info->mi_name);
			break;
		}
		if (module_lookup(name) == NULL)
			error = require(name, mod->mod_info->mi_name);
		if (error == 0 && (other = module_lookup(name)) == NULL)
			error = ENOENT;
		if (error == 0) {
			other->mod_refcnt++;
			mod->mod_required[mod->mod_nrequired++] = other;
		}
	}
	return error;
}

static void
rele_required(module_t *mod)
{
	while (mod->mod_nrequired > 0)
		mod->mod_required[--mod->mod_nrequired]->mod_refcnt--;
}

int
rump_module_require_all(modinfo_t *mi)
{
	module_t tmp = { .mod_info = mi };
	struct pending pe = {
		.pe_name = mi->mi_name,
		.pe_below = pending,
		.pe_depth = pending != NULL ? pending->pe_depth + 1 : 0,
	};
	int error;

	if ((error = pending_check(mi->mi_name)) != 0)
		return error;
	pending = &pe;
	error = hold_required(&tmp);
	pending = pe.pe_below;
	rele_required(&tmp);
	return error;
}

/* Take down what came up after the newest was mark, and nobody holds. */
static void
stop_newer(module_t *mark)
{
	module_t *mod, *before;

	for (mod = TAILQ_LAST(&module_list, modlist); mod != NULL && mod != mark; mod = before) {
		before = TAILQ_PREV(mod, modlist, mod_chain);
		if (mod->mod_refcnt != 0)
			continue;
		if (mod->mod_source != MODULE_SOURCE_FILESYS) {
			(void)rump_module_stop(mod, false);
		} else if (rump_module_unload_file(mod, false) == 0) {
			before = TAILQ_LAST(&module_list, modlist); /* several may be gone */
		}
	}
}

static module_t *
mod_alloc(modinfo_t *mi)
{
	module_t *const mod = kmem_zalloc(sizeof(*mod), KM_SLEEP);

	mod->mod_info = mi;
	return mod;
}

static int
start_checked(module_t *mod, const struct rump_module_how *how)
{
	static const struct rump_module_how linked = { .mh_source = MODULE_SOURCE_KERNEL };
	module_t *const newest = TAILQ_LAST(&module_list, modlist);
	modinfo_t *const mi = mod->mod_info;
	int error;

	if (how == NULL)
		how = &linked;
	mod->mod_source = how->mh_source;
	mod->mod_kobj = how->mh_kobj;
	mod->mod_flags = how->mh_flags;
	error = hold_required(mod);
	if (error == 0)
		error = (*mi->mi_modcmd)(MODULE_CMD_INIT, how->mh_props);
	if (error != 0) {
		rele_required(mod);
		stop_newer(newest);
		return error;
	}
	TAILQ_INSERT_TAIL(&module_list, mod, mod_chain);
	module_count++;
	module_gen++;
	if (rump_module_verbose)
		rump_console_printf("module %s is up", mi->mi_name);
	return 0;
}

int
rump_module_start(modinfo_t *mi, const struct rump_module_how *how)
{
	module_t *mod;
	struct pending pe = {
		.pe_name = mi->mi_name,
		.pe_below = pending,
		.pe_depth = pending != NULL ? pending->pe_depth + 1 : 0,
	};
	int error;

	KASSERT(kernconfig_is_held());
	if (module_lookup(mi->mi_name) != NULL)
		return EEXIST;
	if ((error = pending_check(mi->mi_name)) != 0)
		return error;
	if (mi->mi_version / 100000000 != __NetBSD_Version__ / 100000000) {
		rump_console_printf("module %s is for kernel version %u, this is %u", mi->mi_name,
		    mi->mi_version, __NetBSD_Version__);
		return EINVAL;
	}
	mod = list_lookup(&module_builtins, mi->mi_name);
	if (mod != NULL && mod->mod_info != mi)
		return EEXIST;
	if (mod != NULL)
		TAILQ_REMOVE(&module_builtins, mod, mod_chain);
	else
		mod = mod_alloc(mi);
	pending = &pe;
	error = start_checked(mod, how);
	pending = pe.pe_below;
	if (error != 0 && mod->mod_source == MODULE_SOURCE_KERNEL)
		TAILQ_INSERT_TAIL(&module_builtins, mod, mod_chain);
	else if (error != 0)
		kmem_free(mod, sizeof(*mod));
	return error;
}

/* ---- Going down ---- */

int
rump_module_stop(module_t *mod, bool force)
{
	int error;

	KASSERT(kernconfig_is_held());
	if (mod->mod_refcnt != 0 && !force)
		return EBUSY;
	error = (*mod->mod_info->mi_modcmd)(MODULE_CMD_FINI, NULL);
	if (error != 0 && !force)
		return error;
	if (error != 0)
		rump_console_printf(
		    "module %s does not stop: error %d", mod->mod_info->mi_name, error);
	if (rump_module_verbose)
		rump_console_printf("module %s is down", mod->mod_info->mi_name);
	rele_required(mod);
	TAILQ_REMOVE(&module_list, mod, mod_chain);
	module_count--;
	module_gen++;
	if (mod->mod_source == MODULE_SOURCE_KERNEL)
		TAILQ_INSERT_TAIL(&module_builtins, mod, mod_chain);
	else
		kmem_free(mod, sizeof(*mod));
	return 0;
}

bool
rump_module_of(const struct rump_component_desc *d, const modinfo_t *mi)
{
	const void *const *p;

	for (p = d->rcd_modules.rls_begin; p < d->rcd_modules.rls_end; p++) {
		if (*p == mi)
			return true;
	}
	return false;
}

void
rump_module_stop_all(const struct rump_component_desc *d)
{
	module_t *mod, *before;

	for (mod = TAILQ_LAST(&module_list, modlist); mod != NULL; mod = before) {
		before = TAILQ_PREV(mod, modlist, mod_chain);
		if (d != NULL && !rump_module_of(d, mod->mod_info))
			continue;
		if (d == NULL && mod->mod_source == MODULE_SOURCE_FILESYS) {
			(void)rump_module_unload_file(mod, true);
			before = TAILQ_LAST(&module_list, modlist);
		} else
			(void)rump_module_stop(mod, true);
	}
}

/* ---- Linked in ---- */

int
module_builtin_add(modinfo_t *const *mip, size_t n, bool init)
{
	module_t *mod;
	int error = 0;

	kernconfig_lock();
	for (size_t i = 0; i < n && error == 0; i++) {
		if ((mod = module_lookup(mip[i]->mi_name)) == NULL)
			mod = list_lookup(&module_builtins, mip[i]->mi_name);
		if (mod == NULL) {
			mod = mod_alloc(mip[i]);
			TAILQ_INSERT_TAIL(&module_builtins, mod, mod_chain);
		} else if (mod->mod_info != mip[i])
			error = EEXIST;
	}
	for (size_t i = 0; i < n && error == 0 && init; i++) {
		mod = module_lookup(mip[i]->mi_name);
		if (mod == NULL)
			error = rump_module_start(mip[i], NULL);
		else if (mod->mod_info != mip[i])
			error = EEXIST;
	}
	/* What did not come up may be code that goes away. */
	for (size_t i = 0; i < n && error != 0; i++) {
		mod = list_lookup(&module_builtins, mip[i]->mi_name);
		if (mod == NULL || mod->mod_info != mip[i])
			continue;
		TAILQ_REMOVE(&module_builtins, mod, mod_chain);
		kmem_free(mod, sizeof(*mod));
	}
	kernconfig_unlock();
	return error;
}

int
module_builtin_remove(modinfo_t *mi, bool fini)
{
	module_t *mod;
	int error = ENOENT;

	kernconfig_lock();
	mod = module_lookup(mi->mi_name);
	if (mod != NULL && mod->mod_info == mi)
		error = fini ? rump_module_stop(mod, false) : EBUSY;
	else if (!fini)
		error = 0;
	mod = list_lookup(&module_builtins, mi->mi_name);
	if (error == 0 && mod != NULL && mod->mod_info == mi) {
		TAILQ_REMOVE(&module_builtins, mod, mod_chain);
		kmem_free(mod, sizeof(*mod));
	}
	kernconfig_unlock();
	return error;
}

void
module_builtin_require_force(void)
{
	module_t *mod;

	kernconfig_lock();
	TAILQ_FOREACH (mod, &module_builtins, mod_chain)
		mod->mod_flags |= MODFLG_MUST_FORCE;
	kernconfig_unlock();
}

void
module_init_class(modclass_t class)
{
	module_t *mod;
	int error;

	kernconfig_lock();
again:
	TAILQ_FOREACH (mod, &module_builtins, mod_chain) {
		if ((class != MODULE_CLASS_ANY && mod->mod_info->mi_class != class) ||
		    (mod->mod_flags & MODFLG_MUST_FORCE) != 0)
			continue;
		if ((error = rump_module_start(mod->mod_info, NULL)) == 0)
			goto again;
		rump_console_printf(
		    "module %s cannot start: error %d", mod->mod_info->mi_name, error);
		/* It stands at the list's end now, and is not tried again. */
		list_lookup(&module_builtins, mod->mod_info->mi_name)->mod_flags |=
		    MODFLG_MUST_FORCE;
		goto again;
	}
	kernconfig_unlock();
}

/* The public calls (rump.h). */
int rump_pub_module_init(modinfo_t *const *mip, size_t n);
int rump_pub_module_fini(modinfo_t *mi);
int rump_pub_kernelfsym_load(void *symtab, uint64_t symsize, char *strtab, uint64_t strsize);

int
rump_pub_module_init(modinfo_t *const *mip, size_t n)
{
	struct lwp *l;
	int error = rump_enter(&l);

	if (error == 0) {
		error = module_builtin_add(mip, n, true);
		rump_leave();
	}
	return error;
}

int
rump_pub_module_fini(modinfo_t *mi)
{
	struct lwp *l;
	int error = rump_enter(&l);

	if (error == 0) {
		error = module_builtin_remove(mi, true);
		rump_leave();
	}
	return error;
}

int
rump_pub_kernelfsym_load(void *symtab, uint64_t symsize, char *strtab, uint64_t strsize)
{
	struct lwp *l;
	int error = rump_enter(&l);

	if (error == 0) {
		kernconfig_lock();
		error = rump_kobj_addsyms(symtab, symsize, strtab, strsize);
		kernconfig_unlock();
		rump_leave();
	}
	return error;
}
