/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* MD5: RFC 1321.  Broken as a signature: for old formats and protocols only.  ctx: any. */
#ifndef KPI_SYS_MD5_H
#define KPI_SYS_MD5_H

#include <sys/types.h>

#define MD5_DIGEST_LENGTH 16
#define MD5_BLOCK_LENGTH  64

typedef struct MD5Context {
	uint32_t state[4];
	uint64_t count; /* bytes so far */
	uint8_t buffer[64];
} MD5_CTX;

void MD5Init(MD5_CTX *ctx);
void MD5Update(MD5_CTX *ctx, const unsigned char *data, unsigned int len);
/* The digest; ctx is wiped. */
void MD5Final(unsigned char digest[MD5_DIGEST_LENGTH], MD5_CTX *ctx);

#endif /* KPI_SYS_MD5_H */
