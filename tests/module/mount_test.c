/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* File systems that are loaded because somebody mounts them; modules by path; that unused ones go. */
#define _GNU_SOURCE
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_modctl.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>

extern size_t rump_mem_leaks;
extern int rump_module_autotime; /* kern.module.autotime */

#define OK(e)	     ck_assert_msg((e) >= 0, "%s: %s", #e, strerror(errno))
#define FAILS(e, no) ck_assert_msg((e) == -1 && errno == (no), "%s: %s", #e, strerror(errno))

static char image[] = "/tmp/rump_mount.XXXXXX";

static void
boot(void)
{
	setenv("RUMP_MODULEBASE", MODULES, 1);
	ck_assert_int_ge(mkstemp(image), 0);
	ck_assert_int_eq(truncate(image, 4 << 20), 0);
	ck_assert_int_eq(rump_init(), 0);
	ck_assert_int_eq(rump_pub_etfs_register("/image", image, RUMP_ETFS_BLK), 0);
	ck_assert_int_eq(rump_pub_etfs_register("/modules", MODULES, RUMP_ETFS_DIR), 0);
	OK(rump_sys_mkdir("/m", 0755));
}

static void
halt(void)
{
	OK(rump_sys_reboot(RUMP_RB_HALT, NULL));
	(void)unlink(image);
	ck_assert_uint_eq(rump_mem_leaks, 0);
}

static int
mount_as(const char *type)
{
	struct {
		const char *fspec;
	} args = { "/image" };

	return rump_sys_mount(
	    type, "/m", strcmp(type, "ext2fs") == 0 ? RUMP_MNT_RDONLY : 0, &args, sizeof(args));
}

static int
load(const char *path)
{
	struct rump_modctl_load ml = { .ml_filename = path };

	return rump_sys_modctl(RUMP_MODCTL_LOAD, &ml);
}

static int
unload(const char *name)
{
	return rump_sys_modctl(RUMP_MODCTL_UNLOAD, (void *)(uintptr_t)name);
}

static const struct {
	const char *module, *mkfs;
} types[] = {
	{ "sysvbfs", "PATH=$PATH:/sbin:/usr/sbin mkfs.bfs " },
	{ "ext2fs", "PATH=$PATH:/sbin:/usr/sbin mkfs.ext4 -q -F " },
};

/* Without a module ENODEV; with it it mounts, stays while it is mounted, and can go and come again. */
START_TEST(mount_loads_its_file_system)
{
	const char *const name = types[_i].module;
	char cmd[200], buf[4096];
	int fd;

	strcpy(cmd, types[_i].mkfs);
	strcat(cmd, image);
	strcat(cmd, " >/dev/null 2>&1");
	ck_assert_int_eq(system(cmd), 0);
	for (int turn = 0; turn < 20; turn++) {
		OK(mount_as(name));
		FAILS(unload(name), EBUSY);
		OK(fd = rump_sys_open("/m", O_RDONLY));
		ck_assert_int_gt(rump_sys_getdents64(fd, buf, sizeof(buf)), 0);
		OK(rump_sys_close(fd));
		OK(rump_sys_unmount("/m", 0));
		OK(unload(name));
		ck_assert_ptr_null(rump_pub_vfs_getopsbyname(name));
	}
	/* The kernel may go down with it mounted. */
	OK(mount_as(name));
}
END_TEST

START_TEST(mount_of_what_there_is_not)
{
	FAILS(mount_as("nosuchfs"), ENODEV);
	FAILS(mount_as("../modmain"), ENODEV);
	FAILS(mount_as("modmain"), ENODEV); /* it loads, and is no file system */
	OK(unload("modmain"));
}
END_TEST

START_TEST(module_by_path)
{
	OK(rump_sys_chdir("/modules"));
	OK(load("./modmain.kmod"));
	OK(unload("modmain"));
	OK(load("/modules/modneeds.kmod"));
	OK(unload("modneeds"));
	FAILS(load("/modules/nothing.kmod"), ENOENT);
	FAILS(load("/modules"), ENOEXEC); /* a directory */
	FAILS(load("/m/"), ENOEXEC);
}
END_TEST

/* The kernel looks after a second; the bound is generous. */
START_TEST(module_unused_goes)
{
	rump_module_autotime = 1;
	OK(mount_as("modmain") == -1 && errno == ENODEV ? 0 : -1);
	for (int i = 0; i < 300; i++) {
		struct rump_modctl_stat ms[16];
		char buf[8 + sizeof(ms)] = { 0 };
		struct iovec iov = { buf, sizeof(buf) };

		OK(rump_sys_modctl(RUMP_MODCTL_STAT, &iov));
		if (memmem(buf, sizeof(buf), "modmain", 8) == NULL)
			return;
		OK(rump_sys_nanosleep(&(struct timespec){ 0, 100000000 }, NULL));
	}
	ck_abort_msg("modmain is still there");
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("mount");
	TCase *const tc = tcase_create("mount");
	SRunner *const sr = srunner_create(s);
	int failed;

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, boot, halt);
	tcase_add_loop_test(tc, mount_loads_its_file_system, 0, sizeof(types) / sizeof(types[0]));
	tcase_add_test(tc, mount_of_what_there_is_not);
	tcase_add_test(tc, module_by_path);
	tcase_add_test(tc, module_unused_goes);
	suite_add_tcase(s, tc);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
