/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Which blocks and inodes are free.  There is no map on the medium and none in memory: what no inode
 * has is free.  With 512 inodes at most, asking all of them is cheap.
 */
#include <sys/param.h>
#include <sys/systm.h>

#include "sysvbfs.h"

struct run {
	uint32_t r_blk, r_end; /* first, behind the last */
};

/* If one of the inode's two extents has blk: the block behind it; else 0. */
static uint32_t
extent_over(const struct run r[2], uint32_t blk)
{
	for (int i = 0; i < 2; i++)
		if (blk >= r[i].r_blk && blk < r[i].r_end)
			return r[i].r_end;
	return 0;
}

static void
extents(const struct sysvbfs_inode *ip, struct run r[2])
{
	const uint32_t n = ip->i_live ? bfs_inode_blocks(&ip->i_di) : 0;

	r[0] = (struct run){ ip->i_di.i_start, ip->i_di.i_start + n };
	r[1] = (struct run){ ip->i_mstart, ip->i_mstart + ip->i_mcount };
}

/* The first free block from blk on, bm_end: none. */
static uint32_t
skip_used(const struct sysvbfs_mount *bm, uint32_t blk)
{
	struct run r[2];
	uint32_t end;
	bool moved;

	do {
		moved = false;
		for (uint32_t i = 0; i < bm->bm_ninodes; i++) {
			extents(&bm->bm_inodes[i], r);
			while ((end = extent_over(r, blk)) != 0) {
				blk = end;
				moved = true;
			}
		}
	} while (moved);
	return MIN(blk, bm->bm_end);
}

uint32_t
sysvbfs_run_at(const struct sysvbfs_mount *bm, uint32_t blk)
{
	uint32_t end = bm->bm_end;
	struct run r[2];

	KASSERT(mutex_owned(__UNCONST(&bm->bm_lock)));
	if (blk >= end || skip_used(bm, blk) != blk)
		return 0;
	for (uint32_t i = 0; i < bm->bm_ninodes; i++) {
		extents(&bm->bm_inodes[i], r);
		for (int k = 0; k < 2; k++)
			if (r[k].r_blk > blk && r[k].r_end > r[k].r_blk)
				end = MIN(end, r[k].r_blk);
	}
	return end - blk;
}

uint32_t
sysvbfs_run_longest(const struct sysvbfs_mount *bm, uint32_t *where)
{
	uint32_t best = 0, n;

	for (uint32_t blk = bm->bm_first; (blk = skip_used(bm, blk)) < bm->bm_end; blk += n) {
		n = sysvbfs_run_at(bm, blk);
		if (n > best) {
			best = n;
			*where = blk;
		}
	}
	return best;
}

uint32_t
sysvbfs_free_blocks(const struct sysvbfs_mount *bm)
{
	uint32_t sum = 0, n;

	for (uint32_t blk = bm->bm_first; (blk = skip_used(bm, blk)) < bm->bm_end; blk += n) {
		n = sysvbfs_run_at(bm, blk);
		sum += n;
	}
	return sum;
}

uint32_t
sysvbfs_free_inodes(const struct sysvbfs_mount *bm)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < bm->bm_ninodes; i++)
		n += !bm->bm_inodes[i].i_live;
	return n;
}

ino_t
sysvbfs_inode_take(struct sysvbfs_mount *bm)
{
	KASSERT(mutex_owned(&bm->bm_lock));
	for (uint32_t i = 0; i < bm->bm_ninodes; i++) {
		struct sysvbfs_inode *const ip = &bm->bm_inodes[i];

		if (ip->i_live)
			continue;
		memset(&ip->i_di, 0, sizeof(ip->i_di));
		ip->i_live = true;
		return i + BFS_ROOT_INO;
	}
	return 0;
}
