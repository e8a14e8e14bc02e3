/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * pmf(9): devices suspended, resumed, shut down.
 *
 * A driver's functions are called with no lock but KERNEL_LOCK; what they are is looked up under
 * pmf_lock each time.
 */
#include "autoconf_impl.h"

#include "pmf_impl.h"

struct pmf_qual {
	const char *pq_who;
};

static const struct pmf_qual qual_none = { "nobody" }, qual_self = { "the device" },
			     qual_drvctl = { "the user" };
const pmf_qual_t *const PMF_Q_NONE = &qual_none;
const pmf_qual_t *const PMF_Q_SELF = &qual_self;
const pmf_qual_t *const PMF_Q_DRVCTL = &qual_drvctl;

kmutex_t pmf_lock;

int
pmf_init(void)
{
	int error;

	mutex_init(&pmf_lock, MUTEX_DEFAULT, IPL_NONE);
	error = pmf_events_init();
	if (error != 0)
		mutex_destroy(&pmf_lock);
	return error;
}

void
pmf_fini(void)
{
	pmf_events_fini();
	mutex_destroy(&pmf_lock);
}

static void
flag_set(device_t dev, int flag, bool on)
{
	mutex_enter(&alldevs_lock);
	atomic_store_relaxed(&dev->dv_flags, on ? dev->dv_flags | flag : dev->dv_flags & ~flag);
	mutex_exit(&alldevs_lock);
}

static bool
flag_get(device_t dev, int flag)
{
	return (atomic_load_relaxed(&dev->dv_flags) & flag) != 0;
}

bool
pmf_device_register1(device_t dev, bool (*suspend)(device_t, const pmf_qual_t *),
    bool (*resume)(device_t, const pmf_qual_t *), bool (*shutdown)(device_t, int))
{
	device_check(dev, "pmf_device_register");
	mutex_enter(&pmf_lock);
	if (flag_get(dev, DVF_POWER_HANDLERS)) {
		mutex_exit(&pmf_lock);
		return false;
	}
	dev->dv_suspend = suspend;
	dev->dv_resume = resume;
	dev->dv_shutdown = shutdown;
	flag_set(dev, DVF_POWER_HANDLERS, true);
	mutex_exit(&pmf_lock);
	return true;
}

void
pmf_device_deregister(device_t dev)
{
	device_check(dev, "pmf_device_deregister");
	mutex_enter(&pmf_lock);
	dev->dv_suspend = NULL;
	dev->dv_resume = NULL;
	dev->dv_shutdown = NULL;
	flag_set(dev, DVF_POWER_HANDLERS, false);
	mutex_exit(&pmf_lock);
}

bool
pmf_device_is_registered(device_t dev)
{
	device_check(dev, "pmf_device_is_registered");
	return flag_get(dev, DVF_POWER_HANDLERS);
}

/* ---- One device ---- */

bool
pmf_device_suspend(device_t dev, const pmf_qual_t *qual)
{
	bool (*fn)(device_t, const pmf_qual_t *), ok = true;

	device_check(dev, "pmf_device_suspend");
	if (!flag_get(dev, DVF_POWER_HANDLERS))
		return false;
	if (flag_get(dev, DVF_DRIVER_SUSPENDED))
		return true;
	mutex_enter(&pmf_lock);
	fn = dev->dv_suspend;
	mutex_exit(&pmf_lock);
	if (fn != NULL) {
		KERNEL_LOCK(1, NULL);
		ok = (*fn)(dev, qual);
		KERNEL_UNLOCK_ONE(NULL);
	}
	if (ok)
		flag_set(dev, DVF_DRIVER_SUSPENDED | DVF_BUS_SUSPENDED, true);
	else
		aprint_debug_dev(dev, "does not suspend, as %s asked\n", qual->pq_who);
	return ok;
}

bool
pmf_device_resume(device_t dev, const pmf_qual_t *qual)
{
	bool (*fn)(device_t, const pmf_qual_t *), ok = true;

	device_check(dev, "pmf_device_resume");
	if (!flag_get(dev, DVF_POWER_HANDLERS))
		return false;
	if (!flag_get(dev, DVF_DRIVER_SUSPENDED))
		return true;
	flag_set(dev, DVF_BUS_SUSPENDED, false);
	mutex_enter(&pmf_lock);
	fn = dev->dv_resume;
	mutex_exit(&pmf_lock);
	if (fn != NULL) {
		KERNEL_LOCK(1, NULL);
		ok = (*fn)(dev, qual);
		KERNEL_UNLOCK_ONE(NULL);
	}
	if (ok)
		flag_set(dev, DVF_DRIVER_SUSPENDED, false);
	return ok;
}

/* ---- Trees ---- */

static bool
is_below(device_t dev, device_t top)
{
	while (dev != NULL && dev != top)
		dev = dev->dv_parent;
	return dev == top;
}

/* Devices without handlers do not stand in the way of those at both sides. */
static bool
tree_call(device_t top, deviter_flags_t order, bool (*fn)(device_t, const pmf_qual_t *),
    const pmf_qual_t *qual)
{
	bool ok = true;
	deviter_t di;
	device_t dev;

	for (dev = deviter_first(&di, order); dev != NULL && ok; dev = deviter_next(&di))
		if ((top == NULL || is_below(dev, top)) && flag_get(dev, DVF_POWER_HANDLERS))
			ok = (*fn)(dev, qual);
	deviter_release(&di);
	return ok;
}

bool
pmf_device_recursive_suspend(device_t dev, const pmf_qual_t *qual)
{
	device_check(dev, "pmf_device_recursive_suspend");
	return tree_call(dev, DEVITER_F_LEAVES_FIRST, pmf_device_suspend, qual);
}

bool
pmf_device_subtree_resume(device_t dev, const pmf_qual_t *qual)
{
	device_check(dev, "pmf_device_subtree_resume");
	return tree_call(dev, DEVITER_F_ROOT_FIRST, pmf_device_resume, qual);
}

bool
pmf_device_recursive_resume(device_t dev, const pmf_qual_t *qual)
{
	device_check(dev, "pmf_device_recursive_resume");
	if (dev->dv_parent != NULL && !pmf_device_recursive_resume(dev->dv_parent, qual))
		return false;
	return !flag_get(dev, DVF_POWER_HANDLERS) || pmf_device_resume(dev, qual);
}

bool
pmf_system_suspend(const pmf_qual_t *qual)
{
	return tree_call(NULL, DEVITER_F_LEAVES_FIRST, pmf_device_suspend, qual);
}

bool
pmf_system_resume(const pmf_qual_t *qual)
{
	return tree_call(NULL, DEVITER_F_ROOT_FIRST, pmf_device_resume, qual);
}

void
pmf_system_shutdown(int howto)
{
	bool (*fn)(device_t, int);
	deviter_t di;
	device_t dev;

	for (dev = deviter_first(&di, DEVITER_F_LEAVES_FIRST); dev != NULL;
	     dev = deviter_next(&di)) {
		mutex_enter(&pmf_lock);
		fn = dev->dv_shutdown;
		mutex_exit(&pmf_lock);
		if (fn == NULL || !device_is_active(dev))
			continue;
		KERNEL_LOCK(1, NULL);
		if (!(*fn)(dev, howto))
			aprint_error_dev(dev, "does not shut down\n");
		KERNEL_UNLOCK_ONE(NULL);
	}
	deviter_release(&di);
}

/* ---- Classes ---- */

bool
pmf_class_input_register(device_t dev)
{
	device_check(dev, "pmf_class_input_register");
	return true;
}

bool
pmf_class_display_register(device_t dev)
{
	device_check(dev, "pmf_class_display_register");
	return true;
}

void
pmf_class_input_deregister(device_t dev)
{
	device_check(dev, "pmf_class_input_deregister");
}

void
pmf_class_display_deregister(device_t dev)
{
	device_check(dev, "pmf_class_display_deregister");
}
