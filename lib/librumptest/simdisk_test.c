/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* The simulated disk: what the kernel sees, what is remembered, what a power cut leaves, what fails. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_disk.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest_disk.h>

#define SIZE	 (1 << 20)
#define SECT	 512
#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

#define ck_fails(expr, error)                                                          \
	do {                                                                           \
		errno = 0;                                                             \
		const long ret_ = (long)(expr);                                        \
		ck_assert_msg(ret_ == -1 && errno == (error),                          \
		    "%s: returned %ld, errno %d, not %s", #expr, ret_, errno, #error); \
	} while (0)
#define ck_gives(expr, value)                                                                    \
	do {                                                                                     \
		const long ret_ = (long)(expr), want_ = (long)(value);                           \
		ck_assert_msg(ret_ == want_, "%s: returned %ld, errno %d, not %ld", #expr, ret_, \
		    errno, want_);                                                               \
	} while (0)

static struct rumptest_disk *d;
static int fd;

static int
raw_open(const char *path)
{
	char raw[64];

	snprintf(raw, sizeof(raw), "/dev/r%s", path + 5);
	return rump_sys_open(raw, O_RDWR);
}

static void
setup(void)
{
	ck_assert_int_eq(rump_init(), 0);
	d = rumptest_disk_new(SIZE, SECT);
	ck_assert_ptr_nonnull(d);
	fd = raw_open(rumptest_disk_attach(d));
	ck_assert_int_ge(fd, 0);
}

static void
teardown(void)
{
	if (fd != -1)
		ck_gives(rump_sys_close(fd), 0);
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
	rumptest_disk_free(d);
}

/* n sectors of a letter at sector at. */
static void
put(char letter, int at, int n)
{
	char buf[16 * SECT];

	memset(buf, letter, sizeof(buf));
	ck_gives(rump_sys_pwrite(fd, buf, (size_t)n * SECT, (off_t)at * SECT), n * SECT);
}

static void
flush(void)
{
	int force = 0;

	ck_gives(rump_sys_ioctl(fd, RUMP_DIOCCACHESYNC, &force), 0);
}

/* An image's bytes from sector at as letters, one a quarter sector; '.' for zeroes. */
static const char *
letters(const struct rumptest_image *image, int at, int n)
{
	static char out[64];
	char buf[SECT];

	for (int i = 0; i < 4 * n; i++) {
		if (i % 4 == 0)
			rumptest_image_get(image, buf, SECT, (uint64_t)(at + i / 4) * SECT);
		out[i] = buf[i % 4 * (SECT / 4)];
		out[i] = out[i] == 0 ? '.' : out[i];
	}
	out[4 * n] = '\0';
	return out;
}

START_TEST(simdisk_is_a_disk)
{
	static char out[20000], in[sizeof(out)];
	unsigned sector = 0;
	int64_t size = 0;
	int blk;

	ck_gives(rump_sys_ioctl(fd, RUMP_DIOCGSECTORSIZE, &sector), 0);
	ck_gives(rump_sys_ioctl(fd, RUMP_DIOCGMEDIASIZE, &size), 0);
	ck_assert(sector == SECT && size == SIZE);
	blk = rump_sys_open("/dev/sd_sim0", O_RDWR);
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (char)(i * 7);
	ck_gives(rump_sys_pwrite(blk, out, sizeof(out), 777), sizeof(out));
	ck_gives(rump_sys_fsync(blk), 0);
	ck_gives(rump_sys_pread(blk, in, sizeof(in), 777), sizeof(in));
	ck_assert_mem_eq(in, out, sizeof(in));
	memset(in, 0, sizeof(in));
	rumptest_disk_get(d, in, sizeof(in), 777);
	ck_assert_mem_eq(in, out, sizeof(in));
	ck_gives(rump_sys_pread(blk, in, sizeof(in), SIZE - 10), 10);
	ck_fails(rump_sys_pwrite(blk, in, 1, SIZE), ENOSPC);
	ck_gives(rump_sys_close(blk), 0);
	ck_gives(rump_sys_pread(fd, in, 2 * SECT, SIZE - SECT), SECT);
	ck_fails(rump_sys_pwrite(fd, in, SECT, SIZE), ENOSPC);
	ck_fails(rump_sys_pwrite(fd, in, SECT, SIZE + SECT), EINVAL);
	ck_gives(rump_sys_pread(fd, in, SECT, SIZE + SECT), 0);
	ck_assert_int_eq(rumptest_disk_put(d, out, 1, 0), EBUSY);
}
END_TEST

START_TEST(simdisk_remembers)
{
	put('a', 10, 2);
	flush();
	put('b', 11, 1);
	ck_assert_uint_eq(rumptest_disk_log(d), 3);
	const struct rumptest_logentry *e = rumptest_disk_logentry(d, 0);
	ck_assert(e->type == RUMPTEST_WRITE && e->off == 10 * SECT && e->len == 2 * SECT);
	ck_assert_int_eq(((const char *)e->data)[0], 'a');
	ck_assert_int_eq(rumptest_disk_logentry(d, 1)->type, RUMPTEST_FLUSH);
	ck_assert_uint_eq(rumptest_disk_logentry(d, 2)->off, 11 * SECT);
	ck_assert_ptr_null(rumptest_disk_logentry(d, 3));
}
END_TEST

/* Cuts of: a at 0..1, flush, b at 1..2, c at 2.  All images in order. */
static const struct {
	uint64_t pos;
	int how;
	uint64_t count;
	const char *images;
} cuts[] = {
	{ 0, 0, 1, "............" },
	{ 1, 0, 2, "............ aaaaaaaa...." },
	{ 2, 3, 1, "aaaaaaaa...." },
	{ 3, 0, 2, "aaaaaaaa.... aaaabbbbbbbb" },
	{ 3, RUMPTEST_TEAR_SECTORS, 3, "aaaaaaaa.... aaaabbbb.... aaaabbbbbbbb" },
	{ 3, RUMPTEST_TEAR_INSIDE, 4, "aaaaaaaa.... aaaabbaa.... aaaabbbbbb.. aaaabbbbbbbb" },
	{ 3, 3, 5, "aaaaaaaa.... aaaabbbb.... aaaabbaa.... aaaabbbbbb.. aaaabbbbbbbb" },
	{ 4, 0, 4, "aaaaaaaa.... aaaabbbbbbbb aaaaaaaacccc aaaabbbbcccc" },
	{ 99, 2, 12, NULL },
};

START_TEST(simdisk_all_cuts)
{
	struct rumptest_cut c;
	struct rumptest_image *image;
	char all[256] = "";
	uint64_t n = 0;

	put('a', 0, 2);
	flush();
	put('b', 1, 2);
	put('c', 2, 1);
	ck_assert_uint_eq(rumptest_cut_begin(&c, d, cuts[_i].pos, cuts[_i].how), cuts[_i].count);
	while ((image = rumptest_cut_next(&c)) != NULL) {
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%s", n++ == 0 ? "" : " ",
		    letters(image, 0, 3));
		rumptest_image_free(image);
	}
	ck_assert_uint_eq(n, cuts[_i].count);
	if (cuts[_i].images != NULL)
		ck_assert_str_eq(all, cuts[_i].images);
	rumptest_cut_end(&c);
}
END_TEST

/* By a seed: the same one gives the same image, and all of them each way sooner or later. */
START_TEST(simdisk_random_cuts)
{
	unsigned none = 0, all = 0, torn = 0;
	struct rumptest_cut c;

	put('a', 0, 4);
	rumptest_cut_begin(&c, d, 1, RUMPTEST_TEAR_SECTORS | RUMPTEST_TEAR_INSIDE);
	for (uint64_t seed = 0; seed < 200; seed++) {
		struct rumptest_image *const image = rumptest_cut_random(&c, seed);
		struct rumptest_image *const again = rumptest_cut_random(&c, seed);
		char one[SIZE / 256], two[sizeof(one)];

		rumptest_image_get(image, one, sizeof(one), 0);
		rumptest_image_get(again, two, sizeof(two), 0);
		ck_assert_mem_eq(one, two, sizeof(one));
		none += strcmp(letters(image, 0, 4), "................") == 0;
		all += strcmp(letters(image, 0, 4), "aaaaaaaaaaaaaaaa") == 0;
		torn += strchr(letters(image, 0, 4), 'a') != NULL &&
		    strchr(letters(image, 0, 4), '.') != NULL;
		rumptest_image_free(image);
		rumptest_image_free(again);
	}
	ck_assert_msg(none > 40 && all > 40 && torn > 40, "%u %u %u", none, all, torn);
	rumptest_cut_end(&c);
}
END_TEST

START_TEST(simdisk_many_cuts_saturate)
{
	struct rumptest_cut c;

	for (int i = 0; i < 70; i++)
		put('x', i, 1);
	ck_assert_uint_eq(rumptest_cut_begin(&c, d, 62, 0), 1ULL << 62);
	rumptest_cut_end(&c);
	ck_assert_uint_eq(rumptest_cut_begin(&c, d, 70, 0), UINT64_MAX);
	rumptest_cut_end(&c);
}
END_TEST

/* An image of a large disk costs what differs: thousands a second. */
START_TEST(simdisk_images_are_cheap)
{
	struct timespec t0, t1;
	struct rumptest_cut c;
	double s;

	for (int i = 0; i < 20; i++)
		put('x', i * 50, 4);
	ck_assert_uint_eq(rumptest_cut_begin(&c, d, 20, 0), 1 << 20);
	clock_gettime(CLOCK_MONOTONIC, &t0);
	for (int i = 0; i < 2000; i++) {
		struct rumptest_image *const image = rumptest_cut_image(&c, (uint64_t)i * 17);

		rumptest_image_free(image);
	}
	clock_gettime(CLOCK_MONOTONIC, &t1);
	s = (double)(t1.tv_sec - t0.tv_sec) + (double)(t1.tv_nsec - t0.tv_nsec) / 1e9;
	ck_assert_msg(s < 2, "2000 images in %f s", s);
	rumptest_cut_end(&c);
}
END_TEST

/* A disk made of an image, and a file of it. */
START_TEST(simdisk_of_an_image)
{
	char path[] = "/tmp/simdisk.XXXXXX", buf[SECT];
	struct rumptest_disk *d2, *d3;
	struct rumptest_image *image;
	struct rumptest_cut c;
	int fd2;

	put('a', 0, 2);
	put('b', 1, 1);
	rumptest_cut_begin(&c, d, 2, 0);
	image = rumptest_cut_image(&c, 1); /* a kept, b dropped */
	rumptest_cut_end(&c);
	ck_assert_str_eq(letters(image, 0, 2), "aaaaaaaa");
	d2 = rumptest_disk_of(image);
	rumptest_image_free(image);
	fd2 = raw_open(rumptest_disk_attach(d2));
	ck_gives(rump_sys_pread(fd2, buf, SECT, SECT), SECT);
	ck_assert_int_eq(buf[0], 'a');
	memset(buf, 'z', SECT);
	ck_gives(rump_sys_pwrite(fd2, buf, SECT, SECT), SECT);
	ck_gives(rump_sys_close(fd2), 0);
	rumptest_disk_detach(d2);
	rumptest_cut_begin(&c, d2, 1, 0);
	image = rumptest_cut_image(&c, 1);
	rumptest_cut_end(&c);
	close(mkstemp(path));
	ck_assert_int_eq(rumptest_image_save(image, path), 0);
	rumptest_image_free(image);
	rumptest_disk_free(d2);
	d3 = rumptest_disk_new(SIZE, SECT);
	ck_assert_int_eq(rumptest_disk_load(d3, path), 0);
	unlink(path);
	rumptest_disk_get(d3, buf, SECT, SECT);
	ck_assert_int_eq(buf[0], 'z');
	rumptest_disk_get(d3, buf, SECT, 0);
	ck_assert_int_eq(buf[0], 'a');
	rumptest_disk_get(d3, buf, SECT, 2 * SECT);
	ck_assert_int_eq(buf[0], 0);
	rumptest_disk_free(d3);
}
END_TEST

/* ---- Faults ---- */

START_TEST(simdisk_nth_fails)
{
	const struct rumptest_fault f = {
		.f_kind = RUMPTEST_FAIL, .f_on = RUMPTEST_ON_WRITE, .f_nth = 3, .f_times = 2
	};
	char buf[SECT] = "";

	ck_assert_int_eq(rumptest_disk_fault(d, &f), 0);
	for (int i = 1; i <= 6; i++) {
		if (i == 3 || i == 4)
			ck_fails(rump_sys_pwrite(fd, buf, SECT, 0), EIO);
		else
			ck_gives(rump_sys_pwrite(fd, buf, SECT, 0), SECT);
		ck_gives(rump_sys_pread(fd, buf, SECT, 0), SECT);
	}
	ck_assert_uint_eq(rumptest_disk_faults_done(d), 2);
	ck_assert_uint_eq(rumptest_disk_log(d), 4); /* those that failed did nothing */
}
END_TEST

START_TEST(simdisk_range_fails)
{
	const struct rumptest_fault f = { .f_kind = RUMPTEST_FAIL,
		.f_on = RUMPTEST_ON_READ,
		.f_off = 10 * SECT,
		.f_len = 2 * SECT,
		.f_error = ENXIO };
	char buf[20 * SECT];

	ck_assert_int_eq(rumptest_disk_fault(d, &f), 0);
	ck_gives(rump_sys_pread(fd, buf, 10 * SECT, 0), 10 * SECT);
	ck_gives(rump_sys_pread(fd, buf, SECT, 12 * SECT), SECT);
	ck_fails(rump_sys_pread(fd, buf, SECT, 11 * SECT), ENXIO);
	ck_fails(rump_sys_pread(fd, buf, 20 * SECT, 0), ENXIO);
	rumptest_disk_faults_clear(d);
	ck_gives(rump_sys_pread(fd, buf, 20 * SECT, 0), 20 * SECT);
}
END_TEST

START_TEST(simdisk_latent_errors_until_rewritten)
{
	const struct rumptest_fault f = { .f_kind = RUMPTEST_LATENT,
		.f_on = RUMPTEST_ON_WRITE,
		.f_off = 4 * SECT,
		.f_len = 4 * SECT,
		.f_nth = 1,
		.f_times = 1 };
	char buf[16 * SECT];

	ck_assert_int_eq(rumptest_disk_fault(d, &f), 0);
	ck_gives(rump_sys_pread(fd, buf, 16 * SECT, 0), 16 * SECT);
	put('a', 15, 1); /* not met */
	ck_gives(rump_sys_pread(fd, buf, 16 * SECT, 0), 16 * SECT);
	put('a', 5, 1); /* met: the others spoil, this one is new */
	ck_fails(rump_sys_pread(fd, buf, 16 * SECT, 0), EIO);
	ck_gives(rump_sys_pread(fd, buf, SECT, 5 * SECT), SECT);
	ck_fails(rump_sys_pread(fd, buf, SECT, 4 * SECT), EIO);
	ck_fails(rump_sys_pread(fd, buf, SECT, 6 * SECT), EIO);
	ck_gives(rump_sys_pread(fd, buf, SECT, 8 * SECT), SECT);
	put('b', 6, 2);
	ck_fails(rump_sys_pread(fd, buf, 16 * SECT, 0), EIO);
	put('c', 4, 1);
	ck_gives(rump_sys_pread(fd, buf, 16 * SECT, 0), 16 * SECT);
}
END_TEST

START_TEST(simdisk_short_transfers)
{
	const struct rumptest_fault f = { .f_kind = RUMPTEST_SHORT,
		.f_on = RUMPTEST_ON_READ,
		.f_times = 1,
		.f_bytes = 3 * SECT + 5 };
	char buf[8 * SECT];

	ck_assert_int_eq(rumptest_disk_fault(d, &f), 0);
	ck_gives(rump_sys_pread(fd, buf, sizeof(buf), 0), 3 * SECT);
	ck_gives(rump_sys_pread(fd, buf, sizeof(buf), 0), sizeof(buf));
}
END_TEST

START_TEST(simdisk_slow_answers)
{
	const struct rumptest_fault f = { .f_kind = RUMPTEST_SLOW,
		.f_on = RUMPTEST_ON_WRITE | RUMPTEST_ON_FLUSH,
		.f_ns = 50000000 };
	struct timespec t0, t1;

	ck_assert_int_eq(rumptest_disk_fault(d, &f), 0);
	rump_sys_clock_gettime(CLOCK_MONOTONIC, &t0);
	put('a', 0, 1);
	flush();
	rump_sys_clock_gettime(CLOCK_MONOTONIC, &t1);
	ck_assert_int_ge((t1.tv_sec - t0.tv_sec) * 1000 + (t1.tv_nsec - t0.tv_nsec) / 1000000, 99);
	ck_assert_uint_eq(rumptest_disk_log(d), 2);
}
END_TEST

/* ---- Pulling it out ---- */

static int running, ended;

static void *
worker(void *arg)
{
	char buf[SECT], path[] = "/dev/rsd_sim0";
	int n, error;

	memset(buf, (int)(long)arg, sizeof(buf));
	const int mine = rump_sys_open(path, O_RDWR);

	__atomic_add_fetch(&running, 1, __ATOMIC_SEQ_CST);
	for (n = 0;; n++) {
		if ((n & 1 ? rump_sys_pread(mine, buf, SECT, (long)arg * SECT)
			   : rump_sys_pwrite(mine, buf, SECT, (long)arg * SECT)) == -1)
			break;
	}
	error = errno;
	__atomic_add_fetch(&ended, 1, __ATOMIC_SEQ_CST);
	rump_sys_close(mine);
	return (void *)(long)error;
}

START_TEST(simdisk_pulled_out_under_load)
{
	const struct rumptest_fault slow = { .f_kind = RUMPTEST_SLOW,
		.f_on = RUMPTEST_ON_WRITE,
		.f_nth = 1000,
		.f_ns = 3600000000000 };
	pthread_t threads[8];
	void *error;

	if (_i == 1)
		ck_assert_int_eq(rumptest_disk_fault(d, &slow), 0);
	for (long i = 0; i < 8; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, worker, (void *)(i + 1)), 0);
	while (rumptest_disk_log(d) < 900)
		sched_yield();
	rumptest_disk_detach(d);
	for (int i = 0; i < 8; i++) {
		pthread_join(threads[i], &error);
		ck_assert_msg((long)error == ENXIO || (long)error == EIO || (long)error == EBADF,
		    "errno %ld", (long)error);
	}
	ck_fails(rump_sys_open("/dev/rsd_sim0", O_RDWR), ENOENT);
	ck_gives(rump_sys_close(fd), 0);
	rumptest_disk_faults_clear(d);
	fd = raw_open(rumptest_disk_attach(d)); /* and in again */
	put('z', 0, 1);
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("simdisk");
	Suite *const s = suite_create("simdisk");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, simdisk_is_a_disk);
	tcase_add_test(tc, simdisk_remembers);
	tcase_add_loop_test(tc, simdisk_all_cuts, 0, COUNT(cuts));
	tcase_add_test(tc, simdisk_random_cuts);
	tcase_add_test(tc, simdisk_many_cuts_saturate);
	tcase_add_test(tc, simdisk_images_are_cheap);
	tcase_add_test(tc, simdisk_of_an_image);
	tcase_add_test(tc, simdisk_nth_fails);
	tcase_add_test(tc, simdisk_range_fails);
	tcase_add_test(tc, simdisk_latent_errors_until_rewritten);
	tcase_add_test(tc, simdisk_short_transfers);
	tcase_add_test(tc, simdisk_slow_answers);
	tcase_add_loop_test(tc, simdisk_pulled_out_under_load, 0, 2);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
