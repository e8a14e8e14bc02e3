/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* EVFILT_VNODE and EVFILT_READ of files: what the VFS layer tells; and what epoll refuses. */
#include "sides.h"

#include <rump/rump_event.h>

#define ALL                                                                         \
	(RUMP_NOTE_DELETE | RUMP_NOTE_WRITE | RUMP_NOTE_EXTEND | RUMP_NOTE_ATTRIB | \
	    RUMP_NOTE_LINK | RUMP_NOTE_RENAME | RUMP_NOTE_REVOKE)

static int kq;

/* The notes of the one event that is there; 0: none. */
static uint32_t
notes(void)
{
	const struct timespec zero = { 0, 0 };
	struct rump_kevent k[2];
	const int n = rump_sys_kevent(kq, NULL, 0, k, 2, &zero);

	ck_assert(n == 0 || n == 1);
	return n == 0 ? 0 : k[0].fflags;
}

static void
watch(int fd, uint32_t filter, uint32_t fflags)
{
	const struct rump_kevent k = { .ident = (uintptr_t)fd,
		.filter = filter,
		.flags = RUMP_EV_ADD | RUMP_EV_CLEAR,
		.fflags = fflags };

	S = &sides[RUMP];
	ck_is(rump_sys_kevent(kq, &k, 1, NULL, 0, NULL), 0);
}

START_TEST(vnode_notes)
{
	int fd;

	kq = rump_sys_kqueue();
	fd = rump_sys_open("/f", O_RDWR | O_CREAT, 0644);
	ck_assert_int_ge(fd, 0);
	watch(fd, RUMP_EVFILT_VNODE, ALL);
	ck_assert_uint_eq(notes(), 0);
	ck_is(rump_sys_write(fd, "abc", 3), 3);
	ck_assert_uint_eq(notes(), RUMP_NOTE_WRITE | RUMP_NOTE_EXTEND);
	ck_is(rump_sys_pwrite(fd, "x", 1, 0), 1);
	ck_assert_uint_eq(notes(), RUMP_NOTE_WRITE);
	ck_is(rump_sys_chmod("/f", 0600), 0);
	ck_assert_uint_eq(notes(), RUMP_NOTE_ATTRIB);
	ck_is(rump_sys_link("/f", "/g"), 0);
	ck_assert_uint_eq(notes(), RUMP_NOTE_LINK);
	ck_is(rump_sys_unlink("/g"), 0);
	ck_assert_uint_eq(notes(), RUMP_NOTE_LINK);
	ck_is(rump_sys_unlink("/f"), 0);
	ck_assert_uint_eq(notes(), RUMP_NOTE_DELETE);
	ck_is(rump_sys_close(fd), 0);
}
END_TEST

START_TEST(vnode_notes_of_use)
{
	const struct timespec zero = { 0, 0 };
	struct rump_kevent k;
	int fd, other;
	char c;

	kq = rump_sys_kqueue();
	fd = rump_sys_open("/f", O_RDWR | O_CREAT, 0644);
	watch(fd, RUMP_EVFILT_VNODE,
	    RUMP_NOTE_OPEN | RUMP_NOTE_CLOSE | RUMP_NOTE_CLOSE_WRITE | RUMP_NOTE_READ |
		RUMP_NOTE_REVOKE);
	ck_is(rump_sys_write(fd, "abc", 3), 3);
	ck_assert_uint_eq(notes(), 0);
	other = rump_sys_open("/f", O_RDONLY);
	ck_assert_uint_eq(notes(), RUMP_NOTE_OPEN);
	ck_is(rump_sys_read(other, &c, 1), 1);
	ck_assert_uint_eq(notes(), RUMP_NOTE_READ);
	ck_is(rump_sys_close(other), 0);
	ck_assert_uint_eq(notes(), RUMP_NOTE_CLOSE);
	ck_is(rump_sys_close(rump_sys_open("/f", O_WRONLY)), 0);
	ck_assert_uint_eq(notes(), RUMP_NOTE_OPEN | RUMP_NOTE_CLOSE_WRITE);
	ck_is(rump_sys_revoke("/f"), 0);
	ck_is(rump_sys_kevent(kq, NULL, 0, &k, 1, &zero), 1);
	ck_assert_uint_eq(k.fflags, RUMP_NOTE_REVOKE);
	ck_assert((k.flags & RUMP_EV_EOF) != 0);
	ck_is(rump_sys_close(fd), 0);
}
END_TEST

START_TEST(vnode_read_grows)
{
	const struct timespec zero = { 0, 0 };
	struct rump_kevent k;
	struct epoll_event ev = { .events = EPOLLIN };
	int fd, dir;

	kq = rump_sys_kqueue();
	fd = rump_sys_open("/f", O_RDWR | O_CREAT, 0644);
	watch(fd, RUMP_EVFILT_READ, 0);
	ck_is(rump_sys_kevent(kq, NULL, 0, &k, 1, &zero), 0);
	ck_is(rump_sys_pwrite(fd, "hello", 5, 0), 5);
	ck_is(rump_sys_kevent(kq, NULL, 0, &k, 1, &zero), 1);
	ck_assert_int_eq(k.data, 5);
	ck_assert_int_eq(polled(fd, POLLIN | POLLOUT), POLLIN | POLLOUT);
	dir = rump_sys_open("/", O_RDONLY);
	ck_fails(rump_sys_epoll_ctl(epfd(), EPOLL_CTL_ADD, fd, &ev), EPERM);
	ck_fails(rump_sys_epoll_ctl(epfd(), EPOLL_CTL_ADD, dir, &ev), EPERM);
	watch(dir, RUMP_EVFILT_VNODE, ALL);
	ck_is(rump_sys_mkdir("/d", 0755), 0);
	ck_assert_uint_eq(notes(), RUMP_NOTE_WRITE | RUMP_NOTE_LINK);
	ck_is(rump_sys_rmdir("/d"), 0);
	ck_assert_uint_eq(notes(), RUMP_NOTE_WRITE | RUMP_NOTE_LINK);
}
END_TEST

START_TEST(vnode_devices)
{
	const struct timespec zero = { 0, 0 };
	struct rump_kevent k;
	int fd;

	kq = rump_sys_kqueue();
	fd = rump_sys_open("/dev/null", O_RDWR);
	ck_assert_int_ge(fd, 0);
	watch(fd, RUMP_EVFILT_READ, 0);
	ck_is(rump_sys_kevent(kq, NULL, 0, &k, 1, &zero), 1);
	ck_assert_int_eq(polled(fd, POLLIN | POLLOUT), POLLIN | POLLOUT);
	const int ep = epfd();
	add(ep, fd, EPOLLIN | EPOLLOUT);
	ck_assert_uint_eq(ready(ep), EPOLLIN | EPOLLOUT);
	ck_assert_uint_eq(ready(ep), EPOLLIN | EPOLLOUT);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("vnode");

	tcase_add_test(tc, vnode_notes);
	tcase_add_test(tc, vnode_notes_of_use);
	tcase_add_test(tc, vnode_read_grows);
	tcase_add_test(tc, vnode_devices);
	return run_suite(tc, "vnode");
}
