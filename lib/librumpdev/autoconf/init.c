/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The faction's start and end.
 *
 * The tables are there before any module starts, the root is attached with the devices' class, what was put
 * off is called when all components are up.  On the way down everything is detached before the modules that
 * have the drivers go.
 */
#include "autoconf_impl.h"

#include <sys/reboot.h>

#include "rump_component.h"
#include "rump_print.h"
#include "rumpdev_init.h"

device_t root_device; /* what the root file system is on: nothing sets it */

static const char *
print_name(device_t dev)
{
	return dev->dv_xname;
}

static int
rumpdev_init(void)
{
	int error;

	mutex_init(&config_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&config_cv, "config");
	mutex_init(&alldevs_lock, MUTEX_DEFAULT, IPL_VM);
	cv_init(&alldevs_cv, "device");
	TAILQ_INIT(&alldevs);
	alldevs_gen = 0;
	deviters = 0;
	device_graves_init();
	config_tables_init();
	config_defer_init();
	error = rumpdev_intr_init();
	if (error != 0)
		return error;
	error = rumpdev_dma_init();
	if (error == 0)
		error = pmf_init();
	if (error == 0)
		error = mainbus_init();
	if (error != 0) {
		rumpdev_intr_fini();
		return error;
	}
	rump_device_name = print_name;
	rumpdev_nodes_init();
	return 0;
}

static void
rumpdev_fini(void)
{
	rumpdev_nodes_fini();
	rump_device_name = NULL;
	mainbus_fini();
	pmf_fini();
	rumpdev_dma_fini();
	rumpdev_intr_fini();
	device_graves_clear();
	config_defer_fini();
	config_tables_fini();
	cv_destroy(&alldevs_cv);
	mutex_destroy(&alldevs_lock);
	cv_destroy(&config_cv);
	mutex_destroy(&config_lock);
}

RUMP_COMPONENT_INIT2(RUMP_COMPONENT_KERN, rumpdev_init, rumpdev_fini);

static int
rumpdev_root(void)
{
	return config_rootfound("mainbus", NULL) != NULL ? 0 : ENXIO;
}

RUMP_COMPONENT_INIT2(RUMP_COMPONENT_DEV, rumpdev_root, NULL);

static int
rumpdev_late(void)
{
	config_boot_done();
	return 0;
}

static void
rumpdev_down(void)
{
	pmf_system_shutdown(RB_HALT);
	(void)config_detach_all(RB_HALT);
}

RUMP_COMPONENT_INIT2(RUMP_COMPONENT_POSTINIT, rumpdev_late, rumpdev_down);
