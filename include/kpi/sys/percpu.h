/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* percpu(9): an object for each CPU. */
#ifndef KPI_SYS_PERCPU_H
#define KPI_SYS_PERCPU_H

#include <sys/types.h>

struct cpu_info;
struct percpu;
typedef struct percpu percpu_t;
typedef void (*percpu_callback_t)(void *, void *, struct cpu_info *);

/*
 * Zeroed objects of size bytes, each on cache lines of its own.  percpu_create() calls ctor for
 * each CPU's and percpu_free() dtor.  ctx: thread.  sleeps.
 */
percpu_t *percpu_alloc(size_t size);
percpu_t *percpu_create(size_t size, percpu_callback_t ctor, percpu_callback_t dtor, void *arg);
void percpu_free(percpu_t *pc, size_t size);
/* This CPU's object; the caller does not block before percpu_putref().  ctx: any with a CPU. */
void *percpu_getref(percpu_t *pc);
void percpu_putref(percpu_t *pc);
/* Call cb(object, arg, ci) for every CPU: from here, or (xcall) on each of them. */
void percpu_foreach(percpu_t *pc, percpu_callback_t cb, void *arg);
void percpu_foreach_xcall(percpu_t *pc, u_int xcflags, percpu_callback_t cb, void *arg);
void percpu_traverse_enter(void);
void percpu_traverse_exit(void);
void *percpu_getptr_remote(percpu_t *pc, struct cpu_info *ci);

#endif /* KPI_SYS_PERCPU_H */
