/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* bitops(3): find and count bits; powers of two; bitmaps. */
#ifndef KPI_SYS_BITOPS_H
#define KPI_SYS_BITOPS_H

#include <sys/types.h>

/* The number of the lowest (ffs) or highest (fls) bit set, counted from 1; 0 for none. */
static __always_inline int
ffs32(uint32_t n)
{
	return __builtin_ffs((int)n);
}

static __always_inline int
ffs64(uint64_t n)
{
	return __builtin_ffsll((long long)n);
}

static __always_inline int
fls32(uint32_t n)
{
	return n == 0 ? 0 : 32 - __builtin_clz(n);
}

static __always_inline int
fls64(uint64_t n)
{
	return n == 0 ? 0 : 64 - __builtin_clzll(n);
}

/* floor(log2(n)) for n > 0. */
#define ilog2(n) (fls64((uint64_t)(n)) - 1)

/* Division by an invariant: a compiler does as well with a plain divide of 32 bits. */
static __always_inline void
fast_divide32_prepare(uint32_t divisor, uint32_t *m, uint8_t *s1, uint8_t *s2)
{
	*m = divisor;
	*s1 = *s2 = 0;
}
#define fast_divide32(v, div, m, s1, s2)    ((uint32_t)(v) / (uint32_t)(div))
#define fast_remainder32(v, div, m, s1, s2) ((uint32_t)(v) % (uint32_t)(div))

#define __BITMAP_TYPE(name, t, n)                                  \
	struct name {                                              \
		t _b[((n) + sizeof(t) * 8 - 1) / (sizeof(t) * 8)]; \
	}
#define __BITMAP_BITS(v)     (sizeof((v)->_b[0]) * 8)
#define __BITMAP_SIZE(t, n)  (((n) + sizeof(t) * 8 - 1) / (sizeof(t) * 8))
#define __BITMAP_BIT(n, v)   ((__typeof__((v)->_b[0]))1 << ((n) % __BITMAP_BITS(v)))
#define __BITMAP_WORD(n, v)  ((n) / __BITMAP_BITS(v))
#define __BITMAP_SET(n, v)   ((v)->_b[__BITMAP_WORD(n, v)] |= __BITMAP_BIT(n, v))
#define __BITMAP_CLR(n, v)   ((v)->_b[__BITMAP_WORD(n, v)] &= ~__BITMAP_BIT(n, v))
#define __BITMAP_ISSET(n, v) ((v)->_b[__BITMAP_WORD(n, v)] & __BITMAP_BIT(n, v))
#define __BITMAP_ZERO(v)     __builtin_memset((v), 0, sizeof(*(v)))

#endif /* KPI_SYS_BITOPS_H */
