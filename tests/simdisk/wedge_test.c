/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The simulated disk as one of disk(9)'s: its partitions are wedges, which fail, go and come with it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <rump/rump.h>
#include <rump/rump_disk.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest_disk.h>
#include <rump/rumptest_fixture.h>

#define SIZE  (1 << 20)
#define SECT  512
#define START 64  /* sectors */
#define LEN   100 /* sectors */

static struct rumptest_disk *disk;

#define ck_fails(expr, error)                                                          \
	do {                                                                           \
		errno = 0;                                                             \
		const long ret_ = (long)(expr);                                        \
		ck_assert_msg(ret_ == -1 && errno == (error),                          \
		    "%s: returned %ld, errno %d, not %s", #expr, ret_, errno, #error); \
	} while (0)

/* A master boot record with one partition of Linux. */
static void
make_disk(void)
{
	uint8_t mbr[SECT] = { 0 }, *const e = mbr + 446;

	e[4] = 0x83;
	e[8] = START;
	e[12] = LEN;
	mbr[510] = 0x55;
	mbr[511] = 0xaa;
	disk = rumptest_disk_new(SIZE, SECT);
	ck_assert_ptr_nonnull(disk);
	ck_assert_int_eq(rumptest_disk_put(disk, mbr, sizeof(mbr), 0), 0);
}

static void
attach(void)
{
	ck_assert_str_eq(rumptest_disk_attach(disk), "/dev/sd_sim0");
}

static void
setup(void)
{
	rumptest_boot();
	make_disk();
	attach();
}

static void
teardown(void)
{
	rumptest_disk_detach(disk);
	rumptest_halt();
	rumptest_disk_free(disk);
}

START_TEST(wedge_is_the_partition)
{
	const int fd = rump_sys_open("/dev/rdk0", O_RDWR);
	struct rump_dkwedge_info dkw;
	char buf[SECT], back[SECT];
	int force = 1;

	ck_assert_msg(fd >= 0, "/dev/rdk0: errno %d", errno);
	ck_assert_int_eq(rump_sys_ioctl(fd, RUMP_DIOCGWEDGEINFO, &dkw), 0);
	ck_assert_str_eq(dkw.dkw_parent, "sd_sim0");
	ck_assert(dkw.dkw_offset == START && dkw.dkw_size == LEN);
	memset(buf, 'x', sizeof(buf));
	ck_assert_int_eq(rump_sys_pwrite(fd, buf, SECT, 3 * SECT), SECT);
	ck_assert_int_eq(rump_sys_ioctl(fd, RUMP_DIOCCACHESYNC, &force), 0);
	ck_assert_uint_eq(rumptest_disk_log(disk), 2);
	ck_assert_uint_eq(rumptest_disk_logentry(disk, 0)->off, (START + 3) * SECT);
	ck_assert_int_eq(rumptest_disk_logentry(disk, 1)->type, RUMPTEST_FLUSH);
	rumptest_disk_get(disk, back, SECT, (START + 3) * SECT);
	ck_assert_mem_eq(buf, back, SECT);
	ck_fails(rump_sys_pwrite(fd, buf, SECT, LEN * SECT), ENOSPC);
	ck_assert_int_eq(rump_sys_close(fd), 0);
}
END_TEST

START_TEST(wedge_fails_like_its_disk)
{
	const int fd = rump_sys_open("/dev/rdk0", O_RDWR);
	char buf[SECT];

	ck_assert_int_eq(rumptest_disk_fault(disk,
			     &(struct rumptest_fault){ .f_kind = RUMPTEST_FAIL,
				 .f_on = RUMPTEST_ON_READ,
				 .f_off = (START + 5) * SECT,
				 .f_len = SECT }),
	    0);
	ck_assert_int_eq(rump_sys_pread(fd, buf, SECT, 4 * SECT), SECT);
	ck_fails(rump_sys_pread(fd, buf, SECT, 5 * SECT), EIO);
	ck_assert_int_eq(rump_sys_close(fd), 0);
}
END_TEST

START_TEST(wedge_goes_with_its_disk)
{
	const int fd = rump_sys_open("/dev/rdk0", O_RDWR);
	char buf[SECT];

	for (int i = 0; i < 10; i++) {
		rumptest_disk_detach(disk);
		ck_fails(rump_sys_open("/dev/rdk0", O_RDWR), ENOENT);
		attach();
		ck_assert_int_eq(rump_sys_close(rump_sys_open("/dev/rdk0", O_RDWR)), 0);
	}
	ck_assert_int_le(rump_sys_pread(fd, buf, SECT, 0), 0); /* it was open when it went */
	ck_assert_int_eq(rump_sys_close(fd), 0);
}
END_TEST

/* By ioctl of the disk itself. */
START_TEST(wedge_by_hand)
{
	const int fd = rump_sys_open("/dev/rsd_sim0", O_RDWR);
	struct rump_dkwedge_info dkw = {
		.dkw_wname = "mine", .dkw_parent = "sd_sim0", .dkw_offset = 1000, .dkw_size = 10
	};

	ck_assert_int_eq(rump_sys_ioctl(fd, RUMP_DIOCAWEDGE, &dkw), 0);
	ck_assert_str_eq(dkw.dkw_devname, "dk1");
	ck_assert_int_eq(rump_sys_ioctl(fd, RUMP_DIOCDWEDGE, &dkw), 0);
	ck_fails(rump_sys_ioctl(fd, 0x1234, NULL), ENOTTY);
	ck_assert_int_eq(rump_sys_close(fd), 0);
}
END_TEST

/* Attached, and open, at the halt; and again in the next kernel. */
START_TEST(wedge_at_halt)
{
	make_disk();
	for (int i = 0; i < 3; i++) {
		ck_assert_int_eq(rump_init(), 0);
		attach();
		ck_assert_int_ge(rump_sys_open("/dev/rdk0", O_RDWR), 0);
		ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
	}
	rumptest_disk_free(disk);
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("simdisk wedges");
	TCase *const tc = tcase_create("wedges"), *const bare = tcase_create("bare");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, wedge_is_the_partition);
	tcase_add_test(tc, wedge_fails_like_its_disk);
	tcase_add_test(tc, wedge_goes_with_its_disk);
	tcase_add_test(tc, wedge_by_hand);
	tcase_add_test(bare, wedge_at_halt);
	suite_add_tcase(s, tc);
	suite_add_tcase(s, bare);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
