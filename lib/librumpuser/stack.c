/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Who called: the calling thread's stack, as addresses and as names.
 *
 * rumpuser_callers() is made to be called for every allocation of a test, so it follows the chain of
 * frame pointers, which checked kernels are built with, instead of unwinding.  A frame is
 *
 *	fp -> | fp of the caller | return address |
 *
 * on all hosts that keep one.  Code without frame pointers leaves anything in that register: each
 * step is taken only upwards and inside of the thread's stack, so the worst that comes out is a
 * wrong name at the end of the list.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

#if __has_include(<execinfo.h>)
#include <execinfo.h>
#define HAVE_BACKTRACE 1
#endif

#include "internal.h"

#define BACKTRACE_DEPTH 64

static __thread uintptr_t stack_top; /* of this thread; 0 until asked for */

static uintptr_t
top_of_stack(void)
{
#if defined(__linux__)
	pthread_attr_t attr;
	void *base;
	size_t size;

	if (stack_top != 0)
		return stack_top;
	if (pthread_getattr_np(pthread_self(), &attr) == 0) {
		if (pthread_attr_getstack(&attr, &base, &size) == 0)
			stack_top = (uintptr_t)base + size;
		(void)pthread_attr_destroy(&attr);
	}
#endif
	return stack_top;
}

/* The reads are of others' frames: no sanitizer's business. */
__attribute__((__noinline__, __no_sanitize__("address", "thread"))) unsigned
rumpuser_callers(void **frames, unsigned n)
{
	KEEP_ERRNO;
	const uintptr_t top = top_of_stack();
	const uintptr_t *fp = __builtin_frame_address(0);
	unsigned got = 0;

	while (got < n && (uintptr_t)fp + 2 * sizeof(*fp) <= top) {
		const uintptr_t *const up = (const uintptr_t *)fp[0];

		if (fp[1] == 0)
			break;
		frames[got++] = (void *)fp[1];
		if (up <= fp || (uintptr_t)up % sizeof(*up) != 0)
			break;
		fp = up;
	}
	return got;
}

static void (*symbolizer)(const void *, char *, size_t);

void
rumpuser_symbolizer(void (*fn)(const void *, char *, size_t))
{
	symbolizer = fn;
}

void
rumpuser_symbol(const void *addr, char *buf, size_t len)
{
	KEEP_ERRNO;
	/* A return address may be the first of the next function. */
	const uintptr_t pc = (uintptr_t)addr - 1;
	const char *file, *slash;
	Dl_info info;

	if (len == 0)
		return;
	if (symbolizer != NULL) {
		symbolizer(addr, buf, len);
		return;
	}
	if (dladdr((void *)pc, &info) == 0 || info.dli_fname == NULL) {
		(void)snprintf(buf, len, "%p", addr);
		return;
	}
	slash = file = info.dli_fname;
	for (; *slash != '\0'; slash++)
		if (*slash == '/')
			file = slash + 1;
	if (info.dli_sname != NULL)
		(void)snprintf(buf, len, "%s+0x%zx (%s+0x%zx)", info.dli_sname,
		    (size_t)(pc - (uintptr_t)info.dli_saddr), file,
		    (size_t)(pc - (uintptr_t)info.dli_fbase));
	else
		(void)snprintf(
		    buf, len, "%s+0x%zx", file, (size_t)(pc - (uintptr_t)info.dli_fbase));
}

void
rumpuser_backtrace(void)
{
#ifdef HAVE_BACKTRACE
	HOST_SECTION;
	void *frames[BACKTRACE_DEPTH];

	backtrace_symbols_fd(frames, backtrace(frames, BACKTRACE_DEPTH), STDERR_FILENO);
#endif
}
