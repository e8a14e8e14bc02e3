/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * mutex(9): mutual exclusion.
 *
 * An adaptive mutex (IPL_NONE and the soft interrupts' levels) is one word: the owner's address,
 * with bit 0 set while threads sleep for it.  Waiting gives the virtual CPU up.  A spin mutex
 * (IPL_VM and up) is a word of its own and raises the level; its holder must not sleep.
 */
#ifndef KPI_SYS_MUTEX_H
#define KPI_SYS_MUTEX_H

#include <sys/types.h>
#include <machine/intr.h>

typedef enum kmutex_type_t {
	MUTEX_SPIN = 0,	    /* historic: as MUTEX_DEFAULT */
	MUTEX_ADAPTIVE = 1, /* historic: as MUTEX_DEFAULT */
	MUTEX_DEFAULT = 2,  /* the kind follows from the level */
	MUTEX_DRIVER = 3,   /* historic: as MUTEX_DEFAULT */
	MUTEX_NODEBUG = 4,  /* not seen by LOCKDEBUG */
} kmutex_type_t;

/* Locks: (i) immutable, (a) atomic, (h) the holder. */
struct kmutex {
	volatile uintptr_t mtx_owner; /* (a) struct lwp * | 1: somebody sleeps for it */
	volatile uint32_t mtx_word;   /* (a) spin: 0 free, 1 held, 2 held and waited for */
	uint8_t mtx_ipl;	      /* (i) level of a spin mutex, IPL_NONE: adaptive */
	uint8_t mtx_flags;	      /* (i) MUTEX_NODEBUG */
	uint16_t mtx_magic;	      /* (i) set from mutex_init() to mutex_destroy() */
#ifdef LOCKDEBUG
	u_int mtx_class; /* (i) */
#endif
};
typedef struct kmutex kmutex_t;

__BEGIN_DECLS
/* ctx: thread.  The memory is the caller's and must not move. */
void mutex_init(kmutex_t *mtx, kmutex_type_t type, int ipl);
/* The mutex is neither held nor waited for. */
void mutex_destroy(kmutex_t *mtx);

/*
 * ctx: thread; a softint for adaptive ones; any for spin ones.  sleeps: adaptive ones when held.
 * Entering a mutex that the caller holds panics.
 */
void mutex_enter(kmutex_t *mtx);
/* ctx: as mutex_enter().  sleeps: never.  locks: the caller holds mtx. */
void mutex_exit(kmutex_t *mtx);
/* Only for mutexes known to be spin mutexes. */
void mutex_spin_enter(kmutex_t *mtx);
void mutex_spin_exit(kmutex_t *mtx);
/* Non-zero: taken.  sleeps: never. */
int mutex_tryenter(kmutex_t *mtx);

/* Whether the caller holds mtx.  For assertions and diagnostics alone. */
int mutex_owned(const kmutex_t *mtx);
/* Whether the lwp that holds mtx is oncpu; for assertions and diagnostics alone. */
int mutex_ownable(const kmutex_t *mtx);
struct lwp *mutex_owner(const kmutex_t *mtx);
bool mutex_owner_running(const kmutex_t *mtx);

/* Mutexes with a reference count of their own; each begins with one.  sleeps: alloc. */
kmutex_t *mutex_obj_alloc(kmutex_type_t type, int ipl);
kmutex_t *mutex_obj_tryalloc(kmutex_type_t type, int ipl); /* NULL: no memory */
void mutex_obj_hold(kmutex_t *mtx);
/* True when this was the last reference: the mutex is gone. */
bool mutex_obj_free(kmutex_t *mtx);
u_int mutex_obj_refcnt(kmutex_t *mtx);
__END_DECLS

#endif /* KPI_SYS_MUTEX_H */
