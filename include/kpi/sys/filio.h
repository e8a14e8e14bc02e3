/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* ioctls that every file takes. */
#ifndef KPI_SYS_FILIO_H
#define KPI_SYS_FILIO_H

#include <sys/ioccom.h>

#define FIOCLEX	    _IO('f', 1)
#define FIONCLEX    _IO('f', 2)
#define FIOSEEKDATA _IOWR('f', 97, off_t)
#define FIOSEEKHOLE _IOWR('f', 98, off_t)
#define FIONREAD    _IOR('f', 127, int)
#define FIONBIO	    _IOW('f', 126, int)
#define FIOASYNC    _IOW('f', 125, int)
#define FIOSETOWN   _IOW('f', 124, int)
#define FIOGETOWN   _IOR('f', 123, int)
#define FIONWRITE   _IOR('f', 121, int)
#define FIONSPACE   _IOR('f', 120, int)
#define FIOGETBMAP  _IOWR('f', 122, daddr_t)

#endif /* KPI_SYS_FILIO_H */
