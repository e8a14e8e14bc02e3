/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Units and the device switches: nodes in /dev, references of open. */
#include "autoconf_impl.h"

#include "rump_devsw.h"
#include "rumpdev_init.h"

void
device_nodes(device_t dev, bool add)
{
	rump_devsw_nodes(dev->dv_cfdriver, dev->dv_unit, dev->dv_xname, add);
}

static void
units_nodes(struct cfdriver *cd)
{
	deviter_t di;
	device_t dev;

	for (dev = deviter_first(&di, 0); dev != NULL; dev = deviter_next(&di))
		if (dev->dv_cfdriver == cd &&
		    atomic_load_acquire(&dev->dv_state) == DEVICE_ATTACHED)
			device_nodes(dev, true);
	deviter_release(&di);
}

static const struct rump_autoconf_ops ops = {
	.ao_acquire = device_lookup_acquire,
	.ao_release = device_release,
	.ao_units = units_nodes,
};

void
rumpdev_nodes_init(void)
{
	rump_autoconf = &ops;
}

void
rumpdev_nodes_fini(void)
{
	rump_autoconf = NULL;
}
