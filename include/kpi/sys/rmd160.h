/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* RIPEMD-160 (Dobbertin, Bosselaers, Preneel, 1996).  ctx: any. */
#ifndef KPI_SYS_RMD160_H
#define KPI_SYS_RMD160_H

#include <sys/types.h>

#define RMD160_DIGEST_LENGTH 20
#define RMD160_BLOCK_LENGTH  64

typedef struct RMD160Context {
	uint32_t state[5];
	uint64_t count; /* bytes so far */
	uint8_t buffer[64];
} RMD160_CTX;

void RMD160Init(RMD160_CTX *ctx);
void RMD160Update(RMD160_CTX *ctx, const unsigned char *data, uint32_t len);
/* The digest; ctx is wiped. */
void RMD160Final(unsigned char digest[RMD160_DIGEST_LENGTH], RMD160_CTX *ctx);

#endif /* KPI_SYS_RMD160_H */
