/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * dirhash(9): the names of one directory by hash, and its free slots, for file systems whose directories are searched
 * linearly.  Offsets are the file system's.  It fills the hash of a directory once (DIRH_COMPLETE says so), and
 * keeps it true.  All hashes together are bounded: dirhash_get() purges others to make room, and a
 * directory that has been purged is filled again by its next user.
 *
 * A dirhash is in use between dirhash_get() and dirhash_put(): those calls count, and the one who uses it is alone by the
 * directory's lock.
 */
#ifndef KPI_SYS_DIRHASH_H
#define KPI_SYS_DIRHASH_H

#include <sys/dirent.h>
#include <sys/queue.h>
#include <sys/types.h>

#define DIRHASH_HASHBITS 5
#define DIRHASH_HASHSIZE (1 << DIRHASH_HASHBITS)
#define DIRHASH_HASHMASK (DIRHASH_HASHSIZE - 1)

/* dh_flags, the file system's. */
#define DIRH_PURGED   0x0001 /* entries were taken away to save memory */
#define DIRH_COMPLETE 0x0002 /* every name is in */
#define DIRH_BROKEN   0x0004 /* no use: it could not be filled */
#define DIRH_FLAGS    "\10\3DIRH_BROKEN\2DIRH_COMPLETE\1DIRH_PURGED"

struct dirhash_entry {
	uint32_t hashvalue;
	uint64_t offset;
	uint32_t d_namlen;
	uint32_t entry_size;
	LIST_ENTRY(dirhash_entry) next;
};
LIST_HEAD(dirhash_entries, dirhash_entry);

/* Locks: (d) the directory's, (h) the list's. */
struct dirhash {
	uint32_t flags;					  /* (d) DIRH_* */
	uint32_t size;					  /* (h) bytes of all entries */
	uint32_t refcnt;				  /* (h) users */
	uint32_t num_files;				  /* (d) */
	struct dirhash_entries entries[DIRHASH_HASHSIZE]; /* (d) names */
	struct dirhash_entries free_entries;		  /* (d) free slots */
	TAILQ_ENTRY(dirhash) next;			  /* (h) least used first */
};

/* The faction's: at its start and end. */
void dirhash_init(void);
void dirhash_finish(void);

/* Make *dirp if it is NULL, and use it.  sleeps. */
void dirhash_get(struct dirhash **dirp);
void dirhash_put(struct dirhash *dirh);
/* Free *dirp, which is not in use, and make it NULL; only its entries (nobody else uses it). */
void dirhash_purge(struct dirhash **dirp);
void dirhash_purge_entries(struct dirhash *dirh);

/* A name of dirent at offset, whose slot has entry_size bytes.  new_p: a free slot there is used up. */
void dirhash_enter(
    struct dirhash *dirh, struct dirent *dirent, uint64_t offset, uint32_t entry_size, int new_p);
void dirhash_enter_freed(struct dirhash *dirh, uint64_t offset, uint32_t entry_size);
/* The name goes, and its slot becomes free. */
void dirhash_remove(
    struct dirhash *dirh, struct dirent *dirent, uint64_t offset, uint32_t entry_size);
/*
 * The next entry whose name may be this one (*result NULL: the first): 1 and the entry, or 0 when there are no more.
 * Whether it is, the directory's own contents say.
 */
int dirhash_lookup(
    struct dirhash *dirh, const char *d_name, int d_namlen, struct dirhash_entry **result);
/* The next free slot of at least min_entrysize bytes. */
int dirhash_lookup_freed(
    struct dirhash *dirh, uint32_t min_entrysize, struct dirhash_entry **result);
/* Nothing but "." and "..". */
bool dirhash_dir_isempty(struct dirhash *dirh);

#endif /* KPI_SYS_DIRHASH_H */
