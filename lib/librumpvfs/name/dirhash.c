/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * dirhash(9): directories' names by hash.
 *
 * All hashes are on one list, the last used at its end.  When their entries take more than LIMIT bytes, dirhash_get()
 * empties those that nobody uses, oldest first.  An entry keeps the hash of its name and where it is, not the name:
 * a lookup may give wrong candidates, and never misses one.
 *
 * Lock order: a directory's vnode lock, then dirhash_lock.  Entries are freed under it, and made without.
 */
#include <sys/dirhash.h>

#include <sys/param.h>
#include <sys/hash.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/systm.h>

#define LIMIT (1024 * 1024)

/* Locks: (h) dirhash_lock. */
static kmutex_t dirhash_lock;
static TAILQ_HEAD(, dirhash) dirhashes = TAILQ_HEAD_INITIALIZER(dirhashes); /* (h) */
static size_t total; /* (h) bytes of entries */

void
dirhash_init(void)
{
	mutex_init(&dirhash_lock, MUTEX_DEFAULT, IPL_NONE);
	TAILQ_INIT(&dirhashes);
	total = 0;
}

void
dirhash_finish(void)
{
	KASSERT(TAILQ_EMPTY(&dirhashes));
	mutex_destroy(&dirhash_lock);
}

static uint32_t
hash_name(const char *name, size_t len)
{
	return hash32_strn(name, len, HASH32_STR_INIT);
}

static void
entries_free(struct dirhash_entries *list)
{
	struct dirhash_entry *e;

	while ((e = LIST_FIRST(list)) != NULL) {
		LIST_REMOVE(e, next);
		kmem_free(e, sizeof(*e));
	}
}

/* locks: dirhash_lock. */
static void
purge_locked(struct dirhash *dirh)
{
	KASSERT(mutex_owned(&dirhash_lock));
	for (u_int i = 0; i < DIRHASH_HASHSIZE; i++)
		entries_free(&dirh->entries[i]);
	entries_free(&dirh->free_entries);
	total -= dirh->size;
	dirh->size = 0;
	dirh->num_files = 0;
	dirh->flags = (dirh->flags | DIRH_PURGED) & ~(uint32_t)DIRH_COMPLETE;
}

/* An entry of dirh more (less). */
static void
account(struct dirhash *dirh, int n)
{
	mutex_enter(&dirhash_lock);
	dirh->size += (uint32_t)(n * (int)sizeof(struct dirhash_entry));
	total += (size_t)(n * (ssize_t)sizeof(struct dirhash_entry));
	mutex_exit(&dirhash_lock);
}

/* ---- Life ---- */

void
dirhash_get(struct dirhash **dirp)
{
	struct dirhash *dirh = *dirp, *old, *next;

	if (dirh == NULL) {
		dirh = *dirp = kmem_zalloc(sizeof(*dirh), KM_SLEEP);
		mutex_enter(&dirhash_lock);
	} else {
		mutex_enter(&dirhash_lock);
		TAILQ_REMOVE(&dirhashes, dirh, next);
	}
	TAILQ_INSERT_TAIL(&dirhashes, dirh, next);
	dirh->refcnt++;
	TAILQ_FOREACH_SAFE (old, &dirhashes, next, next) {
		if (total <= LIMIT)
			break;
		if (old->refcnt == 0)
			purge_locked(old);
	}
	mutex_exit(&dirhash_lock);
}

void
dirhash_put(struct dirhash *dirh)
{
	mutex_enter(&dirhash_lock);
	KASSERT(dirh->refcnt > 0);
	dirh->refcnt--;
	mutex_exit(&dirhash_lock);
}

void
dirhash_purge_entries(struct dirhash *dirh)
{
	if (dirh == NULL)
		return;
	mutex_enter(&dirhash_lock);
	purge_locked(dirh);
	mutex_exit(&dirhash_lock);
}

void
dirhash_purge(struct dirhash **dirp)
{
	struct dirhash *const dirh = *dirp;

	if (dirh == NULL)
		return;
	mutex_enter(&dirhash_lock);
	KASSERT(dirh->refcnt == 0);
	purge_locked(dirh);
	TAILQ_REMOVE(&dirhashes, dirh, next);
	mutex_exit(&dirhash_lock);
	kmem_free(dirh, sizeof(*dirh));
	*dirp = NULL;
}

/* ---- Entries ---- */

static void
entry_add(struct dirhash *dirh, struct dirhash_entries *list, uint32_t hash, uint64_t offset,
    uint32_t namlen, uint32_t entry_size)
{
	struct dirhash_entry *const e = kmem_zalloc(sizeof(*e), KM_SLEEP);

	e->hashvalue = hash;
	e->offset = offset;
	e->d_namlen = namlen;
	e->entry_size = entry_size;
	LIST_INSERT_HEAD(list, e, next);
	account(dirh, 1);
}

static bool
entry_remove(struct dirhash *dirh, struct dirhash_entries *list, uint64_t offset)
{
	struct dirhash_entry *e;

	LIST_FOREACH (e, list, next) {
		if (e->offset == offset) {
			LIST_REMOVE(e, next);
			kmem_free(e, sizeof(*e));
			account(dirh, -1);
			return true;
		}
	}
	return false;
}

void
dirhash_enter(
    struct dirhash *dirh, struct dirent *dirent, uint64_t offset, uint32_t entry_size, int new_p)
{
	const uint32_t hash = hash_name(dirent->d_name, dirent->d_namlen);
	struct dirhash_entries *const list = &dirh->entries[hash & DIRHASH_HASHMASK];

	KASSERT(dirh->refcnt > 0);
	if ((dirh->flags & DIRH_COMPLETE) != 0 && !new_p)
		return; /* it is there */
	if (new_p)
		(void)entry_remove(dirh, &dirh->free_entries, offset);
	entry_add(dirh, list, hash, offset, dirent->d_namlen, entry_size);
	dirh->num_files++;
}

void
dirhash_enter_freed(struct dirhash *dirh, uint64_t offset, uint32_t entry_size)
{
	KASSERT(dirh->refcnt > 0);
	entry_add(dirh, &dirh->free_entries, 0, offset, 0, entry_size);
}

void
dirhash_remove(struct dirhash *dirh, struct dirent *dirent, uint64_t offset, uint32_t entry_size)
{
	const uint32_t hash = hash_name(dirent->d_name, dirent->d_namlen);

	KASSERT(dirh->refcnt > 0);
	if (!entry_remove(dirh, &dirh->entries[hash & DIRHASH_HASHMASK], offset))
		return;
	dirh->num_files--;
	dirhash_enter_freed(dirh, offset, entry_size);
}

int
dirhash_lookup(
    struct dirhash *dirh, const char *d_name, int d_namlen, struct dirhash_entry **result)
{
	const uint32_t hash = hash_name(d_name, (size_t)d_namlen);
	struct dirhash_entry *e = *result != NULL
	    ? LIST_NEXT(*result, next)
	    : LIST_FIRST(&dirh->entries[hash & DIRHASH_HASHMASK]);

	KASSERT(dirh->refcnt > 0);
	for (; e != NULL; e = LIST_NEXT(e, next))
		if (e->hashvalue == hash && e->d_namlen == (uint32_t)d_namlen)
			break;
	*result = e;
	return e != NULL;
}

int
dirhash_lookup_freed(struct dirhash *dirh, uint32_t min_entrysize, struct dirhash_entry **result)
{
	struct dirhash_entry *e =
	    *result != NULL ? LIST_NEXT(*result, next) : LIST_FIRST(&dirh->free_entries);

	KASSERT(dirh->refcnt > 0);
	while (e != NULL && e->entry_size < min_entrysize)
		e = LIST_NEXT(e, next);
	*result = e;
	return e != NULL;
}

bool
dirhash_dir_isempty(struct dirhash *dirh)
{
	u_int dots = 0;
	static const char *const names[] = { ".", ".." };

	for (u_int i = 0; i < __arraycount(names); i++) {
		struct dirhash_entry *e = NULL;

		dots += (u_int)dirhash_lookup(dirh, names[i], (int)i + 1, &e);
	}
	return dirh->num_files <= dots;
}
