/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* kern.maxvnodes: how many vnodes are kept.  It starts as RUMP_NVNODES. */
#include <sys/param.h>
#include <sys/sysctl.h>
#include <sys/systm.h>
#include <sys/vnode.h>
#include <sys/vnode_impl.h>

#include "rump_vnode.h"

#define MAXVNODES_MIN 16 /* RUMP_NVNODES has the same bounds */
#define MAXVNODES_MAX (1 << 24)

/* Reclaim until the new limit holds, or nothing more can be had: vnodes in use stay. */
static void
trim(void)
{
	unsigned int before;

	do {
		before = atomic_load_relaxed(&numvnodes);
		vlru_trim();
	} while (atomic_load_relaxed(&numvnodes) < before);
}

static int
sysctl_maxvnodes(SYSCTLFN_ARGS)
{
	struct sysctlnode node = *rnode;
	int value = atomic_load_relaxed(&desiredvnodes), error;

	node.sysctl_data = &value;
	error = sysctl_lookup(SYSCTLFN_CALL(&node));
	if (error != 0 || newp == NULL)
		return error;
	if (value < MAXVNODES_MIN || value > MAXVNODES_MAX)
		return EINVAL;
	atomic_store_relaxed(&desiredvnodes, value);
	sysctl_unlock();
	trim();
	error = vcache_reinit();
	sysctl_relock();
	return error;
}

SYSCTL_SETUP(sysctl_vnode_setup, "vnodes")
{
	sysctl_createv(clog, CTLFLAG_PERMANENT, NULL, NULL, CTLFLAG_READWRITE, CTLTYPE_INT,
	    "maxvnodes", "vnodes kept in memory", sysctl_maxvnodes, 0, NULL, 0, CTL_KERN,
	    KERN_MAXVNODES, CTL_EOL);
}
