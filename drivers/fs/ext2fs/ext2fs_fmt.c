/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Decoders of the file system's own structures: superblock, group descriptor, inode, extent tree,
 * directory, extended attributes.  The journal's are in ext2fs_fmt_journal.c.  See ext2fs_fmt.h.
 */
#include <sys/param.h>
#include <sys/endian.h>
#include <sys/systm.h>

#include "ext2fs_fmt.h"

static uint64_t
join32(uint32_t hi, uint32_t lo)
{
	return (uint64_t)hi << 32 | lo;
}

int
e2_super_decode(const void *buf, size_t len, struct e2_super *s)
{
	const uint8_t *p = buf;

	if (len < E2_SB_SIZE)
		return EINVAL;
	memset(s, 0, sizeof(*s));
	s->s_magic = le16dec(p + E2SB_MAGIC);
	if (s->s_magic != E2_MAGIC)
		return EINVAL;
	s->s_inodes_count = le32dec(p + E2SB_INODES_COUNT);
	s->s_blocks_count = le32dec(p + E2SB_BLOCKS_COUNT);
	s->s_r_blocks_count = le32dec(p + E2SB_R_BLOCKS_COUNT);
	s->s_free_blocks = le32dec(p + E2SB_FREE_BLOCKS);
	s->s_free_inodes = le32dec(p + E2SB_FREE_INODES);
	s->s_first_data_block = le32dec(p + E2SB_FIRST_DATA_BLOCK);
	s->s_log_block_size = le32dec(p + E2SB_LOG_BLOCK_SIZE);
	s->s_log_cluster_size = le32dec(p + E2SB_LOG_CLUSTER_SIZE);
	s->s_blocks_per_group = le32dec(p + E2SB_BLOCKS_PER_GROUP);
	s->s_clusters_per_group = le32dec(p + E2SB_CLUSTERS_PER_GROUP);
	s->s_inodes_per_group = le32dec(p + E2SB_INODES_PER_GROUP);
	s->s_state = le16dec(p + E2SB_STATE);
	s->s_mnt_count = le16dec(p + E2SB_MNT_COUNT);
	s->s_creator_os = le32dec(p + E2SB_CREATOR_OS);
	s->s_rev_level = le32dec(p + E2SB_REV_LEVEL);
	memcpy(s->s_uuid, p + E2SB_UUID, sizeof(s->s_uuid));
	if (s->s_rev_level == 0) { /* the first format: what follows is not there */
		s->s_first_ino = 11;
		s->s_inode_size = E2_INODE_OLD_SIZE;
		return 0;
	}
	s->s_first_ino = le32dec(p + E2SB_FIRST_INO);
	s->s_inode_size = le16dec(p + E2SB_INODE_SIZE);
	s->s_feature_compat = le32dec(p + E2SB_FEATURE_COMPAT);
	s->s_feature_incompat = le32dec(p + E2SB_FEATURE_INCOMPAT);
	s->s_feature_ro_compat = le32dec(p + E2SB_FEATURE_RO_COMPAT);
	s->s_journal_inum = le32dec(p + E2SB_JOURNAL_INUM);
	s->s_journal_dev = le32dec(p + E2SB_JOURNAL_DEV);
	s->s_last_orphan = le32dec(p + E2SB_LAST_ORPHAN);
	for (unsigned i = 0; i < __arraycount(s->s_hash_seed); i++)
		s->s_hash_seed[i] = le32dec(p + E2SB_HASH_SEED + 4 * i);
	s->s_def_hash_version = p[E2SB_DEF_HASH_VERSION];
	s->s_desc_size = le16dec(p + E2SB_DESC_SIZE);
	s->s_first_meta_bg = le32dec(p + E2SB_FIRST_META_BG);
	s->s_flags = le32dec(p + E2SB_FLAGS);
	s->s_checksum_type = p[E2SB_CHECKSUM_TYPE];
	s->s_overhead_clusters = le32dec(p + E2SB_OVERHEAD);
	s->s_backup_bgs[0] = le32dec(p + E2SB_BACKUP_BGS);
	s->s_backup_bgs[1] = le32dec(p + E2SB_BACKUP_BGS + 4);
	s->s_checksum_seed = le32dec(p + E2SB_CHECKSUM_SEED);
	s->s_checksum = le32dec(p + E2SB_CHECKSUM);
	if (s->s_feature_incompat & E2_INCOMPAT_64BIT) {
		s->s_blocks_count |= join32(le32dec(p + E2SB_BLOCKS_COUNT_HI), 0);
		s->s_r_blocks_count |= join32(le32dec(p + E2SB_R_BLOCKS_COUNT_HI), 0);
		s->s_free_blocks |= join32(le32dec(p + E2SB_FREE_BLOCKS_HI), 0);
	}
	return 0;
}

int
e2_group_decode(const void *buf, size_t len, struct e2_group *g)
{
	const uint8_t *p = buf;

	if (len < E2_GD_SIZE)
		return EINVAL;
	g->g_inode_table = le32dec(p + E2GD_INODE_TABLE);
	if (len >= E2_GD_SIZE64)
		g->g_inode_table |= join32(le32dec(p + E2GD_INODE_TABLE_HI), 0);
	g->g_flags = le16dec(p + E2GD_FLAGS);
	g->g_checksum = le16dec(p + E2GD_CHECKSUM);
	return 0;
}

/*
 * 32 signed bits of seconds, and in the extra word 2 bits that count 2^32 seconds (so that the
 * years 1901 to 2446 fit) below 30 bits of nanoseconds.
 */
static struct e2_time
time_decode(const uint8_t *sec, const uint8_t *extra)
{
	struct e2_time t = { .t_sec = (int32_t)le32dec(sec) };

	if (extra != NULL) {
		const uint32_t x = le32dec(extra);

		t.t_sec += (int64_t)(x & 3) << 32;
		t.t_nsec = MIN(x >> 2, 999999999u);
	}
	return t;
}

int
e2_inode_decode(const void *buf, size_t len, bool hurd, struct e2_inode *ip)
{
	const uint8_t *p = buf;
	size_t end = E2_INODE_OLD_SIZE; /* of the fields that are there */

	if (len < E2_INODE_OLD_SIZE)
		return EINVAL;
	ip->i_extra_isize = 0;
	if (len >= E2_INODE_OLD_SIZE + 4) {
		ip->i_extra_isize = le16dec(p + E2I_EXTRA_ISIZE);
		if (ip->i_extra_isize > len - E2_INODE_OLD_SIZE || ip->i_extra_isize % 4 != 0)
			return EINVAL;
		end += ip->i_extra_isize;
	}
	ip->i_mode = le16dec(p + E2I_MODE);
	ip->i_uid = le16dec(p + E2I_UID) | (uint32_t)le16dec(p + E2I_UID_HI) << 16;
	ip->i_gid = le16dec(p + E2I_GID) | (uint32_t)le16dec(p + E2I_GID_HI) << 16;
	ip->i_size = join32(le32dec(p + E2I_SIZE_HI), le32dec(p + E2I_SIZE));
	ip->i_links = le16dec(p + E2I_LINKS);
	ip->i_blocks = le32dec(p + E2I_BLOCKS);
	ip->i_flags = le32dec(p + E2I_FLAGS);
	ip->i_generation = le32dec(p + E2I_GENERATION);
	ip->i_dtime = le32dec(p + E2I_DTIME);
	ip->i_file_acl = le32dec(p + E2I_FILE_ACL);
	ip->i_checksum = 0;
	if (!hurd) {
		ip->i_blocks |= join32(le16dec(p + E2I_BLOCKS_HI), 0);
		ip->i_file_acl |= join32(le16dec(p + E2I_FILE_ACL_HI), 0);
		ip->i_checksum = le16dec(p + E2I_CHECKSUM_LO);
	}
	ip->i_has_checksum_hi = end >= E2I_CHECKSUM_HI + 2;
	if (ip->i_has_checksum_hi)
		ip->i_checksum |= (uint32_t)le16dec(p + E2I_CHECKSUM_HI) << 16;
	memcpy(ip->i_block, p + E2I_BLOCK, E2_NBLOCK);
	ip->i_ctime =
	    time_decode(p + E2I_CTIME, end >= E2I_CTIME_EXTRA + 4 ? p + E2I_CTIME_EXTRA : NULL);
	ip->i_mtime =
	    time_decode(p + E2I_MTIME, end >= E2I_MTIME_EXTRA + 4 ? p + E2I_MTIME_EXTRA : NULL);
	ip->i_atime =
	    time_decode(p + E2I_ATIME, end >= E2I_ATIME_EXTRA + 4 ? p + E2I_ATIME_EXTRA : NULL);
	ip->i_has_crtime = end >= E2I_CRTIME + 4;
	if (ip->i_has_crtime)
		ip->i_crtime = time_decode(
		    p + E2I_CRTIME, end >= E2I_CRTIME_EXTRA + 4 ? p + E2I_CRTIME_EXTRA : NULL);
	return 0;
}

/*
 * 8 bits of major over 8 of minor in the first word; where that is zero, the second word's 12 bits
 * of major (8 to 19) and 20 of minor (0 to 7, 20 to 31).
 */
void
e2_rdev_decode(const uint8_t block[E2_NBLOCK], uint32_t *maj, uint32_t *min)
{
	const uint32_t old = le32dec(block), new = le32dec(block + 4);

	*maj = old != 0 ? old >> 8 & 0xff : new >> 8 & 0xfff;
	*min = old != 0 ? old & 0xff : (new & 0xff) | (new >> 12 & 0xfff00);
}

uint32_t
e2_blkno_decode(const void *buf, size_t i)
{
	return le32dec((const uint8_t *)buf + 4 * i);
}

int
e2_exthdr_decode(const void *buf, size_t len, struct e2_exthdr *eh)
{
	const uint8_t *p = buf;

	if (len < E2_EXT_HDR_SIZE || le16dec(p + E2EH_MAGIC) != E2_EXT_MAGIC)
		return EINVAL;
	eh->eh_entries = le16dec(p + E2EH_ENTRIES);
	eh->eh_max = le16dec(p + E2EH_MAX);
	eh->eh_depth = le16dec(p + E2EH_DEPTH);
	if (eh->eh_entries > eh->eh_max || eh->eh_depth > E2_EXT_MAX_DEPTH ||
	    eh->eh_max > (len - E2_EXT_HDR_SIZE) / E2_EXT_ENTRY_SIZE)
		return EINVAL;
	return 0;
}

uint32_t
e2_extentry_block(const void *buf, unsigned i)
{
	const uint8_t *p = (const uint8_t *)buf + E2_EXT_HDR_SIZE + i * E2_EXT_ENTRY_SIZE;

	return le32dec(p + E2EE_BLOCK);
}
CTASSERT((int)E2EE_BLOCK == (int)E2EX_BLOCK);

void
e2_extent_entry_decode(const void *buf, struct e2_extent *ee)
{
	const uint8_t *p = buf;

	ee->ee_block = le32dec(p + E2EE_BLOCK);
	ee->ee_len = le16dec(p + E2EE_LEN);
	ee->ee_unwritten = ee->ee_len > E2_EXT_MAX_LEN;
	if (ee->ee_unwritten)
		ee->ee_len -= E2_EXT_MAX_LEN;
	ee->ee_start = join32(le16dec(p + E2EE_START_HI), le32dec(p + E2EE_START));
}

void
e2_extent_decode(const void *buf, unsigned i, struct e2_extent *ee)
{
	e2_extent_entry_decode((const uint8_t *)buf + E2_EXT_HDR_SIZE + i * E2_EXT_ENTRY_SIZE, ee);
}

void
e2_extidx_decode(const void *buf, unsigned i, struct e2_extidx *ei)
{
	const uint8_t *p = (const uint8_t *)buf + E2_EXT_HDR_SIZE + i * E2_EXT_ENTRY_SIZE;

	ei->ei_block = le32dec(p + E2EX_BLOCK);
	ei->ei_leaf = join32(le16dec(p + E2EX_LEAF_HI), le32dec(p + E2EX_LEAF));
}

uint32_t
e2_exttail_decode(const void *buf, size_t len, const struct e2_exthdr *eh)
{
	const size_t off = E2_EXT_HDR_SIZE + (size_t)eh->eh_max * E2_EXT_ENTRY_SIZE;

	return off + E2_EXT_TAIL_SIZE <= len ? le32dec((const uint8_t *)buf + off) : 0;
}

/*
 * Lengths are multiples of 4, so in blocks of 64 KiB, where 65536 does not fit, the two low bits
 * carry bits 16 and 17, and both 65535 and 0 mean the whole block.
 */
static uint32_t
reclen_decode(uint16_t raw, size_t len)
{
	if (len < 65536)
		return raw;
	if (raw == 65535 || raw == 0)
		return 65536;
	return (raw & 65532u) | (raw & 3u) << 16;
}

uint32_t
e2_inline_parent_decode(const uint8_t block[E2_NBLOCK])
{
	return le32dec(block);
}

int
e2_dirent_decode(const void *buf, size_t len, size_t off, struct e2_dirent *de)
{
	const uint8_t *p = (const uint8_t *)buf + off;

	if (off > len || len - off < E2_DIRENT_HDR)
		return EINVAL;
	de->d_ino = le32dec(p + E2DE_INO);
	de->d_reclen = reclen_decode(le16dec(p + E2DE_RECLEN), len);
	de->d_namlen = p[E2DE_NAMELEN];
	de->d_type = p[E2DE_TYPE];
	de->d_name = p + E2DE_NAME;
	if (de->d_reclen < E2_DIRENT_HDR || de->d_reclen % 4 != 0 || de->d_reclen > len - off ||
	    de->d_namlen > de->d_reclen - E2_DIRENT_HDR)
		return EINVAL;
	return 0;
}

bool
e2_dirtail_decode(const void *buf, size_t len, uint32_t *sum)
{
	const uint8_t *p;

	if (len < E2_DIRTAIL_SIZE)
		return false;
	p = (const uint8_t *)buf + len - E2_DIRTAIL_SIZE;
	*sum = le32dec(p + E2DT_CHECKSUM);
	return le32dec(p + E2DE_INO) == 0 && le16dec(p + E2DE_RECLEN) == E2_DIRTAIL_SIZE &&
	    p[E2DE_NAMELEN] == 0 && p[E2DE_TYPE] == E2_FT_DIRTAIL;
}

int
e2_dxroot_decode(const void *buf, size_t len, struct e2_dxroot *dx)
{
	const uint8_t *p = (const uint8_t *)buf + E2_DX_ROOT_INFO;

	if (len < E2_DX_ROOT_LIMIT + E2_DX_ENTRY_SIZE || le32dec(p) != 0 ||
	    p[E2DXI_INFO_LENGTH] != E2_DX_ROOT_LIMIT - E2_DX_ROOT_INFO)
		return EINVAL;
	dx->dx_hash_version = p[E2DXI_HASH_VERSION];
	dx->dx_levels = p[E2DXI_INDIRECT_LEVELS];
	return dx->dx_levels < E2_DX_MAX_LEVELS ? 0 : EINVAL;
}

int
e2_dxnode_decode(const void *buf, size_t len, bool root, bool csum, struct e2_dxnode *dn)
{
	const uint8_t *p = buf;
	const size_t room = len - (csum ? E2_DX_TAIL_SIZE : 0);

	dn->dx_off = root ? E2_DX_ROOT_LIMIT : E2_DX_NODE_LIMIT;
	if (room < dn->dx_off + E2_DX_ENTRY_SIZE)
		return EINVAL;
	if (!root &&
	    (le32dec(p + E2DE_INO) != 0 || reclen_decode(le16dec(p + E2DE_RECLEN), len) != len))
		return EINVAL;
	dn->dx_limit = le16dec(p + dn->dx_off);
	dn->dx_count = le16dec(p + dn->dx_off + 2);
	if (dn->dx_count == 0 || dn->dx_count > dn->dx_limit ||
	    dn->dx_limit > (room - dn->dx_off) / E2_DX_ENTRY_SIZE)
		return EINVAL;
	return 0;
}

void
e2_dxentry_decode(const void *buf, const struct e2_dxnode *dn, unsigned i, struct e2_dxentry *de)
{
	const uint8_t *p = (const uint8_t *)buf + dn->dx_off + i * E2_DX_ENTRY_SIZE;

	de->dx_hash = i == 0 ? 0 : le32dec(p);
	de->dx_block = le32dec(p + 4) & 0x0fffffff;
}

size_t
e2_dxtail_offset(const struct e2_dxnode *dn)
{
	return dn->dx_off + (size_t)dn->dx_limit * E2_DX_ENTRY_SIZE;
}

uint32_t
e2_dxtail_decode(const void *buf, const struct e2_dxnode *dn)
{
	return le32dec((const uint8_t *)buf + e2_dxtail_offset(dn) + 4);
}

int
e2_xattr_decode(const void *buf, size_t len, size_t *off, struct e2_xattr *x)
{
	const uint8_t *p = (const uint8_t *)buf + *off;
	size_t size;

	if (*off > len || len - *off < 4)
		return EINVAL;
	if (le32dec(p) == 0)
		return ENOENT;
	if (len - *off < E2_XATTR_ENTRY_SIZE)
		return EINVAL;
	x->x_namelen = p[E2XE_NAME_LEN];
	x->x_index = p[E2XE_NAME_INDEX];
	x->x_offs = le16dec(p + E2XE_VALUE_OFFS);
	x->x_inum = le32dec(p + E2XE_VALUE_INUM);
	x->x_size = le32dec(p + E2XE_VALUE_SIZE);
	x->x_name = p + E2XE_NAME;
	size = roundup2(E2_XATTR_ENTRY_SIZE + (size_t)x->x_namelen, 4);
	if (size > len - *off)
		return EINVAL;
	*off += size;
	return 0;
}

int
e2_xattr_header_decode(const void *buf, size_t len, uint32_t *checksum)
{
	const uint8_t *p = buf;

	if (len < E2_XATTR_HDR_SIZE || le32dec(p + E2XH_MAGIC) != E2_XATTR_MAGIC ||
	    le32dec(p + E2XH_BLOCKS) != 1)
		return EINVAL;
	*checksum = le32dec(p + E2XH_CHECKSUM);
	return 0;
}

bool
e2_inode_xattrs(const void *buf, size_t len, unsigned extra_isize, size_t *off)
{
	const size_t at = E2_INODE_OLD_SIZE + extra_isize;

	if (extra_isize == 0 || at + 4 > len ||
	    le32dec((const uint8_t *)buf + at) != E2_XATTR_MAGIC)
		return false;
	*off = at + 4;
	return true;
}

int
e2_acl_convert(const void *buf, size_t len, uint8_t *out, size_t *outlen)
{
	enum { TAG_USER = 0x02, TAG_GROUP = 0x08, ENTRY = 8, HEADER = 4 };
	const uint8_t *p = buf;
	const size_t room = *outlen;
	size_t off = HEADER, made = HEADER;

	if (len < HEADER || le32dec(p) != 1 || room < HEADER)
		return EINVAL;
	le32enc(out, 2);
	while (off < len) {
		uint32_t id = UINT32_MAX;
		size_t size = 4;
		uint16_t tag;

		if (len - off < size)
			return EINVAL;
		tag = le16dec(p + off);
		if (tag == TAG_USER || tag == TAG_GROUP) {
			size = 8;
			if (len - off < size)
				return EINVAL;
			id = le32dec(p + off + 4);
		}
		if (room - made < ENTRY)
			return EINVAL;
		memcpy(out + made, p + off, 4);
		le32enc(out + made + 4, id);
		off += size;
		made += ENTRY;
	}
	*outlen = made;
	return 0;
}
