/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * The syncer's delays: a block device is written to, the syncer's clock is put ahead, and the host's file
 * behind the device tells what has been written.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../private/testlib.h"

#define SIZE   65536
#define BLOCK  4096
#define DEVICE 10 /* seconds that a device's dirty blocks wait */

/* As in private/rump_mount.h. */
struct rump_syncer_info {
	int64_t si_now;
	unsigned si_nvnodes;
	bool si_ticking;
};
struct rump_syncer_info rump_syncer_advance(int seconds, bool run);
const char *rump_test_syncer_put(int fd, int delay);

static char hostpath[] = "/tmp/syncer-XXXXXX";
static int hostfd, fd;

static struct rump_syncer_info
advance(int seconds, bool run)
{
	struct rump_syncer_info si;

	rump_schedule();
	si = rump_syncer_advance(seconds, run);
	rump_unschedule();
	return si;
}

static void
disk_setup(void)
{
	strcpy(strrchr(hostpath, '-'), "-XXXXXX");
	hostfd = mkstemp(hostpath);
	ck_assert_int_ge(hostfd, 0);
	ck_assert_int_eq(ftruncate(hostfd, SIZE), 0);
	setup();
	ck_gives(rump_pub_etfs_register("/disk", hostpath, RUMP_ETFS_BLK), 0);
	fd = rump_sys_open("/disk", O_RDWR);
	ck_assert_int_ge(fd, 0);
}

static void
disk_teardown(void)
{
	ck_gives(rump_sys_close(fd), 0);
	teardown();
	close(hostfd);
	unlink(hostpath);
}

/* Make block n dirty, to hold c. */
static void
dirty(int n, char c)
{
	char buf[BLOCK];

	memset(buf, c, sizeof(buf));
	ck_gives(rump_sys_pwrite(fd, buf, sizeof(buf), (off_t)n * BLOCK), BLOCK);
}

/* Is that what the host has? */
static bool
written(int n, char c)
{
	char got;

	ck_assert_int_eq(pread(hostfd, &got, 1, (off_t)n * BLOCK), 1);
	return got == c;
}

static double
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* Wait for a write that has been begun. */
static bool
await_written(int n, char c)
{
	const double patience = seconds() + 20;

	/* Each call does what is due, if there are no kernel threads. */
	while (!written(n, c) && seconds() < patience) {
		(void)rump_sys_getpid();
		sched_yield();
	}
	return written(n, c);
}

/*
 * Advance a second at a time: the block is written when the clock says so, and not before.  The clock
 * goes on meanwhile, too.
 */
static void
check_due(int n, char c, int64_t when)
{
	struct rump_syncer_info si;

	do {
		si = advance(1, true);
		if (si.si_now >= when) {
			ck_assert_msg(si.si_nvnodes == 0, "not begun %d s after it was due",
			    (int)(si.si_now - when));
			ck_assert(await_written(n, c));
		} else if (written(n, c)) {
			ck_assert_msg(advance(0, false).si_now >= when, "written %d s too early",
			    (int)(when - si.si_now));
		}
	} while (!written(n, c));
}

START_TEST(syncer_device)
{
	const int64_t now = advance(0, true).si_now;

	dirty(0, 'a');
	ck_assert(!written(0, 'a'));
	ck_assert_uint_eq(advance(0, true).si_nvnodes, 1);
	check_due(0, 'a', now + DEVICE);
	ck_assert_uint_eq(advance(0, true).si_nvnodes, 0);
}
END_TEST

/* What is written to again does not wait longer for it, and goes with the rest. */
START_TEST(syncer_later_writes_do_not_put_off)
{
	const int64_t now = advance(0, true).si_now;

	dirty(0, 'a');
	(void)advance(6, true);
	dirty(0, 'b');
	dirty(5, 'c');
	check_due(0, 'b', now + DEVICE);
	ck_assert(await_written(5, 'c'));
	/* The next one waits its full time. */
	dirty(0, 'd');
	check_due(0, 'd', advance(0, false).si_now + DEVICE);
}
END_TEST

static const struct {
	int asked, got;
} delays[] = { { 1, 1 }, { 2, 2 }, { 31, 31 }, { 32, 32 }, { 33, 32 }, { 1000, 32 }, { 0, 1 },
	{ -7, 1 } };

START_TEST(syncer_delay)
{
	int64_t now;

	dirty(3, 'x');
	/* If a second passes while it is put, it is not known from when it counts. */
	do {
		now = advance(0, false).si_now;
		ck_kernel(rump_test_syncer_put(fd, delays[_i].asked));
	} while (advance(0, false).si_now != now);
	check_due(3, 'x', now + delays[_i].got);
}
END_TEST

/* fsync() leaves nothing for the syncer. */
START_TEST(syncer_clean_vnode_leaves)
{
	dirty(0, 'a');
	ck_assert_uint_eq(advance(0, false).si_nvnodes, 1);
	ck_gives(rump_sys_fsync(fd), 0);
	ck_assert(written(0, 'a'));
	ck_assert_uint_eq(advance(0, false).si_nvnodes, 0);
	(void)advance(60, true);
}
END_TEST

/* By itself: a callout a second while there is something dirty, and none afterwards. */
START_TEST(syncer_comes_by_itself)
{
	const char *const threads = getenv("RUMP_THREADS");
	const double patience = seconds() + 40;

	ck_assert(!advance(0, false).si_ticking);
	dirty(0, 'a');
	ck_assert(advance(DEVICE, false).si_ticking);
	if (threads != NULL && strcmp(threads, "0") == 0)
		ck_assert(await_written(0, 'a'));
	for (const double end = seconds() + 20; !written(0, 'a') && seconds() < end;)
		sched_yield();
	ck_assert(written(0, 'a'));
	while (advance(0, false).si_ticking && seconds() < patience)
		sched_yield();
	ck_assert(!advance(0, false).si_ticking);
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("syncer");

	tcase_add_checked_fixture(tc, disk_setup, disk_teardown);
	tcase_add_test(tc, syncer_device);
	tcase_add_test(tc, syncer_later_writes_do_not_put_off);
	tcase_add_loop_test(tc, syncer_delay, 0, COUNT(delays));
	tcase_add_test(tc, syncer_clean_vnode_leaves);
	tcase_add_test(tc, syncer_comes_by_itself);
	return run_suite(tc, "syncer");
}
