/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The GUID partition table (UEFI 2.10, chapter 5).  All integers little endian.
 *
 *	sector 0	a protective MBR: one entry at least is of type 0xee
 *	sector 1	header:	 0 "EFI PART"	 8 revision	12 bytes of header	16 CRC-32 of it, this field zero
 *			24 own sector	32 the copy's	40 first, 48 last usable sector	56 GUID
 *			72 first sector of the entries	80 entries	84 bytes of each	88 CRC-32 of them
 *	there		entries: 0 GUID of the type	16 GUID	 32 first, 40 last sector   48 attributes
 *			56 name, 36 characters of UTF-16
 *	last sector	a copy of the header, whose entries are before it
 */
#ifndef GPT_FMT_H
#define GPT_FMT_H

#include "part_fmt.h"

enum {
	GPT_HDRSIZE_MIN = 92,
	GPT_OFF_REVISION = 8,
	GPT_OFF_HDRSIZE = 12,
	GPT_OFF_HDRCRC = 16,
	GPT_OFF_SELF = 24,
	GPT_OFF_ALT = 32,
	GPT_OFF_FIRST = 40,
	GPT_OFF_LAST = 48,
	GPT_OFF_GUID = 56,
	GPT_OFF_TABLE = 72,
	GPT_OFF_NENTRIES = 80,
	GPT_OFF_ENTSIZE = 84,
	GPT_OFF_TABLECRC = 88,

	GPT_ENTSIZE_MIN = 128,
	GPT_ENTSIZE_MAX = 4096,
	GPT_TABLE_MAX = 4 * 1024 * 1024, /* bytes of entries */
	GPT_E_GUID = 16,
	GPT_E_START = 32,
	GPT_E_END = 40,
	GPT_E_NAME = 56,
	GPT_E_NAMECHARS = 36,
};

struct gpt_header {
	uint64_t gh_self, gh_alt, gh_first, gh_last, gh_table; /* sectors */
	uint32_t gh_nentries, gh_entsize, gh_tablecrc;
	uint8_t gh_guid[16];
};

/* A header that was read from sector self.  NULL, or what is wrong with it. */
const char *gpt_header_decode(
    const uint8_t *sector, uint32_t secsize, uint64_t self, struct gpt_header *gh);
/* Write it, with its CRC, into a sector that is filled with zeroes. */
void gpt_header_encode(uint8_t *sector, const struct gpt_header *gh);
/* UTF-16 to UTF-8, up to a NUL; what is no character becomes U+FFFD.  dst gets a NUL always. */
void gpt_name_decode(const uint8_t *src, int nchars, char *dst, size_t dstlen);
/* See part_fmt.h. */
int gpt_parse(struct part_ctx *pc);

#endif /* GPT_FMT_H */
