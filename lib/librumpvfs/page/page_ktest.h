/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Between page_test.c and its kernel side; called between rump_schedule() and rump_unschedule(). */
#ifndef PAGE_KTEST_H
#define PAGE_KTEST_H

/* Attach the disk, mount the file system, load its file; undo it. */
const char *rump_test_page_begin(void);
const char *rump_test_page_end(void);
/* The name of case i, NULL past the last; run it. */
const char *rump_test_page_name(int i);
const char *rump_test_page_run(int i);
/* One of several threads: reads at random places, compared with the disk. */
const char *rump_test_page_read(int thread, int steps);

#endif /* PAGE_KTEST_H */
