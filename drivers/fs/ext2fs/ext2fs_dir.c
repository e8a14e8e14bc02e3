/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Directories as blocks of entries, and the search for a name.
 *
 * Entries follow each other by d_reclen and fill their block; one with inode 0 is unused.  With
 * metadata_csum a leaf ends in an unused entry that holds the checksum.  A hashed directory is the
 * same to a reader who goes through all blocks, for its index blocks look like unused entries.
 *
 * i_hint is the offset behind the entry found last: who stats what readdir gave finds each name
 * there, whatever the directory's size.
 */
#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/kmem.h>
#include <sys/systm.h>

#include "ext2fs.h"
#include "ext2fs_csum.h"
#include "ext2fs_fc.h"

#define E2_HINT_STEPS 3 /* entries looked at from the hint on */

int
ext2fs_dir_bad(struct e2node *ip, uint64_t off, const char *what)
{
	ext2fs_say(ip->i_um, "directory inode %ju: %s at offset %ju", (uintmax_t)ip->i_number, what,
	    (uintmax_t)off);
	return EIO;
}

int
ext2fs_dir_usable(struct e2node *ip)
{
	const uint32_t flags = ip->i_di.i_flags;

	if (__predict_true((flags & (E2_ENCRYPT_FL | E2_CASEFOLD_FL)) == 0))
		return 0;
	ext2fs_say(ip->i_um, "directory inode %ju: feature %s is not supported",
	    (uintmax_t)ip->i_number, flags & E2_ENCRYPT_FL ? "encrypt" : "casefold");
	return EOPNOTSUPP;
}

static bool
is_indexed(const struct e2node *ip)
{
	return (ip->i_di.i_flags & E2_INDEX_FL) != 0 &&
	    (ip->i_um->um_super.s_feature_compat & E2_COMPAT_DIR_INDEX) != 0;
}

/* The three kinds of directory blocks keep their checksums in different places. */
static bool
dir_csum_ok(const struct e2node *ip, uint64_t lbn, const uint8_t *block)
{
	const uint32_t bsize = ip->i_um->um_bsize;
	const bool root = lbn == 0 && is_indexed(ip);
	struct e2_dxnode dn;
	uint32_t sum;
	size_t tail;

	if (!root && e2_dirtail_decode(block, bsize, &sum))
		return sum == e2_csum_bytes(ip->i_seed, block, bsize - E2_DIRTAIL_SIZE);
	if (!is_indexed(ip) || e2_dxnode_decode(block, bsize, root, true, &dn) != 0)
		return false;
	tail = e2_dxtail_offset(&dn);
	return e2_dxtail_decode(block, &dn) ==
	    e2_csum_dx(ip->i_seed, block, dn.dx_off + (size_t)dn.dx_count * E2_DX_ENTRY_SIZE, tail);
}

/*
 * The disk block of the directory's block lbn.  i_where has the one asked for last: its number plus
 * one above WHERE_SHIFT, its place below; what does not fit is looked up each time.
 */
#define WHERE_SHIFT 40

static int
dir_map(struct e2node *ip, uint64_t lbn, uint64_t *blk)
{
	const uint64_t where = atomic_load_relaxed(&ip->i_where);
	struct e2_run run;
	int error;

	if (__predict_true(where >> WHERE_SHIFT == lbn + 1)) {
		*blk = where & ((UINT64_C(1) << WHERE_SHIFT) - 1);
		return 0;
	}
	if (lbn >= ip->i_di.i_size >> ip->i_um->um_bshift)
		return ext2fs_dir_bad(ip, lbn << ip->i_um->um_bshift, "block past the end");
	error = ext2fs_map(ip, lbn, &run);
	if (error != 0)
		return error;
	if (run.r_blk == 0)
		return ext2fs_dir_bad(ip, lbn << ip->i_um->um_bshift, "hole");
	*blk = run.r_blk;
	if ((lbn + 1) >> (64 - WHERE_SHIFT) == 0 && run.r_blk >> WHERE_SHIFT == 0)
		atomic_store_relaxed(&ip->i_where, (lbn + 1) << WHERE_SHIFT | run.r_blk);
	return 0;
}

int
ext2fs_dir_block(struct e2node *ip, uint64_t lbn, struct buf **bpp)
{
	struct ext2mount *const um = ip->i_um;
	uint64_t blk;
	int error;

	error = dir_map(ip, lbn, &blk);
	if (error == 0)
		error = ext2fs_bread(um, blk, "directory", ip->i_number, bpp);
	if (error != 0 || !um->um_csum || ext2fs_verified(um, blk, ip->i_number))
		return error;
	if (!dir_csum_ok(ip, lbn, (*bpp)->b_data)) {
		brelse(*bpp, 0);
		return ext2fs_bad_checksum(um, "directory block", blk, ip->i_number);
	}
	ext2fs_set_verified(um, blk, ip->i_number);
	return 0;
}

bool
ext2fs_dirent_is(const struct e2_dirent *de, const char *name, size_t len)
{
	return de->d_namlen == len && de->d_ino != 0 && memcmp(de->d_name, name, len) == 0;
}

/* An entry may lead to the root and to ordinary inodes only. */
static int
check_ino(struct e2node *ip, const struct e2_dirent *de, uint64_t off, ino_t *ino)
{
	const struct e2_super *s = &ip->i_um->um_super;

	if (de->d_ino > s->s_inodes_count ||
	    (de->d_ino < s->s_first_ino && de->d_ino != E2_ROOT_INO))
		return ext2fs_dir_bad(ip, off, "entry with an impossible inode number");
	*ino = de->d_ino;
	return 0;
}

int
ext2fs_dir_scan(struct e2node *ip, const uint8_t *buf, size_t len, uint64_t base, const char *name,
    size_t namelen, ino_t *ino, uint64_t *end)
{
	struct e2_dirent de;

	for (size_t off = 0; off < len; off += de.d_reclen) {
		if (e2_dirent_decode(buf, len, off, &de) != 0)
			return ext2fs_dir_bad(ip, base + off, "impossible entry");
		if (ext2fs_dirent_is(&de, name, namelen)) {
			*end = base + off + de.d_reclen;
			return check_ino(ip, &de, base + off, ino);
		}
	}
	return ENOENT;
}

static int
lookup_linear(struct e2node *ip, const char *name, size_t namelen, ino_t *ino, uint64_t *end)
{
	const struct ext2mount *const um = ip->i_um;
	const uint64_t nblocks = ip->i_di.i_size >> um->um_bshift;
	struct buf *bp;
	int error = ENOENT;

	for (uint64_t lbn = 0; error == ENOENT && lbn < nblocks; lbn++) {
		error = ext2fs_dir_block(ip, lbn, &bp);
		if (error != 0)
			break;
		error = ext2fs_dir_scan(
		    ip, bp->b_data, um->um_bsize, lbn << um->um_bshift, name, namelen, ino, end);
		brelse(bp, 0);
	}
	return error;
}

/* Is the name right behind the one found last?  Any doubt is ENOENT. */
static int
lookup_hint(struct e2node *ip, const char *name, size_t namelen, ino_t *ino, uint64_t *end)
{
	const struct ext2mount *const um = ip->i_um;
	uint64_t at = atomic_load_relaxed(&ip->i_hint);
	struct e2_dirent de;
	struct buf *bp;
	int error = ENOENT;

	for (int i = 0; at != 0 && i < 2 && error == ENOENT; i++) {
		size_t off = at & (um->um_bsize - 1);

		if (at >= ip->i_di.i_size || ext2fs_dir_block(ip, at >> um->um_bshift, &bp) != 0)
			return ENOENT;
		at = rounddown2(at, um->um_bsize);
		for (int n = 0; n < E2_HINT_STEPS && off < um->um_bsize; n++, off += de.d_reclen) {
			if (e2_dirent_decode(bp->b_data, um->um_bsize, off, &de) != 0)
				break;
			if (!ext2fs_dirent_is(&de, name, namelen))
				continue;
			*end = at + off + de.d_reclen;
			error = check_ino(ip, &de, at + off, ino);
			break;
		}
		brelse(bp, 0);
		/* Only where the block ended does the next one follow. */
		at = off >= um->um_bsize ? at + um->um_bsize : 0;
	}
	return error;
}

static int
lookup_inline(struct e2node *ip, const char *name, size_t namelen, ino_t *ino)
{
	uint64_t end;
	uint8_t *data;
	size_t size;
	int error;

	if (namelen == 2 && name[0] == '.' && name[1] == '.') {
		const struct e2_dirent up = {
			.d_ino = e2_inline_parent_decode(ip->i_di.i_block),
		};
		return check_ino(ip, &up, 0, ino);
	}
	error = ext2fs_inline_read(ip, &data, &size);
	if (error != 0)
		return error;
	error = ext2fs_dir_scan(ip, data + E2_INLINE_PARENT_SIZE, E2_NBLOCK - E2_INLINE_PARENT_SIZE,
	    E2_INLINE_PARENT_SIZE, name, namelen, ino, &end);
	if (error == ENOENT)
		error = ext2fs_dir_scan(
		    ip, data + E2_NBLOCK, size - E2_NBLOCK, E2_NBLOCK, name, namelen, ino, &end);
	kmem_free(data, size);
	return error;
}

/* By whatever way the directory has on the device. */
static int
lookup_device(struct e2node *ip, const char *name, size_t namelen, ino_t *ino)
{
	uint64_t end;
	int error;

	if (ip->i_di.i_flags & E2_INLINE_DATA_FL)
		return lookup_inline(ip, name, namelen, ino);
	error = lookup_hint(ip, name, namelen, ino, &end);
	if (error == ENOENT)
		error = is_indexed(ip) && !(namelen == 2 && name[0] == '.' && name[1] == '.')
		    ? ext2fs_htree_lookup(ip, name, namelen, ino, &end)
		    : lookup_linear(ip, name, namelen, ino, &end);
	if (error == 0 && end <= UINT32_MAX)
		atomic_store_relaxed(&ip->i_hint, (uint32_t)end);
	return error;
}

/* The same, with what fast commits say on top. */
static int
lookup_logged(struct e2node *ip, const char *name, size_t namelen, ino_t *ino)
{
	struct e2_fcword word = { 0 };
	int error;

	(void)ext2fs_fc_word(ip->i_um->um_fc, ip->i_number, name, namelen, &word);
	if (word.fw_ino != 0) {
		*ino = word.fw_ino;
		return 0;
	}
	if (ext2fs_fc_made_dir(ip, ino))
		return namelen == 2 && name[0] == '.' && name[1] == '.' ? 0 : ENOENT;
	error = lookup_device(ip, name, namelen, ino);
	return error == 0 && *ino == word.fw_removed ? ENOENT : error;
}

int
ext2fs_dir_lookup(struct e2node *ip, const char *name, size_t namelen, ino_t *ino)
{
	const int error = ext2fs_dir_usable(ip);

	if (error != 0)
		return error;
	if (namelen > E2_NAME_MAX)
		return ENAMETOOLONG;
	return __predict_true(ip->i_um->um_fc == NULL) ? lookup_device(ip, name, namelen, ino)
						       : lookup_logged(ip, name, namelen, ino);
}
