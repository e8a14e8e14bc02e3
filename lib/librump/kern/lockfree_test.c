/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Structures without locks, pools of threads, dates: the kernel side is in lockfree_ktest.c. */
#define SUITE "lockfree"
#define TESTS(T)         \
	T(pcq)           \
	T(pcq_threads)   \
	T(thmap)         \
	T(thmap_threads) \
	T(pslist)        \
	T(kcpuset)       \
	T(threadpool) T(threadpool_cancel) T(dates) T(entropy) T(timecounter)

#include "../private/ktest_rows.h"
