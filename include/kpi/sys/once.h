/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* once(9): run an initialiser once. */
#ifndef KPI_SYS_ONCE_H
#define KPI_SYS_ONCE_H

#include <sys/types.h>
#include <sys/queue.h>

/* Locks: once's own lock. */
typedef struct once {
	int o_error;
	uint16_t o_refcnt;
	uint16_t o_status;
#define ONCE_VIRGIN  0
#define ONCE_RUNNING 1
#define ONCE_DONE    2
	LIST_ENTRY(once) o_list; /* those run, put back to ONCE_VIRGIN at halt */
} once_t;

#define ONCE_DECL(o) once_t o = { .o_status = ONCE_VIRGIN }

/* ctx: thread.  sleeps.  What fn returned: an error makes the next caller try again. */
int _init_once(once_t *o, int (*fn)(void));
int _run_once(once_t *o, int (*fn)(void));
void _fini_once(once_t *o, void (*fn)(void));

#define INIT_ONCE(o, fn) _init_once((o), (fn))
#define FINI_ONCE(o, fn) _fini_once((o), (fn))
#define RUN_ONCE(o, fn)	 _run_once((o), (fn))

#endif /* KPI_SYS_ONCE_H */
