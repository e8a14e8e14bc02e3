/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Resource limits: stored, inherited, and those that are kept. */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>

#include <sys/resource.h>
#include <sys/stat.h>

#include "testlib.h"

static void
limit(int which, rlim_t cur)
{
	struct rlimit lim;

	ck_succeeds(rump_sys_getrlimit(which, &lim));
	lim.rlim_cur = cur;
	ck_succeeds(rump_sys_setrlimit(which, &lim));
}

static rlim_t
limit_of(int which)
{
	struct rlimit lim;

	ck_succeeds(rump_sys_getrlimit(which, &lim));
	return lim.rlim_cur;
}

/* A child has a copy: neither changes the other's. */
START_TEST(rlimit_is_kept_and_inherited)
{
	struct lwp *parent;

	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	parent = rump_pub_lwproc_curlwp();
	limit(_i, 100);
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	ck_assert_int_eq(limit_of(_i), 100);
	limit(_i, 50);
	rump_pub_lwproc_releaselwp();
	rump_pub_lwproc_switch(parent);
	ck_assert_int_eq(limit_of(_i), 100);
	rump_pub_lwproc_releaselwp();
	ck_assert_int_ne(limit_of(_i), 100);
}
END_TEST

START_TEST(rlimit_of_processes)
{
	const struct rlimit lim = { 1, 1 };
	struct lwp *first;

	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	first = rump_pub_lwproc_curlwp();
	ck_succeeds(rump_sys_setrlimit(RLIMIT_NPROC, &lim));
	ck_succeeds(rump_sys_setuid(7));
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), EAGAIN);
	/* Another user's do not count; one that changes hands does. */
	rump_pub_lwproc_switch(NULL);
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	ck_succeeds(rump_sys_setrlimit(RLIMIT_NPROC, &lim));
	ck_succeeds(rump_sys_setuid(8));
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), EAGAIN);
	rump_pub_lwproc_releaselwp();
	rump_pub_lwproc_switch(first);
	rump_pub_lwproc_releaselwp();
	/* And one that is gone does not. */
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	first = rump_pub_lwproc_curlwp();
	ck_succeeds(rump_sys_setrlimit(RLIMIT_NPROC, &(struct rlimit){ 2, 2 }));
	ck_succeeds(rump_sys_setuid(7));
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
		ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), EAGAIN);
		rump_pub_lwproc_releaselwp();
		rump_pub_lwproc_switch(first);
	}
	rump_pub_lwproc_releaselwp();
}
END_TEST

static bool
xfsz_pending(void)
{
	sigset_t set;

	ck_succeeds(rump_sys_sigpending(&set));
	return sigismember(&set, SIGXFSZ) == 1;
}

START_TEST(rlimit_of_files)
{
	struct stat st;
	char buf[100] = "";
	int fd;

	rump_boot_setsigmodel(RUMP_SIGMODEL_RECORD);
	ck_assert_int_eq(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	fd = rump_sys_open("/file", O_RDWR | O_CREAT, 0600);
	ck_assert_int_ge(fd, 0);
	limit(RLIMIT_FSIZE, 150);
	ck_assert_int_eq(rump_sys_write(fd, buf, 100), 100);
	ck_assert_int_eq(rump_sys_write(fd, buf, 100), 50); /* as far as it goes */
	ck_assert_int_eq(rump_sys_lseek(fd, 0, SEEK_CUR), 150);
	ck_assert(!xfsz_pending());
	ck_assert_int_eq(rump_sys_write(fd, buf, 0), 0);
	ck_fails(rump_sys_ftruncate(fd, 150 + 1), EFBIG);
	ck_assert(xfsz_pending());
	switch (_i) {
	case 0:
		ck_fails(rump_sys_write(fd, buf, 1), EFBIG);
		break;
	case 1:
		ck_fails(rump_sys_pwrite(fd, buf, 1, 1000), EFBIG);
		break;
	case 2:
		ck_fails(rump_sys_truncate("/file", 151), EFBIG);
		break;
	case 3:
		ck_succeeds(rump_sys_fcntl(fd, F_SETFL, (void *)(intptr_t)O_APPEND));
		ck_assert_int_eq(rump_sys_lseek(fd, 0, SEEK_SET), 0);
		ck_fails(rump_sys_write(fd, buf, 1), EFBIG);
		break;
	case 4:
		ck_assert_int_eq(rump_sys_posix_fallocate(fd, 100, 51), EFBIG);
		break;
	}
	ck_succeeds(rump_sys_fstat(fd, &st));
	ck_assert_int_eq(st.st_size, 150);
	ck_succeeds(rump_sys_ftruncate(fd, 150));
	limit(RLIMIT_FSIZE, RLIM_INFINITY);
	ck_assert_int_eq(rump_sys_pwrite(fd, buf, 100, 150), 100);
	ck_succeeds(rump_sys_close(fd));
	rump_pub_lwproc_releaselwp();
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("rlimit");

	tcase_add_loop_test(tc, rlimit_is_kept_and_inherited, 0, 16);
	tcase_add_test(tc, rlimit_of_processes);
	tcase_add_loop_test(tc, rlimit_of_files, 0, 5);
	return run_suite(tc, "rlimit");
}
