/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* File-system status in BSD's shape, with the mount's names. */
#ifndef KPI_SYS_STATVFS_H
#define KPI_SYS_STATVFS_H

#include <sys/fstypes.h>
#include <sys/types.h>

#define _VFS_NAMELEN  32
#define _VFS_MNAMELEN 1024
#define VFS_NAMELEN   _VFS_NAMELEN
#define VFS_MNAMELEN  _VFS_MNAMELEN

struct statvfs {
	unsigned long f_flag;	/* MNT_* that are visible */
	unsigned long f_bsize;	/* bytes, file-system block */
	unsigned long f_frsize; /* bytes, the unit of the block counts */
	unsigned long f_iosize; /* bytes, best transfer */
	fsblkcnt_t f_blocks;	/* in f_frsize units, as the next three */
	fsblkcnt_t f_bfree;
	fsblkcnt_t f_bavail;
	fsblkcnt_t f_bresvd;
	fsfilcnt_t f_files;
	fsfilcnt_t f_ffree;
	fsfilcnt_t f_favail;
	fsfilcnt_t f_fresvd;
	uint64_t f_syncreads;
	uint64_t f_syncwrites;
	uint64_t f_asyncreads;
	uint64_t f_asyncwrites;
	fsid_t f_fsidx;
	unsigned long f_fsid;
	unsigned long f_namemax; /* bytes */
	uid_t f_owner;
	uint64_t f_spare[4];
	char f_fstypename[_VFS_NAMELEN];
	char f_mntonname[_VFS_MNAMELEN];
	char f_mntfromname[_VFS_MNAMELEN];
	char f_mntfromlabel[_VFS_MNAMELEN];
};

#define ST_WAIT	  MNT_WAIT
#define ST_NOWAIT MNT_NOWAIT
#define ST_RDONLY MNT_RDONLY
#define ST_NOSUID MNT_NOSUID
#define ST_LOCAL  MNT_LOCAL

/* A statvfs is too large for a stack. */
#define STATVFSBUF_GET()   ((struct statvfs *)kmem_alloc(sizeof(struct statvfs), KM_SLEEP))
#define STATVFSBUF_PUT(sb) kmem_free((sb), sizeof(struct statvfs))

#endif /* KPI_SYS_STATVFS_H */
