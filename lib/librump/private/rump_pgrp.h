/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Process groups and sessions, for the code that makes and ends processes. */
#ifndef RUMP_PGRP_H
#define RUMP_PGRP_H

struct proc;

int rump_pgrp_init(void);
void rump_pgrp_fini(void);
/*
 * Put a new process into its parent's group, or (parent NULL) into a group and session of its own.
 * locks: proc_lock.  errors: ENOMEM.
 */
int rump_pgrp_inherit(struct proc *child, struct proc *parent);
/* It has another parent, and was not counted with the old one any more.  locks: proc_lock. */
void rump_pgrp_reparented(struct proc *child);
/* Take an ending process out.  locks: proc_lock. */
void rump_pgrp_leave(struct proc *p);

#endif /* RUMP_PGRP_H */
