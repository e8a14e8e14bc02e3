/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The superblock: may this file system be mounted, and what follows from its numbers.
 *
 * It is read twice when the journal was not closed: as it stands, to find the journal, and then
 * as the replayed journal has it.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/systm.h>

#include "ext2fs.h"
#include "ext2fs_csum.h"

/* What a reader copes with; the rest of the incompatible features is refused by name. */
#define E2_INCOMPAT_READABLE                                                                      \
	(E2_INCOMPAT_FILETYPE | E2_INCOMPAT_RECOVER | E2_INCOMPAT_META_BG | E2_INCOMPAT_EXTENTS | \
	    E2_INCOMPAT_64BIT | E2_INCOMPAT_MMP | E2_INCOMPAT_FLEX_BG | E2_INCOMPAT_EA_INODE |    \
	    E2_INCOMPAT_CSUM_SEED | E2_INCOMPAT_LARGEDIR | E2_INCOMPAT_INLINE_DATA |              \
	    E2_INCOMPAT_ENCRYPT | E2_INCOMPAT_CASEFOLD)

static int
super_bad(struct ext2mount *um, const char *what, uint64_t value)
{
	ext2fs_say(um, "superblock: %s (%ju)", what, (uintmax_t)value);
	return EINVAL;
}

static int
check_features(struct ext2mount *um)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} names[] = {
		{ E2_INCOMPAT_COMPRESSION, "compression" },
		{ E2_INCOMPAT_JOURNAL_DEV, "journal_dev (this is an external journal)" },
		{ E2_INCOMPAT_DIRDATA, "dirdata" },
	};
	const uint32_t bad = um->um_super.s_feature_incompat & ~E2_INCOMPAT_READABLE;

	if (bad == 0)
		return 0;
	for (unsigned i = 0; i < __arraycount(names); i++) {
		if (bad & names[i].bit) {
			ext2fs_say(um, "feature %s is not supported", names[i].name);
			return EOPNOTSUPP;
		}
	}
	ext2fs_say(um, "incompatible feature 0x%x (FEATURE_I%d) is not known", bad & -bad,
	    ffs((int)bad) - 1);
	return EOPNOTSUPP;
}

static int
check_sizes(struct ext2mount *um)
{
	const struct e2_super *s = &um->um_super;
	const bool bigalloc = ext2fs_has_ro_compat(um, E2_ROCOMPAT_BIGALLOC);
	uint64_t max_group;

	if (s->s_inode_size < E2_INODE_OLD_SIZE || s->s_inode_size > um->um_bsize ||
	    !powerof2(s->s_inode_size))
		return super_bad(um, "impossible inode size", s->s_inode_size);
	um->um_desc_size = E2_GD_SIZE;
	if (ext2fs_has_incompat(um, E2_INCOMPAT_64BIT)) {
		um->um_desc_size = s->s_desc_size;
		if (s->s_desc_size < E2_GD_SIZE64 || s->s_desc_size > 1024 ||
		    !powerof2(s->s_desc_size))
			return super_bad(
			    um, "impossible size of group descriptors", s->s_desc_size);
	}
	max_group = (uint64_t)um->um_bsize * 8; /* bits of a bitmap block */
	if (s->s_inodes_per_group == 0 || s->s_inodes_per_group > max_group)
		return super_bad(
		    um, "impossible number of inodes in a group", s->s_inodes_per_group);
	if (bigalloc) {
		if (s->s_log_cluster_size < s->s_log_block_size || s->s_log_cluster_size > 20)
			return super_bad(um, "impossible cluster size", s->s_log_cluster_size);
		max_group <<= s->s_log_cluster_size - s->s_log_block_size;
	}
	if (s->s_blocks_per_group == 0 || s->s_blocks_per_group > max_group)
		return super_bad(
		    um, "impossible number of blocks in a group", s->s_blocks_per_group);
	if (s->s_first_data_block > (um->um_bsize == 1024 ? 1 : 0))
		return super_bad(um, "impossible first data block", s->s_first_data_block);
	return 0;
}

static int
check_counts(struct ext2mount *um)
{
	const struct e2_super *s = &um->um_super;
	uint64_t groups;

	if (s->s_blocks_count <= s->s_first_data_block + 1)
		return super_bad(um, "impossible number of blocks", s->s_blocks_count);
	if (s->s_blocks_count > um->um_dev_blocks) {
		ext2fs_say(um, "superblock: %ju blocks, but the device holds %ju: truncated?",
		    (uintmax_t)s->s_blocks_count, (uintmax_t)um->um_dev_blocks);
		return EINVAL;
	}
	groups = howmany(s->s_blocks_count - s->s_first_data_block, s->s_blocks_per_group);
	if (groups > UINT32_MAX)
		return super_bad(um, "impossible number of groups", groups);
	um->um_ngroups = (uint32_t)groups;
	if (s->s_inodes_count < E2_ROOT_INO || s->s_inodes_count > groups * s->s_inodes_per_group)
		return super_bad(um, "impossible number of inodes", s->s_inodes_count);
	return 0;
}

static int
check_checksum(struct ext2mount *um, const void *bytes)
{
	const struct e2_super *s = &um->um_super;

	um->um_csum = ext2fs_has_ro_compat(um, E2_ROCOMPAT_METADATA_CSUM);
	um->um_gdt_csum = !um->um_csum && ext2fs_has_ro_compat(um, E2_ROCOMPAT_GDT_CSUM);
	um->um_csum_seed = e2_csum_fs_seed(s);
	if (!um->um_csum)
		return 0;
	if (s->s_checksum_type != E2_CHECKSUM_CRC32C)
		return super_bad(um, "unknown type of checksums", s->s_checksum_type);
	if (s->s_checksum != e2_csum_super(bytes)) {
		ext2fs_say(
		    um, "checksum mismatch in superblock: block %d", E2_SB_OFFSET >> um->um_bshift);
		return EIO;
	}
	return 0;
}

/* Decode and check; fills in everything but um_bsize and what hangs on it. */
static int
super_accept(struct ext2mount *um, const void *bytes)
{
	int error;

	if (e2_super_decode(bytes, E2_SB_SIZE, &um->um_super) != 0)
		return super_bad(um, "no ext2, ext3 or ext4 file system", um->um_super.s_magic);
	if (um->um_super.s_log_block_size > 6)
		return super_bad(um, "impossible block size", um->um_super.s_log_block_size);
	um->um_hurd = um->um_super.s_creator_os == E2_OS_HURD;
	error = check_features(um);
	if (error == 0)
		error = check_checksum(um, bytes);
	return error;
}

static int
super_first_read(struct ext2mount *um)
{
	struct buf *bp;
	int error;

	um->um_bsize = E2_SB_SIZE;
	um->um_bshift = 10;
	error = bread(um->um_devvp, E2_SB_OFFSET / DEV_BSIZE, E2_SB_SIZE, 0, &bp);
	if (error == 0 && bp->b_resid != 0) {
		brelse(bp, 0);
		error = EINVAL;
	}
	if (error != 0) {
		ext2fs_say(um, "superblock cannot be read: error %d", error);
		return error;
	}
	error = super_accept(um, bp->b_data);
	brelse(bp, 0);
	return error;
}

static int
super_again(struct ext2mount *um)
{
	const uint32_t log = um->um_super.s_log_block_size;
	struct buf *bp;
	size_t off;
	int error;

	error = ext2fs_bread_super(um, &bp, &off);
	if (error != 0)
		return error;
	error = super_accept(um, (const uint8_t *)bp->b_data + off);
	brelse(bp, 0);
	if (error == 0 && um->um_super.s_log_block_size != log)
		error = super_bad(
		    um, "the journal changes the block size", um->um_super.s_log_block_size);
	return error;
}

static int
replay(struct ext2mount *um)
{
	const struct e2_super *s = &um->um_super;
	int error;

	if (!(s->s_feature_compat & E2_COMPAT_HAS_JOURNAL))
		return super_bad(um, "needs recovery, but has no journal", 0);
	if (s->s_journal_inum == 0) {
		ext2fs_say(um,
		    "the journal on an external device (journal_dev 0x%x) must be"
		    " replayed first: not supported",
		    s->s_journal_dev);
		return EOPNOTSUPP;
	}
	error = ext2fs_journal_replay(um);
	if (error == 0)
		error = super_again(um);
	if (error == 0)
		error = check_sizes(um);
	return error == 0 ? check_counts(um) : error;
}

int
ext2fs_super_load(struct ext2mount *um)
{
	const uint64_t dev_bytes = um->um_dev_blocks; /* in bytes until the block size is known */
	uint64_t n;
	int error;

	error = super_first_read(um);
	if (error != 0)
		return error;
	um->um_bshift = 10 + um->um_super.s_log_block_size;
	um->um_bsize = 1u << um->um_bshift;
	um->um_dev_blocks = dev_bytes >> um->um_bshift;
	error = check_sizes(um);
	if (error == 0)
		error = check_counts(um);
	if (error != 0)
		return error;
	n = um->um_bsize / 4;
	um->um_max_bytes = (uint64_t)UINT32_MAX << um->um_bshift;
	um->um_max_bytes_indirect = (E2_NDADDR + n + n * n + n * n * n) << um->um_bshift;
	if (ext2fs_has_incompat(um, E2_INCOMPAT_RECOVER))
		error = replay(um);
	return error;
}
