/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* malloc(9) types: names for accounting, kept for source compatibility. */
#ifndef KPI_SYS_MALLOCVAR_H
#define KPI_SYS_MALLOCVAR_H

#include <sys/types.h>

struct malloc_type {
	const char *ks_shortdesc;
};

#define MALLOC_JUSTDEFINE(type, shortdesc, longdesc) \
	struct malloc_type type[1] = { { .ks_shortdesc = shortdesc } }
#define MALLOC_DEFINE(type, shortdesc, longdesc) MALLOC_JUSTDEFINE(type, shortdesc, longdesc)
#define MALLOC_DEFINE_LIMIT(type, shortdesc, longdesc, limit) \
	MALLOC_JUSTDEFINE(type, shortdesc, longdesc)
#define MALLOC_DECLARE(type) extern struct malloc_type type[1]

#endif /* KPI_SYS_MALLOCVAR_H */
