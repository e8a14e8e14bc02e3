/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Queues of transfers.  One order: "disksort", a circular scan by b_rawblkno, or "fcfs", as they
 * came.  The list is kept sorted from the last transfer taken upwards, then around.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/bufq.h>
#include <sys/kmem.h>
#include <sys/queue.h>
#include <sys/systm.h>

struct bufq_state {
	TAILQ_HEAD(bufq_list, buf) bq_head;
	daddr_t bq_last; /* where the scan is */
	bool bq_sort;
};

int
bufq_alloc(struct bufq_state **bqp, const char *strategy, int flags)
{
	const bool fcfs = strcmp(strategy, "fcfs") == 0;
	struct bufq_state *bq;

	if ((flags & BUFQ_EXACT) && !fcfs && strcmp(strategy, "disksort") != 0)
		return ENOENT;
	bq = kmem_alloc(sizeof(*bq), KM_SLEEP);
	TAILQ_INIT(&bq->bq_head);
	bq->bq_last = 0;
	bq->bq_sort = !fcfs;
	*bqp = bq;
	return 0;
}

void
bufq_free(struct bufq_state *bq)
{
	KASSERT(TAILQ_EMPTY(&bq->bq_head));
	kmem_free(bq, sizeof(*bq));
}

/* How far ahead of the scan a block is. */
static uint64_t
bufq_ahead(const struct bufq_state *bq, const struct buf *bp)
{
	return (uint64_t)bp->b_rawblkno - (uint64_t)bq->bq_last;
}

void
bufq_put(struct bufq_state *bq, struct buf *bp)
{
	struct buf *at = TAILQ_LAST(&bq->bq_head, bufq_list);

	if (bq->bq_sort)
		while (at != NULL && bufq_ahead(bq, at) > bufq_ahead(bq, bp))
			at = TAILQ_PREV(at, bufq_list, b_actq);
	if (at == NULL)
		TAILQ_INSERT_HEAD(&bq->bq_head, bp, b_actq);
	else
		TAILQ_INSERT_AFTER(&bq->bq_head, at, bp, b_actq);
}

struct buf *
bufq_peek(struct bufq_state *bq)
{
	return TAILQ_FIRST(&bq->bq_head);
}

struct buf *
bufq_get(struct bufq_state *bq)
{
	struct buf *const bp = TAILQ_FIRST(&bq->bq_head);

	if (bp != NULL) {
		TAILQ_REMOVE(&bq->bq_head, bp, b_actq);
		bq->bq_last = bp->b_rawblkno;
	}
	return bp;
}

struct buf *
bufq_cancel(struct bufq_state *bq, struct buf *bp)
{
	struct buf *at;

	TAILQ_FOREACH (at, &bq->bq_head, b_actq) {
		if (at != bp)
			continue;
		TAILQ_REMOVE(&bq->bq_head, bp, b_actq);
		return bp;
	}
	return NULL;
}

void
bufq_drain(struct bufq_state *bq)
{
	struct buf *bp;

	while ((bp = bufq_get(bq)) != NULL) {
		bp->b_error = EIO;
		bp->b_resid = bp->b_bcount;
		biodone(bp);
	}
}

void
bufq_move(struct bufq_state *dst, struct bufq_state *src)
{
	struct buf *bp;

	while ((bp = bufq_get(src)) != NULL)
		bufq_put(dst, bp);
}

const char *
bufq_getstrategyname(struct bufq_state *bq)
{
	return bq->bq_sort ? "disksort" : "fcfs";
}
