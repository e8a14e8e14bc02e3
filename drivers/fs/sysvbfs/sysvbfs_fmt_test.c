/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Decoders and encoders against bytes written out by hand, and back.  They are pure functions inside
 * the component, so this program calls them by the names that they have after renaming.
 */
#include <stdbool.h>
#include <stdint.h>
#define bfs_super_decode  rumpns_bfs_super_decode
#define bfs_super_encode  rumpns_bfs_super_encode
#define bfs_inode_decode  rumpns_bfs_inode_decode
#define bfs_inode_encode  rumpns_bfs_inode_encode
#define bfs_dirent_decode rumpns_bfs_dirent_decode
#define bfs_dirent_encode rumpns_bfs_dirent_encode
#define bfs_inode_blocks  rumpns_bfs_inode_blocks
#define bfs_inode_size	  rumpns_bfs_inode_size
#define bfs_inode_set	  rumpns_bfs_inode_set
#define bfs_name_ok	  rumpns_bfs_name_ok
#include "sysvbfs_fmt.h"

#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* mkfs.bfs -N 48 -F fsname -V volum, 2048 blocks */
static const uint8_t super_bytes[40] = { 0xce, 0xfa, 0xad, 0x1b, 0x00, 0x0e, 0x00, 0x00, 0xff, 0xff,
	0x0f, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 'f', 's', 'n', 'a', 'm', 'e', 'v', 'o', 'l', 'u', 'm', 0 };

START_TEST(fmt_super)
{
	uint8_t buf[512] = { 0 }, again[512];
	struct bfs_super s;

	memcpy(buf, super_bytes, sizeof(super_bytes));
	ck_assert_int_eq(bfs_super_decode(buf, sizeof(buf), &s), 0);
	ck_assert(s.s_start == 0xe00 && s.s_end == 0xfffff && s.s_from == BFS_NONE &&
	    s.s_to == BFS_NONE && s.s_bfrom == BFS_NONE && s.s_bto == BFS_NONE);
	ck_assert_mem_eq(s.s_fsname, "fsname", 6);
	ck_assert_mem_eq(s.s_volume, "volum", 6);
	memset(again, 'x', sizeof(again));
	bfs_super_encode(&s, again);
	ck_assert_mem_eq(again, buf, sizeof(buf));
	ck_assert_int_eq(bfs_super_decode(buf, 511, &s), EINVAL);
	buf[3] ^= 1;
	ck_assert_int_eq(bfs_super_decode(buf, sizeof(buf), &s), EINVAL);
}
END_TEST

START_TEST(fmt_inode)
{
	static const uint8_t bytes[64] = { 0x34, 0x12, 0, 0, 7, 0, 0, 0, 8, 0, 0, 0, 0x1f, 0x0e, 0,
		0, 2, 0, 0, 0, 0xed, 0x41, 0, 0, 0x78, 0x56, 0x34, 0x12, 1, 0, 0, 0, 2, 0, 0, 0,
		0xfe, 0x0d, 0x07, 0x6b, 1, 2, 3, 4, 5, 6, 7, 0x88 };
	struct bfs_inode i;
	uint8_t again[64];

	ck_assert_int_eq(bfs_inode_decode(bytes, sizeof(bytes), &i), 0);
	ck_assert(i.i_ino == 0x1234 && i.i_start == 7 && i.i_end == 8 && i.i_eoffset == 0xe1f &&
	    i.i_type == BFS_TYPE_DIR && i.i_mode == 0x41ed && i.i_uid == 0x12345678 &&
	    i.i_gid == 1 && i.i_nlink == 2 && i.i_atime == 0x6b070dfe && i.i_mtime == 0x04030201 &&
	    i.i_ctime == 0x88070605);
	ck_assert(bfs_inode_blocks(&i) == 2 && bfs_inode_size(&i) == 32);
	memset(again, 'x', sizeof(again));
	bfs_inode_encode(&i, again);
	ck_assert_mem_eq(again, bytes, sizeof(bytes));
	ck_assert_int_eq(bfs_inode_decode(bytes, 63, &i), EINVAL);
	bfs_inode_set(&i, 100, 3, 1025);
	ck_assert(i.i_start == 100 && i.i_end == 102 && i.i_eoffset == 100 * 512 + 1024);
	ck_assert(bfs_inode_blocks(&i) == 3 && bfs_inode_size(&i) == 1025);
	bfs_inode_set(&i, 100, 1, 0);
	ck_assert(bfs_inode_blocks(&i) == 1 && bfs_inode_size(&i) == 0);
	bfs_inode_set(&i, 100, 0, 0);
	ck_assert(i.i_start == 0 && bfs_inode_blocks(&i) == 0 && bfs_inode_size(&i) == 0);
	/* What other systems leave of an empty file. */
	i.i_eoffset = BFS_NONE;
	ck_assert(bfs_inode_blocks(&i) == 0 && bfs_inode_size(&i) == 0);
}
END_TEST

static const struct {
	const char bytes[17];
	uint8_t namlen;
	bool ok;
} names[] = { { "\3\0name\0\0\0\0\0\0\0\0\0\0", 4, true }, { "\3\00014_bytes_long_", 14, true },
	{ "\3\0\0junk\0\0\0\0\0\0\0\0\0", 0, false },
	{ "\3\0a/b\0\0\0\0\0\0\0\0\0\0\0", 3, false } };

START_TEST(fmt_dirent)
{
	struct bfs_dirent d;
	uint8_t again[16];

	ck_assert_int_eq(bfs_dirent_decode(names[_i].bytes, 16, &d), 0);
	ck_assert_uint_eq(d.d_ino, 3);
	ck_assert_uint_eq(d.d_namlen, names[_i].namlen);
	ck_assert(bfs_name_ok(&d) == names[_i].ok);
	if (names[_i].ok) {
		bfs_dirent_encode(&d, again);
		ck_assert_mem_eq(again, names[_i].bytes, 16);
	}
	ck_assert_int_eq(bfs_dirent_decode(names[_i].bytes, 15, &d), EINVAL);
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("sysvbfs_fmt");
	TCase *const tc = tcase_create("fmt");
	SRunner *sr;
	int failed;

	tcase_add_test(tc, fmt_super);
	tcase_add_test(tc, fmt_inode);
	tcase_add_loop_test(tc, fmt_dirent, 0, sizeof(names) / sizeof(names[0]));
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
