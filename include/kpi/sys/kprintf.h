/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Kernel messages.  <sys/systm.h> includes this header.
 *
 * Formats: %c %d %i %o %p %s %u %x %X %% with flags, width, precision and the sizes hh h l ll q j z
 * t; %n and floating point are refused.  A %b bit field is printed through snprintb().
 * ctx of all printing: any, spin mutexes held too.
 */
#ifndef KPI_SYS_KPRINTF_H
#define KPI_SYS_KPRINTF_H

#include <sys/types.h>
#include <stdarg.h>

struct device;
struct tty;

/* Console and message buffer; _nolog: console only; _tolog: message buffer only. */
void printf(const char *fmt, ...) __printflike(1, 2);
void vprintf(const char *fmt, va_list ap) __printflike(1, 0);
void printf_nolog(const char *fmt, ...) __printflike(1, 2);
void printf_tolog(const char *fmt, ...) __printflike(1, 2);
void uprintf(const char *fmt, ...) __printflike(1, 2);
void uprintf_locked(const char *fmt, ...) __printflike(1, 2);
void ttyprintf(struct tty *tp, const char *fmt, ...) __printflike(2, 3);

/* The length that the whole output has, without the NUL; at most size bytes are stored. */
int snprintf(char *buf, size_t size, const char *fmt, ...) __printflike(3, 4);
int vsnprintf(char *buf, size_t size, const char *fmt, va_list ap) __printflike(3, 0);
/* *bufp is from malloc(9)'s kern_malloc(). */
int vasprintf(char **bufp, const char *fmt, va_list ap) __printflike(2, 0);

/* Message, backtrace, abort(). */
__dead void panic(const char *fmt, ...) __printflike(1, 2);
__dead void vpanic(const char *fmt, va_list ap) __printflike(1, 0);
extern const char *panicstr;
extern bool doing_shutdown;

/*
 * Messages of autoconfiguration.  Normal and naive ones appear when booting verbosely only
 * (RUMP_VERBOSE), errors always; all of them are in the message buffer.
 */
void aprint_normal(const char *fmt, ...) __printflike(1, 2);
void aprint_error(const char *fmt, ...) __printflike(1, 2);
void aprint_naive(const char *fmt, ...) __printflike(1, 2);
void aprint_verbose(const char *fmt, ...) __printflike(1, 2);
void aprint_debug(const char *fmt, ...) __printflike(1, 2);
/* With the device's name and a colon in front. */
void aprint_normal_dev(struct device *dev, const char *fmt, ...) __printflike(2, 3);
void aprint_error_dev(struct device *dev, const char *fmt, ...) __printflike(2, 3);
void aprint_naive_dev(struct device *dev, const char *fmt, ...) __printflike(2, 3);
void aprint_verbose_dev(struct device *dev, const char *fmt, ...) __printflike(2, 3);
void aprint_debug_dev(struct device *dev, const char *fmt, ...) __printflike(2, 3);
void device_printf(struct device *dev, const char *fmt, ...) __printflike(2, 3);
int aprint_get_error_count(void);

/* "12 KB": bytes scaled so that it fits; the length or -1. */
int format_bytes(char *buf, size_t len, uint64_t bytes);
int humanize_number(char *buf, size_t len, uint64_t number, const char *suffix, int divisor);

#endif /* KPI_SYS_KPRINTF_H */
