/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* SHA-2: FIPS 180-4, sections 6.2 to 6.5. */
#include <sys/sha2.h>

#include <sys/param.h>

#include "digest.h"

/* ---- SHA-224 and SHA-256: words of 32 bits ---- */

static inline uint32_t
ror32(uint32_t x, unsigned c)
{
	return x >> c | x << (32 - c);
}

/* Fractions of the cube roots of the first 64 primes. */
static const uint32_t roots256[64] = { 0x428a2f98U, 0x71374491U, 0xb5c0fbcfU, 0xe9b5dba5U,
	0x3956c25bU, 0x59f111f1U, 0x923f82a4U, 0xab1c5ed5U, 0xd807aa98U, 0x12835b01U, 0x243185beU,
	0x550c7dc3U, 0x72be5d74U, 0x80deb1feU, 0x9bdc06a7U, 0xc19bf174U, 0xe49b69c1U, 0xefbe4786U,
	0x0fc19dc6U, 0x240ca1ccU, 0x2de92c6fU, 0x4a7484aaU, 0x5cb0a9dcU, 0x76f988daU, 0x983e5152U,
	0xa831c66dU, 0xb00327c8U, 0xbf597fc7U, 0xc6e00bf3U, 0xd5a79147U, 0x06ca6351U, 0x14292967U,
	0x27b70a85U, 0x2e1b2138U, 0x4d2c6dfcU, 0x53380d13U, 0x650a7354U, 0x766a0abbU, 0x81c2c92eU,
	0x92722c85U, 0xa2bfe8a1U, 0xa81a664bU, 0xc24b8b70U, 0xc76c51a3U, 0xd192e819U, 0xd6990624U,
	0xf40e3585U, 0x106aa070U, 0x19a4c116U, 0x1e376c08U, 0x2748774cU, 0x34b0bcb5U, 0x391c0cb3U,
	0x4ed8aa4aU, 0x5b9cca4fU, 0x682e6ff3U, 0x748f82eeU, 0x78a5636fU, 0x84c87814U, 0x8cc70208U,
	0x90befffaU, 0xa4506cebU, 0xbef9a3f7U, 0xc67178f2U };

static void
sha256_block(void *vstate, const uint8_t *block)
{
	uint32_t *const state = vstate, w[64], v[8];

	for (int t = 0; t < 16; t++)
		w[t] = be32dec(block + 4 * t);
	for (int t = 16; t < 64; t++)
		w[t] = w[t - 16] + w[t - 7] +
		    (ror32(w[t - 15], 7) ^ ror32(w[t - 15], 18) ^ w[t - 15] >> 3) +
		    (ror32(w[t - 2], 17) ^ ror32(w[t - 2], 19) ^ w[t - 2] >> 10);
	memcpy(v, state, sizeof(v));
	for (int t = 0; t < 64; t++) {
		const uint32_t a = v[0], e = v[4];
		const uint32_t t1 = v[7] + (ror32(e, 6) ^ ror32(e, 11) ^ ror32(e, 25)) +
		    ((e & v[5]) ^ (~e & v[6])) + roots256[t] + w[t];
		const uint32_t t2 = (ror32(a, 2) ^ ror32(a, 13) ^ ror32(a, 22)) +
		    ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));

		for (int i = 7; i > 0; i--)
			v[i] = v[i - 1];
		v[4] += t1;
		v[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		state[i] += v[i];
	explicit_memset(w, 0, sizeof(w));
}

static void
sha256_final(uint8_t *digest, size_t words, SHA256_CTX *ctx)
{
	rump_digest_pad(
	    ctx->state, ctx->count, ctx->buffer, sizeof(ctx->buffer), sha256_block, true);
	for (size_t i = 0; i < words; i++)
		be32enc(digest + 4 * i, ctx->state[i]);
	explicit_memset(ctx, 0, sizeof(*ctx));
}

int
SHA224_Init(SHA224_CTX *ctx)
{
	static const uint32_t initial[8] = { 0xc1059ed8U, 0x367cd507U, 0x3070dd17U, 0xf70e5939U,
		0xffc00b31U, 0x68581511U, 0x64f98fa7U, 0xbefa4fa4U };

	memcpy(ctx->state, initial, sizeof(initial));
	ctx->count = 0;
	return 1;
}

int
SHA224_Update(SHA224_CTX *ctx, const uint8_t *data, size_t len)
{
	rump_digest_update(
	    ctx->state, &ctx->count, ctx->buffer, sizeof(ctx->buffer), sha256_block, data, len);
	return 1;
}

int
SHA224_Final(uint8_t digest[SHA224_DIGEST_LENGTH], SHA224_CTX *ctx)
{
	sha256_final(digest, SHA224_DIGEST_LENGTH / 4, ctx);
	return 1;
}

int
SHA256_Init(SHA256_CTX *ctx)
{
	static const uint32_t initial[8] = { 0x6a09e667U, 0xbb67ae85U, 0x3c6ef372U, 0xa54ff53aU,
		0x510e527fU, 0x9b05688cU, 0x1f83d9abU, 0x5be0cd19U };

	memcpy(ctx->state, initial, sizeof(initial));
	ctx->count = 0;
	return 1;
}

int
SHA256_Update(SHA256_CTX *ctx, const uint8_t *data, size_t len)
{
	rump_digest_update(
	    ctx->state, &ctx->count, ctx->buffer, sizeof(ctx->buffer), sha256_block, data, len);
	return 1;
}

int
SHA256_Final(uint8_t digest[SHA256_DIGEST_LENGTH], SHA256_CTX *ctx)
{
	sha256_final(digest, SHA256_DIGEST_LENGTH / 4, ctx);
	return 1;
}

/* ---- SHA-384 and SHA-512: words of 64 bits ---- */

static inline uint64_t
ror64(uint64_t x, unsigned c)
{
	return x >> c | x << (64 - c);
}

/* Fractions of the cube roots of the first 80 primes. */
static const uint64_t roots512[80] = { 0x428a2f98d728ae22ULL, 0x7137449123ef65cdULL,
	0xb5c0fbcfec4d3b2fULL, 0xe9b5dba58189dbbcULL, 0x3956c25bf348b538ULL, 0x59f111f1b605d019ULL,
	0x923f82a4af194f9bULL, 0xab1c5ed5da6d8118ULL, 0xd807aa98a3030242ULL, 0x12835b0145706fbeULL,
	0x243185be4ee4b28cULL, 0x550c7dc3d5ffb4e2ULL, 0x72be5d74f27b896fULL, 0x80deb1fe3b1696b1ULL,
	0x9bdc06a725c71235ULL, 0xc19bf174cf692694ULL, 0xe49b69c19ef14ad2ULL, 0xefbe4786384f25e3ULL,
	0x0fc19dc68b8cd5b5ULL, 0x240ca1cc77ac9c65ULL, 0x2de92c6f592b0275ULL, 0x4a7484aa6ea6e483ULL,
	0x5cb0a9dcbd41fbd4ULL, 0x76f988da831153b5ULL, 0x983e5152ee66dfabULL, 0xa831c66d2db43210ULL,
	0xb00327c898fb213fULL, 0xbf597fc7beef0ee4ULL, 0xc6e00bf33da88fc2ULL, 0xd5a79147930aa725ULL,
	0x06ca6351e003826fULL, 0x142929670a0e6e70ULL, 0x27b70a8546d22ffcULL, 0x2e1b21385c26c926ULL,
	0x4d2c6dfc5ac42aedULL, 0x53380d139d95b3dfULL, 0x650a73548baf63deULL, 0x766a0abb3c77b2a8ULL,
	0x81c2c92e47edaee6ULL, 0x92722c851482353bULL, 0xa2bfe8a14cf10364ULL, 0xa81a664bbc423001ULL,
	0xc24b8b70d0f89791ULL, 0xc76c51a30654be30ULL, 0xd192e819d6ef5218ULL, 0xd69906245565a910ULL,
	0xf40e35855771202aULL, 0x106aa07032bbd1b8ULL, 0x19a4c116b8d2d0c8ULL, 0x1e376c085141ab53ULL,
	0x2748774cdf8eeb99ULL, 0x34b0bcb5e19b48a8ULL, 0x391c0cb3c5c95a63ULL, 0x4ed8aa4ae3418acbULL,
	0x5b9cca4f7763e373ULL, 0x682e6ff3d6b2b8a3ULL, 0x748f82ee5defb2fcULL, 0x78a5636f43172f60ULL,
	0x84c87814a1f0ab72ULL, 0x8cc702081a6439ecULL, 0x90befffa23631e28ULL, 0xa4506cebde82bde9ULL,
	0xbef9a3f7b2c67915ULL, 0xc67178f2e372532bULL, 0xca273eceea26619cULL, 0xd186b8c721c0c207ULL,
	0xeada7dd6cde0eb1eULL, 0xf57d4f7fee6ed178ULL, 0x06f067aa72176fbaULL, 0x0a637dc5a2c898a6ULL,
	0x113f9804bef90daeULL, 0x1b710b35131c471bULL, 0x28db77f523047d84ULL, 0x32caab7b40c72493ULL,
	0x3c9ebe0a15c9bebcULL, 0x431d67c49c100d4cULL, 0x4cc5d4becb3e42b6ULL, 0x597f299cfc657e2aULL,
	0x5fcb6fab3ad6faecULL, 0x6c44198c4a475817ULL };

static void
sha512_block(void *vstate, const uint8_t *block)
{
	uint64_t *const state = vstate, w[80], v[8];

	for (int t = 0; t < 16; t++)
		w[t] = be64dec(block + 8 * t);
	for (int t = 16; t < 80; t++)
		w[t] = w[t - 16] + w[t - 7] +
		    (ror64(w[t - 15], 1) ^ ror64(w[t - 15], 8) ^ w[t - 15] >> 7) +
		    (ror64(w[t - 2], 19) ^ ror64(w[t - 2], 61) ^ w[t - 2] >> 6);
	memcpy(v, state, sizeof(v));
	for (int t = 0; t < 80; t++) {
		const uint64_t a = v[0], e = v[4];
		const uint64_t t1 = v[7] + (ror64(e, 14) ^ ror64(e, 18) ^ ror64(e, 41)) +
		    ((e & v[5]) ^ (~e & v[6])) + roots512[t] + w[t];
		const uint64_t t2 = (ror64(a, 28) ^ ror64(a, 34) ^ ror64(a, 39)) +
		    ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));

		for (int i = 7; i > 0; i--)
			v[i] = v[i - 1];
		v[4] += t1;
		v[0] = t1 + t2;
	}
	for (int i = 0; i < 8; i++)
		state[i] += v[i];
	explicit_memset(w, 0, sizeof(w));
}

static void
sha512_final(uint8_t *digest, size_t words, SHA512_CTX *ctx)
{
	rump_digest_pad(
	    ctx->state, ctx->count, ctx->buffer, sizeof(ctx->buffer), sha512_block, true);
	for (size_t i = 0; i < words; i++)
		be64enc(digest + 8 * i, ctx->state[i]);
	explicit_memset(ctx, 0, sizeof(*ctx));
}

int
SHA384_Init(SHA384_CTX *ctx)
{
	static const uint64_t initial[8] = { 0xcbbb9d5dc1059ed8ULL, 0x629a292a367cd507ULL,
		0x9159015a3070dd17ULL, 0x152fecd8f70e5939ULL, 0x67332667ffc00b31ULL,
		0x8eb44a8768581511ULL, 0xdb0c2e0d64f98fa7ULL, 0x47b5481dbefa4fa4ULL };

	memcpy(ctx->state, initial, sizeof(initial));
	ctx->count = 0;
	return 1;
}

int
SHA384_Update(SHA384_CTX *ctx, const uint8_t *data, size_t len)
{
	rump_digest_update(
	    ctx->state, &ctx->count, ctx->buffer, sizeof(ctx->buffer), sha512_block, data, len);
	return 1;
}

int
SHA384_Final(uint8_t digest[SHA384_DIGEST_LENGTH], SHA384_CTX *ctx)
{
	sha512_final(digest, SHA384_DIGEST_LENGTH / 8, ctx);
	return 1;
}

int
SHA512_Init(SHA512_CTX *ctx)
{
	static const uint64_t initial[8] = { 0x6a09e667f3bcc908ULL, 0xbb67ae8584caa73bULL,
		0x3c6ef372fe94f82bULL, 0xa54ff53a5f1d36f1ULL, 0x510e527fade682d1ULL,
		0x9b05688c2b3e6c1fULL, 0x1f83d9abfb41bd6bULL, 0x5be0cd19137e2179ULL };

	memcpy(ctx->state, initial, sizeof(initial));
	ctx->count = 0;
	return 1;
}

int
SHA512_Update(SHA512_CTX *ctx, const uint8_t *data, size_t len)
{
	rump_digest_update(
	    ctx->state, &ctx->count, ctx->buffer, sizeof(ctx->buffer), sha512_block, data, len);
	return 1;
}

int
SHA512_Final(uint8_t digest[SHA512_DIGEST_LENGTH], SHA512_CTX *ctx)
{
	sha512_final(digest, SHA512_DIGEST_LENGTH / 8, ctx);
	return 1;
}
