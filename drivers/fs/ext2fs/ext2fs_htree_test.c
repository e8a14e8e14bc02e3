/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Hash trees: names that collide, trees of every depth, trees that are damaged field by field.  The
 * trees are e2fsck's (-D), the names those of the tree that the image was made from, or what
 * debugfs says of it, which reads directories from end to end.
 */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdint.h>
#define e2_name_hash rumpns_e2_name_hash
#include "ext2fs_csum.h"

#include <sys/stat.h>
#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "ext2fs_testlib.h"

#define NAMELEN 240 /* four names in a block of 1 KiB */
#define SEED	"01020304-0506-0708-090a-0b0c0d0e0f10"

static const uint32_t seed[4] = { 0x04030201, 0x08070605, 0x0c0b0a09, 0x100f0e0d };

static void
setup(void)
{
	tl_enter_scratch();
	tl_run("mkdir -p src/many; echo x >src/file");
}

/* Name i: two bytes above 127, a number, and filling. */
static void
make_name(char name[NAMELEN + 1], unsigned i)
{
	snprintf(name, NAMELEN + 1, "\303\244%08u%0*d", i % 100000000, NAMELEN - 10, 0);
}

static uint32_t
le(const uint8_t *p, int n)
{
	uint32_t v = 0;

	for (int i = n; i-- > 0;)
		v = v << 8 | p[i];
	return v;
}

/* Block lbn of /many, in the image in memory. */
static uint8_t *
dir_block(uint8_t *image, unsigned lbn)
{
	char *text;
	unsigned blk;
	size_t len;

	tl_run("debugfs -R 'bmap many %u' image 2>/dev/null >number", lbn);
	text = (char *)tl_slurp("number", &len);
	blk = (unsigned)strtoul(text, NULL, 0);
	free(text);
	ck_assert_uint_ne(blk, 0);
	return image + (size_t)blk * 1024;
}

/* ---- Collisions ---- */

static const struct {
	const char *name, *alg;
	unsigned flags; /* of the superblock: 1 signed, 2 unsigned bytes */
	unsigned version;
} hashes[] = {
	{ "legacy", "legacy", 1, 0 },
	{ "half MD4", "half_md4", 1, 1 },
	{ "TEA", "tea", 1, 2 },
	{ "legacy, unsigned", "legacy", 2, 3 },
	{ "half MD4, unsigned", "half_md4", 2, 4 },
	{ "TEA, unsigned", "tea", 2, 5 },
};
#define NHASHES ((int)(sizeof(hashes) / sizeof(hashes[0])))

struct candidate {
	uint32_t hash, i;
};

static int
by_hash(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	return x->hash != y->hash ? (x->hash < y->hash ? -1 : 1) : x->i < y->i ? -1 : x->i > y->i;
}

/*
 * Links for all names that share their hash with another one, and for some more, so that pairs lie
 * across the ends of blocks; returns their number.
 */
static unsigned
make_collisions(unsigned version, unsigned candidates)
{
	struct candidate *const all = calloc(candidates, sizeof(*all));
	char name[NAMELEN + 1], path[NAMELEN + 20];
	unsigned count = 0;

	for (unsigned i = 0; i < candidates; i++) {
		make_name(name, i);
		ck_assert(
		    e2_name_hash(version, seed, (const uint8_t *)name, NAMELEN, &all[i].hash));
		all[i].i = i;
	}
	qsort(all, candidates, sizeof(*all), by_hash);
	for (unsigned i = 0; i < candidates && count < 300; i++) {
		if ((i == 0 || all[i].hash != all[i - 1].hash) &&
		    (i + 1 == candidates || all[i].hash != all[i + 1].hash) && i % 20000 != 0)
			continue;
		make_name(name, all[i].i);
		snprintf(path, sizeof(path), "src/many/%s", name);
		ck_assert_int_eq(link("src/file", path), 0);
		count++;
	}
	free(all);
	return count;
}

/* Pairs in the root whose block goes on with the hash of the one before. */
static unsigned
count_continued(void)
{
	unsigned n = 0;
	uint8_t *image, *root;
	size_t len;

	image = tl_slurp("image", &len);
	root = dir_block(image, 0);
	ck_assert_uint_eq(root[30], 0); /* one level */
	for (unsigned i = 1; i < le(root + 34, 2); i++)
		n += root[32 + 8 * i] & 1;
	free(image);
	return n;
}

START_TEST(ext2fs_htree_collisions)
{
	const unsigned version = hashes[_i].version;
	unsigned names;
	struct stat st;
	char path[300];

	names = make_collisions(version, 400000);
	ck_assert_msg(names >= 20, "%s: %u names", hashes[_i].name, names);
	tl_run("mkfs.ext4 -b 1024 -F -O ^has_journal -E hash_seed=" SEED
	       " -d src image 16M; debugfs -w -R 'ssv flags %u' image;"
	       "tune2fs -E hash_alg=%s image; e2fsck -fyD image; [ $? -le 1 ]",
	    hashes[_i].flags, hashes[_i].alg);
	ck_assert_msg(
	    count_continued() > 0, "%s: no hash goes on in a second block", hashes[_i].name);
	ck_assert_int_eq(tl_mount("image", "ext4"), 0);
	ck_assert_uint_eq(tl_compare("src", TL_MNT, TL_NOTIMES), names + 2);
	snprintf(path, sizeof(path), TL_MNT "/many/%0*d", NAMELEN, 1);
	ck_assert_int_eq(rump_sys_stat(path, &st), -1);
	ck_assert_int_eq(errno, ENOENT);
	tl_unmount();
}
END_TEST

/* ---- Depth ---- */

/* A directory of n names, as a file that debugfs makes a directory of; e2fsck builds its tree. */
static void
make_deep(unsigned n, const char *features)
{
	const unsigned blocks = (n + 2) / 3 + 1;
	uint8_t *const data = calloc(blocks, 1024);
	char name[NAMELEN + 1];

	data[4] = 12;
	data[6] = 1;
	data[7] = 2;
	data[8] = '.';
	data[12] = 2; /* the root, to be put right with "." by e2fsck */
	data[17] = 1012 >> 8;
	data[16] = 1012 & 255;
	data[18] = 2;
	data[19] = 2;
	data[20] = data[21] = '.';
	for (unsigned i = 0; i < blocks * 3 - 3; i++) {
		const unsigned room = i % 3 == 2 ? 1024 - 2 * 248 : 248;
		uint8_t *const p = data + 1024 + i / 3 * 1024 + i % 3 * 248;

		p[4] = (uint8_t)room;
		p[5] = (uint8_t)(room >> 8);
		if (i >= n)
			continue;
		make_name(name, i);
		p[0] = 12; /* the first file: src/file */
		p[6] = NAMELEN;
		p[7] = 1;
		memcpy(p + 8, name, NAMELEN);
	}
	tl_spew("src/many", data, (size_t)blocks * 1024);
	free(data);
	tl_run("mkfs.ext4 -b 1024 -F -O ^has_journal,^metadata_csum%s -E hash_seed=" SEED
	       " -d src image 64M; debugfs -R 'ncheck 12' image | grep -q file;"
	       "printf 'sif many mode 040755\\nsif many links_count 2\\n' >cmd;"
	       "debugfs -w -f cmd image; e2fsck -fyD image; [ $? -le 1 ];"
	       "e2fsck -fn image; debugfs -R 'stat many' image | grep -q 'Flags: 0x81000'",
	    features);
}

static const struct {
	unsigned names;
	const char *features;
	unsigned levels; /* of index blocks below the root */
} depths[] = {
	{ 300, "", 0 },
	{ 3000, "", 1 },
	{ 70000, ",large_dir", 2 },
};

START_TEST(ext2fs_htree_depth)
{
	const unsigned n = depths[_i].names;
	char name[NAMELEN + 1], path[300];
	static char buf[32768];
	unsigned count = 0;
	uint8_t *image;
	struct stat st;
	size_t len;
	ssize_t got;
	int fd;

	tl_run("rmdir src/many");
	make_deep(n, depths[_i].features);
	image = tl_slurp("image", &len);
	ck_assert_uint_eq(dir_block(image, 0)[30], depths[_i].levels);
	free(image);
	ck_assert_int_eq(tl_mount("image", "ext4"), 0);
	for (unsigned i = 0; i < n + 50; i += i < n ? 1 + n / 700 : 1) {
		make_name(name, i);
		snprintf(path, sizeof(path), TL_MNT "/many/%s", name);
		if (i < n)
			ck_assert_msg(rump_sys_stat(path, &st) == 0 && st.st_ino == 12,
			    "name %u: %s", i, strerror(errno));
		else
			ck_assert_msg(
			    rump_sys_stat(path, &st) == -1 && errno == ENOENT, "name %u", i);
	}
	fd = rump_sys_open(TL_MNT "/many", O_RDONLY | O_DIRECTORY);
	while ((got = rump_sys_getdents64(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t off = 0; off < got; count++)
			off += ((const struct dirent64 *)(const void *)(buf + off))->d_reclen;
	}
	rump_sys_close(fd);
	ck_assert_uint_eq(count, n + 2);
	tl_unmount();
}
END_TEST

/* ---- Damage ---- */

enum where { ROOT, NODE, LEAF };

/*
 * Bytes put into the root, the first index block below, or its first leaf.  says: part of the line
 * about it.  A name that is below the damage is EIO, all others, and the list of names, are as ever.
 * all: every name is below it.  lost: nothing can tell, names may be ENOENT.
 */
static const struct damage {
	const char *name;
	enum where where;
	unsigned off, len;
	uint32_t value;
	const char *says;
	bool all, lost, list; /* list: names are lost in the list, too */
} damages[] = {
	{ "root: reserved", ROOT, 24, 4, 1, "bad root of the hash tree", true, false, false },
	{ "root: hash version", ROOT, 28, 1, 7, "unknown hash version", true, false, false },
	{ "root: hash version of casefold", ROOT, 28, 1, 6, "unknown hash version", true, false,
	    false },
	{ "root: other hash", ROOT, 28, 1, 2, NULL, false, true, false },
	{ "root: info length", ROOT, 29, 1, 16, "bad root of the hash tree", true, false, false },
	{ "root: levels", ROOT, 30, 1, 3, "bad root of the hash tree", true, false, false },
	{ "root: too many levels", ROOT, 30, 1, 2, "bad index block of the hash tree", true, false,
	    false },
	{ "root: too few levels", ROOT, 30, 1, 0, NULL, true, true, false },
	{ "root: flags", ROOT, 31, 1, 255, NULL, false, false, false },
	{ "root: limit", ROOT, 32, 2, 1000, "bad index block of the hash tree", true, false,
	    false },
	{ "root: limit 0", ROOT, 32, 2, 0, "bad index block of the hash tree", true, false, false },
	{ "root: count", ROOT, 34, 2, 1000, "bad index block of the hash tree", true, false,
	    false },
	{ "root: count 0", ROOT, 34, 2, 0, "bad index block of the hash tree", true, false, false },
	{ "root: count 1", ROOT, 34, 2, 1, NULL, false, true, false },
	{ "root: block", ROOT, 36, 4, 0x0ffffff, "block past the end", false, false, false },
	{ "root: block of itself", ROOT, 36, 4, 0, "bad index block of the hash tree", false, false,
	    false },
	{ "root: hash", ROOT, 40, 4, 0xfffffffe, NULL, false, true, false },
	{ "root: hash that goes on", ROOT, 40, 4, 1, NULL, false, true, false },
	{ "node: inode", NODE, 0, 4, 12, "bad index block of the hash tree", false, false, true },
	{ "node: record's length", NODE, 4, 2, 512, "bad index block of the hash tree", false,
	    false, true },
	{ "node: record's length 0", NODE, 4, 2, 0, "bad index block of the hash tree", false,
	    false, true },
	{ "node: name", NODE, 6, 1, 200, NULL, false, false, false },
	{ "node: limit", NODE, 8, 2, 1000, "bad index block of the hash tree", false, false,
	    false },
	{ "node: count", NODE, 10, 2, 1000, "bad index block of the hash tree", false, false,
	    false },
	{ "node: count 0", NODE, 10, 2, 0, "bad index block of the hash tree", false, false,
	    false },
	{ "node: block", NODE, 12, 4, 0x0ffffff, "block past the end", false, false, false },
	{ "node: block of the root", NODE, 12, 4, 0, NULL, false, true, false },
	{ "node: hash", NODE, 16, 4, 0, NULL, false, true, false },
	{ "leaf: record's length", LEAF, 4, 2, 4, "impossible entry", false, false, true },
	{ "leaf: record's length 0", LEAF, 4, 2, 0, "impossible entry", false, false, true },
	{ "leaf: name's length", LEAF, 6, 1, 255, "impossible entry", false, false, true },
	{ "leaf: inode", LEAF, 0, 4, 0x7fffffff, "entry with an impossible inode number", false,
	    false, false },
	{ "leaf: inode unused", LEAF, 0, 4, 0, NULL, false, true, true },
};
#define NDAMAGES ((int)(sizeof(damages) / sizeof(damages[0])))
#define DAMAGED	 3000 /* names: two levels */

static void
damage_image(const struct damage *d)
{
	uint8_t *image, *p;
	size_t len;

	image = tl_slurp("image", &len);
	p = dir_block(image, 0);
	ck_assert_uint_eq(p[30], 1);
	if (d->where != ROOT)
		p = dir_block(image, le(p + 36, 4));
	if (d->where == LEAF)
		p = dir_block(image, le(p + 12, 4));
	for (unsigned i = 0; i < d->len; i++)
		p[d->off + i] = (uint8_t)(d->value >> (8 * i));
	tl_spew("image", image, len);
	free(image);
}

/* Names in the list; errno in *error. */
static unsigned
count_names(int *error)
{
	static char buf[32768];
	unsigned count = 0;
	ssize_t got;
	int fd;

	fd = rump_sys_open(TL_MNT "/many", O_RDONLY | O_DIRECTORY);
	ck_assert_int_ge(fd, 0);
	while ((got = rump_sys_getdents64(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t off = 0; off < got; count++)
			off += ((const struct dirent64 *)(const void *)(buf + off))->d_reclen;
	}
	*error = got < 0 ? errno : 0;
	rump_sys_close(fd);
	return count;
}

START_TEST(ext2fs_htree_damaged)
{
	const struct damage *const d = &damages[_i];
	unsigned found = 0, bad = 0, lost = 0, listed;
	char name[NAMELEN + 1], path[300], *said;
	struct stat st;
	int error;

	tl_run("rmdir src/many");
	make_deep(DAMAGED, "");
	damage_image(d);
	tl_console_catch();
	ck_assert_int_eq(tl_mount("image", "ext4"), 0);
	for (unsigned i = 0; i < DAMAGED; i++) {
		make_name(name, (i * 7919) % DAMAGED); /* so that no name is next to the last one */
		snprintf(path, sizeof(path), TL_MNT "/many/%s", name);
		error = rump_sys_stat(path, &st) == 0 ? 0 : errno;
		ck_assert(error == 0 || error == EIO || error == ENOENT || error == ESTALE);
		ck_assert(error != 0 || st.st_ino == 12);
		found += error == 0;
		bad += error == EIO;
		lost += error == ENOENT;
	}
	listed = count_names(&error);
	tl_unmount();
	said = tl_console_release();
	ck_assert_msg(found + bad + lost == DAMAGED, "%s", d->name);
	ck_assert_msg(d->lost || lost == 0, "%s: %u names lost", d->name, lost);
	ck_assert_msg(d->says == NULL || bad > 0, "%s: no error", d->name);
	ck_assert_msg(
	    d->says == NULL || strstr(said, d->says) != NULL, "%s: said %s", d->name, said);
	ck_assert_msg(d->all || found > 0, "%s: nothing found", d->name);
	ck_assert_msg(!d->all || found == 0, "%s: %u names found", d->name, found);
	ck_assert_msg(
	    d->says != NULL || d->lost || found == DAMAGED, "%s: %u found", d->name, found);
	ck_assert_msg(d->list || (listed == DAMAGED + 2 && error == 0), "%s: %u listed: %s",
	    d->name, listed, strerror(error));
	free(said);
}
END_TEST

/* With checksums each of these is a mismatch, and nothing is lost without an error. */
START_TEST(ext2fs_htree_damaged_checksum)
{
	const struct damage *const d = &damages[_i];
	unsigned bad = 0;
	char name[NAMELEN + 1], path[300], *said;
	struct stat st;

	tl_run("rmdir src/many");
	make_deep(DAMAGED, "");
	tl_run("tune2fs -O metadata_csum image; e2fsck -fyD image; [ $? -le 1 ]");
	damage_image(d);
	tl_console_catch();
	ck_assert_int_eq(tl_mount("image", "ext4"), 0);
	for (unsigned i = 0; i < DAMAGED; i += 7) {
		make_name(name, i);
		snprintf(path, sizeof(path), TL_MNT "/many/%s", name);
		if (rump_sys_stat(path, &st) == 0)
			ck_assert_uint_eq(st.st_ino, 12);
		else
			ck_assert_msg(errno == EIO, "%s: name %u: %s", d->name, i, strerror(errno));
		bad += errno == EIO;
		errno = 0;
	}
	tl_unmount();
	said = tl_console_release();
	ck_assert_msg(d->where == LEAF || bad > 0, "%s: no error", d->name);
	ck_assert_msg(
	    d->where == LEAF || strstr(said, "checksum mismatch in directory block") != NULL,
	    "%s: said %s", d->name, said);
	free(said);
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("ext2fs_htree");
	TCase *const tc = tcase_create("hash trees");
	SRunner *sr;
	int failed;

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(tc, ext2fs_htree_collisions, 0, NHASHES);
	tcase_add_loop_test(tc, ext2fs_htree_depth, 0, (int)(sizeof(depths) / sizeof(depths[0])));
	tcase_add_loop_test(tc, ext2fs_htree_damaged, 0, NDAMAGES);
	tcase_add_loop_test(tc, ext2fs_htree_damaged_checksum, 0, NDAMAGES);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
