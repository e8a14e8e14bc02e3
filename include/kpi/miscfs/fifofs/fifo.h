/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* fifofs: the vnodes of named pipes. */
#ifndef KPI_MISCFS_FIFOFS_FIFO_H
#define KPI_MISCFS_FIFOFS_FIFO_H

#include <sys/types.h>

struct vnodeopv_desc;

extern int (**fifo_vnodeop_p)(void *);
extern const struct vnodeopv_desc fifo_vnodeop_opv_desc;

/* Calls the fifo's own operation: entry of a file system's table for fifos. */
int vn_fifo_bypass(void *);

#endif /* KPI_MISCFS_FIFOFS_FIFO_H */
