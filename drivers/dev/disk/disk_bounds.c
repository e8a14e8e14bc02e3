/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The end of a medium or of a partition cuts transfers; labels in memory. */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/systm.h>

/* bp is done with. */
static int
refuse(struct buf *bp, int error)
{
	bp->b_error = error;
	bp->b_resid = bp->b_bcount;
	return error != 0 ? -1 : 0;
}

/* Cut bp at size bytes: the end of where b_blkno counts. */
static int
cut(struct buf *bp, uint64_t size)
{
	uint64_t off;

	if (bp->b_blkno < 0 || bp->b_blkno > INT64_MAX >> DEV_BSHIFT || bp->b_bcount < 0)
		return refuse(bp, EINVAL);
	off = (uint64_t)bp->b_blkno << DEV_BSHIFT;
	if (off >= size) {
		if (off == size || (bp->b_flags & B_READ) != 0)
			return refuse(bp, (bp->b_flags & B_READ) != 0 ? 0 : ENOSPC);
		return refuse(bp, EINVAL);
	}
	if ((uint64_t)bp->b_bcount > size - off)
		bp->b_bcount = (int)(size - off);
	return 1;
}

int
bounds_check_with_mediasize(struct buf *bp, int secsize, uint64_t mediasize)
{
	if (mediasize > (uint64_t)INT64_MAX / (uint64_t)secsize)
		return refuse(bp, EINVAL);
	return cut(bp, mediasize * (uint64_t)secsize);
}

int
bounds_check_with_label(struct disk *dk, struct buf *bp, int wlabel)
{
	const struct disklabel *const lp = dk->dk_label;
	const uint32_t part = (uint32_t)DISKPART(bp->b_dev);
	const struct partition *p;

	(void)wlabel; /* the label's sectors are like others: labels are not written by ioctl */
	if (part >= lp->d_npartitions)
		return refuse(bp, EINVAL);
	p = &lp->d_partitions[part];
	return cut(bp, (uint64_t)p->p_size << dk->dk_byteshift);
}

uint16_t
dkcksum(struct disklabel *lp)
{
	const size_t n = MIN(lp->d_npartitions, MAXPARTITIONS);
	const uint8_t *const p = (const uint8_t *)lp;
	const size_t len = offsetof(struct disklabel, d_partitions) + n * sizeof(struct partition);
	uint16_t sum = 0, word;

	for (size_t i = 0; i < len; i += sizeof(word)) {
		memcpy(&word, p + i, sizeof(word));
		sum ^= word;
	}
	return sum;
}

int
setdisklabel(
    struct disklabel *olp, struct disklabel *nlp, u_long openmask, struct cpu_disklabel *clp)
{
	if (nlp->d_magic != DISKMAGIC || nlp->d_magic2 != DISKMAGIC || dkcksum(nlp) != 0 ||
	    nlp->d_npartitions > MAXPARTITIONS || nlp->d_secpercyl == 0 ||
	    nlp->d_secsize != olp->d_secsize)
		return EINVAL;
	for (int i = 0; i < MAXPARTITIONS; i++) {
		const struct partition *const o = &olp->d_partitions[i];
		const struct partition *const n = &nlp->d_partitions[i];
		const bool there = i < nlp->d_npartitions;

		if (there &&
		    (n->p_offset > olp->d_secperunit ||
			n->p_size > olp->d_secperunit - n->p_offset))
			return EINVAL;
		if ((openmask & 1UL << i) != 0 && i != RAW_PART &&
		    (!there || n->p_offset != o->p_offset || n->p_size < o->p_size))
			return EBUSY;
	}
	*olp = *nlp;
	return 0;
}
