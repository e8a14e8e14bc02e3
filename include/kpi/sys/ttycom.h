/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* ioctls of terminals. */
#ifndef KPI_SYS_TTYCOM_H
#define KPI_SYS_TTYCOM_H

#include <sys/ioccom.h>

struct winsize {
	unsigned short ws_row;
	unsigned short ws_col;
	unsigned short ws_xpixel;
	unsigned short ws_ypixel;
};

#define TIOCEXCL   _IO('t', 13)
#define TIOCNXCL   _IO('t', 14)
#define TIOCFLUSH  _IOW('t', 16, int)
#define TIOCNOTTY  _IO('t', 113)
#define TIOCOUTQ   _IOR('t', 115, int)
#define TIOCSPGRP  _IOW('t', 118, int)
#define TIOCGPGRP  _IOR('t', 119, int)
#define TIOCSCTTY  _IO('t', 97)
#define TIOCGSID   _IOR('t', 99, int)
#define TIOCSWINSZ _IOW('t', 103, struct winsize)
#define TIOCGWINSZ _IOR('t', 104, struct winsize)

#endif /* KPI_SYS_TTYCOM_H */
