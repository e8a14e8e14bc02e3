/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * sendfile(2), splice(2), copy_file_range(2), the host's and ours with the same expectations.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include <rump/rump_mount.h>

#include "both.h"

#define K (both[_i])

#define SIZE 150000

static unsigned char data[SIZE], back[SIZE];
static int p[2], in, out;

static void
prepare(const struct both *k)
{
	for (size_t i = 0; i < SIZE; i++)
		data[i] = (unsigned char)(i * 13 >> 5);
	in = k->open("in", O_RDWR | O_CREAT, 0644);
	out = k->open("out", O_RDWR | O_CREAT, 0644);
	ck_assert(in >= 0 && out >= 0);
	ck_gives(k->write(in, data, SIZE), SIZE);
	ck_gives(k->lseek(in, 0, SEEK_SET), 0);
	ck_gives(k->pipe2(p, 0), 0);
}

static void
same_as_data(const struct both *k, int fd, size_t from, size_t len)
{
	memset(back, 0, sizeof(back));
	ck_gives(k->pread(fd, back, len, 0), len);
	ck_assert(memcmp(back, data + from, len) == 0);
}

START_TEST(splice_file_pipe_file)
{
	off_t off = 100, to = 0;

	prepare(&K);
	ck_gives(K.splice(in, &off, p[1], NULL, 50000, 0), 50000);
	ck_assert_int_eq(off, 50100);
	ck_gives(K.lseek(in, 0, SEEK_CUR), 0);
	ck_gives(K.splice(p[0], NULL, out, &to, SIZE, 0), 50000);
	ck_assert_int_eq(to, 50000);
	ck_gives(K.lseek(out, 0, SEEK_CUR), 0);
	same_as_data(&K, out, 100, 50000);
	/* By the files' own offsets. */
	ck_gives(K.splice(in, NULL, p[1], NULL, 300, SPLICE_F_MOVE | SPLICE_F_MORE), 300);
	ck_gives(K.lseek(in, 0, SEEK_CUR), 300);
	ck_gives(K.splice(p[0], NULL, out, NULL, 200, 0), 200);
	ck_gives(K.lseek(out, 0, SEEK_CUR), 200);
	same_as_data(&K, out, 0, 200);
	ck_gives(K.splice(p[0], NULL, out, NULL, 200, 0), 100);
	/* The end of the file, and of the pipe. */
	off = SIZE;
	ck_gives(K.splice(in, &off, p[1], NULL, 10, 0), 0);
	ck_gives(K.close(p[1]), 0);
	ck_gives(K.splice(p[0], NULL, out, NULL, 10, 0), 0);
}
END_TEST

START_TEST(splice_pipe_pipe)
{
	int q[2];
	char buf[16];

	prepare(&K);
	ck_gives(K.pipe2(q, 0), 0);
	ck_gives(K.write(p[1], "0123456789", 10), 10);
	ck_gives(K.splice(p[0], NULL, q[1], NULL, 4, 0), 4);
	ck_gives(K.read(q[0], buf, 16), 4);
	ck_assert_mem_eq(buf, "0123", 4);
	ck_gives(K.splice(p[0], NULL, q[1], NULL, 100, 0), 6);
	ck_gives(K.read(q[0], buf, 16), 6);
	ck_assert_mem_eq(buf, "456789", 6);
	ck_fails(K.splice(p[0], NULL, q[1], NULL, 4, SPLICE_F_NONBLOCK), EAGAIN);
	ck_fails(K.splice(p[0], NULL, p[1], NULL, 4, 0), EINVAL);
	ck_gives(K.close(p[1]), 0);
	ck_gives(K.splice(p[0], NULL, q[1], NULL, 4, 0), 0);
	ck_gives(K.close(q[0]), 0);
}
END_TEST

START_TEST(splice_bad_calls)
{
	off_t off = 0, bad = -1;
	int log;

	prepare(&K);
	log = K.open("log", O_WRONLY | O_CREAT | O_APPEND, 0644);
	ck_fails(K.splice(in, NULL, out, NULL, 10, 0), EINVAL);
	ck_fails(K.splice(p[0], &off, out, NULL, 10, 0), ESPIPE);
	ck_fails(K.splice(in, NULL, p[1], &off, 10, 0), ESPIPE);
	ck_fails(K.splice(p[1], NULL, out, NULL, 10, 0), EBADF);
	ck_fails(K.splice(in, NULL, p[0], NULL, 10, 0), EBADF);
	ck_fails(K.splice(99, NULL, p[1], NULL, 10, 0), EBADF);
	ck_fails(K.splice(in, NULL, p[1], NULL, 10, 0x100), EINVAL);
	ck_fails(K.splice(in, &bad, p[1], NULL, 10, 0), EINVAL);
	ck_fails(K.splice(p[0], NULL, out, NULL, 10, SPLICE_F_NONBLOCK), EAGAIN);
	ck_gives(K.splice(in, NULL, out, NULL, 0, 0), 0);
	ck_gives(K.write(p[1], "x", 1), 1);
	ck_fails(K.splice(p[0], NULL, log, NULL, 1, 0), EINVAL);
	ck_gives(K.close(p[0]), 0);
	ck_fails(K.splice(in, NULL, p[1], NULL, 10, 0), EPIPE);
}
END_TEST

static void *
drain(void *arg)
{
	const struct both *const k = arg;
	size_t got = 0;
	ssize_t n;

	while ((n = k->read(p[0], back + got, SIZE - got)) > 0)
		got += (size_t)n;
	return (void *)got;
}

/* More than a pipe has room for; the host returns when it is full, and is called again. */
START_TEST(sendfile_to_a_pipe)
{
	size_t sent = 0;
	pthread_t th;
	void *got;

	prepare(&K);
	ck_assert_int_eq(pthread_create(&th, NULL, drain, (void *)(uintptr_t)&K), 0);
	while (sent < SIZE) {
		const ssize_t n = K.sendfile(p[1], in, NULL, SIZE + 1 - sent);

		ck_assert_int_gt(n, 0);
		sent += (size_t)n;
	}
	ck_gives(K.lseek(in, 0, SEEK_CUR), SIZE);
	ck_gives(K.close(p[1]), 0);
	ck_assert_int_eq(pthread_join(th, &got), 0);
	ck_assert_uint_eq((uintptr_t)got, SIZE);
	ck_assert(memcmp(back, data, SIZE) == 0);
}
END_TEST

START_TEST(sendfile_rules)
{
	off_t off = 1000, bad = -1;
	int q[2], log;

	prepare(&K);
	ck_gives(K.pipe2(q, O_NONBLOCK), 0);
	log = K.open("log", O_WRONLY | O_CREAT | O_APPEND, 0644);
	ck_gives(K.sendfile(out, in, &off, 70000), 70000);
	ck_assert_int_eq(off, 71000);
	same_as_data(&K, out, 1000, 70000);
	/* A pipe that is full takes what it can; the rest can be sent later. */
	off = 0;
	ck_gives(K.sendfile(q[1], in, &off, SIZE), 65536);
	ck_assert_int_eq(off, 65536);
	ck_fails(K.sendfile(q[1], in, &off, SIZE), EAGAIN);
	ck_assert_int_eq(off, 65536);
	ck_fails(K.sendfile(out, in, &bad, 1), EINVAL);
	ck_fails(K.sendfile(log, in, NULL, 1), EINVAL);
	ck_fails(K.sendfile(99, in, NULL, 1), EBADF);
	ck_fails(K.sendfile(out, 99, NULL, 1), EBADF);
	ck_fails(K.sendfile(p[0], in, NULL, 1), EBADF);
	ck_gives(K.sendfile(out, in, NULL, 0), 0);
	off = SIZE + 5;
	ck_gives(K.sendfile(out, in, &off, 1), 0);
}
END_TEST

START_TEST(copy_file_range_rules)
{
	off_t from = 10, to = 5, bad = -5;
	int log, rd, wr;

	prepare(&K);
	log = K.open("log", O_WRONLY | O_CREAT | O_APPEND, 0644);
	rd = K.open("in", O_RDONLY, 0);
	wr = K.open("in", O_WRONLY, 0);
	ck_gives(K.copy_file_range(in, &from, out, &to, 100000, 0), 100000);
	ck_assert(from == 100010 && to == 100005);
	ck_gives(K.lseek(in, 0, SEEK_CUR), 0);
	ck_gives(K.pread(out, back, 1000, 5), 1000);
	ck_assert(memcmp(back, data + 10, 1000) == 0);
	/* Short at the end of the file, nothing beyond it; by the files' own offsets. */
	from = SIZE - 7;
	ck_gives(K.copy_file_range(in, &from, out, NULL, 1000, 0), 7);
	ck_gives(K.lseek(out, 0, SEEK_CUR), 7);
	ck_gives(K.copy_file_range(in, &from, out, NULL, 1000, 0), 0);
	same_as_data(&K, out, SIZE - 7, 7);
	/* Within a file: not onto itself, but a range that the end cuts short may. */
	from = 0;
	to = 99;
	ck_fails(K.copy_file_range(in, &from, in, &to, 100, 0), EINVAL);
	from = SIZE - 10;
	to = SIZE;
	ck_gives(K.copy_file_range(in, &from, in, &to, 100, 0), 10);
	ck_fails(K.copy_file_range(in, NULL, out, NULL, 1, 1), EINVAL);
	ck_fails(K.copy_file_range(in, &bad, out, NULL, 1, 0), EINVAL);
	ck_fails(K.copy_file_range(99, NULL, out, NULL, 1, 1), EBADF);
	ck_fails(K.copy_file_range(wr, NULL, out, NULL, 1, 0), EBADF);
	ck_fails(K.copy_file_range(in, NULL, rd, NULL, 1, 0), EBADF);
	ck_fails(K.copy_file_range(in, NULL, log, NULL, 1, 0), EBADF);
	ck_fails(K.copy_file_range(in, NULL, p[1], NULL, 1, 0), EINVAL);
	ck_fails(K.copy_file_range(p[0], NULL, out, NULL, 1, 0), EINVAL);
	rd = K.open(".", O_RDONLY, 0);
	ck_fails(K.copy_file_range(rd, NULL, out, NULL, 1, 0), EISDIR);
}
END_TEST

/* Holes stay holes where the file systems have them; what lies under one in the copy's place goes. */
START_TEST(copy_file_range_keeps_holes)
{
	off_t from = 0, to = 0;
	struct stat sb;

	prepare(&K);
	if (_i == BOTH_RUMP) {
		ck_gives(rump_sys_mkdir("/t", 0755), 0);
		ck_gives(rump_sys_mount(RUMP_MOUNT_TMPFS, "/t", 0, NULL, 0), 0);
	}
	in = K.open(_i == BOTH_RUMP ? "/t/in" : "sparse", O_RDWR | O_CREAT, 0644);
	out = K.open(_i == BOTH_RUMP ? "/t/out" : "out", O_RDWR | O_CREAT, 0644);
	ck_assert(in >= 0 && out >= 0);
	ck_gives(K.lseek(in, 40 << 20, SEEK_SET), 40 << 20);
	ck_gives(K.write(in, "data", 4), 4);
	ck_gives(K.ftruncate(in, 80 << 20), 0);
	ck_gives(K.lseek(out, 10 << 20, SEEK_SET), 10 << 20);
	ck_gives(K.write(out, data + 100, 5), 5);
	while (from < 80 << 20)
		ck_assert_int_gt(K.copy_file_range(in, &from, out, &to, 80 << 20, 0), 0);
	ck_assert_int_eq(to, 80 << 20);
	ck_gives(K.fstat(out, &sb), 0);
	ck_assert_int_eq(sb.st_size, 80 << 20);
	if (_i == BOTH_RUMP) /* not all of the host's do */
		ck_assert_int_lt(sb.st_blocks, 16384);
	ck_gives(K.pread(out, back, 16, 40 << 20), 16);
	ck_assert_mem_eq(back, "data\0\0\0", 8);
	ck_gives(K.pread(out, back, 5, 10 << 20), 5);
	ck_assert_mem_eq(back, "\0\0\0\0\0", 5);
	ck_gives(K.pread(out, back, 1, (80 << 20) - 1), 1);
	ck_assert_int_eq(back[0], 0);
}
END_TEST

START_TEST(splice_fifo_honours_nonblock)
{
	int r, w;

	prepare(&K);
	ck_gives(K.mkfifo("f", 0600), 0);
	r = K.open("f", O_RDONLY | O_NONBLOCK, 0);
	w = K.open("f", O_WRONLY | O_NONBLOCK, 0);
	ck_assert(r >= 0 && w >= 0);
	ck_fails(K.splice(r, NULL, out, NULL, 10, 0), EAGAIN);
	ck_gives(K.splice(in, NULL, w, NULL, SIZE, 0), 65536);
	ck_fails(K.splice(in, NULL, w, NULL, 10, 0), EAGAIN);
	ck_gives(K.splice(r, NULL, out, NULL, SIZE, 0), 65536);
	same_as_data(&K, out, 0, 65536);
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("splice");

	tcase_add_both(tc, splice_file_pipe_file);
	tcase_add_both(tc, splice_pipe_pipe);
	tcase_add_both(tc, splice_bad_calls);
	tcase_add_both(tc, sendfile_to_a_pipe);
	tcase_add_both(tc, sendfile_rules);
	tcase_add_both(tc, copy_file_range_rules);
	tcase_add_both(tc, copy_file_range_keeps_holes);
	tcase_add_both(tc, splice_fifo_honours_nonblock);
	return both_run(tc, "splice");
}
