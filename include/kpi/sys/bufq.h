/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Queues of transfers for disk drivers: bufq(9). */
#ifndef KPI_SYS_BUFQ_H
#define KPI_SYS_BUFQ_H

#include <sys/types.h>

struct buf;
struct bufq_state;

#define BUFQ_SORT_RAWBLOCK 0x0001 /* by b_rawblkno */
#define BUFQ_SORT_CYLINDER 0x0002
#define BUFQ_SORT_MASK	   0x000f
#define BUFQ_EXACT	   0x0010 /* fail when the strategy is not known */

#define BUFQ_STRAT_ANY		"any"
#define BUFQ_DISK_DEFAULT_STRAT "disksort"
#define BUFQ_STRATEGYNAME_MAX	16

/* strategy: "fcfs", "disksort" or any.  sleeps.  errors: ENOENT. */
int bufq_alloc(struct bufq_state **bqp, const char *strategy, int flags);
/* The queue must be empty. */
void bufq_free(struct bufq_state *bq);
/* The queue has no lock of its own: the driver's protects it. */
void bufq_put(struct bufq_state *bq, struct buf *bp);
struct buf *bufq_get(struct bufq_state *bq);
struct buf *bufq_peek(struct bufq_state *bq);
/* Take bp out; NULL when it was not queued. */
struct buf *bufq_cancel(struct bufq_state *bq, struct buf *bp);
/* End all queued transfers with EIO. */
void bufq_drain(struct bufq_state *bq);
void bufq_move(struct bufq_state *dst, struct bufq_state *src);
const char *bufq_getstrategyname(struct bufq_state *bq);

#endif /* KPI_SYS_BUFQ_H */
