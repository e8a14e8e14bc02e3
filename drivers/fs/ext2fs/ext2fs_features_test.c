/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Every feature that the installed mke2fs takes, one by one.  All bits of the three words are tried,
 * so that one which a newer mke2fs adds fails this test until somebody decides about it; the
 * decisions are in the table of SPEC.md.
 */
#define _GNU_SOURCE
#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ext2fs_testlib.h"

static const struct feature {
	char word; /* Compatible, Incompatible, Read-only compatible */
	unsigned bit;
	const char *name;
	const char *without; /* what it does not go together with */
	const char *refused; /* by this name; NULL: mounts and reads back equal */
} features[] = {
	{ 'C', 2, "has_journal", "", NULL },
	{ 'C', 3, "ext_attr", "", NULL },
	{ 'C', 4, "resize_inode", "", NULL },
	{ 'C', 5, "dir_index", "", NULL },
	{ 'C', 9, "sparse_super2", "^resize_inode,", NULL },
	{ 'C', 10, "fast_commit", "", NULL },
	{ 'C', 11, "stable_inodes", "", NULL },
	{ 'C', 12, "orphan_file", "", NULL },
	{ 'I', 1, "filetype", "", NULL },
	{ 'I', 3, "journal_dev", "", "journal_dev" },
	{ 'I', 4, "meta_bg", "^resize_inode,", NULL },
	{ 'I', 6, "extent", "", NULL },
	{ 'I', 7, "64bit", "", NULL },
	{ 'I', 8, "mmp", "", NULL },
	{ 'I', 9, "flex_bg", "", NULL },
	{ 'I', 10, "ea_inode", "", NULL },
	{ 'I', 13, "metadata_csum_seed", "", NULL },
	{ 'I', 14, "large_dir", "", NULL },
	{ 'I', 15, "inline_data", "", NULL },
	{ 'I', 16, "encrypt", "", NULL },
	{ 'I', 17, "casefold", "", NULL },
	{ 'R', 0, "sparse_super", "", NULL },
	{ 'R', 1, "large_file", "", NULL },
	{ 'R', 3, "huge_file", "", NULL },
	{ 'R', 4, "uninit_bg", "^metadata_csum,", NULL },
	{ 'R', 5, "dir_nlink", "", NULL },
	{ 'R', 6, "extra_isize", "", NULL },
	{ 'R', 8, "quota", "", NULL },
	{ 'R', 9, "bigalloc", "", NULL },
	{ 'R', 10, "metadata_csum", "", NULL },
	{ 'R', 13, "project", "", NULL },
	{ 'R', 15, "verity", "", NULL },
};
#define NFEATURES ((int)(sizeof(features) / sizeof(features[0])))

static void
setup(void)
{
	tl_enter_scratch();
}

static const struct feature *
find(char word, unsigned bit)
{
	for (int i = 0; i < NFEATURES; i++) {
		if (features[i].word == word && features[i].bit == bit)
			return &features[i];
	}
	return NULL;
}

/* mke2fs knows every bit by a name of this form, and takes those that it can make. */
START_TEST(ext2fs_features_all_decided)
{
	static const char words[] = "CIR";
	unsigned taken = 0;

	for (unsigned i = 0; i < 96; i++) {
		const char word = words[i / 32];

		if (tl_try("rm -f image; mke2fs -t ext4 -b 1024 -O '^resize_inode,FEATURE_%c%u' -F"
			   " image 16M",
			word, i % 32) != 0)
			continue;
		taken++;
		ck_assert_msg(find(word, i % 32) != NULL,
		    "mke2fs makes FEATURE_%c%u, which is not in this test and in SPEC.md", word,
		    i % 32);
	}
	ck_assert_uint_gt(taken, 20);
}
END_TEST

static void
mounts_equal(const struct feature *f, const char *how)
{
	/* What does not fit into inodes has no place then. */
	const bool no_xattrs = strcmp(f->name, "ext_attr") == 0 && strcmp(how, "off") == 0;

	ck_assert_msg(tl_mount("image", "ext4") == 0, "%s %s: not mounted", f->name, how);
	ck_assert_msg(tl_compare("src", TL_MNT, no_xattrs ? TL_NOXATTR : 0) > 420, "%s %s: files",
	    f->name, how);
	tl_unmount();
}

static void
is_refused(const struct feature *f)
{
	const char *nl;
	char *said;
	int error;

	tl_console_catch();
	error = tl_mount("image", "ext4");
	said = tl_console_release();
	ck_assert_msg(error == EOPNOTSUPP, "%s: %s", f->name, strerror(error));
	nl = strchr(said, '\n');
	ck_assert_msg(strstr(said, f->refused) != NULL && nl != NULL && nl[1] == '\0',
	    "%s: said %s", f->name, said);
	free(said);
}

START_TEST(ext2fs_features_one_by_one)
{
	const struct feature *const f = &features[_i];

	tl_make_tree();
	if (tl_try("mke2fs -t ext4 -b 4096 -O '%s%s' -F %s image 64M", f->without, f->name,
		f->refused == NULL ? "-d src" : "") == 0) {
		tl_run("dumpe2fs -h image 2>/dev/null | grep -i 'features:.*%s'", f->name);
		if (f->refused == NULL)
			mounts_equal(f, "on");
		else
			is_refused(f);
	}
	if (tl_try("mke2fs -t ext4 -b 4096 -O '^%s' -F -d src image 64M", f->name) == 0)
		mounts_equal(f, "off");
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("ext2fs_features");
	TCase *const tc = tcase_create("features");
	SRunner *sr;
	int failed;

	tcase_set_timeout(tc, 120);
	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_test(tc, ext2fs_features_all_decided);
	tcase_add_loop_test(tc, ext2fs_features_one_by_one, 0, NFEATURES);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
