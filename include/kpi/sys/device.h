/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * autoconf(9), device(9), deviter(9), cfattach(9), pmf(9): devices and the tree that they are in.
 *
 * Drivers' match, attach, detach, activate and rescan functions are called in threads that hold
 * KERNEL_LOCK, with no other lock; they may sleep.  Unless a contract says otherwise, ctx: thread;
 * sleeps.
 *
 * A device_t is valid for its driver until ca_detach has returned 0, for who has acquired it until it is
 * released, for an iterator until it moves on.
 */
#ifndef KPI_SYS_DEVICE_H
#define KPI_SYS_DEVICE_H

#include <sys/types.h>
#include <sys/evcnt.h>
#include <sys/pmf.h>
#include <sys/queue.h>
#include <prop/proplib.h>

typedef enum devclass {
	DV_DULL,
	DV_CPU,
	DV_DISK,
	DV_IFNET,
	DV_TAPE,
	DV_TTY,
	DV_AUDIODEV,
	DV_DISPLAYDEV,
	DV_BUS,
	DV_VIRTUAL
} devclass_t;

typedef enum devact { DVACT_DEACTIVATE } devact_t;

/* What a device may be suspended by, from the top. */
typedef enum devact_level {
	DEVACT_LEVEL_CLASS = 0,
	DEVACT_LEVEL_DRIVER = 1,
	DEVACT_LEVEL_BUS = 2
} devact_level_t;
#define DEVACT_LEVEL_FULL DEVACT_LEVEL_CLASS

typedef struct cfdata *cfdata_t;
typedef struct cfdriver *cfdriver_t;
typedef struct cfattach *cfattach_t;
typedef struct device *device_t;
typedef uint64_t devgen_t;

/* ---- The tables that config(1) makes, or a driver by hand ---- */

#define DVUNIT_ANY (-1)

/* Where a row may attach: at an interface attribute, perhaps of one driver or unit only. */
struct cfparent {
	const char *cfp_iattr;
	const char *cfp_parent; /* NULL: any driver that has the attribute */
	int cfp_unit;		/* DVUNIT_ANY */
};

/* A row; an array ends with a NULL cf_name. */
struct cfdata {
	const char *cf_name;		 /* driver */
	const char *cf_atname;		 /* attachment */
	unsigned int cf_unit;		 /* unit, or the first to try with FSTATE_STAR */
	unsigned char cf_fstate;	 /* FSTATE_*: config_lock */
	int *cf_loc;			 /* locators, as the attribute lists them */
	int cf_flags;			 /* "flags" */
	const struct cfparent *cf_pspec; /* NULL: a root, or attached as a pseudo-device only */
};

#define FSTATE_NOTFOUND	 0 /* one unit, not there yet */
#define FSTATE_FOUND	 1 /* one unit, attached */
#define FSTATE_STAR	 2 /* any number */
#define FSTATE_DSTAR	 3 /* disabled */
#define FSTATE_DNOTFOUND 4 /* disabled */

struct cftable {
	cfdata_t ct_cfdata;
	TAILQ_ENTRY(cftable) ct_list; /* config_lock */
};
TAILQ_HEAD(cftablelist, cftable);

/* ---- Locators, interface attributes ---- */

struct cflocdesc {
	const char *cld_name;
	const char *cld_defaultstr; /* NULL: it must be given */
	int cld_default;
};

struct cfiattrdata {
	const char *ci_name;
	int ci_loclen; /* of ci_locdesc */
	const struct cflocdesc ci_locdesc[];
};

/* ---- Attachments and drivers ---- */

/* 0: not this; more: the best wins.  Nothing may be changed. */
typedef int (*cfsubmatch_t)(device_t parent, cfdata_t cf, const int *locs, void *aux);
typedef int (*cfsearch_t)(device_t parent, cfdata_t cf, const int *locs, void *aux);
/* Says on the console where aux is; pnp is the parent's name when nobody matched, else NULL. */
typedef int (*cfprint_t)(void *aux, const char *pnp);
#define QUIET  0 /* print nothing more */
#define UNCONF 1 /* " not configured" */
#define UNSUPP 2 /* " unsupported" */

struct cfattach {
	const char *ca_name;
	LIST_ENTRY(cfattach) ca_list; /* config_lock */
	size_t ca_devsize;	      /* of the softc; 0: none */
	int ca_flags;
	int (*ca_match)(device_t parent, cfdata_t cf, void *aux);
	void (*ca_attach)(device_t parent, device_t self, void *aux);
	/* 0, or an errno: then the device stays, unless DETACH_FORCE was given and means it. */
	int (*ca_detach)(device_t self, int flags);
	int (*ca_activate)(device_t self, devact_t act);
	/* Look for children anew. */
	int (*ca_rescan)(device_t self, const char *ifattr, const int *locs);
	/* A child is gone: forget it.  child's accessors still work. */
	void (*ca_childdetached)(device_t self, device_t child);
};
LIST_HEAD(cfattachlist, cfattach);

#define DVF_PRIV_ALLOC	    0x0002 /* ca_flags: the only way there is; accepted */
#define DVF_DETACH_SHUTDOWN 0x0080 /* ca_flags: detach at halt, gently */

#define CFATTACH_DECL3_NEW(name, ddsize, matfn, attfn, detfn, actfn, rescanfn, chdetfn, __flags) \
	struct cfattach __CONCAT(name, _ca) = {                                                  \
		.ca_name = ___STRING(name),                                                      \
		.ca_devsize = ddsize,                                                            \
		.ca_flags = (__flags) | DVF_PRIV_ALLOC,                                          \
		.ca_match = matfn,                                                               \
		.ca_attach = attfn,                                                              \
		.ca_detach = detfn,                                                              \
		.ca_activate = actfn,                                                            \
		.ca_rescan = rescanfn,                                                           \
		.ca_childdetached = chdetfn,                                                     \
	}
#define CFATTACH_DECL2_NEW(name, ddsize, matfn, attfn, detfn, actfn, rescanfn, chdetfn) \
	CFATTACH_DECL3_NEW(name, ddsize, matfn, attfn, detfn, actfn, rescanfn, chdetfn, 0)
#define CFATTACH_DECL_NEW(name, ddsize, matfn, attfn, detfn, actfn) \
	CFATTACH_DECL2_NEW(name, ddsize, matfn, attfn, detfn, actfn, NULL, NULL)

/* config_detach()'s and ca_detach's flags. */
#define DETACH_FORCE	0x01 /* the hardware is gone, or goes whether the driver likes it or not */
#define DETACH_QUIET	0x02 /* no message */
#define DETACH_SHUTDOWN 0x04 /* the kernel halts */
#define DETACH_POWEROFF 0x08

struct cfdriver {
	LIST_ENTRY(cfdriver) cd_list;		   /* config_lock */
	struct cfattachlist cd_attach;		   /* config_lock */
	device_t *cd_devs;			   /* (a) by unit; written with alldevs_lock */
	const char *cd_name;			   /* (i) */
	enum devclass cd_class;			   /* (i) */
	int cd_ndevs;				   /* (a) entries of cd_devs; only grows */
	const struct cfiattrdata *const *cd_attrs; /* (i) ends with NULL; or NULL */
};
LIST_HEAD(cfdriverlist, cfdriver);

#define CFDRIVER_DECL(name, class, attrs)       \
	struct cfdriver __CONCAT(name, _cd) = { \
		.cd_name = ___STRING(name),     \
		.cd_class = class,              \
		.cd_attrs = attrs,              \
	}

struct cfattachinit {
	const char *cfai_name;		   /* driver; NULL ends an array of these */
	struct cfattach *const *cfai_list; /* ends with NULL */
};

struct pdevinit {
	void (*pdev_attach)(int);
	int pdev_count;
};

/* errors: EEXIST; detaching: EBUSY (has attachments, is used by a device), ESRCH. */
int config_cfdriver_attach(struct cfdriver *cd);
int config_cfdriver_detach(struct cfdriver *cd);
/* errors: ESRCH (no such driver), EEXIST; EBUSY (a device uses it). */
int config_cfattach_attach(const char *driver, struct cfattach *ca);
int config_cfattach_detach(const char *driver, struct cfattach *ca);
/*
 * Add rows; with scannow the buses that are up look for children by them.  Take rows away, after their
 * devices are detached.  owns: the array stays the caller's.  errors: EBUSY (a device does not go), ENOENT.
 */
int config_cfdata_attach(cfdata_t cf, int scannow);
int config_cfdata_detach(cfdata_t cf);
/*
 * All of a component at once: drivers and attachments end with NULL.  On an error nothing is left.
 * Not in a match or search function.
 */
int config_init_component(
    struct cfdriver *const *cdv, const struct cfattachinit *cfai, struct cfdata *cf);
int config_fini_component(
    struct cfdriver *const *cdv, const struct cfattachinit *cfai, struct cfdata *cf);
cfdriver_t config_cfdriver_lookup(const char *name);
cfattach_t config_cfattach_lookup(const char *driver, const char *name);

/* ---- Finding and attaching ---- */

struct cfargs {
	uintptr_t cfargs_version;
	cfsubmatch_t submatch;
	cfsearch_t search;
	const char *iattr;
	const int *locators; /* copied with the device; as many as iattr has */
};
#define CFARGS_VERSION 1
#define CFARGS_NONE    NULL
#define CFARGS(...)    &((const struct cfargs){ .cfargs_version = CFARGS_VERSION, __VA_ARGS__ })

/*
 * A bus found something: match it, attach the best.  NULL: nobody wants it (print has said so).
 * cfargs: iattr may be left out when the parent has one attribute only.
 */
device_t config_found(device_t parent, void *aux, cfprint_t print, const struct cfargs *cfargs);
/* The best row for aux, or NULL; with .search, calls that for every row that could be. */
cfdata_t config_search(device_t parent, void *aux, const struct cfargs *cfargs);
/* The best row without a parent for this driver, or NULL; find and attach it. */
cfdata_t config_rootsearch(cfsubmatch_t fn, const char *rootname, void *aux);
device_t config_rootfound(const char *rootname, void *aux);
/* ca_match of the row's attachment; config_probe(): as a bool, after what config_search() looks at. */
int config_match(device_t parent, cfdata_t cf, void *aux);
int config_probe(device_t parent, cfdata_t cf, void *aux);
/* cf's locators are locs, or left open.  For .submatch. */
int config_stdsubmatch(device_t parent, cfdata_t cf, const int *locs, void *aux);
/* NULL: the row's unit is taken (a message says it). */
device_t config_attach(
    device_t parent, cfdata_t cf, void *aux, cfprint_t print, const struct cfargs *cfargs);
/* A device that is at no bus.  owns: cf stays the caller's while the device is there.  NULL: no unit. */
device_t config_attach_pseudo(cfdata_t cf);
bool ifattr_match(const char *given, const char *wanted);
const struct cfiattrdata *cfiattr_lookup(const char *name, const struct cfdriver *cd);
const char *cfdata_ifattr(const struct cfdata *cf);

/*
 * Detach, children not included: a bus's ca_detach calls config_detach_children().
 * errors: those of ca_detach; EOPNOTSUPP (no ca_detach, not forced); ENXIO (another was faster).
 */
int config_detach(device_t dev, int flags);
/* The same, giving up the caller's reference by device_lookup_acquire(). */
int config_detach_release(device_t dev, int flags);
int config_detach_children(device_t parent, int flags);
/* Everything, leaves first.  True when something was detached.  ctx: halt. */
bool config_detach_all(int how);
/* In ca_detach, after the last thing that can fail: acquirers need not wait to hear of the end. */
void config_detach_commit(device_t dev);
/* The device and all below: inactive, ca_activate(DVACT_DEACTIVATE).  ctx: thread, softint. */
int config_deactivate(device_t dev);

/* ---- Later ---- */

/* After the parent is attached; at once if that is over. */
void config_defer(device_t dev, void (*func)(device_t));
/* At the end of boot, when interrupts come and file systems are there; afterwards at once. */
void config_interrupts(device_t dev, void (*func)(device_t));
void config_mountroot(device_t dev, void (*func)(device_t));
/* Again and again, until all say 0.  errors: EEXIST. */
int config_finalize_register(device_t dev, int (*fn)(device_t));
/* Boot and detach wait until as many decr as incr.  decr: ctx: thread, softint. */
void config_pending_incr(device_t dev);
void config_pending_decr(device_t dev);

/* ---- A device ---- */

/* ctx: any.  sleeps: never. */
devclass_t device_class(device_t dev);
cfdata_t device_cfdata(device_t dev);
cfdriver_t device_cfdriver(device_t dev);
cfattach_t device_cfattach(device_t dev);
int device_unit(device_t dev);
const char *device_xname(device_t dev);
device_t device_parent(device_t dev);
bool device_is_active(device_t dev);
/* Active, and not suspended above level. */
bool device_activation(device_t dev, devact_level_t level);
bool device_is_enabled(device_t dev);
bool device_has_power(device_t dev);
int device_locator(device_t dev, u_int locnum);
/* The softc: of ca_devsize bytes, zeroed, or what was set. */
void *device_private(device_t dev);
/* The device's dictionary, which is its own: nothing to release.  Made at the first call; sleeps then. */
prop_dictionary_t device_properties(device_t dev);
void device_set_private(device_t dev, void *priv);
bool device_is_a(device_t dev, const char *driver);
bool device_attached_to_iattr(device_t dev, const char *iattr);

/*
 * By unit: NULL when it is not there.  ctx: any; sleeps: never.  How long the answer is good is the
 * caller's business.
 */
device_t device_lookup(cfdriver_t cd, int unit);
void *device_lookup_private(cfdriver_t cd, int unit);
/* With a reference, which a detach waits for.  Waits for a detach that may yet fail. */
device_t device_lookup_acquire(cfdriver_t cd, int unit);
void device_acquire(device_t dev);
void device_release(device_t dev);
device_t device_find_by_xname(const char *name);
device_t device_find_by_driver_unit(const char *name, int unit);

/* ---- deviter(9) ---- */

#define DEVITER_F_RW	       0x1
#define DEVITER_F_SHUTDOWN     0x2
#define DEVITER_F_LEAVES_FIRST 0x4
#define DEVITER_F_ROOT_FIRST   0x8
typedef int deviter_flags_t;

/*
 * Sees what was attached when it began and still is when it gets there.  While any is open no device's
 * memory is freed, so each must come to deviter_release().
 */
typedef struct deviter {
	device_t di_prev; /* given out last */
	devgen_t di_gen;  /* devices that came later are not seen */
	int di_curdepth;
	int di_maxdepth;
	deviter_flags_t di_flags;
} deviter_t;

void deviter_init(deviter_t *di, deviter_flags_t flags);
device_t deviter_first(deviter_t *di, deviter_flags_t flags);
device_t deviter_next(deviter_t *di);
void deviter_release(deviter_t *di);

/* ---- Properties: none yet, there is no proplib ---- */

extern device_t root_device;
extern struct cfdriverlist allcfdrivers; /* config_lock */

#endif /* KPI_SYS_DEVICE_H */
