/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * rbtree(3): balanced binary search trees over nodes embedded in the caller's structs.
 *
 * rb_tree_*() take and return pointers to the caller's objects; rbto_node_offset leads to the
 * node inside.  None of them locks.
 */
#ifndef KPI_SYS_RBTREE_H
#define KPI_SYS_RBTREE_H

#include <sys/types.h>

#define RB_DIR_LEFT  0U
#define RB_DIR_RIGHT 1U

typedef struct rb_node {
	struct rb_node *rb_nodes[2]; /* children, by RB_DIR_* */
	uintptr_t rb_info;	     /* the parent's address; bit 0: red */
} rb_node_t;

#define rb_left	 rb_nodes[RB_DIR_LEFT]
#define rb_right rb_nodes[RB_DIR_RIGHT]

/* <0, 0, >0 as node1 sorts before, with, after node2 (or the key). */
typedef signed int (*rbto_compare_nodes_fn)(void *context, const void *node1, const void *node2);
typedef signed int (*rbto_compare_key_fn)(void *context, const void *node, const void *key);

typedef struct {
	rbto_compare_nodes_fn rbto_compare_nodes;
	rbto_compare_key_fn rbto_compare_key;
	size_t rbto_node_offset;
	void *rbto_context;
} rb_tree_ops_t;

typedef struct rb_tree {
	struct rb_node *rbt_root;
	const rb_tree_ops_t *rbt_ops;
	unsigned int rbt_count;
} rb_tree_t;

void rb_tree_init(rb_tree_t *tree, const rb_tree_ops_t *ops);
/* The object inserted, or the one already there that compares equal. */
void *rb_tree_insert_node(rb_tree_t *tree, void *object);
/* NULL when there is none; _geq: the least that is not less; _leq: the greatest not greater. */
void *rb_tree_find_node(rb_tree_t *tree, const void *key);
void *rb_tree_find_node_geq(rb_tree_t *tree, const void *key);
void *rb_tree_find_node_leq(rb_tree_t *tree, const void *key);
/* object is in the tree. */
void rb_tree_remove_node(rb_tree_t *tree, void *object);
/* The neighbour in a direction, or NULL; of NULL: the first met going in that direction. */
void *rb_tree_iterate(rb_tree_t *tree, void *object, const unsigned int direction);
size_t rb_tree_count(rb_tree_t *tree);

#define RB_TREE_MIN(t)	      rb_tree_iterate((t), NULL, RB_DIR_RIGHT)
#define RB_TREE_MAX(t)	      rb_tree_iterate((t), NULL, RB_DIR_LEFT)
#define RB_TREE_NEXT(t, o)    rb_tree_iterate((t), (o), RB_DIR_RIGHT)
#define RB_TREE_PREV(t, o)    rb_tree_iterate((t), (o), RB_DIR_LEFT)
#define RB_TREE_FOREACH(o, t) for ((o) = RB_TREE_MIN(t); (o) != NULL; (o) = RB_TREE_NEXT((t), (o)))
#define RB_TREE_FOREACH_SAFE(o, t, next)                                                \
	for ((o) = RB_TREE_MIN(t); (o) != NULL && ((next) = RB_TREE_NEXT((t), (o)), 1); \
	     (o) = (next))
#define RB_TREE_FOREACH_REVERSE(o, t) \
	for ((o) = RB_TREE_MAX(t); (o) != NULL; (o) = RB_TREE_PREV((t), (o)))
#define RB_TREE_FOREACH_REVERSE_SAFE(o, t, prev)                                        \
	for ((o) = RB_TREE_MAX(t); (o) != NULL && ((prev) = RB_TREE_PREV((t), (o)), 1); \
	     (o) = (prev))

/*
 * The balancing core, shared with tree(3): a node whose place is known is linked below parent (NULL:
 * becomes the root) in a direction where parent has no child; a node is unlinked; the neighbour and
 * the outermost node in a direction.
 */
void rb_node_link(
    struct rb_node **rootp, struct rb_node *node, struct rb_node *parent, unsigned int direction);
void rb_node_unlink(struct rb_node **rootp, struct rb_node *node);
struct rb_node *rb_node_step(struct rb_node *node, unsigned int direction);
struct rb_node *rb_node_outermost(struct rb_node *root, unsigned int direction);

#endif /* KPI_SYS_RBTREE_H */
