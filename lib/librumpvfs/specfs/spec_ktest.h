/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The device of spec_test.c, /dev/gate: calls wait at a gate, and it counts what it is told. */
#ifndef SPEC_KTEST_H
#define SPEC_KTEST_H

#include <stdbool.h>

/* each: it wants to hear of every close (D_MCLOSE). */
int rump_test_spec_attach(bool each);
void rump_test_spec_detach(void);
/* From now on opens wait; or closes do. */
void rump_test_spec_shut(void);
void rump_test_spec_hold_closes(void);
/* Until n calls wait; then they all go on, and opens end with error. */
void rump_test_spec_wait(unsigned n);
void rump_test_spec_go(int error);
/* Nodes are taken out of /dev, and away from those who have them open. */
void rump_test_spec_remove(void);
/* Opens that the driver has agreed to, and calls of its close. */
void rump_test_spec_counts(unsigned *opens, unsigned *closes);

#endif /* SPEC_KTEST_H */
