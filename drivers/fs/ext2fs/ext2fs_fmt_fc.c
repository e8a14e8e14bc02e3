/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Decoders of the records in a journal's fast-commit area, and the inode that comes of a record and
 * of what stands on the device.  See ext2fs_fmt.h and the section on fast commits of SPEC.md.
 */
#include <sys/param.h>
#include <sys/endian.h>
#include <sys/stat.h>
#include <sys/systm.h>

#include "ext2fs_fmt.h"

/* Values: all but the two of variable length, a name and an inode, begin with these. */
enum {
	FC_INO = 0, /* of ranges and inodes */
	FC_EXTENT = 4,
	FC_DEL_BLOCK = 4,
	FC_DEL_LEN = 8,
	FC_RAW = 4,
	FC_PARENT = 0, /* of names */
	FC_CHILD = 4,
	FC_NAME = 8,
	FC_FEATURES = 0,
	FC_HEAD_TID = 4,
	FC_TAIL_TID = 0,
	FC_CRC = 4,
};

/* Bytes that a value must have and may have. */
static bool
length_ok(uint16_t tag, size_t len)
{
	switch (tag) {
	case E2FC_ADD_RANGE:
		return len == FC_EXTENT + E2_EXT_ENTRY_SIZE;
	case E2FC_DEL_RANGE:
		return len == FC_DEL_LEN + 4;
	case E2FC_CREAT:
	case E2FC_LINK:
	case E2FC_UNLINK:
		return len >= FC_NAME && len <= FC_NAME + E2_NAME_MAX;
	case E2FC_INODE:
		return len >= FC_RAW + E2_INODE_OLD_SIZE;
	case E2FC_HEAD:
		return len == FC_HEAD_TID + 4;
	case E2FC_TAIL: /* the rest of its block belongs to it */
		return len >= FC_CRC + 4;
	default:
		return tag == E2FC_PAD;
	}
}

int
e2_fcrec_decode(const void *buf, size_t len, size_t off, struct e2_fcrec *fc)
{
	const uint8_t *p = (const uint8_t *)buf + off;

	if (off > len || len - off < E2FC_HDR_SIZE)
		return ENOENT;
	fc->fc_tag = le16dec(p);
	fc->fc_len = le16dec(p + 2);
	fc->fc_value = p + E2FC_HDR_SIZE;
	if (fc->fc_len > len - off - E2FC_HDR_SIZE || !length_ok(fc->fc_tag, fc->fc_len))
		return EINVAL;
	return 0;
}

void
e2_fchead_decode(const struct e2_fcrec *fc, struct e2_fchead *fh)
{
	fh->fh_features = le32dec(fc->fc_value + FC_FEATURES);
	fh->fh_tid = le32dec(fc->fc_value + FC_HEAD_TID);
}

void
e2_fctail_decode(const struct e2_fcrec *fc, struct e2_fctail *ft)
{
	ft->ft_tid = le32dec(fc->fc_value + FC_TAIL_TID);
	ft->ft_crc = le32dec(fc->fc_value + FC_CRC);
}

void
e2_fcrange_decode(const struct e2_fcrec *fc, struct e2_fcrange *fr)
{
	struct e2_extent ee;

	fr->fr_ino = le32dec(fc->fc_value + FC_INO);
	if (fc->fc_tag == E2FC_DEL_RANGE) {
		fr->fr_block = le32dec(fc->fc_value + FC_DEL_BLOCK);
		fr->fr_len = le32dec(fc->fc_value + FC_DEL_LEN);
		fr->fr_start = 0;
		return;
	}
	e2_extent_entry_decode(fc->fc_value + FC_EXTENT, &ee);
	fr->fr_block = ee.ee_block;
	fr->fr_len = ee.ee_len;
	fr->fr_start = ee.ee_unwritten ? 0 : ee.ee_start;
}

void
e2_fcname_decode(const struct e2_fcrec *fc, struct e2_fcname *fn)
{
	fn->fn_parent = le32dec(fc->fc_value + FC_PARENT);
	fn->fn_ino = le32dec(fc->fc_value + FC_CHILD);
	fn->fn_name = fc->fc_value + FC_NAME;
	fn->fn_namlen = (uint8_t)(fc->fc_len - FC_NAME);
}

void
e2_fcinode_decode(const struct e2_fcrec *fc, struct e2_fcinode *fi)
{
	fi->fi_ino = le32dec(fc->fc_value + FC_INO);
	fi->fi_raw = fc->fc_value + FC_RAW;
	fi->fi_len = (uint16_t)(fc->fc_len - FC_RAW);
}

/* ---- Inodes ---- */

uint32_t
e2_fcinode_generation(const uint8_t *raw)
{
	return le32dec(raw + E2I_GENERATION);
}

#define LAYOUT_FLAGS (E2_EXTENTS_FL | E2_INLINE_DATA_FL)

static uint32_t
layout(const uint8_t *inode)
{
	return le32dec(inode + E2I_FLAGS) & LAYOUT_FLAGS;
}

/* No block at all. */
static void
empty_layout(uint8_t *inode)
{
	memset(inode + E2I_BLOCK, 0, E2_NBLOCK);
	if ((layout(inode) & E2_EXTENTS_FL) == 0)
		return;
	le16enc(inode + E2I_BLOCK + E2EH_MAGIC, E2_EXT_MAGIC);
	le16enc(inode + E2I_BLOCK + E2EH_MAX, (E2_NBLOCK - E2_EXT_HDR_SIZE) / E2_EXT_ENTRY_SIZE);
}

/* A directory's blocks are not in the log, only its names: so it keeps what it has on the device. */
static void
merge_directory(const uint8_t *base, uint8_t *out)
{
	const uint32_t keep = LAYOUT_FLAGS | E2_INDEX_FL;
	uint32_t flags = le32dec(out + E2I_FLAGS) & ~keep;

	if (base == NULL) {
		le32enc(out + E2I_FLAGS, flags | E2_EXTENTS_FL);
		empty_layout(out);
		return;
	}
	le32enc(out + E2I_FLAGS, flags | (le32dec(base + E2I_FLAGS) & keep));
	memcpy(out + E2I_SIZE, base + E2I_SIZE, 4);
	memcpy(out + E2I_SIZE_HI, base + E2I_SIZE_HI, 4);
}

void
e2_fcinode_merge(const uint8_t *rec, size_t len, const uint8_t *base, uint8_t *out, size_t isize)
{
	const uint16_t type = le16dec(rec + E2I_MODE) & S_IFMT;

	if (base != NULL)
		memcpy(out, base, isize);
	else
		memset(out, 0, isize);
	memcpy(out, rec, E2I_BLOCK);
	memcpy(out + E2I_GENERATION, rec + E2I_GENERATION, len - E2I_GENERATION);
	if (layout(rec) & E2_INLINE_DATA_FL)
		memcpy(out + E2I_BLOCK, rec + E2I_BLOCK, E2_NBLOCK);
	else if (type == S_IFDIR)
		merge_directory(base, out);
	else if (type != S_IFREG && layout(rec) == 0) /* a short link's target, a device's number */
		memcpy(out + E2I_BLOCK, rec + E2I_BLOCK, E2_NBLOCK);
	else if (base == NULL || layout(base) != layout(rec))
		empty_layout(out);
}

void
e2_inode_set_checksum(uint8_t *inode, bool hi, uint32_t sum)
{
	le16enc(inode + E2I_CHECKSUM_LO, (uint16_t)sum);
	if (hi)
		le16enc(inode + E2I_CHECKSUM_HI, (uint16_t)(sum >> 16));
}
