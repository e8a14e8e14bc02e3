/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The images that the fuzzer of ext2fs mutates: made by mkfs when the program starts, a row for
 * each feature that has code of its own.
 */
#ifndef EXT2FS_FUZZ_SEEDS_H
#define EXT2FS_FUZZ_SEEDS_H

#include <stddef.h>
#include <stdint.h>

#define SEED_BYTES (8 * 1024 * 1024) /* of each image at most */

struct seed {
	const char *sd_name;
	uint8_t *sd_image;
	size_t sd_len;
	uint32_t *sd_pieces; /* offsets of the KiB that are in use */
	uint32_t sd_npieces;
	uint32_t sd_bsize;
	uint32_t sd_nlog;	/* blocks with fast commits */
	const uint32_t *sd_log; /* their offsets */
};

/* Makes them all; ends the program when it cannot. */
const struct seed *seeds_make(unsigned *count);
/*
 * The fast commits in an image that was mutated get the checksums that they should have: a fuzzer
 * that must forge them would test the checksum alone.
 */
void seed_seal(const struct seed *, uint8_t *image);

void die(const char *what) __attribute__((noreturn));

#endif /* EXT2FS_FUZZ_SEEDS_H */
