/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * rump_sys___sysctl(): the first levels of the tree, the fixed leaves, and what the operations on a
 * node as such take and give.
 */
#ifndef RUMP_RUMP_SYSCTL_H
#define RUMP_RUMP_SYSCTL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUMP_CTL_MAXNAME  12
#define RUMP_CTL_EOL	  (-1)
#define RUMP_CTL_QUERY	  (-2) /* gives a struct rump_sysctlnode for each child */
#define RUMP_CTL_CREATE	  (-3) /* takes one: a new child, whose final shape comes back */
#define RUMP_CTL_DESTROY  (-5) /* takes one: the child of this number, and name if given */
#define RUMP_CTL_DESCRIBE (-7) /* gives struct rump_sysctldesc, of all or of the child in newp */

#define RUMP_SYSCTL_NAMELEN 32

/* A node's type (in the low four bits of sysctl_flags) and flags. */
#define RUMP_CTLTYPE_NODE      1
#define RUMP_CTLTYPE_INT       2
#define RUMP_CTLTYPE_STRING    3
#define RUMP_CTLTYPE_QUAD      4
#define RUMP_CTLTYPE_STRUCT    5
#define RUMP_CTLTYPE_BOOL      6
#define RUMP_CTLTYPE_MASK      0xf
#define RUMP_CTLFLAG_READWRITE 0x00000070
#define RUMP_CTLFLAG_ANYWRITE  0x00000080
#define RUMP_CTLFLAG_PRIVATE   0x00000100
#define RUMP_CTLFLAG_PERMANENT 0x00000200
#define RUMP_CTLFLAG_OWNDATA   0x00000400
#define RUMP_CTLFLAG_IMMEDIATE 0x00000800
#define RUMP_CTLFLAG_HEX       0x00001000
#define RUMP_SYSCTL_VERSION    0x01000000 /* in sysctl_flags of what is passed in */

struct rump_sysctlnode {
	uint32_t sysctl_flags;
	int32_t sysctl_num;
	char sysctl_name[RUMP_SYSCTL_NAMELEN];
	uint32_t sysctl_ver; /* changes with the children */
	uint32_t sysctl_reserved;
	union {
		struct {
			uint32_t csize, clen; /* of CTLTYPE_NODE: children */
			void *child;
		} node;
		int32_t idata; /* CTLFLAG_IMMEDIATE */
		uint64_t qdata;
		bool bdata;
		void *data[2];
	} sysctl_un;
	size_t sysctl_size; /* of the value */
	void *sysctl_private[3];
};

/* One follows another at the next multiple of 4 bytes. */
struct rump_sysctldesc {
	int32_t descr_num;
	uint32_t descr_ver;
	uint32_t descr_len; /* of the string, with its NUL */
	char descr_str[1];
};

#define RUMP_CTL_KERN	  1
#define RUMP_CTL_VM	  2
#define RUMP_CTL_VFS	  3
#define RUMP_CTL_NET	  4
#define RUMP_CTL_DEBUG	  5
#define RUMP_CTL_HW	  6
#define RUMP_CTL_MACHDEP  7
#define RUMP_CTL_USER	  8
#define RUMP_CTL_DDB	  9
#define RUMP_CTL_PROC	  10
#define RUMP_CTL_VENDOR	  11
#define RUMP_CTL_EMUL	  12
#define RUMP_CTL_SECURITY 13

#define RUMP_KERN_OSTYPE    1
#define RUMP_KERN_OSRELEASE 2
#define RUMP_KERN_OSREV	    3
#define RUMP_KERN_VERSION   4
#define RUMP_KERN_MAXVNODES 5
#define RUMP_KERN_MAXPROC   6
#define RUMP_KERN_MAXFILES  7
#define RUMP_KERN_ARGMAX    8
#define RUMP_KERN_SECURELVL 9
#define RUMP_KERN_HOSTNAME  10
#define RUMP_KERN_HOSTID    11
#define RUMP_KERN_CLOCKRATE 12
#define RUMP_KERN_MSGBUF    53
#define RUMP_KERN_URND	    61
#define RUMP_KERN_ARND	    81
#define RUMP_KERN_BOOTTIME  83

#define RUMP_HW_MACHINE	 1
#define RUMP_HW_MODEL	 2
#define RUMP_HW_NCPU	 3
#define RUMP_HW_PHYSMEM	 5
#define RUMP_HW_PAGESIZE 7

#endif /* RUMP_RUMP_SYSCTL_H */
