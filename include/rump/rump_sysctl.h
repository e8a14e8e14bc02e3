/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Names of rump_sys___sysctl(): the first levels of the tree and the fixed leaves. */
#ifndef RUMP_RUMP_SYSCTL_H
#define RUMP_RUMP_SYSCTL_H

#define RUMP_CTL_MAXNAME 12
#define RUMP_CTL_EOL	 (-1) /* list the children of a node */
#define RUMP_CTL_QUERY	 (-2) /* the nodes below, described */

#define RUMP_CTL_KERN	 1
#define RUMP_CTL_VM	 2
#define RUMP_CTL_VFS	 3
#define RUMP_CTL_NET	 4
#define RUMP_CTL_DEBUG	 5
#define RUMP_CTL_HW	 6
#define RUMP_CTL_MACHDEP 7
#define RUMP_CTL_USER	 8
#define RUMP_CTL_DDB	 9
#define RUMP_CTL_PROC	 10
#define RUMP_CTL_VENDOR	 11
#define RUMP_CTL_EMUL	 12
#define RUMP_CTL_SECURITY 13

#define RUMP_KERN_OSTYPE     1
#define RUMP_KERN_OSRELEASE  2
#define RUMP_KERN_OSREV	     3
#define RUMP_KERN_VERSION    4
#define RUMP_KERN_MAXVNODES  5
#define RUMP_KERN_MAXPROC    6
#define RUMP_KERN_MAXFILES   7
#define RUMP_KERN_ARGMAX     8
#define RUMP_KERN_SECURELVL  9
#define RUMP_KERN_HOSTNAME   10
#define RUMP_KERN_HOSTID     11
#define RUMP_KERN_CLOCKRATE  12
#define RUMP_KERN_BOOTTIME   83

#define RUMP_HW_MACHINE	 1
#define RUMP_HW_MODEL	 2
#define RUMP_HW_NCPU	 3
#define RUMP_HW_PAGESIZE 7

#endif /* RUMP_RUMP_SYSCTL_H */
