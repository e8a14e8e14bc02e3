/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Failures on demand.  Armed, a countdown runs over the events of the kinds asked for; who takes it
 * to zero fails and disarms.  The armed word keeps the places cheap and is looked at first.
 */
#include "rump_fault.h"

#ifdef DIAGNOSTIC
#include <sys/systm.h>

#include <lib/libkern/libkern.h>

#include <rump/rumpuser.h>

#define FRAMES 12
#define SKIP   1 /* rump_fault_event() */

static const char *const kind_names[] = { "kmem", "pool", "kthread_create", "copyin", "copyout",
	"block read", "block write", "short transfer" };

uint32_t rump_fault_kinds;
static uint32_t countdown;  /* (a) */
static uint32_t fired_kind; /* (a) 0: not yet; set after the stack below */
static void *fired_stack[FRAMES + SKIP];
static unsigned fired_frames;

void
rump_check_fault(unsigned kinds, unsigned nth)
{
	__atomic_store_n(&rump_fault_kinds, 0, __ATOMIC_RELEASE);
	if (nth == 0)
		return;
	__atomic_store_n(&fired_kind, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&countdown, nth, __ATOMIC_RELAXED);
	__atomic_store_n(&rump_fault_kinds, kinds, __ATOMIC_RELEASE);
}

bool
rump_fault_event(uint32_t kind)
{
	uint32_t n = __atomic_load_n(&countdown, __ATOMIC_RELAXED);

	do {
		if (n == 0)
			return false;
	} while (!__atomic_compare_exchange_n(
	    &countdown, &n, n - 1, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	if (n != 1)
		return false;
	fired_frames = rumpuser_callers(fired_stack, FRAMES + SKIP);
	__atomic_store_n(&rump_fault_kinds, 0, __ATOMIC_RELAXED);
	__atomic_store_n(&fired_kind, kind, __ATOMIC_RELEASE);
	return true;
}

bool
rump_check_fault_fired(char *buf, size_t len)
{
	const uint32_t kind = __atomic_load_n(&fired_kind, __ATOMIC_ACQUIRE);
	char name[160];
	size_t at;

	if (len != 0)
		buf[0] = '\0';
	if (kind == 0)
		return false;
	at = snprintf(buf, len, "%s, by", kind_names[__builtin_ctz(kind)]);
	for (unsigned i = SKIP; i < fired_frames && at < len; i++) {
		rumpuser_symbol(fired_stack[i], name, sizeof(name));
		at += snprintf(buf + at, len - at, "\n    %s", name);
	}
	return true;
}
#endif /* DIAGNOSTIC */
