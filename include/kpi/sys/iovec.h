/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
#ifndef KPI_SYS_IOVEC_H
#define KPI_SYS_IOVEC_H
#include <sys/uio.h>
#endif
