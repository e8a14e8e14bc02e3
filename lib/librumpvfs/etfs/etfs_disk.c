/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Block devices as disks, for the component that makes wedges of their partitions: <sys/disk_image.h>. */
#include <sys/param.h>
#include <sys/disk_image.h>
#include <sys/errno.h>
#include <sys/systm.h>

#include "rump_boot.h"
#include "etfs.h"

static const struct disk_image_ops *image_ops; /* changed while registration is locked */

void
etfs_disk_setops(const struct disk_image_ops *ops)
{
	image_ops = ops;
}

const struct disk_image_ops *
etfs_disk_ops(void)
{
	return image_ops;
}

void
etfs_disk_attach(struct etfs_file *ef, int unit, dev_t dev)
{
	char name[16];
	void *image;

	if (image_ops == NULL || ef->ef_image != NULL || ef->ef_size == 0)
		return;
	snprintf(name, sizeof(name), "etfs%d", unit);
	if ((*image_ops->dio_attach)(
		name, dev, 1U << rump_params.rp_blksectshift, ef->ef_size, &image) == 0)
		__atomic_store_n(&ef->ef_image, image, __ATOMIC_RELEASE);
}

int
etfs_disk_detach(struct etfs_file *ef, bool force)
{
	int error;

	if (ef->ef_image == NULL)
		return 0;
	error = (*image_ops->dio_detach)(ef->ef_image, force);
	if (error == 0)
		ef->ef_image = NULL;
	return error;
}

int
etfs_disk_ioctl(struct etfs_file *ef, dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	void *const image = __atomic_load_n(&ef->ef_image, __ATOMIC_ACQUIRE);

	if (image == NULL)
		return EPASSTHROUGH;
	return (*image_ops->dio_ioctl)(image, dev, cmd, data, flag, l);
}
