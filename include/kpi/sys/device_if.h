/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* device_t for headers that only pass it on. */
#ifndef KPI_SYS_DEVICE_IF_H
#define KPI_SYS_DEVICE_IF_H

struct device;
typedef struct device *device_t;

#endif /* KPI_SYS_DEVICE_IF_H */
