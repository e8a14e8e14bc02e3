/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
#ifndef BENCH_BOOT_H
#define BENCH_BOOT_H

#include <stdint.h>

#define BOOT_FD 9 /* where a boot program writes its stamps */

/* Monotonic ns; all by the boot program but b_exec. */
struct boot_stamps {
	int64_t b_exec;	  /* before the program was started */
	int64_t b_before; /* rump_init() called */
	int64_t b_after;  /* rump_init() returned */
	int64_t b_rss;	  /* bytes, after that */
};

#endif /* BENCH_BOOT_H */
