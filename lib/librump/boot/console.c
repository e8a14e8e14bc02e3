/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* One line on the host's stderr, at any time: before printf() works, and from host threads. */
#include <sys/param.h>
#include <sys/systm.h>

#include <rump/rumpuser.h>

#include "rump_boot.h"

void
rump_console_printf(const char *fmt, ...)
{
	char line[512];
	size_t len;
	va_list ap;

	strlcpy(line, "rump: ", sizeof(line));
	len = strlen(line);
	va_start(ap, fmt);
	(void)vsnprintf(line + len, sizeof(line) - len, fmt, ap);
	va_end(ap);
	len = strlen(line);
	if (len == sizeof(line) - 1)
		len--;
	line[len++] = '\n';
	rumpuser_console(false, line, len);
}
