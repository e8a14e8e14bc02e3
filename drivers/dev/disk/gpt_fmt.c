/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * GUID partition tables: gpt_fmt.h draws the layout.  The entries are read twice, sector by sector: first
 * for their CRC, then for what they say; so a table of any size needs memory for one sector.
 */
#include <sys/param.h>
#include <sys/dkio.h>
#include <sys/errno.h>
#include <sys/systm.h>
#include <lib/libkern/libkern.h>

#include "gpt_fmt.h"
#include "mbr_fmt.h"

#define GPT_SIGNATURE "EFI PART"

/* GUIDs as they are stored: the first three groups little endian. */
#define GUID(a, b, c, d, e)                                                                \
	{                                                                                  \
		(a) & 0xff, (a) >> 8 & 0xff, (a) >> 16 & 0xff, (a) >> 24 & 0xff, (b)&0xff, \
		    (b) >> 8, (c)&0xff, (c) >> 8, (d) >> 8, (d)&0xff, (e) >> 40 & 0xff,    \
		    (e) >> 32 & 0xff, (e) >> 24 & 0xff, (e) >> 16 & 0xff, (e) >> 8 & 0xff, \
		    (e)&0xff                                                               \
	}

static const struct {
	uint8_t guid[16];
	const char *ptype;
} gpt_types[] = {
	{ GUID(0xc12a7328, 0xf81f, 0x11d2, 0xba4b, 0x00a0c93ec93bULL), DKW_PTYPE_FAT },
	{ GUID(0xebd0a0a2, 0xb9e5, 0x4433, 0x87c0, 0x68b6b72699c7ULL), DKW_PTYPE_FAT },
	{ GUID(0x0fc63daf, 0x8483, 0x4772, 0x8e79, 0x3d69d8477de4ULL), DKW_PTYPE_EXT2FS },
	{ GUID(0x0657fd6d, 0xa4ab, 0x43c4, 0x84e5, 0x0933c84b4f4fULL), DKW_PTYPE_SWAP },
	{ GUID(0x49f48d32, 0xb10e, 0x11dc, 0xb99b, 0x0019d1879648ULL), DKW_PTYPE_SWAP },
	{ GUID(0x49f48d5a, 0xb10e, 0x11dc, 0xb99b, 0x0019d1879648ULL), DKW_PTYPE_FFS },
	{ GUID(0x49f48d82, 0xb10e, 0x11dc, 0xb99b, 0x0019d1879648ULL), DKW_PTYPE_LFS },
	{ GUID(0x49f48daa, 0xb10e, 0x11dc, 0xb99b, 0x0019d1879648ULL), DKW_PTYPE_RAIDFRAME },
	{ GUID(0x2db519c4, 0xb10f, 0x11dc, 0xb99b, 0x0019d1879648ULL), DKW_PTYPE_CCD },
	{ GUID(0x2db519ec, 0xb10f, 0x11dc, 0xb99b, 0x0019d1879648ULL), DKW_PTYPE_CGD },
	{ GUID(0x516e7cb6, 0x6ecf, 0x11d6, 0x8ff8, 0x00022d09712bULL), DKW_PTYPE_FFS },
	{ GUID(0x516e7cb5, 0x6ecf, 0x11d6, 0x8ff8, 0x00022d09712bULL), DKW_PTYPE_SWAP },
	{ GUID(0x516e7cba, 0x6ecf, 0x11d6, 0x8ff8, 0x00022d09712bULL), DKW_PTYPE_ZFS },
	{ GUID(0x48465300, 0x0000, 0x11aa, 0xaa11, 0x00306543ecacULL), DKW_PTYPE_APPLEHFS },
};

static const char *
gpt_ptype(const uint8_t *guid)
{
	for (size_t i = 0; i < __arraycount(gpt_types); i++)
		if (memcmp(gpt_types[i].guid, guid, 16) == 0)
			return gpt_types[i].ptype;
	return DKW_PTYPE_UNKNOWN;
}

/* Of the first size bytes of a header, with the CRC's own field as zeroes. */
static uint32_t
header_crc(const uint8_t *sector, uint32_t size)
{
	static const uint8_t zero[4];
	uint32_t crc;

	crc = crc32(0, sector, GPT_OFF_HDRCRC);
	crc = crc32(crc, zero, sizeof(zero));
	return crc32(crc, sector + GPT_OFF_HDRCRC + 4, size - GPT_OFF_HDRCRC - 4);
}

const char *
gpt_header_decode(const uint8_t *sector, uint32_t secsize, uint64_t self, struct gpt_header *gh)
{
	const uint32_t size = part_le32(sector + GPT_OFF_HDRSIZE);

	if (memcmp(sector, GPT_SIGNATURE, 8) != 0)
		return "no signature";
	if (part_le32(sector + GPT_OFF_REVISION) >> 16 != 1)
		return "a revision that is not known";
	if (size < GPT_HDRSIZE_MIN || size > secsize)
		return "a header of no possible size";
	if (header_crc(sector, size) != part_le32(sector + GPT_OFF_HDRCRC))
		return "wrong CRC of the header";
	gh->gh_self = part_le64(sector + GPT_OFF_SELF);
	gh->gh_alt = part_le64(sector + GPT_OFF_ALT);
	gh->gh_first = part_le64(sector + GPT_OFF_FIRST);
	gh->gh_last = part_le64(sector + GPT_OFF_LAST);
	gh->gh_table = part_le64(sector + GPT_OFF_TABLE);
	gh->gh_nentries = part_le32(sector + GPT_OFF_NENTRIES);
	gh->gh_entsize = part_le32(sector + GPT_OFF_ENTSIZE);
	gh->gh_tablecrc = part_le32(sector + GPT_OFF_TABLECRC);
	memcpy(gh->gh_guid, sector + GPT_OFF_GUID, sizeof(gh->gh_guid));
	if (gh->gh_self != self)
		return "a header that belongs elsewhere";
	if (gh->gh_entsize < GPT_ENTSIZE_MIN || gh->gh_entsize > GPT_ENTSIZE_MAX ||
	    !powerof2(gh->gh_entsize))
		return "entries of no possible size";
	if (gh->gh_nentries > GPT_TABLE_MAX / gh->gh_entsize)
		return "too many entries";
	return NULL;
}

static void
put(uint8_t *p, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

void
gpt_header_encode(uint8_t *sector, const struct gpt_header *gh)
{
	memcpy(sector, GPT_SIGNATURE, 8);
	put(sector + GPT_OFF_REVISION, 0x10000, 4);
	put(sector + GPT_OFF_HDRSIZE, GPT_HDRSIZE_MIN, 4);
	put(sector + GPT_OFF_SELF, gh->gh_self, 8);
	put(sector + GPT_OFF_ALT, gh->gh_alt, 8);
	put(sector + GPT_OFF_FIRST, gh->gh_first, 8);
	put(sector + GPT_OFF_LAST, gh->gh_last, 8);
	put(sector + GPT_OFF_TABLE, gh->gh_table, 8);
	put(sector + GPT_OFF_NENTRIES, gh->gh_nentries, 4);
	put(sector + GPT_OFF_ENTSIZE, gh->gh_entsize, 4);
	put(sector + GPT_OFF_TABLECRC, gh->gh_tablecrc, 4);
	memcpy(sector + GPT_OFF_GUID, gh->gh_guid, sizeof(gh->gh_guid));
	put(sector + GPT_OFF_HDRCRC, header_crc(sector, GPT_HDRSIZE_MIN), 4);
}

/* The bytes of a character in UTF-8; n of them. */
static int
utf8(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

void
gpt_name_decode(const uint8_t *src, int nchars, char *dst, size_t dstlen)
{
	size_t at = 0;

	for (int i = 0; i < nchars; i++) {
		uint32_t c = part_le16(src + 2 * i);
		char bytes[4];
		int n;

		if (c == 0)
			break;
		if (c >= 0xd800 && c < 0xe000) {
			const uint32_t low = i + 1 < nchars ? part_le16(src + 2 * i + 2) : 0;

			if (c < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
				i++;
			} else {
				c = 0xfffd;
			}
		}
		n = utf8(c, bytes);
		if (at + (size_t)n >= dstlen)
			break;
		memcpy(dst + at, bytes, (size_t)n);
		at += (size_t)n;
	}
	dst[at] = '\0';
}

/* Do the table's sectors lie on the medium and not on the header?  With the CRC that the header says? */
static const char *
table_check(struct part_ctx *pc, const struct gpt_header *gh, int *errorp)
{
	const uint64_t bytes = (uint64_t)gh->gh_nentries * gh->gh_entsize;
	const uint64_t sectors = howmany(bytes, pc->pc_secsize);
	uint32_t crc = 0;

	if (gh->gh_first > gh->gh_last || gh->gh_last >= pc->pc_nsec)
		return "usable sectors beyond the end of the medium";
	if (gh->gh_table < 2 || gh->gh_table >= pc->pc_nsec || sectors > pc->pc_nsec - gh->gh_table)
		return "entries beyond the end of the medium";
	for (uint64_t i = 0; i < sectors; i++) {
		const uint64_t left = bytes - i * pc->pc_secsize;

		*errorp = part_read(pc, gh->gh_table + i);
		if (*errorp != 0)
			return "entries that cannot be read";
		crc = crc32(crc, pc->pc_sector, (size_t)MIN(left, pc->pc_secsize));
	}
	return crc == gh->gh_tablecrc ? NULL : "wrong CRC of the entries";
}

/* The header at lba with its entries: NULL, or what is wrong with it. */
static const char *
header_read(struct part_ctx *pc, uint64_t lba, struct gpt_header *gh, int *errorp)
{
	const char *why;

	*errorp = part_read(pc, lba);
	if (*errorp != 0)
		return "a header that cannot be read";
	why = gpt_header_decode(pc->pc_sector, pc->pc_secsize, lba, gh);
	return why != NULL ? why : table_check(pc, gh, errorp);
}

static void
entry_found(struct part_ctx *pc, const struct gpt_header *gh, int number, const uint8_t *e)
{
	static const uint8_t unused[16];
	struct part_entry pe = { .pe_start = part_le64(e + GPT_E_START) };
	const uint64_t end = part_le64(e + GPT_E_END);
	const uint8_t *const g = e + GPT_E_GUID;
	const char *why;

	if (memcmp(e, unused, sizeof(unused)) == 0)
		return;
	if (end < pe.pe_start)
		why = "ends before it starts";
	else if (pe.pe_start < gh->gh_first || end > gh->gh_last)
		why = "leaves the usable sectors";
	else
		why = part_claim(pc, 0, pe.pe_start, end - pe.pe_start + 1);
	if (why != NULL) {
		(*pc->pc_complain)(pc->pc_cookie, "GPT", number, why);
		return;
	}
	pe.pe_size = end - pe.pe_start + 1;
	pe.pe_ptype = gpt_ptype(e);
	gpt_name_decode(e + GPT_E_NAME, GPT_E_NAMECHARS, pe.pe_name, sizeof(pe.pe_name));
	snprintf(pe.pe_altname, sizeof(pe.pe_altname),
	    "%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", part_le32(g), part_le16(g + 4),
	    part_le16(g + 6), g[8], g[9], g[10], g[11], g[12], g[13], g[14], g[15]);
	pe.pe_letter = (char)(number <= 26 ? 'a' + number - 1 : 0);
	(*pc->pc_found)(pc->pc_cookie, &pe);
}

static int
entries_found(struct part_ctx *pc, const struct gpt_header *gh)
{
	uint64_t have = 0; /* the sector in memory; the table never lies in sector 0 */
	int error;

	for (uint32_t i = 0; i < gh->gh_nentries; i++) {
		const uint64_t byte = (uint64_t)i * gh->gh_entsize;
		const uint64_t lba = gh->gh_table + byte / pc->pc_secsize;

		if (lba != have) {
			error = part_read(pc, lba);
			if (error != 0)
				return error;
			have = lba;
		}
		entry_found(pc, gh, (int)i + 1, pc->pc_sector + byte % pc->pc_secsize);
	}
	return 0;
}

/* Is sector 0 a protective MBR? */
static int
protective(struct part_ctx *pc)
{
	struct mbr_entry e[MBR_ENTRIES];
	const int error = part_read(pc, 0);

	if (error != 0)
		return error;
	if (mbr_decode(pc->pc_sector, e))
		for (int i = 0; i < MBR_ENTRIES; i++)
			if (e[i].me_type == MBR_T_GPT)
				return 0;
	return ESRCH;
}

int
gpt_parse(struct part_ctx *pc)
{
	struct gpt_header gh;
	const char *why, *why2;
	int error, error2;

	error = protective(pc);
	if (error != 0)
		return error;
	why = header_read(pc, 1, &gh, &error);
	if (why != NULL) {
		(*pc->pc_complain)(pc->pc_cookie, "primary GPT", -1, why);
		why2 = header_read(pc, pc->pc_nsec - 1, &gh, &error2);
		if (why2 != NULL) {
			(*pc->pc_complain)(pc->pc_cookie, "backup GPT", -1, why2);
			return error2 != 0 ? error2 : error;
		}
		(*pc->pc_complain)(pc->pc_cookie, "backup GPT", -1, "is used instead");
	}
	return entries_found(pc, &gh);
}
