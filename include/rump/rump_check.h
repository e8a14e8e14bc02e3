/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The instruments of a checked kernel (one built with DIAGNOSTIC), for librumptest: what is held,
 * who allocated it, and what is to fail.  The release has none of these symbols.
 *
 * Included by the kernel and by the host, so it stands on stdint, stddef and stdbool alone.
 */
#ifndef RUMP_RUMP_CHECK_H
#define RUMP_RUMP_CHECK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* One line of a report, without a newline; the text is the callee's during the call. */
typedef void (*rump_check_line)(void *arg, const char *line);

/*
 * Before rump_init(): keep the stack of each allocation, and at the halt tell fn of those that are
 * not freed: a line for each, then its callers, one a line, indented.  NULL: no more.
 * ctx: no kernel is up.
 */
void rump_check_track(rump_check_line fn, void *arg);
/* What the last halt found allocated: objects of kmem(9), pools and runs of pages. */
size_t rump_check_leaks(void);

/*
 * What is held now, a line each, the same text for the same thing: descriptors, processes, kernel
 * threads, mounts, referenced vnodes, whatever components add.  Two censuses, one when a test
 * begins and one when it ends, show what it left behind.
 * ctx: a host thread outside the kernel; nothing else runs in it.  errors: ENXIO, ENOMEM.
 */
int rump_check_census(rump_check_line fn, void *arg);

/* What can fail on demand. */
enum {
	RUMP_FAULT_KMEM = 0x01,	   /* kmem(9), malloc(9), uvm_km_alloc(9), where it may fail */
	RUMP_FAULT_POOL = 0x02,	   /* pool(9), pool_cache(9) with PR_NOWAIT */
	RUMP_FAULT_THREAD = 0x04,  /* kthread_create(9): ENOMEM */
	RUMP_FAULT_COPYIN = 0x08,  /* copyin(9), uiomove(9) and their family: EFAULT */
	RUMP_FAULT_COPYOUT = 0x10, /* the same */
	RUMP_FAULT_READ = 0x20,	   /* block I/O: EIO, nothing transferred */
	RUMP_FAULT_WRITE = 0x40,   /* the same */
	RUMP_FAULT_SHORT = 0x80,   /* block I/O, reads and writes: half is transferred, and EIO */
	RUMP_FAULT_MEMORY = RUMP_FAULT_KMEM | RUMP_FAULT_POOL,
	RUMP_FAULT_COPY = RUMP_FAULT_COPYIN | RUMP_FAULT_COPYOUT,
	RUMP_FAULT_IO = RUMP_FAULT_READ | RUMP_FAULT_WRITE | RUMP_FAULT_SHORT,
	RUMP_FAULT_ALL = 0xff,
};

/*
 * The nth event from now (1 is the next) of any of the kinds fails, once; nth 0 switches it off.
 * Allocations that may wait never fail, and do not count.  Events of all threads count.
 * ctx: any.
 */
void rump_check_fault(unsigned kinds, unsigned nth);
/*
 * Has the failure been delivered?  Then buf has "kind, by" and the callers as
 * rump_check_track() tells them, lines separated by newlines, cut to len.  ctx: any.
 */
bool rump_check_fault_fired(char *buf, size_t len);

#ifdef __cplusplus
}
#endif

#endif /* RUMP_RUMP_CHECK_H */
