/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The host's side of the demonstration: the source tree, and an image made of it. */
#ifndef EXAMPLES_DEMO_TREE_H
#define EXAMPLES_DEMO_TREE_H

#include <sys/stat.h>
#include <stddef.h>
#include <stdint.h>

struct entry {
	char *e_path; /* relative to the tree's root, "" for the root */
	struct stat e_st;
};

struct tree {
	struct entry *t_entry;
	size_t t_count;
	uint64_t t_bytes; /* of regular files */
};

/* Every file below dir.  Exits with a message on failure. */
void tree_read(const char *dir, struct tree *);
void tree_free(struct tree *);
/*
 * mkfs.ext4 -d dir into a new file, whose path is returned (static); it is removed when the program
 * ends.  Exits with a message on failure.
 */
const char *tree_make_image(const char *dir, const struct tree *);

#endif /* EXAMPLES_DEMO_TREE_H */
