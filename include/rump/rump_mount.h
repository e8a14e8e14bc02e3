/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What mount(2) takes: flags, and the arguments of each file system. */
#ifndef RUMP_RUMP_MOUNT_H
#define RUMP_RUMP_MOUNT_H

#include <stdint.h>
#include <sys/types.h>

/* Flags of mount(2), unmount(2) and getvfsstat(2). */
#define RUMP_MNT_RDONLY	     0x00000001
#define RUMP_MNT_SYNCHRONOUS 0x00000002
#define RUMP_MNT_NOEXEC	     0x00000004
#define RUMP_MNT_NOSUID	     0x00000008
#define RUMP_MNT_NODEV	     0x00000010
#define RUMP_MNT_UNION	     0x00000020
#define RUMP_MNT_ASYNC	     0x00000040
#define RUMP_MNT_NOCOREDUMP  0x00008000
#define RUMP_MNT_RELATIME    0x00020000
#define RUMP_MNT_IGNORE	     0x00100000
#define RUMP_MNT_DISCARD     0x00800000
#define RUMP_MNT_EXTATTR     0x01000000
#define RUMP_MNT_LOG	     0x02000000
#define RUMP_MNT_NOATIME     0x04000000
#define RUMP_MNT_UPDATE	     0x00010000
#define RUMP_MNT_RELOAD	     0x00040000
#define RUMP_MNT_FORCE	     0x00080000
#define RUMP_MNT_GETARGS     0x00400000
#define RUMP_MNT_WAIT	     1
#define RUMP_MNT_NOWAIT	     2
#define RUMP_MNT_LAZY	     3

/* Names of file systems, for mount(2). */
#define RUMP_MOUNT_FFS	   "ffs"
#define RUMP_MOUNT_NFS	   "nfs"
#define RUMP_MOUNT_MFS	   "mfs"
#define RUMP_MOUNT_MSDOS   "msdos"
#define RUMP_MOUNT_LFS	   "lfs"
#define RUMP_MOUNT_KERNFS  "kernfs"
#define RUMP_MOUNT_NULL	   "null"
#define RUMP_MOUNT_FDESC   "fdesc"
#define RUMP_MOUNT_UNION   "union"
#define RUMP_MOUNT_CD9660  "cd9660"
#define RUMP_MOUNT_EXT2FS  "ext2fs"
#define RUMP_MOUNT_EXT4	   "ext4"
#define RUMP_MOUNT_NTFS	   "ntfs"
#define RUMP_MOUNT_TMPFS   "tmpfs"
#define RUMP_MOUNT_UDF	   "udf"
#define RUMP_MOUNT_RUMPFS  "rumpfs"
#define RUMP_MOUNT_SYSVBFS "sysvbfs"

/* "ffs", "ext2fs", "ext4", "lfs", "sysvbfs": fspec is the device's path. */
struct rump_ufs_args {
	char *fspec;
};

/* "tmpfs": no arguments at all are the defaults, and in an update leave the limits. */
#define RUMP_TMPFS_ARGS_VERSION 1
struct rump_tmpfs_args {
	int ta_version;
	uint64_t ta_nodes_max; /* files; less than 3: as many as is fit for the size */
	int64_t ta_size_max;   /* bytes; 0: all memory that the kernel may use */
	uint32_t ta_root_uid;
	uint32_t ta_root_gid;
	uint32_t ta_root_mode; /* permission bits */
};

/* "null": the directory to be shown. */
struct rump_null_args {
	char *target;
};

/* A file handle of this kernel. */
struct rump_fid {
	unsigned short fid_len;
	unsigned short fid_reserved;
	char fid_data[16];
};

/* A file system's status with the names of its mount, for getvfsstat(2). */
struct rump_statvfs {
	unsigned long f_flag; /* RUMP_MNT_* */
	unsigned long f_bsize;
	unsigned long f_frsize;
	unsigned long f_iosize;
	uint64_t f_blocks; /* of f_frsize bytes */
	uint64_t f_bfree;
	uint64_t f_bavail;
	uint64_t f_bresvd;
	uint64_t f_files;
	uint64_t f_ffree;
	uint64_t f_favail;
	uint64_t f_fresvd;
	uint64_t f_syncreads;
	uint64_t f_syncwrites;
	uint64_t f_asyncreads;
	uint64_t f_asyncwrites;
	int32_t f_fsidx[2];
	unsigned long f_fsid;
	unsigned long f_namemax;
	uint32_t f_owner;
	uint64_t f_spare[4];
	char f_fstypename[32];
	char f_mntonname[1024];
	char f_mntfromname[1024];
	char f_mntfromlabel[1024];
};

#endif /* RUMP_RUMP_MOUNT_H */
