/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Priorities and facilities of log(9). */
#ifndef KPI_SYS_SYSLOG_H
#define KPI_SYS_SYSLOG_H

#include <sys/cdefs.h>
#include <stdarg.h>

#define LOG_EMERG	    0
#define LOG_ALERT	    1
#define LOG_CRIT	    2
#define LOG_ERR		    3
#define LOG_WARNING	    4
#define LOG_NOTICE	    5
#define LOG_INFO	    6
#define LOG_DEBUG	    7
#define LOG_PRIMASK	    0x07
#define LOG_PRI(p)	    ((p)&LOG_PRIMASK)
#define LOG_MAKEPRI(fac, p) ((fac) | (p))

#define LOG_KERN    (0 << 3)
#define LOG_USER    (1 << 3)
#define LOG_DAEMON  (3 << 3)
#define LOG_AUTH    (4 << 3)
#define LOG_LOCAL0  (16 << 3)
#define LOG_FACMASK 0x03f8
#define LOG_FAC(p)  (((p)&LOG_FACMASK) >> 3)
#define LOG_PRINTF  (-1)

/* ctx: any.  To the message buffer, and to the console from LOG_NOTICE upward or when verbose. */
void log(int level, const char *fmt, ...) __printflike(2, 3);
void vlog(int level, const char *fmt, va_list ap) __printflike(2, 0);
void addlog(const char *fmt, ...) __printflike(1, 2);
void logpri(int level);
void logwakeup(void);

#endif /* KPI_SYS_SYSLOG_H */
