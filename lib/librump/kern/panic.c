/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* panic(9): a broken invariant ends the process, with what was wrong and where. */
#include <sys/param.h>
#include <sys/kprintf.h>

#include <lib/libkern/libkern.h>
#include <rump/rumpuser.h>

const char *panicstr; /* the format of the first panic */
bool doing_shutdown;

void
vpanic(const char *fmt, va_list ap)
{
	const char *first = NULL;

	/* A panic while another is reported says its message and ends at once. */
	const bool nested = !__atomic_compare_exchange_n(
	    &panicstr, &first, fmt, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED);
	char msg[400];

	vsnprintf(msg, sizeof(msg), fmt, ap);
	printf("panic: %s\n", msg);
	if (!nested)
		rumpuser_backtrace();
	rumpuser_exit(RUMPUSER_PANIC);
}

void
panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vpanic(fmt, ap);
}

void
kern_assert(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vpanic(fmt, ap);
}
