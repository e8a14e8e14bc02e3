/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Each transfer and allocation of a writable mount fails in turn: the call or the fsync() says so or the
 * change is on the medium, and the image is sound for e2fsck either way.
 */
#define _GNU_SOURCE
#include <sys/stat.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>
#include <rump/rumptest_disk.h>
#include <rump/rumptest_fixture.h>
#include <rump/rump_check.h>

#include "ext2fs_testlib.h"

#define BYTES (4u << 20)

static int
mount_disk(const char *device, int flags)
{
	struct rump_ufs_args args = { .fspec = (char *)(uintptr_t)device };

	if (rump_sys_mkdir(TL_MNT, 0755) != 0 && errno != EEXIST)
		return errno;
	return rump_sys_mount("ext4", TL_MNT, flags, &args, sizeof(args)) == 0 ? 0 : errno;
}

/* Did all of it succeed? */
static int
work(void)
{
	const int fd = rump_sys_open(TL_MNT "/f", O_RDONLY);
	int good = fd >= 0;

	if (rump_sys_chmod(TL_MNT "/f", 0600) != 0 || rump_sys_chown(TL_MNT "/d", 7, 8) != 0)
		good = 0;
	if (fd >= 0) {
		if (rump_sys_fsync(fd) != 0)
			good = 0;
		(void)rump_sys_close(fd);
	}
	return good;
}

static void
check_image(struct rumptest_disk *d, int good)
{
	uint8_t *const bytes = malloc(BYTES);

	ck_assert_ptr_nonnull(bytes);
	rumptest_disk_get(d, bytes, BYTES, 0);
	tl_spew("after", bytes, BYTES);
	free(bytes);
	tl_run("e2fsck -fn after");
	if (good)
		tl_run("debugfs -R 'stat /f' after | grep -q 'Mode:  0600'");
}

static void
work_with_faults(void *arg)
{
	struct rumptest_disk *const d = rumptest_disk_new(BYTES, 512);
	int good = 0;

	(void)arg;
	ck_assert_ptr_nonnull(d);
	ck_assert_int_eq(rumptest_disk_load(d, "image"), 0);
	if (mount_disk(rumptest_disk_attach(d), 0) == 0) {
		good = work();
		/* One failure is all that there is: the second time nothing is in the way. */
		if (rump_sys_unmount(TL_MNT, 0) != 0)
			ck_assert_int_eq(rump_sys_unmount(TL_MNT, 0), 0);
	}
	rump_check_fault(0, 0);
	check_image(d, good);
	rumptest_disk_detach(d);
	rumptest_disk_free(d);
}

START_TEST(ext2fs_rw_survives_faults)
{
	static const unsigned kinds[] = { RUMP_FAULT_READ, RUMP_FAULT_WRITE, RUMP_FAULT_SHORT,
		RUMP_FAULT_MEMORY };
	static const unsigned least[] = { 4, 4, 4, 0 };

	tl_enter_scratch();
	tl_run("mkdir -p src/d; echo text >src/f; chmod 644 src/f;"
	       " mkfs.ext4 -O ^has_journal -b 1024 -F -d src image 4M");
	ck_assert_uint_ge(rumptest_fault_each(kinds[_i], work_with_faults, NULL), least[_i]);
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("ext2fs_rwfault");
	TCase *const tc = tcase_create("faults");
	SRunner *sr;
	int failed;

	tcase_set_timeout(tc, 240);
	tcase_add_loop_test(tc, ext2fs_rw_survives_faults, 0, 4);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_NORMAL);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
