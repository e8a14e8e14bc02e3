/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Hashes of names in indexed directories.
 *
 * - Legacy: a multiplicative hash of one byte a step.
 * - Half-MD4: MD4's three rounds (RFC 1320) over blocks of 8 words instead of 16, so 8 steps a
 *   round; the hash is the second word of the state.
 * - TEA: 16 cycles of the Tiny Encryption Algorithm (Wheeler, Needham 1994) with each block of 4
 *   words as the key, added to the state (Davies-Meyer); the hash is the first word.
 *
 * A name is cut into blocks of 32 (half-MD4) or 16 (TEA) bytes, packed into words with the first
 * byte most significant; what is missing at the end is filled with the remaining length.  Bytes
 * above 127 were negative on the machines that first wrote these, positive on others; hence each
 * hash exists signed and unsigned.
 */
#include <sys/param.h>
#include <sys/systm.h>

#include "ext2fs_csum.h"
#include "ext2fs_fmt.h"

static uint32_t
byte_value(uint8_t b, bool is_signed)
{
	return is_signed ? (uint32_t)(int8_t)b : b;
}

static uint32_t
rotate(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

/* Fill nword words from what is left of the name. */
static void
pack_words(const uint8_t *name, size_t len, bool is_signed, uint32_t *out, size_t nword)
{
	const uint32_t fill = (uint32_t)len * 0x01010101u;
	const size_t n = MIN(len, nword * 4);

	for (size_t w = 0; w < nword; w++) {
		uint32_t v = fill;

		for (size_t i = w * 4; i < MIN(w * 4 + 4, n); i++)
			v = (v << 8) + byte_value(name[i], is_signed);
		out[w] = v;
	}
}

static uint32_t
hash_legacy(const uint8_t *name, size_t len, bool is_signed)
{
	uint32_t cur = 0x12a3fe2d, prev = 0x37abe8f9;

	for (size_t i = 0; i < len; i++) {
		uint32_t h = prev + (cur ^ byte_value(name[i], is_signed) * 7152373u);

		if (h & 0x80000000u)
			h -= 0x7fffffffu;
		prev = cur;
		cur = h;
	}
	return cur << 1;
}

static void
tea_block(uint32_t state[2], const uint32_t key[4])
{
	uint32_t y = state[0], z = state[1], sum = 0;

	for (int i = 0; i < 16; i++) {
		sum += 0x9e3779b9u;
		y += ((z << 4) + key[0]) ^ (z + sum) ^ ((z >> 5) + key[1]);
		z += ((y << 4) + key[2]) ^ (y + sum) ^ ((y >> 5) + key[3]);
	}
	state[0] += y;
	state[1] += z;
}

/* One round of 8 steps: r says which, order which word each step takes. */
static void
md4_round(uint32_t v[4], const uint32_t *in, int r)
{
	static const uint8_t order[3][8] = {
		{ 0, 1, 2, 3, 4, 5, 6, 7 },
		{ 1, 3, 5, 7, 0, 2, 4, 6 },
		{ 3, 7, 2, 6, 1, 5, 0, 4 },
	};
	static const uint8_t shift[3][4] = { { 3, 7, 11, 19 }, { 3, 5, 9, 13 }, { 3, 9, 11, 15 } };
	static const uint32_t add[3] = { 0, 0x5a827999u, 0x6ed9eba1u };

	for (unsigned i = 0; i < 8; i++) {
		uint32_t *const a = &v[-i & 3];
		const uint32_t b = v[(1 - i) & 3], c = v[(2 - i) & 3], d = v[(3 - i) & 3];
		uint32_t f;

		if (r == 0)
			f = (b & c) | (~b & d);
		else if (r == 1)
			f = (b & c) | (b & d) | (c & d);
		else
			f = b ^ c ^ d;
		*a = rotate(*a + f + in[order[r][i]] + add[r], shift[r][i & 3]);
	}
}

static void
half_md4_block(uint32_t state[4], const uint32_t in[8])
{
	uint32_t v[4];

	memcpy(v, state, sizeof(v));
	for (int r = 0; r < 3; r++)
		md4_round(v, in, r);
	for (int i = 0; i < 4; i++)
		state[i] += v[i];
}

bool
e2_name_hash(
    unsigned version, const uint32_t seed[4], const uint8_t *name, size_t len, uint32_t *hash)
{
	uint32_t state[4] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };
	const bool is_signed = version < E2_HASH_LEGACY_UNSIGNED;
	uint32_t in[8], h;

	if ((seed[0] | seed[1] | seed[2] | seed[3]) != 0)
		memcpy(state, seed, sizeof(state));
	switch (version) {
	case E2_HASH_LEGACY:
	case E2_HASH_LEGACY_UNSIGNED:
		h = hash_legacy(name, len, is_signed);
		break;
	case E2_HASH_HALF_MD4:
	case E2_HASH_HALF_MD4_UNSIGNED:
		for (size_t off = 0; off < len; off += 32) {
			pack_words(name + off, len - off, is_signed, in, 8);
			half_md4_block(state, in);
		}
		h = state[1];
		break;
	case E2_HASH_TEA:
	case E2_HASH_TEA_UNSIGNED:
		for (size_t off = 0; off < len; off += 16) {
			pack_words(name + off, len - off, is_signed, in, 4);
			tea_block(state, in);
		}
		h = state[0];
		break;
	default:
		return false;
	}
	h &= ~1u;
	if (h == 0xfffffffeu) /* the end mark */
		h = 0xfffffffcu;
	*hash = h;
	return true;
}
