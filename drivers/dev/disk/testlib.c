/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* See testlib.h. */
#define _GNU_SOURCE
#include <stdarg.h>

#include "testlib.h"

char dir[64], image[80], console[16384];
static int saved_out = -1, saved_err = -1;

void
host(const char *fmt, ...)
{
	char cmd[1024], full[1200];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(cmd, sizeof(cmd), fmt, ap);
	va_end(ap);
	snprintf(full, sizeof(full), "cd %s && PATH=$PATH:/sbin:/usr/sbin && { %s\n} >log 2>&1",
	    dir, cmd);
	if (system(full) != 0) {
		snprintf(full, sizeof(full), "cat %s/log >&2", dir);
		(void)!system(full);
		ck_abort_msg("%s", cmd);
	}
}

void
host_setup(void)
{
	strcpy(dir, "/tmp/disk_test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(image, sizeof(image), "%s/img", dir);
	host("truncate -s %d img", IMAGE_SIZE);
}

void
host_teardown(void)
{
	char cmd[96];

	snprintf(cmd, sizeof(cmd), "rm -rf %s", dir);
	(void)!system(cmd);
}

void
boot(int sector)
{
	char shift[8];

	snprintf(shift, sizeof(shift), "%d", ffs(sector) - 1);
	setenv("RUMP_BLKSECTSHIFT", shift, 1);
	ck_assert_int_eq(rump_init(), 0);
}

void
halt(void)
{
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
}

void
image_write(const void *data, size_t len, off_t off)
{
	const int fd = open(image, O_RDWR);

	ck_assert_int_eq(pwrite(fd, data, len, off), (int)len);
	close(fd);
}

void
image_read(void *data, size_t len, off_t off)
{
	const int fd = open(image, O_RDONLY);

	ck_assert_int_eq(pread(fd, data, len, off), (int)len);
	close(fd);
}

void
console_begin(void)
{
	char path[96];
	int fd;

	fflush(stdout);
	fflush(stderr);
	snprintf(path, sizeof(path), "%s/console", dir);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0600);
	saved_out = dup(1);
	saved_err = dup(2);
	dup2(fd, 1);
	dup2(fd, 2);
	close(fd);
}

void
console_end(void)
{
	char path[96];
	ssize_t n;
	int fd;

	dup2(saved_out, 1);
	dup2(saved_err, 2);
	close(saved_out);
	close(saved_err);
	snprintf(path, sizeof(path), "%s/console", dir);
	fd = open(path, O_RDONLY);
	n = read(fd, console, sizeof(console) - 1);
	close(fd);
	console[n > 0 ? n : 0] = '\0';
}

int
wedges(void)
{
	char node[32];
	int n = 0, fd;

	console_begin();
	const int error = rump_pub_etfs_register("/disk", image, RUMP_ETFS_BLK);
	console_end();
	ck_assert_int_eq(error, 0);
	for (;; n++) {
		snprintf(node, sizeof(node), "/dev/rdk%d", n);
		fd = rump_sys_open(node, O_RDONLY);
		if (fd == -1)
			return n;
		ck_gives(rump_sys_close(fd), 0);
	}
}

struct rump_dkwedge_info
wedge_info(int n)
{
	struct rump_dkwedge_info dkw;
	char node[32];
	int fd;

	snprintf(node, sizeof(node), "/dev/rdk%d", n);
	fd = rump_sys_open(node, O_RDONLY);
	ck_assert_msg(fd >= 0, "%s: errno %d", node, errno);
	ck_gives(rump_sys_ioctl(fd, RUMP_DIOCGWEDGEINFO, &dkw), 0);
	ck_gives(rump_sys_close(fd), 0);
	return dkw;
}

void
wedge_is(int n, int64_t start, uint64_t size, const char *ptype, const char *name)
{
	const struct rump_dkwedge_info dkw = wedge_info(n);

	ck_assert_msg(dkw.dkw_offset == start && dkw.dkw_size == size,
	    "dk%d: %llu sectors at %lld, not %llu at %lld", n, (unsigned long long)dkw.dkw_size,
	    (long long)dkw.dkw_offset, (unsigned long long)size, (long long)start);
	ck_assert_str_eq(dkw.dkw_ptype, ptype);
	ck_assert_str_eq(dkw.dkw_parent, "etfs0");
	if (name != NULL)
		ck_assert_str_eq((const char *)dkw.dkw_wname, name);
}

int
run(TCase *tc, const char *name)
{
	Suite *const s = suite_create(name);
	SRunner *sr;
	int failed;

	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
