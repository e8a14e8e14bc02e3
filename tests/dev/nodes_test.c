/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* null, zero, full, random, urandom: they answer as the host's do, call by call. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>

#include <check.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

static const char *const nodes[] = { "/dev/null", "/dev/zero", "/dev/full", "/dev/random",
	"/dev/urandom" };
#define NNODES ((int)(sizeof(nodes) / sizeof(nodes[0])))

static int ours, theirs;

static void
setup(void)
{
	ck_assert_int_eq(rump_init(), 0);
}

static void
teardown(void)
{
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
}

static void
open_both(int i, int how)
{
	ours = rump_sys_open(nodes[i], how);
	ck_assert_msg(ours >= 0, "%s: errno %d", nodes[i], errno);
	theirs = open(nodes[i], how);
	ck_assert_msg(theirs >= 0, "the host's %s: errno %d", nodes[i], errno);
}

/* Both calls return the same, and the same errno. */
#define ck_same(what, mine, host)                                                                  \
	do {                                                                                       \
		errno = 0;                                                                         \
		const long m_ = (long)(mine), me_ = errno;                                         \
		errno = 0;                                                                         \
		const long h_ = (long)(host), he_ = errno;                                         \
		ck_assert_msg(m_ == h_ && me_ == he_,                                              \
		    "%s, %s: returned %ld, errno %ld; the host's %ld, errno %ld", nodes[_i], what, \
		    m_, me_, h_, he_);                                                             \
	} while (0)

START_TEST(nodes_read_and_write)
{
	char buf[5000], zero[5000] = { 0 };
	struct iovec iov[3] = { { buf, 1 }, { buf + 1, 0 }, { buf + 1, 4999 } };

	open_both(_i, O_RDWR);
	memset(buf, 1, sizeof(buf));
	ck_same("read", rump_sys_read(ours, buf, sizeof(buf)), read(theirs, zero, sizeof(zero)));
	if (_i == 1 || _i == 2)
		ck_assert_mem_eq(buf, zero, sizeof(buf));
	ck_same("read of nothing", rump_sys_read(ours, buf, 0), read(theirs, buf, 0));
	ck_same("readv", rump_sys_readv(ours, iov, 3), readv(theirs, iov, 3));
	ck_same("pread", rump_sys_pread(ours, buf, 10, 1 << 20), pread(theirs, buf, 10, 1 << 20));
	ck_same("write", rump_sys_write(ours, buf, 100), write(theirs, buf, 100));
	ck_same("write of nothing", rump_sys_write(ours, buf, 0), write(theirs, buf, 0));
	ck_same("read to nowhere", rump_sys_read(ours, (void *)8, 0), read(theirs, (void *)8, 0));
	close(theirs);
}
END_TEST

START_TEST(nodes_seek)
{
	open_both(_i, O_RDWR);
	ck_same("lseek", rump_sys_lseek(ours, 0, SEEK_SET), lseek(theirs, 0, SEEK_SET));
	ck_same("ftruncate", rump_sys_ftruncate(ours, 0), ftruncate(theirs, 0));
	close(theirs);
}
END_TEST

START_TEST(nodes_poll)
{
	static const short events[] = { POLLIN, POLLOUT, POLLIN | POLLOUT | POLLRDNORM | POLLWRNORM,
		POLLPRI, 0 };

	open_both(_i, O_RDWR);
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		struct pollfd mine = { .fd = ours, .events = events[i] },
			      host = { .fd = theirs, .events = events[i] };

		ck_same("poll", rump_sys_poll(&mine, 1, 0), poll(&host, 1, 0));
		ck_assert_int_eq(mine.revents, host.revents);
	}
	close(theirs);
}
END_TEST

START_TEST(nodes_ioctl)
{
	static const struct {
		const char *name;
		unsigned long com;
	} coms[] = {
		{ "FIONREAD", FIONREAD },
		{ "TIOCGWINSZ", TIOCGWINSZ },
		{ "TIOCNOTTY", TIOCNOTTY },
		{ "TIOCGPGRP", TIOCGPGRP },
		{ "TCGETS", 0x5401 },
		{ "BLKGETSIZE64", BLKGETSIZE64 },
		{ "BLKSSZGET", BLKSSZGET },
		{ "RNDGETENTCNT", 0x80045200 },
		{ "of nobody, without argument", 0x1234 },
		{ "of nobody, in", 0x40087a01 },
		{ "of nobody, out", 0x80087a01 },
	};
	long mine[2048] = { 0 }, host[2048] = { 0 };
	int on = 1;

	open_both(_i, O_RDWR);
	ck_same("FIONBIO", rump_sys_ioctl(ours, FIONBIO, &on), ioctl(theirs, FIONBIO, &on));
	ck_same("F_GETFL", rump_sys_fcntl(ours, F_GETFL, NULL) & O_NONBLOCK,
	    fcntl(theirs, F_GETFL) & O_NONBLOCK);
	ck_same("FIOCLEX", rump_sys_ioctl(ours, FIOCLEX, NULL), ioctl(theirs, FIOCLEX, NULL));
	ck_same("F_GETFD", rump_sys_fcntl(ours, F_GETFD, NULL), fcntl(theirs, F_GETFD));
	ck_same("FIONCLEX", rump_sys_ioctl(ours, FIONCLEX, NULL), ioctl(theirs, FIONCLEX, NULL));
	for (size_t i = 0; i < sizeof(coms) / sizeof(coms[0]); i++) {
		ck_same(coms[i].name, rump_sys_ioctl(ours, coms[i].com, mine),
		    ioctl(theirs, coms[i].com, host));
		ck_assert_msg(memcmp(mine, host, sizeof(mine)) == 0, "%s, %s: %ld, the host's %ld",
		    nodes[_i], coms[i].name, mine[0], host[0]);
	}
	close(theirs);
}
END_TEST

START_TEST(nodes_are_character_devices)
{
	struct stat st;

	ck_assert_int_eq(rump_sys_stat(nodes[_i], &st), 0);
	ck_assert(S_ISCHR(st.st_mode));
	ck_assert_int_eq(st.st_mode & 0777, 0666);
	/* A minor that the driver does not have. */
	ck_assert_int_eq(
	    rump_sys_mknod("/tmp/node", S_IFCHR | 0600, makedev(major(st.st_rdev), 200)), 0);
	errno = 0;
	ck_assert_int_eq(rump_sys_open("/tmp/node", O_RDWR), -1);
	ck_assert_int_eq(errno, ENXIO);
	/* A major that nobody has. */
	ck_assert_int_eq(rump_sys_mknod("/tmp/none", S_IFCHR | 0600, makedev(500, 0)), 0);
	ck_assert_int_eq(rump_sys_open("/tmp/none", O_RDWR), -1);
	ck_assert_int_eq(errno, ENXIO);
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("nodes");
	TCase *const tc = tcase_create("nodes");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, nodes_read_and_write, 0, NNODES);
	tcase_add_loop_test(tc, nodes_seek, 0, NNODES);
	tcase_add_loop_test(tc, nodes_poll, 0, NNODES);
	tcase_add_loop_test(tc, nodes_ioctl, 0, NNODES);
	tcase_add_loop_test(tc, nodes_are_character_devices, 0, NNODES);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
