/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What a device is, and finding it. */
#include "autoconf_impl.h"

#ifdef DIAGNOSTIC
void
device_check(device_t dev, const char *what)
{
	enum device_state state;

	if (dev == NULL)
		panic("%s: no device", what);
	state = atomic_load_relaxed(&dev->dv_state);
	if (state == DEVICE_DEAD)
		panic("%s: %s: used after its detach", dev->dv_xname, what);
	if (state < DEVICE_ALLOC || state > DEVICE_DEAD)
		panic("%s: %p is not a device", what, dev);
}
#endif

#define CHECKED(dev) device_check((dev), __func__)

/* ---- Accessors ---- */

devclass_t
device_class(device_t dev)
{
	CHECKED(dev);
	return dev->dv_class;
}

cfdata_t
device_cfdata(device_t dev)
{
	CHECKED(dev);
	return dev->dv_cfdata;
}

cfdriver_t
device_cfdriver(device_t dev)
{
	CHECKED(dev);
	return dev->dv_cfdriver;
}

cfattach_t
device_cfattach(device_t dev)
{
	CHECKED(dev);
	return dev->dv_cfattach;
}

int
device_unit(device_t dev)
{
	CHECKED(dev);
	return dev->dv_unit;
}

const char *
device_xname(device_t dev)
{
	CHECKED(dev);
	return dev->dv_xname;
}

device_t
device_parent(device_t dev)
{
	CHECKED(dev);
	return dev->dv_parent;
}

bool
device_activation(device_t dev, devact_level_t level)
{
	int want = DVF_ACTIVE;

	CHECKED(dev);
	if (level <= DEVACT_LEVEL_BUS)
		want |= DVF_BUS_SUSPENDED;
	if (level <= DEVACT_LEVEL_DRIVER)
		want |= DVF_DRIVER_SUSPENDED;
	if (level <= DEVACT_LEVEL_CLASS)
		want |= DVF_CLASS_SUSPENDED;
	return (atomic_load_relaxed(&dev->dv_flags) & want) == DVF_ACTIVE;
}

bool
device_is_active(device_t dev)
{
	return device_activation(dev, DEVACT_LEVEL_FULL);
}

bool
device_is_enabled(device_t dev)
{
	CHECKED(dev);
	return (atomic_load_relaxed(&dev->dv_flags) & DVF_ACTIVE) != 0;
}

bool
device_has_power(device_t dev)
{
	return device_activation(dev, DEVACT_LEVEL_BUS);
}

int
device_locator(device_t dev, u_int locnum)
{
	CHECKED(dev);
	KASSERTMSG(locnum < (u_int)dev->dv_nlocs, "%s has no locator %u", dev->dv_xname, locnum);
	return dev->dv_locators[locnum];
}

void *
device_private(device_t dev)
{
	/* Many drivers ask for the softc of nothing, and compare. */
	if (dev == NULL)
		return NULL;
	CHECKED(dev);
	return dev->dv_private;
}

prop_dictionary_t
device_properties(device_t dev)
{
	prop_dictionary_t pd = atomic_load_acquire(&dev->dv_properties), other;

	CHECKED(dev);
	if (pd != NULL)
		return pd;
	pd = prop_dictionary_create();
	if ((other = atomic_cas_ptr(&dev->dv_properties, NULL, pd)) == NULL)
		return pd;
	prop_object_release(pd);
	return other;
}

void
device_set_private(device_t dev, void *priv)
{
	CHECKED(dev);
	KASSERTMSG(dev->dv_softc == NULL, "%s has a softc by ca_devsize", dev->dv_xname);
	dev->dv_private = priv;
}

bool
device_is_a(device_t dev, const char *driver)
{
	CHECKED(dev);
	return strcmp(dev->dv_cfdriver->cd_name, driver) == 0;
}

bool
device_attached_to_iattr(device_t dev, const char *iattr)
{
	CHECKED(dev);
	return dev->dv_cfdata->cf_pspec != NULL &&
	    strcmp(cfdata_ifattr(dev->dv_cfdata), iattr) == 0;
}

/* ---- By unit ---- */

device_t
device_lookup(cfdriver_t cd, int unit)
{
	device_t *devs;

	/* cd_devs is at least as long as cd_ndevs, which is stored after it. */
	if (unit < 0 || unit >= atomic_load_acquire(&cd->cd_ndevs))
		return NULL;
	devs = atomic_load_acquire(&cd->cd_devs);
	return atomic_load_acquire(&devs[unit]);
}

void *
device_lookup_private(cfdriver_t cd, int unit)
{
	const device_t dev = device_lookup(cd, unit);

	return dev != NULL ? dev->dv_private : NULL;
}

/* ---- References ---- */

device_t
device_lookup_acquire(cfdriver_t cd, int unit)
{
	device_t dev;

	ASSERT_SLEEPABLE();
	mutex_enter(&alldevs_lock);
	while ((dev = device_lookup(cd, unit)) != NULL) {
		if (device_is_up(dev)) {
			localcount_acquire(&dev->dv_localcount);
			break;
		}
		if ((dev->dv_flags & DVF_COMMITTED) != 0 || dev->dv_mover == curlwp) {
			dev = NULL;
			break;
		}
		cv_wait(&alldevs_cv, &alldevs_lock);
	}
	mutex_exit(&alldevs_lock);
	return dev;
}

bool
device_tryacquire(device_t dev)
{
	bool up;

	mutex_enter(&alldevs_lock);
	up = device_is_up(dev);
	if (up)
		localcount_acquire(&dev->dv_localcount);
	mutex_exit(&alldevs_lock);
	return up;
}

void
device_acquire(device_t dev)
{
	CHECKED(dev);
	localcount_acquire(&dev->dv_localcount);
}

void
device_release(device_t dev)
{
	CHECKED(dev);
	localcount_release(&dev->dv_localcount, &alldevs_cv, &alldevs_lock);
}

/* ---- By name ---- */

device_t
device_find_by_xname(const char *name)
{
	device_t dev;

	mutex_enter(&alldevs_lock);
	TAILQ_FOREACH (dev, &alldevs, dv_list)
		if (dev->dv_state != DEVICE_DEAD && strcmp(dev->dv_xname, name) == 0)
			break;
	mutex_exit(&alldevs_lock);
	return dev;
}

device_t
device_find_by_driver_unit(const char *name, int unit)
{
	const cfdriver_t cd = config_cfdriver_lookup(name);

	return cd != NULL ? device_lookup(cd, unit) : NULL;
}
