/* SPDX-License-Identifier: BSD-2-Clause */
/* Copyright (c) 2026 The librump authors */
/* uio(9), copyin(9), and numbers on their way in and out. */
#include <check.h>
#include <errno.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>

struct rump_test_uio {
	struct iovec *iov;
	int iovcnt;
	off_t offset;
	size_t resid;
	int writing;
};
enum { MOVE, FROMBUF, PEEK, SKIP, READC };
int rump_test_uio(struct rump_test_uio *t, int op, void *buf, size_t len);
int rump_test_copystr(int op, const char *from, char *to, size_t len, size_t *done);
int rump_test_remote(const void *uaddr, void *kaddr, size_t len);
unsigned long rump_test_ioctl(unsigned long com);
uint64_t rump_test_dev(uint64_t dev);

static char a[4], b[4], c[4];
static struct iovec iov[5];
static struct rump_test_uio u;

static void
setup(void)
{
	ck_assert_int_eq(rump_init(), 0);
	rump_schedule();
	memcpy(a, "....", 4);
	memcpy(b, "....", 4);
	memcpy(c, "....", 4);
	iov[0] = (struct iovec){ a, 3 };
	iov[1] = (struct iovec){ NULL, 0 };
	iov[2] = (struct iovec){ b, 2 };
	iov[3] = (struct iovec){ NULL, 0 };
	iov[4] = (struct iovec){ c, 4 };
	u = (struct rump_test_uio){ iov, 5, 100, 9, 0 };
}

static void
teardown(void)
{
	rump_unschedule();
	ck_assert_int_eq(rump_sys_reboot(RUMP_RB_HALT, NULL), 0);
}

START_TEST(uio_moves_across_pieces)
{
	char text[] = "abcdefghijkl";

	ck_assert_int_eq(rump_test_uio(&u, MOVE, text, 4), 0);
	ck_assert_uint_eq(u.resid, 5);
	ck_assert_int_eq(u.offset, 104);
	ck_assert_mem_eq(a, "abc.", 4);
	ck_assert_mem_eq(b, "d...", 4);
	/* More than there is room for: the rest is left. */
	ck_assert_int_eq(rump_test_uio(&u, MOVE, text + 4, 8), 0);
	ck_assert_uint_eq(u.resid, 0);
	ck_assert_mem_eq(b, "de..", 4);
	ck_assert_mem_eq(c, "fghi", 4);
	ck_assert_int_eq(rump_test_uio(&u, MOVE, text, 1), 0);
	ck_assert_uint_eq(u.resid, 0);
}
END_TEST

START_TEST(uio_gathers)
{
	char buf[10] = "";

	memcpy(a, "xyz!", 4);
	memcpy(b, "12", 2);
	u.writing = 1;
	ck_assert_int_eq(rump_test_uio(&u, MOVE, buf, 5), 0);
	ck_assert_str_eq(buf, "xyz12");
}
END_TEST

START_TEST(uio_fault_keeps_the_account)
{
	char text[] = "abcdef";

	iov[2] = (struct iovec){ NULL, 2 };
	ck_assert_int_eq(rump_test_uio(&u, MOVE, text, 6), EFAULT);
	ck_assert_uint_eq(u.resid, 6);
	ck_assert_int_eq(u.offset, 103);
	ck_assert_mem_eq(a, "abc", 3);
}
END_TEST

START_TEST(uio_peeks_and_skips)
{
	char text[] = "abcdef";

	ck_assert_int_eq(rump_test_uio(&u, PEEK, text, 5), 0);
	ck_assert_uint_eq(u.resid, 9);
	ck_assert_mem_eq(b, "de", 2);
	ck_assert_int_eq(rump_test_uio(&u, SKIP, NULL, 6), 0);
	ck_assert_uint_eq(u.resid, 3);
	ck_assert_int_eq(u.offset, 106);
	ck_assert_int_eq(rump_test_uio(&u, READC, text, 1), 0);
	ck_assert_mem_eq(c, ".a..", 4);
}
END_TEST

START_TEST(uio_frombuf_stays_within)
{
	static const struct {
		off_t off;
		int error;
		size_t moved;
	} rows[] = { { 0, 0, 6 }, { 2, 0, 4 }, { 5, 0, 1 }, { 6, 0, 0 }, { 7, 0, 0 },
		{ INT64_MAX, 0, 0 }, { -1, EINVAL, 0 } };
	char text[] = "abcdef";

	u.offset = rows[_i].off;
	ck_assert_int_eq(rump_test_uio(&u, FROMBUF, text, 6), rows[_i].error);
	ck_assert_uint_eq(9 - u.resid, rows[_i].moved);
}
END_TEST

START_TEST(copystr_ends_at_the_nul)
{
	char buf[8] = "#######";
	size_t done;

	ck_assert_int_eq(rump_test_copystr(_i, "abc", buf, 8, &done), 0);
	ck_assert_uint_eq(done, 4);
	ck_assert_str_eq(buf, "abc");
	ck_assert_int_eq(buf[4], '#');
	ck_assert_int_eq(rump_test_copystr(_i, "abc", buf, 4, &done), 0);
	ck_assert_int_eq(rump_test_copystr(_i, "abc", buf, 3, NULL), ENAMETOOLONG);
	ck_assert_int_eq(rump_test_copystr(_i, "", buf, 0, NULL), ENAMETOOLONG);
}
END_TEST

START_TEST(copyin_asks_a_remote_client)
{
	uint8_t buf[2];

	ck_assert_int_eq(rump_test_remote("\x0f\xf0", buf, 2), 0);
	ck_assert_uint_eq(buf[0], 0xf0);
	ck_assert_uint_eq(buf[1], 0x0f);
	ck_assert_int_eq(rump_test_remote((void *)1, buf, 2), EFAULT);
}
END_TEST

static const struct {
	const char *name;
	unsigned long host, bsd;
} ioctls[] = {
	{ "no argument", _IO('x', 3), 0x20007803 },
	{ "in", _IOW('x', 3, int), 0x80047803 },
	{ "out", _IOR('x', 3, int), 0x40047803 },
	{ "both", _IOWR('x', 3, int), 0xc0047803 },
	{ "FIONREAD", FIONREAD, 0x4004667f },
	{ "BSD's FIONREAD", 0x4004667f, 0x4004667f },
	{ "BSD's without argument", 0x20006601, 0x20006601 },
	{ "FIOCLEX", FIOCLEX, 0x20006601 },
	{ "TIOCGWINSZ", TIOCGWINSZ, 0x40087468 },
	{ "size of a disk", BLKGETSIZE64, 0x40086484 },
	{ "sign extended", 0xffffffffc0047803, 0xc0047803 },
};

START_TEST(ioctl_numbers_become_bsds)
{
	ck_assert_msg(rump_test_ioctl(ioctls[_i].host) == ioctls[_i].bsd, "%s: %#lx",
	    ioctls[_i].name, rump_test_ioctl(ioctls[_i].host));
}
END_TEST

START_TEST(dev_numbers_survive)
{
	static const unsigned int rows[][2] = { { 0, 0 }, { 8, 1 }, { 255, 255 }, { 256, 256 },
		{ 4095, 1048575 }, { 4096, 0 }, { 1048575, 1048575 } };
	const dev_t dev = makedev(rows[_i][0], rows[_i][1]);

	ck_assert_uint_eq(rump_test_dev(dev), dev);
}
END_TEST

START_TEST(pub_uio_counts_down)
{
	char buf[10];
	struct uio *uio;

	rump_unschedule();
	uio = rump_pub_uio_setup(buf, sizeof(buf), 7, RUMPUIO_READ);
	ck_assert_uint_eq(rump_pub_uio_getresid(uio), 10);
	ck_assert_int_eq(rump_pub_uio_getoff(uio), 7);
	ck_assert_uint_eq(rump_pub_uio_free(uio), 10);
	rump_schedule();
}
END_TEST

int
main(void)
{
	Suite *s = suite_create("uio");
	TCase *tc = tcase_create("uio");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, uio_moves_across_pieces);
	tcase_add_test(tc, uio_gathers);
	tcase_add_test(tc, uio_fault_keeps_the_account);
	tcase_add_test(tc, uio_peeks_and_skips);
	tcase_add_loop_test(tc, uio_frombuf_stays_within, 0, 7);
	tcase_add_loop_test(tc, copystr_ends_at_the_nul, 0, 3);
	tcase_add_test(tc, copyin_asks_a_remote_client);
	tcase_add_loop_test(tc, ioctl_numbers_become_bsds, 0, sizeof(ioctls) / sizeof(ioctls[0]));
	tcase_add_loop_test(tc, dev_numbers_survive, 0, 7);
	tcase_add_test(tc, pub_uio_counts_down);
	suite_add_tcase(s, tc);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
