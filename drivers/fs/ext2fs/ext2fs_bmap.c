/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * File blocks to disk blocks, as runs, by extent tree or by block numbers.
 *
 * Extent tree: the root is in the inode; each level's header must say one level less than the one
 * above, so a cycle ends after E2_EXT_MAX_DEPTH blocks.  In each node the last entry that starts
 * at or before the block wins; the entry behind it bounds the run, also when it is a hole.
 *
 * Block numbers: 12 direct ones, then one block each of one, two and three levels of block numbers.
 * A zero at any level is a hole as wide as that level.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/systm.h>

#include "ext2fs.h"
#include "ext2fs_csum.h"
#include "ext2fs_fc.h"

static int
map_bad(const struct e2node *ip, uint64_t lbn, const char *what)
{
	ext2fs_say(ip->i_um, "inode %ju: file block %ju: %s", (uintmax_t)ip->i_number,
	    (uintmax_t)lbn, what);
	return EIO;
}

/* ---- Extent tree ---- */

/* The search so far: the file blocks [lo, hi) that the node at hand answers for. */
struct ext_walk {
	uint64_t ew_lbn;
	uint64_t ew_lo, ew_hi;
};

/* The number of entries that start at or before lbn: they are in ascending order. */
static unsigned
entries_upto(const uint8_t *node, const struct e2_exthdr *eh, uint64_t lbn)
{
	unsigned lo = 0, hi = eh->eh_entries;

	while (lo < hi) {
		const unsigned mid = (lo + hi) / 2;

		if (e2_extentry_block(node, mid) <= lbn)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int
leaf_run(const struct e2node *ip, const uint8_t *node, const struct e2_exthdr *eh,
    const struct ext_walk *ew, struct e2_run *run)
{
	const unsigned n = entries_upto(node, eh, ew->ew_lbn);
	uint64_t next = ew->ew_hi, off;
	struct e2_extent ee;

	if (n < eh->eh_entries)
		next = e2_extentry_block(node, n);
	run->r_blk = 0;
	run->r_len = next > ew->ew_lbn ? next - ew->ew_lbn : 1;
	if (n == 0)
		return 0;
	e2_extent_decode(node, n - 1, &ee);
	off = ew->ew_lbn - ee.ee_block;
	if (ee.ee_len == 0 || ee.ee_block + (uint64_t)ee.ee_len > next)
		return map_bad(ip, ew->ew_lbn, "extent is empty or overlaps the next one");
	if (off >= ee.ee_len)
		return 0;
	run->r_len = ee.ee_len - off;
	if (ee.ee_unwritten)
		return 0;
	if (!ext2fs_block_ok(ip->i_um, ee.ee_start, ee.ee_len))
		return map_bad(ip, ew->ew_lbn, "extent lies outside the file system");
	run->r_blk = ee.ee_start + off;
	return 0;
}

/* Step into the child that covers the block; ENOENT: there is none, a hole up to ew_hi. */
static int
index_step(const struct e2node *ip, const uint8_t *node, const struct e2_exthdr *eh,
    struct ext_walk *ew, uint64_t *child)
{
	const unsigned n = entries_upto(node, eh, ew->ew_lbn);
	struct e2_extidx ei;

	if (n < eh->eh_entries)
		ew->ew_hi = MIN(ew->ew_hi, MAX(e2_extentry_block(node, n), ew->ew_lbn + 1));
	if (n == 0)
		return ENOENT;
	e2_extidx_decode(node, n - 1, &ei);
	if (ei.ei_block < ew->ew_lo)
		return map_bad(ip, ew->ew_lbn, "extent index is out of order");
	ew->ew_lo = ei.ei_block;
	*child = ei.ei_leaf;
	return 0;
}

/* Read and check the extent block blk, which must be depth levels above the leaves. */
static int
ext_block(
    const struct e2node *ip, uint64_t blk, unsigned depth, struct buf **bpp, struct e2_exthdr *eh)
{
	struct ext2mount *const um = ip->i_um;
	int error;

	error = ext2fs_bread(um, blk, "extent block", ip->i_number, bpp);
	if (error != 0)
		return error;
	error = e2_exthdr_decode((*bpp)->b_data, um->um_bsize, eh);
	if (error != 0 || eh->eh_depth != depth) {
		ext2fs_say(um, "inode %ju: block %ju is no extent block of depth %u",
		    (uintmax_t)ip->i_number, (uintmax_t)blk, depth);
		error = EIO;
	} else if (um->um_csum && !ext2fs_verified(um, blk, ip->i_number)) {
		const size_t len = E2_EXT_HDR_SIZE + (size_t)eh->eh_max * E2_EXT_ENTRY_SIZE;

		if (len + E2_EXT_TAIL_SIZE > um->um_bsize ||
		    e2_csum_bytes(ip->i_seed, (*bpp)->b_data, len) !=
			e2_exttail_decode((*bpp)->b_data, um->um_bsize, eh))
			error = ext2fs_bad_checksum(um, "extent block", blk, ip->i_number);
		else
			ext2fs_set_verified(um, blk, ip->i_number);
	}
	if (error != 0)
		brelse(*bpp, 0);
	return error;
}

static int
map_extents(const struct e2node *ip, uint64_t lbn, struct e2_run *run)
{
	struct ext_walk ew = { .ew_lbn = lbn, .ew_hi = UINT64_C(1) << 32 };
	const uint8_t *node = ip->i_di.i_block;
	struct buf *bp = NULL;
	struct e2_exthdr eh;
	int error;

	if (e2_exthdr_decode(node, E2_NBLOCK, &eh) != 0)
		return map_bad(ip, lbn, "extent tree with a bad root");
	for (unsigned depth = eh.eh_depth;; depth--) {
		uint64_t child = 0;

		if (depth == 0) {
			error = leaf_run(ip, node, &eh, &ew, run);
			break;
		}
		error = index_step(ip, node, &eh, &ew, &child);
		if (error != 0)
			break;
		if (bp != NULL)
			brelse(bp, 0);
		bp = NULL;
		error = ext_block(ip, child, depth - 1, &bp, &eh);
		if (error != 0)
			return error;
		node = bp->b_data;
	}
	if (bp != NULL)
		brelse(bp, 0);
	if (error != ENOENT)
		return error;
	run->r_blk = 0;
	run->r_len = ew.ew_hi - lbn;
	return 0;
}

/* ---- Block numbers ---- */

/* The run that starts at number i of n in a table whose numbers stand for data blocks. */
static int
direct_run(const struct e2node *ip, uint64_t lbn, const void *table, size_t i, size_t n,
    struct e2_run *run)
{
	const uint32_t first = e2_blkno_decode(table, i);
	size_t len = 1;

	while (i + len < n &&
	    e2_blkno_decode(table, i + len) == (first == 0 ? 0 : first + (uint32_t)len))
		len++;
	run->r_blk = first;
	run->r_len = len;
	if (first != 0 && !ext2fs_block_ok(ip->i_um, first, len))
		return map_bad(ip, lbn, "block number is outside the file system");
	return 0;
}

static int
map_indirect(const struct e2node *ip, uint64_t lbn, struct e2_run *run)
{
	struct ext2mount *const um = ip->i_um;
	const unsigned bits = um->um_bshift - 2; /* of the numbers in a block */
	const size_t n = (size_t)1 << bits;
	uint64_t off = lbn - E2_NDADDR, blk;
	unsigned level = 1;
	struct buf *bp;
	int error;

	if (lbn < E2_NDADDR)
		return direct_run(ip, lbn, ip->i_di.i_block, lbn, E2_NDADDR, run);
	while (level <= 3 && off >> (bits * level) != 0) {
		off -= UINT64_C(1) << (bits * level);
		level++;
	}
	if (level > 3)
		return map_bad(ip, lbn, "is beyond what block numbers can reach");
	blk = e2_blkno_decode(ip->i_di.i_block, E2_NDADDR + level - 1);
	for (;; level--) {
		const size_t i = off >> (bits * (level - 1)) & (n - 1);
		const uint64_t width = UINT64_C(1) << (bits * level);

		if (blk == 0) {
			run->r_blk = 0;
			run->r_len = width - (off & (width - 1));
			return 0;
		}
		error = ext2fs_bread(um, blk, "indirect block", ip->i_number, &bp);
		if (error != 0)
			return error;
		if (level == 1) {
			error = direct_run(ip, lbn, bp->b_data, i, n, run);
			brelse(bp, 0);
			return error;
		}
		blk = e2_blkno_decode(bp->b_data, i);
		brelse(bp, 0);
	}
}

static int
map_device(struct e2node *ip, uint64_t lbn, struct e2_run *run)
{
	if (ip->i_di.i_flags & E2_EXTENTS_FL)
		return lbn >> 32 != 0 ? map_bad(ip, lbn, "is beyond what extents can reach")
				      : map_extents(ip, lbn, run);
	return map_indirect(ip, lbn, run);
}

int
ext2fs_map(struct e2node *ip, uint64_t lbn, struct e2_run *run)
{
	const struct e2_fc *const fc = ip->i_um->um_fc;
	uint64_t next;
	int error;

	if (__predict_true(fc == NULL))
		return map_device(ip, lbn, run);
	if (ext2fs_fc_map(fc, ip->i_number, lbn, run, &next))
		return 0;
	error = map_device(ip, lbn, run);
	run->r_len = MIN(run->r_len, next - lbn);
	return error;
}
