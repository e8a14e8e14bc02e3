/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* SHA-256 (FIPS 180-4), for programs that want no other library. */
#ifndef EXAMPLES_SHA256_H
#define EXAMPLES_SHA256_H

#include <stddef.h>
#include <stdint.h>

struct sha256 {
	uint32_t sh_state[8];
	uint64_t sh_bytes;
	uint8_t sh_block[64];
};

void sha256_init(struct sha256 *);
void sha256_update(struct sha256 *, const void *, size_t);
void sha256_final(struct sha256 *, uint8_t digest[32]);

#endif /* EXAMPLES_SHA256_H */
