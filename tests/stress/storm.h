/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What the storm's work (storm_test.c) and its last look (storm_walk.c) have in common. */
#ifndef STORM_H
#define STORM_H

#include <stdbool.h>
#include <stdint.h>

/* A file is whole copies of one record: who made it, and a number that no other file has. */
#define RECORD 32

struct found {
	unsigned f_names; /* outside of skip */
	unsigned f_files; /* different ones */
};

/*
 * Look at all below path, where nothing moves: links and names agree, directories know themselves and their
 * parents, lists and stat(2) agree, files are whole and no two the same.  Fails the test.
 */
struct found walk_check(const char *path, const char *skip);
/* Remove all below path but keep, a directory there. */
void walk_remove(const char *path, const char *keep);
/* Is buf, of n bytes, what a file may hold? */
bool record_whole(const char *buf, long n);

#endif /* STORM_H */
