/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * What is synced here is synced on the host: each call's fsync() and fdatasync() of the host are counted, by
 * functions of these names that come before the C library's.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../private/testlib.h"

#define SIZE	    65536
#define FDATASYNC   0x10
#define FFILESYNC   0x20
#define FDISKSYNC   0x40
#define SYNC_RANGE  8192
#define HOST_NONE   0
#define HOST_DATA   1
#define HOST_FILE   2
#define HOST_EITHER 3

static char hostpath[] = "/tmp/etfssync-XXXXXX";
static int hostfd;
static unsigned synced, failing; /* HOST_*, what was called; errno */

static int
host_sync(int fd, unsigned what, long number)
{
	synced |= what;
	if (failing != 0) {
		errno = (int)failing;
		return -1;
	}
	return (int)syscall(number, fd);
}

int
fsync(int fd)
{
	return host_sync(fd, HOST_FILE, SYS_fsync);
}

int
fdatasync(int fd)
{
	return host_sync(fd, HOST_DATA, SYS_fdatasync);
}

static void
host_setup(void)
{
	strcpy(strrchr(hostpath, '-'), "-XXXXXX");
	hostfd = mkstemp(hostpath);
	ck_assert_int_ge(hostfd, 0);
	ck_assert_int_eq(ftruncate(hostfd, SIZE), 0);
	setup();
}

static void
host_teardown(void)
{
	teardown();
	close(hostfd);
	unlink(hostpath);
}

static int
call_fsync(int fd)
{
	return rump_sys_fsync(fd);
}

static int
call_fdatasync(int fd)
{
	return rump_sys_fdatasync(fd);
}

static int
call_range_file(int fd)
{
	return rump_sys_fsync_range(fd, FFILESYNC, 0, SYNC_RANGE);
}

static int
call_range_disk(int fd)
{
	return rump_sys_fsync_range(fd, FDATASYNC | FDISKSYNC, 0, SYNC_RANGE);
}

static const struct {
	const char *name;
	enum rump_etfs_type type;
	int (*call)(int fd);
	unsigned want;
} rows[] = {
	{ "device, fsync", RUMP_ETFS_BLK, call_fsync, HOST_EITHER },
	{ "device, fdatasync", RUMP_ETFS_BLK, call_fdatasync, HOST_EITHER },
	{ "device, range without the disk", RUMP_ETFS_BLK, call_range_file, HOST_NONE },
	{ "device, range with the disk", RUMP_ETFS_BLK, call_range_disk, HOST_EITHER },
	{ "file, fsync", RUMP_ETFS_REG, call_fsync, HOST_FILE },
	{ "file, fdatasync", RUMP_ETFS_REG, call_fdatasync, HOST_DATA },
	{ "file, range", RUMP_ETFS_REG, call_range_file, HOST_FILE },
};

/* The host's file has the data before it is synced, and its error is the caller's. */
START_TEST(etfs_sync_reaches_the_host)
{
	const char *const name = rows[_i].name;
	char buf[4096], got[4096];
	int fd;

	ck_gives(rump_pub_etfs_register("/k", hostpath, rows[_i].type), 0);
	fd = rump_sys_open("/k", O_RDWR);
	ck_assert_int_ge(fd, 0);
	memset(buf, 's', sizeof(buf));
	ck_gives(rump_sys_pwrite(fd, buf, sizeof(buf), 4096), sizeof(buf));
	synced = 0;
	ck_gives(rows[_i].call(fd), 0);
	ck_assert_msg(rows[_i].want == HOST_EITHER ? synced != 0 : synced == rows[_i].want,
	    "%s: the host was asked for %u", name, synced);
	ck_assert_int_eq(pread(hostfd, got, sizeof(got), 4096), (int)sizeof(got));
	ck_assert_mem_eq(got, buf, sizeof(buf));
	if (rows[_i].want != HOST_NONE) {
		failing = EIO;
		ck_fails(rows[_i].call(fd), EIO);
		failing = 0;
		ck_gives(rows[_i].call(fd), 0);
	}
	ck_gives(rump_sys_close(fd), 0);
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("etfs_sync");

	tcase_add_checked_fixture(tc, host_setup, host_teardown);
	tcase_add_loop_test(tc, etfs_sync_reaches_the_host, 0, COUNT(rows));
	return run_suite(tc, "etfs_sync");
}
