/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* For kernel code of tests: a case returns NULL, or what went wrong. */
#ifndef RUMPDEV_KTESTLIB_H
#define RUMPDEV_KTESTLIB_H

#include <sys/cdefs.h>

#define CHECK(e)                                                    \
	do {                                                        \
		if (!(e))                                           \
			return "line " ___STRING(__LINE__) ": " #e; \
	} while (0)

#ifdef DIAGNOSTIC
#define DIAGNOSTIC_BUILD true
#else
#define DIAGNOSTIC_BUILD false
#endif

#endif /* RUMPDEV_KTESTLIB_H */
