/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* RIPEMD-160: two lines of five rounds of 16 steps over the same words, added at the end. */
#include <sys/rmd160.h>

#include <sys/param.h>

#include "digest.h"

/* The left and the right line: orders of words, shifts, what is added. */
static const uint8_t order[2][80] = {
	{ 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9,
	    5, 2, 14, 11, 8, 3, 10, 14, 4, 9, 15, 8, 1, 2, 7, 0, 6, 13, 11, 5, 12, 1, 9, 11, 10, 0,
	    8, 12, 4, 13, 3, 7, 15, 14, 5, 6, 2, 4, 0, 5, 9, 7, 12, 2, 10, 14, 1, 3, 8, 11, 6, 15,
	    13 },
	{ 5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12, 6, 11, 3, 7, 0, 13, 5, 10, 14, 15,
	    8, 12, 4, 9, 1, 2, 15, 5, 1, 3, 7, 14, 6, 9, 11, 8, 12, 2, 10, 0, 4, 13, 8, 6, 4, 1, 3,
	    11, 15, 0, 5, 12, 2, 13, 9, 7, 10, 14, 12, 15, 10, 4, 1, 5, 8, 7, 6, 2, 13, 14, 0, 3, 9,
	    11 }
};
static const uint8_t shift[2][80] = {
	{ 11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8, 7, 6, 8, 13, 11, 9, 7, 15, 7, 12,
	    15, 9, 11, 7, 13, 12, 11, 13, 6, 7, 14, 9, 13, 15, 14, 8, 13, 6, 5, 12, 7, 5, 11, 12,
	    14, 15, 14, 15, 9, 8, 9, 14, 5, 6, 8, 6, 5, 12, 9, 15, 5, 11, 6, 8, 13, 12, 5, 12, 13,
	    14, 11, 8, 5, 6 },
	{ 8, 9, 9, 11, 13, 15, 15, 5, 7, 7, 8, 11, 14, 14, 12, 6, 9, 13, 15, 7, 12, 8, 9, 11, 7, 7,
	    12, 7, 6, 15, 13, 11, 9, 7, 15, 11, 8, 6, 6, 14, 12, 13, 5, 14, 13, 13, 7, 5, 15, 5, 8,
	    11, 14, 14, 6, 14, 6, 9, 12, 9, 12, 5, 15, 8, 8, 5, 12, 9, 12, 5, 14, 6, 8, 13, 6, 5,
	    15, 13, 11, 11 }
};
static const uint32_t add[2][5] = { { 0, 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xa953fd4e },
	{ 0x50a28be6, 0x5c4dd124, 0x6d703ef3, 0x7a6d76e9, 0 } };

static uint32_t
mix(int round, uint32_t x, uint32_t y, uint32_t z)
{
	switch (round) {
	case 0:
		return x ^ y ^ z;
	case 1:
		return (x & y) | (~x & z);
	case 2:
		return (x | ~y) ^ z;
	case 3:
		return (x & z) | (y & ~z);
	default:
		return x ^ (y | ~z);
	}
}

/* One line over the block, from the state; v: its five words. */
static void
line(int which, uint32_t v[5], const uint8_t *block)
{
	uint32_t a = v[0], b = v[1], c = v[2], d = v[3], e = v[4];

	for (int i = 0; i < 80; i++) {
		const int round = i / 16;
		const uint32_t f = mix(which == 0 ? round : 4 - round, b, c, d);
		const uint32_t t =
		    rol32(a + f + le32dec(block + 4 * order[which][i]) + add[which][round],
			shift[which][i]) +
		    e;

		a = e;
		e = d;
		d = rol32(c, 10);
		c = b;
		b = t;
	}
	v[0] = a;
	v[1] = b;
	v[2] = c;
	v[3] = d;
	v[4] = e;
}

static void
rmd160_block(void *vstate, const uint8_t *block)
{
	uint32_t *const state = vstate, l[5], r[5], sum[5];

	memcpy(l, state, sizeof(l));
	memcpy(r, state, sizeof(r));
	line(0, l, block);
	line(1, r, block);
	for (int i = 0; i < 5; i++)
		sum[i] = state[(i + 1) % 5] + l[(i + 2) % 5] + r[(i + 3) % 5];
	memcpy(state, sum, sizeof(sum));
}

void
RMD160Init(RMD160_CTX *ctx)
{
	static const uint32_t initial[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
		0xc3d2e1f0 };

	memcpy(ctx->state, initial, sizeof(initial));
	ctx->count = 0;
}

void
RMD160Update(RMD160_CTX *ctx, const unsigned char *data, uint32_t len)
{
	rump_digest_update(
	    ctx->state, &ctx->count, ctx->buffer, sizeof(ctx->buffer), rmd160_block, data, len);
}

void
RMD160Final(unsigned char digest[RMD160_DIGEST_LENGTH], RMD160_CTX *ctx)
{
	rump_digest_pad(
	    ctx->state, ctx->count, ctx->buffer, sizeof(ctx->buffer), rmd160_block, false);
	for (int i = 0; i < 5; i++)
		le32enc(digest + 4 * i, ctx->state[i]);
	explicit_memset(ctx, 0, sizeof(*ctx));
}
