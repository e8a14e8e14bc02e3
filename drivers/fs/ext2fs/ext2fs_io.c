/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Metadata blocks, and the console lines about bad ones.
 *
 * A block is checked against its checksum when it is first used, not at each use: um_verified is a
 * small direct-mapped table of (block, inode) pairs found right.  Losing an entry costs a check
 * more; the parsers trust nothing either way.
 */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/endian.h>
#include <sys/systm.h>
#include <sys/time.h>

#include "ext2fs.h"

#define E2_SAY_RATE 20 /* lines a second */

void
ext2fs_say(struct ext2mount *um, const char *fmt, ...)
{
	bool quiet, last;
	char line[256];
	va_list ap;

	mutex_enter(&um->um_lock);
	if (um->um_say_second != time_uptime) {
		um->um_say_second = time_uptime;
		um->um_say_lines = 0;
	}
	quiet = ++um->um_say_lines > E2_SAY_RATE;
	last = um->um_say_lines == E2_SAY_RATE;
	mutex_exit(&um->um_lock);
	if (quiet)
		return;
	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	printf("ext2fs: %s: %s%s\n", um->um_name, line,
	    last ? " (further lines are kept back for a second)" : "");
}

bool
ext2fs_block_ok(const struct ext2mount *um, uint64_t blk, uint64_t len)
{
	const uint64_t end = um->um_super.s_blocks_count;

	return blk != 0 && blk >= um->um_super.s_first_data_block && blk < end && len <= end - blk;
}

/* Read block blk of the device; an escaped copy gets the journal's magic number back. */
static int
read_device(struct ext2mount *um, uint64_t blk, bool escaped, struct buf **bpp)
{
	int error;

	error = bread(um->um_devvp, (daddr_t)(blk << (um->um_bshift - DEV_BSHIFT)),
	    (int)um->um_bsize, 0, bpp);
	if (error != 0)
		return error;
	if ((*bpp)->b_resid != 0) {
		brelse(*bpp, 0);
		*bpp = NULL;
		return EIO;
	}
	if (escaped)
		be32enc((*bpp)->b_data, E2J_MAGIC);
	return 0;
}

int
ext2fs_bread(struct ext2mount *um, uint64_t blk, const char *what, ino_t ino, struct buf **bpp)
{
	uint64_t at = blk;
	bool escaped = false;
	int error;

	*bpp = NULL;
	if (!ext2fs_block_ok(um, blk, 1)) {
		ext2fs_say(um, "%s of inode %ju: block %ju is outside the file system", what,
		    (uintmax_t)ino, (uintmax_t)blk);
		return EIO;
	}
	if (__predict_false(um->um_overlay != NULL))
		(void)ext2fs_overlay_find(um->um_overlay, blk, &at, &escaped);
	error = read_device(um, at, escaped, bpp);
	if (error != 0)
		ext2fs_say(um, "%s of inode %ju: block %ju cannot be read: error %d", what,
		    (uintmax_t)ino, (uintmax_t)blk, error);
	return error;
}

int
ext2fs_bread_super(struct ext2mount *um, struct buf **bpp, size_t *off)
{
	uint64_t at = E2_SB_OFFSET >> um->um_bshift;
	bool escaped = false;
	int error;

	if (um->um_overlay != NULL)
		(void)ext2fs_overlay_find(um->um_overlay, at, &at, &escaped);
	*off = E2_SB_OFFSET & (um->um_bsize - 1);
	error = read_device(um, at, escaped, bpp);
	if (error != 0)
		ext2fs_say(um, "superblock cannot be read: error %d", error);
	return error;
}

static uint64_t
verify_key(uint64_t blk, ino_t ino)
{
	return (blk + 1) ^ ino << 40 ^ ino >> 24;
}

bool
ext2fs_verified(struct ext2mount *um, uint64_t blk, ino_t ino)
{
	return atomic_load_relaxed(&um->um_verified[blk % E2_VERIFY_SLOTS]) == verify_key(blk, ino);
}

void
ext2fs_set_verified(struct ext2mount *um, uint64_t blk, ino_t ino)
{
	atomic_store_relaxed(&um->um_verified[blk % E2_VERIFY_SLOTS], verify_key(blk, ino));
}

int
ext2fs_bad_checksum(struct ext2mount *um, const char *what, uint64_t blk, ino_t ino)
{
	ext2fs_say(um, "checksum mismatch in %s: block %ju, inode %ju", what, (uintmax_t)blk,
	    (uintmax_t)ino);
	return EIO;
}
