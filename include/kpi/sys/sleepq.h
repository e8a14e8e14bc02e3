/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Sleep queues are private to the kernel's base (private/rump_sync.h); this is what is public. */
#ifndef KPI_SYS_SLEEPQ_H
#define KPI_SYS_SLEEPQ_H

#include <sys/syncobj.h>
#include <sys/wchan.h>

#endif /* KPI_SYS_SLEEPQ_H */
