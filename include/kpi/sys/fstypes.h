/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Mount flags, file-system and file handles: what <sys/mount.h> and <sys/statvfs.h> share. */
#ifndef KPI_SYS_FSTYPES_H
#define KPI_SYS_FSTYPES_H

#include <sys/types.h>

typedef struct {
	int32_t __fsid_val[2];
} fsid_t;

/* A file within its file system; fid_len counts the whole struct as used. */
#define _VFS_MAXFIDSZ 16
struct fid {
	unsigned short fid_len;
	unsigned short fid_reserved;
	char fid_data[_VFS_MAXFIDSZ];
};

/* A file within this kernel: getfh(2), fhopen(2). */
struct fhandle {
	fsid_t fh_fsid;
	struct fid fh_fid;
};
typedef struct fhandle fhandle_t;
#define FHANDLE_SIZE_COMPAT 28
#define FHANDLE_SIZE_MIN    (sizeof(fsid_t) + sizeof(unsigned short))
#define FHANDLE_SIZE_MAX    256

/* Visible to users, kept in mnt_flag. */
#define MNT_RDONLY	0x00000001 /* nothing is written */
#define MNT_SYNCHRONOUS 0x00000002 /* every write waits */
#define MNT_NOEXEC	0x00000004
#define MNT_NOSUID	0x00000008
#define MNT_NODEV	0x00000010 /* device nodes cannot be opened */
#define MNT_UNION	0x00000020 /* names fall through to the covered directory */
#define MNT_ASYNC	0x00000040
#define MNT_NOCOREDUMP	0x00008000
#define MNT_RELATIME	0x00020000
#define MNT_IGNORE	0x00100000 /* df(1) does not show it */
#define MNT_DISCARD	0x00800000
#define MNT_EXTATTR	0x01000000
#define MNT_LOG		0x02000000
#define MNT_NOATIME	0x04000000
#define MNT_AUTOMOUNTED 0x10000000
#define MNT_SYMPERM	0x20000000 /* a symbolic link's mode counts */
#define MNT_NODEVMTIME	0x40000000
#define MNT_SOFTDEP	0x80000000
#define MNT_POSIX1EACLS 0x00000800
#define MNT_NFS4ACLS	0x00002000
#define MNT_ACLS	MNT_NFS4ACLS
#define MNT_BASIC_FLAGS                                                                          \
	(MNT_ASYNC | MNT_AUTOMOUNTED | MNT_DISCARD | MNT_EXTATTR | MNT_LOG | MNT_NOATIME |       \
	    MNT_NOCOREDUMP | MNT_NODEV | MNT_NODEVMTIME | MNT_NOEXEC | MNT_NOSUID | MNT_RDONLY | \
	    MNT_RELATIME | MNT_SOFTDEP | MNT_SYMPERM | MNT_SYNCHRONOUS | MNT_UNION |             \
	    MNT_NFS4ACLS | MNT_POSIX1EACLS)

/* Visible to users, set by the kernel. */
#define MNT_EXRDONLY	0x00000080
#define MNT_EXPORTED	0x00000100
#define MNT_DEFEXPORTED 0x00000200
#define MNT_EXPORTANON	0x00000400
#define MNT_EXKERB	0x00000800
#define MNT_EXNORESPORT 0x08000000
#define MNT_EXPUBLIC	0x00080000 /* shared with no basic flag */
#define MNT_LOCAL	0x00001000 /* no network below */
#define MNT_QUOTA	0x00002000
#define MNT_ROOTFS	0x00004000
#define MNT_VISFLAGMASK 0xffffffffU

/* Of mount(2) and unmount(2) themselves. */
#define MNT_UPDATE   0x00010000 /* change a mount that is there */
#define MNT_RELOAD   0x00040000
#define MNT_FORCE    0x00080000
#define MNT_GETARGS  0x00400000
#define MNT_OP_FLAGS (MNT_UPDATE | MNT_RELOAD | MNT_FORCE | MNT_GETARGS)

/* For VFS_SYNC() and getvfsstat(2). */
#define MNT_WAIT   1
#define MNT_NOWAIT 2
#define MNT_LAZY   3 /* what has waited long enough, without waiting */

/* Of the kernel alone, in mnt_iflag. */
#define IMNT_GONE	0x00000001 /* the mount is being, or was, taken away */
#define IMNT_UNMOUNT	0x00000002
#define IMNT_WANTRDWR	0x00000004 /* an update to read-write is under way */
#define IMNT_WANTRDONLY 0x00000008 /* an update to read-only is under way */
#define IMNT_NCLOOKUP	0x00000020 /* keeps cache_enter_id() current: namei may skip VOP_LOOKUP */
#define IMNT_DTYPE	0x00000040 /* d_type is always known */
#define IMNT_SHRLOOKUP	0x00000080 /* VOP_LOOKUP(LOOKUP) needs only a shared lock */
#define IMNT_MPSAFE	0x00000100 /* no kernel lock */
#define IMNT_CAN_RWTORO 0x00000200
#define IMNT_ONWORKLIST 0x00000400

#endif /* KPI_SYS_FSTYPES_H */
