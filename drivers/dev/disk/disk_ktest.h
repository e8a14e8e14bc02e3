/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Between disk_test.c and its kernel side; called between rump_schedule() and rump_unschedule(). */
#ifndef DISK_KTEST_H
#define DISK_KTEST_H

#define TDK_SECTORS 4096 /* of 512 bytes */

/* The driver tdk with its unit 0, of TDK_SECTORS; pull it out, by force or (errno) not; plug it in again. */
int rump_test_disk_begin(void);
int rump_test_disk_unplug(int force);
void rump_test_disk_plug(void);
/* All wedges go, by force. */
void rump_test_disk_delall(void);
void rump_test_disk_end(void);
/* The device takes n transfers at a time (0: any number) and keeps them; let it answer one, with an errno. */
void rump_test_disk_slots(unsigned n);
int rump_test_disk_answer(int error);
/* The order of sectors in which transfers were started; how many. */
unsigned rump_test_disk_started(long long *sectors, unsigned max);
/* Transfers that wait for the device. */
unsigned rump_test_disk_queued(void);
/* Statistics: transfers, bytes, and whether it is busy. */
void rump_test_disk_stats(unsigned long long out[5]);
/* NULL, or what does not hold. */
const char *rump_test_disk_bounds(void);
const char *rump_test_disk_geometry(void);
const char *rump_test_disk_autoconf(void);

#endif /* DISK_KTEST_H */
