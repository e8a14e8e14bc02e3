/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The kernel's side of the synchronization tests.
 *
 * A case is a body that several threads run at the same time, between a setup and a finish that one
 * thread runs.  The host's side (sync_test.c) makes the threads and enters the kernel.
 */
#ifndef SYNC_KTEST_H
#define SYNC_KTEST_H

#include <sys/param.h>
#include <sys/atomic.h>
#include <sys/condvar.h>
#include <sys/cpu.h>
#include <sys/lock.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/rwlock.h>
#include <sys/systm.h>
#include <sys/time.h>

#include "rump_sched.h"
#include "rump_sync.h"
#include "rump_time.h"

struct sync_case {
	const char *sc_name;
	void (*sc_setup)(void);
	void (*sc_body)(int thread);
	void (*sc_finish)(void);
};

extern const struct sync_case lock_cases[], sleep_cases[], ref_cases[]; /* end by a NULL name */
extern int sync_threads;						/* how many run the body */

/* Remember the first thing that did not hold. */
void sync_failed(const char *what, const char *file, int line);
#define CHECK(e) ((e) ? (void)0 : sync_failed(#e, __FILE__, __LINE__))

/* Give the virtual CPU up for some time, with whatever locks are held. */
void sync_doze(int64_t ns);
/* Wait until *word is at least n: bounded, a failure when it takes 20 s. */
void sync_await(const volatile uint32_t *word, uint32_t n);

#endif /* SYNC_KTEST_H */
