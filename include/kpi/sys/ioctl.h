/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
#ifndef KPI_SYS_IOCTL_H
#define KPI_SYS_IOCTL_H
#include <sys/dkio.h>
#include <sys/filio.h>
#include <sys/ioccom.h>
#include <sys/sockio.h>
#include <sys/ttycom.h>
#endif
