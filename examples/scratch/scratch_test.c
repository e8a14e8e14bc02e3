/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The test of scratch(4).  Each test boots a checked kernel of its own in a process of its own; the
 * driver is linked in, and its node is in /dev.  What it leaves behind fails the test.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest_fixture.h>

static int fd;

static void
setup(void)
{
	fd = rump_sys_open("/dev/scratch", O_RDWR);
	ck_assert_msg(fd >= 0, "/dev/scratch: errno %d", errno);
}

static void
teardown(void)
{
	ck_assert_int_eq(rump_sys_close(fd), 0);
}

static const struct {
	const char *name;
	off_t off;
	size_t len;
	ssize_t ret;
	int err;
} bounds[] = {
	{ "at start", 0, 5, 5, 0 },
	{ "cut at end", 4090, 10, 6, 0 },
	{ "empty at end", 4096, 0, 0, 0 },
	{ "past end", 4096, 1, -1, ENOSPC },
};

START_TEST(scratch_write_stops_at_size)
{
	errno = 0;
	const ssize_t n = rump_sys_pwrite(fd, "0123456789", bounds[_i].len, bounds[_i].off);
	ck_assert_msg(n == bounds[_i].ret && errno == bounds[_i].err, "%s: returned %zd, errno %d",
	    bounds[_i].name, n, errno);
}
END_TEST

START_TEST(scratch_reads_what_was_written)
{
	char buf[5000];

	ck_assert_int_eq(rump_sys_pwrite(fd, "hello", 5, 1000), 5);
	ck_assert_int_eq(rump_sys_pread(fd, buf, sizeof(buf), 0), 4096);
	ck_assert_mem_eq(buf + 1000, "hello", 5);
	ck_assert_int_eq(buf[999], 0);
	ck_assert_int_eq(rump_sys_pread(fd, buf, 1, 4096), 0);
}
END_TEST

/* Bytes that cross the chunk of the copy, and a gather of odd pieces. */
START_TEST(scratch_moves_pieces)
{
	char out[1500], in[1500];
	struct iovec iov[3] = { { in, 1 }, { in + 1, 998 }, { in + 999, 501 } };

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (char)(i * 7);
	ck_assert_int_eq(rump_sys_pwrite(fd, out, sizeof(out), 100), (int)sizeof(out));
	ck_assert_int_eq(rump_sys_preadv(fd, iov, 3, 100), (int)sizeof(in));
	ck_assert_mem_eq(in, out, sizeof(out));
}
END_TEST

/* Another node for the same device works as well as the one that came by itself. */
START_TEST(scratch_node_by_mknod)
{
	struct stat st;
	char c;
	int fd2;

	ck_assert_int_eq(rump_sys_stat("/dev/scratch", &st), 0);
	ck_assert(S_ISCHR(st.st_mode));
	ck_assert_int_eq(rump_sys_mknod("/tmp/mine", S_IFCHR | 0600, st.st_rdev), 0);
	fd2 = rump_sys_open("/tmp/mine", O_RDONLY);
	ck_assert_int_ge(fd2, 0);
	ck_assert_int_eq(rump_sys_pwrite(fd, "x", 1, 7), 1);
	ck_assert_int_eq(rump_sys_pread(fd2, &c, 1, 7), 1);
	ck_assert_int_eq(c, 'x');
	ck_assert_int_eq(rump_sys_close(fd2), 0);
}
END_TEST

START_TEST(scratch_has_no_ioctl)
{
	errno = 0;
	ck_assert_int_eq(rump_sys_ioctl(fd, 0x1234, NULL), -1);
	ck_assert_int_eq(errno, ENOTTY);
}
END_TEST

/* A copy that fails in the middle of a write: what had arrived counts. */
static void
copies_fail(void *arg)
{
	char out[1000];
	ssize_t n;

	(void)arg;
	(void)memset(out, 'x', sizeof(out));
	fd = rump_sys_open("/dev/scratch", O_RDWR);
	if (fd == -1) {
		ck_assert_int_eq(errno, EFAULT); /* the path was not copied */
		return;
	}
	n = rump_sys_pwrite(fd, out, sizeof(out), 0);
	ck_assert_msg(
	    n == (ssize_t)sizeof(out) || (n > 0 && n % 256 == 0) || (n == -1 && errno == EFAULT),
	    "pwrite: %zd, errno %d", n, errno);
	ck_assert_int_eq(rump_sys_close(fd), 0);
}

START_TEST(scratch_survives_failing_copies)
{
	ck_assert_uint_eq(rumptest_fault_each(RUMP_FAULT_COPY, copies_fail, NULL), 5);
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("scratch");
	TCase *const tc = tcase_create("scratch"), *const faults = tcase_create("failures");
	SRunner *sr;
	int failed;

	rumptest_fixture(tc);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(
	    tc, scratch_write_stops_at_size, 0, (int)(sizeof(bounds) / sizeof(bounds[0])));
	tcase_add_test(tc, scratch_reads_what_was_written);
	tcase_add_test(tc, scratch_moves_pieces);
	tcase_add_test(tc, scratch_node_by_mknod);
	tcase_add_test(tc, scratch_has_no_ioctl);
	tcase_add_test(faults, scratch_survives_failing_copies);
	suite_add_tcase(s, tc);
	suite_add_tcase(s, faults);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
