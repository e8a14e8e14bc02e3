/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* hw.devices: the tree, a line "name parent" for each device in the order of attaching, "-" for none. */
#include "autoconf_impl.h"

#include <sys/sysctl.h>

#define LINE_MAX_ (2 * sizeof(((device_t)0)->dv_xname) + 2)

static size_t
list_line(char *line, device_t dev)
{
	const device_t parent = dev->dv_parent;

	return (size_t)snprintf(
	    line, LINE_MAX_, "%s %s\n", dev->dv_xname, parent != NULL ? parent->dv_xname : "-");
}

static int
sysctl_devices(SYSCTLFN_ARGS)
{
	struct sysctlnode node = *rnode;
	size_t size = 1, n = 0;
	deviter_t di;
	device_t dev;
	char *text;
	int error;

	if (namelen != 0)
		return ENOTDIR;
	if (newp != NULL)
		return EPERM;
	deviter_init(&di, 0);
	mutex_enter(&alldevs_lock);
	TAILQ_FOREACH (dev, &alldevs, dv_list)
		size += LINE_MAX_;
	mutex_exit(&alldevs_lock);
	text = kmem_zalloc(size, KM_SLEEP);
	/* No device that came since the count is seen. */
	while ((dev = deviter_next(&di)) != NULL)
		n += list_line(text + n, dev);
	deviter_release(&di);
	node.sysctl_data = text;
	node.sysctl_size = n + 1;
	error = sysctl_lookup(SYSCTLFN_CALL(&node));
	kmem_free(text, size);
	return error;
}

void
device_list_sysctl(void)
{
	(void)sysctl_createv(NULL, 0, NULL, NULL, CTLFLAG_PERMANENT, CTLTYPE_STRING, "devices",
	    "the device tree, a line \"name parent\" each", sysctl_devices, 0, NULL, 0, CTL_HW,
	    CTL_CREATE, CTL_EOL);
}
