/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * module(9) for modules whose code is in the program already: linked in, or opened by dlopen().
 *
 * A module comes up by MODULE_CMD_INIT after all that it requires, goes down by MODULE_CMD_FINI
 * when no other requires it and nobody holds it.  kernconfig_lock() guards everything here; a
 * module's command function runs with it held, and may take it again.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/module.h>
#include <sys/mutex.h>

#include <rump/rumpuser.h>

#include "rump_boot.h"
#include "rump_component.h"
#include "rump_entry.h"

#define MAX_DEPTH 8

struct modlist module_list;
u_int module_count;
u_int module_gen;

static kmutex_t config_lock;
static struct lwp *config_owner; /* (a) */
static u_int config_depth;	 /* config_lock */

int
rump_module_init(void)
{
	TAILQ_INIT(&module_list);
	module_count = 0;
	module_gen = 1;
	config_owner = NULL;
	config_depth = 0;
	mutex_init(&config_lock, MUTEX_DEFAULT, IPL_NONE);
	return 0;
}

void
rump_module_fini(void)
{
	KASSERT(TAILQ_EMPTY(&module_list));
	mutex_destroy(&config_lock);
}

bool
kernconfig_is_held(void)
{
	return __atomic_load_n(&config_owner, __ATOMIC_RELAXED) == curlwp;
}

void
kernconfig_lock(void)
{
	if (!kernconfig_is_held()) {
		mutex_enter(&config_lock);
		__atomic_store_n(&config_owner, curlwp, __ATOMIC_RELAXED);
	}
	config_depth++;
}

void
kernconfig_unlock(void)
{
	KASSERT(kernconfig_is_held());
	if (--config_depth == 0) {
		__atomic_store_n(&config_owner, NULL, __ATOMIC_RELAXED);
		mutex_exit(&config_lock);
	}
}

module_t *
module_lookup(const char *name)
{
	module_t *mod;

	KASSERT(kernconfig_is_held());
	TAILQ_FOREACH (mod, &module_list, mod_chain) {
		if (strcmp(mod->mod_info->mi_name, name) == 0)
			return mod;
	}
	return NULL;
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

/* The next name of a list with commas, cut at MAXMODNAME; false at its end. */
static bool
next_required(const char **listp, char name[MAXMODNAME])
{
	const char *s = *listp;
	size_t len = 0;

	if (s == NULL || *s == '\0')
		return false;
	for (; *s != '\0' && *s != ','; s++) {
		if (len < MAXMODNAME - 1)
			name[len++] = *s;
	}
	name[len] = '\0';
	*listp = *s == ',' ? s + 1 : s;
	return true;
}

static int module_start(modinfo_t *mi, modinfo_t *const *others, size_t nothers, int depth);

/* Bring up what mi requires: up already, or among the others of this call.  errors: ENOENT. */
static int
start_required(modinfo_t *mi, modinfo_t *const *others, size_t nothers, int depth)
{
	const char *list = mi->mi_required;
	char name[MAXMODNAME];
	size_t i;
	int error;

	while (next_required(&list, name)) {
		if (module_lookup(name) != NULL)
			continue;
		for (i = 0; i < nothers && strcmp(others[i]->mi_name, name) != 0; i++)
			continue;
		if (i == nothers) {
			rump_console_printf(
			    "module %s needs module %s, which is not there", mi->mi_name, name);
			return ENOENT;
		}
		error = module_start(others[i], others, nothers, depth + 1);
		if (error != 0)
			return error;
	}
	return 0;
}

/* Count (delta 1) or uncount (-1) mi's references on what it requires. */
static void
count_required(modinfo_t *mi, int delta)
{
	const char *list = mi->mi_required;
	char name[MAXMODNAME];
	module_t *mod;

	while (next_required(&list, name)) {
		if ((mod = module_lookup(name)) != NULL)
			mod->mod_refcnt += (u_int)delta;
	}
}

static int
module_start(modinfo_t *mi, modinfo_t *const *others, size_t nothers, int depth)
{
	module_t *mod = module_lookup(mi->mi_name);
	int error;

	if (mod != NULL)
		return mod->mod_info == mi ? 0 : EEXIST;
	if (depth > MAX_DEPTH)
		return ELOOP;
	if (mi->mi_version / 100000000 != __NetBSD_Version__ / 100000000) {
		rump_console_printf("module %s is for kernel version %u, this is %u", mi->mi_name,
		    mi->mi_version, __NetBSD_Version__);
		return EINVAL;
	}
	error = start_required(mi, others, nothers, depth);
	if (error != 0)
		return error;
	mod = kmem_zalloc(sizeof(*mod), KM_SLEEP);
	mod->mod_info = mi;
	mod->mod_source = MODULE_SOURCE_KERNEL;
	error = (*mi->mi_modcmd)(MODULE_CMD_INIT, NULL);
	if (error != 0) {
		kmem_free(mod, sizeof(*mod));
		return error;
	}
	TAILQ_INSERT_TAIL(&module_list, mod, mod_chain);
	module_count++;
	module_gen++;
	count_required(mi, 1);
	return 0;
}

int
module_builtin_add(modinfo_t *const *mip, size_t n, bool init)
{
	int error = 0;

	kernconfig_lock();
	for (size_t i = 0; i < n && error == 0; i++)
		error = module_start(mip[i], mip, n, 0);
	kernconfig_unlock();
	return error;
}

int
module_builtin_remove(modinfo_t *mi, bool fini)
{
	module_t *mod;
	int error;

	kernconfig_lock();
	mod = module_lookup(mi->mi_name);
	if (mod == NULL || mod->mod_info != mi)
		error = ENOENT;
	else if (mod->mod_refcnt != 0)
		error = EBUSY;
	else
		error = (*mi->mi_modcmd)(MODULE_CMD_FINI, NULL);
	if (error == 0) {
		count_required(mi, -1);
		TAILQ_REMOVE(&module_list, mod, mod_chain);
		module_count--;
		module_gen++;
		kmem_free(mod, sizeof(*mod));
	}
	kernconfig_unlock();
	return error;
}

int
module_autoload(const char *name, modclass_t class)
{
	module_t *mod;

	kernconfig_lock();
	mod = module_lookup(name);
	kernconfig_unlock();
	return mod != NULL ? 0 : ENOENT;
}

/* The public calls (rump.h). */
int rump_pub_module_init(modinfo_t *const *mip, size_t n);
int rump_pub_module_fini(modinfo_t *mi);

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
