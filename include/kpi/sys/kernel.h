/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The kernel's global variables: see <sys/systm.h> and <sys/timevar.h>, which declare them. */
#ifndef KPI_SYS_KERNEL_H
#define KPI_SYS_KERNEL_H

#include <sys/systm.h>
#include <sys/time.h>
#include <sys/timevar.h>

#endif /* KPI_SYS_KERNEL_H */
