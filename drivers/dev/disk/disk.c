/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * disk(9): the list of disks, their nodes, and statistics.
 *
 * Lock order: disklist_lock is a leaf.
 */
#include <sys/param.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/stat.h>
#include <sys/systm.h>

#include "dk_var.h"

static TAILQ_HEAD(, disk) disklist; /* (l) */
static kmutex_t disklist_lock;	    /* the legend's (l) */

void
disk_list_init(void)
{
	TAILQ_INIT(&disklist);
	mutex_init(&disklist_lock, MUTEX_DEFAULT, IPL_NONE);
}

int
disk_list_fini(void)
{
	if (!TAILQ_EMPTY(&disklist))
		return EBUSY;
	mutex_destroy(&disklist_lock);
	return 0;
}

void
disk_init(struct disk *dk, const char *name, const struct dkdriver *driver)
{
	dk->dk_name = name;
	dk->dk_driver = driver;
	mutex_init(&dk->dk_openlock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&dk->dk_rawcv, "dkraw");
	LIST_INIT(&dk->dk_wedges);
	dk->dk_nwedges = 0;
	dk->dk_openmask = dk->dk_bopenmask = dk->dk_copenmask = 0;
	dk->dk_rawdev = NODEV;
	dk->dk_hasnodes = false;
	dk->dk_rawbusy = false;
	dk->dk_rawopens = 0;
	dk->dk_rawvp = NULL;
	dk->dk_stats = NULL;
	dk->dk_blkshift = 0;
	dk->dk_byteshift = DEV_BSHIFT;
}

void
disk_destroy(struct disk *dk)
{
	KASSERT(dk->dk_stats == NULL);
	cv_destroy(&dk->dk_rawcv);
	mutex_destroy(&dk->dk_openlock);
}

/* The unit in a name like "md0": -1 when it ends with no number. */
static int
name_unit(const char *name)
{
	const char *p = name + strlen(name);
	int unit = 0, scale = 1;

	if (p == name || p[-1] < '0' || p[-1] > '9')
		return -1;
	while (p > name && p[-1] >= '0' && p[-1] <= '9' && scale < 1000000) {
		unit += (*--p - '0') * scale;
		scale *= 10;
	}
	return unit;
}

/* Nodes of the raw partition, where the driver is known by the disk's name. */
static void
make_nodes(struct disk *dk)
{
	const devmajor_t bmajor = devsw_name2blk(dk->dk_name, NULL, 0);
	const devmajor_t cmajor = devsw_name2chr(dk->dk_name, NULL, 0);
	const int unit = name_unit(dk->dk_name);
	char rname[24];

	if (unit == -1 || bmajor == NODEVMAJOR)
		return;
	dk->dk_rawdev = MAKEDISKDEV(bmajor, unit, RAW_PART);
	dk->dk_hasnodes = true;
	(void)rump_devnode_add(dk->dk_name, S_IFBLK | 0600, dk->dk_rawdev);
	snprintf(rname, sizeof(rname), "r%s", dk->dk_name);
	if (cmajor != NODEVMAJOR)
		(void)rump_devnode_add(rname, S_IFCHR | 0600, MAKEDISKDEV(cmajor, unit, RAW_PART));
}

void
disk_attach(struct disk *dk)
{
	KASSERT(dk->dk_stats == NULL);
	if (dk->dk_geom.dg_secsize == 0)
		dk->dk_geom.dg_secsize = DEV_BSIZE;
	disk_blocksize(dk, (int)dk->dk_geom.dg_secsize);
	dk->dk_label = kmem_zalloc(sizeof(*dk->dk_label), KM_SLEEP);
	dk->dk_cpulabel = kmem_zalloc(sizeof(*dk->dk_cpulabel), KM_SLEEP);
	dk->dk_stats = iostat_alloc(IOSTAT_DISK, dk, dk->dk_name);
	if (dk->dk_rawdev == NODEV)
		make_nodes(dk);
	mutex_enter(&disklist_lock);
	TAILQ_INSERT_TAIL(&disklist, dk, dk_link);
	mutex_exit(&disklist_lock);
}

int
disk_begindetach(struct disk *dk, int (*lastclose)(device_t), device_t self, int flags)
{
	const bool force = (flags & DETACH_FORCE) != 0;
	bool open;

	if (!force)
		dkwedge_delidle(dk);
	mutex_enter(&dk->dk_openlock);
	open = dk->dk_openmask != 0 || dk->dk_nwedges != 0;
	mutex_exit(&dk->dk_openlock);
	if (open && !force)
		return EBUSY;
	return open || lastclose == NULL ? 0 : (*lastclose)(self);
}

void
disk_detach(struct disk *dk)
{
	dkwedge_delall(dk);
	mutex_enter(&disklist_lock);
	TAILQ_REMOVE(&disklist, dk, dk_link);
	mutex_exit(&disklist_lock);
	if (dk->dk_hasnodes) {
		const dev_t cdev = devsw_blk2chr(dk->dk_rawdev);

		rump_devnode_remove_dev(S_IFBLK, dk->dk_rawdev);
		if (cdev != NODEV)
			rump_devnode_remove_dev(S_IFCHR, cdev);
		dk->dk_hasnodes = false;
	}
	dk->dk_rawdev = NODEV;
	iostat_free(dk->dk_stats);
	dk->dk_stats = NULL;
	kmem_free(dk->dk_label, sizeof(*dk->dk_label));
	kmem_free(dk->dk_cpulabel, sizeof(*dk->dk_cpulabel));
	dk->dk_label = NULL;
	dk->dk_cpulabel = NULL;
}

struct disk *
disk_find(const char *name)
{
	struct disk *dk;

	mutex_enter(&disklist_lock);
	TAILQ_FOREACH (dk, &disklist, dk_link)
		if (strcmp(dk->dk_name, name) == 0)
			break;
	mutex_exit(&disklist_lock);
	return dk;
}

void
disk_blocksize(struct disk *dk, int blocksize)
{
	if (blocksize < DEV_BSIZE || blocksize > 65536 || !powerof2(blocksize))
		panic("disk %s: sectors of %d bytes", dk->dk_name, blocksize);
	dk->dk_byteshift = ffs(blocksize) - 1;
	dk->dk_blkshift = dk->dk_byteshift - DEV_BSHIFT;
}

void
disk_set_info(device_t dev, struct disk *dk, const char *type)
{
	struct disk_geom *const dg = &dk->dk_geom;
	int64_t percyl;

	if (dg->dg_secsize == 0)
		dg->dg_secsize = DEV_BSIZE;
	if (dg->dg_physsecsize == 0)
		dg->dg_physsecsize = dg->dg_secsize;
	if (dg->dg_nsectors == 0)
		dg->dg_nsectors = 32;
	if (dg->dg_ntracks == 0)
		dg->dg_ntracks = 64;
	percyl = (int64_t)dg->dg_nsectors * dg->dg_ntracks;
	if (dg->dg_secperunit == 0)
		dg->dg_secperunit = percyl * dg->dg_ncylinders;
	if (dg->dg_ncylinders == 0)
		dg->dg_ncylinders = (uint32_t)MIN(dg->dg_secperunit / percyl, (int64_t)UINT_MAX);
	disk_blocksize(dk, (int)dg->dg_secsize);
}

/* ---- Statistics ---- */

void
disk_wait(struct disk *dk)
{
	iostat_wait(dk->dk_stats);
}

void
disk_busy(struct disk *dk)
{
	iostat_busy(dk->dk_stats);
}

void
disk_unbusy(struct disk *dk, long bcount, int read)
{
	iostat_unbusy(dk->dk_stats, bcount, read);
}

bool
disk_isbusy(struct disk *dk)
{
	return iostat_isbusy(dk->dk_stats);
}

void
disk_seek(struct disk *dk)
{
	iostat_seek(dk->dk_stats);
}
