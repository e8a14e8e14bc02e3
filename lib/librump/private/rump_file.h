/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Descriptors: what only base and factions use; the KPI is <sys/filedesc.h> and <sys/file.h>.
 */
#ifndef RUMP_FILE_H
#define RUMP_FILE_H

#include <sys/types.h>

struct proc;

/* The table of process 0, which has no files; proc0.p_fd. */
extern struct filedesc *rump_filedesc0;

/* Boot: pools and rump_filedesc0; halt: the opposite, when all processes are gone. */
int rump_file_init(void);
void rump_file_fini(void);

/* Open the console as descriptors 0, 1 and 2 of p, whose table is empty.  sleeps. */
int rump_file_console(struct proc *p);

/* Register the base's own system calls; rump_syscalls_fini() takes them out. */
int rump_basecalls_init(void);

#endif /* RUMP_FILE_H */
