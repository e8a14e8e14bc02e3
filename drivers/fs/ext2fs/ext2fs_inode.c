/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Inodes: found, verified, decoded, and judged once, so that what works on them later may rely on
 * the type, on a size that the block map can reach, and on a sound root of the extent tree.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/stat.h>
#include <sys/systm.h>

#include "ext2fs.h"
#include "ext2fs_csum.h"
#include "ext2fs_fc.h"

int
ext2fs_inode_where(struct ext2mount *um, ino_t ino, uint64_t *blk, size_t *offp)
{
	const struct e2_super *s = &um->um_super;
	uint64_t table, off;
	uint32_t group, n;
	int error;

	if (ino == 0 || ino > s->s_inodes_count)
		return ESTALE;
	n = (uint32_t)(ino - 1); /* a division of 32 bits costs half of one of 64 */
	group = n / s->s_inodes_per_group;
	error = ext2fs_inode_table(um, group, &table);
	if (error != 0)
		return error;
	off = (uint64_t)(n - group * s->s_inodes_per_group) * s->s_inode_size;
	*blk = table + (off >> um->um_bshift);
	*offp = off & (um->um_bsize - 1);
	return 0;
}

int
ext2fs_inode_device_bytes(struct ext2mount *um, ino_t ino, struct buf **bpp, const uint8_t **bytes)
{
	uint64_t blk;
	size_t off;
	int error;

	error = ext2fs_inode_where(um, ino, &blk, &off);
	if (error == 0)
		error = ext2fs_bread(um, blk, "inode table", ino, bpp);
	if (error == 0)
		*bytes = (const uint8_t *)(*bpp)->b_data + off;
	return error;
}

int
ext2fs_inode_bytes(struct ext2mount *um, ino_t ino, struct buf **bpp, const uint8_t **bytes)
{
	int error;

	if (__predict_false(um->um_fc != NULL) &&
	    (ext2fs_fc_inode_bytes(um, ino, bpp, bytes, &error) || error != 0))
		return error;
	return ext2fs_inode_device_bytes(um, ino, bpp, bytes);
}

static int
inode_bad(struct ext2mount *um, ino_t ino, const char *what)
{
	ext2fs_say(um, "inode %ju: %s", (uintmax_t)ino, what);
	return EIO;
}

static bool
has_extents(const struct e2_inode *di)
{
	return (di->i_flags & E2_EXTENTS_FL) != 0 && (di->i_flags & E2_INLINE_DATA_FL) == 0;
}

static bool
type_known(uint16_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFREG:
	case S_IFDIR:
	case S_IFLNK:
	case S_IFBLK:
	case S_IFCHR:
	case S_IFIFO:
	case S_IFSOCK:
		return true;
	default:
		return false;
	}
}

/* What of the inode cannot be, or NULL. */
static const char *
judge_contents(const struct ext2mount *um, const struct e2_inode *di)
{
	const bool dir = S_ISDIR(di->i_mode), inlined = di->i_flags & E2_INLINE_DATA_FL;
	const uint64_t max =
	    di->i_flags & E2_EXTENTS_FL ? um->um_max_bytes : um->um_max_bytes_indirect;
	struct e2_exthdr eh;

	if (!dir && !S_ISREG(di->i_mode) && !S_ISLNK(di->i_mode))
		return NULL;
	if (inlined) {
		if (!ext2fs_has_incompat(um, E2_INCOMPAT_INLINE_DATA))
			return "inline data without the feature inline_data";
		return di->i_size > um->um_super.s_inode_size ? "inline data larger than an inode"
							      : NULL;
	}
	if (di->i_size > max)
		return "size beyond what its block map can hold";
	if (dir && (di->i_size == 0 || di->i_size % um->um_bsize != 0))
		return "directory whose size is no number of blocks";
	if (dir && di->i_size >> um->um_bshift > um->um_super.s_blocks_count)
		return "directory larger than the file system";
	if (S_ISLNK(di->i_mode) && (di->i_size == 0 || di->i_size >= MAXPATHLEN))
		return "symbolic link of an impossible length";
	if (has_extents(di) && e2_exthdr_decode(di->i_block, E2_NBLOCK, &eh) != 0)
		return "extent tree with a bad root";
	return NULL;
}

static int
judge(struct ext2mount *um, ino_t ino, const struct e2_inode *di)
{
	const char *what;

	if (!type_known(di->i_mode))
		return inode_bad(um, ino, di->i_mode == 0 ? "not in use" : "unknown file type");
	if (di->i_links == 0 && (di->i_flags & E2_EA_INODE_FL) == 0)
		return inode_bad(um, ino, "in use without a link");
	what = judge_contents(um, di);
	return what == NULL ? 0 : inode_bad(um, ino, what);
}

static dev_t
rdev(const struct e2_inode *di)
{
	uint32_t maj, min;

	if (!S_ISBLK(di->i_mode) && !S_ISCHR(di->i_mode))
		return NODEV;
	e2_rdev_decode(di->i_block, &maj, &min);
	return makedev(maj, min);
}

int
ext2fs_inode_load(struct ext2mount *um, ino_t ino, struct e2node *ip)
{
	const uint16_t isize = um->um_super.s_inode_size;
	const uint8_t *bytes;
	uint64_t blk;
	bool good = true;
	struct buf *bp;
	int error;

	error = ext2fs_inode_bytes(um, ino, &bp, &bytes);
	if (error != 0)
		return error;
	ip->i_number = ino;
	ip->i_um = um;
	ip->i_seed = 0;
	ip->i_hint = 0;
	ip->i_where = 0;
	ip->i_lockf = NULL;
	error = e2_inode_decode(bytes, isize, um->um_hurd, &ip->i_di);
	if (error == 0 && um->um_csum) {
		ip->i_seed =
		    e2_csum_inode_seed(um->um_csum_seed, (uint32_t)ino, ip->i_di.i_generation);
		good = ip->i_di.i_checksum ==
		    e2_csum_inode(ip->i_seed, bytes, isize, ip->i_di.i_has_checksum_hi);
	}
	blk = (uint64_t)bp->b_blkno >> (um->um_bshift - DEV_BSHIFT);
	brelse(bp, 0);
	if (error != 0)
		return inode_bad(um, ino, "extra size beyond the inode");
	if (!good)
		return ext2fs_bad_checksum(um, "inode", blk, ino);
	ip->i_rdev = rdev(&ip->i_di);
	return judge(um, ino, &ip->i_di);
}
