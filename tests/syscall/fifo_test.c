/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/*
 * Named pipes, the host's and ours with the same expectations.  A difference, not tested here: of several readers
 * that came before any writer, the host remembers for each whether it has seen one (POLLHUP); we for all.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <string.h>

#include "both.h"

#define K (both[_i])

static int
events(const struct both *k, int fd, int ask)
{
	struct pollfd pfd = { fd, (short)ask, 0 };

	ck_assert_int_ge(k->poll(&pfd, 1, 0), 0);
	return pfd.revents;
}

static int
opened(const struct both *k, int flags)
{
	const int fd = k->open("f", flags, 0);

	ck_assert_msg(fd >= 0, "open of the fifo: errno %d", errno);
	return fd;
}

START_TEST(fifo_nonblocking_open)
{
	char c;
	int r, w;

	ck_gives(K.mkfifo("f", 0600), 0);
	ck_fails(K.mkfifo("f", 0600), EEXIST);
	ck_fails(K.open("f", O_WRONLY | O_NONBLOCK, 0), ENXIO);
	r = opened(&K, O_RDONLY | O_NONBLOCK);
	/* No writer: the end, but no hangup before there was one. */
	ck_gives(K.read(r, &c, 1), 0);
	ck_gives(events(&K, r, POLLIN), 0);
	w = opened(&K, O_WRONLY | O_NONBLOCK);
	ck_fails(K.read(r, &c, 1), EAGAIN);
	ck_gives(K.write(w, "ab", 2), 2);
	ck_gives(events(&K, r, POLLIN), POLLIN);
	ck_gives(K.read(r, &c, 1), 1);
	ck_gives(K.close(w), 0);
	ck_gives(events(&K, r, POLLIN), POLLIN | POLLHUP);
	ck_gives(K.read(r, &c, 1), 1);
	ck_gives(K.read(r, &c, 1), 0);
	ck_gives(events(&K, r, POLLIN), POLLHUP);
	/* A new writer begins anew. */
	w = opened(&K, O_WRONLY);
	ck_gives(events(&K, r, POLLIN), 0);
	ck_fails(K.read(r, &c, 1), EAGAIN);
	ck_gives(K.close(r), 0);
	ck_fails(K.write(w, "x", 1), EPIPE);
	ck_gives(events(&K, w, POLLOUT), POLLOUT | POLLERR);
	ck_gives(K.close(w), 0);
	ck_fails(K.open("f", O_WRONLY | O_NONBLOCK, 0), ENXIO);
}
END_TEST

START_TEST(fifo_read_write_open)
{
	char buf[4];
	int rw, w;

	ck_gives(K.mkfifo("f", 0600), 0);
	rw = opened(&K, O_RDWR);
	ck_gives(K.write(rw, "abc", 3), 3);
	ck_gives(events(&K, rw, POLLIN | POLLOUT), POLLIN | POLLOUT);
	w = opened(&K, O_WRONLY | O_NONBLOCK);
	ck_gives(K.write(w, "d", 1), 1);
	ck_gives(K.close(w), 0);
	ck_gives(K.read(rw, buf, 4), 4);
	ck_assert_mem_eq(buf, "abcd", 4);
	ck_gives(events(&K, rw, POLLIN), 0);
	/* What nobody read goes with the last who has it open. */
	ck_gives(K.write(rw, "gone", 4), 4);
	ck_gives(K.close(rw), 0);
	rw = opened(&K, O_RDONLY | O_NONBLOCK);
	ck_gives(K.read(rw, buf, 4), 0);
	ck_gives(K.close(rw), 0);
}
END_TEST

START_TEST(fifo_bytes_wait_for_the_next_reader)
{
	char buf[4];
	int r, w;

	ck_gives(K.mkfifo("f", 0600), 0);
	r = opened(&K, O_RDONLY | O_NONBLOCK);
	w = opened(&K, O_WRONLY);
	ck_gives(K.write(w, "abc", 3), 3);
	ck_gives(K.close(r), 0);
	r = opened(&K, O_RDONLY);
	ck_gives(K.read(r, buf, 4), 3);
	ck_gives(K.close(r), 0);
	ck_gives(K.close(w), 0);
}
END_TEST

START_TEST(fifo_is_a_file_and_no_seekable_one)
{
	struct stat st;
	int r, w, n = -1;
	char c;

	ck_gives(K.mkfifo("f", 0640), 0);
	r = opened(&K, O_RDONLY | O_NONBLOCK);
	w = opened(&K, O_WRONLY | O_TRUNC | O_APPEND);
	ck_gives(K.fstat(r, &st), 0);
	ck_assert_uint_eq(st.st_mode & S_IFMT, S_IFIFO);
	ck_assert_int_eq(st.st_size, 0);
	ck_fails(K.lseek(r, 0, SEEK_SET), ESPIPE);
	ck_fails(K.pread(r, &c, 1, 0), ESPIPE);
	ck_fails(K.ftruncate(w, 0), EINVAL);
	ck_fails(K.write(r, "x", 1), EBADF);
	ck_fails(K.read(w, &c, 1), EBADF);
	ck_gives(K.write(w, "abc", 3), 3);
	ck_gives(K.ioctl(r, FIONREAD, &n), 0);
	ck_assert_int_eq(n, 3);
	ck_gives(K.fcntl(w, F_GETPIPE_SZ, 0), 65536);
	ck_gives(K.fcntl(w, F_SETPIPE_SZ, 4096), 4096);
	ck_gives(K.fcntl(r, F_GETPIPE_SZ, 0), 4096);
	ck_fails(K.open("f/x", O_RDONLY, 0), ENOTDIR);
	ck_fails(K.open("f", O_RDONLY | O_DIRECTORY, 0), ENOTDIR);
	/* Its name may go. */
	ck_gives(K.unlink("f"), 0);
	ck_gives(K.read(r, &c, 1), 1);
	ck_fails(K.open("f", O_RDONLY | O_NONBLOCK, 0), ENOENT);
	ck_gives(K.close(r), 0);
	ck_gives(K.close(w), 0);
}
END_TEST

struct opener {
	const struct both *k;
	int flags;
	int fd;
};

static void *
open_it(void *arg)
{
	struct opener *const o = arg;

	o->fd = o->k->open("f", o->flags, 0);
	return NULL;
}

START_TEST(fifo_opens_wait_for_each_other)
{
	const int modes[2] = { O_RDONLY, O_WRONLY };
	char buf[2];

	ck_gives(K.mkfifo("f", 0600), 0);
	for (int i = 0; i < 2; i++) {
		struct opener o = { &K, modes[i], -1 };
		pthread_t th;
		int fd;

		ck_assert_int_eq(pthread_create(&th, NULL, open_it, &o), 0);
		fd = opened(&K, modes[1 - i]);
		ck_assert_int_eq(pthread_join(th, NULL), 0);
		ck_assert_int_ge(o.fd, 0);
		ck_gives(K.write(i == 0 ? fd : o.fd, "hi", 2), 2);
		ck_gives(K.read(i == 0 ? o.fd : fd, buf, 2), 2);
		ck_gives(K.close(fd), 0);
		ck_gives(K.close(o.fd), 0);
	}
}
END_TEST

static void *
open_write_close(void *arg)
{
	const struct both *const k = arg;

	for (int i = 0; i < 50; i++) {
		const int fd = k->open("f", O_WRONLY, 0);

		if (fd == -1 || k->write(fd, "0123456789", 10) != 10 || k->close(fd) != 0)
			abort();
	}
	return NULL;
}

/* Writers that come and go: each is heard, and nothing is lost while there is a reader. */
START_TEST(fifo_writers_come_and_go)
{
	pthread_t th[2];
	struct pollfd pfd = { -1, POLLIN, 0 };
	size_t got = 0;
	char buf[64];
	ssize_t n;

	ck_gives(K.mkfifo("f", 0600), 0);
	pfd.fd = opened(&K, O_RDONLY | O_NONBLOCK);
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(
		    pthread_create(&th[i], NULL, open_write_close, (void *)(uintptr_t)&K), 0);
	while (got < 1000) {
		ck_gives(K.poll(&pfd, 1, -1), 1);
		if ((n = K.read(pfd.fd, buf, sizeof(buf))) > 0)
			got += (size_t)n;
	}
	for (int i = 0; i < 2; i++)
		ck_assert_int_eq(pthread_join(th[i], NULL), 0);
	ck_assert_uint_eq(got, 1000);
}
END_TEST

/* ---- Ours alone ---- */

static int r;

static void *
read_it(void *arg)
{
	char c;

	*(long *)arg = rump_sys_read(r, &c, 1) == -1 ? errno : 0;
	return NULL;
}

/* Revoked: opens that wait fail, reads that wait end, and the name leads to a new pipe. */
START_TEST(fifo_revoke_ends_everything)
{
	pthread_t th;
	long error = -1;
	char c;
	int w;

	ck_succeeds(rump_sys_mkfifo("f", 0600));
	r = opened(&both[BOTH_RUMP], O_RDONLY | O_NONBLOCK);
	w = opened(&both[BOTH_RUMP], O_WRONLY);
	ck_succeeds(rump_fcntl(r, F_SETFL, 0));
	ck_assert_int_eq(pthread_create(&th, NULL, read_it, &error), 0);
	ck_succeeds(rump_sys_revoke("f"));
	ck_assert_int_eq(pthread_join(th, NULL), 0);
	ck_assert_int_eq(error, EIO);
	ck_fails(rump_sys_write(w, "x", 1), EIO);
	ck_fails(rump_sys_read(r, &c, 1), EIO);
	ck_gives(events(&both[BOTH_RUMP], r, POLLIN), POLLERR | POLLHUP);
	ck_fails(rump_fcntl(r, F_GETPIPE_SZ, 0), EBADF);
	ck_succeeds(rump_sys_close(r));
	r = opened(&both[BOTH_RUMP], O_RDWR);
	ck_gives(rump_sys_write(r, "x", 1), 1);
	ck_gives(rump_sys_read(r, &c, 1), 1);
	ck_succeeds(rump_sys_close(r));
	ck_succeeds(rump_sys_close(w));
}
END_TEST

static void *
revoke_opener(void *arg)
{
	struct opener *const o = arg;

	o->fd = rump_sys_open("f", O_RDONLY);
	if (o->fd == -1)
		o->flags = errno;
	return NULL;
}

START_TEST(fifo_revoke_and_opens)
{
	struct opener o = { NULL, 0, -1 };
	pthread_t th;
	int w;

	ck_succeeds(rump_sys_mkfifo("f", 0600));
	ck_assert_int_eq(pthread_create(&th, NULL, revoke_opener, &o), 0);
	/* The reader is there when a writer need not wait. */
	while ((w = rump_sys_open("f", O_WRONLY | O_NONBLOCK)) == -1)
		ck_assert_int_eq(errno, ENXIO);
	ck_succeeds(rump_sys_revoke("f"));
	ck_assert_int_eq(pthread_join(th, NULL), 0);
	/* It had met the writer, or had not. */
	ck_assert(o.fd >= 0 || o.flags == ENXIO);
	ck_succeeds(rump_sys_close(w));
}
END_TEST

START_TEST(fifo_close_ends_blocked_read)
{
	pthread_t th;
	long error = -1;

	ck_succeeds(rump_sys_mkfifo("f", 0600));
	r = opened(&both[BOTH_RUMP], O_RDWR);
	ck_assert_int_eq(pthread_create(&th, NULL, read_it, &error), 0);
	ck_succeeds(rump_sys_close(r));
	ck_assert_int_eq(pthread_join(th, NULL), 0);
	ck_assert_int_eq(error, EBADF);
}
END_TEST

START_TEST(fifo_pipes_have_pathconf)
{
	int p[2];

	ck_succeeds(rump_sys_pipe2(p, 0));
	ck_gives(rump_sys_fpathconf(p[1], 5), 4096);
	ck_fails(rump_sys_ftruncate(p[1], 0), EINVAL);
	ck_fails(rump_sys_fsync(p[1]), EINVAL);
}
END_TEST

int
main(void)
{
	TCase *const tc = tcase_create("fifo");

	tcase_add_both(tc, fifo_nonblocking_open);
	tcase_add_both(tc, fifo_read_write_open);
	tcase_add_both(tc, fifo_bytes_wait_for_the_next_reader);
	tcase_add_both(tc, fifo_is_a_file_and_no_seekable_one);
	tcase_add_both(tc, fifo_opens_wait_for_each_other);
	tcase_add_both(tc, fifo_writers_come_and_go);
	tcase_add_test(tc, fifo_revoke_ends_everything);
	tcase_add_test(tc, fifo_revoke_and_opens);
	tcase_add_test(tc, fifo_close_ends_blocked_read);
	tcase_add_test(tc, fifo_pipes_have_pathconf);
	return both_run(tc, "fifo");
}
