/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * ioctls of a wedge: its own sizes; what concerns the medium goes to the parent.  What changes wedges does not:
 * dk_cfglock must not be waited for with a wedge held.
 */
#include <sys/param.h>
#include <sys/conf.h>
#include <sys/disk.h>
#include <sys/systm.h>

#include "dk_var.h"

static void
sectoralign(const struct dkwedge_softc *sc, struct disk_sectoralign *dsa)
{
	const struct disk_geom *const dg = &sc->sc_parent->dk_geom;
	const uint32_t phys = MAX(dg->dg_physsecsize, dg->dg_secsize) / dg->dg_secsize;
	const uint32_t off = (uint32_t)(sc->sc_offset % phys);

	dsa->dsa_alignment = phys;
	dsa->dsa_firstaligned = (dg->dg_alignedsec % phys + phys - off) % phys;
}

int
dk_dev_ioctl(struct dkwedge_softc *sc, u_long cmd, void *data, int flag, struct lwp *l)
{
	switch (cmd) {
	case DIOCGWEDGEINFO:
		dk_wedge_info(sc, data);
		return 0;
	case DIOCGSECTORSIZE:
		*(u_int *)data = sc->sc_parent->dk_geom.dg_secsize;
		return 0;
	case DIOCGMEDIASIZE:
		*(off_t *)data = (off_t)sc->sc_bytes;
		return 0;
	case DIOCGSECTORALIGN:
		sectoralign(sc, data);
		return 0;
	case DIOCCACHESYNC:
	case DIOCGCACHE:
	case DIOCGSTRATEGY:
		return bdev_ioctl(sc->sc_pdev, cmd, data, flag, l);
	default:
		return ENOTTY;
	}
}
