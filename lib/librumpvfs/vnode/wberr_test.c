/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Writes that fail behind their writers' backs: every open file is told once, by fsync() or its like.
 *
 * The device is a file of the host; its writes fail with EFBIG from LIMIT on while the test's process may
 * not write that far (RLIMIT_FSIZE), which can be switched.  With RUMP_BLKFAIL they fail at random.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "../private/testlib.h"

#define SIZE	(8 * 1024 * 1024)
#define LIMIT	65536
#define BLOCK	4096
#define OUTSIDE (LIMIT + 5 * BLOCK)

struct rump_syncer_info {
	int64_t si_now;
	unsigned si_nvnodes;
	bool si_ticking;
};
struct rump_syncer_info rump_syncer_advance(int seconds, bool run);
const char *rump_test_wberr_file(int fd, int error);
const char *rump_test_wberr_meta(int fd, int devfd, int error);

static char hostpath[] = "/tmp/wberr-XXXXXX";
static int hostfd, fd;

static void
set_failing(bool yes)
{
	struct rlimit rl;

	ck_assert_int_eq(getrlimit(RLIMIT_FSIZE, &rl), 0);
	rl.rlim_cur = yes ? LIMIT : rl.rlim_max;
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &rl), 0);
}

static void
open_disk(void)
{
	ck_gives(rump_pub_etfs_register("/disk", hostpath, RUMP_ETFS_BLK), 0);
	fd = rump_sys_open("/disk", O_RDWR);
	ck_assert_int_ge(fd, 0);
}

static void
disk_setup(void)
{
	signal(SIGXFSZ, SIG_IGN);
	strcpy(strrchr(hostpath, '-'), "-XXXXXX");
	hostfd = mkstemp(hostpath);
	ck_assert_int_ge(hostfd, 0);
	ck_assert_int_eq(ftruncate(hostfd, SIZE), 0);
	setup();
	open_disk();
}

static void
disk_teardown(void)
{
	set_failing(false);
	if (fd != -1)
		ck_gives(rump_sys_close(fd), 0);
	teardown();
	close(hostfd);
	unlink(hostpath);
}

static void
dirty(int f, off_t off, char c)
{
	char buf[BLOCK];

	memset(buf, c, sizeof(buf));
	ck_gives(rump_sys_pwrite(f, buf, sizeof(buf), off), BLOCK);
}

static bool
written(off_t off, char c)
{
	char buf[BLOCK];

	ck_assert_int_eq(pread(hostfd, buf, sizeof(buf), off), BLOCK);
	return buf[0] == c && memcmp(buf, buf + 1, BLOCK - 1) == 0;
}

static bool
device_clean(void)
{
	struct rump_syncer_info si;

	rump_schedule();
	si = rump_syncer_advance(0, false);
	rump_unschedule();
	return si.si_nvnodes == 0;
}

static void
await_clean(void)
{
	struct timespec now, end;

	clock_gettime(CLOCK_MONOTONIC, &end);
	do {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (device_clean())
			return;
		sched_yield();
	} while (now.tv_sec < end.tv_sec + 20);
	ck_abort_msg("nothing writes the device");
}

/* ---- Who writes, and who tells ---- */

static void
by_nobody(int f)
{
}

static void
by_sync(int f)
{
	rump_sys_sync();
	ck_assert(device_clean());
}

static void
by_syncer(int f)
{
	rump_schedule();
	(void)rump_syncer_advance(11, true);
	rump_unschedule();
	await_clean();
}

/* More dirty blocks than the cache holds: it writes the old ones to make room for new ones. */
static void
by_need(int f)
{
	static const int n = 4 * 1024 * 1024 / BLOCK;

	for (int i = 0; i < n; i++)
		dirty(f, OUTSIDE + (off_t)(i + 1) * BLOCK, 'n');
	set_failing(false);
	by_sync(f);
}

static int
tell_fsync(int f)
{
	return rump_sys_fsync(f);
}

static int
tell_fdatasync(int f)
{
	return rump_sys_fdatasync(f);
}

static int
tell_fsync_range(int f)
{
	return rump_sys_fsync_range(f, 0x20, 0, 0);
}

static int
tell_write(int f)
{
	return (int)rump_sys_pwrite(f, "", 1, 0);
}

static int
tell_close(int f)
{
	return rump_sys_close(f);
}

static const struct {
	const char *name;
	void (*write)(int f);
} writers[] = { { "nobody", by_nobody }, { "sync", by_sync }, { "syncer", by_syncer },
	{ "need", by_need } };

static const struct {
	const char *name;
	int (*tell)(int);
	int flags;
} tellers[] = { { "fsync", tell_fsync, 0 }, { "fdatasync", tell_fdatasync, 0 },
	{ "fsync_range", tell_fsync_range, 0 }, { "O_SYNC", tell_write, O_SYNC },
	{ "O_DSYNC", tell_write, O_DSYNC }, { "close", tell_close, 0 } };

#define NTELLERS COUNT(tellers)

START_TEST(wberr_is_told_once)
{
	const char *const writer = writers[_i / NTELLERS].name,
			  *const teller = tellers[_i % NTELLERS].name;
	int (*const tell)(int) = tellers[_i % NTELLERS].tell;
	int ret;

	/* close() tells when it is the last that has the device open. */
	ck_gives(rump_sys_close(fd), 0);
	fd = rump_sys_open("/disk", O_RDWR | tellers[_i % NTELLERS].flags);
	if (tellers[_i % NTELLERS].flags != 0) {
		const int other = rump_sys_open("/disk", O_WRONLY);

		dirty(other, OUTSIDE, 'x');
		set_failing(true);
		writers[_i / NTELLERS].write(other);
		(void)rump_sys_close(other);
	} else {
		dirty(fd, OUTSIDE, 'x');
		set_failing(true);
		writers[_i / NTELLERS].write(fd);
	}
	errno = 0;
	ret = tell(fd);
	ck_assert_msg(ret == -1 && errno == EFBIG, "%s, %s: returned %d, errno %d", writer, teller,
	    ret, errno);
	set_failing(false);
	if (tell == tell_close) {
		fd = -1;
		return;
	}
	ret = tell(fd);
	ck_assert_msg(ret >= 0, "%s, %s: errno %d again", writer, teller, errno);
	ck_gives(rump_sys_fsync(fd), 0);
	/* A failure is no illness: what is written again is written. */
	dirty(fd, OUTSIDE, 'y');
	ck_gives(rump_sys_fsync(fd), 0);
	ck_assert(written(OUTSIDE, 'y'));
	ck_assert(!written(OUTSIDE, 'x'));
}
END_TEST

/* Each open file is told, by its own account; duplicates are one. */
START_TEST(wberr_each_open_file_is_told)
{
	const int before = rump_sys_open("/disk", O_RDONLY), copy = rump_sys_dup(before);
	int after, late;

	dirty(fd, OUTSIDE, 'x');
	set_failing(true);
	by_sync(fd);
	after = rump_sys_open("/disk", O_RDONLY); /* nobody knows yet */
	ck_fails(rump_sys_fsync(fd), EFBIG);
	late = rump_sys_open("/disk", O_RDONLY); /* it is no news any more */
	ck_gives(rump_sys_fsync(fd), 0);
	ck_fails(rump_sys_fsync(before), EFBIG);
	ck_gives(rump_sys_fsync(copy), 0);
	ck_fails(rump_sys_fdatasync(after), EFBIG);
	ck_gives(rump_sys_fdatasync(after), 0);
	ck_gives(rump_sys_fsync(late), 0);
	/* The next one is news to all. */
	dirty(fd, OUTSIDE, 'y');
	by_sync(fd);
	ck_fails(rump_sys_fsync(late), EFBIG);
	ck_fails(rump_sys_fsync(copy), EFBIG);
	ck_fails(rump_sys_fsync(after), EFBIG);
	ck_fails(rump_sys_fsync(fd), EFBIG);
	ck_gives(rump_sys_close(before), 0);
	ck_gives(rump_sys_close(copy), 0);
	ck_gives(rump_sys_close(after), 0);
	/* Whoever comes first is told, though it is opened after the fact. */
	dirty(fd, OUTSIDE, 'z');
	by_sync(fd);
	after = rump_sys_open("/disk", O_RDONLY);
	ck_fails(rump_sys_fsync(after), EFBIG);
	ck_gives(rump_sys_fsync(after), 0);
	ck_fails(rump_sys_fsync(fd), EFBIG);
	ck_gives(rump_sys_close(after), 0);
	ck_gives(rump_sys_close(late), 0);
}
END_TEST

/* A synchronous write tells of itself, and not again. */
START_TEST(wberr_of_a_synchronous_write)
{
	const int f = rump_sys_open("/disk", O_WRONLY | (_i == 0 ? O_SYNC : O_DSYNC));
	char buf[BLOCK];

	memset(buf, 'x', sizeof(buf));
	set_failing(true);
	ck_fails(rump_sys_pwrite(f, buf, sizeof(buf), OUTSIDE), EFBIG);
	ck_gives(rump_sys_pwrite(f, buf, sizeof(buf), 0), BLOCK);
	ck_gives(rump_sys_fsync(f), 0);
	ck_fails(rump_sys_fsync(fd), EFBIG);
	ck_gives(rump_sys_close(f), 0);
}
END_TEST

/* Errors of files, of metadata and of everything: who is told of which. */
START_TEST(wberr_of_a_file_system)
{
	const int a = rump_sys_open("/tmp/a", O_RDWR | O_CREAT, 0644),
		  b = rump_sys_open("/tmp/b", O_RDWR | O_CREAT, 0644);

	ck_kernel(rump_test_wberr_file(a, ENOSPC));
	ck_gives(rump_sys_fsync(b), 0);
	ck_fails(rump_sys_fsync(a), ENOSPC);
	ck_fails(rump_sys_syncfs(b), ENOSPC);
	ck_gives(rump_sys_syncfs(b), 0);
	ck_fails(rump_sys_syncfs(a), ENOSPC);
	ck_kernel(rump_test_wberr_meta(a, fd, EIO));
	ck_fails(rump_sys_fsync(a), EIO);
	ck_gives(rump_sys_fsync(a), 0);
	ck_fails(rump_sys_fdatasync(b), EIO);
	ck_fails(rump_sys_syncfs(b), EIO);
	ck_fails(rump_sys_syncfs(a), EIO);
	ck_gives(rump_sys_syncfs(a), 0);
	/* Of several errors the last; one that has no number here is EIO. */
	ck_kernel(rump_test_wberr_file(a, ENOSPC));
	ck_kernel(rump_test_wberr_file(a, EDQUOT));
	ck_fails(rump_sys_fsync(a), EDQUOT);
	ck_kernel(rump_test_wberr_file(a, -3));
	ck_fails(rump_sys_fsync(a), EIO);
	ck_kernel(rump_test_wberr_file(b, ENOSPC));
	ck_fails(rump_sys_close(b), ENOSPC);
	ck_fails(rump_sys_fsync(fd), EIO);
	ck_gives(rump_sys_close(a), 0);
}
END_TEST

/* A vnode that is used again for another file has none of the last one's errors. */
START_TEST(wberr_goes_with_the_file)
{
	char path[20];
	int f;

	for (int i = 0; i < 200; i++) {
		snprintf(path, sizeof(path), "/tmp/f%d", i);
		f = rump_sys_open(path, O_RDWR | O_CREAT, 0644);
		ck_gives(rump_sys_fsync(f), 0);
		ck_kernel(rump_test_wberr_file(f, ENOSPC));
		ck_fails(rump_sys_close(f), ENOSPC);
		f = rump_sys_open(path, O_RDONLY);
		ck_kernel(rump_test_wberr_file(f, ENOSPC)); /* nobody asks any more */
		ck_gives(rump_sys_close(f), 0);
		ck_gives(rump_sys_unlink(path), 0);
	}
}
END_TEST

/* A count that goes round is not taken for the same. */
START_TEST(wberr_many)
{
	const int a = rump_sys_open("/tmp/a", O_RDWR | O_CREAT, 0644);

	for (int i = 0; i < 70000; i++) {
		ck_kernel(rump_test_wberr_file(a, EIO));
		ck_fails(rump_sys_fsync(a), EIO);
	}
	ck_gives(rump_sys_fsync(a), 0);
	ck_gives(rump_sys_close(a), 0);
}
END_TEST

/* Transfers that fail at random: what fsync() was pleased with is on the disk. */
START_TEST(wberr_random)
{
	unsigned seed = (unsigned)_i + 1, failures = 0;
	char number[12], c, buf[BLOCK];
	off_t off;

	ck_gives(rump_sys_close(fd), 0);
	teardown();
	snprintf(number, sizeof(number), "%d", _i + 1);
	setenv("RUMP_BLKFAIL", "2500", 1);
	setenv("RUMP_BLKFAIL_SEED", number, 1);
	setup();
	open_disk();
	for (int i = 0; i < 500; i++) {
		int n = rand_r(&seed) % 4 + 1;
		bool good = true;

		off = (off_t)(rand_r(&seed) % 50) * BLOCK;
		c = (char)('a' + i % 26);
		memset(buf, c, sizeof(buf));
		for (int k = 0; k < n; k++)
			good &= rump_sys_pwrite(fd, buf, BLOCK, off + k * BLOCK) == BLOCK;
		if (i % 3 == 0)
			rump_sys_sync();
		if (rump_sys_fsync(fd) != 0) {
			ck_assert_int_eq(errno, EIO);
			failures++;
			continue;
		}
		for (int k = 0; good && k < n; k++)
			ck_assert_msg(
			    written(off + k * BLOCK, c), "step %d: fsync() saw no error", i);
	}
	ck_assert_uint_gt(failures, 50);
	ck_assert_uint_lt(failures, 450);
	(void)rump_sys_close(fd);
	fd = -1;
	unsetenv("RUMP_BLKFAIL");
	unsetenv("RUMP_BLKFAIL_SEED");
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("wberr");

	tcase_add_checked_fixture(tc, disk_setup, disk_teardown);
	tcase_add_loop_test(tc, wberr_is_told_once, 0, COUNT(writers) * NTELLERS);
	tcase_add_test(tc, wberr_each_open_file_is_told);
	tcase_add_loop_test(tc, wberr_of_a_synchronous_write, 0, 2);
	tcase_add_test(tc, wberr_of_a_file_system);
	tcase_add_test(tc, wberr_goes_with_the_file);
	tcase_add_test(tc, wberr_many);
	tcase_add_loop_test(tc, wberr_random, 0, 5);
	return run_suite(tc, "wberr");
}
