/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Messages to the log and to the terminal of a process that may be gone by then. */
#ifndef KPI_SYS_TPRINTF_H
#define KPI_SYS_TPRINTF_H

#include <sys/cdefs.h>

struct proc;
struct session;

typedef struct session *tpr_t;

/* NULL where p has no controlling terminal: then there is the log alone.  ctx: thread. */
tpr_t tprintf_open(struct proc *p);
void tprintf_close(tpr_t tpr);
void tprintf(tpr_t tpr, const char *fmt, ...) __printflike(2, 3);

#endif /* KPI_SYS_TPRINTF_H */
