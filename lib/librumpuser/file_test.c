/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Host files: what they are, reading and writing, the pool.
 */
#include "testlib.h"

#include <fcntl.h>
#include <unistd.h>

#include <sys/stat.h>

#define FILE_BYTES 100000

static char dir[] = "/tmp/rumpuser_file.XXXXXX";
static char path[64];
static unsigned char content[FILE_BYTES];
static int fd;

static void
file_setup(void)
{
	size_t done;

	test_setup();
	ck_assert_ptr_nonnull(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/f", dir);
	for (size_t i = 0; i < FILE_BYTES; i++)
		content[i] = (unsigned char)(i * 2654435761U >> 13);
	ck_assert_int_eq(rumpuser_open(path,
			     RUMPUSER_OPEN_RDWR | RUMPUSER_OPEN_CREATE | RUMPUSER_OPEN_EXCL, &fd),
	    0);
	ck_assert_int_eq(rumpuser_rw(fd, content, FILE_BYTES, 0, RUMPUSER_RW_WRITE, &done), 0);
	ck_assert_uint_eq(done, FILE_BYTES);
}

static void
file_teardown(void)
{
	(void)unlink(path);
	(void)rmdir(dir);
	test_teardown();
	ck_assert_int_eq(fcntl(fd, F_GETFD), -1); /* fini closed it */
}

START_TEST(file_descriptors_close_on_exec)
{
	ck_assert_int_eq(fcntl(fd, F_GETFD), FD_CLOEXEC);
}
END_TEST

START_TEST(file_open_refuses)
{
	int other;

	errno = EXDEV;
	ck_assert_int_eq(
	    rumpuser_open(path, RUMPUSER_OPEN_CREATE | RUMPUSER_OPEN_EXCL, &other), EEXIST);
	ck_assert_int_eq(rumpuser_open("/nonexistent/x", RUMPUSER_OPEN_RDONLY, &other), ENOENT);
	ck_assert_int_eq(rumpuser_open(dir, RUMPUSER_OPEN_RDWR, &other), EISDIR);
	ck_assert_int_eq(rumpuser_close(9999), EBADF);
	ck_assert_int_eq(errno, EXDEV);
}
END_TEST

START_TEST(file_info_of_kinds)
{
	struct rumpuser_fileinfo fi, ffi;
	int ro;

	ck_assert_int_eq(rumpuser_getfileinfo(path, &fi), 0);
	ck_assert_uint_eq(fi.fi_size, FILE_BYTES);
	ck_assert_int_eq(fi.fi_type, RUMPUSER_FT_REG);
	ck_assert_uint_eq(fi.fi_blksize, 512);
	ck_assert_int_eq(rumpuser_fgetfileinfo(fd, &ffi), 0);
	ck_assert(!ffi.fi_readonly);
	ck_assert(ffi.fi_dev == fi.fi_dev && ffi.fi_ino == fi.fi_ino);
	ck_assert_int_eq(rumpuser_open(path, RUMPUSER_OPEN_RDONLY | RUMPUSER_OPEN_BIO, &ro), 0);
	ck_assert_int_eq(rumpuser_fgetfileinfo(ro, &ffi), 0);
	ck_assert(ffi.fi_readonly);
	ck_assert_int_eq(rumpuser_close(ro), 0);
	ck_assert_int_eq(rumpuser_getfileinfo(dir, &fi), 0);
	ck_assert_int_eq(fi.fi_type, RUMPUSER_FT_DIR);
	ck_assert_int_eq(rumpuser_getfileinfo("/dev/null", &fi), 0);
	ck_assert_int_eq(fi.fi_type, RUMPUSER_FT_CHR);
	ck_assert_int_eq(rumpuser_getfileinfo("/nonexistent", &fi), ENOENT);
}
END_TEST

static const struct {
	const char *name;
	int64_t off;
	size_t len, done;
	int error;
} reads[] = {
	{ "start", 0, 4096, 4096, 0 },
	{ "unaligned", 777, 12345, 12345, 0 },
	{ "all", 0, FILE_BYTES, FILE_BYTES, 0 },
	{ "cut at end", FILE_BYTES - 10, 100, 10, 0 },
	{ "at end", FILE_BYTES, 100, 0, 0 },
	{ "past end", FILE_BYTES + 5, 100, 0, 0 },
	{ "nothing", 5, 0, 0, 0 },
	{ "before start", -1, 10, 0, EINVAL },
};

START_TEST(file_read_bounds)
{
	static unsigned char buf[FILE_BYTES + 100];
	size_t done = 99;

	errno = EXDEV;
	const int error =
	    rumpuser_rw(fd, buf, reads[_i].len, reads[_i].off, RUMPUSER_RW_READ, &done);
	ck_assert_msg(error == reads[_i].error && done == reads[_i].done, "%s: errno %d, %zu bytes",
	    reads[_i].name, error, done);
	if (done > 0)
		ck_assert_mem_eq(buf, content + reads[_i].off, done);
	ck_assert_int_eq(errno, EXDEV);
}
END_TEST

START_TEST(file_cached_read_keeps_the_cpu)
{
	unsigned char buf[4096];
	size_t done;

	ck_assert_int_eq(rumpuser_sync(fd, true), 0);
	test_on_cpu = 1;
	__atomic_store_n(&test_leaves, 0, __ATOMIC_SEQ_CST);
	ck_assert_int_eq(rumpuser_rw(fd, buf, sizeof(buf), 0, RUMPUSER_RW_READ, &done), 0);
	ck_assert_uint_eq(test_counted(&test_leaves), 0);
	ck_assert_int_eq(rumpuser_rw(fd, buf, sizeof(buf), 0, RUMPUSER_RW_WRITE, &done), 0);
	ck_assert_uint_eq(test_counted(&test_leaves), 1);
	ck_assert_int_eq(test_on_cpu, 1);
	test_on_cpu = 0;
}
END_TEST

/* tmpfs does not tell what is cached; the next file of that number may. */
START_TEST(file_cached_read_after_another_file)
{
	char other[] = "/dev/shm/rumpuser_file.XXXXXX", buf[16];
	const int made = mkstemp(other);
	int fds[2];
	size_t done;

	if (made == -1)
		return;
	(void)close(made);
	ck_assert_int_eq(rumpuser_open(other, RUMPUSER_OPEN_RDWR, &fds[0]), 0);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(
		    rumpuser_rw(fds[0], buf, sizeof(buf), 0, RUMPUSER_RW_READ, &done), 0);
	(void)unlink(other);
	ck_assert_int_eq(rumpuser_close(fds[0]), 0);
	ck_assert_int_eq(rumpuser_open(path, RUMPUSER_OPEN_RDONLY, &fds[1]), 0);
	ck_assert_int_eq(fds[0], fds[1]);
	test_on_cpu = 1;
	__atomic_store_n(&test_leaves, 0, __ATOMIC_SEQ_CST);
	ck_assert_int_eq(rumpuser_rw(fds[1], buf, sizeof(buf), 0, RUMPUSER_RW_READ, &done), 0);
	ck_assert_uint_eq(test_counted(&test_leaves), 0);
	test_on_cpu = 0;
}
END_TEST

/* What the cache does not have is read all the same. */
START_TEST(file_read_after_cache_dropped)
{
	static unsigned char buf[FILE_BYTES];
	size_t done;

	ck_assert_int_eq(rumpuser_sync(fd, true), 0);
	ck_assert_int_eq(posix_fadvise(fd, 4096, 0, POSIX_FADV_DONTNEED), 0);
	test_on_cpu = 1;
	ck_assert_int_eq(rumpuser_rw(fd, buf, FILE_BYTES, 0, RUMPUSER_RW_READ, &done), 0);
	test_on_cpu = 0;
	ck_assert_uint_eq(done, FILE_BYTES);
	ck_assert_mem_eq(buf, content, FILE_BYTES);
	ck_assert_uint_eq(test_counted(&test_leaves), test_counted(&test_enters));
}
END_TEST

#define NIOV 3000 /* more than the host takes at once */

START_TEST(file_long_vectors)
{
	static struct rumpuser_iov iov[NIOV];
	static unsigned char buf[NIOV * 7];
	size_t done, off = 0;

	for (size_t i = 0; i < NIOV; i++) {
		iov[i] = (struct rumpuser_iov){ buf + off, i % 8 };
		off += i % 8;
	}
	ck_assert_int_eq(rumpuser_iovrw(fd, iov, NIOV, 100, RUMPUSER_RW_READ, &done), 0);
	ck_assert_uint_eq(done, off);
	ck_assert_mem_eq(buf, content + 100, off);
}
END_TEST

START_TEST(file_streams)
{
	char buf[16];
	size_t done;
	int p[2];

	ck_assert_int_eq(pipe(p), 0);
	ck_assert_int_eq(
	    rumpuser_rw(p[1], "hello", 5, 0, RUMPUSER_RW_WRITE | RUMPUSER_RW_STREAM, &done), 0);
	ck_assert_uint_eq(done, 5);
	ck_assert_int_eq(
	    rumpuser_rw(p[0], buf, sizeof(buf), 0, RUMPUSER_RW_READ | RUMPUSER_RW_STREAM, &done),
	    0);
	ck_assert_uint_eq(done, 5);
	ck_assert_int_eq(rumpuser_rw(p[0], buf, 1, 0, RUMPUSER_RW_READ, &done), ESPIPE);
	(void)close(p[0]);
	(void)close(p[1]);
}
END_TEST

START_TEST(file_sync_write)
{
	char buf[3];
	size_t done;

	ck_assert_int_eq(
	    rumpuser_rw(fd, "abc", 3, 50, RUMPUSER_RW_WRITE | RUMPUSER_RW_SYNC, &done), 0);
	ck_assert_uint_eq(done, 3);
	ck_assert_int_eq(rumpuser_rw(fd, buf, 3, 50, RUMPUSER_RW_READ, &done), 0);
	ck_assert_mem_eq(buf, "abc", 3);
	ck_assert_int_eq(rumpuser_sync(fd, false), 0);
	ck_assert_int_eq(
	    rumpuser_rw(9999, buf, 3, 0, RUMPUSER_RW_WRITE | RUMPUSER_RW_SYNC, &done), EBADF);
}
END_TEST

START_TEST(file_punch_reads_as_zeroes)
{
	static unsigned char buf[8192];
	size_t done;
	const int error = rumpuser_punch(fd, 4096, 4096);

	if (error == EOPNOTSUPP)
		return;
	ck_assert_int_eq(error, 0);
	ck_assert_int_eq(rumpuser_rw(fd, buf, sizeof(buf), 0, RUMPUSER_RW_READ, &done), 0);
	ck_assert_mem_eq(buf, content, 4096);
	for (int i = 4096; i < 8192; i++)
		ck_assert_uint_eq(buf[i], 0);
}
END_TEST

#define REQUESTS 500

static uint32_t completed, good;

static void
complete(void *arg, int error, size_t done)
{
	if (error == 0 && done == *(const size_t *)arg)
		test_count(&good);
	test_raise(&completed);
}

START_TEST(file_bio_completes_all)
{
	static unsigned char buf[REQUESTS][200];
	static const size_t len = 200;

	for (int i = 0; i < REQUESTS; i++) {
		ck_assert_int_eq(rumpuser_bio(fd, buf[i], len, i * 190, RUMPUSER_RW_READ, complete,
				     (void *)(uintptr_t)&len),
		    0);
		ck_assert_uint_le(
		    rumpuser__live_threads(), 5); /* four and one that is being reaped */
	}
	test_await(&completed, REQUESTS);
	ck_assert_uint_eq(test_counted(&good), REQUESTS);
	for (int i = 0; i < REQUESTS; i++)
		ck_assert_mem_eq(buf[i], content + i * 190, len);
}
END_TEST

static int last_error;

static void
note_error(void *arg, int error, size_t done)
{
	(void)arg;
	(void)done;
	last_error = error;
	test_raise(&completed);
}

START_TEST(file_bio_reports_errors)
{
	char buf[8];

	ck_assert_int_eq(rumpuser_bio(9999, buf, 8, 0, RUMPUSER_RW_READ, note_error, NULL), 0);
	test_await(&completed, 1);
	ck_assert_int_eq(last_error, EBADF);
}
END_TEST

START_TEST(file_bio_is_finished_by_fini)
{
	static unsigned char buf[100][4096];
	static const size_t len = 4096;

	for (int i = 0; i < 100; i++)
		ck_assert_int_eq(rumpuser_bio(fd, buf[i], len, 0, RUMPUSER_RW_READ, complete,
				     (void *)(uintptr_t)&len),
		    0);
	rumpuser_fini();
	ck_assert_uint_eq(test_counted(&completed), 100);
}
END_TEST

static void
nothing(void *arg)
{
	(void)arg;
}

START_TEST(file_bio_threads_leave_when_idle)
{
	static const size_t len = 8;
	const int64_t deadline = test_now() + TEST_PATIENCE;
	struct rumpuser_thread *t;
	char buf[8];
	int before;

	/* A sanitizer's own thread comes with the first one. */
	ck_assert_int_eq(rumpuser_thread_create(nothing, NULL, "first", true, &t), 0);
	rumpuser_thread_join(t);
	before = test_entries("/proc/self/task");

	ck_assert_int_eq(
	    rumpuser_bio(fd, buf, len, 0, RUMPUSER_RW_READ, complete, (void *)(uintptr_t)&len), 0);
	test_await(&completed, 1);
	while (test_entries("/proc/self/task") > before) {
		const uint32_t never = 0;

		ck_assert_int_lt(test_now(), deadline);
		(void)rumpuser_park(&never, 0, test_now() + TEST_S / 50);
	}
}
END_TEST

static Suite *
suite(void)
{
	Suite *const s = suite_create("rumpuser_file");
	TCase *const tc = tcase_create("file");

	tcase_add_checked_fixture(tc, file_setup, file_teardown);
	tcase_add_test(tc, file_descriptors_close_on_exec);
	tcase_add_test(tc, file_open_refuses);
	tcase_add_test(tc, file_info_of_kinds);
	tcase_add_loop_test(tc, file_read_bounds, 0, sizeof(reads) / sizeof(reads[0]));
	tcase_add_test(tc, file_cached_read_keeps_the_cpu);
	tcase_add_test(tc, file_cached_read_after_another_file);
	tcase_add_test(tc, file_read_after_cache_dropped);
	tcase_add_test(tc, file_long_vectors);
	tcase_add_test(tc, file_streams);
	tcase_add_test(tc, file_sync_write);
	tcase_add_test(tc, file_punch_reads_as_zeroes);
	tcase_add_test(tc, file_bio_completes_all);
	tcase_add_test(tc, file_bio_reports_errors);
	tcase_add_test(tc, file_bio_is_finished_by_fini);
	tcase_add_test(tc, file_bio_threads_leave_when_idle);
	suite_add_tcase(s, tc);
	return s;
}

TEST_MAIN(suite())
