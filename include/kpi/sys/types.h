/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The kernel's basic types.  Those that cross the system-call boundary have the host's widths. */
#ifndef KPI_SYS_TYPES_H
#define KPI_SYS_TYPES_H

#include <sys/cdefs.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned int u_int;
typedef unsigned long u_long;
typedef unsigned char unchar;
typedef unsigned short ushort;
typedef unsigned int uint;
typedef unsigned long ulong;

typedef uint8_t u_int8_t;
typedef uint16_t u_int16_t;
typedef uint32_t u_int32_t;
typedef uint64_t u_int64_t;
typedef uint64_t u_quad_t;
typedef int64_t quad_t;
typedef quad_t *qaddr_t;

typedef __INTPTR_TYPE__ ssize_t;
typedef long register_t;
typedef unsigned long vaddr_t;
typedef unsigned long vsize_t;
typedef unsigned long paddr_t;
typedef unsigned long psize_t;
typedef unsigned long bus_addr_t;
typedef unsigned long bus_size_t;
typedef int vm_prot_t;
typedef int64_t voff_t;
typedef voff_t pgoff_t;

typedef int64_t longlong_t;
typedef uint64_t u_longlong_t;
typedef char *caddr_t;
typedef int64_t daddr_t;
typedef uint64_t dev_t;
typedef int32_t devmajor_t;
typedef int32_t devminor_t;
typedef uint32_t fixpt_t;
typedef uint32_t gid_t;
typedef uint32_t id_t;
typedef uint64_t ino_t;
typedef long key_t;
typedef uint32_t mode_t;
typedef uint32_t nlink_t;
typedef int64_t off_t;
typedef int32_t pid_t;
typedef int32_t lwpid_t;
typedef uint32_t uid_t;
typedef int64_t time_t;
typedef int32_t clockid_t;
typedef int32_t timer_t;
typedef int64_t suseconds_t;
typedef uint32_t useconds_t;
typedef int64_t blkcnt_t;
typedef int32_t blksize_t;
typedef uint64_t fsblkcnt_t;
typedef uint64_t fsfilcnt_t;
typedef uint32_t socklen_t;
typedef uint16_t sa_family_t;
typedef uint32_t in_addr_t;
typedef uint16_t in_port_t;
typedef int pri_t;
typedef int32_t psetid_t;
typedef int32_t cpuid_t;

/*
 * Device numbers hold a major of 20 bits and a minor of 20 bits.  The host's encoding is made in
 * the system-call layer.
 */
#define makedev(ma, mi) ((dev_t)(((uint64_t)(uint32_t)(ma) << 20) | ((uint32_t)(mi)&0xfffffU)))
#define major(d)	((devmajor_t)((dev_t)(d) >> 20))
#define minor(d)	((devminor_t)((dev_t)(d)&0xfffffU))
#define NODEV		((dev_t)-1)
#define NODEVMAJOR	((devmajor_t)-1)

struct lwp;
struct proc;
struct uio;
struct vnode;
struct mount;
typedef struct lwp lwp_t;
typedef struct proc proc_t;

#endif /* KPI_SYS_TYPES_H */
