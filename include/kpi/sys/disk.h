/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * disk(9): what a disk driver keeps and reports about a unit.  The geometry needs no lock: it is
 * set before the first open of the unit.
 */
#ifndef KPI_SYS_DISK_H
#define KPI_SYS_DISK_H

#include <sys/types.h>
#include <sys/dkio.h>
#include <sys/mutex.h>
#include <sys/queue.h>

struct buf;
struct lwp;

struct disk_geom {
	int64_t dg_secperunit; /* sectors */
	uint32_t dg_secsize;   /* bytes */
	uint32_t dg_nsectors;
	uint32_t dg_ntracks;
	uint32_t dg_ncylinders;
};

struct dkdriver {
	void (*d_strategy)(struct buf *);
	void (*d_minphys)(struct buf *);
};

struct disk {
	const char *dk_name; /* "vnd0" */
	const struct dkdriver *dk_driver;
	int dk_blkshift;  /* DEV_BSIZE to bytes */
	int dk_byteshift; /* sectors to bytes */
	u_int dk_copenmask, dk_bopenmask, dk_openmask;
	struct disk_geom dk_geom;
};

#endif /* KPI_SYS_DISK_H */
