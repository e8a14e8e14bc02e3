/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Between file/select.c and the calls that wait for files. */
#ifndef RUMP_SELECT_H
#define RUMP_SELECT_H

#include <sys/time.h>
#include <sys/types.h>

int rump_select_init(void);
void rump_select_fini(void);

/* Before the files are asked; rump_select_wait() then returns when any that was asked may be ready. */
u_int rump_select_gen(void);
/*
 * *left (NULL: no limit) is counted down.  sleeps.  errors: EWOULDBLOCK (time is up), EINTR,
 * ERESTART.
 */
int rump_select_wait(u_int gen, struct bintime *left);

#endif /* RUMP_SELECT_H */
