/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Places that fail on demand: RUMP_FAULT(kind) is true when the caller must act as if its
 * operation had failed.  Kinds are those of <rump/rump_check.h>.  Nothing in the release.
 */
#ifndef RUMP_FAULT_H
#define RUMP_FAULT_H

#include <sys/types.h>

#ifdef DIAGNOSTIC
#include <rump/rump_check.h>

extern uint32_t rump_fault_kinds; /* (a) armed; 0 almost always */
/* One event of this kind: is it the one?  ctx: any.  sleeps: no. */
bool rump_fault_event(uint32_t kind);

#define RUMP_FAULT(kind)                                                                       \
	__predict_false(                                                                       \
	    (__atomic_load_n(&rump_fault_kinds, __ATOMIC_RELAXED) & RUMP_FAULT_##kind) != 0 && \
	    rump_fault_event(RUMP_FAULT_##kind))
#else
#define RUMP_FAULT(kind) false
#endif

#endif /* RUMP_FAULT_H */
