/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* BSD disklabels: bsdlabel_fmt.h draws the layout. */
#include <sys/param.h>
#include <sys/disklabel.h>
#include <sys/dkio.h>
#include <sys/errno.h>
#include <lib/libkern/libkern.h>

#include "bsdlabel_fmt.h"
#include "mbr_fmt.h"

static const char *const fstypes[] = {
	[FS_SWAP] = DKW_PTYPE_SWAP,
	[FS_BSDFFS] = DKW_PTYPE_FFS,
	[FS_MSDOS] = DKW_PTYPE_FAT,
	[FS_BSDLFS] = DKW_PTYPE_LFS,
	[FS_ISO9660] = DKW_PTYPE_ISO9660,
	[FS_ADOS] = DKW_PTYPE_AMIGADOS,
	[FS_HFS] = DKW_PTYPE_APPLEHFS,
	[FS_FILECORE] = DKW_PTYPE_FILECORE,
	[FS_EX2FS] = DKW_PTYPE_EXT2FS,
	[FS_NTFS] = DKW_PTYPE_NTFS,
	[FS_RAID] = DKW_PTYPE_RAIDFRAME,
	[FS_CCD] = DKW_PTYPE_CCD,
	[FS_APPLEUFS] = DKW_PTYPE_APPLEUFS,
	[FS_VINUM] = DKW_PTYPE_VINUM,
	[FS_UDF] = DKW_PTYPE_UDF,
	[FS_SYSVBFS] = DKW_PTYPE_SYSVBFS,
	[FS_EFS] = DKW_PTYPE_EFS,
	[FS_NILFS] = DKW_PTYPE_NILFS,
	[FS_CGD] = DKW_PTYPE_CGD,
	[FS_ZFS] = DKW_PTYPE_ZFS,
};

static uint16_t
get16(const uint8_t *p, bool be)
{
	return be ? (uint16_t)(p[0] << 8 | p[1]) : part_le16(p);
}

static uint32_t
get32(const uint8_t *p, bool be)
{
	return be ? (uint32_t)get16(p, true) << 16 | get16(p + 2, true) : part_le32(p);
}

static void
put16(uint8_t *p, uint16_t v, bool be)
{
	p[be ? 0 : 1] = (uint8_t)(v >> 8);
	p[be ? 1 : 0] = (uint8_t)v;
}

static void
put32(uint8_t *p, uint32_t v, bool be)
{
	put16(p + (be ? 0 : 2), (uint16_t)(v >> 16), be);
	put16(p + (be ? 2 : 0), (uint16_t)v, be);
}

/* Exclusive or of the 16-bit words; its being zero does not depend on the byte order. */
static uint16_t
checksum(const uint8_t *p, size_t len)
{
	uint16_t sum = 0;

	for (size_t i = 0; i < len; i += 2)
		sum ^= part_le16(p + i);
	return sum;
}

bool
bsdlabel_check(const uint8_t *p, size_t len, int *nparts, bool *be)
{
	int n;

	if (len < BSDLABEL_OFF_PARTITIONS)
		return false;
	*be = get32(p, true) == DISKMAGIC;
	if (get32(p, *be) != DISKMAGIC || get32(p + BSDLABEL_OFF_MAGIC2, *be) != DISKMAGIC)
		return false;
	n = get16(p + BSDLABEL_OFF_NPARTITIONS, *be);
	if (n > BSDLABEL_MAXPART || (size_t)n * BSDLABEL_PARTSIZE > len - BSDLABEL_OFF_PARTITIONS)
		return false;
	*nparts = n;
	return checksum(p, BSDLABEL_OFF_PARTITIONS + (size_t)n * BSDLABEL_PARTSIZE) == 0;
}

size_t
bsdlabel_encode(uint8_t *p, const struct disklabel *lp, bool be)
{
	const size_t len = BSDLABEL_OFF_PARTITIONS + (size_t)lp->d_npartitions * BSDLABEL_PARTSIZE;

	memset(p, 0, len);
	put32(p, DISKMAGIC, be);
	put16(p + BSDLABEL_OFF_TYPE, lp->d_type, be);
	memcpy(p + BSDLABEL_OFF_PACKNAME, lp->d_packname, sizeof(lp->d_packname));
	put32(p + BSDLABEL_OFF_SECSIZE, lp->d_secsize, be);
	put32(p + BSDLABEL_OFF_SECPERUNIT, lp->d_secperunit, be);
	put32(p + BSDLABEL_OFF_MAGIC2, DISKMAGIC, be);
	put16(p + BSDLABEL_OFF_NPARTITIONS, lp->d_npartitions, be);
	for (int i = 0; i < lp->d_npartitions; i++) {
		uint8_t *const e = p + BSDLABEL_OFF_PARTITIONS + i * BSDLABEL_PARTSIZE;

		put32(e, lp->d_partitions[i].p_size, be);
		put32(e + BSDLABEL_P_OFFSET, lp->d_partitions[i].p_offset, be);
		e[BSDLABEL_P_FSTYPE] = lp->d_partitions[i].p_fstype;
	}
	put16(p + BSDLABEL_OFF_CHECKSUM, checksum(p, len), false);
	return len;
}

static void
label_found(struct part_ctx *pc, const uint8_t *p, int nparts, bool be)
{
	if (get32(p + BSDLABEL_OFF_SECSIZE, be) != pc->pc_secsize) {
		(*pc->pc_complain)(pc->pc_cookie, "disklabel", -1, "made for other sectors");
		return;
	}
	for (int i = 0; i < nparts; i++) {
		const uint8_t *const e = p + BSDLABEL_OFF_PARTITIONS + i * BSDLABEL_PARTSIZE;
		const uint8_t type = e[BSDLABEL_P_FSTYPE];
		struct part_entry pe = { .pe_start = get32(e + BSDLABEL_P_OFFSET, be),
			.pe_size = get32(e, be),
			.pe_letter = (char)('a' + i) };
		const char *why;

		if (type == FS_UNUSED || pe.pe_size == 0)
			continue;
		why = part_claim(pc, 0, pe.pe_start, pe.pe_size);
		if (why != NULL) {
			(*pc->pc_complain)(pc->pc_cookie, "disklabel", i + 1, why);
			continue;
		}
		pe.pe_ptype = type < __arraycount(fstypes) && fstypes[type] != NULL
		    ? fstypes[type]
		    : DKW_PTYPE_UNKNOWN;
		(*pc->pc_found)(pc->pc_cookie, &pe);
	}
}

/* Look for a label in the two sectors from lba on. */
static int
label_search(struct part_ctx *pc, uint64_t lba)
{
	const size_t last = pc->pc_secsize - BSDLABEL_OFF_PARTITIONS;
	int error, nparts;
	bool be;

	for (int i = 0; i < 2 && lba + (uint64_t)i < pc->pc_nsec; i++) {
		error = part_read(pc, lba + (uint64_t)i);
		if (error != 0)
			return error;
		for (size_t off = 0; off <= last; off += 4)
			if (bsdlabel_check(
				pc->pc_sector + off, pc->pc_secsize - off, &nparts, &be)) {
				label_found(pc, pc->pc_sector + off, nparts, be);
				return 0;
			}
	}
	return ESRCH;
}

int
bsdlabel_parse(struct part_ctx *pc)
{
	struct mbr_entry e[MBR_ENTRIES];
	bool mbr = false;
	int error;

	error = part_read(pc, 0);
	if (error != 0)
		return error;
	for (int i = 0; mbr_decode(pc->pc_sector, e) && i < MBR_ENTRIES; i++) {
		if (e[i].me_type == MBR_T_UNUSED || e[i].me_size == 0)
			continue;
		mbr = true;
		if (e[i].me_type != MBR_T_NETBSD && e[i].me_type != MBR_T_OPENBSD &&
		    e[i].me_type != MBR_T_FREEBSD)
			continue;
		error = label_search(pc, e[i].me_start);
		if (error != ESRCH)
			return error;
		error = part_read(pc, 0);
		if (error != 0)
			return error;
	}
	return mbr ? ESRCH : label_search(pc, 0);
}
