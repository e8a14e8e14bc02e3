/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Kernel side of dirhash_test.c.  Each function returns NULL, or what does not hold. */
#include <sys/param.h>
#include <sys/dirhash.h>
#include <sys/kprintf.h>
#include <sys/systm.h>

#define CHECK(e)                                                    \
	do {                                                        \
		if (!(e))                                           \
			return "line " ___STRING(__LINE__) ": " #e; \
	} while (0)

const char *rump_test_dirhash_names(void);
const char *rump_test_dirhash_free(void);
const char *rump_test_dirhash_bound(void);

/* One at a time. */
static struct dirent *
name(const char *s)
{
	static struct dirent de;

	de.d_namlen = (uint16_t)strlen(s);
	strlcpy(de.d_name, s, sizeof(de.d_name));
	return &de;
}

/* How many candidates there are for a name, and whether one is at offset. */
static u_int
candidates(struct dirhash *dirh, const char *s, uint64_t offset, bool *found)
{
	struct dirhash_entry *e = NULL;
	u_int n = 0;

	*found = false;
	while (dirhash_lookup(dirh, s, (int)strlen(s), &e)) {
		n++;
		*found |= e->offset == offset;
	}
	return n;
}

#define N 1000

/* No name is missed, and nearly none has a wrong candidate; what is removed is gone. */
const char *
rump_test_dirhash_names(void)
{
	struct dirhash *dirh = NULL;
	struct dirent *de;
	u_int extra = 0;
	char s[16];
	bool found;

	dirhash_get(&dirh);
	CHECK(dirh != NULL && dirhash_dir_isempty(dirh));
	de = name(".");
	dirhash_enter(dirh, de, 0, 16, 0);
	de = name("..");
	dirhash_enter(dirh, de, 16, 16, 0);
	CHECK(dirhash_dir_isempty(dirh));
	for (u_int i = 0; i < N; i++) {
		snprintf(s, sizeof(s), "file%u", i);
		de = name(s);
		dirhash_enter(dirh, de, 32 + i * 32, 32, 0);
	}
	dirh->flags |= DIRH_COMPLETE;
	CHECK(!dirhash_dir_isempty(dirh));
	de = name("file7");
	dirhash_enter(dirh, de, 32 + 7 * 32, 32, 0); /* already there */
	for (u_int i = 0; i < N; i++) {
		snprintf(s, sizeof(s), "file%u", i);
		extra += candidates(dirh, s, 32 + i * 32, &found) - 1;
		CHECK(found);
	}
	CHECK(extra <= 1);
	dirhash_remove(dirh, de, 32 + 7 * 32, 32);
	candidates(dirh, "file7", 32 + 7 * 32, &found);
	CHECK(!found && dirh->num_files == N + 1);
	dirhash_put(dirh);
	dirhash_purge(&dirh);
	CHECK(dirh == NULL);
	dirhash_purge(&dirh);
	return NULL;
}

/* Free slots are found by size, and used up by a new name. */
const char *
rump_test_dirhash_free(void)
{
	struct dirhash *dirh = NULL;
	struct dirhash_entry *e = NULL;
	struct dirent *const de = name("new");

	dirhash_get(&dirh);
	dirhash_enter_freed(dirh, 100, 16);
	dirhash_enter_freed(dirh, 200, 64);
	CHECK(dirhash_lookup_freed(dirh, 32, &e) == 1 && e->offset == 200);
	CHECK(dirhash_lookup_freed(dirh, 32, &e) == 0 && e == NULL);
	dirhash_enter(dirh, de, 200, 64, 1);
	CHECK(dirhash_lookup_freed(dirh, 32, &e) == 0);
	CHECK(dirhash_lookup_freed(dirh, 16, &e) == 1 && e->offset == 100);
	e = NULL;
	dirhash_remove(dirh, de, 200, 64);
	CHECK(dirhash_lookup_freed(dirh, 32, &e) == 1 && e->offset == 200);
	dirhash_put(dirh);
	dirhash_purge(&dirh);
	return NULL;
}

/* Together they stay below a bound: the one used longest ago is emptied, never one that is in use. */
const char *
rump_test_dirhash_bound(void)
{
	struct dirhash *dirs[8] = { NULL };
	struct dirent *const de = name("x");
	size_t total = 0;

	for (u_int d = 0; d < 8; d++) {
		dirhash_get(&dirs[d]);
		for (u_int i = 0; i < 10000; i++)
			dirhash_enter(dirs[d], de, i, 16, 1);
		if (d != 1)
			dirhash_put(dirs[d]);
	}
	CHECK((dirs[0]->flags & DIRH_PURGED) != 0 && dirs[0]->size == 0);
	CHECK((dirs[1]->flags & DIRH_PURGED) == 0 && dirs[1]->num_files == 10000);
	for (u_int d = 0; d < 8; d++)
		total += dirs[d]->size;
	CHECK(total < 3 * 10000 * sizeof(struct dirhash_entry) + 1024 * 1024);
	dirhash_put(dirs[1]);
	for (u_int d = 0; d < 8; d++)
		dirhash_purge(&dirs[d]);
	return NULL;
}
