/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Devices go, and are buried.
 *
 * A dead device stays on alldevs while there is an iterator, which may stand on it.  Then it is freed;
 * in DIAGNOSTIC kernels the last NGRAVES keep their struct, so that accessors can say what is being used, and
 * their softc, filled with SOFTC_DEAD, so that a late write is seen.
 */
#include "autoconf_impl.h"

#include "rumpdev.h"

#ifdef DIAGNOSTIC
#define NGRAVES 64
#else
#define NGRAVES 0
#endif

static struct devicelist graves; /* alldevs_lock; the oldest first */
static u_int ngraves;		 /* alldevs_lock */
void (*rumpdev_detached)(device_t dev);

/* ---- Graves ---- */

void
device_graves_init(void)
{
	TAILQ_INIT(&graves);
	ngraves = 0;
}

/* The end of a softc and its device. */
static void
device_free(device_t dev)
{
	const size_t size = dev->dv_softc != NULL ? dev->dv_softcsize : 0;
	const uint8_t *const bytes = dev->dv_softc;

	for (size_t i = 0; NGRAVES > 0 && i < size; i++)
		if (bytes[i] != SOFTC_DEAD)
			panic("%s: byte %zu of the softc was written after the detach",
			    dev->dv_xname, i);
	if (size != 0)
		kmem_free(dev->dv_softc, size);
	if (dev->dv_locators != NULL)
		kmem_free(dev->dv_locators, dev->dv_nlocs * sizeof(int));
	kmem_free(dev, sizeof(*dev));
}

/* Take what is to be freed: graves beyond keep.  locks: alldevs_lock. */
static void
graves_take(struct devicelist *out, u_int keep)
{
	device_t dev;

	while (ngraves > keep) {
		dev = TAILQ_FIRST(&graves);
		TAILQ_REMOVE(&graves, dev, dv_list);
		TAILQ_INSERT_TAIL(out, dev, dv_list);
		ngraves--;
	}
}

static void
graves_dig(u_int keep)
{
	struct devicelist out = TAILQ_HEAD_INITIALIZER(out);
	device_t dev, next;

	mutex_enter(&alldevs_lock);
	TAILQ_FOREACH_SAFE (dev, &alldevs, dv_list, next) {
		if (deviters != 0 || dev->dv_state != DEVICE_DEAD)
			continue;
		TAILQ_REMOVE(&alldevs, dev, dv_list);
		TAILQ_INSERT_TAIL(&graves, dev, dv_list);
		ngraves++;
		/* These may be unloaded. */
		dev->dv_cfdata = NULL;
		dev->dv_cfdriver = NULL;
		dev->dv_cfattach = NULL;
		if (NGRAVES > 0 && dev->dv_softc != NULL)
			memset(dev->dv_softc, SOFTC_DEAD, dev->dv_softcsize);
	}
	graves_take(&out, keep);
	mutex_exit(&alldevs_lock);
	while ((dev = TAILQ_FIRST(&out)) != NULL) {
		TAILQ_REMOVE(&out, dev, dv_list);
		device_free(dev);
	}
}

void
device_bury_dead(void)
{
	graves_dig(NGRAVES);
}

void
device_graves_clear(void)
{
	graves_dig(0);
}

/* ---- Detaching ---- */

/*
 * Become the one who detaches dev: it is attached, nothing is pending, nobody else does.
 * errors: ENXIO (it is dead meanwhile).
 */
static int
detach_enter(device_t dev)
{
	int error = 0;

	mutex_enter(&config_lock);
	while (dev->dv_pending != 0)
		cv_wait(&config_cv, &config_lock);
	mutex_exit(&config_lock);
	mutex_enter(&alldevs_lock);
	deviters++; /* dev's memory stays over the wait */
	while (dev->dv_state == DEVICE_ATTACHING || dev->dv_state == DEVICE_DETACHING) {
		KASSERTMSG(dev->dv_mover != curlwp,
		    "%s: detached by its own attach or detach function", dev->dv_xname);
		cv_wait(&alldevs_cv, &alldevs_lock);
	}
	deviters--;
	if (dev->dv_state == DEVICE_DEAD) {
		error = ENXIO;
	} else {
		dev->dv_mover = curlwp;
		dev->dv_flags &= ~DVF_COMMITTED;
		device_set_state(dev, DEVICE_DETACHING);
	}
	mutex_exit(&alldevs_lock);
	return error;
}

void
config_detach_commit(device_t dev)
{
	mutex_enter(&alldevs_lock);
	KASSERT(dev->dv_mover == curlwp);
	dev->dv_flags |= DVF_COMMITTED;
	cv_broadcast(&alldevs_cv);
	mutex_exit(&alldevs_lock);
}

static int
driver_detach(device_t dev, int flags)
{
	const cfattach_t ca = dev->dv_cfattach;
	int error = EOPNOTSUPP;

	KERNEL_LOCK(1, NULL);
	if (ca->ca_detach != NULL)
		error = (*ca->ca_detach)(dev, flags);
	KERNEL_UNLOCK_ONE(NULL);
	if (error != 0 && (flags & DETACH_FORCE) != 0) {
		printf(
		    "%s: the driver does not detach (error %d), but must\n", dev->dv_xname, error);
		error = 0;
	}
	return error;
}

static device_t
first_child(device_t parent)
{
	device_t dev;

	KASSERT(mutex_owned(&alldevs_lock));
	TAILQ_FOREACH (dev, &alldevs, dv_list)
		if (dev->dv_parent == parent && dev->dv_state != DEVICE_DEAD)
			return dev;
	return NULL;
}

/* The driver has let go: nobody else may begin, those who have a reference are waited for. */
static void
device_die(device_t dev)
{
	const cfdriver_t cd = dev->dv_cfdriver;
	device_t child;

	mutex_enter(&alldevs_lock);
	if ((child = first_child(dev)) != NULL)
		panic("%s: detached while its child %s is there", dev->dv_xname, child->dv_xname);
	dev->dv_flags = (dev->dv_flags & ~DVF_ACTIVE) | DVF_COMMITTED;
	atomic_store_release(&cd->cd_devs[dev->dv_unit], NULL);
	cv_broadcast(&alldevs_cv);
	localcount_drain(&dev->dv_localcount, &alldevs_cv, &alldevs_lock);
	mutex_exit(&alldevs_lock);
	localcount_fini(&dev->dv_localcount);
}

static void
parent_forget(device_t dev)
{
	const device_t parent = dev->dv_parent;

	if (parent != NULL && parent->dv_cfattach->ca_childdetached != NULL) {
		KERNEL_LOCK(1, NULL);
		(*parent->dv_cfattach->ca_childdetached)(parent, dev);
		KERNEL_UNLOCK_ONE(NULL);
	}
	if (rumpdev_detached != NULL)
		(*rumpdev_detached)(dev);
}

int
config_detach(device_t dev, int flags)
{
	const cfdata_t cf = dev->dv_cfdata;
	int error;

	ASSERT_SLEEPABLE();
	device_check(dev, "config_detach");
	error = detach_enter(dev);
	if (error != 0)
		return error;
	config_deferred_forget(dev);
	error = driver_detach(dev, flags);
	if (error != 0) {
		mutex_enter(&alldevs_lock);
		KASSERTMSG((dev->dv_flags & DVF_COMMITTED) == 0,
		    "%s: error %d after config_detach_commit()", dev->dv_xname, error);
		dev->dv_mover = NULL;
		device_set_state(dev, DEVICE_ATTACHED);
		mutex_exit(&alldevs_lock);
		return error;
	}
	device_die(dev);
	device_nodes(dev, false);
	parent_forget(dev);
	if ((flags & DETACH_QUIET) == 0)
		aprint_normal("%s: detached\n", dev->dv_xname);
	mutex_enter(&config_lock);
	if (cf->cf_fstate == FSTATE_FOUND)
		atomic_store_relaxed(&cf->cf_fstate, FSTATE_NOTFOUND);
	mutex_exit(&config_lock);
	mutex_enter(&alldevs_lock);
	dev->dv_mover = NULL;
	device_set_state(dev, DEVICE_DEAD);
	mutex_exit(&alldevs_lock);
	device_bury_dead();
	return 0;
}

int
config_detach_release(device_t dev, int flags)
{
	int error;

	/* Its memory must stay between the two. */
	mutex_enter(&alldevs_lock);
	deviters++;
	mutex_exit(&alldevs_lock);
	device_release(dev);
	error = config_detach(dev, flags);
	mutex_enter(&alldevs_lock);
	deviters--;
	mutex_exit(&alldevs_lock);
	device_bury_dead();
	return error;
}

int
config_detach_children(device_t parent, int flags)
{
	deviter_t di;
	device_t dev;
	int error = 0;

	device_check(parent, "config_detach_children");
	for (dev = deviter_first(&di, DEVITER_F_RW); dev != NULL && error == 0;
	     dev = deviter_next(&di)) {
		if (dev->dv_parent != parent)
			continue;
		error = config_detach(dev, flags);
		if (error == ENXIO)
			error = 0;
	}
	deviter_release(&di);
	return error;
}

bool
config_detach_all(int how)
{
	const int flags = DETACH_SHUTDOWN | DETACH_FORCE | DETACH_QUIET;
	bool any = false;
	deviter_t di;
	device_t dev;

	for (dev = deviter_first(&di, DEVITER_F_SHUTDOWN | DEVITER_F_LEAVES_FIRST); dev != NULL;
	     dev = deviter_next(&di))
		if (config_detach(dev, flags) == 0)
			any = true;
	deviter_release(&di);
	return any;
}

/* ---- Deactivation ---- */

int
config_deactivate(device_t dev)
{
	deviter_t di;
	device_t d, up;
	int error = 0, one;

	device_check(dev, "config_deactivate");
	for (d = deviter_first(&di, DEVITER_F_ROOT_FIRST); d != NULL; d = deviter_next(&di)) {
		for (up = d; up != NULL && up != dev; up = up->dv_parent)
			continue;
		if (up == NULL)
			continue;
		mutex_enter(&alldevs_lock);
		one = (d->dv_flags & DVF_ACTIVE) != 0;
		d->dv_flags &= ~DVF_ACTIVE;
		mutex_exit(&alldevs_lock);
		if (!one)
			continue; /* it knows */
		one = d->dv_cfattach->ca_activate == NULL
		    ? EOPNOTSUPP
		    : (*d->dv_cfattach->ca_activate)(d, DVACT_DEACTIVATE);
		if (error == 0)
			error = one;
	}
	deviter_release(&di);
	return error;
}
