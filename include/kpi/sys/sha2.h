/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* SHA-2: FIPS 180-4.  The functions return 1.  ctx: any. */
#ifndef KPI_SYS_SHA2_H
#define KPI_SYS_SHA2_H

#include <sys/types.h>

#define SHA224_DIGEST_LENGTH 28
#define SHA224_BLOCK_LENGTH  64
#define SHA256_DIGEST_LENGTH 32
#define SHA256_BLOCK_LENGTH  64
#define SHA384_DIGEST_LENGTH 48
#define SHA384_BLOCK_LENGTH  128
#define SHA512_DIGEST_LENGTH 64
#define SHA512_BLOCK_LENGTH  128

typedef struct _SHA256_CTX {
	uint32_t state[8];
	uint64_t count; /* bytes so far */
	uint8_t buffer[64];
} SHA256_CTX;
typedef struct _SHA512_CTX {
	uint64_t state[8];
	uint64_t count; /* bytes so far */
	uint8_t buffer[128];
} SHA512_CTX;
typedef SHA256_CTX SHA224_CTX;
typedef SHA512_CTX SHA384_CTX;

/* Final: the digest; ctx is wiped. */
int SHA224_Init(SHA224_CTX *ctx);
int SHA224_Update(SHA224_CTX *ctx, const uint8_t *data, size_t len);
int SHA224_Final(uint8_t digest[SHA224_DIGEST_LENGTH], SHA224_CTX *ctx);
int SHA256_Init(SHA256_CTX *ctx);
int SHA256_Update(SHA256_CTX *ctx, const uint8_t *data, size_t len);
int SHA256_Final(uint8_t digest[SHA256_DIGEST_LENGTH], SHA256_CTX *ctx);
int SHA384_Init(SHA384_CTX *ctx);
int SHA384_Update(SHA384_CTX *ctx, const uint8_t *data, size_t len);
int SHA384_Final(uint8_t digest[SHA384_DIGEST_LENGTH], SHA384_CTX *ctx);
int SHA512_Init(SHA512_CTX *ctx);
int SHA512_Update(SHA512_CTX *ctx, const uint8_t *data, size_t len);
int SHA512_Final(uint8_t digest[SHA512_DIGEST_LENGTH], SHA512_CTX *ctx);

#endif /* KPI_SYS_SHA2_H */
