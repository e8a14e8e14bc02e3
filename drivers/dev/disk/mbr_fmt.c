/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Master boot records: mbr_fmt.h draws the layout. */
#include <sys/param.h>
#include <sys/dkio.h>
#include <sys/errno.h>
#include <lib/libkern/libkern.h>

#include "mbr_fmt.h"

static const struct {
	uint8_t type;
	const char *ptype;
} mbr_types[] = {
	{ 0x01, DKW_PTYPE_FAT },
	{ 0x04, DKW_PTYPE_FAT },
	{ 0x06, DKW_PTYPE_FAT },
	{ 0x07, DKW_PTYPE_NTFS },
	{ 0x0b, DKW_PTYPE_FAT },
	{ 0x0c, DKW_PTYPE_FAT },
	{ 0x0e, DKW_PTYPE_FAT },
	{ 0x82, DKW_PTYPE_SWAP },
	{ 0x83, DKW_PTYPE_EXT2FS },
	{ MBR_T_FREEBSD, DKW_PTYPE_FFS },
	{ MBR_T_OPENBSD, DKW_PTYPE_FFS },
	{ MBR_T_NETBSD, DKW_PTYPE_FFS },
	{ 0xaf, DKW_PTYPE_APPLEHFS },
	{ 0xef, DKW_PTYPE_FAT },
};

static const char *
mbr_ptype(uint8_t type)
{
	for (size_t i = 0; i < __arraycount(mbr_types); i++)
		if (mbr_types[i].type == type)
			return mbr_types[i].ptype;
	return DKW_PTYPE_UNKNOWN;
}

bool
mbr_extended_p(uint8_t type)
{
	return type == MBR_T_EXTENDED || type == MBR_T_EXTENDED_LBA || type == MBR_T_EXTENDED_LINUX;
}

/* A boot sector of FAT or NTFS without partitions. */
static bool
boot_sector_p(const uint8_t *s)
{
	return (s[0] == 0xeb || s[0] == 0xe9) &&
	    (memcmp(s + 54, "FAT", 3) == 0 || memcmp(s + 82, "FAT32", 5) == 0 ||
		memcmp(s + 3, "NTFS", 4) == 0 || memcmp(s + 3, "EXFAT", 5) == 0);
}

bool
mbr_decode(const uint8_t *sector, struct mbr_entry entries[MBR_ENTRIES])
{
	if (sector[MBR_OFF_SIG] != 0x55 || sector[MBR_OFF_SIG + 1] != 0xaa || boot_sector_p(sector))
		return false;
	for (int i = 0; i < MBR_ENTRIES; i++) {
		const uint8_t *const e = sector + MBR_OFF_TABLE + i * MBR_ENTRYSIZE;

		if ((e[MBR_E_FLAG] & 0x7f) != 0)
			return false;
		entries[i].me_flag = e[MBR_E_FLAG];
		entries[i].me_type = e[MBR_E_TYPE];
		entries[i].me_start = part_le32(e + MBR_E_START);
		entries[i].me_size = part_le32(e + MBR_E_SIZE);
	}
	return true;
}

void
mbr_encode(uint8_t *sector, const struct mbr_entry entries[MBR_ENTRIES])
{
	for (int i = 0; i < MBR_ENTRIES; i++) {
		uint8_t *const e = sector + MBR_OFF_TABLE + i * MBR_ENTRYSIZE;

		memset(e, 0, MBR_ENTRYSIZE);
		e[MBR_E_FLAG] = entries[i].me_flag;
		e[MBR_E_TYPE] = entries[i].me_type;
		for (int b = 0; b < 4; b++) {
			e[MBR_E_START + b] = (uint8_t)(entries[i].me_start >> 8 * b);
			e[MBR_E_SIZE + b] = (uint8_t)(entries[i].me_size >> 8 * b);
		}
	}
	sector[MBR_OFF_SIG] = 0x55;
	sector[MBR_OFF_SIG + 1] = 0xaa;
}

/* A partition, number as it is counted everywhere: 1 to 4, logical ones from 5. */
static void
mbr_found(struct part_ctx *pc, int level, int number, uint64_t start, uint64_t size, uint8_t type)
{
	struct part_entry pe = { .pe_start = start, .pe_size = size, .pe_ptype = mbr_ptype(type) };
	const char *const why = part_claim(pc, level, start, size);

	if (why != NULL) {
		(*pc->pc_complain)(pc->pc_cookie, "MBR", number, why);
		return;
	}
	/* e, f, g, h are the primary ones; a to d belong to labels. */
	pe.pe_letter = (char)(number <= 22 ? 'd' + number : 0);
	(*pc->pc_found)(pc->pc_cookie, &pe);
}

/*
 * The chain of records from base on.  Each claims its own sector, among logical partitions, so that one that is
 * met again overlaps itself.
 */
static int
mbr_chain(struct part_ctx *pc, int entry, uint64_t base, uint64_t size, int *numberp)
{
	struct mbr_entry e[MBR_ENTRIES];
	uint64_t at = base;
	const char *why;
	int error;

	for (;;) {
		why = part_claim(pc, 1, at, 1);
		if (why != NULL)
			break;
		error = part_read(pc, at);
		if (error != 0)
			return error;
		if (!mbr_decode(pc->pc_sector, e)) {
			why = "is no record of a chain";
			break;
		}
		if (e[0].me_type != MBR_T_UNUSED && e[0].me_size != 0) {
			const uint64_t start = at + e[0].me_start;
			const int number = (*numberp)++;

			if (start - base >= size || e[0].me_size > size - (start - base))
				(*pc->pc_complain)(
				    pc->pc_cookie, "MBR", number, "leaves its extended partition");
			else
				mbr_found(pc, 1, number, start, e[0].me_size, e[0].me_type);
		}
		if (!mbr_extended_p(e[1].me_type) || e[1].me_size == 0)
			return 0;
		if (e[1].me_start >= size) {
			why = "leaves its extended partition";
			break;
		}
		at = base + e[1].me_start;
	}
	(*pc->pc_complain)(pc->pc_cookie, "MBR chain of", entry, why);
	return 0;
}

int
mbr_parse(struct part_ctx *pc)
{
	struct mbr_entry e[MBR_ENTRIES];
	int error, number = MBR_ENTRIES + 1;

	error = part_read(pc, 0);
	if (error != 0)
		return error;
	if (!mbr_decode(pc->pc_sector, e))
		return ESRCH;
	for (int i = 0; i < MBR_ENTRIES; i++) {
		if (e[i].me_type == MBR_T_UNUSED || e[i].me_size == 0)
			continue;
		if (!mbr_extended_p(e[i].me_type)) {
			mbr_found(pc, 0, i + 1, e[i].me_start, e[i].me_size, e[i].me_type);
			continue;
		}
		const char *const why = part_claim(pc, 0, e[i].me_start, e[i].me_size);

		if (why != NULL) {
			(*pc->pc_complain)(pc->pc_cookie, "MBR", i + 1, why);
			continue;
		}
		error = mbr_chain(pc, i + 1, e[i].me_start, e[i].me_size, &number);
		if (error != 0)
			return error;
	}
	return 0;
}
