/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Fast commits.  An image whose journal was not closed gets fast commits of ours; what a mount shows
 * must be what e2fsck makes of a copy, and what the same changes make of the source tree.  e2fsck
 * replays no new directories, symbolic links and devices, so for these the tree alone tells.
 */
#define _GNU_SOURCE
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "ext2fs_testlib.h"
#include "ext2fs_testlib_fc.h"

enum { I_MODE = 0, I_SIZE = 4, I_MTIME = 0x10, I_LINKS = 0x1a, I_FLAGS = 0x20, I_BLOCK = 0x28 };
enum { I_GENERATION = 0x64, RECORD = 128 + 32, FL_EXTENTS = 0x80000, FL_INLINE = 0x10000000 };
#define UNWRITTEN 32768

static const struct row {
	const char *name;
	const char *mkfs;
	const char *jo;
	unsigned megabytes;
} rows[] = {
	{ "1 KiB blocks", "-b 1024", "", 16 },
	{ "4 KiB blocks, journal with checksums", "-b 4096", "-c", 64 },
	{ "no checksums", "-b 1024 -O ^metadata_csum", "", 16 },
	{ "inline data", "-b 1024 -O inline_data", "", 16 },
	{ "hash trees", "-b 1024", "-c", 16 },
	{ "64 KiB blocks", "-b 65536", "", 256 },
};
#define NROWS ((int)(sizeof(rows) / sizeof(rows[0])))

static void
make_file(const char *path, size_t len, uint8_t seed)
{
	uint8_t *const data = malloc(len + 1);

	for (size_t i = 0; i < len; i++)
		data[i] = (uint8_t)(seed + i * 7 + (i >> 8));
	tl_spew(path, data, len);
	free(data);
}

static void
setup(void)
{
	char path[100];

	tl_enter_scratch();
	tl_run("mkdir -p src/d/e src/many; ln -s target src/link; mkfifo src/fifo");
	make_file("src/small", 20, 1);
	make_file("src/d/f", 5000, 2);
	make_file("src/big", 300000, 3);
	make_file("src/cut", 200000, 4);
	for (int i = 0; i < 80; i++) {
		snprintf(path, sizeof(path), "src/many/a-name-that-takes-some-room-%d", i);
		make_file(path, 3, (uint8_t)i);
	}
}

static void
make_image(const struct row *row)
{
	tl_run("mkfs.ext4 %s -O fast_commit -J fast_commit_size=%d -N 1000 -F -d src image %uM",
	    row->mkfs, 16 * atoi(strstr(row->mkfs, "-b ") + 3) / 1024, row->megabytes);
	if (strcmp(row->name, "hash trees") == 0)
		tl_run("e2fsck -fyD image; [ $? -le 1 ]");
	tl_run("cp -a src want");
}

/* ---- Comparisons ---- */

static void
equals_e2fsck(const char *name)
{
	char *ours, *theirs;

	tl_run(
	    "cp image copy; cp image untouched; e2fsck -fy copy >fsck.log 2>&1 || [ $? -le 1 ] || { head -c 600 fsck.log; false; }");
	ours = tl_describe("image");
	theirs = tl_describe("copy");
	if (strcmp(ours, theirs) != 0) {
		tl_spew("ours", ours, strlen(ours));
		tl_spew("theirs", theirs, strlen(theirs));
		tl_run("diff ours theirs | head -15; grep rror fsck.log; false");
	}
	ck_assert_msg(strcmp(ours, theirs) == 0, "%s", name);
	tl_run("cmp image untouched");
	free(ours);
	free(theirs);
}

static void
equals_tree(const char *name)
{
	ck_assert_msg(tl_mount("image", "ext4") == 0, "%s: not mounted", name);
	ck_assert_msg(tl_compare("want", TL_MNT, TL_NOTIMES | TL_NOXATTR) > 80, "%s: files", name);
	tl_unmount();
}

/* ---- Changes, both in the log and in the tree "want" ---- */

static void
put(uint8_t *p, uint32_t v, int n)
{
	for (int i = 0; i < n; i++)
		p[i] = (uint8_t)(v >> (8 * i));
}

/* An inode like that of path, as a new file's: of RECORD bytes. */
static void
new_inode(const struct fc_image *im, const char *path, uint32_t generation, uint8_t raw[256])
{
	memcpy(raw, fc_inode_at(im, fc_ino(im, path)), 256);
	put(raw + I_GENERATION, generation, 4);
	put(raw + I_LINKS, 1, 2);
}

static void
link_name(struct fc_image *im, unsigned tag, const char *dir, uint32_t ino, const char *name)
{
	fc_name(im, tag, fc_ino(im, dir), ino, name, strlen(name));
}

/* A file of two blocks and a piece, written into free blocks of the image and into want. */
static void
create_file(struct fc_image *im, unsigned n, const char *name)
{
	const uint32_t ino = fc_free_ino(im, n), blk = fc_free_block(im, n), bs = im->im_bsize;
	char path[100];
	uint8_t raw[256], *data;
	size_t len;

	new_inode(im, "/big", 0x1000 + n, raw);
	put(raw + I_SIZE, bs * 2 + 100, 4);
	put(raw + I_FLAGS, FL_EXTENTS, 4);
	fc_inode(im, ino, raw, RECORD);
	fc_add_range(im, ino, 0, 3, blk);
	link_name(im, FC_CREAT, "/", ino, name);
	snprintf(path, sizeof(path), "want/%s", name);
	make_file(path, bs * 2 + 100, (uint8_t)(n + 77));
	data = tl_slurp(path, &len);
	memcpy(im->im_data + (size_t)blk * bs, data, len);
	free(data);
}

/* d/f grows: its last block gets a full sister. */
static void
append_file(struct fc_image *im)
{
	const uint32_t ino = fc_ino(im, "/d/f"), blk = fc_free_block(im, 5), bs = im->im_bsize;
	const uint32_t first = (5000 + bs - 1) / bs, size = (first + 1) * bs;
	uint8_t raw[256], *data;
	size_t len;

	/* What the last block held behind the old end is zero, in the tree as well. */
	tl_run(
	    "truncate -s %u want/d/f; head -c %u want/big | tail -c %u >tail; cat tail >>want/d/f",
	    first * bs, bs, bs);
	data = tl_slurp("tail", &len);
	memcpy(im->im_data + (size_t)blk * bs, data, len);
	free(data);
	memcpy(raw, fc_inode_at(im, ino), sizeof(raw));
	put(raw + I_SIZE, size, 4);
	fc_add_range(im, ino, first, 1, blk);
	fc_inode(im, ino, raw, RECORD);
}

/* big: a hole, an unwritten block, a block that moved, three of which the second goes again. */
static void
punch_file(struct fc_image *im)
{
	const uint32_t ino = fc_ino(im, "/big"), blk = fc_free_block(im, 6), bs = im->im_bsize;
	uint8_t *data;
	size_t len;

	if (300000 / bs < 8)
		return;
	fc_del_range(im, ino, 0, 1);
	fc_del_range(im, ino, 1, 1);
	fc_add_range(im, ino, 1, UNWRITTEN + 1, fc_free_block(im, 7));
	fc_del_range(im, ino, 3, 1);
	fc_add_range(im, ino, 3, 1, blk);
	fc_del_range(im, ino, 5, 3);
	fc_add_range(im, ino, 5, 3, blk + 1);
	fc_del_range(im, ino, 6, 1);
	fc_inode(im, ino, fc_inode_at(im, ino), RECORD);
	tl_run("dd if=/dev/zero of=want/big bs=%u count=2 conv=notrunc;"
	       "dd if=src/cut of=want/big bs=%u count=1 seek=3 conv=notrunc;"
	       "dd if=src/cut of=want/big bs=%u count=3 seek=5 skip=1 conv=notrunc;"
	       "dd if=/dev/zero of=want/big bs=%u count=1 seek=6 conv=notrunc",
	    bs, bs, bs, bs);
	data = tl_slurp("src/cut", &len);
	memcpy(im->im_data + (size_t)blk * bs, data, 4 * bs);
	free(data);
}

static void
truncate_file(struct fc_image *im)
{
	const uint32_t ino = fc_ino(im, "/cut");
	uint8_t raw[256];

	memcpy(raw, fc_inode_at(im, ino), sizeof(raw));
	put(raw + I_SIZE, 10, 4);
	put(raw + I_MODE, 0100600, 2);
	fc_del_range(im, ino, 1, 200000);
	fc_inode(im, ino, raw, RECORD);
	tl_run("truncate -s 10 want/cut; chmod 0600 want/cut");
}

static void
change_names(struct fc_image *im)
{
	const uint32_t small = fc_ino(im, "/small"), dir = fc_ino(im, "/d");
	const uint32_t many = fc_ino(im, "/many/a-name-that-takes-some-room-3");
	uint8_t raw[256];

	/* Before its names: an inline directory's record would have them already. */
	memcpy(raw, fc_inode_at(im, dir), sizeof(raw));
	put(raw + I_MODE, 040711, 2);
	fc_inode(im, dir, raw, raw[I_FLAGS + 3] & (FL_INLINE >> 24) ? 256 : RECORD);
	link_name(im, FC_LINK, "/d", small, "small-link");
	memcpy(raw, fc_inode_at(im, small), sizeof(raw));
	put(raw + I_LINKS, 2, 2);
	fc_inode(im, small, raw, raw[I_FLAGS + 3] & (FL_INLINE >> 24) ? 256 : RECORD);
	link_name(im, FC_LINK, "/", many, "renamed");
	link_name(im, FC_UNLINK, "/many", many, "a-name-that-takes-some-room-3");
	link_name(im, FC_UNLINK, "/many", fc_ino(im, "/many/a-name-that-takes-some-room-8"),
	    "a-name-that-takes-some-room-8");
	tl_run("cd want; ln small d/small-link; mv many/a-name-that-takes-some-room-3 renamed;"
	       "rm many/a-name-that-takes-some-room-8; chmod 711 d");
}

/* One file that took the name of another one, and one that came and went. */
static void
replace_names(struct fc_image *im)
{
	const uint32_t a = fc_ino(im, "/many/a-name-that-takes-some-room-10");
	const uint32_t b = fc_ino(im, "/many/a-name-that-takes-some-room-11");

	link_name(im, FC_UNLINK, "/many", a, "a-name-that-takes-some-room-10");
	link_name(im, FC_LINK, "/many", b, "a-name-that-takes-some-room-10");
	link_name(im, FC_UNLINK, "/many", b, "a-name-that-takes-some-room-11");
	link_name(im, FC_LINK, "/d", b, "comes");
	link_name(im, FC_UNLINK, "/d", b, "comes");
	tl_run("cd want/many; mv a-name-that-takes-some-room-11 a-name-that-takes-some-room-10");
}

/* ---- Tests ---- */

static void
change_files(struct fc_image *im)
{
	create_file(im, 0, "new-0");
	append_file(im);
	punch_file(im);
	truncate_file(im);
	fc_tail(im, im->im_tid, 0);
	change_names(im);
	create_file(im, 1, "new-1");
	fc_tail(im, im->im_tid, 0);
	replace_names(im);
	fc_tail(im, im->im_tid, 0);
}

START_TEST(ext2fs_fc_files)
{
	struct fc_image im;

	make_image(&rows[_i]);
	fc_open(&im, "image", rows[_i].jo);
	fc_head(&im, im.im_tid, 0);
	change_files(&im);
	fc_close(&im);
	equals_tree(rows[_i].name);
	equals_e2fsck(rows[_i].name);
}
END_TEST

/*
 * A fast commit of many blocks, so with padding; names more than once, which changes nothing.  The
 * directories would need more blocks, which e2fsck does not give them.
 */
START_TEST(ext2fs_fc_many_blocks)
{
	struct fc_image im;
	uint32_t ino;
	char name[64];

	make_image(&rows[_i]);
	fc_open(&im, "image", rows[_i].jo);
	ino = fc_ino(&im, "/small");
	fc_head(&im, im.im_tid, 0);
	for (int i = 0; i < 180; i++) {
		snprintf(name, sizeof(name), "one-more-%0*d", i % 30, i);
		link_name(&im, FC_LINK, i % 2 ? "/d" : "/many", ino, name);
		if (i % 5 == 0)
			link_name(&im, FC_LINK, i % 2 ? "/d" : "/many", ino, name);
		tl_run("ln want/small want/%s/%s", i % 2 ? "d" : "many", name);
	}
	uint8_t raw[256];
	memcpy(raw, fc_inode_at(&im, ino), sizeof(raw));
	put(raw + I_LINKS, 181, 2);
	fc_inode(&im, ino, raw, raw[I_FLAGS + 3] & (FL_INLINE >> 24) ? 256 : RECORD);
	fc_tail(&im, im.im_tid, 0);
	ck_assert_uint_gt(im.im_used / im.im_bsize, im.im_bsize < 65536 ? 1 : 0);
	/* A name that leads elsewhere by now stays; e2fsck stops there. */
	link_name(&im, FC_UNLINK, "/many", ino, "a-name-that-takes-some-room-9");
	fc_tail(&im, im.im_tid, 0);
	fc_close(&im);
	equals_tree(rows[_i].name);
}
END_TEST

static uint32_t
create_special(struct fc_image *im, unsigned n, const char *like, const char *dir, const char *name,
    const char *block, size_t size)
{
	const uint32_t ino = fc_free_ino(im, n);
	uint8_t raw[256];

	new_inode(im, like, 0x2000 + n, raw);
	put(raw + I_SIZE, (uint32_t)size, 4);
	if (block != NULL) {
		put(raw + I_FLAGS, 0, 4);
		memset(raw + I_BLOCK, 0, 60);
		memcpy(raw + I_BLOCK, block, size);
	}
	fc_inode(im, ino, raw, RECORD);
	link_name(im, FC_CREAT, dir, ino, name);
	return ino;
}

/* Directories, with entries; short and long links; a fifo; a device. */
START_TEST(ext2fs_fc_other_types)
{
	struct fc_image im;
	uint32_t ino, dir, blk;
	uint8_t raw[256];
	struct stat st;

	make_image(&rows[_i]);
	fc_open(&im, "image", rows[_i].jo);
	fc_head(&im, im.im_tid, 0);
	create_special(&im, 10, "/link", "/d", "newlink", "another-target", 14);
	create_special(&im, 11, "/fifo", "/d", "newfifo", "", 0);

	ino = fc_free_ino(&im, 12);
	blk = fc_free_block(&im, 0);
	new_inode(&im, "/link", 0x3000, raw);
	put(raw + I_SIZE, 90, 4);
	put(raw + I_FLAGS, FL_EXTENTS, 4);
	memset(im.im_data + (size_t)blk * im.im_bsize, 't', 90);
	fc_inode(&im, ino, raw, RECORD);
	fc_add_range(&im, ino, 0, 1, blk);
	link_name(&im, FC_CREAT, "/", ino, "longlink");

	ino = fc_free_ino(&im, 13);
	new_inode(&im, "/fifo", 0x3001, raw);
	put(raw + I_MODE, S_IFCHR | 0600, 2);
	put(raw + I_FLAGS, 0, 4);
	put(raw + I_BLOCK, 5 << 8 | 1, 4);
	fc_inode(&im, ino, raw, RECORD);
	link_name(&im, FC_CREAT, "/", ino, "newchr");

	dir = fc_free_ino(&im, 14);
	new_inode(&im, "/d", 0x3002, raw);
	put(raw + I_SIZE, im.im_bsize, 4);
	put(raw + I_FLAGS, FL_EXTENTS, 4);
	put(raw + I_LINKS, 3, 2);
	fc_inode(&im, dir, raw, RECORD);
	link_name(&im, FC_CREAT, "/d", dir, "newdir");
	fc_name(&im, FC_LINK, dir, fc_ino(&im, "/small"), "hello", 5);
	ino = fc_free_ino(&im, 15);
	put(raw + I_LINKS, 2, 2);
	put(raw + I_GENERATION, 0x3003, 4);
	fc_inode(&im, ino, raw, RECORD);
	fc_name(&im, FC_CREAT, dir, ino, "sub", 3);
	fc_tail(&im, im.im_tid, 0);
	fc_close(&im);

	tl_run(
	    "ln -s another-target want/d/newlink; mkfifo want/d/newfifo; mkdir -p want/d/newdir/sub;"
	    "ln -s $(printf '%%090d' 0 | tr 0 t) want/longlink; cp -p want/small want/d/newdir/hello");
	ck_assert_int_eq(tl_mount("image", "ext4"), 0);
	ck_assert_int_eq(rump_sys_stat(TL_MNT "/newchr", &st), 0);
	ck_assert(S_ISCHR(st.st_mode) && st.st_rdev == makedev(5, 1));
	ck_assert_int_eq(rump_sys_stat(TL_MNT "/d/newdir/sub/../../newdir/..", &st), 0);
	ck_assert_uint_eq(st.st_ino, fc_ino(&im, "/d"));
	ck_assert_int_eq(rump_sys_stat(TL_MNT "/d/newdir/.", &st), 0);
	ck_assert_uint_eq(st.st_ino, dir);
	ck_assert_int_eq(st.st_size, (off_t)im.im_bsize);
	tl_unmount();
	tl_run("mknod -m 600 want/newchr c 5 1 || rm -f want/newchr");
	if (access("want/newchr", F_OK) == 0)
		equals_tree(rows[_i].name);
}
END_TEST

/* A number that had another owner: nothing of the old file shows. */
START_TEST(ext2fs_fc_number_again)
{
	struct fc_image im;
	uint8_t raw[256];
	uint32_t ino;

	if (tl_have_xattrs())
		tl_run("setfattr -n user.old -v owner src/big");
	make_image(&rows[0]);
	fc_open(&im, "image", "");
	ino = fc_ino(&im, "/big");
	fc_head(&im, im.im_tid, 0);
	link_name(&im, FC_UNLINK, "/", ino, "big");
	fc_add_range(&im, ino, 2, 1, fc_free_block(&im, 1)); /* of the old owner */
	fc_inode(&im, ino, fc_inode_at(&im, ino), RECORD);
	new_inode(&im, "/big", 0x4000, raw);
	put(raw + I_SIZE, 5000, 4);
	fc_inode(&im, ino, raw, RECORD);
	link_name(&im, FC_CREAT, "/d", ino, "again");
	fc_tail(&im, im.im_tid, 0);
	memset(im.im_data + (size_t)fc_free_block(&im, 1) * im.im_bsize, 'x', im.im_bsize);
	fc_close(&im);
	tl_run("rm want/big; truncate -s 5000 want/d/again");
	ck_assert_int_eq(tl_mount("image", "ext4"), 0);
	ck_assert_uint_gt(tl_compare("want", TL_MNT, TL_NOTIMES), 80);
	tl_unmount();
}
END_TEST

/* ---- Logs that do not end well ---- */

/* The first fast commit is sound and makes new-0; the second one would make new-1. */
static void
torn_tail(struct fc_image *im)
{
	fc_tail(im, im->im_tid, 1);
}

static void
old_tail(struct fc_image *im)
{
	fc_tail(im, im->im_tid - 1, 0);
}

static void
no_tail(struct fc_image *im)
{
}

static void
unknown_tag(struct fc_image *im)
{
	fc_record(im, 77, "abc", 3);
	fc_tail(im, im->im_tid, 0);
}

static void
short_record(struct fc_image *im)
{
	fc_record(im, FC_LINK, "abcdefg", 7);
	fc_tail(im, im->im_tid, 0);
}

static void
other_head(struct fc_image *im)
{
	fc_head(im, im->im_tid + 1, 0);
	fc_tail(im, im->im_tid, 0);
}

static void
damaged_record(struct fc_image *im)
{
	const size_t at = im->im_used - 1;

	fc_tail(im, im->im_tid, 0);
	im->im_log[at] ^= 1;
}

static const struct {
	const char *name;
	void (*end)(struct fc_image *);
	bool differs; /* e2fsck takes none of it, or dies */
} torn[] = {
	{ "wrong checksum", torn_tail, false },
	{ "tail of an older transaction", old_tail, false },
	{ "no tail", no_tail, false },
	{ "unknown tag", unknown_tag, false },
	{ "short record", short_record, true },
	{ "head of another transaction", other_head, true },
	{ "damaged record", damaged_record, false },
};
#define NTORN ((int)(sizeof(torn) / sizeof(torn[0])))

START_TEST(ext2fs_fc_torn_tail_ends_it)
{
	struct fc_image im;

	make_image(&rows[0]);
	fc_open(&im, "image", "");
	fc_head(&im, im.im_tid, 0);
	create_file(&im, 0, "new-0");
	fc_tail(&im, im.im_tid, 0);
	create_file(&im, 1, "new-1");
	torn[_i].end(&im);
	fc_close(&im);
	tl_run("rm want/new-1");
	equals_tree(torn[_i].name);
	if (!torn[_i].differs)
		equals_e2fsck(torn[_i].name);
}
END_TEST

/* The first fast commit is not right, or of another transaction: there is none. */
START_TEST(ext2fs_fc_none)
{
	struct fc_image im;

	make_image(&rows[0]);
	fc_open(&im, "image", "");
	fc_head(&im, im.im_tid + (_i == 1) - (_i == 2), 0);
	create_file(&im, 0, "new-0");
	fc_tail(&im, im.im_tid + (_i == 1) - (_i == 2), _i == 0);
	fc_close(&im);
	tl_run("rm want/new-0");
	equals_tree("none");
}
END_TEST

/* ---- Records that cannot be, with a checksum that is right ---- */

static void
bad_features(struct fc_image *im)
{
	im->im_used = 0;
	im->im_crc = 0;
	fc_head(im, im->im_tid, 4);
}

static void
bad_parent(struct fc_image *im)
{
	fc_name(im, FC_LINK, 7777777, 12, "name", 4);
}

static void
bad_special_parent(struct fc_image *im)
{
	fc_name(im, FC_LINK, 8, 12, "name", 4);
}

static void
bad_child(struct fc_image *im)
{
	fc_name(im, FC_CREAT, 2, 0, "name", 4);
}

static void
bad_special_child(struct fc_image *im)
{
	fc_name(im, FC_CREAT, 2, 8, "name", 4);
}

static void
bad_empty(struct fc_image *im)
{
	fc_name(im, FC_LINK, 2, 12, "", 0);
}

static void
bad_slash(struct fc_image *im)
{
	fc_name(im, FC_CREAT, 2, 12, "na/me", 5);
}

static void
bad_nul(struct fc_image *im)
{
	fc_name(im, FC_CREAT, 2, 12, "na\0me", 5);
}

static void
bad_dot(struct fc_image *im)
{
	fc_name(im, FC_UNLINK, 2, 12, ".", 1);
}

static void
bad_dotdot(struct fc_image *im)
{
	fc_name(im, FC_LINK, 2, 12, "..", 2);
}

static void
bad_range_inode(struct fc_image *im)
{
	fc_add_range(im, 0, 0, 1, 100);
}

static void
bad_range_empty(struct fc_image *im)
{
	fc_add_range(im, 12, 0, 0, 100);
}

static void
bad_range_overflow(struct fc_image *im)
{
	fc_del_range(im, 12, 0xfffffff0, 0x20);
}

static void
bad_range_blocks(struct fc_image *im)
{
	fc_add_range(im, 12, 0, 10, im->im_len / im->im_bsize - 5);
}

static void
bad_inode_number(struct fc_image *im)
{
	fc_inode(im, 0xffffffff, fc_inode_at(im, 2), RECORD);
}

static void
bad_inode_size(struct fc_image *im)
{
	uint8_t raw[512];

	memcpy(raw, fc_inode_at(im, 2), 256);
	fc_inode(im, 12, raw, 300);
}

static void
bad_inode_extra(struct fc_image *im)
{
	uint8_t raw[256];

	memcpy(raw, fc_inode_at(im, 2), 256);
	put(raw + 128, 200, 2);
	fc_inode(im, 12, raw, RECORD);
}

static const struct {
	const char *says;
	void (*emit)(struct fc_image *);
	int error;
} hostile[] = {
	{ "features are not supported (4)", bad_features, EOPNOTSUPP },
	{ "name in an impossible inode (7777777)", bad_parent, EIO },
	{ "name in an impossible inode (8)", bad_special_parent, EIO },
	{ "name of an impossible inode (0)", bad_child, EIO },
	{ "name of an impossible inode (8)", bad_special_child, EIO },
	{ "impossible name of inode (12)", bad_empty, EIO },
	{ "impossible name of inode (12)", bad_slash, EIO },
	{ "impossible name of inode (12)", bad_nul, EIO },
	{ "impossible name of inode (12)", bad_dot, EIO },
	{ "impossible name of inode (12)", bad_dotdot, EIO },
	{ "blocks of an impossible inode (0)", bad_range_inode, EIO },
	{ "impossible range of blocks of inode (12)", bad_range_empty, EIO },
	{ "impossible range of blocks of inode (12)", bad_range_overflow, EIO },
	{ "blocks outside the file system, of inode (12)", bad_range_blocks, EIO },
	{ "impossible inode (4294967295)", bad_inode_number, EIO },
	{ "impossible size of inode (12)", bad_inode_size, EIO },
	{ "impossible size of inode (12)", bad_inode_extra, EIO },
};
#define NHOSTILE ((int)(sizeof(hostile) / sizeof(hostile[0])))

START_TEST(ext2fs_fc_hostile_record)
{
	struct fc_image im;
	char *said;
	int error;

	make_image(&rows[0]);
	fc_open(&im, "image", "");
	fc_head(&im, im.im_tid, 0);
	hostile[_i].emit(&im);
	fc_tail(&im, im.im_tid, 0);
	fc_close(&im);
	tl_console_catch();
	error = tl_mount("image", "ext4");
	said = tl_console_release();
	ck_assert_msg(error == hostile[_i].error, "%s: %s", hostile[_i].says, strerror(error));
	ck_assert_msg(strstr(said, "journal: fast commit in block ") != NULL &&
		strstr(said, hostile[_i].says) != NULL,
	    "%s: said %s", hostile[_i].says, said);
	free(said);
}
END_TEST

/* Names in files, loops of directories, inodes that are none: errors of calls, never more. */
START_TEST(ext2fs_fc_hostile_tree)
{
	struct fc_image im;
	struct stat st;
	uint32_t f, d, e, a;

	make_image(&rows[_i]);
	fc_open(&im, "image", rows[_i].jo);
	f = fc_ino(&im, "/d/f");
	d = fc_ino(&im, "/d");
	e = fc_ino(&im, "/d/e");
	a = fc_free_ino(&im, 0);
	fc_head(&im, im.im_tid, 0);
	fc_name(&im, FC_CREAT, f, d, "in-a-file", 9);
	fc_name(&im, FC_CREAT, e, d, "loop", 4);
	fc_name(&im, FC_CREAT, 2, a, "nothing", 7);
	fc_name(&im, FC_CREAT, d, a, "nothing", 7);
	fc_del_range(&im, d, 0, 1);
	fc_del_range(&im, fc_ino(&im, "/many"), 0, 100);
	fc_add_range(&im, fc_ino(&im, "/cut"), 0, 3, im.im_js);
	fc_tail(&im, im.im_tid, 0);
	fc_close(&im);
	ck_assert_int_eq(tl_mount("image", "ext4"), 0);
	(void)tl_exercise(TL_MNT, 500);
	ck_assert_int_eq(rump_sys_stat(TL_MNT "/nothing", &st), -1);
	ck_assert_int_eq(errno, EIO);
	ck_assert_int_eq(rump_sys_stat(TL_MNT "/small", &st), 0);
	tl_unmount();
}
END_TEST

/* A damaged inode below a record is an error, not a file without blocks. */
START_TEST(ext2fs_fc_damaged_base)
{
	struct fc_image im;
	struct stat st;
	uint32_t ino;

	make_image(&rows[0]);
	fc_open(&im, "image", "");
	ino = fc_ino(&im, "/big");
	fc_head(&im, im.im_tid, 0);
	fc_inode(&im, ino, fc_inode_at(&im, ino), RECORD);
	fc_tail(&im, im.im_tid, 0);
	fc_inode_at(&im, ino)[I_MTIME] ^= 1;
	fc_close(&im);
	ck_assert_int_eq(tl_mount("image", "ext4"), 0);
	ck_assert_int_eq(rump_sys_stat(TL_MNT "/big", &st), -1);
	ck_assert_int_eq(errno, EIO);
	tl_unmount();
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("ext2fs_fc");
	TCase *const tc = tcase_create("fast commits");
	SRunner *sr;
	int failed;

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, ext2fs_fc_files, 0, NROWS);
	tcase_add_loop_test(tc, ext2fs_fc_many_blocks, 0, NROWS);
	tcase_add_loop_test(tc, ext2fs_fc_other_types, 0, NROWS);
	tcase_add_test(tc, ext2fs_fc_number_again);
	tcase_add_loop_test(tc, ext2fs_fc_torn_tail_ends_it, 0, NTORN);
	tcase_add_loop_test(tc, ext2fs_fc_none, 0, 3);
	tcase_add_loop_test(tc, ext2fs_fc_hostile_record, 0, NHOSTILE);
	tcase_add_loop_test(tc, ext2fs_fc_hostile_tree, 0, NROWS);
	tcase_add_test(tc, ext2fs_fc_damaged_base);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
