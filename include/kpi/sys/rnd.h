/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
#ifndef KPI_SYS_RND_H
#define KPI_SYS_RND_H
#include <sys/rndsource.h>
#endif
