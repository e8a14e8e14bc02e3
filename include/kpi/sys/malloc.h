/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * malloc(9): memory that knows its size.  New code uses kmem(9).
 */
#ifndef KPI_SYS_MALLOC_H
#define KPI_SYS_MALLOC_H

#include <sys/mallocvar.h>
#include <sys/types.h>

#define M_WAITOK  0x0000 /* may sleep; never NULL unless M_CANFAIL */
#define M_NOWAIT  0x0001 /* NULL when there is none at hand */
#define M_ZERO	  0x0002
#define M_CANFAIL 0x0004 /* with M_WAITOK: NULL for a size that cannot be had */

MALLOC_DECLARE(M_DEVBUF);
MALLOC_DECLARE(M_DMAMAP);
MALLOC_DECLARE(M_FREE);
MALLOC_DECLARE(M_MBUF);
MALLOC_DECLARE(M_PCB);
MALLOC_DECLARE(M_RTABLE);
MALLOC_DECLARE(M_SOFTINTR);
MALLOC_DECLARE(M_SONAME);
MALLOC_DECLARE(M_TEMP);
MALLOC_DECLARE(M_UFSMNT);

/* ctx: any with M_NOWAIT.  Aligned to 16 bytes. */
void *kern_malloc(unsigned long size, int flags);
/* addr may be NULL; on NULL returned (M_NOWAIT) addr is still allocated. */
void *kern_realloc(void *addr, unsigned long newsize, int flags);
void kern_free(void *addr);

#define malloc(size, type, flags)	 kern_malloc((size), (flags))
#define free(addr, type)		 kern_free(addr)
#define realloc(addr, size, type, flags) kern_realloc((addr), (size), (flags))

#endif /* KPI_SYS_MALLOC_H */
