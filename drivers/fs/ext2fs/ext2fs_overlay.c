/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The overlay: which blocks have newer contents in the journal, and where there.
 *
 * Only numbers are kept, in a tree ordered by block; the contents stay in the journal's blocks on
 * the device, whose number bounds the tree.  Built during the mount, immutable afterwards.
 */
#include <sys/param.h>
#include <sys/kmem.h>
#include <sys/rbtree.h>
#include <sys/systm.h>

#include "ext2fs.h"

struct overlay_node {
	rb_node_t on_node;
	uint64_t on_blk;
	uint64_t on_copy;
	bool on_escaped;
};

struct e2_overlay {
	rb_tree_t ov_tree;
};

static int
compare_key(void *context, const void *node, const void *key)
{
	const uint64_t a = ((const struct overlay_node *)node)->on_blk;
	const uint64_t b = *(const uint64_t *)key;

	return a < b ? -1 : a > b;
}

static int
compare_nodes(void *context, const void *a, const void *b)
{
	return compare_key(context, a, &((const struct overlay_node *)b)->on_blk);
}

static const rb_tree_ops_t overlay_ops = {
	.rbto_compare_nodes = compare_nodes,
	.rbto_compare_key = compare_key,
	.rbto_node_offset = offsetof(struct overlay_node, on_node),
};

struct e2_overlay *
ext2fs_overlay_create(void)
{
	struct e2_overlay *const ov = kmem_alloc(sizeof(*ov), KM_SLEEP);

	rb_tree_init(&ov->ov_tree, &overlay_ops);
	return ov;
}

void
ext2fs_overlay_destroy(struct e2_overlay *ov)
{
	struct overlay_node *on;

	while ((on = RB_TREE_MIN(&ov->ov_tree)) != NULL) {
		rb_tree_remove_node(&ov->ov_tree, on);
		kmem_free(on, sizeof(*on));
	}
	kmem_free(ov, sizeof(*ov));
}

void
ext2fs_overlay_set(struct e2_overlay *ov, uint64_t blk, uint64_t copy, bool escaped)
{
	struct overlay_node *on = rb_tree_find_node(&ov->ov_tree, &blk);

	if (on == NULL) {
		on = kmem_alloc(sizeof(*on), KM_SLEEP);
		on->on_blk = blk;
		rb_tree_insert_node(&ov->ov_tree, on);
	}
	on->on_copy = copy;
	on->on_escaped = escaped;
}

void
ext2fs_overlay_unset(struct e2_overlay *ov, uint64_t blk)
{
	struct overlay_node *const on = rb_tree_find_node(&ov->ov_tree, &blk);

	if (on == NULL)
		return;
	rb_tree_remove_node(&ov->ov_tree, on);
	kmem_free(on, sizeof(*on));
}

/* Lookups leave the tree alone; its functions take it without const. */
bool
ext2fs_overlay_find(const struct e2_overlay *ov, uint64_t blk, uint64_t *copy, bool *escaped)
{
	const struct overlay_node *const on = rb_tree_find_node(__UNCONST(&ov->ov_tree), &blk);

	if (on == NULL)
		return false;
	*copy = on->on_copy;
	*escaped = on->on_escaped;
	return true;
}

uint64_t
ext2fs_overlay_next(const struct e2_overlay *ov, uint64_t blk)
{
	const struct overlay_node *const on = rb_tree_find_node_geq(__UNCONST(&ov->ov_tree), &blk);

	return on == NULL ? UINT64_MAX : on->on_blk;
}

size_t
ext2fs_overlay_count(const struct e2_overlay *ov)
{
	return rb_tree_count(__UNCONST(&ov->ov_tree));
}
