/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* What the kernel knows about its own start. */
#ifndef KPI_SYS_INIT_H
#define KPI_SYS_INIT_H

#include <sys/types.h>

extern int cold;      /* 1 until boot is done */
extern int boothowto; /* RB_* and AB_* */
extern bool doing_shutdown;

#endif /* KPI_SYS_INIT_H */
