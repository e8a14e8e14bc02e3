/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Fault injection for tests: make librumpuser's own allocations fail.
 */
#ifndef RUMPUSER_FAULT_H
#define RUMPUSER_FAULT_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The nth from now (1 is the next) of librumpuser's allocations, mappings, thread creations and
 * descriptors of its own fails, once; 0 switches it off.  ctx: any.
 */
void rumpuser__fail_after(unsigned n);
/* Has the failure asked for last been delivered? */
bool rumpuser__fail_fired(void);
/* Allocations not freed, bytes mapped and threads not reaped at this moment: leak checks. */
unsigned long rumpuser__live_allocs(void);
unsigned long rumpuser__live_mapped(void);
unsigned long rumpuser__live_threads(void);

#ifdef __cplusplus
}
#endif

#endif /* RUMPUSER_FAULT_H */
