/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What the files of autoconf/ share.  The model and the lock order are in the library's README. */
#ifndef RUMPDEV_AUTOCONF_IMPL_H
#define RUMPDEV_AUTOCONF_IMPL_H

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/condvar.h>
#include <sys/device.h>
#include <sys/device_impl.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/systm.h>

#define SOFTC_DEAD 0xdd /* what a buried softc is filled with */

TAILQ_HEAD(devicelist, device);

extern kmutex_t config_lock;	       /* tables, deferrals, pending counts */
extern kcondvar_t config_cv;	       /* config_lock: a pending count or a walk is over */
extern kmutex_t alldevs_lock;	       /* see the README */
extern kcondvar_t alldevs_cv;	       /* alldevs_lock: a device changed its state */
extern struct devicelist alldevs;      /* alldevs_lock; in the order of attaching */
extern devgen_t alldevs_gen;	       /* alldevs_lock; devices linked so far */
extern struct cftablelist allcftables; /* config_lock */

/* tables.c */
void config_tables_init(void);
void config_tables_fini(void);
/* Step over all rows while nobody can take tables away: begin, then next until NULL, then end. */
struct cftable *config_walk_begin(void);
struct cftable *config_walk_next(struct cftable *ct);
void config_walk_end(void);

/* search.c: does the parent have what the row wants to sit at?  ctx: any. */
bool config_parent_fits(device_t parent, const struct cfdata *cf);

/* attach.c.  locks: alldevs_lock. */
void device_set_state(device_t dev, enum device_state to);
/* detach.c: dead devices, from alldevs to their graves or to free memory.  locks: none. */
void device_bury_dead(void);
void device_graves_init(void);
void device_graves_clear(void);
/* device.c */
/* Panics in DIAGNOSTIC kernels unless dev is a device that is not dead; what: the function's name. */
#ifdef DIAGNOSTIC
void device_check(device_t dev, const char *what);
#else
#define device_check(dev, what) __nothing
#endif
/* True unless the device is dead or on its way. */
static inline bool
device_is_up(device_t dev)
{
	const enum device_state state = atomic_load_acquire(&dev->dv_state);

	return state == DEVICE_ATTACHING || state == DEVICE_ATTACHED;
}

/* A reference, if the device is not on its way down.  sleeps: never. */
bool device_tryacquire(device_t dev);

/* deviter.c: while there are any, dead devices stay on alldevs. */
extern u_int deviters; /* alldevs_lock */

/* defer.c */
void config_defer_init(void);
void config_defer_fini(void);
void config_deferred_run(device_t parent);
/* Nothing that dev asked for is called any more. */
void config_deferred_forget(device_t dev);
void config_boot_done(void);

/* nodes.c: the nodes of a unit in /dev. */
void device_nodes(device_t dev, bool add);

/* mainbus.c, list.c, pmf.c */
extern struct cfdriver mainbus_cd;
int mainbus_init(void);
void mainbus_fini(void);
void device_list_sysctl(void);
int pmf_init(void);
void pmf_fini(void);

#endif /* RUMPDEV_AUTOCONF_IMPL_H */
