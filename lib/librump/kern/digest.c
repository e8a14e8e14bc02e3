/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Gathering and padding for all digests: see digest.h. */
#include <sys/param.h>

#include "digest.h"

void
rump_digest_update(void *state, uint64_t *count, uint8_t *buffer, size_t block, digest_block_t fn,
    const void *data, size_t len)
{
	const uint8_t *p = data;
	const size_t have = *count % block;

	*count += len;
	if (have > 0) {
		const size_t n = MIN(len, block - have);

		memcpy(buffer + have, p, n);
		p += n;
		len -= n;
		if (have + n < block)
			return;
		(*fn)(state, buffer);
	}
	for (; len >= block; p += block, len -= block)
		(*fn)(state, p);
	if (len > 0)
		memcpy(buffer, p, len);
}

void
rump_digest_pad(
    void *state, uint64_t count, uint8_t *buffer, size_t block, digest_block_t fn, bool big_endian)
{
	const size_t room = block - block / 8;
	size_t have = count % block;

	buffer[have++] = 0x80;
	if (have > room) {
		memset(buffer + have, 0, block - have);
		(*fn)(state, buffer);
		have = 0;
	}
	memset(buffer + have, 0, block - have);
	if (big_endian)
		be64enc(buffer + block - 8, count << 3);
	else
		le64enc(buffer + block - 8, count << 3);
	(*fn)(state, buffer);
}
