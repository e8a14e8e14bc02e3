/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Byte order: conversions of integers, and getters and setters for bytes of any alignment. */
#ifndef KPI_SYS_ENDIAN_H
#define KPI_SYS_ENDIAN_H

#include <sys/types.h>

#define _LITTLE_ENDIAN 1234
#define _BIG_ENDIAN    4321
#define _PDP_ENDIAN    3412
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define _BYTE_ORDER _LITTLE_ENDIAN
#else
#define _BYTE_ORDER _BIG_ENDIAN
#endif
#define LITTLE_ENDIAN _LITTLE_ENDIAN
#define BIG_ENDIAN    _BIG_ENDIAN
#define PDP_ENDIAN    _PDP_ENDIAN
#define BYTE_ORDER    _BYTE_ORDER

#define bswap16(x) ((uint16_t)__builtin_bswap16(x))
#define bswap32(x) ((uint32_t)__builtin_bswap32(x))
#define bswap64(x) ((uint64_t)__builtin_bswap64(x))

#if _BYTE_ORDER == _LITTLE_ENDIAN
#define htobe16(x) bswap16(x)
#define htobe32(x) bswap32(x)
#define htobe64(x) bswap64(x)
#define htole16(x) ((uint16_t)(x))
#define htole32(x) ((uint32_t)(x))
#define htole64(x) ((uint64_t)(x))
#else
#define htobe16(x) ((uint16_t)(x))
#define htobe32(x) ((uint32_t)(x))
#define htobe64(x) ((uint64_t)(x))
#define htole16(x) bswap16(x)
#define htole32(x) bswap32(x)
#define htole64(x) bswap64(x)
#endif
#define be16toh(x) htobe16(x)
#define be32toh(x) htobe32(x)
#define be64toh(x) htobe64(x)
#define le16toh(x) htole16(x)
#define le32toh(x) htole32(x)
#define le64toh(x) htole64(x)
#define htons(x)   htobe16(x)
#define htonl(x)   htobe32(x)
#define ntohs(x)   htobe16(x)
#define ntohl(x)   htobe32(x)
#define HTOBE16(x) ((x) = htobe16(x))
#define HTOBE32(x) ((x) = htobe32(x))
#define HTONS(x)   ((x) = htons(x))
#define HTONL(x)   ((x) = htonl(x))
#define NTOHS(x)   ((x) = ntohs(x))
#define NTOHL(x)   ((x) = ntohl(x))

#define __KPI_GETPUT(order, bits)                                                 \
	static __always_inline uint##bits##_t order##bits##dec(const void *buf)   \
	{                                                                         \
		uint##bits##_t v;                                                 \
                                                                                  \
		__builtin_memcpy(&v, buf, sizeof(v));                             \
		return order##bits##toh(v);                                       \
	}                                                                         \
	static __always_inline void order##bits##enc(void *buf, uint##bits##_t v) \
	{                                                                         \
		v = hto##order##bits(v);                                          \
		__builtin_memcpy(buf, &v, sizeof(v));                             \
	}
__KPI_GETPUT(be, 16)
__KPI_GETPUT(be, 32)
__KPI_GETPUT(be, 64)
__KPI_GETPUT(le, 16)
__KPI_GETPUT(le, 32)
__KPI_GETPUT(le, 64)
#undef __KPI_GETPUT

#endif /* KPI_SYS_ENDIAN_H */
