/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* bus_space(9) and bus_dma(9). */
#ifndef KPI_SYS_BUS_H
#define KPI_SYS_BUS_H

#include <machine/bus_space.h>
#include <machine/bus_dma.h>

#endif /* KPI_SYS_BUS_H */
