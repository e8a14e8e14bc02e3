/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What sim_test.c calls of sim_driver.c, in the kernel.  Both sides include it. */
#ifndef SIM_DRIVER_H
#define SIM_DRIVER_H

#define NCALLOUTS 8

void rump_simdrv_attach(void);
void rump_simdrv_detach(void);
/* One thread's part, 0 or 1, of a fault or of its remedy. */
void rump_simdrv_work(const char *name, int thread);
unsigned rump_simdrv_count(void);
int rump_simdrv_pause(int ticks);
int rump_simdrv_timedwait(int ticks);
/* Arm all callouts; the order in which they have fired, and how many. */
void rump_simdrv_callouts(const int *ticks);
unsigned rump_simdrv_fired(unsigned *order);
/* One callout that arms itself again; how often it came, and how often not at the moment due. */
void rump_simdrv_periodic(unsigned period_s);
unsigned rump_simdrv_periods(unsigned *late);

#endif /* SIM_DRIVER_H */
