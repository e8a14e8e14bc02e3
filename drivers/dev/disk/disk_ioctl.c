/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The ioctls that all disks have. */
#include <sys/param.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/fcntl.h>
#include <sys/systm.h>

#include "dk_var.h"

/* Does dev stand for the whole of the disk? */
static bool
raw_p(const struct disk *dk, dev_t dev)
{
	return dev != NODEV && (dev == dk->dk_rawdev || DISKPART(dev) == RAW_PART);
}

/* A name from outside: with its NUL. */
static bool
wedge_strings_ok(const struct dkwedge_info *dkw)
{
	return memchr(dkw->dkw_devname, 0, sizeof(dkw->dkw_devname)) != NULL &&
	    memchr(dkw->dkw_wname, 0, sizeof(dkw->dkw_wname)) != NULL &&
	    memchr(dkw->dkw_ptype, 0, sizeof(dkw->dkw_ptype)) != NULL;
}

static int
wedge_ioctl(struct disk *dk, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct dkwedge_info *const dkw = data;

	if (cmd == DIOCLWEDGES)
		return dkwedge_list(dk, data, l);
	if ((flag & FWRITE) == 0)
		return EBADF;
	switch (cmd) {
	case DIOCAWEDGE:
	case DIOCDWEDGE:
		if (!wedge_strings_ok(dkw))
			return EINVAL;
		strlcpy(dkw->dkw_parent, dk->dk_name, sizeof(dkw->dkw_parent));
		return cmd == DIOCAWEDGE ? dkwedge_add(dkw) : dkwedge_del(dkw);
	case DIOCRMWEDGES:
		dkwedge_delidle(dk);
		return 0;
	default: /* DIOCMWEDGES */
		dkwedge_discover(dk);
		return 0;
	}
}

int
disk_ioctl(struct disk *dk, dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	const struct disk_geom *const dg = &dk->dk_geom;
	struct disk_sectoralign *dsa;

	switch (cmd) {
	case DIOCGSECTORSIZE:
		*(u_int *)data = dg->dg_secsize;
		return 0;
	case DIOCGMEDIASIZE:
		*(off_t *)data = (off_t)dg->dg_secperunit * dg->dg_secsize;
		return 0;
	case DIOCGSECTORALIGN:
		dsa = data;
		dsa->dsa_alignment =
		    dg->dg_physsecsize > dg->dg_secsize ? dg->dg_physsecsize / dg->dg_secsize : 1;
		dsa->dsa_firstaligned = dg->dg_alignedsec;
		return 0;
	case DIOCAWEDGE:
	case DIOCDWEDGE:
	case DIOCLWEDGES:
	case DIOCRMWEDGES:
	case DIOCMWEDGES:
		return raw_p(dk, dev) ? wedge_ioctl(dk, cmd, data, flag, l) : EPASSTHROUGH;
	default:
		return EPASSTHROUGH;
	}
}
