/*
 * The test of skel(4).  There need be no such card: skel_card.h is one, a model of its registers.  What the
 * driver does that the data sheet does not have ends the test by name.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumptest_fixture.h>

#include "skel.h"
#include "skel_card.h"

/* ---- The tests ---- */

static int fd;

static void
setup(void)
{
	rumptest_boot();
	card_create();
	ck_assert_int_eq(rump_simdev_attach(card), 0);
	ck_assert_str_eq(rump_simdev_xname(card), "skel0");
	fd = rump_sys_open("/dev/skel0", O_RDWR);
	ck_assert_msg(fd >= 0, "/dev/skel0: %s", strerror(errno));
}

static void
teardown(void)
{
	ck_assert_int_eq(rump_sys_close(fd), 0);
	if (rump_simdev_xname(card) != NULL)
		ck_assert_int_eq(rump_simdev_detach(card, false), 0);
	rump_simdev_destroy(card);
	rumptest_halt();
}

START_TEST(skel_squares)
{
	for (unsigned i = 0; i < 1000; i++) {
		unsigned n = i * 77777;

		ck_assert_int_eq(rump_sys_ioctl(fd, SKEL_SQUARE, &n), 0);
		ck_assert_uint_eq(n, i * 77777 * i * 77777);
	}
	ck_assert_int_eq(rump_sys_ioctl(fd, _IO('s', 99)), -1);
	ck_assert_int_eq(errno, ENOTTY);
}
END_TEST

/* Exactly this, in this order. */
START_TEST(skel_uses_the_card_by_the_book)
{
	unsigned n = 12;

	rump_simdev_script_begin(card, RUMP_SIMSCRIPT_ORDERED);
	rump_simdev_expect_write(card, 0, SKEL_DATA, 4, 12);
	rump_simdev_expect_read(card, 0, SKEL_INTSTAT, 4, SKEL_INT_DONE);
	rump_simdev_expect_write(card, 0, SKEL_INTSTAT, 4, SKEL_INT_DONE);
	rump_simdev_expect_read(card, 0, SKEL_DATA, 4, 144);
	ck_assert_int_eq(rump_sys_ioctl(fd, SKEL_SQUARE, &n), 0);
	rump_simdev_script_end(card);
	ck_assert_uint_eq(n, 144);
}
END_TEST

static void *
caller(void *arg)
{
	unsigned n = (unsigned)(long)arg;

	if (rump_sys_ioctl(fd, SKEL_SQUARE, &n) == -1)
		return (void *)(long)-errno;
	return (void *)(long)n;
}

/* Four who want the card at once: one number at a time is with it. */
START_TEST(skel_serves_one_after_the_other)
{
	pthread_t threads[4];
	void *square;

	lazy = true;
	for (long i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, caller, (void *)(i + 1)), 0);
	for (unsigned i = 0; i < 4; i++) {
		while (__atomic_load_n(&numbers, __ATOMIC_RELAXED) <= i)
			sched_yield();
		ck_assert_uint_eq(__atomic_load_n(&numbers, __ATOMIC_RELAXED), i + 1);
		card_answer();
	}
	for (long i = 0; i < 4; i++) {
		pthread_join(threads[i], &square);
		ck_assert_int_eq((long)square, (i + 1) * (i + 1));
	}
}
END_TEST

static const bool pulled[] = { false, true };

/* Asked to go, or pulled out, while somebody waits for an answer. */
START_TEST(skel_goes_while_busy)
{
	pthread_t thread;
	void *error;

	lazy = true;
	ck_assert_int_eq(pthread_create(&thread, NULL, caller, (void *)1L), 0);
	while (__atomic_load_n(&numbers, __ATOMIC_RELAXED) == 0)
		sched_yield();
	ck_assert_int_eq(rump_simdev_detach(card, pulled[_i]), 0);
	pthread_join(thread, &error);
	ck_assert_int_eq((long)error, -ENXIO);
	ck_assert_int_eq(rump_sys_open("/dev/skel0", O_RDWR), -1);
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

/* A card of that name that is none: it is not used, and all is given back. */
START_TEST(skel_wrong_card)
{
	unsigned n = 1;
	int wrong;

	rumptest_boot();
	card_create();
	rump_simdev_queue(card, 0, SKEL_ID, 4, 0xdead, 1);
	ck_assert_int_eq(rump_simdev_attach(card), 0);
	wrong = rump_sys_open("/dev/skel0", O_RDWR);
	ck_assert_int_ge(wrong, 0);
	ck_assert_int_eq(rump_sys_ioctl(wrong, SKEL_SQUARE, &n), -1);
	ck_assert_int_eq(errno, ENXIO);
	ck_assert_int_eq(rump_sys_close(wrong), 0);
	ck_assert_int_eq(rump_simdev_detach(card, false), 0);
	rump_simdev_destroy(card);
	rumptest_halt();
}
END_TEST

/* One copy after the other fails: an errno, and the card is free for the next. */
static void
copies_fail(void *arg)
{
	unsigned n = 3;
	int f;

	(void)arg;
	card_create();
	ck_assert_int_eq(rump_simdev_attach(card), 0);
	f = rump_sys_open("/dev/skel0", O_RDWR);
	if (f == -1) {
		ck_assert_int_eq(errno, EFAULT);
	} else {
		if (rump_sys_ioctl(f, SKEL_SQUARE, &n) == -1)
			ck_assert_int_eq(errno, EFAULT);
		else
			ck_assert_uint_eq(n, 9);
		ck_assert_int_eq(rump_sys_close(f), 0);
	}
	ck_assert_int_eq(rump_simdev_detach(card, false), 0);
	rump_simdev_destroy(card);
}

START_TEST(skel_survives_failing_copies)
{
	ck_assert_uint_gt(rumptest_fault_each(RUMP_FAULT_COPY, copies_fail, NULL), 0);
}
END_TEST

int
main(void)
{
	Suite *const s = suite_create("skel");
	TCase *const calls = tcase_create("calls"), *const bare = tcase_create("bare");
	SRunner *sr;
	int failed;

	tcase_add_checked_fixture(calls, setup, teardown);
	tcase_add_test(calls, skel_squares);
	tcase_add_test(calls, skel_uses_the_card_by_the_book);
	tcase_add_test(calls, skel_serves_one_after_the_other);
	tcase_add_loop_test(calls, skel_goes_while_busy, 0, 2);
	/* These boot their kernels themselves. */
	tcase_add_test(bare, skel_wrong_card);
	tcase_add_test(bare, skel_survives_failing_copies);
	suite_add_tcase(s, calls);
	suite_add_tcase(s, bare);
	sr = srunner_create(s);
	srunner_run_all(sr, CK_ENV);
	failed = srunner_ntests_failed(sr);
	srunner_free(sr);
	return failed != 0;
}
