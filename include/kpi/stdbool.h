/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
#ifndef KPI_STDBOOL_H
#define KPI_STDBOOL_H

#define bool _Bool
#define true 1
#define false 0

#endif /* KPI_STDBOOL_H */
