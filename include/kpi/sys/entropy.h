/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * entropy(9): the kernel's entropy is the host's, and there from the start: nothing here waits.  What drivers add by
 * rnd(9) is mixed in besides, and not counted.
 */
#ifndef KPI_SYS_ENTROPY_H
#define KPI_SYS_ENTROPY_H

#include <sys/types.h>

struct knote;

#define ENTROPY_CAPACITY 32 /* bytes */

#define ENTROPY_WAIT	 0x01
#define ENTROPY_SIG	 0x02
#define ENTROPY_HARDFAIL 0x04

/* len bytes for a key: at most ENTROPY_CAPACITY of them are independent.  0.  ctx: any. */
int entropy_extract(void *buf, size_t len, int flags);
/* Have what was added used by every generator before its next output.  0.  ctx: thread. */
int entropy_consolidate(void);
/* It moves whenever generators should be keyed afresh; never 0 or -1. */
unsigned entropy_epoch(void);
bool entropy_ready(void);
void entropy_bootrequest(void);
/* For d_poll() and d_kqfilter(): ready. */
int entropy_poll(int events);
int entropy_kqfilter(struct knote *kn);

#endif /* KPI_SYS_ENTROPY_H */
