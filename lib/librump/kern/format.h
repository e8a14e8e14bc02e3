/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The formatter behind all printing. */
#ifndef KERN_FORMAT_H
#define KERN_FORMAT_H

#include <sys/types.h>
#include <stdarg.h>

/* Called with pieces of the output, in order. */
struct format_out {
	void (*fo_put)(struct format_out *, const char *s, size_t len);
};

/* The number of bytes put. */
size_t kern_format(struct format_out *out, const char *fmt, va_list ap);

#endif /* KERN_FORMAT_H */
