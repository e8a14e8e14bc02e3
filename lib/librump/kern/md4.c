/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* MD4: RFC 1320, section 3.4: three rounds of 16 steps. */
#include <sys/md4.h>

#include <sys/param.h>

#include "digest.h"

static void
md4_block(void *vstate, const uint8_t *block)
{
	/* The order of words and the shifts of each round. */
	static const uint8_t order[3][16] = { { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
						  15 },
		{ 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15 },
		{ 0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15 } };
	static const uint8_t shift[3][4] = { { 3, 7, 11, 19 }, { 3, 5, 9, 13 }, { 3, 9, 11, 15 } };
	static const uint32_t add[3] = { 0, 0x5a827999, 0x6ed9eba1 };
	uint32_t *const state = vstate, a = state[0], b = state[1], c = state[2], d = state[3];

	for (int i = 0; i < 48; i++) {
		const int round = i / 16;
		const uint32_t f = round == 0 ? (b & c) | (~b & d)
		    : round == 1	      ? (b & c) | (b & d) | (c & d)
					      : b ^ c ^ d;
		const uint32_t t = a + f + le32dec(block + 4 * order[round][i % 16]) + add[round];

		a = d;
		d = c;
		c = b;
		b = rol32(t, shift[round][i % 4]);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
}

void
MD4Init(MD4_CTX *ctx)
{
	static const uint32_t initial[4] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };

	memcpy(ctx->state, initial, sizeof(initial));
	ctx->count = 0;
}

void
MD4Update(MD4_CTX *ctx, const unsigned char *data, unsigned int len)
{
	rump_digest_update(
	    ctx->state, &ctx->count, ctx->buffer, sizeof(ctx->buffer), md4_block, data, len);
}

void
MD4Final(unsigned char digest[MD4_DIGEST_LENGTH], MD4_CTX *ctx)
{
	rump_digest_pad(ctx->state, ctx->count, ctx->buffer, sizeof(ctx->buffer), md4_block, false);
	for (int i = 0; i < 4; i++)
		le32enc(digest + 4 * i, ctx->state[i]);
	explicit_memset(ctx, 0, sizeof(*ctx));
}
