/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The tables: drivers, their attachments, rows of cfdata.
 *
 * Searches call drivers' functions while they walk the rows, without a lock; they count
 * themselves in config_walks, and who takes a table away waits until there is none.
 */
#include "autoconf_impl.h"

struct cfdriverlist allcfdrivers;
struct cftablelist allcftables;
static u_int config_walks; /* config_lock */

void
config_tables_init(void)
{
	LIST_INIT(&allcfdrivers);
	TAILQ_INIT(&allcftables);
	config_walks = 0;
}

/* ---- Drivers and attachments ---- */

static cfdriver_t
cfdriver_find(const char *name)
{
	cfdriver_t cd;

	KASSERT(mutex_owned(&config_lock));
	LIST_FOREACH (cd, &allcfdrivers, cd_list)
		if (strcmp(cd->cd_name, name) == 0)
			return cd;
	return NULL;
}

static cfattach_t
cfattach_find(cfdriver_t cd, const char *name)
{
	cfattach_t ca;

	KASSERT(mutex_owned(&config_lock));
	LIST_FOREACH (ca, &cd->cd_attach, ca_list)
		if (strcmp(ca->ca_name, name) == 0)
			return ca;
	return NULL;
}

cfdriver_t
config_cfdriver_lookup(const char *name)
{
	cfdriver_t cd;

	mutex_enter(&config_lock);
	cd = cfdriver_find(name);
	mutex_exit(&config_lock);
	return cd;
}

cfattach_t
config_cfattach_lookup(const char *driver, const char *name)
{
	cfattach_t ca = NULL;
	cfdriver_t cd;

	mutex_enter(&config_lock);
	if ((cd = cfdriver_find(driver)) != NULL)
		ca = cfattach_find(cd, name);
	mutex_exit(&config_lock);
	return ca;
}

/* cd's arrays of units, each with its predecessor in the place before the first. */
static void
units_free(cfdriver_t cd)
{
	device_t *devs = cd->cd_devs;
	int n = cd->cd_ndevs;

	while (devs != NULL) {
		device_t *const older = (device_t *)(void *)devs[-1];

		kmem_free(devs - 1, (n + 1) * sizeof(*devs));
		devs = older;
		n /= 2;
	}
	cd->cd_devs = NULL;
	cd->cd_ndevs = 0;
}

void
config_tables_fini(void)
{
	struct cfdriver *cd;
	struct cftable *ct;

	while ((ct = TAILQ_FIRST(&allcftables)) != NULL) {
		printf("autoconf: rows of %s were not taken away\n", ct->ct_cfdata->cf_name);
		TAILQ_REMOVE(&allcftables, ct, ct_list);
		kmem_free(ct, sizeof(*ct));
	}
	while ((cd = LIST_FIRST(&allcfdrivers)) != NULL) {
		printf("autoconf: driver %s was not taken away\n", cd->cd_name);
		LIST_REMOVE(cd, cd_list);
		units_free(cd);
	}
}

int
config_cfdriver_attach(struct cfdriver *cd)
{
	mutex_enter(&config_lock);
	if (cfdriver_find(cd->cd_name) != NULL) {
		mutex_exit(&config_lock);
		return EEXIST;
	}
	LIST_INIT(&cd->cd_attach);
	cd->cd_devs = NULL;
	cd->cd_ndevs = 0;
	LIST_INSERT_HEAD(&allcfdrivers, cd, cd_list);
	mutex_exit(&config_lock);
	return 0;
}

/* A device of the driver, and of the attachment if that is given. */
static bool
driver_in_use(const struct cfdriver *cd, const struct cfattach *ca)
{
	device_t dev;

	mutex_enter(&alldevs_lock);
	TAILQ_FOREACH (dev, &alldevs, dv_list)
		if (dev->dv_state != DEVICE_DEAD && dev->dv_cfdriver == cd &&
		    (ca == NULL || dev->dv_cfattach == ca))
			break;
	mutex_exit(&alldevs_lock);
	return dev != NULL;
}

int
config_cfdriver_detach(struct cfdriver *cd)
{
	int error = 0;

	device_bury_dead();
	mutex_enter(&config_lock);
	if (cfdriver_find(cd->cd_name) != cd)
		error = ESRCH;
	else if (!LIST_EMPTY(&cd->cd_attach) || driver_in_use(cd, NULL))
		error = EBUSY;
	else
		LIST_REMOVE(cd, cd_list);
	mutex_exit(&config_lock);
	if (error == 0)
		units_free(cd);
	return error;
}

int
config_cfattach_attach(const char *driver, struct cfattach *ca)
{
	cfdriver_t cd;
	int error = 0;

	mutex_enter(&config_lock);
	if ((cd = cfdriver_find(driver)) == NULL)
		error = ESRCH;
	else if (cfattach_find(cd, ca->ca_name) != NULL)
		error = EEXIST;
	else
		LIST_INSERT_HEAD(&cd->cd_attach, ca, ca_list);
	mutex_exit(&config_lock);
	return error;
}

int
config_cfattach_detach(const char *driver, struct cfattach *ca)
{
	cfdriver_t cd;
	int error = 0;

	mutex_enter(&config_lock);
	if ((cd = cfdriver_find(driver)) == NULL || cfattach_find(cd, ca->ca_name) != ca)
		error = ESRCH;
	else if (driver_in_use(cd, ca))
		error = EBUSY;
	else
		LIST_REMOVE(ca, ca_list);
	mutex_exit(&config_lock);
	return error;
}

/* ---- Rows ---- */

struct cftable *
config_walk_begin(void)
{
	struct cftable *ct;

	mutex_enter(&config_lock);
	config_walks++;
	ct = TAILQ_FIRST(&allcftables);
	mutex_exit(&config_lock);
	return ct;
}

struct cftable *
config_walk_next(struct cftable *ct)
{
	mutex_enter(&config_lock);
	ct = TAILQ_NEXT(ct, ct_list);
	mutex_exit(&config_lock);
	return ct;
}

void
config_walk_end(void)
{
	mutex_enter(&config_lock);
	KASSERT(config_walks > 0);
	if (--config_walks == 0)
		cv_broadcast(&config_cv);
	mutex_exit(&config_lock);
}

/* Let every bus that could have children by the row look for them. */
static void
rescan_for(cfdata_t cf)
{
	deviter_t di;
	device_t dev;

	for (dev = deviter_first(&di, DEVITER_F_RW); dev != NULL; dev = deviter_next(&di)) {
		const cfattach_t ca = dev->dv_cfattach;

		if (ca->ca_rescan == NULL || !config_parent_fits(dev, cf) ||
		    !device_tryacquire(dev))
			continue;
		KERNEL_LOCK(1, NULL);
		(void)(*ca->ca_rescan)(dev, cfdata_ifattr(cf), cf->cf_loc);
		KERNEL_UNLOCK_ONE(NULL);
		device_release(dev);
	}
	deviter_release(&di);
}

int
config_cfdata_attach(cfdata_t cf, int scannow)
{
	struct cftable *const ct = kmem_alloc(sizeof(*ct), KM_SLEEP);

	ct->ct_cfdata = cf;
	mutex_enter(&config_lock);
	TAILQ_INSERT_TAIL(&allcftables, ct, ct_list);
	mutex_exit(&config_lock);
	for (; scannow && cf->cf_name != NULL; cf++)
		rescan_for(cf);
	return 0;
}

/* Detach what was attached by these rows. */
static int
rows_detach(cfdata_t first)
{
	int error = 0;
	deviter_t di;
	device_t dev;
	cfdata_t cf;

	for (dev = deviter_first(&di, DEVITER_F_LEAVES_FIRST); dev != NULL && error == 0;
	     dev = deviter_next(&di)) {
		for (cf = first; cf->cf_name != NULL && cf != dev->dv_cfdata; cf++)
			continue;
		if (cf->cf_name == NULL)
			continue;
		error = config_detach(dev, 0);
		if (error == ENXIO)
			error = 0;
	}
	deviter_release(&di);
	return error;
}

int
config_cfdata_detach(cfdata_t cf)
{
	struct cftable *ct;
	int error;

	error = rows_detach(cf);
	if (error != 0)
		return error;
	mutex_enter(&config_lock);
	while (config_walks != 0)
		cv_wait(&config_cv, &config_lock);
	TAILQ_FOREACH (ct, &allcftables, ct_list)
		if (ct->ct_cfdata == cf)
			break;
	if (ct != NULL)
		TAILQ_REMOVE(&allcftables, ct, ct_list);
	mutex_exit(&config_lock);
	if (ct == NULL)
		return ENOENT;
	kmem_free(ct, sizeof(*ct));
	/* A walk that began before may have attached one more. */
	return rows_detach(cf);
}

/* ---- A component's all at once ---- */

/* Take away ncd drivers and nca attachments of the lists' beginnings. */
static void
component_undo(struct cfdriver *const *cdv, size_t ncd, const struct cfattachinit *cfai, size_t nca)
{
	for (; cfai != NULL && cfai->cfai_name != NULL; cfai++)
		for (struct cfattach *const *ca = cfai->cfai_list; *ca != NULL && nca > 0;
		     ca++, nca--)
			(void)config_cfattach_detach(cfai->cfai_name, *ca);
	while (ncd-- > 0)
		(void)config_cfdriver_detach(cdv[ncd]);
}

int
config_init_component(
    struct cfdriver *const *cdv, const struct cfattachinit *cfaiv, struct cfdata *cf)
{
	const struct cfattachinit *cfai;
	struct cfattach *const *ca;
	size_t ncd = 0, nca = 0;
	int error = 0;

	for (; cdv != NULL && cdv[ncd] != NULL; ncd++) {
		error = config_cfdriver_attach(cdv[ncd]);
		if (error != 0) {
			printf("autoconf: driver %s is there already\n", cdv[ncd]->cd_name);
			goto fail;
		}
	}
	for (cfai = cfaiv; cfai != NULL && cfai->cfai_name != NULL; cfai++) {
		for (ca = cfai->cfai_list; *ca != NULL; ca++, nca++) {
			error = config_cfattach_attach(cfai->cfai_name, *ca);
			if (error != 0) {
				printf("autoconf: attachment %s of driver %s: error %d\n",
				    (*ca)->ca_name, cfai->cfai_name, error);
				goto fail;
			}
		}
	}
	if (cf != NULL)
		error = config_cfdata_attach(cf, 1);
	if (error == 0)
		return 0;
fail:
	component_undo(cdv, ncd, cfaiv, nca);
	return error;
}

int
config_fini_component(
    struct cfdriver *const *cdv, const struct cfattachinit *cfaiv, struct cfdata *cf)
{
	const struct cfattachinit *cfai;
	struct cfattach *const *ca;
	int error;

	if (cf != NULL && (error = config_cfdata_detach(cf)) != 0)
		return error;
	for (cfai = cfaiv; cfai != NULL && cfai->cfai_name != NULL; cfai++)
		for (ca = cfai->cfai_list; *ca != NULL; ca++)
			if ((error = config_cfattach_detach(cfai->cfai_name, *ca)) != 0)
				goto fail;
	for (; cdv != NULL && *cdv != NULL; cdv++)
		if ((error = config_cfdriver_detach(*cdv)) != 0)
			goto fail;
	return 0;
fail:
	printf("autoconf: a component's tables are in use: error %d\n", error);
	return error;
}
