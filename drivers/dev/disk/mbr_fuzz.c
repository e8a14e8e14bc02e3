/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* libFuzzer target: master boot records and their chains. */
#include "part_fuzz.h"

/* Every sector that is not empty is a record: the signature is no hurdle. */
static void
fix(struct fuzz_medium *fm, uint64_t lba, uint8_t *sector)
{
	for (int i = 0; i < MBR_ENTRIES; i++) {
		uint8_t *const e = sector + MBR_OFF_TABLE + i * MBR_ENTRYSIZE;

		e[MBR_E_FLAG] &= 0x80;
		if (e[MBR_E_TYPE] != 0) {
			sector[MBR_OFF_SIG] = 0x55;
			sector[MBR_OFF_SIG + 1] = 0xaa;
		}
		e[MBR_E_START + 2] = e[MBR_E_START + 3] &= 0x81; /* often on the medium */
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_parse(mbr_parse, size > 0 && (data[0] & 0x80) ? NULL : fix, data, size);
}
