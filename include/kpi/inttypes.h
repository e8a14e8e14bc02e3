/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* printf conversions of the fixed-width integers, for hosts whose 64-bit integer is long. */
#ifndef KPI_INTTYPES_H
#define KPI_INTTYPES_H

#include <stdint.h>

#define PRId8	"d"
#define PRIi8	"i"
#define PRIo8	"o"
#define PRIu8	"u"
#define PRIx8	"x"
#define PRIX8	"X"
#define PRId16	"d"
#define PRIi16	"i"
#define PRIo16	"o"
#define PRIu16	"u"
#define PRIx16	"x"
#define PRIX16	"X"
#define PRId32	"d"
#define PRIi32	"i"
#define PRIo32	"o"
#define PRIu32	"u"
#define PRIx32	"x"
#define PRIX32	"X"
#define PRId64	"ld"
#define PRIi64	"li"
#define PRIo64	"lo"
#define PRIu64	"lu"
#define PRIx64	"lx"
#define PRIX64	"lX"
#define PRIdMAX "ld"
#define PRIdPTR "ld"
#define PRIiMAX "li"
#define PRIiPTR "li"
#define PRIoMAX "lo"
#define PRIoPTR "lo"
#define PRIuMAX "lu"
#define PRIuPTR "lu"
#define PRIxMAX "lx"
#define PRIxPTR "lx"
#define PRIXMAX "lX"
#define PRIXPTR "lX"

_Static_assert(__builtin_types_compatible_p(int64_t, long), "PRId64 is wrong");

#endif /* KPI_INTTYPES_H */
