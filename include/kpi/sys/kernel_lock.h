/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
#ifndef KPI_SYS_KERNEL_LOCK_H
#define KPI_SYS_KERNEL_LOCK_H
#include <sys/lock.h>
#endif
