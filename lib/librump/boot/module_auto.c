/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Modules that were loaded because something asked for them go again when nobody uses them: every
 * kern.module.autotime seconds each is asked by MODULE_CMD_AUTOUNLOAD; 0 means that it may go, and what does
 * not know the command (ENOTTY) stays.  While no such module is up there is no timer.
 *
 * The worker only tries the lock: without kernel threads it may run on the stack of who holds it.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/callout.h>
#include <sys/kernel.h>
#include <sys/sysctl.h>

#include "rump_boot.h"
#include "rump_module.h"
#include "rump_time.h"

int rump_module_autoloads, rump_module_autotime, rump_module_verbose;

static callout_t timer;
static struct rump_worker worker;
static bool wanted; /* kernconfig_lock(): the timer runs */

/* Ask one; true when it was unloaded, and the list is another. */
static bool
try_unload(module_t *mod)
{
	return mod->mod_refcnt == 0 &&
	    (*mod->mod_info->mi_modcmd)(MODULE_CMD_AUTOUNLOAD, NULL) == 0 &&
	    rump_module_unload_file(mod, false) == 0;
}

static bool
auto_p(const module_t *mod)
{
	return (mod->mod_flags & MODFLG_AUTO_LOADED) != 0 &&
	    mod->mod_source == MODULE_SOURCE_FILESYS;
}

static void
again(void)
{
	callout_schedule(&timer, MAX(rump_module_autotime, 1) * hz);
}

/* The last first: what it required may go then too. */
static bool
autounload_work(void *arg)
{
	module_t *mod, *before;
	bool any = false;

	if (!kernconfig_trylock()) {
		again();
		return false;
	}
	for (mod = TAILQ_LAST(&module_list, modlist); mod != NULL; mod = before) {
		before = TAILQ_PREV(mod, modlist, mod_chain);
		if (!auto_p(mod))
			continue;
		if (rump_module_autotime > 0 && try_unload(mod))
			before = TAILQ_LAST(&module_list, modlist);
	}
	TAILQ_FOREACH (mod, &module_list, mod_chain)
		any |= auto_p(mod);
	wanted = any;
	kernconfig_unlock();
	if (any)
		again();
	return false;
}

static void
autounload_due(void *arg)
{
	rump_worker_kick(&worker);
}

void
rump_autounload_want(void)
{
	KASSERT(kernconfig_is_held());
	if (wanted || !rump_module_autotime)
		return;
	wanted = true;
	again();
}

void
rump_autounload_init(void)
{
	rump_module_autoloads = 1;
	rump_module_autotime = 10;
	rump_module_verbose = rump_params.rp_verbose;
	wanted = false;
	callout_init(&timer, CALLOUT_MPSAFE);
	callout_setfunc(&timer, autounload_due, NULL);
	rump_worker_init(&worker, "modunload", autounload_work, NULL);
}

/* All modules are down: a last run of the worker schedules nothing. */
void
rump_autounload_fini(void)
{
	callout_halt(&timer, NULL);
	rump_worker_fini(&worker);
	callout_halt(&timer, NULL);
	callout_destroy(&timer);
}

void
rump_module_sysctl(struct sysctllog **log)
{
	static const struct {
		const char *name, *desc;
		int *value;
	} ints[] = {
		{ "autoload", "modules are loaded when something asks for them",
		    &rump_module_autoloads },
		{ "autotime", "seconds after which unused ones go; 0: never",
		    &rump_module_autotime },
		{ "verbose", "say which come and go", &rump_module_verbose },
	};
	const struct sysctlnode *node = NULL;

	(void)sysctl_createv(log, CTLFLAG_PERMANENT, NULL, &node, 0, CTLTYPE_NODE, "module",
	    "modules", NULL, 0, NULL, 0, CTL_KERN, CTL_CREATE, CTL_EOL);
	for (u_int i = 0; i < __arraycount(ints); i++)
		(void)sysctl_createv(log, CTLFLAG_PERMANENT, &node, NULL, CTLFLAG_READWRITE,
		    CTLTYPE_INT, ints[i].name, ints[i].desc, NULL, 0, ints[i].value, 0, CTL_CREATE,
		    CTL_EOL);
	(void)sysctl_createv(log, CTLFLAG_PERMANENT, &node, NULL, 0, CTLTYPE_STRING, "path",
	    "where modules are looked for", NULL, 0, rump_params.rp_modulebase,
	    sizeof(rump_params.rp_modulebase), CTL_CREATE, CTL_EOL);
}
