/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * rbtree(3) and the balancing core of tree(3): red-black trees.
 *
 *	no red node has a red child; every path from the root to a missing child has the same
 *	number of black nodes.  The root is black.
 *
 * rb_info is the parent's address with the colour in bit 0.  Cases and their names are those of
 * Cormen, Leiserson, Rivest and Stein, Introduction to Algorithms, chapter 13.
 */
#include <sys/param.h>
#include <sys/rbtree.h>

#include <lib/libkern/libkern.h>

#define RED ((uintptr_t)1)

static inline struct rb_node *
parent_of(const struct rb_node *n)
{
	return (struct rb_node *)(n->rb_info & ~RED);
}

static inline bool
is_red(const struct rb_node *n)
{
	return n != NULL && (n->rb_info & RED) != 0;
}

static inline void
set_parent(struct rb_node *n, struct rb_node *parent)
{
	n->rb_info = (uintptr_t)parent | (n->rb_info & RED);
}

static inline void
set_black(struct rb_node *n)
{
	n->rb_info &= ~RED;
}

static inline void
set_red(struct rb_node *n)
{
	n->rb_info |= RED;
}

/* Put `new' (may be NULL) where `old' hangs. */
static void
replace_child(
    struct rb_node **rootp, struct rb_node *parent, struct rb_node *old, struct rb_node *new)
{
	if (parent == NULL)
		*rootp = new;
	else
		parent->rb_nodes[parent->rb_right == old] = new;
	if (new != NULL)
		set_parent(new, parent);
}

/* The child on the other side of dir comes up, n goes down on side dir. */
static void
rotate(struct rb_node **rootp, struct rb_node *n, u_int dir)
{
	struct rb_node *const up = n->rb_nodes[!dir];
	struct rb_node *const inner = up->rb_nodes[dir];

	replace_child(rootp, parent_of(n), n, up);
	n->rb_nodes[!dir] = inner;
	if (inner != NULL)
		set_parent(inner, n);
	up->rb_nodes[dir] = n;
	set_parent(n, up);
}

void
rb_node_link(struct rb_node **rootp, struct rb_node *node, struct rb_node *parent, u_int direction)
{
	node->rb_left = node->rb_right = NULL;
	node->rb_info = (uintptr_t)parent | RED;
	if (parent == NULL)
		*rootp = node;
	else
		parent->rb_nodes[direction] = node;

	while ((parent = parent_of(node)) != NULL && is_red(parent)) {
		struct rb_node *const grand = parent_of(parent);
		const u_int dir = grand->rb_right == parent;
		struct rb_node *const uncle = grand->rb_nodes[!dir];

		if (is_red(uncle)) {
			set_black(parent);
			set_black(uncle);
			set_red(grand);
			node = grand;
			continue;
		}
		if (parent->rb_nodes[!dir] == node) {
			rotate(rootp, parent, dir);
			parent = node;
		}
		set_black(parent);
		set_red(grand);
		rotate(rootp, grand, !dir);
		break;
	}
	set_black(*rootp);
}

/* The paths through `node' (may be NULL), child of parent, are one black short. */
static void
unlink_fixup(struct rb_node **rootp, struct rb_node *parent, struct rb_node *node)
{
	while (parent != NULL && !is_red(node)) {
		const u_int dir = parent->rb_right == node;
		struct rb_node *sibling = parent->rb_nodes[!dir];

		if (is_red(sibling)) {
			set_black(sibling);
			set_red(parent);
			rotate(rootp, parent, dir);
			sibling = parent->rb_nodes[!dir];
		}
		if (!is_red(sibling->rb_left) && !is_red(sibling->rb_right)) {
			set_red(sibling);
			node = parent;
			parent = parent_of(node);
			continue;
		}
		if (!is_red(sibling->rb_nodes[!dir])) {
			set_black(sibling->rb_nodes[dir]);
			set_red(sibling);
			rotate(rootp, sibling, !dir);
			sibling = parent->rb_nodes[!dir];
		}
		sibling->rb_info = (uintptr_t)parent_of(sibling) | (parent->rb_info & RED);
		set_black(parent);
		set_black(sibling->rb_nodes[!dir]);
		rotate(rootp, parent, dir);
		return;
	}
	if (node != NULL)
		set_black(node);
}

void
rb_node_unlink(struct rb_node **rootp, struct rb_node *node)
{
	struct rb_node *parent = parent_of(node), *child, *next;
	bool black;

	if (node->rb_left == NULL || node->rb_right == NULL) {
		child = node->rb_nodes[node->rb_left == NULL];
		black = !is_red(node);
		replace_child(rootp, parent, node, child);
		if (black)
			unlink_fixup(rootp, parent, child);
		return;
	}
	/* Two children: the successor, which has no left child, takes the place and the colour. */
	next = rb_node_outermost(node->rb_right, RB_DIR_LEFT);
	child = next->rb_right;
	black = !is_red(next);
	parent = parent_of(next);
	if (parent == node)
		parent = next;
	else {
		replace_child(rootp, parent, next, child);
		next->rb_right = node->rb_right;
		set_parent(next->rb_right, next);
	}
	next->rb_left = node->rb_left;
	set_parent(next->rb_left, next);
	replace_child(rootp, parent_of(node), node, next);
	next->rb_info = node->rb_info;
	if (black)
		unlink_fixup(rootp, parent, child);
}

struct rb_node *
rb_node_outermost(struct rb_node *root, u_int direction)
{
	if (root != NULL)
		while (root->rb_nodes[direction] != NULL)
			root = root->rb_nodes[direction];
	return root;
}

struct rb_node *
rb_node_step(struct rb_node *node, u_int direction)
{
	struct rb_node *up;

	if (node->rb_nodes[direction] != NULL)
		return rb_node_outermost(node->rb_nodes[direction], !direction);
	while ((up = parent_of(node)) != NULL && up->rb_nodes[direction] == node)
		node = up;
	return up;
}

/* ---- rbtree(3) ---- */

static inline struct rb_node *
to_node(const rb_tree_t *t, void *object)
{
	return (struct rb_node *)(void *)((char *)object + t->rbt_ops->rbto_node_offset);
}

static inline void *
to_object(const rb_tree_t *t, struct rb_node *node)
{
	return node == NULL ? NULL : (char *)node - t->rbt_ops->rbto_node_offset;
}

void
rb_tree_init(rb_tree_t *t, const rb_tree_ops_t *ops)
{
	t->rbt_root = NULL;
	t->rbt_ops = ops;
	t->rbt_count = 0;
}

void *
rb_tree_insert_node(rb_tree_t *t, void *object)
{
	const rb_tree_ops_t *const ops = t->rbt_ops;
	struct rb_node *parent = NULL, *node = t->rbt_root;
	u_int dir = RB_DIR_LEFT;

	while (node != NULL) {
		const int order =
		    (*ops->rbto_compare_nodes)(ops->rbto_context, to_object(t, node), object);

		if (order == 0)
			return to_object(t, node);
		parent = node;
		dir = order < 0;
		node = node->rb_nodes[dir];
	}
	rb_node_link(&t->rbt_root, to_node(t, object), parent, dir);
	t->rbt_count++;
	return object;
}

/* The object that equals key, else its nearest neighbours on the way. */
static void *
find(rb_tree_t *t, const void *key, struct rb_node *nearest[2])
{
	const rb_tree_ops_t *const ops = t->rbt_ops;
	struct rb_node *node = t->rbt_root;

	nearest[0] = nearest[1] = NULL;
	while (node != NULL) {
		const int order =
		    (*ops->rbto_compare_key)(ops->rbto_context, to_object(t, node), key);

		if (order == 0)
			return to_object(t, node);
		nearest[order > 0] = node;
		node = node->rb_nodes[order < 0];
	}
	return NULL;
}

void *
rb_tree_find_node(rb_tree_t *t, const void *key)
{
	struct rb_node *nearest[2];

	return find(t, key, nearest);
}

void *
rb_tree_find_node_geq(rb_tree_t *t, const void *key)
{
	struct rb_node *nearest[2];
	void *const object = find(t, key, nearest);

	return object != NULL ? object : to_object(t, nearest[1]);
}

void *
rb_tree_find_node_leq(rb_tree_t *t, const void *key)
{
	struct rb_node *nearest[2];
	void *const object = find(t, key, nearest);

	return object != NULL ? object : to_object(t, nearest[0]);
}

void
rb_tree_remove_node(rb_tree_t *t, void *object)
{
	rb_node_unlink(&t->rbt_root, to_node(t, object));
	t->rbt_count--;
}

void *
rb_tree_iterate(rb_tree_t *t, void *object, const unsigned int direction)
{
	if (object == NULL)
		return to_object(t, rb_node_outermost(t->rbt_root, !direction));
	return to_object(t, rb_node_step(to_node(t, object), direction));
}

size_t
rb_tree_count(rb_tree_t *t)
{
	return t->rbt_count;
}
