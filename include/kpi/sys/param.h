/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* System-wide constants and the macros that every kernel source uses. */
#ifndef KPI_SYS_PARAM_H
#define KPI_SYS_PARAM_H

#include <sys/types.h>
#include <sys/errno.h>

/* Interface level: NetBSD 10. */
#define __NetBSD_Version__ 1000000000
#define __NetBSD_Prereq__(M, m, p) \
	((((M)*100000000) + ((m)*1000000) + (p)*100) <= __NetBSD_Version__)
#define NetBSD	   199905
#define BSD	   199506
#define __NetBSD__ 1

#define MAXCOMLEN      16
#define MAXHOSTNAMELEN 256
#define MAXLOGNAME     17
#define MAXPATHLEN     4096 /* the host's PATH_MAX */
#define MAXSYMLINKS    40   /* the host's limit */
#define NAME_MAX       255
#define PATH_MAX       4096
#define LINK_MAX       127
#define PIPE_BUF       4096
#define IOV_MAX	       1024
#define UIO_MAXIOV     1024
#define NGROUPS	       64
#define NGROUPS_MAX    NGROUPS
#define CHILD_MAX      160
#define OPEN_MAX       128
#define ARG_MAX	       (256 * 1024)
#define NBBY	       8
#define CHAR_BIT       8
#define INT_MAX	       __INT_MAX__
#define INT_MIN	       (-INT_MAX - 1)
#define UINT_MAX       (INT_MAX * 2U + 1U)
#define LONG_MAX       __LONG_MAX__
#define LONG_MIN       (-LONG_MAX - 1L)
#define ULONG_MAX      (LONG_MAX * 2UL + 1UL)
#define SSIZE_MAX      LONG_MAX
#define USHRT_MAX      0xffff
#define UCHAR_MAX      0xff

#define PAGE_SHIFT    12
#define PAGE_SIZE     (1 << PAGE_SHIFT)
#define PAGE_MASK     (PAGE_SIZE - 1)
#define NBPG	      PAGE_SIZE
#define PGSHIFT	      PAGE_SHIFT
#define PGOFSET	      PAGE_MASK
#define trunc_page(x) ((x) & ~((__typeof__(x))PAGE_MASK))
#define round_page(x) (((x) + PAGE_MASK) & ~((__typeof__(x))PAGE_MASK))
#define atop(x)	      ((x) >> PAGE_SHIFT)
#define ptoa(x)	      ((vaddr_t)(x) << PAGE_SHIFT)

#define COHERENCY_UNIT	64
#define CACHE_LINE_SIZE 64

#define DEV_BSHIFT    9
#define DEV_BSIZE     (1 << DEV_BSHIFT)
#define BLKDEV_IOSIZE 2048
#define MAXPHYS	      (1024 * 1024)
#define MAXBSIZE      65536
#define MAXFRAG	      8
#define MCLSHIFT      11
#define MCLBYTES      (1 << MCLSHIFT)
#define MSIZE	      512

#define btodb(x) ((x) >> DEV_BSHIFT)
#define dbtob(x) ((x) << DEV_BSHIFT)
#define ctod(x)	 ((x) << (PAGE_SHIFT - DEV_BSHIFT))
#define btoc(x)	 (((x) + PAGE_MASK) >> PAGE_SHIFT)
#define ctob(x)	 ((x) << PAGE_SHIFT)

#ifndef MIN
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#endif
#ifndef MAX
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#endif
#define howmany(x, y)	      (((x) + ((y)-1)) / (y))
#define roundup(x, y)	      ((((x) + ((y)-1)) / (y)) * (y))
#define rounddown(x, y)	      (((x) / (y)) * (y))
#define roundup2(x, m)	      (((x) + ((m)-1)) & ~((__typeof__(x))(m)-1))
#define rounddown2(x, m)      ((x) & ~((__typeof__(x))(m)-1))
#define powerof2(x)	      ((((x)-1) & (x)) == 0)
#define ALIGNBYTES	      (16 - 1)
#define ALIGN(p)	      (((uintptr_t)(p) + ALIGNBYTES) & ~(uintptr_t)ALIGNBYTES)
#define ALIGNED_POINTER(p, t) ((((uintptr_t)(p)) & (__alignof__(t) - 1)) == 0)

/* Bit arrays of bytes. */
#define setbit(a, i) ((a)[(i) / NBBY] |= 1 << ((i) % NBBY))
#define clrbit(a, i) ((a)[(i) / NBBY] &= ~(1 << ((i) % NBBY)))
#define isset(a, i)  ((a)[(i) / NBBY] & (1 << ((i) % NBBY)))
#define isclr(a, i)  (((a)[(i) / NBBY] & (1 << ((i) % NBBY))) == 0)

/* Priorities of sleepers, as tsleep() and kthread_create() take them. */
#define PRI_NONE       (-1)
#define PRI_USER       0
#define PRI_KERNEL     64
#define PRI_KTHREAD    96
#define PRI_USER_RT    128
#define PRI_KERNEL_RT  192
#define PRI_SOFTCLOCK  PRI_KERNEL_RT
#define PRI_SOFTBIO    (PRI_KERNEL_RT + 8)
#define PRI_SOFTNET    (PRI_KERNEL_RT + 16)
#define PRI_SOFTSERIAL (PRI_KERNEL_RT + 24)
#define PRI_COUNT      (PRI_KERNEL_RT + 32)
#define PRI_BIO	       PRI_KERNEL
#define PRI_VM	       PRI_KERNEL
#define PRI_IDLE       PRI_USER
#define PSWP	       0
#define PVM	       4
#define PINOD	       8
#define PRIBIO	       16
#define PVFS	       20
#define PZERO	       22
#define PSOCK	       24
#define PWAIT	       32
#define PLOCK	       36
#define PPAUSE	       40
#define PUSER	       50
#define MAXPRI	       127
#define PRIMASK	       0x0ff
#define PCATCH	       0x100 /* a signal ends the sleep */
#define PNORELOCK      0x200 /* mtsleep(): do not take the lock again */

#define FSHIFT 11
#define FSCALE (1 << FSHIFT)

#define MSEC_PER_SEC 1000
#define USEC_PER_SEC 1000000
#define NSEC_PER_SEC 1000000000

/* Milliseconds and ticks of hz, rounded up to a tick. */
#define mstohz(ms) ((ms) >= 0x20000 ? ((ms) / 1000) * hz : ((ms)*hz + 999) / 1000)
#define hztoms(t)  ((t) >= 0x20000 ? ((t) / hz) * 1000 : ((t)*1000) / hz)

#endif /* KPI_SYS_PARAM_H */
