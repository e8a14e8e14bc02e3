/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What the digests share: bytes are gathered to blocks, and the end is padded by a 1 bit, zeros and the number of
 * bits, in the last 8 bytes of a block (or 16, of which the first 8 are zero: no message is that long).
 */
#ifndef RUMP_DIGEST_H
#define RUMP_DIGEST_H

#include <sys/endian.h>

#include <lib/libkern/libkern.h>

typedef void (*digest_block_t)(void *state, const uint8_t *block);

static inline uint32_t
rol32(uint32_t x, unsigned n)
{
	return x << n | x >> (32 - n);
}

/* buffer holds *count % block bytes.  block: 64 or 128. */
void rump_digest_update(void *state, uint64_t *count, uint8_t *buffer, size_t block,
    digest_block_t fn, const void *data, size_t len);
void rump_digest_pad(
    void *state, uint64_t count, uint8_t *buffer, size_t block, digest_block_t fn, bool big_endian);

#endif /* RUMP_DIGEST_H */
