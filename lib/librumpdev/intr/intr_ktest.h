/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Between intr_ktest.c and intr_test.c.  Each returns NULL, or what went wrong. */
#ifndef INTR_KTEST_H
#define INTR_KTEST_H

const char *rump_test_intr_begin(int edge);
const char *rump_test_intr_end(void);
/* Hardware's side. */
void rump_test_intr_assert(void);
void rump_test_intr_trigger(void);
/* After that. */
const char *rump_test_intr_level_done(void);
const char *rump_test_intr_edge_done(void);
const char *rump_test_intr_masks(void);
const char *rump_test_intr_masks_done(void);
const char *rump_test_intr_stray_begin(void);
const char *rump_test_intr_stray_done(void);
const char *rump_test_intr_stray_again(void);
const char *rump_test_intr_level_again(void);
const char *rump_test_intr_storm_begin(void);
const char *rump_test_intr_storm_done(void);
/* A thread that waits for an interrupt; it comes from another. */
const char *rump_test_intr_sleeper(void);
void rump_test_intr_wait_for_sleeper(void);
const char *rump_test_intr_kernel_lock_begin(void);
const char *rump_test_intr_kernel_lock_done(void);
/* What panics in a handler, in DIAGNOSTIC kernels; 0: this kernel does not check. */
int rump_test_intr_misuse(int which);
enum { MISUSE_SLEEP, MISUSE_ADAPTIVE, MISUSE_LOW_SPIN, MISUSE_KEEPS_SPIN, NMISUSES };

#endif /* INTR_KTEST_H */
