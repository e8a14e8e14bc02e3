/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * kmem(9): general-purpose memory, by size.
 *
 * Free takes the size that was allocated.  Zero bytes may not be asked for.  Memory is aligned to
 * 16 bytes, and to the size for powers of two up to a cache line; from a page up to a page.
 */
#ifndef KPI_SYS_KMEM_H
#define KPI_SYS_KMEM_H

#include <sys/types.h>

typedef unsigned int km_flag_t;

#define KM_SLEEP   0x00000001 /* wait for memory; never NULL */
#define KM_NOSLEEP 0x00000002 /* NULL when there is none at hand */

/* ctx: thread, softint with KM_NOSLEEP.  sleeps with KM_SLEEP.  owns: the caller, until free. */
void *kmem_alloc(size_t size, km_flag_t flags);
void *kmem_zalloc(size_t size, km_flag_t flags);
/* ctx: thread. */
void kmem_free(void *p, size_t size);

/* The same, also callable in a soft interrupt and with spin mutexes held (KM_NOSLEEP). */
void *kmem_intr_alloc(size_t size, km_flag_t flags);
void *kmem_intr_zalloc(size_t size, km_flag_t flags);
void kmem_intr_free(void *p, size_t size);

/* A formatted string, freed by kmem_strfree().  sleeps. */
char *kmem_asprintf(const char *fmt, ...) __printflike(1, 2);
/* A copy of s, *size bytes with the NUL (size may be NULL). */
char *kmem_strdupsize(const char *s, size_t *size, km_flag_t flags);
#define kmem_strdup(s, flags) kmem_strdupsize((s), NULL, (flags))
char *kmem_strndup(const char *s, size_t maxlen, km_flag_t flags);
void kmem_strfree(char *s);

/* A temporary buffer: the caller's on-stack one when it is large enough.  NULL only with NOSLEEP. */
void *kmem_tmpbuf_alloc(size_t size, void *stackbuf, size_t stackbufsize, km_flag_t flags);
void kmem_tmpbuf_free(void *p, size_t size, void *stackbuf);

size_t kmem_roundup_size(size_t size);

#endif /* KPI_SYS_KMEM_H */
