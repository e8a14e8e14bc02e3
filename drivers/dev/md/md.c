/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * md(4): disks in the kernel's memory.
 *
 *	no unit --first open--> empty --MD_SETCONF: memory--> configured
 *	configured --MD_SETCONF: none, then the last close--> empty
 *
 * Memory is given up only when nobody has the unit open, so that transfers need no lock to use it: specfs and the
 * device switch see to it that none is under way after the last close.
 *
 * Lock order: md_lock, then dk_openlock of a unit.  md_lock is not held over anything that makes or removes wedges
 * or nodes.
 */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/conf.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/mutex.h>
#include <sys/stat.h>
#include <sys/systm.h>

#include <dev/md.h>

#include "md_var.h"

MODULE(MODULE_CLASS_DRIVER, md, "disk");

static kmutex_t md_lock;
static struct md_softc *md_units[MD_UNITS]; /* (a), written with md_lock; never back to NULL */

struct md_softc *
md_unit(dev_t dev)
{
	const u_int unit = (u_int)DISKUNIT(dev);

	return unit < MD_UNITS ? atomic_load_consume(&md_units[unit]) : NULL;
}

static void md_geometry(struct md_softc *sc);

static const struct dkdriver md_dkdriver = { .d_strategy = NULL, .d_minphys = NULL };

/* Its raw device is set, so no nodes are made: whoever opens a device holds the lock of its vnode. */
static struct md_softc *
unit_make(int unit)
{
	struct md_softc *const sc = kmem_zalloc(sizeof(*sc), KM_SLEEP);

	snprintf(sc->sc_name, sizeof(sc->sc_name), "md%d", unit);
	mutex_init(&sc->sc_statlock, MUTEX_DEFAULT, IPL_NONE);
	disk_init(&sc->sc_dkdev, sc->sc_name, &md_dkdriver);
	sc->sc_dkdev.dk_rawdev = MAKEDISKDEV(md_bmajor, unit, RAW_PART);
	md_geometry(sc);
	disk_attach(&sc->sc_dkdev);
	return sc;
}

static void
unit_free(struct md_softc *sc)
{
	disk_detach(&sc->sc_dkdev);
	disk_destroy(&sc->sc_dkdev);
	mutex_destroy(&sc->sc_statlock);
	if (sc->sc_mem != NULL)
		md_mem_free(sc->sc_mem);
	kmem_free(sc, sizeof(*sc));
}

int
md_opened(dev_t dev, u_int fmt)
{
	const u_int unit = (u_int)DISKUNIT(dev);
	struct md_softc *sc;

	if (unit >= MD_UNITS || DISKPART(dev) != RAW_PART)
		return ENXIO;
	mutex_enter(&md_lock);
	sc = md_units[unit];
	if (sc == NULL) {
		sc = unit_make((int)unit);
		atomic_store_release(&md_units[unit], sc);
	}
	sc->sc_openmask |= fmt;
	mutex_exit(&md_lock);
	return 0;
}

void
md_closed(dev_t dev, u_int fmt)
{
	struct md_softc *const sc = md_unit(dev);
	struct md_mem *mm = NULL;

	mutex_enter(&md_lock);
	sc->sc_openmask &= ~fmt;
	if (sc->sc_openmask == 0 && sc->sc_release) {
		mm = sc->sc_mem;
		sc->sc_release = false;
		atomic_store_relaxed(&sc->sc_mem, NULL);
		md_geometry(sc);
	}
	mutex_exit(&md_lock);
	if (mm != NULL)
		md_mem_free(mm);
}

/* ---- Configuration ---- */

static void
md_geometry(struct md_softc *sc)
{
	struct disk_geom *const dg = &sc->sc_dkdev.dk_geom;

	memset(dg, 0, sizeof(*dg));
	dg->dg_secsize = MD_SECSIZE;
	dg->dg_secperunit = sc->sc_mem != NULL ? (int64_t)(sc->sc_mem->mm_size / MD_SECSIZE) : 0;
	disk_set_info(NULL, &sc->sc_dkdev, NULL);
}

void
md_getconf(struct md_softc *sc, struct md_conf *md)
{
	mutex_enter(&md_lock);
	md->md_addr = NULL;
	md->md_size = sc->sc_mem != NULL ? sc->sc_mem->mm_size : 0;
	md->md_type = sc->sc_mem != NULL ? MD_KMEM_ALLOCATED : MD_UNCONFIGURED;
	mutex_exit(&md_lock);
}

int
md_setconf(struct md_softc *sc, struct md_conf *md)
{
	struct md_mem *mm;
	int error;

	if (md->md_type == MD_UNCONFIGURED) {
		dkwedge_delidle(&sc->sc_dkdev);
		mutex_enter(&md_lock);
		sc->sc_release = sc->sc_mem != NULL;
		mutex_exit(&md_lock);
		return 0;
	}
	if (md->md_type != MD_KMEM_ALLOCATED)
		return md->md_type == MD_UMEM_SERVER ? EOPNOTSUPP : EINVAL;
	if (md->md_size == 0 || md->md_size % MD_SECSIZE != 0)
		return EINVAL;
	if (atomic_load_relaxed(&sc->sc_mem) != NULL)
		return EBUSY;
	error = md_mem_alloc(sc->sc_name, md->md_size, &mm);
	if (error != 0)
		return error;
	mutex_enter(&md_lock);
	if (sc->sc_mem == NULL) {
		atomic_store_release(&sc->sc_mem, mm);
		md_geometry(sc);
		mm = NULL;
	}
	mutex_exit(&md_lock);
	if (mm == NULL)
		return 0;
	md_mem_free(mm);
	return EBUSY;
}

/* ---- The module ---- */

static void
make_nodes(void)
{
	char name[8];

	for (int i = 0; i < MD_NODES; i++) {
		snprintf(name, sizeof(name), "md%d", i);
		(void)rump_devnode_add(name, S_IFBLK | 0600, MAKEDISKDEV(md_bmajor, i, RAW_PART));
		snprintf(name, sizeof(name), "rmd%d", i);
		(void)rump_devnode_add(name, S_IFCHR | 0600, MAKEDISKDEV(md_cmajor, i, RAW_PART));
	}
}

static int
md_start(void)
{
	int error;

	memset(md_units, 0, sizeof(md_units));
	md_mem_init();
	mutex_init(&md_lock, MUTEX_DEFAULT, IPL_NONE);
	error = md_dev_attach();
	if (error != 0) {
		mutex_destroy(&md_lock);
		return error;
	}
	make_nodes();
	return 0;
}

/* At halt what is still open goes by force. */
static int
md_stop(void)
{
	bool open = false;

	mutex_enter(&md_lock);
	for (int i = 0; i < MD_UNITS; i++)
		open = open || (md_units[i] != NULL && md_units[i]->sc_openmask != 0);
	mutex_exit(&md_lock);
	if (open && !cold)
		return EBUSY;
	for (int i = 0; i < MD_UNITS; i++) /* wedges first, while the switch is there */
		if (md_units[i] != NULL)
			dkwedge_delall(&md_units[i]->sc_dkdev);
	md_dev_detach();
	for (int i = 0; i < MD_UNITS; i++)
		if (md_units[i] != NULL)
			unit_free(md_units[i]);
	mutex_destroy(&md_lock);
	return 0;
}

static int
md_modcmd(modcmd_t cmd, void *arg)
{
	switch (cmd) {
	case MODULE_CMD_INIT:
		return md_start();
	case MODULE_CMD_FINI:
		return md_stop();
	default:
		return ENOTTY;
	}
}
