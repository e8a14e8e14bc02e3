/* The test of skel(4): what it does, what happens when copies fail, and two who use it at once. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest.h>
#include <rump/rumptest_fixture.h>

#include "skel.h"

static int
skel_open(void)
{
	const int fd = rump_sys_open("/dev/skel", O_RDWR);

	ck_assert_msg(fd >= 0, "/dev/skel: %s", strerror(errno));
	return fd;
}

START_TEST(skel_reads_what_was_written)
{
	const int fd = skel_open();
	char buf[300];

	ck_assert_int_eq(rump_sys_pwrite(fd, "hello", 5, 100), 5);
	ck_assert_int_eq(rump_sys_pread(fd, buf, sizeof(buf), 0), 256);
	ck_assert_mem_eq(buf + 100, "hello", 5);
	ck_assert_int_eq(rump_sys_pwrite(fd, "hello", 5, 254), 2);
	ck_assert_int_eq(rump_sys_pwrite(fd, "x", 1, 256), -1);
	ck_assert_int_eq(errno, ENOSPC);
	ck_assert_int_eq(rump_sys_close(fd), 0);
}
END_TEST

START_TEST(skel_ioctls)
{
	const int fd = skel_open();
	unsigned count = 99;
	char c = 'y';

	ck_assert_int_eq(rump_sys_write(fd, "x", 1), 1);
	ck_assert_int_eq(rump_sys_ioctl(fd, SKEL_GETCOUNT, &count), 0);
	ck_assert_uint_eq(count, 1);
	ck_assert_int_eq(rump_sys_ioctl(fd, SKEL_CLEAR), 0);
	ck_assert_int_eq(rump_sys_pread(fd, &c, 1, 0), 1);
	ck_assert_int_eq(c, 0);
	ck_assert_int_eq(rump_sys_ioctl(fd, _IO('s', 99)), -1);
	ck_assert_int_eq(errno, ENOTTY);
	ck_assert_int_eq(rump_sys_close(fd), 0);
}
END_TEST

/* One copy after the other fails: an errno, and nothing is left behind. */
static void
copies_fail(void *arg)
{
	char buf[10] = "";
	int fd;

	(void)arg;
	fd = rump_sys_open("/dev/skel", O_RDWR);
	if (fd == -1) {
		ck_assert_int_eq(errno, EFAULT);
		return;
	}
	if (rump_sys_write(fd, buf, sizeof(buf)) == -1)
		ck_assert_int_eq(errno, EFAULT);
	if (rump_sys_pread(fd, buf, sizeof(buf), 0) == -1)
		ck_assert_int_eq(errno, EFAULT);
	ck_assert_int_eq(rump_sys_close(fd), 0);
}

START_TEST(skel_survives_failing_copies)
{
	ck_assert_uint_gt(rumptest_fault_each(RUMP_FAULT_COPY, copies_fail, NULL), 0);
}
END_TEST

/* Two writers, in a hundred orders of what they do: no write is lost. */
static void
writer(void *arg)
{
	const int fd = skel_open();

	for (int i = 0; i < 3; i++)
		ck_assert_int_eq(rump_sys_pwrite(fd, arg, 1, i), 1);
	ck_assert_int_eq(rump_sys_close(fd), 0);
}

static void
two_writers(void *arg)
{
	struct rumptest_thread *t;
	unsigned count;
	int fd;

	(void)arg;
	rumptest_boot();
	t = rumptest_spawn(writer, "a");
	writer("b");
	rumptest_join(t);
	fd = skel_open();
	ck_assert_int_eq(rump_sys_ioctl(fd, SKEL_GETCOUNT, &count), 0);
	ck_assert_uint_eq(count, 6);
	ck_assert_int_eq(rump_sys_close(fd), 0);
	rumptest_halt();
}

START_TEST(skel_counts_all_writes)
{
	rumptest_search(two_writers, NULL, 1, 100);
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
	tcase_add_test(calls, skel_reads_what_was_written);
	tcase_add_test(calls, skel_ioctls);
	/* These boot their kernels themselves. */
	tcase_add_test(worlds, skel_survives_failing_copies);
	tcase_add_test(worlds, skel_counts_all_writes);
	tcase_set_timeout(worlds, 60);
	suite_add_tcase(s, calls);
	suite_add_tcase(s, worlds);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
