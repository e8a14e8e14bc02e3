/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Between the file-system faction, whose etfs has block devices that may hold a partition table, and disk(9),
 * which is a component above it.  Not of NetBSD's.
 */
#ifndef KPI_SYS_DISK_IMAGE_H
#define KPI_SYS_DISK_IMAGE_H

#include <sys/types.h>

struct lwp;

/* ctx: thread.  sleeps.  locks: those of etfs's registration are held; they come before dk(4)'s. */
struct disk_image_ops {
	/* A block device is there: secsize and bytes are its sectors' and its own size. */
	int (*dio_attach)(
	    const char *name, dev_t bdev, uint32_t secsize, uint64_t bytes, void **imagep);
	/* It goes.  errors: EBUSY, one of its wedges is open and force is not set. */
	int (*dio_detach)(void *image, bool force);
	/* An ioctl of the open device.  errors: EPASSTHROUGH, the ioctl's. */
	int (*dio_ioctl)(void *image, dev_t dev, u_long cmd, void *data, int flag, struct lwp *l);
};

/*
 * All devices that there are, and those to come, are offered to ops; NULL takes them back.  sleeps.
 * errors: EBUSY (taking back, and one is open).
 */
int disk_image_setops(const struct disk_image_ops *ops);
/*
 * One more who has such devices (NULL: no more): changed is told of ops when they come, at once if they are there, and
 * by NULL when they are taken back.  locks of changed: etfs's registration.  errors of changed: EBUSY (taking back).
 */
void disk_image_setclient(int (*changed)(const struct disk_image_ops *ops));

#endif /* KPI_SYS_DISK_IMAGE_H */
