/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* kern.maxvnodes: there with the vfs faction, bounded, and taken while files are in use. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include <rump/rump.h>
#include <rump/rump_sysctl.h>
#include <rump/rump_syscalls.h>

extern unsigned int rumpns_numvnodes; /* the kernel's numvnodes */

static const int name[2] = { RUMP_CTL_KERN, RUMP_KERN_MAXVNODES };

static int
get(void)
{
	size_t len = sizeof(int);
	int value = -1;

	ck_assert_int_eq(rump_sys___sysctl(name, 2, &value, &len, NULL, 0), 0);
	return value;
}

static int
set(int value)
{
	errno = 0;
	return rump_sys___sysctl(name, 2, NULL, NULL, &value, sizeof(value));
}

static void
halt(void)
{
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
}

START_TEST(maxvnodes_starts_as_the_environment_says)
{
	ck_assert_int_eq(rump_init(), 0);
	ck_assert_int_eq(get(), 1024);
	halt();
	setenv("RUMP_NVNODES", "4321", 1);
	ck_assert_int_eq(rump_init(), 0);
	ck_assert_int_eq(get(), 4321);
	halt();
}
END_TEST

START_TEST(maxvnodes_is_bounded)
{
	static const int bad[] = { 15, 0, -1, (1 << 24) + 1 };

	ck_assert_int_eq(rump_init(), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ck_assert_int_eq(set(bad[i]), -1);
		ck_assert_int_eq(errno, EINVAL);
		ck_assert_int_eq(get(), 1024);
	}
	halt();
}
END_TEST

#define NFILES 300

/* Down to far fewer than there are open files, and up again: every file keeps its contents. */
START_TEST(maxvnodes_moves_while_files_are_open)
{
	static const int limits[] = { 16, 5000, 64, 1024 };
	char path[32], c;
	int fd[NFILES];

	ck_assert_int_eq(rump_init(), 0);
	for (int i = 0; i < NFILES; i++) {
		snprintf(path, sizeof(path), "/tmp/f%d", i);
		fd[i] = rump_sys_open(path, O_RDWR | O_CREAT, 0644);
		ck_assert_int_ge(fd[i], 0);
		c = 'a' + i % 26;
		ck_assert_int_eq(rump_sys_write(fd[i], &c, 1), 1);
		if (i % 2 == 0) {
			ck_assert_int_eq(rump_sys_close(fd[i]), 0);
			fd[i] = -1;
		}
	}
	for (size_t l = 0; l < sizeof(limits) / sizeof(limits[0]); l++) {
		ck_assert_int_eq(set(limits[l]), 0);
		ck_assert_int_eq(get(), limits[l]);
		for (int i = 0; i < NFILES; i++) {
			snprintf(path, sizeof(path), "/tmp/f%d", i);
			const int f = fd[i] >= 0 ? fd[i] : rump_sys_open(path, O_RDONLY);

			ck_assert_int_ge(f, 0);
			ck_assert_int_eq(rump_sys_pread(f, &c, 1, 0), 1);
			ck_assert_int_eq(c, 'a' + i % 26);
			if (fd[i] < 0)
				ck_assert_int_eq(rump_sys_close(f), 0);
		}
	}
	halt();
}
END_TEST

/* All but the vnodes in use go when the limit is lowered, and new ones take the place of old ones. */
START_TEST(maxvnodes_is_kept)
{
	unsigned int least;
	char path[32];
	int fd;

	ck_assert_int_eq(rump_init(), 0);
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < NFILES; i++) {
			snprintf(path, sizeof(path), "/tmp/r%df%d", round, i);
			fd = rump_sys_open(path, O_RDWR | O_CREAT, 0644);
			ck_assert_int_ge(fd, 0);
			ck_assert_int_eq(rump_sys_close(fd), 0);
		}
		if (round == 0) {
			ck_assert_uint_ge(rumpns_numvnodes, NFILES);
			ck_assert_int_eq(set(16), 0);
			least = rumpns_numvnodes;
			ck_assert_uint_lt(least, 32);
		}
	}
	ck_assert_uint_le(rumpns_numvnodes, least + 1);
	halt();
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("maxvnodes");
	TCase *const tc = tcase_create("maxvnodes");
	SRunner *const sr = srunner_create(s);
	int failed;

	tcase_add_test(tc, maxvnodes_starts_as_the_environment_says);
	tcase_add_test(tc, maxvnodes_is_bounded);
	tcase_add_test(tc, maxvnodes_moves_while_files_are_open);
	tcase_add_test(tc, maxvnodes_is_kept);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
