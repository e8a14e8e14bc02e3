/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* libFuzzer target: BSD disklabels, whose magic numbers and checksum are put right. */
#include "part_fuzz.h"

static void
fix(struct fuzz_medium *fm, uint64_t lba, uint8_t *sector)
{
	static const uint8_t le[4] = { 0x57, 0x45, 0x56, 0x82 }, be[4] = { 0x82, 0x56, 0x45, 0x57 };
	uint8_t *const p = sector + (sector[3] & 0xfc);
	const bool big = (sector[0] & 1) != 0;
	unsigned n;

	if (lba > 1 && sector[2] == 0)
		return;
	memcpy(p, big ? be : le, 4);
	memcpy(p + BSDLABEL_OFF_MAGIC2, big ? be : le, 4);
	n = p[BSDLABEL_OFF_NPARTITIONS + big] % 30;
	p[BSDLABEL_OFF_NPARTITIONS + big] = (uint8_t)n;
	p[BSDLABEL_OFF_NPARTITIONS + !big] = 0;
	if ((sector[1] & 1) == 0) {
		memset(p + BSDLABEL_OFF_SECSIZE, 0, 4);
		p[BSDLABEL_OFF_SECSIZE + (big ? 2 : 1)] = (uint8_t)(fm->fm_secsize >> 8);
	}
	if (BSDLABEL_OFF_PARTITIONS + n * BSDLABEL_PARTSIZE > fm->fm_secsize - (size_t)(p - sector))
		return;
	p[BSDLABEL_OFF_CHECKSUM] = p[BSDLABEL_OFF_CHECKSUM + 1] = 0;
	for (unsigned i = 0; i < BSDLABEL_OFF_PARTITIONS + n * BSDLABEL_PARTSIZE; i++)
		if (i / 2 != BSDLABEL_OFF_CHECKSUM / 2)
			p[BSDLABEL_OFF_CHECKSUM + i % 2] ^= p[i];
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_parse(bsdlabel_parse, size > 0 && (data[0] & 0x80) ? NULL : fix, data, size);
}
