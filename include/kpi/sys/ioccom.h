/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* BSD's encoding of ioctl commands: direction, length of the argument, group, number. */
#ifndef KPI_SYS_IOCCOM_H
#define KPI_SYS_IOCCOM_H

#define IOCPARM_MASK   0x1fff
#define IOCPARM_SHIFT  16
#define IOCGROUP_SHIFT 8
#define IOCPARM_LEN(x) (((x) >> IOCPARM_SHIFT) & IOCPARM_MASK)
#define IOCBASECMD(x)  ((x) & ~(IOCPARM_MASK << IOCPARM_SHIFT))
#define IOCGROUP(x)    (((x) >> IOCGROUP_SHIFT) & 0xff)
#define IOCPARM_MAX    4096 /* bytes; larger is ENOTTY */

#define IOC_VOID    0x20000000ul
#define IOC_OUT	    0x40000000ul /* the kernel writes the argument */
#define IOC_IN	    0x80000000ul /* the kernel reads it */
#define IOC_INOUT   (IOC_IN | IOC_OUT)
#define IOC_DIRMASK 0xe0000000ul

#define _IOC(inout, group, num, len)                                        \
	((inout) | (((unsigned long)(len)&IOCPARM_MASK) << IOCPARM_SHIFT) | \
	    ((unsigned long)(group) << IOCGROUP_SHIFT) | (unsigned long)(num))
#define _IO(g, n)      _IOC(IOC_VOID, (g), (n), 0)
#define _IOR(g, n, t)  _IOC(IOC_OUT, (g), (n), sizeof(t))
#define _IOW(g, n, t)  _IOC(IOC_IN, (g), (n), sizeof(t))
#define _IOWR(g, n, t) _IOC(IOC_INOUT, (g), (n), sizeof(t))
#define _IOWINT(g, n)  _IOC(IOC_VOID, (g), (n), sizeof(int))

#endif /* KPI_SYS_IOCCOM_H */
