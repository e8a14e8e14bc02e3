/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * A pairing heap of callouts by deadline, linked through the callouts themselves: adding cannot
 * fail.  (Fredman, Sedgewick, Sleator, Tarjan: The pairing heap, Algorithmica 1, 1986.)
 *
 * A node's c_child is its first child, c_next its next sibling; c_prev is the sibling before, or
 * the parent for a first child; the root has neither sibling nor c_prev.
 */
#ifndef CALLOUT_HEAP_H
#define CALLOUT_HEAP_H

#include <sys/callout.h>

struct callout *callout_heap_insert(struct callout *root, struct callout *c);
struct callout *callout_heap_remove(struct callout *root, struct callout *c);

#endif /* CALLOUT_HEAP_H */
