/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* libFuzzer target: GUID partition tables.  CRCs are put right, or else nothing behind them was ever looked at. */
#include "part_fuzz.h"

static void
put(uint8_t *p, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

static uint32_t
table_crc(struct fuzz_medium *fm, uint64_t table, uint64_t bytes)
{
	uint8_t sector[PART_SECMAX];
	uint32_t crc = 0;

	for (uint64_t at = 0; at < bytes && table < FUZZ_SECTORS; at += fm->fm_secsize, table++) {
		struct fuzz_medium raw = {
			.fm_data = fm->fm_data, .fm_size = fm->fm_size, .fm_secsize = fm->fm_secsize
		};

		(void)fuzz_read(&raw, table, sector);
		crc = crc32(crc, sector,
		    bytes - at < fm->fm_secsize ? (size_t)(bytes - at) : fm->fm_secsize);
	}
	return crc;
}

static void
fix(struct fuzz_medium *fm, uint64_t lba, uint8_t *sector)
{
	static const uint8_t zero[4];
	uint32_t size, crc;

	if (lba == 0) {
		memset(sector + MBR_OFF_TABLE, 0, 64);
		sector[MBR_OFF_TABLE + MBR_E_TYPE] = MBR_T_GPT;
		sector[MBR_OFF_SIG] = 0x55;
		sector[MBR_OFF_SIG + 1] = 0xaa;
	}
	if ((lba != 1 && lba != FUZZ_SECTORS - 1) || sector[0] != 'E')
		return;
	memcpy(sector, "EFI PART", 8);
	put(sector + GPT_OFF_REVISION, 0x10000, 4);
	put(sector + GPT_OFF_SELF, lba, 8);
	if ((sector[GPT_OFF_GUID] & 1) == 0) { /* or else entries would hardly ever be reached */
		put(sector + GPT_OFF_HDRSIZE, GPT_HDRSIZE_MIN, 4);
		put(sector + GPT_OFF_ENTSIZE, GPT_ENTSIZE_MIN << (sector[GPT_OFF_ENTSIZE] & 3), 4);
		put(sector + GPT_OFF_TABLE, 2 + (sector[GPT_OFF_TABLE] & 7), 8);
		put(sector + GPT_OFF_FIRST, sector[GPT_OFF_FIRST], 8);
		put(sector + GPT_OFF_LAST, FUZZ_SECTORS - 1 - sector[GPT_OFF_LAST], 8);
	}
	sector[GPT_OFF_NENTRIES] &= 0x1f; /* a table of a size that is quickly gone through */
	sector[GPT_OFF_NENTRIES + 1] = sector[GPT_OFF_NENTRIES + 2] = sector[GPT_OFF_NENTRIES + 3] =
	    0;
	put(sector + GPT_OFF_TABLECRC,
	    table_crc(fm, part_le64(sector + GPT_OFF_TABLE),
		(uint64_t)part_le32(sector + GPT_OFF_NENTRIES) *
		    (part_le32(sector + GPT_OFF_ENTSIZE) & 0x1fff)),
	    4);
	size = part_le32(sector + GPT_OFF_HDRSIZE);
	if (size < GPT_HDRSIZE_MIN || size > fm->fm_secsize)
		return;
	crc = crc32(0, sector, GPT_OFF_HDRCRC);
	crc = crc32(crc, zero, 4);
	crc = crc32(crc, sector + GPT_OFF_HDRCRC + 4, size - GPT_OFF_HDRCRC - 4);
	put(sector + GPT_OFF_HDRCRC, crc, 4);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	return fuzz_parse(gpt_parse, size > 0 && (data[0] & 0x80) ? NULL : fix, data, size);
}
