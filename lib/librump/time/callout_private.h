/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Between the files of time/. */
#ifndef CALLOUT_PRIVATE_H
#define CALLOUT_PRIVATE_H

int callout_startup(void);
void callout_shutdown(void);
/* The timer's upcall.  ctx: loop thread with a CPU, no lock held. */
void callout_timer(void);
int worker_startup(void);
/* Nobody reaps from here on: the halt does it by itself. */
void worker_stop_reaping(void);
void worker_shutdown(void);

#endif /* CALLOUT_PRIVATE_H */
