/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Devices come to be.
 *
 *	ALLOC --> ATTACHING --> ATTACHED <--> DETACHING --> DEAD
 *
 * A device becomes visible, takes its unit and (for a row without a star) the row in one step under
 * config_lock and alldevs_lock, before its attach function runs.
 */
#include "autoconf_impl.h"

#define UNITS_MIN 4
#define UNITS_MAX 65536

kmutex_t config_lock;
kcondvar_t config_cv;
kmutex_t alldevs_lock;
kcondvar_t alldevs_cv;
struct devicelist alldevs;
devgen_t alldevs_gen;

void
device_set_state(device_t dev, enum device_state to)
{
	static const uint8_t legal[] = {
		[DEVICE_ALLOC - DEVICE_ALLOC] = 1 << (DEVICE_ATTACHING - DEVICE_ALLOC),
		[DEVICE_ATTACHING - DEVICE_ALLOC] = 1 << (DEVICE_ATTACHED - DEVICE_ALLOC),
		[DEVICE_ATTACHED - DEVICE_ALLOC] = 1 << (DEVICE_DETACHING - DEVICE_ALLOC),
		[DEVICE_DETACHING - DEVICE_ALLOC] =
		    1 << (DEVICE_ATTACHED - DEVICE_ALLOC) | 1 << (DEVICE_DEAD - DEVICE_ALLOC),
		[DEVICE_DEAD - DEVICE_ALLOC] = 0,
	};

	KASSERT(mutex_owned(&alldevs_lock));
	KASSERTMSG((legal[dev->dv_state - DEVICE_ALLOC] & 1 << (to - DEVICE_ALLOC)) != 0,
	    "%s: state %d to %d", dev->dv_xname, dev->dv_state - DEVICE_ALLOC, to - DEVICE_ALLOC);
	atomic_store_release(&dev->dv_state, to);
	cv_broadcast(&alldevs_cv);
}

/* ---- Memory ---- */

static void
device_free_new(device_t dev)
{
	localcount_fini(&dev->dv_localcount);
	if (dev->dv_softc != NULL)
		kmem_free(dev->dv_softc, dev->dv_cfattach->ca_devsize);
	if (dev->dv_locators != NULL)
		kmem_free(dev->dv_locators, dev->dv_nlocs * sizeof(int));
	prop_object_release(dev->dv_properties);
	kmem_free(dev, sizeof(*dev));
}

static device_t
device_new(device_t parent, cfdata_t cf, cfdriver_t cd, cfattach_t ca, const int *locs)
{
	device_t const dev = kmem_zalloc(sizeof(*dev), KM_SLEEP);
	const struct cfiattrdata *ci;

	dev->dv_state = DEVICE_ALLOC;
	dev->dv_flags = DVF_ACTIVE;
	dev->dv_class = cd->cd_class;
	dev->dv_cfdata = cf;
	dev->dv_cfdriver = cd;
	dev->dv_cfattach = ca;
	dev->dv_parent = parent;
	dev->dv_depth = parent != NULL ? parent->dv_depth + 1 : 0;
	if (ca->ca_devsize != 0)
		dev->dv_private = dev->dv_softc = kmem_zalloc(ca->ca_devsize, KM_SLEEP);
	dev->dv_softcsize = ca->ca_devsize;
	if (locs != NULL && cf->cf_pspec != NULL) {
		ci = cfiattr_lookup(cfdata_ifattr(cf), parent->dv_cfdriver);
		if (ci->ci_loclen > 0) {
			dev->dv_nlocs = ci->ci_loclen;
			dev->dv_locators = kmem_alloc(ci->ci_loclen * sizeof(int), KM_SLEEP);
			memcpy(dev->dv_locators, locs, ci->ci_loclen * sizeof(int));
		}
	}
	localcount_init(&dev->dv_localcount);
	return dev;
}

/*
 * Room for a unit.  Looking up takes no lock, so the old array stays, in the place before the new one's
 * first.  locks: config_lock.  errors: ENOSPC.
 */
static int
units_grow(cfdriver_t cd, int unit)
{
	int n = MAX(cd->cd_ndevs * 2, UNITS_MIN);
	device_t *devs;

	KASSERT(mutex_owned(&config_lock));
	if (unit < 0 || unit >= UNITS_MAX)
		return ENOSPC;
	while (unit >= cd->cd_ndevs) {
		devs = kmem_zalloc((n + 1) * sizeof(*devs), KM_SLEEP);
		devs[0] = (device_t)(void *)cd->cd_devs;
		mutex_enter(&alldevs_lock);
		if (cd->cd_ndevs > 0)
			memcpy(devs + 1, cd->cd_devs, cd->cd_ndevs * sizeof(*devs));
		atomic_store_release(&cd->cd_devs, devs + 1);
		atomic_store_release(&cd->cd_ndevs, n);
		mutex_exit(&alldevs_lock);
		n *= 2;
	}
	return 0;
}

/* Is there a device of this unit, even one that cannot be looked up any more?  locks: alldevs_lock. */
static bool
unit_taken(cfdriver_t cd, int unit)
{
	device_t dev;

	KASSERT(mutex_owned(&alldevs_lock));
	TAILQ_FOREACH (dev, &alldevs, dv_list)
		if (dev->dv_cfdriver == cd && dev->dv_unit == unit && dev->dv_state != DEVICE_DEAD)
			return true;
	return false;
}

/* Take the unit that the row says, or the first free one.  locks: config_lock.  errors: EBUSY, ENOSPC. */
static int
unit_choose(cfdriver_t cd, const struct cfdata *cf, int *unitp)
{
	int unit = (int)cf->cf_unit, error = 0;

	if (cf->cf_fstate != FSTATE_STAR && cf->cf_fstate != FSTATE_NOTFOUND)
		return EBUSY;
	mutex_enter(&alldevs_lock);
	while (cf->cf_fstate == FSTATE_STAR && unit_taken(cd, unit))
		unit++;
	if (unit_taken(cd, unit))
		error = EBUSY;
	mutex_exit(&alldevs_lock);
	*unitp = unit;
	return error != 0 ? error : units_grow(cd, unit);
}

/* Link the device, with a unit and a name.  errors: EBUSY, ENOSPC, ENXIO (the parent goes away). */
static int
device_link(device_t dev)
{
	const cfdriver_t cd = dev->dv_cfdriver;
	const cfdata_t cf = dev->dv_cfdata;
	int error;

	mutex_enter(&config_lock);
	error = unit_choose(cd, cf, &dev->dv_unit);
	if (error == 0) {
		snprintf(dev->dv_xname, sizeof(dev->dv_xname), "%s%d", cd->cd_name, dev->dv_unit);
		mutex_enter(&alldevs_lock);
		if (dev->dv_parent != NULL && !device_is_up(dev->dv_parent)) {
			error = ENXIO;
		} else {
			cd->cd_devs[dev->dv_unit] = dev;
			dev->dv_add_gen = ++alldevs_gen;
			TAILQ_INSERT_TAIL(&alldevs, dev, dv_list);
			if (cf->cf_fstate == FSTATE_NOTFOUND)
				atomic_store_relaxed(&cf->cf_fstate, FSTATE_FOUND);
			dev->dv_mover = curlwp;
			device_set_state(dev, DEVICE_ATTACHING);
		}
		mutex_exit(&alldevs_lock);
	}
	mutex_exit(&config_lock);
	return error;
}

/* ---- Attaching ---- */

static void
say_where(device_t dev, void *aux, cfprint_t print)
{
	if (dev->dv_parent == NULL) {
		aprint_normal("%s (root)", dev->dv_xname);
		return;
	}
	aprint_normal("%s at %s", dev->dv_xname, dev->dv_parent->dv_xname);
	if (print != NULL)
		(void)(*print)(aux, NULL);
}

static device_t
device_attach(device_t parent, cfdata_t cf, void *aux, cfprint_t print, const int *locs)
{
	const cfdriver_t cd = config_cfdriver_lookup(cf->cf_name);
	const cfattach_t ca = config_cfattach_lookup(cf->cf_name, cf->cf_atname);
	device_t dev;
	int error;

	ASSERT_SLEEPABLE();
	if (cd == NULL || ca == NULL) {
		printf(
		    "autoconf: no driver for row %s, attachment %s\n", cf->cf_name, cf->cf_atname);
		return NULL;
	}
	if (strlen(cd->cd_name) + sizeof("65535") > sizeof(dev->dv_xname)) {
		printf("autoconf: driver %s: the name is too long\n", cd->cd_name);
		return NULL;
	}
	dev = device_new(parent, cf, cd, ca, locs);
	error = device_link(dev);
	if (error != 0) {
		printf("autoconf: %s unit %u cannot attach: error %d\n", cf->cf_name, cf->cf_unit,
		    error);
		device_free_new(dev);
		return NULL;
	}
	KERNEL_LOCK(1, NULL);
	if (parent != NULL || cf->cf_pspec != NULL || print != NULL)
		say_where(dev, aux, print);
	if (ca->ca_attach != NULL)
		(*ca->ca_attach)(parent, dev, aux);
	KERNEL_UNLOCK_ONE(NULL);
	mutex_enter(&alldevs_lock);
	dev->dv_mover = NULL;
	device_set_state(dev, DEVICE_ATTACHED);
	mutex_exit(&alldevs_lock);
	device_nodes(dev, true);
	config_deferred_run(dev);
	return dev;
}

device_t
config_attach(device_t parent, cfdata_t cf, void *aux, cfprint_t print, const struct cfargs *cfargs)
{
	if (parent != NULL)
		device_check(parent, "config_attach");
	return device_attach(parent, cf, aux, print, cfargs != NULL ? cfargs->locators : NULL);
}

device_t
config_attach_pseudo(cfdata_t cf)
{
	return device_attach(NULL, cf, NULL, NULL, NULL);
}
