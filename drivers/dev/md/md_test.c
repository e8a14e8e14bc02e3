/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* Memory disks: configuring, reading and writing, limits, wedges on them. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <rump/rump.h>
#include <rump/rump_disk.h>
#include <rump/rump_syscalls.h>

#define SIZE (4 << 20)

#define ck_fails(expr, error)                                                                      \
	do {                                                                                       \
		errno = 0;                                                                         \
		const long ret_ = (long)(expr);                                                    \
		ck_assert_msg(ret_ == -1 && errno == (error), "%s: returned %ld, errno %d", #expr, \
		    ret_, errno);                                                                  \
	} while (0)
#define ck_gives(expr, value)                                                                    \
	do {                                                                                     \
		const long ret_ = (long)(expr), want_ = (long)(value);                           \
		ck_assert_msg(ret_ == want_, "%s: returned %ld, errno %d, not %ld", #expr, ret_, \
		    errno, want_);                                                               \
	} while (0)

static void
setup(void)
{
	ck_assert_int_eq(rump_init(), 0);
}

static void
teardown(void)
{
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
}

static int
configured(const char *node, size_t size)
{
	struct rump_md_conf md = { .md_size = size, .md_type = RUMP_MD_KMEM_ALLOCATED };
	const int fd = rump_sys_open(node, O_RDWR);

	ck_assert_msg(fd >= 0, "%s: errno %d", node, errno);
	ck_gives(rump_sys_ioctl(fd, RUMP_MD_SETCONF, &md), 0);
	return fd;
}

START_TEST(md_has_no_size_before_it_is_configured)
{
	struct rump_md_conf md;
	char buf[512];
	int64_t size = -1;
	const int fd = rump_sys_open("/dev/rmd0", O_RDWR);

	ck_gives(rump_sys_ioctl(fd, RUMP_MD_GETCONF, &md), 0);
	ck_assert_int_eq(md.md_type, RUMP_MD_UNCONFIGURED);
	ck_gives(rump_sys_ioctl(fd, RUMP_DIOCGMEDIASIZE, &size), 0);
	ck_assert_int_eq(size, 0);
	ck_gives(rump_sys_read(fd, buf, sizeof(buf)), 0);
	ck_fails(rump_sys_write(fd, buf, sizeof(buf)), ENOSPC);
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

static const struct {
	const char *name;
	size_t size;
	int type, err;
} bad[] = {
	{ "nothing", 0, RUMP_MD_KMEM_ALLOCATED, EINVAL },
	{ "no sectors", 1000, RUMP_MD_KMEM_ALLOCATED, EINVAL },
	{ "fixed", SIZE, 1, EINVAL },
	{ "of a process", SIZE, 3, EOPNOTSUPP },
	{ "unknown", SIZE, 99, EINVAL },
	{ "everything", (size_t)1 << 62, RUMP_MD_KMEM_ALLOCATED, ENOMEM },
	{ "more than can be counted", ~(size_t)511, RUMP_MD_KMEM_ALLOCATED, ENOMEM },
};

START_TEST(md_refuses_bad_configurations)
{
	struct rump_md_conf md = { .md_size = bad[_i].size, .md_type = bad[_i].type };
	const int fd = rump_sys_open("/dev/rmd0", O_RDWR);

	errno = 0;
	const int r = rump_sys_ioctl(fd, RUMP_MD_SETCONF, &md);
	ck_assert_msg(r == -1 && errno == bad[_i].err, "%s: %d, errno %d", bad[_i].name, r, errno);
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

START_TEST(md_stays_within_the_limit)
{
	struct rump_md_conf md = { .md_size = 40 << 20, .md_type = RUMP_MD_KMEM_ALLOCATED };
	int fd, fd1;

	teardown();
	setenv("RUMP_MEMLIMIT", "64m", 1);
	setup();
	unsetenv("RUMP_MEMLIMIT");
	fd = rump_sys_open("/dev/rmd0", O_RDWR);
	ck_fails(rump_sys_ioctl(fd, RUMP_MD_SETCONF, &md), ENOMEM);
	md.md_size = 20 << 20;
	ck_gives(rump_sys_ioctl(fd, RUMP_MD_SETCONF, &md), 0);
	fd1 = rump_sys_open("/dev/rmd1", O_RDWR);
	ck_fails(rump_sys_ioctl(fd1, RUMP_MD_SETCONF, &md), ENOMEM);
	ck_gives(rump_sys_close(fd1), 0);
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

static const char *const nodes[] = { "/dev/rmd0", "/dev/md1" };

START_TEST(md_reads_what_was_written)
{
	static char out[200 * 1024], in[sizeof(out)];
	struct rump_md_conf md = { .md_size = SIZE, .md_type = RUMP_MD_KMEM_ALLOCATED };
	const int fd = configured(nodes[_i], SIZE);
	const off_t at = 60 * 1024;

	ck_fails(rump_sys_ioctl(fd, RUMP_MD_SETCONF, &md), EBUSY);
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (char)(i * 7 + i / 512);
	ck_gives(rump_sys_pread(fd, in, sizeof(in), at), sizeof(in));
	for (size_t i = 0; i < sizeof(in); i++)
		ck_assert_int_eq(in[i], 0);
	ck_gives(rump_sys_pwrite(fd, out, sizeof(out), at), sizeof(out));
	ck_gives(rump_sys_fsync(fd), 0);
	ck_gives(rump_sys_pread(fd, in, sizeof(in), at), sizeof(in));
	ck_assert_mem_eq(in, out, sizeof(out));
	ck_gives(rump_sys_pread(fd, in, 8192, SIZE - 4096), 4096);
	ck_gives(rump_sys_pread(fd, in, 8192, SIZE), 0);
	ck_fails(rump_sys_pwrite(fd, in, 512, SIZE), ENOSPC);
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

START_TEST(md_raw_moves_sectors_only)
{
	const int fd = configured("/dev/rmd0", SIZE);
	char buf[1024];

	ck_fails(rump_sys_pread(fd, buf, 100, 0), EINVAL);
	ck_fails(rump_sys_pread(fd, buf, 512, 100), EINVAL);
	ck_gives(rump_sys_pread(fd, buf, 1024, 512), 1024);
	ck_gives(rump_sys_pread(fd, buf, 512, SIZE + 512), 0);
	ck_fails(rump_sys_pwrite(fd, buf, 512, SIZE), ENOSPC);
	ck_fails(rump_sys_pwrite(fd, buf, 512, SIZE + 512), EINVAL);
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

/* What the block device cached past the end is not there the second time either. */
START_TEST(md_end_inside_a_block)
{
	const int fd = configured("/dev/md0", SIZE + 512);
	char buf[4096];

	ck_gives(rump_sys_pread(fd, buf, sizeof(buf), SIZE), 512);
	ck_gives(rump_sys_pread(fd, buf, sizeof(buf), SIZE), 512);
	ck_gives(rump_sys_pwrite(fd, "x", 1, SIZE + 5), 1);
	ck_gives(rump_sys_fsync(fd), 0);
	ck_gives(rump_sys_pread(fd, buf, sizeof(buf), SIZE), 512);
	ck_assert_int_eq(buf[5], 'x');
	ck_fails(rump_sys_pwrite(fd, "x", 1, SIZE + 512), ENOSPC);
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

START_TEST(md_keeps_its_memory_until_told)
{
	struct rump_md_conf md = { .md_type = RUMP_MD_UNCONFIGURED };
	char buf[512] = "still here";
	int fd = configured("/dev/rmd2", SIZE);

	ck_gives(rump_sys_pwrite(fd, buf, 512, 512), 512);
	ck_gives(rump_sys_close(fd), 0);
	fd = rump_sys_open("/dev/rmd2", O_RDWR);
	memset(buf, 0, sizeof(buf));
	ck_gives(rump_sys_pread(fd, buf, 512, 512), 512);
	ck_assert_str_eq(buf, "still here");
	ck_gives(rump_sys_ioctl(fd, RUMP_MD_SETCONF, &md), 0);
	ck_gives(rump_sys_pread(fd, buf, 512, 512), 512);
	ck_gives(rump_sys_close(fd), 0);
	fd = configured("/dev/rmd2", 1 << 20);
	ck_gives(rump_sys_pread(fd, buf, 512, 512), 512);
	ck_assert_int_eq(buf[0], 0);
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

START_TEST(md_units_on_demand)
{
	struct stat st;
	int fd;

	ck_gives(rump_sys_stat("/dev/rmd0", &st), 0);
	ck_gives(
	    rump_sys_mknod("/tmp/md9", S_IFCHR | 0600, makedev(major(st.st_rdev), 9 * 16 + 3)), 0);
	fd = configured("/tmp/md9", SIZE);
	ck_gives(rump_sys_close(fd), 0);
	ck_gives(rump_sys_mknod("/tmp/a", S_IFCHR | 0600, makedev(major(st.st_rdev), 0)), 0);
	ck_fails(rump_sys_open("/tmp/a", O_RDWR), ENXIO);
	ck_gives(
	    rump_sys_mknod("/tmp/64", S_IFCHR | 0600, makedev(major(st.st_rdev), 64 * 16 + 3)), 0);
	ck_fails(rump_sys_open("/tmp/64", O_RDWR), ENXIO);
}
END_TEST

START_TEST(md_has_wedges)
{
	struct rump_dkwedge_info dkw = { .dkw_offset = 8, .dkw_size = 100, .dkw_ptype = "ffs" };
	struct rump_dkwedge_info list[4];
	struct rump_dkwedge_list l = { .dkwl_buf = list, .dkwl_bufsize = sizeof(list) };
	const int fd = configured("/dev/rmd0", SIZE);
	char buf[512] = "in the wedge", in[512];
	int dk;

	strcpy((char *)dkw.dkw_wname, "mine");
	ck_gives(rump_sys_ioctl(fd, RUMP_DIOCAWEDGE, &dkw), 0);
	ck_assert_str_eq(dkw.dkw_devname, "dk0");
	dk = rump_sys_open("/dev/rdk0", O_RDWR);
	ck_assert_int_ge(dk, 0);
	ck_gives(rump_sys_pwrite(dk, buf, 512, 1024), 512);
	ck_gives(rump_sys_pread(fd, in, 512, 8 * 512 + 1024), 512);
	ck_assert_mem_eq(in, buf, 512);
	ck_gives(rump_sys_pread(dk, in, 512, 100 * 512), 0);
	ck_fails(rump_sys_pwrite(dk, in, 512, 100 * 512), ENOSPC);
	ck_fails(rump_sys_ioctl(fd, RUMP_DIOCDWEDGE, &dkw), EBUSY);
	ck_gives(rump_sys_close(dk), 0);
	ck_gives(rump_sys_ioctl(fd, RUMP_DIOCLWEDGES, &l), 0);
	ck_assert_uint_eq(l.dkwl_nwedges, 1);
	ck_assert_str_eq(list[0].dkw_parent, "md0");
	ck_gives(rump_sys_ioctl(fd, RUMP_DIOCDWEDGE, &dkw), 0);
	ck_fails(rump_sys_open("/dev/rdk0", O_RDWR), ENOENT);
	ck_fails(rump_sys_ioctl(fd, RUMP_DIOCDWEDGE, &dkw), ESRCH);
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

/* Halt with everything open frees everything. */
START_TEST(md_halts_while_open)
{
	struct rump_dkwedge_info dkw = { .dkw_offset = 8, .dkw_size = 100, .dkw_wname = "w" };
	const int fd = configured("/dev/rmd0", SIZE);

	ck_gives(rump_sys_ioctl(fd, RUMP_DIOCAWEDGE, &dkw), 0);
	ck_assert_int_ge(rump_sys_open("/dev/dk0", O_RDWR), 0);
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("md");
	Suite *const s = suite_create("md");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, md_has_no_size_before_it_is_configured);
	tcase_add_loop_test(tc, md_refuses_bad_configurations, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(tc, md_stays_within_the_limit);
	tcase_add_loop_test(tc, md_reads_what_was_written, 0, 2);
	tcase_add_test(tc, md_raw_moves_sectors_only);
	tcase_add_test(tc, md_end_inside_a_block);
	tcase_add_test(tc, md_keeps_its_memory_until_told);
	tcase_add_test(tc, md_units_on_demand);
	tcase_add_test(tc, md_has_wedges);
	tcase_add_test(tc, md_halts_while_open);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
