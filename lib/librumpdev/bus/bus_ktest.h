/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Between bus_ktest.c and bus_test.c.  Each returns NULL, or what went wrong. */
#ifndef BUS_KTEST_H
#define BUS_KTEST_H

const char *rump_test_bus_space(void);
const char *rump_test_bus_dmamem(void);
const char *rump_test_bus_segments(void);
const char *rump_test_bus_limits(void);
const char *rump_test_bus_bounce(void);
const char *rump_test_bus_uio(void);
const char *rump_test_bus_raw(void);
const char *rump_test_bus_tags(void);
/* What panics in DIAGNOSTIC kernels; 0: this kernel does not check. */
int rump_test_bus_misuse(int which);
enum {
	MISUSE_SYNC_EMPTY,
	MISUSE_SYNC_BEYOND,
	MISUSE_SYNC_BOTH,
	MISUSE_POSTREAD,
	MISUSE_POSTWRITE,
	MISUSE_LOAD_TWICE,
	NMISUSES
};

#endif /* BUS_KTEST_H */
