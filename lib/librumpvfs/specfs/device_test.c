/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The devices that every kernel has, and device nodes. */
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "../private/testlib.h"

static const struct {
	const char *name;
	long rd;   /* what read(100) returns */
	int first; /* the first byte read; -1: anything */
	long wr;   /* what write(100) returns */
	int wrerr;
} devices[] = {
	{ "/dev/null", 0, -1, 100, 0 },
	{ "/dev/zero", 100, 0, 100, 0 },
	{ "/dev/full", 100, 0, -1, ENOSPC },
	{ "/dev/random", 100, -1, 100, 0 },
	{ "/dev/urandom", 100, -1, 100, 0 },
	{ "/dev/console", 0, -1, 0, 0 },
	{ "/dev/tty", 0, -1, 0, 0 },
	{ "/dev/stdin", 0, -1, 0, 0 },
	{ "/dev/stdout", 0, -1, 0, 0 },
	{ "/dev/stderr", 0, -1, 0, 0 },
};

START_TEST(device_reads_and_writes)
{
	char buf[100];
	const int fd = rump_sys_open(devices[_i].name, O_RDWR);
	struct stat st;

	ck_assert_msg(fd >= 0, "%s: errno %d", devices[_i].name, errno);
	ck_gives(rump_sys_fstat(fd, &st), 0);
	ck_assert(S_ISCHR(st.st_mode));
	memset(buf, 1, sizeof(buf));
	ck_gives(rump_sys_read(fd, buf, sizeof(buf)), devices[_i].rd);
	if (devices[_i].first != -1)
		ck_assert_int_eq(buf[0], devices[_i].first);
	if (devices[_i].wrerr != 0)
		ck_fails(rump_sys_write(fd, buf, sizeof(buf)), devices[_i].wrerr);
	else /* nothing goes to the test's own output */
		ck_gives(rump_sys_write(fd, buf, (size_t)devices[_i].wr), devices[_i].wr);
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

START_TEST(device_zero_fills_large_buffers)
{
	static char buf[100001];
	const int fd = rump_sys_open("/dev/zero", O_RDONLY);

	memset(buf, 1, sizeof(buf));
	ck_gives(rump_sys_read(fd, buf, sizeof(buf)), sizeof(buf));
	for (size_t i = 0; i < sizeof(buf); i++)
		ck_assert_int_eq(buf[i], 0);
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

START_TEST(device_random_differs)
{
	char a[64], b[64];
	const int fd = rump_sys_open("/dev/urandom", O_RDONLY);

	ck_gives(rump_sys_read(fd, a, sizeof(a)), sizeof(a));
	ck_gives(rump_sys_read(fd, b, sizeof(b)), sizeof(b));
	ck_assert(memcmp(a, b, sizeof(a)) != 0);
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

START_TEST(device_is_always_ready)
{
	struct pollfd pfd = { .events = POLLIN | POLLOUT };

	pfd.fd = rump_sys_open("/dev/null", O_RDWR);
	ck_gives(rump_sys_poll(&pfd, 1, 0), 1);
	ck_assert_int_eq(pfd.revents, POLLIN | POLLOUT);
	ck_gives(rump_sys_close(pfd.fd), 0);
}
END_TEST

START_TEST(device_unknown_numbers)
{
	static const dev_t bad[] = { 0x7700, 0xfff00, 0x2ff };

	ck_gives(rump_sys_mknod("/tmp/c", S_IFCHR | 0666, bad[_i]), 0);
	ck_fails(rump_sys_open("/tmp/c", O_RDWR), ENXIO);
	ck_gives(rump_sys_mknod("/tmp/b", S_IFBLK | 0666, bad[_i]), 0);
	ck_fails(rump_sys_open("/tmp/b", O_RDWR), ENXIO);
}
END_TEST

START_TEST(device_node_keeps_number)
{
	struct stat st;

	ck_gives(rump_sys_mknod("/tmp/c", S_IFCHR | 0640, makedev(12, 34)), 0);
	ck_gives(rump_sys_stat("/tmp/c", &st), 0);
	ck_assert_uint_eq(st.st_rdev, makedev(12, 34));
	ck_assert_uint_eq(st.st_mode, S_IFCHR | 0640);
}
END_TEST

/* The nodes can be removed and made again like any file. */
START_TEST(device_node_removed_and_made)
{
	struct stat st;
	int fd;

	ck_gives(rump_sys_stat("/dev/null", &st), 0);
	fd = rump_sys_open("/dev/null", O_RDWR);
	ck_gives(rump_sys_unlink("/dev/null"), 0);
	ck_fails(rump_sys_open("/dev/null", O_RDWR), ENOENT);
	ck_gives(rump_sys_write(fd, "x", 1), 1);
	ck_gives(rump_sys_close(fd), 0);
	ck_gives(rump_sys_mknod("/dev/null", S_IFCHR | 0666, st.st_rdev), 0);
	fd = rump_sys_open("/dev/null", O_RDWR);
	ck_assert_int_ge(fd, 0);
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

START_TEST(device_fifo_and_socket_nodes)
{
	struct stat st;

	ck_gives(rump_sys_mkfifo("/tmp/fifo", 0600), 0);
	ck_gives(rump_sys_stat("/tmp/fifo", &st), 0);
	ck_assert(S_ISFIFO(st.st_mode));
	ck_fails(rump_sys_open("/tmp/fifo", O_WRONLY | O_NONBLOCK), ENXIO);
	ck_gives(rump_sys_mknod("/tmp/sock", S_IFSOCK | 0600, 0), 0);
	ck_gives(rump_sys_stat("/tmp/sock", &st), 0);
	ck_assert(S_ISSOCK(st.st_mode));
	ck_gives(rump_sys_unlink("/tmp/fifo"), 0);
	ck_gives(rump_sys_unlink("/tmp/sock"), 0);
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("device");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, device_reads_and_writes, 0, COUNT(devices));
	tcase_add_test(tc, device_zero_fills_large_buffers);
	tcase_add_test(tc, device_random_differs);
	tcase_add_test(tc, device_is_always_ready);
	tcase_add_loop_test(tc, device_unknown_numbers, 0, 3);
	tcase_add_test(tc, device_node_keeps_number);
	tcase_add_test(tc, device_node_removed_and_made);
	tcase_add_test(tc, device_fifo_and_socket_nodes);
	return run_suite(tc, "device");
}
