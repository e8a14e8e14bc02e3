/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * ioctls of disks for rump_sys_ioctl(): sizes, wedges (dk(4)), memory disks (md(4)).  Offsets and sizes of wedges
 * count sectors of the parent.
 */
#ifndef RUMP_RUMP_DISK_H
#define RUMP_RUMP_DISK_H

#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>

struct rump_dkwedge_info {
	char dkw_devname[16];	/* "dk0" */
	uint8_t dkw_wname[128]; /* UTF-8; no other wedge has it */
	char dkw_parent[16];
	int64_t dkw_offset;
	uint64_t dkw_size;
	char dkw_ptype[32]; /* "ffs", "ext2fs", "msdos", "swap", ..., or "" */
};

struct rump_dkwedge_list {
	void *dkwl_buf; /* array of struct rump_dkwedge_info */
	size_t dkwl_bufsize;
	unsigned dkwl_nwedges; /* that there are */
	unsigned dkwl_ncopied; /* that found room */
};

#define RUMP_DIOCCACHESYNC   _IOW('d', 118, int) /* to the medium */
#define RUMP_DIOCAWEDGE	     _IOWR('d', 121, struct rump_dkwedge_info)
#define RUMP_DIOCGWEDGEINFO  _IOR('d', 122, struct rump_dkwedge_info)
#define RUMP_DIOCDWEDGE	     _IOW('d', 123, struct rump_dkwedge_info) /* by dkw_devname */
#define RUMP_DIOCLWEDGES     _IOWR('d', 124, struct rump_dkwedge_list)
#define RUMP_DIOCRMWEDGES    _IO('d', 131)	      /* those that nobody has open */
#define RUMP_DIOCGMEDIASIZE  _IOR('d', 132, int64_t)  /* bytes */
#define RUMP_DIOCGSECTORSIZE _IOR('d', 133, unsigned) /* bytes */
#define RUMP_DIOCMWEDGES     _IO('d', 135)	      /* by the partition table */

struct rump_md_conf {
	void *md_addr;	/* NULL */
	size_t md_size; /* bytes, a multiple of 512 */
	int md_type;
};
#define RUMP_MD_UNCONFIGURED   0 /* at the last close */
#define RUMP_MD_KMEM_ALLOCATED 2
#define RUMP_MD_GETCONF	       _IOR('r', 0, struct rump_md_conf)
#define RUMP_MD_SETCONF	       _IOWR('r', 1, struct rump_md_conf)

#endif /* RUMP_RUMP_DISK_H */
