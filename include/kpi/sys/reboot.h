/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* reboot(2) and boot flags. */
#ifndef KPI_SYS_REBOOT_H
#define KPI_SYS_REBOOT_H

#define RB_AUTOBOOT  0
#define RB_ASKNAME   0x00000001
#define RB_SINGLE    0x00000002
#define RB_NOSYNC    0x00000004
#define RB_HALT	     0x00000008
#define RB_INITNAME  0x00000010
#define RB_KDB	     0x00000040
#define RB_RDONLY    0x00000080
#define RB_DUMP	     0x00000100
#define RB_MINIROOT  0x00000200
#define RB_STRING    0x00000400
#define RB_POWERDOWN (RB_HALT | 0x00000800)
#define RB_USERCONF  0x00001000

#define AB_NORMAL  0x00000000
#define AB_QUIET   0x00010000
#define AB_VERBOSE 0x00020000
#define AB_SILENT  0x00040000
#define AB_DEBUG   0x00080000

/*
 * Sync and unmount (not with RB_NOSYNC), then end the process (0), abort (RB_DUMP), or halt the kernel and
 * return (RB_HALT): then the caller, who has no kernel under it any more, returns to the host
 * without touching it.
 */
void cpu_reboot(int howto, char *bootstr);
void kern_reboot(int howto, char *bootstr) __attribute__((__noreturn__));

#endif /* KPI_SYS_REBOOT_H */
