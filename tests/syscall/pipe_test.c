/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Pipes, the host's and ours with the same expectations.  Differences, not tested here: pipe2(O_DIRECT) is
 * EINVAL (no packets); F_SETPIPE_SZ above 1 MiB is EPERM for the superuser as well; the host counts its
 * buffer in pages, so that it may be full with fewer bytes in it.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>

#include "both.h"

#define K (both[_i])

#define PIPE_SIZE 65536

static int p[2];

static void
open_pipe(const struct both *k, int flags)
{
	ck_gives(k->pipe2(p, flags), 0);
	ck_assert(p[0] >= 0 && p[1] >= 0 && p[0] != p[1]);
}

static int
events(const struct both *k, int fd, int ask)
{
	struct pollfd pfd = { fd, (short)ask, 0 };

	ck_assert_int_ge(k->poll(&pfd, 1, 0), 0);
	return pfd.revents;
}

START_TEST(pipe_carries_bytes_in_order)
{
	const struct iovec out[3] = { { "abc", 3 }, { "", 0 }, { "defgh", 5 } };
	char a[4], b[8];
	const struct iovec in[2] = { { a, 2 }, { b, 8 } };

	open_pipe(&K, 0);
	ck_gives(K.writev(p[1], out, 3), 8);
	ck_gives(K.readv(p[0], in, 2), 8);
	ck_assert_mem_eq(a, "ab", 2);
	ck_assert_mem_eq(b, "cdefgh", 6);
	ck_gives(K.write(p[1], "xyz", 3), 3);
	ck_gives(K.read(p[0], a, 1), 1);
	ck_gives(K.read(p[0], b, 8), 2);
	ck_assert_mem_eq(b, "yz", 2);
}
END_TEST

START_TEST(pipe_ends_are_what_they_are)
{
	struct stat st, st2;
	char c;

	open_pipe(&K, O_CLOEXEC | O_NONBLOCK);
	ck_fails(K.write(p[0], "x", 1), EBADF);
	ck_fails(K.read(p[1], &c, 1), EBADF);
	ck_fails(K.lseek(p[0], 0, SEEK_SET), ESPIPE);
	ck_fails(K.pread(p[0], &c, 1, 0), ESPIPE);
	ck_gives(K.fcntl(p[0], F_GETFL, 0), O_RDONLY | O_NONBLOCK);
	ck_gives(K.fcntl(p[1], F_GETFL, 0), O_WRONLY | O_NONBLOCK);
	ck_gives(K.fcntl(p[0], F_GETFD, 0), FD_CLOEXEC);
	ck_gives(K.fcntl(p[1], F_GETFD, 0), FD_CLOEXEC);
	ck_gives(K.write(p[1], "x", 1), 1);
	ck_gives(K.fstat(p[0], &st), 0);
	ck_gives(K.fstat(p[1], &st2), 0);
	ck_assert_uint_eq(st.st_mode, S_IFIFO | 0600);
	ck_assert_int_eq(st.st_size, 0);
	ck_assert_int_eq(st.st_nlink, 1);
	ck_assert_int_eq(st.st_blksize, 4096);
	ck_assert(st.st_ino == st2.st_ino && st.st_dev == st2.st_dev);
	ck_assert(st.st_mtim.tv_sec != 0);
}
END_TEST

START_TEST(pipe_bad_calls)
{
	int q[2];
	char c[2];
	const int base = K.dup(0);

	ck_fails(K.pipe2(q, O_APPEND), EINVAL);
	ck_fails(K.pipe2(q, -1), EINVAL);
	ck_fails(K.pipe2(NULL, 0), EFAULT);
	/* Nothing is left of them. */
	ck_gives(K.dup(0), base + 1);
	ck_gives(K.close(base + 1), 0);
	open_pipe(&K, O_NONBLOCK);
	ck_fails(K.read(p[0], NULL, 1), _i == BOTH_HOST ? EAGAIN : EFAULT);
	ck_gives(K.write(p[1], "x", 1), 1);
	ck_fails(K.read(p[0], NULL, 1), EFAULT);
	ck_fails(K.write(p[1], NULL, 1), EFAULT);
	ck_gives(K.read(p[0], c, 2), 1);
}
END_TEST

START_TEST(pipe_nonblocking_rules)
{
	static char big[2 * PIPE_SIZE];
	char buf[8];

	open_pipe(&K, O_NONBLOCK);
	ck_fails(K.read(p[0], buf, 1), EAGAIN);
	ck_gives(K.read(p[0], buf, 0), 0);
	ck_gives(K.write(p[1], big, sizeof(big)), PIPE_SIZE);
	ck_fails(K.write(p[1], big, 1), EAGAIN);
	ck_fails(K.write(p[1], big, sizeof(big)), EAGAIN);
	ck_gives(K.write(p[1], big, 0), 0);
	ck_gives(events(&K, p[1], POLLOUT), 0);
	ck_gives(K.read(p[0], big, 4096), 4096);
	ck_gives(events(&K, p[1], POLLOUT), POLLOUT);
	/* All of an atomic write or nothing. */
	ck_gives(K.write(p[1], big, 4000), 4000);
	ck_fails(K.write(p[1], big, 4096), EAGAIN);
	/* A larger one takes what it can get. */
	ck_gives(K.read(p[0], big, 4096), 4096);
	ck_gives(K.write(p[1], big, 4097) > 0, 1);
}
END_TEST

START_TEST(pipe_blocking_after_fcntl)
{
	char buf[8];

	open_pipe(&K, 0);
	ck_gives(K.fcntl(p[0], F_SETFL, O_NONBLOCK), 0);
	ck_fails(K.read(p[0], buf, 1), EAGAIN);
	ck_gives(K.fcntl(p[0], F_SETFL, 0), 0);
	ck_gives(K.write(p[1], "ok", 2), 2);
	ck_gives(K.read(p[0], buf, 8), 2);
	ck_gives(K.ioctl(p[0], FIONBIO, &(int){ 1 }), 0);
	ck_fails(K.read(p[0], buf, 1), EAGAIN);
}
END_TEST

START_TEST(pipe_end_of_file_and_broken_pipe)
{
	char buf[8];
	int d;

	open_pipe(&K, 0);
	ck_gives(K.write(p[1], "last", 4), 4);
	d = K.dup(p[1]);
	ck_gives(K.close(p[1]), 0);
	ck_gives(events(&K, p[0], POLLIN), POLLIN);
	ck_gives(K.close(d), 0);
	ck_gives(events(&K, p[0], POLLIN), POLLIN | POLLHUP);
	ck_gives(K.read(p[0], buf, 8), 4);
	ck_gives(K.read(p[0], buf, 8), 0);
	ck_gives(events(&K, p[0], POLLIN), POLLHUP);
	ck_gives(K.close(p[0]), 0);

	open_pipe(&K, 0);
	ck_gives(events(&K, p[1], POLLOUT), POLLOUT);
	ck_gives(K.close(p[0]), 0);
	ck_gives(events(&K, p[1], POLLOUT), POLLOUT | POLLERR);
	ck_fails(K.write(p[1], "x", 1), EPIPE);
	ck_gives(K.write(p[1], "x", 0), 0);
	ck_gives(events(&K, p[1], POLLOUT), POLLOUT | POLLERR);
}
END_TEST

static volatile sig_atomic_t caught;

static void catch (int signo)
{
	caught++;
}

START_TEST(pipe_without_readers_signals)
{
	ck_assert(signal(SIGPIPE, catch) != SIG_ERR);
	open_pipe(&K, 0);
	ck_gives(K.write(p[1], "x", 1), 1);
	ck_gives(K.close(p[0]), 0);
	ck_fails(K.write(p[1], "x", 1), EPIPE);
	ck_assert_int_eq(caught, 1);
}
END_TEST

/* The host has no such flag; programs written for BSD do. */
START_TEST(pipe_nosigpipe)
{
	enum { NOSIGPIPE = 0x08000000, GET = 0x4002, SET = 0x4003 };

	ck_assert(signal(SIGPIPE, catch) != SIG_ERR);
	open_pipe(&both[BOTH_RUMP], 0);
	ck_gives(rump_sys_fcntl(p[1], GET), 0);
	ck_gives(rump_sys_fcntl(p[1], SET, 1), 0);
	ck_gives(rump_sys_fcntl(p[1], GET), 1);
	ck_gives(rump_sys_fcntl(p[0], GET), 0);
	ck_gives(rump_sys_close(p[0]), 0);
	ck_fails(rump_sys_write(p[1], "x", 1), EPIPE);
	ck_assert_int_eq(caught, 0);
	ck_gives(rump_sys_fcntl(p[1], SET, 0), 0);
	ck_fails(rump_sys_write(p[1], "x", 1), EPIPE);
	ck_assert_int_eq(caught, 1);
	ck_gives(rump_sys_close(p[1]), 0);
	ck_gives(rump_sys_pipe2(p, NOSIGPIPE), 0);
	ck_gives(rump_sys_fcntl(p[1], GET), 1);
	ck_gives(rump_sys_close(p[0]), 0);
	ck_fails(rump_sys_write(p[1], "x", 1), EPIPE);
	ck_assert_int_eq(caught, 1);
}
END_TEST

START_TEST(pipe_poll_asks_one_side)
{
	char c;

	open_pipe(&K, 0);
	ck_gives(events(&K, p[0], POLLIN | POLLOUT | POLLRDNORM), 0);
	ck_gives(K.write(p[1], "x", 1), 1);
	ck_gives(events(&K, p[0], POLLIN | POLLOUT | POLLRDNORM), POLLIN | POLLRDNORM);
	ck_gives(events(&K, p[1], POLLIN | POLLOUT | POLLWRNORM), POLLOUT | POLLWRNORM);
	ck_gives(K.read(p[0], &c, 1), 1);
	ck_gives(events(&K, p[0], POLLIN), 0);
}
END_TEST

START_TEST(pipe_fionread_counts)
{
	static char buf[PIPE_SIZE];
	int n = -1;

	open_pipe(&K, 0);
	ck_gives(K.ioctl(p[0], FIONREAD, &n), 0);
	ck_assert_int_eq(n, 0);
	ck_gives(K.write(p[1], buf, 50000), 50000);
	ck_gives(K.ioctl(p[0], FIONREAD, &n), 0);
	ck_assert_int_eq(n, 50000);
	ck_gives(K.read(p[0], buf, 123), 123);
	ck_gives(K.ioctl(p[1], FIONREAD, &n), 0);
	ck_assert_int_eq(n, 50000 - 123);
	ck_fails(K.ioctl(p[0], TIOCGWINSZ, buf), ENOTTY);
}
END_TEST

START_TEST(pipe_size_is_set)
{
	static unsigned char big[1 << 20];

	for (size_t i = 0; i < sizeof(big); i++)
		big[i] = (unsigned char)(i * 7 >> 3);
	open_pipe(&K, O_NONBLOCK);
	ck_gives(K.fcntl(p[0], F_GETPIPE_SZ, 0), PIPE_SIZE);
	ck_gives(K.fcntl(p[0], F_SETPIPE_SZ, 1), 4096);
	ck_gives(K.fcntl(p[1], F_GETPIPE_SZ, 0), 4096);
	ck_gives(K.write(p[1], big, sizeof(big)), 4096);
	/* What is in it stays when it grows. */
	ck_gives(K.fcntl(p[1], F_SETPIPE_SZ, 100000), 131072);
	ck_gives(K.write(p[1], big + 4096, sizeof(big)), 131072 - 4096);
	ck_fails(K.fcntl(p[1], F_SETPIPE_SZ, 65536), EBUSY);
	ck_gives(K.fcntl(p[1], F_SETPIPE_SZ, 1 << 20), 1 << 20);
	ck_gives(K.write(p[1], big, 1 << 20), (1 << 20) - 131072);
	memset(big, 0, 131072);
	ck_gives(K.read(p[0], big, 131072), 131072);
	for (size_t i = 0; i < 131072; i++)
		ck_assert_uint_eq(big[i], (unsigned char)(i * 7 >> 3));
	ck_fails(K.fcntl(p[1], F_SETPIPE_SZ, 0x80000001L), EINVAL);
	ck_fails(K.fcntl(0, F_GETPIPE_SZ, 0), _i == BOTH_RUMP ? EINVAL : EBADF);
}
END_TEST

/* ---- Two threads ---- */

struct transfer {
	const struct both *k;
	size_t len;
	unsigned char *buf;
	size_t chunk;
	ssize_t ret;
	int err;
};

static void *
write_all(void *arg)
{
	struct transfer *const t = arg;

	t->ret = t->k->write(p[1], t->buf, t->len);
	t->err = errno;
	return NULL;
}

static void *
read_one(void *arg)
{
	struct transfer *const t = arg;

	t->ret = t->k->read(p[0], t->buf, t->len);
	t->err = errno;
	return NULL;
}

static const size_t chunks[] = { 1, 13, 4096, 5000, 65536, 200000 };

/* One write of 300,000 bytes that blocks, read in pieces: it comes whole and in order. */
START_TEST(pipe_large_write_blocks_and_arrives)
{
	static unsigned char out[300000], in[300000];
	struct transfer t = { .k = &K, .len = sizeof(out), .buf = out };
	pthread_t th;

	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = (unsigned char)(i * 31 >> 4);
	for (size_t c = 0; c < sizeof(chunks) / sizeof(chunks[0]); c++) {
		size_t got = 0;

		open_pipe(&K, 0);
		memset(in, 0, sizeof(in));
		ck_assert_int_eq(pthread_create(&th, NULL, write_all, &t), 0);
		while (got < sizeof(in)) {
			const size_t want =
			    sizeof(in) - got < chunks[c] ? sizeof(in) - got : chunks[c];
			const ssize_t n = K.read(p[0], in + got, want);

			ck_assert_int_gt(n, 0);
			got += (size_t)n;
		}
		ck_assert_int_eq(pthread_join(th, NULL), 0);
		ck_assert_int_eq(t.ret, (ssize_t)sizeof(out));
		ck_assert(memcmp(in, out, sizeof(in)) == 0);
		ck_gives(K.close(p[0]), 0);
		ck_gives(K.close(p[1]), 0);
	}
}
END_TEST

START_TEST(pipe_blocked_reader_gets_byte_or_end)
{
	unsigned char c[2];
	struct transfer t = { .k = &K, .len = 2, .buf = c };
	pthread_t th;

	open_pipe(&K, 0);
	ck_assert_int_eq(pthread_create(&th, NULL, read_one, &t), 0);
	ck_gives(K.write(p[1], "x", 1), 1);
	ck_assert_int_eq(pthread_join(th, NULL), 0);
	ck_assert_int_eq(t.ret, 1);
	ck_assert_int_eq(pthread_create(&th, NULL, read_one, &t), 0);
	ck_gives(K.close(p[1]), 0);
	ck_assert_int_eq(pthread_join(th, NULL), 0);
	ck_assert_int_eq(t.ret, 0);
}
END_TEST

START_TEST(pipe_blocked_writer_breaks)
{
	static unsigned char out[PIPE_SIZE + 1];
	struct transfer t = { .k = &K, .len = 1, .buf = out };
	pthread_t th;

	open_pipe(&K, 0);
	ck_gives(K.write(p[1], out, PIPE_SIZE), PIPE_SIZE);
	ck_assert_int_eq(pthread_create(&th, NULL, write_all, &t), 0);
	ck_gives(K.close(p[0]), 0);
	ck_assert_int_eq(pthread_join(th, NULL), 0);
	ck_assert_int_eq(t.ret, -1);
	ck_assert_int_eq(t.err, EPIPE);
}
END_TEST

static void *
poll_in(void *arg)
{
	struct transfer *const t = arg;
	struct pollfd pfd = { p[0], POLLIN, 0 };

	t->ret = t->k->poll(&pfd, 1, -1);
	t->err = pfd.revents;
	return NULL;
}

START_TEST(pipe_wakes_pollers)
{
	struct transfer t = { .k = &K };
	pthread_t th;

	open_pipe(&K, 0);
	ck_assert_int_eq(pthread_create(&th, NULL, poll_in, &t), 0);
	ck_gives(K.write(p[1], "x", 1), 1);
	ck_assert_int_eq(pthread_join(th, NULL), 0);
	ck_assert(t.ret == 1 && t.err == POLLIN);
	ck_gives(K.read(p[0], &(char){ 0 }, 1), 1);
	ck_assert_int_eq(pthread_create(&th, NULL, poll_in, &t), 0);
	ck_gives(K.close(p[1]), 0);
	ck_assert_int_eq(pthread_join(th, NULL), 0);
	ck_assert(t.ret == 1 && t.err == POLLHUP);
}
END_TEST

/* ---- Eight writers of records, two readers: no record is torn, none is lost ---- */

#define WRITERS 8
#ifndef RECORDS
#define RECORDS 2000
#endif
#define RECORD 100 /* does not divide the pipe: records wrap around */

static const struct both *crowd;
static atomic_int torn;
static atomic_uint seen[WRITERS];

static void *
record_writer(void *arg)
{
	unsigned char rec[RECORD];

	memset(rec, (int)(uintptr_t)arg, sizeof(rec));
	for (int i = 0; i < RECORDS; i++)
		if (crowd->write(p[1], rec, sizeof(rec)) != RECORD)
			atomic_store(&torn, 1);
	return NULL;
}

static void *
record_reader(void *arg)
{
	unsigned char rec[RECORD];
	ssize_t n;

	(void)arg;
	while ((n = crowd->read(p[0], rec, sizeof(rec))) != 0) {
		if (n != RECORD || rec[0] >= WRITERS || memcmp(rec, rec + 1, RECORD - 1) != 0) {
			atomic_store(&torn, 2);
			continue;
		}
		atomic_fetch_add(&seen[rec[0]], 1);
	}
	return NULL;
}

START_TEST(pipe_small_writes_are_atomic)
{
	pthread_t w[WRITERS], r[2];

	open_pipe(&K, 0);
	crowd = &K;
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_create(&r[i], NULL, record_reader, NULL), 0);
	for (uintptr_t i = 0; i < WRITERS; i++)
		ck_assert_int_eq(pthread_create(&w[i], NULL, record_writer, (void *)i), 0);
	for (int i = 0; i < WRITERS; i++)
		ck_assert_int_eq(pthread_join(w[i], NULL), 0);
	ck_gives(K.close(p[1]), 0);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_join(r[i], NULL), 0);
	ck_assert_int_eq(atomic_load(&torn), 0);
	for (int i = 0; i < WRITERS; i++)
		ck_assert_uint_eq(atomic_load(&seen[i]), RECORDS);
}
END_TEST

/* ---- Ours alone: a close ends the calls that wait on the descriptor, and no others ---- */

static int same;

static void *
read_same(void *arg)
{
	struct transfer *const t = arg;

	t->ret = rump_sys_read(same, t->buf, 1);
	t->err = errno;
	return NULL;
}

START_TEST(pipe_close_ends_blocked_calls)
{
	unsigned char c[2];
	struct transfer gone = { .buf = c },
			stays = { .k = &both[BOTH_RUMP], .buf = c + 1, .len = 1 };
	pthread_t th[2];

	open_pipe(&both[BOTH_RUMP], 0);
	same = rump_sys_dup(p[0]);
	ck_assert_int_eq(pthread_create(&th[0], NULL, read_same, &gone), 0);
	ck_assert_int_eq(pthread_create(&th[1], NULL, read_one, &stays), 0);
	ck_succeeds(rump_sys_close(same));
	ck_assert_int_eq(pthread_join(th[0], NULL), 0);
	ck_assert_int_eq(gone.ret, -1);
	ck_assert_int_eq(gone.err, EBADF);
	ck_gives(rump_sys_write(p[1], "x", 1), 1);
	ck_assert_int_eq(pthread_join(th[1], NULL), 0);
	ck_assert_int_eq(stays.ret, 1);
}
END_TEST

START_TEST(pipe_packets_are_refused)
{
	ck_fails(rump_sys_pipe2(p, O_DIRECT), EINVAL);
	open_pipe(&both[BOTH_RUMP], 0);
	ck_fails(rump_fcntl(p[1], F_SETFL, O_DIRECT), EINVAL);
	ck_fails(rump_fcntl(p[1], F_SETPIPE_SZ, (1 << 20) + 1), EPERM);
}
END_TEST

/* Closes, reads and writes in any order by eight threads. */
static void *
fight(void *arg)
{
	unsigned int seed = (unsigned int)(uintptr_t)arg;
	char buf[300] = { 0 };
	int q[2];

	for (int i = 0; i < RECORDS; i++) {
		const int fd = 3 + rand_r(&seed) % 8;

		switch (rand_r(&seed) % 8) {
		case 0:
			(void)rump_sys_close(fd);
			break;
		case 1:
			(void)rump_sys_pipe2(q, O_NONBLOCK);
			break;
		case 2:
			(void)rump_sys_dup2(3 + rand_r(&seed) % 8, fd);
			break;
		case 3:
		case 4:
			(void)rump_sys_write(fd, buf, 1 + (unsigned)rand_r(&seed) % sizeof(buf));
			break;
		case 5:
			(void)rump_fcntl(fd, F_SETPIPE_SZ, 4096 << rand_r(&seed) % 4);
			break;
		default:
			(void)rump_sys_read(fd, buf, sizeof(buf));
			break;
		}
	}
	return NULL;
}

START_TEST(pipe_survives_closes)
{
	pthread_t t[8];

	for (uintptr_t i = 0; i < 8; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, fight, (void *)(i + 1)), 0);
	for (int i = 0; i < 8; i++)
		ck_assert_int_eq(pthread_join(t[i], NULL), 0);
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("pipe");

	tcase_add_both(tc, pipe_carries_bytes_in_order);
	tcase_add_both(tc, pipe_ends_are_what_they_are);
	tcase_add_both(tc, pipe_bad_calls);
	tcase_add_both(tc, pipe_nonblocking_rules);
	tcase_add_both(tc, pipe_blocking_after_fcntl);
	tcase_add_both(tc, pipe_end_of_file_and_broken_pipe);
	tcase_add_both(tc, pipe_without_readers_signals);
	tcase_add_test(tc, pipe_nosigpipe);
	tcase_add_both(tc, pipe_poll_asks_one_side);
	tcase_add_both(tc, pipe_fionread_counts);
	tcase_add_both(tc, pipe_size_is_set);
	tcase_add_both(tc, pipe_large_write_blocks_and_arrives);
	tcase_add_both(tc, pipe_blocked_reader_gets_byte_or_end);
	tcase_add_both(tc, pipe_blocked_writer_breaks);
	tcase_add_both(tc, pipe_wakes_pollers);
	tcase_add_both(tc, pipe_small_writes_are_atomic);
	tcase_add_test(tc, pipe_close_ends_blocked_calls);
	tcase_add_test(tc, pipe_packets_are_refused);
	tcase_add_test(tc, pipe_survives_closes);
	return both_run(tc, "pipe");
}
