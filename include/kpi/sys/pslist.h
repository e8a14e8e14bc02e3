/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * pslist(9): a list that is read in read sections (pserialize(9)) while writers, one at a time by a lock of their own,
 * change it.  A removed entry keeps its way on for readers that stand on it; its memory may go, or the entry be
 * destroyed, after a grace period.
 */
#ifndef KPI_SYS_PSLIST_H
#define KPI_SYS_PSLIST_H

#include <sys/atomic.h>
#include <sys/types.h>

#include <lib/libkern/libkern.h>

struct pslist_entry;
/* Readers follow plh_first and ple_next; ple_prevp is the writers'. */
struct pslist_head {
	struct pslist_entry *volatile plh_first;
};
struct pslist_entry {
	struct pslist_entry *volatile *ple_prevp; /* NULL: on no list */
	struct pslist_entry *volatile ple_next;
};

#define PSLIST_INITIALIZER        \
	{                         \
		.plh_first = NULL \
	}

static __inline void
pslist_init(struct pslist_head *head)
{
	head->plh_first = NULL;
}

/* Empty. */
static __inline void
pslist_destroy(struct pslist_head *head)
{
	KASSERT(head->plh_first == NULL);
}

static __inline void
pslist_entry_init(struct pslist_entry *entry)
{
	entry->ple_prevp = NULL;
	entry->ple_next = NULL;
}

/* On no list, and seen by no reader. */
static __inline void
pslist_entry_destroy(struct pslist_entry *entry)
{
	KASSERT(entry->ple_prevp == NULL);
}

/* Between *prevp and what it points to.  What was written to the entry before is seen by readers. */
static __inline void
pslist_writer_insert(struct pslist_entry *volatile *prevp, struct pslist_entry *entry)
{
	struct pslist_entry *const next = *prevp;

	KASSERT(entry->ple_prevp == NULL);
	entry->ple_prevp = prevp;
	atomic_store_relaxed(&entry->ple_next, next);
	if (next != NULL)
		next->ple_prevp = &entry->ple_next;
	atomic_store_release(prevp, entry);
}

static __inline void
pslist_writer_insert_head(struct pslist_head *head, struct pslist_entry *entry)
{
	pslist_writer_insert(&head->plh_first, entry);
}

static __inline void
pslist_writer_insert_before(struct pslist_entry *entry, struct pslist_entry *new_)
{
	pslist_writer_insert(entry->ple_prevp, new_);
}

static __inline void
pslist_writer_insert_after(struct pslist_entry *entry, struct pslist_entry *new_)
{
	pslist_writer_insert(&entry->ple_next, new_);
}

static __inline void
pslist_writer_remove(struct pslist_entry *entry)
{
	if (entry->ple_next != NULL)
		entry->ple_next->ple_prevp = entry->ple_prevp;
	atomic_store_relaxed(entry->ple_prevp, entry->ple_next);
	entry->ple_prevp = NULL; /* ple_next stays for readers */
}

/* offset: of the entry in its object. */
static __inline void *
pslist_object(struct pslist_entry *entry, size_t offset)
{
	return entry == NULL ? NULL : (char *)entry - offset;
}

#define _PSLIST_OBJECT(entry, type, field) ((type *)pslist_object((entry), offsetof(type, field)))

#define PSLIST_INIT(h)			     pslist_init(h)
#define PSLIST_DESTROY(h)		     pslist_destroy(h)
#define PSLIST_ENTRY_INIT(e, f)		     pslist_entry_init(&(e)->f)
#define PSLIST_ENTRY_DESTROY(e, f)	     pslist_entry_destroy(&(e)->f)
#define PSLIST_WRITER_INSERT_HEAD(h, v, f)   pslist_writer_insert_head((h), &(v)->f)
#define PSLIST_WRITER_INSERT_BEFORE(e, v, f) pslist_writer_insert_before(&(e)->f, &(v)->f)
#define PSLIST_WRITER_INSERT_AFTER(e, v, f)  pslist_writer_insert_after(&(e)->f, &(v)->f)
#define PSLIST_WRITER_REMOVE(v, f)	     pslist_writer_remove(&(v)->f)
#define PSLIST_WRITER_FIRST(h, type, f)	     _PSLIST_OBJECT((h)->plh_first, type, f)
#define PSLIST_WRITER_NEXT(v, type, f)	     _PSLIST_OBJECT((v)->f.ple_next, type, f)
#define PSLIST_READER_FIRST(h, type, f) \
	_PSLIST_OBJECT(atomic_load_consume(&(h)->plh_first), type, f)
#define PSLIST_READER_NEXT(v, type, f) \
	_PSLIST_OBJECT(atomic_load_consume(&(v)->f.ple_next), type, f)
#define PSLIST_WRITER_FOREACH(v, h, type, f)                       \
	for ((v) = PSLIST_WRITER_FIRST((h), type, f); (v) != NULL; \
	     (v) = PSLIST_WRITER_NEXT((v), type, f))
#define PSLIST_READER_FOREACH(v, h, type, f)                       \
	for ((v) = PSLIST_READER_FIRST((h), type, f); (v) != NULL; \
	     (v) = PSLIST_READER_NEXT((v), type, f))

#endif /* KPI_SYS_PSLIST_H */
