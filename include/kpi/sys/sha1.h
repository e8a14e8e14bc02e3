/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* SHA-1: FIPS 180-4.  Broken as a signature: for old formats and protocols only.  ctx: any. */
#ifndef KPI_SYS_SHA1_H
#define KPI_SYS_SHA1_H

#include <sys/types.h>

#define SHA1_DIGEST_LENGTH 20
#define SHA1_BLOCK_LENGTH  64

typedef struct SHA1Context {
	uint32_t state[5];
	uint64_t count; /* bytes so far */
	uint8_t buffer[64];
} SHA1_CTX;

void SHA1Init(SHA1_CTX *ctx);
void SHA1Update(SHA1_CTX *ctx, const uint8_t *data, unsigned int len);
/* The digest; ctx is wiped. */
void SHA1Final(uint8_t digest[SHA1_DIGEST_LENGTH], SHA1_CTX *ctx);

#endif /* KPI_SYS_SHA1_H */
