/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Damaged images: fields flipped by a deterministic sequence, truncation, random bytes.  Whatever
 * is done to an image, a mount and a walk that reads everything end, and the next image mounts.
 * The sanitizers' builds of this program look for more.
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/stat.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>

#include "ext2fs_testlib.h"
#include "ext2fs_testlib_fc.h"

#define MUTATIONS 400 /* of each image */
#define MAX_FILES 200

static const struct {
	const char *mkfs;
	const char *after;
} images[] = {
	{ "ext4 -b 1024 -N 128 -J size=1", NULL },
	{ "ext4 -b 1024 -N 128 -O ^metadata_csum,^64bit -J size=1",
	    "e2fsck -fyD image; [ $? -le 1 ]" },
	{ "ext4 -b 1024 -N 128 -O ^metadata_csum,inline_data,ea_inode,^has_journal", NULL },
	{ "ext2 -b 1024 -N 128", NULL },
	{ "ext4 -b 1024 -N 128 -O ^metadata_csum,^64bit -J size=1",
	    "printf 'jo\\njw -b 40,41,42 src/d/rnd\\njw -r 41\\njc\\n' >jcmd; "
	    "debugfs -w -f jcmd image" },
	{ "ext4 -b 1024 -N 128 -O ^metadata_csum,meta_bg,bigalloc,^resize_inode,^has_journal"
	  " -C 4096 -g 2048",
	    NULL },
	{ "ext4 -b 1024 -N 128 -O ^metadata_csum,orphan_file,quota,project,verity,encrypt,casefold"
	  " -J size=1",
	    NULL },
};

static uint64_t state;

static uint32_t
rnd(uint32_t n)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(state >> 33) % n;
}

/* A small tree: every byte of metadata has a chance. */
static void
setup(void)
{
	char path[100];

	tl_enter_scratch();
	tl_run("mkdir -p src/d/e src/many; head -c 30000 /dev/urandom >src/d/rnd; echo x >src/x");
	for (int i = 0; i < 60; i++) {
		snprintf(path, sizeof(path), "src/many/a-name-that-takes-some-room-%d", i);
		tl_spew(path, "x", 1);
	}
	tl_run("truncate -s 1000000 src/sparse; printf abc | dd of=src/sparse bs=1 seek=600000"
	       " conv=notrunc; ln -s target src/fast; ln -s $(printf '%%090d' 1) src/slow");
	if (tl_have_xattrs())
		tl_run("setfattr -n user.short -v value src/x; setfattr -n user.long -v"
		       " $(printf '%%0600d' 1) src/d");
}

static void
mutate(uint8_t *p, const uint32_t *used, uint32_t nused)
{
	uint8_t *at = p + (size_t)used[rnd(nused)] * 1024 + rnd(1021);

	if (rnd(4) == 0)
		at = p + 1024 + rnd(1020); /* the superblock deserves more */
	switch (rnd(5)) {
	case 0:
		*at ^= (uint8_t)(1 << rnd(8));
		break;
	case 1:
		*at = (uint8_t)rnd(256);
		break;
	case 2:
		memset(at, 0xff, 4);
		break;
	case 3:
		memset(at, 0, 2);
		break;
	default:
		at[0] = (uint8_t)rnd(256);
		at[1] = (uint8_t)rnd(256);
		break;
	}
}

/* The 1 KiB pieces that are not all zero and hold no file data (which cannot matter). */
static uint32_t
find_used(const uint8_t *p, size_t len, uint32_t *used)
{
	static const uint8_t zeros[1024];
	uint32_t n = 0;

	for (size_t off = 0; off + 1024 <= len; off += 1024) {
		if (memcmp(p + off, zeros, 1024) != 0)
			used[n++] = (uint32_t)(off / 1024);
	}
	return n;
}

static void
mount_and_walk(void)
{
	if (tl_mount("image", "ext4") != 0)
		return;
	(void)tl_exercise(TL_MNT, MAX_FILES);
	tl_unmount();
}

START_TEST(ext2fs_hostile_fields)
{
	uint32_t *used, nused;
	uint8_t *good, *p;
	size_t len;
	int fd;

	tl_run("mkfs.%s -F -d src image 4M", images[_i].mkfs);
	if (images[_i].after != NULL)
		tl_run("%s", images[_i].after);
	good = tl_slurp("image", &len);
	used = calloc(len / 1024, sizeof(*used));
	nused = find_used(good, len, used);
	fd = open("image", O_RDWR);
	p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	ck_assert_ptr_ne(p, MAP_FAILED);
	for (unsigned i = 0; i < MUTATIONS; i++) {
		state = i + 1000u * (unsigned)_i;
		for (uint32_t n = 1 + rnd(4); n > 0; n--)
			mutate(p, used, nused);
		mount_and_walk();
		memcpy(p, good, len);
	}
	ck_assert_int_eq(tl_mount("image", "ext4"), 0);
	ck_assert_uint_eq(tl_exercise(TL_MNT, MAX_FILES), 0);
	tl_unmount();
	munmap(p, len);
	close(fd);
	free(good);
	free(used);
}
END_TEST

/* Fast commits with a checksum that is right, full of records that nobody would write. */
static void
random_record(struct fc_image *im)
{
	static const char letters[] = "many\0x";
	static const uint32_t inos[] = { 0, 2, 7, 8, 11, 12, 13, 14, 15, 100, 127, 128, 129, ~0u };
	const uint32_t ino = inos[rnd(14)], parent = inos[rnd(14)];
	uint8_t raw[256];

	switch (rnd(8)) {
	case 0:
		fc_add_range(im, ino, rnd(5), (uint16_t)(1 + rnd(6)), 8000 + rnd(100));
		break;
	case 1:
		fc_del_range(im, ino, rnd(5), rnd(4) == 0 ? ~0u - 5 : 1 + rnd(5));
		break;
	case 2:
	case 3:
		memcpy(raw, fc_inode_at(im, 2 + 11 * rnd(2)), sizeof(raw));
		for (uint32_t n = rnd(4); n > 0; n--)
			raw[rnd(160)] = (uint8_t)rnd(256);
		fc_inode(im, ino, raw, 160);
		break;
	default:
		fc_name(im, 3 + rnd(3), parent, ino, &letters[rnd(2)], 1 + rnd(5));
		break;
	}
}

START_TEST(ext2fs_hostile_fast_commits)
{
	unsigned mounted = 0;

	tl_run(
	    "mkfs.ext4 -b 1024 -N 128 -O fast_commit%s -J size=1,fast_commit_size=8 -F -d src image"
	    " 16M; cp image sound",
	    _i == 0 ? "" : ",^metadata_csum,inline_data");
	for (unsigned i = 0; i < 60; i++) {
		struct fc_image im;

		state = i + 100u * (unsigned)_i;
		tl_run("cp sound image");
		fc_open(&im, "image", "");
		fc_head(&im, im.im_tid, 0);
		for (uint32_t n = 1 + rnd(6); n > 0; n--)
			random_record(&im);
		fc_tail(&im, im.im_tid, 0);
		fc_close(&im);
		if (tl_mount("image", "ext4") != 0)
			continue;
		mounted++;
		(void)tl_exercise(TL_MNT, MAX_FILES);
		tl_unmount();
	}
	ck_assert_uint_gt(mounted, 5);
}
END_TEST

START_TEST(ext2fs_hostile_truncated)
{
	tl_run("mkfs.ext4 -b 1024 -F -d src image 4M");
	for (off_t len = 4 << 20; len >= 0; len -= 57 * 1024 + 100) {
		ck_assert_int_eq(truncate("image", len), 0);
		mount_and_walk();
	}
}
END_TEST

START_TEST(ext2fs_hostile_random_bytes)
{
	tl_run("head -c 1M /dev/urandom >image");
	ck_assert_int_ne(tl_mount("image", "ext4"), 0);
	tl_run("printf '\\123\\357' | dd of=image bs=1 seek=1080 conv=notrunc"); /* magic */
	ck_assert_int_ne(tl_mount("image", "ext4"), 0);
}
END_TEST

/* A directory entry whose length is 0, which would never end. */
START_TEST(ext2fs_hostile_rec_len_0)
{
	static const char needle[] = "a-name-that-takes-some-room-7";
	uint8_t *image, *at;
	struct stat st;
	size_t len;

	tl_run("mkfs.ext4 -b 1024 -O ^metadata_csum -F -d src image 4M");
	image = tl_slurp("image", &len);
	at = memmem(image, len, needle, strlen(needle));
	ck_assert_ptr_nonnull(at);
	memset(at - 4, 0, 2);
	tl_spew("image", image, len);
	free(image);
	ck_assert_int_eq(tl_mount("image", "ext4"), 0);
	ck_assert_int_eq(rump_sys_stat(TL_MNT "/many/no-such-name", &st), -1);
	ck_assert_int_eq(errno, EIO);
	ck_assert_uint_gt(tl_exercise(TL_MNT, MAX_FILES), 0);
	tl_unmount();
}
END_TEST

/* With metadata_csum one flipped bit in an inode is EIO and a line, and the others are fine. */
START_TEST(ext2fs_hostile_checksum)
{
	static const uint8_t generation[] = { 0xde, 0xc0, 0x57, 0x7e };
	uint8_t *image, *at;
	struct stat st;
	char *said;
	size_t len;

	tl_run("mkfs.ext4 -F -d src image 8M; debugfs -w -R 'sif x generation 0x7e57c0de' image");
	image = tl_slurp("image", &len);
	at = memmem(image, len, generation, sizeof(generation));
	ck_assert_ptr_nonnull(at);
	at[8 - 0x64] ^= 1; /* from i_generation back to i_atime */
	tl_spew("image", image, len);
	free(image);
	ck_assert_int_eq(tl_mount("image", "ext4"), 0);
	tl_console_catch();
	ck_assert_int_eq(rump_sys_stat(TL_MNT "/x", &st), -1);
	ck_assert_int_eq(errno, EIO);
	said = tl_console_release();
	ck_assert_msg(strstr(said, "checksum mismatch in inode: block ") != NULL &&
		strstr(said, ", inode ") != NULL,
	    "said: %s", said);
	free(said);
	ck_assert_int_eq(rump_sys_stat(TL_MNT "/d/rnd", &st), 0);
	tl_unmount();
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("ext2fs_hostile");
	TCase *const tc = tcase_create("hostile");
	SRunner *sr;
	int failed;

	tcase_set_timeout(tc, 300);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(
	    tc, ext2fs_hostile_fields, 0, (int)(sizeof(images) / sizeof(images[0])));
	tcase_add_loop_test(tc, ext2fs_hostile_fast_commits, 0, 2);
	tcase_add_test(tc, ext2fs_hostile_truncated);
	tcase_add_test(tc, ext2fs_hostile_random_bytes);
	tcase_add_test(tc, ext2fs_hostile_rec_len_0);
	tcase_add_test(tc, ext2fs_hostile_checksum);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
