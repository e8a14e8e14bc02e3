/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* hash(9): 32-bit hashes of buffers and strings (Fowler/Noll/Vo 1a), and murmurhash2(). */
#ifndef KPI_SYS_HASH_H
#define KPI_SYS_HASH_H

#include <sys/types.h>

#define HASH32_BUF_INIT 5381U
#define HASH32_STR_INIT 5381U

static __always_inline uint32_t
hash32_buf(const void *buf, size_t len, uint32_t hash)
{
	const uint8_t *s = (const uint8_t *)buf;

	while (len-- > 0)
		hash = (hash ^ *s++) * 16777619U;
	return hash;
}

static __always_inline uint32_t
hash32_str(const void *str, uint32_t hash)
{
	const uint8_t *s = (const uint8_t *)str;

	while (*s != '\0')
		hash = (hash ^ *s++) * 16777619U;
	return hash;
}

/* At most len bytes of the string. */
static __always_inline uint32_t
hash32_strn(const void *str, size_t len, uint32_t hash)
{
	const uint8_t *s = (const uint8_t *)str;

	while (len-- > 0 && *s != '\0')
		hash = (hash ^ *s++) * 16777619U;
	return hash;
}

#define hash32_buf_fnv1a hash32_buf

uint32_t murmurhash2(const void *key, size_t len, uint32_t seed);

#endif /* KPI_SYS_HASH_H */
