/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* ioctls of sockets that files meet as well. */
#ifndef KPI_SYS_SOCKIO_H
#define KPI_SYS_SOCKIO_H

#include <sys/ioccom.h>

#define SIOCATMARK _IOR('s', 7, int)
#define SIOCSPGRP  _IOW('s', 8, int)
#define SIOCGPGRP  _IOR('s', 9, int)

#endif /* KPI_SYS_SOCKIO_H */
