/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The decoders, checksums and hashes against bytes written out by hand.  They are pure functions
 * inside the component, so this program calls them by the names that they have after renaming.
 */
#include <stdbool.h>
#include <stdint.h>
#define e2_super_decode	  rumpns_e2_super_decode
#define e2_group_decode	  rumpns_e2_group_decode
#define e2_inode_decode	  rumpns_e2_inode_decode
#define e2_rdev_decode	  rumpns_e2_rdev_decode
#define e2_exthdr_decode  rumpns_e2_exthdr_decode
#define e2_extent_decode  rumpns_e2_extent_decode
#define e2_extentry_block rumpns_e2_extentry_block
#define e2_extidx_decode  rumpns_e2_extidx_decode
#define e2_dirent_decode  rumpns_e2_dirent_decode
#define e2_dirtail_decode rumpns_e2_dirtail_decode
#define e2_dxnode_decode  rumpns_e2_dxnode_decode
#define e2_dxroot_decode  rumpns_e2_dxroot_decode
#define e2_xattr_decode	  rumpns_e2_xattr_decode
#define e2_acl_convert	  rumpns_e2_acl_convert
#define e2_jsuper_decode  rumpns_e2_jsuper_decode
#define e2_jtag_decode	  rumpns_e2_jtag_decode
#define e2_jrevoke_decode rumpns_e2_jrevoke_decode
#define e2_fcrec_decode	  rumpns_e2_fcrec_decode
#define e2_fchead_decode  rumpns_e2_fchead_decode
#define e2_fctail_decode  rumpns_e2_fctail_decode
#define e2_fcrange_decode rumpns_e2_fcrange_decode
#define e2_fcname_decode  rumpns_e2_fcname_decode
#define e2_fcinode_decode rumpns_e2_fcinode_decode
#define e2_fcinode_merge  rumpns_e2_fcinode_merge
#define e2_crc16	  rumpns_e2_crc16
#define e2_crc32_be	  rumpns_e2_crc32_be
#define e2_csum_bytes	  rumpns_e2_csum_bytes
#define e2_name_hash	  rumpns_e2_name_hash
#include "ext2fs_csum.h"
#include "ext2fs_fmt.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void
put(uint8_t *p, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

static void
put_be(uint8_t *p, uint64_t v, int n)
{
	for (int i = 0; i < n; i++)
		p[n - 1 - i] = (uint8_t)(v >> (8 * i));
}

START_TEST(ext2fs_fmt_super)
{
	uint8_t b[E2_SB_SIZE] = { 0 };
	struct e2_super s;

	ck_assert_int_eq(e2_super_decode(b, sizeof(b), &s), EINVAL);
	put(b + 0x38, 0xef53, 2);
	ck_assert_int_eq(e2_super_decode(b, sizeof(b) - 1, &s), EINVAL);
	put(b + 0x00, 0x11223344, 4);
	put(b + 0x04, 0x55667788, 4);
	put(b + 0x18, 2, 4);
	put(b + 0x58, 999, 2);
	put(b + 0x150, 3, 4);
	ck_assert_int_eq(e2_super_decode(b, sizeof(b), &s), 0); /* revision 0 */
	ck_assert_uint_eq(s.s_inode_size, 128);
	ck_assert_uint_eq(s.s_blocks_count, 0x55667788);
	put(b + 0x4c, 1, 4);
	put(b + 0x60, E2_INCOMPAT_64BIT, 4);
	put(b + 0x3fc, 0xdeadbeef, 4);
	ck_assert_int_eq(e2_super_decode(b, sizeof(b), &s), 0);
	ck_assert_uint_eq(s.s_inode_size, 999);
	ck_assert_uint_eq(s.s_inodes_count, 0x11223344);
	ck_assert_uint_eq(s.s_blocks_count, 0x355667788);
	ck_assert_uint_eq(s.s_log_block_size, 2);
	ck_assert_uint_eq(s.s_checksum, 0xdeadbeef);
}
END_TEST

START_TEST(ext2fs_fmt_group)
{
	uint8_t b[64] = { 0 };
	struct e2_group g;

	put(b + 8, 0x01020304, 4);
	put(b + 0x12, 0x0005, 2);
	put(b + 0x1e, 0xabcd, 2);
	put(b + 0x28, 7, 4);
	ck_assert_int_eq(e2_group_decode(b, 31, &g), EINVAL);
	ck_assert_int_eq(e2_group_decode(b, 32, &g), 0);
	ck_assert_uint_eq(g.g_inode_table, 0x01020304);
	ck_assert_int_eq(e2_group_decode(b, 64, &g), 0);
	ck_assert_uint_eq(g.g_inode_table, 0x701020304);
	ck_assert_uint_eq(g.g_flags, 5);
	ck_assert_uint_eq(g.g_checksum, 0xabcd);
}
END_TEST

START_TEST(ext2fs_fmt_inode)
{
	uint8_t b[256] = { 0 };
	struct e2_inode i;

	put(b + 0x00, 0100644, 2);
	put(b + 0x02, 0x1111, 2);
	put(b + 0x78, 0x2222, 2);
	put(b + 0x04, 0xfffffff0, 4);
	put(b + 0x6c, 1, 4);
	put(b + 0x10, 0x80000000, 4);
	put(b + 0x1a, 3, 2);
	put(b + 0x1c, 8, 4);
	put(b + 0x74, 1, 2);
	put(b + 0x7c, 0x4444, 2);
	ck_assert_int_eq(e2_inode_decode(b, 127, false, &i), EINVAL);
	ck_assert_int_eq(e2_inode_decode(b, 128, false, &i), 0);
	ck_assert_uint_eq(i.i_uid, 0x22221111);
	ck_assert_uint_eq(i.i_size, 0x1fffffff0);
	ck_assert_uint_eq(i.i_blocks, 0x100000008);
	ck_assert_int_eq(i.i_mtime.t_sec, INT32_MIN);
	ck_assert(!i.i_has_checksum_hi && !i.i_has_crtime);
	ck_assert_uint_eq(i.i_checksum, 0x4444);
	put(b + 0x80, 32, 2);
	put(b + 0x82, 0x5555, 2);
	put(b + 0x88, 5 << 2 | 1, 4);
	ck_assert_int_eq(e2_inode_decode(b, 256, false, &i), 0);
	ck_assert_int_eq(i.i_mtime.t_sec, INT64_C(0x80000000));
	ck_assert_uint_eq(i.i_mtime.t_nsec, 5);
	ck_assert_uint_eq(i.i_checksum, 0x55554444);
	ck_assert(i.i_has_checksum_hi && i.i_has_crtime);
	ck_assert_int_eq(e2_inode_decode(b, 256, true, &i), 0); /* Hurd: no high blocks */
	ck_assert_uint_eq(i.i_blocks, 8);
	put(b + 0x80, 132, 2);
	ck_assert_int_eq(e2_inode_decode(b, 256, false, &i), EINVAL);
	put(b + 0x80, 31, 2);
	ck_assert_int_eq(e2_inode_decode(b, 256, false, &i), EINVAL);
}
END_TEST

START_TEST(ext2fs_fmt_rdev)
{
	uint8_t b[E2_NBLOCK] = { 0 };
	uint32_t maj, min;

	put(b, 5 << 8 | 1, 4);
	e2_rdev_decode(b, &maj, &min);
	ck_assert(maj == 5 && min == 1);
	put(b, 0, 4);
	put(b + 4, 0x70 | 300 << 8 | 0x11100000u, 4);
	e2_rdev_decode(b, &maj, &min);
	ck_assert(maj == 300 && min == 0x11170);
}
END_TEST

START_TEST(ext2fs_fmt_extents)
{
	uint8_t b[60] = { 0x0a, 0xf3, 2, 0, 4, 0 };
	struct e2_exthdr eh;
	struct e2_extent ee;
	struct e2_extidx ei;

	put(b + 24, 7, 4);
	put(b + 28, 32768 + 9, 2);
	put(b + 30, 1, 2);
	put(b + 32, 0x99, 4);
	ck_assert_int_eq(e2_exthdr_decode(b, 60, &eh), 0);
	ck_assert(eh.eh_entries == 2 && eh.eh_max == 4 && eh.eh_depth == 0);
	e2_extent_decode(b, 1, &ee);
	ck_assert(ee.ee_block == 7 && ee.ee_len == 9 && ee.ee_unwritten);
	ck_assert_uint_eq(ee.ee_start, 0x100000099);
	put(b + 28, 32768, 2);
	e2_extent_decode(b, 1, &ee);
	ck_assert(ee.ee_len == 32768 && !ee.ee_unwritten);
	put(b + 28, 0x55, 4);
	put(b + 32, 2, 2);
	e2_extidx_decode(b, 1, &ei);
	ck_assert(ei.ei_block == 7 && ei.ei_leaf == UINT64_C(0x200000055));
	ck_assert_uint_eq(e2_extentry_block(b, 1), 7);
	ck_assert_int_eq(e2_exthdr_decode(b, 59, &eh), EINVAL); /* no room for 4 */
	b[2] = 5;
	ck_assert_int_eq(e2_exthdr_decode(b, 60, &eh), EINVAL); /* more than max */
	b[2] = 2;
	b[6] = 6;
	ck_assert_int_eq(e2_exthdr_decode(b, 60, &eh), EINVAL); /* too deep */
	b[6] = 0;
	b[0] = 0;
	ck_assert_int_eq(e2_exthdr_decode(b, 60, &eh), EINVAL);
}
END_TEST

START_TEST(ext2fs_fmt_dirents)
{
	static uint8_t big[65536];
	uint8_t b[1024] = { 0 };
	struct e2_dirent de;
	uint32_t sum = 0;

	put(b, 12, 4);
	put(b + 4, 12, 2);
	b[6] = 3;
	b[7] = E2_FT_REG;
	memcpy(b + 8, "abc", 3);
	ck_assert_int_eq(e2_dirent_decode(b, sizeof(b), 0, &de), 0);
	ck_assert(de.d_ino == 12 && de.d_reclen == 12 && de.d_namlen == 3 && de.d_type == 1);
	ck_assert_int_eq(memcmp(de.d_name, "abc", 3), 0);
	b[6] = 5; /* longer than its entry */
	ck_assert_int_eq(e2_dirent_decode(b, sizeof(b), 0, &de), EINVAL);
	b[6] = 3;
	for (unsigned bad = 0; bad < 8; bad++) { /* a length that does not move on */
		put(b + 4, bad, 2);
		ck_assert_int_eq(e2_dirent_decode(b, sizeof(b), 0, &de), EINVAL);
	}
	put(b + 4, 1028, 2); /* over the block's end */
	ck_assert_int_eq(e2_dirent_decode(b, sizeof(b), 0, &de), EINVAL);
	ck_assert_int_eq(e2_dirent_decode(b, sizeof(b), 1020, &de), EINVAL);
	ck_assert_int_eq(e2_dirent_decode(b, sizeof(b), 4096, &de), EINVAL);
	put(big, 1, 4);
	put(big + 4, 65535, 2);
	ck_assert_int_eq(e2_dirent_decode(big, sizeof(big), 0, &de), 0);
	ck_assert_uint_eq(de.d_reclen, 65536);
	ck_assert(!e2_dirtail_decode(b, sizeof(b), &sum));
	put(b + 1012 + 4, 12, 2);
	b[1012 + 7] = 0xde;
	put(b + 1012 + 8, 0x12345678, 4);
	ck_assert(e2_dirtail_decode(b, sizeof(b), &sum));
	ck_assert_uint_eq(sum, 0x12345678);
}
END_TEST

START_TEST(ext2fs_fmt_hash_tree)
{
	uint8_t b[1024] = { 0 };
	struct e2_dxnode dn;
	struct e2_dxroot dx;

	b[28] = 1;
	b[29] = 8;
	b[30] = 2;
	ck_assert_int_eq(e2_dxroot_decode(b, sizeof(b), &dx), 0);
	ck_assert(dx.dx_hash_version == 1 && dx.dx_levels == 2);
	b[30] = 3;
	ck_assert_int_eq(e2_dxroot_decode(b, sizeof(b), &dx), EINVAL);
	put(b + 32, 124, 2);
	put(b + 34, 7, 2);
	ck_assert_int_eq(e2_dxnode_decode(b, sizeof(b), true, false, &dn), 0);
	ck_assert(dn.dx_off == 32 && dn.dx_limit == 124 && dn.dx_count == 7);
	ck_assert_int_eq(e2_dxnode_decode(b, sizeof(b), true, true, &dn), EINVAL);
	put(b + 34, 125, 2);
	ck_assert_int_eq(e2_dxnode_decode(b, sizeof(b), true, false, &dn), EINVAL);
	put(b + 34, 0, 2);
	ck_assert_int_eq(e2_dxnode_decode(b, sizeof(b), true, false, &dn), EINVAL);
}
END_TEST

START_TEST(ext2fs_fmt_xattrs)
{
	uint8_t b[64] = { 0 };
	struct e2_xattr x;
	size_t off = 0;

	b[0] = 3;
	b[1] = E2_XATTR_INDEX_USER;
	put(b + 2, 40, 2);
	put(b + 8, 5, 4);
	memcpy(b + 16, "abc", 3);
	ck_assert_int_eq(e2_xattr_decode(b, sizeof(b), &off, &x), 0);
	ck_assert(off == 20 && x.x_namelen == 3 && x.x_offs == 40 && x.x_size == 5);
	ck_assert_int_eq(e2_xattr_decode(b, sizeof(b), &off, &x), ENOENT);
	off = 0;
	b[0] = 49;
	ck_assert_int_eq(e2_xattr_decode(b, sizeof(b), &off, &x), EINVAL);
	off = 62;
	ck_assert_int_eq(e2_xattr_decode(b, sizeof(b), &off, &x), EINVAL);
}
END_TEST

START_TEST(ext2fs_fmt_acl)
{
	static const uint8_t disk[] = { 1, 0, 0, 0, 1, 0, 7, 0, 2, 0, 5, 0, 0xe8, 3, 0, 0, 32, 0, 4,
		0 };
	static const uint8_t user[] = { 2, 0, 0, 0, 1, 0, 7, 0, 255, 255, 255, 255, 2, 0, 5, 0,
		0xe8, 3, 0, 0, 32, 0, 4, 0, 255, 255, 255, 255 };
	uint8_t out[64];
	size_t len = sizeof(out);

	ck_assert_int_eq(e2_acl_convert(disk, sizeof(disk), out, &len), 0);
	ck_assert_uint_eq(len, sizeof(user));
	ck_assert_int_eq(memcmp(out, user, len), 0);
	for (size_t n = 0; n < sizeof(disk); n++) { /* never past the end */
		len = sizeof(out);
		(void)e2_acl_convert(disk, n, out, &len);
	}
	len = 12;
	ck_assert_int_eq(e2_acl_convert(disk, sizeof(disk), out, &len), EINVAL);
}
END_TEST

START_TEST(ext2fs_fmt_journal)
{
	static uint8_t b[1024];
	struct e2_jsuper js;
	struct e2_jtag jt;
	uint64_t blk;

	ck_assert_int_eq(e2_jsuper_decode(b, sizeof(b), &js), EINVAL);
	put_be(b, 0xc03b3998, 4);
	put_be(b + 4, 4, 4);
	put_be(b + 12, 4096, 4);
	put_be(b + 16, 1024, 4);
	put_be(b + 28, 17, 4);
	put_be(b + 40, E2J_INCOMPAT_64BIT | E2J_INCOMPAT_CSUM_V3, 4);
	ck_assert_int_eq(e2_jsuper_decode(b, sizeof(b), &js), 0);
	ck_assert(js.js_blocksize == 4096 && js.js_maxlen == 1024 && js.js_start == 17);
	put_be(b + 12, 0x11223344, 4);
	put_be(b + 16, E2JT_ESCAPE | E2JT_SAME_UUID, 4);
	put_be(b + 20, 5, 4);
	put_be(b + 24, 0xcafe, 4);
	ck_assert_int_eq(e2_jtag_decode(b, sizeof(b), 12, &js, &jt), 0);
	ck_assert(jt.jt_block == UINT64_C(0x511223344) && jt.jt_size == 16 && jt.jt_flags == 3 &&
	    jt.jt_checksum == 0xcafe);
	ck_assert_int_eq(e2_jtag_decode(b, 27, 12, &js, &jt), EINVAL);
	js.js_incompat = 0;
	put_be(b + 18, E2JT_LAST, 2);
	ck_assert_int_eq(e2_jtag_decode(b, sizeof(b), 12, &js, &jt), 0);
	ck_assert(jt.jt_block == 0x11223344 && jt.jt_size == 24); /* 8, and a uuid */
	js.js_incompat = E2J_INCOMPAT_64BIT | E2J_INCOMPAT_CSUM_V2;
	put_be(b + 18, E2JT_SAME_UUID, 2);
	ck_assert_int_eq(e2_jtag_decode(b, sizeof(b), 12, &js, &jt), 0);
	ck_assert_uint_eq(jt.jt_size, 14);
	put_be(b + 12, 24, 4);
	put_be(b + 16, 0x7777, 4);
	put_be(b + 20, 0x8888, 4);
	ck_assert_int_eq(e2_jrevoke_decode(b, sizeof(b), false, 1, &blk), 0);
	ck_assert_uint_eq(blk, 0x8888);
	ck_assert_int_eq(e2_jrevoke_decode(b, sizeof(b), true, 0, &blk), 0);
	ck_assert_uint_eq(blk, UINT64_C(0x777700008888));
	ck_assert_int_eq(e2_jrevoke_decode(b, sizeof(b), true, 1, &blk), ENOENT);
	ck_assert_int_eq(e2_jrevoke_decode(b, 20, false, 0, &blk), EINVAL);
}
END_TEST

START_TEST(ext2fs_fmt_fast_commits)
{
	static const struct {
		uint16_t tag, len;
		int error;
	} lengths[] = { { 1, 16, 0 }, { 1, 15, EINVAL }, { 1, 17, EINVAL }, { 2, 12, 0 },
		{ 2, 16, EINVAL }, { 3, 8, 0 }, { 3, 7, EINVAL }, { 4, 263, 0 }, { 5, 264, EINVAL },
		{ 6, 132, 0 }, { 6, 131, EINVAL }, { 7, 0, 0 }, { 7, 300, 0 }, { 8, 8, 0 },
		{ 8, 7, EINVAL }, { 9, 8, 0 }, { 9, 9, EINVAL }, { 0, 8, EINVAL },
		{ 10, 8, EINVAL } };
	struct e2_fcinode fi;
	struct e2_fcrange fr;
	struct e2_fchead fh;
	struct e2_fctail ft;
	struct e2_fcname fn;
	struct e2_fcrec fc;
	uint8_t b[400] = { 0 };

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		put(b + 2, lengths[i].tag, 2);
		put(b + 4, lengths[i].len, 2);
		ck_assert_msg(e2_fcrec_decode(b, sizeof(b), 2, &fc) == lengths[i].error,
		    "tag %u, %u bytes", lengths[i].tag, lengths[i].len);
	}
	put(b, E2FC_PAD, 2);
	put(b + 2, sizeof(b) - 4, 2);
	ck_assert_int_eq(e2_fcrec_decode(b, sizeof(b), 0, &fc), 0);
	ck_assert_int_eq(e2_fcrec_decode(b, sizeof(b) - 1, 0, &fc), EINVAL);
	ck_assert_int_eq(e2_fcrec_decode(b, 3, 0, &fc), ENOENT);
	ck_assert_int_eq(e2_fcrec_decode(b, sizeof(b), sizeof(b), &fc), ENOENT);

	put(b + 4, 0x11223344, 4); /* one value for all: extent 5, 32769 blocks, at 0x600000007 */
	put(b + 8, 5, 4);
	put(b + 12, 0x8001, 2);
	put(b + 14, 6, 2);
	put(b + 16, 7, 4);
	fc = (struct e2_fcrec){ E2FC_ADD_RANGE, 16, b + 4 };
	e2_fcrange_decode(&fc, &fr);
	ck_assert(
	    fr.fr_ino == 0x11223344 && fr.fr_block == 5 && fr.fr_len == 1 && fr.fr_start == 0);
	put(b + 12, 0x8000, 2);
	e2_fcrange_decode(&fc, &fr);
	ck_assert(fr.fr_len == 32768 && fr.fr_start == UINT64_C(0x600000007));
	fc.fc_tag = E2FC_DEL_RANGE;
	e2_fcrange_decode(&fc, &fr);
	ck_assert(fr.fr_block == 5 && fr.fr_len == 0x68000 && fr.fr_start == 0);
	fc = (struct e2_fcrec){ E2FC_LINK, 11, b + 4 };
	e2_fcname_decode(&fc, &fn);
	ck_assert(fn.fn_parent == 0x11223344 && fn.fn_ino == 5 && fn.fn_namlen == 3 &&
	    fn.fn_name == b + 12);
	fc = (struct e2_fcrec){ E2FC_INODE, 164, b + 4 };
	e2_fcinode_decode(&fc, &fi);
	ck_assert(fi.fi_ino == 0x11223344 && fi.fi_len == 160 && fi.fi_raw == b + 8);
	fc = (struct e2_fcrec){ E2FC_HEAD, 8, b + 4 };
	e2_fchead_decode(&fc, &fh);
	ck_assert(fh.fh_features == 0x11223344 && fh.fh_tid == 5);
	fc = (struct e2_fcrec){ E2FC_TAIL, 8, b + 4 };
	e2_fctail_decode(&fc, &ft);
	ck_assert(ft.ft_tid == 0x11223344 && ft.ft_crc == 5);
}
END_TEST

/* What of an inode comes from the record (all ones), and what from the device (all twos). */
static const struct {
	const char *name;
	uint32_t mode, flags, base_flags;
	bool base;
	uint8_t block, size; /* first byte of i_block (0x0a: an empty extent tree), of i_size */
	uint32_t want_flags;
} merges[] = {
	{ "file", 0100644, E2_EXTENTS_FL, E2_EXTENTS_FL, true, 2, 1, E2_EXTENTS_FL },
	{ "new file", 0100644, E2_EXTENTS_FL, 0, false, 0x0a, 1, E2_EXTENTS_FL },
	{ "file that was inline", 0100644, E2_EXTENTS_FL, E2_INLINE_DATA_FL, true, 0x0a, 1,
	    E2_EXTENTS_FL },
	{ "inline file", 0100644, E2_INLINE_DATA_FL, E2_EXTENTS_FL, true, 1, 1, E2_INLINE_DATA_FL },
	{ "file by block numbers", 0100644, 0, 0, true, 2, 1, 0 },
	{ "new file by block numbers", 0100644, 0, 0, false, 0, 1, 0 },
	{ "directory", 040755, E2_EXTENTS_FL | E2_INDEX_FL, E2_EXTENTS_FL, true, 2, 2,
	    E2_EXTENTS_FL },
	{ "new directory", 040755, E2_INDEX_FL, 0, false, 0x0a, 1, E2_EXTENTS_FL },
	{ "inline directory", 040755, E2_INLINE_DATA_FL, E2_INLINE_DATA_FL, true, 1, 1,
	    E2_INLINE_DATA_FL },
	{ "short link", 0120777, 0, 0, true, 1, 1, 0 },
	{ "long link", 0120777, E2_EXTENTS_FL, E2_EXTENTS_FL, true, 2, 1, E2_EXTENTS_FL },
	{ "device", 020644, 0, 0, false, 1, 1, 0 },
};

START_TEST(ext2fs_fmt_fast_commit_inode)
{
	uint8_t rec[160], base[256], out[256], want[4];
	const bool empty = merges[_i].block == 0x0a;

	memset(rec, 1, sizeof(rec));
	memset(base, 2, sizeof(base));
	put(rec + E2I_MODE, merges[_i].mode, 2);
	put(rec + E2I_FLAGS, merges[_i].flags, 4);
	put(base + E2I_FLAGS, merges[_i].base_flags, 4);
	e2_fcinode_merge(rec, sizeof(rec), merges[_i].base ? base : NULL, out, sizeof(out));
	put(want, merges[_i].want_flags, 4);
	ck_assert_msg(memcmp(out + E2I_FLAGS, want, 4) == 0, "%s: flags", merges[_i].name);
	ck_assert_msg(out[E2I_BLOCK] == merges[_i].block, "%s: i_block", merges[_i].name);
	ck_assert_msg(out[E2I_BLOCK + 1] == (empty ? 0xf3 : merges[_i].block), "%s: i_block",
	    merges[_i].name);
	ck_assert_msg(out[E2I_BLOCK + 59] == (empty ? 0 : merges[_i].block), "%s: i_block's end",
	    merges[_i].name);
	ck_assert_msg(out[E2I_SIZE] == merges[_i].size && out[E2I_SIZE_HI] == merges[_i].size,
	    "%s: size", merges[_i].name);
	ck_assert(out[E2I_UID] == 1 && out[E2I_GENERATION] == 1 && out[159] == 1);
	ck_assert_msg(out[160] == (merges[_i].base ? 2 : 0) && out[255] == out[160], "%s: behind",
	    merges[_i].name);
}
END_TEST

/* The check values that the catalogues of CRCs give for "123456789". */
START_TEST(ext2fs_fmt_checksums)
{
	ck_assert_uint_eq(e2_crc16(0xffff, "123456789", 9), 0x4b37);
	ck_assert_uint_eq(e2_crc32_be(~0u, "123456789", 9), 0x0376e6e7);
	ck_assert_uint_eq(~e2_csum_bytes(~0u, "123456789", 9), 0xe3069283);
}
END_TEST

/* As debugfs's dx_hash prints them, with an empty seed; unsigned ones of ASCII names are the same. */
static const struct {
	unsigned version;
	const char *name;
	uint32_t hash;
} hashes[] = {
	{ 0, "a", 0xe74b53e2 },
	{ 0, "hello.txt", 0x65a05776 },
	{ 0, "a-name-that-takes-more-than-one-block-of-32-bytes.tar.gz", 0x126b254 },
	{ 0, "\303\244\303\266\303\274", 0xe32d0194 },
	{ 1, "a", 0xd5fa7d7a },
	{ 1, "hello.txt", 0xa26e1d86 },
	{ 1, "a-name-that-takes-more-than-one-block-of-32-bytes.tar.gz", 0x6c38845a },
	{ 1, "\303\244\303\266\303\274", 0x606c99be },
	{ 2, "a", 0x6d0ea4c0 },
	{ 2, "hello.txt", 0x5107c3f2 },
	{ 2, "a-name-that-takes-more-than-one-block-of-32-bytes.tar.gz", 0x6010c968 },
	{ 2, "\303\244\303\266\303\274", 0x18ed4406 },
	{ 3, "a", 0xe74b53e2 },
	{ 3, "hello.txt", 0x65a05776 },
	{ 3, "a-name-that-takes-more-than-one-block-of-32-bytes.tar.gz", 0x126b254 },
	{ 4, "a", 0xd5fa7d7a },
	{ 4, "hello.txt", 0xa26e1d86 },
	{ 4, "a-name-that-takes-more-than-one-block-of-32-bytes.tar.gz", 0x6c38845a },
	{ 5, "a", 0x6d0ea4c0 },
	{ 5, "hello.txt", 0x5107c3f2 },
	{ 5, "a-name-that-takes-more-than-one-block-of-32-bytes.tar.gz", 0x6010c968 },
};

START_TEST(ext2fs_fmt_name_hashes)
{
	static const uint32_t seed[4];
	const char *const name = hashes[_i].name;
	uint32_t h = 0;

	ck_assert(e2_name_hash(hashes[_i].version, seed, (const uint8_t *)name, strlen(name), &h));
	ck_assert_msg(h == hashes[_i].hash, "%u %s: %08x", hashes[_i].version, name, h);
	ck_assert(!e2_name_hash(E2_HASH_SIPHASH, seed, (const uint8_t *)name, strlen(name), &h));
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("ext2fs_fmt");
	TCase *const tc = tcase_create("fmt");
	SRunner *sr;
	int failed;

	tcase_add_test(tc, ext2fs_fmt_super);
	tcase_add_test(tc, ext2fs_fmt_group);
	tcase_add_test(tc, ext2fs_fmt_inode);
	tcase_add_test(tc, ext2fs_fmt_rdev);
	tcase_add_test(tc, ext2fs_fmt_extents);
	tcase_add_test(tc, ext2fs_fmt_dirents);
	tcase_add_test(tc, ext2fs_fmt_hash_tree);
	tcase_add_test(tc, ext2fs_fmt_xattrs);
	tcase_add_test(tc, ext2fs_fmt_acl);
	tcase_add_test(tc, ext2fs_fmt_journal);
	tcase_add_test(tc, ext2fs_fmt_fast_commits);
	tcase_add_loop_test(
	    tc, ext2fs_fmt_fast_commit_inode, 0, (int)(sizeof(merges) / sizeof(merges[0])));
	tcase_add_test(tc, ext2fs_fmt_checksums);
	tcase_add_loop_test(
	    tc, ext2fs_fmt_name_hashes, 0, (int)(sizeof(hashes) / sizeof(hashes[0])));
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
