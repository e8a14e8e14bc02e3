/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
#ifndef KPI_SYS_BSWAP_H
#define KPI_SYS_BSWAP_H
#include <sys/endian.h>
#endif
