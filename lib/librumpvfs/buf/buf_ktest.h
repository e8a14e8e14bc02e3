/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Between buf_test.c and its kernel side; called between rump_schedule() and rump_unschedule(). */
#ifndef BUF_KTEST_H
#define BUF_KTEST_H

#define BUF_COUNT_BLOCKS 32

/* Attach the disk and open it; close and detach. */
const char *rump_test_buf_begin(void);
const char *rump_test_buf_end(void);
/* The name of case i, NULL past the last; run it. */
const char *rump_test_buf_name(int i);
const char *rump_test_buf_run(int i);
const char *rump_test_buf_count(int thread, int steps);
unsigned rump_test_buf_counted(void);

#endif /* BUF_KTEST_H */
