/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* disk(9) and dksubr under a driver; plugging in and pulling out.  The driver is disk_ktest.c. */
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "../../../include/kpi/sys/disklabel.h"
#include "disk_ktest.h"
#include "testlib.h"

#define KERNEL(expr)               \
	do {                       \
		rump_schedule();   \
		expr;              \
		rump_unschedule(); \
	} while (0)

static void
setup(void)
{
	host_setup();
	ck_assert_int_eq(rump_init(), 0);
	KERNEL(rump_test_disk_begin());
}

static void
teardown(void)
{
	KERNEL(rump_test_disk_unplug(1));
	KERNEL(rump_test_disk_end());
	halt();
	host_teardown();
}

START_TEST(disk_pure)
{
	const char *(*const cases[])(
	    void) = { rump_test_disk_bounds, rump_test_disk_geometry, rump_test_disk_autoconf };
	const char *what;

	KERNEL(what = (*cases[_i])());
	ck_assert_msg(what == NULL, "%s", what);
}
END_TEST

START_TEST(disk_reads_writes_and_counts)
{
	char out[8192], in[8192];
	unsigned long long stats[5];
	int fd = rump_sys_open("/dev/tdk0", O_RDWR);

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (char)(i * 5);
	ck_assert_int_ge(fd, 0);
	ck_gives(rump_sys_pwrite(fd, out, sizeof(out), 4096), sizeof(out));
	ck_gives(rump_sys_close(fd), 0);
	fd = rump_sys_open("/dev/rtdk0", O_RDWR);
	ck_gives(rump_sys_pread(fd, in, sizeof(in), 4096), sizeof(in));
	ck_assert_mem_eq(in, out, sizeof(in));
	ck_gives(rump_sys_pread(fd, in, sizeof(in), TDK_SECTORS * 512 - 512), 512);
	ck_fails(rump_sys_pwrite(fd, in, 512, TDK_SECTORS * 512), ENOSPC);
	ck_fails(rump_sys_pread(fd, in, 10, 0), EINVAL);
	ck_gives(rump_sys_close(fd), 0);
	KERNEL(rump_test_disk_stats(stats));
	ck_assert_msg(stats[1] >= 1 && stats[3] == 8192 && stats[0] >= 2 &&
		stats[2] >= 8192 + 512 && stats[4] == 0,
	    "%llu %llu %llu %llu %llu", stats[0], stats[1], stats[2], stats[3], stats[4]);
}
END_TEST

/* ---- The queue ---- */

struct reader {
	pthread_t thread;
	off_t off;
	int error;
};

static void *
read_one(void *arg)
{
	struct reader *const r = arg;
	const int fd = rump_sys_open("/dev/rtdk0", O_RDONLY);
	char buf[512];

	errno = 0;
	r->error = rump_sys_pread(fd, buf, 512, r->off) == 512 ? 0 : errno;
	rump_sys_close(fd);
	return NULL;
}

static unsigned
started(long long *sectors)
{
	unsigned n;

	KERNEL(n = rump_test_disk_started(sectors, 16));
	return n;
}

static int
answer(int error)
{
	int r;

	KERNEL(r = rump_test_disk_answer(error));
	return r;
}

/* One at a time, sorted upwards from where the device is; a failure is one reader's alone. */
START_TEST(disk_queue_is_sorted)
{
	static const long long sectors[] = { 100, 900, 300, 700, 500 };
	struct reader r[5];
	long long order[16];
	int n = 0;

	KERNEL(rump_test_disk_slots(1));
	for (int i = 0; i < 5; i++) {
		r[i].off = sectors[i] * 512;
		ck_assert_int_eq(pthread_create(&r[i].thread, NULL, read_one, &r[i]), 0);
		while (i == 0 && started(order) == 0)
			sched_yield();
	}
	/* All are queued when each reader sleeps; the first has been started. */
	for (unsigned queued = 0; queued < 4; sched_yield())
		KERNEL(queued = rump_test_disk_queued());
	while (n < 5) {
		if (answer(n == 2 ? EIO : 0) == 0)
			n++;
		else
			sched_yield();
	}
	for (int i = 0; i < 5; i++)
		pthread_join(r[i].thread, NULL);
	ck_assert_uint_eq(started(order), 5);
	ck_assert_int_eq(order[0], 100);
	for (int i = 2; i < 5; i++) /* from the one that was offered in vain, upwards and around */
		ck_assert_int_eq(order[i], order[i - 1] == 900 ? 300 : order[i - 1] + 200);
	for (int i = 0; i < 5; i++)
		ck_assert_int_eq(r[i].error, sectors[i] == order[2] ? EIO : 0);
	KERNEL(rump_test_disk_slots(0));
}
END_TEST

/* ---- Labels ---- */

START_TEST(disk_label_in_memory)
{
	struct disklabel lp, bad;
	struct stat st;
	char buf[512] = "in partition e", in[512];
	const unsigned long get = _IOR('d', 101, struct disklabel),
			    set = _IOW('d', 102, struct disklabel);
	const int raw = rump_sys_open("/dev/rtdk0", O_RDWR);
	int fd;

	ck_gives(rump_sys_fstat(raw, &st), 0);
	ck_gives(rump_sys_mknod("/tmp/e", S_IFCHR | 0600, makedev(major(st.st_rdev), 4)), 0);
	ck_fails(rump_sys_open("/tmp/e", O_RDWR), ENXIO);
	ck_gives(rump_sys_ioctl(raw, get, &lp), 0);
	ck_assert_uint_eq(lp.d_secperunit, TDK_SECTORS);
	ck_assert_uint_eq(lp.d_partitions[RAW_PART].p_size, TDK_SECTORS);
	bad = lp;
	bad.d_npartitions = 5;
	ck_fails(rump_sys_ioctl(raw, set, &bad), EINVAL); /* checksum */
	lp.d_npartitions = 5;
	lp.d_partitions[4] =
	    (struct partition){ .p_offset = 64, .p_size = 100, .p_fstype = FS_EX2FS };
	lp.d_checksum = 0;
	for (size_t i = 0; i < 148 + 5 * 16; i += 2)
		if (i != 136)
			lp.d_checksum ^= *(uint16_t *)((char *)&lp + i);
	ck_gives(rump_sys_ioctl(raw, set, &lp), 0);
	fd = rump_sys_open("/tmp/e", O_RDWR);
	ck_assert_int_ge(fd, 0);
	ck_gives(rump_sys_pwrite(fd, buf, 512, 512), 512);
	ck_gives(rump_sys_pread(raw, in, 512, 65 * 512), 512);
	ck_assert_str_eq(in, buf);
	ck_gives(rump_sys_pread(fd, in, 512, 100 * 512), 0);
	ck_fails(rump_sys_pwrite(fd, in, 512, 100 * 512), ENOSPC);
	lp.d_partitions[4].p_offset ^= 1;
	lp.d_checksum ^= 1;
	ck_fails(rump_sys_ioctl(raw, set, &lp), EBUSY);
	ck_gives(rump_sys_close(fd), 0);
	ck_gives(rump_sys_close(raw), 0);
}
END_TEST

/* ---- Plugging in, pulling out ---- */

static void
add_wedges(int n)
{
	struct rump_dkwedge_info dkw = { .dkw_size = 256 };
	const int fd = rump_sys_open("/dev/rtdk0", O_RDWR);

	for (int i = 0; i < n; i++) {
		dkw.dkw_offset = i * 256;
		snprintf((char *)dkw.dkw_wname, sizeof(dkw.dkw_wname), "w%d", i);
		ck_gives(rump_sys_ioctl(fd, RUMP_DIOCAWEDGE, &dkw), 0);
	}
	ck_gives(rump_sys_close(fd), 0);
}

START_TEST(disk_goes_when_idle)
{
	struct stat st;
	int fd, error;

	add_wedges(2);
	fd = rump_sys_open("/dev/dk1", O_RDWR);
	KERNEL(error = rump_test_disk_unplug(0));
	ck_assert_int_eq(error, EBUSY);
	ck_fails(rump_sys_stat("/dev/dk0", &st), ENOENT); /* it was idle */
	ck_gives(rump_sys_stat("/dev/dk1", &st), 0);
	ck_gives(rump_sys_close(fd), 0);
	KERNEL(error = rump_test_disk_unplug(0));
	ck_assert_int_eq(error, 0);
	ck_fails(rump_sys_stat("/dev/dk1", &st), ENOENT);
	ck_fails(rump_sys_stat("/dev/tdk0", &st), ENOENT);
	ck_fails(rump_sys_stat("/dev/rtdk0", &st), ENOENT);
	KERNEL(rump_test_disk_plug());
	ck_gives(rump_sys_stat("/dev/tdk0", &st), 0);
}
END_TEST

static bool deleted;

static void *
delete_wedges(void *arg)
{
	KERNEL(rump_test_disk_delall());
	__atomic_store_n(&deleted, true, __ATOMIC_SEQ_CST);
	return NULL;
}

static void *
read_wedge(void *arg)
{
	const int fd = rump_sys_open("/dev/rdk0", O_RDONLY);
	char buf[512];

	*(long *)arg = rump_sys_pread(fd, buf, 512, 0);
	(void)rump_sys_close(fd);
	return NULL;
}

/* A wedge that goes waits for the transfers that the device has. */
START_TEST(disk_wedge_waits_for_transfers)
{
	pthread_t reader, deleter;
	long long order[16];
	struct stat st;
	long n = 0;

	add_wedges(1);
	KERNEL(rump_test_disk_slots(1));
	ck_assert_int_eq(pthread_create(&reader, NULL, read_wedge, &n), 0);
	while (started(order) == 0)
		sched_yield();
	ck_assert_int_eq(pthread_create(&deleter, NULL, delete_wedges, NULL), 0);
	while (rump_sys_stat("/dev/rdk0", &st) == 0)
		sched_yield();
	for (int i = 0; i < 20000; i++) {
		sched_yield();
		ck_assert(!__atomic_load_n(&deleted, __ATOMIC_SEQ_CST));
	}
	ck_assert_int_eq(answer(0), 0);
	pthread_join(deleter, NULL);
	pthread_join(reader, NULL);
	ck_assert_int_eq(n, 512);
	KERNEL(rump_test_disk_slots(0));
}
END_TEST

static bool stop;
static unsigned long transfers;

/* Open, read and write, close, whatever is there, and nothing but the errors of a device that is not. */
static void *
hammer(void *arg)
{
	const long me = (long)arg;
	char path[32], buf[1024];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/dev/%sdk%ld", me & 1 ? "r" : "", me / 2);
	memset(buf, (int)me, sizeof(buf));
	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		errno = 0;
		fd = rump_sys_open(path, O_RDWR);
		if (fd == -1) {
			ck_assert_msg(
			    errno == ENOENT || errno == ENXIO || errno == EBUSY || errno == EBADF,
			    "open: errno %d", errno);
			sched_yield();
			continue;
		}
		for (int i = 0; i < 50; i++) {
			n = i & 1 ? rump_sys_pread(fd, buf, sizeof(buf), (i % 8) * 512)
				  : rump_sys_pwrite(fd, buf, sizeof(buf), (i % 8) * 512);
			if (n == -1) {
				ck_assert_msg(errno == ENXIO || errno == EIO || errno == EBADF,
				    "transfer: errno %d", errno);
				break;
			}
			__atomic_add_fetch(&transfers, 1, __ATOMIC_RELAXED);
		}
		(void)rump_sys_close(fd);
	}
	return NULL;
}

START_TEST(disk_pulled_out_under_load)
{
	pthread_t threads[8];
	int error;

	console_begin(); /* buffers that are lost say so */
	for (long i = 0; i < 8; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, hammer, (void *)i), 0);
	for (int round = 0; round < 20; round++) {
		unsigned long then = __atomic_load_n(&transfers, __ATOMIC_RELAXED);

		add_wedges(4);
		while (__atomic_load_n(&transfers, __ATOMIC_RELAXED) < then + 200)
			sched_yield();
		KERNEL(error = rump_test_disk_unplug(1));
		ck_assert_int_eq(error, 0);
		KERNEL(rump_test_disk_plug());
	}
	__atomic_store_n(&stop, true, __ATOMIC_RELAXED);
	for (int i = 0; i < 8; i++)
		pthread_join(threads[i], NULL);
	console_end();
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("disk");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, disk_pure, 0, 3);
	tcase_add_test(tc, disk_reads_writes_and_counts);
	tcase_add_test(tc, disk_queue_is_sorted);
	tcase_add_test(tc, disk_label_in_memory);
	tcase_add_test(tc, disk_goes_when_idle);
	tcase_add_test(tc, disk_wedge_waits_for_transfers);
	tcase_add_test(tc, disk_pulled_out_under_load);
	return run(tc, "disk");
}
