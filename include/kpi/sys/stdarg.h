/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
#ifndef KPI_SYS_STDARG_H
#define KPI_SYS_STDARG_H
#include <stdarg.h>
#endif
