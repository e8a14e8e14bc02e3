/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* deadfs: what a vnode is after vgone(). */
#ifndef KPI_MISCFS_DEADFS_DEADFS_H
#define KPI_MISCFS_DEADFS_DEADFS_H

#include <sys/types.h>

struct vnodeopv_desc;

extern int (**dead_vnodeop_p)(void *);
extern const struct vnodeopv_desc dead_vnodeop_opv_desc;

#endif /* KPI_MISCFS_DEADFS_DEADFS_H */
