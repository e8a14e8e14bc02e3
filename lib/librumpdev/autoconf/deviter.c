/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* deviter(9): walks over all devices, by age or by depth. */
#include "autoconf_impl.h"

u_int deviters;

static bool
by_depth(const deviter_t *di)
{
	return (di->di_flags & (DEVITER_F_LEAVES_FIRST | DEVITER_F_ROOT_FIRST)) != 0;
}

void
deviter_init(deviter_t *di, deviter_flags_t flags)
{
	device_t dev;

	memset(di, 0, sizeof(*di));
	di->di_flags = flags;
	mutex_enter(&alldevs_lock);
	deviters++;
	di->di_gen = alldevs_gen;
	TAILQ_FOREACH (dev, &alldevs, dv_list)
		di->di_maxdepth = MAX(di->di_maxdepth, dev->dv_depth);
	mutex_exit(&alldevs_lock);
	if ((flags & DEVITER_F_LEAVES_FIRST) != 0)
		di->di_curdepth = di->di_maxdepth;
}

device_t
deviter_first(deviter_t *di, deviter_flags_t flags)
{
	deviter_init(di, flags);
	return deviter_next(di);
}

static bool
visible(const deviter_t *di, device_t dev)
{
	return dev->dv_state != DEVICE_DEAD && dev->dv_add_gen <= di->di_gen &&
	    (!by_depth(di) || dev->dv_depth == di->di_curdepth);
}

/* The next depth to walk.  False: that was the last. */
static bool
turn(deviter_t *di)
{
	if (!by_depth(di))
		return false;
	if ((di->di_flags & DEVITER_F_LEAVES_FIRST) != 0)
		return --di->di_curdepth >= 0;
	return ++di->di_curdepth <= di->di_maxdepth;
}

device_t
deviter_next(deviter_t *di)
{
	device_t dev = di->di_prev;

	mutex_enter(&alldevs_lock);
	do {
		dev = dev != NULL ? TAILQ_NEXT(dev, dv_list) : TAILQ_FIRST(&alldevs);
		while (dev != NULL && !visible(di, dev))
			dev = TAILQ_NEXT(dev, dv_list);
	} while (dev == NULL && turn(di));
	di->di_prev = dev;
	mutex_exit(&alldevs_lock);
	return dev;
}

void
deviter_release(deviter_t *di)
{
	bool last;

	mutex_enter(&alldevs_lock);
	KASSERT(deviters > 0);
	last = --deviters == 0;
	mutex_exit(&alldevs_lock);
	if (last)
		device_bury_dead();
}
