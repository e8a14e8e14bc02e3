/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Looking for a partition table, and wedges for what is in it.  The first table that is there counts:
 * GPT, then BSD's label, then MBR.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/disk.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/systm.h>

#include "bsdlabel_fmt.h"
#include "dk_var.h"
#include "gpt_fmt.h"
#include "mbr_fmt.h"

static const struct {
	const char *name;
	int (*parse)(struct part_ctx *);
} methods[] = {
	{ "GPT", gpt_parse },
	{ "disklabel", bsdlabel_parse },
	{ "MBR", mbr_parse },
};

int
dkwedge_read(struct disk *dk, struct vnode *vp, daddr_t blkno, void *data, size_t len)
{
	struct buf *bp;
	int error;

	bp = getiobuf(NULL, true);
	bp->b_flags = B_READ;
	bp->b_dev = dk->dk_rawdev;
	bp->b_data = data;
	bp->b_bcount = bp->b_bufsize = (int)len;
	bp->b_blkno = bp->b_rawblkno = blkno << dk->dk_blkshift;
	bdev_strategy(bp);
	error = biowait(bp);
	if (error == 0 && (bp->b_resid != 0 || (size_t)bp->b_bcount != len))
		error = EIO;
	putiobuf(bp);
	return error;
}

static int
discover_read(void *cookie, uint64_t lba, uint8_t *buf)
{
	struct disk *const dk = cookie;

	return dkwedge_read(dk, NULL, (daddr_t)lba, buf, dk->dk_geom.dg_secsize);
}

static void
discover_complain(void *cookie, const char *what, int entry, const char *why)
{
	const struct disk *const dk = cookie;

	if (entry == -1)
		printf("%s: %s: %s\n", dk->dk_name, what, why);
	else
		printf("%s: %s entry %d: %s: ignored\n", dk->dk_name, what, entry, why);
}

/* Is there a wedge just there already? */
static bool
known(struct disk *dk, const struct part_entry *pe)
{
	const struct dkwedge_softc *sc;

	mutex_enter(&dk->dk_openlock);
	LIST_FOREACH (sc, &dk->dk_wedges, sc_plink)
		if (sc->sc_offset == pe->pe_start && sc->sc_size == pe->pe_size)
			break;
	mutex_exit(&dk->dk_openlock);
	return sc != NULL;
}

/* A wedge by the first of its names that nobody has: its own, the one for all time, the one by position. */
static void
discover_found(void *cookie, const struct part_entry *pe)
{
	struct disk *const dk = cookie;
	struct dkwedge_info *dkw;
	int error = EEXIST;

	if (known(dk, pe))
		return;
	dkw = kmem_zalloc(sizeof(*dkw), KM_SLEEP);
	dkw->dkw_offset = (daddr_t)pe->pe_start;
	dkw->dkw_size = pe->pe_size;
	strlcpy(dkw->dkw_ptype, pe->pe_ptype, sizeof(dkw->dkw_ptype));
	for (int i = 0; error == EEXIST && i < 3; i++) {
		char *const name = (char *)dkw->dkw_wname;

		if (i == 0)
			strlcpy(name, pe->pe_name, sizeof(dkw->dkw_wname));
		else if (i == 1)
			strlcpy(name, pe->pe_altname, sizeof(dkw->dkw_wname));
		else if (pe->pe_letter != 0)
			snprintf(name, sizeof(dkw->dkw_wname), "%s%c", dk->dk_name, pe->pe_letter);
		else
			snprintf(name, sizeof(dkw->dkw_wname), "%s@%llu", dk->dk_name,
			    (unsigned long long)pe->pe_start);
		if (name[0] != '\0')
			error = dk_wedge_add(dk, dkw);
	}
	if (error != 0)
		printf("%s: no wedge for sectors %llu to %llu: error %d\n", dk->dk_name,
		    (unsigned long long)pe->pe_start,
		    (unsigned long long)(pe->pe_start + pe->pe_size - 1), error);
	kmem_free(dkw, sizeof(*dkw));
}

static void
discover(struct disk *dk)
{
	struct part_ctx *const pc = kmem_zalloc(sizeof(*pc), KM_SLEEP);
	int error = ESRCH;

	pc->pc_secsize = dk->dk_geom.dg_secsize;
	pc->pc_nsec = (uint64_t)dk->dk_geom.dg_secperunit;
	pc->pc_read = discover_read;
	pc->pc_found = discover_found;
	pc->pc_complain = discover_complain;
	pc->pc_cookie = dk;
	pc->pc_sector = kmem_alloc(pc->pc_secsize, KM_SLEEP);
	for (size_t i = 0; error == ESRCH && i < __arraycount(methods); i++) {
		pc->pc_nranges = 0;
		error = (*methods[i].parse)(pc);
		if (error != 0 && error != ESRCH)
			printf("%s: looking for a partition table (%s): error %d\n", dk->dk_name,
			    methods[i].name, error);
	}
	kmem_free(pc->pc_sector, pc->pc_secsize);
	kmem_free(pc, sizeof(*pc));
}

void
dkwedge_discover(struct disk *dk)
{
	int error;

	if (dk->dk_rawdev == NODEV || dk->dk_geom.dg_secperunit == 0 ||
	    dk->dk_geom.dg_secsize > PART_SECMAX)
		return;
	mutex_enter(&dk_cfglock);
	error = dk_raw_open(dk, FREAD);
	if (error == 0 || error == EBUSY) /* busy: whoever asks has the disk itself open */
		discover(dk);
	else
		printf("%s: cannot be opened to look for a partition table: error %d\n",
		    dk->dk_name, error);
	if (error == 0)
		dk_raw_close(dk);
	mutex_exit(&dk_cfglock);
}
