/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Components: what was linked or loaded, brought up in order and taken down in the opposite one.
 *
 *	REGISTERED --boot, or dlopen() of a driver later--> UP --halt--> REGISTERED
 *
 * Descriptors register from constructors, before there is a kernel, on a list that only grows:
 * libraries of components are never unmapped.  At boot they are put in an order in which each comes
 * after what it needs.  Then the init functions run by class, and modules after the classes that
 * they stand on.  Each thing that came up is remembered on a stack, which halt and failure unwind.
 *
 * What comes from a file (module_load.c) is never registered here: it comes up and goes down by name.
 *
 * Locks: one thread at a time has components come up or go down, by kernconfig_lock(), which guards
 * everything here.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/sysctl.h>

#include <rump/rumpuser.h>

#include "rump_boot.h"
#include "rump_component.h"
#include "rump_entry.h"
#include "rump_module.h"

/* Modules come up after this class. */
#define CLASS_BEFORE_MODULES RUMP_COMPONENT_KERN_VFS

/* One thing that is up: an init function, or (NULL) the modules of the component, or (both NULL) all. */
struct started {
	struct started *st_next;
	const struct rump_component *st_component;
	const struct rump_component_desc *st_desc;
};

static struct rump_component_desc *registered; /* (a) newest first */
static bool refused;			       /* another rump kernel was first in this program */

static struct started *started;
static struct rump_component_desc **order; /* those up, needed ones first */
static size_t norder, order_size;
static bool booted; /* the boot's components are up */

static struct rump_component_desc *
find(const char *name)
{
	struct rump_component_desc *d;

	for (d = __atomic_load_n(&registered, __ATOMIC_ACQUIRE); d != NULL; d = d->rcd_next) {
		if (strcmp(d->rcd_name, name) == 0)
			return d;
	}
	return NULL;
}

static bool
up_p(const struct rump_component_desc *d)
{
	return d->rcd_private != NULL;
}

struct rump_component_desc *
rump_component_up(const char *name)
{
	struct rump_component_desc *const d = find(name);

	return d != NULL && up_p(d) ? d : rump_module_loaded_component(name);
}

bool
rump_component_exports(bool (*fn)(const struct rump_component_desc *, void *), void *arg)
{
	struct rump_component_desc *d;

	for (d = __atomic_load_n(&registered, __ATOMIC_ACQUIRE); d != NULL; d = d->rcd_next) {
		if ((*fn)(d, arg))
			return true;
	}
	return rump_module_exports(fn, arg);
}

/* Remember what came up.  errors: ENOMEM. */
static int
push(const struct rump_component *rc, const struct rump_component_desc *d)
{
	struct started *const st = kmem_alloc(sizeof(*st), KM_NOSLEEP);

	if (st == NULL)
		return ENOMEM;
	*st = (struct started){ .st_next = started, .st_component = rc, .st_desc = d };
	started = st;
	return 0;
}

static void
undo(const struct started *st)
{
	if (st->st_component == NULL)
		rump_module_stop_all(st->st_desc);
	else if (st->st_component->rc_fini != NULL)
		(*st->st_component->rc_fini)();
}

/* Undo everything down to mark. */
static void
unwind(struct started *mark)
{
	struct started *st;

	while ((st = started) != mark) {
		if (st->st_desc != NULL && rump_module_unload_component(st->st_desc))
			continue; /* and all of its entries */
		started = st->st_next;
		undo(st);
		kmem_free(st, sizeof(*st));
	}
}

/* The init functions of one class of one component. */
static int
start_class(const struct rump_component_desc *d, enum rump_component_type type)
{
	const void *const *p;
	int error;

	for (p = d->rcd_components.rls_begin; p < d->rcd_components.rls_end; p++) {
		const struct rump_component *const rc = *p;

		if (rc->rc_type != type)
			continue;
		error = push(rc, d);
		if (error == 0 && rc->rc_init != NULL)
			error = (*rc->rc_init)();
		else if (error == 0)
			(*rc->rc_run)();
		if (error != 0) {
			if (started != NULL && started->st_component == rc) {
				struct started *const st = started;

				started = st->st_next;
				kmem_free(st, sizeof(*st));
			}
			rump_console_printf("component %s cannot start: %s fails with error %d",
			    d->rcd_name, rc->rc_name, error);
			return error;
		}
	}
	return 0;
}

static void
start_sysctls(const struct rump_component_desc *d, struct sysctllog **log)
{
	const void *const *p;

	for (p = d->rcd_sysctls.rls_begin; p < d->rcd_sysctls.rls_end; p++) {
		void (*const fn)(struct sysctllog **) =
		    __FPTRCAST(void (*)(struct sysctllog **), __UNCONST(*p));

		(*fn)(log);
	}
}

/* The modules of one class of one component. */
static int
start_modules(
    const struct rump_component_desc *d, modclass_t class, const struct rump_module_how *how)
{
	const void *const *p;
	int error;

	for (p = d->rcd_modules.rls_begin; p < d->rcd_modules.rls_end; p++) {
		modinfo_t *const mi = *p;

		if (mi->mi_class != class || module_builtin_known(mi))
			continue; /* another's dependency brought it up */
		error = rump_module_start(mi, how);
		if (error != 0) {
			rump_console_printf("component %s: module %s cannot start: error %d",
			    d->rcd_name, mi->mi_name, error);
			return error;
		}
	}
	return 0;
}

/* What is linked in is known before the first starts, so that each finds what it requires. */
static int
know_modules(struct rump_component_desc **list, size_t n)
{
	int error = 0;

	for (size_t i = 0; i < n && error == 0; i++) {
		const struct rump_linkset *const ms = &list[i]->rcd_modules;

		for (const void *const *p = ms->rls_begin; p < ms->rls_end && error == 0; p++) {
			modinfo_t *const mi = *p;

			error = module_builtin_add(&mi, 1, false);
			if (error != 0)
				rump_console_printf("component %s: another module is called %s",
				    list[i]->rcd_name, mi->mi_name);
		}
	}
	return error;
}

/* By class, and in a class by component. */
static int
start_all_modules(struct rump_component_desc **list, size_t n, const struct rump_module_how *how)
{
	static const modclass_t classes[] = { MODULE_CLASS_SECMODEL, MODULE_CLASS_BUFQ,
		MODULE_CLASS_MISC, MODULE_CLASS_VFS, MODULE_CLASS_DRIVER, MODULE_CLASS_EXEC,
		MODULE_CLASS_ANY };
	int error;

	error = push(NULL, n == 1 ? list[0] : NULL);
	if (error == 0 && how == NULL)
		error = know_modules(list, n);
	for (u_int c = 0; c < __arraycount(classes) && error == 0; c++) {
		for (size_t i = 0; i < n && error == 0; i++)
			error = start_modules(list[i], classes[c], how);
	}
	return error;
}

/* Bring up components list[0..n), which stand in order.  how NULL: they are linked in. */
static int
start(struct rump_component_desc **list, size_t n, const struct rump_module_how *how,
    struct sysctllog **log)
{
	struct started *const mark = started;
	size_t i;
	int error = 0;

	for (i = 0; i < n; i++)
		start_sysctls(list[i], log);
	for (int type = RUMP_COMPONENT_KERN; type < RUMP_COMPONENT_MAX && error == 0; type++) {
		for (i = 0; i < n && error == 0; i++)
			error = start_class(list[i], (enum rump_component_type)type);
		if (type == CLASS_BEFORE_MODULES && error == 0)
			error = start_all_modules(list, n, how);
	}
	if (error != 0) {
		unwind(mark);
		return error;
	}
	for (i = 0; i < n; i++)
		list[i]->rcd_private = list[i];
	return 0;
}

/* Append d to the order, after all that it needs.  errors: ENOENT, ELOOP. */
static int
order_add(struct rump_component_desc *d, int depth)
{
	const char *const *need;
	size_t i;
	int error;

	for (i = 0; i < norder; i++) {
		if (order[i] == d)
			return 0;
	}
	if (depth > 16) {
		rump_console_printf("component %s needs itself", d->rcd_name);
		return ELOOP;
	}
	for (need = d->rcd_needs; *need != NULL; need++) {
		struct rump_component_desc *const below = find(*need);

		if (below == NULL) {
			rump_console_printf("component %s needs %s, which is not in this program",
			    d->rcd_name, *need);
			return ENOENT;
		}
		error = order_add(below, depth + 1);
		if (error != 0)
			return error;
	}
	KASSERT(norder < order_size);
	order[norder++] = d;
	return 0;
}

int
rump_components_init(void)
{
	struct rump_component_desc *d;
	size_t n = 0;
	int error = 0;

	if (refused) {
		rump_console_printf("two rump kernels in one program: link all components shared, "
				    "or all statically");
		return EBUSY;
	}
	kernconfig_lock();
	started = NULL;
	booted = false;
	for (d = __atomic_load_n(&registered, __ATOMIC_ACQUIRE); d != NULL; d = d->rcd_next) {
		d->rcd_private = NULL;
		n++;
	}
	order_size = n;
	norder = 0;
	order = kmem_alloc(MAX(n, 1) * sizeof(*order), KM_NOSLEEP);
	if (order == NULL)
		error = ENOMEM;
	for (d = registered; d != NULL && error == 0; d = d->rcd_next)
		error = order_add(d, 0);
	if (error == 0)
		error = start(order, norder, NULL, NULL);
	if (order != NULL)
		kmem_free(order, MAX(n, 1) * sizeof(*order));
	order = NULL;
	booted = error == 0;
	kernconfig_unlock();
	return error;
}

void
rump_components_fini(void)
{
	struct rump_component_desc *d;

	kernconfig_lock();
	booted = false;
	unwind(NULL);
	for (d = registered; d != NULL; d = d->rcd_next)
		d->rcd_private = NULL;
	kernconfig_unlock();
}

int
rump_component_check_needs(const struct rump_component_desc *d)
{
	const char *const *need;

	for (need = d->rcd_needs; *need != NULL; need++) {
		if (rump_component_up(*need) == NULL) {
			rump_console_printf(
			    "component %s needs %s, which is not up", d->rcd_name, *need);
			return ENOENT;
		}
	}
	return 0;
}

/* A driver came by dlopen() while the kernel is up. */
static void
start_late(struct rump_component_desc *d)
{
	kernconfig_lock();
	if (!booted || up_p(d)) {
		kernconfig_unlock();
		return;
	}
	if (strcmp(d->rcd_class, "faction") == 0)
		rump_console_printf(
		    "component %s: a faction cannot be loaded after rump_init()", d->rcd_name);
	else if (rump_module_loaded_component(d->rcd_name) != NULL)
		rump_console_printf(
		    "component %s was loaded as a module: the library is not used", d->rcd_name);
	else if (rump_component_check_needs(d) == 0)
		(void)start(&d, 1, NULL, NULL);
	kernconfig_unlock();
}

int
rump_component_check(const struct rump_component_desc *d, const char *file)
{
	if (d->rcd_version != RUMP_COMPONENT_VERSION) {
		rump_console_printf("module file %s: is of version %#x, this kernel of version %#x",
		    file, d->rcd_version, RUMP_COMPONENT_VERSION);
		return EINVAL;
	}
	if (strcmp(d->rcd_class, "faction") == 0 || strcmp(d->rcd_class, "base") == 0) {
		rump_console_printf("module file %s: a %s cannot be loaded", file, d->rcd_class);
		return EPERM;
	}
	if (find(d->rcd_name) != NULL || rump_module_loaded_component(d->rcd_name) != NULL) {
		rump_console_printf(
		    "module file %s: component %s is there already", file, d->rcd_name);
		return EEXIST;
	}
	return 0;
}

int
rump_component_start(
    struct rump_component_desc *d, const struct rump_module_how *how, struct sysctllog **log)
{
	return start(&d, 1, how, log);
}

/* Can all of it be undone, but for what the modules say?  errors: EBUSY. */
static int
check_stop(const struct rump_component_desc *d)
{
	const void *const *p;
	module_t *mod;

	for (p = d->rcd_components.rls_begin; p < d->rcd_components.rls_end; p++) {
		const struct rump_component *const rc = *p;

		if (rc->rc_fini == NULL) {
			rump_console_printf("component %s cannot be unloaded: %s is for good",
			    d->rcd_name, rc->rc_name);
			return EBUSY;
		}
	}
	for (p = d->rcd_modules.rls_begin; p < d->rcd_modules.rls_end; p++) {
		modinfo_t *const mi = *p;

		if ((mod = module_lookup(mi->mi_name)) != NULL && mod->mod_refcnt != 0)
			return EBUSY;
	}
	return 0;
}

/* The modules, the last first.  One that refuses has those that went before it started again. */
static int
stop_modules(const struct rump_component_desc *d, bool force)
{
	const void *const *const begin = d->rcd_modules.rls_begin, *const * p;
	struct rump_module_how how = { .mh_source = MODULE_SOURCE_FILESYS };
	module_t *mod;
	int error = 0;

	for (p = d->rcd_modules.rls_end; p > begin && error == 0; p--) {
		modinfo_t *const mi = p[-1];

		if ((mod = module_lookup(mi->mi_name)) == NULL)
			continue;
		how.mh_kobj = mod->mod_kobj;
		how.mh_flags = mod->mod_flags;
		error = rump_module_stop(mod, force);
	}
	if (error != 0) {
		for (p++; p < d->rcd_modules.rls_end; p++)
			(void)rump_module_start((modinfo_t *)*p, &how);
	}
	return error;
}

int
rump_component_stop(struct rump_component_desc *d, struct sysctllog **log, bool force)
{
	struct started **sp = &started, *st;
	int error;

	if ((!force && (error = check_stop(d)) != 0) || (error = stop_modules(d, force)) != 0)
		return error;
	while ((st = *sp) != NULL) {
		if (st->st_desc != d) {
			sp = &st->st_next;
			continue;
		}
		*sp = st->st_next;
		undo(st);
		kmem_free(st, sizeof(*st));
	}
	sysctl_teardown(log);
	d->rcd_private = NULL;
	return 0;
}

void
rump_component_register(struct rump_component_desc *d)
{
	struct lwp *l;

	if (rump_module_announce(d))
		return;
	if (d->rcd_version != RUMP_COMPONENT_VERSION) {
		rump_console_printf(
		    "component %s is of version %d, this kernel of version %d: not used",
		    d->rcd_name, d->rcd_version, RUMP_COMPONENT_VERSION);
		return;
	}
	if (rumpuser_claim(&registered) != 0) {
		refused = true;
		rump_console_printf(
		    "component %s belongs to a second rump kernel in this program: not "
		    "used (static programs load the module form)",
		    d->rcd_name);
		return;
	}
	if (find(d->rcd_name) != NULL) {
		rump_console_printf(
		    "component %s is in this program twice: the second is not used", d->rcd_name);
		return;
	}
	d->rcd_private = NULL;
	d->rcd_next = __atomic_load_n(&registered, __ATOMIC_RELAXED);
	while (!__atomic_compare_exchange_n(
	    &registered, &d->rcd_next, d, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		continue;
	if (rump_enter(&l) == 0) {
		start_late(d);
		rump_leave();
	}
}
