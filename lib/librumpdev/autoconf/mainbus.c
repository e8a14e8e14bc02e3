/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* mainbus(4): the root.  <dev/mainbus.h> says how things attach. */
#include "autoconf_impl.h"

#include <dev/mainbus.h>

#include "rumpdev.h"

device_t rumpdev_mainbus;

static const struct cfiattrdata mainbus_iattr = {
	.ci_name = "mainbus",
	.ci_loclen = 0,
};
static const struct cfiattrdata *const mainbus_attrs[] = { &mainbus_iattr, NULL };
CFDRIVER_DECL(mainbus, DV_BUS, mainbus_attrs);

/*
 * A row may attach by itself, when its driver needs nothing that was found; not one with a star, of which
 * each rescan would make one more.
 */
static int
mainbus_search(device_t self, cfdata_t cf, const int *locs, void *aux)
{
	struct mainbus_attach_args maa = { .maa_name = NULL };

	if (cf->cf_fstate != FSTATE_STAR && config_probe(self, cf, &maa) > 0)
		(void)config_attach(self, cf, &maa, mainbus_print, CFARGS(.iattr = "mainbus"));
	return 0;
}

static int
mainbus_rescan(device_t self, const char *ifattr, const int *locs)
{
	(void)config_search(self, NULL, CFARGS(.search = mainbus_search, .iattr = "mainbus"));
	return 0;
}

static int
mainbus_match(device_t parent, cfdata_t cf, void *aux)
{
	return 1;
}

static void
mainbus_attach(device_t parent, device_t self, void *aux)
{
	aprint_normal("\n");
	rumpdev_mainbus = self;
	(void)mainbus_rescan(self, "mainbus", NULL);
}

static int
mainbus_detach(device_t self, int flags)
{
	const int error = config_detach_children(self, flags);

	if (error == 0)
		rumpdev_mainbus = NULL;
	return error;
}

static void
mainbus_childdetached(device_t self, device_t child)
{
}

static CFATTACH_DECL2_NEW(mainbus, 0, mainbus_match, mainbus_attach, mainbus_detach, NULL,
    mainbus_rescan, mainbus_childdetached);

int
mainbus_print(void *aux, const char *pnp)
{
	const struct mainbus_attach_args *const maa = aux;

	if (pnp != NULL)
		aprint_normal("%s at %s", maa->maa_name != NULL ? maa->maa_name : "device", pnp);
	if (maa->maa_size != 0)
		aprint_normal(" addr %#jx", (uintmax_t)maa->maa_addr);
	return UNCONF;
}

static struct cfdriver *const drivers[] = { &mainbus_cd, NULL };
static struct cfattach *const attachments[] = { &mainbus_ca, NULL };
static const struct cfattachinit inits[] = { { "mainbus", attachments }, { NULL, NULL } };
static struct cfdata rows[2];

int
mainbus_init(void)
{
	rumpdev_mainbus = NULL;
	rows[0] = (struct cfdata){
		.cf_name = "mainbus",
		.cf_atname = "mainbus",
		.cf_fstate = FSTATE_NOTFOUND,
	};
	rows[1] = (struct cfdata){ .cf_name = NULL };
	device_list_sysctl();
	return config_init_component(drivers, inits, rows);
}

void
mainbus_fini(void)
{
	(void)config_fini_component(drivers, inits, rows);
}
