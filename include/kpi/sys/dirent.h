/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Directory entries in BSD's shape, which VOP_READDIR() makes; getdents turns them into the
 * host's.
 */
#ifndef KPI_SYS_DIRENT_H
#define KPI_SYS_DIRENT_H

#include <sys/types.h>

#define MAXNAMLEN 511

struct dirent {
	ino_t d_fileno;
	uint16_t d_reclen; /* bytes to the next entry */
	uint16_t d_namlen; /* bytes, without the NUL */
	uint8_t d_type;
	char d_name[MAXNAMLEN + 1];
};
#define d_ino d_fileno

#define DT_UNKNOWN 0
#define DT_FIFO	   1
#define DT_CHR	   2
#define DT_DIR	   4
#define DT_BLK	   6
#define DT_REG	   8
#define DT_LNK	   10
#define DT_SOCK	   12
#define DT_WHT	   14

#define IFTODT(mode) (((mode)&0170000) >> 12)
#define DTTOIF(type) ((type) << 12)

#define _DIRENT_ALIGN(dp)   (sizeof((dp)->d_fileno) - 1)
#define _DIRENT_NAMEOFF(dp) __builtin_offsetof(__typeof__(*(dp)), d_name)
#define _DIRENT_RECLEN(dp, n) \
	((_DIRENT_NAMEOFF(dp) + (n) + 1 + _DIRENT_ALIGN(dp)) & ~_DIRENT_ALIGN(dp))
#define _DIRENT_SIZE(dp)    _DIRENT_RECLEN(dp, (dp)->d_namlen)
#define _DIRENT_NEXT(dp)    ((void *)((char *)(void *)(dp) + (dp)->d_reclen))
#define _DIRENT_MINSIZE(dp) _DIRENT_RECLEN(dp, 0)

#endif /* KPI_SYS_DIRENT_H */
