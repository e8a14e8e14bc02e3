/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* SHA-1: FIPS 180-4, section 6.1. */
#include <sys/sha1.h>

#include <sys/param.h>

#include "digest.h"

static void
sha1_block(void *vstate, const uint8_t *block)
{
	static const uint32_t add[4] = { 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xca62c1d6 };
	uint32_t *const state = vstate, w[80];
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];

	for (int t = 0; t < 16; t++)
		w[t] = be32dec(block + 4 * t);
	for (int t = 16; t < 80; t++)
		w[t] = rol32(w[t - 3] ^ w[t - 8] ^ w[t - 14] ^ w[t - 16], 1);
	for (int t = 0; t < 80; t++) {
		const int round = t / 20;
		const uint32_t f = round == 0 ? (b & c) ^ (~b & d)
		    : round == 2	      ? (b & c) ^ (b & d) ^ (c & d)
					      : b ^ c ^ d;
		const uint32_t temp = rol32(a, 5) + f + e + add[round] + w[t];

		e = d;
		d = c;
		c = rol32(b, 30);
		b = a;
		a = temp;
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	explicit_memset(w, 0, sizeof(w));
}

void
SHA1Init(SHA1_CTX *ctx)
{
	static const uint32_t initial[5] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476,
		0xc3d2e1f0 };

	memcpy(ctx->state, initial, sizeof(initial));
	ctx->count = 0;
}

void
SHA1Update(SHA1_CTX *ctx, const uint8_t *data, unsigned int len)
{
	rump_digest_update(
	    ctx->state, &ctx->count, ctx->buffer, sizeof(ctx->buffer), sha1_block, data, len);
}

void
SHA1Final(uint8_t digest[SHA1_DIGEST_LENGTH], SHA1_CTX *ctx)
{
	rump_digest_pad(ctx->state, ctx->count, ctx->buffer, sizeof(ctx->buffer), sha1_block, true);
	for (int i = 0; i < 5; i++)
		be32enc(digest + 4 * i, ctx->state[i]);
	explicit_memset(ctx, 0, sizeof(*ctx));
}
