/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The one time counter is the host's monotonic clock; drivers that offer others are ignored. */
#ifndef KPI_SYS_TIMETC_H
#define KPI_SYS_TIMETC_H

#include <sys/time.h>

#endif /* KPI_SYS_TIMETC_H */
