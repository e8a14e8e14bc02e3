/* The test of the file system: what is in it, what it refuses, failures, two who look at once. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest.h>
#include <rump/rumptest_fixture.h>

#define MNT "/skel"

static int
up(void)
{
	(void)rump_sys_mkdir(MNT, 0755);
	return rump_sys_mount("skel", MNT, RUMP_MNT_RDONLY, NULL, 0);
}

static void
look(void)
{
	struct stat st;
	char buf[100];
	int fd;

	ck_assert_int_eq(rump_sys_stat(MNT "/hello", &st), 0);
	ck_assert(S_ISREG(st.st_mode) && st.st_size == 13);
	fd = rump_sys_open(MNT "/hello", O_RDONLY);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(rump_sys_pread(fd, buf, sizeof(buf), 7), 6);
	ck_assert_mem_eq(buf, "world\n", 6);
	ck_assert_int_eq(rump_sys_pread(fd, buf, sizeof(buf), 13), 0);
	ck_assert_int_eq(rump_sys_close(fd), 0);
	ck_assert(rump_sys_stat(MNT "/nothing", &st) == -1 && errno == ENOENT);
}

START_TEST(skel_has_files)
{
	ck_assert_int_eq(up(), 0);
	look();
	ck_assert_int_eq(rump_sys_unmount(MNT, 0), 0);
}
END_TEST

START_TEST(skel_lists_each_name_once)
{
	static const size_t rooms[] = { 32, 64, 1000 };

	ck_assert_int_eq(up(), 0);
	for (int i = 0; i < 3; i++) {
		char buf[1000], all[200] = "";
		int fd = rump_sys_open(MNT, O_RDONLY | O_DIRECTORY);
		long n;

		while ((n = rump_sys_getdents64(fd, buf, rooms[i])) > 0)
			for (long off = 0; off < n;) {
				const struct dirent64 *const de = (const void *)(buf + off);

				strcat(strcat(all, de->d_name), " ");
				off += de->d_reclen;
			}
		ck_assert_int_eq(n, 0);
		ck_assert_str_eq(all, ". .. hello empty readme ");
		ck_assert_int_eq(rump_sys_close(fd), 0);
	}
	ck_assert_int_eq(rump_sys_unmount(MNT, 0), 0);
}
END_TEST

START_TEST(skel_is_readonly)
{
	(void)rump_sys_mkdir(MNT, 0755);
	ck_assert(rump_sys_mount("skel", MNT, 0, NULL, 0) == -1 && errno == EROFS);
	ck_assert_int_eq(up(), 0);
	ck_assert(rump_sys_open(MNT "/new", O_CREAT | O_RDWR, 0600) == -1 && errno == EROFS);
	ck_assert(rump_sys_open(MNT "/hello", O_RDWR) == -1 && errno == EROFS);
	ck_assert(rump_sys_unlink(MNT "/hello") == -1 && errno == EROFS);
	ck_assert(rump_sys_rename(MNT "/hello", MNT "/x") == -1 && errno == EROFS);
	ck_assert(rump_sys_chmod(MNT "/hello", 0) == -1 && errno == EROFS);
	ck_assert(rump_sys_mkdir(MNT "/d", 0755) == -1 && errno == EROFS);
	ck_assert_int_eq(rump_sys_unmount(MNT, 0), 0);
}
END_TEST

/* One allocation or copy after the other fails: an errno, and nothing is left behind. */
static void
calls_fail(void *arg)
{
	char buf[10];
	int fd;

	(void)arg;
	if (up() != 0)
		return;
	fd = rump_sys_open(MNT "/hello", O_RDONLY);
	if (fd >= 0) {
		(void)rump_sys_read(fd, buf, sizeof(buf));
		ck_assert_int_eq(rump_sys_close(fd), 0);
	}
	ck_assert_int_eq(rump_sys_unmount(MNT, 0), 0);
}

START_TEST(skel_survives_failures)
{
	ck_assert_uint_gt(
	    rumptest_fault_each(RUMP_FAULT_MEMORY | RUMP_FAULT_COPYOUT, calls_fail, NULL), 0);
}
END_TEST

/* Two who look, in a hundred orders of what they do. */
static void
looker(void *arg)
{
	(void)arg;
	look();
}

static void
two_look(void *arg)
{
	struct rumptest_thread *t;

	(void)arg;
	rumptest_boot();
	ck_assert_int_eq(up(), 0);
	t = rumptest_spawn(looker, NULL);
	look();
	rumptest_join(t);
	ck_assert_int_eq(rump_sys_unmount(MNT, 0), 0);
	rumptest_halt();
}

START_TEST(skel_is_looked_at_twice)
{
	rumptest_search(two_look, NULL, 1, 100);
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("skel");
	TCase *const calls = tcase_create("calls"), *const worlds = tcase_create("worlds");
	SRunner *sr;
	int failed;

	rumptest_fixture(calls);
	tcase_add_test(calls, skel_has_files);
	tcase_add_test(calls, skel_lists_each_name_once);
	tcase_add_test(calls, skel_is_readonly);
	/* These boot their kernels themselves. */
	tcase_add_test(worlds, skel_survives_failures);
	tcase_add_test(worlds, skel_is_looked_at_twice);
	tcase_set_timeout(worlds, 60);
	suite_add_tcase(s, calls);
	suite_add_tcase(s, worlds);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
