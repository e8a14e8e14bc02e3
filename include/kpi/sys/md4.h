/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* MD4: RFC 1320.  Broken as a signature: for old formats and protocols only.  ctx: any. */
#ifndef KPI_SYS_MD4_H
#define KPI_SYS_MD4_H

#include <sys/types.h>

#define MD4_DIGEST_LENGTH 16
#define MD4_BLOCK_LENGTH  64

typedef struct MD4Context {
	uint32_t state[4];
	uint64_t count; /* bytes so far */
	uint8_t buffer[64];
} MD4_CTX;

void MD4Init(MD4_CTX *ctx);
void MD4Update(MD4_CTX *ctx, const unsigned char *data, unsigned int len);
/* The digest; ctx is wiped. */
void MD4Final(unsigned char digest[MD4_DIGEST_LENGTH], MD4_CTX *ctx);

#endif /* KPI_SYS_MD4_H */
