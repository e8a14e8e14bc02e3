/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * tree(3): the RB_*() macros over rbtree's balancing core.
 *
 * RB_GENERATE() makes the functions that compare; linking and balancing are shared code.
 */
#ifndef KPI_SYS_TREE_H
#define KPI_SYS_TREE_H

#include <sys/rbtree.h>

#define RB_HEAD(name, type)                                                                        \
	struct name {                                                                              \
		struct rb_node *rbh_root;                                                          \
		struct type *rbh_type[0]; /* names the element type */                             \
	}
#define RB_INITIALIZER(root) { .rbh_root = NULL }
#define RB_ENTRY(type)	     struct rb_node
#define RB_INIT(root)                                                                              \
	do {                                                                                       \
		(root)->rbh_root = NULL;                                                           \
	} while (0)
#define RB_EMPTY(root) ((root)->rbh_root == NULL)
#define RB_NEGINF      (-1)
#define RB_INF	       1

#define RB_PROTOTYPE(name, type, field, cmp)  _RB_PROTOTYPE(name, type, )
#define RB_PROTOTYPE_STATIC(name, type, field, cmp) _RB_PROTOTYPE(name, type, static __unused)
#define _RB_PROTOTYPE(name, type, attr)                                                            \
	attr struct type *name##_RB_INSERT(struct name *, struct type *);                          \
	attr struct type *name##_RB_REMOVE(struct name *, struct type *);                          \
	attr struct type *name##_RB_FIND(struct name *, struct type *);                            \
	attr struct type *name##_RB_NFIND(struct name *, struct type *);                           \
	attr struct type *name##_RB_STEP(struct type *, unsigned int);                             \
	attr struct type *name##_RB_MINMAX(struct name *, int)

#define RB_GENERATE(name, type, field, cmp)  _RB_GENERATE(name, type, field, cmp, )
#define RB_GENERATE_STATIC(name, type, field, cmp)                                                 \
	_RB_GENERATE(name, type, field, cmp, static __unused)
#define _RB_OBJECT(node, type, field) ((node) == NULL ? NULL : container_of(node, struct type, field))
#define _RB_GENERATE(name, type, field, cmp, attr)                                                 \
	attr struct type *name##_RB_INSERT(struct name *head, struct type *elm)                    \
	{                                                                                          \
		struct rb_node *parent = NULL, *node = head->rbh_root;                             \
		unsigned int dir = RB_DIR_LEFT;                                                    \
                                                                                                   \
		while (node != NULL) {                                                             \
			const int order = (cmp)(elm, _RB_OBJECT(node, type, field));               \
                                                                                                   \
			if (order == 0)                                                            \
				return _RB_OBJECT(node, type, field);                              \
			parent = node;                                                             \
			dir = order > 0;                                                           \
			node = node->rb_nodes[dir];                                                \
		}                                                                                  \
		rb_node_link(&head->rbh_root, &elm->field, parent, dir);                           \
		return NULL;                                                                       \
	}                                                                                          \
	attr struct type *name##_RB_REMOVE(struct name *head, struct type *elm)                    \
	{                                                                                          \
		rb_node_unlink(&head->rbh_root, &elm->field);                                      \
		return elm;                                                                        \
	}                                                                                          \
	attr struct type *name##_RB_FIND(struct name *head, struct type *elm)                      \
	{                                                                                          \
		struct rb_node *node = head->rbh_root;                                             \
                                                                                                   \
		while (node != NULL) {                                                             \
			const int order = (cmp)(elm, _RB_OBJECT(node, type, field));               \
                                                                                                   \
			if (order == 0)                                                            \
				break;                                                             \
			node = node->rb_nodes[order > 0];                                          \
		}                                                                                  \
		return _RB_OBJECT(node, type, field);                                              \
	}                                                                                          \
	attr struct type *name##_RB_NFIND(struct name *head, struct type *elm)                     \
	{                                                                                          \
		struct rb_node *node = head->rbh_root, *best = NULL;                               \
                                                                                                   \
		while (node != NULL) {                                                             \
			const int order = (cmp)(elm, _RB_OBJECT(node, type, field));               \
                                                                                                   \
			if (order <= 0)                                                            \
				best = node;                                                       \
			if (order == 0)                                                            \
				break;                                                             \
			node = node->rb_nodes[order > 0];                                          \
		}                                                                                  \
		return _RB_OBJECT(best, type, field);                                              \
	}                                                                                          \
	attr struct type *name##_RB_STEP(struct type *elm, unsigned int dir)                       \
	{                                                                                          \
		struct rb_node *node = rb_node_step(&elm->field, dir);                             \
                                                                                                   \
		return _RB_OBJECT(node, type, field);                                              \
	}                                                                                          \
	attr struct type *name##_RB_MINMAX(struct name *head, int val)                             \
	{                                                                                          \
		struct rb_node *node = rb_node_outermost(head->rbh_root,                           \
		    val < 0 ? RB_DIR_LEFT : RB_DIR_RIGHT);                                         \
                                                                                                   \
		return _RB_OBJECT(node, type, field);                                              \
	}

/* RB_INSERT: NULL, or the equal element already there.  RB_NFIND: the least that is not less. */
#define RB_INSERT(name, head, elm) name##_RB_INSERT(head, elm)
#define RB_REMOVE(name, head, elm) name##_RB_REMOVE(head, elm)
#define RB_FIND(name, head, elm)   name##_RB_FIND(head, elm)
#define RB_NFIND(name, head, elm)  name##_RB_NFIND(head, elm)
#define RB_NEXT(name, head, elm)   name##_RB_STEP(elm, RB_DIR_RIGHT)
#define RB_PREV(name, head, elm)   name##_RB_STEP(elm, RB_DIR_LEFT)
#define RB_MIN(name, head)	   name##_RB_MINMAX(head, RB_NEGINF)
#define RB_MAX(name, head)	   name##_RB_MINMAX(head, RB_INF)
#define RB_ROOT(head)		   ((head)->rbh_root)
#define RB_FOREACH(var, name, head)                                                                \
	for ((var) = RB_MIN(name, head); (var) != NULL; (var) = RB_NEXT(name, head, var))
#define RB_FOREACH_SAFE(var, name, head, next)                                                     \
	for ((var) = RB_MIN(name, head);                                                           \
	     (var) != NULL && ((next) = RB_NEXT(name, head, var), 1); (var) = (next))
#define RB_FOREACH_REVERSE(var, name, head)                                                        \
	for ((var) = RB_MAX(name, head); (var) != NULL; (var) = RB_PREV(name, head, var))

#endif /* KPI_SYS_TREE_H */
