/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Hashed directories: a tree of at most three levels of index blocks above the leaves.
 *
 * An index block holds (hash, block) pairs in ascending order; pair i leads to names whose hashes
 * lie in [hash i, hash i+1).  Names of one hash may spill into the next leaf: its pair then has
 * bit 0 set, which no name's hash has.  The path down is kept as positions, not as buffers.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/systm.h>

#include "ext2fs.h"
#include "ext2fs_csum.h"

struct dx_pos {
	uint64_t dp_lbn;   /* the index block */
	unsigned dp_entry; /* the pair taken */
};

struct dx_path {
	struct e2node *dx_ip;
	unsigned dx_levels; /* index blocks on the way, 1 to 3 */
	struct dx_pos dx_pos[E2_DX_MAX_LEVELS];
};

static int
dx_bad(struct e2node *ip, uint64_t lbn, const char *what)
{
	return ext2fs_dir_bad(ip, lbn << ip->i_um->um_bshift, what);
}

/* The last pair whose hash is not above hash; pair 0 stands below all. */
static unsigned
dx_search(const void *block, const struct e2_dxnode *dn, uint32_t hash)
{
	unsigned lo = 1, hi = dn->dx_count;
	struct e2_dxentry de;

	while (lo < hi) {
		const unsigned mid = (lo + hi) / 2;

		e2_dxentry_decode(block, dn, mid, &de);
		if (de.dx_hash <= hash)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo - 1;
}

/* Read the root: the number of levels and the hash of the name. */
static int
dx_open(struct dx_path *path, const char *name, size_t namelen, uint32_t *hash)
{
	struct e2node *const ip = path->dx_ip;
	const struct e2_super *s = &ip->i_um->um_super;
	struct e2_dxroot root;
	unsigned version;
	struct buf *bp;
	int error;

	error = ext2fs_dir_block(ip, 0, &bp);
	if (error != 0)
		return error;
	error = e2_dxroot_decode(bp->b_data, ip->i_um->um_bsize, &root);
	brelse(bp, 0);
	if (error != 0)
		return dx_bad(ip, 0, "bad root of the hash tree");
	path->dx_levels = root.dx_levels + 1u;
	version = root.dx_hash_version;
	if (version <= E2_HASH_TEA && (s->s_flags & E2_FLAG_UNSIGNED_HASH))
		version += E2_HASH_LEGACY_UNSIGNED;
	if (!e2_name_hash(version, s->s_hash_seed, (const uint8_t *)name, namelen, hash))
		return dx_bad(ip, 0, "unknown hash version");
	return 0;
}

/*
 * Take pair *entry of the index block lbn, or, with a hash, the pair for that; *child is where it
 * leads, *key its own hash.  errors: ENOENT (no such pair), EIO.
 */
static int
dx_step(struct dx_path *path, unsigned level, const uint32_t *hash, uint64_t *child, uint32_t *key)
{
	struct e2node *const ip = path->dx_ip;
	struct dx_pos *const dp = &path->dx_pos[level];
	struct e2_dxentry de = { 0 };
	struct e2_dxnode dn;
	struct buf *bp;
	int error;

	error = ext2fs_dir_block(ip, dp->dp_lbn, &bp);
	if (error != 0)
		return error;
	error =
	    e2_dxnode_decode(bp->b_data, ip->i_um->um_bsize, level == 0, ip->i_um->um_csum, &dn);
	if (error == 0) {
		if (hash != NULL)
			dp->dp_entry = dx_search(bp->b_data, &dn, *hash);
		if (dp->dp_entry < dn.dx_count)
			e2_dxentry_decode(bp->b_data, &dn, dp->dp_entry, &de);
		else
			error = ENOENT;
	}
	brelse(bp, 0);
	if (error == EINVAL)
		return dx_bad(ip, dp->dp_lbn, "bad index block of the hash tree");
	*child = de.dx_block;
	*key = de.dx_hash;
	return error;
}

/* Go down from level to the leaf: by hash, or (NULL) by what dp_entry says, then leftmost. */
static int
dx_descend(struct dx_path *path, unsigned level, const uint32_t *hash, uint64_t *leaf)
{
	uint32_t key;
	int error;

	for (;; level++) {
		error = dx_step(path, level, hash, leaf, &key);
		if (error != 0)
			return error == ENOENT ? dx_bad(path->dx_ip, path->dx_pos[level].dp_lbn,
						     "empty index block of the hash tree")
					       : error;
		if (level + 1 == path->dx_levels)
			return 0;
		path->dx_pos[level + 1] = (struct dx_pos){ .dp_lbn = *leaf };
	}
}

/* The leaf after the path's, if names of this hash go on there.  errors: ENOENT, EIO. */
static int
dx_continue(struct dx_path *path, uint32_t hash, uint64_t *leaf)
{
	unsigned level = path->dx_levels;
	uint32_t key;
	int error;

	do {
		if (level-- == 0)
			return ENOENT;
		path->dx_pos[level].dp_entry++;
		error = dx_step(path, level, NULL, leaf, &key);
	} while (error == ENOENT);
	if (error != 0)
		return error;
	if (key != (hash | 1))
		return ENOENT;
	if (level + 1 == path->dx_levels)
		return 0;
	path->dx_pos[level + 1] = (struct dx_pos){ .dp_lbn = *leaf };
	return dx_descend(path, level + 1, NULL, leaf);
}

int
ext2fs_htree_lookup(struct e2node *ip, const char *name, size_t namelen, ino_t *ino, uint64_t *end)
{
	const struct ext2mount *const um = ip->i_um;
	struct dx_path path = { .dx_ip = ip };
	uint64_t leaf, left = ip->i_di.i_size >> um->um_bshift;
	struct buf *bp;
	uint32_t hash;
	int error;

	error = dx_open(&path, name, namelen, &hash);
	if (error == 0)
		error = dx_descend(&path, 0, &hash, &leaf);
	while (error == 0) {
		if (left-- == 0)
			return dx_bad(ip, leaf, "cycle in the hash tree");
		error = ext2fs_dir_block(ip, leaf, &bp);
		if (error != 0)
			break;
		error = ext2fs_dir_scan(
		    ip, bp->b_data, um->um_bsize, leaf << um->um_bshift, name, namelen, ino, end);
		brelse(bp, 0);
		if (error != ENOENT)
			break;
		error = dx_continue(&path, hash, &leaf);
	}
	return error;
}
