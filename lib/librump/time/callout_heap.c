/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The pairing heap of callout_heap.h.  Both calls return the new root.  locks: the caller's. */
#include <sys/param.h>

#include "callout_heap.h"

/* Join two heaps; callouts of the same deadline keep the order of a, b. */
static struct callout *
meld(struct callout *a, struct callout *b)
{
	if (a == NULL)
		return b;
	if (b == NULL)
		return a;
	if (b->c_when < a->c_when) {
		struct callout *const t = a;

		a = b;
		b = t;
	}
	b->c_next = a->c_child;
	if (b->c_next != NULL)
		b->c_next->c_prev = b;
	b->c_prev = a;
	a->c_child = b;
	a->c_next = a->c_prev = NULL;
	return a;
}

/* Join a list of siblings: pairs from the left, then all from the right. */
static struct callout *
meld_siblings(struct callout *list)
{
	struct callout *pairs = NULL, *root = NULL;

	while (list != NULL) {
		struct callout *const a = list, *const b = list->c_next;

		list = b != NULL ? b->c_next : NULL;
		a->c_next = a->c_prev = NULL;
		if (b != NULL)
			b->c_next = b->c_prev = NULL;
		struct callout *const pair = meld(a, b);
		pair->c_next = pairs;
		pairs = pair;
	}
	while (pairs != NULL) {
		struct callout *const next = pairs->c_next;

		pairs->c_next = NULL;
		root = meld(pairs, root);
		pairs = next;
	}
	return root;
}

struct callout *
callout_heap_insert(struct callout *root, struct callout *c)
{
	c->c_child = c->c_next = c->c_prev = NULL;
	return meld(root, c);
}

struct callout *
callout_heap_remove(struct callout *root, struct callout *c)
{
	struct callout *const below = meld_siblings(c->c_child);

	c->c_child = NULL;
	if (c == root)
		return below;
	if (c->c_prev->c_child == c)
		c->c_prev->c_child = c->c_next;
	else
		c->c_prev->c_next = c->c_next;
	if (c->c_next != NULL)
		c->c_next->c_prev = c->c_prev;
	c->c_next = c->c_prev = NULL;
	return meld(root, below);
}
