/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What is put off: until the parent is attached, until interrupts come, until there is a root file
 * system, until everything has been found.
 *
 * The last three begin when boot is done with its components (config_boot_done()); what is asked for
 * later is called at once.
 */
#include "autoconf_impl.h"

#include "rump_component.h"
#include "rump_boot.h"
#include "rump_time.h"

enum when { WHEN_PARENT, WHEN_INTERRUPTS, WHEN_MOUNTROOT, WHEN_FINAL, NWHEN };

#define PATIENCE_TICKS (10 * hz) /* then it is said who is waited for */

struct deferred {
	TAILQ_ENTRY(deferred) df_list;
	device_t df_dev;
	void (*df_func)(device_t);
	int (*df_final)(device_t);
};
TAILQ_HEAD(deferredlist, deferred);

static struct deferredlist deferred[NWHEN]; /* config_lock */
static enum when reached;		    /* config_lock; what is before it is over */
static int npending;			    /* config_lock; sum of dv_pending */

void
config_defer_init(void)
{
	for (int w = 0; w < NWHEN; w++)
		TAILQ_INIT(&deferred[w]);
	reached = WHEN_INTERRUPTS;
	npending = 0;
}

void
config_defer_fini(void)
{
	struct deferred *df;

	for (int w = 0; w < NWHEN; w++)
		while ((df = TAILQ_FIRST(&deferred[w])) != NULL) {
			TAILQ_REMOVE(&deferred[w], df, df_list);
			kmem_free(df, sizeof(*df));
		}
}

/* Call it once; or if it is final, until it has nothing to do. */
static bool
deferred_call(device_t dev, void (*func)(device_t), int (*final)(device_t))
{
	bool again = false;

	KERNEL_LOCK(1, NULL);
	if (final != NULL)
		again = (*final)(dev) != 0;
	else
		(*func)(dev);
	KERNEL_UNLOCK_ONE(NULL);
	return again;
}

/* Put it off, or false when that time has come. */
static bool
put_off(enum when w, device_t dev, void (*func)(device_t), int (*final)(device_t), bool *dup)
{
	struct deferred *const df = kmem_zalloc(sizeof(*df), KM_SLEEP);
	struct deferred *other;
	bool late;

	df->df_dev = dev;
	df->df_func = func;
	df->df_final = final;
	mutex_enter(&config_lock);
	*dup = false;
	TAILQ_FOREACH (other, &deferred[w], df_list)
		if (other->df_dev == dev && (other->df_func == func && other->df_final == final))
			*dup = true;
	late = w != WHEN_PARENT && reached > w;
	if (!late && !*dup)
		TAILQ_INSERT_TAIL(&deferred[w], df, df_list);
	mutex_exit(&config_lock);
	if (late || *dup)
		kmem_free(df, sizeof(*df));
	return !late;
}

void
config_defer(device_t dev, void (*func)(device_t))
{
	const device_t parent = device_parent(dev);
	bool dup;

	if (parent == NULL || atomic_load_acquire(&parent->dv_state) != DEVICE_ATTACHING) {
		(void)deferred_call(dev, func, NULL);
		return;
	}
	config_pending_incr(dev);
	(void)put_off(WHEN_PARENT, dev, func, NULL, &dup);
	KASSERTMSG(!dup, "%s defers the same function twice", dev->dv_xname);
}

void
config_interrupts(device_t dev, void (*func)(device_t))
{
	bool dup;

	device_check(dev, "config_interrupts");
	if (!put_off(WHEN_INTERRUPTS, dev, func, NULL, &dup))
		(void)deferred_call(dev, func, NULL);
}

void
config_mountroot(device_t dev, void (*func)(device_t))
{
	bool dup;

	device_check(dev, "config_mountroot");
	if (!put_off(WHEN_MOUNTROOT, dev, func, NULL, &dup))
		(void)deferred_call(dev, func, NULL);
}

int
config_finalize_register(device_t dev, int (*fn)(device_t))
{
	bool dup;

	if (!put_off(WHEN_FINAL, dev, NULL, fn, &dup))
		while (deferred_call(dev, NULL, fn))
			continue;
	else if (dup)
		return EEXIST;
	return 0;
}

/* Take the first of a queue (of a parent's children); NULL: none. */
static struct deferred *
deferred_take(enum when w, device_t parent)
{
	struct deferred *df;

	mutex_enter(&config_lock);
	TAILQ_FOREACH (df, &deferred[w], df_list)
		if (parent == NULL || df->df_dev->dv_parent == parent)
			break;
	if (df != NULL)
		TAILQ_REMOVE(&deferred[w], df, df_list);
	mutex_exit(&config_lock);
	return df;
}

void
config_deferred_run(device_t parent)
{
	struct deferred *df;

	while ((df = deferred_take(WHEN_PARENT, parent)) != NULL) {
		(void)deferred_call(df->df_dev, df->df_func, NULL);
		config_pending_decr(df->df_dev);
		kmem_free(df, sizeof(*df));
	}
}

void
config_deferred_forget(device_t dev)
{
	struct deferred *df, *next;

	mutex_enter(&config_lock);
	for (int w = WHEN_INTERRUPTS; w < NWHEN; w++)
		TAILQ_FOREACH_SAFE (df, &deferred[w], df_list, next) {
			if (df->df_dev != dev)
				continue;
			TAILQ_REMOVE(&deferred[w], df, df_list);
			kmem_free(df, sizeof(*df));
		}
	mutex_exit(&config_lock);
}

/* ---- Pending ---- */

void
config_pending_incr(device_t dev)
{
	device_check(dev, "config_pending_incr");
	mutex_enter(&config_lock);
	dev->dv_pending++;
	npending++;
	mutex_exit(&config_lock);
}

void
config_pending_decr(device_t dev)
{
	device_check(dev, "config_pending_decr");
	mutex_enter(&config_lock);
	KASSERTMSG(dev->dv_pending > 0, "%s: nothing is pending", dev->dv_xname);
	if (--dev->dv_pending == 0)
		cv_broadcast(&config_cv);
	npending--;
	mutex_exit(&config_lock);
}

static void
say_pending(void)
{
	device_t dev;

	mutex_enter(&alldevs_lock);
	TAILQ_FOREACH (dev, &alldevs, dv_list)
		if (dev->dv_pending != 0)
			printf("autoconf: boot waits for %s\n", dev->dv_xname);
	mutex_exit(&alldevs_lock);
}

/* ---- The end of boot ---- */

static void
deferred_run_all(enum when w)
{
	struct deferred *df;

	while ((df = deferred_take(w, NULL)) != NULL) {
		(void)deferred_call(df->df_dev, df->df_func, df->df_final);
		kmem_free(df, sizeof(*df));
	}
	mutex_enter(&config_lock);
	reached = w + 1;
	mutex_exit(&config_lock);
}

/* All finalizers, in turn, until a whole turn found nothing to do. */
static void
finalize(void)
{
	struct deferred *df;
	bool again;

	do {
		struct deferredlist turn = TAILQ_HEAD_INITIALIZER(turn);

		again = false;
		while ((df = deferred_take(WHEN_FINAL, NULL)) != NULL) {
			TAILQ_INSERT_TAIL(&turn, df, df_list);
			if (deferred_call(df->df_dev, NULL, df->df_final))
				again = true;
		}
		mutex_enter(&config_lock);
		TAILQ_CONCAT(&deferred[WHEN_FINAL], &turn, df_list);
		mutex_exit(&config_lock);
	} while (again);
	while ((df = deferred_take(WHEN_FINAL, NULL)) != NULL)
		kmem_free(df, sizeof(*df));
	mutex_enter(&config_lock);
	reached = NWHEN;
	mutex_exit(&config_lock);
}

void
config_boot_done(void)
{
	bool said = false;

	deferred_run_all(WHEN_INTERRUPTS);
	mutex_enter(&config_lock);
	while (npending != 0 && rump_threads_p()) {
		if (cv_timedwait(&config_cv, &config_lock, PATIENCE_TICKS) == 0 || said)
			continue;
		mutex_exit(&config_lock);
		say_pending();
		said = true;
		mutex_enter(&config_lock);
	}
	mutex_exit(&config_lock);
	deferred_run_all(WHEN_MOUNTROOT);
	finalize();
}
