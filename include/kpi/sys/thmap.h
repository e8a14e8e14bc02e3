/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * thmap(9): a map from keys (bytes) to pointers, without locks.
 *
 * Any number of threads may get, put and del at once.  What del took out may still be looked at by others: its memory
 * is kept aside until the caller fetches it by thmap_stage_gc(), waits until nobody can be in the map that
 * was before (pserialize_perform(), say), and gives it to thmap_gc().
 */
#ifndef KPI_SYS_THMAP_H
#define KPI_SYS_THMAP_H

#include <sys/types.h>

struct thmap;
typedef struct thmap thmap_t;

#define THMAP_NOCOPY  0x01 /* keys stay where they are, while they are in the map */
#define THMAP_SETROOT 0x02 /* the root is made by thmap_setroot(), not by create */

/* Memory as offsets from the map's base; 0 is failure.  NULL ops: kmem(9), without sleeping. */
typedef struct {
	uintptr_t (*alloc)(size_t);
	void (*free)(uintptr_t, size_t);
} thmap_ops_t;

/* NULL without memory.  sleeps. */
thmap_t *thmap_create(uintptr_t baseptr, const thmap_ops_t *ops, unsigned flags);
/* With all that is in it; the values are the caller's.  Nobody uses it any more. */
void thmap_destroy(thmap_t *map);

/* The value of the key, or NULL.  ctx: any. */
void *thmap_get(thmap_t *map, const void *key, size_t len);
/* The value that the map has for the key now: val, or another that was there.  NULL without memory. */
void *thmap_put(thmap_t *map, const void *key, size_t len, void *val);
/* The value that was taken out, or NULL. */
void *thmap_del(thmap_t *map, const void *key, size_t len);

/* What is to be freed, NULL for nothing; then free it. */
void *thmap_stage_gc(thmap_t *map);
void thmap_gc(thmap_t *map, void *ref);

/* Use the root that another map of the same memory has.  0, or -1: there is one. */
int thmap_setroot(thmap_t *map, uintptr_t root_offset);
uintptr_t thmap_getroot(const thmap_t *map);

#endif /* KPI_SYS_THMAP_H */
