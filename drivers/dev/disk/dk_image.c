/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Disks whose driver is etfs: the images that a program registered. */
#include <sys/param.h>
#include <sys/disk.h>
#include <sys/disk_image.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/systm.h>

#include "dk_var.h"

struct dk_image {
	struct disk di_disk;
	char di_name[16];
};

static int
image_attach(const char *name, dev_t bdev, uint32_t secsize, uint64_t bytes, void **imagep)
{
	struct dk_image *di;
	struct disk *dk;

	if (secsize > 65536 || bytes > (uint64_t)INT64_MAX)
		return EINVAL;
	di = kmem_zalloc(sizeof(*di), KM_SLEEP);
	dk = &di->di_disk;
	strlcpy(di->di_name, name, sizeof(di->di_name));
	disk_init(dk, di->di_name, NULL);
	dk->dk_rawdev = bdev;
	dk->dk_geom.dg_secsize = secsize;
	dk->dk_geom.dg_secperunit = (int64_t)(bytes / secsize);
	disk_set_info(NULL, dk, NULL);
	disk_attach(dk);
	dkwedge_discover(dk);
	*imagep = di;
	return 0;
}

static int
image_detach(void *image, bool force)
{
	struct dk_image *const di = image;
	int error;

	error = dk_wedge_delset(&di->di_disk, force);
	if (error != 0)
		return error;
	disk_detach(&di->di_disk);
	disk_destroy(&di->di_disk);
	kmem_free(di, sizeof(*di));
	return 0;
}

static int
image_ioctl(void *image, dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct dk_image *const di = image;

	return disk_ioctl(&di->di_disk, dev, cmd, data, flag, l);
}

static const struct disk_image_ops image_ops = {
	.dio_attach = image_attach,
	.dio_detach = image_detach,
	.dio_ioctl = image_ioctl,
};

void
dk_image_init(void)
{
	(void)disk_image_setops(&image_ops);
}

int
dk_image_fini(void)
{
	return disk_image_setops(NULL);
}
