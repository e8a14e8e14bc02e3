/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Checksums of the on-disk structures.  What each one covers is listed in SPEC.md.
 */
#include <sys/param.h>
#include <sys/endian.h>
#include <sys/systm.h>

#include <lib/libkern/libkern.h>

#include "ext2fs_csum.h"
#include "ext2fs_fmt.h"

/* Inodes of up to this size are summed in one piece, which is three times as fast as in five. */
#define E2_CSUM_COPY 256

static const uint8_t zeros[4];

uint16_t
e2_crc16(uint16_t crc, const void *buf, size_t len)
{
	const uint8_t *p = buf;

	while (len-- > 0) {
		crc ^= *p++;
		for (int i = 0; i < 8; i++)
			crc = crc >> 1 ^ (crc & 1 ? 0xa001 : 0);
	}
	return crc;
}

/* Four bits at a time: old journals are rare and small. */
uint32_t
e2_crc32_be(uint32_t crc, const void *buf, size_t len)
{
	static const uint32_t nibble[16] = {
		0x00000000,
		0x04c11db7,
		0x09823b6e,
		0x0d4326d9,
		0x130476dc,
		0x17c56b6b,
		0x1a864db2,
		0x1e475005,
		0x2608edb8,
		0x22c9f00f,
		0x2f8ad6d6,
		0x2b4bcb61,
		0x350c9b64,
		0x31cd86d3,
		0x3c8ea00a,
		0x384fbdbd,
	};
	const uint8_t *p = buf;

	for (; len > 0; len--, p++) {
		crc = crc << 4 ^ nibble[crc >> 28 ^ *p >> 4];
		crc = crc << 4 ^ nibble[crc >> 28 ^ (*p & 15)];
	}
	return crc;
}

uint32_t
e2_csum_bytes(uint32_t seed, const void *buf, size_t len)
{
	return rump_crc32c(seed, buf, len);
}

/* bytes of len, those from hole on (n of them, 4 at most) read as zero */
static uint32_t
csum_around(uint32_t crc, const uint8_t *p, size_t len, size_t hole, size_t n)
{
	crc = rump_crc32c(crc, p, hole);
	crc = rump_crc32c(crc, zeros, n);
	return rump_crc32c(crc, p + hole + n, len - hole - n);
}

uint32_t
e2_csum_super(const void *sb)
{
	return rump_crc32c(~0u, sb, E2SB_CHECKSUM);
}

uint32_t
e2_csum_fs_seed(const struct e2_super *s)
{
	if (s->s_feature_incompat & E2_INCOMPAT_CSUM_SEED)
		return s->s_checksum_seed;
	return rump_crc32c(~0u, s->s_uuid, sizeof(s->s_uuid));
}

uint16_t
e2_csum_group(uint32_t seed, uint32_t group, const void *gd, size_t desc_size)
{
	uint8_t le[4];

	le32enc(le, group);
	seed = rump_crc32c(seed, le, sizeof(le));
	return (uint16_t)csum_around(seed, gd, desc_size, E2GD_CHECKSUM, 2);
}

uint16_t
e2_csum_group_crc16(const uint8_t uuid[16], uint32_t group, const void *gd, size_t desc_size)
{
	const uint8_t *p = gd;
	uint8_t le[4];
	uint16_t crc;

	le32enc(le, group);
	crc = e2_crc16(0xffff, uuid, 16);
	crc = e2_crc16(crc, le, sizeof(le));
	crc = e2_crc16(crc, p, E2GD_CHECKSUM);
	return e2_crc16(crc, p + E2GD_CHECKSUM + 2, desc_size - E2GD_CHECKSUM - 2);
}

uint32_t
e2_csum_inode_seed(uint32_t seed, uint32_t ino, uint32_t generation)
{
	uint8_t le[8];

	le32enc(le, ino);
	le32enc(le + 4, generation);
	return rump_crc32c(seed, le, sizeof(le));
}

uint32_t
e2_csum_inode(uint32_t iseed, const void *inode, size_t inode_size, bool hi)
{
	uint8_t copy[E2_CSUM_COPY];
	const uint8_t *p = inode;
	uint32_t crc;

	if (hi && inode_size <= sizeof(copy)) {
		memcpy(copy, p, inode_size);
		memset(copy + E2I_CHECKSUM_LO, 0, 2);
		memset(copy + E2I_CHECKSUM_HI, 0, 2);
		return rump_crc32c(iseed, copy, inode_size);
	}
	crc = csum_around(iseed, p, E2_INODE_OLD_SIZE, E2I_CHECKSUM_LO, 2);
	p += E2_INODE_OLD_SIZE;
	inode_size -= E2_INODE_OLD_SIZE;
	if (!hi)
		return rump_crc32c(crc, p, inode_size) & 0xffff;
	return csum_around(crc, p, inode_size, E2I_CHECKSUM_HI - E2_INODE_OLD_SIZE, 2);
}

uint32_t
e2_csum_dx(uint32_t iseed, const void *buf, size_t used, size_t tail)
{
	const uint32_t crc = rump_crc32c(iseed, buf, used);

	return csum_around(crc, (const uint8_t *)buf + tail, E2_DX_TAIL_SIZE, 4, 4);
}

uint32_t
e2_csum_xattr_block(uint32_t seed, uint64_t blk, const void *buf, size_t bsize)
{
	uint8_t le[8];

	le64enc(le, blk);
	seed = rump_crc32c(seed, le, sizeof(le));
	return csum_around(seed, buf, bsize, E2XH_CHECKSUM, 4);
}

uint32_t
e2_csum_jsuper(const void *js)
{
	return csum_around(~0u, js, E2JS_SIZE, E2JS_CHECKSUM, 4);
}

uint32_t
e2_csum_jblock(uint32_t jseed, const void *buf, size_t bsize, size_t off)
{
	return csum_around(jseed, buf, bsize, off, 4);
}

uint32_t
e2_csum_jdata(uint32_t jseed, uint32_t sequence, const void *buf, size_t bsize)
{
	uint8_t be[4];

	be32enc(be, sequence);
	return rump_crc32c(rump_crc32c(jseed, be, sizeof(be)), buf, bsize);
}
