/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* ioctls of disks. */
#ifndef KPI_SYS_DKIO_H
#define KPI_SYS_DKIO_H

#include <sys/types.h>
#include <sys/disklabel.h>
#include <sys/ioccom.h>

/* A wedge: dk(4).  Strings end with NUL; offset and size count the parent's sectors. */
struct dkwedge_info {
	char dkw_devname[16];	/* "dk0"; out */
	uint8_t dkw_wname[128]; /* UTF-8; no other wedge has it */
	char dkw_parent[16];	/* out */
	daddr_t dkw_offset;
	uint64_t dkw_size;
	char dkw_ptype[32]; /* DKW_PTYPE_* */
};

struct dkwedge_list {
	void *dkwl_buf; /* array of struct dkwedge_info in the caller's memory */
	size_t dkwl_bufsize;
	u_int dkwl_nwedges; /* out: that there are */
	u_int dkwl_ncopied; /* out: that found room */
};

struct disk_strategy {
	char dks_name[32]; /* "disksort", "fcfs" */
	char *dks_param;
	size_t dks_paramlen;
};

struct disk_sectoralign {
	uint32_t dsa_firstaligned;
	uint32_t dsa_alignment;
};

#define DIOCGDINFO	 _IOR('d', 101, struct disklabel)
#define DIOCSDINFO	 _IOW('d', 102, struct disklabel) /* in memory */
#define DIOCWDINFO	 _IOW('d', 103, struct disklabel)
#define DIOCGPARTINFO	 _IOR('d', 104, struct partinfo)
#define DIOCWLABEL	 _IOW('d', 109, int)
#define DIOCEJECT	 _IOW('d', 112, int)
#define DIOCLOCK	 _IOW('d', 113, int)
#define DIOCGDEFLABEL	 _IOR('d', 114, struct disklabel)
#define DIOCGCACHE	 _IOR('d', 116, int) /* DKCACHE_* */
#define DIOCSCACHE	 _IOW('d', 117, int)
#define DIOCCACHESYNC	 _IOW('d', 118, int) /* to the medium; argument: force */
#define DIOCKLABEL	 _IOW('d', 119, int)
#define DIOCAWEDGE	 _IOWR('d', 121, struct dkwedge_info) /* add */
#define DIOCGWEDGEINFO	 _IOR('d', 122, struct dkwedge_info)
#define DIOCDWEDGE	 _IOW('d', 123, struct dkwedge_info) /* delete, by dkw_devname */
#define DIOCLWEDGES	 _IOWR('d', 124, struct dkwedge_list)
#define DIOCGSTRATEGY	 _IOR('d', 125, struct disk_strategy)
#define DIOCSSTRATEGY	 _IOW('d', 126, struct disk_strategy)
#define DIOCRMWEDGES	 _IO('d', 131)	       /* delete those that nobody has open */
#define DIOCGMEDIASIZE	 _IOR('d', 132, off_t) /* bytes */
#define DIOCGSECTORSIZE	 _IOR('d', 133, u_int) /* bytes */
#define DIOCGSECTORALIGN _IOR('d', 134, struct disk_sectoralign)
#define DIOCMWEDGES	 _IO('d', 135) /* make them by the partition table */

#define DKCACHE_READ	0x000001
#define DKCACHE_WRITE	0x000002
#define DKCACHE_RCHANGE 0x000100
#define DKCACHE_WCHANGE 0x000200
#define DKCACHE_SAVE	0x010000
#define DKCACHE_FUA	0x020000
#define DKCACHE_DPO	0x040000
#define DKCACHE_COMBINE(a, b) \
	(((a) & (b)) | (((a) | (b)) & (DKCACHE_WRITE | DKCACHE_RCHANGE | DKCACHE_WCHANGE)))

#define DKW_PTYPE_UNKNOWN   ""
#define DKW_PTYPE_UNUSED    "unused"
#define DKW_PTYPE_SWAP	    "swap"
#define DKW_PTYPE_FFS	    "ffs"
#define DKW_PTYPE_LFS	    "lfs"
#define DKW_PTYPE_EXT2FS    "ext2fs"
#define DKW_PTYPE_ISO9660   "cd9660"
#define DKW_PTYPE_AMIGADOS  "ados"
#define DKW_PTYPE_APPLEHFS  "hfs"
#define DKW_PTYPE_FAT	    "msdos"
#define DKW_PTYPE_FILECORE  "filecore"
#define DKW_PTYPE_RAIDFRAME "raidframe"
#define DKW_PTYPE_CCD	    "ccd"
#define DKW_PTYPE_CGD	    "cgd"
#define DKW_PTYPE_APPLEUFS  "appleufs"
#define DKW_PTYPE_NTFS	    "ntfs"
#define DKW_PTYPE_UDF	    "udf"
#define DKW_PTYPE_SYSVBFS   "sysvbfs"
#define DKW_PTYPE_VINUM	    "vinum"
#define DKW_PTYPE_EFS	    "efs"
#define DKW_PTYPE_NILFS	    "nilfs"
#define DKW_PTYPE_ZFS	    "zfs"

#endif /* KPI_SYS_DKIO_H */
