/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * CRC-32 in the reflected form: of 802.3 (crc32) and of Castagnoli (rump_crc32c).
 *
 * The tables go by nibbles: 64 bytes that stay in one cache line.  CRC-32C takes the CPU's
 * instruction, 8 bytes at a time; long buffers in three streams, because one has a latency of three
 * cycles.  Streams are joined by shifting a sum over the zeros that follow it: a linear map, here
 * four tables of 256 words, made at the first use.
 */
#include <sys/param.h>

#include <lib/libkern/libkern.h>

#include "rump_crc32c.h"

static const uint32_t crc32_nibbles[16] = { 0x00000000U, 0x1db71064U, 0x3b6e20c8U, 0x26d930acU,
	0x76dc4190U, 0x6b6b51f4U, 0x4db26158U, 0x5005713cU, 0xedb88320U, 0xf00f9344U, 0xd6d6a3e8U,
	0xcb61b38cU, 0x9b64c2b0U, 0x86d3d2d4U, 0xa00ae278U, 0xbdbdf21cU };
static const uint32_t crc32c_nibbles[16] = { 0x00000000U, 0x105ec76fU, 0x20bd8edeU, 0x30e349b1U,
	0x417b1dbcU, 0x5125dad3U, 0x61c69362U, 0x7198540dU, 0x82f63b78U, 0x92a8fc17U, 0xa24bb5a6U,
	0xb21572c9U, 0xc38d26c4U, 0xd3d3e1abU, 0xe330a81aU, 0xf36e6f75U };

static uint32_t
crc_by_table(const uint32_t table[16], uint32_t crc, const uint8_t *p, size_t len)
{
	while (len-- > 0) {
		crc ^= *p++;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return crc;
}

uint32_t
crc32(uint32_t crc, const uint8_t *buf, size_t len)
{
	return ~crc_by_table(crc32_nibbles, ~crc, buf, len);
}

#if defined(__x86_64__)

enum { CRC_UNKNOWN, CRC_TABLE, CRC_INSTRUCTION };

/* CPUID leaf 1: SSE 4.2 in bit 20 of ecx.  The answer never changes. */
static int
crc_method(void)
{
	static int method;
	int m = __atomic_load_n(&method, __ATOMIC_RELAXED);

	if (__predict_false(m == CRC_UNKNOWN)) {
		uint32_t a = 1, b, c = 0, d;

		__asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
		m = (c & (1U << 20)) != 0 ? CRC_INSTRUCTION : CRC_TABLE;
		__atomic_store_n(&method, m, __ATOMIC_RELAXED);
	}
	return m;
}

static inline uint64_t
load64(const uint8_t *p)
{
	uint64_t v;

	__builtin_memcpy(&v, p, sizeof(v));
	return v;
}

/* The map over STRIDE zero bytes. */
#define STRIDE 1024
static uint32_t shift_table[4][256];
static int shift_state; /* 0: to be made, 1: being made, 2: ready */

__attribute__((__target__("sse4.2"))) static uint32_t
shift_one(uint32_t crc)
{
	uint64_t c = crc;

	for (int i = 0; i < STRIDE / 8; i++)
		c = __builtin_ia32_crc32di(c, 0);
	return c;
}

/* False while another thread makes the table. */
static bool
shift_ready(void)
{
	int todo = 0;

	if (__predict_true(__atomic_load_n(&shift_state, __ATOMIC_ACQUIRE) == 2))
		return true;
	if (!__atomic_compare_exchange_n(
		&shift_state, &todo, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED))
		return false;
	for (int k = 0; k < 4; k++)
		for (u_int bit = 1; bit < 256; bit <<= 1) {
			const uint32_t image = shift_one(bit << (8 * k));

			for (u_int low = 0; low < bit; low++)
				shift_table[k][bit | low] = image ^ shift_table[k][low];
		}
	__atomic_store_n(&shift_state, 2, __ATOMIC_RELEASE);
	return true;
}

static inline uint32_t
shift(uint32_t crc)
{
	return shift_table[0][crc & 255] ^ shift_table[1][crc >> 8 & 255] ^
	    shift_table[2][crc >> 16 & 255] ^ shift_table[3][crc >> 24];
}

__attribute__((__target__("sse4.2"))) static uint32_t
crc32c_instruction(uint32_t crc, const uint8_t *p, size_t len)
{
	uint64_t c = crc;

	while (len >= 3 * STRIDE && shift_ready()) {
		uint64_t c1 = 0, c2 = 0;

		for (int i = 0; i < STRIDE; i += 8) {
			c = __builtin_ia32_crc32di(c, load64(p + i));
			c1 = __builtin_ia32_crc32di(c1, load64(p + STRIDE + i));
			c2 = __builtin_ia32_crc32di(c2, load64(p + 2 * STRIDE + i));
		}
		c = shift(shift(c) ^ c1) ^ c2;
		p += 3 * STRIDE;
		len -= 3 * STRIDE;
	}
	for (; len >= 64; p += 64, len -= 64) {
		c = __builtin_ia32_crc32di(c, load64(p));
		c = __builtin_ia32_crc32di(c, load64(p + 8));
		c = __builtin_ia32_crc32di(c, load64(p + 16));
		c = __builtin_ia32_crc32di(c, load64(p + 24));
		c = __builtin_ia32_crc32di(c, load64(p + 32));
		c = __builtin_ia32_crc32di(c, load64(p + 40));
		c = __builtin_ia32_crc32di(c, load64(p + 48));
		c = __builtin_ia32_crc32di(c, load64(p + 56));
	}
	for (; len >= 8; p += 8, len -= 8)
		c = __builtin_ia32_crc32di(c, load64(p));
	for (; len > 0; p++, len--)
		c = __builtin_ia32_crc32qi(c, *p);
	return c;
}

uint32_t
rump_crc32c(uint32_t crc, const void *buf, size_t len)
{
	if (__predict_true(crc_method() == CRC_INSTRUCTION))
		return crc32c_instruction(crc, buf, len);
	return crc_by_table(crc32c_nibbles, crc, buf, len);
}

#else

uint32_t
rump_crc32c(uint32_t crc, const void *buf, size_t len)
{
	return crc_by_table(crc32c_nibbles, crc, buf, len);
}

#endif
