/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Mounting and unmounting: what is refused, what a mount hides, what force does to open files. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <rump/rump.h>
#include <rump/rump_mount.h>
#include <rump/rump_syscalls.h>

#define HALT 0x8 /* RB_HALT */

#define OK(e)	     ck_assert_msg((e) >= 0, "%s: %s", #e, strerror(errno))
#define FAILS(e, no) ck_assert_msg((e) == -1 && errno == (no), "%s: %s", #e, strerror(errno))

static int
mount_at(const char *dir)
{
	return rump_sys_mount(RUMP_MOUNT_RUMPFS, dir, 0, NULL, 0);
}

static void
touch(const char *path)
{
	int fd;

	OK(fd = rump_sys_open(path, O_CREAT | O_RDWR, 0644));
	OK(rump_sys_write(fd, "data", 4));
	OK(rump_sys_close(fd));
}

static void
up(void)
{
	ck_assert_int_eq(rump_init(), 0);
	OK(rump_sys_mkdir("/m", 0755));
	touch("/m/hidden");
	touch("/file");
	OK(mount_at("/m"));
}

static void
down(void)
{
	OK(rump_sys_reboot(HALT, NULL));
}

START_TEST(mount_is_refused)
{
	FAILS(mount_at("/file"), ENOTDIR);
	FAILS(mount_at("/nowhere"), ENOENT);
	FAILS(rump_sys_mount("nosuchfs", "/m", 0, NULL, 0), ENODEV);
	FAILS(rump_sys_mount(
		  "a name that is much longer than those of file systems", "/m", 0, NULL, 0),
	    ENODEV);
	FAILS(rump_sys_unmount("/m/..", 0), EBUSY);
	FAILS(rump_sys_unmount("/nowhere", 0), ENOENT);
	OK(rump_sys_mkdir("/m/dir", 0755));
	FAILS(rump_sys_unmount("/m/dir", 0), EINVAL);
	FAILS(rump_sys_unmount("/m", 0x1), EINVAL);
	OK(rump_sys_seteuid(1000));
	FAILS(mount_at("/m"), EPERM);
	FAILS(rump_sys_unmount("/m", 0), EPERM);
	OK(rump_sys_seteuid(0));
}
END_TEST

START_TEST(mount_hides_and_crosses)
{
	struct stat root, st;

	FAILS(rump_sys_stat("/m/hidden", &st), ENOENT);
	OK(rump_sys_stat("/", &root));
	OK(rump_sys_stat("/m/..", &st));
	ck_assert(st.st_ino == root.st_ino && st.st_dev == root.st_dev);
	OK(rump_sys_stat("/m", &st));
	ck_assert(st.st_dev != root.st_dev);
	touch("/m/f");
	FAILS(rump_sys_rename("/m/f", "/f"), EXDEV);
	FAILS(rump_sys_link("/file", "/m/l"), EXDEV);
	FAILS(rump_sys_rmdir("/m"), EBUSY);
	FAILS(rump_sys_rename("/m", "/n"), EBUSY);
	OK(rump_sys_unmount("/m", 0));
	OK(rump_sys_stat("/m/hidden", &st));
	FAILS(rump_sys_stat("/m/f", &st), ENOENT);
	FAILS(rump_sys_unmount("/m", 0), EINVAL);
}
END_TEST

START_TEST(mount_on_mount)
{
	struct stat st;

	touch("/m/lower");
	OK(mount_at("/m"));
	FAILS(rump_sys_stat("/m/lower", &st), ENOENT);
	OK(rump_sys_mkdir("/m/d", 0755));
	OK(mount_at("/m/d"));
	touch("/m/d/f");
	OK(rump_sys_stat("/m/d/../d/f", &st));
	OK(rump_sys_stat("/m/d/../../m/d/f", &st));
	FAILS(rump_sys_unmount("/m", 0), EBUSY);
	OK(rump_sys_unmount("/m/d", 0));
	OK(rump_sys_unmount("/m", 0));
	OK(rump_sys_stat("/m/lower", &st));
}
END_TEST

START_TEST(mount_in_use)
{
	char c[8];
	struct stat st;
	int fd, dir;

	touch("/m/f");
	OK(fd = rump_sys_open("/m/f", O_RDONLY));
	FAILS(rump_sys_unmount("/m", 0), EBUSY);
	OK(rump_sys_pread(fd, c, 4, 0)); /* as if nothing had been */
	OK(rump_sys_stat("/m/f", &st));
	OK(rump_sys_close(fd));
	OK(rump_sys_chdir("/m"));
	FAILS(rump_sys_unmount("/m", 0), EBUSY);
	OK(rump_sys_chdir("/"));
	OK(dir = rump_sys_open("/m", O_RDONLY));
	FAILS(rump_sys_unmount("/m", 0), EBUSY);
	OK(rump_sys_close(dir));
	OK(rump_sys_unmount("/m", 0));
}
END_TEST

START_TEST(mount_forced_off)
{
	char c[8];
	struct stat st;
	int fd;

	touch("/m/f");
	OK(fd = rump_sys_open("/m/f", O_RDWR));
	OK(rump_sys_chdir("/m"));
	OK(rump_sys_unmount("/m", RUMP_MNT_FORCE));
	FAILS(rump_sys_read(fd, c, 4), EIO);
	FAILS(rump_sys_write(fd, c, 4), EIO);
	FAILS(rump_sys_fstat(fd, &st), EBADF);
	ck_assert_int_eq(rump_sys_stat("f", &st), -1);
	ck_assert_int_eq(rump_sys_open("f", O_CREAT | O_RDWR, 0644), -1);
	OK(rump_sys_close(fd));
	OK(rump_sys_chdir("/"));
	OK(rump_sys_stat("/m/hidden", &st));
	OK(mount_at("/m"));
}
END_TEST

START_TEST(mount_list)
{
	static struct rump_statvfs sb[8];
	int n;

	OK(n = rump_sys_getvfsstat(NULL, 0, RUMP_MNT_WAIT));
	ck_assert_int_eq(n, 2);
	OK(n = rump_sys_getvfsstat((void *)sb, sizeof(sb), RUMP_MNT_WAIT));
	ck_assert_int_eq(n, 2);
	ck_assert_str_eq(sb[0].f_mntonname, "/");
	ck_assert_str_eq(sb[1].f_mntonname, "/m");
	ck_assert_str_eq(sb[1].f_fstypename, "rumpfs");
	ck_assert(sb[0].f_fsid != sb[1].f_fsid);
	OK(n = rump_sys_getvfsstat((void *)sb, sizeof(sb[0]), RUMP_MNT_NOWAIT));
	ck_assert_int_eq(n, 1);
}
END_TEST

/* Halting takes down what is mounted and open, whatever it is. */
START_TEST(mount_halt_in_use)
{
	int fd;

	OK(rump_sys_mkdir("/m/d", 0755));
	OK(mount_at("/m/d"));
	touch("/m/d/f");
	OK(fd = rump_sys_open("/m/d/f", O_RDWR));
	OK(rump_sys_chdir("/m/d"));
	OK(rump_sys_unlink("f"));
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("mount");
	TCase *tc = tcase_create("mount");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(tc, up, down);
	tcase_add_test(tc, mount_is_refused);
	tcase_add_test(tc, mount_hides_and_crosses);
	tcase_add_test(tc, mount_on_mount);
	tcase_add_test(tc, mount_in_use);
	tcase_add_test(tc, mount_forced_off);
	tcase_add_test(tc, mount_list);
	tcase_add_test(tc, mount_halt_in_use);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
