/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Constants of the kernel with RUMP_ in front: the host's own values, for programs written against
 * rump kernels whose values were not the host's.
 */
#ifndef RUMP_RUMPDEFS_H
#define RUMP_RUMPDEFS_H

#include <fcntl.h>
#include <sys/socket.h>

#include <rump/rump_modctl.h>
#include <rump/rump_mount.h>

/* A rump kernel's interface level: NetBSD 10. */
#define RUMP_KERNEL_VERSION 1000000000

#define RUMP_O_RDONLY	O_RDONLY
#define RUMP_O_WRONLY	O_WRONLY
#define RUMP_O_RDWR	O_RDWR
#define RUMP_O_ACCMODE	O_ACCMODE
#define RUMP_O_CREAT	O_CREAT
#define RUMP_O_EXCL	O_EXCL
#define RUMP_O_TRUNC	O_TRUNC
#define RUMP_O_APPEND	O_APPEND
#define RUMP_O_NONBLOCK O_NONBLOCK
#define RUMP_O_SYNC	O_SYNC
#define RUMP_O_NOCTTY	O_NOCTTY
#define RUMP_O_DSYNC	O_DSYNC
#ifdef O_DIRECTORY
#define RUMP_O_DIRECTORY O_DIRECTORY
#define RUMP_O_NOFOLLOW	 O_NOFOLLOW
#define RUMP_O_CLOEXEC	 O_CLOEXEC
#endif
#ifdef O_DIRECT
#define RUMP_O_DIRECT O_DIRECT
#endif

#define RUMP_F_DUPFD	F_DUPFD
#define RUMP_F_GETFD	F_GETFD
#define RUMP_F_SETFD	F_SETFD
#define RUMP_F_GETFL	F_GETFL
#define RUMP_F_SETFL	F_SETFL
#define RUMP_FD_CLOEXEC FD_CLOEXEC

#define RUMP_AF_UNSPEC AF_UNSPEC
#define RUMP_AF_LOCAL  AF_UNIX
#define RUMP_AF_UNIX   AF_UNIX
#define RUMP_AF_INET   AF_INET
#define RUMP_AF_INET6  AF_INET6
#ifdef AF_ROUTE
#define RUMP_AF_ROUTE AF_ROUTE
#endif
#define RUMP_PF_UNSPEC PF_UNSPEC
#define RUMP_PF_LOCAL  PF_UNIX
#define RUMP_PF_UNIX   PF_UNIX
#define RUMP_PF_INET   PF_INET
#define RUMP_PF_INET6  PF_INET6
#ifdef PF_ROUTE
#define RUMP_PF_ROUTE PF_ROUTE
#endif

#define RUMP_SOCK_STREAM    SOCK_STREAM
#define RUMP_SOCK_DGRAM	    SOCK_DGRAM
#define RUMP_SOCK_RAW	    SOCK_RAW
#define RUMP_SOCK_SEQPACKET SOCK_SEQPACKET
#ifdef SOCK_CLOEXEC
#define RUMP_SOCK_CLOEXEC  SOCK_CLOEXEC
#define RUMP_SOCK_NONBLOCK SOCK_NONBLOCK
#endif

/* reboot(2) */
#define RUMP_RB_AUTOBOOT 0
#define RUMP_RB_NOSYNC	 0x00000004
#define RUMP_RB_HALT	 0x00000008
#define RUMP_RB_DUMP	 0x00000100

/* rump_boot_sethowto() */
#define RUMP_AB_NORMAL	0x00000000
#define RUMP_AB_QUIET	0x00010000
#define RUMP_AB_VERBOSE 0x00020000
#define RUMP_AB_SILENT	0x00040000
#define RUMP_AB_DEBUG	0x00080000

#endif /* RUMP_RUMPDEFS_H */
