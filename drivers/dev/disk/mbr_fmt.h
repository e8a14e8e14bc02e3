/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The master boot record of PCs and its chain of extended ones.  All integers little endian.
 *
 *	0	boot code
 *	446	4 entries of 16 bytes: flag (0 or 0x80), CHS, type at 4, CHS, first sector at 8, sectors at 12
 *	510	0x55 0xaa
 *
 * An entry of type 5, 15 or 0x85 is an extended partition.  Its first sector is a record whose entry 0 is a
 * logical partition, counted from that record, and whose entry 1 is the next record, counted from the
 * extended partition's start.  CHS values mean nothing any more and are not looked at.
 */
#ifndef MBR_FMT_H
#define MBR_FMT_H

#include "part_fmt.h"

enum {
	MBR_ENTRIES = 4,
	MBR_OFF_TABLE = 446,
	MBR_ENTRYSIZE = 16,
	MBR_OFF_SIG = 510,
	MBR_E_FLAG = 0,
	MBR_E_TYPE = 4,
	MBR_E_START = 8,
	MBR_E_SIZE = 12,

	MBR_T_UNUSED = 0,
	MBR_T_EXTENDED = 0x05,
	MBR_T_EXTENDED_LBA = 0x0f,
	MBR_T_EXTENDED_LINUX = 0x85,
	MBR_T_FREEBSD = 0xa5,
	MBR_T_OPENBSD = 0xa6,
	MBR_T_NETBSD = 0xa9,
	MBR_T_GPT = 0xee,
};

struct mbr_entry {
	uint8_t me_flag, me_type;
	uint32_t me_start, me_size; /* sectors */
};

/*
 * The four entries of a record.  False: no record - no signature, or flags that none has: the boot
 * sector of a file system ends with the same signature.
 */
bool mbr_decode(const uint8_t *sector, struct mbr_entry entries[MBR_ENTRIES]);
/* Write entries and signature into a sector; the boot code stays. */
void mbr_encode(uint8_t *sector, const struct mbr_entry entries[MBR_ENTRIES]);
bool mbr_extended_p(uint8_t type);
/* See part_fmt.h. */
int mbr_parse(struct part_ctx *pc);

#endif /* MBR_FMT_H */
