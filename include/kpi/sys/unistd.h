/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Constants of POSIX's unistd.h, with the host's values. */
#ifndef KPI_SYS_UNISTD_H
#define KPI_SYS_UNISTD_H

#define F_OK 0
#define X_OK 1
#define W_OK 2
#define R_OK 4

#define SEEK_SET  0
#define SEEK_CUR  1
#define SEEK_END  2
#define SEEK_DATA 3
#define SEEK_HOLE 4
#define L_SET	  SEEK_SET
#define L_INCR	  SEEK_CUR
#define L_XTND	  SEEK_END

/* fsync_range(2) */
#define FDATASYNC 0x0010
#define FFILESYNC 0x0020
#define FDISKSYNC 0x0040

/* pathconf(2): the host's names; those it lacks from 1000. */
#define _PC_LINK_MAX	     0
#define _PC_MAX_CANON	     1
#define _PC_MAX_INPUT	     2
#define _PC_NAME_MAX	     3
#define _PC_PATH_MAX	     4
#define _PC_PIPE_BUF	     5
#define _PC_CHOWN_RESTRICTED 6
#define _PC_NO_TRUNC	     7
#define _PC_VDISABLE	     8
#define _PC_SYNC_IO	     9
#define _PC_FILESIZEBITS     13
#define _PC_SYMLINK_MAX	     19
#define _PC_2_SYMLINKS	     20
#define _PC_ACL_EXTENDED     1000
#define _PC_MIN_HOLE_SIZE    1001
#define _PC_ACL_PATH_MAX     1002
#define _PC_ACL_NFS4	     1003
#define _PC_CASE_INSENSITIVE 1004
#define _PC_CASE_PRESERVING  1005

#endif /* KPI_SYS_UNISTD_H */
