/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* pcq(9): a bounded queue of pointers for any number of producers and one consumer, without locks. */
#ifndef KPI_SYS_PCQ_H
#define KPI_SYS_PCQ_H

#include <sys/kmem.h>
#include <sys/types.h>

typedef struct pcq pcq_t;

/* Room for maxitems (not 0).  NULL with KM_NOSLEEP only.  sleeps with KM_SLEEP. */
pcq_t *pcq_create(size_t maxitems, km_flag_t flags);
/* Empty, and used by nobody any more. */
void pcq_destroy(pcq_t *pcq);
/* false: it is full.  item is not NULL; what the caller wrote before is seen by the getter.  ctx: any. */
bool pcq_put(pcq_t *pcq, void *item);
/* The oldest item, or NULL; peek leaves it.  One consumer at a time: the caller's matter.  ctx: any. */
void *pcq_get(pcq_t *pcq);
void *pcq_peek(pcq_t *pcq);
size_t pcq_maxitems(pcq_t *pcq);

#endif /* KPI_SYS_PCQ_H */
