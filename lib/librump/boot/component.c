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
 * Locks: one thread at a time has components come up or go down, and all that is said to be of `busy`.
 * That is no lock, since an init or a fini may wait for deferred work, RUMP_THREADS=0 or not.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/condvar.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/mutex.h>
#include <sys/sysctl.h>

#include <rump/rumpuser.h>

#include "rump_boot.h"
#include "rump_component.h"
#include "rump_entry.h"

/* Modules come up after this class. */
#define CLASS_BEFORE_MODULES RUMP_COMPONENT_KERN_VFS

/* One thing that is up: a function to undo it. */
struct started {
	struct started *st_next;
	const struct rump_component *st_component;
	modinfo_t *st_module;
};

static struct rump_component_desc *registered; /* (a) newest first */
static bool refused;			       /* another rump kernel was first in this program */

static kmutex_t component_lock;
static kcondvar_t component_cv;
static bool busy;			   /* component_lock */
static struct started *started;		   /* busy */
static struct rump_component_desc **order; /* busy: those up, needed ones first */
static size_t norder, order_size;	   /* busy */
static bool booted;			   /* busy: the boot's components are up */

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

static void
busy_begin(void)
{
	mutex_enter(&component_lock);
	while (busy)
		cv_wait(&component_cv, &component_lock);
	busy = true;
	mutex_exit(&component_lock);
}

static void
busy_end(void)
{
	mutex_enter(&component_lock);
	busy = false;
	cv_broadcast(&component_cv);
	mutex_exit(&component_lock);
}

static void
busy_destroy(void)
{
	cv_destroy(&component_cv);
	mutex_destroy(&component_lock);
}

static bool
up_p(const struct rump_component_desc *d)
{
	return d->rcd_private != NULL;
}

/* Remember what came up.  errors: ENOMEM. */
static int
push(const struct rump_component *rc, modinfo_t *mi)
{
	struct started *const st = kmem_alloc(sizeof(*st), KM_NOSLEEP);

	if (st == NULL)
		return ENOMEM;
	*st = (struct started){ .st_next = started, .st_component = rc, .st_module = mi };
	started = st;
	return 0;
}

/* Undo everything down to mark. */
static void
unwind(struct started *mark)
{
	struct started *st;

	while ((st = started) != mark) {
		started = st->st_next;
		if (st->st_module != NULL)
			(void)module_builtin_remove(st->st_module, true);
		else if (st->st_component->rc_fini != NULL)
			(*st->st_component->rc_fini)();
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
		error = push(rc, NULL);
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
start_sysctls(const struct rump_component_desc *d)
{
	const void *const *p;

	for (p = d->rcd_sysctls.rls_begin; p < d->rcd_sysctls.rls_end; p++) {
		void (*const fn)(struct sysctllog **) =
		    __FPTRCAST(void (*)(struct sysctllog **), __UNCONST(*p));

		(*fn)(NULL);
	}
}

static int
start_modules(const struct rump_component_desc *d)
{
	const void *const *p;
	int error;

	for (p = d->rcd_modules.rls_begin; p < d->rcd_modules.rls_end; p++) {
		modinfo_t *const mi = *p;

		if (module_builtin_known(mi))
			continue; /* another's dependency brought it up */
		error = module_builtin_add(&mi, 1, true);
		if (error == 0 && (error = push(NULL, mi)) != 0)
			(void)module_builtin_remove(mi, true);
		if (error != 0) {
			rump_console_printf("component %s: module %s cannot start: error %d",
			    d->rcd_name, mi->mi_name, error);
			return error;
		}
	}
	return 0;
}

/* Bring up components list[0..n), which stand in order. */
static int
start(struct rump_component_desc **list, size_t n)
{
	struct started *const mark = started;
	size_t i;
	int error = 0;

	for (i = 0; i < n; i++)
		start_sysctls(list[i]);
	for (int type = RUMP_COMPONENT_KERN; type < RUMP_COMPONENT_MAX && error == 0; type++) {
		for (i = 0; i < n && error == 0; i++)
			error = start_class(list[i], (enum rump_component_type)type);
		if (type != CLASS_BEFORE_MODULES)
			continue;
		for (i = 0; i < n && error == 0; i++)
			error = start_modules(list[i]);
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
	mutex_init(&component_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&component_cv, "component");
	busy = false;
	busy_begin();
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
		error = start(order, norder);
	if (order != NULL)
		kmem_free(order, MAX(n, 1) * sizeof(*order));
	order = NULL;
	booted = error == 0;
	busy_end();
	if (error != 0)
		busy_destroy();
	return error;
}

void
rump_components_fini(void)
{
	struct rump_component_desc *d;

	busy_begin();
	booted = false;
	unwind(NULL);
	for (d = registered; d != NULL; d = d->rcd_next)
		d->rcd_private = NULL;
	busy_end();
	busy_destroy();
}

/* A driver came by dlopen() while the kernel is up. */
static void
start_late(struct rump_component_desc *d)
{
	const char *const *need;

	busy_begin();
	if (!booted || up_p(d)) {
		busy_end();
		return;
	}
	if (strcmp(d->rcd_class, "faction") == 0) {
		rump_console_printf(
		    "component %s: a faction cannot be loaded after rump_init()", d->rcd_name);
		busy_end();
		return;
	}
	for (need = d->rcd_needs; *need != NULL; need++) {
		struct rump_component_desc *const below = find(*need);

		if (below == NULL || !up_p(below)) {
			rump_console_printf(
			    "component %s needs %s, which is not up", d->rcd_name, *need);
			busy_end();
			return;
		}
	}
	(void)start(&d, 1);
	busy_end();
}

void
rump_component_register(struct rump_component_desc *d)
{
	struct lwp *l;

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
