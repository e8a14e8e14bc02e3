/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Group descriptors: found, verified and decoded when an inode of the group is first wanted, never
 * all at once, so that a mount costs the same for every size.
 *
 * um_groups remembers inode tables: one word for all groups of one number modulo E2_GROUP_SLOTS, with
 * the first block in the low 48 bits and which of the groups, plus one, above.  What does not fit
 * into that (more than 4 million groups) is looked up each time.
 *
 * The descriptors fill blocks.  Classically these follow the superblock in group 0; with meta_bg,
 * from block s_first_meta_bg on, each lies in the first group of those that it describes, behind
 * that group's copy of the superblock, if it has one.
 */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/systm.h>

#include "ext2fs.h"
#include "ext2fs_csum.h"

#define SLOT_SHIFT 48

static bool
is_power_of(uint32_t n, uint32_t base)
{
	while (n > 1 && n % base == 0)
		n /= base;
	return n == 1;
}

bool
ext2fs_group_has_super(const struct ext2mount *um, uint32_t group)
{
	const struct e2_super *s = &um->um_super;

	if (group == 0)
		return true;
	if (s->s_feature_compat & E2_COMPAT_SPARSE_SUPER2)
		return group == s->s_backup_bgs[0] || group == s->s_backup_bgs[1];
	if (group == 1 || !ext2fs_has_ro_compat(um, E2_ROCOMPAT_SPARSE_SUPER))
		return true;
	return group % 2 != 0 &&
	    (is_power_of(group, 3) || is_power_of(group, 5) || is_power_of(group, 7));
}

/* Where block n of the descriptors lies. */
static uint64_t
desc_block(const struct ext2mount *um, uint32_t n)
{
	const struct e2_super *s = &um->um_super;
	const uint64_t super_blk = E2_SB_OFFSET / um->um_bsize; /* 1 for 1 KiB blocks */
	uint64_t blk;
	uint32_t group;

	if (!ext2fs_has_incompat(um, E2_INCOMPAT_META_BG) || n < s->s_first_meta_bg)
		return super_blk + 1 + n;
	group = n * (um->um_bsize / um->um_desc_size);
	blk = s->s_first_data_block + (uint64_t)group * s->s_blocks_per_group;
	if (ext2fs_group_has_super(um, group))
		blk++;
	/* With 1 KiB clusters of several blocks, groups count from 0 and the boot block shifts. */
	if (group == 0 && super_blk != 0 && s->s_first_data_block == 0)
		blk++;
	return blk;
}

static bool
desc_csum_ok(const struct ext2mount *um, uint32_t group, const void *bytes, uint16_t stored)
{
	if (um->um_csum)
		return stored == e2_csum_group(um->um_csum_seed, group, bytes, um->um_desc_size);
	if (um->um_gdt_csum)
		return stored ==
		    e2_csum_group_crc16(um->um_super.s_uuid, group, bytes, um->um_desc_size);
	return true;
}

static int
desc_load(struct ext2mount *um, uint32_t group, uint64_t *table)
{
	const struct e2_super *s = &um->um_super;
	const uint32_t per_block = um->um_bsize / um->um_desc_size;
	const uint64_t blk = desc_block(um, group / per_block);
	const uint8_t *bytes;
	struct e2_group g;
	struct buf *bp;
	bool ok;
	int error;

	error = ext2fs_bread(um, blk, "group descriptors", 0, &bp);
	if (error != 0)
		return error;
	bytes = (const uint8_t *)bp->b_data + (size_t)(group % per_block) * um->um_desc_size;
	e2_group_decode(bytes, um->um_desc_size, &g);
	ok = desc_csum_ok(um, group, bytes, g.g_checksum);
	brelse(bp, 0);
	if (!ok) {
		ext2fs_say(um, "checksum mismatch in group descriptor %u: block %ju", group,
		    (uintmax_t)blk);
		return EIO;
	}
	if (!ext2fs_block_ok(um, g.g_inode_table,
		howmany((uint64_t)s->s_inodes_per_group * s->s_inode_size, um->um_bsize))) {
		ext2fs_say(um,
		    "group descriptor %u: inode table at block %ju is outside the file"
		    " system",
		    group, (uintmax_t)g.g_inode_table);
		return EIO;
	}
	*table = g.g_inode_table;
	return 0;
}

int
ext2fs_inode_table(struct ext2mount *um, uint32_t group, uint64_t *table)
{
	uint64_t *const slot = &um->um_groups[group % E2_GROUP_SLOTS];
	const uint64_t word = atomic_load_relaxed(slot);
	const uint32_t which = group / E2_GROUP_SLOTS + 1;
	int error;

	if (__predict_true(word >> SLOT_SHIFT == which)) {
		*table = word & ((UINT64_C(1) << SLOT_SHIFT) - 1);
		return 0;
	}
	error = desc_load(um, group, table);
	if (error == 0 && *table >> SLOT_SHIFT == 0 && which >> (64 - SLOT_SHIFT) == 0)
		atomic_store_relaxed(slot, (uint64_t)which << SLOT_SHIFT | *table);
	return error;
}
