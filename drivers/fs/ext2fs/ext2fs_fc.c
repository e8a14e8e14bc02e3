/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What fast commits say, as three trees: inodes by number, ranges of files by inode and block,
 * names by directory and name.
 *
 * A record of an inode counts on top of the inode on the device if that one is in use and of the
 * same generation; if not, the log made a new inode there, and nothing of the old one counts: no
 * blocks, no attributes.  The same holds between two records in the log.  Ranges never overlap in
 * the tree: a new one cuts what it meets.  The blocks of directories are not logged: a directory
 * keeps those it has, with the names that the log added or removed on top, and one that the log made
 * has none.
 */
#include <sys/param.h>
#include <sys/buf.h>
#include <sys/kmem.h>
#include <sys/rbtree.h>
#include <sys/stat.h>
#include <sys/systm.h>

#include "ext2fs.h"
#include "ext2fs_csum.h"
#include "ext2fs_fc.h"

struct fc_inode {
	rb_node_t in_node;
	uint32_t in_ino;
	uint32_t in_generation; /* of the record, if in_len is not 0 */
	uint32_t in_parent;	/* directory that it was created in, or 0 */
	uint16_t in_len;	/* 0: created, but not described */
	uint8_t *in_raw;
};

struct range_key {
	uint32_t ino;
	uint64_t blk;
};

struct fc_range {
	rb_node_t rn_node;
	struct range_key rn_key;
	uint64_t rn_end;   /* behind its last block */
	uint64_t rn_start; /* on disk; 0: reads as zeros */
};

struct name_key {
	uint32_t dir;
	uint8_t len;
	const uint8_t *name;
};

struct fc_name {
	rb_node_t na_node;
	struct name_key na_key; /* name: behind the struct */
	struct e2_fcword na_word;
};

struct e2_fc {
	rb_tree_t fc_inodes, fc_ranges, fc_names;
};

/* ---- The trees' orders ---- */

static int
order(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int
inode_key(void *context, const void *node, const void *key)
{
	return order(((const struct fc_inode *)node)->in_ino, *(const uint32_t *)key);
}

static int
inode_nodes(void *context, const void *a, const void *b)
{
	return inode_key(context, a, &((const struct fc_inode *)b)->in_ino);
}

static int
range_key(void *context, const void *node, const void *key)
{
	const struct range_key *a = &((const struct fc_range *)node)->rn_key, *b = key;

	return a->ino != b->ino ? order(a->ino, b->ino) : order(a->blk, b->blk);
}

static int
range_nodes(void *context, const void *a, const void *b)
{
	return range_key(context, a, &((const struct fc_range *)b)->rn_key);
}

static int
name_key(void *context, const void *node, const void *key)
{
	const struct name_key *a = &((const struct fc_name *)node)->na_key, *b = key;

	if (a->dir != b->dir)
		return order(a->dir, b->dir);
	if (a->len != b->len)
		return order(a->len, b->len);
	return memcmp(a->name, b->name, a->len);
}

static int
name_nodes(void *context, const void *a, const void *b)
{
	return name_key(context, a, &((const struct fc_name *)b)->na_key);
}

static const rb_tree_ops_t inode_ops = {
	.rbto_compare_nodes = inode_nodes,
	.rbto_compare_key = inode_key,
	.rbto_node_offset = offsetof(struct fc_inode, in_node),
};
static const rb_tree_ops_t range_ops = {
	.rbto_compare_nodes = range_nodes,
	.rbto_compare_key = range_key,
	.rbto_node_offset = offsetof(struct fc_range, rn_node),
};
static const rb_tree_ops_t name_ops = {
	.rbto_compare_nodes = name_nodes,
	.rbto_compare_key = name_key,
	.rbto_node_offset = offsetof(struct fc_name, na_node),
};

/* Lookups leave a tree alone; its functions take it without const. */
#define TREE(fc, which) ((rb_tree_t *)__UNCONST(&(fc)->which))

/* ---- Building ---- */

struct e2_fc *
ext2fs_fc_create(void)
{
	struct e2_fc *const fc = kmem_alloc(sizeof(*fc), KM_SLEEP);

	rb_tree_init(&fc->fc_inodes, &inode_ops);
	rb_tree_init(&fc->fc_ranges, &range_ops);
	rb_tree_init(&fc->fc_names, &name_ops);
	return fc;
}

static void
range_free(struct e2_fc *fc, struct fc_range *rn)
{
	rb_tree_remove_node(&fc->fc_ranges, rn);
	kmem_free(rn, sizeof(*rn));
}

static void
name_free(struct e2_fc *fc, struct fc_name *na)
{
	rb_tree_remove_node(&fc->fc_names, na);
	kmem_free(na, sizeof(*na) + na->na_key.len);
}

void
ext2fs_fc_destroy(struct e2_fc *fc)
{
	struct fc_inode *in;
	struct fc_range *rn;
	struct fc_name *na;

	while ((in = RB_TREE_MIN(&fc->fc_inodes)) != NULL) {
		rb_tree_remove_node(&fc->fc_inodes, in);
		if (in->in_len != 0)
			kmem_free(in->in_raw, in->in_len);
		kmem_free(in, sizeof(*in));
	}
	while ((rn = RB_TREE_MIN(&fc->fc_ranges)) != NULL)
		range_free(fc, rn);
	while ((na = RB_TREE_MIN(&fc->fc_names)) != NULL)
		name_free(fc, na);
	kmem_free(fc, sizeof(*fc));
}

static struct fc_inode *
inode_get(struct e2_fc *fc, uint32_t ino)
{
	struct fc_inode *in = rb_tree_find_node(&fc->fc_inodes, &ino);

	if (in == NULL) {
		in = kmem_zalloc(sizeof(*in), KM_SLEEP);
		in->in_ino = ino;
		rb_tree_insert_node(&fc->fc_inodes, in);
	}
	return in;
}

/* The inode's number has a new owner: what the log said of blocks and names was the old one's. */
static void
forget(struct e2_fc *fc, uint32_t ino)
{
	const struct range_key rk = { .ino = ino };
	const struct name_key nk = { .dir = ino };
	struct fc_range *rn;
	struct fc_name *na;

	while ((rn = rb_tree_find_node_geq(&fc->fc_ranges, &rk)) != NULL && rn->rn_key.ino == ino)
		range_free(fc, rn);
	while ((na = rb_tree_find_node_geq(&fc->fc_names, &nk)) != NULL && na->na_key.dir == ino)
		name_free(fc, na);
}

void
ext2fs_fc_add_inode(struct e2_fc *fc, const struct e2_fcinode *fi)
{
	struct fc_inode *const in = inode_get(fc, fi->fi_ino);
	const uint32_t generation = e2_fcinode_generation(fi->fi_raw);

	if (in->in_len != 0) {
		kmem_free(in->in_raw, in->in_len);
		if (in->in_generation != generation)
			forget(fc, fi->fi_ino);
	}
	in->in_generation = generation;
	in->in_len = fi->fi_len;
	in->in_raw = kmem_alloc(in->in_len, KM_SLEEP);
	memcpy(in->in_raw, fi->fi_raw, in->in_len);
}

static void
range_insert(struct e2_fc *fc, uint32_t ino, uint64_t blk, uint64_t end, uint64_t start)
{
	struct fc_range *const rn = kmem_alloc(sizeof(*rn), KM_SLEEP);

	rn->rn_key.ino = ino;
	rn->rn_key.blk = blk;
	rn->rn_end = end;
	rn->rn_start = start;
	rb_tree_insert_node(&fc->fc_ranges, rn);
}

/* Take [from, to) out of the range, which overlaps that. */
static void
range_cut(struct e2_fc *fc, struct fc_range *rn, uint64_t from, uint64_t to)
{
	const uint32_t ino = rn->rn_key.ino;
	const uint64_t blk = rn->rn_key.blk, end = rn->rn_end, start = rn->rn_start;

	if (blk < from)
		rn->rn_end = from;
	else
		range_free(fc, rn);
	if (end > to)
		range_insert(fc, ino, to, end, start == 0 ? 0 : start + (to - blk));
}

void
ext2fs_fc_add_range(struct e2_fc *fc, const struct e2_fcrange *fr)
{
	const uint64_t end = (uint64_t)fr->fr_block + fr->fr_len;
	struct range_key key = { .ino = fr->fr_ino, .blk = fr->fr_block };
	struct fc_range *rn;

	rn = rb_tree_find_node_leq(&fc->fc_ranges, &key);
	if (rn != NULL && rn->rn_key.ino == key.ino && rn->rn_end > key.blk)
		range_cut(fc, rn, key.blk, end);
	while ((rn = rb_tree_find_node_geq(&fc->fc_ranges, &key)) != NULL &&
	    rn->rn_key.ino == key.ino && rn->rn_key.blk < end)
		range_cut(fc, rn, key.blk, end);
	range_insert(fc, fr->fr_ino, fr->fr_block, end, fr->fr_start);
}

static struct fc_name *
name_get(struct e2_fc *fc, const struct e2_fcname *fn)
{
	const struct name_key key = {
		.dir = fn->fn_parent,
		.len = fn->fn_namlen,
		.name = fn->fn_name,
	};
	struct fc_name *na = rb_tree_find_node(&fc->fc_names, &key);

	if (na != NULL)
		return na;
	na = kmem_zalloc(sizeof(*na) + key.len, KM_SLEEP);
	memcpy(na + 1, key.name, key.len);
	na->na_key = key;
	na->na_key.name = (const uint8_t *)(na + 1);
	rb_tree_insert_node(&fc->fc_names, na);
	return na;
}

void
ext2fs_fc_add_name(struct e2_fc *fc, const struct e2_fcname *fn, bool created)
{
	name_get(fc, fn)->na_word.fw_ino = fn->fn_ino;
	if (created)
		inode_get(fc, fn->fn_ino)->in_parent = fn->fn_parent;
}

/* Only the entry that leads to this inode goes; the name may have got another one meanwhile. */
void
ext2fs_fc_remove_name(struct e2_fc *fc, const struct e2_fcname *fn)
{
	struct e2_fcword *const word = &name_get(fc, fn)->na_word;

	if (word->fw_ino == fn->fn_ino)
		word->fw_ino = 0;
	else if (word->fw_ino != 0)
		return;
	if (word->fw_removed == 0)
		word->fw_removed = fn->fn_ino;
}

/* ---- Inodes ---- */

static const struct fc_inode *
inode_find(const struct e2_fc *fc, ino_t number)
{
	const uint32_t ino = (uint32_t)number;

	return ino != number ? NULL : rb_tree_find_node(TREE(fc, fc_inodes), &ino);
}

/* Does the inode on the device count below the record?  errors: EIO, its checksum is wrong. */
static int
base_counts(struct ext2mount *um, const struct fc_inode *in, const struct buf *bp,
    const uint8_t *bytes, bool *counts)
{
	const uint16_t isize = um->um_super.s_inode_size;
	struct e2_inode di;
	uint32_t seed;

	*counts = e2_inode_decode(bytes, isize, um->um_hurd, &di) == 0 && di.i_mode != 0 &&
	    di.i_links != 0 && di.i_generation == in->in_generation;
	if (!*counts || !um->um_csum)
		return 0;
	seed = e2_csum_inode_seed(um->um_csum_seed, in->in_ino, di.i_generation);
	if (di.i_checksum == e2_csum_inode(seed, bytes, isize, di.i_has_checksum_hi))
		return 0;
	return ext2fs_bad_checksum(
	    um, "inode", (uint64_t)bp->b_blkno >> (um->um_bshift - DEV_BSHIFT), in->in_ino);
}

/* Give the merged inode the checksum that whoever reads it expects. */
static void
seal(const struct ext2mount *um, const struct fc_inode *in, uint8_t *bytes)
{
	const uint16_t isize = um->um_super.s_inode_size;
	struct e2_inode di;
	uint32_t seed;

	if (!um->um_csum || e2_inode_decode(bytes, isize, um->um_hurd, &di) != 0)
		return;
	seed = e2_csum_inode_seed(um->um_csum_seed, in->in_ino, di.i_generation);
	e2_inode_set_checksum(
	    bytes, di.i_has_checksum_hi, e2_csum_inode(seed, bytes, isize, di.i_has_checksum_hi));
}

bool
ext2fs_fc_inode_bytes(
    struct ext2mount *um, ino_t ino, struct buf **bpp, const uint8_t **bytes, int *errorp)
{
	const struct fc_inode *const in = inode_find(um->um_fc, ino);
	const uint8_t *base;
	struct buf *bp;
	bool counts;

	*errorp = 0;
	if (in == NULL || in->in_len == 0)
		return false;
	*errorp = ext2fs_inode_device_bytes(um, ino, &bp, &base);
	if (*errorp != 0)
		return false;
	*errorp = base_counts(um, in, bp, base, &counts);
	if (*errorp == 0) {
		*bpp = geteblk((int)um->um_bsize);
		*bytes = (*bpp)->b_data;
		e2_fcinode_merge(in->in_raw, in->in_len, counts ? base : NULL, (*bpp)->b_data,
		    um->um_super.s_inode_size);
		seal(um, in, (*bpp)->b_data);
	}
	brelse(bp, 0);
	return *errorp == 0;
}

bool
ext2fs_fc_made_dir(const struct e2node *ip, ino_t *parent)
{
	const struct e2_fc *const fc = ip->i_um->um_fc;
	const struct fc_inode *in;
	struct e2_exthdr eh;

	if (__predict_true(fc == NULL) || !S_ISDIR(ip->i_di.i_mode))
		return false;
	in = inode_find(fc, ip->i_number);
	if (in == NULL || in->in_parent == 0 ||
	    (ip->i_di.i_flags & (E2_EXTENTS_FL | E2_INLINE_DATA_FL)) != E2_EXTENTS_FL ||
	    e2_exthdr_decode(ip->i_di.i_block, E2_NBLOCK, &eh) != 0 || eh.eh_entries != 0)
		return false;
	*parent = in->in_parent;
	return true;
}

/* ---- Blocks ---- */

bool
ext2fs_fc_map(const struct e2_fc *fc, ino_t ino, uint64_t lbn, struct e2_run *run, uint64_t *next)
{
	const struct range_key key = { .ino = (uint32_t)ino, .blk = lbn };
	const struct fc_range *rn;

	*next = UINT64_MAX;
	rn = rb_tree_find_node_leq(TREE(fc, fc_ranges), &key);
	if (rn != NULL && rn->rn_key.ino == key.ino && rn->rn_end > lbn) {
		run->r_blk = rn->rn_start == 0 ? 0 : rn->rn_start + (lbn - rn->rn_key.blk);
		run->r_len = rn->rn_end - lbn;
		return true;
	}
	rn = rb_tree_find_node_geq(TREE(fc, fc_ranges), &key);
	if (rn != NULL && rn->rn_key.ino == key.ino)
		*next = rn->rn_key.blk;
	return false;
}

/* ---- Names ---- */

bool
ext2fs_fc_word(
    const struct e2_fc *fc, ino_t dir, const void *name, size_t namelen, struct e2_fcword *word)
{
	const struct name_key key = { .dir = (uint32_t)dir, .len = (uint8_t)namelen, .name = name };
	const struct fc_name *na;

	na = rb_tree_find_node(TREE(fc, fc_names), &key);
	if (na == NULL)
		return false;
	*word = na->na_word;
	return true;
}

/* From na on: the first name that leads somewhere. */
static bool
added_from(const struct e2_fc *fc, ino_t dir, const struct fc_name *na, struct e2_fcadded *fa)
{
	while (na != NULL && na->na_key.dir == dir && na->na_word.fw_ino == 0)
		na = RB_TREE_NEXT(TREE(fc, fc_names), __UNCONST(na));
	if (na == NULL || na->na_key.dir != dir)
		return false;
	fa->fa_name = na->na_key.name;
	fa->fa_namlen = na->na_key.len;
	fa->fa_ino = na->na_word.fw_ino;
	fa->fa_node = na;
	return true;
}

bool
ext2fs_fc_added_first(const struct e2_fc *fc, ino_t dir, uint64_t skip, struct e2_fcadded *fa)
{
	const struct name_key key = { .dir = (uint32_t)dir };
	bool found;

	found = added_from(fc, dir, rb_tree_find_node_geq(TREE(fc, fc_names), &key), fa);
	while (found && skip-- > 0)
		found = ext2fs_fc_added_next(fc, dir, fa);
	return found;
}

bool
ext2fs_fc_added_next(const struct e2_fc *fc, ino_t dir, struct e2_fcadded *fa)
{
	return added_from(fc, dir, RB_TREE_NEXT(TREE(fc, fc_names), __UNCONST(fa->fa_node)), fa);
}
