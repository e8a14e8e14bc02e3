/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * rwlock(9): many readers or one writer.
 *
 * One word: the writer's address, or the number of readers, with flag bits below (rwlock.c).  A
 * waiting writer keeps new readers out, and a writer that leaves lets the waiting readers in
 * before the next writer, so neither side starves.
 */
#ifndef KPI_SYS_RWLOCK_H
#define KPI_SYS_RWLOCK_H

#include <sys/types.h>

typedef enum krw_t { RW_READER = 0, RW_WRITER = 1 } krw_t;

/* Locks: (a) atomic, (i) immutable. */
struct krwlock {
	volatile uintptr_t rw_owner; /* (a) */
#ifdef LOCKDEBUG
	u_int rw_class; /* (i) */
#endif
};
typedef struct krwlock krwlock_t;

__BEGIN_DECLS
void rw_init(krwlock_t *rw);
/* The lock is neither held nor waited for. */
void rw_destroy(krwlock_t *rw);

/* ctx: thread, softint.  sleeps.  Not recursive: entering again as a reader can deadlock. */
void rw_enter(krwlock_t *rw, const krw_t op);
/* Non-zero: taken.  sleeps: never. */
int rw_tryenter(krwlock_t *rw, const krw_t op);
void rw_exit(krwlock_t *rw);
/* Reader to writer, only when the caller is the only reader.  Non-zero: done.  sleeps: never. */
int rw_tryupgrade(krwlock_t *rw);
/* Writer to reader; waiting readers come in.  sleeps: never. */
void rw_downgrade(krwlock_t *rw);

/* For assertions alone.  Held by anybody for reading, by the caller for writing. */
int rw_read_held(krwlock_t *rw);
int rw_write_held(krwlock_t *rw);
int rw_lock_held(krwlock_t *rw);
/* How the lock is held just now; meaningful only to a holder. */
krw_t rw_lock_op(krwlock_t *rw);
bool rw_owner_running(const krwlock_t *rw);

/* Locks with a reference count of their own; each begins with one.  sleeps: alloc. */
krwlock_t *rw_obj_alloc(void);
krwlock_t *rw_obj_tryalloc(void); /* NULL: no memory */
void rw_obj_hold(krwlock_t *rw);
/* True when this was the last reference: the lock is gone. */
bool rw_obj_free(krwlock_t *rw);
u_int rw_obj_refcnt(krwlock_t *rw);
__END_DECLS

#endif /* KPI_SYS_RWLOCK_H */
