/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Between dev_test.c and its kernel side; called between rump_schedule() and rump_unschedule(). */
#ifndef DEV_KTEST_H
#define DEV_KTEST_H

/* NULL, or what does not hold. */
const char *rump_test_dev_attach(void);
const char *rump_test_dev_names(void);
const char *rump_test_dev_kernel_lock(void);
const char *rump_test_dev_strategy(void);
/* Attach a driver whose read waits; be that reader; detach once a reader is inside. */
const char *rump_test_dev_slow_attach(void);
const char *rump_test_dev_slow_read(void);
const char *rump_test_dev_slow_detach(void);

#endif /* DEV_KTEST_H */
