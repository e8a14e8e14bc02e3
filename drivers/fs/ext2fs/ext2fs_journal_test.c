/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Unclean journals.  Each image is made twice: "before" and, by debugfs, "after".  The blocks that
 * differ are written as transactions into the journal of "before", with debugfs's jo, jw and jc.
 * A mount must then show what e2fsck's replay of a copy shows, and leave the image as it was.
 */
#define _GNU_SOURCE
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

static const struct row {
	const char *name;
	const char *mkfs;
	const char *open; /* of the journal: checksum options */
	uint32_t bsize;
} rows[] = {
	{ "plain, 64 bits", "ext4", "", 4096 },
	{ "plain, 32 bits", "ext3", "", 4096 },
	{ "checksums v3", "ext4", "-c -v 3", 4096 },
	{ "checksums v2", "ext4", "-c -v 2", 4096 },
	{ "checksums v2, 32 bits", "ext4 -O ^64bit,^metadata_csum", "-c -v 2", 4096 },
	{ "checksums v1, 32 bits", "ext4 -O ^64bit,^metadata_csum", "-c -v 1", 4096 },
	{ "1 KiB blocks", "ext4", "-c", 1024 },
	{ "64 KiB blocks", "ext4", "-c", 65536 },
};

/* Write the blocks in which b differs from a to "blocks", their numbers to list. */
static void
diff_images(const char *a, const char *b, uint32_t bsize, char *list, size_t room)
{
	size_t alen, blen, used = 0, n = 0;
	uint8_t *const pa = tl_slurp(a, &alen), *const pb = tl_slurp(b, &blen);
	uint8_t *const out = malloc(blen);

	ck_assert_uint_eq(alen, blen);
	for (size_t off = 0; off < alen; off += bsize) {
		if (memcmp(pa + off, pb + off, bsize) == 0)
			continue;
		memcpy(out + n++ * bsize, pb + off, bsize);
		used += (size_t)snprintf(
		    list + used, room - used, "%s%zu", used ? "," : "", off / bsize);
		ck_assert(used < room);
	}
	tl_spew("blocks", out, n * bsize);
	free(pa);
	free(pb);
	free(out);
}

/* "image": the tree, and in its journal a transaction that changes it. */
static void
make_unclean(const struct row *row)
{
	static const char change[] = "mkdir newdir\n"
				     "write src/d/rnd newdir/copy\n"
				     "rm small/s3\n"
				     "sif small/s4 mode 0100600\n";
	char list[20000], commands[21000];

	/* A journal has at least 1024 blocks. */
	tl_run("mkfs.%s -b %u -F -d src image %uM; dumpe2fs -h image | grep -q has_journal",
	    row->mkfs, row->bsize, row->bsize == 65536 ? 192 : 64);
	tl_run("cp image after");
	tl_spew("commands", change, sizeof(change) - 1);
	tl_run("debugfs -w -f commands after");
	diff_images("image", "after", row->bsize, list, sizeof(list));
	snprintf(commands, sizeof(commands), "jo %s\njw -b %s blocks\njc\n", row->open, list);
	tl_spew("commands", commands, strlen(commands));
	tl_run("debugfs -w -f commands image");
}

static void
setup(void)
{
	tl_enter_scratch();
	tl_make_tree();
}

START_TEST(ext2fs_journal_replayed_in_memory)
{
	const struct row *const row = &rows[_i];
	char *ours, *theirs;

	make_unclean(row);
	tl_run("cp image copy; cp image untouched; e2fsck -fy -E journal_only copy; [ $? -le 1 ]");
	ours = tl_describe("image");
	theirs = tl_describe("copy");
	ck_assert_msg(strcmp(ours, theirs) == 0, "%s: the views differ", row->name);
	ck_assert_msg(strstr(ours, "/newdir/copy ") != NULL && strstr(ours, "/small/s3 ") == NULL,
	    "%s: not replayed", row->name);
	tl_run("cmp image untouched");
	free(ours);
	free(theirs);
}
END_TEST

START_TEST(ext2fs_journal_not_read_write)
{
	make_unclean(&rows[0]);
	ck_assert_int_eq(tl_mount_flags("image", "ext4", 0), EROFS);
}
END_TEST

/* A transaction without its commit block did not happen. */
START_TEST(ext2fs_journal_uncommitted)
{
	char list[20000], commands[21000];

	tl_run(
	    "mkfs.ext4 -b 4096 -F -d src image 64M; cp image after; debugfs -w -R 'rm small/s3' after");
	diff_images("image", "after", 4096, list, sizeof(list));
	snprintf(commands, sizeof(commands), "jo\njw -c -b %s blocks\njc\n", list);
	tl_spew("commands", commands, strlen(commands));
	tl_run("debugfs -w -f commands image");
	ck_assert_int_eq(tl_mount("image", "ext4"), 0);
	ck_assert_uint_gt(tl_compare("src", TL_MNT, 0), 400);
	tl_unmount();
}
END_TEST

/* A block revoked later is not taken from the journal. */
START_TEST(ext2fs_journal_revoked)
{
	char list[20000], commands[45000];

	tl_run(
	    "mkfs.ext4 -b 4096 -F -d src image 64M; cp image after; debugfs -w -R 'rm small/s3' after");
	diff_images("image", "after", 4096, list, sizeof(list));
	snprintf(commands, sizeof(commands), "jo\njw -b %s blocks\njw -r %s\njc\n", list, list);
	tl_spew("commands", commands, strlen(commands));
	tl_run("debugfs -w -f commands image");
	ck_assert_int_eq(tl_mount("image", "ext4"), 0);
	ck_assert_uint_gt(tl_compare("src", TL_MNT, 0), 400);
	tl_unmount();
}
END_TEST

/* Data that begins with the journal's magic number is stored escaped, and comes back whole. */
START_TEST(ext2fs_journal_escaped)
{
	static uint8_t want[4096] = { 0xc0, 0x3b, 0x39, 0x98, 1, 2, 3, 4 };
	uint8_t got[4096];
	char *block, commands[200];
	size_t len;
	int fd;

	tl_spew("src/magic", "xxxx", 4);
	tl_run("truncate -s 4096 src/magic; mkfs.ext4 -b 4096 -F -d src image 64M");
	tl_run("debugfs -R 'blocks magic' image 2>/dev/null >number");
	block = (char *)tl_slurp("number", &len);
	tl_spew("blocks", want, sizeof(want));
	snprintf(commands, sizeof(commands), "jo\njw -b %d blocks\njc\n", atoi(block));
	tl_spew("commands", commands, strlen(commands));
	tl_run("debugfs -w -f commands image");
	ck_assert_int_eq(tl_mount("image", "ext4"), 0);
	fd = rump_sys_open(TL_MNT "/magic", O_RDONLY);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(rump_sys_read(fd, got, sizeof(got)), sizeof(got));
	ck_assert_int_eq(memcmp(got, want, sizeof(want)), 0);
	rump_sys_close(fd);
	tl_unmount();
	free(block);
}
END_TEST

/* A damaged transaction is an error, not a wrong view. */
START_TEST(ext2fs_journal_damaged)
{
	static const uint8_t commit[] = { 0xc0, 0x3b, 0x39, 0x98, 0, 0, 0, 2 };
	uint8_t *image, *at;
	size_t len;

	make_unclean(&rows[2]);
	image = tl_slurp("image", &len);
	at = memmem(image, len, commit, sizeof(commit));
	ck_assert_ptr_nonnull(at);
	at[20] ^= 1;
	tl_spew("image", image, len);
	free(image);
	ck_assert_int_eq(tl_mount("image", "ext4"), EIO);
}
END_TEST

/*
 * A journal on another device: there is no such device here, so the superblock is made to say so.
 * Clean, it does not matter; with something to replay it is refused by name, and nothing shows.
 */
START_TEST(ext2fs_journal_external)
{
	char *said;

	tl_run("mkfs.ext4 -O ^has_journal -F -d src image 64M;"
	       "printf 'feature has_journal\\nssv journal_inum 0\\nssv journal_dev 0x1234\\n"
	       "ssv journal_uuid 01020304-0506-0708-090a-0b0c0d0e0f10\\n' >cmd;"
	       "debugfs -w -f cmd image; dumpe2fs -h image | grep 'Journal device:.*0x1234'");
	ck_assert_int_eq(tl_mount("image", "ext4"), 0);
	ck_assert_uint_gt(tl_compare("src", TL_MNT, 0), 400);
	tl_unmount();
	tl_run("debugfs -w -R 'feature needs_recovery' image");
	tl_console_catch();
	ck_assert_int_eq(tl_mount("image", "ext4"), EOPNOTSUPP);
	said = tl_console_release();
	ck_assert_msg(
	    strstr(said, "the journal on an external device (journal_dev 0x1234)") != NULL, "%s",
	    said);
	free(said);
}
END_TEST

/*
 * Block numbers may lead to the same blocks over and over: so a journal of millions of blocks is a
 * file, but not one that the file system could hold, and its replay would take for ever.
 */
START_TEST(ext2fs_journal_longer_than_the_file_system)
{
	static const uint8_t super[] = { 0xc0, 0x3b, 0x39, 0x98, 0, 0, 0, 4 };
	uint8_t *image, *js;
	size_t len;
	char *said;

	tl_run("mkfs.ext3 -b 1024 -F image 4M; printf 'jo\\njw -b 40 src/d/rnd\\njc\\nsif <8> size "
	       "100000000\\n' >jcmd; debugfs -w -f jcmd image");
	image = tl_slurp("image", &len);
	js = memmem(image, len, super, sizeof(super));
	ck_assert_ptr_nonnull(js);
	js[0x11] = 1; /* 65536 blocks more */
	tl_spew("image", image, len);
	free(image);
	tl_console_catch();
	ck_assert_int_eq(tl_mount("image", "ext4"), EINVAL);
	said = tl_console_release();
	ck_assert_msg(strstr(said, "journal: longer than the file system (") != NULL, "%s", said);
	free(said);
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("ext2fs_journal");
	TCase *const tc = tcase_create("journal");
	SRunner *sr;
	int failed;

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_loop_test(
	    tc, ext2fs_journal_replayed_in_memory, 0, (int)(sizeof(rows) / sizeof(rows[0])));
	tcase_add_test(tc, ext2fs_journal_not_read_write);
	tcase_add_test(tc, ext2fs_journal_uncommitted);
	tcase_add_test(tc, ext2fs_journal_revoked);
	tcase_add_test(tc, ext2fs_journal_escaped);
	tcase_add_test(tc, ext2fs_journal_damaged);
	tcase_add_test(tc, ext2fs_journal_external);
	tcase_add_test(tc, ext2fs_journal_longer_than_the_file_system);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
