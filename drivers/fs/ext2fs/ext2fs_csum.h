/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Checksums of metadata and hashes of names; pure functions over bytes (*ctx* any, no errors).
 *
 * A checksum covers its structure with the checksum's own field read as zero.  "seed" is the file
 * system's (e2_csum_fs_seed()), "iseed" an inode's (e2_csum_inode_seed()).
 */
#ifndef EXT2FS_CSUM_H
#define EXT2FS_CSUM_H

#include <sys/types.h>

struct e2_super;
struct e2_inode;

/* CRC-16 (reflected 0x8005), as group descriptors had it before crc32c. */
uint16_t e2_crc16(uint16_t crc, const void *, size_t);
/* CRC-32 (0x04c11db7, most significant bit first), as the journal's first checksums have it. */
uint32_t e2_crc32_be(uint32_t crc, const void *, size_t);

uint32_t e2_csum_super(const void *sb);
uint32_t e2_csum_fs_seed(const struct e2_super *);
/* metadata_csum's 16 bits, or gdt_csum's (crc16). */
uint16_t e2_csum_group(uint32_t seed, uint32_t group, const void *, size_t desc_size);
uint16_t e2_csum_group_crc16(
    const uint8_t uuid[16], uint32_t group, const void *, size_t desc_size);
uint32_t e2_csum_inode_seed(uint32_t seed, uint32_t ino, uint32_t generation);
/* hi: the inode has the upper half's field; else the result is cut to 16 bits. */
uint32_t e2_csum_inode(uint32_t iseed, const void *, size_t inode_size, bool hi);
/* Plain run of bytes behind a seed: extent blocks and directory leaves up to their tails. */
uint32_t e2_csum_bytes(uint32_t seed, const void *, size_t);
/* Hash-tree block: used bytes (entries in use), then the tail at offset tail. */
uint32_t e2_csum_dx(uint32_t iseed, const void *, size_t used, size_t tail);
uint32_t e2_csum_xattr_block(uint32_t seed, uint64_t blk, const void *, size_t bsize);
uint32_t e2_csum_jsuper(const void *);
/* A journal block whose 32 bits at off count as zero. */
uint32_t e2_csum_jblock(uint32_t jseed, const void *, size_t bsize, size_t off);
/* A data block of transaction sequence. */
uint32_t e2_csum_jdata(uint32_t jseed, uint32_t sequence, const void *, size_t bsize);

/*
 * The hash of a directory entry's name, even and never the end mark; seed as in the superblock
 * (all zeros: the default).  false: the version is not known.
 */
bool e2_name_hash(
    unsigned version, const uint32_t seed[4], const uint8_t *name, size_t len, uint32_t *hash);

#endif /* EXT2FS_CSUM_H */
