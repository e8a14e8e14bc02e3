/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* ioctls of disks. */
#ifndef KPI_SYS_DKIO_H
#define KPI_SYS_DKIO_H

#include <sys/types.h>
#include <sys/ioccom.h>

struct dkwedge_info {
	char dkw_devname[16];	/* "dk0" */
	uint8_t dkw_wname[128]; /* UTF-8 */
	char dkw_parent[16];
	daddr_t dkw_offset; /* sectors */
	uint64_t dkw_size;  /* sectors */
	char dkw_ptype[32];
};

struct disk_strategy {
	char dks_name[16];
	char *dks_param;
	size_t dks_paramlen;
};

#define DIOCKLABEL	 _IOW('d', 119, int)
#define DIOCWLABEL	 _IOW('d', 109, int)
#define DIOCEJECT	 _IOW('d', 112, int)
#define DIOCLOCK	 _IOW('d', 113, int)
#define DIOCCACHESYNC	 _IOW('d', 118, int) /* to the medium; argument: force */
#define DIOCGWEDGEINFO	 _IOR('d', 122, struct dkwedge_info)
#define DIOCGSTRATEGY	 _IOR('d', 125, struct disk_strategy)
#define DIOCGMEDIASIZE	 _IOR('d', 132, off_t) /* bytes */
#define DIOCGSECTORSIZE	 _IOR('d', 133, u_int) /* bytes */
#define DIOCGSECTORALIGN _IOR('d', 134, struct disk_sectoralign)

struct disk_sectoralign {
	uint32_t dsa_firstaligned;
	uint32_t dsa_alignment;
};

#define DKW_PTYPE_UNKNOWN ""
#define DKW_PTYPE_FFS	  "ffs"
#define DKW_PTYPE_EXT2FS  "ext2fs"
#define DKW_PTYPE_FAT	  "msdos"

#endif /* KPI_SYS_DKIO_H */
