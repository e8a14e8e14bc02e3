/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What is too much: a tree of a million directories, tables that are full, allocations that fail one after another.
 * Nothing is left half done: what was there before a call that fails is there after it.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#ifdef POSIX_CHECKED
#include <rump/rumptest_fixture.h>
#endif

#include "posix.h"

#ifndef DEPTH
#define DEPTH 1000000
#endif
#define STACKSIZE (128 * 1024)

#define OK(e) ck_assert_msg((e) == 0, "%s: %s", #e, strerror(errno))
#define FAILS(e, error)                                                                        \
	do {                                                                                   \
		errno = 0;                                                                     \
		ck_assert_msg(                                                                 \
		    (e) == -1 && errno == (error), "%s: errno %d, not %s", #e, errno, #error); \
	} while (0)

/* ---- Deep trees ---- */

static void
deep(void)
{
	char buf[8192];
	struct stat st;

	for (long i = 0; i < DEPTH; i++) {
		OK(rump_sys_mkdir("d", 0755));
		OK(rump_sys_chdir("d"));
	}
	FAILS(rump_sys___getcwd(buf, sizeof(buf)), ERANGE);
	OK(rump_sys_stat("..", &st));
	ck_assert_uint_eq(st.st_nlink, 3);
	/* To move what is so deep, its whole way up is looked at; into its own tree it cannot go. */
	OK(rump_sys_mkdir("x", 0755));
	OK(rump_sys_mkdir("/fs/y", 0755));
	OK(rump_sys_rename("x", "/fs/y"));
	FAILS(rump_sys_rename("/fs/d", "z"), EINVAL);
	OK(rump_sys_rmdir("/fs/y"));
	for (long i = 0; i < DEPTH; i++) {
		OK(rump_sys_chdir(".."));
		OK(rump_sys_rmdir("d"));
	}
	OK(rump_sys_stat("/fs", &st));
	ck_assert_uint_eq(st.st_nlink, 2);
}

static void *
deep_thread(void *arg)
{
	deep();
	return NULL;
}

/* On a small stack: whatever walks the tree does not recurse. */
START_TEST(limits_deep_tree)
{
	pthread_attr_t attr;
	pthread_t thread;

	rump_enter(&fixtures[_i]);
	ck_assert_int_eq(pthread_attr_init(&attr), 0);
	ck_assert_int_eq(pthread_attr_setstacksize(&attr, STACKSIZE), 0);
	ck_assert_int_eq(pthread_create(&thread, &attr, deep_thread, NULL), 0);
	ck_assert_int_eq(pthread_join(thread, NULL), 0);
	pthread_attr_destroy(&attr);
	rump_leave();
}
END_TEST

/* A tree that nobody took down goes with its mount. */
START_TEST(limits_deep_tree_is_unmounted)
{
	rump_enter(&fixtures[_i]);
	for (long i = 0; i < DEPTH / 10; i++) {
		OK(rump_sys_mkdir("d", 0755));
		OK(rump_sys_chdir("d"));
	}
	rump_leave();
}
END_TEST

/* ---- Full tables ---- */

START_TEST(limits_descriptors)
{
	struct rlimit rl = { 64, 64 };
	struct stat st;
	int fd = -1, last = -1;

	rump_enter(&fixtures[_i]);
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	OK(rump_sys_chdir("/fs"));
	OK(rump_sys_setrlimit(RLIMIT_NOFILE, &rl));
	OK(rump_sys_mknod("f", S_IFREG | 0644, 0));
	while ((fd = rump_sys_open("f", O_RDWR)) >= 0)
		last = fd;
	ck_assert_int_eq(errno, EMFILE);
	ck_assert_int_eq(last, 63);
	FAILS(rump_sys_dup(0), EMFILE);
	FAILS(rump_sys_fcntl(0, F_DUPFD, 0), EMFILE);
	FAILS(rump_sys_fcntl(0, F_DUPFD, 64), EINVAL);
	FAILS(rump_sys_dup2(0, 64), EBADF);
	/* Nothing is made, or cut, for a descriptor that there is not. */
	FAILS(rump_sys_open("new", O_RDWR | O_CREAT, 0644), EMFILE);
	FAILS(rump_sys_stat("new", &st), ENOENT);
	ck_assert_int_eq(rump_sys_write(0, "text", 4), 4);
	FAILS(rump_sys_open("f", O_RDWR | O_TRUNC), EMFILE);
	OK(rump_sys_stat("f", &st));
	ck_assert_int_eq(st.st_size, 4);
	OK(rump_sys_close(17));
	ck_assert_int_eq(rump_sys_open("f", O_RDONLY), 17);
	ck_assert_int_eq(rump_sys_dup2(0, 17), 17);
	rump_pub_lwproc_releaselwp();
	rump_leave();
}
END_TEST

START_TEST(limits_links_of_paths)
{
	char path[4200];

	rump_enter(&fixtures[_i]);
	OK(rump_sys_mkdir("d", 0755));
	/* A link whose target is as long as can be, and a rest behind it. */
	memset(path, '/', 4095);
	memcpy(path, "d", 1);
	path[4095] = '\0';
	OK(rump_sys_symlink(path, "l"));
	FAILS(rump_sys_chdir("l/."), ENAMETOOLONG);
	OK(rump_sys_chdir("l"));
	OK(rump_sys_chdir(".."));
	rump_leave();
}
END_TEST

/* ---- Allocations that fail ---- */

#ifdef POSIX_CHECKED
/* What there is: names, kinds, modes, owners, links, sizes. */
static void
picture(char *buf, size_t size)
{
	static const char *const names[] = { "f", "g", "l", "d", "d/x", "e", "new", "d/new",
		"e/x" };
	size_t len = 0;

	buf[0] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct stat st;

		if (rump_sys_lstat(names[i], &st) != 0)
			continue;
		len += (size_t)snprintf(buf + len, size - len, "%s %o %d %d %d %lld;", names[i],
		    st.st_mode, (int)st.st_uid, (int)st.st_gid, (int)st.st_nlink,
		    S_ISDIR(st.st_mode) ? 0 : (long long)st.st_size);
	}
}

static int
call_open_new(void)
{
	const int fd = rump_sys_open("new", O_RDWR | O_CREAT | O_EXCL, 0600);

	return fd < 0 ? -1 : rump_sys_close(fd);
}

static int
call_open_trunc(void)
{
	const int fd = rump_sys_open("f", O_RDWR | O_TRUNC);

	return fd < 0 ? -1 : rump_sys_close(fd);
}

static int
call_list(void)
{
	const int fd = rump_sys_open("d", O_RDONLY | O_DIRECTORY);
	char buf[1024];
	int ret;

	if (fd < 0)
		return -1;
	ret = rump_sys_getdents64(fd, buf, sizeof(buf)) < 0 ? -1 : 0;
	rump_sys_close(fd);
	return ret;
}

#define CALL(name, expr)                    \
	static int call_##name(void)        \
	{                                   \
		return (expr) < 0 ? -1 : 0; \
	}
CALL(mkdir, rump_sys_mkdir("d/new", 0755))
CALL(rmdir, rump_sys_rmdir("e"))
CALL(unlink, rump_sys_unlink("g"))
CALL(link, rump_sys_link("f", "new"))
CALL(symlink, rump_sys_symlink("target", "new"))
CALL(mkfifo, rump_sys_mkfifo("new", 0600))
CALL(mknod, rump_sys_mknod("new", S_IFCHR | 0600, 0x103))
CALL(rename, rump_sys_rename("f", "new"))
CALL(rename_over, rump_sys_rename("f", "g"))
CALL(rename_directory, rump_sys_rename("d/x", "e/x"))
CALL(rename_over_directory, rump_sys_rename("d/x", "e"))
CALL(chmod, rump_sys_chmod("f", 0600))
CALL(chown, rump_sys_chown("f", 5, 6))
CALL(truncate, rump_sys_truncate("f", 1))
CALL(utimes, rump_sys_utimes("f", NULL))
CALL(chdir, rump_sys_chdir("."))
CALL(access, rump_sys_access("l", R_OK))

static const struct {
	const char *name;
	int (*call)(void);
} calls[] = { { "open_new", call_open_new }, { "open_trunc", call_open_trunc },
	{ "list", call_list }, { "mkdir", call_mkdir }, { "rmdir", call_rmdir },
	{ "unlink", call_unlink }, { "link", call_link }, { "symlink", call_symlink },
	{ "mkfifo", call_mkfifo }, { "mknod", call_mknod }, { "rename", call_rename },
	{ "rename_over", call_rename_over }, { "rename_directory", call_rename_directory },
	{ "rename_over_directory", call_rename_over_directory }, { "chmod", call_chmod },
	{ "chown", call_chown }, { "truncate", call_truncate }, { "utimes", call_utimes },
	{ "chdir", call_chdir }, { "access", call_access } };
#define NCALLS (int)(sizeof(calls) / sizeof(calls[0]))

/* Fresh files in a directory of their own. */
static void
stage(unsigned n)
{
	char dir[32];
	int fd;

	snprintf(dir, sizeof(dir), "/fs/%u", n);
	OK(rump_sys_mkdir(dir, 0755));
	OK(rump_sys_chdir(dir));
	fd = rump_sys_open("f", O_RDWR | O_CREAT, 0644);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(rump_sys_write(fd, "text", 4), 4);
	OK(rump_sys_close(fd));
	OK(rump_sys_mknod("g", S_IFREG | 0644, 0));
	OK(rump_sys_symlink("f", "l"));
	OK(rump_sys_mkdir("d", 0755));
	OK(rump_sys_mkdir("d/x", 0755));
	OK(rump_sys_mkdir("e", 0755));
}

/* The first event of the call fails, then the second, until there are no more. */
START_TEST(limits_failing_events)
{
	const int i = _i % NCALLS;
	const unsigned kinds = _i / NCALLS % 2 == 0 ? RUMP_FAULT_MEMORY : RUMP_FAULT_COPY;
	char before[1024], after[1024], who[1024];
	bool fired = true;

	rump_enter(&fixtures[_i / NCALLS / 2]);
	for (unsigned n = 1; fired; n++) {
		int ret, error;

		ck_assert_uint_lt(n, 1000);
		stage(n);
		picture(before, sizeof(before));
		rump_check_fault(kinds, n);
		errno = 0;
		ret = (*calls[i].call)();
		error = errno;
		rump_check_fault(0, 0);
		fired = rump_check_fault_fired(who, sizeof(who));
		picture(after, sizeof(after));
		ck_assert_msg(
		    fired || ret == 0, "%s: errno %d without a failure", calls[i].name, error);
		ck_assert_msg(ret == 0 || error == ENOMEM || error == ENOSPC || error == ENFILE ||
			error == EFAULT,
		    "%s: errno %d of %s", calls[i].name, error, who);
		ck_assert_msg(ret == 0 || strcmp(before, after) == 0,
		    "%s failed by %s and left\n%s\nof\n%s", calls[i].name, who, after, before);
	}
	rump_leave();
}
END_TEST
#endif

int
main(void)
{
	Suite *suite = suite_create("limits");
	TCase *tc = tcase_create("limits");
	SRunner *runner;
	int failed;

	scratch_make();
	tcase_set_timeout(tc, 300);
	tcase_add_loop_test(tc, limits_deep_tree, 0, nfixtures);
	tcase_add_loop_test(tc, limits_deep_tree_is_unmounted, 0, nfixtures);
	tcase_add_loop_test(tc, limits_descriptors, 0, nfixtures);
	tcase_add_loop_test(tc, limits_links_of_paths, 0, nfixtures);
#ifdef POSIX_CHECKED
	tcase_add_loop_test(tc, limits_failing_events, 0, 2 * NCALLS * nfixtures);
#endif
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
