/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The device switches: names and majors.
 *
 * One table of slots for each kind, indexed by major.  A slot is EMPTY, ATTACHED or DETACHING:
 *
 *	EMPTY --devsw_attach()--> ATTACHED --devsw_detach()--> DETACHING --last call out--> EMPTY
 *
 * Callers count themselves in ds_calls, then look at ds_sw; devsw_detach() clears ds_sw, then waits
 * for ds_calls to reach zero.  The two are ordered by sequential consistency, so either the caller
 * sees no driver or the detacher sees the caller.
 *
 * Lock order: devsw_lock is a leaf.
 */
#include <sys/param.h>
#include <sys/condvar.h>
#include <sys/conf.h>
#include <sys/mutex.h>
#include <sys/stat.h>
#include <sys/systm.h>

#include "rump_devsw.h"
#include "devsw_var.h"

struct devsw_slot devsw_bslots[DEVSW_MAJORS], devsw_cslots[DEVSW_MAJORS];
const struct rump_autoconf_ops *rump_autoconf;
static kmutex_t devsw_lock;
static kcondvar_t devsw_cv;

int
rump_devsw_init(void)
{
	memset(bslots, 0, sizeof(bslots));
	memset(cslots, 0, sizeof(cslots));
	mutex_init(&devsw_lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&devsw_cv, "devsw");
	biodone_vfs = NULL;
	rump_autoconf = NULL;
	return rump_devnode_init();
}

void
rump_devsw_fini(void)
{
	rump_devnode_fini();
	cv_destroy(&devsw_cv);
	mutex_destroy(&devsw_lock);
}

void
devsw_drained(void)
{
	mutex_enter(&devsw_lock);
	cv_broadcast(&devsw_cv);
	mutex_exit(&devsw_lock);
}

/* Is the major, or one to be chosen, free for name?  locks: devsw_lock. */
static int
devsw_choose(const struct devsw_slot *slots, const char *name, devmajor_t *majorp)
{
	devmajor_t m, chosen = *majorp;

	KASSERT(mutex_owned(&devsw_lock));
	if (chosen != NODEVMAJOR && (chosen < 0 || chosen >= DEVSW_MAJORS))
		return EINVAL;
	for (m = 0; m < DEVSW_MAJORS; m++)
		if (strcmp(slots[m].ds_name, name) == 0)
			return EEXIST;
	for (m = DEVSW_FIRST; chosen == NODEVMAJOR && m < DEVSW_MAJORS; m++)
		if (slots[m].ds_name[0] == '\0')
			chosen = m;
	if (chosen == NODEVMAJOR)
		return ENOMEM;
	if (slots[chosen].ds_name[0] != '\0')
		return EEXIST;
	*majorp = chosen;
	return 0;
}

static void
devsw_fill(struct devsw_slot *ds, const char *name, const void *sw)
{
	strlcpy(ds->ds_name, name, sizeof(ds->ds_name));
	__atomic_store_n(&ds->ds_sw, sw, __ATOMIC_SEQ_CST);
}

int
rump_devsw_attach(const char *name, const struct bdevsw *bdev, devmajor_t *bmajor,
    const struct cdevsw *cdev, devmajor_t *cmajor)
{
	devmajor_t bm = bdev != NULL ? *bmajor : NODEVMAJOR;
	devmajor_t cm = cdev != NULL ? *cmajor : NODEVMAJOR;
	int error = 0;

	if ((bdev == NULL && cdev == NULL) || name[0] == '\0' || strlen(name) >= DEVSW_NAMESIZE)
		return EINVAL;
	mutex_enter(&devsw_lock);
	if (bdev != NULL)
		error = devsw_choose(bslots, name, &bm);
	if (error == 0 && cdev != NULL)
		error = devsw_choose(cslots, name, &cm);
	if (error == 0 && bdev != NULL) {
		devsw_fill(&bslots[bm], name, bdev);
		*bmajor = bm;
	}
	if (error == 0 && cdev != NULL) {
		devsw_fill(&cslots[cm], name, cdev);
		*cmajor = cm;
	}
	mutex_exit(&devsw_lock);
	return error;
}

/* The nodes of a driver without autoconf: of its unit 0. */
static int
devsw_first_nodes(const char *name, bool block, devmajor_t bm, bool character, devmajor_t cm)
{
	char rname[DEVSW_NAMESIZE + 1];
	int error = 0;

	snprintf(rname, sizeof(rname), "%s%s", block ? "r" : "", name);
	if (block)
		error = rump_devnode_add(name, S_IFBLK | 0600, makedev(bm, 0));
	if (error == 0 && character)
		error = rump_devnode_add(rname, S_IFCHR | 0600, makedev(cm, 0));
	return error;
}

int
devsw_attach(const char *name, const struct bdevsw *bdev, devmajor_t *bmajor,
    const struct cdevsw *cdev, devmajor_t *cmajor)
{
	struct cfdriver *const bcd = bdev != NULL ? bdev->d_cfdriver : NULL;
	struct cfdriver *const ccd = cdev != NULL ? cdev->d_cfdriver : NULL;
	int error;

	error = rump_devsw_attach(name, bdev, bmajor, cdev, cmajor);
	if (error != 0 || (bdev != NULL && (bdev->d_flag & D_TYPEMASK) == D_DISK))
		return error; /* a disk's units make their own nodes: disk_attach() */
	if (bcd == NULL && ccd == NULL)
		error = devsw_first_nodes(name, bdev != NULL, bdev != NULL ? *bmajor : NODEVMAJOR,
		    cdev != NULL, cdev != NULL ? *cmajor : NODEVMAJOR);
	else if (rump_autoconf != NULL)
		(*rump_autoconf->ao_units)(ccd != NULL ? ccd : bcd);
	if (error != 0)
		devsw_detach(bdev, cdev);
	return error;
}

static bool
minors_are_units(int (*devtounit)(dev_t))
{
	return devtounit == NULL || devtounit == dev_minor_unit;
}

/* Majors of cd's switches, or NODEVMAJOR. */
static void
devsw_of_driver(const struct cfdriver *cd, devmajor_t *bm, devmajor_t *cm)
{
	*bm = *cm = NODEVMAJOR;
	mutex_enter(&devsw_lock);
	for (devmajor_t m = 0; m < DEVSW_MAJORS; m++) {
		const struct bdevsw *const b = bslots[m].ds_sw;
		const struct cdevsw *const c = cslots[m].ds_sw;

		if (b != NULL && b->d_cfdriver == cd && minors_are_units(b->d_devtounit))
			*bm = m;
		if (c != NULL && c->d_cfdriver == cd && minors_are_units(c->d_devtounit))
			*cm = m;
	}
	mutex_exit(&devsw_lock);
}

void
rump_devsw_nodes(const struct cfdriver *cd, int unit, const char *name, bool add)
{
	char rname[DEVSW_NAMESIZE + 1];
	devmajor_t bm, cm;

	devsw_of_driver(cd, &bm, &cm);
	snprintf(rname, sizeof(rname), "%s%s", bm != NODEVMAJOR ? "r" : "", name);
	if (bm != NODEVMAJOR && add)
		(void)rump_devnode_add(name, S_IFBLK | 0600, makedev(bm, unit));
	else if (bm != NODEVMAJOR)
		rump_devnode_remove_dev(S_IFBLK, makedev(bm, unit));
	if (cm != NODEVMAJOR && add)
		(void)rump_devnode_add(rname, S_IFCHR | 0600, makedev(cm, unit));
	else if (cm != NODEVMAJOR)
		rump_devnode_remove_dev(S_IFCHR, makedev(cm, unit));
}

static devmajor_t
devsw_find(const struct devsw_slot *slots, const void *sw)
{
	for (devmajor_t m = 0; sw != NULL && m < DEVSW_MAJORS; m++)
		if (__atomic_load_n(&slots[m].ds_sw, __ATOMIC_RELAXED) == sw)
			return m;
	return NODEVMAJOR;
}

/* ATTACHED to EMPTY. */
static void
devsw_empty(struct devsw_slot *ds)
{
	mutex_enter(&devsw_lock);
	__atomic_store_n(&ds->ds_sw, NULL, __ATOMIC_SEQ_CST);
	__atomic_store_n(&ds->ds_draining, 1, __ATOMIC_SEQ_CST);
	while (__atomic_load_n(&ds->ds_calls, __ATOMIC_SEQ_CST) != 0)
		cv_wait(&devsw_cv, &devsw_lock);
	__atomic_store_n(&ds->ds_draining, 0, __ATOMIC_SEQ_CST);
	ds->ds_name[0] = '\0';
	mutex_exit(&devsw_lock);
}

void
devsw_detach(const struct bdevsw *bdev, const struct cdevsw *cdev)
{
	const devmajor_t bm = devsw_find(bslots, bdev);
	const devmajor_t cm = devsw_find(cslots, cdev);

	ASSERT_SLEEPABLE();
	if (bm != NODEVMAJOR) {
		rump_devnode_remove(S_IFBLK, bm);
		devsw_empty(&bslots[bm]);
	}
	if (cm != NODEVMAJOR) {
		rump_devnode_remove(S_IFCHR, cm);
		devsw_empty(&cslots[cm]);
	}
}

/* ---- Looking up ---- */

static const void *
devsw_at(const struct devsw_slot *slots, devmajor_t m)
{
	if (m < 0 || m >= DEVSW_MAJORS)
		return NULL;
	return __atomic_load_n(&slots[m].ds_sw, __ATOMIC_ACQUIRE);
}

const struct bdevsw *
bdevsw_lookup(dev_t dev)
{
	return dev == NODEV ? NULL : devsw_at(bslots, major(dev));
}

const struct cdevsw *
cdevsw_lookup(dev_t dev)
{
	return dev == NODEV ? NULL : devsw_at(cslots, major(dev));
}

devmajor_t
bdevsw_lookup_major(const struct bdevsw *bdev)
{
	return devsw_find(bslots, bdev);
}

devmajor_t
cdevsw_lookup_major(const struct cdevsw *cdev)
{
	return devsw_find(cslots, cdev);
}

const char *
bdevsw_getname(devmajor_t m)
{
	return devsw_at(bslots, m) == NULL ? NULL : bslots[m].ds_name;
}

const char *
cdevsw_getname(devmajor_t m)
{
	return devsw_at(cslots, m) == NULL ? NULL : cslots[m].ds_name;
}

const char *
devsw_blk2name(devmajor_t bmajor)
{
	return bdevsw_getname(bmajor);
}

/* The slot of the driver that a device's name ("vnd0") begins with. */
static devmajor_t
devsw_byname(const struct devsw_slot *slots, const char *name, char *devname, size_t devnamelen)
{
	for (devmajor_t m = 0; name != NULL && m < DEVSW_MAJORS; m++) {
		const size_t len = strlen(slots[m].ds_name);

		if (len == 0 || strncmp(name, slots[m].ds_name, len) != 0 ||
		    (name[len] != '\0' && (name[len] < '0' || name[len] > '9')))
			continue;
		if (devname != NULL)
			strlcpy(devname, slots[m].ds_name, devnamelen);
		return m;
	}
	return NODEVMAJOR;
}

devmajor_t
devsw_name2blk(const char *name, char *devname, size_t devnamelen)
{
	return devsw_byname(bslots, name, devname, devnamelen);
}

devmajor_t
devsw_name2chr(const char *name, char *devname, size_t devnamelen)
{
	return devsw_byname(cslots, name, devname, devnamelen);
}

/* The same unit of the driver's other kind. */
static dev_t
devsw_other(const struct devsw_slot *from, const struct devsw_slot *to, dev_t dev)
{
	if (dev == NODEV || devsw_at(from, major(dev)) == NULL)
		return NODEV;
	for (devmajor_t m = 0; m < DEVSW_MAJORS; m++)
		if (strcmp(to[m].ds_name, from[major(dev)].ds_name) == 0)
			return makedev(m, minor(dev));
	return NODEV;
}

dev_t
devsw_chr2blk(dev_t cdev)
{
	return devsw_other(cslots, bslots, cdev);
}

dev_t
devsw_blk2chr(dev_t bdev)
{
	return devsw_other(bslots, cslots, bdev);
}
