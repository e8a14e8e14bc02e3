/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* A file system in a partition of an image: mounted from a wedge, which keeps the whole disk away. */
#include <rump/rump_mount.h>

#include "../../drivers/dev/disk/disk_ktest.h"
#include "../../drivers/dev/disk/testlib.h"

static void
setup(void)
{
	host_setup();
	boot(512);
}

static void
teardown(void)
{
	halt();
	host_teardown();
}

static void
make_gpt(void)
{
	host("sgdisk -n 1:2048:+4M -n 2:0:+8M -n 3:0:0 img");
}

START_TEST(partition_mounts)
{
	struct rump_ufs_args args = { .fspec = "/dev/dk1" };
	char buf[100];
	int fd;

	make_gpt();
	host("mkdir tree && echo 'hello from partition 2' >tree/file && truncate -s 8M fs && "
	     "mkfs.ext4 -q -d tree fs && dd if=fs of=img bs=512 seek=10240 conv=notrunc");
	ck_assert_int_eq(wedges(), 3);
	ck_gives(rump_sys_mkdir("/mnt", 0755), 0);
	ck_gives(rump_sys_mount("ext4", "/mnt", RUMP_MNT_RDONLY, &args, sizeof(args)), 0);
	fd = rump_sys_open("/mnt/file", O_RDONLY);
	ck_gives(rump_sys_read(fd, buf, sizeof(buf)), 23);
	ck_assert_mem_eq(buf, "hello from partition 2\n", 23);
	ck_gives(rump_sys_close(fd), 0);
	/* The disk and its partition exclude each other. */
	ck_fails(rump_sys_open("/disk", O_RDWR), EBUSY);
	ck_gives(rump_pub_etfs_remove("/disk"), EBUSY);
	ck_gives(rump_sys_unmount("/mnt", 0), 0);
	fd = rump_sys_open("/disk", O_RDWR);
	ck_assert_int_ge(fd, 0);
	ck_fails(rump_sys_open("/dev/dk0", O_RDWR), EBUSY);
	ck_fails(rump_sys_mount("ext4", "/mnt", RUMP_MNT_RDONLY, &args, sizeof(args)), EBUSY);
	ck_gives(rump_sys_close(fd), 0);
	ck_gives(rump_pub_etfs_remove("/disk"), 0);
	ck_fails(rump_sys_open("/dev/dk1", O_RDONLY), ENOENT);
}
END_TEST

/* Halt with a file system of a partition mounted. */
START_TEST(partition_is_mounted_at_halt)
{
	struct rump_ufs_args args = { .fspec = "/dev/dk0" };

	make_gpt();
	host(
	    "truncate -s 4M fs && mkfs.ext4 -q fs && dd if=fs of=img bs=512 seek=2048 conv=notrunc");
	ck_assert_int_eq(wedges(), 3);
	ck_gives(rump_sys_mkdir("/mnt", 0755), 0);
	ck_gives(rump_sys_mount("ext4", "/mnt", RUMP_MNT_RDONLY, &args, sizeof(args)), 0);
	ck_assert_int_ge(rump_sys_open("/mnt/lost+found", O_RDONLY), 0);
	halt();
	boot(512);
	ck_assert_int_eq(wedges(), 3);
}
END_TEST

/* The disk is pulled out under a mounted file system: it fails, and can be unmounted. */
START_TEST(partition_pulled_out_while_mounted)
{
	struct rump_dkwedge_info dkw = { .dkw_wname = "fs", .dkw_offset = 1024, .dkw_size = 2048 };
	struct rump_ufs_args args = { .fspec = "/dev/dk0" };
	static char fs[1 << 20];
	int fd, error;

	host("mkdir tree && head -c 100000 /dev/urandom >tree/file && truncate -s 1M fs && "
	     "mkfs.ext4 -q -O ^has_journal -d tree fs && cp fs img");
	image_read(fs, sizeof(fs), 0);
	rump_schedule();
	(void)rump_test_disk_begin();
	rump_unschedule();
	fd = rump_sys_open("/dev/rtdk0", O_RDWR);
	ck_gives(rump_sys_pwrite(fd, fs, sizeof(fs), 1024 * 512), sizeof(fs));
	ck_gives(rump_sys_ioctl(fd, RUMP_DIOCAWEDGE, &dkw), 0);
	ck_gives(rump_sys_close(fd), 0);
	ck_gives(rump_sys_mkdir("/mnt", 0755), 0);
	ck_gives(rump_sys_mount("ext4", "/mnt", RUMP_MNT_RDONLY, &args, sizeof(args)), 0);
	fd = rump_sys_open("/mnt/file", O_RDONLY);
	ck_gives(rump_sys_pread(fd, fs, 512, 0), 512);
	rump_schedule();
	error = rump_test_disk_unplug(1);
	rump_unschedule();
	ck_assert_int_eq(error, 0);
	errno = 0;
	ck_assert_int_eq(rump_sys_pread(fd, fs, 60000, 40000), -1);
	ck_assert_msg(errno == EIO || errno == ENXIO, "errno %d", errno);
	ck_gives(rump_sys_close(fd), 0);
	ck_gives(rump_sys_unmount("/mnt", RUMP_MNT_FORCE), 0);
	rump_schedule();
	rump_test_disk_end();
	rump_unschedule();
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("partition");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, partition_mounts);
	tcase_add_test(tc, partition_is_mounted_at_halt);
	tcase_add_test(tc, partition_pulled_out_while_mounted);
	return run(tc, "partition");
}
