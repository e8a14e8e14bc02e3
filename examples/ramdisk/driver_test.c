/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The test of ramdisk(4).  Each test boots a kernel of its own; the driver is linked in. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <rump/rump.h>
#include <rump/rump_disk.h>
#include <rump/rump_syscalls.h>

#define SIZE (1024 * 1024)

static int raw;

static void
setup(void)
{
	ck_assert_int_eq(rump_init(), 0);
	raw = rump_sys_open("/dev/rramdisk0", O_RDWR);
	ck_assert_msg(raw >= 0, "errno %d", errno);
}

static void
teardown(void)
{
	ck_assert_int_eq(rump_sys_close(raw), 0);
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
}

static const struct {
	const char *name;
	int writing;
	off_t off;
	size_t len;
	ssize_t ret;
	int err;
} moves[] = {
	{ "read", 0, 1024, 4096, 4096, 0 },
	{ "write", 1, 1024, 4096, 4096, 0 },
	{ "read over the end", 0, SIZE - 512, 4096, 512, 0 },
	{ "write over the end", 1, SIZE - 512, 4096, 512, 0 },
	{ "read at the end", 0, SIZE, 4096, 0, 0 },
	{ "write at the end", 1, SIZE, 4096, -1, ENOSPC },
	{ "write beyond", 1, SIZE + 512, 4096, -1, EINVAL },
	{ "half a sector", 0, 0, 256, -1, EINVAL },
	{ "between sectors", 0, 256, 512, -1, EINVAL },
};

START_TEST(ramdisk_moves_sectors)
{
	char buf[4096] = "";
	ssize_t n;

	errno = 0;
	n = moves[_i].writing ? rump_sys_pwrite(raw, buf, moves[_i].len, moves[_i].off)
			      : rump_sys_pread(raw, buf, moves[_i].len, moves[_i].off);
	ck_assert_msg(n == moves[_i].ret && errno == moves[_i].err, "%s: returned %zd, errno %d",
	    moves[_i].name, n, errno);
}
END_TEST

/* The block device takes any offset: the buffer cache makes sectors of it. */
START_TEST(ramdisk_block_and_character)
{
	char buf[512];
	const int blk = rump_sys_open("/dev/ramdisk0", O_RDWR);

	ck_assert_int_eq(rump_sys_pwrite(blk, "hello", 5, 1000), 5);
	ck_assert_int_eq(rump_sys_fsync(blk), 0);
	ck_assert_int_eq(rump_sys_pread(raw, buf, 512, 512), 512);
	ck_assert_mem_eq(buf + 488, "hello", 5);
	ck_assert_int_eq(rump_sys_close(blk), 0);
}
END_TEST

START_TEST(ramdisk_sizes)
{
	unsigned sector = 0;
	int64_t size = 0;

	ck_assert_int_eq(rump_sys_ioctl(raw, RUMP_DIOCGSECTORSIZE, &sector), 0);
	ck_assert_int_eq(rump_sys_ioctl(raw, RUMP_DIOCGMEDIASIZE, &size), 0);
	ck_assert(sector == 512 && size == SIZE);
	ck_assert_int_eq(rump_sys_ioctl(raw, 0x1234, NULL), -1);
	ck_assert_int_eq(errno, ENOTTY);
}
END_TEST

START_TEST(ramdisk_has_partitions)
{
	struct rump_dkwedge_info dkw = {
		.dkw_wname = "half", .dkw_offset = 1024, .dkw_size = 1024
	};
	char buf[512] = "second half";
	int dk;

	ck_assert_int_eq(rump_sys_ioctl(raw, RUMP_DIOCAWEDGE, &dkw), 0);
	dk = rump_sys_open("/dev/rdk0", O_RDWR);
	ck_assert_int_eq(rump_sys_pwrite(dk, buf, 512, 0), 512);
	ck_assert_int_eq(rump_sys_close(dk), 0);
	memset(buf, 0, sizeof(buf));
	ck_assert_int_eq(rump_sys_pread(raw, buf, 512, SIZE / 2), 512);
	ck_assert_str_eq(buf, "second half");
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("ramdisk");
	TCase *const tc = tcase_create("ramdisk");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, ramdisk_moves_sectors, 0, (int)(sizeof(moves) / sizeof(moves[0])));
	tcase_add_test(tc, ramdisk_block_and_character);
	tcase_add_test(tc, ramdisk_sizes);
	tcase_add_test(tc, ramdisk_has_partitions);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
