/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Eight threads read one image at the same time, each all of it, and each finds what it was made
 * from.  With few vnodes they take them from each other all the time.
 */
#define _GNU_SOURCE
#include <check.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

#include "ext2fs_testlib.h"

#define THREADS 8

static const struct config {
	const char *name, *ncpu, *nvnodes, *threads;
} configs[] = {
	{ "1 CPU", "1", "1024", "1" },
	{ "2 CPUs, few vnodes", "2", "32", "1" },
	{ "8 CPUs", "8", "1024", "1" },
	{ "8 CPUs, few vnodes, no threads", "8", "32", "0" },
};
#define NCONFIGS ((int)(sizeof(configs) / sizeof(configs[0])))

static void
setup(void)
{
	tl_enter_scratch();
	tl_make_tree();
	tl_run("mkfs.ext4 -b 1024 -F -d src image 64M");
}

static void *
compare(void *arg)
{
	return (void *)(uintptr_t)tl_compare("src", TL_MNT, 0);
}

START_TEST(ext2fs_threads_find_the_source)
{
	const struct config *const c = &configs[_i];
	pthread_t threads[THREADS];
	void *files;

	ck_assert_int_eq(setenv("RUMP_NCPU", c->ncpu, 1), 0);
	ck_assert_int_eq(setenv("RUMP_NVNODES", c->nvnodes, 1), 0);
	ck_assert_int_eq(setenv("RUMP_THREADS", c->threads, 1), 0);
	ck_assert_msg(tl_mount("image", "ext4") == 0, "%s: not mounted", c->name);
	for (int i = 0; i < THREADS; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, compare, NULL), 0);
	for (int i = 0; i < THREADS; i++) {
		ck_assert_int_eq(pthread_join(threads[i], &files), 0);
		ck_assert_msg((uintptr_t)files > 420, "%s: thread %d: files", c->name, i);
	}
	tl_unmount();
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("ext2fs_threads");
	TCase *const tc = tcase_create("threads");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, ext2fs_threads_find_the_source, 0, NCONFIGS);
	suite_add_tcase(s, tc);
	SRunner *const sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	const int failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? 0 : 1;
}
